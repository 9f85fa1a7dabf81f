"""The catalogue as it travels: signed by the district, obeyed at the station."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.catalogue.bundle import Catalogue, open_bundle, pack
from protocol.catalogue.reading import standard_items
from protocol.errors import Distrusted, Refused

AUTHORITY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
ISSUED = datetime(2026, 3, 2, 1, tzinfo=UTC)
ITEMS = standard_items()
BUNDLE = pack(ITEMS, 4, ISSUED, AUTHORITY)


def catalogue(data: bytes = BUNDLE) -> Catalogue:
    return open_bundle(data, AUTHORITY.public_key())


def names(question: str) -> list[str]:
    return [item.code for item in catalogue().search(question)]


def test_what_the_district_packed_is_what_the_station_reads():
    opened = catalogue()
    assert opened.items() == ITEMS
    assert (opened.number, opened.issued_at) == (4, ISSUED)
    assert opened.digest == sha256(BUNDLE).hexdigest()


def test_the_same_items_give_the_same_bytes_in_whatever_order_they_come():
    assert pack(reversed(ITEMS), 4, ISSUED, AUTHORITY) == BUNDLE


@given(at=st.integers(0, len(BUNDLE) - 1), bit=st.integers(0, 7))
def test_a_bundle_with_one_flipped_bit_is_not_obeyed(at, bit):
    flipped = BUNDLE[:at] + bytes([BUNDLE[at] ^ (1 << bit)]) + BUNDLE[at + 1 :]
    with pytest.raises(Distrusted) as caught:
        catalogue(flipped)
    assert caught.value.code == "distrusted.bundle"


@given(st.one_of(st.binary(), st.integers(0, len(BUNDLE) - 1).map(lambda length: BUNDLE[:length])))
def test_bytes_that_are_no_whole_bundle_are_not_obeyed(data):
    with pytest.raises(Distrusted):
        catalogue(data)


def test_a_bundle_signed_by_somebody_else_is_not_obeyed():
    with pytest.raises(Distrusted):
        catalogue(pack(ITEMS, 4, ISSUED, Ed25519PrivateKey.generate()))


def test_a_signature_for_another_purpose_does_not_make_a_bundle():
    content = BUNDLE[len(b"microcenter/1 bundle\n") + 64 :]
    with pytest.raises(Distrusted):
        catalogue(b"microcenter/1 bundle\n" + AUTHORITY.sign(content) + content)


def test_an_older_bundle_does_not_replace_a_newer_one():
    with pytest.raises(Distrusted):
        open_bundle(BUNDLE, AUTHORITY.public_key(), at_least=5)


def test_a_case_is_decided_by_the_version_that_it_pins():
    permit = next(item for item in ITEMS if item.code == "P08")
    later = replace(permit, version=2, name="居住证申领（新）", in_force_from=date(2026, 6, 1))
    both = catalogue(pack([permit, later], 5, ISSUED, AUTHORITY))
    assert both.item("P08", 1).name == "居住证申领"
    assert both.item("P08", 2).name == "居住证申领（新）"
    assert both.current("P08").version == 2
    assert both.current("P08", date(2026, 5, 31)).version == 1
    assert both.current("P08", date(2026, 6, 1)).version == 2
    assert [item.version for item in both.search("居住证")] == [2]
    assert [item.version for item in both.search("居住证", on=date(2026, 3, 1))] == [1]


def test_an_item_that_is_not_there_or_not_yet_in_force_is_refused():
    for ask in (
        lambda: catalogue().item("P08", 9),
        lambda: catalogue().current("Z99"),
        lambda: catalogue().current("P08", date(2025, 1, 1)),
    ):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.code == "refused.no-item"
    assert catalogue().items(date(2025, 1, 1)) == []


def test_the_same_version_twice_is_not_packed():
    with pytest.raises(Refused):
        pack([*ITEMS, ITEMS[0]], 4, ISSUED, AUTHORITY)


@pytest.mark.parametrize(
    ("said", "best"),
    [
        ("居住证", "P08"),
        ("我想办居住证", "P08"),
        ("开店", "M01"),
        ("低保", "S01"),
        ("p08", "P08"),
        ("Ｐ０８", "P08"),
        ("residence permit", "P08"),
        ("HOTEL", "P02"),
        ("公积金租房", "G01"),
        ("旅馆许可", "P02"),
        ("我家想盖房子", "B01"),
    ],
)
def test_what_people_say_at_the_counter_finds_the_item(said, best):
    assert names(said)[0] == best


def test_nonsense_finds_nothing_and_no_question_shows_everything():
    assert names("xyzzy") == []
    assert names("飞机场跑道灯") == []
    assert catalogue().search("  ", limit=len(ITEMS)) == ITEMS
    assert len(catalogue().search("", limit=3)) == 3


@given(st.text(max_size=30))
def test_no_question_breaks_the_search(question):
    assert len(catalogue().search(question, 5)) <= 5
