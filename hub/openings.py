"""The opening hours of every station, as their heads have set them: for who asks where somebody is there now."""

from __future__ import annotations

import msgspec
from sqlite_utils import Database

from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.topics import HUB
from protocol.opening import Opening

_decode = msgspec.msgpack.Decoder(Opening).decode


def openings_table(db: Database) -> None:
    """Called by a migration."""
    db.execute(
        "create table openings (station text primary key, revision integer not null, body blob not null, at text not null)"
    )


def hear(tx: Database, heard: Heard) -> None:
    """The newest revision counts, in whatever order they come."""
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        told = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="opening") from why
    if len(told.week) != 7 or not -(2**62) < told.revision < 2**62:
        raise Distrusted("distrusted.shape", why="opening")
    tx.conn.execute(
        "insert into openings (station, revision, body, at) values (?,?,?,?) on conflict do update set revision ="
        " excluded.revision, body = excluded.body, at = excluded.at where excluded.revision >= revision",
        (heard.author, told.revision, heard.body, heard.at),
    )


def opening_of(db: Database, station: str) -> Opening | None:
    """None where the station goes by what its tier begins with."""
    row = db.execute("select body from openings where station = ?", (station,)).fetchone()
    return _decode(row[0]) if row is not None else None
