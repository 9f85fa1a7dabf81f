"""Who has read which rule when, at the hub and at every station, and what share of the readers that is.

A station's receipt comes as an entry of its journal and says beside the reading how many readers the station has
now; the hub does not have to know the staff of three hundred stations to say who is behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol.cases.acts import By
from protocol.cases.words import Side
from protocol.clock import moment, stamp
from protocol.controls.rules import ControlRule
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.messages import RuleRead
from protocol.exchange.topics import HUB

_decode = msgspec.msgpack.Decoder(RuleRead).decode


@dataclass(frozen=True, slots=True)
class Reading:
    station: str  # "hub" for the hub's own people
    account: str
    name: str
    at: str
    version: int


@dataclass(frozen=True, slots=True)
class Share:
    """`read` of `due` that should have read."""

    read: int
    due: int

    @property
    def percent(self) -> int:
        """Rounded down: 100 is said only of everybody."""
        return 100 * self.read // self.due if self.due else 100


def hear(tx: Database, heard: Heard) -> None:
    """A receipt from a station."""
    try:
        read = _decode(heard.body)
        moment(heard.at)
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="reading of a rule") from why
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    _keep(tx, read.code, read.version, heard.author, heard.by, read.name, heard.at)
    tx.execute(
        "insert into rule_readers (station, readers, at) values (?,?,?) on conflict (station) do update set"
        " readers = excluded.readers, at = excluded.at where excluded.at >= at",
        (heard.author, read.readers, heard.at),
    )


def confirm(tx: Database, rule: ControlRule, *, by: By, at: datetime) -> None:
    """Somebody at the hub says that he has read it. Said twice it is said once."""
    _keep(tx, rule.code, rule.version, HUB, by.account, by.name, stamp(at))


def _keep(tx: Database, code: str, version: int, station: str, account: str, name: str, at: str) -> None:
    tx.execute(
        "insert or ignore into rule_readings (code, version, station, account, name, at) values (?,?,?,?,?,?)",
        (code, version, station, account, name, at),
    )


def of_rule(db: Database, code: str, limit: int = 200) -> list[Reading]:
    """Latest first."""
    rows = db.execute(
        "select station, account, name, at, version from rule_readings where code = ? order by at desc limit ?",
        (code, limit),
    ).fetchall()
    return [Reading(str(r[0]), str(r[1]), str(r[2]), str(r[3]), int(r[4])) for r in rows]


def has_read(db: Database, rule: ControlRule, account: str) -> bool:
    """Somebody of the hub, and this very version."""
    row = db.execute(
        "select 1 from rule_readings where code = ? and version = ? and station = ? and account = ?",
        (rule.code, rule.version, HUB, account),
    ).fetchone()
    return row is not None


def readers(db: Database) -> dict[str, int]:
    """Party -> people who have to read. A station that never sent a receipt is in it with one, so that it shows."""
    counts = {str(r[0]): 1 for r in db.execute("select name from stations").fetchall()}
    counts |= {str(r[0]): max(1, int(r[1])) for r in db.execute("select station, readers from rule_readers").fetchall()}
    counts[HUB] = int(db.execute("select count(*) from accounts where active = 1").fetchone()[0])
    return counts


def by_rule(db: Database, rules: Sequence[ControlRule]) -> dict[str, Share]:
    """Code -> how many have read the version that is given."""
    people = readers(db)
    at_stations = sum(count for party, count in people.items() if party != HUB)
    counted = _counted(db, "code, version")
    return {
        rule.code: _share(
            counted.get((rule.code, rule.version), {}),
            (people[HUB] if Side.HUB in rule.readers else 0, at_stations if Side.STATION in rule.readers else 0),
        )
        for rule in rules
    }


def by_party(db: Database, rules: Sequence[ControlRule]) -> dict[str, Share]:
    """Party -> readings of these rules, of all that its people owe."""
    people = readers(db)
    wanted = {(rule.code, rule.version) for rule in rules}
    rows = db.execute("select station, code, version, count(*) from rule_readings group by station, code, version")
    read: dict[str, int] = {}
    for station, code, version, count in rows.fetchall():
        if (code, version) in wanted:
            read[station] = read.get(station, 0) + min(count, people.get(station, 0))
    owed = {side: sum(side in rule.readers for rule in rules) for side in Side}
    return {
        party: Share(read.get(party, 0), count * owed[Side.HUB if party == HUB else Side.STATION])
        for party, count in sorted(people.items())
    }


def _counted(db: Database, key: str) -> dict[tuple[str, int], dict[str, int]]:
    rows = db.execute(
        f"select {key}, case station when ? then 'hub' else 'station' end as side, count(*) from rule_readings"
        f" group by {key}, side",
        (HUB,),
    )
    found: dict[tuple[str, int], dict[str, int]] = {}
    for code, version, side, count in rows.fetchall():
        found.setdefault((code, version), {})[side] = count
    return found


def _share(counted: dict[str, int], due: tuple[int, int]) -> Share:
    """People who have left have read too; nobody counts for more than one of those who are here."""
    hub, station = due
    return Share(min(counted.get("hub", 0), hub) + min(counted.get("station", 0), station), hub + station)
