"""The last look before a case is the district's, and the way there; also the way out: throwing a draft away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk, drafts, places, signature
from node.drafts import Draft, Ready
from node.matters import Application, commitments, must_commit
from node.web.facts import Facts, facts_of, modes_of
from node.web.instant import AT_ONCE, decide, offered
from node.web.intake import Demand, demands_of, draft_of, label_of
from node.web.papers import material_names
from node.web.situations import Chosen, chosen_of
from node.web.steps import IntakeStep, steps_of
from node.web.tools import answer_text, by, house, item_name, place_name, post_once, today
from protocol.cases.acts import Paper
from protocol.cases.case import Case
from protocol.catalogue.items import HandlingForm, Item
from protocol.catalogue.papers import PaperType
from protocol.console import forms
from protocol.console.explaining import Explained
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Filled, PaperFile, PaperLine, Row
from protocol.console.texts import Phrase, say


@dataclass(frozen=True, slots=True)
class Promise:
    """An informed commitment, in full: what is promised, what follows if it is untrue, who will look (告知承诺)."""

    item: str
    conditions: Sequence[str]
    consequences: str
    check: Phrase
    basis: str
    how_sure: Phrase


@dataclass(frozen=True, slots=True)
class CheckPage:
    template = "check.html"
    section = "items"
    draft_id: str
    case_number: str
    item: str
    steps: Sequence[IntakeStep]
    demands: Sequence[Demand]
    chosen: Sequence[Chosen]
    facts: Facts
    parts: Sequence[str]  # of a matter
    rows: Sequence[Row]
    papers: Sequence[PaperLine]
    follow: Sequence[str]  # names of what the applicant brings later
    promises: Sequence[Promise]
    must_promise: bool
    channels: Sequence[tuple[str, Phrase]]  # more than one, or none
    fetch_at: Sequence[tuple[str, str]]  # other stations, where the result may be fetched
    form: Filled
    wrong: int  # fields that need attention
    missing: Sequence[str]  # names of required materials without a file
    lacks: Sequence[Phrase]  # what else is missing or not open
    has_form: bool
    is_late: bool  # what is sent is kept with the case; the notice is not answered by it any more
    nothing_new: bool  # a supplement that supplies nothing
    ready: bool
    at_once: Explained | None  # what the rules come to, where this station decides


@dataclass(frozen=True, slots=True)
class DiscardPage:
    template = "discard.html"
    section = "items"
    draft_id: str
    item: str
    papers: int


def check(request: Request) -> Response:
    return _page(request, Filled({"channel": "window"}))


def _page(request: Request, form: Filled) -> Response:
    draft, application, case = draft_of(request, request.path_params["draft_id"])
    item, here = application.form, house(request)
    on = today(here.clock.now())
    ready = drafts.readiness(application, draft, on)
    has_form = case is None or desk.answers_notice(case)
    missing = [] if case else [material_names(request, item)[one.code] for one in ready.missing]
    lacks = [] if case else [say(f"detail.{name}-wrong") for name in ready.lacks if name != "committed"]
    wrong = len(ready.checked.problems) + (len(ready.unanswered) if case is None else 0) if has_form else 0
    changed = has_form and case is not None and not _same(ready, case)
    nothing_new = case is not None and not draft.papers and not changed
    promises = promises_of(request, application, draft) if case is None else []
    page = CheckPage(
        draft.id,
        case.number if case else "",
        item_name(request, item),
        steps_of("check", item, case),
        demands_of(request, item, case),
        chosen_of(request, item, draft) if case is None else [],
        facts_of(request, item),
        [item_name(request, part.item) for part in application.parts] if application.is_matter else [],
        _rows(request, draft, item, case) if has_form else [],
        _papers(request, draft, item, case),
        [material_names(request, item)[code] for code in _to_follow(draft, item)] if case is None else [],
        promises,
        must_commit(application, draft.known) and case is None,
        _channels(item) if case is None else [],
        _elsewhere(request) if case is None else [],
        form,
        wrong,
        missing,
        lacks,
        has_form,
        case is not None and not has_form,
        nothing_new,
        not (wrong or missing or nothing_new or lacks),
        offered(request, draft, application) if case is None else None,
    )
    return render(request, page, status=422 if form.problems else 200)


def _same(ready: Ready, case: Case) -> bool:
    return all(case.answers.get(key) == value for key, value in ready.checked.answers.items())


def _to_follow(draft: Draft, item: Item) -> list[str]:
    attached = {paper.material for paper in draft.papers}
    allowed = {material.code for material in drafts.may_follow(item, draft)}
    return [code for code in draft.details.lacking if code in allowed - attached]


def _rows(request: Request, draft: Draft, item: Item, case: Case | None) -> list[Row]:
    problems = {problem.field for problem in drafts.check_asked(item, draft).problems}
    situations = {one.key for one in item.situations} if case is None else set()
    change = url(request, "intake", draft_id=draft.id)
    rows = [
        Row(
            label_of(request, field),
            answer_text(request, field, draft.answers.get(field.key, "")) or say("check.blank"),
            f"{change}#f-a.{field.key}",
            say("check.change"),
        )
        for field in item.fields_for(draft.known)
        if field.key not in situations and (field.required or draft.answers.get(field.key) or field.key in problems)
    ]
    details = {name: getattr(draft.details, name) for name in ("after", "licence", "licence_until")}
    rows += [
        Row(say(f"detail.{name}"), value, f"{change}#f-d.{name}", say("check.change"))
        for name, value in details.items()
        if value and case is None
    ]
    return rows


def promises_of(request: Request, application: Application, draft: Draft) -> list[Promise]:
    return [
        Promise(
            item_name(request, item),
            promise.conditions,
            promise.consequences,
            say("promise.check", within=say(f"unit.{promise.check_within.unit}", count=promise.check_within.value)),
            promise.basis,
            say(f"fact.sure-{promise.certainty}"),
        )
        for item, promise in commitments(application, draft.known)
    ]


def _channels(item: Item) -> list[tuple[str, Phrase]]:
    """Over the counter, unless it came another way; nobody is asked where there is only the counter."""
    known = [HandlingForm.WINDOW, *(form for form in item.handling if form is not HandlingForm.WINDOW)]
    return [(form.value, say(f"channel.{form}")) for form in known] if len(known) > 1 else []


def _elsewhere(request: Request) -> list[tuple[str, str]]:
    here = house(request)
    with here.store.read() as db:
        others = places.places(db, but=here.book.party)
    return [(one.name, place_name(request, one)) for one in others]


def submit(request: Request, form: FormData) -> Response:
    """The case, or what is brought to it, is on this disk and owed to the district; a second post lands on the same page."""
    here = house(request)
    draft_id = request.path_params["draft_id"]
    typed = {name: forms.text(form, name) for name in ("committed", "channel", "fetch_at", "how")}
    signed = _signed(request, forms.text(form, "signature"))
    if _promise_missing(request, draft_id, typed):
        return _page(request, Filled(typed, {"committed": say("promise.missing")}))

    def do(tx: Database, at: datetime) -> str:
        draft, application, _ = draft_of(request, draft_id)
        if draft.supplements:
            desk.supplement(tx, here.pen, here.book, draft_id, application.form, by=by(request), at=at)
            _for_the_ticket(request, tx, draft.supplements, application, at)
            return url(request, "case", case_id=draft.supplements)
        if signed is not None:
            drafts.add_paper(tx, draft_id, signed, at)
        channels = {value for value, _ in _channels(application.form)}
        drafts.save_details(
            tx,
            draft_id,
            at,
            committed=typed["committed"] == "yes",
            channel=typed["channel"] if typed["channel"] in channels else HandlingForm.WINDOW.value,
            fetch_at=typed["fetch_at"] if typed["fetch_at"] in dict(_elsewhere(request)) else "",
        )
        if typed["how"] == AT_ONCE:
            there = decide(request, tx, draft_id, application, at)
        else:
            modes = modes_of(request, application)
            desk.submit(tx, here.pen, draft_id, application, by=by(request), at=at, mode=modes)
            there = url(request, "receipt", case_id=draft_id)
        _for_the_ticket(request, tx, draft_id, application, at)
        return there

    return post_once(request, form, do, said=say("check.submitted"))


def _signed(request: Request, text: str) -> Paper | None:
    """The signature is on this disk, and no record names it yet; None where it stands on paper.

    :raises Refused: signature
    """
    if not text:
        return None
    data, here = signature.picture_in(text), house(request)
    digest = here.blobs.keep(data, here.clock.now())
    return Paper(
        digest=digest, size=len(data), type=PaperType.PNG.value, material=signature.MATERIAL, name=signature.NAME
    )


def _for_the_ticket(request: Request, tx: Database, case: str, application: Application, at: datetime) -> None:
    """What was taken in belongs to the number that she serves, if she serves one."""
    house(request).hall.case_taken(tx, case, application.form.code, by=by(request).account, at=at)


def _promise_missing(request: Request, draft_id: str, typed: dict[str, str]) -> bool:
    """False for a draft that is gone: the second post of one form goes where the first one went."""
    with house(request).store.read() as db:
        row = db.execute("select supplements from drafts where id = ?", (draft_id,)).fetchone()
    if row is None or row[0] is not None or typed["committed"] == "yes":
        return False
    draft, application, _ = draft_of(request, draft_id)
    if typed["how"] == AT_ONCE:
        return bool(commitments(application, draft.known))
    return must_commit(application, draft.known)


def ask_discard(request: Request) -> Response:
    draft, application, _ = draft_of(request, request.path_params["draft_id"])
    return render(request, DiscardPage(draft.id, item_name(request, application.form), len(draft.papers)))


def discard(request: Request, form: FormData) -> Response:
    with house(request).store.write() as tx:
        drafts.discard_draft(tx, request.path_params["draft_id"])
    return see_other(request, "desk", said=say("discard.done"))


def _papers(request: Request, draft: Draft, item: Item, case: Case | None) -> list[PaperLine]:
    names = material_names(request, item)
    lines = []
    needed = {material.code for material in item.required_materials_for(draft.known)} - set(draft.details.lacking)
    for material in item.materials_for(draft.known):
        mine = [paper for paper in draft.papers if paper.material == material.code]
        files = [
            PaperFile(
                say("papers.scan", number=number),
                url(request, "draft.paper", draft_id=draft.id, digest=paper.digest),
                paper.size,
            )
            for number, paper in enumerate(mine, start=1)
        ]
        is_needed = material.code in needed and case is None
        if files or is_needed:
            lines.append(PaperLine(names[material.code], is_needed, files))
    return lines
