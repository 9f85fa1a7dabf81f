"""What is answered: one item, several with one question back, or nothing.

Never a sentence of our own making: an answer is an item of the catalogue with the words of it that met the question.
The gate stands before it: a question about the weather shares characters with some item too, and "nothing found,
written down" is the right answer to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from protocol.asking.index import AskIndex, Found, columns_of
from protocol.asking.synonyms import Action, Heard
from protocol.asking.words import fold, is_han, pieces
from protocol.catalogue.items import Item

SHOWN = 5  # choices: more are read by nobody
_FITS = 2.5  # score from which one shared word is enough
_SAYS_MOST = 0.5  # share from which it is enough whatever the score
_BESIDE = 0.35  # of the best score: what is still offered beside it
_CLEAR = 1.6  # times the second's score: no question back is needed
_A_WORD = 2  # characters
_BESIDES = 2  # words that have to meet beside one that is no business of ours
_COLUMNS = ("name", "aliases", "result", "materials", "legal_basis")  # where a passage was taken from


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of the item that met the question, as they stand there."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    item: Item
    passage: Passage
    actions: Sequence[Action]  # what the item's name says is done: new, changed, replaced; may be empty


@dataclass(frozen=True, slots=True)
class One:
    card: Card


@dataclass(frozen=True, slots=True)
class Several:
    cards: Sequence[Card]
    asks: Sequence[Action]  # the question back: which of these? Empty where the cards do not differ by that


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


Answer = One | Several | Nothing


def answer(index: AskIndex, text: str) -> Answer:
    """What the catalogue says to a question, of whatever length and sense."""
    heard, found = index.rank(text, 2 * SHOWN)
    fitting = [one for one in found if fits(one)]
    if heard.besides is not None and not (fitting and fitting[0].called):
        heard, found = index.rank(heard.besides, 2 * SHOWN)  # 手机掉了，身份证也掉了: what else was said?
        fitting = [one for one in found if fits(one) and (one.called or one.words >= _BESIDES)]
    elif not fitting:
        return _of_a_word(index, heard, found)
    return _said(index, heard, fitting) if fitting else Nothing()


def _said(index: AskIndex, heard: Heard, fitting: Sequence[Found]) -> One | Several:
    best = fitting[0]
    beside = [one for one in fitting if one.score >= _BESIDE * best.score][:SHOWN]
    cards = [_card(index, heard, one) for one in beside]
    if len(beside) == 1 or best.score >= _CLEAR * beside[1].score or _is_meant(heard, beside):
        return One(cards[0])
    return Several(cards, _question(cards))


def fits(found: Found) -> bool:
    """The gate."""
    return found.called or (found.words > 0 and (found.score >= _FITS or found.share >= _SAYS_MOST))


def nearest(index: AskIndex, text: str, without: Collection[str]) -> Several | Nothing:
    """What comes nearest, as choices and without the gate: for somebody who wanted none of the items `without`."""
    heard, found = index.rank(text, SHOWN + len(without))
    others = [one for one in found if one.item.code not in without][:SHOWN]
    return Several([_card(index, heard, one) for one in others], ()) if others else Nothing()


def offered(index: AskIndex, items: Iterable[Item]) -> Several:
    """Items that were found by another way (a code, pinyin), as choices."""
    cards = [
        Card(item, Passage("name", item.name), _actions(index, index.synonyms.actions_of(item.name)))
        for item in itertools.islice(items, SHOWN)
    ]
    return Several(cards, ())


def _of_a_word(index: AskIndex, heard: Heard, found: Sequence[Found]) -> Several | Nothing:
    """Two characters alone are what people type most, and no gate can weigh them: the nearest are offered as choices."""
    near = [one for one in found if one.score > 0][:SHOWN]
    if not near or heard.is_filler or len(heard.said) != _A_WORD or not is_han(heard.said):
        return Nothing()
    return Several([_card(index, heard, one) for one in near], ())


def _is_meant(heard: Heard, found: Sequence[Found]) -> bool:
    """The question says what is to be done, and only the best does that."""
    return (
        bool(heard.actions)
        and [bool(heard.actions & one.actions) for one in found].count(True) == 1
        and bool(heard.actions & found[0].actions)
    )


def _question(cards: Sequence[Card]) -> Sequence[Action]:
    """Asked only where every card says what it does and no two say the same."""
    said = [frozenset(action.key for action in card.actions) for card in cards]
    if not all(said) or len(set(said)) < len(said):
        return ()
    return tuple({action.key: action for card in cards for action in card.actions}.values())


def _card(index: AskIndex, heard: Heard, found: Found) -> Card:
    return Card(found.item, _passage(index, heard, found.item), _actions(index, found.actions))


def _actions(index: AskIndex, keys: frozenset[str]) -> Sequence[Action]:
    return tuple(action for action in index.synonyms.table.actions if action.key in keys)


def _passage(index: AskIndex, heard: Heard, item: Item) -> Passage:
    """Where most of the question stands, the shortest text of those; the name where nothing does."""
    asked = set(pieces(heard.said)) | set(pieces(heard.replaced))
    best, most = Passage("name", item.name), (0, 0)
    for field, texts in zip(_COLUMNS, columns_of(item, index.synonyms), strict=True):
        for text in texts:
            met = (len(asked & set(pieces(fold(text)))), -len(text))
            if met[0] and met > most:
                best, most = Passage(field, text), met
    return best
