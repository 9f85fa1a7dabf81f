"""What a clerk may type, and what the form says about it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.catalogue.forms import Checked, Wrong, check_form
from protocol.catalogue.masks import mask_id, mask_name, mask_phone
from protocol.catalogue.numbers import birth_date, credit_check_character, id_check_character, is_credit_shape
from protocol.catalogue.reading import standard_items

ITEMS = {item.code: item for item in standard_items()}
PERMIT = ITEMS["P08"]
LICENCE = ITEMS["F01"]


def id_number(born: str = "19900307", sequence: str = "123") -> str:
    first_17 = "510114" + born + sequence
    return first_17 + id_check_character(first_17)


def credit_code(first_17: str = "92510114MA6X8Y9Z0".replace("Z", "W")) -> str:
    return first_17 + credit_check_character(first_17)


ANSWERS = {
    "name": "王小明",
    "id_number": id_number(),
    "phone": "13800005678",
    "address": "大丰街道博雅路 1 号 2 栋 301",
    "since": "2025-01-31",
    "reason": "work",
}


def problem(field: str, answer: str) -> Wrong | None:
    found = check_form(PERMIT, ANSWERS | {field: answer}).problem_of(field)
    return found.code if found else None


def test_a_complete_form_is_good_and_kept_as_it_was_typed():
    assert check_form(PERMIT, ANSWERS) == Checked(ANSWERS, ())


def test_an_empty_form_says_of_each_required_field_that_it_is_missing():
    checked = check_form(PERMIT, {})
    assert [p.field for p in checked.problems] == ["name", "id_number", "phone", "address", "since", "reason"]
    assert {p.code for p in checked.problems} == {Wrong.MISSING}


def test_spaces_alone_are_no_answer():
    assert problem("name", " \u3000\t ") is Wrong.MISSING


def test_script_in_a_name_is_data():
    checked = check_form(PERMIT, ANSWERS | {"name": "<script>alert(1)</script>"})
    assert checked.is_good
    assert checked.answers["name"] == "<script>alert(1)</script>"


@pytest.mark.parametrize("name", ["㛃", "䶮", "𬱖", "王\U00020088", "\ue844", "阿卜杜拉·买买提"])
def test_a_rare_character_in_a_name_stays_what_it_is(name):
    assert check_form(PERMIT, ANSWERS | {"name": name}).answers["name"] == name


def test_a_character_outside_the_first_plane_counts_as_one():
    assert problem("name", "𬱖" * 50) is None
    found = check_form(PERMIT, ANSWERS | {"name": "𬱖" * 51}).problem_of("name")
    assert found is not None
    assert (found.code, found.params) == (Wrong.TOO_LONG, {"length": 51, "limit": 50})


def test_what_was_typed_is_kept_beside_the_problem():
    checked = check_form(PERMIT, ANSWERS | {"id_number": "123"})
    assert checked.answers["id_number"] == "123"
    assert checked.problem_of("id_number") is not None


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (id_number(), None),
        (id_number().lower(), None),
        (" 510114 19900307 123" + id_number()[-1], None),
        ("".join(chr(ord(c) + 0xFEE0) for c in id_number()), None),  # full-width digits
        ("51011419900307123", Wrong.ID_LENGTH),
        ("51011419900307A23X", Wrong.ID_CHARACTERS),
        (id_number("19900230"), Wrong.ID_DATE),
        (id_number("19901301"), Wrong.ID_DATE),
        (id_number("00000101"), Wrong.ID_DATE),
        (id_number()[:16] + id_number()[15:17][::-1], Wrong.ID_CHECK),
        ("٣" * 18, Wrong.ID_CHARACTERS),  # digits of another script
    ],
)
def test_an_id_number_is_checked_to_its_last_digit(typed, wrong):
    assert problem("id_number", typed) is wrong


@given(born=st.dates(date(1900, 1, 1), date(2025, 12, 31)), sequence=st.integers(0, 999))
@settings(max_examples=20)  # each tries every digit at every place
def test_one_wrong_digit_in_an_id_number_is_always_caught(born, sequence):
    right = id_number(born.strftime("%Y%m%d"), f"{sequence:03}")
    assert birth_date(right) == born
    for place in range(18):
        for other in "0123456789X":
            wrong = right[:place] + other + right[place + 1 :]
            assert (problem("id_number", wrong) is None) == (wrong == right)


@given(first_17=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), place=st.integers(0, 17))
def test_one_wrong_character_in_a_credit_code_is_always_caught(first_17, place):
    right = credit_code(first_17)
    assert is_credit_shape(right)
    for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        wrong = right[:place] + other + right[place + 1 :]
        found = check_form(LICENCE, {"credit_code": wrong}).problem_of("credit_code")
        assert (found is None) == (wrong == right)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (credit_code().lower(), None),
        ("9251", Wrong.CREDIT_LENGTH),
        ("I" * 18, Wrong.CREDIT_CHARACTERS),
        (credit_code()[:-1] + ("0" if credit_code()[-1] != "0" else "1"), Wrong.CREDIT_CHECK),
    ],
)
def test_a_credit_code_is_checked(typed, wrong):
    found = check_form(LICENCE, {"credit_code": typed}).problem_of("credit_code")
    assert (found.code if found else None) is wrong


def test_a_check_character_known_from_the_standards():
    assert id_check_character("11010519491231002") == "X"  # the example of GB 11643
    assert credit_check_character("91350100M000100Y4") == "3"  # the example of GB 32100


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("138 0000 5678", "13800005678"), ("+86 13800005678", "13800005678"), ("(028)8391-0000", "02883910000")],
)
def test_a_telephone_number_is_kept_without_its_decoration(typed, kept):
    checked = check_form(PERMIT, ANSWERS | {"phone": typed})
    assert checked.is_good
    assert checked.answers["phone"] == kept


@pytest.mark.parametrize("typed", ["12345", "23800005678", "138000056789", "abc", "110"])
def test_what_is_no_telephone_number_is_told(typed):
    assert problem("phone", typed) is Wrong.PHONE


@pytest.mark.parametrize("typed", ["2025-01-31", "2025/1/31", "2025年1月31日", "2025.01.31"])
def test_a_date_may_be_written_as_people_write_it(typed):
    assert check_form(PERMIT, ANSWERS | {"since": typed}).answers["since"] == "2025-01-31"


@pytest.mark.parametrize("typed", ["2025-02-30", "20250131", "2025-W05-1", "yesterday", "2025-1-31T00"])
def test_what_is_no_date_is_told(typed):
    assert problem("since", typed) is Wrong.DATE


@pytest.mark.parametrize("typed", ["-1", "1e3", "1,000", "NaN", "一"])
def test_what_is_no_number_is_told(typed):
    found = check_form(LICENCE, {"area_m2": typed}).problem_of("area_m2")
    assert found is not None
    assert found.code is Wrong.NUMBER


def test_an_answer_that_is_not_on_the_list_is_told():
    assert problem("reason", "holiday") is Wrong.CHOICE


@pytest.mark.parametrize("sign", ["\x00", "\x1b[2J", "\n", "\u202e", "\u2028", "\ud800"])
def test_signs_that_no_keyboard_writes_are_told(sign):
    assert problem("name", f"王{sign}明") is Wrong.CONTROL_CHARACTER


def test_a_long_answer_may_have_lines_and_windows_ends_them_alike():
    checked = check_form(PERMIT, ANSWERS | {"remarks": "一\r\n二"})
    assert checked.is_good
    assert checked.answers["remarks"] == "一\n二"


def test_a_field_that_the_form_does_not_have_is_refused():
    checked = check_form(PERMIT, ANSWERS | {"is_admin": "1"})
    assert [(p.field, p.code) for p in checked.problems] == [("is_admin", Wrong.UNKNOWN_FIELD)]
    assert "is_admin" not in checked.answers


def test_the_same_letters_typed_in_two_ways_are_kept_alike():
    typed = [check_form(PERMIT, ANSWERS | {"name": name}).answers["name"] for name in ("Jose\u0301", "Jos\u00e9")]
    assert typed[0] == typed[1]


KEYS = sorted({field.key for item in ITEMS.values() for field in item.fields})
ANYTHING = st.text(st.characters(), max_size=60)  # lone surrogates and private use, too


@given(
    code=st.sampled_from(sorted(ITEMS)),
    answers=st.dictionaries(st.one_of(st.sampled_from(KEYS), ANYTHING), ANYTHING, max_size=12),
)
@example(code="P08", answers={"": "\ud800", "phone": "\u0085", "since": "\u2460年1月1日"})
def test_nothing_that_is_typed_breaks_the_form(code, answers):
    checked = check_form(ITEMS[code], answers)
    again = check_form(ITEMS[code], checked.answers)
    wrong = {p.field for p in checked.problems}
    for key, answer in checked.answers.items():
        if key not in wrong:  # a good answer is checked once more at the district and must not change there
            assert again.answers[key] == answer
            assert again.problem_of(key) is None
            answer.encode()


def test_masks_show_what_is_needed_to_recognise_and_no_more():
    assert mask_id("510114199003071234") == "510114********1234"
    assert mask_id("E12345678") == "********8"
    assert mask_phone("13800005678") == "138****5678"
    assert mask_phone("02883910000") == "*********00"
    assert mask_name("王明") == "王*"
    assert mask_name("欧阳小明") == "欧***"
    assert mask_name("𬱖") == "𬱖*"
    assert (mask_id(""), mask_phone(""), mask_name("")) == ("", "", "")


@given(ANYTHING)
def test_a_mask_never_shows_a_whole_answer(text):
    for mask in (mask_id, mask_phone, mask_name):
        assert len(text) < 2 or mask(text) != text or "*" in text
