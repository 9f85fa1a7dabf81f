"""The district's look at what stations decided at once: confirmed, or put before a person. No machine refuses anything.

A station's decision is decided again from its intake and its trace, by the signed issue that it names, once every
paper is whole here. What comes to the same is confirmed; anything else is doubted, with what differs, and the head of
the agency confirms it with a reason or reopens the case. Both are written beside the line: the case is the desk's.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlite_utils import Database

from hub.decisions import need_case
from hub.lapses import DOUBT as WRONG_BY
from hub.lawful import away
from protocol import attention
from protocol.casebook import Casebook, tell
from protocol.cases.acts import By, CaseAct
from protocol.cases.case import Case
from protocol.cases.guard import check
from protocol.cases.words import Act, Flag, Role, Side
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item, Mode, StationKind
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind
from protocol.instant.again import WORDS, Doubt, decided_again
from protocol.store import Store

log = logging.getLogger(__name__)

NOTICE = "instant-doubted"  # of protocol/attention.py
RULES = By("rules", Role.SYSTEM)
_KINDS = {kind.value: kind for kind in StationKind}


def instant_tables(db: Database) -> None:
    """Called by a migration."""
    db.execute("create table to_confirm (case_id text primary key, act_id text not null) without rowid")


def note_instant(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook: what waits for our look, and what waits no more."""
    decided = case.decision
    if Flag.PROVISIONAL in case.flags and Flag.DOUBTED not in case.flags and decided is not None:
        tx.conn.execute("insert or ignore into to_confirm (case_id, act_id) values (?,?)", (case.id, decided.id))
    elif len(case.steps) > 1:
        tx.conn.execute("delete from to_confirm where case_id = ?", (case.id,))
        if Flag.DOUBTED not in case.flags:
            attention.settle(tx, NOTICE, case.id, by=act.by.account, at=heard.heard_at)


class Issues(Protocol):
    """The signed issues as the hub holds them."""

    def current(self) -> Catalogue | None: ...

    def numbered(self, number: int) -> Catalogue | None:
        """None where its bytes are not here."""
        ...

    def has_heard_of(self, number: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Confirming:
    """All that is needed to look. `look_next` is called by the clock."""

    store: Store
    pen: Journal
    book: Casebook
    issues: Issues

    def look_next(self, at: datetime, limit: int = 50) -> int:
        """Confirm or doubt up to `limit` decisions whose papers are all here. Returns how many."""
        with self.store.read() as db:
            rows = db.execute("select case_id from to_confirm limit ?", (limit,)).fetchall()
            ready = [str(row[0]) for row in rows if self._can_be_looked_at(db, str(row[0]))]
        done = 0
        for case_id in ready:
            with self.store.write() as tx:
                done += self._look(tx, case_id, at)
        return done

    def _can_be_looked_at(self, db: Database, case_id: str) -> bool:
        """Not before every paper is whole, and the issue that it names, if there ever was one."""
        case = self.book.case(db, case_id)
        if case is None or case.decision is None or case.decision.trace is None or away(db, case):
            return False
        number = case.decision.trace.catalogue
        return self.issues.numbered(number) is not None or not self.issues.has_heard_of(number)

    def _look(self, tx: Database, case_id: str, at: datetime) -> int:
        case = need_case(tx, self.book, case_id)
        if Flag.PROVISIONAL not in case.flags or Flag.DOUBTED in case.flags or case.decision is None:
            tx.execute("delete from to_confirm where case_id = ?", (case_id,))
            return 0
        doubts = self._doubts(tx, case, case.decision)
        reason = "；".join(WORDS[doubt][0] for doubt in doubts)
        act = Act.DOUBT if doubts else Act.CONFIRM
        _write(tx, self.pen, case, act, _id_of(case.decision, act), by=RULES, reason=reason, at=at)
        if doubts:
            log.warning("an instant decision is doubted case=%s why=%s", case_id, ",".join(doubts))
            attention.put_once(
                tx, NOTICE, case.id, at=stamp(at), case=case.id, detail={"number": case.number, "why": reason}
            )
        return 1

    def _doubts(self, db: Database, case: Case, act: CaseAct) -> list[Doubt]:
        intake, trace = act.intake, act.trace
        assert intake is not None
        assert trace is not None
        on = moment(act.at).astimezone(CHINA).date()
        issue, newest = self.issues.numbered(trace.catalogue), self.issues.current()
        if issue is None or newest is None:
            return [Doubt.RULE]
        doubts = []
        item = _pinned(issue, case)
        if item is None:
            return [Doubt.RULE]
        if any(_in_force(one, case.item, on) != case.item_version for one in (issue, newest)):
            doubts.append(Doubt.VERSION)
        row = db.execute("select tier from stations where name = ?", (intake.station,)).fetchone()
        kind = _KINDS.get(str(row[0]) if row is not None else "", StationKind.TOWN)
        if newest.mode(intake.station, kind, case.item, on).mode is not Mode.DECIDE:
            doubts.append(Doubt.AUTHORITY)
        heard = db.execute("select heard_at from cases where id = ?", (case.id,)).fetchone()
        if moment(act.at) > moment(str(heard[0])) + WRONG_BY:
            doubts.append(Doubt.CLOCK)
        return doubts + decided_again(act, item, issue.extras)


def confirm(
    tx: Database, pen: Journal, book: Casebook, case_id: str, act_id: bytes, *, reason: str, by: By, at: datetime
) -> None:
    """The head of the agency has looked at what was doubted, and it stands.

    :raises Refused: reason-missing; not-open, where nothing waits to be confirmed; role
    """
    case = need_case(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.CONFIRM)
    if Flag.DOUBTED not in case.flags:
        raise Refused("refused.not-open", act=Act.CONFIRM, status=str(case.status))
    _write(tx, pen, case, Act.CONFIRM, act_id.hex(), by=by, reason=reason.strip(), at=at)


def _write(tx: Database, pen: Journal, case: Case, act: Act, act_id: str, *, by: By, reason: str, at: datetime) -> None:
    decided = case.decision
    assert decided is not None
    told = CaseAct(
        case=case.id, id=act_id, act=act, follows=case.tip, by=by, at=stamp(at), reason=reason, request=decided.id,
        licence=decided.licence if act is Act.CONFIRM else None,
    )  # fmt: skip
    check(case, act, Side.HUB, by, told)
    pen.write(tx, case.station, Kind.CASE_ACT, tell(told), by=by.account, at=at, case=case.id)


def _id_of(decided: CaseAct, act: Act) -> str:
    """A hub that has lost its disk and looks again says the same act."""
    return hashlib.sha256(f"{decided.id}/{act}".encode()).hexdigest()[:32]


def _pinned(issue: Catalogue, case: Case) -> Item | None:
    try:
        return issue.item(case.item, case.item_version)
    except Refused:
        return None


def _in_force(issue: Catalogue, code: str, on: date) -> int:
    """The version in force on a day, 0 if there is none."""
    try:
        return issue.current(code, on).version
    except Refused:
        return 0
