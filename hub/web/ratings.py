"""Ratings of the district, station by station, and the low grades that nobody has put right yet. Read, never entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from hub import ratings, stations
from hub.web.room import room
from hub.web.shown import title_of
from protocol.catalogue.groups import group
from protocol.console import session
from protocol.console.pages import render
from protocol.console.texts import Lang, Phrase, say

DAYS = 90


@dataclass(frozen=True, slots=True)
class StationLine:
    station: str
    grades: Sequence[int]
    count: int
    good_percent: str  # "" where nobody rated
    open_bad: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class BadLine:
    station: str
    at: datetime
    grade: Phrase
    group: str
    said: str
    step: Phrase


@dataclass(frozen=True, slots=True)
class RatingsPage:
    template = "ratings.html"
    section = "ratings"
    lines: Sequence[StationLine]
    bad: Sequence[BadLine]
    days: int
    as_of: datetime


def show(request: Request) -> Response:
    desk = room(request)
    at = desk.clock.now()
    with desk.store.read() as db:
        found, bad = ratings.by_station(db, at - timedelta(days=DAYS)), ratings.open_bad(db)
        titles = stations.titles(db)
    zh = session.lang(request) is Lang.ZH
    lines = [
        StationLine(
            title_of(request, titles, one.station), one.grades, one.count,
            f"{one.good_percent:.0f}%" if one.good_percent is not None else "", one.open_bad, one.oldest_open,
        )
        for one in found
    ]  # fmt: skip
    bad_lines = [
        BadLine(
            title_of(request, titles, one.station), one.at, say(f"grade.{one.grade}"),
            (group(one.group).name if zh else group(one.group).name_en) if one.group else "", one.said,
            say(f"rating-step.{one.step or 'none'}"),
        )
        for one in bad
    ]  # fmt: skip
    return render(request, RatingsPage(lines, bad_lines, DAYS, at))
