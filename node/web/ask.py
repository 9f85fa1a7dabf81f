"""Questions in people's own words, as a page shows the answers: at the desk, and in the pages of the room's machines.

`answer` makes what `answers.html` shows; who includes it says at which addresses it stands. Every word of an answer
is the catalogue's, with its source beside it. What stands in an address is cleaned of numbers and names first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from node import asking
from node.asking import Why
from node.web.facts import LimitLine, facts_of
from node.web.items import catalogue_version
from node.web.tools import house, item_name, today
from protocol.asking.answers import Card, Nothing, One, Passage, Several
from protocol.asking.masking import harmless
from protocol.asking.synonyms import Action
from protocol.catalogue.items import Item
from protocol.console import forms, session
from protocol.console.pages import render, see_other_url, url
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

BROUGHT = 6  # materials that a card names; the guide has them all
SAID_CODES = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where questions are asked: the names of the routes there, and what the district is told of the place."""

    name: str  # desk, kiosk, query
    ask: str  # GET, with ?q=
    unwanted: str  # POST
    guide: str  # GET, with the item's code in its path
    takes_in: bool = False  # a case can be begun here


DESK_PLACE = Place("desk", "ask", "ask.unwanted", "item", takes_in=True)


@dataclass(frozen=True, slots=True)
class AnswerCard:
    code: str
    name: str
    actions: Sequence[str]  # new, changed, replaced: as the name of the item says
    takes: bool  # it can be handed in at this station
    mode: Phrase
    bring: Sequence[str]
    bring_more: int
    limits: Sequence[LimitLine]
    fee: Phrase
    quoted: str  # the words of the item that met the question
    field: Phrase  # where they stand
    source: Phrase
    basis: str
    guide: str  # address
    pick: str  # address of this card alone


@dataclass(frozen=True, slots=True)
class Answers:
    """What `answers.html` shows. `kind`: one, several, nothing, or empty before anything was asked."""

    kind: str
    asked: str
    cards: Sequence[AnswerCard]
    which: Phrase | None  # the question back
    shown: str  # codes, for the form that says: not what I want
    unwanted: str  # where that form goes; empty where it makes no sense
    takes_in: bool
    as_of: Phrase


@dataclass(frozen=True, slots=True)
class QuestionPage:
    template = "question.html"
    section = "items"
    answers: Answers


def show(request: Request) -> Response:
    """`q` is what was asked, `item` a choice out of several, `more` the codes that were not it: what else is near?"""
    return clean(request) or render(request, QuestionPage(answer_to(request, DESK_PLACE)))


def unwanted(request: Request, form: FormData) -> Response:
    return not_wanted(request, form, DESK_PLACE)


# -- for every place


def clean(request: Request) -> Response | None:
    """The same address without what points at a person, where something in it did: it is not to stay on the screen."""
    asked = request.query_params.get("q", "")
    if asked == harmless(asked):
        return None
    rest = {key: value for key, value in request.query_params.items() if key in ("item", "more")}
    return RedirectResponse(f"{request.url.path}?{urlencode({'q': harmless(asked)} | rest)}", status_code=303)


def answer_to(request: Request, place: Place) -> Answers:
    """What the parameters of an address ask for. A question that meets nothing is kept."""
    query = request.query_params
    return answer(
        request,
        query.get("q", ""),
        place,
        pick=query.get("item", "")[:10],
        but=query.get("more", "").split()[:SAID_CODES],
    )


def answer(request: Request, text: str, place: Place, *, pick: str = "", but: Sequence[str] = ()) -> Answers:
    """What the page shows; with `but`, what comes near besides these items.

    :raises Refused: no-item, for a `pick` that is none
    """
    here, asked = house(request), harmless(text)
    on = today(here.clock.now())
    if pick:
        item = here.shelf.catalogue.current(pick, on)
        return _answers(request, place, "one", asked, [Card(item, Passage("name", item.name), ())])
    if not asked:
        return _answers(request, place, "", "", [])
    said = here.asking.nearest(asked, on, but) if but else here.asking.answer(asked, on)
    match said:
        case One(card):
            return _answers(request, place, "one", asked, [card])
        case Several(cards, asks):
            return _answers(request, place, "several", asked, cards, asks)
        case Nothing():
            if not but:
                _keep(request, asked, Why.NOTHING, place, ())
            return _answers(request, place, "nothing", asked, [])


def not_wanted(request: Request, form: FormData, place: Place) -> Response:
    """Kept for the district; then what else comes near."""
    asked = harmless(forms.text(form, "q"))
    shown = [code[:10] for code in forms.text(form, "shown").split()[:SAID_CODES]]
    _keep(request, asked, Why.UNWANTED, place, shown)
    there = f"{url(request, place.ask)}?{urlencode({'q': asked, 'more': ' '.join(shown)})}"
    return see_other_url(request, there, said=say("ask.noted"))


def _keep(request: Request, asked: str, why: Why, place: Place, shown: Sequence[str]) -> None:
    """A full disk keeps nobody from being told that nothing was found."""
    here, signed_in = house(request), session.current(request)
    at, by = here.clock.now(), signed_in.account.name if signed_in else place.name
    with here.store.read() as db:
        if not asked or asking.is_left(db, asked, why, at):
            return
    try:
        with here.store.write() as tx:
            asking.leave(tx, here.pen, asked, why, place=place.name, shown=shown, by=by, at=at)
    except Refused as refused:
        if refused.code != "refused.disk-full":
            raise


def _answers(
    request: Request, place: Place, kind: str, asked: str, cards: Sequence[Card], asks: Sequence[Action] = ()
) -> Answers:
    return Answers(
        kind=kind,
        asked=asked,
        cards=[_card(request, place, asked, card) for card in cards],
        which=say("ask.which", kinds=" / ".join(_labels(request, asks))) if asks else None,
        shown=" ".join(card.item.code for card in cards),
        unwanted=url(request, place.unwanted) if asked and cards and "more" not in request.query_params else "",
        takes_in=place.takes_in,
        as_of=catalogue_version(request),
    )


def _card(request: Request, place: Place, asked: str, card: Card) -> AnswerCard:
    here, item = house(request), card.item
    facts, on = facts_of(request, item), today(here.clock.now())
    bring = _to_bring(request, item)
    return AnswerCard(
        code=item.code,
        name=item_name(request, item),
        actions=_labels(request, card.actions),
        takes=here.shelf.takes(item, on),
        mode=facts.mode,
        bring=bring[:BROUGHT],
        bring_more=max(0, len(bring) - BROUGHT),
        limits=facts.limits,
        fee=facts.fee,
        quoted=card.passage.text,
        field=say(f"ask.field-{card.passage.field}"),
        source=say("ask.source", code=item.code, version=item.version),
        basis=item.legal_basis[0].text if item.legal_basis else "",
        guide=url(request, place.guide, code=item.code),
        pick=f"{url(request, place.ask)}?{urlencode({'q': asked, 'item': item.code})}",
    )


def _labels(request: Request, actions: Sequence[Action]) -> list[str]:
    zh = session.lang(request) is Lang.ZH
    return [action.label if zh else action.label_en for action in actions]


def _to_bring(request: Request, item: Item) -> list[str]:
    zh = session.lang(request) is Lang.ZH
    return [material.name if zh else material.name_en for material in item.required_materials]
