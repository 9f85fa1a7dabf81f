"""The hub's own look at what a station decided at once: the same inputs, the same rules, the same outcome?

Pure. What differs is named; what follows from it is a person's. Nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from protocol.cases.acts import CaseAct
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.instant.deciding import Decision, decide, digest_of
from protocol.instant.inputs import FromTrace, collect


class Doubt(StrEnum):
    """What speaks against confirming it; each is a translation key."""

    RULE = "instant.doubt-rule"  # another rule than the signed one of that version
    INPUTS = "instant.doubt-inputs"  # the intake says something else than the trace
    OUTCOME = "instant.doubt-outcome"  # decided again, it is a person's
    AUTHORITY = "instant.doubt-authority"  # the station may not decide this item
    VERSION = "instant.doubt-version"  # another version of the item was in force that day
    CLOCK = "instant.doubt-clock"  # the station's clock was wrong


def decided_again(act: CaseAct, item: Item, parts: Mapping[str, bytes]) -> tuple[Decision | None, list[Doubt]]:
    """What the rules come to from the intake and the trace, and what is odd about it.

    `parts` are those of the signed issue that the trace names. No decision where there is nothing to decide by.
    """
    trace, intake, rule = act.trace, act.intake, item.instant
    if trace is None or intake is None or rule is None or digest_of(rule) != trace.rule:
        return None, [Doubt.RULE]
    at = moment(act.at)
    again = decide(
        rule, collect(rule, intake, at, FromTrace(trace, parts)), at, case=act.case, catalogue=trace.catalogue
    )
    doubts = []
    if again.trace.inputs != trace.inputs:
        doubts.append(Doubt.INPUTS)
    if not again.granted or again.trace.hits != trace.hits:
        doubts.append(Doubt.OUTCOME)
    return again, doubts
