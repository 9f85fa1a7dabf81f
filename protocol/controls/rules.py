"""The internal-control rules of a district (内控制度): what each says, since when, and who answers for it.

A rule is text for people. What the software itself enforces is a *machine control* (machine.py); a rule names
those that carry it out, so that a refusal can be traced to the rule and version that were in force that day.
Rules bind the staff and never a citizen; the delivered ones are proposals that a district edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from protocol.cases.words import Link, Side
from protocol.catalogue.items import Certainty
from protocol.errors import Refused


class RuleClass(StrEnum):
    WORK = "work"  # 内部工作
    PARTY = "party"  # 党建
    INTEGRITY = "integrity"  # 党风廉政
    APPROVAL = "approval"  # 审批业务


LETTER = {RuleClass.WORK: "W", RuleClass.PARTY: "D", RuleClass.INTEGRITY: "L", RuleClass.APPROVAL: "A"}


class RiskLevel(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class RiskPoint:
    point: str  # what can go wrong
    level: RiskLevel
    measure: str  # what is done against it


@dataclass(frozen=True, slots=True)
class ControlRule:
    """One version of one rule. `in_force_to` is the last day on which it holds; None: until another takes its place."""

    code: str
    version: int
    title: str
    title_en: str
    text: str
    in_force_from: date
    review_by: date
    owner: str  # code of the section that answers for it
    readers: tuple[Side, ...]  # where it has to be read
    in_force_to: date | None = None
    replaces: str = ""  # "A-03 v1"
    links: tuple[Link, ...] = ()
    items: tuple[str, ...] = ()  # codes; empty: every item
    risk: RiskPoint | None = None
    enforced_by: tuple[str, ...] = ()  # machine controls
    certainty: Certainty = Certainty.LOCAL

    @property
    def rule_class(self) -> RuleClass:
        return next(kind for kind, letter in LETTER.items() if self.code.startswith(letter))

    @property
    def name(self) -> str:
        return f"{self.code} v{self.version}"

    def holds_on(self, day: date) -> bool:
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


@dataclass(frozen=True, slots=True)
class Cited:
    """The rule and version that a machine control enforced on a day."""

    control: str
    code: str
    version: int


class RuleBook:
    """Every version that somebody may still have to look up."""

    def __init__(self, rules: Iterable[ControlRule]) -> None:
        self._rules = {(rule.code, rule.version): rule for rule in rules}

    def versions(self, code: str = "") -> list[ControlRule]:
        """By code and version; of one rule or of all."""
        return [rule for (its, _), rule in sorted(self._rules.items()) if not code or its == code]

    def rule(self, code: str, version: int) -> ControlRule:
        """:raises Refused: no-rule"""
        rule = self._rules.get((code, version))
        if rule is None:
            raise Refused("refused.no-rule", rule=f"{code} v{version}")
        return rule

    def in_force(self, on: date) -> list[ControlRule]:
        """By code; at most one version of each, or `contradictions` would have been found."""
        return [rule for rule in self.versions() if rule.holds_on(on)]

    def current(self, code: str, on: date) -> ControlRule | None:
        return next((rule for rule in self.versions(code) if rule.holds_on(on)), None)

    def citing(self, control: str, on: date) -> Cited | None:
        """The rule in force that this control carries out; None if the district has repealed it."""
        for rule in self.in_force(on):
            if control in rule.enforced_by:
                return Cited(control, rule.code, rule.version)
        return None
