"""The hub's own look at what a station decided at once: the same inputs, the same rules, the same outcome?

Pure. What differs is named; what follows from it is a person's. Nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from protocol.cases.acts import CaseAct
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.instant.deciding import decide, digest_of
from protocol.instant.inputs import FromTrace, collect


class Doubt(StrEnum):
    """What speaks against confirming it."""

    RULE = "rule"  # another rule than the signed one of that version
    INPUTS = "inputs"  # the intake says something else than the trace
    OUTCOME = "outcome"  # decided again, it is a person's
    AUTHORITY = "authority"  # the station may not decide this item
    VERSION = "version"  # another version of the item was in force that day
    CLOCK = "clock"  # the station's clock was wrong


# as they stand in the record of a case, and in English
WORDS: dict[Doubt, tuple[str, str]] = {
    Doubt.RULE: ("所依据的规则不是本区签署发布的", "The rule is not the one that the district signed"),
    Doubt.INPUTS: ("申请内容与当时记下的不一致", "The application says something else than was noted then"),
    Doubt.OUTCOME: ("区中心复算，应当由工作人员处理", "Decided again at the hub, it is a person's"),
    Doubt.AUTHORITY: ("该站点没有决定这一事项的权限", "The station may not decide this item"),
    Doubt.VERSION: ("当天有效的是事项的另一版本", "Another version of the item was in force that day"),
    Doubt.CLOCK: ("站点当时的时钟不准", "The station's clock was wrong"),
}


def decided_again(act: CaseAct, item: Item, parts: Mapping[str, bytes]) -> list[Doubt]:
    """What is odd about it, once the rules have been asked again from the intake and the trace; nothing if all is well.

    `parts` are those of the signed issue that the trace names.
    """
    trace, intake, rule = act.trace, act.intake, item.instant
    if trace is None or intake is None or rule is None or digest_of(rule) != trace.rule:
        return [Doubt.RULE]
    at = moment(act.at)
    again = decide(
        rule, collect(rule, intake, at, FromTrace(trace, parts)), at, case=act.case, catalogue=trace.catalogue
    )
    doubts = []
    if again.trace.inputs != trace.inputs:
        doubts.append(Doubt.INPUTS)
    if not again.granted or again.trace.hits != trace.hits:
        doubts.append(Doubt.OUTCOME)
    return doubts
