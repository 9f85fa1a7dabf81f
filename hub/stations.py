"""The stations as the hub knows them: what it heard, what it owes, what they say of themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlite_utils import Database

from protocol.clock import moment
from protocol.errors import Damaged
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


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of stations.toml, under the station's party name."""

    zh: str
    en: str
    tier: str


def read_register(file: Path) -> dict[str, Listing]:
    """How the register calls its stations. Empty if it has not been written: parties are then shown by their names.

    :raises Damaged: damaged.config: not TOML, or a key that is not known
    """
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, Listing])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as why:
        raise Damaged("damaged.config", file=str(file), why=str(why)) from why


def enter_all(tx: Database, parties: Sequence[str], register: dict[str, Listing]) -> None:
    """Every party of the keyring but the hub has a line on the stations page."""
    for name in parties:
        listing = register.get(name, Listing(name, name, ""))
        enter(tx, name, listing.zh, listing.en, listing.tier)


def differs(db: Database, parties: Sequence[str], register: dict[str, Listing]) -> bool:
    """Whether enter_all() would change anything: asked every few seconds, so that nothing is written for nothing."""
    known = {
        str(r[0]): Listing(str(r[1]), str(r[2]), str(r[3]))
        for r in db.execute("select name, title, title_en, tier from stations").fetchall()
    }
    return any(known.get(name) != register.get(name, Listing(name, name, "")) for name in parties)


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


def titles(db: Database) -> dict[str, tuple[str, str]]:
    """Party name -> its title in Chinese and in English."""
    rows = db.execute("select name, title, title_en from stations order by name").fetchall()
    return {str(r[0]): (str(r[1]), str(r[2])) for r in rows}
