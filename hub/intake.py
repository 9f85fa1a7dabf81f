"""What stations, and the hub's own journal, tell the hub: HANDLERS, the only way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol.casebook import Casebook
from protocol.clock import stamp
from protocol.exchange.journal import Handler, Heard, Journal
from protocol.exchange.messages import CataloguePublished, Kind
from protocol.exchange.topics import HUB

_decode_catalogue = msgspec.msgpack.Decoder(CataloguePublished).decode
_encode = msgspec.msgpack.Encoder().encode


def handlers(book: Casebook) -> dict[str, Handler]:
    return {
        **book.handlers(),
        Kind.EPOCH: _keep_only,
        Kind.RECOVERED: _keep_only,
        Kind.CATALOGUE: _hear_catalogue,
    }


def _keep_only(tx: Database, heard: Heard) -> None:
    """Evidence: it is in the journal, and nothing follows from it."""


def _hear_catalogue(tx: Database, heard: Heard) -> None:
    """Our own publication. Given back after a lost disk it fills the shelf again, and the bundle is asked for."""
    if heard.author != HUB:
        return
    published = _decode_catalogue(heard.body)
    tx.execute(
        "insert or ignore into shelf (number, digest, size, published_at) values (?,?,?,?)",
        (published.number, published.digest, published.size, heard.at),
    )
    tx.execute(
        "insert or ignore into papers (digest, case_id, peer, size, type, here, there) values (?,?,?,?,?,1,0)",
        (published.digest, shelf_of(heard.reader), heard.reader, published.size, "application/json"),
    )


def shelf_of(station: str) -> str:
    """In the place of a case, for a paper that belongs to none: one row for each station that is to have the bundle."""
    return f"catalogue/{station}"


def publish_catalogue(
    tx: Database, pen: Journal, stations: Sequence[str], number: int, digest: str, size: int, at: datetime
) -> None:
    """Tell every station of a bundle whose bytes are in the blob store; those that know it are left alone."""
    body = _encode(CataloguePublished(number=number, digest=digest, size=size))
    tx.execute(
        "insert or ignore into shelf (number, digest, size, published_at) values (?,?,?,?)",
        (number, digest, size, stamp(at)),
    )
    for station in stations:
        told = tx.execute(
            "select 1 from papers where digest = ? and case_id = ?", (digest, shelf_of(station))
        ).fetchone()
        if told is None:
            pen.write(tx, station, Kind.CATALOGUE, body, by=HUB, at=at)
