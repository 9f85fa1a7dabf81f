"""Licences of this station's own cases that are soon to be renewed: whom the desk reminds before it is too late.

Reckoned here from the acts and the catalogue, with no wire. A reminder is opened once a licence, on the first day of
its window, and is gone when somebody has applied, when the licence is ended, or when it has run out.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlite_utils import Database

from node.shelf import Shelf
from protocol import attention, licences
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item
from protocol.clock import CHINA, stamp
from protocol.errors import Refused
from protocol.licences import SOON, Licence, Wanted
from protocol.store import Store

AT_ONCE = 500
KIND = "licence-renewal"


class _Law:
    """The shelf as the reckoning asks it: None for an item that is not known here."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @property
    def calendar(self) -> Calendar:
        return self._shelf.calendar

    def item(self, code: str, version: int) -> Item | None:
        try:
            return self._shelf.item(code, version)
        except Refused:
            return None


def soon(db: Database, today: date, limit: int = 200) -> list[Licence]:
    """Those whose window is open and for which nobody has applied, by their last day."""
    return licences.licences(db, Wanted(state=SOON), today, limit=limit)


def count_soon(db: Database, today: date) -> int:
    return licences.count(db, Wanted(state=SOON), today)


def remind(store: Store, shelf: Shelf, at: datetime) -> int:
    """Reckon windows, open and close reminders. Returns how many were opened or closed."""
    today = at.astimezone(CHINA).date()
    with store.read() as db:
        reckon, changed = licences.must_reckon(db, today), _changes(db, today)
    if not reckon and changed == (set(), set()):
        return 0
    with store.write() as tx:
        licences.reckon_windows(tx, _Law(shelf), today, AT_ONCE)
        to_open, to_close = _changes(tx, today)
        for licence_id in sorted(to_close):
            attention.settle(tx, KIND, licence_id, by="clock", at=stamp(at))
        for licence_id in sorted(to_open):
            one = licences.licence(tx, licence_id)
            assert one is not None
            attention.put_once(tx, KIND, licence_id, at=stamp(at), case=one.case, detail={"number": one.number})
    return len(to_open) + len(to_close)


def _changes(db: Database, today: date) -> tuple[set[str], set[str]]:
    """Licences whose reminder is to be opened (none was settled by a person before), and those whose is to be closed."""
    rows = db.execute("select subject, settled_at is null from attention where kind = ?", (KIND,)).fetchall()
    known, is_open = {str(row[0]) for row in rows}, {str(row[0]) for row in rows if row[1]}
    wanted = {one.id for one in soon(db, today, AT_ONCE)}
    return wanted - known, is_open - wanted
