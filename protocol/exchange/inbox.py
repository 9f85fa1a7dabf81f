"""What others told us, once and in order. HANDLERS is the only way in.

accept() runs inside one unit of work together with the effects: keep the entries, apply them, move
the mark. What cannot be applied is kept all the same: an unknown kind is parked until an upgrade
knows it, an entry whose handler fails is put before a person. Neither is ever in the way of what
comes behind it. Nothing here is called for bytes whose signature has not been checked.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

from sqlite_utils import Database

from protocol import attention
from protocol.clock import stamp
from protocol.errors import Distrusted
from protocol.exchange.journal import (
    Epoch,
    Handler,
    Heard,
    add_epoch,
    chain_at,
    digest_of,
    epoch_of_pair,
    genesis,
    link_of,
    place,
)
from protocol.exchange.messages import Entry, Proof, Span
from protocol.faults import fault

log = logging.getLogger(__name__)

SET_ASIDE_KEPT = 200  # frames kept whole; the count in the log goes on
_OF_THE_DISK = {  # not the entry's fault
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip
NOTHING = bytes(32)  # the chain of an epoch of which nothing is here


class State(IntEnum):
    """entries.state"""

    APPLIED = 0
    PARKED = 1  # a kind that this version does not know
    FAILED = 2  # the handler raised: before a person


class Outcome(Enum):
    KEPT = "kept"
    DUPLICATE = "duplicate"
    GAP = "gap"
    FORK = "fork"
    FOREIGN = "foreign"  # the epoch begins otherwise than its name says


@dataclass(frozen=True, slots=True)
class Accepted:
    outcome: Outcome
    epoch: str
    upto: int  # what we hold of the epoch afterwards
    chain: bytes
    new: int = 0  # entries that were not here before


def follow_chain(span: Span, entries: Sequence[Entry]) -> list[bytes]:
    """The chain at each entry.

    :raises Distrusted: the entries are not the stretch that was signed
    """
    if len(entries) != span.last - span.first + 1 or span.first < 1:
        raise Distrusted("distrusted.bad-chain")
    chain, chains = span.before, []
    for seq, entry in enumerate(entries, span.first):
        if entry.seq != seq or (entry.body is not None and digest_of(entry.salt, entry.body) != entry.digest):
            raise Distrusted("distrusted.bad-chain")
        chain = link_of(chain, entry)
        chains.append(chain)
    if chain != span.after:
        raise Distrusted("distrusted.bad-chain")
    return chains


class Inbox:
    """The one who opens the post. Knows the handlers; its state is in the store."""

    def __init__(self, party: str, district: str, handlers: Mapping[str, Handler]) -> None:
        self.party = party
        self.district = district
        self.handlers = handlers

    def accept(
        self,
        tx: Database,
        sender: str,
        span: Span,
        entries: Sequence[Entry],
        chains: Sequence[bytes],
        proof: Proof,
        at: datetime,
        *,
        guarded: bool = False,
    ) -> Accepted:
        """Keep what is new in this letter and apply it; `chains` comes from follow_chain().

        With `guarded` each entry is applied in a savepoint of its own. Without, a handler's exception
        leaves accept() and the caller rolls back and comes again guarded: the common case pays nothing.
        """
        epoch = self._epoch(tx, sender, span, at)
        if not isinstance(epoch, Epoch):
            return Accepted(epoch, span.epoch, 0, NOTHING)
        if span.first > epoch.head + 1:
            return Accepted(Outcome.GAP, epoch.epoch, epoch.head, epoch.head_chain)
        meeting = min(epoch.head, span.last)
        expected = chains[meeting - span.first] if meeting >= span.first else span.before
        if chain_at(tx, epoch, meeting) != expected:
            return Accepted(Outcome.FORK, epoch.epoch, epoch.head, epoch.head_chain)
        if span.last <= epoch.head:
            return Accepted(Outcome.DUPLICATE, epoch.epoch, epoch.head, epoch.head_chain)
        skip = epoch.head + 1 - span.first
        self._keep(tx, epoch, entries[skip:], chains[skip:], at, guarded)
        tx.conn.execute(
            "insert or replace into proofs (epoch_id, last, first, header, payload_digest, signature) values (?,?,?,?,?,?)",
            (epoch.id, span.last, span.first, proof.header, proof.payload_digest, proof.signature),
        )
        tx.conn.execute(
            "update epochs set head = ?, head_chain = ? where id = ? and head = ?",
            (span.last, span.after, epoch.id, epoch.head),
        )
        return Accepted(Outcome.KEPT, epoch.epoch, span.last, span.after, new=span.last - epoch.head)

    def apply_parked(self, tx: Database, state: State = State.PARKED) -> int:
        """Try again what an earlier version could not apply. Returns how many are applied now."""
        rows = tx.conn.execute(
            "select e.place, e.kind, e.version, e.case_id, e.by, e.at, e.clock, e.body, e.heard_at,"
            " p.author, p.reader, p.epoch, p.life from entries e join epochs p on p.id = e.place >> 40"
            " where e.state = ? order by e.place",
            (state,),
        ).fetchall()
        applied = 0
        for row in rows:
            if row["kind"] not in self.handlers or row["body"] is None:
                continue
            heard = Heard(
                row["author"], row["reader"], row["epoch"], row["life"], row["place"] & ((1 << 40) - 1), row["place"],
                row["kind"], row["version"], row["case_id"], row["by"], row["at"], row["clock"], row["body"], row["heard_at"],
            )  # fmt: skip
            if self._apply_guarded(tx, heard) is State.APPLIED:
                tx.conn.execute("update entries set state = 0 where place = ?", (heard.place,))
                attention.settle(tx, "poison", f"{heard.epoch}/{heard.seq}", by=self.party, at=heard.heard_at)
                applied += 1
        return applied

    def _epoch(self, tx: Database, sender: str, span: Span, at: datetime) -> Epoch | Outcome:
        epoch = epoch_of_pair(tx, sender, self.party, span.epoch)
        if epoch is not None:
            return epoch
        if span.first != 1:
            return Outcome.GAP
        if span.before != genesis(self.district, sender, self.party, span.epoch, span.life):
            return Outcome.FOREIGN
        return add_epoch(tx, self.district, sender, self.party, span.epoch, span.life, stamp(at))

    def _keep(
        self, tx: Database, epoch: Epoch, entries: Sequence[Entry], chains: Sequence[bytes], at: datetime, guarded: bool
    ) -> None:
        heard_at = stamp(at)
        handlers = self.handlers
        tx.conn.executemany(
            "insert into entries (place, kind, version, case_id, by, at, clock, salt, digest, chain, body, state, heard_at)"
            " values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    place(epoch.id, e.seq), e.kind, e.version, e.case, e.by, e.at, e.clock, e.salt, e.digest, chain, e.body,
                    State.APPLIED if e.kind in handlers else State.PARKED, heard_at,
                )
                for e, chain in zip(entries, chains, strict=True)
            ],
        )  # fmt: skip
        for e in entries:
            if e.body is None or e.kind not in handlers:
                continue
            heard = Heard(
                epoch.author, epoch.reader, epoch.epoch, epoch.life, e.seq, place(epoch.id, e.seq),
                e.kind, e.version, e.case, e.by, e.at, e.clock, e.body, heard_at,
            )  # fmt: skip
            if not guarded:
                handlers[e.kind](tx, heard)
            elif self._apply_guarded(tx, heard) is State.FAILED:
                tx.conn.execute("update entries set state = ? where place = ?", (State.FAILED, heard.place))

    def _apply_guarded(self, tx: Database, heard: Heard) -> State:
        tx.conn.execute("savepoint entry")
        try:
            self.handlers[heard.kind](tx, heard)
        except Exception as why:
            if getattr(why, "sqlite_errorcode", 0) & 0xFF in _OF_THE_DISK:
                raise  # nothing of this letter is kept, and it comes again
            tx.conn.execute("rollback to entry")
            tx.conn.execute("release entry")
            log.error(
                "entry kept but not applied epoch=%s seq=%d kind=%s why=%s",
                heard.epoch,
                heard.seq,
                heard.kind,
                fault(why),
            )
            attention.put(
                tx, "poison", f"{heard.epoch}/{heard.seq}", at=heard.heard_at, case=heard.case,
                detail={"kind": heard.kind, "why": type(why).__name__, "peer": heard.author},
            )  # fmt: skip
            return State.FAILED
        tx.conn.execute("release entry")
        return State.APPLIED


def set_aside(tx: Database, sender: str, code: str, data: bytes, at: str) -> None:
    """Keep bytes that failed a check, for a person to look at; the oldest make room."""
    tx.conn.execute("insert into set_aside (at, sender, code, data) values (?,?,?,?)", (at, sender, code, data))
    tx.conn.execute("delete from set_aside where id <= (select max(id) from set_aside) - ?", (SET_ASIDE_KEPT,))


def proof_of(db: Database, epoch: Epoch, after: int) -> tuple[int, int, Proof] | None:
    """The first letter kept as evidence that reaches past `after`: (first, last, proof)."""
    row = db.conn.execute(
        "select first, last, header, payload_digest, signature from proofs where epoch_id = ? and last > ? order by last limit 1",
        (epoch.id, after),
    ).fetchone()
    return (row[0], row[1], Proof(row[2], row[3], row[4])) if row else None


def latest_proof(db: Database, epoch: Epoch) -> Proof | None:
    row = db.conn.execute(
        "select header, payload_digest, signature from proofs where epoch_id = ? and last = ?", (epoch.id, epoch.head)
    ).fetchone()
    return Proof(row[0], row[1], row[2]) if row else None
