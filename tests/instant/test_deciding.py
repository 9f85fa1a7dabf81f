"""What signed rules come to: a grant or a person, whatever stands in the inputs."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.cases.acts import Applicant, Intake, Paper, Trace
from protocol.catalogue.items import InstantOutcome, InstantRule
from protocol.instant.deciding import Decision, Given, Why, decide
from protocol.instant.inputs import FromTrace, collect
from tests.instant.rules import GRANT, of_every_sort, rule_of

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
RULE = of_every_sort()
GOOD: dict[str, Given] = {
    "age": Given(40, NOW),
    "sum": Given(100.0, NOW),
    "since": Given(20_000, NOW),
    "kind": Given("a", NOW),
    "form": Given(1, NOW),
    "given": Given(0, NOW - timedelta(hours=1)),
    "closed": Given(False, NOW - timedelta(hours=30)),
}


def why(decision: Decision) -> set[tuple[Why, str]]:
    return {(one.why, one.about) for one in decision.reasons}


def test_what_is_whole_and_fresh_and_meets_a_rule_is_granted_with_its_reasons() -> None:
    found = decide(RULE, GOOD, NOW)
    assert found.granted
    assert [one.reason for one in found.hits] == ["成年人", "金额较小"]
    assert found.trace.hits == ["adult", "small"]
    assert {one.state for one in found.trace.inputs} == {"fresh"}


@pytest.mark.parametrize(("name", "hours"), [("given", 25), ("closed", 49)])
def test_an_input_that_is_stale_by_an_hour_sends_it_to_a_person(name: str, hours: int) -> None:
    at_the_edge = GOOD | {name: replace(GOOD[name], as_of=NOW - timedelta(hours=hours - 1))}
    assert decide(RULE, at_the_edge, NOW).granted
    stale = decide(RULE, GOOD | {name: replace(GOOD[name], as_of=NOW - timedelta(hours=hours))}, NOW)
    assert why(stale) == {(Why.STALE, name)}
    assert {one.name for one in stale.trace.inputs if one.state == "stale"} == {name}


def test_what_is_dated_in_the_future_is_not_fresh() -> None:
    ahead = GOOD | {"closed": Given(False, NOW + timedelta(hours=1))}
    assert why(decide(RULE, ahead, NOW)) == {(Why.STALE, "closed")}


def test_a_rule_that_wants_a_person_outweighs_any_number_of_grants() -> None:
    found = decide(RULE, GOOD | {"given": Given(3, NOW)}, NOW)
    assert why(found) == {(Why.RULE, "often")}
    assert found.trace.hits == ["adult", "often", "small"]


def test_where_no_rule_is_met_a_person_looks() -> None:
    found = decide(RULE, GOOD | {"age": Given(17, NOW), "sum": Given(900.0, NOW)}, NOW)
    assert why(found) == {(Why.UNMET, "")}


def test_a_rule_that_fails_is_named_and_nothing_is_granted() -> None:
    broken = replace(
        RULE, rules=(*RULE.rules, replace(RULE.rules[0], name="broken", when="age + 9223372036854775807 > 0"))
    )
    found = decide(broken, GOOD, NOW)
    assert why(found) == {(Why.FAILED, "broken")}
    assert found.trace.failed == ["broken"]


# -- properties: the inputs are the enemy

HOSTILE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=40),
    st.sampled_from(["\ud800", "true", "NaN", "1e999", "age >= 18", "') || true || ('", "x" * 5000, 2**70, -(2**63)]),
)  # fmt: skip
TIMES = st.one_of(st.none(), st.integers(-400, 400).map(lambda hours: NOW + timedelta(hours=hours)))
INPUTS = st.fixed_dictionaries({}, optional={name: st.builds(Given, HOSTILE, TIMES) for name in GOOD})


@given(INPUTS)
def test_nothing_is_ever_refused_and_nothing_hostile_is_granted(inputs: dict[str, Given]) -> None:
    found = decide(RULE, inputs, NOW)
    assert found.outcome in (InstantOutcome.GRANT, InstantOutcome.PERSON)
    assert found.granted == (not found.reasons)
    assert found.trace.outcome == found.outcome
    if inputs.keys() != GOOD.keys():
        assert not found.granted


def is_ordinary(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 4000 and "\ud800" not in value
    return isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) <= 10**12)


@given(st.sampled_from(sorted(GOOD)), HOSTILE)
@example("sum", float("nan"))
@example("sum", float("-inf"))
@example("given", -(2**70))
@example("closed", 0)
@example("kind", "\ud800")
def test_one_strange_value_among_good_ones_is_a_persons(name: str, value: object) -> None:
    if type(value) is type(GOOD[name].value) and is_ordinary(value):
        return
    found = decide(RULE, GOOD | {name: Given(value, GOOD[name].as_of)}, NOW)  # type: ignore[arg-type]
    assert not found.granted


@given(INPUTS, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_of_inputs_makes_no_difference(inputs: dict[str, Given], rng: random.Random) -> None:
    rules, named = list(RULE.rules), list(RULE.inputs)
    rng.shuffle(rules)
    rng.shuffle(named)
    one = decide(RULE, inputs, NOW)
    other = decide(InstantRule(RULE.plausible, RULE.certainty, tuple(named), tuple(rules)), inputs, NOW)
    assert (one.outcome, one.hits, set(one.reasons), one.trace.inputs) == (
        other.outcome, other.hits, set(other.reasons), other.trace.inputs,
    )  # fmt: skip


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 6), st.integers(0, 200))
def test_more_that_is_known_against_it_never_turns_a_person_into_a_grant(name: str, given: int, hours: int) -> None:
    """Older knowledge and more cases can only lead away from a grant."""
    now = GOOD | {"given": Given(given, NOW - timedelta(hours=hours))}
    worse = now | {"given": Given(given + 1, NOW - timedelta(hours=hours + 1))}
    assert decide(RULE, now, NOW).granted or not decide(RULE, worse, NOW).granted


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "id_number": st.sampled_from(["510114199003070018", "510114201503070014", "no number", ""]),
        "sum": st.sampled_from(["1", "500", "500.01", "1e9", "-1", "NaN", "１２"]),
        "since": st.dates().map(str),
        "kind": st.text(max_size=3) | st.just("a"),
        "street": st.sampled_from(["上河街", "a街", "下河街"]),
    },
)


class Known:
    def __init__(self, given: int, heard: datetime | None) -> None:
        self._given = Given(given, heard)

    def station(self, one: object) -> Given:
        return self._given

    def reference(self, name: str) -> object:
        from tests.instant.rules import STREETS

        return STREETS


@given(ANSWERS, st.integers(0, 4), st.integers(0, 60), st.integers(0, 2))
def test_from_the_trace_and_the_intake_the_district_comes_to_the_same(
    answers: dict[str, str], given: int, hours: int, papers: int
) -> None:
    from protocol.catalogue.reference import parts_of_lists
    from tests.instant.rules import STREETS

    taken = Intake(
        number="N", station="s", item="X01", item_version=1, applicant=Applicant(name="x", number="1"), answers=answers,
        papers=[Paper(digest=str(n), size=1, type="image/png", material="X01-1") for n in range(papers)],
    )  # fmt: skip
    knows = Known(given, NOW - timedelta(hours=hours))
    here = decide(RULE, collect(RULE, taken, NOW, knows), NOW, case="c", catalogue=3)  # type: ignore[arg-type]
    told = Trace(**{name: getattr(here.trace, name) for name in Trace.__struct_fields__})
    again = collect(RULE, taken, NOW, FromTrace(told, parts_of_lists([STREETS])))
    there = decide(RULE, again, NOW, case="c", catalogue=3)
    assert (there.outcome, there.trace) == (here.outcome, here.trace)


@pytest.mark.parametrize("code", ["E02", "I03", "L02", "M01", "R02"])
def test_the_delivered_rules_say_why_in_both_languages_and_can_grant(code: str) -> None:
    rule = rule_of(code)
    assert any(one.outcome is GRANT for one in rule.rules)
    assert all(one.reason and one.reason_en for one in rule.rules)
    assert all(one.what_en for one in rule.named)
