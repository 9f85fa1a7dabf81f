"""Deciding on the spot as the counter sees it: what the rules would come to, the press, and the explanation afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import Response

from node import desk, instant
from node.drafts import Draft
from node.matters import Application
from node.web.tools import by, house, item_name, printer_of, status_chip
from protocol.cases.case import Case
from protocol.cases.rules import Flag, Status
from protocol.catalogue.items import Item
from protocol.clock import ClockQuality
from protocol.console import session
from protocol.console.explaining import Explained, explained
from protocol.console.pages import render, url
from protocol.console.parts import Chip
from protocol.errors import Refused
from protocol.instant.explaining import trace_of

AT_ONCE = "at-once"  # of the button


@dataclass(frozen=True, slots=True)
class InstantPage:
    template = "instant.html"
    section = "cases"
    case_id: str
    number: str
    item: str
    status: Chip
    explained: Explained
    provisional: bool
    doubted: bool
    to_print: str  # address of the decision; "" where there is none
    may_hand_over: bool
    prints: str  # where its print button posts to; "" without a printer


def offered(request: Request, draft: Draft, application: Application) -> Explained | None:
    """What pressing the button would come to; None where this station does not decide, or the draft is not ready."""
    here = house(request)
    at = here.clock.now()
    with here.store.read() as db:
        found = instant.offer(
            db, here.book, here.shelf, draft.id, application, at, clock_is_good=_clock_is_good(request)
        )
    return explained(application.form.instant, found.trace, session.lang(request)) if found is not None else None


def decide(request: Request, tx: Database, draft_id: str, application: Application, at: datetime) -> str:
    """Let the rules decide, in the unit of work of the caller. Returns where to go on: the explanation, or the receipt
    where nothing was asked of them.
    """
    here = house(request)
    outcome = instant.try_now(
        tx, here.pen, here.book, here.shelf, draft_id, application, by=by(request), at=at,
        clock_is_good=_clock_is_good(request),
    )  # fmt: skip
    return url(request, "instant" if outcome.decision is not None else "receipt", case_id=draft_id)


def explain(request: Request) -> Response:
    """Why it was decided at once, or why a person decides.

    :raises Refused: no-case; no-page, for a case on which no rule was asked
    """
    here = house(request)
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
    trace = trace_of(case)
    if trace is None or case.status is None:
        raise Refused("refused.no-page")
    item = _item(request, case)
    decided = Flag.INSTANT in case.flags
    page = InstantPage(
        case.id,
        case.number,
        item_name(request, item) if item is not None else case.item,
        status_chip(case.status),
        explained(item.instant if item is not None else None, trace, session.lang(request)),
        Flag.PROVISIONAL in case.flags,
        Flag.DOUBTED in case.flags,
        url(request, "document", case_id=case.id, document="instant") if decided else "",
        case.status is Status.ISSUED and case.station == here.settings.party,
        url(request, "document.print", case_id=case.id, document="instant") if decided and printer_of(request) else "",
    )
    return render(request, page)


def _item(request: Request, case: Case) -> Item | None:
    try:
        return house(request).shelf.item(case.item, case.item_version)
    except Refused:
        return None


def _clock_is_good(request: Request) -> bool:
    return house(request).clock.quality() is ClockQuality.SYNCED
