"""Accounts that are kept somewhere else: what a station does with what the hub says of a person.

The newest word wins and an older one never does, in whatever order they come. An account that was made on this
machine is never touched: the first one is the installer's, and it must open when everything else is wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from protocol.cases.rules import Role
from protocol.clock import moment, stamp
from protocol.console import accounts
from protocol.console.accounts import Secret
from protocol.errors import Refused

HUB = "hub"  # accounts.source
CODE_GOOD_FOR = timedelta(days=7)
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


@dataclass(frozen=True, slots=True)
class Told:
    """What the hub says of a person at one station, at one revision."""

    name: str
    display_name: str
    roles: Collection[Role]
    active: bool
    valid_from: str
    valid_to: str
    revision: int
    secret: str
    secret_revision: int
    code_until: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of who may sign in here."""

    name: str
    display_name: str
    roles: frozenset[Role]
    active: bool  # in force today
    gone: bool  # the hub says so: nobody opens it again here
    managed: bool
    has_code: bool
    locked_until: datetime | None
    confirmed_at: datetime | None
    waits: bool
    valid_to: str
    sessions: int


def new_code() -> str:
    """A one-time code as it is read aloud or written on paper: about 59 bits."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))
    return "-".join(letters[at : at + 4] for at in range(0, 12, 4))


def give_code(tx: Database, name: str, secret: Secret, *, at: datetime) -> str:
    """The password is gone, sessions are over, a lock is lifted; the code opens the page for a new password, for a week.

    Returns until when it is good.
    :raises Refused: no-account
    """
    accounts.set_password(tx, name, secret)
    until = stamp(at + CODE_GOOD_FOR)
    tx.execute("update accounts set code_until = ? where name = ?", (until, name))
    return until


def keep_told(tx: Database, told: Told, *, at: datetime) -> bool:
    """Hear what the hub says. False: an account of this machine's own, or nothing newer.

    Sessions end at once where the account is no longer in force. The person's own password stays unless a newer
    code was given out.
    """
    row = next(
        iter(tx.query("select source, revision, secret_revision from accounts where name = ?", (told.name,))), None
    )
    if row is not None and (row["source"] != HUB or row["revision"] >= told.revision):
        return False
    values = (told.display_name, accounts.roles_text(told.roles), int(told.active), told.valid_from, told.valid_to)
    left = "" if told.active else stamp(at)
    if row is None:
        tx.execute(
            "insert into accounts (name, display_name, roles, active, valid_from, valid_to, revision, source,"
            " secret_hash, secret_revision, code_until, left_at, failed, made_at) values (?,?,?,?,?,?,?,?,?,?,?,?,0,?)",
            (
                told.name,
                *values,
                told.revision,
                HUB,
                told.secret,
                told.secret_revision,
                told.code_until,
                left,
                stamp(at),
            ),
        )
        return True
    tx.execute(
        "update accounts set display_name = ?, roles = ?, active = ?, valid_from = ?, valid_to = ?, revision = ?,"
        " left_at = ?, confirmed_at = '', waits = 0 where name = ?",
        (*values, told.revision, left, told.name),
    )
    if told.secret_revision > row["secret_revision"]:
        accounts.set_password(tx, told.name, Secret(told.secret))
        tx.execute(
            "update accounts set secret_revision = ?, code_until = ? where name = ?",
            (told.secret_revision, told.code_until, told.name),
        )
    if not told.active:
        accounts.end_sessions(tx, told.name)
    return True


def listed(db: Database, *, at: datetime) -> list[Listed]:
    """Everybody who has or had an account here; those in force first."""
    found = [
        Listed(
            row["name"],
            row["display_name"],
            frozenset(Role(role) for role in row["roles"].split()),
            accounts.in_force(row, at),
            bool(row["left_at"]),
            row["source"] == HUB,
            bool(row["code_until"]),
            moment(row["locked_until"]) if row["locked_until"] and moment(row["locked_until"]) > at else None,
            moment(row["confirmed_at"]) if row["confirmed_at"] else None,
            bool(row["waits"]),
            row["valid_to"],
            row["open_sessions"],
        )
        for row in db.query(
            "select a.*, (select count(*) from sessions s where s.account = a.name and s.seen_at > ?) open_sessions"
            " from accounts a order by name",
            (stamp(at - accounts.IDLE),),
        )
    ]
    return sorted(found, key=lambda one: not one.active)


# -- a station that hears nothing


def unconfirmed(db: Database, heard_at: datetime, *, at: datetime, after: timedelta) -> list[str]:
    """Managed accounts in force of which neither the hub nor the head has said anything for `after`."""
    if at - heard_at < after:
        return []
    return [
        one.name
        for one in listed(db, at=at)
        if one.managed and one.active and at - max(heard_at, one.confirmed_at or heard_at) >= after
    ]


def confirm(tx: Database, name: str, *, at: datetime) -> None:
    """The head knows that this person still works here; good for as long as a word from the hub would be.

    :raises Refused: no-account
    """
    done = tx.execute(
        "update accounts set confirmed_at = ?, waits = 0 where name = ? and source = ?", (stamp(at), name, HUB)
    )
    if done.rowcount == 0:
        raise Refused("refused.no-account")


def let_wait(tx: Database, names: Collection[str]) -> None:
    """Exactly these wait for the head: they cannot sign in anew. Who is signed in goes on until he signs out."""
    marks = ",".join("?" * len(names))
    tx.execute(f"update accounts set waits = name in ({marks}) where source = ?", (*names, HUB))
