"""The materials of a draft, as its situation wants them: what is there, what is missing, what may follow later.

A file is believed by its content alone. One that cannot be taken is named next to its material, and the others
of the same upload are kept. Nothing of a file's own name is kept: it may carry a person's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from node import desk, drafts
from node.drafts import Draft
from node.web.facts import material_facts
from node.web.held import Offer, offers
from node.web.intake import Demand, demands_of, draft_of
from node.web.steps import IntakeStep, steps_of
from node.web.tools import house, item_name
from protocol.cases.acts import Paper
from protocol.cases.case import Case
from protocol.cases.rules import Status
from protocol.catalogue.items import Item, Material
from protocol.catalogue.papers import MAX_PAPER_BYTES, PaperType, sniff_paper
from protocol.console import forms, session
from protocol.console.pages import render, see_other, see_other_url, translator, url
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

FILES_AT_ONCE = 12
UPLOAD_BYTES = 260 * forms.MIB  # of one form; beyond it a browser is told and the page stays as it is

# A picture is shown by the browser and can do nothing; a PDF opens in the browser's own viewer, which a sandbox forbids.
PICTURE_CSP = "default-src 'none'; sandbox"
PDF_CSP = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Scan:
    digest: str
    href: str
    label: Phrase
    size_bytes: int
    is_picture: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """One chosen file that was not taken. `name` is shown once and kept nowhere."""

    name: str
    happened: str
    next_step: str


@dataclass(frozen=True, slots=True)
class MaterialCard:
    code: str
    name: str
    standard: str
    facts: Phrase  # original or copy, how many, from whom
    sample: str
    blank_form: str
    required: bool
    may_follow: bool  # secondary, and the item lets the applicant bring it later
    follows: bool
    asked: str  # what the correction notice says of it; empty if nothing
    scans: Sequence[Scan]
    earlier: int  # files that the case has already
    troubles: Sequence[Trouble]


@dataclass(frozen=True, slots=True)
class PapersPage:
    template = "papers.html"
    section = "items"
    draft_id: str
    case_number: str
    item: str
    steps: Sequence[IntakeStep]
    demands: Sequence[Demand]
    held: Sequence[Offer]  # what an earlier case or a licence of ours has already
    materials: Sequence[MaterialCard]
    shared: Sequence[str]  # names of what the administration has: never ask the applicant
    has_form: bool  # there is a form to go back to
    there: int  # required materials that have a file
    required: int


def show(request: Request) -> Response:
    return _page(request, {})


def add(request: Request, form: FormData) -> Response:
    """Keep each chosen file that is a whole JPEG, PNG or PDF of at most 20 MiB; say what is wrong with the others."""
    here = house(request)
    here.store.require_room()
    draft, application, _ = draft_of(request, request.path_params["draft_id"])
    material = application.form.material(forms.text(form, "material"))
    if material is None:
        raise Refused("refused.form-unreadable")
    troubles: list[Trouble] = []
    chosen = forms.files(form, "files")
    for file in chosen:
        try:
            paper = keep_paper(request, file, material.code, forms.text(form, "sha256"))
            with here.store.write() as tx:
                drafts.add_paper(tx, draft.id, paper, here.clock.now())
        except Refused as why:
            if why.code == "refused.disk-full":
                raise
            troubles.append(trouble_with(request, file, why))
    if not chosen:
        troubles.append(Trouble("", translator(request)("papers.none-chosen"), ""))
    if troubles:
        return _page(request, {material.code: troubles}, status=422)
    said = say("papers.added", count=len(chosen), material=_name(request, material))
    return see_other(request, "papers", said=said, draft_id=draft.id)


def keep_paper(request: Request, file: UploadFile, material: str, sha256: str = "") -> Paper:
    """The bytes are on this disk when this returns; no record names them yet.

    `sha256` is what the camera's page found before it sent them; a file that was chosen has none.
    :raises Refused: paper-…: too large, empty, not whole, none of our types, or not what was taken
    """
    here = house(request)
    if (file.size or 0) > MAX_PAPER_BYTES:
        raise Refused("refused.paper-large", size=file.size, limit=MAX_PAPER_BYTES)
    data = file.file.read()
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise Refused("refused.paper-changed")
    kind = sniff_paper(data)
    digest = here.blobs.keep(data, here.clock.now())
    return Paper(digest=digest, size=len(data), type=kind.value, material=material)


def trouble_with(request: Request, file: UploadFile, why: Refused) -> Trouble:
    words = translator(request)
    return Trouble(file.filename or "", words.happened(why), words.next_step(why))


def remove(request: Request, form: FormData) -> Response:
    draft_id = request.path_params["draft_id"]
    with house(request).store.write() as tx:
        drafts.remove_paper(tx, draft_id, forms.text(form, "material"), forms.text(form, "digest"))
    return see_other(request, "papers", said=say("papers.removed"), draft_id=draft_id)


def follow(request: Request, form: FormData) -> Response:
    """A secondary material is to follow, or not after all."""
    draft, application, _ = draft_of(request, request.path_params["draft_id"])
    material, follows = forms.text(form, "material"), forms.text(form, "follows") == "yes"
    with house(request).store.write() as tx:
        drafts.let_follow(tx, draft.id, application.form, material, follows, house(request).clock.now())
    said = say("papers.follows-kept" if follows else "papers.follows-not")
    return see_other_url(request, url(request, "papers", draft_id=draft.id) + f"#m-{material}", said=said)


def of_draft(request: Request) -> Response:
    """The bytes of a paper of this draft, and of no other."""
    with house(request).store.read() as db:
        draft = drafts.need_draft(db, request.path_params["draft_id"])
    return paper_response(request, draft.papers)


def of_case(request: Request) -> Response:
    here = house(request)
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
    return paper_response(request, case.papers)


def paper_response(request: Request, papers: Sequence[Paper]) -> Response:
    """:raises Refused: no-paper, for one that is not among `papers` or whose bytes are not here"""
    digest = request.path_params["digest"]
    paper = next((paper for paper in papers if paper.digest == digest), None)
    data = house(request).blobs.read(digest) if paper else None
    if paper is None or data is None:
        raise Refused("refused.no-paper", paper=digest[:8])
    kind = PaperType(paper.type)
    headers = {
        "Content-Security-Policy": PDF_CSP if kind is PaperType.PDF else PICTURE_CSP,
        "Content-Disposition": f'inline; filename="paper-{digest[:8]}{kind.suffix}"',
    }
    return Response(data, media_type=kind.value, headers=headers)


def _page(request: Request, troubles: dict[str, list[Trouble]], status: int = 200) -> Response:
    draft, application, case = draft_of(request, request.path_params["draft_id"])
    item = application.form
    demands = {one.about: one.problem for one in case.corrections} if case else {}
    asked = [one for one in item.materials_for(draft.known) if one.asked_of_applicant or one.code in demands]
    secondary = {one.code for one in drafts.may_follow(item, draft)} if case is None else set()
    cards = [
        _card(request, draft, one, case, demands.get(one.code, ""), one.code in secondary, troubles.get(one.code, []))
        for one in asked
    ]
    needed = {one.code for one in item.required_materials_for(draft.known)} - set(draft.details.lacking)
    page = PapersPage(
        draft.id,
        case.number if case else "",
        item_name(request, item),
        steps_of("papers", item, case),
        demands_of(request, item, case),
        offers(request, draft, item) if case is None else [],
        cards,
        [_name(request, one) for one in item.materials_for(draft.known) if one not in asked],
        case is None or case.status is Status.RETURNED,
        sum(1 for card in cards if card.code in needed and (card.scans or card.earlier)),
        len(needed),
    )
    return render(request, page, status=status)


def _card(
    request: Request,
    draft: Draft,
    material: Material,
    case: Case | None,
    asked: str,
    may_follow: bool,
    troubles: Sequence[Trouble],
) -> MaterialCard:
    mine = [paper for paper in draft.papers if paper.material == material.code]
    scans = [
        Scan(
            paper.digest,
            url(request, "draft.paper", draft_id=draft.id, digest=paper.digest),
            say("papers.scan", number=number),
            paper.size,
            paper.type != PaperType.PDF.value,
        )
        for number, paper in enumerate(mine, start=1)
    ]
    earlier = sum(1 for paper in case.papers if paper.material == material.code) if case else 0
    return MaterialCard(
        material.code,
        _name(request, material),
        material.standard if session.lang(request) is Lang.ZH else material.standard_en or material.standard,
        material_facts(request, material),
        material.sample,
        material.blank_form,
        material.required,
        may_follow,
        may_follow and material.code in draft.details.lacking and not scans,
        asked,
        scans,
        earlier,
        troubles,
    )


def _name(request: Request, material: Material) -> str:
    return material.name if session.lang(request) is Lang.ZH else material.name_en


def material_names(request: Request, item: Item) -> dict[str, str]:
    return {material.code: _name(request, material) for material in item.materials}
