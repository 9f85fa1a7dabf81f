"""Giving a card and answering it. The clock gives what CARD_RULES say, a supervisor what he has seen himself.

A card moves no case and decides nothing: it asks whoever has the case in hand why it lies there. A red one that nobody
answers within a working day comes before the agency's head.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from hub import lines
from hub.cards import BY_HAND, OpenCard, earned, open_card, rungs_of
from hub.decisions import need_case, tell_inner
from hub.lapses import CLOCK, clock_is_believed
from protocol import attention
from protocol.casebook import Casebook
from protocol.cases.acts import By, CaseAct
from protocol.cases.case import Case
from protocol.cases.duties import ROLES_OF
from protocol.cases.words import Act, Role
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.law import Law
from protocol.clock import CHINA, moment, stamp
from protocol.clocks.of_case import clocks_of_case
from protocol.console.accounts import Account
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.store import Store

UNANSWERED = "red-card-unanswered"  # of protocol/attention.py
ANSWER_WITHIN = 1  # working days, for a red card

Seal = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Supervision:
    store: Store
    pen: Journal
    book: Casebook
    law: Law
    seal: Seal  # closes what only the hub may read

    def give_cards(self, at: datetime, limit: int = 100) -> int:
        """Every card that is earned today, once; on a day on which nobody works none. Returns how many.

        What stands unanswered for too long comes before the agency's head.
        """
        today, calendar = _day(at), self.law.calendar
        if not calendar.is_working(today):
            return 0
        with self.store.read() as db:
            if not clock_is_believed(db, at):
                return 0
            due = db.execute(
                "select case_id from card_due where on_day <= ? limit ?", (today.isoformat(), limit)
            ).fetchall()
            silent = _unanswered(db, calendar, today)
        for card in silent:
            with self.store.write() as tx:
                _escalate(tx, card, at)
        return sum(self._give_to(str(row[0]), at, calendar) for row in due)

    def _give_to(self, case_id: str, at: datetime, calendar: Calendar) -> int:
        with self.store.write() as tx:
            case = self.book.case(tx, case_id)
            item = self.law.item(case.item, case.item_version) if case is not None else None
            cards = []
            if case is not None and item is not None:
                states = clocks_of_case(case, item, calendar, at)
                cards = earned(case, rungs_of(case, states, calendar), _day(at))
                for rung in cards:
                    told = _card(self.store, case, rung.colour, rung.why, rung.basis, CLOCK, at)
                    tell_inner(tx, self.pen, case, told, self.seal, at=at)
            lines.bring_up_to_date(tx, self.book, self.law, at, only=[case_id])
            return len(cards)


def give(
    tx: Database, store: Store, pen: Journal, book: Casebook, case_id: str, seal: Seal, *,
    colour: str, reason: str, by: By, at: datetime,
) -> None:  # fmt: skip
    """A supervisor's own card.

    :raises Refused: no-case, reason-missing, role
    """
    case = need_case(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.CARD)
    told = _card(store, case, colour, reason.strip(), BY_HAND, by, at)
    tell_inner(tx, pen, case, told, seal, at=at)


def may_answer(card: OpenCard, account: Account) -> bool:
    """Whoever had the case in hand when it was given; else anybody of the section; the agency's head always."""
    if account.may(Role.LEADER) or card.holder == account.name:
        return True
    return not card.holder and account.may(*ROLES_OF[card.link])


def answer(
    tx: Database, store: Store, pen: Journal, book: Casebook, card_id: str, seal: Seal, *,
    reason: str, account: Account, by: By, at: datetime,
) -> str:  # fmt: skip
    """Why the case lies there, and what comes next. Returns the id of the case.

    :raises Refused: card-answered, not-your-card, reason-missing
    """
    card = open_card(tx, card_id)
    if card is None:
        raise Refused("refused.card-answered")
    if not may_answer(card, account):
        raise Refused("refused.not-your-card")
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.ANSWER_CARD)
    case = need_case(tx, book, card.case)
    told = CaseAct(
        case=case.id, id=store.entropy(16).hex(), act=Act.ANSWER_CARD, follows=case.tip, by=by, at=stamp(at),
        reason=reason.strip(), request=card.id,
    )  # fmt: skip
    tell_inner(tx, pen, case, told, seal, at=at)
    attention.settle(tx, UNANSWERED, card.id, by=by.account, at=stamp(at))
    return case.id


def _card(store: Store, case: Case, colour: str, reason: str, basis: str, by: By, at: datetime) -> CaseAct:
    return CaseAct(
        case=case.id, id=store.entropy(16).hex(), act=Act.CARD, follows=case.tip, by=by, at=stamp(at),
        card=colour, reason=reason, basis=basis,
    )  # fmt: skip


def _unanswered(db: Database, calendar: Calendar, today: date) -> list[tuple[str, str]]:
    """Red cards, with their cases, that have been open for more than a working day and that nobody was told of."""
    rows = db.execute(
        "select id, case_id, given_at from cards where answered_at = '' and colour = 'red' and escalated_at = ''"
    ).fetchall()
    return [
        (str(row[0]), str(row[1]))
        for row in rows
        if calendar.working_days(_day(moment(str(row[2]))), today) > ANSWER_WITHIN
    ]


def _escalate(tx: Database, card: tuple[str, str], at: datetime) -> None:
    number = tx.execute("select number from cases where id = ?", (card[1],)).fetchone()
    attention.put_once(tx, UNANSWERED, card[0], at=stamp(at), case=card[1], detail={"number": str(number[0])})
    tx.execute("update cards set escalated_at = ? where id = ?", (stamp(at), card[0]))


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()
