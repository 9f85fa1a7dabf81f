"""The receipt as a page: what was taken in, for whom, and the press that prints it.

The paper names the applicant in full because it is handed to that person; the page does so for the same reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from node import cases, desk, documents
from node.web.documents import Sibling, siblings_of
from node.web.facts import mode_sentence
from node.web.printing import JobLine, last_line
from node.web.tools import house, printer_of, status_chip, sync_chip
from protocol.cases.words import Act
from protocol.catalogue.items import Mode
from protocol.clock import moment
from protocol.console.pages import render
from protocol.console.parts import Chip
from protocol.console.texts import Phrase
from protocol.documents.content import TakenMaterial
from protocol.documents.front import shown_number


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    template = "receipt.html"
    section = "cases"
    case_id: str
    number: str
    item: str
    station: str
    applicant: str  # in full: the paper is handed to the one it names
    applicant_number: str  # masked
    materials: Sequence[TakenMaterial]
    lacking: Sequence[str]  # names of what the applicant brings later
    mode: Phrase | None
    siblings: Sequence[Sibling]
    committed: bool  # a commitment has to be printed and signed
    taken_by: str
    taken_at: datetime
    status: Chip
    sync: Chip
    decided: bool  # at once: then it is no receipt of an open case
    has_printer: bool
    printed: JobLine | None  # what was sent to the printer last


def show(request: Request) -> Response:
    here = house(request)
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
        sync = cases.sync_of(db, case.id)
        printed = last_line(request, db, case.id)
        siblings = siblings_of(request, db, case)
    item = here.shelf.item(case.item, case.item_version)
    told = documents.taken_in(case)
    intake = told.intake
    assert case.status is not None
    assert intake is not None
    names = {material.code: material.name for material in item.materials}
    page = ReceiptPage(
        case.id, case.number, item.name, here.settings.name.zh, case.applicant.name, shown_number(case.applicant.number),
        documents.taken_materials(case, item), [names.get(code, code) for code in intake.lacking],
        mode_sentence(request, Mode(intake.mode), item) if intake.mode in list(Mode) else None,
        siblings, intake.committed, told.by.name, moment(told.at), status_chip(case.status), sync_chip(sync),
        told.act is Act.DECIDE_AT_ONCE, bool(printer_of(request)), printed,
    )  # fmt: skip
    return render(request, page)
