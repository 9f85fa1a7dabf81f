"""When the station is open: the head writes it as it would stand on the door, and sees the next two weeks as they come out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import opening
from node.web.tools import by, house, post_once, today
from protocol import opening as rules
from protocol.console import forms
from protocol.console.pages import render, url
from protocol.console.parts import Filled
from protocol.console.texts import Phrase, say
from protocol.opening import Opening, Special, Times

AHEAD = 14
_TIMES = re.compile(r"(延|late)?\s*(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})")
_CLOSED = ("", "休", "休息", "closed", "-")


@dataclass(frozen=True, slots=True)
class DayLine:
    day: date
    weekday: Phrase
    times: Sequence[tuple[str, bool]]  # text, and whether it is after hours


@dataclass(frozen=True, slots=True)
class OpeningPage:
    template = "opening.html"
    section = "opening"
    weekdays: Sequence[Phrase]
    form: Filled
    days: Sequence[DayLine]
    earliest: str
    latest: str
    hours_a_week: int
    as_of: datetime


def show(request: Request) -> Response:
    now = house(request).hours.set_by_head()
    values = {f"day{number}": _written(spans) for number, spans in enumerate(now.week)}
    values["holidays"] = "yes" if now.on_holidays else ""
    values["special"] = "\n".join(f"{one.day} {_written(one.spans) or '休'} {one.note}".rstrip() for one in now.special)
    return _page(request, Filled(values))


def save(request: Request, form: FormData) -> Response:
    here = house(request)
    typed = {name: forms.text(form, name) for name in (*(f"day{n}" for n in range(7)), "holidays", "special")}
    wanted, problems = _read(typed, today(here.clock.now()))
    bounds = rules.bounds_of(here.settings.tier)
    for day, why in rules.faults(wanted, bounds) if not problems else ():
        name = f"day{day}" if len(day) == 1 else "special" if day != "week" else "day0"
        problems.setdefault(name, _why(why, bounds))
    if problems:
        return _page(request, Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        opening.set_hours(tx, here.pen, here.settings.tier, wanted, by=by(request).account, at=at)
        return url(request, "opening")

    return post_once(request, form, do, said=say("opening.saved"))


def days_from(request: Request, first: date, count: int) -> list[DayLine]:
    """The next days as they come out."""
    hours, days = house(request).hours, (first + timedelta(days=ahead) for ahead in range(count))
    return [
        DayLine(
            day,
            say(f"opening.weekday-{day.weekday()}"),
            [(f"{_clock(one.start)}–{_clock(one.end)}", one.after_hours) for one in hours.hours(day)],
        )
        for day in days
    ]


def _why(code: str, bounds: rules.Bounds) -> Phrase:
    return say(
        f"opening.{code}", earliest=_clock(bounds.earliest), latest=_clock(bounds.latest), hours=bounds.hours_a_week
    )


def _read(typed: dict[str, str], today_: date) -> tuple[Opening, dict[str, Phrase]]:
    """What the head has written; a special day that is over is forgotten."""
    problems: dict[str, Phrase] = {}
    week: list[list[Times]] = []
    for number in range(7):
        try:
            week.append(_times(typed[f"day{number}"]))
        except ValueError:
            week.append([])
            problems[f"day{number}"] = say("opening.unread")
    special = []
    for line in filter(None, typed["special"].splitlines()):
        first, _, rest = line.strip().partition(" ")
        note = re.sub(r"\s+", " ", _TIMES.sub(" ", rest).strip(" ,，、;；")).removeprefix("休").strip()
        try:
            day = date.fromisoformat(first)
            if day >= today_:
                special.append(Special(day=day.isoformat(), spans=_found(rest), note=note[:60]))
        except ValueError:
            problems["special"] = say("opening.special-unread", line=line[:40])
    return Opening(week=week, on_holidays=typed["holidays"] == "yes", special=special[:60]), problems


def _times(text: str) -> list[Times]:
    """:raises ValueError: something else than times stands there"""
    if text.strip().lower() in _CLOSED:
        return []
    found = _found(text)
    if not found or _TIMES.sub("", text).strip(" ,，、;；\t"):
        raise ValueError(text)
    return found


def _found(text: str) -> list[Times]:
    return [
        Times(int(one[2]) * 60 + int(one[3]), int(one[4]) * 60 + int(one[5]), after_hours=bool(one[1]))
        for one in _TIMES.finditer(text)
    ]


def _written(spans: Sequence[Times]) -> str:
    return " ".join(f"{'延' if one.after_hours else ''}{_clock(one.start)}-{_clock(one.end)}" for one in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _page(request: Request, form: Filled) -> Response:
    here = house(request)
    at = here.clock.now()
    bounds = rules.bounds_of(here.settings.tier)
    page = OpeningPage(
        [say(f"opening.weekday-{number}") for number in range(7)],
        form,
        days_from(request, today(at), AHEAD),
        _clock(bounds.earliest),
        _clock(bounds.latest),
        bounds.hours_a_week,
        at,
    )
    return render(request, page, status=422 if form.problems else 200)
