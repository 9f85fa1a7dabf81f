"""The officers' list, ordered by what is due, and the search over every case: the same table, differently asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import filters, holdings, seeking, stations, worklists
from hub.room import Room
from hub.seeking import MOST, Found
from hub.web.due import due_chip, provisional_chip
from hub.web.room import room
from hub.web.shown import flag_chips, is_public, item_name, papers_chip, status_chip, title_of, waited
from hub.worklists import HUB_LINKS, Listed, Only, Waiting, Wanted, Whose
from protocol.cases.rules import Link, Status
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item
from protocol.clock import CHINA
from protocol.console import accounts, forms, session
from protocol.console.accounts import Account
from protocol.console.looks import is_full_number
from protocol.console.mask import mask_name
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Filled, Icon, Pager, Tone
from protocol.console.protect import note_look
from protocol.console.texts import Phrase, say

PAGE = 50
PAGES = 200  # further than that nobody turns pages; a narrower question finds it
MINE, SECTION, ALL = "mine", "section", "all"
TWINS_WITHIN = timedelta(days=30)
# of the address; `words` is what was typed, closed: it is often a name
KEPT = {"at": 80, "words": 400, "person": 80, "station": 80, "status": 80, "only": 80}
TYPED = 80  # characters


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    href: str
    number: str
    item: str
    code: str
    applicant: str
    station: str
    status: Chip
    flags: Sequence[Chip]
    due: Chip | None
    due_on: str
    holder: str  # as people call him; "" for nobody
    take_over_href: str | None
    waited: timedelta


@dataclass(frozen=True, slots=True)
class Tab:
    text: Phrase
    href: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class SavedFilter:
    id: int
    name: str
    href: str
    removed: bool


@dataclass(frozen=True, slots=True)
class WorklistPage:
    template = "worklist.html"
    title: Phrase
    section: str
    tabs: Sequence[Tab]
    lines: Sequence[Line]
    found: Phrase
    search: Filled
    stations: Sequence[tuple[str, str]]
    onlys: Sequence[tuple[str, Phrase]]
    narrowed: bool
    may_claim: bool
    saved: Sequence[SavedFilter]
    query: str  # of this very list, to be kept under a name
    pager: Pager
    here: str  # this very list, for the poll
    path: str
    nothing: Phrase
    as_of: datetime
    polls: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for, and who asks."""

    request: Request
    desk: Room
    me: Account
    at: datetime
    calendar: Calendar
    kept: Mapping[str, str]
    search: str
    page: int

    @property
    def station(self) -> str:
        return self.kept.get("station", "")

    def href(self, path: str, **changed: str) -> str:
        asked = {name: value for name, value in {**self.kept, **changed}.items() if value}
        return f"{path}?{urlencode(asked)}" if asked else path


def show_worklist(request: Request) -> Response:
    """What waits for this person, his section, or anybody: what is due first on top."""
    asked = _asked(request)
    links = holdings.links_of(asked.me)
    at_ = asked.kept.get("at", "") or (SECTION if links else ALL)
    whose: Whose = asked.me.name if at_ == MINE else links if at_ == SECTION else _links(at_)
    path, days = url(request, "worklist"), worklists.days_of(asked.calendar, asked.at)
    with asked.desk.store.read() as db:
        wanted = Wanted(asked.station, "", asked.kept.get("only", ""), _found(asked, db, open_only=True))
        found = worklists.count_worklist(db, whose, wanted, days=days)
        page, pages = _page_of(asked, found)
        listed = worklists.worklist(db, whose, wanted, days=days, limit=PAGE, offset=(page - 1) * PAGE)
        by_link = worklists.by_link(db)
        mine = worklists.count_worklist(db, asked.me.name, days=days)
        shown = _Shown(asked, db, [one.listed for one in listed])
        saved = filters.filters(db, asked.me.name, asked.at)
    section = sum(by_link.get(link, 0) for link in links)
    own = [(MINE, say("list.mine"), mine), (SECTION, say("list.section"), section)] if links else []
    each = [(link, say(f"link.{link}"), by_link.get(link, 0)) for link in HUB_LINKS]
    every = [(ALL, say("list.all"), sum(by_link.get(link, 0) for link in HUB_LINKS))]
    return render(
        request,
        WorklistPage(
            title=say("hub.worklist"),
            section="worklist",
            tabs=[
                Tab(text, asked.href(path, at=name), count, name == at_) for name, text, count in [*own, *each, *every]
            ],
            lines=[shown.waiting(one) for one in listed],
            found=_how_many("list.count", found, wanted, capped=True),
            search=Filled({"q": asked.search, "station": asked.station, "only": wanted.only, "at": at_}),
            stations=shown.stations,
            onlys=[(one, say(f"only.{one}")) for one in Only],
            narrowed=wanted != Wanted(),
            may_claim=bool(links),
            saved=[SavedFilter(one.id, one.name, f"{path}?{one.query}", one.removed) for one in saved],
            query=asked.href(path, at=at_, person="").partition("?")[2],
            pager=Pager(page, pages, f"{asked.href(path)}{'&' if asked.kept else '?'}page={{page}}"),
            here=asked.href(path, page=str(page)),
            path=path,
            nothing=say("list.nothing-found" if wanted != Wanted() else "list.empty-open"),
            as_of=asked.at,
            polls=True,
        ),
        block="rows",
    )


def show_cases(request: Request) -> Response:
    """Every case, newest first."""
    asked = _asked(request)
    status = asked.kept.get("status", "")
    path = url(request, "cases")
    with asked.desk.store.read() as db:
        wanted = Wanted(asked.station, status if status in list(Status) else "", "", _found(asked, db))
        found = worklists.count_all(db, wanted)
        page, pages = _page_of(asked, found)
        listed = worklists.all_cases(db, wanted, limit=PAGE, offset=(page - 1) * PAGE)
        by_status = worklists.counts(db)
        shown = _Shown(asked, db, listed)
    offered = [one for one in Status if by_status.get(one, 0) or one == status]
    return render(
        request,
        WorklistPage(
            title=say("hub.cases"),
            section="cases",
            tabs=[
                Tab(say("list.all"), asked.href(path, status=""), by_status[""], not status),
                *(
                    Tab(say(f"status.{s}"), asked.href(path, status=s), by_status.get(s, 0), status == s)
                    for s in offered
                ),
            ],
            lines=[shown.line(one) for one in listed],
            found=_how_many("list.count-all", found, wanted),
            search=Filled({"q": asked.search, "station": asked.station, "status": status}),
            stations=shown.stations,
            onlys=[],
            narrowed=wanted != Wanted(),
            may_claim=False,
            saved=[],
            query="",
            pager=Pager(page, pages, f"{asked.href(path)}{'&' if asked.kept else '?'}page={{page}}"),
            here=asked.href(path, page=str(page)),
            path=path,
            nothing=say("list.nothing-found" if wanted != Wanted() else "list.empty-all"),
            as_of=asked.at,
            polls=True,
        ),
        block="rows",
    )


def _asked(request: Request) -> _Asked:
    desk, given = room(request), request.query_params
    kept = {name: value for name, most in KEPT.items() if (value := given.get(name, "").strip()[:most])}
    typed = given.get("q", "").strip()[:TYPED]  # by hand: nothing on our pages leads there
    with desk.store.read() as db:
        search = typed or seeking.opened(db, kept.get("words", ""))
    if typed:
        kept |= _closed(request, typed)
    page = given.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return _Asked(
        request, desk, session.who(request).account, desk.clock.now(), desk.shelf.calendar, kept, search, max(1, number)
    )


def find(request: Request, body: FormData) -> Response:
    """From the words of the form to the address of the list, in which they stand closed."""
    typed = {name: text for name, most in KEPT.items() if (text := forms.text(body, name)[:most])}
    if words := forms.text(body, "q")[:TYPED]:
        typed |= _closed(request, words)
    path = url(request, "cases" if forms.text(body, "list") == "cases" else "worklist")
    return see_other_url(request, f"{path}?{urlencode(typed)}" if typed else path)


def _closed(request: Request, words: str) -> dict[str, str]:
    """A whole number becomes the hash that the index knows it by, and to look for it is to look at a person: that is
    written down."""
    if is_full_number(words):
        note_look(request, "search")
    with room(request).store.read() as db:
        if is_full_number(words):
            return {"person": seeking.person(db, words)}
        return {"words": seeking.closed(db, words)}


def _found(asked: _Asked, db: Database, *, open_only: bool = False) -> Found | None:
    """What the words find, or the hash of a whole number."""
    if person := asked.kept.get("person", ""):
        return seeking.find_person(db, person, asked.station)
    text = asked.search
    if not text:
        return None
    catalogue = asked.desk.shelf.current()
    items = [item.code for item in catalogue.search(text)] if catalogue else []
    places = [name for name, titles in stations.titles(db).items() if any(text in title for title in titles)]
    return seeking.find(db, text, items, places, station=asked.station, open_only=open_only)


def _links(name: str) -> Sequence[Link]:
    return [link for link in HUB_LINKS if link == name] or HUB_LINKS


def _page_of(asked: _Asked, found: int) -> tuple[int, int]:
    pages = min(PAGES, max(1, -(-found // PAGE)))
    return min(asked.page, pages), pages


def _how_many(key: str, found: int, wanted: Wanted, *, capped: bool = False) -> Phrase:
    """Where not everything was looked at or counted, the page says so."""
    if wanted.found is not None and wanted.found.more:
        return say(f"{key}-more", count=found)
    return say(f"{key}-capped", count=MOST) if capped and found > MOST and wanted != Wanted() else say(key, count=found)


class _Shown:
    """What lines are shown with; asked for once a page, within the page's own snapshot."""

    def __init__(self, asked: _Asked, db: Database, listed: Sequence[Listed]) -> None:
        self.asked = asked
        pins = {(one.row.item, one.row.item_version) for one in listed}
        self.items: dict[tuple[str, int], Item | None] = {pin: asked.desk.shelf.item(*pin) for pin in pins}
        self.titles = stations.titles(db)
        since = (asked.at - TWINS_WITHIN).isoformat()
        self.twins = {one.row.id for one in listed if worklists.twins(db, one.row.id, since, limit=1)}
        self.names = {one.name: one.display_name for one in accounts.accounts(db)}
        self.held = holdings.holdings(db, [one.row.id for one in listed])

    @property
    def stations(self) -> list[tuple[str, str]]:
        return [(name, title_of(self.asked.request, self.titles, name)) for name in self.titles]

    def waiting(self, one: Waiting) -> Line:
        calendar, today = self.asked.calendar, self.asked.at.astimezone(CHINA).date()
        due = due_chip(one.due_on, paused=one.paused, calendar=calendar, today=today)
        provisional = provisional_chip(one.starts_on, one.due_on, calendar)
        return self.line(one.listed, due, one.due_on, [provisional] if provisional else [], since=one.since)

    def line(
        self, listed: Listed, due: Chip | None = None, due_on: str = "", more: Sequence[Chip] = (), since: str = ""
    ) -> Line:
        request, row = self.asked.request, listed.row
        item = self.items.get((row.item, row.item_version))
        held = self.held.get(row.id)
        mine = held is not None and held.account == self.asked.me.name
        twin = [Chip(say("list.twin"), Tone.WARN, Icon.INFO)] if row.id in self.twins else []
        papers = papers_chip(listed.papers_here, listed.papers)
        takes_over = held is not None and not mine and bool(due) and held.may_be_taken_over(self.asked.at)
        return Line(
            id=row.id,
            href=url(request, "case", case_id=row.id),
            number=row.number,
            item=item_name(request, item, row.item),
            code=row.item,
            applicant=row.applicant if item and is_public("", item) else mask_name(row.applicant),
            station=title_of(request, self.titles, row.station),
            status=status_chip(row.status),
            flags=[*flag_chips(row.flags), *more, *twin, *([papers] if papers else [])],
            due=due,
            due_on=due_on if due_on and due is not None and not due_on.startswith("9999") else "",
            holder=self.names.get(held.account, held.account) if held is not None else "",
            take_over_href=url(request, "case.take-over", case_id=row.id) if takes_over else None,
            waited=waited(since or row.opened_at, self.asked.at),
        )
