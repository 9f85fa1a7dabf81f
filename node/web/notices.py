"""What only a person can settle: what it is, whose move it is, and what was done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import poison
from node.web.tools import by, house
from protocol import attention
from protocol.attention import KINDS, Notice
from protocol.clock import moment, stamp
from protocol.console import forms
from protocol.console.pages import render, see_other
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

_URGENCY = {1: (Tone.BAD, Icon.ALERT), 2: (Tone.WARN, Icon.ALERT), 3: (Tone.PLAIN, Icon.INFO)}


@dataclass(frozen=True, slots=True)
class NoticeLine:
    id: int
    what: Phrase
    todo: Phrase
    urgency: Chip
    whose: Phrase
    case_id: str
    number: str
    raised_at: datetime
    has_raw: bool


@dataclass(frozen=True, slots=True)
class AttentionPage:
    template = "attention.html"
    section = "attention"
    lines: Sequence[NoticeLine]
    wrong: int  # the notice whose reason was missing; 0 if none
    as_of: datetime


def show(request: Request) -> Response:
    return _page(request)


def settle(request: Request, form: FormData) -> Response:
    here = house(request)
    number, note = request.path_params["number"], forms.text(form, "note")
    if not note:
        return _page(request, wrong=number)
    with here.store.write() as tx:
        attention.settle_by_id(tx, number, by=by(request).account, at=stamp(here.clock.now()), note=note)
    return see_other(request, "attention", said=say("attention.settled"))


def raw(request: Request) -> Response:
    """What could not be applied, byte by byte, for the district's technicians: it may hold a person's data."""
    number = request.path_params["number"]
    here = house(request)
    with here.store.read() as db:
        data = poison.raw(db, number)
    if data is None:
        raise Refused("refused.attention-gone")
    headers = {"Content-Disposition": f'attachment; filename="entry-{number}.msgpack"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def notice_line(request: Request, notice: Notice) -> NoticeLine:
    whose, urgency = KINDS[notice.kind]
    tone, icon = _URGENCY[urgency]
    return NoticeLine(
        notice.id,
        say(f"attention.{notice.kind}"),
        say(f"attention.{notice.kind}.todo", why=str(notice.detail.get("why", ""))),
        Chip(say(f"attention.urgency-{urgency}"), tone, icon),
        say(f"attention.whose-{whose}"),
        notice.case_id,
        str(notice.detail.get("number", "")),
        moment(notice.raised_at),
        notice.kind == "poison",
    )


def _page(request: Request, wrong: int = 0) -> Response:
    here = house(request)
    with here.store.read() as db:
        notices = attention.open_notices(db)
    page = AttentionPage([notice_line(request, notice) for notice in notices], wrong, here.clock.now())
    return render(request, page, status=422 if wrong else 200)
