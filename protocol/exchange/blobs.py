"""Papers and photos by their SHA-256, in pieces, in a SQLite file of their own.

A paper counts only when it is whole and its bytes make the digest that was promised. Pieces of a
paper on its way are kept, so a cut wire costs the pieces under way and nothing else. Which papers
are wanted from whom stands in the main file (table papers); this one only knows bytes.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlite_utils import Database, Migrations

from protocol.clock import stamp
from protocol.errors import Distrusted
from protocol.exchange.schema import blob_tables
from protocol.store import Store

PIECE_BYTES = 192 * 1024  # sealed and signed it stays below the 256 KiB of an envelope

migrations = Migrations("blobs")


@migrations()
def first_tables(db: Database) -> None:
    blob_tables(db)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pieces_of(size: int) -> int:
    """How many pieces a paper of `size` bytes has; an empty one has one."""
    return max(1, -(-size // PIECE_BYTES))


class Blobs:
    """The papers of one party."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def keep(self, data: bytes, at: datetime) -> str:
        """Make `data` durable and return its digest. Twice the same is once.

        :raises Refused: disk-full
        """
        digest = digest_of(data)
        self.store.require_room()
        with self.store.write() as tx:
            for number in range(pieces_of(len(data))):
                part = data[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]
                # replace: what a wire had brought of it was not checked yet
                tx.conn.execute(
                    "insert or replace into pieces (digest, number, data) values (?,?,?)", (digest, number, part)
                )
            tx.conn.execute(
                "insert into blobs (digest, size, whole, kept_at) values (?,?,1,?)"
                " on conflict (digest) do update set whole = 1, size = excluded.size",
                (digest, len(data), stamp(at)),
            )
        return digest

    def has(self, digest: str) -> bool:
        with self.store.read() as db:
            row = db.conn.execute("select whole from blobs where digest = ?", (digest,)).fetchone()
        return row is not None and bool(row[0])

    def which(self, digests: list[str]) -> set[str]:
        """Those of `digests` that are whole here."""
        with self.store.read() as db:
            return {
                digest
                for digest in digests
                if (row := db.conn.execute("select whole from blobs where digest = ?", (digest,)).fetchone()) and row[0]
            }

    def read(self, digest: str) -> bytes | None:
        """The whole paper, or None."""
        if not self.has(digest):
            return None
        with self.store.read() as db:
            rows = db.conn.execute("select data from pieces where digest = ? order by number", (digest,)).fetchall()
        return b"".join(row[0] for row in rows)

    def piece(self, digest: str, number: int) -> bytes | None:
        with self.store.read() as db:
            row = db.conn.execute(
                "select p.data from pieces p join blobs b using (digest) where p.digest = ? and p.number = ? and b.whole = 1",
                (digest, number),
            ).fetchone()
        return bytes(row[0]) if row else None

    def missing(self, digest: str, size: int) -> list[int]:
        """Numbers of the pieces that have not come yet."""
        with self.store.read() as db:
            here = {r[0] for r in db.conn.execute("select number from pieces where digest = ?", (digest,)).fetchall()}
        return [number for number in range(pieces_of(size)) if number not in here]

    def add_piece(self, digest: str, number: int, size: int, data: bytes, at: datetime) -> bool:
        """Keep one piece of a paper of `size` bytes; True if the paper is whole now.

        :raises Distrusted: wrong-digest; all its pieces are thrown away and it is to be asked for again
        """
        count = pieces_of(size)
        expected = PIECE_BYTES if number < count - 1 else size - (count - 1) * PIECE_BYTES
        if not 0 <= number < count or len(data) != expected:
            raise Distrusted("distrusted.wrong-digest")
        with self.store.write() as tx:
            tx.conn.execute(
                "insert or ignore into blobs (digest, size, whole, kept_at) values (?,?,0,?)", (digest, size, stamp(at))
            )
            tx.conn.execute(
                "insert or ignore into pieces (digest, number, data) values (?,?,?)", (digest, number, data)
            )
            (here,) = tx.conn.execute("select count(*) from pieces where digest = ?", (digest,)).fetchone()
            if here < count:
                return False
            sha = hashlib.sha256()
            for row in tx.conn.execute("select data from pieces where digest = ? order by number", (digest,)):
                sha.update(row[0])
            right = sha.hexdigest() == digest
            if right:
                tx.conn.execute("update blobs set whole = 1, kept_at = ? where digest = ?", (stamp(at), digest))
            else:
                tx.conn.execute("delete from pieces where digest = ?", (digest,))
                tx.conn.execute("delete from blobs where digest = ?", (digest,))
        if not right:
            raise Distrusted("distrusted.wrong-digest")
        return True
