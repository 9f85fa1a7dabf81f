"""What goes into a drafted catalogue: which versions can be applied for, which are kept for cases, what is in doubt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlite_utils import Database

from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item
from protocol.catalogue.remits import Doubt, doubts
from protocol.errors import Refused

Pin = tuple[str, int]  # code, version


def pinned(db: Database) -> frozenset[Pin]:
    """What the cases that are not in the archive yet were accepted under."""
    rows = db.execute("select distinct item, item_version from cases where status != 'archived'").fetchall()
    return frozenset((str(row[0]), int(row[1])) for row in rows)


def carried_over(
    before: Catalogue | None, draft: Catalogue, loaded: Sequence[Item], pins: Collection[Pin], on: date, *, whole: bool
) -> tuple[list[Item], list[Item]]:
    """(what can be applied for, what is only kept) after `loaded` was put into the draft.

    `before` is what is in force. A version that was in force there stays readable for one more issue, and for as
    long as a case pins it; a version that nobody pins and nobody can apply for any more goes.

    :raises Refused: catalogue: a published version was edited
    """
    out = {_pin(item): item for item in [*before.versions(), *before.kept()]} if before else {}
    for item in loaded:
        if out.get(_pin(item), item) != item:
            problem = "was published with other content; give it a new version"
            raise Refused("refused.catalogue", file=item.code, field="version", problem=problem)
    there = {_pin(item): item for item in draft.versions()}
    codes = {item.code for item in loaded}
    if whole:
        there = {pin: item for pin, item in there.items() if item.code in codes}
    there |= {_pin(item): item for item in loaded}
    newest_in_force: dict[str, int] = {}
    for item in there.values():
        if item.in_force_from <= on:
            newest_in_force[item.code] = max(newest_in_force.get(item.code, 0), item.version)
    applied = {pin: item for pin, item in there.items() if item.version >= newest_in_force.get(item.code, 0)}
    last = {_pin(item) for item in (before.versions() if before else ())}
    every = out | {_pin(item): item for item in draft.kept()} | there
    kept = {pin: item for pin, item in every.items() if pin not in applied and (pin in pins or pin in last)}
    return list(applied.values()), list(kept.values())


def doubts_of(db: Database, catalogue: Catalogue) -> list[Doubt]:
    """What is wrong with the table of authority, row by row in its own order."""
    stations = {str(row[0]) for row in db.execute("select name from stations").fetchall()}
    return doubts(catalogue.remits.rows, stations, {item.code for item in catalogue.versions()})


def _pin(item: Item) -> Pin:
    return item.code, item.version
