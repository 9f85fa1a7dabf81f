"""The catalogue as the hub holds it: signed bundles, the newest in force, older ones for the cases that pin them.

The district's authority or two of its publishers sign and the hub only carries: a bundle is opened with the
authority's key before it counts, here as at every station. Its bytes lie in the blob store, its number in the
table `shelf`; the items are read once a number. An issue that is tried at some stations does not count here yet.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from hub import intake
from hub.intake import Stage
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.calendar_files import standard_calendars
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.issue import Issue, difference, read_issue
from protocol.catalogue.items import Item
from protocol.errors import Distrusted, Refused
from protocol.exchange.blobs import Blobs
from protocol.exchange.journal import Journal
from protocol.exchange.messages import CataloguePublished
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
        """Of the newest issue that went to all stations; 0 if there is none yet."""
        with self._store.read() as db:
            return newest(db)

    def current(self) -> Catalogue | None:
        """The newest issue for all whose bytes are here; None before the first one."""
        return next(self._newest_first("where stage = 'all'"), None)

    def newest_file(self) -> bytes | None:
        """The newest issue for all, as it was signed; None if it is not here."""
        with self._store.read() as db:
            row = db.execute("select digest from shelf where stage = 'all' order by number desc limit 1").fetchone()
        return self._blobs.read(row[0]) if row else None

    def issue(self, number: int) -> Issue | None:
        """An issue with its parts as they were signed; None if it is not here."""
        with self._store.read() as db:
            row = db.execute("select digest from shelf where number = ?", (number,)).fetchone()
        data = self._blobs.read(row[0]) if row else None
        return read_issue(data) if data is not None else None

    def numbered(self, number: int) -> Catalogue | None:
        """An issue, opened; None if it is not here."""
        return next(self._newest_first(f"where number = {int(number)}"), None)

    def has_heard_of(self, number: int) -> bool:
        with self._store.read() as db:
            return db.execute("select 1 from shelf where number = ?", (number,)).fetchone() is not None

    def item(self, code: str, version: int) -> Item | None:
        """The version that a case pins, of whatever stage. None if no bundle here has it: the case is shown by its bare
        answers."""
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

    def _newest_first(self, which: str = "") -> Iterator[Catalogue]:
        """Opened one by one, as far as somebody looks."""
        with self._store.read() as db:
            rows = db.execute(f"select digest from shelf {which} order by number desc").fetchall()
        for (digest,) in rows:
            if (catalogue := self._opened_bundle(digest)) is not None:
                yield catalogue

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

        :raises Distrusted: not signed as it has to be, or another bundle carries this number
        :raises Refused: disk-full
        """
        catalogue = self._open(data)
        with self._store.read() as db:
            known = db.execute("select stage, digest from shelf where number = ?", (catalogue.number,)).fetchone()
            there = highest(db)
        if known is not None and known[1] != catalogue.digest:
            raise Distrusted("distrusted.bundle")
        if catalogue.number < there:
            return None
        fresh = known is None
        if fresh or known[0] == Stage.ALL:
            self.put(data, pen, stations, Stage.ALL, at)
        return catalogue.number if fresh else None

    def check(self, data: bytes) -> None:
        """:raises Distrusted: it would not be believed at a station"""
        self._open(data)

    def put(self, data: bytes, pen: Journal, stations: Sequence[str], stage: Stage, at: datetime) -> Catalogue:
        """On the shelf, and told to these stations: to each with the change since the issue that it was told of before.

        :raises Distrusted: not signed as it has to be, or another bundle carries this number
        :raises Refused: disk-full
        """
        catalogue = self._open(data)
        with self._store.read() as db:
            row = db.execute("select digest from shelf where number = ?", (catalogue.number,)).fetchone()
            told = {station: intake.told_of(db, station) for station in stations}
        if row is not None and row[0] != catalogue.digest:
            raise Distrusted("distrusted.bundle")
        if not self._blobs.has(catalogue.digest):
            self._blobs.keep(data, at)
        by_base: dict[int, list[str]] = {}
        for station, number in told.items():
            by_base.setdefault(number if number < catalogue.number else 0, []).append(station)
        published = {base: self._published(data, catalogue, base, stage, at) for base in by_base or {0: []}}
        with self._store.write() as tx:
            for base, message in published.items():
                intake.publish_catalogue(tx, pen, by_base.get(base, ()), message, at)
        if row is None:
            log.info("catalogue published number=%d items=%d stage=%s", catalogue.number, len(catalogue.items()), stage)
        return catalogue

    def tell_newcomers(self, pen: Journal, stations: Sequence[str], at: datetime) -> None:
        """A station that joined later gets what lies on the shelf for all."""
        with self._store.read() as db:
            row = db.execute(
                "select number, digest from shelf where stage = 'all' order by number desc limit 1"
            ).fetchone()
            waiting = [one for one in stations if row is not None and intake.told_of(db, one) < row[0]]
        data = self._blobs.read(row[1]) if waiting else None
        if data is not None:
            self.put(data, pen, waiting, Stage.ALL, at)

    def _published(
        self, data: bytes, catalogue: Catalogue, base: int, stage: Stage, at: datetime
    ) -> CataloguePublished:
        """What is said of it to those who were told of `base` before. The change is made once, not for each of them."""
        whole = CataloguePublished(number=catalogue.number, digest=catalogue.digest, size=len(data), stage=stage)
        before = self.issue(base) if base else None
        if before is None:
            return whole
        with self._store.read() as db:
            made = db.execute(
                "select digest, size from deltas where base = ? and number = ?", (base, catalogue.number)
            ).fetchone()
        if made is None:
            change = difference(before, read_issue(data))
            made = (self._blobs.keep(change, at), len(change))
            with self._store.write() as tx:
                tx.execute("insert or replace into deltas values (?,?,?,?)", (base, catalogue.number, *made))
        return msgspec.structs.replace(whole, base=base, delta=made[0], delta_size=made[1])


def newest(db: Database) -> int:
    """The issue that went to all stations last."""
    return int(db.execute("select coalesce(max(number), 0) from shelf where stage = 'all'").fetchone()[0])


def highest(db: Database) -> int:
    """The highest number that was ever published here, to some or to all."""
    return int(db.execute("select coalesce(max(number), 0) from shelf").fetchone()[0])
