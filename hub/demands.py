"""Demands that stations took in, as they told them; following them up is the work of the sections, later.

The station's entry is the original and is never edited. Name and telephone of a citizen are shown masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol.casebook import NOTE_PAPER
from protocol.clock import moment
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.messages import DemandStep, DemandTold
from protocol.exchange.topics import HUB


def demand_tables(db: Database) -> None:
    db.executescript("""
    create table demands (
        station text not null,
        id text not null,
        number text not null,
        type text not null,
        content text not null,
        place text not null,
        anonymous integer not null,
        name text not null,
        phone text not null,
        publish integer not null,
        papers integer not null,
        at text not null,
        step text not null,     -- withdrawn, or "" as long as it is open
        primary key (station, id)
    ) without rowid;
    create index demands_by_time on demands (at);
    """)


@dataclass(frozen=True, slots=True)
class Demand:
    station: str
    number: str
    type: str
    content: str
    place: str
    name: str  # "" if anonymous
    papers: int
    at: datetime
    step: str


def hear(tx: Database, heard: Heard) -> None:
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        moment(heard.at)
        told = msgspec.msgpack.decode(heard.body, type=DemandTold)
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="demand") from why
    kept = tx.execute(
        "insert or ignore into demands"
        " (station, id, number, type, content, place, anonymous, name, phone, publish, papers, at, step)"
        " values (?,?,?,?,?,?,?,?,?,?,?,?,'')",
        (
            heard.author, told.id, told.number, told.type, told.content, told.place, told.anonymous, told.name, told.phone,
            told.publish, len(told.papers), heard.at,
        ),
    )  # fmt: skip
    if kept.rowcount:
        for paper in told.papers:
            tx.execute(NOTE_PAPER, (paper.digest, f"demand/{told.id}", heard.author, paper.size, paper.type, 0, 1))


def hear_step(tx: Database, heard: Heard) -> None:
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        told = msgspec.msgpack.decode(heard.body, type=DemandStep)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="demand") from why
    tx.execute("update demands set step = ? where station = ? and id = ?", (told.step, heard.author, told.demand))


def demands(db: Database, limit: int = 500) -> list[Demand]:
    """Open ones first, oldest first: by when they have to be answered."""
    rows = db.execute(
        "select station, number, type, content, place, name, papers, at, step from demands order by step != '', at limit ?",
        (limit,),
    ).fetchall()
    return [Demand(r[0], r[1], r[2], r[3], r[4], r[5], r[6], moment(r[7]), r[8]) for r in rows]
