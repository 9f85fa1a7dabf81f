"""One act on one case: why it may not stand there, and what it does if it may.

The fold and the guard in front of a person ask the same two functions, so what a page offers and what the
record later says cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping

from protocol.cases.acts import CaseAct, Told
from protocol.cases.case import Case
from protocol.cases.duties import DUTY_OF, TWO_PERSONS, conflict
from protocol.cases.rules import ANSWERS, BARRED, REMARKS, REQUESTS, Rule, rule_for
from protocol.cases.words import Act, Duty, Flag, Need, Role, Status
from protocol.catalogue.items import Stop

DECISIONS = frozenset({Act.GRANT, Act.DENY, Act.DEEM_RENEWED, Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED})


def why_not(case: Case, told: Told, requests: Mapping[str, CaseAct], answered: set[str]) -> str:
    """The code of the rule that forbids this act in the line of the case, or ""."""
    act = told.act
    rule = rule_for(case.status, act.act)
    if rule is None:
        return "refused.not-open"
    if rule.side is not told.side:
        return "refused.not-owner"
    if act.by.role not in rule.roles:
        return "refused.role"
    if rule.bars or rule.wants:
        barred = rule.bars & case.flags
        if barred:
            return BARRED.get(min(barred), "refused.not-open")
        if not rule.wants <= case.flags:
            return "refused.not-open"
    return why_not_this_person(case, act) or _what_lacks(case, rule, act, requests, answered)


def why_not_this_person(case: Case, act: CaseAct) -> str:
    people = act.by.people
    if case.recused and any(person in case.recused for person in people):
        return "refused.recused"
    if case.done_by:
        row = conflict(DUTY_OF.get(act.act), people, case.done_by)
        if row is not None:
            return row.code
    two = TWO_PERSONS.get(act.act)
    if two is not None and any(person in case.last_by.get(two[0], ()) for person in people):
        return two[1]
    is_hearing = act.act is Act.PAUSE and act.stop is Stop.HEARING
    if is_hearing and (act.chair in people or act.chair in case.done_by.get(Duty.REVIEW, ())):
        return "refused.chair-reviews"
    if act.act is Act.RECUSE and act.person not in people and act.by.role is not Role.LEADER:
        return "refused.role"
    return ""


def _what_lacks(case: Case, rule: Rule, act: CaseAct, requests: Mapping[str, CaseAct], answered: set[str]) -> str:
    for need in rule.needs:
        if need is Need.REQUEST:
            if act.request not in requests or act.request in answered:
                return "refused.not-answerable"
        elif not _HAS[need](act):
            return _LACKS.get(need, "refused.incomplete")
    if act.act is Act.PAUSE and act.stop is Stop.HEARING and not act.chair:
        return "refused.incomplete"
    return ""


_HAS = {
    Need.INTAKE: lambda act: act.intake is not None,
    Need.REASON: lambda act: bool(act.reason.strip()),
    Need.REMEDIES: lambda act: bool(act.remedies.strip()),
    Need.CORRECTIONS: lambda act: bool(act.corrections),
    Need.PROPOSAL: lambda act: act.proposal in ("grant", "deny"),
    Need.SURVEY: lambda act: act.survey is not None and bool(act.survey.findings),
    Need.STOP: lambda act: act.stop is not None and act.stop is not Stop.CORRECTION,
    Need.PERSON: lambda act: bool(act.person),
    Need.DAY: lambda act: bool(act.counts_from),
    Need.PACKAGE: lambda act: bool(act.package),
}
_LACKS = {
    Need.INTAKE: "refused.form",
    Need.REASON: "refused.reason-missing",
    Need.REMEDIES: "refused.remedies-missing",
    Need.CORRECTIONS: "refused.reason-missing",
}


def why_not_beside(case: Case, told: Told) -> str:
    """The same for a remark or a request: they stand beside the line and move nothing."""
    act = told.act.act
    if act in REMARKS:
        sides = REMARKS[act]
        if told.side not in sides:
            return "refused.not-owner"
        roles = sides[told.side]
    else:
        side, roles, _ = REQUESTS[act]
        if told.side is not side:
            return "refused.not-owner"
    return "" if told.act.by.role in roles else "refused.role"


def is_beside(case: Case, told: Told) -> bool:
    if told.act.act in REMARKS:
        return True
    return told.act.act in REQUESTS and case.status is not None and case.owner is not told.side


def apply(case: Case, told: Told, requests: dict[str, CaseAct], answered: set[str]) -> None:
    """What holds after an act that stands."""
    act = told.act
    rule = rule_for(case.status, act.act)
    assert rule is not None
    then = rule.then or _then(case, act.act)
    _keep_what_it_brings(case, act)
    if act.act in REQUESTS:
        requests[act.id] = act
    if act.act in ANSWERS and act.request is not None:
        answered.add(act.request)
    if rule.clears:
        case.flags -= rule.clears
    if rule.sets:
        case.flags |= rule.sets
    duty = DUTY_OF.get(act.act)
    if duty is not None:
        case.done_by.setdefault(duty, set()).update(act.by.people)
    case.last_by[act.act] = act.by.people
    case.was_accepted = case.was_accepted or then is Status.ACCEPTED
    case.status, case.tip, case.moved_at = then, act.id, act.at


def _then(case: Case, act: Act) -> Status:
    if act is Act.RETURN_RESULT:
        denied = case.decision is not None and case.decision.act is Act.DENY
        return Status.DENIED if denied else Status.GRANTED
    return Status.ACCEPTED if case.was_accepted else Status.RECEIVED


def _keep_what_it_brings(case: Case, act: CaseAct) -> None:
    what = act.act
    if act.intake is not None and case.status is None:
        intake = act.intake
        case.intake = intake
        case.number, case.station = intake.number, intake.station
        case.item, case.item_version = intake.item, intake.item_version
        case.applicant = intake.applicant
        case.answers = dict(intake.answers)
        case.papers = list(intake.papers)
        case.opened_at = act.at
        if intake.committed:
            case.flags.add(Flag.COMMITTED)
    elif what is Act.SUPPLEMENT:
        case.answers.update(act.answers)
        case.papers.extend(act.papers)
        case.corrections = []
    elif what is Act.ASK_CORRECTION:
        case.corrections = list(act.corrections)
    elif what is Act.ACCEPT:
        if act.simple:
            case.flags.add(Flag.SIMPLE)
    elif what is Act.ACCEPT_CONDITIONALLY:
        case.lacking = [one.about for one in act.corrections]
    elif what is Act.PAUSE:
        case.pause = act
        if act.stop is Stop.HEARING:
            case.done_by.setdefault(Duty.HEARING, set()).add(act.chair)
    elif what is Act.RESUME:
        case.pause = None
    elif what is Act.RECUSE:
        case.recused.add(act.person)
    elif what is Act.REVIEW:
        case.review = act
    elif what is Act.CHECK_PROMISE:
        if not act.passed:
            case.flags.add(Flag.PROMISE_BROKEN)
    elif what is Act.ISSUE:
        case.issued = act
    elif what is Act.REOPEN:
        case.decision = case.review = None
    if what in DECISIONS:
        case.decision = act
        if what is Act.GRANT and Flag.COMMITTED in case.flags:
            case.flags.add(Flag.CHECK_DUE)
