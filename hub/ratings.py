"""What citizens say of the service at three hundred stations, as the stations told it.

The district sees grades, turns and how far the bad ones are; it never learns who rated, and a telephone number that
was left for a call stays at the station.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlite_utils import Database

from protocol.clock import moment, stamp
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.messages import RatingStep, RatingTold
from protocol.exchange.topics import HUB

_T = TypeVar("_T")
_decode_rating = msgspec.msgpack.Decoder(RatingTold).decode
_decode_step = msgspec.msgpack.Decoder(RatingStep).decode

BAD_TO = 2  # 不满意 and worse, 国办发〔2019〕51号
_ENDED = ("answer", "exclude")


def rating_tables(db: Database) -> None:
    db.executescript("""
    create table ratings (
        station text not null,
        id text not null,
        grade integer not null,
        channel text not null,
        grp text not null,
        said text not null,
        at text not null,
        step text not null,         -- the last one that followed; "" if none did
        step_at text not null,
        primary key (station, id)
    ) without rowid;
    create index ratings_by_time on ratings (at);
    """)


@dataclass(frozen=True, slots=True)
class OfStation:
    station: str
    grades: tuple[int, int, int, int, int]  # very good first
    open_bad: int
    oldest_open: datetime | None

    @property
    def count(self) -> int:
        return sum(self.grades)

    @property
    def good_percent(self) -> float | None:
        """None where nobody has rated."""
        return 100 * sum(self.grades[: 5 - BAD_TO]) / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class BadOne:
    station: str
    grade: int
    group: str
    channel: str
    said: str
    at: datetime
    step: str


def hear(tx: Database, heard: Heard) -> None:
    told = _read(_decode_rating, heard)
    tx.execute(
        "insert or ignore into ratings (station, id, grade, channel, grp, said, at, step, step_at) values (?,?,?,?,?,?,?,'','')",
        (heard.author, told.id, told.grade, told.channel, told.group, told.said, heard.at),
    )


def hear_step(tx: Database, heard: Heard) -> None:
    told = _read(_decode_step, heard)
    if told.step == "said":
        tx.execute(
            "update ratings set said = ? where station = ? and id = ? and said = ''",
            (told.note, heard.author, told.rating),
        )
        return
    tx.execute(
        "update ratings set step = ?, step_at = ? where station = ? and id = ? and step_at <= ?",
        (told.step, heard.at, heard.author, told.rating, heard.at),
    )


def by_station(db: Database, since: datetime) -> list[OfStation]:
    """Most open bad ones first; what was found malicious is not counted."""
    rows = db.execute(
        "select station, sum(grade = 5), sum(grade = 4), sum(grade = 3), sum(grade = 2), sum(grade = 1),"
        " sum(grade <= 2 and step not in ('answer', 'exclude')),"
        " min(case when grade <= 2 and step not in ('answer', 'exclude') then at end)"
        " from ratings where at >= ? and step != 'exclude' group by station",
        (stamp(since),),
    ).fetchall()
    found = [OfStation(r[0], (r[1], r[2], r[3], r[4], r[5]), r[6], moment(r[7]) if r[7] else None) for r in rows]
    return sorted(found, key=lambda one: (-one.open_bad, one.station))


def open_bad(db: Database, limit: int = 200) -> list[BadOne]:
    """Oldest first."""
    rows = db.execute(
        "select station, grade, grp, channel, said, at, step from ratings"
        f" where grade <= {BAD_TO} and step not in (?, ?) order by at limit ?",
        (*_ENDED, limit),
    ).fetchall()
    return [BadOne(r[0], r[1], r[2], r[3], r[4], moment(r[5]), r[6]) for r in rows]


def _read(decode: Callable[[bytes], _T], heard: Heard) -> _T:
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        moment(heard.at)
        return decode(heard.body)
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="rating") from why
