"""Choosing what the citizen came for: by name, by what people call it, or by code; digits pick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import drafts
from node.matters import application_of
from node.web.facts import mode_sentence
from node.web.tools import by, house, item_name, post_once, today
from protocol.console import forms
from protocol.console.pages import render, url
from protocol.console.texts import Phrase, say

SHOWN = 60
PICKED_BY_DIGIT = 9


@dataclass(frozen=True, slots=True)
class ItemLine:
    code: str
    name: str
    type: str
    takes: bool  # this station may take it in
    mode: Phrase  # who takes it in, who decides
    href: str  # of its guide
    is_matter: bool
    materials: int  # that the citizen must bring, whatever the situation
    decided_by: str
    digit: int  # 0: none


@dataclass(frozen=True, slots=True)
class ItemsPage:
    template = "items.html"
    section = "items"
    asked: str
    lines: Sequence[ItemLine]
    by_meaning: bool  # no item is called so; these are what a question in these words would find
    ask: str  # where the same can be asked in the citizen's words
    catalogue: Phrase  # which version, as of when


def show(request: Request) -> Response:
    """`q` is what was said at the counter; it names a service and nobody."""
    here = house(request)
    asked = request.query_params.get("q", "").strip()[:60]
    on = today(here.clock.now())
    found = here.shelf.catalogue.search(asked, SHOWN, on)
    by_meaning = [] if found else here.asking.items(asked, on)
    found = found or by_meaning
    found.sort(key=lambda item: not here.shelf.takes(item, on))
    lines = [
        ItemLine(
            item.code,
            item_name(request, item),
            item.type,
            here.shelf.takes(item, on),
            mode_sentence(request, here.shelf.mode(item, on), item),
            url(request, "item", code=item.code),
            bool(item.bundle),
            len(item.required_materials),
            item.organ,
            place if place <= PICKED_BY_DIGIT and here.shelf.takes(item, on) else 0,
        )
        for place, item in enumerate(found, start=1)
    ]
    return render(
        request,
        ItemsPage(
            asked,
            lines,
            bool(by_meaning),
            f"{url(request, 'ask')}?{urlencode({'q': asked})}",
            catalogue_version(request),
        ),
    )


def begin(request: Request, form: FormData) -> Response:
    """A draft of the chosen item, or of all items of a matter, and on to its first questions."""
    here = house(request)
    here.store.require_room()
    on = today(here.clock.now())
    item = here.shelf.current(forms.text(form, "item"), on)
    parts = [here.shelf.current(code, on) for code in item.bundle]

    def do(tx: Database, at: datetime) -> str:
        draft = drafts.begin_draft(tx, here.store.entropy(16), item, by=by(request), at=at, parts=parts)
        asks_first = application_of(item, parts).form.situations
        return url(request, "situations" if asks_first else "intake", draft_id=draft)

    return post_once(request, form, do)


def catalogue_version(request: Request) -> Phrase:
    """Which catalogue is in force here, and whether the district has a newer one."""
    here = house(request)
    with here.store.read() as db:
        published = here.shelf.published(db)
    catalogue = here.shelf.catalogue
    if published > catalogue.number:
        return say("items.catalogue-older", number=catalogue.number, newer=published)
    if catalogue.number == 0:
        return say("items.catalogue-delivered")
    return say("items.catalogue", number=catalogue.number, at=catalogue.issued_at)
