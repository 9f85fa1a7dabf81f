"""The day's events on disk, and the hall as their fold.

Kept in the unit of work that causes them; a power cut between a ticket and its call loses neither. The fold stays in
memory and is brought up to what a snapshot holds, so that eight open pages do not read a day eight times.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlite_utils import Database

from node.hall.events import Event
from node.hall.state import Hall
from protocol.clock import CHINA, moment, stamp

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Event).decode


def hall_tables(db: Database) -> None:
    db.executescript("""
    create table hall_events (
        day text not null,      -- ISO day in China
        seq integer not null,   -- from 1, without gaps
        at text not null,
        by text not null,       -- account, or the machine
        event text not null,
        primary key (day, seq)
    ) without rowid;
    """)


@dataclass(frozen=True, slots=True)
class Kept:
    seq: int
    at: datetime
    by: str
    event: Event


def day_of(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()


def events(db: Database, day: str, after: int = 0) -> list[Kept]:
    """In order, past `after`."""
    rows = db.execute("select seq, at, by, event from hall_events where day = ? and seq > ? order by seq", (day, after))
    return [Kept(row[0], moment(row[1]), row[2], _decode(row[3])) for row in rows.fetchall()]


def days(db: Database, until: date, limit: int = 31) -> list[str]:
    """Days on which something happened, latest first."""
    rows = db.execute(
        "select distinct day from hall_events where day <= ? order by day desc limit ?", (until.isoformat(), limit)
    )
    return [str(row[0]) for row in rows.fetchall()]


def replay(day: str, kept: list[Kept]) -> Hall:
    hall = Hall(day)
    for one in kept:
        hall.apply(one.at, one.by, one.event)
    return hall


class Halls:
    """The fold of the day that was last asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hall: Hall | None = None

    def of(self, db: Database, day: str) -> Hall:
        """For readers, who change nothing in it."""
        with self._lock:
            self._hall = _brought_up(db, day, self._hall)
            return self._hall

    def to_change(self, tx: Database, day: str) -> Hall:
        """For one unit of work, which may come to nothing: nobody else sees it."""
        with self._lock:
            known = self._hall
        hall = _brought_up(tx, day, known)
        return hall.copied() if hall is known else hall


def keep(tx: Database, hall: Hall, event: Event, *, by: str, at: datetime) -> None:
    """The event is on disk when the caller's unit of work is left, and `hall` has it."""
    kept_at = stamp(at if hall.at is None else max(at, hall.at))
    tx.execute(
        "insert into hall_events (day, seq, at, by, event) values (?,?,?,?,?)",
        (hall.day, hall.upto + 1, kept_at, by, _encode(event).decode()),
    )
    hall.apply(moment(kept_at), by, event)


def _brought_up(db: Database, day: str, known: Hall | None) -> Hall:
    head = int(db.execute("select coalesce(max(seq), 0) from hall_events where day = ?", (day,)).fetchone()[0])
    if known is None or known.day != day or known.upto > head:
        known = Hall(day)
    if known.upto == head:
        return known
    hall = known.copied()
    for one in events(db, day, hall.upto):
        hall.apply(one.at, one.by, one.event)
    return hall
