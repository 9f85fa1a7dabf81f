"""What the law of the item says against an act that the rules alone would allow.

Each line of LAWFUL is one such question; all of them are asked before the act is written. A refusal, a denial
or a correction notice never waits for a wire, only what gives something to the applicant does.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from hub.worklists import papers_of
from protocol import licences
from protocol.cases.acts import CaseAct, Paper
from protocol.cases.case import Case
from protocol.cases.judging import GRANTS
from protocol.cases.licences import GIVEN_UP, How
from protocol.cases.words import Act, Flag, Status
from protocol.catalogue.items import CountedFrom, Item, LimitKind, OnExpiry, ProjectType, Stop, SurveyNeed
from protocol.catalogue.law import Law
from protocol.clock import CHINA, moment
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState, may_decide
from protocol.errors import Refused


def require_lawful(db: Database, law: Law, case: Case, told: CaseAct) -> None:
    """:raises Refused: with the code of the first thing that the law of the item has against it"""
    questions = LAWFUL.get(told.act)
    if not questions:
        return
    item = law.item(case.item, case.item_version)
    if item is None:
        if told.act in _NEVER_WAITS:
            return
        raise Refused("refused.no-item", item=f"{case.item} v{case.item_version}")
    for ask in questions:
        ask(db, law, item, case, told)


def away(db: Database, case: Case) -> list[Paper]:
    """Papers that the case names and that are not whole here yet."""
    here = papers_of(db, case.id)
    return [paper for paper in case.papers if paper.digest not in here or not here[paper.digest].is_here]


def _papers_are_here(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """Nothing is granted on papers that nobody here can have read."""
    missing = away(db, case)
    if missing:
        raise Refused("refused.papers-missing", missing=", ".join(sorted({paper.material for paper in missing})))


def _nothing_lacks(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    if Flag.LACKING in case.flags:
        raise Refused("refused.lacking", missing=", ".join(case.lacking))


def _surveyed_if_it_must_be(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """Where the law orders a look at the place before the decision, 行政许可法 §34."""
    if item.survey.need is SurveyNeed.ALWAYS and Flag.SURVEYED not in case.flags:
        raise Refused("refused.not-surveyed")


def _waiting_is_over(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """A publicity or objection period has to end before the decision, 市场主体登记管理条例 §33."""
    at = moment(told.at)
    permission = may_decide(clocks_of_case(case, item, law.calendar, at), at.astimezone(CHINA).date())
    if not permission.allowed:
        days = [state.due for state in permission.waits_for if state.due is not None]
        raise Refused("refused.waiting-period", until=max(days).isoformat() if days else "-")


def _can_be_simple(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """行政许可法 §34: decided at once only where the item is one that can be."""
    if told.simple and (item.project_type is not ProjectType.INSTANT or item.survey.need is SurveyNeed.ALWAYS):
        raise Refused("refused.not-simple")


def _only_secondary_lacks(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """容缺受理 is for secondary materials of an item that allows it."""
    for one in told.corrections:
        material = item.material(one.about)
        if item.conditional is None or material is None or not material.secondary:
            raise Refused("refused.not-secondary", material=material.name if material else one.about)


def _law_stops_the_clock(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """Only what 行政许可法 §45 or the item's own law names. A rectification may be ordered anyway: then it counts."""
    if told.stop is not Stop.RECTIFICATION and told.stop not in item.special_procedures | begun_by_publicity(item):
        raise Refused("refused.stop-not-law", stop=told.stop)


def begun_by_publicity(item: Item) -> frozenset[Stop]:
    """A publicity or objection period has to begin where a limit counts from it, whether or not it stops a clock."""
    counts = any(limit.counted_from is CountedFrom.PUBLICITY for limit in item.limits)
    return frozenset({Stop.PUBLICITY}) if counts else frozenset()


def _law_extends(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """行政许可法 §42: a decision's limit, before it is over; what comes later changes no day and must not say that it does."""
    mine = [limit for limit in item.limits if limit.extendable and limit.what is LimitKind.DECISION]
    if not mine:
        raise Refused("refused.not-extendable")
    states = [state for state in _clocks(law, item, case, told) if state.limit in mine and not state.promised]
    if states and all(state.state in (ClockIs.OVERDUE, ClockIs.EXPIRED) for state in states):
        raise Refused("refused.extended-late")


def _not_accepted_by_law(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """行政许可法 §32(4): who was not told in time is accepted since the day of receipt, also in the minute before that is
    written down. Then nothing is asked of him as a condition of acceptance any more."""
    for state in _clocks(law, item, case, told):
        if state.effect is OnExpiry.DEEMED_ACCEPTED and state.met_on is None and not state.provisional:
            day = state.effect_from or state.due
            raise Refused("refused.deemed-accepted", day=day.isoformat() if day else "-")


def _nothing_was_brought_in_time(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """A case is closed only for what never came, or came when its time was over; where no law sets a time, only for
    what never came."""
    supplies = [state for state in _clocks(law, item, case, told) if state.limit.what is LimitKind.SUPPLY]
    if any(state.state is ClockIs.EXPIRED for state in supplies):
        return
    runs = next((state.due for state in supplies if state.state is ClockIs.RUNNING and state.due), None)
    if runs is not None:
        raise Refused("refused.time-left", until=runs.isoformat())
    answers = [act.act for act in case.line if act.act in (Act.ASK_CORRECTION, Act.SUPPLEMENT, Act.SUPPLY)]
    if not answers or answers[-1] is not Act.ASK_CORRECTION:
        raise Refused("refused.was-supplied")


def _something_was_granted(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """行政许可法 §69, §70: only what was given can be taken back or end."""
    if case.decision is None or case.decision.act not in GRANTS:
        raise Refused("refused.nothing-granted")


def _first_stage_was_granted(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """A second stage follows a granted first one; one that is not known here an officer has looked at on paper."""
    number = case.intake.after if case.intake is not None else ""
    if not item.after or not number:
        return
    rows = db.execute("select item, status from cases where number = ? and status != ''", (number,)).fetchall()
    if rows and not any(row[0] in item.after and row[1] in _GRANTED for row in rows):
        raise Refused("refused.first-stage")


def _clocks(law: Law, item: Item, case: Case, told: CaseAct) -> list[ClockState]:
    return [one for one in clocks_of_case(case, item, law.calendar, moment(told.at)) if not one.history]


def _licence_has_terms(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    granted = case.decision is not None and case.decision.act in GRANTS
    if item.licence is not None and granted and told.licence is None:
        raise Refused("refused.incomplete", act=told.act)


def _old_licence_can_be_followed(db: Database, law: Law, item: Item, case: Case, told: CaseAct) -> None:
    """A slip of the pen in a number must not end somebody else's licence. One that is not known here is older than
    this register, and the officer has seen it."""
    terms = told.licence
    if terms is None:
        return
    gives_up = terms.change == GIVEN_UP
    if not gives_up and any(one.case != case.id for one in licences.of_number(db, terms.number)):
        raise Refused("refused.licence-number", number=terms.number)
    old = next(iter(licences.of_number(db, terms.replaces)), None) if terms.replaces else None
    if old is None or old.ended_by == case.id:
        return
    if old.how in (How.CANCELLED, How.REVOKED):
        raise Refused("refused.licence-over", number=old.number)
    if old.kind != terms.kind or (old.holder != terms.holder and terms.change != How.CHANGED):
        raise Refused("refused.licence-of-another", number=old.number)


_GRANTED = (Status.GRANTED, Status.ISSUED, Status.HANDED_OVER, Status.ARCHIVED)

_NEVER_WAITS = frozenset(
    {Act.ASK_CORRECTION, Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED, Act.CANCEL_LICENCE, Act.REVOKE_LICENCE}
)

Question = Callable[[Database, Law, Item, Case, CaseAct], None]
LAWFUL: dict[Act, tuple[Question, ...]] = {
    Act.ACCEPT: (_can_be_simple,),
    Act.ACCEPT_CONDITIONALLY: (_only_secondary_lacks,),
    Act.ASK_CORRECTION: (_not_accepted_by_law,),
    Act.REFUSE_ACCEPTANCE: (_not_accepted_by_law,),
    Act.DECLARE_NOT_REQUIRED: (_not_accepted_by_law,),
    Act.CLOSE_LATE: (_nothing_was_brought_in_time,),
    Act.PAUSE: (_law_stops_the_clock,),
    Act.EXTEND: (_law_extends,),
    Act.GRANT: (_papers_are_here, _nothing_lacks, _surveyed_if_it_must_be, _waiting_is_over, _first_stage_was_granted),
    Act.CANCEL_LICENCE: (_something_was_granted,),
    Act.REVOKE_LICENCE: (_something_was_granted,),
    Act.ISSUE: (_licence_has_terms, _old_licence_can_be_followed),
}
