"""The form of an item, filled in at the desk.

Only what applies in the situation is asked; what was typed is kept whether or not it is right, and also when it no
longer applies. What is wrong stands at the top with links to the fields.
Two clerks in one draft: the later one is shown that a colleague saved, and saves over it knowingly or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk, drafts
from node.drafts import Draft
from node.matters import Application, application_for, asks_licence
from node.web.devices_panel import CardPanel, panel_of
from node.web.facts import Facts, facts_of
from node.web.situations import Chosen, chosen_of
from node.web.steps import IntakeStep, steps_of
from node.web.tools import answer_text, house, item_name, today
from protocol.cases.case import Case
from protocol.cases.rules import Status
from protocol.catalogue.forms import Checked, Problem, Wrong
from protocol.catalogue.items import Field, FieldType, Item
from protocol.console import forms, session
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Filled
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

_WIDTHS = {
    FieldType.ID_NUMBER: 20,
    FieldType.CREDIT_CODE: 20,
    FieldType.PHONE: 20,
    FieldType.DATE: 12,
    FieldType.NUMBER: 8,
    FieldType.TEXT: 40,
}
_KEYPAD = {FieldType.PHONE: "tel", FieldType.NUMBER: "decimal"}
_HINTS = {
    FieldType.ID_NUMBER: say("intake.hint-id"),
    FieldType.CREDIT_CODE: say("intake.hint-credit"),
    FieldType.DATE: say("intake.hint-date"),
    FieldType.PHONE: say("intake.hint-phone"),
}
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as the template asks for it."""

    key: str
    label: Phrase | str
    hint: Phrase | str
    required: bool
    kind: str  # line, lines or choice
    width: object
    keypad: str
    longest: int
    choices: Sequence[tuple[str, str]]
    locked: str = ""  # what a card filled in, as it is read


@dataclass(frozen=True, slots=True)
class Kept:
    """What keep() saved, and how it stands."""

    draft: Draft
    application: Application
    case: Case | None
    checked: Checked


@dataclass(frozen=True, slots=True)
class Demand:
    """One line of the correction notice that this draft answers."""

    about: str
    problem: str


@dataclass(frozen=True, slots=True)
class IntakePage:
    template = "intake.html"
    section = "items"
    draft_id: str
    case_number: str  # empty for a new case
    item: str
    steps: Sequence[IntakeStep]
    demands: Sequence[Demand]
    chosen: Sequence[Chosen]  # the situation questions and their answers
    facts: Facts
    parts: Sequence[str]  # names of the items of a matter; none for an ordinary item
    fields: Sequence[Asked]
    card: CardPanel | None
    form: Filled
    seen: str
    overtaken: bool


def show(request: Request) -> Response:
    """With `check` in the address, what is wrong is said at once: the way back from the check page."""
    draft, application, case = draft_of(request, request.path_params["draft_id"])
    item = application.form
    elsewhere = _elsewhere(request, draft, item, case)
    if elsewhere:
        return see_other_url(request, elsewhere)
    checked = drafts.check_asked(item, draft)
    problems, lacks = (checked.problems, _lacks(request, draft, application)) if _asks_check(request) else ((), {})
    return _page(request, draft, application, case, draft.answers, problems, lacks, seen=_print_of(draft.answers))


def _asks_check(request: Request) -> bool:
    return "check" in request.query_params


def _elsewhere(request: Request, draft: Draft, item: Item, case: Case | None) -> str:
    """Where this draft is to be worked on first: the situation questions, or only papers are brought."""
    if case is not None and case.status is not Status.RETURNED:
        return url(request, "papers", draft_id=draft.id)
    if case is None and item.unanswered(draft.known):
        return url(request, "situations", draft_id=draft.id)
    return ""


def save(request: Request, form: FormData) -> Response:
    """Saved on this disk in any case. `go` says where then: the materials, or the desk for later."""
    kept = keep(request, form)
    if isinstance(kept, Response):
        return kept
    if forms.text(form, "go") == "later":
        return see_other(request, "desk", said=say("intake.kept"))
    draft, application, case = kept.draft, kept.application, kept.case
    lacks = _lacks(request, draft, application) if case is None else {}
    if not kept.checked.is_good or lacks:
        return _page(
            request,
            draft,
            application,
            case,
            draft.answers,
            kept.checked.problems,
            lacks,
            seen=_print_of(draft.answers),
        )
    return see_other(request, "papers", said=say("intake.saved"), draft_id=draft.id)


def autosave(request: Request, form: FormData) -> Response:
    """What was typed so far is on this disk; the answer is the print that the form goes on from. 409: a colleague's."""
    kept = keep(request, form)
    if isinstance(kept, Response):
        return Response(status_code=409)
    return Response(_print_of(kept.draft.answers), media_type="text/plain")


def keep(request: Request, form: FormData) -> Kept | Response:
    """What was typed is on this disk; or the page that says that a colleague saved something else meanwhile.

    :raises Refused: card-locked, no-draft
    """
    here = house(request)
    draft, application, case = draft_of(request, request.path_params["draft_id"])
    item = application.form
    typed = {field.key: forms.text(form, f"a.{field.key}") for field in asked_fields(item, draft, case)}
    details = {name: forms.text(form, f"d.{name}") for name in _asked_details(item, case)}
    if _overtaken(form, draft, typed):
        answers = draft.answers | typed | draft.details.locked
        seen = _print_of(draft.answers)
        return _page(request, draft, application, case, answers, (), {}, seen=seen, overtaken=True)
    with here.store.write() as tx:
        checked = drafts.save_draft(tx, draft.id, item, typed, here.clock.now())
        if details:
            drafts.save_details(tx, draft.id, here.clock.now(), **details)
        draft = drafts.need_draft(tx, draft.id)
    return Kept(draft, application, case, checked)


def draft_of(request: Request, draft_id: str) -> tuple[Draft, Application, Case | None]:
    """The draft, what it applies for in the versions that it pins, and the case to which it brings something.

    :raises Refused: no-draft, no-item
    """
    here = house(request)
    with here.store.read() as db:
        draft = drafts.need_draft(db, draft_id)
        case = desk.need_case(db, here.book, draft.supplements) if draft.supplements else None
    return draft, application_of_draft(request, draft), case


def application_of_draft(request: Request, draft: Draft) -> Application:
    shelf = house(request).shelf
    return application_for(shelf.item(draft.item, draft.item_version), draft.details.parts, shelf.item)


def asked_fields(item: Item, draft: Draft, case: Case | None) -> list[Field]:
    """Those that apply; the ones that answer a situation question are asked there, unless a notice asks for them."""
    situations = {one.key for one in item.situations} if case is None else set()
    return [field for field in item.fields_for(draft.known) if field.key not in situations]


def _asked_details(item: Item, case: Case | None) -> list[str]:
    if case is not None:
        return []
    return [
        *(["after"] if item.after else []),
        *(["licence", "licence_until"] if asks_licence(item) else []),
    ]


def _lacks(request: Request, draft: Draft, application: Application) -> dict[str, str]:
    """What is wrong with the details, by name; the commitment and the window are the check page's to say."""
    on = today(house(request).clock.now())
    ready = drafts.readiness(application, draft, on)
    lacks = {name: code for name, code in ready.lacks.items() if name in _asked_details(application.form, None)}
    with house(request).store.read() as db:
        if "after" not in lacks and not desk.comes_after(db, application.form, draft.details.after):
            lacks["after"] = "refused.first-stage"
    return lacks


def demands_of(request: Request, item: Item, case: Case | None) -> list[Demand]:
    """What the notice asks for, with materials and fields by their names."""
    if case is None:
        return []
    return [Demand(about_name(request, item, one.about), one.problem) for one in case.corrections]


def about_name(request: Request, item: Item, about: str) -> str:
    material = item.material(about)
    if material is not None:
        return material.name if session.lang(request) is Lang.ZH else material.name_en
    field = next((field for field in item.fields if field.key == about), None)
    return label_of(request, field) if field else about


def label_of(request: Request, field: Field) -> str:
    return field.label if session.lang(request) is Lang.ZH else field.label_en


def problem_text(problem: Problem) -> Phrase:
    return say(problem.code.value, **problem.params)


def _overtaken(form: FormData, draft: Draft, typed: Mapping[str, str]) -> bool:
    """A colleague saved something else since this form was shown."""
    kept = {key: value for key, value in typed.items() if value}
    before = {key: value for key, value in draft.answers.items() if key in typed}
    return forms.text(form, "seen") != _print_of(draft.answers) and kept != before


def _print_of(answers: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]


def _page(
    request: Request,
    draft: Draft,
    application: Application,
    case: Case | None,
    answers: Mapping[str, str],
    problems: Sequence[Problem],
    lacks: Mapping[str, str],
    *,
    seen: str,
    overtaken: bool = False,
) -> Response:
    item = application.form
    known = {field.key: field for field in item.fields}
    wrong: dict[str, Phrase] = {
        f"a.{problem.field}": say(
            "intake.problem", field=label_of(request, known[problem.field]), what=problem_text(problem)
        )
        for problem in problems
        if problem.code is not Wrong.UNKNOWN_FIELD
    }
    wrong |= {f"d.{name}": say(f"detail.{name}-wrong") for name in lacks}
    asked = asked_fields(item, draft, case)
    details = _asked_details(item, case)
    values = {f"a.{key}": value for key, value in answers.items()}
    values |= {f"d.{name}": str(getattr(draft.details, name)) for name in details}
    page = IntakePage(
        draft.id,
        case.number if case else "",
        item_name(request, item),
        steps_of("intake", item, case),
        demands_of(request, item, case),
        chosen_of(request, item, draft) if case is None else [],
        facts_of(request, item),
        [item_name(request, part.item) for part in application.parts] if application.is_matter else [],
        [
            *(_asked_detail(request, item, name) for name in details),
            *(_asked(request, field, draft.details.locked.get(field.key, "")) for field in asked),
        ],
        panel_of(request, draft, [(field, label_of(request, field)) for field in asked]) if case is None else None,
        Filled(values, wrong),
        seen,
        overtaken,
    )
    status = 409 if overtaken else 422 if wrong and request.method == "POST" else 200
    return render(request, page, status=status)


def _asked_detail(request: Request, item: Item, name: str) -> Asked:
    """The number of the first stage, or of the licence that is renewed, changed or given up."""
    stages = "、".join(_name_of(request, code) for code in item.after)
    licence = item.licence
    zh = session.lang(request) is Lang.ZH
    called = (licence.name if zh else licence.name_en) if licence else ""
    hint = say(f"detail.{name}-hint", items=stages, licence=called)
    required = name != "licence_until" or drafts.renews(item)
    width = 12 if name == "licence_until" else 40
    return Asked(f"d.{name}", say(f"detail.{name}"), hint, required, "line", width, "", 60, [])


def _name_of(request: Request, code: str) -> str:
    try:
        return item_name(request, house(request).shelf.catalogue.current(code))
    except Refused:
        return code


def _asked(request: Request, field: Field, locked: str) -> Asked:
    zh = session.lang(request) is Lang.ZH
    kind = {FieldType.LONG_TEXT: "lines", FieldType.CHOICE: "choice"}.get(field.type, "line")
    return Asked(
        f"a.{field.key}",
        label_of(request, field),
        (field.hint if zh else field.hint_en) or _HINTS.get(field.type, ""),
        field.required,
        kind,
        _WIDTHS.get(field.type, "full"),
        _KEYPAD.get(field.type, ""),
        field.max_length or LONGEST,
        [(choice.value, choice.label if zh else choice.label_en) for choice in field.choices],
        answer_text(request, field, locked),
    )
