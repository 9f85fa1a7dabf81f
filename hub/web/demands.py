"""The list of demands from the stations, by the day until which the citizen has to have an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from hub import demands, stations
from hub.web.room import room
from hub.web.shown import title_of
from protocol.catalogue.demand_terms import TERMS, DemandType
from protocol.catalogue.masks import mask_name
from protocol.clock import CHINA
from protocol.console.pages import render
from protocol.console.texts import Phrase, say


@dataclass(frozen=True, slots=True)
class DemandLine:
    number: str
    station: str
    type: Phrase
    place: str
    content: str
    who: Phrase | str
    papers: int
    at: datetime
    due: date | None
    is_late: bool
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class DemandsPage:
    template = "demands.html"
    section = "demands"
    lines: Sequence[DemandLine]
    as_of: datetime


def show(request: Request) -> Response:
    desk = room(request)
    at = desk.clock.now()
    calendar = desk.shelf.calendar
    with desk.store.read() as db:
        found, titles = demands.demands(db), stations.titles(db)
    lines = []
    for one in found:
        known = one.type in list(DemandType)
        term = TERMS[DemandType(one.type)].working_days if known else 0
        due = calendar.add_working(one.at.astimezone(CHINA).date(), term) if term and not one.step else None
        lines.append(
            DemandLine(
                one.number, title_of(request, titles, one.station),
                say(f"demand-type.{one.type}") if known else say("demand-type.other"), one.place, one.content,
                mask_name(one.name) if one.name else say("demands.anonymous"), one.papers, one.at, due,
                due is not None and due < at.astimezone(CHINA).date(), bool(one.step),
            )
        )  # fmt: skip
    return render(request, DemandsPage(lines, at))
