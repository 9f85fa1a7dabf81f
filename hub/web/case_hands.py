"""Who has a case in hand, its open cards and its twins: what supervision adds to the page of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database
from starlette.requests import Request

from hub import carding, cards, holdings, worklists
from hub.web.shown import status_chip
from hub.web.worklist import TWINS_WITHIN
from protocol.cases.case import Case
from protocol.cases.rules import Role
from protocol.clock import moment, stamp
from protocol.console import session
from protocol.console.accounts import account
from protocol.console.pages import url
from protocol.console.parts import Chip
from protocol.console.texts import Phrase, say


@dataclass(frozen=True, slots=True)
class TwinShown:
    number: str
    href: str
    status: Chip
    at: datetime


@dataclass(frozen=True, slots=True)
class Hands:
    case: str
    held: Phrase | None  # by whom, and since when; None for nobody
    may_claim: bool
    may_release: bool
    take_over_href: str | None
    answers: Sequence[tuple[Phrase, str]]  # open cards that this person answers
    give_card_href: str | None
    twins: Sequence[TwinShown]


def hands_of(request: Request, db: Database, case: Case, at: datetime) -> Hands:
    me = session.who(request).account
    held = holdings.holding(db, case.id)
    mine = held is not None and held.account == me.name
    at_my_link = case.link in holdings.links_of(me)
    who = None
    if held is not None:
        ago = max(timedelta(), at - moment(held.since))
        who = say("held.by-you") if mine else say("held.by", who=account(db, held.account).display_name, ago=ago)
    takes_over = held is not None and not mine and at_my_link and held.may_be_taken_over(at)
    found = [cards.open_card(db, card.id) for card in case.cards if card.id not in case.answered_cards]
    return Hands(
        case=case.id,
        held=who,
        may_claim=at_my_link and held is None,
        may_release=mine,
        take_over_href=url(request, "case.take-over", case_id=case.id) if takes_over else None,
        answers=[
            (say("card.answer-title", card=say(f"flag.{card.colour}")), url(request, "card", card=card.id))
            for card in found
            if card is not None and carding.may_answer(card, me)
        ],
        give_card_href=url(request, "case.card", case_id=case.id) if me.may(Role.SUPERVISOR) else None,
        twins=[
            TwinShown(
                one.number, url(request, "case", case_id=one.case), status_chip(one.status), moment(one.opened_at)
            )
            for one in worklists.twins(db, case.id, stamp(at - TWINS_WITHIN))
        ],
    )
