"""The query machine: questions in people's own words, what can be done where, how long one waits, when which door is open.

Everything comes from this station's own disk and is dated; nothing is asked of anybody and nothing of a person is kept.
A question that the catalogue does not answer is left for the district, cleaned of numbers and names (ask.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import places as known_places
from node.hall.estimates import outlook, paces
from node.hall.ledger import day_of
from node.kiosk.applying import behind, doors_of
from node.web.ask import Answers, Place, answer_to, clean, not_wanted
from node.web.opening import DayLine, days_from
from node.web.room import Look, leave, look
from node.web.ticket import HOME_ELDER_S, HOME_S, Frame
from node.web.ticket_words import before_words, wait_words
from node.web.tools import house, item_name, place_name, today
from protocol.catalogue.groups import DOORS, group
from protocol.catalogue.items import Item
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

PLACE = Place("query", "query.ask", "query.unwanted", "query.item")
A_SCREEN = 6
WEEK = 7


@dataclass(frozen=True, slots=True)
class Way:
    text: str
    note: Phrase | None
    href: str


@dataclass(frozen=True, slots=True)
class QueryPage:
    template = "query.html"
    look: Look
    frame: Frame
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True)
class QueryAnswerPage:
    template = "query_answer.html"
    look: Look
    frame: Frame
    answers: Answers


@dataclass(frozen=True, slots=True)
class QueryDoorPage:
    template = "query_door.html"
    look: Look
    frame: Frame
    name: str
    ways: Sequence[Way]
    page: int
    pages: int
    next_href: str


@dataclass(frozen=True, slots=True)
class WaitLine:
    group: str
    counters: int  # that serve it now
    before: Phrase
    wait: Phrase | None


@dataclass(frozen=True, slots=True)
class WaitingPage:
    template = "query_waiting.html"
    look: Look
    frame: Frame
    lines: Sequence[WaitLine]
    is_open: bool
    opens_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PlacesPage:
    template = "query_places.html"
    look: Look
    frame: Frame
    days: Sequence[DayLine]
    stations: Sequence[str]


def start(request: Request) -> Response:
    """A question, six doors, and two other things that people want to know."""
    here, on = house(request), today(house(request).clock.now())
    items = here.shelf.catalogue.items(on)
    zh = session.lang(request) is Lang.ZH
    ways = [
        Way(
            one.name if zh else one.name_en,
            say("kiosk.items-count", count=len(behind(one.code, items))),
            url(request, "query.door", door=one.code),
        )
        for one in doors_of(items)
    ]
    return render(request, QueryPage(look(request), frame(request, is_start=True), ways))


def bye(request: Request) -> Response:
    return leave(request, "query")


def ask(request: Request) -> Response:
    """One item, a few, or nothing: then it is kept for the district, and the desk is pointed out."""
    cleaned = clean(request)
    if cleaned is not None:
        return cleaned
    return render(request, QueryAnswerPage(look(request), frame(request), answer_to(request, PLACE)))


def unwanted(request: Request, form: FormData) -> Response:
    return not_wanted(request, form, PLACE)


def door(request: Request) -> Response:
    """Everything behind a door, also what is done elsewhere: it says so.

    :raises Refused: no-page
    """
    found = next((one for one in DOORS if one.code == request.path_params["door"]), None)
    if found is None:
        raise Refused("refused.no-page")
    here, on = house(request), today(house(request).clock.now())
    items = sorted(behind(found.code, here.shelf.catalogue.items(on)), key=lambda one: not here.shelf.takes(one, on))
    pages = max(1, -(-len(items) // A_SCREEN))
    asked = request.query_params.get("page", "")
    page = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 4 else 1
    shown = items[(page - 1) * A_SCREEN : page * A_SCREEN]
    first = url(request, "query.door", door=found.code)
    return render(
        request,
        QueryDoorPage(
            look(request), frame(request), found.name if session.lang(request) is Lang.ZH else found.name_en,
            [_way(request, item, on) for item in shown], page, pages,
            f"{first}?page={page % pages + 1}" if pages > 1 else "",
        ),
    )  # fmt: skip


def waiting(request: Request) -> Response:
    """Per kind of counter: how many come before whoever takes a number now, and how long that takes."""
    here = house(request)
    at = here.clock.now()
    is_open = here.hours.is_open(at)
    lines = _lines(request, at) if is_open else []
    opens_at = None if is_open else here.hours.next_opening(at)
    return render(request, WaitingPage(look(request), frame(request), lines, is_open, opens_at, at))


def _lines(request: Request, at: datetime) -> list[WaitLine]:
    here, zh = house(request), session.lang(request) is Lang.ZH
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
        known = paces(db, hall)
    groups = [group(code) for door in DOORS for code in door.groups]
    lines, ahead = [], outlook(hall, [one.code for one in groups], known, at)
    for one in groups:
        said = ahead[one.code]
        serving = [counter for counter in hall.counters.values() if counter.is_open and not counter.paused]
        counters = sum(one.code in counter.skills for counter in serving)
        lines.append(WaitLine(one.name if zh else one.name_en, counters, before_words(said), wait_words(said)))
    return lines


def places(request: Request) -> Response:
    """When this station is open in the coming week, and which others there are."""
    here, on = house(request), today(house(request).clock.now())
    with here.store.read() as db:
        others = known_places.places(db, here.settings.party)
    stations = [place_name(request, one) for one in others]
    return render(request, PlacesPage(look(request), frame(request), days_from(request, on, WEEK), stations))


def frame(request: Request, *, is_start: bool = False) -> Frame:
    seconds = 0 if is_start else HOME_ELDER_S if look(request).elder else HOME_S
    return Frame(look(request), seconds, url(request, "query.bye"))


def _way(request: Request, item: Item, on: date) -> Way:
    takes = house(request).shelf.takes(item, on)
    return Way(
        item_name(request, item), say("ask.here" if takes else "ask.not-here"),
        url(request, "query.item", code=item.code),
    )  # fmt: skip
