"""The catalogue in force at this station.

The newest issue that the district published, that is whole here and that the authority, or two publishers whom
it named, have signed; before the first one has come, the items that this software was delivered with. What a case
pins is found whatever the newest issue says.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlite_utils import Database

from node import issues
from node.issues import Known, State
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.issue import apply, read_issue, rewritten
from protocol.catalogue.items import Authority, Item, Mode, StationKind
from protocol.catalogue.reading import standard_items
from protocol.errors import Distrusted, Refused
from protocol.exchange.blobs import Blobs
from protocol.store import Store

log = logging.getLogger(__name__)

_DELIVERED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_OLDER_READ = 5  # issues that are opened for the sake of a version that a case pins
_TAKES = (Mode.DECIDE, Mode.ACCEPT, Mode.RECEIVE, Mode.ASSIST)


class Shelf:
    """`open_bundle` checks who signed. Read from any thread; the catalogue is replaced whole, never edited."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        open_bundle: Callable[[bytes], Catalogue],
        kind: StationKind,
        station: str = "",
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._open_bundle = open_bundle
        self._kind = kind
        self._station = station
        self._delivered = Catalogue(0, _DELIVERED_AT, standard_items(), "")
        self._looking = threading.Lock()
        self._pinned: dict[tuple[str, int], Item] = {}  # found in older issues
        self.catalogue = self._delivered

    # -- which one is in force

    def look(self, at: datetime) -> None:
        """Put the newest issue that can be used in force. Called at the start, when a paper has come, and by the clock."""
        with self._looking:
            with self._store.read() as db:
                known = issues.known(db)
            if self.catalogue is self._delivered:  # what was believed before is the measure for what came after
                self._take_up_again(known)
            for issue in known:
                if issue.number <= self.catalogue.number or self._take(issue, known, at):
                    break
            with self._store.read() as db:
                waits = db.execute("select 1 from papers where case_id = 'catalogue' and lost = 1 limit 1").fetchone()
            if waits is not None:
                with self._store.write() as tx:
                    issues.want(tx)  # another road, where one was cut off

    def _take_up_again(self, known: list[Known]) -> None:
        for issue in known:
            data = self._blobs.read(issue.file) if issue.state is State.HELD else None
            if data is None:
                continue
            try:
                self.catalogue = self._open_bundle(data)
                return
            except Distrusted as why:
                log.warning("a catalogue that was in force is not taken number=%d %s", issue.number, why)

    def _take(self, issue: Known, known: list[Known], at: datetime) -> bool:
        """True if the issue is in force now."""
        if issue.state is State.REFUSED:
            return False
        data = self._blobs.read(issue.digest)
        by_changes = data is None
        try:
            if data is None:
                data = self._put_together(issue, known)
            if data is None:
                return False  # on its way
            catalogue = self._open_bundle(data)
            self._check_age(catalogue, issue.number)
        except Distrusted as why:
            log.warning("a catalogue is not taken number=%d by_changes=%s %s", issue.number, by_changes, why)
            with self._store.write() as tx:
                issues.mark(tx, issue.number, State.WHOLE if by_changes else State.REFUSED, at)
            return False
        if by_changes:
            self._blobs.keep(data, at)
        with self._store.write() as tx:
            issues.mark(tx, issue.number, State.HELD, at, catalogue.digest, catalogue.list_number)
        self.catalogue = catalogue
        self._pinned = {}
        log.info("catalogue in force number=%d by_changes=%s", catalogue.number, by_changes)
        return True

    def _put_together(self, issue: Known, known: list[Known]) -> bytes | None:
        """The whole out of the changes since an issue that is here; None as long as one of them is on its way.

        :raises Distrusted: delta: they do not lead to it
        """
        steps = issues.road(known, issue)
        if not steps:
            return None
        base = next((one for one in known if one.number == steps[0].base), None)
        data = self._blobs.read(base.file) if base else None
        changes = [self._blobs.read(step.delta) for step in steps]
        if data is None or None in changes:
            return None
        there = read_issue(data)
        for change in filter(None, changes):
            there = apply(there, change)
        return rewritten(there)

    def _check_age(self, catalogue: Catalogue, number: int) -> None:
        """:raises Distrusted: bundle: another number than was told; publishers: signed under a list that is out of date,
        or dated before what is in force: so somebody would bring back a key that was revoked"""
        if catalogue.number != number:
            raise Distrusted("distrusted.bundle")
        with self._store.read() as db:
            known_list = issues.newest_list(db)
        if catalogue.signed_by and (
            catalogue.list_number < known_list or catalogue.issued_at < self.catalogue.issued_at
        ):
            raise Distrusted("distrusted.publishers", why="out of date")

    def published(self, db: Database) -> int:
        """The number of the newest bundle that the district told us of; 0 if it told none."""
        row = db.execute("select max(number) from shelf").fetchone()
        return int(row[0] or 0)

    # -- what stands in it

    def item(self, code: str, version: int) -> Item:
        """The version that a case or a draft pins.

        :raises Refused: no-item
        """
        try:
            return self.catalogue.item(code, version)
        except Refused:
            found = self._pinned.get((code, version)) or self._in_older_issues(code, version)
            if found is None:
                return self._delivered.item(code, version)
            self._pinned[code, version] = found
            return found

    def _in_older_issues(self, code: str, version: int) -> Item | None:
        with self._store.read() as db:
            older = [one for one in issues.known(db) if one.state is State.HELD and one.number < self.catalogue.number]
        for issue in older[:_OLDER_READ]:
            data = self._blobs.read(issue.file)
            try:
                if data is not None:
                    return self._open_bundle(data).item(code, version)
            except (Distrusted, Refused):
                continue
        return None

    def mode(self, item: Item, on: date) -> Mode:
        """What this station may do with an item on a day."""
        return self.authority(item, on).mode

    def authority(self, item: Item, on: date) -> Authority:
        """The same with its basis, and how sure that is."""
        return self.catalogue.mode(self._station, self._kind, item.code, on)

    def taken_at(self, item: Item, on: date) -> list[StationKind]:
        """The kinds of station whose desks take it in by the law's own table; single stations may do more."""
        kinds = (kind for kind in StationKind if kind is not StationKind.KIOSK)
        return [kind for kind in kinds if self.catalogue.mode("", kind, item.code, on).mode in _TAKES]

    @property
    def calendar(self) -> Calendar:
        return self.catalogue.calendar

    def takes(self, item: Item, on: date) -> bool:
        """Whether the desk of this station may take a case of this item in."""
        return self.mode(item, on) in _TAKES

    def current(self, code: str, on: date) -> Item:
        """:raises Refused: no-item, not-here"""
        item = self.catalogue.current(code, on)
        if not self.takes(item, on):
            raise Refused("refused.not-here", item=code)
        return item
