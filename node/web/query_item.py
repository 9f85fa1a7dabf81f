"""One item at the query machine: can I do it here, what do I bring, how long will I wait; on paper, or a number at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.devices.slip_picture import Slip
from node.hall.estimates import forecast, newcomer, paces
from node.hall.ledger import day_of
from node.kiosk.applying import doors_of
from node.machines import MachineKind
from node.matters import application_of
from node.web.facts import Facts, facts_of
from node.web.guide import ToBring, to_bring
from node.web.items import catalogue_version
from node.web.query import frame
from node.web.room import Look, look
from node.web.slips import place_name, print_slip, printer_of
from node.web.ticket import Frame
from node.web.ticket_draw import draw_for_item
from node.web.ticket_words import before_words, wait_words
from node.web.tools import house, item_name, today
from protocol.catalogue.groups import group, group_of
from protocol.catalogue.items import Item
from protocol.console import session
from protocol.console.pages import render, see_other_url, translator, url
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

AT = MachineKind.QUERY
SLIP_LINES = 12  # papers on a slip; the guide has them all


@dataclass(frozen=True, slots=True)
class QueryItemPage:
    """`slip`: taken, failed, or empty before one was asked for."""

    template = "query_item.html"
    look: Look
    frame: Frame
    code: str
    name: str
    takes: bool
    elsewhere: Sequence[Phrase]  # kinds of station that take it in
    facts: Facts
    bring: Sequence[ToBring]
    group: str
    before: Phrase
    wait: Phrase | None
    may_draw: bool
    may_print: bool
    slip: str
    as_of: Phrase
    back: str


def show(request: Request) -> Response:
    """:raises Refused: no-item"""
    item, bring = _item(request)
    here = house(request)
    at = here.clock.now()
    on, group_code = today(at), group_of(item).code
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
        said = forecast(hall, newcomer(hall, group_code, at), paces(db, hall), at)
    takes = here.shelf.takes(item, on)
    found = group(group_code)
    slip = request.query_params.get("slip", "")
    door = next((one.code for one in doors_of([item])), "")
    page = QueryItemPage(
        look(request),
        frame(request),
        item.code,
        item_name(request, item),
        takes,
        [say(f"query.kind-{kind}") for kind in here.shelf.taken_at(item, on)],
        facts_of(request, item),
        bring,
        found.name if session.lang(request) is Lang.ZH else found.name_en,
        before_words(said),
        wait_words(said),
        takes and here.hours.is_open(at),
        bool(printer_of(request, AT)),
        slip if slip in ("taken", "failed") else "",
        catalogue_version(request),
        url(request, "query.door", door=door) if door else url(request, "query"),
    )
    return render(request, page)


def slip(request: Request, form: FormData) -> Response:
    """What to bring, on a slip."""
    item, bring = _item(request)
    at = house(request).clock.now()
    outcome = print_slip(request, printer_of(request, AT), _slip(request, item, bring), item.code, at)
    return see_other_url(request, f"{url(request, 'query.item', code=item.code)}?slip={outcome}")


def draw(request: Request, form: FormData) -> Response:
    """A number for it. :raises Refused: not-here, hall-closed, hall-full, draw-fast"""
    item, _ = _item(request)
    here = house(request)
    if not here.shelf.takes(item, today(here.clock.now())):
        raise Refused("refused.not-here", item=item.code)
    return draw_for_item(request, form, group_of(item).code, item.code)


def _slip(request: Request, item: Item, bring: Sequence[ToBring]) -> Slip:
    words, facts = translator(request), facts_of(request, item)
    needed = [
        one.name + (f" ({words(one.when)})" if one.when else "") for one in bring if one.required and not one.shared
    ]
    lines = [f"{number}. {name}" for number, name in enumerate(needed[:SLIP_LINES], 1)]
    more = [words("ask.bring-more", count=len(needed) - SLIP_LINES)] if len(needed) > SLIP_LINES else []
    limits = [(words(one.what), words(one.length)) for one in facts.limits[-1:]]
    notes = [words("query.slip-bring"), *(lines or [words("ask.bring-none")]), *more]
    return Slip(
        place_name(request),
        words("query.slip-title"),
        "",
        (item_name(request, item),),
        (*limits, (words("ask.fee"), words(facts.fee))),
        (*notes, words(facts.mode), words(catalogue_version(request))),
    )


def _item(request: Request) -> tuple[Item, Sequence[ToBring]]:
    """:raises Refused: no-item"""
    catalogue, on = house(request).shelf.catalogue, today(house(request).clock.now())
    item = catalogue.current(str(request.path_params["code"])[:10], on)
    form = application_of(item, [catalogue.current(code, on) for code in item.bundle]).form
    return item, [to_bring(request, form, material) for material in form.materials]
