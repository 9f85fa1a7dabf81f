"""The strict reading of calendar files: a year that contradicts itself would put every deadline wrong.

A refusal names the file, the field and what to do. The files are written by a person who has the State
Council's notice before them; the software brings those that were known when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from protocol.catalogue.calendars import FIXED_DAYS, STATUTORY_DAYS, CalendarYear, Festival
from protocol.catalogue.reading import read_as
from protocol.errors import Refused


@cache
def standard_calendars() -> tuple[CalendarYear, ...]:
    """The years that come with the software."""
    return load_calendars(resources.files("protocol.catalogue") / "calendars")


def load_calendars(folder: Traversable) -> tuple[CalendarYear, ...]:
    """Every YAML file of a folder (a Path will do), by year.

    :raises Refused: a file is not understood or contradicts itself, or two files give the same year
    """
    files = sorted((file for file in folder.iterdir() if file.name.endswith((".yaml", ".yml"))), key=lambda f: f.name)
    years = {file.name: read_calendar(file.name, file.read_bytes()) for file in files}
    check_years(years.values(), list(years))
    return tuple(sorted(years.values(), key=lambda known: known.year))


def read_calendar(file: str, data: bytes) -> CalendarYear:
    """:raises Refused: with `file`, `field` and `problem` (what to do)"""
    known = read_as(CalendarYear, file, data)
    for field, problem in _contradictions(known):
        raise Refused("refused.catalogue", file=file, field=field, problem=problem)
    return known


def check_years(years: Iterable[CalendarYear], files: Sequence[str] = ()) -> None:
    """:raises Refused: two records give the same year"""
    seen: set[int] = set()
    for index, known in enumerate(years):
        if known.year in seen:
            file = files[index] if files else f"calendar {known.label}"
            problem = f"{known.year} is there twice; keep the one with the later notice"
            raise Refused("refused.catalogue", file=file, field="year", problem=problem)
        seen.add(known.year)


def _contradictions(known: CalendarYear) -> Iterable[tuple[str, str]]:
    if not 2000 <= known.year <= 2199:
        yield "year", "must be a year from 2000 to 2199"
        return
    if known.version < 1:
        yield "version", "must be 1 or more"
    if not known.basis.strip():
        yield "basis", "is empty; name the notice of the State Council"
    for index, holiday in enumerate(known.holidays):
        path = f"holidays[{index}]"
        if holiday.last < holiday.first:
            yield f"{path}.last", "lies before the first day; correct one of them"
        for name, day in (("first", holiday.first), ("last", holiday.last)):
            if day.year != known.year:
                yield f"{path}.{name}", f"{day} is not in {known.year}; give it to that year's file"
        for day in holiday.statutory:
            if not holiday.first <= day <= holiday.last:
                yield f"{path}.statutory", f"{day} is outside the days off; correct one of them"
    for festival in Festival:
        yield from _statutory(known, festival)
    off = {day for holiday in known.holidays for day in holiday.days()}
    for index, day in enumerate(known.make_up):
        path = f"make_up[{index}]"
        if day.year != known.year:
            yield path, f"{day} is not in {known.year}; give it to that year's file"
        if day in off:
            yield path, f"{day} is a holiday too; it can be only one of them"
        if day.weekday() < 5:
            yield path, f"{day} is worked anyway: only a Saturday or Sunday can be made up; remove it"
        if day in known.make_up[:index]:
            yield path, f"{day} is there twice; remove one"


def _statutory(known: CalendarYear, festival: Festival) -> Iterable[tuple[str, str]]:
    """全国年节及纪念日放假办法 §2: each festival once, with its number of days, on its fixed days if it has them."""
    given = [day for holiday in known.holidays if holiday.festival is festival for day in holiday.statutory]
    entries = sum(holiday.festival is festival for holiday in known.holidays)
    if entries != 1:
        yield "holidays", f"{festival} must be there once, not {entries} times"
    elif len(set(given)) != STATUTORY_DAYS[festival]:
        yield (
            "holidays",
            f"{festival} has {STATUTORY_DAYS[festival]} statutory day(s), not {len(set(given))}; list them",
        )
    fixed = {date(known.year, month, day) for month, day in FIXED_DAYS.get(festival, ())}
    if missing := sorted(fixed - set(given)):
        yield "holidays", f"{missing[0]} is a statutory holiday of {festival} and is missing; add it"
