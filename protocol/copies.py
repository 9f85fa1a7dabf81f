"""What is here of a case only because the hub told it on: acts that another desk said or heard.

An act is told once as itself. Its copies carry the place of that telling, so that every party folds the same, and give
way to the act itself, a copy without the answers to one with them. Called by the casebook alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from protocol import attention
from protocol.cases.acts import CaseAct, Retold, Told
from protocol.cases.rules import Act, Side
from protocol.errors import Distrusted
from protocol.exchange.journal import Handler, Heard, epoch_of
from protocol.exchange.messages import Kind


def cases_that_move(db: Database) -> None:
    """A later migration of both: acts may be here as a copy that the hub told, when another desk said or heard them."""
    db.executescript("""
    alter table acts add column copy integer not null default 0;    -- Retold.rank; 0: the entry is the act itself
    create table retold (               -- what the hub told whom as a copy; of the latest telling
        case_id text not null,
        station text not null,
        act_id text not null,
        life integer not null,
        epoch text not null,
        seq integer not null,
        whole integer not null,
        papers integer not null,
        primary key (case_id, station, act_id)
    ) without rowid;
    """)


def note_retold(tx: Database, heard: Heard, copy: Retold) -> None:
    """At both ends: this station has been told of the act, and in which form."""
    told = copy.told
    tx.conn.execute(
        "insert or replace into retold (case_id, station, act_id, life, epoch, seq, whole, papers)"
        " values (?,?,?,?,?,?,?,?)",
        (heard.case, heard.reader, told.act.id, told.life, told.epoch, told.seq, copy.whole, copy.papers),
    )


def keep(tx: Database, heard: Heard, copy: Retold) -> bool:
    """Whether it says more than what is here: the act itself counts before a copy, a whole one before a part."""
    told, rank = copy.told, copy.rank
    kept = tx.conn.execute(
        "insert into acts (id, case_id, place, life, epoch, seq, side, inner_, copy) values (?,?,?,?,?,?,?,0,?)"
        " on conflict (id) do update set place = excluded.place, life = excluded.life, epoch = excluded.epoch,"
        " seq = excluded.seq, copy = excluded.copy where case_id = excluded.case_id"
        " and ((excluded.life, excluded.epoch, excluded.seq) < (life, epoch, seq)"
        " or ((excluded.life, excluded.epoch, excluded.seq) = (life, epoch, seq) and excluded.copy < copy)"
        " or not exists (select 1 from entries where entries.place = acts.place))",
        (told.act.id, told.act.case, heard.place, told.life, told.epoch, told.seq, told.side, rank),
    )
    return kept.rowcount > 0


def hear_what_waited(tx: Database, now: Heard, move: CaseAct, hear: Handler) -> None:
    """After a lost disk what was said between the hub and a station may come back before the move that gave it the case:
    it counts now.
    """
    for heard in _what_waited(tx, now, move):
        (was,) = tx.conn.execute("select state from entries where place = ?", (heard.place,)).fetchone()
        tx.conn.execute("update entries set state = 0 where place = ?", (heard.place,))
        try:
            hear(tx, heard)
        except Distrusted:  # wrong for another reason: it stays before a person
            tx.conn.execute("update entries set state = ? where place = ?", (was, heard.place))
            continue
        attention.settle(tx, "poison", f"{heard.epoch}/{heard.seq}", by=now.author, at=heard.heard_at)


def _what_waited(tx: Database, now: Heard, move: CaseAct) -> list[Heard]:
    rows = tx.conn.execute(
        "select e.place, e.by, e.at, e.clock, e.version, e.body, e.heard_at, p.author, p.reader, p.epoch, p.life"
        " from entries e join epochs p on p.id = e.place >> 40"
        " where e.state != 0 and e.kind = ? and e.case_id = ? and ? in (p.author, p.reader) and e.body is not null"
        " and e.place != ? order by e.place",
        (Kind.CASE_ACT, move.case, move.to, now.place),
    ).fetchall()
    return [
        Heard(
            author, reader, epoch, life, epoch_of(place)[1], place, Kind.CASE_ACT, version, move.case, by, at, clock,
            body, heard_at,
        )
        for place, by, at, clock, version, body, heard_at, author, reader, epoch, life in rows
    ]  # fmt: skip


def known_at(told: Iterable[Told]) -> set[str]:
    """The stations that held the case; empty as long as nobody knows whose it is."""
    every = list(told)
    first = next((one.act.intake.station for one in every if one.act.intake is not None), None)
    moved = {one.act.to for one in every if one.act.act is Act.MOVE and one.side is Side.HUB}
    return {first, *moved} if first is not None else set()
