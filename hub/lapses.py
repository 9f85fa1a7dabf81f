"""What the law itself does by lapse of time: deemed acceptance, deemed renewal. It never refuses anything.

Where the law takes something from the applicant (a correction that never came), a person is asked instead. Nothing
happens while the hub's own clock is in doubt: a machine that wakes up in another year must not accept a district.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from sqlite_utils import Database

from hub import lines
from hub.decisions import Said, decide
from protocol import attention
from protocol.casebook import Casebook
from protocol.cases.acts import By, CaseAct
from protocol.cases.case import Case
from protocol.cases.rules import rule_for
from protocol.cases.words import Act, Role, Side
from protocol.catalogue.items import OnExpiry
from protocol.catalogue.law import Law
from protocol.clock import CHINA, moment, stamp
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState
from protocol.exchange.journal import Heard, Journal
from protocol.store import Store

log = logging.getLogger(__name__)

CLOCK = By("clock", Role.SYSTEM)
DOUBT = timedelta(hours=6)  # between our clock and those of the stations: then ours may be the wrong one
HEARD_WITHIN = timedelta(days=1)
DARK_FOR = timedelta(days=60)  # longer than a station works on with no wire at all: then its clock was wrong
DOUBTED = "receipt-doubted"  # of protocol/attention.py

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
    """Write what the law has done to at most `limit` cases whose time has run out. Returns how many acts were written.

    Every one whose day has passed is looked at, however many wait for a person: nobody's right hangs on another's case.
    """
    today = at.astimezone(CHINA).date().isoformat()
    found: list[str] = []
    with store.read() as db:
        if not clock_is_believed(db, at):
            log.warning("the clock is in doubt; no time limit is acted upon")
            return 0
        rows = db.execute("select case_id from standing where effect_on < ? order by effect_on", (today,)).fetchall()
        for row in rows:
            case = book.case(db, str(row[0]))
            if case is not None and _due(db, case, law, at):
                found.append(case.id)
            if len(found) == limit:
                break
    return sum(_act_on(store, pen, book, law, case_id, at) for case_id in found)


def _due(db: Database, case: Case, law: Law, at: datetime) -> list[ClockState]:
    """The time limits whose expiry is to be written down now: by the law, or to ask a person."""
    item = law.item(case.item, case.item_version)
    if item is None:
        return []
    found = []
    for state in _expired(case, clocks_of_case(case, item, law.calendar, at)):
        assert state.effect is not None
        if state.effect in _ASKS_A_PERSON:
            if (
                state.met_on is None
                and not state.provisional
                and not attention.was_put(db, "supply-overdue", f"{case.id}/{state.started}")
            ):
                found.append(state)
            continue
        rule = rule_for(case.status, _EFFECTS[state.effect][0])
        if rule is not None and _receipt_is_doubted(db, case):
            if not attention.was_put(db, DOUBTED, case.id):
                found.append(state)
            continue
        if state.provisional:
            continue  # holidays of a year whose notice is not out may put the last day off
        if rule is not None and not rule.bars & case.flags and case.open_request is None:
            found.append(state)
    return found


def note_doubted_receipt(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook: nobody can have brought papers on a day that has not come yet."""
    is_ahead = act.at > heard.heard_at  # as texts: nearly never, so nearly never read as moments
    if is_ahead and act.intake is not None and moment(act.at) > moment(heard.heard_at) + DOUBT:
        _put_doubt(tx, case, heard.heard_at)


def _receipt_is_doubted(db: Database, case: Case) -> bool:
    """It was taken in so long before it came here that the station's clock must have been wrong."""
    row = db.execute("select heard_at from cases where id = ?", (case.id,)).fetchone()
    return row is not None and moment(str(row[0])) - moment(case.opened_at) > DARK_FOR


def _put_doubt(tx: Database, case: Case, at: str) -> None:
    attention.put_once(tx, DOUBTED, case.id, at=at, case=case.id, detail={"number": case.number})


def _act_on(store: Store, pen: Journal, book: Casebook, law: Law, case_id: str, at: datetime) -> int:
    with store.write() as tx:
        case = book.case(tx, case_id)
        done = 0
        for state in _due(tx, case, law, at) if case is not None else ():
            assert case is not None
            assert state.effect is not None
            if state.effect in _ASKS_A_PERSON:
                attention.put_once(
                    tx, "supply-overdue", f"{case.id}/{state.started}", at=stamp(at), case=case.id,
                    detail={"number": case.number},
                )  # fmt: skip
                continue
            if _receipt_is_doubted(tx, case):
                _put_doubt(tx, case, stamp(at))
                continue
            act, reason = _EFFECTS[state.effect]
            day = (state.effect_from or state.due or at.date()).isoformat()
            said = Said(reason=reason, basis=state.limit.basis, counts_from=day)
            decide(tx, pen, book, law, case.id, act, _id_of(case, act), by=CLOCK, at=at, seen=case.tip or "", said=said)
            done = 1
            break  # the case is another one now
        lines.bring_up_to_date(tx, book, law, at, only=[case_id])
    return done


def _id_of(case: Case, act: Act) -> bytes:
    """The law acts once: a hub that has lost its disk and does it again says the same act, and no second version of it."""
    return hashlib.sha256(f"{case.id}/{case.tip}/{act}".encode()).digest()[:16]


def _expired(case: Case, states: tuple[ClockState, ...]) -> Iterator[ClockState]:
    if case.owner is Side.HUB:
        for state in states:
            if state.state is ClockIs.EXPIRED and not state.history and state.effect is not None:
                yield state


def clock_is_believed(db: Database, at: datetime) -> bool:
    """Most of the stations heard in the last day agree with ours to within some hours.

    Where none was heard there is nobody to agree: a hub that wakes up in another year has heard nobody in it.
    """
    since, until = stamp(at - HEARD_WITHIN), stamp(at + HEARD_WITHIN)
    rows = db.execute("select skew_s from peers where heard_at > ? and heard_at < ?", (since, until)).fetchall()
    skews = [abs(float(row[0] or 0)) for row in rows]
    return bool(skews) and median(skews) < DOUBT.total_seconds()
