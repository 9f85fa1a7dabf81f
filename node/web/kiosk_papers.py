"""The papers of an application at the kiosk: what the card itself has shown, what a file shows, what the counter must see.

An identity card that was read here is the proof that the item asks for; what was read stands on a page that goes with
the application. Whoever has a paper at home puts the application off and loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import drafts
from node.drafts import Draft
from node.kiosk.shown_card import is_shown_by_card, printed_card
from node.web.kiosk import Frame, Visit, frame
from node.web.kiosk_apply import draft_and_case
from node.web.papers import keep_paper, material_names, trouble_with
from node.web.room import Look
from node.web.tools import house, item_name
from protocol.cases.acts import Paper
from protocol.cases.case import Case
from protocol.catalogue.items import Item, Material
from protocol.catalogue.papers import PaperType
from protocol.console import forms, session
from protocol.console.pages import render, see_other, url
from protocol.console.texts import Lang
from protocol.errors import Refused

FILES_AT_ONCE = 6
UPLOAD_BYTES = 60 * forms.MIB


@dataclass(frozen=True, slots=True)
class Wanted:
    code: str
    name: str
    standard: str
    files: int
    by_card: bool  # shown by the card that was read


@dataclass(frozen=True, slots=True)
class PapersPage:
    template = "kiosk_papers.html"
    look: Look
    frame: Frame
    item: str
    wanted: Sequence[Wanted]
    lacking: int
    asked: str  # code of the one that is asked for now; the others follow one by one
    trouble: str
    trouble_next: str
    may_wait: bool  # it can be put off
    back_href: str


def show(request: Request, visit: Visit) -> Response:
    """The first time, what the card has shown is put to the application; nothing to bring leads straight to the check."""
    draft, item, case = _draft(request, visit)
    draft = _put_card(request, visit, draft, _asked(draft, item, case))
    wanted = _wanted(request, draft, item, case)
    if case is None and all(one.by_card for one in wanted) and "stay" not in request.query_params:
        return see_other(request, "kiosk.check")
    return _page(request, visit, item, wanted, case)


def add(request: Request, visit: Visit, form: FormData) -> Response:
    draft, item, case = _draft(request, visit)
    material = item.material(forms.text(form, "material"))
    if material is None:
        raise Refused("refused.form-unreadable")
    here = house(request)
    here.store.require_room()
    for file in forms.files(form, "files"):
        try:
            paper = keep_paper(request, file, material.code)
            with here.store.write() as tx:
                drafts.add_paper(tx, draft.id, paper, visit.at)
        except Refused as why:
            if why.code == "refused.disk-full":
                raise
            said = trouble_with(request, file, why)
            with here.store.read() as db:
                draft = drafts.need_draft(db, draft.id)
            return _page(request, visit, item, _wanted(request, draft, item, case), case, said.happened, said.next_step)
    return see_other(request, "kiosk.papers")


def remove(request: Request, visit: Visit, form: FormData) -> Response:
    """All files of one material: he takes them again."""
    draft, _, _ = _draft(request, visit)
    material = forms.text(form, "material")
    with house(request).store.write() as tx:
        for paper in draft.papers:
            if paper.material == material:
                drafts.remove_paper(tx, draft.id, material, paper.digest)
    return see_other(request, "kiosk.papers")


def _put_card(request: Request, visit: Visit, draft: Draft, asked: Sequence[Material]) -> Draft:
    person = visit.person
    if person is None or person.card is None or person.read_at is None:
        return draft
    attached = {paper.material for paper in draft.papers}
    lacking = [one for one in asked if one.code not in attached]
    shown = [one for one in lacking if is_shown_by_card(one)]
    if not shown:
        return draft
    here = house(request)
    pdf = printed_card(here.press, person.card, person.read_at, here.settings.name.zh, visit.session.machine)
    digest = here.blobs.keep(pdf, visit.at)
    with here.store.write() as tx:
        for one in shown:
            paper = Paper(digest=digest, size=len(pdf), type=PaperType.PDF.value, material=one.code)
            drafts.add_paper(tx, draft.id, paper, visit.at)
        return drafts.need_draft(tx, draft.id)


def _asked(draft: Draft, item: Item, case: Case | None) -> list[Material]:
    """What the item wants in this situation; of a case that came back, what the notice names."""
    if case is None:
        return list(item.required_materials_for(draft.known))
    named = [item.material(one.about) for one in case.corrections]
    return [one for one in named if one is not None]


def _wanted(request: Request, draft: Draft, item: Item, case: Case | None) -> list[Wanted]:
    names, zh = material_names(request, item), session.lang(request) is Lang.ZH
    return [
        Wanted(
            one.code,
            names[one.code],
            one.standard if zh else one.standard_en or one.standard,
            sum(1 for paper in draft.papers if paper.material == one.code),
            is_shown_by_card(one) and any(paper.material == one.code for paper in draft.papers),
        )
        for one in _asked(draft, item, case)
    ]


def _page(
    request: Request,
    visit: Visit,
    item: Item,
    wanted: Sequence[Wanted],
    case: Case | None,
    trouble: str = "",
    trouble_next: str = "",
) -> Response:
    page = PapersPage(
        visit.look,
        frame(request, visit, "papers"),
        item_name(request, item),
        wanted,
        sum(1 for one in wanted if not one.files),
        next((one.code for one in wanted if not one.files), ""),
        trouble,
        trouble_next,
        case is None,
        url(request, "kiosk.ask", place=0) if case is None else url(request, "kiosk.case", case_id=case.id),
    )
    return render(request, page, status=422 if trouble else 200)


def _draft(request: Request, visit: Visit) -> tuple[Draft, Item, Case | None]:
    """:raises Refused: no-draft, not-his-form"""
    draft, application, case = draft_and_case(request, visit)
    return draft, application.form, case
