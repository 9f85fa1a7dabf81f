"""Who looked at what of whom: every opening of a case, a paper, a document, an export, a search for a full number.

A look is a line of its own table on the machine where somebody looked; it is never told to anybody and never
holds a name or a number of a citizen. Looks of one account at the same thing within ten minutes are one line, so
a page that renews itself costs nothing. A full number that was asked for stays an event of its own (`reveals`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from protocol.clock import moment, stamp
from protocol.console.accounts import Account
from protocol.console.acting import acting
from protocol.store import Store

TOGETHER = timedelta(minutes=10)
KEPT = timedelta(days=3 * 366)
_FULL_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]|[0-9A-HJ-NPQRTUWXY]{18}|1[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Look:
    account: str
    role: str
    what: str  # case, paper, document, export, search, reveal
    case_id: str  # "" for a search or an export
    number: str  # of the case, "" if it is not known here
    at: datetime


def look_table(db: Database) -> None:
    """Called from one migration of the node and one of the hub."""
    db.executescript("""
    create table looks (
        id integer primary key,
        account text not null,
        role text not null,
        what text not null,
        case_id text not null,
        at text not null
    );
    create index looks_by_case on looks (case_id, at);
    create index looks_by_account on looks (account, at);
    create index looks_by_time on looks (at);
    """)


def looked(store: Store, account: Account, what: str, case_id: str, *, at: datetime) -> None:
    same = (account.name, what, case_id, stamp(at - TOGETHER))
    with store.read() as db:
        seen = db.execute(
            "select 1 from looks where account = ? and what = ? and case_id = ? and at > ? limit 1", same
        ).fetchone()
    if seen is None:
        role = acting(account).role if account.posts else ""
        with store.write() as tx:
            tx.execute(
                "insert into looks (account, role, what, case_id, at) values (?,?,?,?,?)",
                (account.name, role, what, case_id, stamp(at)),
            )


def is_full_number(asked: str) -> bool:
    """Whether somebody searched for one certain person: an ID number, a credit code or a mobile phone, whole."""
    return bool(_FULL_NUMBER.fullmatch(asked.strip()))


def who_looked(db: Database, case_id: str, limit: int = 100) -> list[Look]:
    """At one case, latest first."""
    return looks(db, case_id=case_id, limit=limit)


def looks(db: Database, *, account: str = "", case_id: str = "", limit: int = 200, offset: int = 0) -> list[Look]:
    """Latest first."""
    rows = db.execute(
        "select l.account, l.role, l.what, l.case_id, coalesce(c.number, ''), l.at from looks l"
        " left join cases c on c.id = l.case_id"
        " where (? = '' or l.account = ?) and (? = '' or l.case_id = ?) order by l.at desc, l.id desc limit ? offset ?",
        (account, account, case_id, case_id, limit, offset),
    ).fetchall()
    return [Look(row[0], row[1], row[2], row[3], row[4], moment(row[5])) for row in rows]


def forget(tx: Database, at: datetime) -> int:
    """What is older than three years goes. Returns how many lines."""
    return int(tx.execute("delete from looks where at < ?", (stamp(at - KEPT),)).rowcount)
