"""Decided on the spot: what a station may decide by signed rules while the applicant waits (秒批秒办).

Granted or handed to a person, never refused; what goes to a person is an ordinary case with the reasons in it. Nothing
here asks the wire: the rules say how old what this station knows may be. What is granted is provisional until the
district has looked at it, and numbered without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

import msgspec
from sqlite_utils import Database

from node import desk
from node.drafts import Draft, Ready, discard_draft, need_draft, readiness
from node.matters import Application, case_of_matter, commitments
from node.numbering import next_number
from protocol.casebook import Casebook, tell
from protocol.cases.acts import Applicant, By, CaseAct, Intake, LicenceTerms, decode_act, decode_retold
from protocol.cases.guard import check
from protocol.cases.judging import GRANTS
from protocol.cases.rules import Act, Role, Side, Status
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import InstantInput, InstantOutcome, InstantRule, Item, LimitKind, Mode, Unit
from protocol.catalogue.items import StationQuestion as Question
from protocol.catalogue.reference import ReferenceList, list_in
from protocol.clock import CHINA, moment, stamp
from protocol.documents.kinds import Kind, number_of
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind as Told
from protocol.exchange.topics import HUB
from protocol.instant.deciding import Decision, Given, Reason, Why, decide
from protocol.instant.inputs import NOTHING, collect
from protocol.licences import last_day

RULES = "rules"  # in the place of an account: nobody's, and no person can have it
_UNDER_WAY = (Status.RECEIVED, Status.RETURNED, Status.ACCEPTED, Status.REVIEWED)


def instant_tables(db: Database) -> None:
    """Called by a migration."""
    db.executescript("""
    create table applicants (           -- of the cases here: so that one person's cases for one item are found at once
        case_id text primary key,
        item text not null,
        person text not null            -- ID number or credit code
    ) without rowid;
    create index applicants_by_person on applicants (person, item);
    """)


def applicants_of_older_cases(db: Database) -> None:
    """Called by a later migration: the cases that were here before the table was are counted and offered, too."""
    for case_id, body, is_copy in db.conn.execute(
        "select a.case_id, e.body, a.copy from acts a join entries e on e.place = a.place"
        " where a.inner_ = 0 and e.body is not null"
    ):
        act = decode_retold(body).told.act if is_copy else decode_act(body)
        _note(db, case_id, act)


def note_applicant(tx: Database, heard: Heard, act: CaseAct, case: object) -> None:
    """A listener of the casebook."""
    _note(tx, act.case, act)


def _note(tx: Database, case_id: str, act: CaseAct) -> None:
    if act.intake is not None and act.intake.applicant.number:
        tx.conn.execute(
            "insert or ignore into applicants (case_id, item, person) values (?,?,?)",
            (case_id, act.intake.item, act.intake.applicant.number),
        )


class Shelf(Protocol):
    """What is signed and in force here."""

    catalogue: Catalogue

    def mode(self, item: Item, on: date) -> Mode: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `decision` None: there was nothing to decide by, and it was taken in as any other."""

    number: str
    granted: bool
    decision: Decision | None


def try_now(
    tx: Database,
    pen: Journal,
    book: Casebook,
    shelf: Shelf,
    draft_id: str,
    application: Application,
    *,
    by: By,
    at: datetime,
    clock_is_good: bool = True,
) -> Outcome:
    """The case is decided and its result can be handed over, or it is on its way to a person; either way it is on this
    disk and owed to the district when the caller's unit of work is left. The case has the id of the draft.

    `by` is the clerk at whose counter it happens, or the kiosk's.
    :raises Refused: what keeps any draft from being submitted: readiness(), no-draft
    """
    draft, ready = desk.need_ready(tx, draft_id, application, at)
    on = at.astimezone(CHINA).date()
    decision = _look(tx, book, shelf, draft, ready, application, at, clock_is_good)
    if decision is None or not decision.granted:
        trace = decision.trace if decision is not None else None
        modes = {part.item.code: shelf.mode(part.item, on).value for part in application.parts}
        return Outcome(
            desk.submit(tx, pen, draft_id, application, by=by, at=at, mode=modes, trace=trace), False, decision
        )
    (part,) = application.parts
    case_id = case_of_matter(draft_id, 0)
    number = next_number(tx, pen.party, case_id, at)
    intake = desk.intake_of(application, part, draft, ready, number, pen.party, "", Mode.DECIDE.value)
    act = CaseAct(
        case=case_id,
        id=case_id,
        act=Act.DECIDE_AT_ONCE,
        follows=None,
        by=By(RULES, Role.SYSTEM, by.name, on_behalf=by.account),
        at=stamp(at),
        intake=intake,
        reason="；".join(one.reason for one in decision.hits),
        basis=_statute(part.item),
        number=number_of(Kind.INSTANT, number),
        licence=_licence(part.item, intake.applicant, number, on),
        trace=decision.trace,
    )
    check(None, Act.DECIDE_AT_ONCE, Side.STATION, act.by, act)
    pen.write(tx, HUB, Told.CASE_ACT, tell(act), by=by.account, at=at, case=case_id)
    discard_draft(tx, draft_id)
    return Outcome(number, True, decision)


def offer(
    db: Database,
    book: Casebook,
    shelf: Shelf,
    draft_id: str,
    application: Application,
    at: datetime,
    *,
    clock_is_good: bool = True,
) -> Decision | None:
    """What try_now() would come to at this moment, and why; None where this station decides nothing of the kind, or the
    draft is not ready.
    """
    draft = need_draft(db, draft_id)
    # the promise is signed with the press itself
    draft = replace(draft, details=msgspec.structs.replace(draft.details, committed=True))
    ready = readiness(application, draft, at.astimezone(CHINA).date())
    if not ready.is_good or not desk.comes_after(db, application.form, draft.details.after):
        return None
    return _look(db, book, shelf, draft, ready, application, at, clock_is_good)


def rule_here(shelf: Shelf, application: Application, on: date) -> InstantRule | None:
    """The rule by which this station decides on a day: signed and published, and the power to decide beside it."""
    if application.is_matter or shelf.catalogue.number == 0:
        return None
    rule = application.form.instant
    if rule is None or not rule.rules or shelf.mode(application.form, on) is not Mode.DECIDE:
        return None
    return rule


def _look(
    db: Database,
    book: Casebook,
    shelf: Shelf,
    draft: Draft,
    ready: Ready,
    application: Application,
    at: datetime,
    clock_is_good: bool,
) -> Decision | None:
    on = at.astimezone(CHINA).date()
    rule = rule_here(shelf, application, on)
    if rule is None or draft.supplements is not None:
        return None
    (part,) = application.parts
    case_id = case_of_matter(draft.id, 0)
    intake = desk.intake_of(application, part, draft, ready, "", book.party, "", Mode.DECIDE.value)
    knows = StationKnows(db, book, intake, shelf.catalogue.extras, at)
    found = decide(rule, collect(rule, intake, at, knows), at, case=case_id, catalogue=shelf.catalogue.number)
    against = []
    if not clock_is_good:
        against.append(Reason(Why.CLOCK))
    if intake.lacking:
        against.append(Reason(Why.LACKING))
    if part.item.commitment is not None and not intake.committed and commitments(application, draft.known):
        against.append(Reason(Why.UNSIGNED))
    if shelf.catalogue.current(part.item.code, on).version != part.item.version:
        against.append(Reason(Why.VERSION))
    return _for_a_person(found, tuple(against)) if against else found


def _for_a_person(found: Decision, against: tuple[Reason, ...]) -> Decision:
    trace = msgspec.structs.replace(
        found.trace, outcome=InstantOutcome.PERSON, against=[str(one.why) for one in against]
    )
    return replace(found, outcome=InstantOutcome.PERSON, reasons=found.reasons + against, trace=trace)


class StationKnows:
    """What this station's own records say of an applicant; `at` is now."""

    def __init__(self, db: Database, book: Casebook, intake: Intake, parts: Mapping[str, bytes], at: datetime) -> None:
        self._db, self._book, self._intake, self._parts, self._at = db, book, intake, parts, at

    def station(self, one: InstantInput) -> Given:
        """Cases under way are counted from what is here: one that the district has ended meanwhile is counted all the
        same, so it errs towards a person. What was granted is known as of the district's last word."""
        mine = self._cases()
        match one.of:
            case Question.OPEN_CASES:
                return Given(sum(status in _UNDER_WAY for _, status in mine), self._at)
            case Question.GRANTED_CASES:
                row = self._db.execute("select heard_at from peers where name = ?", (HUB,)).fetchone()
                heard = moment(str(row[0])) if row is not None and row[0] else None
                return Given(sum(self._was_granted(case_id) for case_id, _ in mine), heard)
            case _:
                return NOTHING

    def reference(self, name: str) -> ReferenceList | None:
        return list_in(self._parts, name)

    def _cases(self) -> list[tuple[str, str]]:
        rows = self._db.execute(
            "select c.id, c.status from applicants a join cases c on c.id = a.case_id where a.person = ? and a.item = ?",
            (self._intake.applicant.number, self._intake.item),
        ).fetchall()
        return [(str(row[0]), str(row[1])) for row in rows]

    def _was_granted(self, case_id: str) -> bool:
        case = self._book.case(self._db, case_id)
        return case is not None and case.decision is not None and case.decision.act in GRANTS


def _statute(item: Item) -> str:
    """The article that lets it be decided on the spot."""
    return next(
        (
            limit.basis
            for limit in item.limits
            if limit.what is LimitKind.DECISION and limit.unit is Unit.INSTANT and limit.may_be_shown_as_law
        ),
        "",
    )


def _licence(item: Item, holder: Applicant, number: str, on: date) -> LicenceTerms | None:
    if item.licence is None:
        return None
    return LicenceTerms(
        number=number_of(Kind.INSTANT_LICENCE, number),
        kind=item.licence.kind,
        holder=holder.name,
        valid_from=on.isoformat(),
        valid_to=last_day(item.licence.validity, on),
    )
