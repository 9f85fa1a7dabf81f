"""A paper at the verify page: what is genuine, what was cancelled since, and everything that somebody made up."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from functools import cache

import base45
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.clock import stamp
from protocol.documents.kinds import Kind
from protocol.documents.press import Press
from protocol.documents.produce import Printed, produce
from protocol.documents.qr import PREFIX, read_code, write_code
from protocol.documents.verify import (
    MAX_PDF_BYTES,
    NO_LIST,
    CancellationList,
    Cancelled,
    Outcome,
    Verdict,
    Why,
    verify_pdf,
    verify_text,
)
from protocol.errors import Refused
from protocol.identity import Card, Keyring, KeyringContent, Keys, Standing
from tests.documents.samples import ALL, AT, AUTHORITY, DISTRICT, HUB_KEYS, STATION_KEYS, a_seal, keyring

RING = keyring()
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@cache
def grant() -> Printed:
    return produce(Press(), ALL[Kind.GRANT], DISTRICT, HUB_KEYS, a_seal())


def looked_at(data: bytes, cancelled: CancellationList = NO_LIST) -> Verdict:
    return verify_pdf(data, AUTHORITY.public_key(), RING, cancelled)


def code_by(keys: Keys, kind: Kind = Kind.GRANT) -> str:
    return write_code(read_code(grant().code, RING).told, keys) if kind is Kind.GRANT else ""


def test_a_genuine_paper_says_what_it_is_and_that_no_list_was_asked():
    for verdict in (verify_text(grant().code, RING), looked_at(grant().pdf)):
        assert verdict.outcome is Outcome.GENUINE
        assert verdict.as_of is None
        assert verdict.told is not None
        assert (verdict.told.kind, verdict.told.day, verdict.told.made_at) == (Kind.GRANT, date(2026, 3, 9), AT)
        assert verdict.told.name == "某*****"
        assert verdict.maker == "hub"
    sealed = looked_at(grant().pdf).sealed
    assert sealed is not None
    assert (sealed.name, sealed.is_test) == ("某区政务服务中心", True)


def test_a_cancelled_licence_is_genuine_and_cancelled_as_of_the_day_of_the_list():
    entry = Cancelled(date(2026, 6, 1), "以欺骗手段取得")
    number = ALL[Kind.GRANT].front.number
    listed = CancellationList(AT, {number: entry}.get)
    for verdict in (verify_text(grant().code, RING, listed), looked_at(grant().pdf, listed)):
        assert verdict.outcome is Outcome.CANCELLED
        assert (verdict.cancelled, verdict.as_of) == (entry, AT)
        assert verdict.told is not None


def test_what_a_scanner_types_may_end_with_a_line():
    assert verify_text(grant().code + "\r\n", RING).outcome is Outcome.GENUINE


# -- the box


@pytest.mark.parametrize("standing", [Standing.REVOKED, Standing.SUPERSEDED])
def test_a_paper_made_before_its_box_went_out_stays_genuine_and_says_since_when(standing):
    later = AT + timedelta(days=100)
    verdict = verify_text(grant().code, keyring(hub=standing, since=stamp(later)))
    assert verdict.outcome is Outcome.GENUINE
    assert verdict.out_since == later


@pytest.mark.parametrize("since", [stamp(AT - timedelta(seconds=1)), stamp(AT), "", "yesterday"])
def test_a_paper_made_when_its_box_was_out_proves_nothing(since):
    verdict = verify_text(grant().code, keyring(hub=Standing.REVOKED, since=since))
    assert (verdict.outcome, verdict.why, verdict.told) == (Outcome.UNPROVEN, Why.KEY_OUT, None)


def test_a_station_cannot_sign_what_only_the_hub_may_say():
    assert verify_text(code_by(STATION_KEYS), RING).why is Why.NOT_THEIRS


def test_a_code_of_a_key_that_nobody_knows_and_of_one_that_borrows_the_hubs_name():
    assert verify_text(code_by(Keys.make("elsewhere")), RING).why is Why.UNKNOWN_KEY
    assert verify_text(code_by(Keys.make("hub", box=2)), RING).why is Why.UNKNOWN_KEY
    assert verify_text(code_by(Keys.make("hub")), RING).why is Why.ALTERED


def test_a_paper_of_another_district_with_the_same_key():
    cards: list[Card] = [HUB_KEYS.card()]
    other = Keyring(KeyringContent(district="wuhou", number=1, issued_at="", cards=cards))
    assert verify_text(grant().code, other).why is Why.OTHER_DISTRICT


# -- what was altered


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_no_code_with_another_character_is_genuine(data):
    code = grant().code
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([one for one in BASE45 if one != code[at]]))
    verdict = verify_text(code[:at] + other + code[at + 1 :], RING)
    assert verdict.outcome is Outcome.UNPROVEN
    assert verdict.told is None


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_no_file_with_another_byte_is_genuine(data):
    pdf = grant().pdf
    seal_at = pdf.rindex(b"/Contents <3")
    anywhere, in_the_seal = st.integers(0, len(pdf) - 1), st.integers(seal_at, min(seal_at + 2600, len(pdf) - 1))
    at = data.draw(st.one_of(anywhere, in_the_seal, in_the_seal))
    bit = data.draw(st.integers(0, 7))
    verdict = looked_at(pdf[:at] + bytes([pdf[at] ^ (1 << bit)]) + pdf[at + 1 :])
    assert verdict.outcome is Outcome.UNPROVEN
    assert verdict.told is None


@pytest.mark.parametrize("more", [b" ", b"\n%%EOF", b"1 0 obj\n<<>>\nendobj\n"])
def test_what_was_added_after_the_sealing_is_seen(more):
    assert looked_at(grant().pdf + more).why is Why.NOT_WHOLE
    assert looked_at(grant().pdf[:-1]).why is Why.NOT_WHOLE


def test_a_second_seal_over_the_first_is_none_of_ours(monkeypatch):
    monkeypatch.setattr("protocol.documents.pades._FIELD", "Second")
    twice = a_seal().put_on(grant().pdf, AT)
    assert looked_at(twice).why is Why.NOT_WHOLE


def test_the_seal_of_another_district_and_a_certificate_that_is_no_seal():
    stranger = produce(Press(), ALL[Kind.GRANT], DISTRICT, HUB_KEYS, a_seal(authority=Ed25519PrivateKey.generate()))
    assert looked_at(stranger.pdf).why is Why.SEAL_UNKNOWN


def test_a_true_seal_over_a_code_that_somebody_made_up():
    forged = produce(Press(), ALL[Kind.GRANT], DISTRICT, Keys.make("hub"), a_seal())
    assert looked_at(forged.pdf).why is Why.ALTERED
    unsealed = produce(Press(), ALL[Kind.SURVEY], DISTRICT, HUB_KEYS, a_seal())
    assert looked_at(unsealed.pdf).why is Why.NO_SEAL


def test_a_seal_cannot_be_put_on_when_its_certificate_is_not_good():
    with pytest.raises(Refused) as caught:
        a_seal().put_on(grant().pdf, AT + timedelta(days=4 * 365))
    assert caught.value.code == "refused.seal-expired"


# -- what is no paper at all

GARBAGE = [
    "", "MC1:", "MC1", "hello", "MC1:" + "0" * 2000, "MC1:" + "A" * 997, "mc1:abc", "MC1:\u4e2d", "https://example.org/x",
    PREFIX + base45.b45encode(b"").decode(),
    PREFIX + base45.b45encode(cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b"", b""]))).decode(),
    PREFIX + base45.b45encode(cbor2.dumps(cbor2.CBORTag(18, [cbor2.dumps({1: -8, 4: b"hub/1"}), {}, b"", b"x" * 64]))).decode(),
    PREFIX + base45.b45encode(cbor2.dumps(cbor2.CBORTag(18, [cbor2.dumps({1: -8, 4: 7}), {}, b"", b""]))).decode(),
    PREFIX + base45.b45encode(cbor2.dumps([1, 2])).decode(),
    PREFIX + base45.b45encode(b"\x9f" * 200).decode(),
    PREFIX + base45.b45encode(b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff").decode(),
    PREFIX + base45.b45encode(b"\xd8\x1d\x00").decode(),
]  # fmt: skip


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_told_from_papers(text):
    assert verify_text(text, RING).outcome is Outcome.UNPROVEN


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_text_raises(text):
    assert verify_text(text, RING).outcome is Outcome.UNPROVEN
    assert verify_text(PREFIX + text, RING).outcome is Outcome.UNPROVEN


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(data):
    assert verify_text(PREFIX + base45.b45encode(data).decode(), RING).outcome is Outcome.UNPROVEN
    for file in (data, b"%PDF-1.7\n" + data, _with_seal(data)):
        assert looked_at(file).outcome is Outcome.UNPROVEN


def _with_seal(contents: bytes) -> bytes:
    """A file whose ranges are right and whose seal is anything."""
    hexed = contents.hex().upper().encode()
    front = b"%PDF-1.7\n/Contents "
    rest = b" /ByteRange [0 %d %d %d]"
    end = rest % (len(front), len(front) + len(hexed) + 2, 0)
    for _ in range(3):
        end = rest % (len(front), len(front) + len(hexed) + 2, len(end))
    return front + b"<" + hexed + b">" + end


def test_what_is_not_a_pdf_or_too_large_is_not_looked_into():
    assert looked_at(b"").why is Why.UNREADABLE
    assert looked_at(b"\x89PNG").why is Why.UNREADABLE
    assert looked_at(b"%PDF-" + bytes(MAX_PDF_BYTES)).why is Why.TOO_LARGE
    started = datetime.now(UTC)
    assert looked_at(b"%PDF-1.7" + b"/ByteRange [0 1 2 3] " * 900_000).why is Why.NOT_WHOLE
    assert datetime.now(UTC) - started < timedelta(seconds=5)


def test_a_sealed_file_stays_a_file_that_others_can_read():
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(grant().pdf))
    assert [one.field_name for one in reader.embedded_signatures] == ["Seal"]
