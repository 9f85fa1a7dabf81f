"""Which fonts documents are set in, and which characters they have.

Named folders and named families only: a document must not change because somebody installed a
font. Coverage is read from the font files themselves, because the typesetter prints a character
that no font has as an empty box and says nothing.
"""

from __future__ import annotations

import bisect
import struct
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from protocol.errors import Damaged

if TYPE_CHECKING:
    import typst

# Debian's fonts-noto-cjk, and fonts-hanazono for the rarest names where somebody has installed it.
FONT_FOLDERS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/hanazono"))
_CHINESE = ("Noto Serif CJK SC", "Noto Sans CJK SC")  # SC: Japanese shapes of the same characters are wrong here
_RARE = ("HanaMinA", "HanaMinB")


class FontSet:
    """The fonts of some folders as the typesetter sees them. `text` and `titles` are families, first choice first."""

    def __init__(self, folders: Iterable[Path] = FONT_FOLDERS) -> None:
        """:raises Damaged: no font for Chinese in the folders"""
        import typst  # 20 MB that a process which never prints need not carry

        there = [folder for folder in folders if folder.is_dir()]
        self.fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in there]
        )
        families = set(self.fonts.families())
        chinese = [family for family in _CHINESE if family in families]
        if not chinese:
            raise Damaged("damaged.fonts", folders=", ".join(str(folder) for folder in folders))
        rare = [family for family in _RARE if family in families]
        self.text = [*chinese, *rare]
        self.titles = [*reversed(chinese), *rare]
        self._covered = _merged(
            span for face in self.fonts.fonts() if face.family in self.text for span in _covered_by(face)
        )
        self._starts = [first for first, _ in self._covered]

    def has(self, character: str) -> bool:
        """Whether a character can be printed; those that leave no ink always can."""
        if character in "\n\r\t" or _is_invisible(character):
            return True
        found = bisect.bisect_right(self._starts, ord(character)) - 1
        return found >= 0 and ord(character) <= self._covered[found][1]


def _is_invisible(character: str) -> bool:
    """Joiners and variation selectors; the typesetter drops them where the font has no use for them."""
    point = ord(character)
    return unicodedata.category(character) == "Cf" or 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF


def _covered_by(face: typst.FontInfo) -> list[tuple[int, int]]:
    """Spans of code points, both ends included, that a face has a glyph for; from its cmap table, format 12."""
    if face.path is None:
        return []
    with open(face.path, "rb") as file:
        if file.read(4) == b"ttcf":  # a collection: several faces in one file
            file.seek(12 + 4 * face.index)
            start = _unsigned(file.read(4))
        else:
            start = 0
        cmap = _table(file, start, b"cmap")
    for place in range(4, 4 + 8 * _unsigned(cmap[2:4]), 8):
        at = _unsigned(cmap[place + 4 : place + 8])
        if _unsigned(cmap[at : at + 2]) == 12:
            count = _unsigned(cmap[at + 12 : at + 16])
            groups = struct.iter_unpack(">III", cmap[at + 16 : at + 16 + 12 * count])
            return [(first, last) for first, last, glyph in groups if glyph]
    return []


def _table(file: BinaryIO, start: int, tag: bytes) -> bytes:
    """One table of the face whose directory begins at `start`; empty if there is none."""
    file.seek(start + 4)
    count = _unsigned(file.read(2))
    file.seek(start + 12)
    for _ in range(count):
        name, _checksum, offset, length = struct.unpack(">4sIII", file.read(16))
        if name == tag:
            file.seek(offset)
            return file.read(length)
    return b""


def _unsigned(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
