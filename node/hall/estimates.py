"""How long somebody will wait, as a range that is true four times out of five.

The hall is played forward from how it stands: its open counters, those who are before, and turns as long as this
station has measured them on earlier days. What has not been measured is not guessed: then only the people before are
counted. The same hall gives the same range, so that what was promised can be reckoned again.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush
from math import exp, log
from statistics import NormalDist, quantiles

from sqlite_utils import Database

from node.hall.calling import order, serves
from node.hall.desk import HallDesk
from node.hall.events import Promised
from node.hall.ledger import keep
from node.hall.rules import Klass
from node.hall.state import Counter, Hall, Served, Ticket

LEAST_TURNS = 5  # of a group, before its pace is believed
DAYS = 30  # that are remembered
_WEIGHT = 0.3  # of a day with enough turns against all days before it
_RUNS = 60
_INSIDE = (
    0.1,
    0.9,
)  # of the runs; counters that open and close, and those who come later and are called earlier, take their part
_STEP_MIN = 5
_NO_SHOW, _NO_SHOW_S = 0.05, 90
_NORMAL = NormalDist()
_Z80 = _NORMAL.inv_cdf(0.8)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a turn takes, from the call to the end of it."""

    p50_s: float
    p80_s: float
    turns: int

    def sample_s(self, rng: random.Random, spent_s: float = 0) -> float:
        """The rest of a turn of which `spent_s` are over; turns are log-normal."""
        spread = max(0.15, log(max(self.p80_s / self.p50_s, 1.01)) / _Z80)
        least = _NORMAL.cdf((log(spent_s) - log(self.p50_s)) / spread) if spent_s > 0 else 0.0
        chance = min(0.999, max(0.001, least + (1 - least) * rng.random()))
        return max(30.0, exp(log(self.p50_s) + spread * _NORMAL.inv_cdf(chance)) - spent_s)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`before`: people who are called first. `minutes`: from and to; None where nothing is measured or no counter is open."""

    before: int
    minutes: tuple[int, int] | None


def times_tables(db: Database) -> None:
    db.executescript("""
    create table hall_paces (       -- turns of a day, by group: what estimates are made of
        day text not null,
        grp text not null,
        turns integer not null,
        p50_s real not null,
        p80_s real not null,
        primary key (day, grp)
    ) without rowid;
    """)


def learn(tx: Database, hall: Hall, at: datetime) -> None:
    """A day that has ended counts from now on; one that ends again counts once."""
    for group, pace in _measured(hall.served).items():
        remember(tx, hall.day, group, pace)


def remember(tx: Database, day: str, group: str, pace: Pace) -> None:
    tx.execute(
        "insert or replace into hall_paces (day, grp, turns, p50_s, p80_s) values (?,?,?,?,?)",
        (day, group, pace.turns, pace.p50_s, pace.p80_s),
    )


def paces(db: Database, hall: Hall) -> dict[str, Pace]:
    """By group: the last days, newer ones weighing more, and of today what no day before has measured."""
    rows = db.execute(
        "select grp, turns, p50_s, p80_s from hall_paces where day in"
        " (select distinct day from hall_paces where day < ? order by day desc limit ?) order by day",
        (hall.day, DAYS),
    ).fetchall()
    known: dict[str, Pace] = {}
    for group, turns, p50_s, p80_s in rows:
        was = known.get(group)
        weight = 1.0 if was is None else _WEIGHT * min(1.0, turns / LEAST_TURNS)
        known[group] = Pace(
            p50_s if was is None else was.p50_s + weight * (p50_s - was.p50_s),
            p80_s if was is None else was.p80_s + weight * (p80_s - was.p80_s),
            turns + (was.turns if was else 0),
        )
    for group, pace in _measured(hall.served).items():
        if group not in known or known[group].turns < LEAST_TURNS:
            known[group] = pace
    return {group: pace for group, pace in known.items() if pace.turns >= LEAST_TURNS}


def promise(tx: Database, desk: HallDesk, number: str, *, at: datetime) -> Forecast:
    """What is told to whoever has just drawn `number`; a range is kept beside the ticket, for the report of the day."""
    hall = desk.today(tx, at)
    said = forecast(hall, hall.tickets[number], paces(tx, hall), at)
    if said.minutes:
        keep(tx, hall, Promised(number, said.before, *said.minutes), by="hall", at=at)
    return said


def newcomer(hall: Hall, group: str, at: datetime) -> Ticket:
    """Somebody who would draw a number for `group` now; no ticket of the hall."""
    return Ticket("-", hall.series + 1, [group], [], Klass.ORDINARY, [], at, at)


def forecast(hall: Hall, ticket: Ticket, known: Mapping[str, Pace], at: datetime) -> Forecast:
    at = max(at, hall.at or at)
    counters = [one for one in hall.counters.values() if one.is_open and not one.paused]
    mine = {counter.number for counter in counters if serves(hall, counter, ticket)}
    waiting = [one for one in hall.waiting() if one.number != ticket.number]
    line = order([*waiting, ticket], at, hall.rules)
    ahead = line[: line.index(ticket)]
    if not mine:
        return Forecast(sum(one.group == ticket.group for one in ahead), None)
    ahead = [one for one in ahead if any(serves(hall, counter, one) for counter in counters)]
    rivals = [one for one in ahead if any(serves(hall, hall.counters[number], one) for number in mine)]
    groups = {one.group for one in ahead} | {hall.tickets[one.ticket].group for one in counters if one.ticket}
    if not groups <= known.keys():
        return Forecast(len(rivals), None)
    play = _Play(hall, counters, ahead, mine, known, at)
    rng = random.Random(f"{hall.day} {ticket.number} {hall.upto}")  # noqa: S311  a forecast is no secret
    return Forecast(len(rivals), _range(sorted(play.wait_s(rng) for _ in range(_RUNS))))


def outlook(hall: Hall, groups: Iterable[str], known: Mapping[str, Pace], at: datetime) -> dict[str, Forecast]:
    """For somebody who would draw a number for each of `groups` now: the hall is played once for all of them.

    A screen that asked group by group would keep a processor busy for a sixth of a second each time.
    """
    at = max(at, hall.at or at)
    counters = [one for one in hall.counters.values() if one.is_open and not one.paused]
    last = newcomer(hall, "", at)
    line = order([*hall.waiting(), last], at, hall.rules)
    before = line[: line.index(last)]
    ahead = [one for one in before if any(serves(hall, counter, one) for counter in counters)]
    turns = {one.group for one in ahead} | {hall.tickets[one.ticket].group for one in counters if one.ticket}
    runs: list[dict[int, float]] = []
    if turns <= known.keys():
        play = _Play(hall, counters, ahead, set(), known, at)
        rng = random.Random(f"{hall.day} - {hall.upto}")  # noqa: S311  a forecast is no secret
        runs = [play.idle_s(rng) for _ in range(_RUNS)]
    found = {}
    for group in groups:
        mine = [one for one in counters if serves(hall, one, newcomer(hall, group, at))]
        if not mine:
            found[group] = Forecast(sum(one.group == group for one in before), None)
            continue
        rivals = sum(any(serves(hall, counter, one) for counter in mine) for one in ahead)
        waits_s = sorted(min(run[counter.number] for counter in mine) for run in runs)
        found[group] = Forecast(rivals, _range(waits_s) if waits_s else None)
    return found


class _Play:
    """The hall as it stands, to be played forward any number of times."""

    def __init__(
        self,
        hall: Hall,
        counters: list[Counter],
        ahead: list[Ticket],
        mine: set[int],
        known: Mapping[str, Pace],
        at: datetime,
    ) -> None:
        self._mine = mine
        self._turns = [known[ticket.group] for ticket in ahead]
        self._can = {
            one.number: [place for place, who in enumerate(ahead) if serves(hall, one, who)] for one in counters
        }
        self._skills = {counter.number: len(counter.skills) for counter in counters}
        self._busy: dict[int, tuple[Pace, float]] = {}
        for counter in counters:
            there = hall.tickets.get(counter.ticket)
            if there and there.called_at:
                self._busy[counter.number] = known[there.group], (at - there.called_at).total_seconds()

    def wait_s(self, rng: random.Random) -> float:
        """Until one of `mine` finds nobody whom he can serve before us."""
        return next((now_s for number, now_s in self._idle(rng) if number in self._mine), float("inf"))

    def idle_s(self, rng: random.Random) -> dict[int, float]:
        """By counter: until he finds nobody any more."""
        return dict(self._idle(rng))

    def _idle(self, rng: random.Random) -> Iterator[tuple[int, float]]:
        """Whoever is free first, and of those who knows least, calls the first one whom he can serve."""
        free = []
        for number, skills in self._skills.items():
            rest_s = self._busy[number][0].sample_s(rng, self._busy[number][1]) if number in self._busy else 0.0
            free.append((rest_s, skills, number))
        heapify(free)
        gone = bytearray(len(self._turns))
        while free:
            now_s, skills, number = heappop(free)
            turn = next((place for place in self._can[number] if not gone[place]), None)
            if turn is not None:
                gone[turn] = 1
                turn_s = _NO_SHOW_S if rng.random() < _NO_SHOW else self._turns[turn].sample_s(rng)
                heappush(free, (now_s + turn_s, skills, number))
            else:
                yield number, now_s


def _range(runs: list[float]) -> tuple[int, int] | None:
    """Whole steps around the runs that are believed."""
    low_s, high_s = (runs[min(len(runs) - 1, int(share * len(runs)))] for share in _INSIDE)
    if high_s == float("inf"):
        return None
    low = int(low_s / 60 // _STEP_MIN) * _STEP_MIN
    high = -int(-high_s / 60 // _STEP_MIN) * _STEP_MIN
    return low, max(high, low + _STEP_MIN)


def _measured(served: list[Served]) -> dict[str, Pace]:
    turns: dict[str, list[float]] = {}
    for one in served:
        turns.setdefault(one.group, []).append(max(30.0, (one.ended_at - one.called_at).total_seconds()))
    measured = {}
    for group, took in turns.items():
        cuts = quantiles(took, n=10, method="inclusive") if len(took) > 1 else took * 9
        measured[group] = Pace(cuts[4], cuts[7], len(took))
    return measured
