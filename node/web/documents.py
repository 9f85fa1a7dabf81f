"""What is printed for the applicant: the receipt as a page, and all documents as PDF.

A PDF's file name is the number of the case and says nothing of a person. A character that no font here has stops
the printing; with `hand=1` its place stays blank, to be filled in by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from node import cases, desk
from node.web.case import documents_of
from node.web.papers import PDF_CSP
from node.web.tools import house, status_chip, sync_chip, today
from protocol.cases.acts import CaseAct
from protocol.cases.case import Case, Standing
from protocol.cases.rules import Act, Status
from protocol.catalogue.items import Item, PaperForm
from protocol.clock import moment
from protocol.console.pages import render, translator, url
from protocol.console.parts import Chip
from protocol.documents.content import (
    Decision,
    DecisionKind,
    Delivered,
    Document,
    Handover,
    IntakeReceipt,
    TakenMaterial,
    ToCorrect,
    shown_number,
)
from protocol.errors import Refused

_KINDS = {
    Act.GRANT: DecisionKind.GRANT,
    Act.DENY: DecisionKind.DENIAL,
    Act.REFUSE_ACCEPTANCE: DecisionKind.NON_ACCEPTANCE,
}


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
    taken_by: str
    taken_at: datetime
    status: Chip
    sync: Chip


@dataclass(frozen=True, slots=True)
class GlyphsPage:
    template = "glyphs.html"
    section = "cases"
    case_id: str
    number: str
    happened: str
    by_hand: str  # address of the same document with blanks


def receipt(request: Request) -> Response:
    here = house(request)
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
        sync = cases.sync_of(db, case.id)
    item = here.shelf.item(case.item, case.item_version)
    told = _act(case, Act.SUBMIT)
    assert case.status is not None
    page = ReceiptPage(
        case.id, case.number, item.name, here.settings.name.zh, case.applicant.name, shown_number(case.applicant.number),
        _taken(case, item), told.by.name, moment(told.at), status_chip(case.status), sync_chip(sync),
    )  # fmt: skip
    return render(request, page)


def pdf(request: Request) -> Response:
    """:raises Refused: no-page, for a document that this case does not have (yet)"""
    here = house(request)
    kind = request.path_params["document"]
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
    if kind not in documents_of(case):
        raise Refused("refused.no-page")
    item = here.shelf.item(case.item, case.item_version)
    document = _MAKERS[kind](request, case, item, here.clock.now())
    try:
        data = here.press.print_document(document, fill_by_hand="hand" in request.query_params)
    except Refused as why:
        if why.code != "refused.glyphs":
            raise
        by_hand = url(request, "document", case_id=case.id, document=kind) + "?hand=1"
        page = GlyphsPage(case.id, case.number, translator(request).happened(why), by_hand)
        return render(request, page, status=409)
    headers = {
        "Content-Disposition": f'inline; filename="{case.number}.pdf"',
        "Content-Security-Policy": PDF_CSP,
    }
    return Response(data, media_type="application/pdf", headers=headers)


def _receipt(request: Request, case: Case, item: Item, at: datetime) -> Document:
    told = _act(case, Act.SUBMIT)
    name = house(request).settings.name.zh
    return IntakeReceipt(
        station=name,
        station_address="",
        case_number=case.number,
        item_code=item.code,
        item_name=item.name,
        item_version=item.version,
        applicant=case.applicant.name,
        applicant_id=case.applicant.number,
        materials=tuple(_taken(case, item)),
        taken_by=told.by.name or told.by.account,
        taken_at=moment(told.at),
        query_hint=f"{name}窗口",
        printed_at=at,
    )


def _notice(request: Request, case: Case, item: Item, at: datetime) -> Document:
    told = _act(case, Act.ASK_CORRECTION)
    names = {material.code: material.name for material in item.materials}
    names |= {field.key: field.label for field in item.fields}
    wanted = tuple(ToCorrect(names.get(one.about, one.about), one.problem) for one in told.corrections)
    return _decision(request, DecisionKind.CORRECTION, case, item, told, at, wanted)


def _result(request: Request, case: Case, item: Item, at: datetime) -> Document:
    assert case.decision is not None
    return _decision(request, _KINDS[case.decision.act], case, item, case.decision, at, ())


def _decision(
    request: Request,
    kind: DecisionKind,
    case: Case,
    item: Item,
    told: CaseAct,
    at: datetime,
    to_correct: tuple[ToCorrect, ...],
) -> Decision:
    name = house(request).settings.name.zh
    return Decision(
        kind=kind,
        authority=item.organ,
        number=told.number,
        case_number=case.number,
        item_name=item.name,
        item_type=item.type,
        applicant=case.applicant.name,
        applicant_id=case.applicant.number,
        received_on=_day(case.opened_at),
        decided_on=_day(told.at),
        basis=(told.basis,)
        if told.basis
        else tuple(basis.text for basis in item.legal_basis if basis.certainty == "S"),
        facts="",
        reasons=told.reason,
        remedies=told.remedies,
        contact=name,
        printed_at=at,
        to_correct=to_correct,
        hand_in_at=name if to_correct else "",
    )


def _proof(request: Request, case: Case, item: Item, at: datetime) -> Document:
    """Before the hand-over with room for the time; afterwards as it was."""
    assert case.decision is not None
    done = _act(case, Act.HAND_OVER) if case.status is Status.HANDED_OVER else None
    name = house(request).settings.name.zh
    title = {Act.GRANT: "准予决定书", Act.DENY: "不予决定书"}.get(case.decision.act, "不予受理通知书")
    return Handover(
        authority=item.organ,
        station=name,
        case_number=case.number,
        item_name=item.name,
        recipient=done.recipient if done else case.applicant.name,
        recipient_id=case.applicant.number if not done or done.recipient == case.applicant.name else "",
        documents=(Delivered(title, case.decision.number, 1),),
        way="当面送达",
        place=name,
        handed_by=done.by.name if done else "",
        handed_at=moment(done.at) if done else None,
        printed_at=at,
    )


_MAKERS: dict[str, Callable[[Request, Case, Item, datetime], Document]] = {
    "receipt": _receipt,
    "notice": _notice,
    "decision": _result,
    "proof": _proof,
}


def _act(case: Case, act: Act) -> CaseAct:
    """The last standing act of a kind.

    :raises Refused: no-page
    """
    found = [step.act for step in case.steps if step.act.act is act and step.standing is Standing.STANDS]
    if not found:
        raise Refused("refused.no-page")
    return found[-1]


def _taken(case: Case, item: Item) -> list[TakenMaterial]:
    """What came with the first intake; a copy where the item takes one, because a scan is what stays here."""
    first = _act(case, Act.SUBMIT).intake
    taken = []
    for material in item.materials:
        count = sum(1 for paper in first.papers if paper.material == material.code) if first else 0
        form = PaperForm.COPY if PaperForm.COPY in material.forms else material.forms[0]
        if count:
            taken.append(TakenMaterial(material.name, form, count))
    return taken


def _day(text: str) -> date:
    return today(moment(text))
