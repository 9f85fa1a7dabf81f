"""What an officer does to a case: the rule, the record and the entry in the journal in one unit of work.

Every step, the inner ones too, is told to the case's station. What the station may not read is
sealed to the hub itself: the station keeps it, can give it back after a lost disk, and cannot open it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from hub.worklists import papers_of
from protocol import attention
from protocol.casebook import Casebook, Inner, encode_inner, tell
from protocol.cases.acts import By, CaseAct, Correction, Paper
from protocol.cases.case import Case, check
from protocol.cases.rules import ANSWERS, Act, Side
from protocol.clock import stamp
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.exchange.messages import Kind

# Documents that an act produces, named after the case number: no counter that a restored hub could use twice.
_DOCUMENT = {
    Act.ACCEPT: "受理",
    Act.ASK_CORRECTION: "补正",
    Act.REFUSE_ACCEPTANCE: "不予受理",
    Act.GRANT: "准予",
    Act.DENY: "不予",
}


def decide(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act: Act,
    act_id: bytes,
    *,
    by: By,
    at: datetime,
    seen: str,
    reason: str = "",
    remedies: str = "",
    basis: str = "",
    corrections: Sequence[Correction] = (),
) -> None:
    """Move the case by one act of RULES, or answer its open request.

    `seen` is the last act on the page that the officer looked at.
    :raises Refused: case-moved if it is not the last one any more; papers-missing for a grant; or whatever RULES forbid
    """
    case = need_case(tx, book, case_id)
    if seen != (case.tip or ""):
        raise Refused("refused.case-moved")
    if case.open_request is not None and act not in ANSWERS:
        raise Refused("refused.request-open")
    request = case.open_request.id if case.open_request is not None and act in ANSWERS else None
    if act in ANSWERS and request is None:
        raise Refused("refused.not-answerable")
    document = _DOCUMENT.get(act)
    told = CaseAct(
        case=case.id,
        id=act_id.hex(),
        act=act,
        follows=case.tip,
        by=by,
        at=stamp(at),
        reason=reason.strip(),
        remedies=remedies.strip(),
        basis=basis.strip(),
        number=f"{case.number}·{document}" if document else "",
        corrections=list(corrections),
        request=request,
    )
    check(case, act, Side.HUB, by, told)
    if act is Act.GRANT:
        _require_papers(tx, case)
    pen.write(tx, case.station, Kind.CASE_ACT, tell(told), by=by.account, at=at, case=case.id)


def away(db: Database, case: Case) -> list[Paper]:
    """Papers that the case names and that are not whole here yet."""
    here = papers_of(db, case.id)
    return [paper for paper in case.papers if paper.digest not in here or not here[paper.digest].is_here]


def _require_papers(tx: Database, case: Case) -> None:
    """Nothing is granted on papers that nobody here can have read. Every other act may be done without them: a
    refusal or a correction notice must not wait for a wire.

    :raises Refused: papers-missing
    """
    missing = away(tx, case)
    if missing:
        codes = sorted({paper.material for paper in missing})
        raise Refused("refused.papers-missing", missing=", ".join(codes))


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
    """An inner opinion. `seal` closes it with the hub's own key before it goes into the journal."""
    case = need_case(tx, book, case_id)
    if not text.strip():
        raise Refused("refused.reason-missing", act=Act.NOTE)
    told = CaseAct(
        case=case.id, id=act_id.hex(), act=Act.NOTE, follows=case.tip, by=by, at=stamp(at), reason=text.strip()
    )
    check(case, Act.NOTE, Side.HUB, by, told)
    inner = encode_inner(Inner(case.id, told.id, seal(tell(told))))
    pen.write(tx, case.station, Kind.CASE_INNER, inner, by=by.account, at=at, case=case.id)


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
    if all(step.act.id != aside for step in case.set_aside):
        raise Refused("refused.attention-gone")
    told = CaseAct(
        case=case.id, id=act_id.hex(), act=Act.SETTLE, follows=case.tip, by=by, at=stamp(at), reason=reason.strip(),
        request=aside,
    )  # fmt: skip
    check(case, Act.SETTLE, Side.HUB, by, told)
    pen.write(tx, case.station, Kind.CASE_ACT, tell(told), by=by.account, at=at, case=case.id)
    attention.settle(tx, "request-overtaken", aside, by=by.account, at=stamp(at), note=reason)


def need_case(db: Database, book: Casebook, case_id: str) -> Case:
    """:raises Refused: no-case"""
    case = book.case(db, case_id)
    if case is None:
        raise Refused("refused.no-case", case=case_id[:8])
    return case
