"""Finding an item by what somebody said or typed at the counter.

In Chinese and English, by code, and by pinyin: whole (juzhuzheng) or initials only (jzz). What has to
be computed of an item is computed once; a question then looks at short strings only, so that a list
of 1,400 items answers while a clerk is typing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from protocol.catalogue.items import Item

_LONGEST_QUESTION = 60  # characters; what is longer is somebody's paste, and its beginning says what it is about
_SHORTEST_NUMBER = 4  # characters of a national code before it is looked for


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One item as it may be said; everything folded."""

    item: Item
    code: str
    name: str
    said: tuple[str, ...]  # name, English name, aliases
    all_said: str
    characters: frozenset[str]
    initials: str  # of the name and of each alias, a line each, a line break before and behind
    pinyin: str  # the same in full
    numbers: str  # codes of the national lists, likewise


class Index:
    """The items of a catalogue, ready to be asked; an item that was computed before is taken over from `before`."""

    def __init__(self, items: Iterable[Item], before: Index | None = None) -> None:
        known: dict[tuple[str, int], _Spoken] = before._by_version if before else {}
        self._spoken = [known.get((item.code, item.version)) or _spoken(item) for item in items]
        self._by_version: dict[tuple[str, int], _Spoken] = {
            (spoken.item.code, spoken.item.version): spoken for spoken in self._spoken
        }
        self._exact: dict[str, set[str]] = {}  # said -> codes of the items that are called so
        for spoken in self._spoken:
            for one in spoken.said:
                self._exact.setdefault(one, set()).add(spoken.code)

    def search(self, text: str, limit: int) -> list[Item]:
        """The best first; all of them, in their order, for an empty question."""
        asked = _fold(text)[:_LONGEST_QUESTION]
        if not asked:
            return [spoken.item for spoken in self._spoken[:limit]]
        question = _Question(asked, self._exact)
        ranked = [
            (rank, spoken.code, spoken.item) for spoken in self._spoken if (rank := _rank(spoken, question)) is not None
        ]
        return [item for _, _, item in sorted(ranked, key=lambda found: found[:2])[:limit]]


class _Question:
    def __init__(self, asked: str, exact: dict[str, set[str]]) -> None:
        self.text = asked
        self.called = exact.get(asked, set())  # codes of the items that have just this name
        self.words = asked.split()
        self.characters = frozenset(asked) if len(asked) > 1 and _is_han(asked) else None
        letters = asked.replace(" ", "")
        self.letters = letters if len(letters) > 1 and letters.isascii() and letters.isalpha() else ""
        self.number = asked if len(asked) >= _SHORTEST_NUMBER and asked.isascii() and asked.isalnum() else ""
        self.within: set[str] = set()  # codes of the items whose name stands inside the question
        for start in range(len(asked)):
            for end in range(start + 2, len(asked) + 1):
                self.within |= exact.get(asked[start:end], set())


def _rank(spoken: _Spoken, asked: _Question) -> int | None:
    """How well an item answers, 0 best; None if not at all."""
    text = asked.text
    if text == spoken.code or (asked.number and f"\n{asked.number}\n" in spoken.numbers):
        return 0
    if spoken.code in asked.called:
        return 1
    if text in spoken.all_said:
        if spoken.name.startswith(text):
            return 2
        return 3 if text in spoken.name else 4
    if spoken.code in asked.within:  # "我想办居住证": the alias stands in the question
        return 5
    if spoken.code.startswith(text):
        return 6
    if asked.letters and (asked.letters in spoken.initials or asked.letters in spoken.pinyin):
        line = f"\n{asked.letters}"
        if f"{line}\n" in spoken.initials or f"{line}\n" in spoken.pinyin:
            return 7
        return 8 if line in spoken.initials or line in spoken.pinyin else 9
    if len(asked.words) > 1 and all(word in spoken.all_said or word == spoken.code for word in asked.words):
        return 10
    if asked.number and f"\n{asked.number}" in spoken.numbers:
        return 11
    if asked.characters is not None and asked.characters <= spoken.characters:
        return 12
    return None


def _spoken(item: Item) -> _Spoken:
    name = _fold(item.name)
    aliases = [_fold(alias) for alias in item.aliases]
    said = (name, _fold(item.name_en), *aliases)
    syllables = [[one for one in lazy_pinyin(text) if one.isalnum()] for text in (name, *aliases)]
    return _Spoken(
        item=item,
        code=_fold(item.code),
        name=name,
        said=said,
        all_said="\n".join(said),
        characters=frozenset("".join(said)),
        initials="".join(f"\n{''.join(one[0] for one in words)}" for words in syllables) + "\n",
        pinyin="".join(f"\n{''.join(words)}" for words in syllables) + "\n",
        numbers=f"\n{_fold(item.catalogue_code)}\n{_fold(item.task_code)}\n",
    )


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_han(text: str) -> bool:
    """Whether single characters carry meaning; single Latin letters stand in every name."""
    return all(unicodedata.name(character, "").startswith("CJK") for character in text)
