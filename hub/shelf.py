"""The catalogue as the hub holds it: signed bundles, the newest in force, older ones for the cases that pin them.

The district's authority signs and the hub only carries: a bundle is opened with the authority's
key before it counts, here as at every station. Its bytes lie in the blob store, its number in the
table `shelf`; the items are read once a number.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from hub import intake
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.calendar_files import standard_calendars
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item
from protocol.errors import Distrusted, Refused
from protocol.exchange.blobs import Blobs
from protocol.exchange.journal import Journal
from protocol.store import Store

DELIVERED = Calendar(standard_calendars())

log = logging.getLogger(__name__)

OpenBundle = Callable[[bytes], Catalogue]  # :raises Distrusted: not signed by this district's authority


class Shelf:
    """Asked by every page; holds what it has opened."""

    def __init__(self, store: Store, blobs: Blobs, open_bundle: OpenBundle) -> None:
        self._store = store
        self._blobs = blobs
        self._open = open_bundle
        self._opened: dict[str, Catalogue] = {}
        self._opening = threading.Lock()

    @property
    def number(self) -> int:
        """Of the newest bundle that was published here; 0 if there is none yet."""
        with self._store.read() as db:
            return newest(db)

    def current(self) -> Catalogue | None:
        """The newest bundle whose bytes are here; None before the first one."""
        return next(iter(self._newest_first()), None)

    def item(self, code: str, version: int) -> Item | None:
        """The version that a case pins. None if no bundle here has it: the case is shown by its bare answers."""
        for catalogue in self._newest_first():
            try:
                return catalogue.item(code, version)
            except Refused:
                continue
        return None

    @property
    def calendar(self) -> Calendar:
        """Of the newest bundle; before the first one the one that this software was delivered with."""
        catalogue = self.current()
        return catalogue.calendar if catalogue else DELIVERED

    def _newest_first(self) -> Sequence[Catalogue]:
        with self._store.read() as db:
            digests = [str(r[0]) for r in db.execute("select digest from shelf order by number desc").fetchall()]
        return [catalogue for digest in digests if (catalogue := self._opened_bundle(digest)) is not None]

    def _opened_bundle(self, digest: str) -> Catalogue | None:
        with self._opening:
            if digest not in self._opened:
                data = self._blobs.read(digest)
                if data is None:
                    return None  # given back after a lost disk; its bytes are on their way
                self._opened[digest] = self._open(data)
            return self._opened[digest]

    # -- publishing

    def take(self, data: bytes, pen: Journal, stations: Sequence[str], at: datetime) -> int | None:
        """Put a bundle on the shelf and tell every station, if it is newer than what lies there. Returns its number.

        :raises Distrusted: not signed by this district's authority, or another bundle carries this number
        :raises Refused: disk-full
        """
        catalogue = self._open(data)
        with self._store.read() as db:
            known = db.execute("select digest from shelf where number = ?", (catalogue.number,)).fetchone()
            there = newest(db)
        if known is not None and known[0] != catalogue.digest:
            raise Distrusted("distrusted.bundle")
        if catalogue.number < there:
            return None
        fresh = known is None
        if not self._blobs.has(catalogue.digest):
            self._blobs.keep(data, at)
        with self._store.write() as tx:
            intake.publish_catalogue(tx, pen, stations, catalogue.number, catalogue.digest, len(data), at)
        if fresh:
            log.info("catalogue published number=%d items=%d", catalogue.number, len(catalogue.items()))
        return catalogue.number if fresh else None

    def tell_newcomers(self, pen: Journal, stations: Sequence[str], at: datetime) -> None:
        """A station that joined later gets what lies on the shelf."""
        with self._store.read() as db:
            row = db.execute("select number, digest, size from shelf order by number desc limit 1").fetchone()
            told = (
                {str(r[0]) for r in db.execute("select peer from papers where digest = ?", (row[1],)).fetchall()}
                if row
                else set()
            )
        if row is not None and not told.issuperset(stations):
            with self._store.write() as tx:
                intake.publish_catalogue(tx, pen, stations, row[0], row[1], row[2], at)


def newest(db: Database) -> int:
    return int(db.execute("select coalesce(max(number), 0) from shelf").fetchone()[0])
