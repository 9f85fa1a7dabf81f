"""Yellow and red cards: when the clocks themselves give one, to whom, and which are open.

CARD_RULES is the table: each row says from which day on a clock earns a card. A card is an act sealed to the hub;
this table of open cards follows from the acts and can be made again from them. Each clock gets each card once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlite_utils import Database

from protocol.cases.acts import CaseAct
from protocol.cases.case import Case
from protocol.cases.words import Act, Link, Role
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Unit
from protocol.clock import CHINA, moment
from protocol.clocks.states import ClockIs, ClockState
from protocol.exchange.journal import Heard

YELLOW, RED = "yellow", "red"
BY_HAND = "hand"  # in the place of rule and clock
NEAR_DAYS, NEAR_SHARE = 2, 20  # working days, percent of the clock
LONGEST_PAUSE = timedelta(days=30)

# who answers for a case that is at a station: the section that sent it there
_ANSWERS_FOR = {Link.INTAKE: Link.ACCEPTANCE, Link.HAND_OVER: Link.ISSUANCE}


@dataclass(frozen=True, slots=True)
class Rung:
    """A card that a case earns from the day `on`, up to `until` (None: as long as it is not answered for)."""

    rule: str
    colour: str
    on: date
    until: date | None
    basis: str  # which rule of which clock: given once
    why: str  # in the words of the record


@dataclass(frozen=True, slots=True)
class CardRule:
    name: str
    colour: str
    text: str  # in the words of the record
    window: Callable[[ClockState, Calendar], tuple[date, date | None] | None]


def _near(state: ClockState, calendar: Calendar) -> tuple[date, date | None] | None:
    """The last fifth of a statutory clock, or its last two working days; of a short one never more than its half."""
    if state.promised or state.due is None or state.unit in (Unit.INSTANT, Unit.HOUR):
        return None
    share = state.budget * NEAR_SHARE // 100
    if state.unit is Unit.WORKING_DAY:
        return _working_before(state.due, max(min(NEAR_DAYS, state.budget // 2), share), calendar), state.due
    two = _working_before(state.due, min(NEAR_DAYS, state.budget // 2), calendar)
    return min(two, state.due - timedelta(days=share)), state.due


def _over(state: ClockState, calendar: Calendar) -> tuple[date, date | None] | None:
    return (state.due + timedelta(days=1), None) if state.due and not state.promised else None


def _promise_over(state: ClockState, calendar: Calendar) -> tuple[date, date | None] | None:
    return (state.due + timedelta(days=1), None) if state.due and state.promised else None


CARD_RULES: tuple[CardRule, ...] = (
    CardRule("near", YELLOW, "法定期限将于 {due} 届满", _near),
    CardRule("promise-over", YELLOW, "承诺期限已于 {due} 届满，尚未办结", _promise_over),
    CardRule("over", RED, "法定期限已于 {due} 届满，尚未办结", _over),
)
PAUSE_RULE = "long-pause"
_PAUSED = "特别程序自 {since} 起已超过 30 日"
_TICKING = (ClockIs.RUNNING, ClockIs.OVERDUE, ClockIs.EXPIRED)


def rungs_of(case: Case, states: Sequence[ClockState], calendar: Calendar) -> list[Rung]:
    """Every card that the running clocks of a case have earned or will earn, earliest first."""
    found = []
    for state in states:
        if not state.on_us or state.history or state.state not in _TICKING:
            continue
        clock = f"{state.limit.what}.{state.limit.value}{state.limit.unit}/{state.started}"
        for rule in CARD_RULES:
            if (window := rule.window(state, calendar)) is not None:
                why = rule.text.format(due=state.due)
                found.append(Rung(rule.name, rule.colour, *window, f"{rule.name}:{clock}", why))
    if case.pause is not None:
        since = moment(case.pause.at).astimezone(CHINA).date()
        on, basis = since + LONGEST_PAUSE + timedelta(days=1), f"{PAUSE_RULE}:{case.pause.id[:8]}"
        found.append(Rung(PAUSE_RULE, YELLOW, on, None, basis, _PAUSED.format(since=since)))
    return sorted(found, key=lambda rung: (rung.on, rung.colour, rung.basis))


def earned(case: Case, rungs: Sequence[Rung], today: date) -> list[Rung]:
    """The cards to give today; each was given only once."""
    return [rung for rung in _open(case, rungs, today) if rung.on <= today]


def _open(case: Case, rungs: Sequence[Rung], today: date) -> list[Rung]:
    given = {card.basis for card in case.cards}
    return [rung for rung in rungs if rung.basis not in given and (rung.until is None or today <= rung.until)]


def follow_cards(
    tx: Database, case_id: str, case: Case | None, states: tuple[ClockState, ...], calendar: Calendar, today: date
) -> None:
    """What follows the standing of a case: on which day it may earn its next card."""
    days = [rung.on for rung in _open(case, rungs_of(case, states, calendar), today)] if case is not None else []
    if not days:
        tx.execute("delete from card_due where case_id = ?", (case_id,))
        return
    tx.execute(
        "insert into card_due (case_id, on_day) values (?,?) on conflict do update set on_day = excluded.on_day",
        (case_id, min(days).isoformat()),
    )


# -- the open cards


@dataclass(frozen=True, slots=True)
class OpenCard:
    id: str
    case: str
    number: str
    colour: str
    basis: str
    link: Link
    holder: str
    given_by: str
    given_at: str

    @property
    def rule(self) -> str:
        return self.basis.partition(":")[0]


def note_card(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook."""
    if act.act is Act.CARD and act in case.cards:
        held = tx.execute("select account from holdings where case_id = ?", (case.id,)).fetchone()
        link = case.link or Link.SUPERVISION
        tx.execute(
            "insert or ignore into cards (id, case_id, colour, basis, link, holder, given_by, given_at)"
            " values (?,?,?,?,?,?,?,?)",
            (
                act.id, case.id, act.card, act.basis or BY_HAND, _ANSWERS_FOR.get(link, link),
                str(held[0]) if held else "", act.by.account if act.by.role is not Role.SYSTEM else "", act.at,
            ),
        )  # fmt: skip
        if act.id in case.answered_cards:  # given back after a restore, in another order
            _answered(tx, act.id, act.at)
    elif act.act is Act.ANSWER_CARD and act.request in case.answered_cards:
        _answered(tx, act.request, act.at)


def _answered(tx: Database, card: str, at: str) -> None:
    tx.execute("update cards set answered_at = ? where id = ? and answered_at = ''", (at, card))


_COLUMNS = "k.id, k.case_id, c.number, k.colour, k.basis, k.link, k.holder, k.given_by, k.given_at"


def open_cards(db: Database, limit: int = 500) -> list[OpenCard]:
    """Red ones first, then the oldest."""
    rows = db.execute(
        f"select {_COLUMNS} from cards k join cases c on c.id = k.case_id where k.answered_at = ''"
        " order by k.colour, k.given_at limit ?",
        (limit,),
    ).fetchall()
    return [_card(row) for row in rows]


def open_card(db: Database, card: str) -> OpenCard | None:
    """None if there is none, or it has been answered."""
    rows = db.execute(
        f"select {_COLUMNS} from cards k join cases c on c.id = k.case_id where k.id = ? and k.answered_at = ''",
        (card,),
    ).fetchall()
    return _card(rows[0]) if rows else None


def count_open(db: Database) -> dict[str, int]:
    """By colour."""
    rows = db.execute("select colour, count(*) from cards where answered_at = '' group by colour").fetchall()
    return {str(row[0]): int(row[1]) for row in rows}


def _card(row: Sequence[object]) -> OpenCard:
    text = [str(value) for value in row]
    return OpenCard(text[0], text[1], text[2], text[3], text[4], Link(text[5]), text[6], text[7], text[8])


def _working_before(due: date, count: int, calendar: Calendar) -> date:
    """The earliest day from which at most `count` working days are left until `due`."""
    day = due
    while calendar.working_days(day - timedelta(days=1), due) <= count:
        day -= timedelta(days=1)
    return day
