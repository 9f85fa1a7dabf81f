"""The last look before a case is the district's, and the way there; also the way out: throwing a draft away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk
from node.web.intake import Demand, demands_of, draft_item_case, label_of
from node.web.papers import material_names
from node.web.steps import IntakeStep, steps_of
from node.web.tools import answer_text, by, house, item_name, post_once
from protocol.cases.case import Case
from protocol.catalogue.forms import check_form
from protocol.catalogue.items import Item
from protocol.console.pages import render, see_other, url
from protocol.console.parts import PaperFile, PaperLine, Row
from protocol.console.texts import say


@dataclass(frozen=True, slots=True)
class CheckPage:
    template = "check.html"
    section = "items"
    draft_id: str
    case_number: str
    item: str
    steps: Sequence[IntakeStep]
    demands: Sequence[Demand]
    rows: Sequence[Row]
    papers: Sequence[PaperLine]
    wrong: int  # fields that need attention
    missing: Sequence[str]  # names of required materials without a file
    nothing_new: bool  # a supplement that supplies nothing
    ready: bool


@dataclass(frozen=True, slots=True)
class DiscardPage:
    template = "discard.html"
    section = "items"
    draft_id: str
    item: str
    papers: int


def check(request: Request) -> Response:
    draft, item, case = draft_item_case(request, request.path_params["draft_id"])
    checked = check_form(item, draft.answers)
    change = url(request, "intake", draft_id=draft.id) + "?check=1"
    rows = [
        Row(
            label_of(request, field),
            answer_text(request, field, draft.answers.get(field.key, "")) or say("check.blank"),
            f"{change}#f-a.{field.key}",
            say("check.change"),
        )
        for field in item.fields
        if field.required or draft.answers.get(field.key)
    ]
    names = material_names(request, item)
    missing = [] if case else [names[material.code] for material in desk.missing_materials(item, draft)]
    nothing_new = case is not None and not draft.papers and checked.answers == case.answers
    page = CheckPage(
        draft.id,
        case.number if case else "",
        item_name(request, item),
        steps_of("check"),
        demands_of(request, item, case),
        rows,
        _papers(request, draft, item, case),
        len(checked.problems),
        missing,
        nothing_new,
        not (checked.problems or missing or nothing_new),
    )
    return render(request, page)


def submit(request: Request, form: FormData) -> Response:
    """The case, or its supplement, is on this disk and owed to the district; a second post lands on the same page."""
    here = house(request)
    draft_id = request.path_params["draft_id"]

    def do(tx: Database, at: datetime) -> str:
        draft = desk.need_draft(tx, draft_id)
        item = here.shelf.item(draft.item, draft.item_version)
        if draft.supplements:
            case_id = desk.supplement(tx, here.pen, here.book, draft_id, item, by=by(request), at=at)
            return url(request, "case", case_id=case_id)
        desk.submit(tx, here.pen, draft_id, item, by=by(request), at=at)
        return url(request, "receipt", case_id=draft_id)

    return post_once(request, form, do, said=say("check.submitted"))


def ask_discard(request: Request) -> Response:
    draft, item, _ = draft_item_case(request, request.path_params["draft_id"])
    return render(request, DiscardPage(draft.id, item_name(request, item), len(draft.papers)))


def discard(request: Request, form: FormData) -> Response:
    with house(request).store.write() as tx:
        desk.discard_draft(tx, request.path_params["draft_id"])
    return see_other(request, "desk", said=say("discard.done"))


def _papers(request: Request, draft: desk.Draft, item: Item, case: Case | None) -> list[PaperLine]:
    names = material_names(request, item)
    lines = []
    for material in item.materials:
        mine = [paper for paper in draft.papers if paper.material == material.code]
        files = [
            PaperFile(
                say("papers.scan", number=number),
                url(request, "draft.paper", draft_id=draft.id, digest=paper.digest),
                paper.size,
            )
            for number, paper in enumerate(mine, start=1)
        ]
        needed = material in item.required_materials and case is None
        if files or needed:
            lines.append(PaperLine(names[material.code], needed, files))
    return lines
