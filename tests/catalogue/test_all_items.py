"""All items of the district's list: each row of the list against the item that was made of it."""

from __future__ import annotations

import pytest

from protocol.catalogue.checking import check_catalogue
from protocol.catalogue.items import (
    Certainty,
    CountedFrom,
    Item,
    LicenceEffect,
    Limit,
    LimitKind,
    OnExpiry,
    StationKind,
    Stop,
    SurveyNeed,
    Unit,
)
from protocol.catalogue.reading import standard_items
from tests.catalogue.test_items import ITEMS as FOLDER

BY_CODE = {item.code: item for item in standard_items()}
SECOND_STAGES = {"C032": "C03", "C072": "C07"}  # one row of the list, two cases

# What the list says and a machine can read, "-" where it says it in words: code, survey, promise in working
# days, statutory limit for the decision, whether a statute was read for it, whether there is a kiosk for it.
LIST = """
M01 never 0 - S kiosk
M02 never 0 - S kiosk
M03 never - - S kiosk
M04 never 1 - S kiosk
M05 never 1 - S -
M06 never 1 - S kiosk
M07 never 1 - S -
M08 never 0 - S kiosk
M09 never 0 - S kiosk
M10 never 1 1wd S -
M11 never 0 - S kiosk
F01 sometimes 8 - - -
F02 sometimes 3 10wd - kiosk
F03 sometimes 3 10wd - -
F04 sometimes 5 - - -
F05 never 1 - - -
H01 sometimes - - - -
H02 sometimes 3 20wd - -
H03 always 10 20wd - -
H04 never 5 20wd S -
H05 never 1 7wd S kiosk
H06 never 5 20wd S -
H07 never 7 15cd S -
H08 sometimes 0 - - -
H09 always 20 45cd S -
H10 never 0 - - kiosk
D01 always 10 20cd S -
D02 sometimes 0 - S kiosk
D03 sometimes 10 - S -
T01 always 10 20wd - -
C01 sometimes 5 20wd - -
C02 always 15 20wd S -
C03 - - - S -
C04 never 2 3cd S -
C05 always 10 30cd S -
C06 sometimes 15 60cd S -
C07 always - - S -
C08 never 20 30cd S -
P01 always 5 7cd S -
P02 always 7 20wd - -
P03 sometimes - 10wd S -
P04 never 0 - S -
P05 never - - S -
P06 never 0 - S -
P07 never 20 - S kiosk
P08 never 7 - S -
P09 never 1 - S kiosk
P10 never 7 - S kiosk
P11 never 3 - - kiosk
P12 never 7 - S kiosk
V01 never 0 1cd S kiosk
V02 never 0 1cd S kiosk
V03 never 0 1cd S kiosk
V04 never 7 15cd S kiosk
V05 never 0 1cd S kiosk
V06 never 5 20cd S -
U01 always 5 20wd - -
U02 always 7 20wd - -
U03 never 1 20wd - -
U04 always 5 20wd - -
U05 always 5 20cd - -
U06 always 7 20wd - -
U07 always 7 20wd - -
U08 always - - - -
U09 always 20 - - -
U10 sometimes 3 - - kiosk
B01 always 15 20wd S -
B02 always 10 20wd S -
B03 sometimes 5 20wd S -
B04 always 20 - S -
B05 always 10 20wd - -
B06 always 8 15wd - -
B07 always 8 20wd - -
B08 always 12 30wd S -
B09 never 0 - S kiosk
B10 sometimes 1 2wd S -
E01 never 5 - S -
E02 never 0 - S kiosk
L01 sometimes 5 20cd S -
L02 never 0 0instant S -
L03 always 8 20wd - -
L04 never 0 - - kiosk
L05 never 5 10wd S kiosk
L06 - 10 - - -
L07 sometimes 30 - S -
L08 never 1 - S kiosk
L09 never 1 10wd S kiosk
L10 never 10 20wd S kiosk
L11 never 0 0instant - kiosk
L12 never 0 0instant - kiosk
Y01 never 5 10wd S kiosk
Y02 never 0 0instant - kiosk
Y03 never 20 30wd S -
Y04 never 5 10wd S -
Y05 sometimes 15 - S -
G01 never 1 3cd S kiosk
G02 never 0 0instant - kiosk
X01 never 0 5wd S kiosk
X02 never 0 0instant S kiosk
X03 never 0 0instant - kiosk
S01 - 20 - S -
S02 - 20 - S -
S03 - - - S -
S04 sometimes - - S -
S05 never 15 - - -
S06 sometimes - - - -
S07 never 3 - - kiosk
S08 never 0 - - kiosk
S09 - 20 - - -
S10 never 0 - S -
S11 never 5 - S -
S12 never 30 60wd - -
S13 never 0 - S -
R01 sometimes 5 - S -
R02 never 0 0instant S kiosk
I01 never 15 - S -
I02 sometimes 15 - - -
I03 never 0 0instant S kiosk
""".strip().splitlines()


def decisions(item: Item) -> list[Limit]:
    return [limit for limit in item.limits if limit.what is LimitKind.DECISION]


def limits(code: str, what: LimitKind) -> list[tuple[int, Unit, CountedFrom]]:
    return [(one.value, one.unit, one.counted_from) for one in BY_CODE[code].limits if one.what is what]


def test_every_row_of_the_list_is_an_item_and_nothing_else_is():
    assert len(LIST) == 118
    assert {row.split()[0] for row in LIST} | set(SECOND_STAGES) == set(BY_CODE)


@pytest.mark.parametrize("row", LIST, ids=lambda row: row.split()[0])
def test_an_item_says_what_the_list_says(row):
    code, survey, promised, limit, statute, kiosk = row.split()
    item = BY_CODE[code]
    if survey != "-":
        needs = {"always": SurveyNeed.ALWAYS, "never": SurveyNeed.NEVER, "sometimes": SurveyNeed.CONDITIONAL}
        assert item.survey.need is needs[survey]
    if promised != "-":
        assert str(item.promised.value) == promised
    if limit != "-":
        assert limit in [f"{one.value}{one.unit}" for one in decisions(item)]
    assert (kiosk == "kiosk") == (StationKind.KIOSK in item.authority)
    assert item.promised.certainty is Certainty.LOCAL
    if statute != "S":
        assert all(one.certainty is not Certainty.STATUTE for one in decisions(item))


def test_the_delivered_items_pass_the_check_of_the_operator():
    assert check_catalogue(FOLDER) == []


def test_every_item_can_be_asked_for_in_both_languages():
    for item in BY_CODE.values():
        assert len(item.aliases) >= 2, item.code
        assert item.organ_en, item.code
        assert max(item.name_en) < "\u2e80", item.code  # no Han
        assert 3 <= len(item.fields) <= 10, item.code
        for part in (*item.fields, *item.materials, *item.situations):
            english = part.name_en if hasattr(part, "name_en") else part.label_en
            assert english, (item.code, part)


def test_two_laws_with_two_periods_are_both_kept():
    assert limits("M07", LimitKind.DECISION) == [
        (3, Unit.WORKING_DAY, CountedFrom.RECEIPT),
        (20, Unit.CALENDAR_DAY, CountedFrom.ACCEPTANCE),
    ]


def test_what_is_done_on_the_spot_has_three_days_where_that_cannot_be():
    for code in ("M01", "M02", "M04", "M05"):
        assert [(one.value, one.unit) for one in decisions(BY_CODE[code])] == [(0, Unit.INSTANT), (3, Unit.WORKING_DAY)]
        slow = decisions(BY_CODE[code])[1]
        assert slow.extendable is not None
        assert slow.extendable.value == 3


def test_a_waiting_period_is_in_natural_days_from_its_publicity():
    assert limits("M03", LimitKind.WAITING) == [(10, Unit.CALENDAR_DAY, CountedFrom.PUBLICITY)]
    assert limits("M06", LimitKind.WAITING) == [(20, Unit.CALENDAR_DAY, CountedFrom.PUBLICITY)]
    assert limits("M06", LimitKind.APPLICANT) == [(20, Unit.CALENDAR_DAY, CountedFrom.EVENT)]


def test_a_limit_on_the_citizen_is_not_on_the_office():
    assert limits("P04", LimitKind.APPLICANT) == [(1, Unit.MONTH, CountedFrom.EVENT)]
    assert limits("M02", LimitKind.APPLICANT) == [(30, Unit.CALENDAR_DAY, CountedFrom.EVENT)]


def test_rectification_stops_the_clock_for_one_item_alone():
    stopped = {code for code, item in BY_CODE.items() if Stop.RECTIFICATION in item.special_procedures}
    assert stopped == {"D03"}
    assert {code for code, item in BY_CODE.items() if Stop.CONCLUSION in item.special_procedures} == {"L07"}


def test_a_decision_comes_first_and_the_check_after():
    checked = {code for code in BY_CODE if limits(code, LimitKind.CHECK)}
    assert checked == {"D02", "H08", "I03", "P03"}
    assert limits("D02", LimitKind.CHECK) == [(3, Unit.MONTH, CountedFrom.DECISION)]


def test_teachers_are_qualified_in_two_windows_a_year():
    teacher = BY_CODE["C08"]
    assert [window.name for window in teacher.windows] == ["春季", "秋季"]
    assert all(window.certainty is Certainty.LOCAL for window in teacher.windows)
    assert limits("C08", LimitKind.DECISION) == [(30, Unit.CALENDAR_DAY, CountedFrom.WINDOW_END)]


def test_a_second_stage_follows_the_first():
    assert {code: item.after for code, item in BY_CODE.items() if item.after} == {
        code: (first,) for code, first in SECOND_STAGES.items()
    }
    assert limits("C03", LimitKind.DECISION) == [(20, Unit.WORKING_DAY, CountedFrom.ACCEPTANCE)]
    assert limits("C032", LimitKind.DECISION) == [(15, Unit.WORKING_DAY, CountedFrom.ACCEPTANCE)]
    assert limits("C072", LimitKind.DECISION) == [(3, Unit.MONTH, CountedFrom.ACCEPTANCE)]


def test_one_matter_names_the_items_that_it_is_made_of():
    assert {code: item.bundle for code, item in BY_CODE.items() if item.bundle} == {"M10": ("M04", "X01", "L09")}


def test_information_requests_have_a_clock_of_their_own():
    assert limits("I01", LimitKind.NOTICE) == [(7, Unit.WORKING_DAY, CountedFrom.RECEIPT)]
    supply = next(limit for limit in BY_CODE["I01"].limits if limit.what is LimitKind.SUPPLY)
    assert supply.on_expiry is OnExpiry.ABANDONED
    assert supply.certainty is Certainty.LOCAL
    aid = next(limit for limit in BY_CODE["S11"].limits if limit.what is LimitKind.SUPPLY)
    assert aid.on_expiry is OnExpiry.DEEMED_WITHDRAWN


def test_a_permit_has_its_notice_and_a_licence_its_ten_days():
    registrations = {
        "M01",
        "M02",
        "M03",
        "M04",
        "M05",
        "M06",
        "M07",
        "P12",
    }  # registered or issued under laws of their own
    for code, item in BY_CODE.items():
        if item.type == "行政许可" and code not in registrations:
            assert limits(code, LimitKind.NOTICE) == [(5, Unit.WORKING_DAY, CountedFrom.RECEIPT)], code


def test_a_renewal_that_is_not_decided_in_time_is_deemed_granted():
    for code in ("F02", "H02"):
        item = BY_CODE[code]
        assert item.licence is not None
        assert item.licence.effect is LicenceEffect.RENEWS
        assert item.licence.deemed_renewed
        assert {limit.on_expiry for limit in decisions(item)} == {OnExpiry.DEEMED_RENEWED}
    licence = BY_CODE["D03"].licence
    assert licence is not None
    assert licence.certainty is Certainty.STATUTE
    assert licence.renewal_opens is not None
    assert licence.renewal_closes is not None
    assert (licence.renewal_opens.value, licence.renewal_closes.value) == (90, 30)
    assert licence.renewal_opens.unit is Unit.WORKING_DAY


def test_a_situation_leaves_out_the_materials_that_it_does_not_need():
    fire = BY_CODE["P03"]
    promised = {one.name for one in fire.required_materials_for({"procedure": "commitment"})}
    inspected = {one.name for one in fire.required_materials_for({"procedure": "inspection"})}
    always = {one.name for one in fire.required_materials}
    assert "消防安全告知承诺书" in promised - inspected
    assert "消防设施检测合格材料" in inspected - promised
    assert always == promised & inspected
    assert [situation.key for situation in fire.unanswered({})] == ["procedure"]
    assert fire.unanswered({"procedure": "commitment"}) == ()
    assert {one.name for one in fire.required_materials_for({})} == always
    assert all(one.asked_of_applicant for one in fire.required_materials_for({"procedure": "inspection"}))


def test_a_field_is_asked_only_where_it_means_something():
    pension = BY_CODE["L10"]
    assert "bank_account" in {field.key for field in pension.fields_for({"kind": "draw"})}
    assert "bank_account" not in {field.key for field in pension.fields_for({"kind": "join"})}
