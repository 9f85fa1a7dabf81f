"""The district's list of numbers that hold no more, as far as this station has heard it.

Kept line by line as the hub tells it, and asked by the verify page without any wire. The page says as of when: the
list can be no newer than the last word from the hub, whatever that word was about.
"""

from __future__ import annotations

import msgspec
from sqlite_utils import Database

from protocol.clock import moment
from protocol.documents.verify import NO_LIST, CancellationList, Cancelled
from protocol.endings import digest_of, found
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.messages import LicencesEnded
from protocol.exchange.topics import HUB
from protocol.store import Store

_decode = msgspec.msgpack.Decoder(LicencesEnded).decode


def ending_tables(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table ended (
        digest blob not null,           -- of the number
        act_id text not null,
        on_day text not null,
        why text not null,
        upto text not null,
        primary key (digest, act_id)
    ) without rowid;
    create table ended_heard (only integer primary key check (only = 1));    -- the list has come at all
    """)


def hear(tx: Database, heard: Heard) -> None:
    """More lines of the list."""
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    try:
        told = _decode(heard.body)
        for line in filter(lambda one: one.stands, told.lines):
            found([(line.on, line.why, line.upto)])  # days and times that are none would break the page later
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="ended") from why
    tx.execute("insert or ignore into ended_heard (only) values (1)")
    for line in told.lines:
        if line.stands:
            tx.execute(
                "insert or replace into ended (digest, act_id, on_day, why, upto) values (?,?,?,?,?)",
                (line.digest, line.act, line.on, line.why, line.upto),
            )
        else:
            tx.execute("delete from ended where digest = ? and act_id = ?", (line.digest, line.act))


def cancellation_list(store: Store) -> CancellationList:
    """As of the last word from the hub; no list before the first line of it, or the word that there is none, came."""
    with store.read() as db:
        row = db.execute(
            "select heard_at from peers where name = ? and heard_at != '' and exists (select 1 from ended_heard)",
            (HUB,),
        ).fetchone()
    if row is None:
        return NO_LIST

    def find(number: str) -> Cancelled | None:
        with store.read() as db:
            rows = db.execute("select on_day, why, upto from ended where digest = ?", (digest_of(number),)).fetchall()
        return found((str(one[0]), str(one[1]), str(one[2])) for one in rows)

    return CancellationList(moment(str(row[0])), find)
