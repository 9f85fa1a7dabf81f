"""How long a case still has, in words and a sign: the same on the worklist and on the morning page."""

from __future__ import annotations

from datetime import date

from protocol.catalogue.calendars import Calendar
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import say
from protocol.standing import NEVER

NEAR_DAYS = 2  # working days left from which it is shown in amber


def due_chip(due_on: str, *, paused: bool, calendar: Calendar, today: date) -> Chip:
    """Working days left until the nearest clock of ours runs out."""
    if due_on == NEVER:
        return Chip(say("due.paused"), Tone.WARN, Icon.HALF) if paused else Chip(say("due.none"))
    due = date.fromisoformat(due_on)
    if due < today:
        return Chip(say("due.late", count=max(1, calendar.working_days(due, today))), Tone.BAD, Icon.ALERT)
    if due == today:
        return Chip(say("due.today"), Tone.WARN, Icon.ALERT)
    left = calendar.working_days(today, due)
    return Chip(say("due.left", count=left), Tone.WARN if left <= NEAR_DAYS else Tone.PLAIN, Icon.CLOCK)


def provisional_chip(starts_on: str, due_on: str, calendar: Calendar) -> Chip | None:
    """Where the due day reaches into a year whose holidays are not known yet."""
    if NEVER in (starts_on, due_on):
        return None
    unknown = calendar.unknown(date.fromisoformat(starts_on), date.fromisoformat(due_on))
    return Chip(say("due.provisional", years=", ".join(map(str, unknown))), Tone.WARN, Icon.INFO) if unknown else None
