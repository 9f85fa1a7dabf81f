"""What the software itself refuses, and which internal-control rule it carries out by that.

A control is known by the refusals that it raises (refusals.py): no page and no use case has to remember it. The
rule is found by the day of the act, so a finding of an audit cites the version that was in force then. A control
goes on refusing when a district repeals its rule: the law behind it does not need the library.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from protocol.controls.reading import standard_rules
from protocol.controls.refusals import CONTROLS, control_of
from protocol.controls.rules import Cited, RuleBook

__all__ = ["CONTROLS", "cited", "control_for", "control_of", "delivered"]


@cache
def delivered() -> RuleBook:
    """The rules that come with the software."""
    return RuleBook(standard_rules())


def cited(code: str, on: date, book: RuleBook) -> Cited | None:
    """Which rule of `book` the refusal `code` carried out on that day; None if it is no breach or has no rule."""
    control = control_of(code)
    return book.citing(control, on) if control else None


def control_for(code: str, on: date, book: RuleBook | None = None) -> tuple[str, int] | None:
    """(rule code, version) behind the refusal `code` on that day; by the delivered rules where no book is given."""
    found = cited(code, on, book or delivered())
    return (found.code, found.version) if found else None
