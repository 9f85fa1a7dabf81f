"""The questions of an application at the kiosk, one thing on each page.

What was answered is on the station's disk with every page, the wrong answers too; what is wrong is said where it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import drafts
from node.drafts import Draft
from node.kiosk import applying
from node.kiosk.applying import Screen
from node.kiosk.sessions import Identity
from node.machines import MachineKind
from node.matters import Application
from node.web.intake import draft_of, label_of, problem_text
from node.web.kiosk import Frame, Visit, frame, kind_of, way
from node.web.room import Look
from node.web.tools import house, item_name, today
from protocol.cases.case import Case
from protocol.catalogue.forms import Wrong
from protocol.catalogue.items import Field, FieldRole, FieldType, Item, ServiceObject
from protocol.console import forms, session
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Filled
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

_KEYPAD = {FieldType.PHONE: "tel", FieldType.NUMBER: "decimal", FieldType.DATE: "numeric"}
_HINTS = {
    FieldType.ID_NUMBER: say("intake.hint-id"),
    FieldType.CREDIT_CODE: say("intake.hint-credit"),
    FieldType.DATE: say("intake.hint-date"),
    FieldType.PHONE: say("intake.hint-phone"),
}
_LONGEST = 200
_WHO = (FieldType.ID_NUMBER, FieldType.CREDIT_CODE, FieldType.PHONE)


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


# -- questions


def ask(request: Request, visit: Visit) -> Response:
    """One screen of questions; past the last one come the papers. With `check` what is wrong is said at once."""
    draft, application = draft_of_visit(request, visit)
    screens = screens_of(application, draft, visit)
    place = int(request.path_params["place"])
    if place >= len(screens) or draft.supplements:
        return see_other(request, after_questions(request))
    problems = _problems(request, application, draft, screens[place]) if "check" in request.query_params else {}
    return _ask_page(request, visit, draft, application.form, screens, place, _values(draft, screens[place]), problems)


def answer(request: Request, visit: Visit, form: FormData) -> Response:
    """Kept whatever it is; on to the next screen once it is right, or back to the check if he came from there."""
    here = house(request)
    draft, application = draft_of_visit(request, visit)
    screens, place = screens_of(application, draft, visit), int(request.path_params["place"])
    if place >= len(screens):
        return see_other(request, after_questions(request))
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
        return see_other(request, way(request, "check"))
    return see_other(request, way(request, "ask"), place=place + 1)


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
        url(request, way(request, "ask"), place=place - 1)
        if place
        else url(request, way(request, "item"), code=item.code),
    )
    return render(request, page, status=422 if problems and request.method == "POST" else 200)


def after_questions(request: Request) -> str:
    """The route of what comes next: papers are for the kiosk; at the form machine he sees what he has filled in."""
    return "kiosk.papers" if kind_of(request) is MachineKind.KIOSK else "form.check"


def screens_of(application: Application, draft: Draft, visit: Visit) -> list[Screen]:
    return applying.screens(application.form, draft, known_of(application.form, draft, visit), elder=visit.look.elder)


def known_of(item: Item, draft: Draft, visit: Visit) -> frozenset[str]:
    """What is not asked again. A code and four characters open no number, telephone or name: whoever found the slip
    would read them in the lines that he may change, so what is right of them stays as it is until the desk has a look.
    """
    known = set(applying.from_card(item, visit.person))
    if visit.session.identity is Identity.CODE:
        wrong = {problem.field for problem in drafts.check_asked(item, draft).problems}
        known |= {
            one.key for one in item.fields if is_masked(one) and draft.answers.get(one.key) and one.key not in wrong
        }
    return frozenset(known)


def is_masked(field: Field) -> bool:
    """Whether it says who somebody is: never shown whole on a screen that others see."""
    return field.type in _WHO or field.role is FieldRole.APPLICANT_NAME


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


def draft_of_visit(request: Request, visit: Visit) -> tuple[Draft, Application]:
    """:raises Refused: no-draft, for a visit in which nothing was begun; not-his-form"""
    draft, application, _ = draft_and_case(request, visit)
    return draft, application


def draft_and_case(request: Request, visit: Visit) -> tuple[Draft, Application, Case | None]:
    """The same, and the case that it answers a notice of. A card that was read is the applicant's own, or nothing goes
    on: what it vouches for, and what is granted on the spot, must be his.

    :raises Refused: as draft_of_visit
    """
    if not visit.session.draft:
        raise Refused("refused.no-draft", draft="")
    draft, application, case = draft_of(request, visit.session.draft)
    item, person = application.form, visit.person
    number = draft.answers.get(item.field_with(FieldRole.APPLICANT_ID).key, "")
    is_person = item.service_object is ServiceObject.NATURAL and number
    if is_person and person is not None and person.card is not None and number != person.number:
        raise Refused("refused.not-his-form")
    return draft, application, case
