"""Which document an act wants, and what stands in it: from the case, the act and the item's law to its content.

Pure. The words of the law stand in the templates; here is only what differs from case to case. Times are those of
the act, so the same act makes the same bytes whenever they are made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from protocol.cases.acts import CaseAct
from protocol.cases.case import Case, Standing
from protocol.cases.fold import fold
from protocol.cases.licences import GIVEN_UP
from protocol.cases.words import Act
from protocol.catalogue.items import Item, LimitKind
from protocol.catalogue.law import Law
from protocol.clock import CHINA, moment
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockState
from protocol.documents import notices, records
from protocol.documents.content import Decision, DecisionKind, ToCorrect
from protocol.documents.front import Front, Issuable, chinese_date
from protocol.documents.kinds import Kind, number_of
from protocol.documents.notices import Acceptance, Lacking, LimitShown
from protocol.documents.words import length_in_words, stop_in_words

DOCUMENT_OF: dict[Act, Kind] = {
    Act.ACCEPT: Kind.ACCEPTANCE,
    Act.ACCEPT_CONDITIONALLY: Kind.CONDITIONAL,
    Act.DEEM_ACCEPTED: Kind.ACCEPTANCE,
    Act.ASK_CORRECTION: Kind.CORRECTION,
    Act.DECLARE_NOT_REQUIRED: Kind.NOT_REQUIRED,
    Act.REFUSE_ACCEPTANCE: Kind.NON_ACCEPTANCE,
    Act.CLOSE_LATE: Kind.TERMINATION,
    Act.COUNTERSIGN_SURVEY: Kind.SURVEY,
    Act.PAUSE: Kind.SPECIAL,
    Act.EXTEND: Kind.EXTENSION,
    Act.GRANT: Kind.GRANT,
    Act.DEEM_RENEWED: Kind.GRANT,
    Act.DENY: Kind.DENIAL,
    Act.ALLOW_WITHDRAWAL: Kind.WITHDRAWAL,
    Act.CANCEL_LICENCE: Kind.CANCELLATION,
    Act.REVOKE_LICENCE: Kind.REVOCATION,
}


def kinds_of(act: CaseAct) -> list[Kind]:
    """The documents that an act brings about: at most one notice or decision, and the licence with its issue, or
    with the confirmation of what a station decided at once."""
    if act.act in (Act.ISSUE, Act.CONFIRM):
        return [Kind.LICENCE] if act.licence is not None and act.licence.change != GIVEN_UP else []
    return [DOCUMENT_OF[act.act]] if act.act in DOCUMENT_OF else []


def document_number(case: Case, act: Act) -> str:
    """Of the notice or decision that an act will produce, "" if none; the second of its kind on a case says so."""
    kind = DOCUMENT_OF.get(act)
    if kind is None:
        return ""
    before = sum(DOCUMENT_OF.get(step.act.act) is kind for step in case.steps)
    return number_of(kind, case.number, before + 1)


@dataclass(frozen=True, slots=True)
class Writing:
    """What every document is written from. `case` is the case as it was right after the act."""

    case: Case
    act: CaseAct
    item: Item
    law: Law
    contact: str  # where the applicant can ask
    place: str  # the station, where papers are brought and results fetched

    @property
    def day(self) -> date:
        return moment(self.act.at).astimezone(CHINA).date()

    def front(self, number: str, until: date | None = None) -> Front:
        case, item = self.case, self.item
        return Front(
            authority=item.organ,
            number=number,
            case_number=case.number,
            item_code=item.code,
            item_name=item.name,
            item_version=item.version,
            applicant=case.applicant.name,
            applicant_id=case.applicant.number,
            day=self.day,
            printed_at=moment(self.act.at),
            until=until,
        )

    def clocks(self) -> tuple[ClockState, ...]:
        return clocks_of_case(self.case, self.item, self.law.calendar, moment(self.act.at))

    def done(self, *acts: Act) -> CaseAct | None:
        """The last of these acts that stands."""
        return next((one for one in reversed(self.case.line) if one.act in acts), None)


def write(kind: Kind, writing: Writing) -> Issuable:
    return _WRITERS[kind](writing)


def _acceptance(w: Writing) -> Issuable:
    states = [state for state in w.clocks() if state.limit.what is LimitKind.DECISION and not state.history]
    lacking = tuple(
        Lacking(material.name if (material := w.item.material(one.about)) else one.about, one.problem)
        for one in w.act.corrections
    )
    supply = next((state for state in w.clocks() if state.limit.what is LimitKind.SUPPLY), None)
    is_deemed = w.act.act is Act.DEEM_ACCEPTED
    return Acceptance(
        front=w.front(w.act.number),
        received_on=_day(w.case.opened_at),
        counted_from=date.fromisoformat(w.act.counts_from) if w.act.counts_from else w.day,
        limits=tuple(map(_shown, states)),
        contact=w.contact,
        query_hint=f"{w.place}，办件编号 {w.case.number}",
        is_deemed=is_deemed,
        lacking=lacking,
        lacking_due=supply.due if supply and lacking else None,
        lacking_follows="逾期未补齐的，依法终止办理。" if lacking else "",
    )  # fmt: skip


def _shown(state: ClockState) -> LimitShown:
    name = "承诺期限" if state.promised else "法定期限"
    due = chinese_date(state.due) if state.due is not None else ""
    return LimitShown(name, length_in_words(state.budget, state.unit), due)


def _decision(kind: DecisionKind) -> Callable[[Writing], Issuable]:
    def write_it(w: Writing) -> Issuable:
        item, act = w.item, w.act
        names = {material.code: material.name for material in item.materials}
        names |= {field.key: field.label for field in item.fields}
        wanted = tuple(ToCorrect(names.get(one.about, one.about), one.problem) for one in act.corrections)
        supply = next((state for state in w.clocks() if state.limit.what is LimitKind.SUPPLY), None)
        is_correction = kind is DecisionKind.CORRECTION
        return Decision(
            kind=kind,
            authority=item.organ,
            number=act.number,
            case_number=w.case.number,
            item_name=item.name,
            item_code=item.code,
            item_version=item.version,
            item_type=item.type,
            applicant=w.case.applicant.name,
            applicant_id=w.case.applicant.number,
            received_on=_day(w.case.opened_at),
            decided_on=w.day,
            basis=(act.basis,) if act.basis else tuple(b.text for b in item.legal_basis if b.certainty == "S"),
            facts=w.case.review.reason if w.case.review is not None and w.case.review.act is not act.act else "",
            reasons=act.reason,
            remedies=act.remedies,
            contact=w.contact,
            printed_at=moment(act.at),
            to_correct=wanted if is_correction else (),
            hand_in_at=w.place if is_correction else "",
            due_on=supply.due if is_correction and supply is not None else None,
            proper_authority=act.competent,
        )

    return write_it


def _special(w: Writing) -> Issuable:
    assert w.act.stop is not None
    limits = [limit for limit in w.item.limits if w.act.stop in limit.stops_on]
    return notices.special_procedure(
        w.front(w.act.number),
        procedure=stop_in_words(w.act.stop),
        begins_on=w.day,
        expected=w.act.expected or "以实际所需时间为准",
        reason=w.act.reason,
        basis=limits[0].basis if limits else "",
        contact=w.contact,
        stops=bool(limits),
    )


def _extension(w: Writing) -> Issuable:
    state = next(state for state in w.clocks() if state.limit.extendable is not None and not state.history)
    earlier = replace(w, case=as_of(w.case, w.act, included=False))
    before = next(one for one in earlier.clocks() if one.limit is state.limit)
    assert state.limit.extendable is not None
    extendable = state.limit.extendable
    return notices.extension(
        w.front(w.act.number),
        before=before.due or w.day,
        now_due=state.due or w.day,
        by=length_in_words(extendable.value, extendable.unit),
        approver=w.act.by.name or w.act.by.account,
        reason=w.act.reason,
        basis=extendable.basis,
        contact=w.contact,
    )


def _survey(w: Writing) -> Issuable:
    record = w.done(Act.RECORD_SURVEY)
    assert record is not None
    assert record.survey is not None
    survey = record.survey
    marks = {"pass": True, "fail": False, "n/a": None}
    return records.SurveyRecord(
        front=w.front(w.act.number),
        surveyors=(
            records.Surveyor(record.by.name or record.by.account, record.by.account),
            records.Surveyor(w.act.by.name or w.act.by.account, w.act.by.account),
        ),
        came_at=moment(survey.arrived),
        left_at=moment(survey.left),
        place=survey.place,
        standard=w.item.survey.basis,
        points=tuple(records.Point(one.point, one.remark or one.result, marks.get(one.result)) for one in survey.findings),
        conclusion="符合" if survey.passed else "不符合",
        photos=tuple(records.Photo(paper.name, paper.digest, moment(record.at)) for paper in record.papers),
        opinion=survey.applicant_says,
    )  # fmt: skip


def _withdrawal(w: Writing) -> Issuable:
    asked = w.done(Act.ASK_WITHDRAWAL)
    return notices.withdrawal(
        w.front(w.act.number),
        asked_on=_day(asked.at) if asked else w.day,
        reason=asked.reason if asked else "",
        contact=w.contact,
    )


def _termination(w: Writing) -> Issuable:
    return notices.termination(w.front(w.act.number), reason=w.act.reason, remedies=w.act.remedies, contact=w.contact)


def _end_of_licence(make: Callable[..., notices.Notice]) -> Callable[[Writing], Issuable]:
    def write_it(w: Writing) -> Issuable:
        terms = w.case.issued.licence if w.case.issued is not None else None
        return make(
            w.front(w.act.number),
            licence_number=terms.number if terms else (w.case.decision.number if w.case.decision else ""),
            issued_on=date.fromisoformat(terms.valid_from) if terms else w.day,
            effective_on=w.day,
            reason=w.act.reason,
            basis=w.act.basis,
            remedies=w.act.remedies,
            contact=w.contact,
        )

    return write_it


def _licence(w: Writing) -> Issuable:
    terms = w.act.licence
    assert terms is not None
    shown = [field for field in w.item.fields if field.role is None and w.case.answers.get(field.key)]
    rows = []
    for field in shown[:6]:
        value = w.case.answers[field.key]
        rows.append((field.label, next((c.label for c in field.choices if c.value == value), value)))
    return records.Licence(
        front=w.front(terms.number, date.fromisoformat(terms.valid_to) if terms.valid_to else None),
        title=w.item.licence.name if w.item.licence is not None else w.item.result,
        rows=tuple(rows),
        scope=w.item.name,
    )


def as_of(case: Case, act: CaseAct, *, included: bool = True) -> Case:
    """The case as it was right after an act, or right before it: a document says nothing of later days.

    Of an act that was set aside since: as it was when that act stood, without what was set aside beside it.
    """
    told, step = [], next(step for step in case.steps if step.act.id == act.id)
    behind = _behind(case, act) if step.standing is not Standing.STANDS else None
    for one in case.steps:
        if one.act.id == act.id and not included:
            break
        if behind is None or one.act.id in behind or one.standing is Standing.STANDS:
            told.append(one.told)
        if one.act.id == act.id:
            break
    return fold(told)


def _behind(case: Case, act: CaseAct) -> set[str]:
    """The act, what it follows and answers, and so on back to the first."""
    by_id = {step.act.id: step.act for step in case.steps}
    found: set[str] = set()
    ids = [act.id]
    while ids:
        one = ids.pop()
        if one in by_id and one not in found:
            found.add(one)
            ids += [before for before in (by_id[one].follows, by_id[one].request) if before]
    return found


def _day(text: str) -> date:
    return moment(text).astimezone(CHINA).date()


_WRITERS: dict[Kind, Callable[[Writing], Issuable]] = {
    Kind.ACCEPTANCE: _acceptance,
    Kind.CONDITIONAL: _acceptance,
    Kind.CORRECTION: _decision(DecisionKind.CORRECTION),
    Kind.NOT_REQUIRED: _decision(DecisionKind.NOT_REQUIRED),
    Kind.NON_ACCEPTANCE: _decision(DecisionKind.NON_ACCEPTANCE),
    Kind.GRANT: _decision(DecisionKind.GRANT),
    Kind.DENIAL: _decision(DecisionKind.DENIAL),
    Kind.SPECIAL: _special,
    Kind.EXTENSION: _extension,
    Kind.SURVEY: _survey,
    Kind.WITHDRAWAL: _withdrawal,
    Kind.TERMINATION: _termination,
    Kind.CANCELLATION: _end_of_licence(notices.cancellation),
    Kind.REVOCATION: _end_of_licence(notices.revocation),
    Kind.LICENCE: _licence,
}
