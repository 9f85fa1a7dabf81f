"""Which cases are to be archived: those in which nothing is left to do, and archived ones to which something was done.

Kept beside the acts by a listener, so that the archive's page asks for fifty lines and not for every case.
"""

from __future__ import annotations

from sqlite_utils import Database

from protocol.cases.acts import CaseAct
from protocol.cases.case import Case
from protocol.cases.words import Act, Status
from protocol.exchange.journal import Heard

FINISHED = (Status.HANDED_OVER,)


def archive_tables(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table to_archive (           -- finished, or something has happened since the last package
        case_id text primary key,
        since text not null
    ) without rowid;
    create index to_archive_by_day on to_archive (since, case_id);
    """)


def note_for_archive(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook. A case that has just come in is on no list: most letters of a station are such."""
    if len(case.steps) > 1:
        follow_archive(tx, case)


def follow_archive(tx: Database, case: Case) -> None:
    """Put the case on the archivist's list, or take it off."""
    if must_archive(case):
        tx.conn.execute("insert or replace into to_archive (case_id, since) values (?,?)", (case.id, case.moved_at))
    else:
        tx.conn.execute("delete from to_archive where case_id = ?", (case.id,))


def must_archive(case: Case) -> bool:
    """Nothing is left to do, or something was done after the last package."""
    if case.status is Status.ARCHIVED:
        last = last_package(case)
        return last is not None and last.id != case.tip
    return case.status in FINISHED


def last_package(case: Case) -> CaseAct | None:
    return next((act for act in reversed(case.line) if act.act is Act.ARCHIVE), None)


def waiting(db: Database, limit: int = 50, offset: int = 0) -> list[str]:
    """Cases to be archived, the longest waiting first."""
    rows = db.execute(
        "select case_id from to_archive order by since, case_id limit ? offset ?", (limit, offset)
    ).fetchall()
    return [str(row[0]) for row in rows]


def count_waiting(db: Database) -> int:
    return int(db.execute("select count(*) from to_archive").fetchone()[0])


def archived(db: Database, limit: int = 50, offset: int = 0) -> list[str]:
    """Cases that are in the archive, those that were opened last first."""
    rows = db.execute(
        "select id from cases where owner = 'hub' and status = ? order by opened_at desc limit ? offset ?",
        (Status.ARCHIVED, limit, offset),
    ).fetchall()
    return [str(row[0]) for row in rows]


def count_archived(db: Database) -> int:
    row = db.execute("select count(*) from cases where owner = 'hub' and status = ?", (Status.ARCHIVED,)).fetchone()
    return int(row[0])
