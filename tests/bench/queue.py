"""Station days left to chance, each lived under four rules of calling: what each rule costs whom, and how true the ranges are.

The same people, matters, turns and no-shows meet every rule. Ours is the engine itself: its state, its pick(), its
estimates. The other three are a few lines each. Five counters with overlapping skills, a morning peak, log-normal turns,
18 % old or disabled, 10 % with an appointment, 6 % who have gone when they are called.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import exp, log
from pathlib import Path

from node.hall.calling import pick
from node.hall.estimates import Pace, forecast
from node.hall.events import Arrived, Called, Drawn, Finished, Missed, Opened, Why
from node.hall.rules import Klass
from node.hall.state import Counter, Hall, Standing, Ticket
from protocol.clock import stamp
from tests.world import MORNING

DAYS = 10_000
LOADS = (0.7, 0.8, 0.85, 0.9, 0.95)
OPEN_MIN = 8 * 60
GROUPS = {"insurance": (0.34, 7.0), "residence": (0.28, 6.0), "business": (0.16, 11.0), "housing": (0.22, 8.0)}
SPREAD = 0.6  # of the logarithm of a turn
SKILLS: tuple[tuple[str, ...], ...] = (
    ("insurance",), ("insurance", "residence"), ("residence", "housing"), ("business", "housing"),
    ("insurance", "residence", "business", "housing"),
)  # fmt: skip
# one matter a counter, as halls were before: the two that come most have a counter more between them
FIXED = (("insurance",), ("insurance",), ("residence",), ("business",), ("housing",))
EARLY, APPOINTED, GONE = 0.18, 0.10, 0.06
MISS_S = 75
FORECAST_EVERY = 12  # days
KNOWN = {name: Pace(minutes * 60, minutes * 60 * exp(SPREAD * 0.8416), 200) for name, (_, minutes) in GROUPS.items()}

_WHY = Why(by="bench", wait_s=0)

Choose = Callable[[Hall, Counter, datetime], str]


@dataclass(frozen=True, slots=True)
class Person:
    at_s: float
    group: str
    klass: Klass
    turn_s: float
    is_gone: bool


@dataclass(slots=True)
class Seen:
    """What a rule did to people, in seconds; `inside` and `said` of ranges."""

    all: list[float] = field(default_factory=list)
    ordinary: list[float] = field(default_factory=list)
    early: list[float] = field(default_factory=list)
    overtaken: list[int] = field(default_factory=list)
    said: int = 0
    inside: int = 0
    width_min: int = 0


def _ours(hall: Hall, counter: Counter, at: datetime) -> str:
    found = pick(hall, counter, at)
    return found.ticket if found else ""


def _first_come(hall: Hall, counter: Counter, at: datetime) -> str:
    return next((one.number for one in _served_here(hall, counter)), "")


def _strict(hall: Hall, counter: Counter, at: datetime) -> str:
    first = min(_served_here(hall, counter), key=lambda one: one.klass is Klass.ORDINARY, default=None)
    return first.number if first else ""


def _served_here(hall: Hall, counter: Counter) -> Iterator[Ticket]:
    """In the order in which they came, as the hall's memory has them."""
    for one in hall.tickets.values():
        if one.standing is Standing.WAITING and one.groups[0] in counter.skills:
            yield one


RULES: dict[str, tuple[Sequence[tuple[str, ...]], Choose]] = {
    "fixed": (FIXED, _first_come),
    "first_come": (SKILLS, _first_come),
    "strict": (SKILLS, _strict),
    "ours": (SKILLS, _ours),
}


def people(seed: int, load: float) -> list[Person]:
    """Who comes on a day: twice as many an hour at ten in the morning as late in the afternoon."""
    rng = random.Random(seed)
    mean_turn_s = sum(share * minutes * 60 * exp(SPREAD**2 / 2) for share, minutes in GROUPS.values())
    mean_turn_s = mean_turn_s * (1 - GONE) + GONE * MISS_S
    expected = load * len(SKILLS) * OPEN_MIN * 60 / mean_turn_s
    number = max(1, round(rng.gauss(expected, expected**0.5)))
    came = []
    for _ in range(number):
        while True:
            at_s = rng.random() * OPEN_MIN * 60
            if rng.random() < 0.7 + 0.3 * exp(-(((at_s / 60 - 100) / 90) ** 2)):
                break
        group = rng.choices(list(GROUPS), [share for share, _ in GROUPS.values()])[0]
        chance = rng.random()
        klass = Klass.ELDERLY if chance < EARLY else Klass.APPOINTMENT if chance < EARLY + APPOINTED else Klass.ORDINARY
        turn_s = exp(log(GROUPS[group][1] * 60) + SPREAD * rng.gauss(0, 1))
        came.append(Person(at_s, group, klass, turn_s, rng.random() < GONE))
    return sorted(came, key=lambda one: one.at_s)


def live(came: Sequence[Person], rule: str, *, forecasts: bool = False) -> Seen:
    """One day under one rule; whoever is done leaves the hall's memory, so that a day costs what its queue is long."""
    skills, choose = RULES[rule]
    hall, seen, promised = Hall("2026-03-02"), Seen(), dict[str, tuple[int, int]]()
    passed: dict[str, int] = {}
    for number, known in enumerate(skills, start=1):
        hall.apply(MORNING, "-", Opened(number, list(known)))
    happens: list[
        tuple[float, int, int, str]
    ] = []  # when, 0 somebody comes or 1 a turn ends, counter or person, ticket
    for number, one in enumerate(came):
        heappush(happens, (one.at_s, 0, number, ""))
    while happens:
        now_s, kind, number, name = heappop(happens)
        at = MORNING + timedelta(seconds=now_s)
        if kind == 0:
            name = _comes(hall, came[number], number, at)
            passed[name] = 0
            if forecasts and number % 3 == 0:
                said = forecast(hall, hall.tickets[name], KNOWN, at).minutes
                if said:
                    promised[name] = said
        else:
            gone = came[int(name[1:]) - 1].is_gone
            hall.apply(at, "-", Missed(name, number) if gone else Finished(name, number))
            del hall.tickets[name]
        for counter in sorted(hall.counters.values(), key=lambda one: len(one.skills)):
            if not counter.is_free or not (called := choose(hall, counter, at)):
                continue
            ticket, person = hall.tickets[called], came[int(called[1:]) - 1]
            wait_s = now_s - person.at_s
            for other in hall.tickets.values():
                if other.series >= ticket.series:
                    break
                if other.standing is Standing.WAITING and other.groups[0] == ticket.groups[0]:
                    passed[other.number] += 1
            hall.apply(at, "-", Called(called, counter.number, _WHY))
            if not person.is_gone:
                hall.apply(at, "-", Arrived(called, counter.number))
                _count(seen, person, wait_s, passed.pop(called))
                if called in promised:
                    low, high = promised.pop(called)
                    seen.said, seen.width_min = seen.said + 1, seen.width_min + high - low
                    seen.inside += low * 60 <= wait_s <= high * 60
            heappush(happens, (now_s + (MISS_S if person.is_gone else person.turn_s), 1, counter.number, called))
        hall.served.clear()
        hall.called.clear()
    return seen


def _comes(hall: Hall, person: Person, number: int, at: datetime) -> str:
    name = f"A{number + 1:03d}"
    slot = stamp(at) if person.klass is Klass.APPOINTMENT else ""
    hall.apply(at, "-", Drawn(name, number + 1, [person.group], klass=person.klass, slot=slot))
    return name


def _count(seen: Seen, person: Person, wait_s: float, passed: int) -> None:
    seen.all.append(wait_s)
    seen.overtaken.append(passed)
    (seen.ordinary if person.klass is Klass.ORDINARY else seen.early).append(wait_s)


def _batch(asked: tuple[float, int, int]) -> dict[str, Seen]:
    load, first, last = asked
    total = {rule: Seen() for rule in RULES}
    for day in range(first, last):
        came = people(day * 7919 + int(load * 100), load)
        for rule, sums in total.items():
            seen = live(came, rule, forecasts=rule == "ours" and day % FORECAST_EVERY == 0)
            _add(sums, seen)
    return total


def _add(sums: Seen, seen: Seen) -> None:
    for name in ("all", "ordinary", "early", "overtaken"):
        getattr(sums, name).extend(getattr(seen, name))
    sums.said, sums.inside, sums.width_min = (
        sums.said + seen.said, sums.inside + seen.inside, sums.width_min + seen.width_min,
    )  # fmt: skip


def queue(_folder: Path, days: int = DAYS) -> dict[str, float]:
    """Minutes. The figures that are held come first; the table of every load is printed beside them."""
    each, step = days // len(LOADS), 25
    asked = [(load, first, min(first + step, each)) for load in LOADS for first in range(0, each, step)]
    by_load: dict[float, dict[str, Seen]] = {load: {rule: Seen() for rule in RULES} for load in LOADS}
    with ProcessPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        for (load, _, _), done in zip(asked, pool.map(_batch, asked), strict=True):
            for rule, seen in done.items():
                _add(by_load[load][rule], seen)
    for line in _table(by_load):
        print(line, flush=True)
    ours, first_come = ([by_load[load][rule] for load in LOADS] for rule in ("ours", "first_come"))
    pairs = list(zip(ours, first_come, strict=True))
    said = sum(one.said for one in ours)
    return {
        "days": float(each * len(LOADS)),
        "ordinary_p99_ratio": _pooled(ours, "ordinary", 0.99) / _pooled(first_come, "ordinary", 0.99),
        "ordinary_p99_worst": max(_cut(one.ordinary, 0.99) / _cut(other.ordinary, 0.99) for one, other in pairs),
        "early_p90_ratio": _pooled(ours, "early", 0.9) / _pooled(first_come, "early", 0.9),
        "early_p90_at_85": _cut(by_load[0.85]["ours"].early, 0.9) / _cut(by_load[0.85]["first_come"].early, 0.9),
        "early_p90_worst": max(_cut(one.early, 0.9) / _cut(other.early, 0.9) for one, other in pairs),
        "inside_percent": 100 * sum(one.inside for one in ours) / said,
        "inside_least_percent": min(100 * one.inside / one.said for one in ours),
        "width_min": sum(one.width_min for one in ours) / said,
        "forecasts": float(said),
    }


def _table(by_load: dict[float, dict[str, Seen]]) -> Iterator[str]:
    yield f"{'load':>6} {'rule':12}{'mean':>8}{'p90':>8}{'p99':>8}{'ordinary p99':>14}{'early p90':>11}{'overtaken p99':>15}"
    for load, rules in by_load.items():
        for rule, seen in rules.items():
            yield (
                f"{load:>6} {rule:12}{sum(seen.all) / len(seen.all) / 60:>8.1f}{_cut(seen.all, 0.9) / 60:>8.1f}"
                f"{_cut(seen.all, 0.99) / 60:>8.1f}{_cut(seen.ordinary, 0.99) / 60:>14.1f}{_cut(seen.early, 0.9) / 60:>11.1f}"
                f"{_cut(seen.overtaken, 0.99):>15.0f}"
            )


def _pooled(seen: Sequence[Seen], who: str, share: float) -> float:
    """Of the people of all loads together."""
    return _cut([wait_s for one in seen for wait_s in getattr(one, who)], share)


def _cut(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]
