"""The page a morning begins with; it can be printed and taken into the meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub import holdings, stations, worklists
from hub.today import morning
from hub.web.due import due_chip
from hub.web.room import room
from hub.web.shown import item_name, title_of
from hub.worklists import HUB_LINKS, Only, Wanted
from protocol.clock import moment
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.parts import Chip
from protocol.console.texts import Phrase, say

FIRST = 12  # of what is due first
WHOLE_HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class HandsShown:
    name: Phrase
    cells: Sequence[Cell]  # in the order of the columns
    yellow: int
    red: int


@dataclass(frozen=True, slots=True)
class DueLine:
    number: str
    href: str
    item: str
    link: Phrase
    due: Chip
    due_on: str


@dataclass(frozen=True, slots=True)
class SilentShown:
    title: str
    href: str
    for_: timedelta | None  # None: never heard
    cases: int


@dataclass(frozen=True, slots=True)
class TodayPage:
    template = "today.html"
    section = "today"
    day: date
    holiday: Phrase | None
    since: date
    week_to: date
    hands: Sequence[HandsShown]
    mine: Cell
    first: Sequence[DueLine]
    corrections: Cell
    lapsed: int
    silent: Sequence[SilentShown]
    cards_href: str
    whole: bool
    other_href: str | None  # to the whole house and back, for whoever has a section
    as_of: datetime


def show_today(request: Request) -> Response:
    """Of my links; of the whole house for whoever has none, or asks for it."""
    desk, me, at = room(request), session.who(request).account, room(request).clock.now()
    own = holdings.links_of(me)
    whole = not own or request.query_params.get("of") == WHOLE_HOUSE
    links = HUB_LINKS if whole else own
    calendar = desk.shelf.calendar
    with desk.store.read() as db:
        now = morning(db, links, calendar, at)
        first = worklists.worklist(db, links, Wanted(only=Only.WEEK), days=now.days, limit=FIRST)
        late = worklists.worklist(db, links, Wanted(only=Only.OVERDUE), days=now.days, limit=FIRST)
        mine = worklists.count_worklist(db, me.name, days=now.days)
        titles = stations.titles(db)
    worklist, here = url(request, "worklist"), url(request, "today")

    def cell(count: int, **asked: str) -> Cell:
        return Cell(count, f"{worklist}?{urlencode(asked)}")

    page = TodayPage(
        day=now.day,
        holiday=None if now.works else say("today.holiday", day=now.next_day),
        since=now.since,
        week_to=date.fromisoformat(now.days.week_to),
        hands=[
            HandsShown(
                say(f"link.{one.link}"),
                [
                    cell(one.open, at=one.link),
                    cell(one.came, at=one.link),
                    cell(one.overdue, at=one.link, only=Only.OVERDUE),
                    cell(one.today, at=one.link, only=Only.TODAY),
                    cell(one.week, at=one.link, only=Only.WEEK),
                ],
                one.yellow,
                one.red,
            )
            for one in now.hands
        ],
        mine=cell(mine, at="mine"),
        first=[
            DueLine(
                one.listed.row.number,
                url(request, "case", case_id=one.listed.row.id),
                item_name(
                    request, desk.shelf.item(one.listed.row.item, one.listed.row.item_version), one.listed.row.item
                ),
                say(f"link.{one.link}"),
                due_chip(one.due_on, paused=one.paused, calendar=calendar, today=now.day),
                one.due_on,
            )
            for one in [*late, *first][:FIRST]
        ],
        corrections=Cell(now.corrections, f"{url(request, 'cases')}?status=returned"),
        lapsed=now.lapsed,
        silent=[
            SilentShown(
                title_of(request, titles, one.station),
                url(request, "station", name=one.station),
                max(timedelta(), at - moment(one.heard_at)) if one.heard_at else None,
                one.open_cases,
            )
            for one in now.silent
        ],
        cards_href=url(request, "cards"),
        whole=whole,
        other_href=(here if whole else f"{here}?of={WHOLE_HOUSE}") if own else None,
        as_of=at,
    )
    return render(request, page)
