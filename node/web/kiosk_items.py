"""Choosing what to do at the kiosk: a door, an item behind it, and what it takes, before anything of a person is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.kiosk import applying, sessions
from node.machines import MachineKind
from node.web.facts import Facts, facts_of, material_facts
from node.web.kiosk import Frame, Visit, frame, kind_of, way
from node.web.kiosk_card import go_on
from node.web.room import Look
from node.web.tools import house, item_name, today
from protocol.asking.masking import harmless
from protocol.catalogue.items import Item
from protocol.console import session
from protocol.console.pages import render, translator, url
from protocol.console.texts import Lang, Phrase
from protocol.errors import Refused

LONGEST = 60  # of a question
A_SCREEN = 6  # choices; more are on the next one


@dataclass(frozen=True, slots=True)
class Way:
    text: str
    href: str
    count: int = 0  # items behind it


@dataclass(frozen=True, slots=True)
class ItemsPage:
    template = "kiosk_items.html"
    look: Look
    frame: Frame
    door: str  # as it is called; empty: the doors themselves
    ways: Sequence[Way]
    page: int
    pages: int
    next_href: str
    back_href: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    template = "kiosk_item.html"
    look: Look
    frame: Frame
    code: str
    item: str
    facts: Facts
    papers: Sequence[tuple[str, Phrase]]
    back_href: str


def show(request: Request, visit: Visit) -> Response:
    """The six doors, or with `door` what is behind one, six items at a time."""
    here, on = house(request), today(visit.at)
    items = [item for item in here.shelf.catalogue.items(on) if _is_offered(request, item, on)]
    asked = harmless(request.query_params.get("q", ""))[:LONGEST]
    if asked:
        return _found(request, visit, [item for item in here.asking.items(asked, on) if item in items])
    doors = applying.doors_of(items)
    door = next((one for one in doors if one.code == request.query_params.get("door")), None)
    zh = session.lang(request) is Lang.ZH
    first = url(request, way(request, "items"))
    if door is None:
        ways = [
            Way(one.name if zh else one.name_en, f"{first}?door={one.code}", len(applying.behind(one.code, items)))
            for one in doors
        ]
        return render(request, ItemsPage(visit.look, frame(request, visit, "items"), "", ways, 1, 1, "", ""))
    found = applying.behind(door.code, items)
    pages = -(-len(found) // A_SCREEN)
    page = _page(request.query_params.get("page", ""), pages)
    shown = found[(page - 1) * A_SCREEN : page * A_SCREEN]
    ways = [Way(item_name(request, item), url(request, way(request, "item"), code=item.code)) for item in shown]
    following = f"{first}?door={door.code}&page={page % pages + 1}" if pages > 1 else ""
    name = door.name if zh else door.name_en
    return render(
        request, ItemsPage(visit.look, frame(request, visit, "items"), name, ways, page, pages, following, first)
    )


def _found(request: Request, visit: Visit, items: Sequence[Item]) -> Response:
    """What was asked for in his own words."""
    ways = [Way(item_name(request, one), url(request, way(request, "item"), code=one.code)) for one in items[:A_SCREEN]]
    first, words = url(request, way(request, "items")), translator(request)
    page = ItemsPage(visit.look, frame(request, visit, "items"), words("form.found"), ways, 1, 1, "", first)
    return render(request, page)


def show_one(request: Request, visit: Visit) -> Response:
    item = _offered(request, visit)
    zh = session.lang(request) is Lang.ZH
    papers = [
        (material.name if zh else material.name_en, material_facts(request, material))
        for material in item.required_materials
    ]
    door = next((one.code for one in applying.doors_of([item])), "")
    back = f"{url(request, way(request, 'items'))}?door={door}"
    return render(
        request,
        ItemPage(
            visit.look, frame(request, visit, "item"), item.code, item_name(request, item), facts_of(request, item),
            papers, back,
        ),
    )  # fmt: skip


def choose(request: Request, visit: Visit, form: FormData) -> Response:
    """This is what he wants: next we ask who he is, if he has not said so yet."""
    item = _offered(request, visit)
    house(request).store.require_room()
    with house(request).store.write() as tx:
        sessions.take_draft(tx, visit.session, "", item.code)
    return go_on(request)


def _offered(request: Request, visit: Visit) -> Item:
    """:raises Refused: no-item, not-offered"""
    shelf, on = house(request).shelf, today(visit.at)
    item = shelf.catalogue.current(str(request.path_params["code"]), on)
    if not _is_offered(request, item, on):
        raise Refused("refused.not-offered", item=item.code)
    return item


def _is_offered(request: Request, item: Item, on: date) -> bool:
    shelf = house(request).shelf
    if kind_of(request) is MachineKind.FORM:
        return applying.is_fillable(shelf, item, on)
    return applying.is_offered(shelf, item, on)


def _page(text: str, pages: int) -> int:
    return min(max(int(text), 1), pages) if text.isdecimal() and len(text) < 4 else 1
