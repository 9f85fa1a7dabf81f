"""When this station is open: set by its head, asked by the ticket machine, the kiosk and the slip that says when to come.

The district's bounds and calendar come with the software and the catalogue; nothing here asks a wire. The hub is told
whenever the head has changed something, and no more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from msgspec.structs import replace
from sqlite_utils import Database

from node.shelf import Shelf
from protocol import opening as rules
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.opening import Opening, Times
from protocol.store import Store

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Opening).decode


def opening_table(db: Database) -> None:
    """Called by a migration."""
    db.execute("create table opening (only integer primary key check (only = 1), revision integer, body blob not null)")


def set_hours(tx: Database, pen: Journal, tier: str, wanted: Opening, *, by: str, at: datetime) -> None:
    """The station goes by it from this moment on, and the district is told.

    :raises Refused: opening: the district does not allow it; days that are over are dropped without a word
    """
    faults = rules.faults(wanted, rules.bounds_of(tier))
    if faults:
        raise Refused("refused.opening", day=faults[0][0], why=faults[0][1])
    row = tx.execute("select revision from opening").fetchone()
    body = _encode(replace(wanted, revision=(row[0] if row else 0) + 1))
    pen.write(tx, HUB, Kind.OPENING, body, by=by, at=at)


def hear(tx: Database, heard: Heard) -> None:
    """Our own word; after a lost disk the newest revision counts, in whatever order they come back."""
    try:
        told = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="opening") from why
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    tx.conn.execute(
        "insert into opening (only, revision, body) values (1, ?, ?) on conflict do update set revision ="
        " excluded.revision, body = excluded.body where excluded.revision >= revision",
        (told.revision, heard.body),
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """The doors of this station. `tier` says what it begins with until its head has set something."""

    store: Store
    shelf: Shelf
    tier: str

    def set_by_head(self) -> Opening:
        with self.store.read() as db:
            row = db.execute("select body from opening").fetchone()
        return _decode(row[0]) if row else rules.usual(self.tier)

    def is_open(self, at: datetime) -> bool:
        return rules.is_open(self.set_by_head(), self.shelf.calendar, at)

    def next_opening(self, at: datetime) -> datetime | None:
        """`at` itself while it is open; None if nothing is set for two months."""
        return rules.next_opening(self.set_by_head(), self.shelf.calendar, at)

    def hours(self, day: date) -> Sequence[Times]:
        return rules.hours(self.set_by_head(), self.shelf.calendar, day)
