"""An issue and what changed since the one before: whole or not at all, signed by the authority or by two persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.catalogue.bundle import catalogue_of, open_bundle, parts_of, sign_parts
from protocol.catalogue.issue import apply, difference, head_of, read_issue, rewritten, write_issue
from protocol.catalogue.publishers import May, make_key, open_key, sign_head
from protocol.clock import stamp
from protocol.errors import Distrusted, Refused
from tests.catalogue.publishing import (
    AUTHORITY,
    EDITOR,
    ISSUED,
    PUBLISHER,
    next_version,
    publisher,
    signed_by_two,
    the_list,
)
from tests.district_data import all_items, example_item

ITEMS = list(all_items())
BEFORE = sign_parts(parts_of(ITEMS), 4, ISSUED, AUTHORITY)
NEWER = next_version(example_item(), note="改")
AFTER = sign_parts(parts_of([*ITEMS, NEWER]), 5, ISSUED, AUTHORITY)
CHANGE = difference(read_issue(BEFORE), read_issue(AFTER))


def refusal(data: bytes) -> Distrusted:
    with pytest.raises(Distrusted) as caught:
        open_bundle(data, AUTHORITY.public_key())
    return caught.value


def test_the_change_leads_from_one_issue_to_the_next_byte_for_byte():
    assert rewritten(apply(read_issue(BEFORE), CHANGE)) == AFTER
    assert len(CHANGE) < 8 * 1024 < len(AFTER)


def test_what_was_taken_out_goes_with_the_change_and_can_still_be_read_where_it_is_kept():
    without = parts_of(ITEMS[1:], kept=ITEMS[:1])
    change = difference(read_issue(BEFORE), read_issue(sign_parts(without, 5, ISSUED, AUTHORITY)))
    catalogue = catalogue_of(apply(read_issue(BEFORE), change))
    assert ITEMS[0].code not in [item.code for item in catalogue.items()]
    assert catalogue.item(ITEMS[0].code, ITEMS[0].version) == ITEMS[0]


def test_a_change_that_was_made_for_another_issue_does_not_fit():
    with pytest.raises(Distrusted) as caught:
        apply(read_issue(AFTER), CHANGE)
    assert caught.value.code == "distrusted.delta"


@given(at=st.integers(0, len(CHANGE) - 1), bit=st.integers(0, 7))
def test_a_change_with_one_flipped_bit_leads_nowhere(at, bit):
    with pytest.raises(Distrusted) as caught:
        apply(read_issue(BEFORE), CHANGE[:at] + bytes([CHANGE[at] ^ (1 << bit)]) + CHANGE[at + 1 :])
    assert caught.value.code == "distrusted.delta"


def test_a_forged_change_that_is_well_made_is_not_believed():
    """Whoever holds the hub can make a change that fits; the signature under it he cannot make."""
    forged = parts_of([*ITEMS, replace(NEWER, note="伪")])
    by_himself = Ed25519PrivateKey.generate()
    change = difference(read_issue(BEFORE), read_issue(sign_parts(forged, 5, ISSUED, by_himself)))
    assert refusal(rewritten(apply(read_issue(BEFORE), change))).code == "distrusted.bundle"
    with_old_signature = read_issue(AFTER)
    with pytest.raises(Distrusted):
        read_issue(write_issue(with_old_signature.signed, with_old_signature.signatures, b"", forged))


def test_two_publishers_of_the_list_count_as_the_authority():
    catalogue = open_bundle(signed_by_two(parts_of(ITEMS), 5), AUTHORITY.public_key())
    assert (catalogue.number, catalogue.signed_by, catalogue.list_number) == (5, ("bian", "fa"), 1)


@pytest.mark.parametrize(
    "made",
    [
        lambda parts: signed_by_two(parts, 5, approver=("bian", EDITOR)),
        lambda parts: signed_by_two(parts, 5, signer=("fa", PUBLISHER), approver=("bian", EDITOR)),
        lambda parts: signed_by_two(parts, 5, approver=("fa", Ed25519PrivateKey.generate())),
        lambda parts: signed_by_two(parts, 5, at=ISSUED + timedelta(days=31)),
        lambda parts: signed_by_two(parts, 5, at=ISSUED - timedelta(days=31)),
        lambda parts: signed_by_two(parts, 5, publishers=the_list(authority=Ed25519PrivateKey.generate())),
        lambda parts: signed_by_two(
            parts,
            5,
            publishers=the_list(
                publisher("bian", EDITOR, May.SIGN),
                publisher("fa", PUBLISHER, May.APPROVE, revoked_at=stamp(ISSUED - timedelta(hours=1))),
            ),
        ),
        lambda parts: signed_by_two(
            parts,
            5,
            publishers=the_list(publisher("bian", EDITOR, May.SIGN, May.APPROVE), publisher("fa", EDITOR, May.APPROVE)),
            approver=("fa", EDITOR),
        ),
    ],
    ids=["one", "roles swapped", "unknown key", "expired", "not yet", "foreign list", "revoked", "two names one key"],
)
def test_anything_less_than_two_publishers_counts_for_nothing(made):
    assert refusal(made(parts_of(ITEMS))).code == "distrusted.publishers"


def test_a_signature_of_the_editor_is_no_approval():
    head = head_of(5, ISSUED, parts_of(ITEMS))
    one = sign_head(head, EDITOR, "bian", May.SIGN)
    other = sign_head(head, PUBLISHER, "fa", May.SIGN)
    as_approval = type(other)(other.by, May.APPROVE, other.value)
    data = write_issue(head, (one, as_approval), the_list(), parts_of(ITEMS))
    assert refusal(data).code == "distrusted.publishers"


def test_a_key_opens_with_its_own_pass_phrase_only():
    public, pem = make_key("一句足够长的口令 for bian")
    assert open_key(pem, "一句足够长的口令 for bian").public_key().public_bytes_raw() == public
    for wrong in ("another sentence", ""):
        with pytest.raises(Refused) as caught:
            open_key(pem, wrong)
        assert caught.value.code == "refused.pass-phrase"
    with pytest.raises(Refused) as caught:
        make_key("short")
    assert caught.value.code == "refused.pass-phrase-short"
