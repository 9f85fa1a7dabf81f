"""The signing keys of editors and publishers: each closed with its owner's pass phrase, which is kept nowhere.

A key that was made here counts for nothing until the district's authority has put its public half on the list of
publishers; so who has this database and no pass phrase signs nothing, and who makes a key of his own neither.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from protocol.catalogue.publishers import SigningKey, make_key, open_key
from protocol.clock import stamp

__all__ = ["OwnKey", "SigningKey", "counting", "keep", "keys_of", "make_key", "open_key"]


@dataclass(frozen=True, slots=True)
class OwnKey:
    account: str
    public: str  # 32 bytes as hex: what the district's office enters
    made_at: str


def keep(tx: Database, account: str, public: bytes, pem: bytes, at: datetime) -> OwnKey:
    """make_key() was called before: it takes a while, and nobody's saving waits for it."""
    tx.execute(
        "insert into publisher_keys (account, public, pem, made_at) values (?,?,?,?)",
        (account, public.hex(), pem.decode("ascii"), stamp(at)),
    )
    return OwnKey(account, public.hex(), stamp(at))


def keys_of(db: Database, account: str) -> list[OwnKey]:
    """The latest first."""
    rows = db.execute(
        "select account, public, made_at from publisher_keys where account = ? order by made_at desc", (account,)
    ).fetchall()
    return [OwnKey(*map(str, row)) for row in rows]


def counting(db: Database, account: str, listed: Collection[str]) -> bytes | None:
    """The person's key, still closed, whose public half is among `listed` (hex); the latest if there are several."""
    for key in keys_of(db, account):
        if key.public in listed:
            row = db.execute(
                "select pem from publisher_keys where account = ? and public = ?", (account, key.public)
            ).fetchone()
            return str(row[0]).encode("ascii")
    return None
