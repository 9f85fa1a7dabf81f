"""Drawing the number: by touch, by the card, for an appointment, or again after a call that was missed.

The number is on disk before anything is printed, and a slip that does not come out takes nothing away: the number
stands on the screen, and the desk is told. Of a card nothing is kept but that somebody is sixty or older.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.devices.cards import age_on
from node.devices.slip_picture import Slip
from node.hall import appointments
from node.hall.estimates import Forecast, forecast, paces, promise
from node.hall.ledger import day_of
from node.hall.rules import ELDERLY_FROM, Klass
from node.hall.state import Hall, Standing, Ticket
from node.web.hall import sentences
from node.web.room import Look, look, machine_id
from node.web.slips import place_name, print_slip, printer_of
from node.web.ticket import AT, NEEDS, Frame, Wanted, frame, machine_of, reader, wanted_from
from node.web.ticket_words import before_words, wait_words
from node.web.tools import house, today
from protocol.catalogue.groups import group
from protocol.clock import moment, stamp
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, translator, url
from protocol.console.texts import Lang, Phrase
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class NumberPage:
    """`slip`: taken, failed, or empty where no printer stands here."""

    template = "ticket_number.html"
    look: Look
    frame: Frame
    number: str
    matters: Sequence[str]
    before: Phrase
    wait: Phrase | None
    sentence: Sequence[Phrase]
    slip: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class CodePage:
    """Six digits of an appointment, or a number that was missed."""

    template = "ticket_code.html"
    look: Look
    frame: Frame
    what: str  # appointment, missed


def draw(request: Request, form: FormData) -> Response:
    typed = [[str(one) for one in form.getlist(name)] for name in ("g", "i", "need")]
    wanted = wanted_from(request, typed[0], typed[1], forms.text(form, "klass"))
    needs = [one for one in NEEDS if one in typed[2]]
    return _draw(request, form, lambda tx, at: _new(request, tx, wanted, needs, at))


def by_card(request: Request, form: FormData) -> Response:
    """An appointment of today is drawn at once; else the card says at most that its holder is sixty."""
    here, name = house(request), reader(request)
    if not name:
        raise Refused("refused.no-device", device="ticket-reader")
    at = here.clock.now()
    card = here.devices.read_card(name, at)
    with here.store.read() as db:
        booked = appointments.by_card(db, card.number, at)
    if booked:
        return _draw(request, form, lambda tx, at: _for_appointment(request, tx, booked, at))
    if age_on(card.birth, today(at)) < ELDERLY_FROM:
        return see_other_url(request, url(request, "ticket"))
    query = Wanted(klass=Klass.ELDERLY).query()
    return see_other_url(request, f"{url(request, 'ticket')}?{query}&offer=elder")


def draw_for_item(request: Request, form: FormData, group_code: str, item: str) -> Response:
    """With one press, for what somebody has just read about."""
    return _draw(request, form, lambda tx, at: _new(request, tx, Wanted((group_code,), (item,)), (), at))


def ask_code(request: Request) -> Response:
    return render(request, CodePage(look(request), frame(request), "appointment"))


def by_code(request: Request, form: FormData) -> Response:
    code = forms.text(form, "code").replace(" ", "")[:12]

    def do(tx: Database, at: datetime) -> Ticket:
        return _for_appointment(request, tx, appointments.by_code(tx, code, at), at)

    return _draw(request, form, do)


def ask_missed(request: Request) -> Response:
    return render(request, CodePage(look(request), frame(request), "missed"))


def restore(request: Request, form: FormData) -> Response:
    """Who missed the call takes his place again, by himself the first time."""
    number, machine = forms.text(form, "number").upper().replace(" ", "")[:8], machine_id(request, AT)
    here, form_id = house(request), forms.text(form, "form_id")
    at = here.clock.now()
    with here.store.write() as tx:
        path = posted_before(tx, form_id)
        if path is None:
            hall = here.hall.today(tx, at)
            if number in hall.tickets and hall.tickets[number].standing is not Standing.WAITING:
                here.hall.restore(tx, number, by=machine, at=at)
            elif number not in hall.tickets:
                raise Refused("refused.ticket-unknown", ticket=number)
            path = url(request, "ticket.number", number=number)
            remember_post(tx, form_id, path, at=at)
    return see_other_url(request, path)


def show(request: Request) -> Response:
    """The number, large."""
    here = house(request)
    at, number = here.clock.now(), str(request.path_params["number"])
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
        if number not in hall.tickets:
            raise Refused("refused.ticket-unknown", ticket=number[:8])
        ticket = hall.tickets[number]
        said = forecast(hall, ticket, paces(db, hall), at)
    if ticket.promised:  # what was said is what stands on the slip, too
        said = Forecast(said.before, ticket.promised)
    slip = request.query_params.get("slip", "")
    page = NumberPage(
        look(request), frame(request), number, _matters(request, ticket), before_words(said), wait_words(said),
        sentences(hall.rules)[:2], slip if slip in ("taken", "failed") else "", ticket.standing is Standing.WAITING,
    )  # fmt: skip
    return render(request, page)


def _new(request: Request, tx: Database, wanted: Wanted, needs: Sequence[str], at: datetime) -> Ticket:
    return house(request).hall.draw(
        tx,
        wanted.groups,
        items=wanted.items,
        klass=wanted.klass,
        needs=needs,
        machine=machine_id(request, machine_of(request)),
        at=at,
    )


def _for_appointment(request: Request, tx: Database, booked: appointments.Appointment, at: datetime) -> Ticket:
    machine = machine_id(request, AT)
    ticket = house(request).hall.draw(
        tx, booked.groups, items=booked.items, klass=Klass.APPOINTMENT, slot=booked.slot, machine=machine, at=at
    )
    appointments.came(tx, booked, ticket.number)
    return ticket


def _draw(request: Request, form: FormData, do: Callable[[Database, datetime], Ticket]) -> Response:
    """One number for one touch, however often the button was hit; printed once it is on disk.

    :raises Refused: hall-closed, hall-full, draw-fast
    """
    here, form_id = house(request), forms.text(form, "form_id")
    at = here.clock.now()
    if not here.hours.is_open(at):
        raise Refused("refused.hall-closed")
    with here.store.write() as tx:
        before = posted_before(tx, form_id)
        if before is not None:
            return see_other_url(request, before)
        ticket = do(tx, at)
        said = promise(tx, here.hall, ticket.number, at=at)
        path = url(request, f"{machine_of(request)}.number", number=ticket.number)
        remember_post(tx, form_id, path, at=at)
        hall = here.hall.today(tx, at)
    outcome = print_slip(
        request, printer_of(request, machine_of(request)), _slip(request, hall, ticket, said, at), ticket.number, at
    )
    return see_other_url(request, f"{path}?slip={outcome}" if outcome else path)


def _slip(request: Request, hall: Hall, ticket: Ticket, said: Forecast, at: datetime) -> Slip:
    words = translator(request)
    facts = [(words("ticket.slip-before"), words(before_words(said)))]
    wait = wait_words(said)
    if wait:
        facts.append((words("ticket.slip-wait"), words(wait)))
    if ticket.appointed:
        facts.append((words("ticket.slip-slot"), words.time(ticket.counts_from)))
    facts.append((words("ticket.slip-at"), words.moment(moment(stamp(at)))))
    notes = [words(one) for one in sentences(hall.rules)[:3]]
    return Slip(
        place_name(request),
        words("ticket.slip-title"),
        ticket.number,
        tuple(_matters(request, ticket)),
        tuple(facts),
        tuple(notes),
    )


def _matters(request: Request, ticket: Ticket) -> list[str]:
    zh = session.lang(request) is Lang.ZH
    return [group(code).name if zh else group(code).name_en for code in ticket.groups]
