"""The machines of the room: which of them stand there, and how one is known again.

The head introduces a machine once, with a code of six digits that is good for ten minutes; from then on it carries a
random token of its own, of which only the digest is kept. A machine that was taken away is known no more at once.
A machine is nobody: it draws tickets and shows pages, and never acts on a case as a person would.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from protocol.clock import moment, stamp
from protocol.errors import Refused

CODE_FOR = timedelta(minutes=10)
TRIES = 5  # of a wrong code, all machines together, until the next code is given


class MachineKind(StrEnum):
    TICKET = "ticket"
    SCREEN = "screen"
    COUNTER_SCREEN = "counter-screen"
    PAD = "pad"  # 评价器
    KIOSK = "kiosk"
    FORM = "form"
    QUERY = "query"


AT_COUNTER = (MachineKind.COUNTER_SCREEN, MachineKind.PAD)


@dataclass(frozen=True, slots=True)
class Machine:
    id: str
    kind: MachineKind
    counter: int  # 0: at none
    by: str
    at: datetime
    seen_at: datetime | None


def machine_tables(db: Database) -> None:
    db.executescript("""
    create table machines (
        id text primary key,
        kind text not null,
        counter integer not null,
        token text not null unique,     -- SHA-256 of what the machine carries
        by text not null,               -- account of the head who introduced it
        at text not null,
        seen_at text
    ) without rowid;
    create table machine_codes (
        code text primary key,          -- SHA-256
        kind text not null,
        counter integer not null,
        by text not null,
        until text not null,
        tries integer not null default 0
    ) without rowid;
    """)


def give_code(tx: Database, code: str, kind: MachineKind, counter: int, *, by: str, at: datetime) -> None:
    """`code` is six digits that are shown to the head once. An earlier code that nobody used is gone."""
    if kind in AT_COUNTER and counter < 1:
        raise Refused("refused.counter-unknown", counter=counter)
    tx.execute("delete from machine_codes")
    tx.execute(
        "insert into machine_codes (code, kind, counter, by, until) values (?,?,?,?,?)",
        (_digest(code), kind, counter if kind in AT_COUNTER else 0, by, stamp(at + CODE_FOR)),
    )


def introduce(tx: Database, code: str, token: str, at: datetime) -> Machine | None:
    """The machine on which this code was typed; it carries `token` from now on. None: a wrong code, which is counted."""
    for row in tx.execute("select * from machine_codes").fetchall():
        if row["until"] < stamp(at) or row["tries"] >= TRIES:
            continue
        if hmac.compare_digest(row["code"], _digest(code)):
            tx.execute("delete from machine_codes where code = ?", (row["code"],))
            return add(tx, token, MachineKind(row["kind"]), row["counter"], by=row["by"], at=at)
        tx.execute("update machine_codes set tries = tries + 1 where code = ?", (row["code"],))
    return None


def add(tx: Database, token: str, kind: MachineKind, counter: int, *, by: str, at: datetime) -> Machine:
    """At once, where the head himself stands at the machine."""
    id_ = _digest(f"id {token}")[:12]
    tx.execute(
        "insert into machines (id, kind, counter, token, by, at) values (?,?,?,?,?,?)",
        (id_, kind, counter if kind in AT_COUNTER else 0, _digest(token), by, stamp(at)),
    )
    return Machine(id_, kind, counter, by, at, None)


def take_away(tx: Database, id_: str) -> None:
    if tx.execute("delete from machines where id = ?", (id_,)).rowcount == 0:
        raise Refused("refused.no-page")


def machine(db: Database, token: str) -> Machine | None:
    row = db.execute("select * from machines where token = ?", (_digest(token),)).fetchone()
    return _machine(row) if row else None


def machines(db: Database) -> list[Machine]:
    return [_machine(row) for row in db.execute("select * from machines order by kind, counter, at").fetchall()]


def seen(tx: Database, id_: str, at: datetime) -> None:
    tx.execute("update machines set seen_at = ? where id = ?", (stamp(at), id_))


def _machine(row: dict[str, str]) -> Machine:
    seen_at = moment(row["seen_at"]) if row["seen_at"] else None
    return Machine(row["id"], MachineKind(row["kind"]), int(row["counter"]), row["by"], moment(row["at"]), seen_at)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
