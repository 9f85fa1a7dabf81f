"""The rule library at the hub: how a version of a rule comes into being, into force and out of it.

What is delivered with the software counts as published until a version made here takes its place; nothing is
copied at the start. Four eyes are a table like any other: whoever wrote a draft neither examines nor approves it,
and nobody approves what no lawyer has looked at. Every step is kept with its author.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from protocol.cases.acts import By
from protocol.cases.words import Role
from protocol.clock import CHINA, stamp
from protocol.controls.machine import delivered
from protocol.controls.packing import decode_rule, encode_rule, parts_of_rules
from protocol.controls.reading import contradictions, faults
from protocol.controls.rules import ControlRule, RuleBook
from protocol.errors import Refused


class State(StrEnum):
    DRAFT = "draft"
    LEGAL_REVIEW = "legal-review"
    APPROVED = "approved"
    PUBLISHED = "published"
    REPEALED = "repealed"
    SUPERSEDED = "superseded"  # never kept: what a published version is once its last day is over


class Step(StrEnum):
    DRAFT = "draft"
    SUBMIT = "submit"
    SEND_BACK = "send-back"
    EXAMINE = "examine"  # the lawyer's opinion
    APPROVE = "approve"
    PUBLISH = "publish"
    REPEAL = "repeal"


@dataclass(frozen=True, slots=True)
class Way:
    """One row: from a state a role may take a step; then the version is `then`."""

    at: State
    step: Step
    roles: frozenset[Role]
    then: State
    needs_note: bool = False
    needs_day: bool = False
    not_by_drafter: bool = False


_EDITOR, _PUBLISHER = frozenset({Role.EDITOR}), frozenset({Role.PUBLISHER})
_SENIOR = frozenset({Role.PUBLISHER, Role.LEADER})

# fmt: off
WAYS: tuple[Way, ...] = (
    Way(State.DRAFT,        Step.SUBMIT,    _EDITOR,    State.LEGAL_REVIEW),
    Way(State.LEGAL_REVIEW, Step.EXAMINE,   _SENIOR,    State.LEGAL_REVIEW, needs_note=True, not_by_drafter=True),
    Way(State.LEGAL_REVIEW, Step.SEND_BACK, _SENIOR,    State.DRAFT,        needs_note=True),
    Way(State.LEGAL_REVIEW, Step.APPROVE,   _SENIOR,    State.APPROVED,     not_by_drafter=True),
    Way(State.APPROVED,     Step.PUBLISH,   _PUBLISHER, State.PUBLISHED,    needs_day=True),
    Way(State.PUBLISHED,    Step.REPEAL,    _SENIOR,    State.REPEALED,     needs_note=True, needs_day=True),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Kept:
    """One version as the library holds it."""

    rule: ControlRule
    state: State
    opinion: str = ""
    opinion_by: str = ""
    moved_at: str = ""  # "" for what was delivered

    def shown(self, day: date) -> State:
        """What it is on a day."""
        over = self.rule.in_force_to is not None and self.rule.in_force_to < day
        return State.SUPERSEDED if self.state is State.PUBLISHED and over else self.state


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that somebody took."""

    version: int
    at: str
    account: str
    step: Step
    note: str


# -- looking


def every(db: Database) -> list[Kept]:
    """All versions, delivered and made here, by code and version."""
    found = {(rule.code, rule.version): Kept(rule, State.PUBLISHED) for rule in delivered().versions()}
    rows = db.execute("select body, state, opinion, opinion_by, moved_at from rule_versions").fetchall()
    for body, state, opinion, opinion_by, moved_at in rows:
        rule = decode_rule(body)
        found[rule.code, rule.version] = Kept(rule, State(state), opinion, opinion_by, moved_at)
    return [kept for _, kept in sorted(found.items())]


def need(db: Database, code: str, version: int) -> Kept:
    """:raises Refused: no-rule"""
    for kept in every(db):
        if (kept.rule.code, kept.rule.version) == (code, version):
            return kept
    raise Refused("refused.no-rule", rule=f"{code} v{version}")


def book(db: Database) -> RuleBook:
    """What is, was or will be in force; drafts are not in it."""
    return RuleBook(kept.rule for kept in every(db) if kept.state in (State.PUBLISHED, State.REPEALED))


def parts(db: Database) -> dict[str, bytes]:
    """The library as named parts of the signed bundle."""
    return parts_of_rules(book(db).versions())


def steps(db: Database, code: str) -> list[Taken]:
    """Of all versions of a rule, latest first."""
    rows = db.execute(
        "select version, at, account, step, note from rule_steps where code = ? order by id desc", (code,)
    ).fetchall()
    return [Taken(int(r[0]), str(r[1]), str(r[2]), Step(r[3]), str(r[4])) for r in rows]


def ways_open(kept: Kept, roles: frozenset[Role]) -> list[Way]:
    """The buttons; who drafted is looked at when one is pressed."""
    return [
        way
        for way in WAYS
        if way.at is kept.state and way.roles & roles and (way.step is not Step.APPROVE or kept.opinion)
    ]


# -- doing


def draft(tx: Database, rule: ControlRule, *, by: By, at: datetime) -> ControlRule:
    """Keep what was written: as the draft that there is of this rule, or as its next version. Returns it numbered.

    :raises Refused: role; catalogue: with the field that is wrong; rule-state: a version is already on its way
    """
    if by.role is not Role.EDITOR:
        raise Refused("refused.role", act="draft", needed=Role.EDITOR)
    mine = [kept for kept in every(tx) if kept.rule.code == rule.code]
    coming = next((kept for kept in mine if kept.state in (State.DRAFT, State.LEGAL_REVIEW, State.APPROVED)), None)
    if coming is not None and coming.state is not State.DRAFT:
        raise Refused("refused.rule-state", rule=coming.rule.name, state=coming.state)
    last = max((kept.rule.version for kept in mine), default=0)
    version = coming.rule.version if coming else last + 1
    replaces = f"{rule.code} v{version - 1}" if version > 1 else ""
    rule = dataclasses.replace(rule, version=version, replaces=replaces, in_force_to=None)
    for field, problem in faults(rule):
        raise Refused("refused.catalogue", file=rule.name, field=field, problem=problem)
    _keep(tx, Kept(rule, State.DRAFT), at)
    _note(tx, rule, Step.DRAFT, by, at, "")
    return rule


def take(
    tx: Database, code: str, version: int, step: Step, *, by: By, at: datetime, note: str = "", day: date | None = None
) -> Kept:
    """Move a version by one row of WAYS. `day` is the first day in force, or of a repeal the last.

    :raises Refused: no-rule, rule-state, role, own-draft, reason-missing; catalogue: it contradicts what is in force
    """
    kept = need(tx, code, version)
    way = next((way for way in WAYS if way.at is kept.state and way.step is step), None)
    if way is None or (step is Step.APPROVE and not kept.opinion):
        raise Refused("refused.rule-state", rule=kept.rule.name, state=kept.state)
    if by.role not in way.roles:
        raise Refused("refused.role", act=step, needed=", ".join(sorted(way.roles)))
    if way.not_by_drafter and not _drafters(tx, kept.rule).isdisjoint(by.people):
        raise Refused("refused.own-draft")
    if way.needs_note and not note.strip():
        raise Refused("refused.reason-missing", act=step)
    rule = kept.rule
    if way.needs_day:
        rule = _dated(tx, rule, step, day, at.astimezone(CHINA).date(), at)
    examined = step is Step.EXAMINE
    returned = step is Step.SEND_BACK  # a changed text wants a new opinion
    moved = Kept(
        rule,
        way.then,
        note.strip() if examined else "" if returned else kept.opinion,
        by.account if examined else "" if returned else kept.opinion_by,
    )
    _keep(tx, moved, at)
    _note(tx, rule, step, by, at, note.strip())
    return moved


def _dated(tx: Database, rule: ControlRule, step: Step, day: date | None, today: date, at: datetime) -> ControlRule:
    """The version with its first or last day; what it takes the place of ends the day before."""
    if day is None or day < today:
        field = "in_force_from" if step is Step.PUBLISH else "in_force_to"
        raise Refused("refused.catalogue", file=rule.name, field=field, problem="must be today or a later day")
    if step is Step.REPEAL:
        return dataclasses.replace(rule, in_force_to=day)
    rule = dataclasses.replace(rule, in_force_from=day)
    before = [old for old in book(tx).versions(rule.code) if old.holds_on(day)]
    for old in before:
        if old.in_force_from >= day:
            problem = f"{old.name} comes into force that day; choose a later one"
            raise Refused("refused.catalogue", file=rule.name, field="in_force_from", problem=problem)
        kept = need(tx, old.code, old.version)
        ended = dataclasses.replace(old, in_force_to=day - timedelta(days=1))
        _keep(tx, dataclasses.replace(kept, rule=ended), at)
    for wrong, field, problem in contradictions([*book(tx).versions(), rule]):
        if wrong.code == rule.code:
            raise Refused("refused.catalogue", file=wrong.name, field=field, problem=problem)
    return rule


def _drafters(tx: Database, rule: ControlRule) -> set[str]:
    rows = tx.execute(
        "select account from rule_steps where code = ? and version = ? and step = ?",
        (rule.code, rule.version, Step.DRAFT),
    ).fetchall()
    return {name for row in rows for name in str(row[0]).split()}


def _keep(tx: Database, kept: Kept, at: datetime) -> None:
    tx.execute(
        "insert or replace into rule_versions (code, version, state, body, opinion, opinion_by, moved_at)"
        " values (?,?,?,?,?,?,?)",
        (
            kept.rule.code, kept.rule.version, kept.state, encode_rule(kept.rule).decode(), kept.opinion,
            kept.opinion_by, stamp(at),
        ),
    )  # fmt: skip


def _note(tx: Database, rule: ControlRule, step: Step, by: By, at: datetime, note: str) -> None:
    tx.execute(
        "insert into rule_steps (code, version, at, account, step, note) values (?,?,?,?,?,?)",
        (rule.code, rule.version, stamp(at), " ".join(by.people), step, note),
    )


def overdue(rules: Sequence[ControlRule], day: date) -> list[ControlRule]:
    """Rules that should have been looked at again, longest overdue first."""
    return sorted((rule for rule in rules if rule.review_by < day), key=lambda rule: (rule.review_by, rule.code))
