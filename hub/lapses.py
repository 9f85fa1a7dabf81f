"""What the law itself does by lapse of time: deemed acceptance, deemed renewal. It never refuses anything.

Where the law takes something from the applicant (a correction that never came), a person is asked instead. Nothing
happens while the hub's own clock is in doubt: a machine that wakes up in another year must not accept a district.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from sqlite_utils import Database

from hub import lines
from hub.decisions import Said, decide
from protocol import attention
from protocol.casebook import Casebook
from protocol.cases.acts import By
from protocol.cases.case import Case
from protocol.cases.rules import rule_for
from protocol.cases.words import Act, Role, Side
from protocol.catalogue.items import OnExpiry
from protocol.catalogue.law import Law
from protocol.clock import CHINA, stamp
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState
from protocol.exchange.journal import Journal
from protocol.store import Store

log = logging.getLogger(__name__)

CLOCK = By("clock", Role.SYSTEM)
DOUBT = timedelta(hours=6)  # between our clock and those of the stations: then ours may be the wrong one
HEARD_WITHIN = timedelta(days=1)

# what the law does, and in which words it is written down; RULES say in which status
_EFFECTS: dict[OnExpiry, tuple[Act, str]] = {
    OnExpiry.DEEMED_ACCEPTED: (
        Act.DEEM_ACCEPTED,
        "逾期未一次告知需要补正的全部内容，自收到申请材料之日起即为受理（行政许可法第三十二条第一款第四项）",
    ),
    OnExpiry.DEEMED_RENEWED: (
        Act.DEEM_RENEWED,
        "在该行政许可有效期届满前未作出是否准予延续的决定，视为准予延续（行政许可法第五十条第二款）",
    ),
}
_ASKS_A_PERSON = frozenset({OnExpiry.DEEMED_WITHDRAWN, OnExpiry.ABANDONED})


def let_the_law_act(store: Store, pen: Journal, book: Casebook, law: Law, at: datetime, limit: int = 100) -> int:
    """Write what the law has done to cases whose time has run out. Returns how many acts were written."""
    today = at.astimezone(CHINA).date().isoformat()
    with store.read() as db:
        if not clock_is_believed(db, at):
            log.warning("the clock is in doubt; no time limit is acted upon")
            return 0
        rows = db.execute("select case_id from standing where effect_on < ? limit ?", (today, limit)).fetchall()
    return sum(_act_on(store, pen, book, law, str(row[0]), at) for row in rows)


def _act_on(store: Store, pen: Journal, book: Casebook, law: Law, case_id: str, at: datetime) -> int:
    with store.write() as tx:
        case = book.case(tx, case_id)
        item = law.item(case.item, case.item_version) if case is not None else None
        if case is None or item is None:
            return 0
        done = 0
        for state in _expired(case, clocks_of_case(case, item, law.calendar, at)):
            assert state.effect is not None
            if state.effect in _ASKS_A_PERSON:
                attention.put_once(
                    tx, "supply-overdue", f"{case.id}/{state.started}", at=stamp(at), case=case.id,
                    detail={"number": case.number},
                )  # fmt: skip
                continue
            act, reason = _EFFECTS[state.effect]
            rule = rule_for(case.status, act)
            if rule is None or rule.bars & case.flags or case.open_request is not None:
                continue
            day = (state.effect_from or state.due or at.date()).isoformat()
            said = Said(reason=reason, basis=state.limit.basis, counts_from=day)
            decide(tx, pen, book, law, case.id, act, store.entropy(16), by=CLOCK, at=at, seen=case.tip or "", said=said)
            done = 1
            break  # the case is another one now
        lines.bring_up_to_date(tx, book, law, at, only=[case_id])
    return done


def _expired(case: Case, states: tuple[ClockState, ...]) -> Iterator[ClockState]:
    if case.owner is Side.HUB:
        for state in states:
            if state.state is ClockIs.EXPIRED and not state.history and state.effect is not None:
                yield state


def clock_is_believed(db: Database, at: datetime) -> bool:
    """Most of the stations heard in the last day agree with ours to within some hours."""
    rows = db.execute("select skew_s from peers where heard_at > ?", (stamp(at - HEARD_WITHIN),)).fetchall()
    skews = [abs(float(row[0] or 0)) for row in rows]
    return not skews or median(skews) < DOUBT.total_seconds()
