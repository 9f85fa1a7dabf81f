"""A citizen calls for help: it rings at every desk of this station until somebody answers. No wire is needed.

A call is a notice of the attention list, one a machine, so that it stands there too and nobody can lose it. It names
the machine and never the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from protocol import attention
from protocol.clock import moment, stamp

KIND = "citizen-call"
ANSWERED = "已到场"


@dataclass(frozen=True, slots=True)
class Call:
    number: int
    machine: str
    at: datetime


def call(tx: Database, machine: str, at: datetime) -> None:
    """Rings from now on; pressing again changes nothing."""
    attention.put(tx, KIND, machine, at=stamp(at), detail={"why": machine})


def is_open(db: Database, machine: str) -> bool:
    return any(one.machine == machine for one in calls(db))


def calls(db: Database) -> list[Call]:
    """Those that nobody has answered, the longest waiting first."""
    rows = db.execute(
        "select id, subject, raised_at from attention where kind = ? and settled_at is null order by raised_at", (KIND,)
    ).fetchall()
    return [Call(int(row[0]), str(row[1]), moment(row[2])) for row in rows]


def answer(tx: Database, *, by: str, at: datetime) -> int:
    """Somebody of the desk is on his way: everything that rings is silent. Returns how many calls that were."""
    open_now = calls(tx)
    return sum(attention.settle(tx, KIND, one.machine, by=by, at=stamp(at), note=ANSWERED) for one in open_now)
