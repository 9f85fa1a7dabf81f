"""The people of the district: who they are, at which stations they work, and since when they are gone.

The hub owns them. A station hears of its own people through the journal, at a revision: so a leaver travels like
any decision, over the wire or on a stick, and what is given back after a lost disk brings the hub up to what it
had said. Passwords do not travel; a one-time code does, as an argon2id hash in a sealed letter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.cases.acts import decode_act
from protocol.cases.rules import Role
from protocol.clock import CHINA, moment, stamp
from protocol.console import accounts, managed
from protocol.console.accounts import Account, Secret
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind, PersonTold
from protocol.exchange.topics import HUB

AT_A_STATION = frozenset({Role.CLERK, Role.HEAD})
NOBODYS = frozenset({Role.APPLICANT, Role.SYSTEM})  # never an account
NOTICE = "acted-after-leaving"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PersonTold).decode


@dataclass(frozen=True, slots=True)
class Posting:
    """A person's work at one station; without roles it is over."""

    station: str
    roles: frozenset[Role]
    from_day: str
    to_day: str
    told: int  # revision that was written into the station's journal
    arrived: bool  # and the station has receipted it


def people_tables(db: Database) -> None:
    """Called from one migration of the hub."""
    db.executescript("""
    create table postings (
        account text not null references accounts (name),
        station text not null,
        roles text not null,            -- as accounts.roles; '' once it is over
        from_day text not null,
        to_day text not null,
        told integer not null default 0,    -- revision
        told_place integer not null default 0,  -- of the entry
        primary key (account, station)
    ) without rowid;
    create table given_codes (          -- the last one-time code, for stations that hear of the person later
        account text primary key references accounts (name),
        secret text not null,
        revision integer not null,
        until text not null
    ) without rowid;
    """)


# -- who changes what


def enter(tx: Database, name: str, display_name: str, secret: Secret, *, at: datetime) -> Account:
    """A new person, without any role yet, with a one-time code.

    :raises Refused: account-name, account-taken
    """
    made = accounts.create_account(tx, name, display_name, (), secret, at=at)
    _give_code(tx, made.name, secret, at)
    return made


def set_roles(tx: Database, name: str, roles: Collection[Role], *, by: str, at: datetime) -> None:
    """The roles that belong to no section. Those of a station come by a posting.

    :raises Refused: own-roles, last-admin, no-account, forbidden
    """
    _not_oneself(name, by)
    if not AT_A_STATION.isdisjoint(roles) or not NOBODYS.isdisjoint(roles):
        raise Refused("refused.forbidden")
    if Role.ADMIN not in roles:
        _not_the_last_admin(tx, name, at)
    accounts.set_roles(tx, name, roles)


def give_code(tx: Database, pen: Journal, name: str, secret: Secret, *, at: datetime) -> None:
    """The old password is gone here and, when they hear of it, at the person's stations.

    :raises Refused: no-account
    """
    _give_code(tx, name, secret, at)
    tell(tx, pen, name, at=at)


def post(
    tx: Database, pen: Journal, name: str, station: str, roles: Collection[Role], term: tuple[str, str], *,
    by: str, at: datetime,
) -> None:  # fmt: skip
    """From here on the person works at the station in these roles; without roles no longer.

    :raises Refused: own-roles, no-account, no-station, days, forbidden
    """
    _not_oneself(name, by)
    accounts.account(tx, name)
    if not AT_A_STATION.issuperset(roles):
        raise Refused("refused.forbidden")
    if tx.execute("select 1 from stations where name = ?", (station,)).fetchone() is None:
        raise Refused("refused.no-station")
    first, last = checked_term(*term)
    if not roles:
        last = at.astimezone(CHINA).date().isoformat()
    tx.execute(
        "insert into postings (account, station, roles, from_day, to_day) values (?,?,?,?,?) on conflict do update set"
        " roles = excluded.roles, from_day = excluded.from_day, to_day = excluded.to_day",
        (name, station, accounts.roles_text(roles), first, last),
    )
    tell(tx, pen, name, at=at)


def leave(tx: Database, pen: Journal, name: str, last_day: str, *, by: str, at: datetime) -> None:
    """The person is gone after `last_day` (ISO; "": at once). Sessions end when that is so, here and at the stations.

    :raises Refused: own-roles, last-admin, no-account, days
    """
    _not_oneself(name, by)
    _not_the_last_admin(tx, name, at)
    _, last = checked_term("", last_day)
    over = not last or end_of(last) <= at
    left = (end_of(last) if last else at) if over else None
    accounts.set_active(tx, name, not over)
    tx.execute(
        "update accounts set valid_to = ?, left_at = ? where name = ?", (last, stamp(left) if left else "", name)
    )
    tell(tx, pen, name, at=at)


def stay(tx: Database, pen: Journal, name: str, *, by: str, at: datetime) -> None:
    """leave() was a mistake, or the person has come back.

    :raises Refused: own-roles, no-account
    """
    _not_oneself(name, by)
    accounts.set_active(tx, name, True)
    tx.execute("update accounts set valid_to = '', left_at = '' where name = ?", (name,))
    tell(tx, pen, name, at=at)


def _not_oneself(name: str, by: str) -> None:
    if name == by:
        raise Refused("refused.own-roles")


def _not_the_last_admin(tx: Database, name: str, at: datetime) -> None:
    """An administrator whose term has an end does not count: the day will come."""
    if Role.ADMIN not in accounts.account(tx, name).roles:
        return
    rows = tx.query("select * from accounts where name <> ? and valid_to = ''", (name,))
    if not any(accounts.in_force(row, at) and Role.ADMIN in row["roles"].split() for row in rows):
        raise Refused("refused.last-admin")


def _give_code(tx: Database, name: str, secret: Secret, at: datetime) -> None:
    until = managed.give_code(tx, name, secret, at=at)
    tx.execute(
        "insert into given_codes (account, secret, revision, until) values (?,?,1,?) on conflict do update set"
        " secret = excluded.secret, revision = revision + 1, until = excluded.until",
        (name, secret, until),
    )


# -- days


def checked_term(first: str, last: str) -> tuple[str, str]:
    """:raises Refused: days: not days, or the last before the first"""
    try:
        days = [date.fromisoformat(day).isoformat() if day else "" for day in (first, last)]
    except ValueError as why:
        raise Refused("refused.days") from why
    if days[0] and days[1] and days[1] < days[0]:
        raise Refused("refused.days")
    return days[0], days[1]


def end_of(day: str) -> datetime:
    """Midnight in China after this ISO day."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), CHINA).astimezone(UTC)


# -- telling the stations


def tell(tx: Database, pen: Journal, name: str, *, at: datetime) -> None:
    """Every station where the person works or has worked hears how it now stands, at one new revision."""
    tx.execute("update accounts set revision = revision + 1 where name = ?", (name,))
    row = next(iter(tx.query("select * from accounts where name = ?", (name,))))
    code = tx.execute("select secret, revision, until from given_codes where account = ?", (name,)).fetchone()
    for posting in postings(tx, name):
        told = PersonTold(
            account=name,
            name=row["display_name"],
            roles=sorted(posting.roles),
            active=bool(row["active"]),
            valid_from=posting.from_day,
            valid_to=posting.to_day,
            last_day=row["valid_to"],
            revision=row["revision"],
            secret=code[0] if code else "",
            secret_revision=code[1] if code else 0,
            code_until=code[2] if code else "",
        )
        pen.write(tx, posting.station, Kind.PERSON, _encode(told), by=HUB, at=at)


def hear_person(tx: Database, heard: Heard) -> None:
    """The handler of Kind.PERSON: our own word, as it was written or given back after our disk was lost."""
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    try:
        told = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="person") from why
    row = tx.execute("select revision from accounts where name = ?", (told.account,)).fetchone()
    if row is None or row[0] < told.revision:
        _remember(tx, told, heard, known=row is not None)
    term = (told.valid_from, told.valid_to, told.revision, heard.place)
    tx.execute(
        "insert into postings (account, station, roles, from_day, to_day, told, told_place) values (?,?,?,?,?,?,?)"
        " on conflict do update set roles = excluded.roles, from_day = excluded.from_day, to_day = excluded.to_day,"
        " told = excluded.told, told_place = excluded.told_place where excluded.told > postings.told",
        (told.account, heard.reader, " ".join(told.roles), *term),
    )


def _remember(tx: Database, told: PersonTold, heard: Heard, *, known: bool) -> None:
    """The store is older than what it once said. Roles in sections were never told: they are as old as the store.

    A code that was given out since then takes the place of the password here too: it was given because that one was
    forgotten or known to others. It is good for as long as it was, and an own password comes first.
    """
    if not known:
        tx.execute(
            "insert into accounts (name, display_name, roles, secret_hash, active, failed, made_at)"
            " values (?,?,'','',1,0,?)",
            (told.account, told.name, heard.at),
        )
    tx.execute(
        "update accounts set display_name = ?, active = ?, valid_to = ?, revision = ?, left_at = ? where name = ?",
        (told.name, int(told.active), told.last_day, told.revision, "" if told.active else heard.at, told.account),
    )
    row = tx.execute("select revision from given_codes where account = ?", (told.account,)).fetchone()
    if told.secret_revision > (row[0] if row else 0):
        accounts.set_password(tx, told.account, Secret(told.secret))
        tx.execute("update accounts set code_until = ? where name = ?", (told.code_until, told.account))
        tx.execute(
            "insert or replace into given_codes (account, secret, revision, until) values (?,?,?,?)",
            (told.account, told.secret, told.secret_revision, told.code_until),
        )


# -- reading


def postings(db: Database, name: str) -> list[Posting]:
    rows = db.execute(
        "select p.station, p.roles, p.from_day, p.to_day, p.told,"
        " coalesce((p.told_place & ((1 << 40) - 1)) <= e.told, 0)"
        " from postings p left join epochs e on e.id = p.told_place >> 40 where p.account = ? order by p.station",
        (name,),
    ).fetchall()
    return [
        Posting(row[0], frozenset(Role(role) for role in row[1].split()), row[2], row[3], row[4], bool(row[5]))
        for row in rows
    ]


def stations_of(db: Database) -> dict[str, list[str]]:
    """Account -> stations where it works, for the list."""
    found: dict[str, list[str]] = {}
    for name, station in db.execute("select account, station from postings where roles <> '' order by station"):
        found.setdefault(name, []).append(station)
    return found


# -- acts of people who had left


def gone_since(db: Database, name: str, station: str) -> datetime | None:
    """From when on this person no longer worked at the station; None: nothing is known of an end."""
    row = db.execute(
        "select a.left_at, a.valid_to, p.to_day from postings p join accounts a on a.name = p.account"
        " where p.account = ? and p.station = ?",
        (name, station),
    ).fetchone()
    if row is None:
        return None
    ends: Iterable[datetime] = [
        *([moment(row[0])] if row[0] else []),
        *(end_of(day) for day in (row[1], row[2]) if day),
    ]
    return min(ends, default=None)


def watch_act(tx: Database, heard: Heard) -> None:
    """An act of somebody who had left when he did it stands: the citizen loses nothing. A supervisor looks at it."""
    if heard.author == HUB:
        return
    gone = gone_since(tx, heard.by, heard.author)
    if gone is None or moment(heard.at) <= gone:
        return
    act = decode_act(heard.body)
    when = moment(heard.at).astimezone(CHINA)
    detail: dict[str, object] = {"peer": heard.author, "act": act.act, "why": f"{when:%Y-%m-%d %H:%M}"}
    attention.put_once(tx, NOTICE, act.id, at=heard.heard_at, case=act.case, detail=detail)
