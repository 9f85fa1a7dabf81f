"""The licences of this station's cases: which are in force, which ended, and who is to be reminded of a renewal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from node import renewals
from node.web.tools import house, today
from protocol import licences
from protocol.catalogue.masks import mask_name
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.parts import Chip, Icon, Pager, Tone
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused
from protocol.licences import Licence, State, Wanted

PAGE = 50
_GOOD = (State.IN_FORCE, State.DEEMED)


@dataclass(frozen=True, slots=True)
class Line:
    number: str
    href: str  # of its case
    name: str
    holder: str  # masked
    valid: Phrase
    window: Phrase | None
    state: Chip


@dataclass(frozen=True, slots=True)
class LicencesPage:
    template = "licences.html"
    section = "licences"
    soon: Sequence[Line]
    every: Sequence[Line]
    total: int
    pager: Pager
    as_of: datetime


def show(request: Request) -> Response:
    here = house(request)
    at = here.clock.now()
    day, asked = today(at), request.query_params.get("page", "")
    with here.store.read() as db:
        soon, total = renewals.soon(db, day), licences.count(db, Wanted(), day)
        pages = max(1, -(-total // PAGE))
        page = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1), pages)
        every = licences.licences(db, Wanted(), day, limit=PAGE, offset=(page - 1) * PAGE)
    shown = LicencesPage(
        [_line(request, one, day) for one in soon],
        [_line(request, one, day) for one in every],
        total,
        Pager(page, pages, f"{url(request, 'licences')}?page={{page}}"),
        at,
    )
    return render(request, shown)


def _line(request: Request, one: Licence, day: date) -> Line:
    state = one.state(day)
    tone = (Tone.GOOD, Icon.CHECK) if state in _GOOD else (Tone.WARN, Icon.ALERT)
    valid = say("licence.valid-open", start=date.fromisoformat(one.valid_from))
    if one.valid_to:
        valid = say("licence.valid", start=date.fromisoformat(one.valid_from), end=date.fromisoformat(one.valid_to))
    window = None
    if one.renew_from and not one.how:
        window = say("licence.window", start=date.fromisoformat(one.renew_from), end=date.fromisoformat(one.renew_by))
    return Line(
        one.number,
        url(request, "case", case_id=one.case),
        _name(request, one),
        mask_name(one.holder),
        valid,
        window,
        Chip(say(f"licence.state.{state}"), *tone),
    )


def _name(request: Request, one: Licence) -> str:
    try:
        terms = house(request).shelf.item(one.item, one.item_version).licence
    except Refused:
        terms = None
    if terms is None:
        return one.item
    return terms.name if session.lang(request) is Lang.ZH else terms.name_en
