"""What the stations' kiosks did on each day, as the stations told it: numbers, and nobody in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlite_utils import Database

from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.messages import KioskDay
from protocol.exchange.topics import HUB

_decode = msgspec.msgpack.Decoder(KioskDay).decode


def kiosk_day_table(db: Database) -> None:
    db.executescript("""
    create table kiosk_days (
        station text not null,
        day text not null,
        told text not null,     -- the entry's body as JSON
        primary key (station, day)
    ) without rowid;
    """)


def hear(tx: Database, heard: Heard) -> None:
    """A day of a station; told twice it is one day, and the first telling stands."""
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        told = _decode(heard.body)
        date.fromisoformat(told.day)
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="day of a kiosk") from why
    tx.execute(
        "insert or ignore into kiosk_days (station, day, told) values (?,?,?)",
        (heard.author, told.day, msgspec.json.encode(told).decode()),
    )


def days(db: Database, first: date, last: date) -> Sequence[tuple[str, KioskDay]]:
    """(station, its day), both ends included, by day and station."""
    rows = db.execute(
        "select station, told from kiosk_days where day between ? and ? order by day, station",
        (first.isoformat(), last.isoformat()),
    ).fetchall()
    return [(str(row[0]), msgspec.json.decode(row[1], type=KioskDay)) for row in rows]
