"""The open cards, red ones first; answering one; and a supervisor's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import carding, cards, decisions, lines
from hub.cards import RED, YELLOW
from hub.web.room import by, room
from hub.web.shown import item_name
from protocol.cases.case import Case
from protocol.cases.rules import REMARKS, Act, Link, Role, Side
from protocol.clock import moment
from protocol.console import accounts, forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Filled, Icon, Text, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

SHOWN = 200


@dataclass(frozen=True, slots=True)
class CardLine:
    card: Chip
    href: str
    number: str
    item: str
    why: Phrase
    reason: str  # in the words of the record
    answers: Text  # who has to
    given_by: Text
    given_at: datetime
    open_for: timedelta
    answer_href: str | None


@dataclass(frozen=True, slots=True)
class CardsPage:
    template = "cards.html"
    section = "cards"
    groups: Sequence[tuple[Phrase, Sequence[CardLine]]]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class CardPage:
    """Of one card to be answered, or of one to be given."""

    template = "card.html"
    section = "cards"
    title: Phrase
    lead: Phrase
    why: str
    number: str
    item: str
    form: Filled
    colours: Sequence[tuple[str, Phrase]]
    yes: Phrase
    post_to: str
    back_href: str


def show_cards(request: Request) -> Response:
    """By the link that answers, in the order of the pipeline."""
    desk, me, at = room(request), session.who(request).account, room(request).clock.now()
    with desk.store.read() as db:
        found = cards.open_cards(db, SHOWN)
        names = {one.name: one.display_name for one in accounts.accounts(db)}
        cases = {card.case: desk.book.case(db, card.case) for card in found}
    groups = []
    for link in Link:
        mine = [
            CardLine(
                card=_chip(card.colour),
                href=url(request, "case", case_id=card.case),
                number=card.number,
                item=_item(request, case),
                why=say(f"card.why.{card.rule}"),
                reason=next((one.reason for one in case.cards if one.id == card.id), ""),
                answers=names.get(card.holder, card.holder) if card.holder else say("card.section"),
                given_by=names.get(card.given_by, card.given_by) if card.given_by else say("card.by-clock"),
                given_at=moment(card.given_at),
                open_for=max(timedelta(), at - moment(card.given_at)),
                answer_href=url(request, "card", card=card.id) if carding.may_answer(card, me) else None,
            )
            for card in found
            if card.link is link and (case := cases[card.case]) is not None
        ]
        if mine:
            groups.append((say(f"link.{link}"), mine))
    return render(request, CardsPage(groups, at))


def show_card(request: Request) -> Response:
    return _answer_page(request, Filled())


def answer(request: Request, body: FormData) -> Response:
    desk, me, at = room(request), session.who(request).account, room(request).clock.now()
    reason = forms.text(body, "reason")
    if not reason:
        return _answer_page(request, Filled({}, {"reason": say("card.reason-empty")}), status=422)
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        case_id = carding.answer(
            tx, desk.store, desk.pen, desk.book, request.path_params["card"], desk.seal,
            reason=reason, account=me, by=by(request, *REMARKS[Act.ANSWER_CARD][Side.HUB]), at=at,
        )  # fmt: skip
        lines.bring_up_to_date(tx, desk.book, desk.shelf, at, only=[case_id])
        there = url(request, "case", case_id=case_id)
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("card.answered"))


def show_give(request: Request) -> Response:
    return _give_page(request, Filled({"colour": YELLOW}))


def give(request: Request, body: FormData) -> Response:
    desk, at, case_id = room(request), room(request).clock.now(), request.path_params["case_id"]
    colour, reason = forms.text(body, "colour"), forms.text(body, "reason")
    problems = {"reason": say("card.reason-empty")} if not reason else {}
    if colour not in (YELLOW, RED):
        problems["colour"] = say("card.colour-empty")
    if problems:
        return _give_page(request, Filled({"colour": colour, "reason": reason}, problems), status=422)
    there = url(request, "case", case_id=case_id)
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        carding.give(
            tx, desk.store, desk.pen, desk.book, case_id, desk.seal,
            colour=colour, reason=reason, by=by(request, Role.SUPERVISOR), at=at,
        )  # fmt: skip
        lines.bring_up_to_date(tx, desk.book, desk.shelf, at, only=[case_id])
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("card.given"))


def _answer_page(request: Request, form: Filled, status: int = 200) -> Response:
    """:raises Refused: card-answered, not-your-card"""
    desk = room(request)
    with desk.store.read() as db:
        card = cards.open_card(db, request.path_params["card"])
        if card is None:
            raise Refused("refused.card-answered")
        case = decisions.need_case(db, desk.book, card.case)
    if not carding.may_answer(card, session.who(request).account):
        raise Refused("refused.not-your-card")
    why = next((one.reason for one in case.cards if one.id == card.id), "")
    page = CardPage(
        title=say("card.answer-title", card=say(f"flag.{card.colour}")),
        lead=say(f"card.why.{card.rule}"),
        why=why,
        number=case.number,
        item=_item(request, case),
        form=form,
        colours=[],
        yes=say("card.answer-do"),
        post_to=url(request, "card.answer", card=card.id),
        back_href=url(request, "case", case_id=case.id),
    )
    return render(request, page, status=status)


def _give_page(request: Request, form: Filled, status: int = 200) -> Response:
    desk = room(request)
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, request.path_params["case_id"])
    page = CardPage(
        title=say("card.give-title"),
        lead=say("card.give-lead"),
        why="",
        number=case.number,
        item=_item(request, case),
        form=form,
        colours=[(YELLOW, say("flag.yellow")), (RED, say("flag.red"))],
        yes=say("card.give-do"),
        post_to=url(request, "case.card.give", case_id=case.id),
        back_href=url(request, "case", case_id=case.id),
    )
    return render(request, page, status=status)


def _chip(colour: str) -> Chip:
    return Chip(say(f"flag.{colour}"), Tone.BAD if colour == RED else Tone.WARN, Icon.ALERT)


def _item(request: Request, case: Case) -> str:
    return item_name(request, room(request).shelf.item(case.item, case.item_version), case.item)
