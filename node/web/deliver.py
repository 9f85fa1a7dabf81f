"""取件发证: what waits to be fetched, the number on the receipt that finds it, and what is fetched here from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import deliver, desk, places
from node.deliver import Waits
from node.places import Asked
from node.web.tools import by, house, item_name, place_name, post_once, status_chip
from protocol.catalogue.masks import mask_name
from protocol.clock import moment
from protocol.console import forms
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Filled, Pager
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

PAGE = 50
LONG = timedelta(days=15)  # then the desk should telephone


@dataclass(frozen=True, slots=True)
class Line:
    case_id: str
    number: str
    item: str
    applicant: str  # masked
    status: Chip
    since: datetime
    days: int
    long: bool
    reminded: Phrase | None


@dataclass(frozen=True, slots=True)
class AskedLine:
    number: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliverPage:
    template = "deliver.html"
    section = "deliver"
    lines: Sequence[Line]
    total: int
    asked: Sequence[AskedLine]
    form: Filled
    said: Phrase | None  # what became of the number
    case_href: str  # of the case that another station holds
    ask: Filled | None  # for a number that is not known here
    pager: Pager
    as_of: datetime


def show(request: Request) -> Response:
    return _page(request, Filled())


def find(request: Request, form: FormData) -> Response:
    """To the hand-over of the case with that number; or what to do with one that is not here."""
    here = house(request)
    typed = forms.text(form, "number")
    number = deliver.number_in(typed, here.checks)
    if not number:
        return _page(request, Filled({"number": typed}, {"number": say("deliver.number-missing")}))
    with here.store.read() as db:
        found = deliver.find(db, number)
        place = places.place_named(db, found.station) if found else None
    if found is None:
        ask = Filled({"number": number})
        return _page(request, Filled({"number": number}), say("deliver.not-here", number=number), ask=ask)
    there = url(request, "case", case_id=found.case)
    if found.station != here.book.party and place is not None:
        name = place_name(request, place)
        said = say("deliver.elsewhere", number=number, station=name)
        return _page(request, Filled({"number": number}), said, there, ask=Filled({"number": number}))
    if not found.waits:
        return _page(request, Filled({"number": number}), say("deliver.nothing-yet", number=number), there)
    return see_other_url(request, url(request, "handover", case_id=found.case))


def ask(request: Request, form: FormData) -> Response:
    """The district is asked to pass a case on to this desk."""
    here = house(request)
    typed = {name: forms.text(form, name) for name in ("number", "reason")}
    if not typed["reason"]:
        wrong = Filled(typed, {"reason": say("deliver.reason-missing")})
        return _page(request, Filled({"number": typed["number"]}), ask=wrong)

    def do(tx: Database, at: datetime) -> str:
        places.ask_for(tx, here.pen, here.book, typed["number"], reason=typed["reason"], by=by(request), at=at)
        return url(request, "deliver")

    return post_once(request, form, do, said=say("deliver.asked"))


def remind(request: Request, form: FormData) -> Response:
    here, case_id = house(request), request.path_params["case_id"]

    def do(tx: Database, at: datetime) -> str:
        desk.need_held(tx, here.book, case_id)
        deliver.remind(tx, case_id, by=by(request), at=at)
        return url(request, "deliver")

    return post_once(request, form, do, said=say("deliver.reminded"))


def _page(
    request: Request, form: Filled, said: Phrase | None = None, case_href: str = "", ask: Filled | None = None
) -> Response:
    here = house(request)
    at, text = here.clock.now(), request.query_params.get("page", "")
    with here.store.read() as db:
        total = deliver.count(db, here.book.party)
        pages = max(1, -(-total // PAGE))
        number = min(max(1, int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1), pages)
        waits = deliver.waiting(db, here.book.party, PAGE, (number - 1) * PAGE)
        asked = places.asked_for(db, here.book.party)
    page = DeliverPage(
        [_line(request, one, at) for one in waits],
        total,
        [_asked(one) for one in asked],
        form,
        said,
        case_href,
        ask,
        Pager(number, pages, f"{url(request, 'deliver')}?page={{page}}"),
        at,
    )
    return render(request, page, status=422 if form.problems or (ask and ask.problems) else 200)


def _line(request: Request, one: Waits, at: datetime) -> Line:
    try:
        name = item_name(request, house(request).shelf.item(one.item, one.item_version))
    except Refused:
        name = one.item
    waited = at - moment(one.since)
    reminded = say("deliver.reminded-last", count=one.reminded, at=moment(one.reminded_at)) if one.reminded else None
    return Line(
        one.case, one.number, name, mask_name(one.applicant), status_chip(one.status), moment(one.since),
        max(0, waited.days), waited > LONG, reminded,
    )  # fmt: skip


def _asked(one: Asked) -> AskedLine:
    return AskedLine(one.number, one.by, moment(one.at))
