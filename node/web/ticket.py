"""The ticket machine: what somebody came for, in two or three touches, before a number is drawn (ticket_draw.py).

What was chosen so far stands in the address, as groups and items and nothing else: the machine remembers nobody.
Whoever takes a number is not asked who he is; that somebody is old or disabled is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from node.hall.estimates import forecast, newcomer, paces
from node.hall.ledger import day_of
from node.hall.rules import Klass
from node.hall.state import Hall
from node.machines import MachineKind
from node.web.room import Look, leave, look
from node.web.ticket_words import before_words, wait_words
from node.web.tools import house, item_name, today
from protocol.catalogue.groups import DOORS, Door, Group, group, group_of
from protocol.catalogue.items import Item
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.texts import Lang, Phrase, say

CHOICES = 6  # on one screen
CLASSES = (Klass.ORDINARY, Klass.ELDERLY, Klass.DISABLED, Klass.SOLDIER, Klass.PREGNANT)
NEEDS = ("en", "sign")
LONGEST = 60
HOME_S, HOME_ELDER_S = 45, 120  # seconds without a touch
AT = MachineKind.TICKET


@dataclass(frozen=True, slots=True)
class Wanted:
    """What stands in the address."""

    groups: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    klass: Klass = Klass.ORDINARY

    def query(self) -> str:
        pairs = [("g", one) for one in self.groups] + [("i", one) for one in self.items]
        return urlencode(pairs + ([("k", self.klass.value)] if self.klass is not Klass.ORDINARY else []))


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of the machine needs."""

    look: Look
    home_s: int  # 0: the first page itself
    start: str


@dataclass(frozen=True, slots=True)
class Way:
    text: str
    note: Phrase | str
    href: str


@dataclass(frozen=True, slots=True)
class StartPage:
    """`opens_at`: the doors are shut until then; `shut` with none: nobody knows until when."""

    template = "ticket.html"
    look: Look
    frame: Frame
    title: Phrase
    lead: Phrase | None
    ways: Sequence[Way]
    asked: str | None  # typed into the search; None where nothing was searched
    keeps: Sequence[tuple[str, str]]  # hidden fields of what was chosen so far
    at_start: bool
    has_reader: bool
    offers_elder: bool
    chosen: Sequence[str]
    way_back: str


@dataclass(frozen=True, slots=True)
class ClosedPage:
    template = "ticket_closed.html"
    look: Look
    frame: Frame
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckPage:
    template = "ticket_check.html"
    look: Look
    frame: Frame
    chosen: Sequence[tuple[str, str]]  # what it is, and the address without it
    classes: Sequence[tuple[str, Phrase, bool]]
    needs: Sequence[tuple[str, Phrase]]
    keeps: Sequence[tuple[str, str]]
    before: Phrase
    wait: Phrase | None
    more: str
    ahead_min: int


def show(request: Request) -> Response:
    """Six doors; with something chosen already, the same for one more thing."""
    here, wanted = house(request), wanted_of(request)
    at = here.clock.now()
    if not here.hours.is_open(at):
        return render(request, ClosedPage(look(request), _frame(request, is_start=True), here.hours.next_opening(at)))
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
    ways = [Way(_called(request, door), _waiting(hall, door.groups), _through(request, door, wanted)) for door in DOORS]
    elder = request.query_params.get("offer") == "elder" and not look(request).elder
    page = StartPage(
        look(request), _frame(request, is_start=not wanted.groups and not elder),
        say("ticket.more-title" if wanted.groups else "ticket.title"), None, ways, None, _keeps(wanted),
        not wanted.groups, bool(reader(request)), elder, _names(request, wanted),
        _check(request, wanted) if wanted.groups else "",
    )  # fmt: skip
    return render(request, page)


def show_door(request: Request) -> Response:
    """The groups behind a door that has several."""
    wanted = wanted_of(request)
    door = next((one for one in DOORS if one.code == request.path_params["door"]), DOORS[-1])
    here = house(request)
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(here.clock.now()))
    ways = [
        Way(_called(request, group(code)), _waiting(hall, (code,)), _check(request, _with(wanted, code)))
        for code in door.groups
    ]
    title = say("ticket.door", door=_called(request, door))
    return render(request, _choice(request, wanted, title, None, ways, None))


def find(request: Request) -> Response:
    """What was typed, as one would say it; the items that are meant."""
    here, wanted = house(request), wanted_of(request)
    asked = request.query_params.get("q", "").strip()[:LONGEST]
    on = today(here.clock.now())
    found: list[Item] = here.asking.items(asked, on)[:CHOICES] if asked else []
    ways = [
        Way(
            item_name(request, item),
            _called(request, group_of(item)),
            _check(request, _with(wanted, group_of(item).code, item.code)),
        )
        for item in found
    ]
    lead = None if found else say("ticket.found-none")
    return render(request, _choice(request, wanted, say("ticket.found"), lead, ways, asked))


def check(request: Request) -> Response:
    """What was chosen, how long it will take, and whether somebody is to be served earlier."""
    here, wanted = house(request), wanted_of(request)
    if not wanted.groups:
        return show(request)
    at = here.clock.now()
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
        said = forecast(hall, newcomer(hall, wanted.groups[0], at), paces(db, hall), at)
    chosen = [
        (name, _check(request, _without(wanted, code)) if len(wanted.groups) > 1 else url(request, "ticket"))
        for code, name in zip(wanted.groups, _names(request, wanted), strict=True)
    ]
    more = f"{url(request, 'ticket')}?{wanted.query()}" if len(wanted.groups) < len(DOORS) else ""
    page = CheckPage(
        look(request), _frame(request), chosen,
        [(one.value, say(f"ticket.klass.{one.value}"), one is wanted.klass) for one in CLASSES],
        [(need, say(f"ticket.need.{need}")) for need in NEEDS], _keeps(replace(wanted, klass=Klass.ORDINARY)),
        before_words(said), wait_words(said), more, hall.rules.head_start_min,
    )  # fmt: skip
    return render(request, page)


def bye(request: Request) -> Response:
    """Whoever stood here is gone, and with him how he wanted to see it."""
    return leave(request, "ticket")


def wanted_of(request: Request) -> Wanted:
    """Nothing that stands in an address is believed: groups and items that do not exist are left out."""
    return wanted_from(
        request, request.query_params.getlist("g"), request.query_params.getlist("i"), request.query_params.get("k", "")
    )


def wanted_from(request: Request, groups: Sequence[str], items: Sequence[str], klass: str) -> Wanted:
    here = house(request)
    real = dict.fromkeys(one for one in groups if group(one).code == one)
    on = today(here.clock.now())
    known = {item.code for item in here.shelf.catalogue.items(on)} if items else set()
    kept = dict.fromkeys(one for one in items if one in known)
    chosen = next((one for one in CLASSES if one.value == klass), Klass.ORDINARY)
    return Wanted(tuple(real)[: len(DOORS)], tuple(kept)[: len(DOORS)], chosen)


def reader(request: Request) -> str:
    """The machine's own card reader: its name begins with ticket. Empty: there is none."""
    return next((one.name for one in house(request).devices.states() if one.name.startswith("ticket")), "")


def _with(wanted: Wanted, code: str, item: str = "") -> Wanted:
    groups = tuple(dict.fromkeys((*wanted.groups, code)))
    return replace(wanted, groups=groups, items=tuple(dict.fromkeys((*wanted.items, *([item] if item else [])))))


def _without(wanted: Wanted, code: str) -> Wanted:
    return replace(wanted, groups=tuple(one for one in wanted.groups if one != code))


def _choice(
    request: Request, wanted: Wanted, title: Phrase, lead: Phrase | None, ways: Sequence[Way], asked: str | None
) -> StartPage:
    back = f"{url(request, 'ticket')}?{wanted.query()}" if wanted.groups else url(request, "ticket")
    return StartPage(
        look(request), _frame(request), title, lead, ways, asked, _keeps(wanted), False, False, False,
        _names(request, wanted), back,
    )  # fmt: skip


def _frame(request: Request, *, is_start: bool = False) -> Frame:
    seconds = 0 if is_start else HOME_ELDER_S if look(request).elder else HOME_S
    return Frame(look(request), seconds, url(request, f"{machine_of(request)}.bye"))


def machine_of(request: Request) -> MachineKind:
    """A number is drawn at the query machine, too; its pages have addresses there."""
    name = str(getattr(request.state, "route", ""))
    return MachineKind.QUERY if name.partition(".")[0] == MachineKind.QUERY else AT


def frame(request: Request) -> Frame:
    return _frame(request)


def _called(request: Request, one: Door | Group) -> str:
    return one.name if session.lang(request) is Lang.ZH else one.name_en


def _names(request: Request, wanted: Wanted) -> list[str]:
    return [_called(request, group(code)) for code in wanted.groups]


def _waiting(hall: Hall, groups: Sequence[str]) -> Phrase | str:
    people = sum(one.group in groups for one in hall.waiting())
    return say("ticket.waiting", people=people) if people else ""


def _through(request: Request, door: Door, wanted: Wanted) -> str:
    if len(door.groups) == 1:
        return _check(request, _with(wanted, door.groups[0]))
    return f"{url(request, 'ticket.door', door=door.code)}?{wanted.query()}"


def _check(request: Request, wanted: Wanted) -> str:
    return f"{url(request, 'ticket.check')}?{wanted.query()}"


def _keeps(wanted: Wanted) -> list[tuple[str, str]]:
    kept = [("g", one) for one in wanted.groups] + [("i", one) for one in wanted.items]
    return kept + ([("k", wanted.klass.value)] if wanted.klass is not Klass.ORDINARY else [])
