"""Who changed what about whose account: the trail of those who grant roles, read by those who watch them.

Whoever gives out a one-time code could sign in with it himself, and whoever grants roles could grant them to a second
account of his own. Neither can be made impossible where one person keeps the accounts; neither stays unseen. A line is
written in the unit of work that makes the change, holds codes and days only, and is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from protocol.clock import moment, stamp


class Step(StrEnum):
    ENTER = "enter"
    ROLES = "roles"
    JOIN = "join"
    QUIT = "quit"
    POST = "post"
    LEAVE = "leave"
    STAY = "stay"
    CODE = "code"
    SIGN_OUT = "sign-out"


@dataclass(frozen=True, slots=True)
class Done:
    step: Step
    detail: str  # roles, section and role, station, days: codes as the tables have them
    by: str
    at: datetime


def people_record_table(db: Database) -> None:
    """Called from one migration of the hub. Nothing in the house changes a line; the store refuses it too."""
    db.executescript("""
    create table people_steps (
        id integer primary key,
        account text not null,
        step text not null,
        detail text not null,
        done_by text not null,
        at text not null
    );
    create index people_steps_by_account on people_steps (account);
    create trigger people_steps_stay before update on people_steps
        begin select raise(abort, 'what was done with accounts stays'); end;
    create trigger people_steps_remain before delete on people_steps
        begin select raise(abort, 'what was done with accounts stays'); end;
    """)


def note(tx: Database, account: str, step: Step, detail: Sequence[str] = (), *, by: str, at: datetime) -> None:
    tx.execute(
        "insert into people_steps (account, step, detail, done_by, at) values (?,?,?,?,?)",
        (account, step, " ".join(filter(None, detail)), by, stamp(at)),
    )


def steps(db: Database, account: str, limit: int = 200) -> list[Done]:
    """Latest first."""
    rows = db.execute(
        "select step, detail, done_by, at from people_steps where account = ? order by id desc limit ?",
        (account, limit),
    ).fetchall()
    return [Done(Step(row[0]), str(row[1]), str(row[2]), moment(row[3])) for row in rows]
