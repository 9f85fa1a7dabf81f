"""What kind of paper a file really is, told by its content, and whether it is all there.

Pure. The name and the declared type of an upload are never believed. Half a photo must be found
out while the applicant still stands at the counter, so the end of the file is looked for, not
only its beginning. This is not a proof that a viewer can show every page of it.
"""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from protocol.errors import Refused

MAX_PAPER_BYTES = 20 * 1024 * 1024


class PaperType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"

    @property
    def suffix(self) -> str:
        return {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}[self]


def sniff_paper(data: bytes) -> PaperType:
    """
    :raises Refused: empty, larger than MAX_PAPER_BYTES, none of the three types, or cut off
    """
    if not data:
        raise Refused("refused.paper-empty")
    if len(data) > MAX_PAPER_BYTES:
        raise Refused("refused.paper-large", size=len(data), limit=MAX_PAPER_BYTES)
    if data.startswith(b"\xff\xd8\xff"):
        kind, whole = PaperType.JPEG, _jpeg_is_whole(data)
    elif data.startswith(_PNG_SIGNATURE):
        kind, whole = PaperType.PNG, _png_is_whole(data)
    elif data.startswith(b"%PDF-"):
        kind, whole = PaperType.PDF, _pdf_is_whole(data)
    else:
        raise Refused("refused.paper-type")
    if not whole:
        raise Refused("refused.paper-damaged")
    return kind


# In the picture itself FF is followed by 00 (a literal FF), by a restart mark D0-D7, or by more FF (filling).
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def _jpeg_is_whole(data: bytes) -> bool:
    """Walk the segments: a preview inside the EXIF segment has an end mark of its own, which proves nothing."""
    at = 2
    has_frame = has_scan = False
    while at + 4 <= len(data) or data[at : at + 2] == b"\xff\xd9":
        if data[at] != 0xFF:
            return False
        mark = data[at + 1]
        if mark == 0xFF:  # filling
            at += 1
            continue
        if mark == _END_OF_IMAGE:
            return has_frame and has_scan
        has_frame = has_frame or mark in _START_OF_FRAME
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        if mark == _START_OF_SCAN:
            has_scan = True
            end = _END_OF_SCAN.search(data, at)
            if end is None:
                return False
            at = end.start()
    return False


_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _png_is_whole(data: bytes) -> bool:
    """Every chunk up to IEND is there with its right checksum, and there is a picture in it."""
    at = len(_PNG_SIGNATURE)
    has_picture = False
    first = True
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        end = at + 8 + length
        if first and kind != b"IHDR":
            return False
        if data[end : end + 4] != zlib.crc32(data[at + 4 : end]).to_bytes(4):
            return False
        if kind == b"IEND":
            return has_picture
        has_picture = has_picture or kind == b"IDAT"
        first = False
        at = end + 4
    return False


def _pdf_is_whole(data: bytes) -> bool:
    """An earlier end mark is normal in a file that was added to; the one that counts is near the end."""
    tail = data[-1024:]
    return b"%%EOF" in tail and b"startxref" in tail
