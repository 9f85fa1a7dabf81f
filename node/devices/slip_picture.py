"""A queue slip as a picture for 80 mm paper, black and white, 576 points wide.

The same slip gives the same points on every machine that has the same fonts: nothing is smoothed, and no name
of a person ever stands on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH = 576  # points: 72 mm at 203 dpi
_FONTS = Path("/usr/share/fonts/opentype/noto")
_SIMPLIFIED = 2  # which face of Debian's collection is the one with the shapes of mainland China
_MARGIN = 12
_MODULE = 8  # points: 1 mm, which every scanner at a desk reads
_LEAD = 1.35  # line height
_NUMBER, _MATTER, _FACT, _NOTE, _PLACE = 150, 40, 32, 26, 28


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed, in words that are ready to be read. `facts` are pairs: people before, time to wait, drawn at."""

    place: str
    title: str
    number: str
    matters: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    code: tuple[str, ...] = ()  # rows of a code to scan, 1 is dark; its light margin included

    def all_lines(self) -> tuple[str, ...]:
        return (
            self.place,
            self.title,
            self.number,
            *self.matters,
            *(" ".join(fact) for fact in self.facts),
            *self.notes,
        )


def picture(slip: Slip) -> Image:
    """Mode 1, 0 is black."""
    from PIL import Image, ImageDraw

    rows = list(_rows(slip))
    height = sum(row.height for row in rows) + 2 * _MARGIN
    image = Image.new("1", (WIDTH, height), 1)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # points are black or not: smoothing would depend on the library's mood
    top = _MARGIN
    for row in rows:
        middle = top + row.height // 2
        if row.code:
            _draw_code(draw, row.code, top)
        elif not row.text:
            draw.line((0, middle, WIDTH, middle), fill=0, width=2)
        else:
            x, anchor = (WIDTH // 2, "mm") if row.centred else (0, "lm")
            draw.text((x, middle), row.text, font=_font(row.size, row.bold), fill=0, anchor=anchor)
        if row.right:
            draw.text((WIDTH, middle), row.right, font=_font(row.size, True), fill=0, anchor="rm")
        top += row.height
    return image


@dataclass(frozen=True, slots=True)
class _Row:
    """One line; no text: a rule across the paper."""

    text: str
    size: int
    bold: bool = False
    centred: bool = False
    right: str = ""
    code: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        if self.code:
            return len(self.code) * _MODULE
        return int(self.size * (1.15 if self.size == _NUMBER else _LEAD))


def _rows(slip: Slip) -> list[_Row]:
    rows = [_Row(line, _PLACE, centred=True) for line in _wrapped(slip.place, _PLACE)]
    rows.append(_Row(slip.title, _PLACE, centred=True))
    if slip.number:
        rows.append(_Row(slip.number, _NUMBER, bold=True, centred=True))
    if slip.code:
        rows.append(_Row("", _NOTE, code=slip.code))
    for matter in slip.matters:
        rows += [_Row(line, _MATTER, bold=True, centred=True) for line in _wrapped(matter, _MATTER)]
    rows.append(_Row("", _NOTE))
    for label, value in slip.facts:
        if _font(_FACT, True).getlength(label + value) > WIDTH - _FACT:
            rows += [_Row(line, _FACT) for line in _wrapped(label, _FACT)]
            rows += [_Row(line, _FACT, bold=True) for line in _wrapped(value, _FACT)]
        else:
            rows.append(_Row(label, _FACT, right=value))
    rows.append(_Row("", _NOTE))
    for note in slip.notes:
        rows += [_Row(line, _NOTE) for line in _wrapped(note, _NOTE)]
    return rows


def _draw_code(draw: ImageDraw, code: Sequence[str], top: int) -> None:
    left = (WIDTH - len(code) * _MODULE) // 2
    for y, line in enumerate(code):
        for x, module in enumerate(line):
            if module == "1":
                at = left + x * _MODULE, top + y * _MODULE
                draw.rectangle((*at, at[0] + _MODULE - 1, at[1] + _MODULE - 1), fill=0)


def _wrapped(text: str, size: int) -> list[str]:
    """Lines no wider than the paper; Chinese breaks anywhere, an English word only if it fills a line by itself."""
    font, lines = _font(size, False), [""]
    for word in _words(text):
        if font.getlength(lines[-1] + word.rstrip()) <= WIDTH:
            lines[-1] += word
            continue
        lines.append("")
        for character in word.lstrip():
            if font.getlength(lines[-1] + character) > WIDTH:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines if line.strip()]


def _words(text: str) -> list[str]:
    words = [""]
    for character in text:
        if not character.isascii() or (words[-1] and (words[-1][-1] == " " or not words[-1][-1].isascii())):
            words.append("")
        words[-1] += character
    return words


@cache
def _font(size: int, bold: bool) -> FreeTypeFont:
    from PIL import ImageFont

    face = _FONTS / f"NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc"
    return ImageFont.truetype(str(face), size, index=_SIMPLIFIED, layout_engine=ImageFont.Layout.BASIC)
