"""What an officer does to a case: the rule, the record and the entry in the journal in one unit of work.

Every step, the inner ones too, is told to the case's station. What the station may not read is
sealed to the hub itself: the station keeps it, can give it back after a lost disk, and cannot open it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from hub.citing import rules_behind
from hub.documents import document_number
from hub.lawful import require_lawful
from hub.retelling import retell
from protocol import attention
from protocol.casebook import Casebook, Inner, encode_inner, tell
from protocol.cases.acts import By, CaseAct, Correction, LicenceTerms, Paper, Survey
from protocol.cases.case import Case
from protocol.cases.guard import check
from protocol.cases.rules import ANSWERS, INNER, Act, Role, Side, Status, rule_for
from protocol.catalogue.items import Stop
from protocol.catalogue.law import Law
from protocol.clock import CHINA, stamp
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.exchange.messages import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an officer wrote and chose for one act; the fields are those of CaseAct."""

    reason: str = ""
    remedies: str = ""
    basis: str = ""
    corrections: Sequence[Correction] = ()
    papers: Sequence[Paper] = ()
    proposal: str = ""
    simple: bool = False
    competent: str = ""
    stop: Stop | None = None
    expected: str = ""
    chair: str = ""
    person: str = ""
    survey: Survey | None = None
    passed: bool = False
    counts_from: str = ""
    licence: LicenceTerms | None = None
    package: str = ""
    to: str = ""


_NOTHING = Said()
_HOUSE = By("house", Role.SYSTEM)  # does what the applicant asked for
_AS_WISHED = "申请人要求到该站点领取"
_TO_A_DESK = frozenset({Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN})  # a paper waits there to be fetched


def decide(
    tx: Database,
    pen: Journal,
    book: Casebook,
    law: Law,
    case_id: str,
    act: Act,
    act_id: bytes,
    *,
    by: By,
    at: datetime,
    seen: str,
    said: Said = _NOTHING,
) -> CaseAct:
    """Move the case by one act of RULES, or answer its open request. Returns the act as it was told.

    `seen` is the last act on the page that the officer looked at.
    :raises Refused: case-moved if it is not the last one any more; whatever RULES and DUTIES forbid; and what the
        law of the item says against it (hub/lawful.py); no-station, for a MOVE to one that the register does not have
    """
    case = need_case(tx, book, case_id)
    if seen != (case.tip or ""):
        raise Refused("refused.case-moved")
    if case.open_request is not None and act not in ANSWERS:
        raise Refused("refused.request-open")
    request = case.open_request.id if case.open_request is not None and act in ANSWERS else None
    if act in ANSWERS and request is None:
        raise Refused("refused.not-answerable")
    rule = rule_for(case.status, act)
    if rule is not None and rule.then in _TO_A_DESK and case.status not in _TO_A_DESK and knows(tx, case.fetch_at):
        case = send_where_wished(tx, pen, book, case, hashlib.sha256(act_id + b"move").digest()[:16], at)
    if act is Act.MOVE and not knows(tx, said.to):
        raise Refused("refused.no-station", station=said.to)
    fields = {name: getattr(said, name) for name in said.__slots__}
    texts = {name: value.strip() for name, value in fields.items() if isinstance(value, str)}
    told = CaseAct(
        case=case.id,
        id=act_id.hex(),
        act=act,
        follows=case.tip,
        by=by,
        at=stamp(at),
        number=document_number(case, act),
        request=request,
        rules=rules_behind(tx, act, rule, at.astimezone(CHINA).date()),
        **(fields | texts | {"corrections": list(said.corrections), "papers": list(said.papers)}),
    )
    check(case, act, Side.HUB, by, told)
    require_lawful(tx, law, case, told)
    if act is Act.MOVE:
        _move(tx, pen, book, case, told, at)
    else:
        pen.write(tx, case.station, Kind.CASE_ACT, tell(told), by=by.account, at=at, case=case.id)
    return told


def send_where_wished(tx: Database, pen: Journal, book: Casebook, case: Case, act_id: bytes, at: datetime) -> Case:
    """The case lies afterwards where the applicant wants to fetch the result. Returns it as it then is.

    :raises Refused: whatever RULES forbid
    """
    told = CaseAct(
        case=case.id, id=act_id.hex(), act=Act.MOVE, follows=case.tip, by=_HOUSE, at=stamp(at), to=case.fetch_at,
        reason=_AS_WISHED,
    )  # fmt: skip
    check(case, Act.MOVE, Side.HUB, _HOUSE, told)
    _move(tx, pen, book, case, told, at)
    return need_case(tx, book, case.id)


def _move(tx: Database, pen: Journal, book: Casebook, case: Case, told: CaseAct, at: datetime) -> None:
    """The new station first hears the whole case, then that it holds it; the others hear of it with the next round."""
    retell(tx, pen, book, replace(case, station=told.to), told.to, at)
    pen.write(tx, told.to, Kind.CASE_ACT, tell(told), by=told.by.account, at=at, case=case.id)


def knows(db: Database, station: str) -> bool:
    return bool(station) and db.execute("select 1 from stations where name = ?", (station,)).fetchone() is not None


def tell_inner(
    tx: Database, pen: Journal, case: Case, told: CaseAct, seal: Callable[[bytes], bytes], *, at: datetime
) -> None:
    """Write an act of INNER, closed with the hub's own key before it goes into the journal.

    :raises Refused: whatever RULES forbid
    """
    assert told.act in INNER
    _require_begun(case)
    check(case, told.act, Side.HUB, told.by, told)
    inner = encode_inner(Inner(case.id, told.id, seal(tell(told))))
    pen.write(tx, case.station, Kind.CASE_INNER, inner, by=told.by.account, at=at, case=case.id)


def note(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act_id: bytes,
    seal: Callable[[bytes], bytes],
    *,
    text: str,
    by: By,
    at: datetime,
) -> None:
    """An inner opinion."""
    case = need_case(tx, book, case_id)
    if not text.strip():
        raise Refused("refused.reason-missing", act=Act.NOTE)
    told = CaseAct(
        case=case.id, id=act_id.hex(), act=Act.NOTE, follows=case.tip, by=by, at=stamp(at), reason=text.strip()
    )
    tell_inner(tx, pen, case, told, seal, at=at)


def settle_set_aside(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    aside: str,
    act_id: bytes,
    *,
    reason: str,
    by: By,
    at: datetime,
) -> None:
    """A person has looked at an act that was set aside, and the standing line stays: why is told to the station too.

    Both versions stay in the record for ever.
    """
    case = need_case(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.SETTLE)
    _require_begun(case)
    if all(step.act.id != aside for step in case.set_aside):
        raise Refused("refused.attention-gone")
    told = CaseAct(
        case=case.id, id=act_id.hex(), act=Act.SETTLE, follows=case.tip, by=by, at=stamp(at), reason=reason.strip(),
        request=aside,
    )  # fmt: skip
    check(case, Act.SETTLE, Side.HUB, by, told)
    pen.write(tx, case.station, Kind.CASE_ACT, tell(told), by=by.account, at=at, case=case.id)
    attention.settle(tx, "request-overtaken", aside, by=by.account, at=stamp(at), note=reason)


def _require_begun(case: Case) -> None:
    """After a lost disk later acts may be here before the first one: nobody knows yet to which station to speak.

    :raises Refused: no-case
    """
    if case.status is None:
        raise Refused("refused.no-case", case=case.id[:8])


def need_case(db: Database, book: Casebook, case_id: str) -> Case:
    """:raises Refused: no-case"""
    case = book.case(db, case_id)
    if case is None:
        raise Refused("refused.no-case", case=case_id[:8])
    return case
