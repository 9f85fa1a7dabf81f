"""An item as the YAML that a person edits: what stands in a file, and nothing that only repeats a default.

The same item gives the same text, so that a diff shows what was changed and nothing else. Comments of
an earlier file are not kept: an item is written anew only where it came from a table or from another
district.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import yaml

from protocol.catalogue.items import Item

_LINE = 220  # display columns of an entry before it is written over several lines
# What belongs together stands together; a key that is not named here comes last.
_ORDER = [
    "code",
    "version",
    "in_force_from",
    "in_force_to",
    "change",
    "catalogue_code",
    "task_code",
    "handling_item",
    "name",
    "name_en",
    "aliases",
    "type",
    "type_certainty",
    "group",
    "service_object",
    "also_for",
    "level",
    "organ",
    "organ_en",
    "project_type",
    "handling",
    "scope",
    "visits",
    "authority",
    "legal_basis",
    "limits",
    "promised",
    "fee",
    "survey",
    "situations",
    "materials",
    "fields",
    "windows",
    "after",
    "bundle",
    "commitment",
    "conditional",
    "licence",
    "instant",
    "remedies",
    "result",
    "result_type",
    "note",
]


def item_to_yaml(item: Item) -> str:
    return plain_to_yaml(plain(item))


def plain(value: object) -> Any:
    """A value of the catalogue as mappings, lists, texts, numbers and dates, without what equals its default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != _default(field)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def plain_to_yaml(item: Mapping[str, Any]) -> str:
    """The same for an item that is not complete yet, as an import drafts it."""
    lines: list[str] = []
    for key in sorted(item, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER)):
        lines += _entry(key, item[key], "")
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any, indent: str) -> list[str]:
    if _is_list_of_mappings(value):
        lines = [f"{indent}{key}:"]
        for one in value:
            lines += _listed(one, indent + "  ")
        return lines
    line = f"{indent}{key}: {_flow(value)}"
    if not isinstance(value, dict) or (_columns(line) <= _LINE and not any(map(_is_list_of_mappings, value.values()))):
        return [line]
    lines = [f"{indent}{key}:"]
    for inner, one in value.items():
        lines += _entry(inner, one, indent + "  ")
    return lines


def _listed(value: dict[str, Any], indent: str) -> list[str]:
    line = f"{indent}- {_flow(value)}"
    if _columns(line) <= _LINE and not any(map(_is_list_of_mappings, value.values())):
        return [line]
    lines: list[str] = []
    for key, one in value.items():
        lines += _entry(key, one, indent + "  ")
    lines[0] = f"{indent}- {lines[0].lstrip()}"
    return lines


def _is_list_of_mappings(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _flow(value: object) -> str:
    """One line of YAML; PyYAML knows best what has to be quoted."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and "\n" in value:
        return yaml.safe_dump(value, default_style='"', allow_unicode=True, width=1_000_000).strip()
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def _columns(line: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in line)


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else dataclasses.MISSING
