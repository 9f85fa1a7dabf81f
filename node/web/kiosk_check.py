"""The last look at an application at the kiosk, and the receipt code.

Nothing is sent before he has seen all of it and agreed. Whoever stops before that can put it off with a code, or leave,
and then it is gone. A second press of the button leads to the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk, drafts, instant
from node.drafts import Draft
from node.kiosk import applying, codes, sessions
from node.kiosk.codes import KEPT_DRAFT
from node.matters import Application, must_commit
from node.web.facts import modes_of
from node.web.intake import label_of
from node.web.kiosk import Frame, Visit, frame, way
from node.web.kiosk_apply import draft_of_visit, known_of, screens_of
from node.web.kiosk_card import author
from node.web.room import Look
from node.web.submitting import Promise, promises_of
from node.web.tools import answer_text, house, item_name, today
from protocol.cases.rules import Flag
from protocol.catalogue.items import Field, FieldRole, FieldType
from protocol.clock import ClockQuality
from protocol.console import forms, session
from protocol.console.mask import mask_name, mask_number, mask_phone
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Filled, Row
from protocol.console.texts import Lang, say


@dataclass(frozen=True, slots=True)
class CheckPage:
    template = "kiosk_check.html"
    look: Look
    frame: Frame
    item: str
    rows: Sequence[Row]
    wrong: int  # answers that need another look
    papers: Sequence[tuple[str, int]]  # name, files
    missing: Sequence[str]
    promises: Sequence[Promise]
    must_promise: bool
    form: Filled
    ready: bool
    at_once: bool  # the rules would grant it now; he may ask for a person instead
    back_href: str


@dataclass(frozen=True, slots=True)
class DonePage:
    template = "kiosk_done.html"
    look: Look
    frame: Frame
    code: str
    item: str
    is_sent: bool  # else it was put off
    is_granted: bool  # decided on the spot
    connected: bool  # the district can be told at once
    kept_days: int
    print_href: str


def check(request: Request, visit: Visit) -> Response:
    return _check_page(request, visit, Filled())


def submit(request: Request, visit: Visit, form: FormData) -> Response:
    """The case is on this disk with its code; a second press leads to the same code."""
    here, form_id = house(request), forms.text(form, "form_id")
    with here.store.read() as db:
        gone = (
            not visit.session.draft or db.execute("select 1 from posted_forms where form_id = ?", (form_id,)).fetchone()
        )
    if gone:
        return see_other(request, "kiosk.done")
    draft, application = draft_of_visit(request, visit)
    typed = {name: forms.text(form, name) for name in ("agreed", "committed")}
    problems = {}
    if typed["agreed"] != "yes":
        problems["agreed"] = say("kiosk.agree-missing")
    if must_commit(application, draft.known) and not draft.supplements and typed["committed"] != "yes":
        problems["committed"] = say("promise.missing")
    if problems:
        return _check_page(request, visit, Filled(typed, problems))
    if draft.supplements:
        return _supply(request, visit, draft, application, form_id)
    to = url(request, "kiosk.done")
    at_once = forms.text(form, "how") == "at-once" and _may_decide(request, visit, draft, application)
    with here.store.write() as tx:
        if posted_before(tx, form_id) is None:
            drafts.save_details(tx, draft.id, visit.at, committed=typed["committed"] == "yes", channel="kiosk")
            _send(request, tx, visit, draft.id, application, at_once)
            codes.give(tx, here.store.entropy, draft.id, until=None)
            sessions.sent(tx, visit.session)
            remember_post(tx, form_id, to, at=visit.at)
    return see_other_url(request, to)


def _supply(request: Request, visit: Visit, draft: Draft, application: Application, form_id: str) -> Response:
    """:raises Refused: nothing-supplied, not-open"""
    here, case = house(request), draft.supplements or ""
    to = url(request, "kiosk.case", case_id=case)
    with here.store.write() as tx:
        if posted_before(tx, form_id) is None:
            desk.supplement(tx, here.pen, here.book, draft.id, application.form, by=author(visit), at=visit.at)
            sessions.supplied(tx, visit.session, case)
            remember_post(tx, form_id, to, at=visit.at)
    return see_other_url(request, to)


def _send(request: Request, tx: Database, visit: Visit, draft_id: str, application: Application, at_once: bool) -> None:
    """To whoever decides; by the signed rules at once where he was told so and wanted it."""
    here, by = house(request), author(visit)
    if not at_once:
        modes = modes_of(request, application)
        desk.submit(tx, here.pen, draft_id, application, by=by, at=visit.at, mode=modes)
        return
    instant.try_now(
        tx, here.pen, here.book, here.shelf, draft_id, application, by=by, at=visit.at,
        clock_is_good=_clock_is_good(request),
    )  # fmt: skip


def _may_decide(request: Request, visit: Visit, draft: Draft, application: Application) -> bool:
    """Whether the rules would grant it now. Only for whoever has shown his card, and for himself: what is granted is given
    to him here, and a card says nothing of whom its owner may act for."""
    if visit.person is None or visit.person.card is None or draft.supplements:
        return False
    if draft.answers.get(application.form.field_with(FieldRole.APPLICANT_ID).key) != visit.person.number:
        return False
    here = house(request)
    with here.store.read() as db:
        found = instant.offer(
            db, here.book, here.shelf, draft.id, application, visit.at, clock_is_good=_clock_is_good(request)
        )
    return found is not None and found.granted


def _clock_is_good(request: Request) -> bool:
    return house(request).clock.quality() is ClockQuality.SYNCED


def later(request: Request, visit: Visit, form: FormData) -> Response:
    """Put off: it stays here for a week under a code, and the desk can go on with it too.

    :raises Refused: no-draft
    """
    here = house(request)
    draft, application = draft_of_visit(request, visit)
    if draft.supplements:  # the case has its code already
        return see_other(request, "kiosk.case", case_id=draft.supplements)
    number = draft.answers.get(application.form.field_with(FieldRole.APPLICANT_ID).key, "")
    if len(number) < 4:  # the code is asked for together with its end
        place = applying.place_of(
            screens_of(application, draft, visit), application.form.field_with(FieldRole.APPLICANT_ID).key
        )
        return see_other_url(request, url(request, "kiosk.ask", place=place) + "?check=1")
    with here.store.write() as tx:
        codes.give(tx, here.store.entropy, draft.id, until=visit.at + KEPT_DRAFT)
        sessions.put_off(tx, visit.session)
    return see_other(request, "kiosk.done")


def done(request: Request, visit: Visit) -> Response:
    """The code, large. The start page for whoever has neither sent nor put off anything in this visit."""
    here, case_id = house(request), visit.session.case
    with here.store.read() as db:
        code = codes.code_of(db, case_id) if case_id else ""
        case = here.book.case(db, case_id) if case_id else None
    if not code:
        return see_other(request, "kiosk.items")
    granted = case is not None and Flag.INSTANT in case.flags
    page = DonePage(
        visit.look,
        frame(request, visit, "done" if case else "later"),
        code,
        item_name(request, here.shelf.item(case.item, case.item_version)) if case else "",
        case is not None,
        granted,
        here.link_state().connected,
        KEPT_DRAFT // timedelta(days=1),
        url(request, "kiosk.print", case_id=case_id, document="instant" if granted else "receipt") if case else "",
    )
    return render(request, page)


def _check_page(request: Request, visit: Visit, form: Filled) -> Response:
    draft, application = draft_of_visit(request, visit)
    item = application.form
    ready = drafts.readiness(application, draft, today(visit.at))
    zh = session.lang(request) is Lang.ZH
    names = {material.code: material.name if zh else material.name_en for material in item.materials}
    counted = [
        (names[material.code], sum(1 for paper in draft.papers if paper.material == material.code))
        for material in item.materials_for(draft.known)
    ]
    lacks = [name for name in ready.lacks if name != "committed"]
    wrong = len(ready.checked.problems) + len(ready.unanswered) + len(lacks)
    missing = [names[one.code] for one in ready.missing]
    rows = rows_of(request, visit, draft, application)
    if draft.supplements:  # what lacked, and nothing else
        wrong, missing, rows = 0, [], []
    page = CheckPage(
        visit.look,
        frame(request, visit, "check"),
        item_name(request, item),
        rows,
        wrong,
        [(name, count) for name, count in counted if count],
        missing,
        [] if draft.supplements else promises_of(request, application, draft),
        must_commit(application, draft.known) and not draft.supplements,
        form,
        not (wrong or missing),
        _may_decide(request, visit, draft, application),
        url(request, "kiosk.papers"),
    )
    return render(request, page, status=422 if form.problems else 200)


def rows_of(request: Request, visit: Visit, draft: Draft, application: Application) -> list[Row]:
    """The answers as somebody beside him may read them; each leads to the screen on which it is asked."""
    item, screens = application.form, screens_of(application, draft, visit)
    known = known_of(item, draft, visit)
    situations = {one.key for one in item.situations}
    rows = []
    for one in item.situations:
        choice = next((choice for choice in one.choices if choice.value == draft.known.get(one.key)), None)
        label = "" if choice is None else choice.label if session.lang(request) is Lang.ZH else choice.label_en
        name = one.label if session.lang(request) is Lang.ZH else one.label_en
        rows.append(_row(request, name, label, applying.place_of(screens, one.key)))
    for field in item.fields_for(draft.known):
        value = draft.answers.get(field.key, "")
        if field.key in situations or not (value or field.required):
            continue
        place = None if field.key in known else applying.place_of(screens, field.key)
        rows.append(_row(request, label_of(request, field), masked(field, answer_text(request, field, value)), place))
    return rows


def _row(request: Request, label: str, value: str, place: int | None) -> Row:
    href = None if place is None else url(request, way(request, "ask"), place=place) + "?check=1"
    return Row(label, value or say("check.blank"), href, say("check.change") if href else None)


def masked(field: Field, value: str) -> str:
    """Numbers of people and telephones, and the applicant's name, as they may stand on a screen that others see."""
    if field.type in (FieldType.ID_NUMBER, FieldType.CREDIT_CODE):
        return mask_number(value)
    if field.type is FieldType.PHONE:
        return mask_phone(value)
    return mask_name(value) if field.role is FieldRole.APPLICANT_NAME else value
