"""What is done in the hall: drawing a ticket, calling, and all that a clerk does with the one she called.

Each function keeps one or two events in the unit of work of its caller. Two counters that press "next" in the same
instant do it one after the other, so nobody is called twice; a button that came too late is refused with what holds now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import count

from sqlite_utils import Database

from node.hall import day
from node.hall.calling import Pick, pick
from node.hall.day import DayListener
from node.hall.events import (
    Arrived,
    BackFromHold,
    Called,
    CaseTaken,
    Closed,
    Drawn,
    Finished,
    Held,
    Missed,
    Opened,
    Paused,
    Recalled,
    Restored,
    Resumed,
    RulesSet,
    Transferred,
    Voided,
    Why,
)
from node.hall.ledger import Halls, events, keep
from node.hall.rules import Klass, Rules, require_bounds
from node.hall.state import GONE, Counter, Hall, Standing, Ticket
from protocol.catalogue.groups import group
from protocol.clock import stamp
from protocol.errors import Refused

MAX_COUNTERS = 40
MAX_TICKETS = 999  # a day and a station: three digits
MAX_GROUPS = 6  # of one ticket
DRAWS_A_MINUTE = 30  # at one machine; after that one every few seconds, for a coach full of people comes too
DRAW_PAUSE_S = 5
_AT_COUNTER = (Standing.CALLED, Standing.SERVING)


class HallDesk:
    """The use cases of one station's hall."""

    def __init__(self, halls: Halls, ended: Sequence[DayListener] = ()) -> None:
        """`ended` are told of every day that ends, in the unit of work that ends it."""
        self.halls = halls
        self._ended = tuple(ended)

    def today(self, tx: Database, at: datetime) -> Hall:
        """The hall to be changed now. The first event of a day brings along what was left of the day before."""
        return day.today(tx, self.halls, at, self._ended)

    def end_day(self, tx: Database, *, by: str, at: datetime) -> list[str]:
        """Closes what is open; the numbers that are carried over to the next day."""
        return day.end(tx, self.today(tx, at), self._ended, by=by, at=at)

    # -- tickets

    def draw(
        self,
        tx: Database,
        groups: Sequence[str],
        *,
        items: Sequence[str] = (),
        klass: Klass = Klass.ORDINARY,
        needs: Sequence[str] = (),
        slot: datetime | None = None,
        machine: str = "",
        at: datetime,
    ) -> Ticket:
        """A number of the day's one series; its letter is that of the first group.

        :raises Refused: hall-full: the day's numbers are used up; draw-fast: a child stands at the button
        """
        hall = self.today(tx, at)
        if machine and _is_played_with(hall, machine, at):
            raise Refused("refused.draw-fast", seconds=DRAW_PAUSE_S)
        wanted = list(dict.fromkeys(group(code).code for code in groups))[:MAX_GROUPS] or ["general"]
        taken = {int(old.number[1:]) for old in hall.tickets.values() if old.carried_from}
        number = next(
            free for free in count(hall.series + 1) if free not in taken
        )  # two people with A032 would both come
        if number > MAX_TICKETS:
            raise Refused("refused.hall-full", limit=MAX_TICKETS)
        name = f"{group(wanted[0]).letter}{number:03d}"
        event = Drawn(
            name, number, wanted, list(items), klass, list(needs), slot=stamp(slot) if slot else "", machine=machine
        )
        keep(tx, hall, event, by=machine or "hall", at=at)
        return hall.tickets[name]

    def restore(self, tx: Database, number: str, *, by: str, at: datetime, reason: str = "") -> Ticket:
        """A missed ticket waits again, behind the next calls. One that is void needs a person and a reason.

        :raises Refused: ticket-unknown, ticket-state, reason-needed
        """
        hall = self.today(tx, at)
        ticket = _ticket(hall, number)
        if ticket.standing not in (Standing.MISSED, Standing.VOID):
            raise _not_so(ticket)
        if ticket.standing is Standing.VOID and not reason.strip():
            raise Refused("refused.reason-needed")
        keep(tx, hall, Restored(number, reason.strip()), by=by, at=at)
        return hall.tickets[number]

    def void(self, tx: Database, number: str, reason: str, *, by: str, at: datetime) -> None:
        """:raises Refused: ticket-unknown, ticket-state, reason-needed"""
        hall = self.today(tx, at)
        ticket = _ticket(hall, number)
        if ticket.standing in GONE:
            raise _not_so(ticket)
        if not reason.strip():
            raise Refused("refused.reason-needed")
        keep(tx, hall, Voided(number, reason.strip()), by=by, at=at)

    # -- counters

    def open_counter(
        self,
        tx: Database,
        number: int,
        skills: Collection[str],
        *,
        name: str,
        by: str,
        at: datetime,
        tidal: bool = False,
    ) -> None:
        """This person calls at this counter from now on; at any other counter he no longer does.

        :raises Refused: counter-taken: somebody else sits there
        """
        hall = self.today(tx, at)
        if not 1 <= number <= MAX_COUNTERS:
            raise Refused("refused.counter-unknown", counter=number)
        there = hall.counters.get(number)
        if there and there.is_open and there.account != by:
            raise Refused("refused.counter-taken", counter=number, name=there.name)
        for other in hall.counters.values():
            if other.is_open and other.account == by and other.number != number:
                self._close(tx, hall, other, by, at)
        keep(tx, hall, Opened(number, sorted(skills), name, tidal), by=by, at=at)

    def pause(self, tx: Database, number: int, reason: str, *, by: str, at: datetime) -> None:
        hall = self.today(tx, at)
        keep(tx, hall, Paused(_counter(hall, number, by).number, reason.strip() or "-"), by=by, at=at)

    def resume(self, tx: Database, number: int, *, by: str, at: datetime) -> None:
        hall = self.today(tx, at)
        keep(tx, hall, Resumed(_counter(hall, number, by).number), by=by, at=at)

    def close_counter(self, tx: Database, number: int, *, by: str, at: datetime) -> None:
        """Whoever is being served there is done; whoever was only called waits on."""
        hall = self.today(tx, at)
        self._close(tx, hall, _counter(hall, number, by), by, at)

    def close_left(self, tx: Database, number: int, *, by: str, at: datetime) -> None:
        """The same for somebody who went away without closing, by the head.

        :raises Refused: counter-closed
        """
        hall = self.today(tx, at)
        counter = hall.counters.get(number)
        if counter is None or not counter.is_open:
            raise Refused("refused.counter-closed", counter=number)
        self._close(tx, hall, counter, by, at)

    def _close(self, tx: Database, hall: Hall, counter: Counter, by: str, at: datetime) -> None:
        self._end_turn(tx, hall, counter, by, at)
        keep(tx, hall, Closed(counter.number), by=by, at=at)

    # -- calling

    def call_next(self, tx: Database, number: int, *, by: str, at: datetime) -> Pick | None:
        """Whoever was served here is done; the next is called. None: nobody waits for this counter.

        :raises Refused: counter-closed, ticket-called: the one before was called and has neither come nor been missed
        """
        hall = self.today(tx, at)
        counter = _counter(hall, number, by)
        if counter.paused:
            keep(tx, hall, Resumed(number), by=by, at=at)
        if counter.ticket and hall.tickets[counter.ticket].standing is Standing.CALLED:
            raise Refused("refused.ticket-called", ticket=counter.ticket)
        self._end_turn(tx, hall, counter, by, at)
        found = pick(hall, counter, hall.at if hall.at and hall.at > at else at)
        if found:
            keep(tx, hall, Called(found.ticket, number, found.why), by=by, at=at)
        return found

    def call_this(self, tx: Database, number: int, ticket: str, *, by: str, at: datetime) -> None:
        """Out of turn, by a person who answers for it: the log keeps that it was asked for."""
        hall = self.today(tx, at)
        counter, wanted = _counter(hall, number, by), _ticket(hall, ticket)
        if wanted.standing not in (Standing.WAITING, Standing.MISSED, Standing.HELD):
            raise _not_so(wanted)
        if counter.ticket and hall.tickets[counter.ticket].standing is Standing.CALLED:
            raise Refused("refused.ticket-called", ticket=counter.ticket)
        if counter.paused:
            keep(tx, hall, Resumed(number), by=by, at=at)
        self._end_turn(tx, hall, counter, by, at)
        why = Why(by="asked", wait_s=wanted.wait_s(at), klass=wanted.klass, group=wanted.group)
        keep(tx, hall, Called(ticket, number, why), by=by, at=at)

    def recall(self, tx: Database, number: int, *, by: str, at: datetime) -> str:
        hall = self.today(tx, at)
        ticket = self._here(hall, number, by, Standing.CALLED)
        keep(tx, hall, Recalled(ticket.number, number), by=by, at=at)
        return ticket.number

    def arrive(self, tx: Database, number: int, *, by: str, at: datetime) -> str:
        hall = self.today(tx, at)
        ticket = self._here(hall, number, by, Standing.CALLED)
        keep(tx, hall, Arrived(ticket.number, number), by=by, at=at)
        return ticket.number

    def miss(self, tx: Database, number: int, *, by: str, at: datetime) -> Standing:
        """过号. Not before the time that the rules give people to cross a hall.

        :raises Refused: miss-early
        """
        hall = self.today(tx, at)
        ticket = self._here(hall, number, by, Standing.CALLED)
        called_at = ticket.called_at or at
        left = called_at + timedelta(seconds=hall.rules.miss_after_s) - at
        if left > timedelta() and at >= called_at:  # a clock that was set back says nothing of how long ago that was
            raise Refused("refused.miss-early", ticket=ticket.number, seconds=int(left.total_seconds()) + 1)
        keep(tx, hall, Missed(ticket.number, number), by=by, at=at)
        return hall.tickets[ticket.number].standing

    def hold(self, tx: Database, number: int, reason: str, *, by: str, at: datetime) -> None:
        hall = self.today(tx, at)
        ticket = self._here(hall, number, by, *_AT_COUNTER)
        keep(tx, hall, Held(ticket.number, number, reason.strip()), by=by, at=at)

    def back(self, tx: Database, ticket: str, *, by: str, at: datetime) -> None:
        hall = self.today(tx, at)
        if _ticket(hall, ticket).standing is not Standing.HELD:
            raise _not_so(_ticket(hall, ticket))
        keep(tx, hall, BackFromHold(ticket), by=by, at=at)

    def transfer(
        self, tx: Database, number: int, groups: Sequence[str], *, to: int = 0, reason: str = "", by: str, at: datetime
    ) -> str:
        """The one who is here goes to who knows `groups`, or to the counter `to`, with the arrival kept.

        :raises Refused: counter-closed: of `to`
        """
        hall = self.today(tx, at)
        ticket = self._here(hall, number, by, *_AT_COUNTER)
        if to and not (to in hall.counters and hall.counters[to].is_open):
            raise Refused("refused.counter-closed", counter=to)
        wanted = list(dict.fromkeys(group(code).code for code in groups)) or ticket.groups
        keep(tx, hall, Transferred(ticket.number, number, wanted[:MAX_GROUPS], to, reason.strip()), by=by, at=at)
        return ticket.number

    def finish(self, tx: Database, number: int, *, by: str, at: datetime) -> str:
        hall = self.today(tx, at)
        ticket = self._here(hall, number, by, *_AT_COUNTER)
        keep(tx, hall, Finished(ticket.number, number), by=by, at=at)
        return ticket.number

    def case_taken(self, tx: Database, case: str, item: str, *, by: str, at: datetime) -> str | None:
        """The case belongs to the ticket that this person serves now; None if he serves none."""
        hall = self.today(tx, at)
        ticket = serving(hall, by)
        if ticket is None:
            return None
        if ticket.standing is Standing.CALLED:
            keep(tx, hall, Arrived(ticket.number, ticket.counter), by=by, at=at)
        keep(tx, hall, CaseTaken(ticket.number, case, item), by=by, at=at)
        return ticket.number

    # -- rules

    def set_rules(self, tx: Database, rules: Rules, *, by: str, at: datetime) -> None:
        """From the next call on.

        :raises Refused: hall-rules
        """
        require_bounds(rules)
        keep(tx, self.today(tx, at), RulesSet(rules), by=by, at=at)

    def _end_turn(self, tx: Database, hall: Hall, counter: Counter, by: str, at: datetime) -> None:
        if not counter.ticket:
            return
        ticket = hall.tickets[counter.ticket]
        if ticket.standing is Standing.SERVING:
            keep(tx, hall, Finished(ticket.number, counter.number), by=by, at=at)
        else:
            keep(tx, hall, Transferred(ticket.number, counter.number, ticket.groups), by=by, at=at)

    def _here(self, hall: Hall, number: int, by: str, *standings: Standing) -> Ticket:
        counter = _counter(hall, number, by)
        if not counter.ticket:
            raise Refused("refused.counter-empty", counter=number)
        ticket = hall.tickets[counter.ticket]
        if ticket.standing not in standings:
            raise _not_so(ticket)
        return ticket


def replays(db: Database, on: str) -> list[str]:
    """Tickets whose call the log does not explain: with the same events another one, or other reasons, come out."""
    hall, odd = Hall(on), []
    for kept in events(db, on):
        event = kept.event
        if isinstance(event, Called) and event.why.by != "asked":
            found = pick(hall, hall.counters[event.counter], max(kept.at, hall.at or kept.at))
            if found is None or found.ticket != event.ticket or found.why != event.why:
                odd.append(event.ticket)
        hall.apply(kept.at, kept.by, event)
    return odd


def serving(hall: Hall, account: str) -> Ticket | None:
    """The ticket that a person has at the counter, called or being served."""
    for counter in hall.counters.values():
        if counter.is_open and counter.account == account and counter.ticket:
            return hall.tickets[counter.ticket]
    return None


def counter_of(hall: Hall, account: str) -> Counter | None:
    """Where a person sits."""
    return next((one for one in hall.counters.values() if one.is_open and one.account == account), None)


def _is_played_with(hall: Hall, machine: str, at: datetime) -> bool:
    """By the clock as it is now: tickets that a clock which was set back dated later are not counted."""
    ages = [(at - one.drawn_at).total_seconds() for one in hall.tickets.values() if one.machine == machine]
    fresh = [age for age in ages if 0 <= age < 60]
    return len(fresh) >= DRAWS_A_MINUTE and min(fresh) < DRAW_PAUSE_S


def _counter(hall: Hall, number: int, by: str) -> Counter:
    counter = hall.counters.get(number)
    if counter is None or not counter.is_open or counter.account != by:
        raise Refused("refused.counter-closed", counter=number)
    return counter


def _ticket(hall: Hall, number: str) -> Ticket:
    ticket = hall.tickets.get(number)
    if ticket is None:
        raise Refused("refused.ticket-unknown", ticket=number[:8])
    return ticket


def _not_so(ticket: Ticket) -> Refused:
    return Refused("refused.ticket-state", ticket=ticket.number, state=ticket.standing)
