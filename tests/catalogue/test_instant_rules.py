"""What an author may write into an instant rule, and the sentence that names the file, the field and what to do."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.catalogue.checking import check_items
from protocol.catalogue.expressions import LONGEST, Failed, Unfit, compiled
from protocol.catalogue.instant_rules import instant_contradictions
from protocol.catalogue.items import (
    Certainty,
    InputSource,
    InputType,
    InstantRule,
    Item,
    LicenceEffect,
    LimitKind,
    ProjectType,
    SurveyNeed,
)
from tests.instant.rules import item

PROOF = item("R02")


def told(of: Item) -> list[str]:
    return [f"{path}: {problem}" for path, problem in instant_contradictions(of)]


def with_when(when: str, of: Item = PROOF) -> Item:
    """The first rule says something else; the others are as they were."""
    rule = of.instant
    assert rule is not None
    return dataclasses.replace(
        of, instant=dataclasses.replace(rule, rules=(dataclasses.replace(rule.rules[0], when=when), *rule.rules[1:]))
    )


def with_input(which: str, **changes: object) -> Item:
    rule = PROOF.instant
    assert rule is not None
    inputs = [dataclasses.replace(one, **changes) if one.name == which else one for one in rule.inputs]  # type: ignore[arg-type]
    return dataclasses.replace(PROOF, instant=dataclasses.replace(rule, inputs=tuple(inputs)))


def test_what_is_delivered_is_not_complained_of() -> None:
    assert told(PROOF) == []


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("age >= ", "cannot be read as CEL"),
        ("age >= 18 && income > 0", "there is no input income"),
        ("age >= 18 && now() > 0", "uses now, which rules may not"),
        ('range.matches("d.*")', "uses matches, which rules may not"),
        ("[1, 2].exists(x, x == age)", "rules may not"),
        ("age ? true : false", "rules may not"),
        ("age + 1", "answers neither yes nor no"),
        ('age >= "18"', "compare like with like"),
        ("age > 0 || range > 1", "compare like with like"),
        ("today / age > 1", "rules may not"),
        ("age.size() > 0", "compare like with like"),
        ("has(age.years)", "instant.rules[0].when"),
        ("true" + " && true" * 100, f"is longer than {LONGEST} characters"),
        ("(" * 150 + "age >= 1" + ")" * 150, "cannot be read as CEL"),
        ("", "cannot be read as CEL"),
    ],
)
def test_an_expression_that_could_not_decide_is_refused_with_what_to_do(when: str, words: str) -> None:
    found = [one for one in told(with_when(when)) if one.startswith("instant.rules[0].when")]
    assert found, when
    assert words in found[0]


@pytest.mark.parametrize(
    "when", ["age >= 18", 'range in ["district", "city"]', "!(age < 18) && today > 0", "today - age > 0"]
)
def test_ordinary_comparisons_are_let_through(when: str) -> None:
    assert [one for one in told(with_when(when)) if ".when" in one] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"of": "nowhere"}, "there is no field nowhere"),
        ({"type": InputType.NUMBER}, "cannot be read as number"),
        ({"fresh_for": 3}, "cannot be stale"),
        ({"taken_from": None}, "say form, paper, station or list"),
        ({"name": "today"}, "no word of the language"),
        ({"taken_from": InputSource.STATION, "fresh_for": 24}, "a station can be asked for"),
        ({"taken_from": InputSource.STATION, "of": "open-cases", "type": InputType.COUNT}, "for how many hours"),
        ({"taken_from": InputSource.PAPER, "of": "R02-9"}, "there is no material R02-9"),
        ({"taken_from": InputSource.LIST, "of": "Names", "fresh_for": 1}, "must be the name of a reference list"),
    ],
)
def test_an_input_that_is_not_to_be_had_is_refused_with_what_to_do(changes: dict[str, object], words: str) -> None:
    assert any(words in one for one in told(with_input("age", **changes))), told(with_input("age", **changes))


def test_what_no_statute_lets_be_decided_on_the_spot_has_no_rules() -> None:
    """行政许可法 §34(2): a local rule alone is not enough, nor is an item that takes its days."""
    local = [
        dataclasses.replace(limit, certainty=Certainty.LOCAL) if limit.what is LimitKind.DECISION else limit
        for limit in PROOF.limits
    ]
    for changed in (
        dataclasses.replace(PROOF, limits=tuple(local)),
        dataclasses.replace(PROOF, project_type=ProjectType.PROMISED),
    ):
        problems = [str(one) for one in check_items([changed])]
        assert any("R02.v1.yaml: instant.rules: no statute lets this item be decided" in one for one in problems)


def test_what_a_person_has_to_look_at_has_no_rules() -> None:
    shop = item("M01")
    assert shop.licence is not None
    surveyed = dataclasses.replace(PROOF, survey=dataclasses.replace(PROOF.survey, need=SurveyNeed.ALWAYS))
    renewed = dataclasses.replace(shop, licence=dataclasses.replace(shop.licence, effect=LicenceEffect.CHANGES))
    assert any("the place has to be looked at" in one for one in told(surveyed))
    assert any("an earlier licence ends by it" in one for one in told(renewed))
    assert any("hangs together" in one for one in told(dataclasses.replace(PROOF, after=("R01",))))


def test_rules_that_never_grant_or_say_nothing_to_the_applicant_are_refused() -> None:
    rule = PROOF.instant
    assert rule is not None
    no_grant = dataclasses.replace(PROOF, instant=dataclasses.replace(rule, rules=rule.rules[1:]))
    assert any("none of them grants" in one for one in told(no_grant))
    silent = dataclasses.replace(rule.rules[0], reason_en=" ")
    found = told(dataclasses.replace(PROOF, instant=dataclasses.replace(rule, rules=(silent, *rule.rules[1:]))))
    assert any("instant.rules[0].reason_en: is empty" in one for one in found)


def test_words_without_a_name_stay_words() -> None:
    rule = item("V01").instant
    assert isinstance(rule, InstantRule)
    assert rule.named == ()
    assert told(item("V01")) == []


@given(st.text(max_size=60) | st.text(alphabet="age()<>=!&|+-*'\"[],.0123456789 ", max_size=80))
def test_no_text_makes_the_check_raise_or_answers_other_than_yes_or_no(text: str) -> None:
    try:
        expression = compiled(text)
    except Unfit:
        return
    try:
        assert expression.holds({"age": 40}) in (True, False)
    except Failed:
        return
