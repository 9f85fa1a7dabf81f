"""What is due at this station, and when: corrections to chase, papers to follow, results to hand over, and what the
district has in hand.

Computed from the record by the same ledger as at the district, with no wire. What was computed is kept in memory
for the day, by what it rests on: the acts of the case and the number of the catalogue. Nobody keeps a due date.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlite_utils import Database

from node.shelf import Shelf
from protocol.casebook import Casebook
from protocol.cases.case import Case
from protocol.cases.rules import Flag, Status
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import CountedFrom, LimitKind
from protocol.catalogue.law import Law
from protocol.clock import CHINA
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState, nearest
from protocol.errors import Refused


class Chase(StrEnum):
    """Whose move it is that is awaited."""

    CORRECTION = "correction"  # the applicant's, after a notice
    PAPERS = "papers"  # the applicant's, after a conditional acceptance
    HAND_OVER = "hand-over"  # ours
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Due:
    case: str
    what: Chase
    clock: ClockState | None  # None: no law and no promise sets a day
    left: int  # working days from today to the last day; negative once it has passed

    @property
    def day(self) -> date | None:
        return self.clock.due if self.clock else None


_OURS = (Status.RETURNED, Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN)
_THEIRS = (Status.RECEIVED, Status.ACCEPTED, Status.REVIEWED, Status.GRANTED, Status.DENIED)
# + keeps SQLite from going by the station, which is the same in nearly every row of a station's own store
_OPEN = (
    "select id, tip, acts from cases where +station = ? and ("
    f"(owner = 'station' and status in ({','.join('?' * len(_OURS))}))"
    f" or (owner = 'hub' and status in ({','.join('?' * len(_THEIRS))})))"
)


class Dues:
    """The open cases of this station in the order of their days. Used by any thread."""

    def __init__(self, book: Casebook, shelf: Shelf) -> None:
        self._book = book
        self._shelf = shelf
        self._lock = threading.Lock()
        self._known: dict[str, tuple[tuple[str, int, int, date], Due]] = {}

    def of(self, db: Database, at: datetime) -> list[Due]:
        """Every open case: those with a day first, the earliest before the others."""
        today, number = local_day(at), self._shelf.catalogue.number
        rows = db.conn.execute(_OPEN, (self._book.party, *_OURS, *_THEIRS)).fetchall()
        with self._lock:
            before, self._known = self._known, {}
            for case_id, tip, acts in rows:
                rests_on = (tip, acts, number, today)
                known = before.get(case_id)
                if known is None or known[0] != rests_on:
                    case = self._book.case(db, case_id)
                    if case is None:
                        continue
                    known = (rests_on, due_of(case, self._shelf, at))
                self._known[case_id] = known
            found = [due for _, due in self._known.values()]
        return sorted(found, key=lambda due: (due.day or date.max, due.what))


def due_of(case: Case, law: Law, at: datetime) -> Due:
    """What is awaited of an open case, and until when."""
    states = states_of(case, law, at)
    what, clock = Chase.DISTRICT, nearest(states)
    if case.status is Status.RETURNED:
        what, clock = Chase.CORRECTION, _supply(states, CountedFrom.CORRECTION_NOTICE)
    elif case.status in (Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN):
        what, clock = Chase.HAND_OVER, _first(states, LimitKind.ISSUE)
    elif Flag.LACKING in case.flags:
        what, clock = Chase.PAPERS, _supply(states, CountedFrom.ACCEPTANCE)
    day = clock.due if clock else None
    return Due(case.id, what, clock if day else None, working_days_left(law.calendar, local_day(at), day))


def states_of(case: Case, law: Law, at: datetime) -> tuple[ClockState, ...]:
    """Every clock of a case; none where this station does not have the version of the item that the case pins."""
    try:
        item = law.item(case.item, case.item_version)
    except Refused:
        return ()
    if item is None:
        return ()
    return clocks_of_case(case, item, law.calendar, at)


def correction_clock(case: Case, law: Law, at: datetime) -> ClockState | None:
    """Until when the correction can be brought; None where the law of the item sets no time."""
    clock = _supply(states_of(case, law, at), CountedFrom.CORRECTION_NOTICE)
    return clock if clock is not None and clock.due is not None else None


def working_days_left(calendar: Calendar, today: date, day: date | None) -> int:
    """0 on the last day itself and where there is none; negative afterwards."""
    if day is None:
        return 0
    return calendar.working_days(today, day) if day >= today else -max(1, calendar.working_days(day, today))


def local_day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def _supply(states: Iterable[ClockState], source: CountedFrom) -> ClockState | None:
    mine = [state for state in states if state.limit.counted_from is source]
    return _first(mine, LimitKind.SUPPLY)


def _first(states: Iterable[ClockState], what: LimitKind) -> ClockState | None:
    """The clock of a kind that still matters, the shortest of several."""
    live = [
        state
        for state in states
        if state.limit.what is what and not state.history and state.due and state.state is not ClockIs.VOID
    ]
    return min(live, key=lambda state: state.due or date.max, default=None)
