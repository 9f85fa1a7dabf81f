"""What only a person can settle: what it is, whose move it is, and what was done about it.

The desk settles what is the desk's to do. What an operator or an officer answers for is written off here by the
head alone, who has spoken with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import poison
from node.web.tools import by, house
from protocol import attention, transfer_book
from protocol.attention import KINDS, Notice
from protocol.cases.rules import Role
from protocol.clock import moment, stamp
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

RESCANNED = frozenset({"paper-lost", "paper-damaged"})  # dealt with beside the paper, on the page of its case
_URGENCY = {1: (Tone.BAD, Icon.ALERT), 2: (Tone.WARN, Icon.ALERT), 3: (Tone.PLAIN, Icon.INFO)}


@dataclass(frozen=True, slots=True)
class NoticeLine:
    id: int
    what: Phrase
    todo: Phrase
    urgency: Chip
    whose: Phrase
    way: Phrase  # to where it is dealt with
    way_href: str  # empty: nowhere but here
    may_settle: bool
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
    at, form_id = here.clock.now(), forms.text(form, "form_id")
    with here.store.write() as tx:
        if posted_before(tx, form_id) is None:
            notice = next((one for one in attention.open_notices(tx) if one.id == number), None)
            if notice is not None and not may_settle(request, notice):
                raise Refused("refused.forbidden")
            attention.settle_by_id(tx, number, by=by(request).account, at=stamp(at), note=note)
            remember_post(tx, form_id, url(request, "attention"), at=at)
    return see_other(request, "attention", said=say("attention.settled"))


def may_settle(request: Request, notice: Notice) -> bool:
    return notice.whose == "clerk" or session.who(request).account.may(Role.HEAD)


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
        say(f"attention.{notice.kind}", number=str(notice.detail.get("number", ""))),
        say(f"attention.{notice.kind}.todo", why=str(notice.detail.get("why", ""))),
        Chip(say(f"attention.urgency-{urgency}"), tone, icon),
        say(f"attention.whose-{whose}"),
        _way_text(notice),
        _way(request, notice),
        may_settle(request, notice),
        moment(notice.raised_at),
        notice.kind == "poison",
    )


def _way_text(notice: Notice) -> Phrase:
    if notice.kind in (transfer_book.DIFFERS, transfer_book.LATE):
        return say("attention.transfer")
    return say("attention.rescan" if notice.kind in RESCANNED else "attention.case")


def _way(request: Request, notice: Notice) -> str:
    if notice.kind in (transfer_book.DIFFERS, transfer_book.LATE):
        return url(request, "transfer", number=notice.subject)
    if not notice.case_id:
        return ""
    place = f"#p-{notice.subject}" if notice.kind in RESCANNED else ""
    return url(request, "case", case_id=notice.case_id) + place


def _page(request: Request, wrong: int = 0) -> Response:
    here = house(request)
    with here.store.read() as db:
        notices = attention.open_notices(db)
    page = AttentionPage([notice_line(request, notice) for notice in notices], wrong, here.clock.now())
    return render(request, page, status=422 if wrong else 200)
