"""The questions that decide which materials and fields apply (情形), asked before anything else.

Answering them anew keeps everything that was typed: what no longer applies is not asked and not sent, and comes back
with the answer that wanted it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import drafts
from node.drafts import Draft
from node.matters import application_for
from node.web.steps import IntakeStep, steps_of
from node.web.tools import house, item_name
from protocol.catalogue.items import Choice, Item, Situation
from protocol.console import forms, session
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Filled
from protocol.console.texts import Lang, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    text: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A question that was answered, as the other pages show it."""

    label: str
    answer: str
    href: str


@dataclass(frozen=True, slots=True)
class SituationsPage:
    template = "situations.html"
    section = "items"
    draft_id: str
    item: str
    steps: Sequence[IntakeStep]
    questions: Sequence[Question]
    form: Filled


def show(request: Request) -> Response:
    draft, item = _draft_item(request)
    return _page(
        request, draft, item, Filled({f"s.{one.key}": draft.known.get(one.key, "") for one in item.situations})
    )


def save(request: Request, form: FormData) -> Response:
    """Kept as far as it was answered; on to the form once every question has an answer."""
    here = house(request)
    draft, item = _draft_item(request)
    given = {one.key: forms.text(form, f"s.{one.key}") for one in item.situations}
    good = {one.key: given[one.key] for one in item.situations if _is_choice(one, given[one.key])}
    if good:
        with here.store.write() as tx:
            drafts.save_draft(tx, draft.id, item, good, here.clock.now())
    problems = {
        f"s.{one.key}": say("situation.missing", question=_text(request, one))
        for one in item.situations
        if one.key not in good
    }
    if problems:
        return _page(request, draft, item, Filled({f"s.{key}": value for key, value in given.items()}, problems))
    return see_other(request, "intake", draft_id=draft.id)


def chosen_of(request: Request, item: Item, draft: Draft) -> list[Chosen]:
    href = url(request, "situations", draft_id=draft.id)
    zh = session.lang(request) is Lang.ZH
    found = []
    for one in item.situations:
        choice = next((choice for choice in one.choices if choice.value == draft.known.get(one.key)), None)
        found.append(Chosen(one.label if zh else one.label_en, _label(choice, zh), href))
    return found


def _draft_item(request: Request) -> tuple[Draft, Item]:
    """:raises Refused: no-page, for what is brought to a case: its situation is settled"""
    here = house(request)
    with here.store.read() as db:
        draft = drafts.need_draft(db, request.path_params["draft_id"])
    if draft.supplements:
        raise Refused("refused.no-page")
    shelf = here.shelf
    application = application_for(shelf.item(draft.item, draft.item_version), draft.details.parts, shelf.item)
    return draft, application.form


def _page(request: Request, draft: Draft, item: Item, form: Filled) -> Response:
    zh = session.lang(request) is Lang.ZH
    questions = [
        Question(f"s.{one.key}", _text(request, one), [(choice.value, _label(choice, zh)) for choice in one.choices])
        for one in item.situations
    ]
    page = SituationsPage(draft.id, item_name(request, item), steps_of("situations", item, None), questions, form)
    return render(request, page, status=422 if form.problems else 200)


def _text(request: Request, one: Situation) -> str:
    return one.question if session.lang(request) is Lang.ZH else one.question_en


def _label(choice: Choice | None, zh: bool) -> str:
    return "" if choice is None else choice.label if zh else choice.label_en


def _is_choice(one: Situation, value: str) -> bool:
    return any(choice.value == value for choice in one.choices)
