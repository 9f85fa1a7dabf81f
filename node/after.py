"""What a station does to a case that it has sent: its own moves, and what it only asks or adds.

Each function writes the record and the entry in the journal in the unit of work of its caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlite_utils import Database

from node.desk import blank, need_case, need_held, say_to_hub
from node.documents import decided_here
from node.drafts import draft_for
from node.dues import correction_clock, local_day
from protocol import attention
from protocol.casebook import Casebook, documents_of
from protocol.cases.acts import By, CaseAct, Made, Paper
from protocol.cases.case import Case
from protocol.cases.guard import check
from protocol.cases.rules import Act, Role, Side, Status
from protocol.catalogue.law import Law
from protocol.clock import stamp
from protocol.documents.kinds import HANDED
from protocol.errors import Refused
from protocol.exchange.journal import Journal

CLOCK = By("clock", Role.SYSTEM, "")  # lapse of time itself; no account


# -- the correction never came


def lapse(
    tx: Database,
    pen: Journal,
    book: Casebook,
    law: Law,
    case_id: str,
    act_id: bytes,
    *,
    reason: str = "",
    by: By,
    at: datetime,
) -> None:
    """The time for the correction is over: the case goes back to the district, which decides what follows.

    :raises Refused: time-left, before the last day has passed; reason-missing, where the item's law sets no time
    """
    case = need_held(tx, book, case_id)
    act = blank(case, Act.LAPSE, by, id_=act_id.hex(), at=at, reason=reason.strip())
    check(case, Act.LAPSE, Side.STATION, by, act)
    clock = correction_clock(case, law, at)
    if clock is not None and clock.due is not None and local_day(at) <= clock.due:
        raise Refused("refused.time-left", until=clock.due.isoformat())
    if clock is None and not act.reason:
        raise Refused("refused.reason-missing", act=Act.LAPSE)
    say_to_hub(tx, pen, act, at)


def lapse_by_itself(
    tx: Database, pen: Journal, book: Casebook, law: Law, case_id: str, act_id: bytes, at: datetime
) -> bool:
    """The same by lapse of time; False if the case is not to go.

    Never where the law of the item sets no time or its last day hangs on a year whose holidays are not known, and not
    while somebody is putting the correction together: he may have been handed it in time.
    """
    case = book.case(tx, case_id)
    if (
        case is None
        or case.status is not Status.RETURNED
        or case.station != book.party
        or draft_for(tx, case_id) is not None
    ):
        return False
    clock = correction_clock(case, law, at)
    if clock is None or clock.due is None or clock.provisional or local_day(at) <= clock.due:
        return False
    lapse(tx, pen, book, law, case_id, act_id, by=CLOCK, at=at)
    return True


def returned_cases(db: Database) -> list[str]:
    """Those that wait for a correction, by id."""
    rows = db.execute("select id from cases where owner = 'station' and status = ?", (Status.RETURNED,)).fetchall()
    return [str(row[0]) for row in rows]


# -- the result


def hand_over(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act_id: bytes,
    *,
    recipient: str,
    by: By,
    at: datetime,
    stands_for: str = "",
    parcel: str = "",
    papers: Sequence[Paper] = (),
) -> None:
    """The result is in the applicant's hands (送达): identity seen, and the signature is on paper.

    `recipient` says who took it, `stands_for` in which capacity if it was not the applicant, `parcel` under which number
    it was posted (邮寄送达). `papers` are the signature and the authorisation where they were taken as pictures; their
    bytes are in the blob store already, and go to the district with the act.
    :raises Refused: recipient-missing; result-not-here, while a document that is to be handed over is on its way;
        not-printed, for a decision of this station's own that nobody has printed yet
    """
    case = need_held(tx, book, case_id)
    if not recipient.strip():
        raise Refused("refused.recipient-missing")
    way, signed = ("proxy", f"代收：{stands_for.strip()}") if stands_for.strip() else ("person", "本人签收")
    seen = "已核对身份，送达回证已签字"
    if parcel.strip():
        way, signed, seen = "post", f"邮寄送达：{parcel.strip()}", "回执存档"
    told = CaseAct(
        case=case.id,
        id=act_id.hex(),
        act=Act.HAND_OVER,
        follows=case.tip,
        by=by,
        at=stamp(at),
        recipient=recipient.strip(),
        reason=f"{signed}；{seen}",
        way=way,
        papers=list(papers),
    )
    check(case, Act.HAND_OVER, Side.STATION, by, told)
    if not {kind.value for kind in decided_here(case)} <= {made.kind for made in to_hand_over(case)}:
        raise Refused("refused.not-printed")
    on_its_way = len(documents_missing(tx, case))
    if case.status is Status.WITHDRAWN and not to_hand_over(case):
        on_its_way = 1  # the district is still printing it, and nobody else can
    if on_its_way:
        raise Refused("refused.result-not-here", count=on_its_way)
    say_to_hub(tx, pen, told, at)


def documents_missing(db: Database, case: Case) -> list[Made]:
    """Documents that are to be handed over and whose bytes are not here yet."""
    here = {
        str(row[0])
        for row in db.execute(
            "select digest from papers where case_id = ? and here = 1", (documents_of(case.id),)
        ).fetchall()
    }
    return [made for made in to_hand_over(case) if made.digest not in here]


def to_hand_over(case: Case) -> list[Made]:
    """The last of each kind: what was made anew takes the place of what was returned.

    Nothing of an act that does not stand, or that a reopening took back: nobody is handed a grant that was none.
    """
    holds: set[str] = set()
    for act in case.line:
        if act.act is Act.REOPEN:
            holds.clear()
        holds.add(act.id)
    mine = [told for told in case.documents if told.request is None or told.request in holds]
    last = {told.made.kind: told.made for told in mine if told.made and told.made.kind in HANDED}
    return list(last.values())


def return_result(
    tx: Database, pen: Journal, book: Casebook, case_id: str, act_id: bytes, *, reason: str, by: By, at: datetime
) -> None:
    """There is an error on what was issued: back to those who issue, with what is wrong."""
    case = need_held(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.RETURN_RESULT)
    act = blank(case, Act.RETURN_RESULT, by, id_=act_id.hex(), at=at, reason=reason.strip())
    check(case, Act.RETURN_RESULT, Side.STATION, by, act)
    say_to_hub(tx, pen, act, at)


# -- beside the line


def ask_move(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act_id: bytes,
    to: str,
    *,
    reason: str,
    by: By,
    at: datetime,
) -> None:
    """The applicant wants to fetch the result at station `to`: the district moves the case when there is one.

    :raises Refused: not-holder; reason-missing; same-station; not-open, once the result is with the applicant
    """
    case = need_held(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.ASK_MOVE)
    if to == case.station:
        raise Refused("refused.same-station")
    if case.status in (Status.HANDED_OVER, Status.ARCHIVED):
        raise Refused("refused.not-open", act=Act.ASK_MOVE, status=case.status)
    act = replace(blank(case, Act.ASK_MOVE, by, id_=act_id.hex(), at=at, reason=reason.strip()), to=to)
    check(case, Act.ASK_MOVE, Side.STATION, by, act)
    say_to_hub(tx, pen, act, at)


def ask_withdrawal(
    tx: Database, pen: Journal, book: Casebook, case_id: str, act_id: bytes, *, reason: str, by: By, at: datetime
) -> None:
    """The applicant wants the case back: a request while the hub owns it."""
    case = need_case(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.ASK_WITHDRAWAL)
    act = blank(case, Act.ASK_WITHDRAWAL, by, id_=act_id.hex(), at=at, reason=reason.strip())
    check(case, Act.ASK_WITHDRAWAL, Side.STATION, by, act)
    say_to_hub(tx, pen, act, at)


def rescan(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act_id: bytes,
    lost: str,
    paper: Paper,
    *,
    by: By,
    at: datetime,
) -> None:
    """A scan that neither this station nor the district has any more was taken again. Moves nothing else.

    The bytes of `paper` are in the blob store already.
    :raises Refused: no-paper, for a scan that is not lost
    """
    case = need_case(tx, book, case_id)
    gone = tx.execute("select 1 from papers where digest = ? and case_id = ? and lost = 1", (lost, case_id)).fetchone()
    if gone is None or all(one.digest != lost for one in case.papers):
        raise Refused("refused.no-paper", paper=lost[:8])
    act = CaseAct(
        case=case.id,
        id=act_id.hex(),
        act=Act.RESCAN,
        follows=case.tip,
        by=by,
        at=stamp(at),
        papers=[paper],
        instead=lost,
    )
    check(case, Act.RESCAN, Side.STATION, by, act)
    say_to_hub(tx, pen, act, at)


def attach(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act_id: bytes,
    made: Made,
    *,
    by: By,
    at: datetime,
    of: str | None = None,
) -> None:
    """A document of this station's own was produced and its bytes are kept: from here on a reprint is these bytes.

    `of`: the act that it says; what was decided at once and reversed is handed to nobody. Nothing happens if one of
    that kind and number is named already.
    """
    case = need_case(tx, book, case_id)
    if made_before(case, made.kind, made.number) is not None:
        return
    act = CaseAct(
        case=case.id, id=act_id.hex(), act=Act.ATTACH, follows=case.tip, by=by, at=stamp(at), made=made, request=of
    )
    check(case, Act.ATTACH, Side.STATION, by, act)
    say_to_hub(tx, pen, act, at)


def note_found_again(tx: Database, digest: str, *, at: datetime) -> None:
    """A document of ours whose bytes were lost was made again, and they are the same: the district is offered them."""
    tx.execute("update papers set here = 1, lost = 0, there = 0 where digest = ?", (digest,))
    attention.settle(tx, "paper-lost", digest, by=CLOCK.account, at=stamp(at))


def made_before(case: Case, kind: str, number: str) -> Made | None:
    """The document of a kind and number that stands on the case; the first, if it was made twice."""
    return next(
        (told.made for told in case.documents if told.made and (told.made.kind, told.made.number) == (kind, number)),
        None,
    )


def note_reveal(tx: Database, case_id: str, *, by: By, at: datetime) -> None:
    """An applicant's numbers were shown in full to this person."""
    tx.execute("insert into reveals (case_id, account, at) values (?,?,?)", (case_id, by.account, stamp(at)))
