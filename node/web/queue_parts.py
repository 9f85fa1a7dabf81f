"""A ticket and a counter as a page of the desk shows them: the panel, the strip under every page, and the head's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from node.hall.calling import serves
from node.hall.rules import Klass
from node.hall.state import Counter, Hall, Standing, Ticket
from node.web.tools import house, item_name
from protocol.catalogue.groups import GROUPS, Group, group
from protocol.console import session
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

NEEDS = ("en", "sign")


@dataclass(frozen=True, slots=True)
class TicketNow:
    """The ticket that is called or served at a counter."""

    number: str
    standing: Phrase
    is_called: bool
    klass: Phrase | None
    group: str
    next_groups: Sequence[str]  # still to be served afterwards
    items: Sequence[str]
    needs: Sequence[Phrase]
    waited: Phrase
    calls: int
    cases: int
    carried: bool


@dataclass(frozen=True, slots=True)
class CounterNow:
    number: int
    clerk: str
    state: Phrase
    ticket: str
    knows: Sequence[str]
    is_tidal: bool
    is_mine: bool


def group_name(request: Request, one: Group) -> str:
    return one.name if session.lang(request) is Lang.ZH else one.name_en


def can_call(hall: Hall, counter: Counter | None) -> int:
    """How many wait whom this counter may call."""
    return sum(serves(hall, counter, ticket) for ticket in hall.waiting()) if counter else 0


def ticket_now(request: Request, ticket: Ticket) -> TicketNow:
    why = ticket.why
    return TicketNow(
        ticket.number,
        say(f"state.{ticket.standing}"),
        ticket.standing is Standing.CALLED,
        None if ticket.klass is Klass.ORDINARY else say(f"klass.{ticket.klass}"),
        group_name(request, group(ticket.group)),
        [group_name(request, group(code)) for code in ticket.groups[1:]],
        _item_names(request, ticket),
        [say(f"need.{need}") for need in ticket.needs if need in NEEDS],
        say("queue.waited", wait=timedelta(seconds=why.wait_s if why else 0)),
        ticket.calls,
        len(ticket.cases),
        bool(ticket.carried_from),
    )


def counter_now(request: Request, hall: Hall, counter: Counter, me: str) -> CounterNow:
    standing = hall.tickets[counter.ticket].standing if counter.ticket else ""
    state = say(f"state.{standing}") if standing else say("queue.paused" if counter.paused else "queue.free")
    known = [group_name(request, one) for one in GROUPS if one.code in counter.skills]
    return CounterNow(
        counter.number, counter.name, state, counter.ticket, known, counter.tidal, counter.account == me
    )  # fmt: skip


def _item_names(request: Request, ticket: Ticket) -> list[str]:
    """Codes that this catalogue does not have are left out: the group says enough."""
    names = []
    for code in ticket.items:
        with suppress(Refused):
            names.append(item_name(request, house(request).shelf.catalogue.current(code)))
    return names
