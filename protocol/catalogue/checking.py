"""Whether a folder of item files makes a catalogue: everything that is wrong, said at once.

Used before a catalogue is drafted, imported or signed. A problem names the file, the field and what
to do; nothing is repaired here, and an item that cannot be read hides no problem of another.
"""

from __future__ import annotations

import dataclasses
import functools
import graphlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, get_args, get_origin, get_type_hints

from protocol.catalogue.contradictions import contradictions
from protocol.catalogue.items import Item, Licence
from protocol.catalogue.reading import from_plain, item_files, parse
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class CatalogueProblem:
    file: str
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.problem}"


def check_catalogue(folder: Traversable) -> list[CatalogueProblem]:
    """Every problem of every file of a folder and of them all together; empty if it can be signed."""
    files = item_files(folder)
    if not files:
        return [CatalogueProblem(folder.name, "files", "no item file (<code>.v<version>.yaml) is here")]
    problems: list[CatalogueProblem] = []
    items: list[Item] = []
    for file in files:
        try:
            raw = parse(file.name, file.read_bytes())
            problems += [CatalogueProblem(file.name, path, "is missing; add it") for path in _absent(raw, Item, "")]
            item = from_plain(Item, file.name, raw)
        except Refused as why:
            told = CatalogueProblem(file.name, str(why.params["field"]), str(why.params["problem"]))
            if told not in problems:
                problems.append(told)
            continue
        items.append(item)
        if file.name != file_name(item):
            called = f"the file of this code and version must be called {file_name(item)}"
            problems.append(CatalogueProblem(file.name, "code", called))
    return problems + check_items(items, complete=len(items) == len(files))


def check_items(items: Iterable[Item], complete: bool = True) -> list[CatalogueProblem]:
    """The same for items that were read already.

    Unless they are `complete`, an item that another one names may be among those that could not be read.
    """
    ordered = sorted(items, key=lambda item: (item.code, item.version))
    problems = [CatalogueProblem(file_name(item), *told) for item in ordered for told in contradictions(item)]
    problems += _versions(ordered)
    for field in ("after", "bundle"):
        problems += _references(ordered, field, complete)
    problems += _task_codes(ordered)
    problems += _licences(ordered)
    return problems


def _absent(raw: object, kind: Any, path: str) -> Iterator[str]:
    """Every key that a file has to have and has not, so that a draft is completed in one go."""
    if isinstance(raw, dict) and isinstance(kind, type) and dataclasses.is_dataclass(kind):
        types = _types(kind)
        for field in dataclasses.fields(kind):
            place = f"{path}.{field.name}" if path else field.name
            if field.name in raw:
                yield from _absent(raw[field.name], types[field.name], place)
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                yield place
    elif isinstance(raw, list) and get_origin(kind) is tuple:
        for index, one in enumerate(raw):
            yield from _absent(one, get_args(kind)[0], f"{path}[{index}]")


@functools.cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def file_name(item: Item) -> str:
    return f"{item.code}.v{item.version}.yaml"


def _versions(items: list[Item]) -> Iterator[CatalogueProblem]:
    """An open version ends where the next one begins; otherwise no two of them hold on the same day."""
    for before, after in itertools.pairwise(items):
        if before.code != after.code:
            continue
        if before.version == after.version:
            yield CatalogueProblem(file_name(after), "version", "is there twice; give it a new version")
        elif after.in_force_from <= before.in_force_from:
            yield CatalogueProblem(
                file_name(after),
                "in_force_from",
                f"must be later than {before.in_force_from} of version {before.version}: two would be in force at once",
            )
        elif before.in_force_to and before.in_force_to >= after.in_force_from:
            yield CatalogueProblem(
                file_name(before),
                "in_force_to",
                f"versions {before.version} and {after.version} are both in force on {after.in_force_from}; "
                "end the earlier one the day before",
            )


def _references(items: list[Item], field: str, complete: bool) -> Iterator[CatalogueProblem]:
    codes = {item.code for item in items}
    graph: dict[str, set[str]] = {}
    for item in items:
        named: tuple[str, ...] = getattr(item, field)
        graph.setdefault(item.code, set()).update(named)
        for index, code in enumerate(named):
            if complete and code not in codes:
                yield CatalogueProblem(
                    file_name(item), f"{field}[{index}]", f"there is no item {code}; add it or correct the code"
                )
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as why:
        circle = why.args[1][::-1]
        first = next(item for item in items if item.code == circle[0])
        yield CatalogueProblem(
            file_name(first), field, f"goes round in a circle: {' -> '.join(circle)}; remove one of these"
        )


def _task_codes(items: list[Item]) -> Iterator[CatalogueProblem]:
    owner: dict[str, str] = {}
    for item in items:
        if item.task_code and owner.setdefault(item.task_code, item.code) != item.code:
            yield CatalogueProblem(
                file_name(item), "task_code", f"belongs to {owner[item.task_code]} already; copy it anew"
            )


def _licences(items: list[Item]) -> Iterator[CatalogueProblem]:
    """Items that issue and renew one kind of licence must agree how long it holds and when it is renewed."""
    newest = {item.code: item for item in items}
    first: dict[str, tuple[str, Licence]] = {}
    for item in newest.values():
        if item.licence is None:
            continue
        code, licence = first.setdefault(item.licence.kind, (item.code, item.licence))
        for field in ("name", "validity", "renewal_opens", "renewal_closes"):
            here, there = getattr(item.licence, field), getattr(licence, field)
            if here and there and here != there:
                yield CatalogueProblem(
                    file_name(item),
                    f"licence.{field}",
                    f"differs from {code}, which has the same kind; make them agree",
                )
