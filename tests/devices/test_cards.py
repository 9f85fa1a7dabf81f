"""What is on a card: every kind that comes to a counter, and everything that is not a card."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.devices.cards import CardKind, IdCard, Sex, age_on, id_card, social_card
from node.devices.dialects import DIALECTS, NUMBERED, parts_of
from node.devices.fakes.people import PEOPLE, SOCIAL, number
from node.devices.fakes.services import PARTS, frame
from node.devices.rare import KNOWN, is_ordinary, is_private
from protocol.errors import Refused, Unreachable


def card(who: str = "ordinary", **changed: str) -> IdCard:
    return id_card(dict(PEOPLE[who]) | changed)


def test_an_ordinary_card_is_read_whole() -> None:
    read = card()
    assert (read.kind, read.name, read.sex, read.nation) == (CardKind.RESIDENT, "测试甲", Sex.MALE, "汉")
    assert (read.birth, read.valid_from, read.valid_to) == (date(1988, 3, 12), date(2016, 3, 2), date(2036, 3, 2))
    assert read.photo is not None
    assert read.number.startswith("51011419880312")


def test_an_old_persons_card_that_holds_for_ever_is_not_over() -> None:
    assert card("long-term").valid_to is None
    one_part = {"from": "", "to": "", "validity": "2016.03.02-长期"}  # as the text dialect says it
    assert card("long-term", **one_part).valid_to is None
    assert age_on(card("long-term").birth, date(2026, 11, 24)) == 76
    assert age_on(date(1966, 11, 25), date(2026, 11, 24)) == 59


def test_foreigners_and_compatriots_are_not_turned_away() -> None:
    new, old, permit = card("foreign"), card("foreign-old"), card("hk-mo-tw")
    assert (new.kind, new.number[0], new.address) == (CardKind.FOREIGN, "9", "")
    assert (old.kind, old.number, old.name) == (CardKind.FOREIGN_OLD, "CAN110181032601", "TEST PERSON JOHN")
    assert (permit.kind, permit.nation) == (CardKind.HK_MO_TW, "")


def test_a_rare_character_is_given_its_code_point_and_an_unknown_one_is_kept() -> None:
    assert card("rare").name == "测龺𬱖"  # said as U+E854 by a service that is older than the character
    kept = card("unknown-character").name
    assert kept == "测\ue5f1"
    assert is_private(kept[1])
    assert not is_ordinary(kept)
    assert is_ordinary("测试·甲")


def test_the_table_of_rare_characters_is_the_one_of_the_standard() -> None:
    """66 of the 80 stand in Python's own table; that one leaves the others private, as the standard of 2000 did."""
    agreed = 0
    for place, (private, character) in enumerate(KNOWN.items()):
        trail = 0x50 + place + (place >= 0x2F)
        there = bytes([0xFE, trail]).decode("gb18030")
        assert there in (private, character)
        agreed += there == character
    assert (len(KNOWN), agreed) == (80, 66)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("name", ""),
        ("name", "测?"),  # a character was lost on the way
        ("name", "测\ufffd"),
        ("name", "测\u202e甲"),
        ("name", "长" * 61),
        ("sex", "未知"),
        ("sex", "女"),  # the number says otherwise
        ("birth", "19880230"),
        ("birth", "19880313"),
        ("birth", "今天"),
        ("number", "51011419880312001"),
        ("number", "510114198803120019"),
        ("number", ""),
        ("address", ""),
        ("issuer", ""),
        ("nation", ""),
        ("from", "20360303"),  # after its end
        ("from", "19011212"),
        ("to", ""),
        ("to", "很久"),
    ],
)
def test_what_does_not_fit_together_is_no_card(part: str, value: str) -> None:
    wrong = value if value != "510114198803120019" else number("51011419880312001")[:17] + "?"
    with pytest.raises(Refused) as why:
        card(**{part: wrong})
    assert why.value.code == "refused.card-unreadable"
    assert value == "" or value not in str(why.value)  # nothing of a person in what may be logged


def test_a_mistyped_check_character_is_seen() -> None:
    good = PEOPLE["ordinary"]["number"]
    for other in "0123456789X":
        if other != good[17]:
            with pytest.raises(Refused):
                card(number=good[:17] + other)


def test_a_photo_that_is_no_picture_costs_nobody_his_turn() -> None:
    assert card(photo="Qk0=").photo is None  # a bitmap
    assert card(photo="§").photo is None
    assert card(photo="").photo is None


def test_a_social_security_card_says_whose_it_is() -> None:
    read = social_card(SOCIAL["ordinary"])
    assert (read.name, read.card_number) == ("测试甲", "A00000001")
    with pytest.raises(Refused):
        social_card({**SOCIAL["ordinary"], "card_number": ""})


@given(st.sampled_from(sorted(DIALECTS)), st.lists(st.binary(max_size=80), max_size=13))
def test_noise_on_the_wire_never_becomes_a_card(dialect: str, messages: list[bytes]) -> None:
    with pytest.raises((Refused, Unreachable)):
        id_card(parts_of(DIALECTS[dialect], messages))


@given(st.sampled_from(sorted(PEOPLE)), st.integers(0, 10), st.data())
def test_an_answer_that_was_cut_anywhere_never_becomes_a_card(who: str, place: int, data: st.DataObject) -> None:
    frames = [bytes([0xEF, 0x1B, 0, 0]), *(frame(9 + at, PEOPLE[who][part]) for at, part in enumerate(PARTS))]
    whole = frames[1 + place]
    frames[1 + place] = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(Refused):
        id_card(parts_of(NUMBERED, frames))
