"""The case as the fold of its acts, and the guard in front of every new act.

fold() takes a set: the order in which acts arrive makes no difference. It walks from the first act
along `follows`; where two acts follow the same one (a store was restored in between) the one of
the earlier life stands and the other is kept and marked. An act that the rules do not allow is
kept and marked refused; one whose predecessor has not come yet waits. Nothing is dropped, and
nothing is in the way of the next act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from protocol.cases.acts import Applicant, By, CaseAct, Correction, Paper, Told
from protocol.cases.rules import (
    ANSWERS,
    OWNER,
    REMARKS,
    REQUESTS,
    RULES,
    Act,
    Flag,
    Need,
    Role,
    Side,
    Status,
    rule_for,
)
from protocol.errors import Refused


class Standing(StrEnum):
    STANDS = "stands"
    FORKED = "forked"  # another act of an earlier life follows the same act
    REFUSED = "refused"  # the rules do not allow it where it came
    WAITING = "waiting"  # what it follows, or answers, is not here yet


@dataclass(frozen=True, slots=True)
class Step:
    """One act on the page of a case, with what the fold made of it."""

    told: Told
    standing: Standing
    why: str = ""  # code of the refusal

    @property
    def act(self) -> CaseAct:
        return self.told.act


@dataclass(slots=True)
class Case:
    """What both ends see. Built by fold() only."""

    id: str
    number: str = ""
    station: str = ""
    item: str = ""
    item_version: int = 0
    status: Status | None = None
    applicant: Applicant = field(default_factory=lambda: Applicant(name="", number=""))
    answers: dict[str, str] = field(default_factory=dict)
    papers: list[Paper] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    tip: str | None = None  # the last standing act: what a new act follows
    steps: list[Step] = field(default_factory=list)  # standing acts in line, then the rest
    corrections: list[Correction] = field(default_factory=list)
    open_request: CaseAct | None = None
    decision: CaseAct | None = None  # GRANT, DENY or REFUSE_ACCEPTANCE
    opened_at: str = ""
    moved_at: str = ""
    done_by: dict[Act, set[str]] = field(default_factory=dict)

    @property
    def owner(self) -> Side:
        return OWNER[self.status] if self.status is not None else Side.STATION

    @property
    def set_aside(self) -> list[Step]:
        return [step for step in self.steps if step.standing is not Standing.STANDS]


def fold(told: Iterable[Told]) -> Case:
    """The case that these acts make. Deterministic in the set; never raises for what others sent."""
    unique: dict[str, Told] = {}
    for one in told:
        earlier = unique.get(one.act.id)
        if earlier is None or one.order < earlier.order:
            unique[one.act.id] = one
    acts = sorted(unique.values(), key=lambda t: t.order)
    case_id = acts[0].act.case if acts else ""
    case = Case(id=case_id)
    if len(acts) == 1 and _stands_alone(case, acts[0]):
        return case
    # A request behind an act that was set aside is found after the line has been walked, and the answer to it
    # may stand on that line: walk again, knowing it. What is known only grows, so this ends.
    known: dict[str, CaseAct] = {}
    while True:
        requests = _walk(case, acts, unique, known)
        if requests.keys() <= known.keys():
            return case
        known, case = known | requests, Case(id=case_id)


def _walk(case: Case, acts: list[Told], unique: dict[str, Told], known: dict[str, CaseAct]) -> dict[str, CaseAct]:
    """Fill `case` by one walk along the line. Returns the requests that stand; `known` are those of the last walk."""
    followers: dict[str | None, list[Told]] = {}
    for one in acts:
        followers.setdefault(one.act.follows, []).append(one)
    seen: dict[str, Step] = {}
    requests: dict[str, CaseAct] = {}
    answered: set[str] = set()
    while True:
        chosen: Told | None = None
        # what is asked comes before what answers it: epochs of two parties have no order between them
        for one in sorted(followers.get(case.tip, []), key=lambda one: not _is_beside(case, one)):
            if one.act.id in seen:
                continue
            if _is_beside(case, one):
                step = _judge_beside(case, one)
                if step.standing is Standing.STANDS and one.act.act in REQUESTS:
                    requests[one.act.id] = one.act
            elif one.act.request is not None and one.act.request not in unique:
                step = Step(one, Standing.WAITING)
            else:
                why = _why_not(case, one, known | requests, answered)
                if why:
                    step = Step(one, Standing.REFUSED, why)
                elif chosen is not None:
                    step = Step(one, Standing.FORKED)
                else:
                    step = Step(one, Standing.STANDS)
                    chosen = one
            seen[one.act.id] = step
        if chosen is None:
            break
        _apply(case, chosen, requests, answered)
    _place_the_rest(case, acts, unique, seen, requests)
    _look_back(case, seen, acts, requests, answered)
    case.steps = _in_order(case, acts, followers, seen)
    return requests


def _in_order(
    case: Case, acts: list[Told], followers: dict[str | None, list[Told]], seen: dict[str, Step]
) -> list[Step]:
    """The line as it was walked; behind each act what else followed it. Wall clocks have no say."""
    line: list[str | None] = []
    by_id = {one.act.id: one for one in acts}
    tip = case.tip
    while tip is not None:
        line.append(tip)
        tip = by_id[tip].act.follows
    steps: list[Step] = []
    placed: set[str] = set()
    waiting: list[Told] = []
    for on_line in [None, *reversed(line)]:
        if on_line is not None:
            steps.append(seen[on_line])
            placed.add(on_line)
        waiting = [one for one in followers.get(on_line, []) if one.act.id not in line]
        while waiting:
            beside = waiting.pop(0)
            if beside.act.id not in placed:
                placed.add(beside.act.id)
                steps.append(seen.get(beside.act.id) or Step(beside, Standing.WAITING))
                waiting = followers.get(beside.act.id, []) + waiting
    steps += [seen.get(one.act.id) or Step(one, Standing.WAITING) for one in acts if one.act.id not in placed]
    return steps


def _stands_alone(case: Case, only: Told) -> bool:
    """The case of the one act that opens it: a letter from a station is full of them."""
    act = only.act
    if act.follows is not None or act.request is not None or _why_not(case, only, {}, set()):
        return False
    _apply(case, only, {}, set())
    case.steps = [Step(only, Standing.STANDS)]
    return True


def _is_beside(case: Case, told: Told) -> bool:
    """A remark or a request: it stands beside the line of acts and moves nothing."""
    if told.act.act in REMARKS:
        return True
    return told.act.act in REQUESTS and case.status is not None and case.owner is not told.side


def _judge_beside(case: Case, told: Told) -> Step:
    act = told.act.act
    side = REMARKS[act][0] if act in REMARKS else REQUESTS[act][0]
    roles = REMARKS[act][1] if act in REMARKS else REQUESTS[act][1]
    if told.side is not side:
        return Step(told, Standing.REFUSED, "refused.not-owner")
    if told.act.by.role not in roles:
        return Step(told, Standing.REFUSED, "refused.role")
    return Step(told, Standing.STANDS)


def _why_not(case: Case, told: Told, requests: dict[str, CaseAct], answered: set[str]) -> str:
    """The code of the rule that forbids this act here, or ""."""
    act = told.act
    rule = rule_for(case.status, act.act)
    if rule is None:
        return "refused.not-open"
    if rule.side is not told.side:
        return "refused.not-owner"
    if act.by.role not in rule.roles:
        return "refused.role"
    if rule.never_twice in case.flags:
        return "refused.already-corrected"
    if any(act.by.account in case.done_by.get(done, ()) for done in rule.excludes):
        return "refused.same-person"
    if Need.INTAKE in rule.needs and act.intake is None:
        return "refused.form"
    if Need.REASON in rule.needs and not act.reason.strip():
        return "refused.reason-missing"
    if Need.REMEDIES in rule.needs and not act.remedies.strip():
        return "refused.remedies-missing"
    if Need.CORRECTIONS in rule.needs and not act.corrections:
        return "refused.reason-missing"
    if Need.REQUEST in rule.needs and (act.request not in requests or act.request in answered):
        return "refused.not-answerable"
    return ""


def _apply(case: Case, told: Told, requests: dict[str, CaseAct], answered: set[str]) -> None:
    act = told.act
    rule = rule_for(case.status, act.act)
    assert rule is not None
    if act.intake is not None and case.status is None:
        case.number, case.station = act.intake.number, act.intake.station
        case.item, case.item_version = act.intake.item, act.intake.item_version
        case.applicant = act.intake.applicant
        case.answers = dict(act.intake.answers)
        case.papers = list(act.intake.papers)
        case.opened_at = act.at
    if act.act is Act.SUPPLEMENT:
        case.answers.update(act.answers)
        case.papers.extend(act.papers)
        case.corrections = []
    if act.act is Act.ASK_CORRECTION:
        case.corrections = list(act.corrections)
    if act.act in (Act.GRANT, Act.DENY, Act.REFUSE_ACCEPTANCE):
        case.decision = act
    if act.act in REQUESTS:
        requests[act.id] = act
    if act.act in ANSWERS and act.request is not None:
        answered.add(act.request)
    if rule.sets is not None:
        case.flags.add(rule.sets)
    case.done_by.setdefault(act.act, set()).add(act.by.account)
    case.status, case.tip, case.moved_at = rule.then, act.id, act.at


def _place_the_rest(
    case: Case, acts: list[Told], unique: dict[str, Told], seen: dict[str, Step], requests: dict[str, CaseAct]
) -> None:
    """Acts off the standing line: those behind a set-aside act share its fate; the others wait."""
    moved = True
    while moved:
        moved = False
        for one in acts:
            if one.act.id in seen:
                continue
            if one.act.follows is not None and one.act.follows not in unique:
                seen[one.act.id] = Step(one, Standing.WAITING)
                moved = True
                continue
            before = seen.get(one.act.follows or "")
            if before is None:
                continue
            if one.act.act in REQUESTS or one.act.act in REMARKS:
                # a wish of the applicant is not void because the act that the clerk saw was set aside
                step = _judge_beside(case, one)
                if step.standing is Standing.STANDS and one.act.act in REQUESTS:
                    requests[one.act.id] = one.act
            else:
                fate = Standing.FORKED if before.standing is Standing.STANDS else before.standing
                step = Step(one, fate, before.why)
            seen[one.act.id] = step
            moved = True


def _look_back(
    case: Case, seen: dict[str, Step], acts: list[Told], requests: dict[str, CaseAct], answered: set[str]
) -> None:
    """Open requests, flags and the steps as they are shown, once the line is known."""
    for request in requests.values():
        if request.id in answered:
            continue
        if case.status in REQUESTS[request.act][2]:
            if case.open_request is None:
                case.open_request = request
                case.flags.add(Flag.WITHDRAWAL_ASKED)
        elif case.status is not None:
            step = seen[request.id]
            if step.act.id != case.tip and step.standing is Standing.STANDS:
                seen[request.id] = Step(step.told, Standing.REFUSED, "refused.not-open")
    for one in acts:
        if one.act.act is Act.RESCAN and one.act.id in seen and seen[one.act.id].standing is Standing.STANDS:
            case.papers = [paper for paper in case.papers if paper.digest != one.act.instead]
            case.papers += [paper for paper in one.act.papers if paper not in case.papers]
    settled = {
        step.act.request for step in seen.values() if step.act.act is Act.SETTLE and step.standing is Standing.STANDS
    }
    for one in acts:
        step = seen.get(one.act.id) or Step(one, Standing.WAITING)
        if step.standing is Standing.WAITING:
            case.flags.add(Flag.WAITING)
        elif step.act.id in settled:
            continue
        elif step.standing is Standing.FORKED:
            case.flags.add(Flag.FORKED)
        elif step.standing is Standing.REFUSED and step.act.act not in REQUESTS:
            case.flags.add(Flag.ACT_REFUSED)


# -- in front of a new act


def check(case: Case | None, act: Act, side: Side, by: By, told: CaseAct) -> None:
    """The guard of every use case: the same judgement that fold() will make, said to a person.

    :raises Refused: with the rule's code
    """
    current = case or Case(id=told.case)
    label = str(current.status or "new")
    if act in REMARKS or (act in REQUESTS and current.status is not None and current.owner is not side):
        step = _judge_beside(current, Told(told, side, 0, "", 0))
        if step.standing is not Standing.STANDS:
            raise Refused(step.why, act=act, owner=current.owner, needed="", done="")
        if act in REQUESTS and current.status not in REQUESTS[act][2]:
            raise Refused("refused.not-open", act=act, status=label)
        if act in REQUESTS and current.open_request is not None:
            raise Refused("refused.request-open")
        return
    requests = {current.open_request.id: current.open_request} if current.open_request else {}
    why = _why_not(current, Told(told, side, 0, "", 0), requests, set())
    if why:
        rule = rule_for(current.status, act)
        raise Refused(
            why,
            act=act,
            status=label,
            owner=current.owner,
            needed=", ".join(sorted(rule.roles)) if rule else "",
            done=", ".join(sorted(rule.excludes)) if rule else "",
            count=1,
        )


def acts_open(case: Case, side: Side, role: Role) -> list[Act]:
    """The buttons: what this side and role may do now, in the order of the tables.

    An open request is answered before anything else moves the case.
    """
    if case.open_request is not None and case.owner is side:
        return [r.act for r in RULES if r.status is case.status and r.act in ANSWERS and role in r.roles]
    open_now = [
        rule.act
        for rule in RULES
        if rule.status is case.status
        and rule.side is side
        and role in rule.roles
        and rule.never_twice not in case.flags
        and Need.REQUEST not in rule.needs
    ]
    for act, (asker, roles, statuses) in REQUESTS.items():
        may_ask = asker is side and role in roles and case.status in statuses and case.owner is not side
        if may_ask and case.open_request is None:
            open_now.append(act)
    return open_now
