"""The stations as the hub knows them: what it heard, what it owes, what they say of themselves, what is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path

import msgspec
from sqlite_utils import Database

from protocol.clock import moment
from protocol.errors import Damaged, Refused
from protocol.exchange.journal import Epoch, epochs, owed, place
from protocol.exchange.messages import Report
from protocol.exchange.topics import HUB

HERE_FOR = timedelta(minutes=3)  # a station at work is heard every minute; a dead one says no goodbye
SILENT_AFTER = timedelta(minutes=30)
SKEW_NOTED_S = 120.0
OLD_MAIL = timedelta(hours=24)
REPLICA_OLD_S = 600.0

_read_report = msgspec.json.Decoder(Report).decode


class Trouble(IntEnum):
    """What is most wrong with a station; the page of stations is sorted by it."""

    ALARM = 0  # two boxes with one key, a fork, a hello that lies
    NEVER = 1
    SILENT = 2
    REPLICA = 3
    MAIL = 4  # something is owed for a day
    CATALOGUE = 5
    CLOCK = 6
    NONE = 9


_ALARMS = ("two-boxes", "fork", "lying-hello", "chain")


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    title: str
    title_en: str
    tier: str
    heard_at: str  # "" if never
    skew_s: float
    owed_to_it: int  # entries of ours that it has not receipted
    oldest_to_it: str  # when the oldest of them was written
    owes_us: int  # entries that it says it still has for us
    report: Report
    cases: int
    alarms: Sequence[str]  # kinds of open notices that name it
    set_aside: int  # messages in its name that failed a check

    def is_silent(self, now: datetime) -> bool:
        return not self.heard_at or now - moment(self.heard_at) > SILENT_AFTER

    def is_here(self, now: datetime, connected: bool) -> bool:
        """It has answered in this session of the wire, and not only then."""
        return Presence(self.name, self.heard_at).is_here(now, connected)

    @property
    def clock_is_off(self) -> bool:
        return abs(self.skew_s) > SKEW_NOTED_S

    @property
    def replica_is_bad(self) -> bool:
        return bool(self.report.replica) and (self.report.replica != "ok" or self.report.replica_age_s > REPLICA_OLD_S)

    def is_behind(self, catalogue: int) -> bool:
        return 0 < self.report.catalogue < catalogue

    def trouble(self, now: datetime, catalogue: int) -> Trouble:
        old = [at for at in (self.oldest_to_it, self.report.oldest_owed_at) if at and now - moment(at) > OLD_MAIL]
        for is_so, trouble in (
            (bool(self.alarms), Trouble.ALARM),
            (not self.heard_at, Trouble.NEVER),
            (self.is_silent(now), Trouble.SILENT),
            (self.replica_is_bad, Trouble.REPLICA),
            (bool(old), Trouble.MAIL),
            (self.is_behind(catalogue), Trouble.CATALOGUE),
            (self.clock_is_off, Trouble.CLOCK),
        ):
            if is_so:
                return trouble
        return Trouble.NONE


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that failed a check, kept for a person to look at."""

    id: int
    at: str
    code: str
    size: int


# -- what the register says


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


# -- what we know of them


def stations(db: Database) -> list[Station]:
    """By name."""
    rows = db.execute(
        "select s.name, s.title, s.title_en, s.tier, coalesce(p.heard_at, ''), coalesce(p.skew_s, 0), coalesce(p.owes, 0),"
        " coalesce(p.report, '{}'), (select count(*) from cases c where c.station = s.name),"
        " (select count(*) from set_aside a where a.sender = s.name)"
        " from stations s left join peers p on p.name = s.name order by s.name"
    ).fetchall()
    alarms = _alarms(db)
    return [
        Station(
            name=r[0],
            title=r[1],
            title_en=r[2],
            tier=r[3],
            heard_at=r[4],
            skew_s=r[5],
            owed_to_it=owed(db, HUB, r[0]),
            oldest_to_it=_oldest(db, HUB, r[0]),
            owes_us=r[6],
            report=_read_report(r[7]),
            cases=r[8],
            alarms=alarms.get(r[0], []),
            set_aside=r[9],
        )
        for r in rows
    ]


def station(db: Database, name: str) -> Station:
    """:raises Refused: no-station"""
    found = next((one for one in stations(db) if one.name == name), None)
    if found is None:
        raise Refused("refused.no-station", station=name)
    return found


def titles(db: Database) -> dict[str, tuple[str, str]]:
    """Party name -> its title in Chinese and in English."""
    rows = db.execute("select name, title, title_en from stations order by name").fetchall()
    return {str(r[0]): (str(r[1]), str(r[2])) for r in rows}


def journals(db: Database, name: str) -> tuple[list[Epoch], list[Epoch]]:
    """(what it told us, what we told it), newest life first."""
    return epochs(db, name, HUB)[::-1], epochs(db, HUB, name)[::-1]


def set_aside(db: Database, sender: str, limit: int = 100) -> list[SetAside]:
    """Latest first."""
    rows = db.execute(
        "select id, at, code, length(data) from set_aside where sender = ? order by id desc limit ?", (sender, limit)
    ).fetchall()
    return [SetAside(int(r[0]), str(r[1]), str(r[2]), int(r[3])) for r in rows]


def raw(db: Database, sender: str, number: int) -> bytes:
    """The bytes as they came.

    :raises Refused: no-page: it is not there (any more): the oldest make room
    """
    row = db.execute("select data from set_aside where sender = ? and id = ?", (sender, number)).fetchone()
    if row is None:
        raise Refused("refused.no-page")
    return bytes(row[0])


def _oldest(db: Database, author: str, reader: str) -> str:
    """When the oldest entry was written that the reader has not receipted; "" if there is none."""
    found = [
        str(row[0])
        for epoch in epochs(db, author, reader)
        if epoch.head > epoch.told
        and (row := db.execute("select at from entries where place = ?", (place(epoch.id, epoch.told + 1),)).fetchone())
    ]
    return min(found, default="")


def _alarms(db: Database) -> dict[str, list[str]]:
    marks = ", ".join("?" * len(_ALARMS))
    rows = db.execute(
        f"select subject, kind from attention where settled_at is null and kind in ({marks})", list(_ALARMS)
    ).fetchall()
    found: dict[str, list[str]] = {}
    for subject, kind in rows:
        found.setdefault(str(subject).partition("/")[0], []).append(str(kind))
    return found


@dataclass(frozen=True, slots=True)
class Presence:
    """As much of a station as the bar of every page says."""

    name: str
    heard_at: str

    def is_here(self, now: datetime, connected: bool) -> bool:
        return connected and bool(self.heard_at) and now - moment(self.heard_at) <= HERE_FOR


def presences(db: Database) -> list[Presence]:
    rows = db.execute(
        "select s.name, coalesce(p.heard_at, '') from stations s left join peers p on p.name = s.name order by s.name"
    ).fetchall()
    return [Presence(str(row[0]), str(row[1])) for row in rows]


def owed_to_all(db: Database) -> int:
    """Entries of ours that their stations have not receipted."""
    row = db.execute(
        "select coalesce(sum(e.head - e.told), 0) from epochs e join stations s on s.name = e.reader where e.author = ?",
        (HUB,),
    )
    return int(row.fetchone()[0])
