"""One line a case for the statistics: read from its acts and clocks, entered by nobody.

What is counted once the case was taken in, and what once it was concluded (办结), stands side by side; a case that is
reopened is concluded no longer until it is decided anew. Days are working days of the district's calendar, by the
attested times of the acts, in China. No name, no number of a person and no answer comes in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from protocol.cases.acts import CaseAct
from protocol.cases.case import Case, Standing
from protocol.cases.judging import GRANTS, apply, is_beside
from protocol.cases.words import Act, Flag, Link
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item, LimitKind, Stop, Unit
from protocol.catalogue.law import Law
from protocol.clock import moment
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState
from protocol.clocks.story import day_of

LINKS = tuple(link for link in Link if link is not Link.SUPERVISION)


def _column(kind: str, word: str) -> str:
    return f"{kind}_{word.replace('-', '_')}"


# link or reason -> the column that counts it
STAYED: dict[Link, str] = {link: _column("stayed", link) for link in LINKS}  # working days in the hands of the link
PASSED: dict[Link, str] = {
    link: _column("passed", link) for link in LINKS
}  # 1 if the case has been in them and gone on
STOPPED: dict[Stop, str] = {stop: _column("stopped", stop) for stop in Stop}  # working days that the law does not count

# The month of the intake counts these, the month of the conclusion all the others.
AT_INTAKE = ("taken", "deemed")
AT_END = (
    "ended", "decided", "granted", "denied", "refused", "withdrawn", "days", "at_once", "corrected", "visits",
    "one_visit", "timed", "in_time", "law_allowed", "law_used", "promised", "kept", "ahead", "promise_allowed",
    "promise_used", "conditional", "committed", "broken", "sent_back", "result_returned", "reopened", "reworked",
    *STAYED.values(), *PASSED.values(), *STOPPED.values(),
)  # fmt: skip
MEASURES = (*AT_INTAKE, *AT_END)

_ENDS: dict[Act, str] = {
    Act.GRANT: "granted",
    Act.DEEM_RENEWED: "granted",
    Act.DECIDE_AT_ONCE: "granted",
    Act.DENY: "denied",
    Act.REFUSE_ACCEPTANCE: "refused",
    Act.DECLARE_NOT_REQUIRED: "refused",
    Act.ALLOW_WITHDRAWAL: "withdrawn",
    Act.CLOSE_LATE: "withdrawn",
}
_DECIDES = (*GRANTS, Act.DENY)
_ACCEPTS = (Act.ACCEPT, Act.ACCEPT_CONDITIONALLY, Act.DEEM_ACCEPTED)
_VISITS = (Act.SUBMIT, Act.DECIDE_AT_ONCE, Act.SUPPLEMENT, Act.SUPPLY)
_REWORK = {Act.SEND_BACK: "sent_back", Act.RETURN_RESULT: "result_returned", Act.REOPEN: "reopened"}


@dataclass(slots=True)
class Fact:
    """Days are ISO days, "" for what has not happened; `counts` holds what is not 0, by the names of MEASURES."""

    case: str
    item: str
    version: int
    station: str
    channel: str
    mode: str
    known: bool  # the item's limits are here
    outcome: str = ""  # granted, denied, refused, withdrawn; "" while it is open
    opened_on: str = ""
    accepted_on: str = ""
    decided_on: str = ""
    ended_on: str = ""
    issued_on: str = ""
    handed_on: str = ""
    archived_on: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    def at_intake(self) -> Mapping[str, int]:
        return {name: self.counts[name] for name in AT_INTAKE if name in self.counts}

    def at_end(self) -> Mapping[str, int]:
        """Nothing while the case is open."""
        if not self.ended_on:
            return {}
        return {name: count for name, count in self.counts.items() if name not in AT_INTAKE}


def fact_of(case: Case, law: Law, at: datetime) -> Fact | None:
    """The line of a case; None while nobody knows what was taken in."""
    intake = case.intake
    if intake is None or case.status is None:
        return None
    item = law.item(case.item, case.item_version)
    known = item is not None
    fact = Fact(case.id, case.item, case.item_version, intake.station, intake.channel, intake.mode, known)
    counts = fact.counts
    counts["taken"] = 1
    for act in case.line:
        _note_days(fact, act)
        if act.act in _REWORK:
            counts[_REWORK[act.act]] = counts.get(_REWORK[act.act], 0) + 1
    acts = [act.act for act in case.line]
    counts["visits"] = visits = sum(act in _VISITS for act in acts)
    counts["one_visit"] = int(visits == 1)
    counts["corrected"] = int(Act.ASK_CORRECTION in acts)
    counts["reworked"] = int(any(act in _REWORK for act in acts))
    counts["conditional"] = int(Act.ACCEPT_CONDITIONALLY in acts)
    counts["committed"] = int(intake.committed)
    counts["broken"] = int(Flag.PROMISE_BROKEN in case.flags)
    counts["deemed"] = int(Flag.DEEMED_ACCEPTED in case.flags)
    if fact.ended_on:
        counts |= {"ended": 1, fact.outcome: 1, "decided": int(bool(fact.decided_on))}
        counts["days"] = law.calendar.working_days(_day(fact.opened_on), _day(fact.ended_on))
        counts["at_once"] = int(bool(fact.decided_on) and fact.decided_on == fact.opened_on)
    _count_stays(counts, case, law.calendar)
    if item is not None:
        _count_clocks(counts, case, item, law.calendar, at)
    fact.counts = {name: count for name, count in counts.items() if count}
    return fact


def _note_days(fact: Fact, act: CaseAct) -> None:
    what, day = act.act, _day_of(act)
    if what is Act.SUBMIT:
        fact.opened_on = day
    elif what is Act.DECIDE_AT_ONCE:
        fact.opened_on = fact.accepted_on = fact.issued_on = day
    elif what in _ACCEPTS:
        fact.accepted_on = act.counts_from or day
    elif what is Act.ISSUE:
        fact.issued_on = day
    elif what is Act.HAND_OVER:
        fact.handed_on = day
    elif what is Act.ARCHIVE:
        fact.archived_on = day
    elif what is Act.REOPEN:
        fact.outcome = fact.decided_on = fact.ended_on = fact.issued_on = fact.handed_on = fact.archived_on = ""
    if what in _ENDS:
        fact.outcome, fact.ended_on = _ENDS[what], day
        fact.decided_on = day if what in _DECIDES else ""


def _count_stays(counts: dict[str, int], case: Case, calendar: Calendar) -> None:
    """Walk the line once more: in whose hands the case was after each act, and for how long."""
    walked = Case(id=case.id)
    link: Link | None = None
    since: date | None = None
    for step in case.steps:
        if step.standing is not Standing.STANDS or is_beside(walked, step.told):
            continue
        apply(walked, step.told, {}, set())
        if walked.link is link:
            continue
        day = day_of(moment(step.act.at))
        if link is not None and since is not None:
            counts[STAYED[link]] = counts.get(STAYED[link], 0) + calendar.working_days(since, day)
            counts[PASSED[link]] = 1
        link, since = walked.link, day


def _count_clocks(counts: dict[str, int], case: Case, item: Item, calendar: Calendar, at: datetime) -> None:
    states = clocks_of_case(case, item, calendar, at)
    if any(s.limit.what is LimitKind.NOTICE and s.state is ClockIs.EXPIRED for s in states):
        counts["deemed"] = 1  # also where an officer wrote the acceptance when it was too late
    deciding = [state for state in states if state.limit.what is LimitKind.DECISION and not state.history]
    law = _finished(state for state in deciding if not state.promised)
    promise = _finished(state for state in deciding if state.promised)
    if law:
        counts["timed"], counts["in_time"] = 1, int(not any(_was_late(state) for state in law))
        counts["law_allowed"], counts["law_used"] = _in_working_days(law)
    if promise and promise[0].budget:
        counts["promised"], counts["kept"] = 1, int(not _was_late(promise[0]))
        counts["ahead"] = int(promise[0].consumed < promise[0].budget)
        counts["promise_allowed"], counts["promise_used"] = _in_working_days(promise)
    for state in [state for state in deciding if not state.promised][:1]:
        for one in state.suspensions:
            if one.stop is not None and not one.counted and one.until is not None:
                name = STOPPED[one.stop]
                counts[name] = counts.get(name, 0) + calendar.working_days(one.since, one.until)


def _finished(states: Iterable[ClockState]) -> list[ClockState]:
    return [state for state in states if state.state in (ClockIs.MET, ClockIs.EXPIRED)]


def _was_late(state: ClockState) -> bool:
    return state.late > 0 or state.state is ClockIs.EXPIRED


def _in_working_days(states: Iterable[ClockState]) -> tuple[int, int]:
    """Allowed and used of the first limit that is counted in working days; (0, 0) if none is."""
    first = next((state for state in states if state.unit is Unit.WORKING_DAY and state.budget), None)
    return (first.budget, first.consumed) if first is not None else (0, 0)


def _day_of(act: CaseAct) -> str:
    return day_of(moment(act.at)).isoformat()


def _day(text: str) -> date:
    return date.fromisoformat(text)
