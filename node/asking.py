"""Questions at a station: answered from the catalogue in force here, without a wire; what was not answered is kept.

A question that met nothing, or nothing that was wanted, is told to the district without anything in it that points
at a person, so that somebody there can give an item another name. Nobody is told who asked. The same question is
told once a day, and no more than some hundred of them: a child at the machine is no flood.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec
from sqlite_utils import Database

from protocol.asking.answers import Answer, Nothing, One, Several, answer, nearest, offered
from protocol.asking.index import AskIndex
from protocol.asking.masking import harmless
from protocol.asking.synonyms import parts_of_ours, synonyms_of
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item
from protocol.clock import CHINA
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind, QuestionLeft
from protocol.exchange.topics import HUB

TOLD_A_DAY = 200

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(QuestionLeft).decode


class Why(StrEnum):
    NOTHING = "nothing"  # no item met it
    UNWANTED = "unwanted"  # what was shown was not what was wanted


def question_tables(db: Database) -> None:
    db.executescript("""
    create table questions (
        day text not null,      -- in China
        text text not null,     -- with nothing in it that points at a person
        why text not null,
        place text not null,    -- desk, kiosk, query
        shown text not null,    -- codes of the items that were offered, with blanks between
        at text not null,
        primary key (day, text, why)
    ) without rowid;
    """)


@dataclass(frozen=True, slots=True)
class _Made:
    """What an index was made of: it holds as long as this does."""

    items: Sequence[Item]
    parts: Mapping[str, bytes]
    index: AskIndex


class Asking:
    """`catalogue` gives the one in force now. Asked from any thread; the index is made at the first question."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._made: _Made | None = None

    def close(self) -> None:
        with self._lock:
            if self._made is not None:
                self._made.index.close()
                self._made = None

    def answer(self, text: str, on: date) -> Answer:
        """What the catalogue says, also to a code or to pinyin."""
        with self._lock:
            index = self._index(on)
            said = answer(index, text)
            if isinstance(said, Nothing) and text.isascii():
                typed = self._catalogue().search(text, on=on) if text.strip() else []
                return offered(index, typed) if typed else said
            return said

    def nearest(self, text: str, on: date, without: Collection[str]) -> Answer:
        """What else comes near, for whom the items `without` were not what he wanted."""
        with self._lock:
            return nearest(self._index(on), text, without)

    def items(self, text: str, on: date) -> list[Item]:
        """The items of the answer, for a list."""
        said = self.answer(text, on)
        match said:
            case One(card):
                return [card.item]
            case Several(cards, _):
                return [card.item for card in cards]
            case Nothing():
                return []

    def _index(self, on: date) -> AskIndex:
        """The same one as long as the items in force and the table of synonyms are the same."""
        catalogue = self._catalogue()
        items, parts = catalogue.items(on), parts_of_ours(catalogue.extras)
        made = self._made
        if made is None or made.items != items or made.parts != parts:
            if made is not None:
                made.index.close()
            made = self._made = _Made(items, parts, AskIndex(items, synonyms_of(parts)))
        return made.index


def leave(
    tx: Database, pen: Journal, text: str, why: Why, *, place: str, shown: Sequence[str], by: str, at: datetime
) -> bool:
    """Keep a question that was not answered, and tell the district. False if today's are told already."""
    kept, day = harmless(text), at.astimezone(CHINA).date().isoformat()
    told = int(tx.execute("select count(*) from questions where day = ?", (day,)).fetchone()[0])
    known = tx.execute("select 1 from questions where day = ? and text = ? and why = ?", (day, kept, why)).fetchone()
    if not kept or known is not None or told >= TOLD_A_DAY:
        return False
    left = QuestionLeft(text=kept, why=why, place=place, shown=list(shown), day=day)
    pen.write(tx, HUB, Kind.QUESTION, _encode(left), by=by, at=at)
    return True


def is_left(db: Database, text: str, why: Why, at: datetime) -> bool:
    """Whether there is nothing to write: it was left before today."""
    row = db.execute(
        "select 1 from questions where day = ? and text = ? and why = ?",
        (at.astimezone(CHINA).date().isoformat(), harmless(text), why),
    ).fetchone()
    return row is not None


def hear(tx: Database, heard: Heard) -> None:
    """Our own, written now or given back after a lost disk."""
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    try:
        left = _decode(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="question") from why
    tx.execute(
        "insert or ignore into questions (day, text, why, place, shown, at) values (?,?,?,?,?,?)",
        (left.day, left.text, left.why, left.place, " ".join(left.shown), heard.at),
    )
