"""The register of a district: its stations, every box they ever had, the tokens that are out, alarms.

The register is the truth about who is in; the keyring, the broker's ACL and the revocation list are
written from it and can be written again. A row about a box is never deleted: what an old box
signed stays evidence. Every function with `tx` is part of one unit of work of its caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from sqlite3 import Row

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlite_utils import Database

from protocol.clock import moment, stamp
from protocol.errors import Refused
from protocol.exchange.topics import party_name
from protocol.identity import Card, KeyringContent, Standing
from provisioning.tokens import VALID, Purpose, Token

FAILURES_PER_HOUR = 5


class State(StrEnum):
    ISSUED = "issued"  # has its certificate; has not been heard from since
    ACTIVE = "active"
    SUPERSEDED = "superseded"  # another box takes or took its place
    REVOKED = "revoked"


IN_USE = (State.ISSUED, State.ACTIVE)
_STANDING = {State.SUPERSEDED: Standing.SUPERSEDED, State.REVOKED: Standing.REVOKED}


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    zh: str
    en: str
    tier: str


@dataclass(frozen=True, slots=True)
class Box:
    station: str
    box: int
    state: State
    spki: bytes | None  # SHA-256 of the TLS key; the hub has none
    signing: bytes
    sealing: bytes
    certificate: str  # PEM; empty for the hub
    not_after: str
    since: str
    reason: str

    @property
    def serial(self) -> int:
        return x509.load_pem_x509_certificate(self.certificate.encode()).serial_number


@dataclass(frozen=True, slots=True)
class Planned:
    """A token as the register knows it: never the token itself."""

    id: int
    station: str
    purpose: Purpose
    key: bytes
    expires_at: str
    box: int | None  # pinned to this box by the first good request


@dataclass(frozen=True, slots=True)
class Alarm:
    at: str
    station: str
    kind: str
    text: str


# -- stations


def add_station(tx: Database, station: Station, at: datetime) -> None:
    """Enter a station, or correct the names of one that is there.

    :raises Refused: the name cannot stand in a topic, or belongs to the broker's canaries
    """
    if station.name.startswith("canary-"):
        raise Refused("refused.reserved-name", name=station.name)
    tx.execute(
        "insert into stations values (?, ?, ?, ?, ?) "
        "on conflict (name) do update set zh = excluded.zh, en = excluded.en, tier = excluded.tier",
        [party_name(station.name), station.zh, station.en, station.tier, stamp(at)],
    )


def station(db: Database, name: str) -> Station:
    """:raises Refused: there is none of this name"""
    row = db.execute("select name, zh, en, tier from stations where name = ?", [name]).fetchone()
    if row is None:
        raise Refused("refused.no-station", station=name)
    return Station(*row)


def stations(db: Database) -> list[Station]:
    return [Station(*row) for row in db.execute("select name, zh, en, tier from stations order by name").fetchall()]


# -- boxes


def boxes(db: Database) -> list[Box]:
    return [_box(row) for row in db.execute("select * from boxes order by station, box").fetchall()]


def box_in_use(db: Database, name: str) -> Box | None:
    row = db.execute(
        "select * from boxes where station = ? and state in (?, ?)", [name, State.ISSUED, State.ACTIVE]
    ).fetchone()
    return None if row is None else _box(row)


def box_numbered(db: Database, name: str, box: int) -> Box:
    """:raises Refused: no such box"""
    row = db.execute("select * from boxes where station = ? and box = ?", [name, box]).fetchone()
    if row is None:
        raise Refused("refused.no-station", station=f"{name}/{box}")
    return _box(row)


def next_box(db: Database, name: str) -> int:
    (last,) = db.execute("select coalesce(max(box), 0) from boxes where station = ?", [name]).fetchone()
    return int(last) + 1


def add_box(
    tx: Database, card: Card, spki: bytes | None, certificate: x509.Certificate | None, state: State, at: datetime
) -> None:
    """Enter a box with the public keys of its card. The index `one_box_in_use` forbids a second one beside it."""
    tx.execute(
        "insert into boxes values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
        [
            card.party,
            card.box,
            state,
            spki,
            card.signing,
            card.sealing,
            certificate.public_bytes(Encoding.PEM).decode() if certificate else None,
            str(certificate.serial_number) if certificate else None,
            stamp(certificate.not_valid_after_utc) if certificate else None,
            stamp(at),
        ],
    )
    _changed(tx, at)


def activate(tx: Database, name: str, box: int) -> None:
    """The box has said, signed, that it holds its certificate. Saying it twice changes nothing.

    :raises Refused: box-out: it was fenced in the meantime
    """
    if box_numbered(tx, name, box).state not in IN_USE:
        raise Refused("refused.box-out")
    tx.execute("update boxes set state = ? where station = ? and box = ?", [State.ACTIVE, name, box])


def put_out(tx: Database, name: str, state: State, reason: str, at: datetime) -> Box | None:
    """Fence the box that is in use: nothing new is taken from it, its certificate goes on the CRL, open tokens close.

    Returns the box as it was, None if none was in use (then only tokens are closed).
    """
    station(tx, name)
    tx.execute("update tokens set closed = 1 where station = ? and closed = 0", [name])
    box = box_in_use(tx, name)
    if box is None:
        return None
    tx.execute(
        "update boxes set state = ?, since = ?, reason = ? where station = ? and box = ?",
        [state, stamp(at), reason, name, box.box],
    )
    _changed(tx, at)
    return box


# -- tokens


def plan(tx: Database, token: Token, purpose: Purpose, at: datetime) -> None:
    """Note that a token is out; an earlier one of the station is void from now on.

    :raises Refused: enrolled: a `new` token for a station with a box in use
    """
    station(tx, token.station)
    if box_in_use(tx, token.station) is not None:
        raise Refused("refused.enrolled", station=token.station)
    tx.execute("update tokens set closed = 1 where station = ? and closed = 0", [token.station])
    tx.execute(
        "insert into tokens (station, purpose, key, planned_at, expires_at, closed) values (?, ?, ?, ?, ?, 0)",
        [token.station, purpose, token.key(), stamp(at), stamp(at + VALID[purpose])],
    )
    tx.execute("delete from failures where station = ?", [token.station])


def planned(db: Database, name: str, at: datetime) -> Planned:
    """The token that a request of this station must know.

    :raises Refused: none is out, it has expired, or too many wrong ones were tried
    """
    row = db.execute(
        "select id, station, purpose, key, expires_at, box from tokens where station = ? and closed = 0", [name]
    ).fetchone()
    if row is None:
        raise Refused("refused.token", why="该站没有发出的令牌 | no token is out for this station")
    found = Planned(row[0], row[1], Purpose(row[2]), row[3], row[4], row[5])
    late = at - moment(found.expires_at)
    if late > timedelta(0):
        hours = late.total_seconds() / 3600
        raise Refused("refused.token", why=f"已过期 {hours:.1f} 小时 | it expired {hours:.1f} h ago")
    (tries,) = db.execute(
        "select count(*) from failures where station = ? and at > ?", [name, stamp(at - timedelta(hours=1))]
    ).fetchone()
    if tries >= FAILURES_PER_HOUR:
        raise Refused(
            "refused.token",
            why="一小时内错误太多，请稍后再试 | too many wrong tokens within the hour; wait for it to pass",
        )
    return found


def pin_token(tx: Database, token: Planned, box: int) -> None:
    tx.execute("update tokens set box = ? where id = ?", [box, token.id])


def failed(tx: Database, name: str, at: datetime) -> None:
    tx.execute("insert into failures values (?, ?)", [name, stamp(at)])


# -- alarms, and what is written from the register


def alarm(tx: Database, name: str, kind: str, text: str, at: datetime) -> None:
    tx.execute("insert into alarms (at, station, kind, text) values (?, ?, ?, ?)", [stamp(at), name, kind, text])


def alarms(db: Database) -> list[Alarm]:
    """Those that nobody has dealt with."""
    rows = db.execute("select at, station, kind, text from alarms where seen_at is null order by id").fetchall()
    return [Alarm(*row) for row in rows]


def alarms_seen(tx: Database, at: datetime) -> None:
    """A person has dealt with them. They stay in the register."""
    tx.execute("update alarms set seen_at = ? where seen_at is null", [stamp(at)])


def keyring(db: Database, district: str) -> KeyringContent:
    number, changed_at = db.execute("select keyring, changed_at from numbers").fetchone()
    return KeyringContent(
        district=district,
        number=number,
        issued_at=changed_at,
        cards=[
            Card(
                party=box.station,
                box=box.box,
                signing=box.signing,
                sealing=box.sealing,
                standing=_STANDING.get(box.state, Standing.ACTIVE),
                since=box.since,
            )
            for box in boxes(db)
        ],
    )


def next_crl(tx: Database) -> tuple[int, list[tuple[int, datetime]]]:
    """The number of the next revocation list, and (serial, since) of every box that is out."""
    tx.execute("update numbers set crl = crl + 1")
    (number,) = tx.execute("select crl from numbers").fetchone()
    out = [box for box in boxes(tx) if box.state not in IN_USE and box.certificate]
    return int(number), [(box.serial, moment(box.since)) for box in out]


def _changed(tx: Database, at: datetime) -> None:
    tx.execute("update numbers set keyring = keyring + 1, changed_at = ?", [stamp(at)])


def _box(row: Row) -> Box:
    return Box(
        station=row["station"],
        box=row["box"],
        state=State(row["state"]),
        spki=row["spki"],
        signing=row["signing"],
        sealing=row["sealing"],
        certificate=row["certificate"] or "",
        not_after=row["not_after"] or "",
        since=row["since"],
        reason=row["reason"],
    )
