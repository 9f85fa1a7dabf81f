"""The events of a case as its clocks read them: what came first, what came last, when time stood still.

The order is the order of the line of acts; the times are the attested ones, and a day is a day in China.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from protocol.cases.events import Event, Happened
from protocol.catalogue.items import Stop
from protocol.clock import CHINA, moment

# A clock that lost its battery may say any year: sums stay within what a calendar can be asked.
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=CHINA), datetime(2199, 12, 31, tzinfo=CHINA)

# Looked up once: a case is computed at every act, and finding a member in its enum costs more than comparing it.
_PAUSED, _RESUMED, _CORRECTION_ASKED = Happened.PAUSED, Happened.RESUMED, Happened.CORRECTION_ASKED
_SUPPLEMENTED, _ACCEPTED = Happened.SUPPLEMENTED, Happened.ACCEPTED
_DECIDED, _CLOSED, _REOPENED = Happened.DECIDED, Happened.CLOSED, Happened.REOPENED

# What reopening takes back; what was asked, brought, accepted and surveyed stands.
UNDONE = (Happened.DECIDED, Happened.ISSUED, Happened.HANDED_OVER, Happened.CLOSED, Happened.CHECKED)


class Mark(NamedTuple):
    event: Event
    at: datetime
    day: date  # on which it was done
    counts: date  # from which the law lets it count


class Pause(NamedTuple):
    stop: Stop | None  # None: the case was closed and has been reopened
    document: str
    since: Mark
    until: Mark | None


def within(day: date) -> date:
    """The day, or the nearest one that can be reckoned with."""
    return min(max(day, _FIRST.date()), _LAST.date())


def day_of(at: datetime) -> date:
    return within(at.astimezone(CHINA).date()) if 1 < at.year < 9999 else within(at.date())


def iso_day(text: str) -> date | None:
    """A day within what can be reckoned with; None for what is none: letters are not checked for days."""
    try:
        return within(date.fromisoformat(text))
    except ValueError:
        return None


def _mark(event: Event) -> Mark:
    at, day = _moment_and_day(event.at)
    return Mark(event, at, day, iso_day(event.counts_from) or day)


@lru_cache(4096)  # a worklist asks for the same events again and again
def _moment_and_day(text: str) -> tuple[datetime, date]:
    at = min(max(moment(text), _FIRST), _LAST)
    return at, at.astimezone(CHINA).date()


class Story:
    """Made once for all clocks of a case."""

    __slots__ = ("marks", "pauses", "reopened")

    def __init__(self, events: Iterable[Event]) -> None:
        """:raises ValueError: a time is not what stamp() writes"""
        self.marks = [_mark(event) for event in events]
        self.reopened = max(
            (n for n, mark in enumerate(self.marks) if mark.event.what is Happened.REOPENED), default=-1
        )
        self.pauses = _pauses(self.marks)

    def first(self, what: Sequence[Happened], after: int = -1, stop: Stop | None = None) -> int:
        """Place of the first of these events after place `after`, -1 if there is none; what was undone is not seen."""
        if not what:
            return -1
        for place in range(after + 1, len(self.marks)):
            event = self.marks[place].event
            if event.what in what and (stop is None or event.stop is stop):
                if place < self.reopened and event.what in UNDONE:
                    continue
                return place
        return -1

    def last(self, what: Happened) -> int:
        """Place of the last of these events, as `first`."""
        for place in range(len(self.marks) - 1, -1, -1):
            if self.marks[place].event.what is what:
                return -1 if place < self.reopened and what in UNDONE else place
        return -1


def _pauses(marks: Iterable[Mark]) -> list[Pause]:
    """Everything during which a clock could stand still, by its beginning; whether it does is the limit's business.

    A resumption ends every open pause of its reason: what two documents paused for one reason is one pause.
    """
    pauses: list[Pause] = []
    closed: Mark | None = None
    for mark in marks:
        event = mark.event
        what = event.what
        if what is _PAUSED:
            pauses.append(Pause(event.stop, event.document, mark, None))
        elif what is _RESUMED:
            _end(pauses, event.stop, mark)
        elif what is _CORRECTION_ASKED:
            pauses.append(Pause(Stop.CORRECTION, event.document, mark, None))
        elif what is _SUPPLEMENTED or what is _ACCEPTED:
            _end(pauses, Stop.CORRECTION, mark)
        elif what is _DECIDED or what is _CLOSED:
            closed = closed or mark
        elif what is _REOPENED:
            if closed:
                pauses.append(Pause(None, event.document, closed, mark))
            closed = None
    return sorted(pauses, key=lambda pause: pause.since.at) if len(pauses) > 1 else pauses


def _end(pauses: list[Pause], stop: Stop | None, at: Mark) -> None:
    for number, pause in enumerate(pauses):
        if pause.until is None and (stop is None or pause.stop is stop):
            pauses[number] = pause._replace(until=at)
