"""A station of the simulated district that may decide, with the signed issue that says so."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from hub.instant import Confirming
from node import after, documents, drafts, instant
from node.matters import application_of
from protocol.cases.acts import Made, Paper
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item, Mode, StationKind
from protocol.catalogue.reference import ReferenceList, parts_of_lists
from protocol.catalogue.remits import Remit, Remits
from protocol.clock import CHINA
from tests.district_data import all_items, answers_for, paper_bytes
from tests.world import MORNING, Station, World


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
    found = may_decide(station, shelf, code, papers=papers, committed=committed, **answers)
    assert found is not None
    return found


def may_decide(
    station: Station, shelf: Shelf, code: str, *, papers: int = 1, committed: bool = False, **answers: str
) -> tuple[str, instant.Outcome] | None:
    """The same at a machine that may die on the way."""
    office, at, rng = station.office, station.clock.now(), station.world.rng
    item = shelf.catalogue.current(code, at.astimezone(CHINA).date())
    application = application_of(item)
    typed = answers_for(item, random.Random(rng.random())) | answers

    def intake() -> tuple[str, instant.Outcome]:
        with office.store.write() as tx:
            draft = drafts.begin_draft(tx, rng.randbytes(16), item, by=station.clerk, at=at)
            drafts.save_draft(tx, draft, item, typed, at)
            drafts.save_details(tx, draft, at, committed=committed)
        for number, material in enumerate(item.required_materials_for(typed) * papers):
            data = paper_bytes(rng, number)
            paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type="image/jpeg", material=material.code)
            with office.store.write() as tx:
                drafts.add_paper(tx, draft, paper, at)
        with office.store.write() as tx:
            return draft, instant.try_now(
                tx, office.pen, station.book, shelf, draft, application, by=station.clerk, at=at
            )

    return station.does(intake)  # type: ignore[return-value]


def prints(station: Station, case_id: str) -> None:
    """The decision is printed and kept, as the page does it; nothing where the district decided."""
    office, at, now = station.office, station.clock.now(), station.case(case_id)
    assert now is not None

    def make() -> None:
        for kind in documents.decided_here(now):
            digest = office.blobs.keep(b"%PDF" + case_id.encode() + kind.encode(), at)
            made = Made(kind=kind, number=documents.number_on(kind, now), digest=digest, size=36 + len(kind))
            with office.store.write() as tx:
                after.attach(
                    tx, office.pen, station.book, case_id, station.world.rng.randbytes(16), made, by=station.clerk,
                    at=at, of=documents.of_which_act(kind, now),
                )  # fmt: skip

    station.does(make)


def looks(world: World, shelf: Shelf) -> int:
    """The hub's clock has come to what stations decided."""
    office = world.hub.office
    return Confirming(office.store, office.pen, world.hub.book, shelf).look_next(world.hub.clock.now())
