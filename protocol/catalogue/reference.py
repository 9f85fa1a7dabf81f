"""Reference lists: what an instant rule looks an answer up in. Signed with the catalogue, as of a day.

A list comes as a part `list/<name>` of the bundle and is the same at every station. No list may name people: what
stands on every station's disk is read there by whoever looks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import msgspec

from protocol.catalogue.instant_rules import LIST_NAME
from protocol.catalogue.numbers import is_id_shape
from protocol.catalogue.reading import read_as
from protocol.clock import CHINA
from protocol.errors import Refused

LIST = "list/"  # what parts of ours are called
MOST_ENTRIES = 50_000
_LONGEST_ENTRY = 200

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """`as_of` is the day whose state the list shows; freshness is counted from its first minute."""

    name: str
    title: str
    title_en: str
    source: str  # who keeps it
    as_of: date
    entries: tuple[str, ...]

    @property
    def since(self) -> datetime:
        return datetime.combine(self.as_of, time(), CHINA).astimezone(UTC)

    def has(self, text: str) -> bool:
        wanted = _plain(text)
        return any(_plain(one) == wanted for one in self.entries)


_decode = msgspec.json.Decoder(ReferenceList).decode


def is_list_file(file: str) -> bool:
    """A list is edited as `list.<name>.yaml`, beside the items."""
    return file.startswith("list.") and file.endswith((".yaml", ".yml"))


def read_list(file: str, data: bytes) -> ReferenceList:
    """One list out of the bytes of a YAML file.

    :raises Refused: catalogue: with the field and what to do
    """
    found = read_as(ReferenceList, file, data)
    for field, problem in _faults(found):
        raise Refused("refused.catalogue", file=file, field=field, problem=problem)
    return found


def _faults(one: ReferenceList) -> Iterator[tuple[str, str]]:
    if not LIST_NAME.fullmatch(one.name):
        yield "name", "must be lower-case letters, digits and -, starting with a letter"
    for field in ("title", "title_en", "source"):
        if not getattr(one, field).strip():
            yield field, "is empty; fill it in"
    if len(one.entries) > MOST_ENTRIES:
        yield "entries", f"are more than {MOST_ENTRIES}; narrow the list"
    for index, entry in enumerate(one.entries):
        if not _plain(entry) or len(entry) > _LONGEST_ENTRY:
            yield f"entries[{index}]", f"must be 1 to {_LONGEST_ENTRY} characters"
        if is_id_shape(_plain(entry).upper()):
            yield f"entries[{index}]", "is an ID number; no list may name people"


def parts_of_lists(lists: Iterable[ReferenceList]) -> dict[str, bytes]:
    """The lists as named parts of the signed bundle."""
    return {LIST + one.name: _encode(one) for one in lists}


def list_in(parts: Mapping[str, bytes], name: str) -> ReferenceList | None:
    """None where the catalogue brought no such list, or one that cannot be read here: then nothing is decided by it."""
    data = parts.get(LIST + name)
    if data is None:
        return None
    try:
        return _decode(data)
    except msgspec.DecodeError:
        return None


def _plain(text: str) -> str:
    """As people type it: widths, cases and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
