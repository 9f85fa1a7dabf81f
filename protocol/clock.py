"""The time, as an argument.

Domain functions take `at`; only borders (a request, a frame, a job) read a Clock, once. Times are
aware UTC and are stored as text that sorts: 2026-03-02T08:15:00.123Z. A station's wall clock is
evidence, not order: order is (epoch, seq).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Protocol

CHINA = timezone(timedelta(hours=8), "UTC+8")  # the one zone of every district; what people are shown


class ClockQuality(StrEnum):
    """How far the author's wall clock can be believed; travels with every entry."""

    SYNCED = "synced"
    UNSYNCED = "unsynced"


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds; for durations inside a process only."""
        ...

    def quality(self) -> ClockQuality: ...


class WallClock:
    """The machine's clock. `floor` is a moment that certainly lies in the past (build, certificate)."""

    def __init__(self, floor: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._floor = floor

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def quality(self) -> ClockQuality:
        """A clock below the floor has lost its battery; far above it nobody can tell from here."""
        return ClockQuality.SYNCED if self.now() >= self._floor else ClockQuality.UNSYNCED


def stamp(at: datetime) -> str:
    """UTC text with milliseconds that sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


_FIRST, _LAST = "1900", "2999"  # years: what lies beyond breaks every page that shows it, or a day after it, in China


def moment(text: str) -> datetime:
    """:raises ValueError: not what stamp() writes, or of a year that no clock shows"""
    if not _FIRST <= text[:4] <= _LAST or len(text) != 24 or text[10] != "T" or text[19] != "." or text[23] != "Z":
        raise ValueError(f"not a moment: {text[:40]!r}")
    return datetime.fromisoformat(text)  # thirty times as fast as strptime: every act of every letter is looked at
