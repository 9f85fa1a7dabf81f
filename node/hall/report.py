"""The day of a hall in figures: how long people waited, who was overtaken, how busy the counters were, what was promised.

Pure, from the day's events alone, so that anybody can reckon it again. No person is in it, neither one who waited nor one
who worked: counters are counters. The district gets it when the day has ended; a day that ends again is told again,
and the later word counts.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

import msgspec
from sqlite_utils import Database

from node.hall.day import DayListener
from node.hall.events import Called, Missed, Restored, Transferred
from node.hall.ledger import Kept, events
from node.hall.state import GONE, Hall, Served, Ticket
from protocol.exchange.hall_day import HallCounter, HallDay, HallWaits
from protocol.exchange.journal import Journal
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB

LONG_S = 30 * 60

_encode = msgspec.msgpack.Encoder().encode


def report_of(db: Database, day: str) -> HallDay:
    return day_report(day, events(db, day))


def day_report(day: str, kept: Sequence[Kept]) -> HallDay:
    """As far as the day has come."""
    hall, told = Hall(day), Tally[str]()
    open_s: dict[int, float] = {}
    busy_s: dict[int, float] = {}
    overtaken: dict[str, int] = {}
    for one in kept:
        before = hall.at
        at = one.at if before is None else max(before, one.at)
        if before is not None:
            _spend(hall, (at - before).total_seconds(), open_s, busy_s)
        event = one.event
        told[type(event).__name__] += 1
        if isinstance(event, Called):
            _overtake(hall, hall.tickets[event.ticket], overtaken)
        hall.apply(one.at, one.by, event)
    turns = hall.served
    promised = [(ticket.promised, _first_wait_s(ticket, turns)) for ticket in hall.tickets.values() if ticket.promised]
    kept_promises = [(said, wait_s) for said, wait_s in promised if said and wait_s is not None]
    arrivals = [(one.arrived_at - one.called_at).total_seconds() for one in turns if one.arrived_at]
    at_counter = [(one.ended_at - (one.arrived_at or one.called_at)).total_seconds() for one in turns]
    return HallDay(
        day=day,
        upto=hall.upto,
        tickets=len(hall.tickets),
        turns=len(turns),
        waits=_waits(turns),
        overtaken_p99=_cut(overtaken.values(), 0.99),
        missed=told[Missed.__name__],
        restored=told[Restored.__name__],
        transferred=told[Transferred.__name__],
        left=sum(ticket.standing not in GONE for ticket in hall.tickets.values()),
        carried=sum(ticket.standing.value == "carried" for ticket in hall.tickets.values()),
        appointments=sum(ticket.appointed for ticket in hall.tickets.values()),
        arrival_p50_s=_cut(arrivals, 0.5),
        service_p50_s=_cut(at_counter, 0.5),
        service_p90_s=_cut(at_counter, 0.9),
        counters=[
            HallCounter(number=number, open_s=int(seconds), busy_s=int(busy_s.get(number, 0)))
            for number, seconds in sorted(open_s.items())
        ],
        promised=len(kept_promises),
        promised_kept=sum(low * 60 <= wait_s <= high * 60 for (low, high), wait_s in kept_promises),
        promised_off_s=_mean([abs(wait_s - (low + high) * 30) for (low, high), wait_s in kept_promises]),
    )


def telling(pen: Journal) -> DayListener:
    """The district is told of each day that ends, in the unit of work that ends it."""

    def tell(tx: Database, hall: Hall, at: datetime) -> None:
        if hall.tickets:
            pen.write(tx, HUB, Kind.HALL_DAY, _encode(report_of(tx, hall.day)), by="hall", at=at)

    return tell


def spread(report: HallDay) -> int:
    """Between the busiest counter and the idlest, per cent of the time that they were open."""
    shares = [counter.busy_s / counter.open_s for counter in report.counters if counter.open_s]
    return round(100 * (max(shares) - min(shares))) if shares else 0


def _spend(hall: Hall, seconds: float, open_s: dict[int, float], busy_s: dict[int, float]) -> None:
    for counter in hall.counters.values():
        if counter.is_open:
            open_s[counter.number] = open_s.get(counter.number, 0) + seconds
            if counter.ticket:
                busy_s[counter.number] = busy_s.get(counter.number, 0) + seconds


def _overtake(hall: Hall, called: Ticket, overtaken: dict[str, int]) -> None:
    """Whoever waits for the same and came before is overtaken by this call."""
    for other in hall.waiting():
        if other.group == called.group and other.counts_from < called.counts_from:
            overtaken[other.number] = overtaken.get(other.number, 0) + 1
        else:
            overtaken.setdefault(other.number, 0)


def _first_wait_s(ticket: Ticket, turns: Sequence[Served]) -> int | None:
    return next((one.wait_s for one in turns if one.ticket == ticket.number), None)


def _waits(turns: Sequence[Served]) -> list[HallWaits]:
    """All of them, then by group, then by class; nobody is left out of the first line."""
    by: dict[tuple[str, str], list[int]] = {("all", ""): [one.wait_s for one in turns]}
    for one in turns:
        by.setdefault(("group", one.group), []).append(one.wait_s)
        by.setdefault(("klass", one.klass.value), []).append(one.wait_s)
    return [
        HallWaits(
            of=of,
            which=which,
            turns=len(waits),
            p50_s=_cut(waits, 0.5),
            p90_s=_cut(waits, 0.9),
            p99_s=_cut(waits, 0.99),
            long=sum(wait_s > LONG_S for wait_s in waits),
        )
        for (of, which), waits in sorted(by.items())
    ]


def _cut(values: Iterable[float], share: float) -> int:
    """The value that `share` of them do not exceed; 0 of none."""
    ranked = sorted(values)
    return int(ranked[max(0, ceil(share * len(ranked)) - 1)]) if ranked else 0


def _mean(values: Sequence[float]) -> int:
    return round(sum(values) / len(values)) if values else 0
