"""The desk: what is begun, what waits for this station, what is new, and the way to the next citizen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from node import cases, drafts
from node.cases import ListedCase
from node.drafts import Draft
from node.dues import Chase, Due
from node.web.printing import JobLine, unfinished_lines
from node.web.standing import due_chip, due_day, is_soon
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
    due: Chip | None = None  # working days left, where the list goes by them
    due_day: Phrase | None = None


@dataclass(frozen=True, slots=True)
class HomePage:
    template = "desk.html"
    section = "desk"
    drafts: Sequence[DraftLine]
    returned: Sequence[CaseLine]  # something is to be brought by the applicant, by the day until which
    decided: Sequence[CaseLine]  # a result waits to be handed over, by the day until which
    soon: Sequence[CaseLine]  # the district has it, and its day is near or past
    recent: Sequence[CaseLine]
    drafts_more: int
    returned_count: int
    decided_count: int
    soon_count: int
    unprinted: Sequence[JobLine]


DECIDED = (Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN)


def show(request: Request) -> Response:
    here = house(request)
    at = here.clock.now()
    with here.store.read() as db:
        begun = drafts.drafts(db, 100)
        dues = here.dues.of(db, at)
        returned = [due for due in dues if due.what in (Chase.CORRECTION, Chase.PAPERS)]
        decided = [due for due in dues if due.what is Chase.HAND_OVER]
        soon = [due for due in dues if due.what is Chase.DISTRICT and is_soon(due)]
        lists = [
            list(zip(cases.listed_by_id(db, [due.case for due in some[:SHOWN]]), some, strict=False))
            for some in (returned, decided, soon)
        ]
        recent = cases.listed(db, limit=SHOWN)
        unprinted = unfinished_lines(request, db)
    return render(
        request,
        HomePage(
            [draft_line(request, draft) for draft in begun[:SHOWN]],
            _due_lines(request, lists[0]),
            _due_lines(request, lists[1]),
            _due_lines(request, lists[2]),
            [case_line(request, one) for one in recent],
            max(0, len(begun) - SHOWN),
            len(returned),
            len(decided),
            len(soon),
            unprinted,
        ),
    )


def _due_lines(request: Request, listed: Sequence[tuple[ListedCase, Due]]) -> list[CaseLine]:
    return [replace(case_line(request, one), due=due_chip(due), due_day=due_day(due)) for one, due in listed]


def draft_line(request: Request, draft: Draft) -> DraftLine:
    name, applicant = draft.item, ""
    try:
        item = house(request).shelf.item(draft.item, draft.item_version)
        name, applicant = item_name(request, item), mask_name(drafts.applicant_of(item, draft))
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
