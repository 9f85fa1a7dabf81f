"""Who may sign in to a party's console, and who is signed in.

Accounts and sessions live in the party's own SQLite file, so signing in needs no wire. A password is
never kept and never hashed or verified while a unit of work is open: a hash takes 20 ms of work on
purpose, and nobody else's saving may wait for it. A name that does not exist costs and answers the same as
one that does. Nothing here is logged with a name.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlite_utils import Database

from protocol.cases.rules import Role
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Refused
from protocol.store import Store

IDLE = timedelta(hours=8)  # a session that nobody used for so long is over
LONGEST = timedelta(days=14)  # no session lasts longer, however much it is used
TOUCH = timedelta(minutes=5)  # a session's last use is written down no more often than this
TRIES = 5  # wrong passwords in a row before a name waits
FIRST_WAIT = timedelta(minutes=15)  # doubles with every further TRIES
LONGEST_WAIT = timedelta(hours=4)
PASSWORD_CHARACTERS = (10, 200)
STRANGERS_KEPT = 1000  # names without an account whose failures are counted

VERIFYING_AT_ONCE = 2  # each takes 19 MiB and a core
ASKING_AT_ONCE = 6  # of the 16 web threads; the others stay free for people who are signed in

Secret = NewType("Secret", str)  # an argon2id hash with its parameters and salt

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's floor for argon2id
_VERIFYING = threading.BoundedSemaphore(VERIFYING_AT_ONCE)
_ASKING = threading.BoundedSemaphore(ASKING_AT_ONCE)
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,31}")


@dataclass(frozen=True, slots=True)
class Post:
    """A role that an account holds now: in which section (""; in none), and whose it is if it was lent."""

    role: Role
    section: str = ""
    on_behalf: str = ""  # the account that lent it


@dataclass(frozen=True, slots=True)
class Account:
    """`posts` come own first, lent last: who holds a role himself acts in his own name."""

    name: str
    display_name: str
    posts: tuple[Post, ...]
    active: bool
    must_choose: bool = False  # signed in with a one-time code: an own password comes first

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(post.role for post in self.posts)

    def may(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `token` is what its cookie holds; the store keeps only its digest."""

    token: str
    csrf: str
    account: Account
    begun_at: datetime
    seen_at: datetime


def account_tables(db: Database) -> None:
    """Bring the tables into being; called from one migration of the node and one of the hub."""
    for table in (
        """create table accounts (
            name text primary key, display_name text not null, role text not null, secret_hash text not null,
            active integer not null, failed integer not null, locked_until text, made_at text not null) strict""",
        """create table sessions (
            token_hash text primary key, account text not null references accounts(name), csrf text not null,
            begun_at text not null, seen_at text not null) strict""",
        """create table strangers (
            name_hash text primary key, failed integer not null, locked_until text, last_at text not null) strict""",
        """create table posted_forms (form_id text primary key, url text not null, at text not null) strict""",
    ):
        db.execute(table)
    db.execute("create index sessions_by_account on sessions(account)")


def several_roles(db: Database) -> None:
    """An account has several roles, as text with blanks between; one migration of the node and one of the hub."""
    db.execute("alter table accounts rename column role to roles")


def terms_and_codes(db: Database) -> None:
    """What an account has besides: a term of days, a one-time code, and at a station where it comes from."""
    for column in (
        "valid_from text not null default ''",  # ISO days in China, both included; "" without end
        "valid_to text not null default ''",
        "code_until text not null default ''",  # the secret is a one-time code, and good until then
        "source text not null default ''",  # "hub": managed there; "" made on this machine
        "revision integer not null default 0",  # of what the hub says of the person
        "secret_revision integer not null default 0",  # of the code that it gave out
        "confirmed_at text not null default ''",  # by the head, while the hub was not heard
        "waits integer not null default 0",  # the hub has not been heard for too long: the head confirms first
        "left_at text not null default ''",  # closed for good at this moment
    ):
        db.execute(f"alter table accounts add column {column}")


def secret(password: str) -> Secret:
    """What may be kept of a password. Takes about 20 ms: call it before the unit of work.

    :raises Refused: password-short, for fewer than 10 or more than 200 characters
    """
    least, most = PASSWORD_CHARACTERS
    if not least <= len(password) <= most:
        raise Refused("refused.password-short", least=least, most=most)
    return Secret(_HASHER.hash(_password(password)))


def create_account(
    tx: Database, name: str, display_name: str, roles: Collection[Role], secret: Secret, *, at: datetime
) -> Account:
    """:raises Refused: account-name, account-taken"""
    name = _name(name)
    if not _NAME.fullmatch(name):
        raise Refused("refused.account-name")
    made = tx.execute(
        "insert into accounts (name, display_name, roles, secret_hash, active, failed, made_at)"
        " values (?, ?, ?, ?, 1, 0, ?) on conflict do nothing",
        (name, display_name.strip(), roles_text(roles), secret, stamp(at)),
    )
    if made.rowcount == 0:
        raise Refused("refused.account-taken")
    row = _row(tx, name)
    assert row is not None
    return _account(row)


def set_roles(tx: Database, name: str, roles: Collection[Role]) -> None:
    """In force from the account's next page on.

    :raises Refused: no-account
    """
    _change(tx, name, "roles = ?", roles_text(roles))


def set_password(tx: Database, name: str, secret: Secret) -> None:
    """The old password no longer opens anything, every session is over, and a lock is lifted.

    :raises Refused: no-account
    """
    _change(tx, name, "secret_hash = ?, failed = 0, locked_until = null, code_until = ''", secret)
    end_sessions(tx, name)


def choose_password(tx: Database, open_session: Session, secret: Secret) -> None:
    """A person's own password in the place of a code or of the one before; other browsers are signed out."""
    name = open_session.account.name
    _change(tx, name, "secret_hash = ?, code_until = ''", secret)
    tx.execute("delete from sessions where account = ? and token_hash <> ?", (name, _digest(open_session.token)))


def is_the_same(store: Store, name: str, password: str) -> bool:
    """Whether it opens already: a one-time code is no own password, somebody else has read it. Takes some 20 ms."""
    with store.read() as db:
        row = _row(db, _name(name))
    with _VERIFYING:
        return row is not None and _verifies(row["secret_hash"], password)


def end_sessions(tx: Database, name: str) -> None:
    tx.execute("delete from sessions where account = ?", (_name(name),))


def set_active(tx: Database, name: str, active: bool) -> None:
    """An account that is not active cannot sign in, and its sessions are over. Accounts are never deleted.

    :raises Refused: no-account
    """
    _change(tx, name, "active = ?", int(active))
    if not active:
        end_sessions(tx, name)


def lift_lock(tx: Database, name: str) -> None:
    """:raises Refused: no-account"""
    _change(tx, name, "failed = ?, locked_until = null", 0)


def account(db: Database, name: str) -> Account:
    """:raises Refused: no-account"""
    row = _row(db, _name(name))
    if row is None:
        raise Refused("refused.no-account")
    return _account(row)


def accounts(db: Database) -> list[Account]:
    return [_account(row) for row in db.query("select * from accounts order by name")]


# -- signing in and out


def sign_in(store: Store, name: str, password: str, *, at: datetime) -> Session:
    """A new session; failures are forgotten.

    Not called inside a unit of work: it reads, verifies with nothing held, and then writes.
    :raises Refused: sign-in (also for a name that does not exist or is not active), locked-out, sign-in-busy
    """
    name = _name(name)
    with _turn():
        with store.read() as db:
            row = _row(db, name)
            _require_unlocked(db, name, at)
        with _VERIFYING:
            right = _verifies(row["secret_hash"] if row else _nobodys_secret(), password)
        with store.write() as tx:
            _require_unlocked(tx, name, at)  # another attempt may have locked it while this one was verified
            now = _row(tx, name)
            if right and row and now and _opens(now, at) and now["secret_hash"] == row["secret_hash"]:
                if now["waits"]:
                    raise Refused("refused.account-unconfirmed")
                return _begin(tx, _account(now), at)
            wait = _count_failure(tx, name, known=now is not None, at=at)
    if wait:
        raise Refused("refused.locked-out", minutes=_minutes(wait))
    raise Refused("refused.sign-in", limit=TRIES)


def session(db: Database, token: str, *, at: datetime) -> Session | None:
    """The live session of a cookie; None if there is none, it idled out, or its account is closed or its term over."""
    rows = list(
        db.query(
            "select s.csrf, s.begun_at, s.seen_at, a.* from sessions s join accounts a on a.name = s.account"
            " where s.token_hash = ? and s.seen_at > ? and s.begun_at > ?",
            (_digest(token), stamp(at - IDLE), stamp(at - LONGEST)),
        )
    )
    if not rows or not in_force(rows[0], at):
        return None
    row = rows[0]
    return Session(token, row["csrf"], _account(row), moment(row["begun_at"]), moment(row["seen_at"]))


def touch(store: Store, open_session: Session, *, at: datetime) -> None:
    """Note that the session was used. Writes at most once in five minutes, so that pages cost no commit.

    A full disk is no reason to keep anybody from reading: the note is then left out.
    """
    if at - open_session.seen_at >= TOUCH:
        with suppress(Refused), store.write() as tx:
            tx.execute("update sessions set seen_at = ? where token_hash = ?", (stamp(at), _digest(open_session.token)))


def sign_out(tx: Database, token: str) -> None:
    tx.execute("delete from sessions where token_hash = ?", (_digest(token),))


# -- inside


@contextmanager
def _turn() -> Iterator[None]:
    if not _ASKING.acquire(blocking=False):
        raise Refused("refused.sign-in-busy")
    try:
        yield
    finally:
        _ASKING.release()


def _begin(tx: Database, account: Account, at: datetime) -> Session:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    tx.execute("update accounts set failed = 0, locked_until = null where name = ?", (account.name,))
    tx.execute("delete from sessions where seen_at <= ?", (stamp(at - IDLE),))
    tx.execute(
        "insert into sessions (token_hash, account, csrf, begun_at, seen_at) values (?, ?, ?, ?, ?)",
        (_digest(token), account.name, csrf, stamp(at), stamp(at)),
    )
    return Session(token, csrf, account, at, at)


def _require_unlocked(db: Database, name: str, at: datetime) -> None:
    rows = list(
        db.query(
            "select locked_until from accounts where name = :name union all"
            " select locked_until from strangers where name_hash = :digest",
            {"name": name, "digest": _digest(name)},
        )
    )
    for row in rows:
        if row["locked_until"] and (until := moment(row["locked_until"])) > at:
            raise Refused("refused.locked-out", minutes=_minutes(until - at))


def _count_failure(tx: Database, name: str, *, known: bool, at: datetime) -> timedelta | None:
    """How long the name now waits, if this failure was one too many."""
    if not known:
        tx.execute(
            "insert into strangers (name_hash, failed, last_at) values (?, 0, ?) on conflict do update set last_at = ?",
            (_digest(name), stamp(at), stamp(at)),
        )
        tx.execute(
            "delete from strangers where name_hash in"
            " (select name_hash from strangers order by last_at desc limit -1 offset ?)",
            (STRANGERS_KEPT,),
        )
    where = ("accounts", "name", name) if known else ("strangers", "name_hash", _digest(name))
    return _raise_counter(tx, *where, at)


def _raise_counter(tx: Database, table: str, column: str, key: str, at: datetime) -> timedelta | None:
    update = f"update {table} set failed = failed + 1 where {column} = ? returning failed"
    failed = int(tx.execute(update, (key,)).fetchone()["failed"])
    if failed % TRIES:
        return None
    wait = min(FIRST_WAIT * (1 << min(failed // TRIES - 1, 8)), LONGEST_WAIT)
    lock = f"update {table} set locked_until = ? where {column} = ?"
    tx.execute(lock, (stamp(at + wait), key))
    return wait


def _change(tx: Database, name: str, what: str, value: object) -> None:
    changed = tx.execute(f"update accounts set {what} where name = ?", (value, _name(name)))
    if changed.rowcount == 0:
        raise Refused("refused.no-account")


def _row(db: Database, name: str) -> dict[str, Any] | None:
    return next(iter(list(db.query("select * from accounts where name = ?", (name,)))), None)


def _account(row: dict[str, Any]) -> Account:
    posts = tuple(Post(Role(role)) for role in row["roles"].split())
    return Account(row["name"], row["display_name"], posts, bool(row["active"]), bool(row["code_until"]))


def in_force(row: Mapping[str, Any], at: datetime) -> bool:
    """Active, and `at` is within the term; days are days in China."""
    day = at.astimezone(CHINA).date().isoformat()
    return bool(row["active"]) and row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])


def _opens(row: Mapping[str, Any], at: datetime) -> bool:
    return in_force(row, at) and (not row["code_until"] or stamp(at) < row["code_until"])


def roles_text(roles: Collection[Role]) -> str:
    """As the table keeps them: in the order of Role, a blank between."""
    return " ".join(role for role in Role if role in {Role(one) for one in roles})


def _verifies(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, _password(password[: PASSWORD_CHARACTERS[1] + 1]))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_secret() -> Secret:
    return Secret(_HASHER.hash(secrets.token_hex(16)))


def _name(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _password(password: str) -> str:
    """The same password from every keyboard: full-width and composed forms count as one."""
    return unicodedata.normalize("NFKC", password)


def _minutes(wait: timedelta) -> int:
    return max(1, -(-int(wait.total_seconds()) // 60))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
