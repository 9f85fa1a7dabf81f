"""The files that a person edits: what is taken, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from protocol.catalogue.items import (
    Certainty,
    FieldRole,
    Item,
    Level,
    LimitKind,
    Mode,
    ProjectType,
    ServiceObject,
    StationKind,
    Unit,
)
from protocol.catalogue.reading import load_folder, read_item, standard_items
from protocol.errors import Refused

ITEMS = Path(__file__).parents[2] / "protocol" / "catalogue" / "items"
PERMIT = (ITEMS / "P08.v1.yaml").read_text(encoding="utf-8")


def by_code() -> dict[str, Item]:
    return {item.code: item for item in standard_items()}


def refusal(text: str, file: str = "P08.v1.yaml") -> dict[str, object]:
    with pytest.raises(Refused) as caught:
        read_item(file, text.encode())
    assert caught.value.code == "refused.catalogue"
    assert caught.value.params["file"] == file
    return caught.value.params


def test_what_kind_of_item_it_is_and_who_may_do_what_stands_in_its_file():
    items = by_code()
    assert {ServiceObject.NATURAL, ServiceObject.LEGAL} == {item.service_object for item in items.values()}
    assert items["M01"].project_type is ProjectType.INSTANT
    assert items["B01"].level is Level.TOWN
    assert items["B01"].mode_at(StationKind.TOWN) is Mode.DECIDE
    assert items["P08"].mode_at(StationKind.RESIDENTIAL) is Mode.ACCEPT
    assert items["F01"].mode_at(StationKind.KIOSK) is Mode.INFORM
    decisions = [limit for limit in items["M07"].limits if limit.what is LimitKind.DECISION]
    assert [(limit.value, limit.unit) for limit in decisions] == [(3, Unit.WORKING_DAY), (20, Unit.CALENDAR_DAY)]


def test_every_item_has_a_name_a_number_and_a_telephone_to_find():
    for item in standard_items():
        assert {item.field_with(role).role for role in FieldRole} == set(FieldRole)
        assert item.required_materials


def test_what_the_administration_has_already_is_never_asked_of_the_applicant():
    for item in standard_items():
        assert all(material.asked_of_applicant for material in item.required_materials)
    licence = by_code()["F01"].material("F01-2")
    assert licence is not None
    assert not licence.asked_of_applicant


def test_a_limit_that_was_not_read_in_a_statute_is_not_shown_as_law():
    tobacco = next(limit for limit in by_code()["T01"].limits if limit.what is LimitKind.DECISION)
    assert tobacco.certainty is Certainty.KNOWN
    assert not tobacco.may_be_shown_as_law
    permit = by_code()["P08"].limits[0]
    assert permit.may_be_shown_as_law


def test_remedies_name_the_bodies_that_the_officer_filled_in():
    text = by_code()["P08"].remedies.fill("某区人民政府", "某区人民法院")
    assert "某区人民政府" in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("organ: 公安机关", "orgn: 公安机关", "organ", "missing"),
        ("result: 居住证", "result: 居住证\nresullt: 居住证", "resullt", "not a key"),
        ("unit: cd", "unit: days", "limits[0].unit", "not one of the values"),
        ("value: 15", "value: fifteen", "limits[0].value", "correct the value"),
        ("value: 15", "value: 0", "limits[0].value", "instant"),
        ("value: 15", "value: -3", "limits[0].value", "more than 0"),
        ("what: decision", "what: notice", "limits", "no limit for the decision"),
        ("code: P08-2", "code: P08-1", "materials[1].code", "twice"),
        ("key: phone", "key: name", "fields[2].key", "twice"),
        ("value: home", "value: work", "fields[5].choices[1].value", "twice"),
        ("type: date", "type: day", "fields[4].type", "not one of the values"),
        ("role: applicant_phone", "role: phone", "fields[2].role", "not one of the values"),
        (", role: applicant_phone", "", "fields", "exactly one field must have the role applicant_phone"),
        ("max_length: 300", "max_length: 300000", "fields[9].max_length", "1 to 4000"),
        ("{court}", "{curt}", "remedies.text", "{curt} is not known"),
        ("forms: [original]", "forms: []", "materials[1].forms", "is empty"),
        ("required: true, forms", "required: maybe, forms", "materials[0].required", "bool"),
        ("name_en: Residence permit", "name_en: ' '", "name_en", "is empty"),
        ("version: 1", "version: 2", "code", "P08.v2.yaml"),
        ("code: P08\n", "code: p08\n", "code", "capital letter"),
        ("level: county", "level: county\nlevel: town", "line 11", "twice"),
        ("level: county", "level: [county", "line ", "correct the YAML"),
        ("in_force_from: 2026-01-01", "in_force_from: soon", "in_force_from", "correct the value"),
        ("residential: {mode: accept", "residencial: {mode: accept", "authority", "residencial"),
    ],
)
def test_a_slip_in_a_file_is_named_with_its_place_and_what_to_do(old, new, field, says):
    assert old in PERMIT
    told = refusal(PERMIT.replace(old, new, 1))
    assert str(told["field"]).startswith(field)
    assert says in str(told["problem"])


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"- 1\n- 2\n", b"code: !!python/object:os.system {}", b"a\x00b"]
)
def test_a_file_that_is_no_item_at_all_is_refused_and_runs_nothing(data):
    with pytest.raises(Refused):
        read_item("X01.v1.yaml", data)


def test_a_folder_holds_several_versions_of_an_item(tmp_path):
    (tmp_path / "P08.v1.yaml").write_text(PERMIT, encoding="utf-8")
    (tmp_path / "P08.v2.yaml").write_text(PERMIT.replace("version: 1", "version: 2"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not an item", encoding="utf-8")
    assert [(item.code, item.version) for item in load_folder(tmp_path)] == [("P08", 1), ("P08", 2)]


def test_an_item_of_a_bundle_from_before_the_situations_still_opens():
    added_later = {
        "organ_en", "in_force_to", "change", "catalogue_code", "task_code", "handling_item", "also_for", "situations",
        "handling", "scope", "visits", "result_type", "windows", "after", "bundle", "commitment", "conditional",
        "licence", "instant",
    }  # fmt: skip
    said = msgspec.to_builtins(by_code()["P08"])
    for material in said["materials"]:
        for key in ("standard_en", "when", "secondary", "sample", "blank_form", "basis", "certainty"):
            del material[key]
    old = msgspec.convert({key: value for key, value in said.items() if key not in added_later}, Item)
    assert old.required_materials == old.required_materials_for({})
    assert {material.code for material in old.required_materials} == {"P08-1", "P08-2", "P08-3"}
    assert old.is_open
