"""One limit, counted: from its first day over everything that stands it still to its last day.

Start day not counted, last day moved (民法典 §201, §203); months by the day of the same number (§202); hours from the
moment itself. Only what the limit names stops it (行政许可法 §45): a joint review, or a rectification that the
item's law does not except, is listed and counts on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from protocol.catalogue.calendars import Calendar, month_later
from protocol.catalogue.items import Limit, Unit
from protocol.clocks.measures import NATURAL, SECONDS, Measure, merged, not_counted, used_up, working
from protocol.clocks.states import Suspension
from protocol.clocks.story import Mark, Pause, Story, day_of

_HOUR = 3600
# looked up once, as in story.py
_WORKING_DAY, _NATURAL_DAY, _MONTH = Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH
_IN_HOURS, _INSTANT = Unit.HOUR, Unit.INSTANT


class Span(NamedTuple):  # not a dataclass: one a limit, and the hub computes a case at every act
    """What is to be counted: from where, to where it was ended or to now, and no later than a licence holds."""

    start: date
    start_at: datetime
    ended: Mark | None
    extension: Mark | None
    today: date
    now: datetime
    no_later: date | None

    @property
    def until(self) -> date:
        return self.ended.day if self.ended else self.today


class Reckoning(NamedTuple):
    """Fields as in ClockState. `late` is 0 up to and on the last day, at least 1 afterwards."""

    unit: Unit
    budget: int
    consumed: int
    left: int
    late: int
    first_counted: date
    running_since: date
    due: date | None
    due_at: datetime | None
    suspensions: tuple[Suspension, ...]
    extended: bool
    extended_too_late: bool
    unknown_years: tuple[int, ...]
    calendar: str


def reckon(limit: Limit, story: Story, calendar: Calendar, span: Span) -> Reckoning:
    """The limit on the day `span.until`."""
    pauses = _concerning(story.pauses, span) if story.pauses else []
    if limit.unit is _IN_HOURS:
        return _hours(limit, pauses, span)
    start, until = span.start, span.until
    in_working_days = limit.unit is _WORKING_DAY or limit.unit is _INSTANT
    measure = working(calendar) if in_working_days else NATURAL
    stretches = merged((pause.since.day, _end_day(pause, span)) for pause in pauses if _stops(limit, pause))
    budget = _days(limit.value, limit.unit, start)
    last = used_up(measure, start, budget, stretches)
    extended = too_late = False
    if span.extension and limit.extendable:
        too_late = last is not None and span.extension.day > calendar.moved(last)
        extended = not too_late
    if extended and limit.extendable:
        more = limit.extendable
        if more.unit is limit.unit:
            budget = _days(limit.value + more.value, limit.unit, start)
            last = used_up(measure, start, budget, stretches)
        elif last is not None:
            other = working(calendar) if more.unit is _WORKING_DAY else NATURAL
            last = used_up(other, last, _days(more.value, more.unit, last), stretches)
            if last is not None:
                budget = measure.between(start, last) - sum(not_counted(measure, start, last, stretches))
    due = last if last is None or limit.unit is _WORKING_DAY else calendar.moved(last)  # a working day already
    taken = _taken(limit, pauses, measure, span, last) if pauses else []
    consumed = measure.between(start, until) - sum(taken)
    left = max(0, budget - consumed)
    if span.no_later and (due is None or span.no_later < due) and (due is not None or until > span.no_later):
        due = last = span.no_later
        left = measure.between(until, due)
    if in_working_days:
        first, to = start, due or max(start, until)
    else:
        first, to = last or until, due or until
    return Reckoning(
        _NATURAL_DAY if limit.unit is _MONTH else limit.unit,
        budget,
        consumed,
        left,
        max(1, measure.between(due, until)) if due and until > due else 0,
        measure.later(start, 1),
        _running_since(start, until, stretches),
        due,
        None,
        _suspensions(limit, pauses, taken) if pauses else (),
        extended,
        too_late,
        calendar.unknown(first, to),
        calendar.label(first, to),
    )


def _days(value: int, unit: Unit, start: date) -> int:
    return (month_later(start, value) - start).days if unit is _MONTH else value


def _concerning(pauses: Sequence[Pause], span: Span) -> list[Pause]:
    """Those that lie between the start and the end; whether they stop the clock is the limit's business."""
    end = span.ended
    return [
        pause
        for pause in pauses
        if (pause.until is None or pause.until.day > span.start) and (end is None or pause.since.at < end.at)
    ]


def _end_day(pause: Pause, span: Span) -> date | None:
    """What still stands when the clock is ended ends with it."""
    end = pause.until or span.ended
    return end.day if end else None


def _stops(limit: Limit, pause: Pause) -> bool:
    return pause.stop is None or pause.stop in limit.stops_on


def _suspensions(limit: Limit, pauses: Sequence[Pause], taken: Sequence[int]) -> tuple[Suspension, ...]:
    return tuple(
        Suspension(
            pause.stop,
            pause.document,
            pause.since.day,
            pause.until.day if pause.until else None,
            days,
            not _stops(limit, pause),
        )
        for pause, days in zip(pauses, taken, strict=True)
    )


def _taken(limit: Limit, pauses: Sequence[Pause], measure: Measure[date], span: Span, last: date | None) -> list[int]:
    """Days that each pause takes out; none where it does not stop this clock or began when nothing was left."""
    nothing = (span.start, span.start)
    stretches = [
        (pause.since.day, _end_day(pause, span))
        if _stops(limit, pause) and (last is None or pause.since.day < last)
        else nothing
        for pause in pauses
    ]
    return not_counted(measure, span.start, span.until, stretches)


def _running_since(start: date, until: date, stretches: Sequence[tuple[date, date | None]]) -> date:
    return max((end for _, end in stretches if end is not None and start < end <= until), default=start)


def _hours(limit: Limit, pauses: Sequence[Pause], span: Span) -> Reckoning:
    """民法典 §201: hours count from the moment, and their last one is not moved. Suspensions are given in hours."""
    start, until = span.start_at, span.ended.at if span.ended else span.now
    spans = [(pause.since.at, _end_moment(pause, span)) for pause in pauses]
    stretches = merged(each for pause, each in zip(pauses, spans, strict=True) if _stops(limit, pause))
    budget = limit.value
    due = used_up(SECONDS, start, budget * _HOUR, stretches)
    extended = too_late = False
    if span.extension and limit.extendable and limit.extendable.unit is _IN_HOURS:
        too_late = due is not None and span.extension.at > due
        extended = not too_late
        if extended:
            budget += limit.extendable.value
            due = used_up(SECONDS, start, budget * _HOUR, stretches)
    taken = not_counted(
        SECONDS,
        start,
        until,
        [
            each if _stops(limit, pause) and (due is None or each[0] < due) else (start, start)
            for pause, each in zip(pauses, spans, strict=True)
        ],
    )
    consumed = SECONDS.between(start, until) - sum(taken)
    return Reckoning(
        _IN_HOURS,
        budget,
        consumed // _HOUR,
        max(0, -((consumed - budget * _HOUR) // _HOUR)),
        -(-SECONDS.between(due, until) // _HOUR) if due and until > due else 0,
        span.start,
        _running_since(span.start, span.until, [(day_of(a), day_of(b) if b else None) for a, b in stretches]),
        day_of(due) if due else None,
        due,
        _suspensions(limit, pauses, [seconds // _HOUR for seconds in taken]),
        extended,
        too_late,
        (),
        "",
    )


def _end_moment(pause: Pause, span: Span) -> datetime | None:
    end = pause.until or span.ended
    return end.at if end else None
