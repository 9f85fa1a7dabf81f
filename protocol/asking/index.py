"""The items of a catalogue, ready to be found by a question in people's own words.

Two tables of pieces in SQLite's FTS5, in memory: what an item is called (name, aliases, keywords) and what is told
of it (guide, basis). Two, because every second item asks for an identity card: in one table the word would weigh
nothing, and the item of that name could not be found by it. The rank is bm25 with the share of the question that
the item covers. Nothing is learned and nothing is made up: the same catalogue and table give the same order.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from protocol.asking.synonyms import Heard, Synonyms
from protocol.asking.words import LONGEST_QUESTION, fold, pieces, tokens
from protocol.catalogue.items import Item

_BM25 = {"called": "4.0, 4.0, 2.0", "told": "1.0, 0.5"}  # weights of name, aliases, keywords; of guide, basis
_TOLD = 0.5  # of what is told of an item, beside what it is called
_LOOKED_AT = 30  # of the best by bm25
_LONGEST_ALIAS = 24  # characters that are looked for inside a question
_SAME_ACTION, _OTHER_ACTION = 1.35, 0.7


@dataclass(frozen=True, slots=True)
class Found:
    item: Item
    score: float  # in weights of a word that nothing else in the catalogue says: comparable whatever its size
    share: float  # of what was asked, by weight, that name, aliases and keywords of the item say: 0 to 1
    words: int  # pieces of the question that these say
    called: bool  # the question names it: its name or an alias stands in it
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    item: Item
    strong: frozenset[str]  # pieces of name, aliases, keywords
    actions: frozenset[str]


class AskIndex:
    """Made once a catalogue and read from any thread; closed by whoever made it."""

    def __init__(self, items: Iterable[Item], synonyms: Synonyms) -> None:
        self.synonyms = synonyms
        self._lock = threading.Lock()  # one connection, a tenth of a millisecond a question
        self._known: list[_Known] = []
        self._called: dict[str, set[int]] = {}  # name or alias, folded -> places in _known
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript("""
        create virtual table called using fts5 (
            name, aliases, keywords, content = '', tokenize = "unicode61 remove_diacritics 0"
        );
        create virtual table told using fts5 (
            guide, basis, content = '', tokenize = "unicode61 remove_diacritics 0"
        );
        create virtual table vocabulary using fts5vocab (called, row);
        """)
        self._db.execute("begin")
        for place, item in enumerate(items):
            self._add(place, item)
        self._db.execute("commit")
        self._counts: dict[str, int] = dict(self._db.execute("select term, doc from vocabulary").fetchall())

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def rank(self, text: str, limit: int = 10) -> tuple[Heard, list[Found]]:
        """What was heard, and what fits it, the best first; nothing for a question without a word in it."""
        heard = self.synonyms.hear(fold(text[: 4 * LONGEST_QUESTION])[:LONGEST_QUESTION])
        asked = dict.fromkeys([*tokens(heard.said), *tokens(heard.replaced)])
        if not asked:
            return heard, []
        called = self._names_in(heard)
        scores = dict.fromkeys(called, 0.0)
        for place, score in self._matching("called", asked):
            scores[place] = score
        for place, score in self._matching("told", asked):
            scores[place] = scores.get(place, 0.0) + _TOLD * score
        found = [self._judge(place, score, heard, called.get(place, 0.0)) for place, score in scores.items()]
        found.sort(key=lambda one: (-one.score, one.item.code))
        return heard, found[:limit]

    def _matching(self, table: str, asked: Iterable[str]) -> list[tuple[int, float]]:
        """(place, score), the best first; the score is above 0."""
        match = " OR ".join(f'"{token}"' for token in asked)
        with self._lock:
            rows = self._db.execute(
                f"select rowid, bm25({table}, {_BM25[table]}) from {table} where {table} match ? order by 2 limit ?",
                (match, _LOOKED_AT),
            ).fetchall()
        return [(int(place), -float(score)) for place, score in rows]

    # -- how it is judged

    def _judge(self, place: int, score: float, heard: Heard, called: float) -> Found:
        known = self._known[place]
        share, words = max(self._share(content, known) for content in heard.contents)
        score = (score * (0.5 + share) + 2 * called) / self._weight("")
        if heard.actions and known.actions:
            score *= _SAME_ACTION if heard.actions & known.actions else _OTHER_ACTION
        return Found(known.item, score, share, words, called > 0, known.actions)

    def _share(self, text: str, known: _Known) -> tuple[float, int]:
        """By weight, and how many pieces that is."""
        asked = set(pieces(text))
        there = asked & known.strong
        whole = sum(map(self._weight, asked))
        return (sum(map(self._weight, there)) / whole if whole else 0.0), len(there)

    def _weight(self, piece: str) -> float:
        """How much a piece tells (idf); what no item says weighs as what one item says."""
        return math.log(1 + (len(self._known) + 0.5) / (self._counts.get(piece, 0) + 0.5))

    def _names_in(self, heard: Heard) -> dict[int, float]:
        """Place -> weight of the longest name or alias of it that stands in the question."""
        found: dict[int, float] = {}
        for text in {heard.said, heard.replaced}:
            for start in range(len(text)):
                for end in range(start + 2, min(len(text), start + _LONGEST_ALIAS) + 1):
                    for place in self._called.get(text[start:end], ()):
                        weight = sum(map(self._weight, pieces(text[start:end])))
                        found[place] = max(found.get(place, 0.0), weight)
        return found

    # -- how it is made

    def _add(self, place: int, item: Item) -> None:
        columns = [[fold(text) for text in column] for column in columns_of(item, self.synonyms)]
        self._known.append(
            _Known(
                item,
                frozenset(piece for column in columns[:3] for text in column for piece in pieces(text)),
                self.synonyms.actions_of(item.name),
            )
        )
        for called in (*columns[0], *columns[1]):
            self._called.setdefault(called, set()).add(place)
        written = [" ".join(token for text in column for token in tokens(text)) for column in columns]
        self._db.execute("insert into called (rowid, name, aliases, keywords) values (?,?,?,?)", (place, *written[:3]))
        self._db.execute("insert into told (rowid, guide, basis) values (?,?,?)", (place, *written[3:]))


def columns_of(item: Item, synonyms: Synonyms) -> tuple[Sequence[str], ...]:
    """Names, aliases, keywords, guide and basis of an item, as texts: what a question is compared with."""
    keywords = [item.result]
    if item.licence:
        keywords += [item.licence.name, item.licence.name_en]
    guide = [material.name for material in item.materials] + [material.standard for material in item.materials]
    guide += [item.organ, item.note, item.survey.when]
    for situation in item.situations:
        guide += [situation.question, *(choice.label for choice in situation.choices)]
    basis = [one.text for one in item.legal_basis]
    return (item.name, item.name_en), (*item.aliases, *synonyms.called.get(item.code, ())), keywords, guide, basis
