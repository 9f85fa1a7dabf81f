"""What was tried and refused: noted at the border where a refusal becomes a page, and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from hub import breaches, stations
from hub.breaches import Tried
from hub.room import Room
from hub.web.room import room
from hub.web.shown import title_of
from protocol.cases.rules import WATCHERS
from protocol.cases.words import Act, Role
from protocol.clock import moment
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.parts import Text
from protocol.console.texts import say
from protocol.errors import Refused

# who answers for the rules, and who watches that they are kept
SEE_BREACHES = (*sorted(WATCHERS), Role.EDITOR, Role.PUBLISHER, Role.LEADER)


@dataclass(frozen=True, slots=True)
class BreachLine:
    at: datetime
    who: str
    act: Text
    case: str  # number of the case; empty if it concerned none
    case_href: str
    station: str
    refusal: Text
    rule: str
    rule_href: str


@dataclass(frozen=True, slots=True)
class BreachesPage:
    template = "breaches.html"
    section = "rules"
    lines: Sequence[BreachLine]
    as_of: datetime


def noting(room: Room) -> Callable[[Request, Refused], None]:
    """What the shell calls with every refusal. Pressing an act's button is an attempt; looking at a page is none."""

    def note(request: Request, why: Refused) -> None:
        signed_in = session.current(request)
        where = request.path_params
        # the button of an act leads to its form by GET, and who may not do it is refused there already
        tries = request.method == "POST" or "act" in where
        if signed_in is None or not tries:
            return
        breaches.record_breach(
            room.store,
            room.pen,
            room.seal,
            account=signed_in.account.name,
            role=" ".join(sorted(signed_in.account.roles)),
            case_id=str(where.get("case_id", "")),
            act=str(where.get("act") or getattr(request.state, "route", "")),
            why=why,
            at=room.clock.now(),
        )

    return note


def show_breaches(request: Request) -> Response:
    desk = room(request)
    with desk.store.read() as db:
        lines = breach_lines(request, breaches.tried(db), stations.titles(db))
    return render(request, BreachesPage(lines, desk.clock.now()))


def breach_lines(
    request: Request, tried: Sequence[Tried], titles: Mapping[str, tuple[str, str]]
) -> Sequence[BreachLine]:
    return [_line(request, one, titles) for one in tried]


def _line(request: Request, one: Tried, titles: Mapping[str, tuple[str, str]]) -> BreachLine:
    breach = one.breach
    acts = {act.value for act in Act}
    rule = f"{breach.rule} v{breach.version}" if breach.rule else ""
    return BreachLine(
        at=moment(breach.at),
        who=breach.account,
        act=say(f"act.{breach.act}") if breach.act in acts else breach.act,
        case=one.number,
        case_href=url(request, "case", case_id=breach.case) if one.number else "",
        station=title_of(request, titles, one.station) if one.station else "",
        refusal=say(f"control.{breach.control}"),
        rule=rule,
        rule_href=f"{url(request, 'rule', code=breach.rule)}?version={breach.version}" if rule else "",
    )
