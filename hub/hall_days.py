"""The halls of the stations, day by day, in figures: kept as they were told, the later word of a day for the earlier one.

Nothing here is about a person. The figures are the station's own reckoning; its events stay with it.
"""

from __future__ import annotations

import msgspec
from sqlite_utils import Database

from protocol.errors import Distrusted
from protocol.exchange.hall_day import HallDay
from protocol.exchange.journal import Heard

_decode = msgspec.msgpack.Decoder(HallDay).decode


def hall_tables(db: Database) -> None:
    db.executescript("""
    create table hall_days (
        station text not null,
        day text not null,      -- ISO, in China
        upto integer not null,  -- events of the day that it was reckoned from
        body blob not null,     -- HallDay
        primary key (station, day)
    ) without rowid;
    """)


def hear(tx: Database, heard: Heard) -> None:
    """:raises Distrusted: shape"""
    try:
        told = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="hall") from why
    tx.execute(
        "insert into hall_days (station, day, upto, body) values (?,?,?,?) on conflict do update set upto ="
        " excluded.upto, body = excluded.body where excluded.upto >= upto",
        (heard.author, told.day, told.upto, heard.body),
    )


def halls(db: Database, first: str, last: str, station: str = "") -> list[tuple[str, HallDay]]:
    """(station, day in figures) of the days from `first` to `last`, both included, by day."""
    rows = db.execute(
        "select station, body from hall_days where day between ? and ? and (station = ? or ? = '') order by day, station",
        (first, last, station, station),
    ).fetchall()
    return [(str(row[0]), _decode(row[1])) for row in rows]
