"""An application at the kiosk, one thing on each page: questions, papers, check, and the receipt code.

What was answered is on the station's disk with every page. Nothing is sent before he has seen all of it and agreed;
whoever stops before that can put it off with a code, or leave, and then it is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk, drafts
from node.drafts import Draft
from node.kiosk import applying, codes, sessions
from node.kiosk.applying import Screen
from node.kiosk.codes import KEPT_DRAFT
from node.matters import Application, must_commit
from node.web.facts import modes_of
from node.web.intake import draft_of, label_of, problem_text
from node.web.kiosk import Frame, Visit, frame
from node.web.kiosk_card import author
from node.web.room import Look
from node.web.submitting import Promise, promises_of
from node.web.tools import answer_text, house, item_name, today
from protocol.catalogue.forms import Wrong
from protocol.catalogue.items import Field, FieldRole, FieldType, Item
from protocol.console import forms, session
from protocol.console.mask import mask_name, mask_number, mask_phone
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Filled, Row
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

_KEYPAD = {FieldType.PHONE: "tel", FieldType.NUMBER: "decimal", FieldType.DATE: "numeric"}
_HINTS = {FieldType.DATE: say("intake.hint-date"), FieldType.PHONE: say("intake.hint-phone")}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line to fill in. `keypad` is the keyboard that a touch screen brings up."""

    key: str
    label: Phrase | str
    hint: Phrase | str
    required: bool
    long: bool
    keypad: str
    longest: int


@dataclass(frozen=True, slots=True)
class AskPage:
    template = "kiosk_ask.html"
    look: Look
    frame: Frame
    item: str
    step: int  # from 1
    steps: int
    question: Phrase | str  # of a choice; empty where lines are filled in
    name: str  # of the choice's buttons
    choices: Sequence[tuple[str, str]]
    may_skip: bool
    lines: Sequence[Line]
    form: Filled
    back_href: str


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
    back_href: str


@dataclass(frozen=True, slots=True)
class DonePage:
    template = "kiosk_done.html"
    look: Look
    frame: Frame
    code: str
    item: str
    is_sent: bool  # else it was put off
    connected: bool  # the district can be told at once
    kept_days: int
    print_href: str


# -- questions


def ask(request: Request, visit: Visit) -> Response:
    """One screen of questions; past the last one come the papers. With `check` what is wrong is said at once."""
    draft, application = _draft(request, visit)
    screens = _screens(application, draft, visit)
    place = int(request.path_params["place"])
    if place >= len(screens):
        return see_other(request, "kiosk.papers")
    problems = _problems(request, application, draft, screens[place]) if "check" in request.query_params else {}
    return _ask_page(request, visit, draft, application.form, screens, place, _values(draft, screens[place]), problems)


def answer(request: Request, visit: Visit, form: FormData) -> Response:
    """Kept whatever it is; on to the next screen once it is right, or back to the check if he came from there."""
    here = house(request)
    draft, application = _draft(request, visit)
    screens, place = _screens(application, draft, visit), int(request.path_params["place"])
    if place >= len(screens):
        return see_other(request, "kiosk.papers")
    screen, item = screens[place], application.form
    typed = {name.removeprefix("a."): forms.text(form, name) for name in _names(screen) if name.startswith("a.")}
    details = {name.removeprefix("d."): forms.text(form, name) for name in _names(screen) if name.startswith("d.")}
    with here.store.write() as tx:
        if typed:
            drafts.save_draft(tx, draft.id, item, typed, visit.at)
        if details:
            drafts.save_details(tx, draft.id, visit.at, **details)
        draft = drafts.need_draft(tx, draft.id)
    problems = _problems(request, application, draft, screen)
    if problems:
        values = {name: forms.text(form, name) for name in _names(screen)}
        return _ask_page(request, visit, draft, item, screens, place, values, problems)
    if "check" in request.query_params:
        return see_other(request, "kiosk.check")
    return see_other(request, "kiosk.ask", place=place + 1)


def _ask_page(
    request: Request,
    visit: Visit,
    draft: Draft,
    item: Item,
    screens: Sequence[Screen],
    place: int,
    values: Mapping[str, str],
    problems: Mapping[str, Phrase],
) -> Response:
    screen = screens[place]
    zh = session.lang(request) is Lang.ZH
    one = screen.situation or screen.choice
    question: Phrase | str = ""
    if screen.situation:
        question = screen.situation.question if zh else screen.situation.question_en
    elif screen.choice:
        question = say("kiosk.choose", what=label_of(request, screen.choice))
    page = AskPage(
        visit.look,
        frame(request, visit, "choice" if one else "fields"),
        item_name(request, item),
        place + 1,
        len(screens),
        question,
        f"a.{one.key}" if one else "",
        [(choice.value, choice.label if zh else choice.label_en) for choice in one.choices] if one else [],
        screen.choice is not None and not screen.choice.required,
        [*(_detail(request, item, name) for name in screen.details), *(_line(request, one) for one in screen.fields)],
        Filled(values, problems),
        url(request, "kiosk.ask", place=place - 1) if place else url(request, "kiosk.item", code=item.code),
    )
    return render(request, page, status=422 if problems and request.method == "POST" else 200)


def _screens(application: Application, draft: Draft, visit: Visit) -> list[Screen]:
    known = frozenset(applying.from_card(application.form, visit.person))
    return applying.screens(application.form, draft, known, elder=visit.look.elder)


def _names(screen: Screen) -> list[str]:
    one = screen.situation or screen.choice
    keys = [one.key] if one else [field.key for field in screen.fields]
    return [*(f"a.{key}" for key in keys), *(f"d.{name}" for name in screen.details)]


def _values(draft: Draft, screen: Screen) -> dict[str, str]:
    details = {f"d.{name}": str(getattr(draft.details, name)) for name in screen.details}
    return {name: draft.known.get(name.removeprefix("a."), "") for name in _names(screen)} | details


def _problems(request: Request, application: Application, draft: Draft, screen: Screen) -> dict[str, Phrase]:
    """What is wrong with the answers of one screen."""
    item, names = application.form, _names(screen)
    wrong: dict[str, Phrase] = {}
    if screen.situation and screen.situation in item.unanswered(draft.known):
        wrong[f"a.{screen.situation.key}"] = say("kiosk.choose-one")
    labels = {field.key: label_of(request, field) for field in item.fields}
    for problem in drafts.check_asked(item, draft).problems:
        if f"a.{problem.field}" in names and problem.code is not Wrong.UNKNOWN_FIELD:
            what = say("intake.problem", field=labels[problem.field], what=problem_text(problem))
            wrong.setdefault(f"a.{problem.field}", what)
    if screen.details:
        lacks = drafts.readiness(application, draft, today(house(request).clock.now())).lacks
        wrong |= {f"d.{name}": say(f"detail.{name}-wrong") for name in screen.details if name in lacks}
    return wrong


def _line(request: Request, field: Field) -> Line:
    zh = session.lang(request) is Lang.ZH
    hint = (field.hint if zh else field.hint_en) or _HINTS.get(field.type, "")
    return Line(
        f"a.{field.key}", label_of(request, field), hint, field.required, field.type is FieldType.LONG_TEXT,
        _KEYPAD.get(field.type, ""), field.max_length or _LONGEST,
    )  # fmt: skip


def _detail(request: Request, item: Item, name: str) -> Line:
    zh = session.lang(request) is Lang.ZH
    called = (item.licence.name if zh else item.licence.name_en) if item.licence else ""
    hint = say(f"detail.{name}-hint", items="、".join(item.after), licence=called)
    return Line(f"d.{name}", say(f"detail.{name}"), hint, True, False, "", 60)


# -- check, and send


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
    draft, application = _draft(request, visit)
    typed = {name: forms.text(form, name) for name in ("agreed", "committed")}
    problems = {}
    if typed["agreed"] != "yes":
        problems["agreed"] = say("kiosk.agree-missing")
    if must_commit(application, draft.known) and typed["committed"] != "yes":
        problems["committed"] = say("promise.missing")
    if problems:
        return _check_page(request, visit, Filled(typed, problems))
    modes, to = modes_of(request, application), url(request, "kiosk.done")
    with here.store.write() as tx:
        if posted_before(tx, form_id) is None:
            drafts.save_details(tx, draft.id, visit.at, committed=typed["committed"] == "yes", channel="kiosk")
            desk.submit(tx, here.pen, draft.id, application, by=author(visit), at=visit.at, mode=modes)
            codes.give(tx, here.store.entropy, draft.id, until=None)
            sessions.sent(tx, visit.session)
            remember_post(tx, form_id, to, at=visit.at)
    return see_other_url(request, to)


def later(request: Request, visit: Visit, form: FormData) -> Response:
    """Put off: it stays here for a week under a code, and the desk can go on with it too.

    :raises Refused: no-draft
    """
    here = house(request)
    draft, application = _draft(request, visit)
    number = draft.answers.get(application.form.field_with(FieldRole.APPLICANT_ID).key, "")
    if len(number) < 4:  # the code is asked for together with its end
        place = applying.place_of(
            _screens(application, draft, visit), application.form.field_with(FieldRole.APPLICANT_ID).key
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
    page = DonePage(
        visit.look,
        frame(request, visit, "done" if case else "later"),
        code,
        item_name(request, here.shelf.item(case.item, case.item_version)) if case else "",
        case is not None,
        here.link_state().connected,
        KEPT_DRAFT // timedelta(days=1),
        url(request, "kiosk.print", case_id=case_id, document="receipt") if case else "",
    )
    return render(request, page)


def _check_page(request: Request, visit: Visit, form: Filled) -> Response:
    draft, application = _draft(request, visit)
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
    page = CheckPage(
        visit.look,
        frame(request, visit, "check"),
        item_name(request, item),
        _rows(request, visit, draft, application),
        wrong,
        [(name, count) for name, count in counted if count],
        missing,
        promises_of(request, application, draft),
        must_commit(application, draft.known),
        form,
        not (wrong or missing),
        url(request, "kiosk.papers"),
    )
    return render(request, page, status=422 if form.problems else 200)


def _rows(request: Request, visit: Visit, draft: Draft, application: Application) -> list[Row]:
    """The answers as somebody beside him may read them; each leads to the screen on which it is asked."""
    item, screens = application.form, _screens(application, draft, visit)
    known = applying.from_card(item, visit.person)
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
    href = None if place is None else url(request, "kiosk.ask", place=place) + "?check=1"
    return Row(label, value or say("check.blank"), href, say("check.change") if href else None)


def masked(field: Field, value: str) -> str:
    """Numbers of people and telephones, and the applicant's name, as they may stand on a screen that others see."""
    if field.type in (FieldType.ID_NUMBER, FieldType.CREDIT_CODE):
        return mask_number(value)
    if field.type is FieldType.PHONE:
        return mask_phone(value)
    return mask_name(value) if field.role is FieldRole.APPLICANT_NAME else value


def _draft(request: Request, visit: Visit) -> tuple[Draft, Application]:
    """:raises Refused: no-draft, for a visit in which nothing was begun"""
    if not visit.session.draft:
        raise Refused("refused.no-draft", draft="")
    draft, application, _ = draft_of(request, visit.session.draft)
    return draft, application
