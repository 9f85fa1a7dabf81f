"""What was sent to the station's A4 printer, and how far it came.

A job is written down before the printer hears of it, so a power cut between the two leaves a line that the desk finds
and can print again. Only what the printer itself says is out counts as printed. A line names a case and a document,
never a person, and no device is asked inside a unit of work.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from node.devices.registry import Devices
from protocol.clock import moment, stamp
from protocol.errors import Refused, Unreachable
from protocol.store import Store

log = logging.getLogger(__name__)

KEPT_DAYS = 90
TEST_PAGE = "test page"
_SHOWN = 20


class Stage(StrEnum):
    """Of a job. The middle ones are the printer's own words (JobState)."""

    BEGUN = "begun"  # the printer has not said yet that it has it
    CUT = "cut"  # this station went down before it did
    QUEUED = "queued"
    PRINTING = "printing"
    NO_PAPER = "no-paper"
    STOPPED = "stopped"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DONE = "done"
    PUT_AWAY = "put-away"  # somebody said that it is not needed any more, or printed it anew


UNDER_WAY = (Stage.QUEUED, Stage.PRINTING, Stage.NO_PAPER, Stage.STOPPED)
UNFINISHED = (Stage.CUT, Stage.FAILED, Stage.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    printer: str  # name of the device
    case: str  # empty: a test page
    document: str  # kind of document, or empty where the digest alone says which
    digest: str  # SHA-256 of the PDF
    copies: int
    account: str
    at: datetime
    ref: str  # what the printer calls it
    stage: Stage
    moved_at: datetime


def print_tables(db: Database) -> None:
    db.executescript("""
    create table print_jobs (
        place integer primary key,      -- in the order in which they were sent
        id text not null unique,
        printer text not null,
        case_id text not null,          -- '' for a test page
        document text not null,
        digest text not null,
        copies integer not null,
        account text not null,
        at text not null,
        ref text not null default '',
        stage text not null,
        moved_at text not null
    );
    create index print_jobs_by_stage on print_jobs (stage, at);
    create index print_jobs_by_case on print_jobs (case_id, at);
    """)


def begin(
    tx: Database, id_: str, printer: str, case: str, document: str, pdf: bytes, copies: int, *, by: str, at: datetime
) -> None:
    """Written down; earlier jobs of the same bytes that came to nothing need nobody any more."""
    digest = hashlib.sha256(pdf).hexdigest()
    marks = ",".join("?" * len(UNFINISHED))
    tx.execute(
        f"update print_jobs set stage = ?, moved_at = ? where case_id = ? and digest = ? and stage in ({marks})",
        (Stage.PUT_AWAY, stamp(at), case, digest, *UNFINISHED),
    )
    tx.execute(
        "insert into print_jobs (id, printer, case_id, document, digest, copies, account, at, stage, moved_at)"
        " values (?,?,?,?,?,?,?,?,?,?)",
        (id_, printer, case, document, digest, copies, by, stamp(at), Stage.BEGUN, stamp(at)),
    )


def taken(tx: Database, id_: str, ref: str, at: datetime) -> None:
    """The printer has it, and calls it `ref`."""
    tx.execute(
        "update print_jobs set stage = ?, ref = ?, moved_at = ? where id = ? and stage = ?",
        (Stage.QUEUED, ref, stamp(at), id_, Stage.BEGUN),
    )


def failed(tx: Database, id_: str, at: datetime) -> None:
    """The printer did not take it."""
    tx.execute(
        "update print_jobs set stage = ?, moved_at = ? where id = ? and stage = ?",
        (Stage.FAILED, stamp(at), id_, Stage.BEGUN),
    )


def put_away(tx: Database, id_: str, at: datetime) -> None:
    """Nobody wants it any more.

    :raises Refused: print-job: it is not one that came to nothing
    """
    marks = ",".join("?" * len(UNFINISHED))
    done = tx.execute(
        f"update print_jobs set stage = ?, moved_at = ? where id = ? and stage in ({marks})",
        (Stage.PUT_AWAY, stamp(at), id_, *UNFINISHED),
    )
    if done.rowcount == 0:
        raise Refused("refused.print-job")


def after_a_start(store: Store, at: datetime) -> None:
    """What was begun when this station went down did not get to the printer, as far as anybody knows."""
    with store.read() as db:
        if not db.execute("select 1 from print_jobs where stage = ?", (Stage.BEGUN,)).fetchone():
            return
    with store.write() as tx:
        tx.execute("update print_jobs set stage = ?, moved_at = ? where stage = ?", (Stage.CUT, stamp(at), Stage.BEGUN))


def follow(store: Store, devices: Devices, at: datetime) -> None:
    """What the printer says of every job under way stands in the table. A printer that is silent changes nothing."""
    with store.read() as db:
        under_way = _jobs(db, "stage in (?,?,?,?) order by place", *UNDER_WAY)
    moved = []
    for job in under_way:
        try:
            stage = Stage(devices.job_state(job.printer, job.ref))
        except (Refused, Unreachable):
            continue
        if stage is not job.stage:
            moved.append((job, stage))
    if not moved:
        return
    with store.write() as tx:
        for job, stage in moved:
            tx.execute(
                "update print_jobs set stage = ?, moved_at = ? where id = ? and stage = ?",
                (stage, stamp(at), job.id, job.stage),
            )
            log.info("print job=%s printer=%s stage=%s", job.id, job.printer, stage)


def forget(tx: Database, at: datetime) -> None:
    tx.execute("delete from print_jobs where at < ?", (stamp(at - timedelta(days=KEPT_DAYS)),))


def job(db: Database, id_: str) -> Job:
    """:raises Refused: print-job"""
    found = _jobs(db, "id = ?", id_)
    if not found:
        raise Refused("refused.print-job")
    return found[0]


def unfinished(db: Database) -> list[Job]:
    """What came to nothing and nobody has looked at: oldest first."""
    return _jobs(db, "stage in (?,?,?) and case_id != '' order by place", *UNFINISHED)[:_SHOWN]


def last_jobs(db: Database) -> list[Job]:
    return _jobs(db, "1 order by place desc limit ?", _SHOWN)


def last_of(db: Database, case: str) -> Job | None:
    """What was sent to the printer last of this case, unless nobody wants it any more."""
    found = _jobs(db, "case_id = ? and stage != ? order by place desc limit 1", case, Stage.PUT_AWAY)
    return found[0] if found else None


def _jobs(db: Database, where: str, *values: object) -> list[Job]:
    rows = db.execute(f"select * from print_jobs where {where}", values).fetchall()
    return [
        Job(
            row["id"], row["printer"], row["case_id"], row["document"], row["digest"], row["copies"], row["account"],
            moment(row["at"]), row["ref"], Stage(row["stage"]), moment(row["moved_at"]),
        )
        for row in rows
    ]  # fmt: skip
