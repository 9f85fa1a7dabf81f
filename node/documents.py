"""What a station's own documents say, and what it prints of the district's while the district's file is not there yet.

Pure: from the case and its item to the content. Times are those of the acts, so that the same act makes the same
bytes. A file that was made once is kept and is what every reprint prints; keeping is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from protocol.cases.acts import CaseAct, Made
from protocol.cases.case import Case
from protocol.cases.rules import Act, Flag, Status
from protocol.catalogue.items import Item, Mode, PaperForm, Unit
from protocol.clock import CHINA, moment
from protocol.documents.content import (
    Decision,
    DecisionKind,
    Delivered,
    Handover,
    IntakeReceipt,
    TakenMaterial,
    ToCorrect,
)
from protocol.documents.front import Front, Issuable
from protocol.documents.kinds import DOCUMENTS, Kind, Maker, number_of
from protocol.documents.records import Commitment, Licence
from protocol.documents.words import length_in_words
from protocol.errors import Refused

DECISIONS: dict[Act, tuple[DecisionKind, Kind]] = {
    Act.GRANT: (DecisionKind.GRANT, Kind.GRANT),
    Act.DEEM_RENEWED: (DecisionKind.GRANT, Kind.GRANT),
    Act.DECIDE_AT_ONCE: (DecisionKind.AT_ONCE, Kind.INSTANT),
    Act.DENY: (DecisionKind.DENIAL, Kind.DENIAL),
    Act.REFUSE_ACCEPTANCE: (DecisionKind.NON_ACCEPTANCE, Kind.NON_ACCEPTANCE),
    Act.DECLARE_NOT_REQUIRED: (DecisionKind.NOT_REQUIRED, Kind.NOT_REQUIRED),
}
CLOSINGS: dict[Act, Kind] = {Act.ALLOW_WITHDRAWAL: Kind.WITHDRAWAL, Act.CLOSE_LATE: Kind.TERMINATION}
_WITH_RESULT = (Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.HANDED_OVER, Status.ARCHIVED)
_WAYS = {"post": "邮寄送达", "proxy": "代收"}  # CaseAct.way of a hand-over


@dataclass(frozen=True, slots=True)
class Writing:
    """What a document is written from. `station` is the station's name, as people say it."""

    case: Case
    item: Item
    station: str


def ours(case: Case) -> list[Kind]:
    """The documents that this station makes of a case, in the order in which they come to be."""
    found = [Kind.RECEIPT]
    if Flag.COMMITTED in case.flags:
        found.append(Kind.COMMITMENT)
    found += decided_here(case)
    if case.status in _WITH_RESULT and result_of(case) is not None:
        found.append(Kind.PROOF)
    return found


def decided_here(case: Case) -> list[Kind]:
    """What this station itself says to the applicant of a case that was decided at once."""
    if case.decision is None or case.decision.act is not Act.DECIDE_AT_ONCE:
        return []
    return [Kind.INSTANT, Kind.INSTANT_LICENCE] if case.decision.licence is not None else [Kind.INSTANT]


def of_which_act(kind: Kind, case: Case) -> str | None:
    """The act that a document of ours says; None where it says the case."""
    return case.decision.id if case.decision is not None and kind in decided_here(case) else None


def theirs(case: Case) -> list[Kind]:
    """What the district says and has sent no file of: printed from the record until the file is there."""
    found = []
    made = {one.request for one in case.documents} | {one.made.number for one in case.documents if one.made}
    asked = last_act(case, Act.ASK_CORRECTION)
    if asked is not None and made.isdisjoint({asked.id, asked.number}):
        found.append(Kind.CORRECTION)
    if (
        case.decision is not None
        and not decided_here(case)
        and made.isdisjoint({case.decision.id, case.decision.number})
    ):
        found.append(DECISIONS[case.decision.act][1])
    return found


def content(kind: Kind, writing: Writing) -> Issuable:
    """:raises Refused: no-page, for a document that this case does not have (yet)"""
    if kind not in (*ours(writing.case), *theirs(writing.case)):
        raise Refused("refused.no-page")
    return _WRITERS[kind](writing)


def number_on(kind: Kind, case: Case) -> str:
    """The number of a document of ours; a second proof of service goes with a result that was issued anew."""
    return number_of(kind, case.number, _issues(case) if kind is Kind.PROOF else 1)


def _issues(case: Case) -> int:
    return max(1, sum(act.act is Act.ISSUE for act in case.line))


def is_ours(kind: Kind) -> bool:
    return DOCUMENTS[kind].maker is Maker.STATION


def _receipt(w: Writing) -> Issuable:
    told = taken_in(w.case)
    mode = told.intake.mode if told.intake else ""
    return IntakeReceipt(
        station=w.station,
        station_address="",
        case_number=w.case.number,
        item_code=w.item.code,
        item_name=w.item.name,
        item_version=w.item.version,
        applicant=w.case.applicant.name,
        applicant_id=w.case.applicant.number,
        materials=tuple(taken_materials(w.case, w.item)),
        taken_by=told.by.name or told.by.account,
        taken_at=moment(told.at),
        query_hint=f"{w.station}窗口",
        printed_at=moment(told.at),
        mode=Mode(mode) if mode in list(Mode) else None,
    )


def _commitment(w: Writing) -> Issuable:
    told = taken_in(w.case)
    promise = w.item.commitment
    if promise is None:
        raise Refused("refused.no-page")
    within = promise.check_within
    length = length_in_words(within.value, within.unit) if within.unit is not Unit.INSTANT else "适当时间"
    return Commitment(
        front=Front(
            authority=w.item.organ,
            number=number_of(Kind.COMMITMENT, w.case.number),
            case_number=w.case.number,
            item_code=w.item.code,
            item_name=w.item.name,
            item_version=w.item.version,
            applicant=w.case.applicant.name,
            applicant_id=w.case.applicant.number,
            day=day_of(told.at),
            printed_at=moment(told.at),
        ),
        conditions=promise.conditions,
        replaces="",
        consequences=promise.consequences,
        check=f"作出决定后{length}内，对承诺内容是否属实进行核查。",
        basis=(promise.basis,),
    )


def _proof(w: Writing) -> Issuable:
    """Before the hand-over with room for the time and the signature; afterwards as it was."""
    case = w.case
    result = result_of(case)
    assert result is not None
    kind, act = result
    done = last_act(case, Act.HAND_OVER) if case.status in (Status.HANDED_OVER, Status.ARCHIVED) else None
    from_act = done or case.issued or act
    papers = [Delivered(DOCUMENTS[kind].zh, act.number, 1)]
    if case.issued is not None and case.issued.licence is not None:
        papers.append(
            Delivered(w.item.licence.name if w.item.licence else w.item.result, case.issued.licence.number, 1)
        )
    return Handover(
        authority=w.item.organ,
        station=w.station,
        case_number=case.number,
        item_name=w.item.name,
        item_code=w.item.code,
        item_version=w.item.version,
        recipient=done.recipient if done else case.applicant.name,
        recipient_id=case.applicant.number if not done or done.recipient == case.applicant.name else "",
        documents=tuple(papers),
        way=_WAYS.get(done.way if done else "", "当面送达"),
        place=w.station,
        handed_by=done.by.name if done else "",
        handed_at=moment(done.at) if done else None,
        printed_at=moment(from_act.at),
        nth=_issues(case),
    )


def _notice(w: Writing) -> Issuable:
    told = need_act(w.case, Act.ASK_CORRECTION)
    names = {material.code: material.name for material in w.item.materials}
    names |= {field.key: field.label for field in w.item.fields}
    wanted = tuple(ToCorrect(names.get(one.about, one.about), one.problem) for one in told.corrections)
    return _decision(w, DecisionKind.CORRECTION, told, wanted)


def _result(w: Writing) -> Issuable:
    assert w.case.decision is not None
    return _decision(w, DECISIONS[w.case.decision.act][0], w.case.decision, ())


def _decision(w: Writing, kind: DecisionKind, told: CaseAct, to_correct: tuple[ToCorrect, ...]) -> Issuable:
    in_the_statute = tuple(basis.text for basis in w.item.legal_basis if basis.certainty == "S")
    return Decision(
        kind=kind,
        authority=w.item.organ,
        number=told.number,
        case_number=w.case.number,
        item_name=w.item.name,
        item_code=w.item.code,
        item_version=w.item.version,
        item_type=w.item.type,
        applicant=w.case.applicant.name,
        applicant_id=w.case.applicant.number,
        received_on=day_of(w.case.opened_at),
        decided_on=day_of(told.at),
        basis=(told.basis,) if told.basis else in_the_statute,
        facts="",
        reasons=told.reason,
        remedies=told.remedies,
        contact=w.station,
        printed_at=moment(told.at),
        to_correct=to_correct,
        hand_in_at=w.station if to_correct else "",
        proper_authority=told.competent,
    )


def _licence(w: Writing) -> Issuable:
    """The licence of a case that was decided at once: the hub's has the organ's seal and the same number."""
    told = w.case.decision
    assert told is not None
    assert told.licence is not None
    terms = told.licence
    shown = [field for field in w.item.fields if field.role is None and w.case.answers.get(field.key)]
    rows = []
    for field in shown[:6]:
        value = w.case.answers[field.key]
        rows.append((field.label, next((one.label for one in field.choices if one.value == value), value)))
    return Licence(
        front=Front(
            authority=w.item.organ,
            number=terms.number,
            case_number=w.case.number,
            item_code=w.item.code,
            item_name=w.item.name,
            item_version=w.item.version,
            applicant=terms.holder,
            applicant_id=w.case.applicant.number,
            day=date.fromisoformat(terms.valid_from),
            printed_at=moment(told.at),
            until=date.fromisoformat(terms.valid_to) if terms.valid_to else None,
        ),
        title=w.item.licence.name if w.item.licence is not None else w.item.result,
        rows=tuple(rows),
        scope=w.item.name,
        at_once=True,
    )


_WRITERS: dict[Kind, Callable[[Writing], Issuable]] = {
    Kind.RECEIPT: _receipt,
    Kind.COMMITMENT: _commitment,
    Kind.PROOF: _proof,
    Kind.CORRECTION: _notice,
    Kind.INSTANT_LICENCE: _licence,
    **dict.fromkeys((kind for _, kind in DECISIONS.values()), _result),
}


def taken_materials(case: Case, item: Item) -> list[TakenMaterial]:
    """What came with the first intake; a copy where the item takes one, because a scan is what stays here."""
    first = taken_in(case).intake
    taken = []
    for material in item.materials:
        count = sum(1 for paper in first.papers if paper.material == material.code) if first else 0
        form = PaperForm.COPY if PaperForm.COPY in material.forms else material.forms[0]
        if count:
            taken.append(TakenMaterial(material.name, form, count))
    return taken


def taken_in(case: Case) -> CaseAct:
    """The act that opened the case.

    :raises Refused: no-page
    """
    found = next((one for one in case.line if one.intake is not None), None)
    if found is None:
        raise Refused("refused.no-page")
    return found


def result_of(case: Case) -> tuple[Kind, CaseAct] | None:
    """What is handed over at the end, and the act that brought it about: a decision, or that the case was closed."""
    if case.decision is not None:
        return DECISIONS[case.decision.act][1], case.decision
    closed = next((act for act in reversed(case.line) if act.act in CLOSINGS), None)
    return (CLOSINGS[closed.act], closed) if closed is not None else None


def last_act(case: Case, act: Act) -> CaseAct | None:
    """The last standing act of a kind."""
    return next((one for one in reversed(case.line) if one.act is act), None)


def need_act(case: Case, act: Act) -> CaseAct:
    """:raises Refused: no-page"""
    found = last_act(case, act)
    if found is None:
        raise Refused("refused.no-page")
    return found


def find_made(case: Case, digest: str) -> Made:
    """:raises Refused: no-paper, for one that is not this case's"""
    made = next((one.made for one in case.documents if one.made and one.made.digest == digest), None)
    if made is None:
        raise Refused("refused.no-paper", paper=digest[:8])
    return made


def day_of(text: str) -> date:
    return moment(text).astimezone(CHINA).date()
