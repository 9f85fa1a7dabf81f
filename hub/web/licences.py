"""Licences as a register: found by number, holder or item, by their state, or because they are soon to be renewed.

Nothing is done here: what ends a licence is an act of its case, and the buttons lead to its form. A search is
posted and not put into the address, because what is searched for is often a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, stations
from hub.room import Room
from hub.web.case_more import DocumentShown, MoreOf
from hub.web.case_more import documents_of as shown_documents
from hub.web.pipeline import ActButton, why_not_you
from hub.web.room import room
from hub.web.shown import is_public, item_name, title_of
from protocol import licences
from protocol.cases.guard import acts_open
from protocol.cases.rules import Act, Side
from protocol.clock import CHINA, moment
from protocol.console import forms, session
from protocol.console.looks import is_full_number
from protocol.console.mask import mask_name
from protocol.console.pages import render, url
from protocol.console.parts import Chip, Filled, Icon, Pager, Row, Step, Tone
from protocol.console.protect import note_look
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused
from protocol.licences import SOON, Licence, State, Wanted

PAGE = 50
FOUND_MOST = 200
_CHIP = {
    State.IN_FORCE: (Tone.GOOD, Icon.CHECK),
    State.DEEMED: (Tone.WARN, Icon.CLOCK),
    State.EXPIRED: (Tone.WARN, Icon.CLOCK),
    State.CANCELLED: (Tone.BAD, Icon.CROSS),
    State.REVOKED: (Tone.BAD, Icon.CROSS),
}
_TABS = (
    "",
    SOON,
    State.IN_FORCE,
    State.EXPIRED,
    State.RENEWED,
    State.CHANGED,
    State.REPLACED,
    State.CANCELLED,
    State.REVOKED,
)


@dataclass(frozen=True, slots=True)
class Line:
    number: str
    href: str
    name: str
    holder: str
    station: str
    valid: Phrase
    window: Phrase | None
    chip: Chip


@dataclass(frozen=True, slots=True)
class Tab:
    text: Phrase
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class LicencesPage:
    template = "licences.html"
    section = "licences"
    tabs: Sequence[Tab]
    form: Filled
    lines: Sequence[Line]
    total: int
    pager: Pager
    asked: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class LicencePage:
    template = "licence.html"
    section = "licences"
    number: str
    name: str
    chip: Chip
    rows: Sequence[Row]
    case: str
    case_href: str
    documents: Sequence[DocumentShown]
    history: Sequence[Step]
    others: Sequence[Line]  # what it replaced, and what followed it
    acts: Sequence[ActButton]
    back_href: str


def show(request: Request) -> Response:
    state = request.query_params.get("state", "")
    return _page(request, Wanted(state=state if state in _TABS else ""), request.query_params.get("page", ""))


def search(request: Request, form: FormData) -> Response:
    asked = forms.text(form, "q")[:80]
    if is_full_number(asked):
        note_look(request, "search")
    return _page(request, Wanted(search=asked), "")


def _page(request: Request, wanted: Wanted, page: str) -> Response:
    desk = room(request)
    at = desk.clock.now()
    today, size = at.astimezone(CHINA).date(), FOUND_MOST if wanted.search else PAGE
    with desk.store.read() as db:
        total = licences.count(db, wanted, today)
        pages = 1 if wanted.search else max(1, -(-total // PAGE))
        number = min(max(1, int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1), pages)
        found = licences.licences(db, wanted, today, limit=size, offset=(number - 1) * PAGE)
        titles = stations.titles(db)
    path = url(request, "licences")
    shown = LicencesPage(
        tabs=[
            Tab(
                say(f"licences.tab-{tab or 'all'}"),
                f"{path}?{urlencode({'state': tab})}" if tab else path,
                tab == wanted.state and not wanted.search,
            )
            for tab in _TABS
        ],
        form=Filled({"q": wanted.search}),
        lines=[_line(request, one, titles, today) for one in found],
        total=total,
        pager=Pager(number, pages, f"{path}?{urlencode({'state': wanted.state})}&page={{page}}"),
        asked=wanted.search,
        as_of=at,
    )
    return render(request, shown)


def _line(request: Request, one: Licence, titles: dict[str, tuple[str, str]], today: date) -> Line:
    return Line(
        number=one.number,
        href=url(request, "licence", licence_id=one.id),
        name=_name(request, one),
        holder=_holder(request, one),
        station=title_of(request, titles, one.station),
        valid=_valid(one),
        window=_window(one, today),
        chip=chip_of(one.state(today)),
    )


def chip_of(state: State) -> Chip:
    return Chip(say(f"licence.state.{state}"), *_CHIP.get(state, (Tone.PLAIN, Icon.INFO)))


def _name(request: Request, one: Licence) -> str:
    item = room(request).shelf.item(one.item, one.item_version)
    if item is None or item.licence is None:
        return item_name(request, item, one.item)
    return item.licence.name_en if session.lang(request) is Lang.EN else item.licence.name


def _holder(request: Request, one: Licence) -> str:
    item = room(request).shelf.item(one.item, one.item_version)
    return one.holder if item is not None and is_public("", item) else mask_name(one.holder)


def _valid(one: Licence) -> Phrase:
    start = date.fromisoformat(one.valid_from)
    if not one.valid_to:
        return say("licence.valid-open", start=start)
    return say("licence.valid", start=start, end=date.fromisoformat(one.valid_to))


def _window(one: Licence, today: date) -> Phrase | None:
    if not one.renew_from or one.how:
        return None
    days = {"start": date.fromisoformat(one.renew_from), "end": date.fromisoformat(one.renew_by)}
    if one.asked_by:
        return say("licence.asked-for", **days)
    return say("licence.window-open" if one.is_to_be_renewed(today) else "licence.window", **days)


# -- one licence


def show_one(request: Request) -> Response:
    """:raises Refused: no-page"""
    desk = room(request)
    today = desk.clock.now().astimezone(CHINA).date()
    with desk.store.read() as db:
        found = licences.licence(db, request.path_params["licence_id"])
        if found is None:
            raise Refused("refused.no-page")
        case = decisions.need_case(db, desk.book, found.case)
        titles = stations.titles(db)
        near = [one for number in (found.replaces, found.follows) if number for one in licences.of_number(db, number)]
        near += [one for one in licences.of_number(db, found.number) if one.id != found.id]
        ended_by = decisions.need_case(db, desk.book, found.ended_by) if found.ended_by else None
    me, item = session.who(request).account, desk.shelf.item(case.item, case.item_version)
    rows = [
        Row(say("licence.holder"), _holder(request, found)),
        Row(say("licence.validity"), _valid(found)),
        Row(say("licence.change"), say(f"licence.{found.change}")),
        Row(say("list.station"), title_of(request, titles, found.station)),
    ]
    if window := _window(found, today):
        rows.append(Row(say("licence.renewal"), window))
    if found.replaces:
        rows.append(Row(say("licence.replaces"), found.replaces))
    if found.follows:
        rows.append(Row(say("licence.follows"), found.follows))
    if ended_by is not None:
        rows.append(
            Row(
                say("licence.ended-by"),
                ended_by.number,
                url(request, "case", case_id=ended_by.id),
                say("licence.open-case"),
            )
        )
    open_now = (
        acts_open(case, Side.HUB, me.roles) if not found.how and case.issued and case.issued.id == found.id else []
    )
    page = LicencePage(
        number=found.number,
        name=_name(request, found),
        chip=chip_of(found.state(today)),
        rows=rows,
        case=case.number,
        case_href=url(request, "case", case_id=case.id),
        documents=shown_documents(MoreOf(request, desk, case, item, me)),
        history=_history(desk, found, ended_by.number if ended_by else ""),
        others=[_line(request, one, titles, today) for one in near],
        acts=[
            ActButton(say(f"act.{act}"), url(request, "case.act", case_id=case.id, act=act), "danger")
            for act in (Act.CANCEL_LICENCE, Act.REVOKE_LICENCE)
            if act in open_now and not why_not_you(case, act, me)
        ],
        back_href=url(request, "licences"),
    )
    return render(request, page)


def _history(desk: Room, one: Licence, ended_by: str) -> list[Step]:
    """Newest first: what ended it, and how it began."""
    steps = [Step(say(f"licence.{one.change}"), moment(one.issued_at))]
    if one.how:
        steps.insert(
            0,
            Step(
                say(f"licence.state.{one.how}"), moment(one.ended_at), where=ended_by, tone=Tone.WARN, icon=Icon.CROSS
            ),
        )
    return steps
