"""Bars for pages: lengths and places as whole numbers, drawn by templates/charts.html.

No library and no script: a drawing is SVG within the page and prints as it stands. A number is never told by a
length alone; every drawing has its table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.console.parts import Text

BAR_WIDTH = 160  # units of the drawing, the longest bar of a list
COLUMN, GAP, HEIGHT = 22, 26, 120  # of the columns: width of each, room between two pairs, the highest one


@dataclass(frozen=True, slots=True)
class Pillar:
    """Two columns side by side over one word, in units of the drawing."""

    x: int
    first: int
    second: int
    label: str
    first_count: int
    second_count: int

    @property
    def middle(self) -> int:
        return self.x + COLUMN


@dataclass(frozen=True, slots=True)
class Columns:
    """Two rows of numbers over the same words, as a drawing and as a table."""

    title: Text
    heading: Text  # of the words
    first: Text
    second: Text
    pillars: Sequence[Pillar]
    width: int
    most: int


def columns(title: Text, heading: Text, first: Text, second: Text, numbers: Sequence[tuple[str, int, int]]) -> Columns:
    most = max((max(a, b) for _, a, b in numbers), default=0)
    step = 2 * COLUMN + GAP
    pillars = [
        Pillar(GAP // 2 + place * step, _length(a, most, HEIGHT), _length(b, most, HEIGHT), label, a, b)
        for place, (label, a, b) in enumerate(numbers)
    ]
    return Columns(title, heading, first, second, pillars, max(1, len(pillars)) * step, most)


def bar(count: float, most: float) -> int:
    """Length of a bar; what is there at all is seen."""
    return _length(count, most, BAR_WIDTH)


def _length(count: float, most: float, longest: int) -> int:
    if count <= 0 or most <= 0:
        return 0
    return max(1, round(count / most * longest))
