"""Sections of the agency, who works in them in which role, and who stands in for whom.

A role in a section is held from a day to a day; a delegation ends by itself at midnight in China. Whoever acts in
a lent role acts on behalf of the lender, and both names are in the act. That one person may not do two links of
the same case is judged case by case (protocol/cases); here it is only said.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from hub.people import checked_term
from protocol.cases.duties import CONFLICTS, ROLES_OF, STATION_LINKS
from protocol.cases.rules import Role
from protocol.cases.words import Duty, Link
from protocol.clock import CHINA, stamp
from protocol.console import accounts
from protocol.console.accounts import Account, Post
from protocol.errors import Refused

_CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
DELIVERED = Path(__file__).parent / "sections.toml"
LINKS = tuple(link for link in Link if link not in STATION_LINKS)  # a section of the agency has one of these
# held without a section: for the whole agency, or no case work at all
BARE = (Role.LEADER, Role.AUDITOR, Role.EDITOR, Role.PUBLISHER, Role.OPERATOR, Role.ADMIN)
MAY_LEND_FOR = (Role.LEADER, Role.ADMIN)  # may write a delegation for somebody else
# who grants roles, who watches, and who signs the law with a key of his own is that person and nobody in his place
NOT_LENT = frozenset({Role.ADMIN, Role.AUDITOR, Role.EDITOR, Role.PUBLISHER})
_ROLE_OF_DUTY = {
    Duty.ACCEPTANCE: Role.ACCEPTOR,
    Duty.REVIEW: Role.REVIEWER,
    Duty.SURVEY: Role.SURVEYOR,
    Duty.APPROVAL: Role.APPROVER,
    Duty.ISSUANCE: Role.ISSUER,
}


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    name: str
    name_en: str
    link: Link
    organ: str
    active: bool


@dataclass(frozen=True, slots=True)
class Membership:
    id: int
    account: str
    section: str
    role: Role
    from_day: str
    to_day: str

    def holds_on(self, day: str) -> bool:
        return self.from_day <= day and (not self.to_day or day <= self.to_day)


@dataclass(frozen=True, slots=True)
class Delegation:
    id: int
    lender: str
    borrower: str
    role: Role
    section: str
    from_day: str
    to_day: str
    reason: str
    written_by: str
    ended_at: str

    def holds_on(self, day: str) -> bool:
        return not self.ended_at and self.from_day <= day <= self.to_day


def section_tables(db: Database) -> None:
    """Called from one migration of the hub; the delivered sections are there from the first start on."""
    db.executescript("""
    create table sections (
        code text primary key,
        name text not null,
        name_en text not null,
        link text not null,             -- protocol.cases.words.Link
        organ text not null,
        active integer not null
    ) without rowid;
    create table memberships (
        id integer primary key,
        account text not null references accounts (name),
        section text not null references sections (code),
        role text not null,
        from_day text not null,
        to_day text not null
    );
    create index memberships_by_account on memberships (account);
    create table delegations (
        id integer primary key,
        lender text not null references accounts (name),
        borrower text not null references accounts (name),
        role text not null,
        section text not null,          -- '' for a role without one
        from_day text not null,
        to_day text not null,
        reason text not null,
        written_by text not null,
        written_at text not null,
        ended_at text not null default '',
        ended_by text not null default ''
    );
    create index delegations_by_borrower on delegations (borrower);
    """)
    for one in tomllib.loads(DELIVERED.read_text("utf-8"))["section"]:
        save(db, Section(one["code"], one["name"], one["name_en"], Link(one["link"]), one["organ"], True))


# -- sections


def save(tx: Database, section: Section) -> None:
    """A new section, or the same one as it is now. Codes stay; sections are never deleted.

    :raises Refused: no-section: not a code
    """
    if not _CODE.fullmatch(section.code):
        raise Refused("refused.no-section")
    tx.execute(
        "insert into sections (code, name, name_en, link, organ, active) values (?,?,?,?,?,?) on conflict do update"
        " set name = excluded.name, name_en = excluded.name_en, link = excluded.link, organ = excluded.organ,"
        " active = excluded.active",
        (section.code, section.name, section.name_en, section.link, section.organ, int(section.active)),
    )


def sections(db: Database) -> list[Section]:
    """In the order of the pipeline."""
    rows = db.execute("select code, name, name_en, link, organ, active from sections order by code").fetchall()
    found = [Section(row[0], row[1], row[2], Link(row[3]), row[4], bool(row[5])) for row in rows]
    return sorted(found, key=lambda one: list(Link).index(one.link))


# -- who works in them


def join(tx: Database, name: str, section: str, role: Role, term: tuple[str, str], *, by: str) -> None:
    """:raises Refused: own-roles, no-account, no-section, forbidden: not a role of that section; days"""
    if name == by:
        raise Refused("refused.own-roles")
    accounts.account(tx, name)
    first, last = checked_term(*term)
    found = next((one for one in sections(tx) if one.code == section and one.active), None)
    if found is None:
        raise Refused("refused.no-section")
    if role not in ROLES_OF[found.link]:
        raise Refused("refused.forbidden")
    tx.execute(
        "insert into memberships (account, section, role, from_day, to_day) values (?,?,?,?,?)",
        (name, section, role, first, last),
    )


def quit_(tx: Database, number: int, *, by: str, at: datetime) -> None:
    """Over at once; yesterday was the last day.

    :raises Refused: own-roles, no-section
    """
    found = next((one for one in memberships(tx) if one.id == number), None)
    if found is None:
        raise Refused("refused.no-section")
    if found.account == by:
        raise Refused("refused.own-roles")
    yesterday = (at.astimezone(CHINA).date() - timedelta(days=1)).isoformat()
    tx.execute("update memberships set to_day = ? where id = ?", (yesterday, number))


def memberships(db: Database, name: str = "") -> list[Membership]:
    rows = db.execute(
        "select id, account, section, role, from_day, to_day from memberships where ? in ('', account) order by id",
        (name,),
    ).fetchall()
    return [Membership(row[0], row[1], row[2], Role(row[3]), row[4], row[5]) for row in rows]


def clashes(roles: frozenset[Role]) -> list[tuple[Role, Role]]:
    """Pairs of these roles that one person may not use on the same case."""
    pairs = [(_ROLE_OF_DUTY.get(row.one), _ROLE_OF_DUTY.get(row.other)) for row in CONFLICTS]
    return [(one, other) for one, other in pairs if one and other and {one, other} <= roles]


# -- who stands in for whom


def lend(
    tx: Database, lender: str, borrower: str, role: Role, section: str, term: tuple[str, str], reason: str, *,
    by: Account, at: datetime,
) -> None:  # fmt: skip
    """From the first day to the last the borrower has this role of the lender's, and acts on his behalf.

    :raises Refused: forbidden: a role of NOT_LENT, or written for somebody else by neither the agency's head nor an
        administrator; own-roles: to oneself; not-held; reason-missing; days; no-account
    """
    if role in NOT_LENT:
        raise Refused("refused.forbidden")
    if by.name != lender and not by.may(*MAY_LEND_FOR):
        raise Refused("refused.forbidden")
    if borrower in (lender, by.name):
        raise Refused("refused.own-roles")
    first, last = checked_term(*term)
    if not first or not last:
        raise Refused("refused.days")
    if not reason.strip():
        raise Refused("refused.reason-missing", act="settle")
    if not accounts.account(tx, borrower).active:
        raise Refused("refused.no-account")
    if Post(role, section) not in own_posts(tx, accounts.account(tx, lender), _day(at)):
        raise Refused("refused.not-held")
    tx.execute(
        "insert into delegations (lender, borrower, role, section, from_day, to_day, reason, written_by, written_at)"
        " values (?,?,?,?,?,?,?,?,?)",
        (lender, borrower, role, section, first, last, reason.strip(), by.name, stamp(at)),
    )


def end_lending(tx: Database, number: int, *, by: Account, at: datetime) -> None:
    """Earlier than written. By the lender, whoever borrowed, the agency's head or an administrator.

    :raises Refused: forbidden
    """
    found = next((one for one in delegations(tx) if one.id == number), None)
    if found is None or not may_end(found, by):
        raise Refused("refused.forbidden")
    tx.execute(
        "update delegations set ended_at = ?, ended_by = ? where id = ? and ended_at = ''", (stamp(at), by.name, number)
    )


def may_end(lent: Delegation, by: Account) -> bool:
    return by.name in (lent.lender, lent.borrower) or by.may(*MAY_LEND_FOR)


def delegations(db: Database, borrower: str = "", limit: int = 200) -> list[Delegation]:
    """Latest first."""
    rows = db.execute(
        "select id, lender, borrower, role, section, from_day, to_day, reason, written_by, ended_at from delegations"
        " where ? in ('', borrower) order by id desc limit ?",
        (borrower, limit),
    ).fetchall()
    return [
        Delegation(row[0], row[1], row[2], Role(row[3]), row[4], row[5], row[6], row[7], row[8], row[9]) for row in rows
    ]


# -- what a person is today


def own_posts(db: Database, account: Account, day: str) -> Sequence[Post]:
    """What the account itself says, and the sections that the person works in on this day."""
    in_use = {row[0] for row in db.execute("select code from sections where active = 1").fetchall()}
    in_sections = [
        Post(one.role, one.section)
        for one in memberships(db, account.name)
        if one.section in in_use and one.holds_on(day)
    ]
    return [*in_sections, *account.posts]


def with_posts(db: Database, account: Account, at: datetime) -> Account:
    """The account with everything that the person is at this moment: own, by section, lent."""
    day = _day(at)
    lent = [
        Post(one.role, one.section, one.lender)
        for one in delegations(db, account.name)
        if one.holds_on(day) and _still_holds(db, one, at)
    ]
    return replace(account, posts=(*own_posts(db, account, day), *lent))


def _still_holds(db: Database, lent: Delegation, at: datetime) -> bool:
    """Nobody lends what he has no more, and who has left lends nothing."""
    row = next(iter(db.query("select * from accounts where name = ?", (lent.lender,))))
    lender = accounts.account(db, lent.lender)
    return accounts.in_force(row, at) and Post(lent.role, lent.section) in own_posts(db, lender, _day(at))


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()
