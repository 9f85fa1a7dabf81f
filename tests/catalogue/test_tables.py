"""The catalogue as a table and back, and lists that other offices keep."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.catalogue.drafting import draft, is_list
from protocol.catalogue.reading import read_item, standard_items
from protocol.catalogue.tables import from_json, from_rows, is_own, rows_of, to_csv, to_json
from protocol.catalogue.writing import item_to_yaml
from protocol.errors import Refused

ITEMS = standard_items()
PERMIT = next(item for item in ITEMS if item.code == "P08")


def test_a_file_that_is_written_anew_holds_the_same_item():
    for item in ITEMS:
        text = item_to_yaml(item)
        assert read_item(f"{item.code}.v{item.version}.yaml", text.encode()) == item
        assert item_to_yaml(item) == text


def test_a_spreadsheet_comes_back_as_the_same_items():
    rows = rows_of("items.csv", to_csv(ITEMS).encode())
    assert is_own(rows)
    assert from_rows("items.csv", rows) == ITEMS


def test_another_system_gives_back_the_same_items():
    assert from_json("items.json", to_json(ITEMS).encode()) == ITEMS


def test_a_version_with_an_end_and_national_codes_comes_back_too():
    item = replace(PERMIT, in_force_to=date(2026, 12, 31), catalogue_code="000100200300", task_code="0" * 36)
    assert from_rows("a.csv", rows_of("a.csv", to_csv([item]).encode())) == [item]
    assert from_json("a.json", to_json([item]).encode()) == [item]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30))
def test_whatever_a_note_says_it_is_no_formula_and_comes_back(note):
    item = replace(PERMIT, note=note)
    text = to_csv([item])
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in row)
    assert from_rows("a.csv", rows_of("a.csv", text.encode())) == [item]


def test_a_cell_that_began_like_a_formula_is_marked():
    text = to_csv([replace(PERMIT, note="=HYPERLINK(1)")])
    assert "'=HYPERLINK(1)" in text


def test_a_table_that_a_spreadsheet_saved_in_its_own_coding_is_read():
    row = "id,name,legal_basis,statutory_limit\r\nM02,变更登记,条例§19,3wd\r\n"
    assert rows_of("a.csv", row.encode("gb18030"))[0]["name"] == "变更登记"


@pytest.mark.parametrize(
    ("data", "field", "says"),
    [
        (b"", "the file", "no rows"),
        (b"code,name\r\n", "the file", "no rows"),
        (b"code,name\r\nP08\r\n", "row 2", "has 1 cells, the heading 2"),
        (b'code,name\r\n"P08', "the file", "no CSV table"),
        (b"\xff\xff\xff", "the file", "neither UTF-8 nor GB 18030"),
    ],
)
def test_a_table_that_is_none_is_refused_with_what_to_do(data, field, says):
    with pytest.raises(Refused) as caught:
        rows_of("a.csv", data)
    assert caught.value.params["field"] == field
    assert says in str(caught.value.params["problem"])


def test_a_cell_with_a_lost_bracket_is_named():
    rows = rows_of("a.csv", to_csv([PERMIT]).encode())
    rows[0]["limits"] = rows[0]["limits"][:-1]
    with pytest.raises(Refused) as caught:
        from_rows("a.csv", rows)
    assert caught.value.params["file"] == "a.csv row 2"
    assert caught.value.params["field"] == "limits"


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"[{}]", json.dumps([{"code": "P08"}]).encode()])
def test_json_that_is_no_catalogue_is_refused(data):
    with pytest.raises(Refused):
        from_json("a.json", data)


ROW = {
    "id": "U09",
    "name": "加装电梯联合审查",
    "type": "公共服务/联审[L]",
    "legal_basis": "地方办法[L]",
    "statutory_limit": "20wd",
    "source_flag": "S",
    "promised_wd_proposal": "5–8",
    "site_survey": "条件(地址变)",
    "materials": "业主同意书; 方案；公示",
    "note": "",
}


def test_a_row_of_a_foreign_list_becomes_a_draft():
    assert is_list(ROW)
    made = draft(ROW)
    assert made["type_certainty"] == "L"
    assert made["legal_basis"] == [{"text": "地方办法", "certainty": "L"}]
    assert made["promised"] == {"value": 8, "unit": "wd", "certainty": "L"}
    assert made["survey"]["need"] == "conditional"
    assert [one["name"] for one in made["materials"]] == ["业主同意书", "方案", "公示"]
    assert made["limits"][0]["certainty"] == "S"


@pytest.mark.parametrize("flag", ["S依据", "S/P", "", "P时限"])
def test_what_a_list_does_not_mark_as_read_in_the_statute_is_not_marked_so(flag):
    assert draft(ROW | {"source_flag": flag})["limits"][0]["certainty"] == "K"


@pytest.mark.parametrize("words", ["[L]", "20日 / 3wd", "20wd(筹建)+15wd(终审)", "当场; 否则3wd"])
def test_a_limit_that_is_not_one_figure_is_left_to_a_person(words):
    made = draft(ROW | {"statutory_limit": words})
    assert "limits" not in made
    assert words in made["note"]


def test_a_promise_in_words_is_left_to_a_person():
    assert "promised" not in draft(ROW | {"promised_wd_proposal": "20+公示"})
    assert draft(ROW | {"promised_wd_proposal": "0.5"})["promised"]["value"] == 1
    assert draft(ROW | {"promised_wd_proposal": "0"})["promised"] == {"value": 0, "unit": "instant", "certainty": "L"}
