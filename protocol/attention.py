"""What waits for a person: one list at each end, and the only owner of the table `attention`.

An entry is opened once for (kind, subject) and stays until somebody settles it or its cause is gone.
Details are codes and numbers: never a name, an ID number or an answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlite_utils import Database

from protocol.errors import Refused

# What the list can hold, who has to move, and how urgent it is (1 is first). Texts: translations "attention.<kind>".
KINDS: dict[str, tuple[str, int]] = {
    "case-forked": ("officer", 1),  # two acts follow the same one: both versions side by side
    "act-refused": ("officer", 2),  # an act came that the rules do not allow
    "request-overtaken": ("clerk", 3),
    "instant-doubted": ("leader", 1),  # what a station decided at once and the hub would not have
    "number-twice": ("officer", 1),  # two cases carry one number
    "citizen-call": ("clerk", 1),  # 群众呼叫: somebody stands at a kiosk and needs one of us
    "paper-lost": ("clerk", 1),  # a scan is gone at both ends: take it again
    "paper-damaged": ("clerk", 1),
    "poison": ("operator", 2),  # an entry that could not be applied
    "fork": ("operator", 1),  # one number of an epoch with two chains
    "two-boxes": ("operator", 1),  # two machines speak with one key
    "lying-hello": ("operator", 1),
    "lost-memory": ("operator", 2),  # a store was restored; what came back from whom
    "chain": ("operator", 1),  # our own records do not lead to their chain
    "pruned": ("operator", 1),  # a peer asks for what is no longer here
    "replica": ("operator", 2),  # litestream silent, behind, or growing without bound
    "denied": ("operator", 2),  # the broker refuses our frames
    "drill": ("operator", 2),
    "supply-overdue": ("officer", 2),  # what a notice asked for never came: a person decides what follows
    "fetch-asked": ("officer", 2),  # somebody stands at another station and wants to fetch the result there
    "transfer-differs": ("clerk", 2),  # a bag of papers is not what its list says
    "transfer-late": ("clerk", 2),  # a bag of which nobody has said for two working days that it is there
    "receipt-doubted": ("officer", 1),  # a station's clock was wrong when it took the case in: a person judges the day
    "document-not-made": ("operator", 2),  # a character that no font has, a seal that ran out
    "red-card-unanswered": ("leader", 1),  # a section owes an answer for longer than a working day
    "acted-after-leaving": ("supervisor", 1),  # an act of somebody who no longer worked at the station
    "people-unconfirmed": ("head", 1),  # the hub is silent: who still works here
    "licence-renewal": ("clerk", 3),  # its window has opened and nobody has applied: remind the holder
    "owed-long": ("head", 1),  # something has waited here for three days and the district has not got it
    "slip-printer": ("clerk", 2),  # people go without a slip: load paper, look at the cable
    "device-silent": ("head", 2),  # a device of the room has not answered for some time: cable, power, its service
    "disk": ("operator", 1),
    "clock": ("operator", 2),
}


@dataclass(frozen=True, slots=True)
class Notice:
    id: int
    kind: str
    subject: str
    case_id: str
    detail: dict[str, object]
    raised_at: str

    @property
    def whose(self) -> str:
        return KINDS[self.kind][0]


def put(
    tx: Database, kind: str, subject: str, *, at: str, case: str = "", detail: dict[str, object] | None = None
) -> None:
    """Open an entry; nothing happens if the same one is open."""
    assert kind in KINDS
    tx.conn.execute(
        "insert into attention (kind, subject, case_id, detail, raised_at) values (?,?,?,?,?)"
        " on conflict (kind, subject) where settled_at is null do nothing",
        (kind, subject, case, json.dumps(detail or {}, ensure_ascii=False), at),
    )


def put_once(
    tx: Database, kind: str, subject: str, *, at: str, case: str = "", detail: dict[str, object] | None = None
) -> None:
    """put(), unless a person has settled this very thing before: for what happened and cannot happen again."""
    if not was_put(tx, kind, subject):
        put(tx, kind, subject, at=at, case=case, detail=detail)


def was_put(db: Database, kind: str, subject: str) -> bool:
    """Whether it is on the list, or was settled there."""
    return (
        db.conn.execute("select 1 from attention where kind = ? and subject = ?", (kind, subject)).fetchone()
        is not None
    )


def settle(tx: Database, kind: str, subject: str, *, by: str, at: str, note: str = "") -> bool:
    """The cause is gone, or a person has dealt with it. False if nothing was open."""
    done = tx.conn.execute(
        "update attention set settled_at = ?, settled_by = ?, note = ? where kind = ? and subject = ? and settled_at is null",
        (at, by, note, kind, subject),
    )
    return done.rowcount > 0


def settle_by_id(tx: Database, number: int, *, by: str, at: str, note: str) -> None:
    """:raises Refused: it has been settled, or no reason was given"""
    if not note.strip():
        raise Refused("refused.reason-missing", act="settle")
    done = tx.conn.execute(
        "update attention set settled_at = ?, settled_by = ?, note = ? where id = ? and settled_at is null",
        (at, by, note, number),
    )
    if done.rowcount == 0:
        raise Refused("refused.attention-gone")


def open_notices(db: Database, *, case: str | None = None, limit: int = 500) -> list[Notice]:
    """Most urgent first, then oldest."""
    where, params = ("and case_id = ?", [case]) if case is not None else ("", [])
    rows = db.conn.execute(
        f"select id, kind, subject, case_id, detail, raised_at from attention where settled_at is null {where}"
        " order by raised_at limit ?",
        [*params, limit],
    ).fetchall()
    notices = [Notice(r[0], r[1], r[2], r[3], json.loads(r[4]), r[5]) for r in rows]
    return sorted(notices, key=lambda n: (KINDS[n.kind][1], n.raised_at))


def count(db: Database) -> int:
    return int(db.conn.execute("select count(*) from attention where settled_at is null").fetchone()[0])
