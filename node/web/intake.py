"""The form of an item, filled in at the desk.

What was typed is kept whether or not it is right; what is wrong stands at the top with links to the fields.
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

from node import desk
from node.web.steps import IntakeStep, steps_of
from node.web.tools import house, item_name
from protocol.cases.case import Case
from protocol.catalogue.forms import Checked, Problem, Wrong, check_form
from protocol.catalogue.items import Field, FieldType, Item
from protocol.console import forms, session
from protocol.console.pages import render, see_other
from protocol.console.parts import Filled
from protocol.console.texts import Lang, Phrase, say

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
    label: str
    hint: Phrase | str
    required: bool
    kind: str  # line, lines or choice
    width: object
    keypad: str
    longest: int
    choices: Sequence[tuple[str, str]]


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
    fields: Sequence[Asked]
    form: Filled
    seen: str
    overtaken: bool


def show(request: Request) -> Response:
    """With `check` in the address, what is wrong is said at once: the way back from the check page."""
    draft, item, case = draft_item_case(request, request.path_params["draft_id"])
    problems = check_form(item, draft.answers).problems if "check" in request.query_params else ()
    return _page(request, draft, item, case, draft.answers, problems, seen=_print_of(draft.answers))


def save(request: Request, form: FormData) -> Response:
    """Saved on this disk in any case. `go` says where then: the materials, or the desk for later."""
    here = house(request)
    draft, item, case = draft_item_case(request, request.path_params["draft_id"])
    typed = {field.key: forms.text(form, f"a.{field.key}") for field in item.fields}
    if _overtaken(form, draft, typed):
        problems = check_form(item, typed).problems
        return _page(request, draft, item, case, typed, problems, seen=_print_of(draft.answers), overtaken=True)
    with here.store.write() as tx:
        checked = desk.save_draft(tx, draft.id, item, typed, here.clock.now())
    if forms.text(form, "go") == "later":
        return see_other(request, "desk", said=say("intake.kept"))
    if not checked.is_good:
        return _page(request, draft, item, case, *_again(checked), seen=_print_of(checked.answers))
    return see_other(request, "papers", said=say("intake.saved"), draft_id=draft.id)


def draft_item_case(request: Request, draft_id: str) -> tuple[desk.Draft, Item, Case | None]:
    """The draft, the version of the item that it pins, and the returned case that it answers.

    :raises Refused: no-draft, no-item
    """
    here = house(request)
    with here.store.read() as db:
        draft = desk.need_draft(db, draft_id)
        case = desk.need_case(db, here.book, draft.supplements) if draft.supplements else None
    return draft, here.shelf.item(draft.item, draft.item_version), case


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


def _again(checked: Checked) -> tuple[dict[str, str], Sequence[Problem]]:
    return checked.answers, checked.problems


def _overtaken(form: FormData, draft: desk.Draft, typed: Mapping[str, str]) -> bool:
    """A colleague saved something else since this form was shown."""
    kept = {key: value for key, value in typed.items() if value}
    return forms.text(form, "seen") != _print_of(draft.answers) and kept != draft.answers


def _print_of(answers: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]


def _page(
    request: Request,
    draft: desk.Draft,
    item: Item,
    case: Case | None,
    answers: Mapping[str, str],
    problems: Sequence[Problem],
    *,
    seen: str,
    overtaken: bool = False,
) -> Response:
    known = {field.key: field for field in item.fields}
    wrong = {
        f"a.{problem.field}": say(
            "intake.problem", field=label_of(request, known[problem.field]), what=problem_text(problem)
        )
        for problem in problems
        if problem.code is not Wrong.UNKNOWN_FIELD
    }
    page = IntakePage(
        draft.id,
        case.number if case else "",
        item_name(request, item),
        steps_of("intake"),
        demands_of(request, item, case),
        [_asked(request, field) for field in item.fields],
        Filled({f"a.{key}": value for key, value in answers.items()}, wrong),
        seen,
        overtaken,
    )
    status = 409 if overtaken else 422 if wrong and request.method == "POST" else 200
    return render(request, page, status=status)


def _asked(request: Request, field: Field) -> Asked:
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
    )
