"""What can be said of one clock on one day, and what follows from several of them.

A state is computed from the record whenever somebody asks and is kept nowhere: that is why two ends that
have not spoken for a week never hold two different due dates for the same record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from protocol.catalogue.items import Extension, Limit, LimitKind, OnExpiry, Stop, Unit


class ClockIs(StrEnum):
    NOT_BEGUN = "not-begun"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"  # done, in time or late (see `late`); of a waiting period: over
    OVERDUE = "overdue"
    EXPIRED = "expired"  # the law itself says what follows: `effect`
    VOID = "void"  # nothing is left to be done within it


@dataclass(frozen=True, slots=True)
class Suspension:
    stop: Stop | None  # None: the case was closed and has been reopened
    document: str
    since: date  # this day was still counted
    until: date | None  # and this one was not; None while it lasts
    days: int  # not counted because of it, as of the day asked about; 0 where the clock ran on
    counted: bool  # the law of the item does not name this reason: the time counts


@dataclass(frozen=True, slots=True)
class ClockState:
    """One limit of one case on one day. `budget`, `consumed`, `left` and `late` are in `unit` (months in natural days)."""

    limit: Limit
    promised: bool  # by the district; otherwise set by law, or by what `limit.certainty` says
    state: ClockIs
    unit: Unit
    budget: int
    consumed: int = 0
    left: int = 0  # 0 once it is overdue or ended
    late: int = 0
    started: date | None = None  # the day from which it is counted; itself not counted
    first_counted: date | None = None
    running_since: date | None = None  # the start, or the last day that was not counted
    due: date | None = None  # last day, moved to a working day; None while paused or not begun
    due_at: datetime | None = None  # of a limit in hours
    suspensions: tuple[Suspension, ...] = ()
    extended: Extension | None = None
    extended_by: str = ""  # document of the extension
    extended_too_late: bool = False  # an extension was written after the last day, and changes nothing
    unknown_years: tuple[int, ...] = ()  # that the due day reaches into and no notice is known of
    calendar: str = ""  # versions of the years that it rests on, such as "2025.1 2026.1"
    met_on: date | None = None
    effect: OnExpiry | None = None
    effect_from: date | None = None  # from which day the effect counts
    history: bool = False  # how it stood before the case was reopened

    @property
    def provisional(self) -> bool:
        return bool(self.unknown_years)

    @property
    def on_us(self) -> bool:
        """Whether somebody here answers for it; a citizen's own time limit is information and no alarm."""
        return self.limit.what not in _NOT_ON_US

    @property
    def ticking(self) -> bool:
        return self.state in (ClockIs.RUNNING, ClockIs.OVERDUE)


_NOT_ON_US = frozenset({LimitKind.APPLICANT, LimitKind.SUPPLY, LimitKind.WAITING})


def nearest(states: Iterable[ClockState]) -> ClockState | None:
    """The clock of ours that runs out first, or has run out longest; None if none is running."""
    running = [state for state in states if state.ticking and state.on_us and not state.history and state.due]
    return min(running, key=lambda state: (state.due, state.promised), default=None)


@dataclass(frozen=True, slots=True)
class Permission:
    allowed: bool
    waits_for: tuple[ClockState, ...] = ()  # the waiting periods that are not over


def may_decide(states: Iterable[ClockState], day: date) -> Permission:
    """A waiting period has to have ended before the decision (市场主体登记管理条例 §33): its last day belongs to it."""
    waits = tuple(
        state
        for state in states
        if state.limit.what is LimitKind.WAITING
        and not state.history
        and state.state is not ClockIs.VOID
        and (state.due is None or day <= state.due)
    )
    return Permission(not waits, waits)
