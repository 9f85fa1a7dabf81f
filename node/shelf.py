"""The catalogue in force at this station.

The newest bundle that the district published, that is whole here and that the authority has signed; before
the first one has come, the items that this software was delivered with. What a case pins is found whatever
the newest bundle says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlite_utils import Database

from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item, Mode, StationKind
from protocol.catalogue.reading import standard_items
from protocol.errors import Distrusted, Refused
from protocol.exchange.blobs import Blobs
from protocol.store import Store

log = logging.getLogger(__name__)

_DELIVERED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_BUNDLES_TRIED = 5  # newest first


class Shelf:
    """`open_bundle` checks the authority's signature. Read from any thread; replaced whole, never edited."""

    def __init__(
        self, store: Store, blobs: Blobs, open_bundle: Callable[[bytes], Catalogue], kind: StationKind
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._open_bundle = open_bundle
        self._kind = kind
        self._delivered = Catalogue(0, _DELIVERED_AT, standard_items(), "")
        self.catalogue = self._delivered

    def look(self) -> None:
        """Put the newest bundle that can be used in force. Called at the start and when a paper has come."""
        with self._store.read() as db:
            found = db.execute("select number, digest from shelf order by number desc limit ?", (_BUNDLES_TRIED,))
            bundles = [(int(row["number"]), str(row["digest"])) for row in found.fetchall()]
        for number, digest in bundles:
            if number <= self.catalogue.number:
                return
            data = self._blobs.read(digest)
            if data is None:
                continue
            try:
                self.catalogue = self._open_bundle(data)
            except Distrusted as why:
                log.warning("a catalogue is not taken number=%d %s", number, why)
                continue
            log.info("catalogue in force number=%d", self.catalogue.number)
            return

    def published(self, db: Database) -> int:
        """The number of the newest bundle that the district told us of; 0 if it told none."""
        row = db.execute("select max(number) from shelf").fetchone()
        return int(row[0] or 0)

    def item(self, code: str, version: int) -> Item:
        """The version that a case or a draft pins.

        :raises Refused: no-item
        """
        try:
            return self.catalogue.item(code, version)
        except Refused:
            return self._delivered.item(code, version)

    def takes(self, item: Item) -> bool:
        """Whether a station of this kind may take a case of this item in."""
        return item.mode_at(self._kind) in (Mode.DECIDE, Mode.ACCEPT, Mode.RECEIVE, Mode.ASSIST)

    def current(self, code: str, on: date) -> Item:
        """:raises Refused: no-item, not-here"""
        item = self.catalogue.current(code, on)
        if not self.takes(item):
            raise Refused("refused.not-here", item=code)
        return item
