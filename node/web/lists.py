"""The cases of this station: filtered, searched, fifty on a page.

A search is posted and not put into the address: what is searched for is often a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import cases
from node.web.home import DECIDED, CaseLine, case_line
from node.web.tools import by, house
from protocol.cases.rules import Status
from protocol.console import forms
from protocol.console.looks import is_full_number
from protocol.console.pages import render, url
from protocol.console.parts import Filled, Pager
from protocol.console.protect import note_look
from protocol.console.texts import Phrase, say

PER_PAGE = 50
FOUND_MOST = 200

_FILTERS: dict[str, tuple[Status, ...]] = {
    "all": (),
    "mine": (),
    "waiting": (),
    "received": (Status.RECEIVED, Status.ACCEPTED, Status.REVIEWED, Status.GRANTED, Status.DENIED),
    "returned": (Status.RETURNED,),
    "decided": DECIDED,
    "done": (Status.HANDED_OVER, Status.ARCHIVED),
}


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    text: Phrase
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class CasesPage:
    template = "cases.html"
    section = "cases"
    tabs: Sequence[Tab]
    form: Filled
    lines: Sequence[CaseLine]
    total: int
    found_by: str  # what was searched for; empty if the list is only filtered
    more: bool  # there is more than was listed for a search
    pager: Pager
    as_of: datetime


def show(request: Request) -> Response:
    here = house(request)
    chosen = request.query_params.get("show", "all")
    chosen = chosen if chosen in _FILTERS else "all"
    statuses, waiting = _FILTERS[chosen], chosen == "waiting"
    mine = by(request).account if chosen == "mine" else ""
    with here.store.read() as db:
        ids = cases.newest_first(db, here.owing.cases(db)) if waiting else []
        total = len(ids) if waiting else cases.how_many(db, statuses=statuses, by=mine)
        pages = max(1, -(-total // PER_PAGE))
        page = min(max(1, _number(request.query_params.get("page", "1"))), pages)
        first = (page - 1) * PER_PAGE
        listed = (
            cases.listed_by_id(db, ids[first : first + PER_PAGE])
            if waiting
            else cases.listed(db, statuses=statuses, by=mine, limit=PER_PAGE, offset=first)
        )
    href = f"{url(request, 'cases')}?{urlencode({'show': chosen})}&page={{page}}"
    return _page(request, chosen, [case_line(request, one) for one in listed], total, Pager(page, pages, href))


def search(request: Request, form: FormData) -> Response:
    """By number, applicant or the code of an item."""
    asked = forms.text(form, "q")[:60]
    if is_full_number(asked):
        note_look(request, "search")
    with house(request).store.read() as db:
        total = cases.how_many(db, search=asked)
        found = cases.listed(db, search=asked, limit=FOUND_MOST)
    lines = [case_line(request, one) for one in found]
    return _page(request, "" if asked else "all", lines, total, Pager(1, 1, ""), asked)


def _page(
    request: Request, chosen: str, lines: Sequence[CaseLine], total: int, pager: Pager, asked: str = ""
) -> Response:
    tabs = [
        Tab(key, say(f"cases.show-{key}"), f"{url(request, 'cases')}?{urlencode({'show': key})}", key == chosen)
        for key in _FILTERS
    ]
    page = CasesPage(
        tabs, Filled({"q": asked}), lines, total, asked, total > len(lines) and bool(asked), pager,
        house(request).clock.now(),
    )  # fmt: skip
    return render(request, page)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
