"""The rule library as it is delivered, what its files may say, and which rule stands behind a refusal."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from protocol.cases.duties import CONFLICTS, TWO_PERSONS
from protocol.catalogue.items import Certainty
from protocol.codes import TEXTS
from protocol.controls import reading
from protocol.controls.machine import CONTROLS, control_for, control_of, delivered
from protocol.controls.reading import load_folder, standard_rules
from protocol.controls.rules import RuleBook, RuleClass
from protocol.errors import Refused

DAY = date(2026, 3, 2)
FILES = Path(reading.__file__).parent / "rules"


def test_the_library_has_the_classes_of_the_district() -> None:
    rules = standard_rules()
    assert Counter(rule.rule_class for rule in rules) == {
        RuleClass.WORK: 36,
        RuleClass.PARTY: 26,
        RuleClass.INTEGRITY: 19,
        RuleClass.APPROVAL: 25,
    }
    assert {rule.certainty for rule in rules} == {Certainty.LOCAL}
    assert len({rule.title for rule in rules}) == len({rule.text for rule in rules}) == 106
    assert len(delivered().in_force(DAY)) == 106


def test_every_control_carries_out_one_rule_in_force_and_every_rule_names_real_controls() -> None:
    book = delivered()
    for control, codes in CONTROLS.items():
        cited = book.citing(control, DAY)
        assert cited is not None, control
        assert control in book.rule(cited.code, cited.version).enforced_by
        for code in codes:
            assert code in TEXTS, code
            assert control_for(code, DAY) == (cited.code, cited.version)
    named = [control for rule in book.in_force(DAY) for control in rule.enforced_by]
    assert sorted(named) == sorted(CONTROLS)
    approval = [rule for rule in book.in_force(DAY) if rule.rule_class is RuleClass.APPROVAL and rule.enforced_by]
    assert 8 <= len(approval) <= 15


def test_every_duty_that_is_kept_apart_has_its_rule() -> None:
    codes = {row.code for row in CONFLICTS} | {code for _, code, _ in TWO_PERSONS.values()} | {"refused.recused"}
    assert {code for code in codes if control_for(code, DAY) is None} == set()


def test_a_slip_is_no_breach() -> None:
    assert control_of("refused.form") is None
    assert control_for("refused.form-expired", DAY) is None


def test_the_rule_of_the_day_is_cited_and_not_the_newest() -> None:
    old, new = _two_versions()
    book = RuleBook([old, new])
    assert control_for("refused.already-corrected", date(2026, 6, 30), book) == ("A-02", 1)
    assert control_for("refused.already-corrected", date(2026, 7, 1), book) == ("A-02", 2)
    assert control_for("refused.already-corrected", date(2025, 12, 31), book) is None
    assert book.current("A-02", date(2026, 7, 1)) == new
    with pytest.raises(Refused, match="A-02 v3"):
        book.rule("A-02", 3)


def _two_versions() -> tuple[reading.ControlRule, reading.ControlRule]:
    import dataclasses

    first = delivered().rule("A-02", 1)
    old = dataclasses.replace(first, in_force_to=date(2026, 6, 30))
    new = dataclasses.replace(first, version=2, in_force_from=date(2026, 7, 1), replaces="A-02 v1")
    return old, new


# -- what a file may not say


def _changed(tmp_path: Path, change: object) -> str:
    """What the reader says of the delivered approval rules with one thing changed."""
    for file in FILES.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    raw = yaml.safe_load((FILES / "approval.yaml").read_bytes())
    change(raw["rules"])  # type: ignore[operator]
    (tmp_path / "approval.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True))
    with pytest.raises(Refused) as refused:
        load_folder(tmp_path)
    return refused.value.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rules: rules[1].update(colour="red"), "rules[1].colour: is not a key of this place"),
        (lambda rules: rules[1].pop("text"), "rules[1].text: is missing"),
        (lambda rules: rules[1].update(owner=" "), "rules[1].owner: is empty"),
        (lambda rules: rules[1].update(code="W-02"), "rules[1].code: rules of the class approval begin with A-"),
        (lambda rules: rules[1].update(code="A2"), "rules[1].code: must be W-, D-, L- or A-"),
        (lambda rules: rules[1].update(version=0), "rules[1].version: must be 1 or more"),
        (lambda rules: rules[1].update(readers=[]), "rules[1].readers: is empty"),
        (lambda rules: rules[1].update(enforced_by=["nobody"]), "'nobody' is not a control"),
        (lambda rules: rules[1].update(in_force_to=date(2025, 1, 1)), "in_force_to: lies before in_force_from"),
        (lambda rules: rules[1].update(review_by=date(2025, 1, 1)), "review_by: must lie after"),
        (lambda rules: rules[1].update(text="字" * 2001), "text: has more than 2000"),
        (lambda rules: rules[1].update(replaces="A-09"), "replaces: must name a rule and its version"),
        (lambda rules: rules[1].update(replaces="A-99 v1"), "A-02 v1 replaces: there is no A-99 v1"),
        (lambda rules: rules.append(rules[1]), "A-02 v1 version: is there twice"),
        (
            lambda rules: rules.append(rules[1] | {"version": 2, "in_force_from": date(2026, 7, 1)}),
            "A-02 v2 in_force_from: A-02 v1 is in force on that day; end it the day before",
        ),
        (
            lambda rules: (rules[1].update(replaces="A-03 v1"), rules[2].update(replaces="A-02 v1")),
            "A-02 v1 replaces: leads in a circle (A-02 v1 -> A-03 v1 -> A-02 v1)",
        ),
        (lambda rules: rules[8].update(enforced_by=["one-correction"]), "one-correction belongs to A-02 v1"),
    ],
)
def test_a_wrong_file_names_the_field_and_what_to_do(tmp_path: Path, change: object, said: str) -> None:
    text = _changed(tmp_path, change)
    assert text.startswith("approval.yaml: ")
    assert said in text
