"""How well the labelled questions are answered: questions.tsv, one a line: split, expected codes, question.

`tune` was looked at while the table of words was made; `held` was written after it and is looked at as a sum only.
Several codes: any of them is right. A dash: no item here, and nothing is to be answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protocol.asking.answers import Answer, One, Several, answer
from protocol.asking.index import AskIndex

FILE = Path(__file__).parent / "questions.tsv"


@dataclass(frozen=True, slots=True)
class Question:
    split: str
    expected: frozenset[str]  # empty: out of scope
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    asked: int
    first: int  # the right one first
    shown: int  # the right one among those that were shown
    outside: int
    outside_answered: int
    two_characters: int
    two_characters_empty: int
    alone: int  # answered with one card
    alone_right: int

    @property
    def hit_1(self) -> float:
        return self.first / self.asked

    @property
    def hit_5(self) -> float:
        return self.shown / self.asked


def questions(split: str = "") -> list[Question]:
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [
        Question(which, frozenset() if codes == "-" else frozenset(codes.split(",")), text)
        for which, codes, text in rows
        if split in ("", which)
    ]


def shown_by(said: Answer) -> Sequence[str]:
    """The codes of an answer in their order."""
    cards = [said.card] if isinstance(said, One) else said.cards if isinstance(said, Several) else []
    return [card.item.code for card in cards]


def score(index: AskIndex, asked: Sequence[Question]) -> Score:
    said = [(one, answer(index, one.text)) for one in asked]
    ours = [(one, reply, shown_by(reply)) for one, reply in said if one.expected]
    theirs = [shown_by(reply) for one, reply in said if not one.expected]
    two = [codes for one, _, codes in ours if len(one.text) == 2]
    alone = [codes[0] in one.expected for one, reply, codes in ours if isinstance(reply, One)]
    return Score(
        asked=len(ours),
        first=sum(bool(codes) and codes[0] in one.expected for one, _, codes in ours),
        shown=sum(not one.expected.isdisjoint(codes) for one, _, codes in ours),
        outside=len(theirs),
        outside_answered=sum(bool(codes) for codes in theirs),
        two_characters=len(two),
        two_characters_empty=sum(not codes for codes in two),
        alone=len(alone),
        alone_right=sum(alone),
    )
