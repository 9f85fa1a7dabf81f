"""The stations as the hub knows them: what it heard, what it owes, what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from protocol.clock import moment
from protocol.exchange.journal import owed
from protocol.exchange.messages import Report
from protocol.exchange.topics import HUB

SILENT_AFTER = timedelta(minutes=30)
SKEW_NOTED_S = 120.0

_read_report = msgspec.json.Decoder(Report).decode


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    title: str
    title_en: str
    tier: str
    heard_at: str  # "" if never
    skew_s: float
    owed_to_it: int  # entries of ours that it has not receipted
    owes_us: int  # entries that it says it still has for us
    report: Report
    cases: int

    def is_silent(self, now: datetime) -> bool:
        return not self.heard_at or now - moment(self.heard_at) > SILENT_AFTER


def enter(tx: Database, name: str, title: str, title_en: str, tier: str) -> None:
    """The register says that this station exists; its title may have changed."""
    tx.execute(
        "insert into stations (name, title, title_en, tier) values (?,?,?,?) on conflict (name) do update set"
        " title = excluded.title, title_en = excluded.title_en, tier = excluded.tier",
        (name, title, title_en, tier),
    )


def stations(db: Database) -> list[Station]:
    """Those that have been silent longest come first."""
    rows = db.execute(
        "select s.name, s.title, s.title_en, s.tier, coalesce(p.heard_at, ''), coalesce(p.skew_s, 0), coalesce(p.owes, 0),"
        " coalesce(p.report, '{}'), (select count(*) from cases c where c.station = s.name)"
        " from stations s left join peers p on p.name = s.name order by coalesce(p.heard_at, ''), s.name"
    ).fetchall()
    return [
        Station(r[0], r[1], r[2], r[3], r[4], r[5], owed(db, HUB, r[0]), r[6], _read_report(r[7]), r[8]) for r in rows
    ]


def titles(db: Database) -> dict[str, str]:
    return {str(r[0]): str(r[1]) for r in db.execute("select name, title from stations").fetchall()}
