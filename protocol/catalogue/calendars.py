"""The working days of a district: one record a year, and the sums that deadlines are made of.

A year's holidays and make-up working days (调休) are known when the State Council has given its notice,
which comes in the autumn before. The record is data of the catalogue, versioned and signed like an item;
a year without a record is reckoned from its weekends and the holidays that stand on fixed days, and
whoever computes with it has to say that the result is provisional.

Days are plain dates in China. Never a clock in here: what day it is comes from the caller.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from protocol.catalogue.vocabulary import Certainty


class Festival(StrEnum):
    NEW_YEAR = "new_year"
    SPRING = "spring"
    QINGMING = "qingming"
    LABOUR = "labour"
    DRAGON_BOAT = "dragon_boat"
    MID_AUTUMN = "mid_autumn"
    NATIONAL = "national"


# 全国年节及纪念日放假办法 (2024) §2: thirteen days, six of them on the same (month, day) every year
STATUTORY_DAYS: dict[Festival, int] = {
    Festival.NEW_YEAR: 1,
    Festival.SPRING: 4,
    Festival.QINGMING: 1,
    Festival.LABOUR: 2,
    Festival.DRAGON_BOAT: 1,
    Festival.MID_AUTUMN: 1,
    Festival.NATIONAL: 3,
}
FIXED_DAYS: dict[Festival, tuple[tuple[int, int], ...]] = {
    Festival.NEW_YEAR: ((1, 1),),
    Festival.LABOUR: ((5, 1), (5, 2)),
    Festival.NATIONAL: ((10, 1), (10, 2), (10, 3)),
}


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off for one festival, both ends included; `statutory` are those that the 办法 itself gives."""

    festival: Festival
    first: date
    last: date
    statutory: tuple[date, ...]

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What the notice for one year says. Festivals that fall together may share their days off."""

    year: int
    version: int
    basis: str  # the State Council's notice
    certainty: Certainty
    holidays: tuple[Holiday, ...]
    make_up: tuple[date, ...] = ()  # weekend days on which people work

    @property
    def label(self) -> str:
        return f"{self.year}.{self.version}"


class _Year:
    """One year's working days, added up: a question is an index."""

    __slots__ = ("days", "first", "label", "upto")

    def __init__(self, year: int, known: CalendarYear | None) -> None:
        if known is None:
            off = {date(year, month, day) for days in FIXED_DAYS.values() for month, day in days}
            work: frozenset[date] = frozenset()
        else:
            off = {day for holiday in known.holidays for day in holiday.days()}
            work = frozenset(known.make_up)
        self.label = known.label if known else ""
        self.first = date(year, 1, 1).toordinal()
        self.days: list[date] = []  # the working days
        self.upto: list[int] = []  # how many of them lie before or on the n-th day of the year, from 0
        for number in range(date(year, 12, 31).toordinal() - self.first + 1):
            day = date.fromordinal(self.first + number)
            if day in work or (day.weekday() < 5 and day not in off):
                self.days.append(day)
            self.upto.append(len(self.days))


class Calendar:
    """Sums over the years that are known; a year is added up when it is first asked for."""

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        """One record a year: `contradictions_between` (calendar_files.py) has been asked before."""
        self.years = {known.year: known for known in years}
        self._sums: dict[int, _Year] = {}

    def _sum(self, year: int) -> _Year:
        found = self._sums.get(year)
        if found is None:  # two threads may both add it up: the sums are the same
            found = self._sums[year] = _Year(year, self.years.get(year))
        return found

    def knows(self, year: int) -> bool:
        return year in self.years

    def is_working(self, day: date) -> bool:
        """Where the year is not known: not a weekend and not one of the fixed holidays."""
        year = self._sum(day.year)
        number = day.toordinal() - year.first
        return year.upto[number] > (year.upto[number - 1] if number else 0)

    def working_days(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and including `until`; 0 where there is nothing between."""
        if until <= after:
            return 0
        start = self._sum(after.year)
        if after.year == until.year:
            return start.upto[until.toordinal() - start.first] - start.upto[after.toordinal() - start.first]
        end = self._sum(until.year)
        count = end.upto[until.toordinal() - end.first] - start.upto[after.toordinal() - start.first]
        for year in range(after.year, until.year):
            count += len(self._sum(year).days)
        return count

    def add_working(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which itself is not counted (民法典 §201); `start` for 0."""
        if count <= 0:
            return start
        number, year = start.year, self._sum(start.year)
        nth = year.upto[start.toordinal() - year.first] + count
        while nth > len(year.days):
            nth -= len(year.days)
            number += 1
            year = self._sum(number)
        return year.days[nth - 1]

    def moved(self, day: date) -> date:
        """A last day that is no working day goes to the next one, 民法典 §203."""
        return day if self.is_working(day) else self.add_working(day, 1)

    def label(self, first: date, last: date) -> str:
        """The versions that a reckoning over these days rests on, such as "2025.1 2026.1"; unknown years give nothing."""
        if first.year == last.year:
            return self._sum(first.year).label
        return " ".join(label for year in range(first.year, last.year + 1) if (label := self._sum(year).label))

    def unknown(self, first: date, last: date) -> tuple[int, ...]:
        """The years between these days that no notice is known of."""
        if first.year == last.year and first.year in self.years:
            return ()
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.years)


def month_later(start: date, months: int) -> date:
    """The day of the same number, or the last one of a month that is too short, 民法典 §202; not yet moved."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
