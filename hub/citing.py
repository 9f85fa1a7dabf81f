"""Under which internal-control rules an act was done: the controls that stood in front of it and let it through.

The record says so by itself (CaseAct.rules), because a library that is read years later has other versions.
"""

from __future__ import annotations

from datetime import date

from sqlite_utils import Database

from hub import library
from protocol.cases.duties import CONFLICTS, DUTY_OF, TWO_PERSONS
from protocol.cases.rules import BARRED, Rule
from protocol.cases.words import Act
from protocol.controls.machine import cited


def guards_of(act: Act, rule: Rule | None) -> frozenset[str]:
    """Codes of the refusals that this act could have met."""
    duty = DUTY_OF.get(act)
    codes = {row.code for row in CONFLICTS if duty in (row.one, row.other)}
    if act in TWO_PERSONS:
        codes.add(TWO_PERSONS[act][1])
    if rule is not None:
        codes |= {BARRED[flag] for flag in rule.bars if flag in BARRED}
    return frozenset(codes)


def rules_behind(db: Database, act: Act, rule: Rule | None, on: date) -> list[str]:
    """Code and version of each rule in force that day, as "A-04.1"; in the order of their codes."""
    guards = guards_of(act, rule)
    if not guards:
        return []
    book = library.book(db)
    found = {f"{one.code}.{one.version}" for code in guards if (one := cited(code, on, book)) is not None}
    return sorted(found)
