"""The district that tests, benchmark and demo are played in: whole, right in every digit, the same every time."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from functools import cache

import pytest

from protocol.cases.words import Role
from protocol.catalogue.forms import check_form
from protocol.catalogue.items import FieldRole, FieldType, Item
from protocol.catalogue.masks import mask_name
from protocol.catalogue.numbers import birth_date, credit_check_character, id_check_character, is_id_shape
from protocol.catalogue.reading import standard_items
from protocol.controls.machine import delivered
from tests.believable import District, answers_in, believable, day_of_cases, situations_of
from tests.believable.cases import TODAY

_PARTY = re.compile(r"[a-z0-9][a-z0-9-]{1,30}[a-z0-9]")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9.-]{1,31}")


@cache
def district() -> District:
    return believable(1)


@cache
def items() -> tuple[Item, ...]:
    return tuple(standard_items())


def test_a_whole_district_is_made_in_a_second_and_the_same_from_the_same_seed() -> None:
    begun = time.perf_counter()
    made = believable(1)
    assert time.perf_counter() - begun < 3  # 0.3 s on a rested machine
    assert made == district()
    assert believable(2, people=10).applicants != made.applicants[:10]
    assert [len(part) for part in (made.stations, made.staff, made.clerks, made.applicants)] == [300, 40, 700, 20_000]


def test_every_station_has_a_name_of_its_own_and_somebody_who_answers_for_it() -> None:
    made = district()
    assert len({place.code for place in made.stations}) == len({place.title for place in made.stations}) == 300
    assert all(_PARTY.fullmatch(place.code) for place in made.stations)
    assert set(Counter(place.tier for place in made.stations)) == {"town", "village", "residential", "business"}
    heads = Counter(person.station for person in made.clerks if Role.HEAD in person.roles)
    assert heads == dict.fromkeys((place.code for place in made.stations), 1)
    assert len(made.at(made.stations[0].code)) >= 2


def test_no_hub_person_has_two_links_and_every_rule_has_its_section() -> None:
    made = district()
    nobodys = {Role.CLERK, Role.HEAD, Role.APPLICANT, Role.SYSTEM}
    assert {role for person in made.staff for role in person.roles} == set(Role) - nobodys
    assert all(len(person.roles) == 1 for person in made.staff)
    codes = {section.code for section in made.sections}
    assert {person.section for person in made.staff} <= codes
    assert {rule.owner for rule in delivered().versions()} <= codes
    for people in (made.staff, made.clerks):
        assert len({person.account for person in people}) == len(people)
        assert all(_ACCOUNT.fullmatch(person.account) for person in people)


def test_numbers_have_their_right_check_characters_and_belong_to_one_person() -> None:
    made = district().applicants
    for person in made:
        assert is_id_shape(person.number)
        assert person.number.startswith("510114")
        assert id_check_character(person.number[:17]) == person.number[17]
        assert birth_date(person.number) == person.born
        assert re.fullmatch(r"1990000[0-9]{4}", person.phone)
    assert len({person.number for person in made}) == len(made)
    firms = [person.enterprise for person in made if person.enterprise]
    assert len({firm.code for firm in firms}) == len(firms) == 5_000
    assert all(credit_check_character(firm.code[:17]) == firm.code[17] for firm in firms)


def test_names_bring_what_breaks_screens() -> None:
    made = district().applicants
    assert any(ord(character) > 0xFFFF for person in made for character in person.name)
    assert any("·" in person.name for person in made)
    assert max(len(person.enterprise.name) for person in made if person.enterprise) > 40
    assert all(mask_name(person.name) != person.name for person in made[:500])


@pytest.mark.parametrize("item", items(), ids=lambda item: f"{item.code}v{item.version}")
def test_answers_pass_the_form_of_every_item_in_every_situation(item: Item) -> None:
    rng = random.Random(item.code)
    person, firm = district().applicants[1], district().applicants[0]
    for situations in situations_of(item):
        for applicant in (person, firm):
            answers = answers_in(item, situations, applicant, rng)
            checked = check_form(item, answers)
            assert checked.problems == (), (situations, checked.problems)
            assert checked.answers == answers
            assert item.unanswered({**situations, **answers}) == ()


def test_a_day_comes_in_order_to_stations_that_take_the_item() -> None:
    day = list(day_of_cases(3, 400, items(), district()))
    assert [one.at for one in day] == sorted(one.at for one in day)
    assert {one.at.date() for one in day} == {TODAY}
    assert day == list(day_of_cases(3, 400, items(), district()))
    assert day != list(day_of_cases(4, 400, items(), district()))
    codes = {place.code for place in district().stations}
    for one in day:
        assert one.station in codes
        name = one.item.field_with(FieldRole.APPLICANT_NAME)
        number = one.item.field_with(FieldRole.APPLICANT_ID)
        assert one.answers[name.key]
        firm = one.applicant.enterprise
        own = firm.code if number.type is FieldType.CREDIT_CODE and firm else one.applicant.number
        assert one.answers[number.key] == own
        assert check_form(one.item, one.answers).problems == ()
    assert len({one.item.code for one in day}) > len(items()) * 0.7
