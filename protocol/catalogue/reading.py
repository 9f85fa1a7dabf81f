"""The strict reading of the item files that people edit.

A file is refused for anything that is not understood, because a misspelt key that is silently
skipped would be a limit that nobody keeps. A refusal names the file, the field and what to do.
What a single field may hold is said by the types in items.py; here stands what each part allows
and the whole forbids.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec
import yaml

from protocol.catalogue.items import Field, FieldRole, FieldType, Item, Limit, LimitKind, Promise, SurveyNeed, Unit
from protocol.errors import Refused

_Kind = TypeVar("_Kind")


def standard_items() -> list[Item]:
    """The items that come with the software, by code and version."""
    return load_folder(resources.files("protocol.catalogue") / "items")


def load_folder(folder: Traversable) -> list[Item]:
    """Every `<code>.v<version>.yaml` of a folder (a Path will do), by code and version.

    :raises Refused: a file is not understood; says which file, which field and what to do
    """
    items = [
        read_item(file.name, file.read_bytes())
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith((".yaml", ".yml"))
    ]
    return sorted(items, key=lambda item: (item.code, item.version))


def read_item(file: str, data: bytes) -> Item:
    """One item out of the bytes of a YAML file called `file`.

    :raises Refused: with `file`, `field` (a path such as `limits[0].unit`) and `problem` (what to do)
    """
    item = read_as(Item, file, data)
    for path, problem in _contradictions(item):
        raise _refused(file, path, problem)
    if file != (expected := f"{item.code}.v{item.version}.yaml"):
        raise _refused(file, "code", f"the file of this code and version must be called {expected}")
    return item


def read_as(kind: type[_Kind], file: str, data: bytes) -> _Kind:
    """The YAML bytes of a file as one value of `kind`; what the kind does not know is not skipped.

    :raises Refused: with `file`, `field` and `problem`, as `read_item`
    """
    try:
        raw = yaml.load(data, Loader=_StrictLoader)  # noqa: S506  (it is a SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as why:
        mark = getattr(why, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the file"
        problem = getattr(why, "problem", None) or "cannot be read as YAML in UTF-8"
        raise _refused(file, where, f"{problem}; correct the YAML") from why
    try:
        value = msgspec.convert(raw, kind)
    except msgspec.ValidationError as why:
        raise _refused(file, *_field_and_problem(str(why))) from why
    for path in _unknown_keys(raw, msgspec.to_builtins(value), ""):
        raise _refused(file, path, "is not a key of this place; remove it or correct its spelling")
    return value


def _refused(file: str, field: str, problem: str) -> Refused:
    return Refused("refused.catalogue", file=file, field=field, problem=problem)


class _StrictLoader(yaml.SafeLoader):
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
        return path, f"{wrong[1]} is not one of the values of this field; they are in protocol/catalogue/items.py"
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


_CODE = re.compile(r"[A-Z][0-9]{2,3}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OWN_LENGTH = {FieldType.ID_NUMBER, FieldType.CREDIT_CODE, FieldType.PHONE, FieldType.DATE, FieldType.CHOICE}
_LONGEST_ANSWER = 4000  # a form has to fit into one entry of the journal
_PLACEHOLDERS = {"reconsideration_body", "court"}


def _contradictions(item: Item) -> Iterable[tuple[str, str]]:
    """What each part allows and the whole forbids."""
    if not _CODE.fullmatch(item.code):
        yield "code", "must be a capital letter and two or three digits, such as M01"
    if item.version < 1:
        yield "version", "must be 1 or more"
    for name in ("name", "name_en", "type", "organ", "result"):
        if not getattr(item, name).strip():
            yield name, "is empty; fill it in"
    if not item.legal_basis:
        yield "legal_basis", "is empty; name the law, or the local rule with the certainty L"
    yield from _limit_contradictions(item)
    yield from _twice("materials", "code", [material.code for material in item.materials])
    for index, material in enumerate(item.materials):
        if not material.forms:
            yield f"materials[{index}].forms", "is empty; say original, copy or e_certificate"
        if material.copies < 1:
            yield f"materials[{index}].copies", "must be 1 or more"
    yield from _twice("fields", "key", [field.key for field in item.fields])
    for index, field in enumerate(item.fields):
        yield from _field_contradictions(f"fields[{index}]", field)
    for role in FieldRole:
        count = sum(field.role is role for field in item.fields)
        if count != 1:
            yield "fields", f"exactly one field must have the role {role}, not {count}"
    for name in re.findall(r"\{(.*?)\}", item.remedies.text):
        if name not in _PLACEHOLDERS:
            yield "remedies.text", f"{{{name}}} is not known; use {{reconsideration_body}} or {{court}}"


def _limit_contradictions(item: Item) -> Iterable[tuple[str, str]]:
    if not any(limit.what is LimitKind.DECISION for limit in item.limits):
        yield "limits", "no limit for the decision; add one, with the certainty L if the district sets it"
    spans: list[tuple[str, Limit | Promise]] = [(f"limits[{index}]", limit) for index, limit in enumerate(item.limits)]
    spans.append(("promised", item.promised))
    for path, span in spans:
        if (span.value == 0) != (span.unit is Unit.INSTANT) or span.value < 0:
            yield f"{path}.value", "must be 0 with the unit instant, and more than 0 with any other unit"
    if item.survey.need is SurveyNeed.CONDITIONAL and not item.survey.when:
        yield "survey.when", "is missing; say on which condition there is a survey"


def _field_contradictions(path: str, field: Field) -> Iterable[tuple[str, str]]:
    if not _KEY.fullmatch(field.key):
        yield f"{path}.key", "must be lower-case letters, digits and _, starting with a letter"
    if (field.type is FieldType.CHOICE) != bool(field.choices):
        yield f"{path}.choices", "a field of type choice needs choices, and no other type may have them"
    yield from _twice(f"{path}.choices", "value", [choice.value for choice in field.choices])
    if field.type in _OWN_LENGTH and field.max_length:
        yield f"{path}.max_length", f"a field of type {field.type} has its own length; remove it"
    if field.type not in _OWN_LENGTH and not 1 <= field.max_length <= _LONGEST_ANSWER:
        yield f"{path}.max_length", f"must be 1 to {_LONGEST_ANSWER} characters"


def _twice(path: str, key: str, values: list[str]) -> Iterable[tuple[str, str]]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield f"{path}[{index}].{key}", f"{value!r} is there twice; give each its own"
