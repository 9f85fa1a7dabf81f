"""How a budget of days or hours is used up while the clock sometimes stands still.

The same few lines serve working days, natural days and hours: a measure says how much lies between two
points and where one comes to after so much. A stretch that is not counted is a pair (since, until): the
day on which it begins has still been counted and the day on which it ends has not, which is 民法典 §201 for
both of its ends; None means that the clock still stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from protocol.catalogue.calendars import Calendar

Point = TypeVar("Point", date, datetime)


class Measure(NamedTuple, Generic[Point]):
    between: Callable[[Point, Point], int]  # after the first, up to and including the second; 0 if there is nothing
    later: Callable[[Point, int], Point]


def working(calendar: Calendar) -> Measure[date]:
    return Measure(calendar.working_days, calendar.add_working)


NATURAL: Measure[date] = Measure(
    lambda after, until: max(0, (until - after).days), lambda start, days: start + timedelta(days=days)
)
SECONDS: Measure[datetime] = Measure(
    lambda after, until: max(0, int((until - after).total_seconds())),
    lambda start, seconds: start + timedelta(seconds=seconds),
)


def merged(stretches: Iterable[tuple[Point, Point | None]]) -> list[tuple[Point, Point | None]]:
    """The same points in time, none of them twice, in order."""
    whole: list[tuple[Point, Point | None]] = []
    for since, until in sorted(stretches, key=lambda stretch: stretch[0]):
        if until is not None and until <= since:
            continue
        if whole:
            before, end = whole[-1]
            if end is None:
                break
            if since <= end:
                whole[-1] = (before, None if until is None else max(end, until))
                continue
        whole.append((since, until))
    return whole


def used_up(
    measure: Measure[Point], start: Point, budget: int, stretches: Sequence[tuple[Point, Point | None]]
) -> Point | None:
    """The point at which the budget is gone; None while the clock stands with some of it left.

    `stretches` are merged. A stretch that begins when nothing is left does not help.
    """
    at, left = start, budget
    for since, until in stretches:
        if since > at:
            ran = measure.between(at, since)
            if ran >= left:
                break
            left -= ran
            at = since
        if left == 0:
            break
        if until is None:
            return None
        at = max(at, until)
    return measure.later(at, left)


def not_counted(
    measure: Measure[Point], start: Point, until: Point, stretches: Iterable[tuple[Point, Point | None]]
) -> list[int]:
    """What each stretch takes out of (start, until], in their order; what two of them share is the first one's."""
    covered, taken = start, []
    for since, end in stretches:
        low, high = max(since, covered), until if end is None else min(end, until)
        taken.append(measure.between(low, high) if high > low else 0)
        covered = max(covered, high)
    return taken
