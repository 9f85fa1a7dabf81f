"""What is here already, offered on the page of materials instead of asked again; each look at it is written down.

An offer names the earlier case by its item and day. Using it is checked anew against what is here then: nothing that
a page says is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.drafts import Draft
from node.held import Archive, Held, held, use_held
from node.web.intake import draft_of
from node.web.tools import house, item_name, today
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.console import forms, session
from protocol.console.pages import see_other, url
from protocol.console.protect import note_look
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Offer:
    material: str
    name: str
    source: Phrase  # from which case, how old, how many pages
    href: str  # to look at it; empty for a licence


def offers(request: Request, draft: Draft, item: Item) -> Sequence[Offer]:
    """What a page offers was seen by who opened it: the earlier cases get a line in the log of looks."""
    at = house(request).clock.now()
    with house(request).store.read() as db:
        found = held(db, _archive(request), item, draft, at)
    for case in dict.fromkeys(one.case for one in found):
        note_look(request, "case", case)
    return [_offer(request, item, one, at) for one in found]


def use(request: Request, form: FormData) -> Response:
    """One that was offered, or all of them where no material is named.

    :raises Refused: no-paper: it is not here any more, or belongs to somebody else
    """
    draft, application, _ = draft_of(request, request.path_params["draft_id"])
    wanted, at = forms.text(form, "material"), house(request).clock.now()
    with house(request).store.write() as tx:
        used = _use(request, tx, draft, application.form, wanted, at)
    if not used and wanted:
        raise Refused("refused.no-paper", paper=wanted)
    return see_other(request, "papers", said=say("held.used", count=used), draft_id=draft.id)


def _use(request: Request, tx: Database, draft: Draft, item: Item, wanted: str, at: datetime) -> int:
    found = [one for one in held(tx, _archive(request), item, draft, at) if wanted in ("", one.material)]
    for one in found:
        use_held(tx, draft.id, one, at)
    return len(found)


def _archive(request: Request) -> Archive:
    here = house(request)
    return Archive(here.book, here.shelf.item, here.blobs.has)


def _offer(request: Request, item: Item, one: Held, at: datetime) -> Offer:
    material = item.material(one.material)
    assert material is not None  # held() went by the item's own materials
    zh = session.lang(request) is Lang.ZH
    day = today(moment(one.at))
    words = {
        "day": day,
        "item": item_name(request, house(request).shelf.item(one.item, one.item_version)),
        "count": len(one.papers),
        "age": say("held.days-ago", days=days) if (days := (today(at) - day).days) else say("held.today"),
        "number": one.number,
    }
    href = url(request, "case.paper", case_id=one.case, digest=one.papers[0].digest) if not one.is_licence else ""
    source = say("held.licence" if one.is_licence else "held.case", **words)
    return Offer(one.material, material.name if zh else material.name_en, source, href)
