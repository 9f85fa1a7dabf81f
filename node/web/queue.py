"""The calling panel of a clerk: her counter, the ticket she has, who waits, who was missed, and what she can do about it.

Nothing here waits for the district, and nothing here is done: the buttons lead to node/web/queue_acts.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from node.hall import board, tidal
from node.hall.desk import counter_of
from node.hall.ledger import day_of
from node.hall.seats import last_seat
from node.hall.state import Counter, Hall, Standing
from node.web.queue_parts import NEEDS, CounterNow, TicketNow, can_call, counter_now, group_name, ticket_now
from node.web.tools import by, house
from protocol.catalogue.groups import GROUPS, group
from protocol.console.pages import render
from protocol.console.texts import Phrase, say


@dataclass(frozen=True, slots=True)
class WaitLine:
    group: str
    letter: str
    people: int
    longest: timedelta
    is_mine: bool


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A ticket that is missed, held or void."""

    number: str
    group: str
    note: Phrase | str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str | Phrase
    is_on: bool


@dataclass(frozen=True, slots=True)
class Help:
    """A group that is short of counters, which this counter could take on for a while."""

    group: str
    text: Phrase


@dataclass(frozen=True, slots=True)
class QueuePage:
    template = "queue.html"
    section = "queue"
    at: datetime
    counter: CounterNow | None
    ticket: TicketNow | None
    patience: Phrase | None  # for whom is called and has not come
    can_call: int
    waiting: Sequence[WaitLine]
    missed: Sequence[AsideLine]
    held: Sequence[AsideLine]
    void: Sequence[AsideLine]
    counters: Sequence[CounterNow]
    help: Sequence[Help]
    seat: int  # to be offered
    skills: Sequence[Choice]
    needs: Sequence[Choice]
    others: Sequence[CounterNow]  # to whom a ticket can be sent


def show(request: Request) -> Response:
    return render(request, _page(request), block="live")


def _page(request: Request) -> QueuePage:
    here, at, me = house(request), house(request).clock.now(), by(request).account
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
        seat = last_seat(db, me, at)
    mine = counter_of(hall, me)
    ticket = hall.tickets[mine.ticket] if mine and mine.ticket else None
    knows = mine.skills if mine else frozenset(seat.skills if seat else ("general",))
    counters = [
        counter_now(request, hall, counter, me) for _, counter in sorted(hall.counters.items()) if counter.is_open
    ]
    waits = [
        WaitLine(
            group_name(request, one.group), one.group.letter, one.people, timedelta(seconds=one.longest_s),
            one.group.code in knows and mine is not None,
        )
        for one in board.waits(hall, at)
    ]  # fmt: skip
    return QueuePage(
        at,
        counter_now(request, hall, mine, me) if mine else None,
        ticket_now(request, ticket) if ticket else None,
        say("queue.patience", recall=hall.rules.recall_s, miss=hall.rules.miss_after_s) if ticket else None,
        can_call(hall, mine),
        waits,
        _aside(request, hall, Standing.MISSED),
        _aside(request, hall, Standing.HELD),
        _aside(request, hall, Standing.VOID),
        counters,
        _help(request, hall, mine, at),
        mine.number if mine else seat.counter if seat else _free_seat(hall),
        [Choice(one.code, group_name(request, one), one.code in knows) for one in GROUPS],
        [Choice(need, say(f"need.{need}"), need in knows) for need in NEEDS],
        [one for one in counters if not one.is_mine],
    )


def _aside(request: Request, hall: Hall, standing: Standing) -> list[AsideLine]:
    lines = []
    for ticket in sorted(hall.tickets.values(), key=lambda one: one.number):
        if ticket.standing is standing:
            note = (
                say("queue.at-counter", counter=ticket.counter) if standing is Standing.HELD and ticket.counter else ""
            )
            lines.append(AsideLine(ticket.number, group_name(request, group(ticket.group)), note))
    return lines


def _help(request: Request, hall: Hall, mine: Counter | None, at: datetime) -> list[Help]:
    if mine is None:
        return []
    return [
        Help(one.group.code, say("queue.short", group=group_name(request, one.group), people=one.waiting,
                                 wait=timedelta(seconds=one.longest_s)))
        for one in tidal.advice(hall, at)
        if mine.number in one.helpers
    ]  # fmt: skip


def _free_seat(hall: Hall) -> int:
    taken = {number for number, counter in hall.counters.items() if counter.is_open}
    return next(number for number in range(1, len(taken) + 2) if number not in taken)
