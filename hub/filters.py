"""Filters of the worklist that a person has given a name. A removed one can be brought back for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from protocol.clock import stamp
from protocol.errors import Refused

MOST_OF_ONE = 20
BACK_WITHIN = timedelta(minutes=10)
NAME_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class Filter:
    id: int
    name: str
    query: str  # of the worklist's address
    removed: bool


def keep(tx: Database, account: str, name: str, query: str, at: datetime) -> None:
    """The same name again means the newer one.

    :raises Refused: filter-name, filters-many
    """
    name = " ".join(name.split())[:NAME_CHARACTERS]
    if not name:
        raise Refused("refused.filter-name")
    tx.execute("delete from filters where account = ? and name = ?", (account, name))
    if sum(not one.removed for one in filters(tx, account, at)) >= MOST_OF_ONE:
        raise Refused("refused.filters-many", most=MOST_OF_ONE)
    tx.execute(
        "insert into filters (account, name, query, made_at) values (?,?,?,?)", (account, name, query, stamp(at))
    )


def remove(tx: Database, account: str, number: int, at: datetime) -> None:
    tx.execute("update filters set removed_at = ? where id = ? and account = ?", (stamp(at), number, account))


def bring_back(tx: Database, account: str, number: int) -> None:
    tx.execute("update filters set removed_at = '' where id = ? and account = ?", (number, account))


def filters(db: Database, account: str, at: datetime) -> list[Filter]:
    """In the order of their names; those removed a moment ago among them."""
    rows = db.execute(
        "select id, name, query, removed_at from filters where account = ? and (removed_at = '' or removed_at > ?)"
        " order by name",
        (account, stamp(at - BACK_WITHIN)),
    ).fetchall()
    return [Filter(int(row[0]), str(row[1]), str(row[2]), bool(row[3])) for row in rows]
