"""A form from the form machine, at the desk: whose it is comes first, and then it is a draft like any other.

Until the card on the reader, or the end of the number, is the applicant's own, the page shows a masked name, the item
and when it was filled in. A form that is somebody else's is stopped, and no answer of it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import prefills
from node.carded import fill_from_card
from node.devices import Kind
from node.devices.cards import IdCard
from node.devices.filling import Whose, can_fill
from node.devices.readers import KeyboardReader, PageReader
from node.drafts import need_draft
from node.prefills import Prefill
from node.web.devices_card import id_card, is_rare
from node.web.devices_panel import CardButton
from node.web.intake import asked_fields
from node.web.tools import by, house, item_name, today
from protocol.catalogue.items import Item
from protocol.catalogue.numbers import is_id_shape
from protocol.console import forms
from protocol.console.mask import mask_name
from protocol.console.pages import render, see_other, translator
from protocol.console.parts import Filled
from protocol.console.texts import Phrase, say
from protocol.errors import MicrocenterError, Refused, Unreachable


@dataclass(frozen=True, slots=True)
class PrefillPage:
    template = "prefill.html"
    section = "items"
    id: str
    item: str
    name: str  # masked
    kept_at: datetime
    button: CardButton | None  # none where no reader can be asked, or no card could say whose form it is
    form: Filled
    stop: Phrase | None  # it is not this person's
    stop_next: Phrase | None
    happened: str  # what went wrong with the card
    next_step: str


def follow(request: Request, code: str) -> Response:
    """A code was scanned. :raises Refused: prefill-unknown, prefill-used"""
    here = house(request)
    with here.store.read() as db:
        found = prefills.find(db, code, here.clock.now())
    return see_other(request, "prefill", prefill=found.id)


def show(request: Request) -> Response:
    prefill, item = _prefill(request)
    return _page(request, prefill, item)


def confirm(request: Request, form: FormData) -> Response:
    """By the last four characters of the applicant's number, or by a whole number that a reader typed."""
    prefill, item = _prefill(request)
    typed = forms.text(form, "number").upper().replace(" ", "")
    if not typed:
        return _page(request, prefill, item, form=Filled({}, {"number": say("prefill.number-missing")}))
    if is_id_shape(typed):
        is_his = prefills.whose_card(item, prefill, typed) is not None
    else:
        is_his = prefills.ends_with(item, prefill, typed)
    return _take(request, prefill, item, None, Whose.APPLICANT) if is_his else _stop(request, prefill, item)


def by_card(request: Request, form: FormData) -> Response:
    """What the card says replaces what he typed of himself, and is locked as it always is."""
    prefill, item = _prefill(request)
    try:
        card = id_card(request, form)
    except (Refused, Unreachable) as why:
        return _page(request, prefill, item, why=why)
    whose = prefills.whose_card(item, prefill, card.number)
    return _stop(request, prefill, item) if whose is None else _take(request, prefill, item, card, whose)


def _take(request: Request, prefill: Prefill, item: Item, card: IdCard | None, whose: Whose) -> Response:
    """:raises Refused: not-here: the item is not taken in any more; prefill-used"""
    here = house(request)
    at = here.clock.now()
    here.shelf.current(item.code, today(at))
    rare = card is not None and is_rare(request, card)
    with here.store.write() as tx:
        draft = prefills.take(tx, prefill, by=by(request), at=at)
        if card is not None:
            fields = asked_fields(item, need_draft(tx, draft), None)
            fill_from_card(tx, draft, item, fields, card, whose, rare=rare, at=at)
    return see_other(request, "intake", said=say("prefill.taken"), draft_id=draft)


def _stop(request: Request, prefill: Prefill, item: Item) -> Response:
    """:raises Refused: prefill-unknown: that was one try too many, and the form is gone"""
    with house(request).store.write() as tx:
        left = prefills.count_try(tx, prefill)
    if left == 0:
        raise Refused("refused.prefill-gone")
    return _page(request, prefill, item, stopped=left)


def _page(
    request: Request,
    prefill: Prefill,
    item: Item,
    *,
    form: Filled | None = None,
    stopped: int = 0,
    why: MicrocenterError | None = None,
) -> Response:
    words = translator(request)
    page = PrefillPage(
        prefill.id,
        item_name(request, item),
        mask_name(prefills.name_in(item, prefill)),
        prefill.kept_at,
        _button(request, item),
        form or Filled(),
        say("prefill.not-his") if stopped else None,
        say("prefill.not-his-next", left=stopped) if stopped else None,
        words.happened(why) if why else "",
        words.next_step(why) if why else "",
    )
    return render(request, page, status=422 if stopped or why or page.form.problems else 200)


def _button(request: Request, item: Item) -> CardButton | None:
    devices = house(request).devices
    name = devices.at_desk(Kind.CARD_READER)
    device = devices.get(name) if name else None
    knows = can_fill(item.fields, Whose.APPLICANT) or can_fill(item.fields, Whose.AGENT)
    if device is None or isinstance(device, KeyboardReader) or not knows:
        return None
    conversation = device.conversation() if isinstance(device, PageReader) else ""
    return CardButton(Whose.APPLICANT, say("card.read"), "F2", conversation)


def _prefill(request: Request) -> tuple[Prefill, Item]:
    here = house(request)
    with here.store.read() as db:
        found = prefills.need(db, str(request.path_params["prefill"]), here.clock.now())
    return found, here.shelf.item(found.item, found.item_version)
