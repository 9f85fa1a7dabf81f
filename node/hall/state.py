"""The hall at one moment: tickets and counters, as the fold of the day's events.

Time within a day never runs backwards here: an event that a jumping clock dated earlier counts as having happened
with the one before it. What may be done is guarded in desk.py before an event is kept; the fold believes it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from node.hall.events import (
    Arrived,
    BackFromHold,
    Called,
    Carried,
    CaseTaken,
    Closed,
    DayEnded,
    Drawn,
    Event,
    Finished,
    Held,
    Missed,
    Opened,
    Paused,
    Promised,
    Recalled,
    Restored,
    Resumed,
    RulesSet,
    Transferred,
    Voided,
    Why,
)
from node.hall.rules import Klass, Rules
from protocol.clock import moment


class Standing(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    MISSED = "missed"
    DONE = "done"
    VOID = "void"
    CARRIED = "carried"


GONE = (Standing.DONE, Standing.VOID, Standing.CARRIED)


@dataclass(slots=True)
class Ticket:
    number: str
    series: int
    groups: list[str]  # still to be served; the first is waited for
    items: list[str]
    klass: Klass
    needs: list[str]
    drawn_at: datetime
    counts_from: datetime  # from when it has waited: its slot, if that is later than its arrival
    standing: Standing = Standing.WAITING
    counter: int = 0  # that called it last, or that it is to go to
    called_at: datetime | None = None  # first call of the turn
    calls: int = 0  # of the turn
    arrived_at: datetime | None = None
    missed: int = 0
    not_before: int = 0  # a restored ticket waits until the hall has called so often
    cases: list[str] = field(default_factory=list)
    why: Why | None = None
    carried_from: str = ""
    appointed: bool = False
    machine: str = ""  # that it was drawn at
    promised: tuple[int, int] | None = None  # minutes to wait, as they were said when it was drawn
    waits_from: datetime | None = None  # the present stretch of waiting
    turn_wait_s: int = 0  # waited for the turn so far, all stretches together

    @property
    def group(self) -> str:
        return self.groups[0] if self.groups else ""

    def wait_s(self, at: datetime) -> int:
        return max(0, int((at - self.counts_from).total_seconds()))


@dataclass(slots=True)
class Counter:
    number: int
    skills: frozenset[str]
    account: str = ""
    name: str = ""
    is_open: bool = False
    paused: str = ""  # the reason
    ticket: str = ""  # called or being served
    tidal: bool = False
    since: datetime | None = None  # open, or free, since

    @property
    def is_free(self) -> bool:
        return self.is_open and not self.paused and not self.ticket


@dataclass(frozen=True, slots=True)
class Served:
    """One turn at a counter, for estimates, reports and ratings."""

    ticket: str
    counter: int
    group: str
    klass: Klass
    account: str
    wait_s: int  # for this turn: before the call, and again after a hold; not while somebody else was serving
    called_at: datetime
    arrived_at: datetime | None
    ended_at: datetime
    cases: tuple[str, ...]


@dataclass
class Hall:
    """One day. `day` is an ISO day in China; `upto` is the number of the last event."""

    day: str
    rules: Rules = field(default_factory=Rules)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    counters: dict[int, Counter] = field(default_factory=dict)
    served: list[Served] = field(default_factory=list)
    called: list[tuple[datetime, str, int]] = field(default_factory=list)  # every call, recalls too, oldest first
    calls: int = 0  # first calls of a turn
    series: int = 0
    upto: int = 0
    at: datetime | None = None
    ended: bool = False

    def copied(self) -> Hall:
        """Another one that can go its own way. deepcopy() says the same in five times as long, and every button asks."""
        other = copy(self)
        other.tickets = {number: copy(ticket) for number, ticket in self.tickets.items()}
        for ticket in other.tickets.values():
            ticket.cases = list(ticket.cases)  # its other lists are replaced, never changed
        other.counters = {number: copy(counter) for number, counter in self.counters.items()}
        other.served, other.called = list(self.served), list(self.called)
        return other

    def waiting(self) -> list[Ticket]:
        return [ticket for ticket in self.tickets.values() if ticket.standing is Standing.WAITING]

    def apply(self, at: datetime, by: str, event: Event) -> None:
        self.at = at = at if self.at is None else max(at, self.at)
        match event:
            case Drawn():
                self._draw(at, event)
            case Opened(counter=number, skills=skills, name=name, tidal=tidal):
                counter = self.counters.setdefault(number, Counter(number, frozenset()))
                counter.skills, counter.account, counter.name, counter.tidal = frozenset(skills), by, name, tidal
                counter.is_open, counter.paused, counter.since = True, "", at
            case Paused(counter=number, reason=reason):
                self.counters[number].paused = reason
            case Resumed(counter=number):
                self.counters[number].paused, self.counters[number].since = "", at
            case Closed(counter=number):
                self.counters[number].is_open = False
                for ticket in self.tickets.values():  # whom it wanted back goes to whoever can
                    if ticket.counter == number and ticket.standing in (Standing.WAITING, Standing.HELD):
                        ticket.counter = 0
            case Called(ticket=number, counter=place, why=why):
                self._call(at, self.tickets[number], place, why)
            case Recalled(ticket=number, counter=place):
                self.tickets[number].calls += 1
                self.called.append((at, number, place))
            case Arrived(ticket=number):
                self.tickets[number].standing, self.tickets[number].arrived_at = Standing.SERVING, at
            case CaseTaken(ticket=number, case=case):
                self.tickets[number].cases.append(case)
            case Finished(ticket=number):
                ticket = self.tickets[number]
                self._end_turn(at, ticket, was_served=True)
                ticket.groups = ticket.groups[1:]
                ticket.standing, ticket.counter = (Standing.WAITING if ticket.groups else Standing.DONE), 0
            case Missed(ticket=number):
                ticket = self.tickets[number]
                self._end_turn(at, ticket, was_served=False)
                ticket.missed += 1
                ticket.standing = Standing.MISSED if ticket.missed == 1 else Standing.VOID
            case Restored(ticket=number):
                ticket = self.tickets[number]
                ticket.standing, ticket.counter = Standing.WAITING, 0
                ticket.not_before = self.calls + self.rules.restore_after_calls
                ticket.waits_from = at
            case Voided(ticket=number):
                self._leave(at, self.tickets[number], Standing.VOID)
            case Carried(ticket=number):
                self._leave(at, self.tickets[number], Standing.CARRIED)
            case Held(ticket=number, counter=place):
                self._end_turn(at, self.tickets[number], was_served=False)
                self.tickets[number].standing, self.tickets[number].counter = Standing.HELD, place
            case BackFromHold(ticket=number):
                ticket = self.tickets[number]
                ticket.standing, ticket.waits_from = Standing.WAITING, at  # its counter stays: it goes there, in front
            case Transferred(ticket=number, groups=groups, to=to):
                ticket = self.tickets[number]
                self._end_turn(at, ticket, was_served=ticket.arrived_at is not None)
                ticket.standing, ticket.groups, ticket.counter = Standing.WAITING, list(groups), to
            case Promised(ticket=number, low_min=low, high_min=high):
                self.tickets[number].promised = (low, high)
            case RulesSet(rules=rules):
                self.rules = rules
            case DayEnded():
                pass
        self.ended = isinstance(event, DayEnded)  # whatever happens after it opens the day again
        self.upto += 1

    def _draw(self, at: datetime, event: Drawn) -> None:
        slot = moment(event.slot) if event.slot else None
        late = timedelta(minutes=self.rules.appointment_late_min)
        kept = slot is not None and at <= slot + late
        counts_from = max(at, slot) if slot and kept else at - timedelta(seconds=event.waited_s)
        keeps = kept or bool(event.carried_from) or event.klass is not Klass.APPOINTMENT
        klass = event.klass if keeps else Klass.ORDINARY
        self.tickets[event.ticket] = Ticket(
            event.ticket, event.series, list(event.groups), list(event.items), klass, list(event.needs), at, counts_from,
            carried_from=event.carried_from, appointed=slot is not None, machine=event.machine, waits_from=counts_from,
        )  # fmt: skip
        self.series = max(self.series, event.series)

    def _call(self, at: datetime, ticket: Ticket, place: int, why: Why) -> None:
        self.calls += 1
        self.called.append((at, ticket.number, place))
        ticket.standing, ticket.counter, ticket.called_at, ticket.calls = Standing.CALLED, place, at, 1
        ticket.arrived_at, ticket.why = None, why
        if ticket.waits_from is not None:
            ticket.turn_wait_s += max(0, int((at - ticket.waits_from).total_seconds()))
            ticket.waits_from = None
        self.counters[place].ticket = ticket.number

    def _end_turn(self, at: datetime, ticket: Ticket, *, was_served: bool) -> None:
        counter = self.counters.get(ticket.counter)
        if counter is None or counter.ticket != ticket.number:
            return
        counter.ticket, counter.since, ticket.waits_from = "", at, at
        if was_served and ticket.called_at is not None:
            self.served.append(
                Served(
                    ticket.number, counter.number, ticket.group, ticket.klass, counter.account, ticket.turn_wait_s,
                    ticket.called_at, ticket.arrived_at, at, tuple(ticket.cases),
                )
            )  # fmt: skip
            ticket.turn_wait_s = 0

    def _leave(self, at: datetime, ticket: Ticket, standing: Standing) -> None:
        self._end_turn(at, ticket, was_served=False)
        ticket.standing = standing
