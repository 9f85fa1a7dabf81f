"""What the district tells a station: HANDLERS, the only way in."""

from __future__ import annotations

import msgspec
from sqlite_utils import Database

from protocol.casebook import Casebook
from protocol.errors import Distrusted
from protocol.exchange.journal import Handler, Heard
from protocol.exchange.messages import CataloguePublished, Kind
from protocol.exchange.topics import HUB

_decode_catalogue = msgspec.msgpack.Decoder(CataloguePublished).decode


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
    """A bundle was published: note it and want its bytes. It is opened, and its signature checked, when it is here."""
    try:
        published = _decode_catalogue(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="catalogue") from why
    tx.execute(
        "insert or replace into shelf (number, digest, size, heard_at) values (?,?,?,?)",
        (published.number, published.digest, published.size, heard.heard_at),
    )
    tx.execute(
        "insert or ignore into papers (digest, case_id, peer, size, type, here, there) values (?,'catalogue',?,?,?,0,1)",
        (published.digest, HUB, published.size, "application/json"),
    )
