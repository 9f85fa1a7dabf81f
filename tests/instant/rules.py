"""An item whose rule decides from the form, a paper, the station's records and a list, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from protocol.catalogue.items import (
    InputSource,
    InputType,
    InstantCondition,
    InstantInput,
    InstantOutcome,
    InstantRule,
    Item,
)
from protocol.catalogue.reference import ReferenceList
from tests.district_data import all_items

GRANT, PERSON = InstantOutcome.GRANT, InstantOutcome.PERSON


def item(code: str) -> Item:
    return next(one for one in all_items() if one.code == code)


def rule_of(code: str) -> InstantRule:
    found = item(code).instant
    assert found is not None
    return found


def of_every_sort() -> InstantRule:
    """An adult, a small sum, in time, with a paper, not too often, and in a place that is not on the list."""
    form, paper, station, reference = InputSource
    return InstantRule(
        plausible="",
        certainty="K",  # type: ignore[arg-type]
        inputs=(
            InstantInput("", "", "age", form, "id_number", type=InputType.AGE),
            InstantInput("", "", "sum", form, "sum", type=InputType.NUMBER),
            InstantInput("", "", "since", form, "since", type=InputType.DAY),
            InstantInput("", "", "kind", form, "kind", type=InputType.TEXT),
            InstantInput("", "", "form", paper, "X01-1", type=InputType.COUNT),
            InstantInput("", "", "given", station, "granted-cases", type=InputType.COUNT, fresh_for=24),
            InstantInput("", "", "closed", reference, "closed-streets", "street", InputType.YES, fresh_for=48),
        ),
        rules=(
            InstantCondition("adult", 'age >= 18 && form >= 1 && kind == "a"', GRANT, "成年人", "An adult"),
            InstantCondition("small", "sum <= 500.0 && since <= today", GRANT, "金额较小", "A small sum"),
            InstantCondition("often", "given >= 3", PERSON, "次数较多", "Often"),
            InstantCondition("closed", "closed", PERSON, "街道封闭", "A closed street"),
        ),
    )


STREETS = ReferenceList("closed-streets", "封闭街道", "Closed streets", "街道办", date(2026, 3, 2), ("上河街", "Ａ 街"))


def with_rule(rule: InstantRule) -> Item:
    return replace(item("R02"), instant=rule)
