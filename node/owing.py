"""Which cases wait for the district, counted on as the marks move.

Every page says it, and after days without a wire tens of thousands of entries are owed: reading them for each page would
make the desk slow just when it works alone. What was counted is kept in memory with the marks that it is true of; a look
reads only what lies between those marks and the ones of its own snapshot. Nothing is kept beside the journal.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from sqlite_utils import Database

from node.cases import Owed, last_receipt_at, owed_entries, owed_papers, places_owed


@dataclass(slots=True)
class _Counted:
    """Entries past `low` up to `high`, by case."""

    low: int
    high: int
    cases: Counter[str] = field(default_factory=Counter)


class Owing:
    """Used by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[int, _Counted] = {}  # by epoch

    def of(self, db: Database) -> Owed:
        """What this station has not delivered yet, by the marks of this snapshot."""
        entries, oldest = owed_entries(db)
        return Owed(entries, len(self.cases(db)), owed_papers(db), oldest, last_receipt_at(db))

    def cases(self, db: Database) -> frozenset[str]:
        """Those of which the district has not receipted something."""
        with self._lock:
            before, self._known = self._known, {}
            for epoch, low, high in places_owed(db):
                self._known[epoch] = _moved(db, before.get(epoch), low, high)
            return frozenset().union(*(counted.cases for counted in self._known.values()))


def _moved(db: Database, known: _Counted | None, low: int, high: int) -> _Counted:
    # the end of an epoch goes back only where entries were taken out of it: what they were cannot be read any more
    if known is None or high < known.high or low >= known.high:
        known = _Counted(low, low)
    known.cases.update(_by_case(db, known.high, high))
    known.cases.update(_by_case(db, low, known.low))  # a hello took the mark back
    for case, entries in _by_case(db, known.low, low).items():
        known.cases[case] -= entries
        if known.cases[case] <= 0:
            del known.cases[case]
    known.low, known.high = low, high
    return known


def _by_case(db: Database, low: int, high: int) -> dict[str, int]:
    if low >= high:
        return {}
    rows = db.conn.execute(
        "select case_id, count(*) from entries where place > ? and place <= ? and case_id != '' group by case_id",
        (low, high),
    ).fetchall()
    return {str(row[0]): int(row[1]) for row in rows}
