"""Appointments as the desk enters them: a day, a time, what it is for, and the code that the citizen is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.hall import appointments
from node.hall.appointments import Appointment
from node.web.tools import by, house, post_once, today
from protocol.catalogue.groups import GROUPS, group
from protocol.catalogue.numbers import id_check_character, is_id_shape
from protocol.clock import CHINA
from protocol.console import forms, session
from protocol.console.pages import render, url
from protocol.console.parts import Filled
from protocol.console.texts import Lang, Phrase, say

ENTROPY_BYTES = 24


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    code: str
    slot: datetime
    matters: str
    by_card: bool
    ticket: str
    cancel: str


@dataclass(frozen=True, slots=True)
class AppointmentsPage:
    template = "appointments.html"
    section = "appointments"
    day: date
    before: str
    after: str
    lines: Sequence[AppointmentLine]
    form: Filled
    groups: Sequence[tuple[str, str]]
    made: str  # the code that was just given out


def show(request: Request) -> Response:
    return _show(request, Filled({"day": _day(request).isoformat(), "time": "", "group": "", "number": ""}), 200)


def book(request: Request, form: FormData) -> Response:
    here = house(request)
    at = here.clock.now()
    typed = {name: forms.text(form, name)[:40] for name in ("day", "time", "group", "number")}
    problems: dict[str, Phrase] = {}
    slot = _slot(typed["day"], typed["time"])
    if slot is None or not at < slot <= at + appointments.AHEAD:
        problems["time"] = say("appointments.slot-wrong", days=appointments.AHEAD.days)
    if typed["group"] not in {one.code for one in GROUPS}:
        problems["group"] = say("appointments.group-missing")
    number = typed["number"].upper().replace(" ", "")
    if number and not (is_id_shape(number) and id_check_character(number[:17]) == number[17]):
        problems["number"] = say("appointments.number-wrong")
    if problems or slot is None:
        return _show(request, Filled(typed, problems), 422)
    entropy = here.store.entropy(ENTROPY_BYTES)

    def do(tx: Database, at: datetime) -> str:
        made = appointments.book(
            tx, slot, [typed["group"]], number=number, entropy=entropy, by=by(request).account, at=at
        )
        return f"{url(request, 'appointments')}?day={made.day}&code={made.code}"

    return post_once(request, form, do)


def cancel(request: Request, form: FormData) -> Response:
    day, code = str(request.path_params["day"]), str(request.path_params["code"])

    def do(tx: Database, at: datetime) -> str:
        appointments.cancel(tx, day, code)
        return f"{url(request, 'appointments')}?day={day}"

    return post_once(request, form, do, said=say("appointments.cancelled"))


def _show(request: Request, form: Filled, status: int) -> Response:
    here, day = house(request), _day(request)
    now = today(here.clock.now())
    with here.store.read() as db:
        known = appointments.of_day(db, day.isoformat())
    zh, here_url = session.lang(request) is Lang.ZH, url(request, "appointments")
    page = AppointmentsPage(
        day,
        f"{here_url}?day={day - timedelta(days=1)}" if day > now else "",
        f"{here_url}?day={day + timedelta(days=1)}",
        [_line(request, one, zh) for one in known],
        form,
        [(one.code, one.name if zh else one.name_en) for one in GROUPS],
        request.query_params.get("code", "") if status == 200 else "",
    )
    return render(request, page, status=status)


def _line(request: Request, one: Appointment, zh: bool) -> AppointmentLine:
    matters = "、".join(group(code).name for code in one.groups)
    if not zh:
        matters = ", ".join(group(code).name_en for code in one.groups)
    address = "" if one.ticket else url(request, "appointments.cancel", day=one.day, code=one.code)
    return AppointmentLine(one.code, one.slot, matters, one.by_card, one.ticket, address)


def _day(request: Request) -> date:
    """The day that is looked at: today if the address says nothing, or nonsense."""
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return today(house(request).clock.now())


def _slot(day: str, clock: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), CHINA)
    except ValueError:
        return None
