"""Each station knows the others by name, and asks for a case that somebody wants to fetch at its desk.

The list goes out when it has changed, and to a station that does not have it. Whether a case is moved to the station
that asked for it decides a person: who stands there with a number need not be the applicant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.cases.acts import CaseAct
from protocol.cases.case import Case
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import FetchAsked, Kind, StationKnown, StationsKnown
from protocol.exchange.topics import HUB
from protocol.store import Store

KIND = "fetch-asked"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(FetchAsked).decode
MOST = 400  # stations in one entry: 30 KB


def directory_tables(db: Database) -> None:
    """Called by a migration."""
    db.execute("create table directory_told (station text primary key, digest blob not null) without rowid")


def tell(store: Store, pen: Journal, stations: Sequence[str], at: datetime) -> int:
    """The list is owed afterwards to every station that has another one. Returns how many entries were written."""
    with store.read() as db:
        body = _list(db, stations)
        told = {
            str(row[0]): bytes(row[1]) for row in db.execute("select station, digest from directory_told").fetchall()
        }
    behind = [name for name in stations if told.get(name) != _digest(body)]
    if not behind:
        return 0
    with store.write() as tx:
        for name in behind:
            pen.write(tx, name, Kind.STATIONS, body, by=HUB, at=at)
    return len(behind)


def _list(db: Database, stations: Sequence[str]) -> bytes:
    rows = db.execute("select name, title, title_en from stations order by name").fetchall()
    known = [StationKnown(name=row[0], zh=row[1][:200], en=row[2][:200]) for row in rows if row[0] in stations]
    return _encode(StationsKnown(stations=known[:MOST]))


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def hear_stations(tx: Database, heard: Heard) -> None:
    """Our own word: that station has this list."""
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    tx.conn.execute(
        "insert or replace into directory_told (station, digest) values (?,?)", (heard.reader, _digest(heard.body))
    )


def hear_asked(tx: Database, heard: Heard) -> None:
    """Before a person, with the case if it is known here; it may still be on its way from another station."""
    try:
        asked = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="fetch") from why
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    row = tx.conn.execute(
        "select id, station from cases where number = ? and status != '' limit 1", (asked.number,)
    ).fetchone()
    if row is not None and row[1] == heard.author:
        return  # it has been moved meanwhile
    attention.put_once(
        tx, KIND, _subject(asked.number, heard.author), at=heard.heard_at, case=str(row[0]) if row else "",
        detail={"number": asked.number, "peer": heard.author},
    )  # fmt: skip


def _subject(number: str, station: str) -> str:
    return f"{station}/{number}"


def note_arrival(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook: what was asked for has been moved there."""
    if act.to:
        attention.settle(tx, KIND, _subject(case.number, act.to), by=act.by.account, at=heard.heard_at)
