"""What waits at this desk to be fetched, since when, and whether the applicant has been reminded.

A number on a receipt finds the case; who may take the result is looked at on the page of the hand-over. Reminders are
this desk's own notes: nobody else has to know how often somebody was telephoned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from protocol.cases.acts import By
from protocol.cases.rules import Status
from protocol.clock import stamp
from protocol.documents.verify import Checks

# + keeps SQLite from going by the station, which is the same in nearly every row of a station's own store
_HELD = "owner = 'station' and +station = ? and status in (?, ?, ?)"
WAITING = (Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN)


def reminder_table(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table reminders (
        id integer primary key,
        case_id text not null,
        at text not null,
        account text not null
    );
    create index reminders_by_case on reminders (case_id, at);
    """)


@dataclass(frozen=True, slots=True)
class Waits:
    case: str
    number: str
    item: str
    item_version: int
    applicant: str
    status: Status
    since: str
    reminded: int  # how often
    reminded_at: str  # last; "" if never


def waiting(db: Database, party: str, limit: int = 50, offset: int = 0) -> list[Waits]:
    """Results that this station holds, the longest waiting first."""
    rows = db.execute(
        "select c.id, c.number, c.item, c.item_version, c.applicant, c.status, c.moved_at,"
        " (select count(*) from reminders r where r.case_id = c.id),"
        " coalesce((select max(at) from reminders r where r.case_id = c.id), '')"
        f" from cases c where {_HELD}"
        " order by c.moved_at, c.id limit ? offset ?",
        (party, *WAITING, limit, offset),
    ).fetchall()
    return [Waits(r[0], r[1], r[2], r[3], r[4], Status(r[5]), r[6], r[7], r[8]) for r in rows]


def count(db: Database, party: str) -> int:
    row = db.execute(f"select count(*) from cases where {_HELD}", (party, *WAITING)).fetchone()
    return int(row[0])


def number_in(text: str, checks: Checks) -> str:
    """The number of the case in what was typed, or in the code of one of our papers that was scanned."""
    text = text.strip()
    if text.startswith("MC1:"):
        told = checks.text(text).told
        return told.case_number if told is not None else ""
    return text.upper().partition("·")[0]


@dataclass(frozen=True, slots=True)
class Found:
    case: str
    station: str  # that holds it
    waits: bool  # there is something to fetch


def find(db: Database, number: str) -> Found | None:
    row = db.execute("select id, station, status from cases where number = ? and status != ''", (number,)).fetchone()
    return Found(str(row[0]), str(row[1]), row[2] in WAITING) if row is not None else None


def remind(tx: Database, case_id: str, *, by: By, at: datetime) -> None:
    """The applicant was told, by telephone or in person, that the result is here."""
    tx.execute("insert into reminders (case_id, at, account) values (?,?,?)", (case_id, stamp(at), by.account))
