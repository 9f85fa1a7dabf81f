"""Who has taken which case in hand. A courtesy among colleagues, not a right: no act asks for it.

A claim is a line of this hub and is told to nobody. It ends when the person gives the case back, when a colleague
takes it over with a reason, and by itself when the case goes on to another link.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from protocol.cases.case import Case
from protocol.cases.duties import ROLES_OF, STATION_LINKS
from protocol.cases.words import Link
from protocol.clock import moment, stamp
from protocol.clocks.states import ClockState
from protocol.console.accounts import Account
from protocol.errors import Refused

TAKEN_OVER_AFTER = timedelta(hours=4)  # a colleague's case, with a reason


@dataclass(frozen=True, slots=True)
class Holding:
    case: str
    account: str
    section: str
    since: str

    def may_be_taken_over(self, at: datetime) -> bool:
        return at - moment(self.since) >= TAKEN_OVER_AFTER


def links_of(account: Account) -> list[Link]:
    """The links of the hub at which this person works today, in the order of the pipeline."""
    return [
        link
        for link in Link
        if link not in STATION_LINKS and link is not Link.SUPERVISION and account.may(*ROLES_OF[link])
    ]


def claim(tx: Database, case_id: str, account: Account, at: datetime) -> None:
    """The case is in this person's hands. What was claimed before by him stays as it was.

    :raises Refused: not-at-your-link, held: a colleague has it
    """
    link = _link_here(tx, case_id, account)
    held = holding(tx, case_id)
    if held is not None:
        if held.account != account.name:
            raise Refused("refused.held")
        return
    _write(tx, case_id, account, link, at)


def take_over(tx: Database, case_id: str, account: Account, at: datetime) -> None:
    """From a colleague who has had it for some hours. Whoever calls writes the reason into the record.

    :raises Refused: not-at-your-link, held: not for long enough
    """
    link = _link_here(tx, case_id, account)
    held = holding(tx, case_id)
    if held is not None and held.account != account.name and not held.may_be_taken_over(at):
        raise Refused("refused.held")
    tx.execute("delete from holdings where case_id = ?", (case_id,))
    _write(tx, case_id, account, link, at)


def release(tx: Database, case_id: str, account: Account) -> bool:
    """False if it was not this person's."""
    done = tx.execute("delete from holdings where case_id = ? and account = ?", (case_id, account.name))
    return done.rowcount > 0


def holding(db: Database, case_id: str) -> Holding | None:
    return holdings(db, [case_id]).get(case_id)


def holdings(db: Database, cases: Collection[str]) -> dict[str, Holding]:
    marks = ", ".join("?" * len(cases))
    rows = db.execute(
        f"select case_id, account, section, since from holdings where case_id in ({marks})", list(cases)
    ).fetchall()
    return {str(row[0]): Holding(str(row[0]), str(row[1]), str(row[2]), str(row[3])) for row in rows}


def follow_holdings(tx: Database, case_id: str, case: Case | None, states: tuple[ClockState, ...]) -> None:
    """A follower of the standing: a case that has gone on to another link is nobody's there yet."""
    link = case.link if case is not None else None
    tx.execute("delete from holdings where case_id = ? and link != ?", (case_id, link or ""))


def _link_here(tx: Database, case_id: str, account: Account) -> Link:
    row = tx.execute("select link from standing where case_id = ?", (case_id,)).fetchone()
    if row is None or row[0] not in links_of(account):
        raise Refused("refused.not-at-your-link")
    return Link(row[0])


def _write(tx: Database, case_id: str, account: Account, link: Link, at: datetime) -> None:
    section = next((post.section for post in account.posts if post.role in ROLES_OF[link]), "")
    tx.execute(
        "insert into holdings (case_id, account, section, link, since) values (?,?,?,?,?)",
        (case_id, account.name, section, link, stamp(at)),
    )
