"""One act on one case: why it may not stand there, and what it does if it may.

The fold and the guard in front of a person ask the same two functions, so what a page offers and what the
record later says cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from protocol.cases.acts import CaseAct, Told
from protocol.cases.case import Case
from protocol.cases.duties import DUTY_OF, TWO_PERSONS, conflict
from protocol.cases.rules import ANSWERS, BARRED, REMARKS, REQUESTS, Rule, rule_for
from protocol.cases.words import Act, Duty, Flag, Need, Role, Side, Status
from protocol.catalogue.items import InstantOutcome, Stop

GRANTS = frozenset({Act.GRANT, Act.DEEM_RENEWED, Act.DECIDE_AT_ONCE})
DECISIONS = GRANTS | {Act.DENY, Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED}


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
    if told.side is Side.STATION and told.station and case.station and told.station != case.station:
        return "refused.not-holder"
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
    is_hearing = act.stop is not None and act.stop is Stop.HEARING and act.act is Act.PAUSE
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
    if act.act is Act.MOVE and act.to == case.station:
        return "refused.same-station"
    if act.stop is not None and act.stop is Stop.HEARING and act.act is Act.PAUSE and not act.chair:
        return "refused.incomplete"
    return ""


_HAS: dict[Need, Callable[[CaseAct], bool]] = {
    Need.INTAKE: lambda act: act.intake is not None,
    Need.REASON: lambda act: bool(act.reason.strip()),
    Need.REMEDIES: lambda act: bool(act.remedies.strip()),
    Need.CORRECTIONS: lambda act: bool(act.corrections),
    Need.PROPOSAL: lambda act: act.proposal in ("grant", "deny"),
    Need.SURVEY: lambda act: act.survey is not None and bool(act.survey.findings),
    Need.STOP: lambda act: act.stop is not None and act.stop is not Stop.CORRECTION,
    Need.PERSON: lambda act: bool(act.person),
    Need.DAY: lambda act: bool(act.counts_from),
    Need.PLACE: lambda act: bool(act.to),
    Need.PACKAGE: lambda act: bool(act.package),
    Need.TRACE: lambda act: act.trace is not None and act.trace.outcome == InstantOutcome.GRANT,
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
    brings = _BRINGS.get(act.act)
    if brings is not None:
        brings(case, act)
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


def _submit(case: Case, act: CaseAct) -> None:
    intake = act.intake
    if intake is None or case.status is not None:
        return
    case.intake = intake
    case.number, case.station = intake.number, intake.station
    case.known_at = [intake.station]
    case.fetch_at = intake.fetch_at if intake.fetch_at != intake.station else ""
    case.item, case.item_version = intake.item, intake.item_version
    case.applicant = intake.applicant
    case.answers = dict(intake.answers)
    case.papers = list(intake.papers)
    case.opened_at = act.at
    if intake.committed:
        case.flags.add(Flag.COMMITTED)


def _move(case: Case, act: CaseAct) -> None:
    """A wish is over with any move: a person who sends the case elsewhere has read it."""
    case.station, case.fetch_at = act.to, ""
    if act.to not in case.known_at:
        case.known_at.append(act.to)


def _decide_at_once(case: Case, act: CaseAct) -> None:
    """Whoever decides has accepted: a case that is reopened is reviewed, and not accepted once more."""
    _submit(case, act)
    _grant(case, act)
    case.issued = act
    case.was_accepted = True


def _supplement(case: Case, act: CaseAct) -> None:
    case.answers.update(act.answers)
    case.papers.extend(act.papers)
    case.corrections = []


def _ask_correction(case: Case, act: CaseAct) -> None:
    case.corrections = list(act.corrections)


def _accept(case: Case, act: CaseAct) -> None:
    if act.simple:
        case.flags.add(Flag.SIMPLE)


def _accept_conditionally(case: Case, act: CaseAct) -> None:
    case.lacking = [one.about for one in act.corrections]


def _pause(case: Case, act: CaseAct) -> None:
    case.pause = act
    if act.stop is Stop.HEARING:
        case.done_by.setdefault(Duty.HEARING, set()).add(act.chair)


def _resume(case: Case, act: CaseAct) -> None:
    case.pause = None


def _recuse(case: Case, act: CaseAct) -> None:
    case.recused.add(act.person)


def _review(case: Case, act: CaseAct) -> None:
    case.review = act


def _check_promise(case: Case, act: CaseAct) -> None:
    if not act.passed:
        case.flags.add(Flag.PROMISE_BROKEN)


def _issue(case: Case, act: CaseAct) -> None:
    case.issued = act


def _reopen(case: Case, act: CaseAct) -> None:
    case.decision = case.review = None


def _decide(case: Case, act: CaseAct) -> None:
    case.decision = act


def _grant(case: Case, act: CaseAct) -> None:
    case.decision = act
    if Flag.COMMITTED in case.flags:
        case.flags.add(Flag.CHECK_DUE)


# What an act brings to the case. A table and no chain of questions: a year of cases is three million acts.
_BRINGS: dict[Act, Callable[[Case, CaseAct], None]] = {
    **dict.fromkeys(DECISIONS, _decide),
    Act.SUBMIT: _submit,
    Act.DECIDE_AT_ONCE: _decide_at_once,
    Act.MOVE: _move,
    Act.SUPPLEMENT: _supplement,
    Act.ASK_CORRECTION: _ask_correction,
    Act.ACCEPT: _accept,
    Act.ACCEPT_CONDITIONALLY: _accept_conditionally,
    Act.PAUSE: _pause,
    Act.RESUME: _resume,
    Act.RECUSE: _recuse,
    Act.REVIEW: _review,
    Act.CHECK_PROMISE: _check_promise,
    Act.ISSUE: _issue,
    Act.REOPEN: _reopen,
    Act.GRANT: _grant,
}
