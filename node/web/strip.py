"""The strip under every page of the desk: the ticket she has, and F4 wherever she is.

It is pressed in the middle of a form that is half filled in, so it renews itself and nothing around it. A refusal is said
inside the strip for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.hall.desk import counter_of
from node.hall.ledger import day_of
from node.web.queue_acts import button, turn_of
from node.web.queue_parts import CounterNow, TicketNow, can_call, counter_now, ticket_now
from node.web.tools import by, house
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import Pages, render, see_other, url
from protocol.console.parts import Tone
from protocol.console.texts import Phrase
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class StripPage:
    template = "strip.html"
    counter: CounterNow | None
    ticket: TicketNow | None
    can_call: int
    in_hall: int  # all who wait
    said: Phrase | str
    tone: Tone


def show(request: Request) -> Response:
    """For a page that asks for its strip; who opens the address by hand is led to the panel."""
    return _strip(request, "", Tone.GOOD)


def press(request: Request, form: FormData) -> Response:
    do, here, by_whom = button(request), house(request), by(request)
    at, form_id = here.clock.now(), forms.text(form, "form_id")
    said: Phrase | str = ""
    tone = Tone.GOOD
    try:
        with here.store.write() as tx:
            if posted_before(tx, form_id) is None:
                said = do(turn_of(here.hall, tx, by_whom, at))
                remember_post(tx, form_id, url(request, "queue"), at=at)
    except Refused as why:
        pages: Pages = request.app.state.pages
        said, tone = pages.translators[session.lang(request)].happened(why), Tone.WARN
    return _strip(request, said, tone)


def _strip(request: Request, said: Phrase | str, tone: Tone) -> Response:
    if not session.is_fragment(request):
        return see_other(request, "queue")
    here, me, at = house(request), by(request).account, house(request).clock.now()
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
    mine = counter_of(hall, me)
    ticket = hall.tickets[mine.ticket] if mine and mine.ticket else None
    page = StripPage(
        counter_now(request, hall, mine, me) if mine else None,
        ticket_now(request, ticket) if ticket else None,
        can_call(hall, mine),
        len(hall.waiting()),
        said,
        tone,
    )
    return render(request, page)
