"""The officers' list and the search over every case: the same table, differently asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub import stations
from hub.web.room import room
from hub.web.shown import LONG_WAIT, flag_chips, is_public, item_name, papers_chip, status_chip, title_of, waited
from hub.worklists import OPEN_AT_HUB, Listed, Wanted, all_cases, count_all, count_worklist, counts, worklist
from protocol.cases.rules import Status
from protocol.catalogue.items import Item
from protocol.console.looks import is_full_number
from protocol.console.mask import mask_name
from protocol.console.pages import render, url
from protocol.console.parts import Chip, Filled, Pager
from protocol.console.protect import note_look
from protocol.console.texts import Phrase, say

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    href: str
    number: str
    item: str
    code: str
    applicant: str
    station: str
    status: Chip
    flags: Sequence[Chip]
    papers: Chip | None
    waited: timedelta
    waits_long: bool
    opened_at: str


@dataclass(frozen=True, slots=True)
class Tab:
    text: Phrase
    href: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class WorklistPage:
    template = "worklist.html"
    title: Phrase
    section: str
    tabs: Sequence[Tab]
    lines: Sequence[Line]
    found: int
    search: Filled
    stations: Sequence[tuple[str, str]]
    statuses: Sequence[tuple[str, Phrase]]
    narrowed: bool
    pager: Pager
    here: str  # this very list, for the poll
    path: str
    nothing: Phrase
    as_of: datetime
    polls: bool


def show_worklist(request: Request) -> Response:
    """What waits for an officer, longest waiting first."""
    return _show(request, open_only=True)


def show_cases(request: Request) -> Response:
    """Every case, newest first."""
    return _show(request, open_only=False)


def _show(request: Request, *, open_only: bool) -> Response:
    desk, asked = room(request), request.query_params
    at = desk.clock.now()
    search, station, status = (asked.get(name, "").strip()[:80] for name in ("q", "station", "status"))
    if is_full_number(search):
        note_look(request, "search")
    catalogue = desk.shelf.current()
    codes = [item.code for item in catalogue.search(search)] if catalogue and search else []
    wanted = Wanted(station, status, search, codes)
    with desk.store.read() as db:
        found = (count_worklist if open_only else count_all)(db, wanted)
        pages = max(1, -(-found // PAGE))
        number = min(max(1, _number(asked.get("page", ""))), pages)
        listed = (worklist if open_only else all_cases)(db, wanted, limit=PAGE, offset=(number - 1) * PAGE)
        by_status, titles = counts(db), stations.titles(db)
    path = url(request, "worklist" if open_only else "cases")
    kept = {name: value for name, value in (("q", search), ("station", station)) if value}
    here = {**kept, **({"status": status} if status else {})}
    offered = [Status(s) for s in OPEN_AT_HUB] if open_only else list(Status)
    pins = {(one.row.item, one.row.item_version) for one in listed}
    known = {pin: desk.shelf.item(*pin) for pin in pins}
    page = WorklistPage(
        title=say("hub.worklist" if open_only else "hub.cases"),
        section="worklist" if open_only else "cases",
        tabs=[
            Tab(say("list.all"), _href(path, kept), sum(by_status.get(s, 0) for s in offered), not status),
            *(
                Tab(say(f"status.{s}"), _href(path, {**kept, "status": s}), by_status.get(s, 0), status == s)
                for s in offered
                if open_only or by_status.get(s, 0) or status == s
            ),
        ],
        lines=[_line(request, one, known, titles, at) for one in listed],
        found=found,
        search=Filled({"q": search, "station": station, "status": status}),
        stations=[(name, title_of(request, titles, name)) for name in titles],
        statuses=[(s, say(f"status.{s}")) for s in offered],
        narrowed=bool(search or station or status),
        pager=Pager(number, pages, _href(path, {**here, "page": "{page}"}).replace("%7Bpage%7D", "{page}")),
        here=_href(path, {**here, "page": str(number)}),
        path=path,
        nothing=say(
            "list.nothing-found" if search or station or status else f"list.empty-{'open' if open_only else 'all'}"
        ),
        as_of=at,
        polls=True,
    )
    return render(request, page, block="rows")


def _line(
    request: Request,
    listed: Listed,
    items: dict[tuple[str, int], Item | None],
    titles: dict[str, tuple[str, str]],
    at: datetime,
) -> Line:
    row = listed.row
    waiting = waited(row.opened_at, at)
    item = items.get((row.item, row.item_version))
    return Line(
        href=url(request, "case", case_id=row.id),
        number=row.number,
        item=item_name(request, item, row.item),
        code=row.item,
        applicant=row.applicant if item and is_public("", item) else mask_name(row.applicant),
        station=title_of(request, titles, row.station),
        status=status_chip(row.status),
        flags=flag_chips(row.flags),
        papers=papers_chip(listed.papers_here, listed.papers),
        waited=waiting,
        waits_long=waiting > LONG_WAIT,
        opened_at=row.opened_at,
    )


def _href(path: str, asked: dict[str, str]) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
