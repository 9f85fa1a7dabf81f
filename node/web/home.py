"""The desk: what is begun, what waits for this station, what is new, and the way to the next citizen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from node import cases, desk
from node.cases import ListedCase
from node.web.tools import house, item_name, receipt_note, short_sync_chip, status_chip
from protocol.cases.rules import Status
from protocol.catalogue.masks import mask_name
from protocol.clock import moment
from protocol.console.pages import render
from protocol.console.parts import Chip
from protocol.console.texts import Phrase
from protocol.errors import Refused

SHOWN = 8  # lines of each list; the rest is a click away


@dataclass(frozen=True, slots=True)
class DraftLine:
    id: str
    item: str
    applicant: str  # masked
    supplements: bool
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class CaseLine:
    id: str
    number: str
    item: str
    applicant: str  # masked
    opened_at: datetime
    moved_at: datetime
    status: Chip
    sync: Chip
    receipt: Phrase | None  # when the district receipted the last thing said of it, and under which number


@dataclass(frozen=True, slots=True)
class HomePage:
    template = "desk.html"
    section = "desk"
    drafts: Sequence[DraftLine]
    returned: Sequence[CaseLine]  # a correction notice waits to be answered
    decided: Sequence[CaseLine]  # a result waits to be handed over
    recent: Sequence[CaseLine]
    drafts_more: int
    returned_count: int
    decided_count: int


DECIDED = (Status.GRANTED, Status.DENIED, Status.NOT_ACCEPTED)


def show(request: Request) -> Response:
    here = house(request)
    with here.store.read() as db:
        drafts = desk.drafts(db, 100)
        count = cases.counts(db)
        returned = cases.listed(db, statuses=(Status.RETURNED,), limit=SHOWN)
        decided = cases.listed(db, statuses=DECIDED, limit=SHOWN)
        recent = cases.listed(db, limit=SHOWN)
    return render(
        request,
        HomePage(
            [draft_line(request, draft) for draft in drafts[:SHOWN]],
            [case_line(request, one) for one in returned],
            [case_line(request, one) for one in decided],
            [case_line(request, one) for one in recent],
            max(0, len(drafts) - SHOWN),
            count.get(Status.RETURNED, 0),
            sum(count.get(status, 0) for status in DECIDED),
        ),
    )


def draft_line(request: Request, draft: desk.Draft) -> DraftLine:
    name, applicant = draft.item, ""
    try:
        item = house(request).shelf.item(draft.item, draft.item_version)
        name, applicant = item_name(request, item), mask_name(desk.applicant_of(item, draft))
    except Refused:
        pass  # begun under a catalogue that is no longer here: the code says enough
    return DraftLine(draft.id, name, applicant, draft.supplements is not None, moment(draft.saved_at))


def case_line(request: Request, one: ListedCase) -> CaseLine:
    row = one.row
    try:
        name = item_name(request, house(request).shelf.item(row.item, row.item_version))
    except Refused:
        name = row.item
    return CaseLine(
        row.id, row.number, name, mask_name(row.applicant), moment(row.opened_at), moment(row.moved_at),
        status_chip(row.status), short_sync_chip(one.sync), receipt_note(one.sync),
    )  # fmt: skip
