"""The list of what holds no more, told to every station: a line as soon as an act has ended a licence.

The listener of protocol/licences.py notes what has changed within the unit of work that keeps the act; the lines
are written into all journals a second later, in one unit of work. A station that joins later gets the whole list.
Told twice is told once, so nothing has to be remembered but who has the list at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol.cases.licences import End, How
from protocol.documents.verify import CancellationList, Cancelled
from protocol.endings import LINES_A_MESSAGE, day_of, found, line_of, taken_back
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind, LicencesEnded, NumberEnded
from protocol.exchange.topics import HUB
from protocol.store import Store

_encode = msgspec.msgpack.Encoder().encode
CHANGES_AT_ONCE = 100  # for 300 stations: some hundred milliseconds of writing


def ending_tables(db: Database) -> None:
    """Called by a migration."""
    db.execute("create table ended_told (station text primary key, at text not null) without rowid")


def hear(tx: Database, heard: Heard) -> None:
    """Our own word: that station has the list."""
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    tx.conn.execute("insert or ignore into ended_told (station, at) values (?,?)", (heard.reader, heard.at))


def tell(store: Store, pen: Journal, stations: Sequence[str], at: datetime) -> int:
    """Write what has changed to every station, and all of it to a new one. Returns how many entries were written."""
    with store.read() as db:
        newcomers = _newcomers(db, stations)
        if not newcomers and db.execute("select 1 from ends_to_tell limit 1").fetchone() is None:
            return 0
    with store.write() as tx:
        newcomers = _newcomers(tx, stations)
        written = _write(tx, pen, [name for name in stations if name not in newcomers], _changed(tx), at)
        written += _write(tx, pen, newcomers, _all(tx), at, even_if_empty=True)
    return written


def _newcomers(db: Database, stations: Sequence[str]) -> list[str]:
    told = {str(row[0]) for row in db.execute("select station from ended_told").fetchall()}
    return [name for name in stations if name not in told]


def _changed(tx: Database) -> list[NumberEnded]:
    """Lines that are new, and those that are to be taken back; noted as told."""
    keys = tx.execute("select act_id, number from ends_to_tell limit ?", (CHANGES_AT_ONCE,)).fetchall()
    lines = []
    for act_id, number in keys:
        tx.execute("delete from ends_to_tell where act_id = ? and number = ?", (act_id, number))
        now = tx.execute(
            "select act_id, number, how, at, upto from ends where act_id = ? and number = ?", (act_id, number)
        ).fetchone()
        lines.append(line_of(_end(now)) if now is not None else taken_back(str(act_id), str(number)))
    return lines


def _all(tx: Database) -> list[NumberEnded]:
    return [line_of(_end(row)) for row in tx.execute("select act_id, number, how, at, upto from ends").fetchall()]


def _end(row: Sequence[str]) -> End:
    return End(row[0], row[1], How(row[2]), row[3], row[4])


def _write(
    tx: Database,
    pen: Journal,
    stations: Sequence[str],
    lines: Sequence[NumberEnded],
    at: datetime,
    *,
    even_if_empty: bool = False,
) -> int:
    packs = [list(lines[i : i + LINES_A_MESSAGE]) for i in range(0, len(lines), LINES_A_MESSAGE)]
    if not packs and even_if_empty:
        packs = [[]]
    for pack in packs:
        body = _encode(LicencesEnded(lines=pack))
        for station in stations:
            pen.write(tx, station, Kind.ENDED, body, by=HUB, at=at)
    return len(packs) * len(stations)


def cancellation_list(store: Store, now: Callable[[], datetime]) -> CancellationList:
    """For the hub's own verify page: what its acts say at this moment."""

    def find(number: str) -> Cancelled | None:
        with store.read() as db:
            rows = db.execute("select at, how, upto from ends where number = ?", (number,)).fetchall()
        return found((day_of(str(row[0])).isoformat(), str(row[1]), str(row[2])) for row in rows)

    return CancellationList(now(), find)
