"""The operator's table of how people say things: words left out, what is to be done, words for words.

Data and no code: a district edits it, and it travels in signed parts of the catalogue. Until an issue brings a
table, the delivered one holds. Beside it stand the names that the district has added to an item since: what people
call a thing is no law, so a name makes no new version of the item. Neither makes an answer; they lead to an item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import msgspec

from protocol.asking.words import fold
from protocol.catalogue.reading import read_as
from protocol.errors import Distrusted, Refused

ASKING = "asking/"  # what parts of ours are called
TABLE = f"{ASKING}words"
CALLED = f"{ASKING}called/"  # and the code of the item
_LONGEST = 40  # characters of one entry; a sentence is no word
_MOST = 5000  # entries of all lists together


class Action(msgspec.Struct, frozen=True):
    """Something that can be done with a paper or a registration: new, changed, replaced, cancelled."""

    key: str
    label: str
    label_en: str
    names: tuple[str, ...]  # what names of items say
    said: tuple[str, ...]  # what people say


class Instead(msgspec.Struct, frozen=True):
    word: str  # as the catalogue has it
    said: tuple[str, ...]


class Table(msgspec.Struct, frozen=True):
    unsaid: tuple[str, ...]
    actions: tuple[Action, ...]
    words: tuple[Instead, ...]
    elsewhere: tuple[str, ...] = ()  # what others do: a question that names it is not guessed at


@dataclass(frozen=True, slots=True)
class Heard:
    """A question as it is looked for: as it was said, and with the words of the catalogue in the place of people's own.

    `contents` are the same two without what is to be done with the thing; where nothing else was said, as they are.
    """

    said: str
    replaced: str
    contents: tuple[str, str]
    actions: frozenset[str]
    is_filler: bool  # nothing was said but words that name no service
    besides: str | None  # the question without what is no business of the catalogue's; None if it named nothing such


@dataclass(frozen=True, slots=True)
class Synonyms:
    """A table that is ready to be used; safe for any thread."""

    table: Table
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # code -> names that the district has added
    _unsaid: re.Pattern[str] = field(init=False)
    _words: re.Pattern[str] = field(init=False)
    _word: Mapping[str, str] = field(init=False)
    _actions: re.Pattern[str] = field(init=False)
    _action: Mapping[str, str] = field(init=False)
    _elsewhere: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        word = {fold(one): fold(instead.word) for instead in self.table.words for one in instead.said}
        action = {fold(one): known.key for known in self.table.actions for one in known.said}
        for name, value in (
            ("_unsaid", _any_of(map(fold, self.table.unsaid))),
            ("_word", word),
            ("_words", _any_of(word)),
            ("_action", action),
            ("_actions", _any_of(action)),
            ("_elsewhere", _any_of(map(fold, self.table.elsewhere))),
        ):
            object.__setattr__(self, name, value)

    def hear(self, folded: str) -> Heard:
        """What a folded question asks for. Where it is nothing but fillers it is taken as it stands."""
        actions = frozenset(self._action[found] for found in self._actions.findall(folded))
        left = self._without(self._unsaid, folded)
        said = left or folded
        replaced = self._without(self._unsaid, self._words.sub(self._instead, folded))
        replaced = replaced or said
        contents = (self._without(self._actions, said) or said, self._without(self._actions, replaced) or replaced)
        besides = self._without(self._elsewhere, folded) if self._elsewhere.search(folded) else None
        return Heard(said, replaced, contents, actions, not left, besides)

    def _instead(self, found: re.Match[str]) -> str:
        word = self._word[found[0]]
        return word if len(word) == 1 else f" {word} "

    def actions_of(self, name: str) -> frozenset[str]:
        """What can be done by an item of this name; empty where the name does not say."""
        return frozenset(action.key for action in self.table.actions if any(said in name for said in action.names))

    @staticmethod
    def _without(what: re.Pattern[str], text: str) -> str:
        return " ".join(what.sub(" ", text).split())


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    """The longest first. Latin words only whole: `in` is no part of `invoice`."""
    longest = sorted({form for form in forms if form}, key=lambda form: (-len(form), form))
    return re.compile(
        "|".join(rf"\b{re.escape(one)}\b" if one.isascii() else re.escape(one) for one in longest) or "$^"
    )


def read_table(file: str, data: bytes) -> Synonyms:
    """:raises Refused: catalogue: which field and what to do"""
    table = read_as(Table, file, data)
    for where, problem in faults(table):
        raise Refused("refused.catalogue", file=file, field=where, problem=problem)
    return Synonyms(table)


def faults(table: Table) -> Iterator[tuple[str, str]]:
    """(place, what is wrong and what to do)"""
    lists: list[tuple[str, tuple[str, ...]]] = [("unsaid", table.unsaid), ("elsewhere", table.elsewhere)]
    lists += [(f"actions[{place}].said", action.said) for place, action in enumerate(table.actions)]
    lists += [(f"words[{place}].said", instead.said) for place, instead in enumerate(table.words)]
    if sum(len(said) for _, said in lists) > _MOST:
        yield "the file", f"has more than {_MOST} entries; take out what no one says"
    for where, said in lists:
        for one in said:
            if not fold(one) or len(one) > _LONGEST:
                yield where, f"{one!r} is empty or longer than {_LONGEST} characters; correct it"
    seen: dict[str, str] = {}
    for instead in table.words:
        for one in map(fold, instead.said):
            if seen.setdefault(one, instead.word) != instead.word:
                yield "words", f"{one!r} stands for {seen[one]!r} and for {instead.word!r}; leave it to one of them"
    keys = [action.key for action in table.actions]
    if len(set(keys)) != len(keys):
        yield "actions", "two have the same key; give one of them another"


@cache
def delivered() -> Synonyms:
    """The table that comes with the software."""
    file = resources.files("protocol.asking") / "synonyms.yaml"
    return read_table(file.name, file.read_bytes())


def table_part(synonyms: Synonyms) -> dict[str, bytes]:
    """The table as a part of an issue; the same table gives the same bytes."""
    return {TABLE: msgspec.json.encode(synonyms.table, order="sorted")}


def called_part(code: str, names: Iterable[str]) -> dict[str, bytes]:
    """The added names of an item as a part of an issue."""
    return {f"{CALLED}{code}": msgspec.json.encode(sorted(set(names)))}


def parts_of_ours(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in parts.items() if name.startswith(ASKING)}


def synonyms_of(parts: Mapping[str, bytes]) -> Synonyms:
    """What an issue says, with the delivered table where it brings none.

    :raises Distrusted: bundle: a part cannot be read
    """
    try:
        called = {
            name.removeprefix(CALLED): msgspec.json.decode(data, type=tuple[str, ...])
            for name, data in parts.items()
            if name.startswith(CALLED)
        }
        table = msgspec.json.decode(parts[TABLE], type=Table) if TABLE in parts else delivered().table
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.bundle") from why
    return Synonyms(table, called)
