"""A station of the simulated district that may decide, with the signed issue that says so."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from hub.instant import Confirming
from node import drafts, instant
from node.matters import application_of
from protocol.cases.acts import Paper
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item, Mode, StationKind
from protocol.catalogue.reference import ReferenceList, parts_of_lists
from protocol.catalogue.remits import Remit, Remits
from protocol.clock import CHINA
from protocol.errors import Refused
from tests.district_data import all_items, answers_for, paper_bytes
from tests.world import MORNING, Station, World

DECIDE = "decide"


def issue(
    number: int = 1,
    *,
    items: Iterable[Item] = (),
    decides: Iterable[str] = (),
    lists: Iterable[ReferenceList] = (),
) -> Catalogue:
    """A signed issue: all items, `items` in the place of theirs; every town station decides `decides` as well."""
    changed = {item.code: item for item in items}
    rows = [
        Remit("", StationKind.TOWN, code, Mode.DECIDE, "区政府授权", "L", date(2026, 1, 1))  # type: ignore[arg-type]
        for code in decides
    ]
    return Catalogue(
        number, MORNING, [changed.get(item.code, item) for item in all_items()], f"d{number}",
        remits=Remits(rows), extras=parts_of_lists(lists),
    )  # fmt: skip


@dataclass
class Shelf:
    """At a station: the issue in force. At the hub: all of them."""

    catalogue: Catalogue
    older: list[Catalogue] = field(default_factory=list)

    def mode(self, item: Item, on: date) -> Mode:
        return self.catalogue.mode("dafeng", StationKind.TOWN, item.code, on).mode

    def current(self) -> Catalogue:
        return self.catalogue

    def numbered(self, number: int) -> Catalogue | None:
        return next((one for one in (self.catalogue, *self.older) if one.number == number), None)

    def has_heard_of(self, number: int) -> bool:
        return self.numbered(number) is not None


def decides(
    station: Station, shelf: Shelf, code: str, *, papers: int = 1, committed: bool = False, **answers: str
) -> tuple[str, instant.Outcome]:
    """A clerk takes it in and lets the rules decide. The id of the case, and what became of it."""
    office, at, rng = station.office, station.clock.now(), station.world.rng
    item = shelf.catalogue.current(code, at.astimezone(CHINA).date())
    application = application_of(item)
    typed = answers_for(item, random.Random(rng.random())) | answers
    with office.store.write() as tx:
        draft = drafts.begin_draft(tx, rng.randbytes(16), item, by=station.clerk, at=at)
        drafts.save_draft(tx, draft, item, typed, at)
        drafts.save_details(tx, draft, at, committed=committed)
    for number, material in enumerate(item.required_materials_for(typed) * papers):
        data = paper_bytes(rng, number)
        paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type="image/jpeg", material=material.code)
        with office.store.write() as tx:
            drafts.add_paper(tx, draft, paper, at)

    def now() -> instant.Outcome:
        with office.store.write() as tx:
            return instant.try_now(
                tx, office.pen, station.book, shelf, draft, application, by=station.clerk, at=at
            )  # fmt: skip

    outcome = station.does(now)
    assert isinstance(outcome, instant.Outcome)
    return draft, outcome


def looks(world: World, shelf: Shelf) -> int:
    """The hub's clock has come to what stations decided."""
    office = world.hub.office
    return Confirming(office.store, office.pen, world.hub.book, shelf).look_next(world.hub.clock.now())


__all__ = ["Refused", "Shelf", "decides", "issue", "looks"]
