"""Who may sign in at this station: what the hub says of its people, and what the head decides while it is dark.

The hub's word arrives as an entry of the journal like any other. Once nothing has been heard of the hub for
CONFIRM_DAYS, managed accounts wait until the station's head confirms them with the paper list; nobody who is
signed in is thrown out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.cases.rules import Role
from protocol.clock import moment, stamp
from protocol.console import accounts, managed
from protocol.console.accounts import Secret
from protocol.console.managed import Told
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard
from protocol.exchange.messages import PersonTold
from protocol.exchange.topics import HUB

HERE = frozenset({Role.CLERK, Role.HEAD})  # what the hub may make somebody at a station
CONFIRM = timedelta(days=14)  # without word from the hub, where party.toml says nothing else
WARN_BEFORE = timedelta(days=4)
NOTICE = "people-unconfirmed"

_decode = msgspec.msgpack.Decoder(PersonTold).decode


def hear_person(tx: Database, heard: Heard) -> None:
    """The handler of Kind.PERSON."""
    try:
        told = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="person") from why
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    last = min(filter(None, (told.valid_to, told.last_day)), default="")
    roles = frozenset(role for role in HERE if role in told.roles)  # what a later version may add is left out
    managed.keep_told(
        tx,
        Told(
            told.account, told.name, roles, told.active and bool(roles), told.valid_from, last, told.revision,
            told.secret, told.secret_revision, told.code_until,
        ),
        at=moment(heard.heard_at),
    )  # fmt: skip


def last_heard(db: Database) -> datetime | None:
    """When a message of the hub with a right signature last came, over the wire or on a stick."""
    row = db.execute("select heard_at from peers where name = ?", (HUB,)).fetchone()
    return moment(row[0]) if row and row[0] else None


def watch(tx: Database, at: datetime, after: timedelta) -> None:
    """Who has to be confirmed waits, and the head is told in time; once the hub is heard all that is over."""
    soon, now = _unconfirmed(tx, at, after)
    managed.let_wait(tx, now)
    if soon:
        attention.put(tx, NOTICE, HUB, at=stamp(at))
    else:
        attention.settle(tx, NOTICE, HUB, by=HUB, at=stamp(at))


def must_watch(db: Database, at: datetime, after: timedelta) -> bool:
    """Whether watch() would change anything: it is asked every half minute and should cost no commit."""
    soon, now = _unconfirmed(db, at, after)
    waiting = [one.name for one in managed.listed(db, at=at) if one.waits]
    is_open = db.execute("select 1 from attention where kind = ? and settled_at is null limit 1", (NOTICE,)).fetchone()
    return sorted(waiting) != sorted(now) or bool(soon) != bool(is_open)


def soon(db: Database, at: datetime, after: timedelta) -> list[str]:
    """Who is to be confirmed now or before long."""
    return _unconfirmed(db, at, after)[0]


def _unconfirmed(db: Database, at: datetime, after: timedelta) -> tuple[list[str], list[str]]:
    """Who has to be confirmed soon or now, and who now."""
    heard = last_heard(db)
    if heard is None:
        return [], []
    soon = managed.unconfirmed(db, heard, at=at, after=after - min(WARN_BEFORE, after))
    return soon, managed.unconfirmed(db, heard, at=at, after=after)


# -- what the head does


def confirm(tx: Database, name: str, *, by: str, at: datetime) -> None:
    """:raises Refused: forbidden, for oneself; no-account"""
    _not_oneself(name, by)
    managed.confirm(tx, name, at=at)


def stop(tx: Database, name: str, *, by: str, at: datetime) -> None:
    """Closed here until the hub's next word or the head's."""
    _not_oneself(name, by)
    accounts.set_active(tx, name, False)


def reopen(tx: Database, name: str, *, by: str, at: datetime) -> None:
    """Undo of stop(), as far as the hub's own word reaches.

    :raises Refused: forbidden: the hub says that this person has left
    """
    _not_oneself(name, by)
    if any(one.gone for one in managed.listed(tx, at=at) if one.name == name):
        raise Refused("refused.forbidden")
    accounts.set_active(tx, name, True)


def give_code(tx: Database, name: str, secret: Secret, *, by: str, at: datetime) -> None:
    """A first password, or a new one for whoever has forgotten his."""
    _not_oneself(name, by)
    managed.give_code(tx, name, secret, at=at)


def _not_oneself(name: str, by: str) -> None:
    if name == by:
        raise Refused("refused.own-roles")
