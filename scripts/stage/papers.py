"""Photos and scans that nobody took: small, whole files of the real formats, different at every call.

Nothing of a picture library is needed: a mosaic of grey squares is a JPEG of DC coefficients alone, a
PNG is zlib, a PDF of one page is a handful of lines.
"""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass

# ITU T.81, table K.3: how many DC codes of each length, and the categories that they stand for
_DC_LENGTHS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
_DC_CATEGORIES = bytes(range(12))
_AC_LENGTHS = bytes((1, *[0] * 15))  # one code, "0": end of block. A square of one grey has no AC coefficients.
_SIDE = 8  # of a block, in pixels
_SQUARE = 4  # blocks of one grey along a side


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it would lie on the clerk's disk."""

    name: str
    type: str
    data: bytes


def photo(name: str, rng: random.Random, squares: int = 12) -> Sheet:
    """A JPEG of squares in random greys."""
    return Sheet(
        f"{name}.jpg", "image/jpeg", _jpeg([[rng.randrange(256) for _ in range(squares)] for _ in range(squares)])
    )


def picture(name: str, rng: random.Random, side: int = 120) -> Sheet:
    """A PNG of noise: about three bytes a pixel, which no compression makes smaller."""
    rows = b"".join(b"\0" + rng.randbytes(3 * side) for _ in range(side))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return Sheet(f"{name}.png", "image/png", b"\x89PNG\r\n\x1a\n" + body)


def scan(name: str, rng: random.Random) -> Sheet:
    """A PDF of one page with one line on it."""
    drawing = f"BT /F1 18 Tf 72 760 Td (Generated sheet {rng.randrange(10**9)}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
    ]
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (count, table, count)
    return Sheet(f"{name}.pdf", "application/pdf", data + b"startxref\n%d\n%%%%EOF\n" % start)


def _jpeg(greys: list[list[int]]) -> bytes:
    high, wide = len(greys) * _SQUARE * _SIDE, len(greys[0]) * _SQUARE * _SIDE
    codes = _huffman(_DC_LENGTHS, _DC_CATEGORIES)
    bits: list[str] = []
    before = 0
    for row in range(high // _SIDE):
        for column in range(wide // _SIDE):
            level = greys[row // _SQUARE][column // _SQUARE] - 128  # divided by a quantiser of 8, DC is the mean
            step, before = level - before, level
            size = abs(step).bit_length()
            bits.append(codes[size])
            if size:
                bits.append(format(step if step > 0 else step + (1 << size) - 1, f"0{size}b"))
            bits.append("0")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    scanned = int(stream, 2).to_bytes(len(stream) // 8).replace(b"\xff", b"\xff\0")
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            _segment(0xDB, b"\0" + b"\x08" * 64),
            _segment(0xC0, struct.pack(">BHHBBBB", 8, high, wide, 1, 1, 0x11, 0)),
            _segment(0xC4, b"\0" + _DC_LENGTHS + _DC_CATEGORIES),
            _segment(0xC4, b"\x10" + _AC_LENGTHS + b"\0"),
            _segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            scanned,
            b"\xff\xd9",
        )
    )


def _segment(mark: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body


def _huffman(lengths: bytes, values: bytes) -> dict[int, str]:
    """ITU T.81, annex C: codes rise by one and are doubled where they grow longer."""
    codes, code, taken = {}, 0, 0
    for length, count in enumerate(lengths, 1):
        for value in values[taken : taken + count]:
            codes[value] = format(code, f"0{length}b")
            code += 1
        taken += count
        code <<= 1
    return codes
