"""When a station is open: weekly hours, extra and closed days, reckoned with the district's holidays.

Pure. A station's head writes them within BOUNDS, the station goes by them with no wire, and the hub is told so that
others can say where somebody is there now. Times are minutes of the day in China; a span ends before its last minute.
A make-up working day has the hours of the first weekday that has any; a public holiday has none, unless the head says
that the station works on holidays, as a station in a shopping street does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from protocol.catalogue.calendars import Calendar
from protocol.clock import CHINA

LOOKS_AHEAD = 60  # days in which next_opening() looks
DAY = 24 * 60


class Times(msgspec.Struct, frozen=True, array_like=True):
    """Minutes of the day. `after_hours`: 延时服务, outside the ordinary hours of an office."""

    start: int
    end: int
    after_hours: bool = False


class Special(msgspec.Struct, frozen=True, kw_only=True):
    """One day that is not as its weekday: no spans for a closed one."""

    day: str  # ISO
    spans: list[Times] = []
    note: str = ""  # for the door: what the day is


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What the head has set. `week` has seven lists, Monday first."""

    week: list[list[Times]]
    on_holidays: bool = False
    special: list[Special] = []
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the district allows: nobody opens before, closes after, or is there for fewer hours a week."""

    earliest: int
    latest: int
    hours_a_week: int


def _at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


BOUNDS: dict[str, Bounds] = {
    "business": Bounds(_at(8), _at(22), 35),
    "residential": Bounds(_at(7), _at(21), 20),
    "village": Bounds(_at(7), _at(21), 15),
}
ANY = Bounds(_at(7), _at(21), 35)
_OFFICE = [Times(_at(9), _at(12)), Times(_at(13), _at(17))]
_STREET = [Times(_at(10), _at(12)), Times(_at(13), _at(18)), Times(_at(18), _at(20, 30), after_hours=True)]


def bounds_of(tier: str) -> Bounds:
    return BOUNDS.get(tier, ANY)


def usual(tier: str) -> Opening:
    """What a station of that tier begins with: an office's hours; in a shopping street evenings and weekends too."""
    if tier == "business":
        return Opening(week=[list(_STREET) for _ in range(7)], on_holidays=True)
    return Opening(week=[list(_OFFICE) if day < 5 else [] for day in range(7)])


def hours(opening: Opening, calendar: Calendar, day: date) -> Sequence[Times]:
    """The spans of a day, earliest first; none if it is closed."""
    special = next((one for one in opening.special if one.day == day.isoformat()), None)
    if special is not None:
        return special.spans
    mine = opening.week[day.weekday()]
    if calendar.is_working(day):
        return mine or next((spans for spans in opening.week if spans), [])
    is_holiday = day.weekday() < 5
    return mine if not is_holiday or opening.on_holidays else []


def is_open(opening: Opening, calendar: Calendar, at: datetime) -> bool:
    here = at.astimezone(CHINA)
    minute = here.hour * 60 + here.minute
    return any(span.start <= minute < span.end for span in hours(opening, calendar, here.date()))


def next_opening(opening: Opening, calendar: Calendar, at: datetime) -> datetime | None:
    """When the doors open next, in UTC; `at` itself while they are open, None if nothing is set for two months."""
    if is_open(opening, calendar, at):
        return at
    here = at.astimezone(CHINA)
    for ahead in range(LOOKS_AHEAD):
        day = here.date() + timedelta(days=ahead)
        for span in hours(opening, calendar, day):
            opens = datetime.combine(day, time(span.start // 60, span.start % 60), CHINA)
            if opens > here:
                return opens.astimezone(UTC)
    return None


def faults(opening: Opening, bounds: Bounds) -> list[tuple[str, str]]:
    """What the district does not allow, as (day, code): "0" to "6" or an ISO day; the week as a whole is "week"."""
    found = []
    for name, spans in [
        *((str(number), spans) for number, spans in enumerate(opening.week)),
        *((one.day, one.spans) for one in opening.special),
    ]:
        for before, span in zip([None, *spans], spans, strict=False):
            if not 0 <= span.start < span.end <= DAY:
                found.append((name, "order"))
            elif span.start < bounds.earliest or span.end > bounds.latest:
                found.append((name, "bounds"))
            elif before is not None and span.start < before.end:
                found.append((name, "overlap"))
    if sum(span.end - span.start for spans in opening.week for span in spans) < bounds.hours_a_week * 60:
        found.append(("week", "hours"))
    return found
