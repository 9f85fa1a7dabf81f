"""The strict reading of the item files that people edit.

A file is refused for anything that is not understood, because a misspelt key that is silently
skipped would be a limit that nobody keeps. A refusal names the file, the field and what to do.
What a single field may hold is said by the types in items.py, what each part allows and the whole
forbids in contradictions.py, what a whole folder of files forbids in checking.py.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec
import yaml

from protocol.catalogue.contradictions import contradictions
from protocol.catalogue.items import Item
from protocol.errors import Refused

_Kind = TypeVar("_Kind")


def standard_items() -> list[Item]:
    """The items that come with the software, by code and version. Read once: they change with the software alone."""
    return list(_standard_items())


@cache
def _standard_items() -> tuple[Item, ...]:
    return tuple(load_folder(resources.files("protocol.catalogue") / "items"))


def load_folder(folder: Traversable) -> list[Item]:
    """Every `<code>.v<version>.yaml` of a folder (a Path will do), by code and version.

    :raises Refused: a file is not understood; says which file, which field and what to do
    """
    items = [read_item(file.name, file.read_bytes()) for file in item_files(folder)]
    return sorted(items, key=lambda item: (item.code, item.version))


def item_files(folder: Traversable) -> list[Traversable]:
    files = [file for file in folder.iterdir() if file.name.endswith((".yaml", ".yml"))]
    return sorted(files, key=lambda file: file.name)


def read_item(file: str, data: bytes) -> Item:
    """One item out of the bytes of a YAML file called `file`.

    :raises Refused: with `file`, `field` (a path such as `limits[0].unit`) and `problem` (what to do)
    """
    item = read_as(Item, file, data)
    for path, problem in contradictions(item):
        raise _refused(file, path, problem)
    if file != (expected := f"{item.code}.v{item.version}.yaml"):
        raise _refused(file, "code", f"the file of this code and version must be called {expected}")
    return item


def read_as(kind: type[_Kind], file: str, data: bytes) -> _Kind:
    """The YAML bytes of a file as one value of `kind`; what the kind does not know is not skipped.

    :raises Refused: with `file`, `field` and `problem`, as `read_item`
    """
    return from_plain(kind, file, parse(file, data))


def parse(file: str, data: bytes) -> object:
    """The bytes of a YAML file as lists, mappings, texts, numbers and dates.

    :raises Refused: as `read_item`; the field is the line
    """
    try:
        return yaml.load(data, Loader=_StrictLoader)  # noqa: S506  (it is a SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as why:
        mark = getattr(why, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the file"
        problem = getattr(why, "problem", None) or "cannot be read as YAML in UTF-8"
        raise _refused(file, where, f"{problem}; correct the YAML") from why


def from_plain(kind: type[_Kind], file: str, raw: object) -> _Kind:
    """A value out of plain lists and mappings, whatever these were written in.

    :raises Refused: with `file`, `field` and `problem`, as `read_item`
    """
    try:
        value = msgspec.convert(raw, kind)
    except msgspec.ValidationError as why:
        raise _refused(file, *_field_and_problem(str(why))) from why
    for path in _unknown_keys(raw, msgspec.to_builtins(value), ""):
        raise _refused(file, path, "is not a key of this place; remove it or correct its spelling")
    return value


def _refused(file: str, field: str, problem: str) -> Refused:
    return Refused("refused.catalogue", file=file, field=field, problem=problem)


class _StrictLoader(yaml.CSafeLoader):
    """PyYAML lets the last of two equal keys win; a person who edits a file has made a mistake."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key!r} is there twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _field_and_problem(message: str) -> tuple[str, str]:
    """msgspec's "Expected `int`, got `str` - at `$.limits[0].value`" as a path and an instruction."""
    problem, _, where = message.partition(" - at `")
    path = where.rpartition("`$")[2] if "`$" in where else where.removeprefix("$")  # also "key` in `$.authority"
    path = path.rstrip("`").removeprefix(".")
    if missing := re.fullmatch(r"Object missing required field `(.+)`", problem):
        return _join(path, missing[1]), "is missing; add it"
    if wrong := re.fullmatch(r"Invalid enum value (.+)", problem):
        if "joint_review" in wrong[1]:
            return path, "joint review does not stop the clock (行政许可法 §45); remove it"
        return path, f"{wrong[1]} is not one of the values of this field; they are in protocol/catalogue/vocabulary.py"
    return path or "the file", f"{problem[:1].lower()}{problem[1:]}; correct the value"


def _unknown_keys(raw: object, known: object, path: str) -> Iterable[str]:
    if isinstance(raw, dict) and isinstance(known, dict):
        for key, value in raw.items():
            if key not in known:
                yield _join(path, str(key))
            else:
                yield from _unknown_keys(value, known[key], _join(path, str(key)))
    elif isinstance(raw, list) and isinstance(known, (list, tuple)):
        for index, (value, kept) in enumerate(zip(raw, known, strict=True)):
            yield from _unknown_keys(value, kept, f"{path}[{index}]")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
