"""What somebody tried and a control refused: kept, so that the library can say which rules are run against.

A breach of a case is told to the case's station like every step, sealed to the hub itself: the station keeps it,
gives it back after a lost disk, and cannot read it. Recording is never a reason to answer otherwise than with
the refusal; whoever calls it at the border sees to that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from hub import library
from protocol.casebook import Casebook, Inner, decode_inner, encode_inner
from protocol.clock import CHINA, stamp
from protocol.controls.machine import cited, control_of
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Handler, Heard, Journal
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.store import Store


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    at: str
    account: str
    role: str
    case: str  # "" where it concerned none
    act: str  # what was tried
    refusal: str  # code
    control: str
    rule: str = ""  # "" if no rule in force claims the control
    version: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """One breach with the case as people call it."""

    breach: Breach
    number: str
    station: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Breach).decode
_COLUMNS = "id, at, account, role, case_id, act, refusal, control, rule, version"


def record_breach(
    store: Store,
    pen: Journal,
    seal: Callable[[bytes], bytes],
    *,
    account: str,
    role: str,
    case_id: str,
    act: str,
    why: Refused,
    at: datetime,
) -> Breach | None:
    """Keep the attempt if a control refused it; None if it was a slip. Takes a unit of work of its own."""
    control = control_of(why.code)
    if control is None:
        return None
    with store.write() as tx:
        found = cited(why.code, at.astimezone(CHINA).date(), library.book(tx))
        row = tx.execute("select station from cases where id = ?", (case_id,)).fetchone()
        breach = Breach(
            id=store.entropy(16).hex(), at=stamp(at), account=account, role=role, case=case_id if row else "", act=act,
            refusal=why.code, control=control, rule=found.code if found else "", version=found.version if found else 0,
        )  # fmt: skip
        if row is None:
            _keep(tx, breach)  # nobody is told of what concerns no case
        else:
            inner = encode_inner(Inner(case_id, breach.id, seal(_encode(breach))))
            pen.write(tx, str(row[0]), Kind.BREACH, inner, by=account, at=at, case=case_id)
    return breach


def hearing(book: Casebook) -> Handler:
    """Our own entry, written now or given back after a lost disk."""

    def hear(tx: Database, heard: Heard) -> None:
        if heard.author != HUB:
            raise Distrusted("distrusted.author")
        try:
            opened = book.opened(decode_inner(heard.body).sealed)
            if opened is not None:
                _keep(tx, _decode(opened))
        except msgspec.DecodeError as why:
            raise Distrusted("distrusted.shape", why="breach") from why

    return hear


def _keep(tx: Database, breach: Breach) -> None:
    tx.execute(
        f"insert or ignore into breaches ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?)", msgspec.structs.astuple(breach)
    )


def tried(db: Database, rule: str = "", limit: int = 200) -> list[Tried]:
    """Latest first; of one rule or of all."""
    columns = ", ".join(f"b.{name.strip()}" for name in _COLUMNS.split(","))
    rows = db.execute(
        f"select {columns}, coalesce(c.number, ''), coalesce(c.station, '') from breaches b"
        " left join cases c on c.id = b.case_id where (? = '' or b.rule = ?) order by b.at desc, b.id limit ?",
        (rule, rule, limit),
    ).fetchall()
    return [Tried(Breach(**dict(zip(Breach.__struct_fields__, r[:10], strict=True))), r[10], r[11]) for r in rows]


def by_rule(db: Database) -> dict[str, int]:
    """Code -> breaches that were tried, of every version."""
    rows = db.execute("select rule, count(*) from breaches where rule != '' group by rule").fetchall()
    return {str(r[0]): int(r[1]) for r in rows}
