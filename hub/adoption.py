"""Which station goes by which issue of the catalogue: from what the stations themselves report, never from what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.clock import moment, stamp
from protocol.exchange.messages import Report

SILENT_AFTER = timedelta(minutes=30)  # as on the page of stations

_read_report = msgspec.json.Decoder(Report).decode


class Step(StrEnum):
    """How far one station is with one issue."""

    ADOPTED = "adopted"  # it goes by it, or by a later one
    FETCHING = "fetching"  # it knows of it and does not have it whole yet
    ON_ITS_WAY = "on-its-way"  # it was told, and has not said that it heard
    SILENT = "silent"  # it was told, and is not to be heard
    NOT_YET = "not-yet"  # it is not this station's turn


@dataclass(frozen=True, slots=True)
class Adoption:
    station: str
    title: str
    title_en: str
    step: Step
    in_force: int  # the issue that it goes by; 0 if it never said
    heard_at: str  # "" if never


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of those who were told go by it."""

    adopted: int
    told: int
    stations: int


def adoption(db: Database, number: int, now: datetime) -> list[Adoption]:
    """Every station; those who have not adopted first, the one that was not heard for longest at the top."""
    told = _told(db)
    rows = db.execute(
        "select s.name, s.title, s.title_en, coalesce(p.heard_at, ''), coalesce(p.report, '{}')"
        " from stations s left join peers p on p.name = s.name order by s.name"
    ).fetchall()
    found = []
    for name, title, title_en, heard_at, text in rows:
        report = _read_report(text)
        silent = not heard_at or now - moment(heard_at) > SILENT_AFTER
        step = next(
            step
            for holds, step in (
                (report.catalogue >= number, Step.ADOPTED),
                (told.get(name, 0) < number, Step.NOT_YET),
                (silent, Step.SILENT),
                (report.catalogue_told >= number, Step.FETCHING),
                (True, Step.ON_ITS_WAY),
            )
            if holds
        )
        found.append(Adoption(name, title, title_en, step, report.catalogue, heard_at))
    return sorted(
        found, key=lambda one: (one.step is Step.ADOPTED, one.step is Step.NOT_YET, one.heard_at, one.station)
    )


def reach(every: Iterable[Adoption]) -> Reach:
    steps = [one.step for one in every]
    return Reach(steps.count(Step.ADOPTED), sum(step is not Step.NOT_YET for step in steps), len(steps))


@dataclass(frozen=True, slots=True)
class Needless:
    """A paper of the catalogue that a station can do without: it goes by the issue that the paper leads to, or a later."""

    digest: str
    case: str  # what stands in the place of a case
    is_here: bool


def needless(db: Database) -> list[Needless]:
    """Only what leads to no issue past the one that the station says it goes by."""
    rows = db.execute(
        "select p.digest, p.case_id, p.here from papers p join peers q on q.name = substr(p.case_id, 11)"
        " left join (select digest, number from shelf union select digest, number from deltas) i on i.digest = p.digest"
        " where p.case_id >= 'catalogue/' and p.case_id < 'catalogue0' "
        # a whole that this hub has lost is asked back from whoever has it
        " and ((p.here = 1 and p.there = 0) or (p.here = 0 and p.digest not in (select digest from shelf)))"
        # a change that this hub has lost with its disk belongs to no issue any more: it waits for the newest one
        " and coalesce(i.number, (select max(number) from shelf)) <= json_extract(q.report, '$.catalogue')"
    ).fetchall()
    return [Needless(str(row[0]), str(row[1]), bool(row[2])) for row in rows]


def settle(tx: Database, papers: Iterable[Needless], at: datetime) -> None:
    """Offered no more; and what neither end has is missed by nobody."""
    for paper in papers:
        if paper.is_here:
            tx.execute("update papers set there = 1 where digest = ? and case_id = ?", (paper.digest, paper.case))
        else:
            tx.execute("delete from papers where digest = ? and case_id = ?", (paper.digest, paper.case))
            attention.settle(tx, "paper-lost", paper.digest, by="catalogue", at=stamp(at))


def _told(db: Database) -> dict[str, int]:
    rows = db.execute(
        "select substr(p.case_id, 11), max(s.number) from papers p join shelf s on s.digest = p.digest"
        " where p.case_id >= 'catalogue/' and p.case_id < 'catalogue0' group by 1"
    ).fetchall()
    return {str(row[0]): int(row[1]) for row in rows}
