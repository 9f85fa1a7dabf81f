"""The other stations of the district, by the names that people know; and what an applicant wants fetched here.

The hub tells the list. Somebody who stands at this desk with the receipt of another one is asked for at the hub: the
case comes when a person there has moved it, and until then the desk sees that it has asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol.casebook import Casebook
from protocol.cases.acts import By
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import FetchAsked, Kind, StationsKnown
from protocol.exchange.topics import HUB

_encode = msgspec.msgpack.Encoder().encode
_decode_stations = msgspec.msgpack.Decoder(StationsKnown).decode
_decode_asked = msgspec.msgpack.Decoder(FetchAsked).decode


def place_tables(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table places (
        name text primary key,
        zh text not null,
        en text not null,
        place integer not null              -- in the list as the hub told it
    ) without rowid;
    create table fetch_asked (          -- cases of other stations that somebody wants to fetch here
        number text primary key,
        reason text not null,
        asked_by text not null,
        at text not null
    ) without rowid;
    """)


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Asked:
    number: str
    reason: str
    by: str
    at: str


def hear_stations(tx: Database, heard: Heard) -> None:
    try:
        told = _decode_stations(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="stations") from why
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    tx.conn.execute("delete from places")
    tx.conn.executemany(
        "insert or ignore into places (name, zh, en, place) values (?,?,?,?)",
        [(one.name, one.zh, one.en, number) for number, one in enumerate(told.stations)],
    )


def places(db: Database, but: str = "") -> list[Place]:
    rows = db.execute("select name, zh, en from places where name != ? order by place", (but,)).fetchall()
    return [Place(str(row[0]), str(row[1]), str(row[2])) for row in rows]


def place_named(db: Database, name: str) -> Place:
    """By its own name as long as the hub has told no other."""
    row = db.execute("select name, zh, en from places where name = ?", (name,)).fetchone()
    return Place(str(row[0]), str(row[1]), str(row[2])) if row else Place(name, name, name)


# -- fetched here, taken in elsewhere


def ask_for(tx: Database, pen: Journal, book: Casebook, number: str, *, reason: str, by: By, at: datetime) -> None:
    """The district is asked to move the case of that number here.

    :raises Refused: number-missing; reason-missing; fetch-known, for a case that this station holds already
    """
    number = number.strip().upper()
    if not number or len(number) > 60:
        raise Refused("refused.number-missing")
    if not reason.strip():
        raise Refused("refused.reason-missing", act="ask-move")
    held = tx.execute("select 1 from cases where number = ? and station = ?", (number, book.party)).fetchone()
    if held is not None:
        raise Refused("refused.fetch-known")
    body = _encode(FetchAsked(number=number, reason=reason.strip()[:200], by=by.name or by.account))
    pen.write(tx, HUB, Kind.FETCH_ASKED, body, by=by.account, at=at)


def hear_asked(tx: Database, heard: Heard) -> None:
    """Our own word."""
    try:
        asked = _decode_asked(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="fetch") from why
    tx.conn.execute(
        "insert or ignore into fetch_asked (number, reason, asked_by, at) values (?,?,?,?)",
        (asked.number, asked.reason, asked.by, heard.at),
    )


def asked_for(db: Database, party: str) -> list[Asked]:
    """What was asked for and is not here yet, the longest waiting first."""
    rows = db.execute(
        "select f.number, f.reason, f.asked_by, f.at from fetch_asked f where not exists"
        " (select 1 from cases c where c.number = f.number and c.station = ?) order by f.at limit 200",
        (party,),
    ).fetchall()
    return [Asked(*map(str, row)) for row in rows]
