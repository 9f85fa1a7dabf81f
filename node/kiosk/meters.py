"""What a day at the kiosk was like, in numbers: no person, no case and no machine is in them.

Computed from the visits that are over. A day's figures go to the district as one entry of the journal when the day is
past, once; a station that was restored hears its own entry again and does not say it twice.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlite_utils import Database

from protocol.clock import CHINA, moment, stamp
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind, KioskDay
from protocol.exchange.topics import HUB

LOOK_BACK = timedelta(days=31)  # a station that was dark for longer has other things to tell first

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(KioskDay).decode


def meter_tables(db: Database) -> None:
    db.execute("create table kiosk_days (day text primary key, told_at text not null) without rowid")


def day_meters(db: Database, day: date) -> KioskDay:
    """The day as it is so far: visits that began on it, and are over."""
    rows = db.execute(
        "select item, step, elder, helped, done, started_at, touched_at from kiosk_sessions"
        " where started_at >= ? and started_at < ? and token is null and kind = 'kiosk'",
        (_midnight(day), _midnight(day + timedelta(days=1))),
    ).fetchall()
    done: Counter[str] = Counter()
    left: Counter[str] = Counter()
    seconds = []
    for row in rows:
        done.update(row["done"].split())
        if row["done"]:
            seconds.append(round((moment(row["touched_at"]) - moment(row["started_at"])).total_seconds()))
        else:
            left[row["step"]] += 1
    return KioskDay(
        day=day.isoformat(),
        sessions=len(rows),
        completed=dict(sorted(done.items())),
        abandoned=dict(sorted(left.items())),
        seconds_p50=_share(seconds, 0.5),
        seconds_p90=_share(seconds, 0.9),
        helped=sum(row["helped"] for row in rows),
        elder=sum(row["elder"] for row in rows),
    )


def untold(db: Database, today: date) -> list[date]:
    """Past days with visits, of which the district has not been told."""
    since = _midnight(today - LOOK_BACK)
    rows = db.execute(
        "select distinct substr(started_at, 1, 13) from kiosk_sessions where started_at >= ? and started_at < ?"
        " and kind = 'kiosk'",
        (since, _midnight(today)),
    ).fetchall()
    days = {moment(f"{row[0]}:00:00.000Z").astimezone(CHINA).date() for row in rows}
    told = {str(row[0]) for row in db.execute("select day from kiosk_days").fetchall()}
    return sorted(day for day in days if day.isoformat() not in told)


def tell(tx: Database, pen: Journal, day: date, at: datetime) -> None:
    """The district is owed the figures of a day that is past."""
    pen.write(tx, HUB, Kind.KIOSK_DAY, _encode(day_meters(tx, day)), by="kiosk", at=at)


def hear(tx: Database, heard: Heard) -> None:
    """Our own entry, written now or given back after a lost disk."""
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        told = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="day of a kiosk") from why
    tx.execute("insert or ignore into kiosk_days (day, told_at) values (?,?)", (told.day, heard.at))


def _share(seconds: Sequence[int], share: float) -> int:
    """The value that so many do not exceed, counted up; 0 if there are none."""
    if not seconds:
        return 0
    return sorted(seconds)[max(0, math.ceil(len(seconds) * share) - 1)]


def _midnight(day: date) -> str:
    return stamp(datetime(day.year, day.month, day.day, tzinfo=CHINA))
