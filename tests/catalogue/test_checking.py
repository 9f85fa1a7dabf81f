"""A catalogue that cannot be right, and the sentence that the operator reads about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.catalogue.checking import check_catalogue
from tests.catalogue.test_items import ITEMS


class Folder:
    """Copies of delivered files, altered."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, name: str, *changes: tuple[str, str], of: str = "") -> Folder:
        text = (ITEMS / f"{of or name}.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (self.path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return self

    def told(self) -> list[str]:
        return [str(problem) for problem in check_catalogue(self.path)]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_good_files_are_not_complained_of(folder):
    folder.holds("P08.v1").holds("P03.v1")
    assert folder.told() == []


def test_an_empty_folder_is_no_catalogue(folder):
    assert folder.told() == [f"{folder.path.name}: files: no item file (<code>.v<version>.yaml) is here"]


def test_every_mistake_of_every_file_is_told_at_once(folder):
    folder.holds("P08.v1", ("basis: 居住证暂行条例第九条\n", "basis: ''\n"), ("value: 15", "value: 0"))
    folder.holds("M01.v1", ("result: 营业执照\n", "")).holds("P03.v1", ("visits: 1", "visits: 77"))
    told = folder.told()
    assert "M01.v1.yaml: result: is missing; add it" in told
    assert "P03.v1.yaml: visits: must be 0 to 9" in told
    assert any(one.startswith("P08.v1.yaml: limits[0].value: must be 0 with the unit instant") for one in told)
    assert "P08.v1.yaml: limits[0].basis: is empty; name the law, or the local rule with the certainty L" in told


def test_items_that_wait_for_each_other_for_ever(folder):
    folder.holds("C03.v1", ("result: ", "after: [C032]\nresult: ")).holds("C032.v1")
    (told,) = folder.told()
    assert told.startswith("C03")
    assert "goes round in a circle: " in told
    assert "C03 -> C032" in told or "C032 -> C03" in told


def test_a_matter_that_contains_itself(folder):
    for code in ("M04", "X01", "L09"):
        folder.holds(f"{code}.v1")
    folder.holds("M10.v1", ("bundle: [M04, X01, L09]", "bundle: [M04, X01, L09, M10]"))
    assert folder.told() == ["M10.v1.yaml: bundle: goes round in a circle: M10 -> M10; remove one of these"]


def test_an_item_that_is_not_there(folder):
    folder.holds("C032.v1")
    assert folder.told() == ["C032.v1.yaml: after[0]: there is no item C03; add it or correct the code"]


def test_two_versions_in_force_on_the_same_day(folder):
    folder.holds("P08.v1", ("in_force_from: 2026-01-01", "in_force_from: 2026-01-01\nin_force_to: 2026-06-30"))
    folder.holds("P08.v2", ("version: 1", "version: 2"), ("2026-01-01", "2026-06-01"), of="P08.v1")
    assert folder.told() == [
        "P08.v1.yaml: in_force_to: versions 1 and 2 are both in force on 2026-06-01; end the earlier one the day before"
    ]


def test_a_later_version_that_begins_no_later(folder):
    folder.holds("P08.v1").holds("P08.v2", ("version: 1", "version: 2"), of="P08.v1")
    (told,) = folder.told()
    assert told.startswith("P08.v2.yaml: in_force_from: must be later than 2026-01-01 of version 1")


def test_a_version_that_ends_where_the_next_begins_is_right(folder):
    folder.holds("P08.v1").holds("P08.v2", ("version: 1", "version: 2"), ("2026-01-01", "2026-06-01"), of="P08.v1")
    assert folder.told() == []


NO_LIMIT = ("what: decision", "what: survey")


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("B05.v1", [NO_LIMIT], "limits: no limit for the decision; add one"),
        ("D02.v1", [("note: 提交", "noot: 提交")], "limits[0].noot: is not a key"),
        ("P08.v1", [("promised: {value: 7", "promised: {value: 12")], "promised: 12 wd is longer than the statutory"),
        (
            "P08.v1",
            [("stops_on: []", "stops_on: [joint_review]")],
            "limits[0].stops_on[0]: joint review does not stop",
        ),
        ("S11.v1", [(", secondary: true", "")], "conditional: no material is secondary, so nothing may come later"),
        ("S11.v1", [("conditional:", "x:")], "x: is not a key of this place"),
        ("P03.v1", [("when: {procedure: [commitment]}", "when: {way: [commitment]}")], "there is no situation way"),
        (
            "P03.v1",
            [("when: {procedure: [commitment]}", "when: {procedure: [pledge]}")],
            "has no choice pledge; it has",
        ),
        ("P03.v1", [("when: {procedure: [commitment]}", "when: {procedure: []}")], "no situation ever meets this"),
        (
            "D03.v1",
            [("renewal_opens: {value: 90", "renewal_opens: {value: 20")],
            "licence.renewal_opens: must lie further",
        ),
        ("D03.v1", [("validity: {value: 60, unit: month}", "validity: null")], "a licence without end is not renewed"),
        (
            "D03.v1",
            [("validity: {value: 60", "validity: {value: 2")],
            "licence.renewal_opens: is as long as the licence",
        ),
        (
            "F02.v1",
            [("  deemed_renewed: 行政许可法第五十条\n", "")],
            "deems a licence renewed; add licence.deemed_renewed",
        ),
        ("C08.v1", [('opens: "04-10"', 'opens: "05-10"')], "windows[0].closes: lies before opens"),
        ("C08.v1", [('opens: "04-10"', 'opens: "13-10"')], "windows[0]: opens and closes must be a month and a day"),
        ("C08.v1", [('opens: "10-10"', 'opens: "04-20"')], "windows[1]: overlaps the window"),
        ("P03.v1", [("  consequences: ", "  consequences: ''  # ")], "commitment.consequences: is empty"),
        ("P07.v1", [("amount: 首次免费，换领二十元，补领四十元", "amount: ''")], "fee.amount: must be there"),
        ("P08.v1", [("organ: ", "task_code: 0123456789012345678901234567890123456\norgan: ")], "task_code"),
        ("P08.v1", [("organ: ", "catalogue_code: '123'\norgan: ")], "catalogue_code: must have 12 characters"),
        (
            "P08.v1",
            [("in_force_from: 2026-01-01", "in_force_from: 2026-01-01\nin_force_to: 2025-01-01")],
            "in_force_to: lies",
        ),
        (
            "P03.v1",
            [("label: 告知承诺, label_en: Informed", "label: 告知承诺, label_eng: Informed")],
            "label_en: is missing",
        ),
    ],
)
def test_an_item_that_cannot_be_right(folder, name, changes, says):
    told = folder.holds(name, *changes).told()
    assert any(says in one for one in told), told
    assert all(one.startswith(f"{name}.yaml: ") for one in told)


def test_a_situation_that_is_also_a_field_has_the_same_choices(folder):
    folder.holds("P03.v1", ("value: inspection", "value: inspected"))
    told = folder.told()
    assert any("situations[0].choices: differ from those of the field procedure" in one for one in told)


def test_two_items_that_renew_one_licence_differently(folder):
    folder.holds("F01.v1").holds("F02.v1", ("renewal_closes: {value: 15", "renewal_closes: {value: 20"))
    assert folder.told() == [
        "F02.v1.yaml: licence.renewal_closes: differs from F01, which has the same kind; make them agree"
    ]
