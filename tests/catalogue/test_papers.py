"""Photos and PDFs as they come from phones and scanners, whole and broken."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.catalogue.papers import MAX_PAPER_BYTES, PaperType, sniff_paper
from protocol.errors import Refused


def segment(mark: int, body: bytes) -> bytes:
    return bytes((0xFF, mark)) + (len(body) + 2).to_bytes(2) + body


PREVIEW = b"\xff\xd8" + segment(0xC0, b"\0" * 9) + segment(0xDA, b"\0" * 4) + b"\x11\xff\xd9"
JPEG = (
    b"\xff\xd8"
    + segment(0xE1, b"Exif\0\0" + PREVIEW)
    + segment(0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00")
    + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    + b"\x12\x34\xff\x00\x56\xff\xd0\x78\xff\x00" * 50
    + b"\xff\xd9"
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def code_of(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        sniff_paper(data)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (JPEG, PaperType.JPEG),
        (JPEG + b"what some telephones append", PaperType.JPEG),
        (PNG, PaperType.PNG),
        (PDF, PaperType.PDF),
    ],
)
def test_a_whole_paper_is_known_by_its_content(data, kind):
    assert sniff_paper(data) is kind
    assert kind.suffix.startswith(".")


@pytest.mark.parametrize("whole", [JPEG, PNG, PDF], ids=["jpeg", "png", "pdf"])
def test_a_paper_that_was_cut_off_anywhere_is_found_out(whole):
    for length in range(12, len(whole) - 12, 7):
        assert code_of(whole[:length]) == "refused.paper-damaged"


def test_a_pdf_that_was_cut_off_after_an_addition_is_found_out():
    assert code_of(PDF + b"2 0 obj<</Length 9999>>stream\n" + b"\0" * 2000) == "refused.paper-damaged"


def test_the_end_of_the_preview_inside_a_photo_is_not_taken_for_the_end_of_the_photo():
    cut = JPEG[:-40]
    assert b"\xff\xd9" in cut
    assert code_of(cut) == "refused.paper-damaged"


def test_a_png_with_one_changed_byte_in_the_picture_is_found_out():
    at = PNG.index(b"IDAT") + 6
    assert code_of(PNG[:at] + bytes([PNG[at] ^ 1]) + PNG[at + 1 :]) == "refused.paper-damaged"


def test_an_empty_file_is_told():
    assert code_of(b"") == "refused.paper-empty"


def test_a_huge_file_is_told_before_it_is_looked_at():
    assert code_of(JPEG + b"\0" * MAX_PAPER_BYTES) == "refused.paper-large"


@pytest.mark.parametrize("data", [b"GIF89a", b"MZ\x90", b"<html><script>", b"PK\x03\x04", b"\xff\xd8", b" %PDF-1.7"])
def test_anything_else_is_not_taken_whatever_it_is_called(data):
    assert code_of(data) == "refused.paper-type"


@given(start=st.sampled_from([b"", b"\xff\xd8\xff", PNG[:8], PNG[:40], b"%PDF-", JPEG[:60]]), rest=st.binary())
def test_no_bytes_break_the_look_at_a_paper(start, rest):
    with contextlib.suppress(Refused):
        sniff_paper(start + rest)
