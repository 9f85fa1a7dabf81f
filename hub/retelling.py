"""A case that has moved is known at several stations: each is told what the others said of it, or heard.

An act travels once as itself, between the hub and the station that held the case; every other station that holds or held
it is told a copy, with the place that the act has in the journals, so that all of them fold the same. What a desk has
no use for stays away from it: the applicant's answers, unless it has to take a correction in; scans always; of the
documents only those that it hands over. What has to be told is found by comparing, never by remembering an intention:
a hub that was restored tells what is missing, and what comes twice is one act.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace
from sqlite_utils import Database

from protocol.casebook import Casebook, Placed
from protocol.cases.acts import CaseAct, Retold, Told, encode_retold
from protocol.cases.case import Case
from protocol.cases.rules import INNER, Side, Status
from protocol.documents.kinds import HANDED, Kind
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind as MessageKind
from protocol.exchange.topics import HUB

_FOR_THE_DESK = HANDED | {Kind.CORRECTION, Kind.INSTANT, Kind.INSTANT_LICENCE}


def moving_tables(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table to_retell (            -- something was said of a case that several stations know
        case_id text primary key
    ) without rowid;
    create table to_move (              -- the applicant wants to fetch the result elsewhere
        case_id text primary key,
        station text not null
    ) without rowid;
    """)


def note_moves(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook. A case that never moved costs nothing here."""
    if len(case.known_at) > 1 or tx.conn.execute("select 1 from retold where case_id = ?", (case.id,)).fetchone():
        tx.conn.execute("insert or ignore into to_retell (case_id) values (?)", (case.id,))
    if case.fetch_at:
        tx.conn.execute("insert or replace into to_move (case_id, station) values (?,?)", (case.id, case.fetch_at))
    elif len(case.known_at) > 1 or act.to:
        tx.conn.execute("delete from to_move where case_id = ?", (case.id,))


def retell_next(tx: Database, pen: Journal, book: Casebook, at: datetime, limit: int = 50) -> int:
    """Bring every station that knows one of the next `limit` cases up to date. Returns how many copies were written."""
    rows = tx.execute("select case_id from to_retell order by case_id limit ?", (limit,)).fetchall()
    told = 0
    for (case_id,) in rows:
        case = book.case(tx, case_id)
        if case is not None:
            told += sum(retell(tx, pen, book, case, station, at) for station in _who_knows(tx, case))
        tx.execute("delete from to_retell where case_id = ?", (case_id,))
    return told


def retell(tx: Database, pen: Journal, book: Casebook, case: Case, station: str, at: datetime) -> int:
    """What this station has not been told of the case is owed to it afterwards. Returns how many acts."""
    before = {
        str(row[0]): tuple(row[1:])
        for row in tx.execute(
            "select act_id, life, epoch, seq, whole, papers from retold where case_id = ? and station = ?",
            (case.id, station),
        ).fetchall()
    }
    owed = [
        copy
        for one in sorted(book.placed(tx, case.id), key=lambda one: one.told.order)
        if (copy := _copy_for(case, station, one)) is not None and not _has(before.get(one.told.act.id), copy)
    ]
    for copy in owed:
        pen.write(tx, station, MessageKind.CASE_TOLD, encode_retold(copy), by=HUB, at=at, case=case.id)
    return len(owed)


def _who_knows(db: Database, case: Case) -> list[str]:
    """Also who was told of it by a move that no disk holds any more."""
    rows = db.execute("select distinct station from retold where case_id = ?", (case.id,)).fetchall()
    return sorted({*case.known_at, *(str(row[0]) for row in rows)})


def _copy_for(case: Case, station: str, one: Placed) -> Retold | None:
    """None for what this station said or heard itself, and for what no station may read."""
    told, holds, made = one.told, station == case.station, one.told.act.made
    hands_it_over = holds and made is not None and made.kind in _FOR_THE_DESK
    wants_papers = hands_it_over or (told.side is Side.HUB and made is not None and told.station == station)
    if told.act.act in INNER or (told.station == station and not one.is_copy):
        return None
    whole = holds and case.status is Status.RETURNED
    return Retold(told=told if whole else _without_answers(told), whole=whole, papers=wants_papers)


def _has(before: tuple[object, ...] | None, copy: Retold) -> bool:
    if before is None:
        return False
    life, epoch, seq, whole, papers = before
    return (life, epoch, seq) == copy.told.order and bool(whole) >= copy.whole and bool(papers) >= copy.papers


def _without_answers(told: Told) -> Told:
    act = told.act
    if act.intake is not None:
        act = replace(act, intake=replace(act.intake, answers={}, situations={}))
    return replace(told, act=replace(act, answers={}))


def wished_elsewhere(db: Database, limit: int = 50) -> list[str]:
    """Cases whose result waits at one desk while the applicant wants to fetch it at another that exists."""
    rows = db.execute(
        "select c.id from to_move m join cases c on c.id = m.case_id join stations s on s.name = m.station"
        " where c.status in ('issued', 'not-accepted', 'withdrawn') and c.station != m.station order by c.id limit ?",
        (limit,),
    ).fetchall()
    return [str(row[0]) for row in rows]
