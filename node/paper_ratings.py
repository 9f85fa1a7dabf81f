"""The paper book at the counter (意见簿): a line of it counts as a rating when a second person has confirmed the copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlite_utils import Database

from node.ratings import MAX_TEXT, Grade
from protocol.clock import CHINA, stamp
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.exchange.messages import Kind, RatingTold
from protocol.exchange.topics import HUB

_encode = msgspec.msgpack.Encoder().encode


def paper_rating_table(db: Database) -> None:
    db.execute("""
    create table paper_ratings (        -- copied from the book, not confirmed yet
        id text primary key,
        page text not null,
        day text not null,
        counter integer not null,
        grade integer not null,
        said text not null,
        by text not null,
        at text not null,
        unique (page, day)
    ) without rowid
    """)


@dataclass(frozen=True, slots=True)
class PaperRating:
    id: str
    page: str
    day: date
    counter: int
    grade: Grade
    said: str
    by: str


def copy_from_book(
    tx: Database, id_: str, page: str, day: date, counter: int, grade: Grade, said: str, *, by: str, at: datetime
) -> None:
    """A line of the paper book, to be confirmed by somebody else before it counts.

    :raises Refused: rating-twice: that page and day is copied already; rating-page: no page, or a day to come
    """
    if not page.strip() or day > at.astimezone(CHINA).date():
        raise Refused("refused.rating-page")
    known = tx.execute("select 1 from paper_ratings where page = ? and day = ?", (page.strip(), day.isoformat()))
    counted = tx.execute("select 1 from ratings where event = ?", (_paper_event(page.strip(), day),))
    if known.fetchone() or counted.fetchone():
        raise Refused("refused.rating-twice", page=page.strip())
    tx.execute(
        "insert into paper_ratings (id, page, day, counter, grade, said, by, at) values (?,?,?,?,?,?,?,?)",
        (id_, page.strip(), day.isoformat(), counter, int(grade), said.strip()[:MAX_TEXT], by, stamp(at)),
    )


def confirm_copy(tx: Database, pen: Journal, id_: str, *, by: str, at: datetime) -> None:
    """:raises Refused: rating-own-copy: whoever copied it; no-page: it is not there (any more)"""
    row = tx.execute("select * from paper_ratings where id = ?", (id_,)).fetchone()
    if row is None:
        raise Refused("refused.no-page")
    if row["by"] == by:
        raise Refused("refused.rating-own-copy")
    event = _paper_event(row["page"], date.fromisoformat(row["day"]))
    told = RatingTold(
        id=id_, event=event, counter=row["counter"], grade=row["grade"], channel="paper", page=row["page"], said=row["said"],
        copied_by=row["by"],
    )  # fmt: skip
    pen.write(tx, HUB, Kind.RATING, _encode(told), by=by, at=at)
    tx.execute("delete from paper_ratings where id = ?", (id_,))


def copies(db: Database) -> list[PaperRating]:
    """Lines of the paper book that wait for a second person, oldest first."""
    rows = db.execute("select id, page, day, counter, grade, said, by from paper_ratings order by at").fetchall()
    return [PaperRating(r[0], r[1], date.fromisoformat(r[2]), r[3], Grade(r[4]), r[5], r[6]) for r in rows]


def _paper_event(page: str, day: date) -> str:
    return f"paper/{day.isoformat()}/{page}"
