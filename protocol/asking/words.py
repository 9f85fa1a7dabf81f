"""A text as the index knows it: folded to one way of writing, then cut into pieces.

The same two functions serve what is indexed and what is asked, so that a question in full-width letters or in
traditional characters meets the item. Chinese has no blanks: each character and each pair of neighbours is a piece.
SQLite's own tokenisers find nothing for two characters (trigram) or only whole runs (unicode61), and two characters
are what citizens ask most.
"""

from __future__ import annotations

import functools
import re
import unicodedata

import opencc

LONGEST_QUESTION = 120  # characters; what is longer is a paste, and its beginning says what it is about

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000))  # where characters have a simplified form


def fold(text: str) -> str:
    """One way of writing: NFKC (full width to half), simplified characters, small letters, one blank between."""
    written = unicodedata.normalize("NFKC", text).translate(_simplified())
    return " ".join(written.casefold().split())


def pieces(folded: str) -> list[str]:
    """What carries meaning: pairs of neighbouring Han characters, and whole words of letters and digits.

    A Han character with no Han neighbour is a piece too. A plural of English is its singular.
    """
    found: list[str] = []
    for run in _RUNS.findall(folded):
        if not is_han(run):
            found.append(_singular(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[place : place + 2] for place in range(len(run) - 1)]
    return found


def tokens(folded: str) -> list[str]:
    """All pieces with the single characters: what one column of the index holds."""
    return pieces(folded) + [one for run in _RUNS.findall(folded) if is_han(run) and len(run) > 1 for one in run]


def is_han(text: str) -> bool:
    return bool(re.fullmatch(f"[{_HAN}]+", text))


def _singular(word: str) -> str:
    if len(word) > 3 and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


@functools.cache
def _simplified() -> dict[int, str]:
    """Character by character, from OpenCC's table; its phrases change nothing that a search could notice.

    A table of 4,000 entries and no converter afterwards: any thread may read it.
    """
    every = [chr(code) for first, end in _BLOCKS for code in range(first, end)]
    simple = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(one): other for one, other in zip(every, simple, strict=True) if one != other}
