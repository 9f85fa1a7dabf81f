"""The buttons of the calling panel: each is one press, in one unit of work, by the person who sits at the counter.

What may be done is decided in node/hall/desk.py when the button is pressed; a page that is five seconds old is refused
with what holds now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.hall.desk import HallDesk, counter_of
from node.hall.seats import last_seat
from node.hall.state import Standing
from node.web.queue_parts import NEEDS
from node.web.tools import by, house, post_once
from protocol.cases.acts import By
from protocol.catalogue.groups import GROUPS
from protocol.console import forms, session
from protocol.console.pages import translator, url
from protocol.console.parts import Tone
from protocol.console.session import Note
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """A press of a button: in whose unit of work, at which counter, by whom."""

    hall: HallDesk
    tx: Database
    counter: int
    by: str
    at: datetime


def _next(turn: Turn) -> Phrase:
    found = turn.hall.call_next(turn.tx, turn.counter, by=turn.by, at=turn.at)
    return say("queue.said-call", ticket=found.ticket) if found else say("queue.said-nobody")


def _recall(turn: Turn) -> Phrase:
    return say("queue.said-recall", ticket=turn.hall.recall(turn.tx, turn.counter, by=turn.by, at=turn.at))


def _arrive(turn: Turn) -> Phrase:
    return say("queue.said-arrive", ticket=turn.hall.arrive(turn.tx, turn.counter, by=turn.by, at=turn.at))


def _miss(turn: Turn) -> Phrase:
    standing = turn.hall.miss(turn.tx, turn.counter, by=turn.by, at=turn.at)
    return say("queue.said-void" if standing is Standing.VOID else "queue.said-miss")


def _finish(turn: Turn) -> Phrase:
    return say("queue.said-finish", ticket=turn.hall.finish(turn.tx, turn.counter, by=turn.by, at=turn.at))


def _resume(turn: Turn) -> Phrase:
    turn.hall.resume(turn.tx, turn.counter, by=turn.by, at=turn.at)
    return say("queue.said-resume")


def _close(turn: Turn) -> Phrase:
    turn.hall.close_counter(turn.tx, turn.counter, by=turn.by, at=turn.at)
    return say("queue.said-close", counter=turn.counter)


BUTTONS: dict[str, Callable[[Turn], Phrase]] = {
    "next": _next,
    "recall": _recall,
    "arrive": _arrive,
    "miss": _miss,
    "finish": _finish,
    "resume": _resume,
    "close": _close,
}


def button(request: Request) -> Callable[[Turn], Phrase]:
    """:raises Refused: no-page"""
    do = BUTTONS.get(str(request.path_params["act"]))
    if do is None:
        raise Refused("refused.no-page")
    return do


def press(request: Request, form: FormData) -> Response:
    return take_turn(request, form, button(request))


def take_turn(request: Request, form: FormData, do: Callable[[Turn], Phrase]) -> Response:
    """One press, and back to the panel, which says what came of it.

    :raises Refused: counter-none: this person has opened no counter
    """
    here, by_whom = house(request), by(request)
    said: list[Phrase] = []

    def work(tx: Database, at: datetime) -> str:
        said.append(do(turn_of(here.hall, tx, by_whom, at)))
        return url(request, "queue")

    return _telling(request, post_once(request, form, work), said)


def turn_of(hall: HallDesk, tx: Database, by_whom: By, at: datetime) -> Turn:
    """:raises Refused: counter-none"""
    mine = counter_of(hall.today(tx, at), by_whom.account)
    if mine is None:
        raise Refused("refused.counter-none")
    return Turn(hall, tx, mine.number, by_whom.account, at)


def _telling(request: Request, response: Response, said: Sequence[Phrase]) -> Response:
    for phrase in said:
        session.keep_note(request, response, Note(Tone.GOOD, translator(request)(phrase)))
    return response


# -- buttons that say more than that they were pressed


def open_seat(request: Request, form: FormData) -> Response:
    """This counter is this person's, for the groups and languages that were ticked."""
    counter = _number(form, "counter")
    skills = _chosen(form, "skill", [group.code for group in GROUPS])
    if not skills:
        raise Refused("refused.counter-skills")
    needs = _chosen(form, "need", NEEDS)

    def do(tx: Database, at: datetime) -> Phrase:
        here, me = house(request), by(request)
        here.hall.open_counter(tx, counter, [*skills, *needs], name=me.name, by=me.account, at=at)
        return say("queue.said-open", counter=counter)

    return _do(request, form, do)


def support(request: Request, form: FormData) -> Response:
    """潮汐: a group that is short of counters is called here too for a while, or no longer."""
    wanted = forms.text(form, "group")

    def do(turn: Turn) -> Phrase:
        me, seat = by(request), last_seat(turn.tx, turn.by, turn.at)
        usual = set(seat.skills) if seat else set()
        skills = usual | {wanted} if wanted in {group.code for group in GROUPS} else usual
        turn.hall.open_counter(
            turn.tx, turn.counter, skills, name=me.name, by=turn.by, at=turn.at, tidal=skills != usual
        )
        return say("queue.said-support" if skills != usual else "queue.said-usual")

    return take_turn(request, form, do)


def pause(request: Request, form: FormData) -> Response:
    reason = forms.text(form, "reason")[:REASON_CHARACTERS]

    def do(turn: Turn) -> Phrase:
        turn.hall.pause(turn.tx, turn.counter, reason, by=turn.by, at=turn.at)
        return say("queue.said-pause")

    return take_turn(request, form, do)


def hold(request: Request, form: FormData) -> Response:
    reason = forms.text(form, "reason")[:REASON_CHARACTERS]

    def do(turn: Turn) -> Phrase:
        turn.hall.hold(turn.tx, turn.counter, reason, by=turn.by, at=turn.at)
        return say("queue.said-hold")

    return take_turn(request, form, do)


def transfer(request: Request, form: FormData) -> Response:
    groups = _chosen(form, "group", [group.code for group in GROUPS])
    to, reason = _number(form, "to"), forms.text(form, "reason")[:REASON_CHARACTERS]
    if not groups and not to:
        raise Refused("refused.transfer-where")

    def do(turn: Turn) -> Phrase:
        ticket = turn.hall.transfer(turn.tx, turn.counter, groups, to=to, reason=reason, by=turn.by, at=turn.at)
        return say("queue.said-transfer", ticket=ticket)

    return take_turn(request, form, do)


def call_this(request: Request, form: FormData) -> Response:
    ticket = _ticket(form)

    def do(turn: Turn) -> Phrase:
        turn.hall.call_this(turn.tx, turn.counter, ticket, by=turn.by, at=turn.at)
        return say("queue.said-call", ticket=ticket)

    return take_turn(request, form, do)


# -- what anybody at the desk may do to a ticket, with or without a counter


def restore(request: Request, form: FormData) -> Response:
    ticket, reason = _ticket(form), forms.text(form, "reason")[:REASON_CHARACTERS]

    def do(tx: Database, at: datetime) -> Phrase:
        house(request).hall.restore(tx, ticket, by=by(request).account, at=at, reason=reason)
        return say("queue.said-restore", ticket=ticket)

    return _do(request, form, do)


def back(request: Request, form: FormData) -> Response:
    ticket = _ticket(form)

    def do(tx: Database, at: datetime) -> Phrase:
        house(request).hall.back(tx, ticket, by=by(request).account, at=at)
        return say("queue.said-back", ticket=ticket)

    return _do(request, form, do)


def void(request: Request, form: FormData) -> Response:
    ticket, reason = _ticket(form), forms.text(form, "reason")[:REASON_CHARACTERS]

    def do(tx: Database, at: datetime) -> Phrase:
        house(request).hall.void(tx, ticket, reason, by=by(request).account, at=at)
        return say("queue.said-voided", ticket=ticket)

    return _do(request, form, do)


def _do(request: Request, form: FormData, do: Callable[[Database, datetime], Phrase]) -> Response:
    said: list[Phrase] = []

    def work(tx: Database, at: datetime) -> str:
        said.append(do(tx, at))
        return url(request, "queue")

    return _telling(request, post_once(request, form, work), said)


def _ticket(form: FormData) -> str:
    return forms.text(form, "ticket").upper()


def _chosen(form: FormData, name: str, allowed: Sequence[str]) -> list[str]:
    """The boxes that were ticked, in the order of the page."""
    ticked = {value for value in form.getlist(name) if isinstance(value, str)}
    return [value for value in allowed if value in ticked]


def _number(form: FormData, name: str) -> int:
    typed = forms.text(form, name)
    return int(typed) if typed.isdecimal() and len(typed) < 4 else 0
