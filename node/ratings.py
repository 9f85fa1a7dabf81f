"""What citizens say of the service (好差评): five grades, each bound to one turn of service, and what follows a bad one.

A rating is an entry of the journal and nothing but the citizen makes it: at the pad of the counter that served him, within
half an hour, once; or from the paper book, copied by one person and confirmed by another. Nobody edits one, nobody has
rated until he has pressed something, and who served never learns which ticket it was. The two low grades open a task:
a word with the citizen within one working day, put right within fifteen (国办发〔2019〕51号; days: certainty K).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TypeVar

import msgspec
from sqlite_utils import Database

from node.hall.state import Hall, Served
from protocol.catalogue.calendars import Calendar
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind, RatingStep, RatingTold
from protocol.exchange.topics import HUB

OPEN_FOR = timedelta(minutes=30)  # after the turn has ended
SAID_WITHIN = timedelta(minutes=3)  # after the grade: reasons and a telephone number
CONTACT_DAYS, RECTIFY_DAYS = 1, 15  # working days
MAX_TEXT = 200

_T = TypeVar("_T")
_encode = msgspec.msgpack.Encoder().encode
_decode_rating = msgspec.msgpack.Decoder(RatingTold).decode
_decode_step = msgspec.msgpack.Decoder(RatingStep).decode


class Grade(IntEnum):
    VERY_BAD = 1  # 非常不满意
    BAD = 2  # 不满意
    FAIR = 3  # 基本满意
    GOOD = 4  # 满意
    VERY_GOOD = 5  # 非常满意

    @property
    def is_bad(self) -> bool:
        return self <= Grade.BAD


REASONS = (
    "waited",
    "attitude",
    "unclear",
    "papers",
    "mistake",
    "place",
)  # what a low grade may be for; texts: "reason.<name>"


class Task(StrEnum):
    """How far a bad rating is; NONE for a good one."""

    NONE = ""
    OPEN = "open"
    CONTACTED = "contacted"
    RECTIFIED = "rectified"
    CLOSED = "closed"  # answered
    DOUBTED = "doubted"  # somebody holds it for malicious: another person judges
    EXCLUDED = "excluded"


# step -> (from, to); who doubts a rating does not judge it
STEPS: dict[str, tuple[tuple[Task, ...], Task]] = {
    "contact": ((Task.OPEN,), Task.CONTACTED),
    "rectify": ((Task.OPEN, Task.CONTACTED), Task.RECTIFIED),
    "answer": ((Task.RECTIFIED,), Task.CLOSED),
    "doubt": ((Task.OPEN, Task.CONTACTED), Task.DOUBTED),
    "exclude": ((Task.DOUBTED,), Task.EXCLUDED),
    "keep": ((Task.DOUBTED,), Task.CONTACTED),
}
SAID = "said"  # by the citizen: reasons, a few words


def rating_tables(db: Database) -> None:
    db.executescript("""
    create table ratings (
        id text primary key,
        event text not null unique,     -- the turn of service; a second rating of it is none
        counter integer not null,
        grp text not null,              -- skill group
        served_by text not null,
        grade integer not null,
        channel text not null,          -- pad, kiosk, paper
        page text not null,             -- of the paper book
        reasons text not null,          -- JSON
        said text not null,
        at text not null,
        task text not null
    ) without rowid;
    create index ratings_by_time on ratings (at);
    create table rating_steps (
        rating text not null,
        place integer not null,
        step text not null,
        note text not null,
        by text not null,
        at text not null,
        primary key (rating, place)
    ) without rowid;
    create table rating_contacts (      -- stays on this machine
        rating text primary key,
        phone text not null
    ) without rowid;
    """)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of service that can be rated."""

    event: str
    counter: int
    group: str
    served_by: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Rating:
    id: str
    counter: int
    group: str
    grade: Grade
    channel: str
    page: str
    reasons: tuple[str, ...]
    said: str
    at: datetime
    task: Task
    has_contact: bool


@dataclass(frozen=True, slots=True)
class Step:
    step: str
    note: str
    by: str
    at: datetime


# -- rating


def to_rate(db: Database, hall: Hall, counter: int, at: datetime) -> Turn | None:
    """The turn that may be rated at this counter now: its last one, until the next is called or the time is over."""
    place = hall.counters.get(counter)
    ended = [(number, one) for number, one in enumerate(hall.served) if one.counter == counter]
    if not ended or (place is not None and place.ticket):
        return None
    number, served = ended[-1]
    if not timedelta() <= at - served.ended_at <= OPEN_FOR:
        return None
    turn = Turn(_event(hall, number, served), counter, served.group, served.account, served.ended_at)
    done = db.execute("select 1 from ratings where event = ?", (turn.event,)).fetchone()
    return None if done else turn


def rate(tx: Database, pen: Journal, turn: Turn, grade: Grade, id_: str, *, channel: str = "pad", at: datetime) -> None:
    """The grade counts from here on. Pressed twice, it counts once. `id_`: 32 random hex digits."""
    if tx.execute("select 1 from ratings where event = ?", (turn.event,)).fetchone():
        return
    told = RatingTold(
        id=id_, event=turn.event, counter=turn.counter, group=turn.group, served_by=turn.served_by,
        grade=int(grade), channel=channel,
    )  # fmt: skip
    pen.write(tx, HUB, Kind.RATING, _encode(told), by="", at=at)


def add_reasons(
    tx: Database, pen: Journal, id_: str, reasons: Sequence[str], said: str, phone: str, at: datetime
) -> None:
    """What the citizen adds to a low grade, once and at once. The telephone number never leaves this machine.

    :raises Refused: rating-over
    """
    row = tx.execute("select at, task, said, reasons from ratings where id = ?", (id_,)).fetchone()
    if row is None or row["said"] or row["reasons"] != "[]" or at - moment(row["at"]) > SAID_WITHIN or not row["task"]:
        raise Refused("refused.rating-over")
    known = [reason for reason in REASONS if reason in reasons]
    body = RatingStep(rating=id_, step=SAID, note=said.strip()[:MAX_TEXT], reasons=known)
    pen.write(tx, HUB, Kind.RATING_STEP, _encode(body), by="", at=at)
    if phone.strip():
        tx.execute("insert or replace into rating_contacts (rating, phone) values (?,?)", (id_, phone.strip()[:20]))


# -- what follows a bad one


def take_step(tx: Database, pen: Journal, id_: str, step: str, note: str, *, by: str, at: datetime) -> None:
    """:raises Refused: rating-step: not open now; reason-needed; rating-own: of one's own service, or one's own doubt"""
    row = tx.execute("select task, served_by from ratings where id = ?", (id_,)).fetchone()
    if row is None or step not in STEPS or Task(row["task"]) not in STEPS[step][0]:
        raise Refused("refused.rating-step")
    if not note.strip():
        raise Refused("refused.reason-needed")
    doubter = tx.execute(
        "select by from rating_steps where rating = ? and step = 'doubt' order by place desc limit 1", (id_,)
    ).fetchone()
    if row["served_by"] == by or (step in ("exclude", "keep") and doubter and doubter["by"] == by):
        raise Refused("refused.rating-own")
    body = RatingStep(rating=id_, step=step, note=note.strip()[:MAX_TEXT])
    pen.write(tx, HUB, Kind.RATING_STEP, _encode(body), by=by, at=at)


def due(rating: Rating, calendar: Calendar) -> date | None:
    """The day until which the next step has to be taken; None if none has."""
    came = rating.at.astimezone(CHINA).date()
    if rating.task is Task.OPEN and rating.has_contact:
        return calendar.add_working(came, CONTACT_DAYS)
    if rating.task in (Task.OPEN, Task.CONTACTED, Task.DOUBTED, Task.RECTIFIED):
        return calendar.add_working(came, RECTIFY_DAYS)
    return None


# -- hearing our own entries, written now or given back after a lost disk


def hear(tx: Database, heard: Heard) -> None:
    told = _read(_decode_rating, heard)
    task = Task.OPEN if Grade(told.grade).is_bad else Task.NONE
    tx.execute(
        "insert or ignore into ratings (id, event, counter, grp, served_by, grade, channel, page, reasons, said, at, task)"
        " values (?,?,?,?,?,?,?,?,'[]',?,?,?)",
        (
            told.id, told.event, told.counter, told.group, told.served_by, told.grade, told.channel, told.page, told.said,
            heard.at, task,
        ),
    )  # fmt: skip


def hear_step(tx: Database, heard: Heard) -> None:
    told = _read(_decode_step, heard)
    if told.step == SAID:
        tx.execute(
            "update ratings set reasons = ?, said = ? where id = ? and reasons = '[]' and said = ''",
            (msgspec.json.encode(told.reasons).decode(), told.note, told.rating),
        )
        return
    row = tx.execute("select task from ratings where id = ?", (told.rating,)).fetchone()
    if row is None or told.step not in STEPS or Task(row["task"]) not in STEPS[told.step][0]:
        return  # overtaken by a step of another life
    then = STEPS[told.step][1]
    tx.execute("update ratings set task = ? where id = ?", (then, told.rating))
    if then in (Task.CLOSED, Task.EXCLUDED):  # nobody has to be called any more
        tx.execute("delete from rating_contacts where rating = ?", (told.rating,))
    tx.execute(
        "insert into rating_steps (rating, place, step, note, by, at) values"
        " (?, (select count(*) from rating_steps where rating = ?), ?,?,?,?)",
        (told.rating, told.rating, told.step, told.note, heard.by, heard.at),
    )


# -- looking


def ratings(db: Database, *, since: datetime, until: datetime | None = None, limit: int = 500) -> list[Rating]:
    """Latest first."""
    rows = db.execute(
        f"{_SELECT} where at >= ? and at < ? order by at desc limit ?",
        (stamp(since), stamp(until) if until else "9999", limit),
    )
    return [_rating(row) for row in rows.fetchall()]


def open_tasks(db: Database) -> list[Rating]:
    """Oldest first."""
    rows = db.execute(f"{_SELECT} where task not in ('', 'closed', 'excluded') order by at")
    return [_rating(row) for row in rows.fetchall()]


def count_open(db: Database) -> int:
    return int(db.execute("select count(*) from ratings where task not in ('', 'closed', 'excluded')").fetchone()[0])


def need_rating(db: Database, id_: str) -> Rating:
    """:raises Refused: no-page"""
    row = db.execute(f"{_SELECT} where ratings.id = ?", (id_,)).fetchone()
    if row is None:
        raise Refused("refused.no-page")
    return _rating(row)


def steps(db: Database, id_: str) -> list[Step]:
    rows = db.execute("select step, note, by, at from rating_steps where rating = ? order by place", (id_,))
    return [Step(row[0], row[1], row[2], moment(row[3])) for row in rows.fetchall()]


def contact(db: Database, id_: str) -> str:
    """The telephone number that was left; showing it is a look that is kept."""
    row = db.execute("select phone from rating_contacts where rating = ?", (id_,)).fetchone()
    return str(row[0]) if row else ""


def counted(found: Sequence[Rating]) -> dict[Grade, int]:
    """How often each grade was given; what was found malicious does not count (国办发〔2019〕51号)."""
    sums = dict.fromkeys(sorted(Grade, reverse=True), 0)
    for one in found:
        if one.task is not Task.EXCLUDED:
            sums[one.grade] += 1
    return sums


_SELECT = (
    "select ratings.id, counter, grp, grade, channel, page, reasons, said, at, task, phone is not null as has_contact"
    " from ratings left join rating_contacts on rating_contacts.rating = ratings.id"
)


def _rating(row: dict[str, object]) -> Rating:
    reasons = msgspec.json.decode(str(row["reasons"]), type=tuple[str, ...])
    return Rating(
        str(row["id"]), int(str(row["counter"])), str(row["grp"]), Grade(int(str(row["grade"]))), str(row["channel"]),
        str(row["page"]), reasons, str(row["said"]), moment(str(row["at"])), Task(str(row["task"])), bool(row["has_contact"]),
    )  # fmt: skip


def _event(hall: Hall, number: int, served: Served) -> str:
    return f"{hall.day}/{served.counter}/{number}"


def _read(decode: Callable[[bytes], _T], heard: Heard) -> _T:
    """:raises Distrusted: not ours, or not of this shape"""
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        return decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="rating") from why
