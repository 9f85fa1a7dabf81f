"""Demands at the counter (诉求): what somebody asks, reports or complains of, taken in like a case.

A demand is kept as it is typed and told to the district when it is handed in; from then on it is an entry that nobody
edits. Who stays anonymous stands nowhere. How many working days the district has follows from the type. What is done
about it is followed up from the hub.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum

import msgspec
from sqlite_utils import Database

from node.numbering import next_number
from protocol.casebook import NOTE_PAPER
from protocol.cases.acts import Paper
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.demand_terms import TERMS, DemandType
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import DemandPaper, DemandStep, DemandTold, Kind
from protocol.exchange.topics import HUB

MAX_CONTENT, MAX_PLACE, MAX_NAME, MAX_PAPERS = 2000, 120, 50, 9
ALIKE = 0.8  # of the characters, for a hint that this was handed in before
ALIKE_DAYS = 30
_PHONE = re.compile(r"\+?[0-9 -]{7,20}")
_SEQ = (1 << 40) - 1
_encode = msgspec.msgpack.Encoder().encode


class State(StrEnum):
    DRAFT = "draft"
    HANDED_IN = "handed-in"
    WITHDRAWN = "withdrawn"  # by the citizen


def demand_tables(db: Database) -> None:
    db.executescript("""
    create table demands (
        id text primary key,
        number text not null,       -- "" of a draft
        type text not null,
        content text not null,
        place text not null,
        anonymous integer not null,
        name text not null,
        phone text not null,
        publish integer not null,   -- the citizen agrees that the answer is published without his name
        state text not null,
        by text not null,           -- account that took it in
        at text not null,
        entry integer not null default 0    -- place of what was told in the journal
    ) without rowid;
    create index demands_by_time on demands (at);
    create table demand_papers (
        demand text not null,
        digest text not null,
        size integer not null,
        type text not null,
        primary key (demand, digest)
    ) without rowid;
    """)


@dataclass(frozen=True, slots=True)
class Demand:
    id: str
    number: str
    type: DemandType | None
    content: str
    place: str
    anonymous: bool
    name: str
    phone: str
    publish: bool
    state: State
    by: str
    at: datetime  # of the last saving, or of the handing in
    papers: tuple[Paper, ...] = ()
    receipted: bool = False

    def due(self, calendar: Calendar) -> date | None:
        if self.type is None or self.state is not State.HANDED_IN:
            return None
        return calendar.add_working(self.at.astimezone(CHINA).date(), TERMS[self.type].working_days)


# -- a draft


def begin(tx: Database, id_: str, *, by: str, at: datetime) -> None:
    """`id_`: 32 random hex digits."""
    tx.execute(
        "insert into demands (id, number, type, content, place, anonymous, name, phone, publish, state, by, at)"
        " values (?, '', '', '', '', 0, '', '', 0, ?, ?, ?)",
        (id_, State.DRAFT, by, stamp(at)),
    )


def save(tx: Database, id_: str, typed: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """Keep what was typed, whatever is wrong with it; what is wrong comes back by field, as the key of a text.

    :raises Refused: demand-closed: it was handed in meanwhile
    """
    anonymous = typed.get("anonymous") == "yes"
    values = (
        typed.get("type", "") if typed.get("type", "") in list(DemandType) else "",
        typed.get("content", "")[:MAX_CONTENT], typed.get("place", "")[:MAX_PLACE], anonymous,
        "" if anonymous else typed.get("name", "").strip()[:MAX_NAME],
        "" if anonymous else typed.get("phone", "").strip()[:20],
        typed.get("publish") == "yes", stamp(at), id_, State.DRAFT,
    )  # fmt: skip
    done = tx.execute(
        "update demands set type = ?, content = ?, place = ?, anonymous = ?, name = ?, phone = ?, publish = ?, at = ?"
        " where id = ? and state = ?",
        values,
    )
    if done.rowcount == 0:
        raise Refused("refused.demand-closed")
    return problems(need(tx, id_))


def problems(demand: Demand) -> dict[str, str]:
    wrong = {}
    if demand.type is None:
        wrong["type"] = "demand.wrong-type"
    if len(demand.content.strip()) < 5:
        wrong["content"] = "demand.wrong-content"
    if not demand.place.strip():
        wrong["place"] = "demand.wrong-place"
    if not demand.anonymous and not demand.name:
        wrong["name"] = "demand.wrong-name"
    if not demand.anonymous and not _PHONE.fullmatch(demand.phone):
        wrong["phone"] = "demand.wrong-phone"
    return wrong


def add_paper(tx: Database, id_: str, paper: Paper) -> None:
    """:raises Refused: demand-closed, papers-many"""
    demand = _need_draft(tx, id_)
    if len(demand.papers) >= MAX_PAPERS:
        raise Refused("refused.papers-many", limit=MAX_PAPERS)
    tx.execute(
        "insert or ignore into demand_papers (demand, digest, size, type) values (?,?,?,?)",
        (id_, paper.digest, paper.size, paper.type),
    )


def remove_paper(tx: Database, id_: str, digest: str) -> None:
    _need_draft(tx, id_)
    tx.execute("delete from demand_papers where demand = ? and digest = ?", (id_, digest))


def discard(tx: Database, id_: str) -> None:
    _need_draft(tx, id_)
    tx.execute("delete from demand_papers where demand = ?", (id_,))
    tx.execute("delete from demands where id = ?", (id_,))


# -- handing in


def hand_in(tx: Database, pen: Journal, id_: str, *, by: str, at: datetime) -> None:
    """It is on this disk and owed to the district when the caller's unit of work is left.

    :raises Refused: demand-closed (posted twice), demand-incomplete
    """
    demand = _need_draft(tx, id_)
    if problems(demand) or demand.type is None:
        raise Refused("refused.demand-incomplete")
    number = next_number(tx, pen.party, id_, at, "demands", "SQ")
    papers = [DemandPaper(digest=one.digest, size=one.size, type=one.type) for one in demand.papers]
    told = DemandTold(
        id=id_, number=number, type=demand.type, content=demand.content.strip(), place=demand.place.strip(),
        anonymous=demand.anonymous, name=demand.name, phone=demand.phone, publish=demand.publish, papers=papers,
    )  # fmt: skip
    pen.write(tx, HUB, Kind.DEMAND, _encode(told), by=by, at=at)


def withdraw(tx: Database, pen: Journal, id_: str, note: str, *, by: str, at: datetime) -> None:
    """The citizen wants it followed up no more.

    :raises Refused: demand-closed, reason-needed
    """
    if need(tx, id_).state is not State.HANDED_IN:
        raise Refused("refused.demand-closed")
    if not note.strip():
        raise Refused("refused.reason-needed")
    body = DemandStep(demand=id_, step=State.WITHDRAWN, note=note.strip()[:200])
    pen.write(tx, HUB, Kind.DEMAND_STEP, _encode(body), by=by, at=at)


def hear(tx: Database, heard: Heard) -> None:
    """Our own, written now or given back after a lost disk."""
    told = read_told(heard)
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    tx.execute(
        "insert or replace into demands (id, number, type, content, place, anonymous, name, phone, publish, state, by, at, entry)"
        " values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            told.id, told.number, told.type, told.content, told.place, told.anonymous, told.name, told.phone, told.publish,
            State.HANDED_IN, heard.by, heard.at, heard.place,
        ),
    )  # fmt: skip
    for paper in told.papers:
        tx.execute(
            "insert or ignore into demand_papers (demand, digest, size, type) values (?,?,?,?)",
            (told.id, paper.digest, paper.size, paper.type),
        )
        tx.execute(NOTE_PAPER, (paper.digest, f"demand/{told.id}", HUB, paper.size, paper.type, 1, 0))


def hear_step(tx: Database, heard: Heard) -> None:
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        told = msgspec.msgpack.decode(heard.body, type=DemandStep)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="demand") from why
    if told.step == State.WITHDRAWN:
        tx.execute("update demands set state = ? where id = ? and state = ?", (told.step, told.demand, State.HANDED_IN))


def read_told(heard: Heard) -> DemandTold:
    """:raises Distrusted: not of this shape"""
    try:
        return msgspec.msgpack.decode(heard.body, type=DemandTold)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="demand") from why


# -- looking


def need(db: Database, id_: str) -> Demand:
    """:raises Refused: no-page"""
    row = db.execute(f"{_SELECT} where id = ?", (id_,)).fetchone()
    if row is None:
        raise Refused("refused.no-page")
    papers = db.execute(
        "select digest, size, type from demand_papers where demand = ? order by digest", (id_,)
    ).fetchall()
    return replace(_demand(row), papers=tuple(Paper(digest=p[0], size=p[1], type=p[2], material="") for p in papers))


def demands(db: Database, *, limit: int = 200) -> list[Demand]:
    """Drafts first, then the latest; without their papers."""
    rows = db.execute(f"{_SELECT} order by state != 'draft', at desc limit ?", (limit,)).fetchall()
    return [_demand(row) for row in rows]


def like_this(db: Database, demand: Demand, at: datetime) -> list[Demand]:
    """Handed in during the last thirty days by the same telephone number or in nearly the same words."""
    found: Sequence[Demand] = [
        one
        for one in demands(db, limit=1000)
        if one.state is State.HANDED_IN and one.id != demand.id and (at - one.at).days <= ALIKE_DAYS
    ]
    return [one for one in found if (demand.phone and one.phone == demand.phone) or _alike(one.content, demand.content)]


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _need_draft(tx: Database, id_: str) -> Demand:
    demand = need(tx, id_)
    if demand.state is not State.DRAFT:
        raise Refused("refused.demand-closed")
    return demand


_SELECT = (
    "select demands.*, exists (select 1 from epochs e where e.id = demands.entry >> 40"
    f" and e.told >= demands.entry & {_SEQ}) as receipted from demands"
)


def _demand(row: Mapping[str, object]) -> Demand:
    known = str(row["type"])
    return Demand(
        str(row["id"]), str(row["number"]), DemandType(known) if known else None, str(row["content"]), str(row["place"]),
        bool(row["anonymous"]), str(row["name"]), str(row["phone"]), bool(row["publish"]), State(str(row["state"])),
        str(row["by"]), moment(str(row["at"])), receipted=bool(row["entry"]) and bool(row["receipted"]),
    )  # fmt: skip
