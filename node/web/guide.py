"""One item as it is told to a citizen (办事指南): who decides, what to bring in which situation, how long, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from node.matters import application_of
from node.web.facts import Facts, facts_of, material_facts
from node.web.items import catalogue_version
from node.web.tools import house, item_name, today
from protocol.catalogue.items import Item, Material
from protocol.console import session
from protocol.console.pages import render
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class ToBring:
    name: str
    facts: Phrase
    standard: str
    when: Phrase | None  # only in these situations
    required: bool
    shared: bool
    may_follow: bool
    sample: str
    blank_form: str


@dataclass(frozen=True, slots=True)
class GuidePage:
    template = "guide.html"
    section = "items"
    code: str
    name: str
    type: str
    takes: bool
    facts: Facts
    materials: Sequence[ToBring]
    parts: Sequence[str]  # of a matter
    after: str  # names of what comes first; empty if nothing does
    promise: Sequence[str]  # what can be promised instead of proved
    consequences: str
    result: str
    visits: int
    catalogue: Phrase


def show(request: Request) -> Response:
    """The version in force, also of an item that is not taken in here: then it says where to go.

    :raises Refused: no-item
    """
    here = house(request)
    on = today(here.clock.now())
    item = here.shelf.catalogue.current(request.path_params["code"], on)
    parts = [here.shelf.catalogue.current(code, on) for code in item.bundle]
    form = application_of(item, parts).form
    page = GuidePage(
        item.code,
        item_name(request, item),
        item.type,
        here.shelf.takes(item, on),
        facts_of(request, item),
        [to_bring(request, form, material) for material in form.materials],
        [item_name(request, part) for part in parts],
        "、".join(_name(request, code) for code in item.after),
        item.commitment.conditions if item.commitment else (),
        item.commitment.consequences if item.commitment else "",
        item.result,
        item.visits,
        catalogue_version(request),
    )
    return render(request, page)


def to_bring(request: Request, item: Item, material: Material) -> ToBring:
    zh = session.lang(request) is Lang.ZH
    return ToBring(
        material.name if zh else material.name_en,
        material_facts(request, material),
        material.standard if zh else material.standard_en or material.standard,
        _when(item, material.when, zh),
        material.required,
        not material.asked_of_applicant,
        material.secondary and item.conditional is not None,
        material.sample,
        material.blank_form,
    )


def _when(item: Item, when: Mapping[str, Sequence[str]], zh: bool) -> Phrase | None:
    """The situations in the words of their questions."""
    said: Phrase | None = None
    for one in item.situations:
        if one.key not in when:
            continue
        labels = [choice.label if zh else choice.label_en for choice in one.choices if choice.value in when[one.key]]
        label = one.label if zh else one.label_en
        part = say("item.when-answer", question=label, answer=" / ".join(labels))
        said = part if said is None else say("item.when-and", one=said, other=part)
    return said


def _name(request: Request, code: str) -> str:
    try:
        return item_name(request, house(request).shelf.catalogue.current(code))
    except Refused:
        return code
