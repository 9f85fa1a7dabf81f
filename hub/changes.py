"""What is different between two issues of the catalogue, item by item and field by field.

For the person who signs and the other one who approves: both see the same list, made from the two issues alone.
Versions of one item are compared by what comes into force last. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from protocol.asking.synonyms import CALLED, synonyms_of
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item
from protocol.catalogue.remits import Remit


class What(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Sort(StrEnum):
    ITEM = "item"
    CALENDAR = "calendar"
    REMIT = "remit"
    CALLED = "called"  # what the district has added to what people call an item
    OTHER = "other"  # a part of another kind, such as a rule of the house


@dataclass(frozen=True, slots=True)
class FieldChange:
    path: str  # such as limits[2].value, materials[id_card].name
    before: str  # "" if it was not there
    after: str  # "" if it is there no more


@dataclass(frozen=True, slots=True)
class Change:
    sort: Sort
    what: What
    code: str  # of the item, the year, the station or kind, the part
    name: str
    name_en: str
    versions: tuple[int, int]  # before, after; 0 where there is none
    fields: tuple[FieldChange, ...] = ()


def changes(before: Catalogue | None, after: Catalogue) -> list[Change]:
    """Items first, by code; then calendars, remits, names and other parts."""
    return [
        *_items(before, after),
        *_years(before, after),
        *_remits(before, after),
        *_called(before, after),
        *_others(before, after),
    ]


def _newest(catalogue: Catalogue | None) -> dict[str, Item]:
    """By code: versions come in their order, so the last one stays."""
    return {item.code: item for item in (catalogue.versions() if catalogue else ())}


def _items(before: Catalogue | None, after: Catalogue) -> Iterator[Change]:
    old, new = _newest(before), _newest(after)
    for code in sorted(old.keys() | new.keys()):
        was, is_ = old.get(code), new.get(code)
        named = is_ or was
        if was == is_ or named is None:
            continue
        what = What.ADDED if was is None else What.REMOVED if is_ is None else What.CHANGED
        fields = tuple(_fields(was, is_)) if was and is_ else ()
        versions = (was.version if was else 0, is_.version if is_ else 0)
        yield Change(Sort.ITEM, what, code, named.name, named.name_en, versions, fields)


def _years(before: Catalogue | None, after: Catalogue) -> Iterator[Change]:
    old = {year.year: year for year in (before.calendars if before else ())}
    new = {year.year: year for year in after.calendars}
    for number in sorted(old.keys() | new.keys()):
        was, is_ = old.get(number), new.get(number)
        if was != is_:
            versions = (was.version if was else 0, is_.version if is_ else 0)
            fields = tuple(_fields(was, is_)) if was and is_ else ()
            yield Change(Sort.CALENDAR, _what(was, is_), str(number), "", "", versions, fields)


def _remits(before: Catalogue | None, after: Catalogue) -> Iterator[Change]:
    old = before.remits.by_subject() if before else {}
    new = after.remits.by_subject()
    for subject in sorted(old.keys() | new.keys()):
        was, is_ = old.get(subject, []), new.get(subject, [])
        if was != is_:
            fields = [FieldChange(row.item, _row(row), "") for row in was if row not in is_]
            fields += [FieldChange(row.item, "", _row(row)) for row in is_ if row not in was]
            yield Change(Sort.REMIT, _what(was, is_), subject, "", "", (0, 0), tuple(fields))


def _called(before: Catalogue | None, after: Catalogue) -> Iterator[Change]:
    old, new = (synonyms_of(one.extras).called if one else {} for one in (before, after))
    items = _newest(after)
    for code in sorted(old.keys() | new.keys()):
        was, is_ = old.get(code, ()), new.get(code, ())
        if was != is_:
            fields = [FieldChange("called", name, "") for name in was if name not in is_]
            fields += [FieldChange("called", "", name) for name in is_ if name not in was]
            item = items.get(code)
            names = (item.name, item.name_en) if item else ("", "")
            yield Change(Sort.CALLED, _what(was, is_), code, *names, (0, 0), tuple(fields))


def _others(before: Catalogue | None, after: Catalogue) -> Iterator[Change]:
    old = before.extras if before else {}
    for name in sorted(old.keys() | after.extras.keys()):
        was, is_ = old.get(name), after.extras.get(name)
        if was != is_ and not name.startswith(CALLED):
            yield Change(Sort.OTHER, _what(was, is_), name, "", "", (0, 0))


def _what(was: object, is_: object) -> What:
    return What.ADDED if not was else What.REMOVED if not is_ else What.CHANGED


def _row(row: Remit) -> str:
    until = row.until.isoformat() if row.until else "…"
    return f"{row.mode} {row.since.isoformat()} – {until} [{row.certainty}] {row.basis}"


def _fields(was: object, is_: object) -> Iterator[FieldChange]:
    old, new = dict(_flat(msgspec.to_builtins(was), "")), dict(_flat(msgspec.to_builtins(is_), ""))
    for path in [*new, *(path for path in old if path not in new)]:
        if path != "version" and old.get(path, "") != new.get(path, ""):
            yield FieldChange(path, old.get(path, ""), new.get(path, ""))


def _flat(value: object, path: str) -> Iterable[tuple[str, str]]:
    """Every leaf with its path. Lists of plain words are one leaf; a thing with a code or a key goes by it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(inner, dict) for inner in value):
        for place, inner in enumerate(value, 1):
            name = str(inner.get("code") or inner.get("key") or place) if isinstance(inner, dict) else str(place)
            yield from _flat(inner, f"{path}[{name}]")
    elif isinstance(value, list | tuple):
        yield path, ", ".join(map(str, value))
    elif value is not None:
        yield path, str(value)
