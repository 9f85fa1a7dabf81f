"""What we owe others, in order. journal.write is the only way out.

One journal a peer: entries without gaps from 1 within an epoch, each chained to the one before.
The author applies its own entry by the same handler as a reader would, in the same unit of work:
state is never written beside the journal, and that is what makes recovery possible.

A store that begins again from an older copy gets a new *life*; the first thing it writes to a peer
in a new life opens a new epoch, so a number is never used twice for two different things.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol.clock import Clock, ClockQuality, stamp
from protocol.errors import Damaged, Refused
from protocol.exchange.messages import Entry, EpochBegan, Kind, Recovered, Span

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 96 * 1024
SALT_BYTES = 16
_SEQ_BITS = 40

_encode = msgspec.msgpack.Encoder().encode


class Heard(msgspec.Struct, frozen=True):  # made for every entry: a frozen dataclass takes ten times as long
    """An entry with its place, as a handler sees it; the same for an entry of our own."""

    author: str
    reader: str
    epoch: str
    life: int
    seq: int
    place: int
    kind: str
    version: int
    case: str
    by: str
    at: str
    clock: ClockQuality
    body: bytes
    heard_at: str


Handler = Callable[[Database, Heard], None]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One row of epochs. As author: `told` is what the reader holds; `wants` what it could give back."""

    id: int
    author: str
    reader: str
    epoch: str
    life: int
    head: int
    head_chain: bytes
    genesis: bytes
    told: int
    replicated: int
    wants: int


def place(epoch_id: int, seq: int) -> int:
    return (epoch_id << _SEQ_BITS) + seq


def epoch_of(place_: int) -> tuple[int, int]:
    """(epoch id, seq)"""
    return place_ >> _SEQ_BITS, place_ & ((1 << _SEQ_BITS) - 1)


def genesis(district: str, author: str, reader: str, epoch: str, life: int) -> bytes:
    """The chain before entry 1."""
    return hashlib.sha256(f"microcenter/1 epoch\0{district}\0{author}\0{reader}\0{epoch}\0{life}".encode()).digest()


def digest_of(salt: bytes, body: bytes) -> bytes:
    return hashlib.sha256(salt + body).digest()


def link_of(before: bytes, entry: Entry) -> bytes:
    """The chain at `entry`: SHA-256(chain before, header, salted digest of the body)."""
    header = _encode((entry.seq, entry.kind, entry.version, entry.case, entry.by, entry.at, entry.clock))
    return hashlib.sha256(before + header + entry.digest).digest()


_EPOCH_COLUMNS = "id, author, reader, epoch, life, head, head_chain, genesis, told, replicated, wants"
_ENTRY_COLUMNS = "place, kind, version, case_id, by, at, clock, salt, digest, chain, body, state, heard_at"


def epochs(db: Database, author: str, reader: str) -> list[Epoch]:
    """Oldest life first."""
    rows = db.conn.execute(
        f"select {_EPOCH_COLUMNS} from epochs where author = ? and reader = ? order by life, epoch", (author, reader)
    )
    return [Epoch(*row) for row in rows]


def epoch_of_pair(db: Database, author: str, reader: str, epoch: str) -> Epoch | None:
    row = db.conn.execute(
        f"select {_EPOCH_COLUMNS} from epochs where author = ? and reader = ? and epoch = ?", (author, reader, epoch)
    ).fetchone()
    return Epoch(*row) if row else None


def chain_at(db: Database, epoch: Epoch, seq: int) -> bytes:
    """:raises Damaged: no such entry"""
    if seq == 0:
        return epoch.genesis
    if seq == epoch.head:
        return epoch.head_chain
    row = db.conn.execute("select chain from entries where place = ?", (place(epoch.id, seq),)).fetchone()
    if row is None:
        raise Damaged("damaged.chain", epoch=epoch.epoch, seq=seq)
    return bytes(row[0])


def entries(db: Database, epoch: Epoch, after: int, upto: int, max_bytes: int) -> list[Entry]:
    """Consecutive entries past `after`, oldest first, at least one, together at most `max_bytes` of bodies."""
    rows = db.conn.execute(
        "select place, kind, version, case_id, by, at, clock, salt, digest, body from entries"
        " where place > ? and place <= ? order by place",
        (place(epoch.id, after), place(epoch.id, upto)),
    )
    found: list[Entry] = []
    size = 0
    for row in rows:
        body = row[9]
        size += len(body or b"") + len(row[3]) + len(row[4]) + 160
        if found and size > max_bytes:
            break
        found.append(
            Entry(
                epoch_of(row[0])[1], row[1], row[2], row[3], row[4], row[5], ClockQuality(row[6]), row[7], row[8], body
            )
        )
    rows.close()
    return found


def span_of(db: Database, epoch: Epoch, found: list[Entry]) -> Span:
    first, last = found[0].seq, found[-1].seq
    return Span(epoch.epoch, epoch.life, first, last, chain_at(db, epoch, first - 1), chain_at(db, epoch, last))


def life_of(db: Database) -> int:
    row = db.conn.execute("select life from self").fetchone()
    return int(row[0]) if row else 0


class Journal:
    """The pen of one party. Holds no state of its own but what it is told at the start."""

    def __init__(
        self,
        party: str,
        district: str,
        clock: Clock,
        entropy: Callable[[int], bytes],
        handlers: Mapping[str, Handler],
    ) -> None:
        self.party = party
        self.district = district
        self.handlers = handlers
        self._clock = clock
        self._entropy = entropy

    # -- writing

    def write(
        self, tx: Database, to: str, kind: str, body: bytes, *, by: str, at: datetime, case: str = "", version: int = 1
    ) -> Heard:
        """Add one entry to what we owe `to`, and apply it here.

        :raises Refused: the body is larger than MAX_BODY_BYTES
        """
        if len(body) > MAX_BODY_BYTES:
            raise Refused("refused.entry-large", size=len(body), limit=MAX_BODY_BYTES)
        epoch = self._open_epoch(tx, to, at)
        heard = self._append(tx, epoch, kind, body, by=by, at=stamp(at), case=case, version=version)
        self.handlers[kind](tx, heard)
        return heard

    def _append(
        self, tx: Database, epoch: Epoch, kind: str, body: bytes, *, by: str, at: str, case: str, version: int
    ) -> Heard:
        seq = epoch.head + 1
        salt = self._entropy(SALT_BYTES)
        clock = self._clock.quality()
        entry = Entry(seq, kind, version, case, by, at, clock, salt, digest_of(salt, body), body)
        chain = link_of(epoch.head_chain, entry)
        tx.conn.execute(
            f"insert into entries ({_ENTRY_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,0,?)",
            (place(epoch.id, seq), kind, version, case, by, at, clock, salt, entry.digest, chain, body, at),
        )
        moved = tx.conn.execute(
            "update epochs set head = ?, head_chain = ? where id = ? and head = ?", (seq, chain, epoch.id, seq - 1)
        )
        assert moved.rowcount == 1
        return Heard(
            self.party, epoch.reader, epoch.epoch, epoch.life, seq, place(epoch.id, seq),
            kind, version, case, by, at, clock, body, at,
        )  # fmt: skip

    def _open_epoch(self, tx: Database, to: str, at: datetime) -> Epoch:
        """The epoch of our present life; begun, with its first entry, if this is the first word to `to` in this life."""
        row = tx.conn.execute(
            f"select {_EPOCH_COLUMNS} from epochs where author = ? and reader = ? and life = (select life from self)",
            (self.party, to),
        ).fetchone()
        if row is not None:
            return Epoch(*row)
        life = life_of(tx)
        before = epochs(tx, self.party, to)
        # the front is time, so that epochs of one life sort as they were begun
        name = f"{int(at.timestamp() * 1000):012x}{self._entropy(10).hex()}"
        begun = self._add_epoch(tx, self.party, to, name, life, at)
        last = before[-1] if before else None
        first_word = EpochBegan(
            life=life,
            forked_from=last.epoch if last else "",
            forked_at=last.head if last else 0,
            why="restored" if last else "first",
        )
        self._append(tx, begun, Kind.EPOCH, _encode(first_word), by=self.party, at=stamp(at), case="", version=1)
        found = epoch_of_pair(tx, self.party, to, name)
        assert found is not None
        return found

    def _add_epoch(self, tx: Database, author: str, reader: str, name: str, life: int, at: datetime) -> Epoch:
        return add_epoch(tx, self.district, author, reader, name, life, stamp(at))

    # -- remembering

    def begin_life(self, tx: Database, at: datetime, at_least: int = 0) -> int:
        """A store that was restored, or learns that it was, begins a new life. Returns its number."""
        life = max(life_of(tx) + 1, at_least)
        tx.conn.execute("insert into self (only, life) values (1, ?) on conflict do update set life = ?", (life, life))
        return life

    def forgot(self, tx: Database, epoch: Epoch, upto: int, at: datetime) -> None:
        """`epoch.reader` proved to hold more of our journal, or another version of it, than we do.

        Afterwards we are in a later life than that epoch; what we wrote in it and the reader has not
        receipted is told again in the new epoch (an act that arrives twice is one act); and the epoch
        waits to be given back up to `upto`.
        """
        if epoch.life >= life_of(tx):
            self.begin_life(tx, at, at_least=epoch.life + 1)
        if epoch.head > epoch.told:
            self._tell_again(tx, epoch, at)
        log.warning("memory lost: epoch=%s told=%d peer holds %d", epoch.epoch, epoch.told, upto)
        tx.conn.execute("update epochs set wants = max(wants, ?) where id = ?", (upto, epoch.id))

    def _tell_again(self, tx: Database, epoch: Epoch, at: datetime) -> None:
        """Move what has not been receipted to the epoch of our present life.

        Whatever the life of `epoch`: a hub that was copied back by hand learns of it from one station, and what it
        wrote to the others in the meantime stands in their epochs where something else may have stood before.
        """
        beyond = (place(epoch.id, epoch.told), place(epoch.id, epoch.head))
        untold = tx.conn.execute(
            "select kind, version, case_id, by, at, body from entries where place > ? and place <= ? order by place",
            beyond,
        ).fetchall()
        tx.conn.execute("delete from entries where place > ? and place <= ?", beyond)
        tx.conn.execute(
            "update epochs set head = told, head_chain = ? where id = ?", (_chain_of_told(tx, epoch), epoch.id)
        )
        for row in untold:
            if row["kind"] == Kind.EPOCH or row["body"] is None:
                continue
            heard = self._append(
                tx, self._open_epoch(tx, epoch.reader, at), row["kind"], row["body"],
                by=row["by"], at=row["at"], case=row["case_id"], version=row["version"],
            )  # fmt: skip
            self.handlers[heard.kind](tx, heard)
        log.warning("told again in a new epoch: entries=%d of epoch=%s", len(untold), epoch.epoch)

    def take_back(self, tx: Database, epoch: Epoch, given: list[Entry], chains: list[bytes], at: datetime) -> None:
        """Keep entries of our own that a peer gave back and whose chain leads to our own signature.

        They are parked: the inbox applies them, each by itself, as it does with what an upgrade has learned to read.
        """
        for entry, chain in zip(given, chains, strict=True):
            tx.conn.execute(
                f"insert into entries ({_ENTRY_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    place(epoch.id, entry.seq), entry.kind, entry.version, entry.case, entry.by, entry.at,
                    entry.clock, entry.salt, entry.digest, chain, entry.body, entry.body is not None, stamp(at),
                ),
            )  # fmt: skip
        last = given[-1].seq
        tx.conn.execute(
            "update epochs set head = ?, head_chain = ?, told = max(told, ?) where id = ? and head = ?",
            (last, chains[-1], last, epoch.id, given[0].seq - 1),
        )
        if last >= epoch.wants:
            tx.conn.execute("update epochs set wants = 0 where id = ?", (epoch.id,))
            note = Recovered(epoch=epoch.epoch, first=given[0].seq, last=last, source=epoch.reader)
            self.write(tx, epoch.reader, Kind.RECOVERED, _encode(note), by=self.party, at=at)


def add_epoch(tx: Database, district: str, author: str, reader: str, name: str, life: int, at: str) -> Epoch:
    first = genesis(district, author, reader, name, life)
    tx.conn.execute(
        "insert into epochs (author, reader, epoch, life, head_chain, genesis, began_at) values (?,?,?,?,?,?,?)",
        (author, reader, name, life, first, first, at),
    )
    found = epoch_of_pair(tx, author, reader, name)
    assert found is not None
    return found


def _chain_of_told(tx: Database, epoch: Epoch) -> bytes:
    if epoch.told == 0:
        return epoch.genesis
    row = tx.conn.execute("select chain from entries where place = ?", (place(epoch.id, epoch.told),)).fetchone()
    if row is None:
        raise Damaged("damaged.chain", epoch=epoch.epoch, seq=epoch.told)
    return bytes(row[0])


def set_told(tx: Database, epoch: Epoch, upto: int, replicated: int, at: str) -> None:
    """What the reader says it holds. Down as well as up: only a fresh hello may lower it."""
    tx.conn.execute("update epochs set told = ?, replicated = ? where id = ?", (upto, min(replicated, upto), epoch.id))
    if upto < epoch.told:
        tx.conn.execute("delete from receipts where epoch_id = ? and upto > ?", (epoch.id, upto))
    elif upto > epoch.told:
        tx.conn.execute("insert or ignore into receipts (epoch_id, upto, at) values (?,?,?)", (epoch.id, upto, at))


def owed(db: Database, author: str, reader: str) -> int:
    """Entries not yet receipted."""
    row = db.conn.execute(
        "select coalesce(sum(head - told), 0) from epochs where author = ? and reader = ?", (author, reader)
    ).fetchone()
    return int(row[0])


def recompute(db: Database, epoch: Epoch) -> tuple[int, bytes]:
    """The chain computed anew from what is on the disk: (last number, chain there).

    :raises Damaged: an entry is missing, or a body is not what its digest says
    """
    chain, seq = epoch.genesis, 0
    while seq < epoch.head:
        batch = entries(db, epoch, seq, epoch.head, 4 * 1024 * 1024)
        if not batch:
            raise Damaged("damaged.chain", epoch=epoch.epoch, seq=seq + 1)
        for entry in batch:
            if entry.seq != seq + 1 or (entry.body is not None and digest_of(entry.salt, entry.body) != entry.digest):
                raise Damaged("damaged.chain", epoch=epoch.epoch, seq=seq + 1)
            chain, seq = link_of(chain, entry), entry.seq
    if chain != epoch.head_chain:
        raise Damaged("damaged.chain", epoch=epoch.epoch, seq=seq)
    return seq, chain


def erase(tx: Database, peer: str, party: str, before: str, cases: list[str]) -> int:
    """Erase the bodies of closed `cases` that the peer has replicated off its machine; headers and digests stay.

    Returns how many entries lost their body. `before` is the stamp below which an entry is old enough.
    """
    erased = 0
    for epoch in epochs(tx, party, peer):
        for case in cases:
            erased += tx.conn.execute(
                "update entries set body = null, salt = x'' where place > ? and place <= ? and case_id = ? and at < ?"
                " and body is not null",
                (place(epoch.id, 0), place(epoch.id, epoch.replicated), case, before),
            ).rowcount
    return erased
