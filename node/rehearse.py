"""A morning of the room, played through the real use cases: people draw numbers, are called, served and asked how it was.

Everything lies in a folder that is gone afterwards, and the same seed gives the same morning. Nothing here decides who
is called: it only comes, waits, sits at a counter and presses the buttons that a person would press.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from math import exp
from pathlib import Path

from sqlite_utils import Database

from node import ratings, replies
from node.hall import estimates
from node.hall.desk import HallDesk, replays
from node.hall.estimates import Pace
from node.hall.ledger import Halls, Kept, day_of, events
from node.hall.report import day_report
from node.hall.rules import Klass
from node.hall.state import Hall, Standing
from node.ratings import Grade
from node.schema import migrations
from protocol.casebook import Casebook
from protocol.catalogue.groups import GROUPS, group
from protocol.clock import ClockQuality
from protocol.exchange.hall_day import HallDay
from protocol.exchange.journal import Journal
from protocol.store import Store

DOORS_OPEN = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # half past eight in China, a Monday
MORNING_MIN = 210
PEOPLE = 150
MOST_PEOPLE = 600
_WAITS_AT_EMPTY_S = 30
_WEIGHTS = {"insurance": 5, "residence": 5, "medical": 4, "general": 3, "welfare": 2, "business": 2, "tax": 2}
_CLASSES = {Klass.ORDINARY: 74, Klass.ELDERLY: 16, Klass.DISABLED: 3, Klass.SOLDIER: 2, Klass.PREGNANT: 2}
# which counter knows what; the last one helps out while most people come
_COUNTERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("clerk-1", frozenset({"general", "residence", "welfare"})),
    ("clerk-2", frozenset({"insurance", "medical", "welfare"})),
    ("clerk-3", frozenset({"business", "permits", "tax", "housing", "transport", "building"})),
    ("clerk-4", frozenset({"housing", "transport", "building", "tax", "residence", "general"})),
    ("clerk-5", frozenset(one.code for one in GROUPS)),
)
_HELPS_MIN = (30, 200)  # counter 5, minutes after the doors open
_PACE = 0.36  # people at a rehearsal are quicker than those of an ordinary day, so that 150 fit into a morning
_TURN_MU, _TURN_SIGMA = -0.15, 0.55  # of the logarithm of a turn, in parts of its group's minutes
_GRADES = ((Grade.VERY_GOOD, 70), (Grade.GOOD, 22), (Grade.FAIR, 5), (Grade.BAD, 2), (Grade.VERY_BAD, 1))


@dataclass(slots=True)
class Morning:
    """What happened: the day's events, who was promised what, what was said afterwards."""

    day: str
    kept: list[Kept] = field(default_factory=list)
    hall: Hall = field(default_factory=lambda: Hall(""))
    grades: dict[Grade, int] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)  # tickets whose call the log does not explain

    @property
    def report(self) -> HallDay:
        return day_report(self.day, self.kept)


class _WallClock:
    """Of the played room."""

    def __init__(self) -> None:
        self.at = DOORS_OPEN

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - DOORS_OPEN).total_seconds()

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCED


def rehearse(seed: int, people: int = PEOPLE) -> Morning:
    with tempfile.TemporaryDirectory(prefix="microcenter-rehearsal-") as folder:
        store = Store(Path(folder) / "station.db", migrations, durable=False)
        store.open()
        try:
            return _Room(store, random.Random(seed)).play(people)  # noqa: S311  a play, no secret
        finally:
            store.close()


class _Room:
    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store, self._rng, self._clock = store, rng, _WallClock()
        self._pen = Journal(
            "rehearsal", "rehearsal", self._clock, rng.randbytes, replies.handlers(Casebook("rehearsal"))
        )
        self._desk = HallDesk(Halls(), ended=(estimates.learn,))
        self._next: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._grades: dict[Grade, int] = {}
        self._coming = 0

    def play(self, people: int) -> Morning:
        day = day_of(DOORS_OPEN)
        self._remembers()
        for number, (who, skills) in enumerate(_COUNTERS, start=1):
            begins = _HELPS_MIN[0] if number == len(_COUNTERS) else 0
            self._in(begins * 60, lambda n=number, w=who, s=skills: self._opens(n, w, s))  # type: ignore[misc]
        self._coming = people
        for _ in range(people):
            self._in(self._arrival_s(), self._comes)
        while self._next:
            self._clock.at, _, do = heappop(self._next)
            do()
        with self._store.write() as tx:
            self._desk.end_day(tx, by="head", at=self._clock.at)
        with self._store.read() as db:
            return Morning(day, events(db, day), self._desk.halls.of(db, day), self._grades, replays(db, day))

    def _remembers(self) -> None:
        """A station that has measured its turns before: the ranges of this morning are made of that."""
        before = day_of(DOORS_OPEN - timedelta(days=1))
        with self._store.write() as tx:
            for one in GROUPS:
                p50_s = 60 * one.minutes * _PACE * exp(_TURN_MU) + 26
                estimates.remember(tx, before, one.code, Pace(p50_s, p50_s * exp(0.84 * _TURN_SIGMA), 50))

    def _in(self, seconds: float, do: Callable[[], None]) -> None:
        heappush(self._next, (self._clock.at + timedelta(seconds=seconds), next(self._numbers), do))

    def _arrival_s(self) -> float:
        """Most people come in the second hour."""
        return self._rng.triangular(0, MORNING_MIN * 0.85, MORNING_MIN * 0.35) * 60

    def _comes(self) -> None:
        rng = self._rng
        first = rng.choices([one.code for one in GROUPS], [_WEIGHTS.get(one.code, 1) for one in GROUPS])[0]
        wanted = [first, *(["medical"] if first == "insurance" and rng.random() < 0.2 else [])]
        klass = rng.choices(list(_CLASSES), list(_CLASSES.values()))[0]
        with self._store.write() as tx:
            ticket = self._desk.draw(tx, wanted, klass=klass, machine="ticket", at=self._clock.at)
            estimates.promise(tx, self._desk, ticket.number, at=self._clock.at)
        self._coming -= 1

    def _opens(self, number: int, who: str, skills: frozenset[str]) -> None:
        with self._store.write() as tx:
            self._desk.open_counter(tx, number, skills, name=who, by=who, at=self._clock.at)
        self._calls(number, who)

    def _calls(self, number: int, who: str) -> None:
        at = self._clock.at
        if number == len(_COUNTERS) and at >= DOORS_OPEN + timedelta(minutes=_HELPS_MIN[1]):
            with self._store.write() as tx:
                self._desk.close_counter(tx, number, by=who, at=at)
            return
        with self._store.write() as tx:
            found = self._desk.call_next(tx, number, by=who, at=at)
        if found is not None:
            self._is_called(number, who, found.ticket)
        elif self._coming or self._anybody_waits():
            self._in(_WAITS_AT_EMPTY_S, lambda: self._calls(number, who))

    def _anybody_waits(self) -> bool:
        with self._store.read() as db:
            hall = self._desk.halls.of(db, day_of(self._clock.at))
        return any(one.standing in (Standing.WAITING, Standing.HELD, Standing.MISSED) for one in hall.tickets.values())

    def _is_called(self, number: int, who: str, ticket: str) -> None:
        rng = self._rng
        if rng.random() < 0.06:  # gone for a smoke
            self._in(20, lambda: self._presses("recall", number, who))
            self._in(80, lambda: self._misses(number, who, ticket))
        else:
            self._in(rng.uniform(8, 45), lambda: self._sits_down(number, who, ticket))

    def _misses(self, number: int, who: str, ticket: str) -> None:
        self._presses("miss", number, who)
        with self._store.read() as db:
            is_missed = self._desk.halls.of(db, day_of(self._clock.at)).tickets[ticket].standing is Standing.MISSED
        if is_missed:
            self._in(self._rng.uniform(120, 900), lambda: self._speaks_up("restore", ticket))
        self._calls(number, who)

    def _sits_down(self, number: int, who: str, ticket: str) -> None:
        self._presses("arrive", number, who)
        with self._store.read() as db:
            minutes = group(self._desk.halls.of(db, day_of(self._clock.at)).tickets[ticket].group).minutes
        turn_s = 60 * minutes * _PACE * self._rng.lognormvariate(_TURN_MU, _TURN_SIGMA)
        if self._rng.random() < 0.05:
            self._in(turn_s / 3, lambda: self._holds(number, who, ticket))
        else:
            self._in(turn_s, lambda: self._is_done(number, who))

    def _holds(self, number: int, who: str, ticket: str) -> None:
        self._presses("hold", number, who, "复印")
        self._in(self._rng.uniform(120, 600), lambda: self._speaks_up("back", ticket))
        self._calls(number, who)

    def _is_done(self, number: int, who: str) -> None:
        self._presses("finish", number, who)
        if self._rng.random() < 0.6:
            with self._store.write() as tx:
                self._rates(tx, number)
        self._calls(number, who)

    def _rates(self, tx: Database, number: int) -> None:
        hall = self._desk.today(tx, self._clock.at)
        turn = ratings.to_rate(tx, hall, number, self._clock.at)
        if turn is None:
            return
        grade = self._rng.choices([one for one, _ in _GRADES], [weight for _, weight in _GRADES])[0]
        ratings.rate(tx, self._pen, turn, grade, self._rng.randbytes(16).hex(), at=self._clock.at)
        self._grades[grade] = self._grades.get(grade, 0) + 1

    def _speaks_up(self, what: str, ticket: str) -> None:
        with self._store.write() as tx:
            if what == "back":
                self._desk.back(tx, ticket, by="hall", at=self._clock.at)
            else:
                self._desk.restore(tx, ticket, by="hall", at=self._clock.at)

    def _presses(self, what: str, number: int, who: str, *words: str) -> None:
        presses = {
            "recall": self._desk.recall, "miss": self._desk.miss, "arrive": self._desk.arrive, "finish": self._desk.finish,
            "hold": self._desk.hold,
        }  # fmt: skip
        with self._store.write() as tx:
            presses[what](tx, number, *words, by=who, at=self._clock.at)  # type: ignore[operator]
