"""A walk through everything that can become of a case of one item, by the acts that pages offer.

Each state is reached by a real list of acts and judged by the same guard and the same questions of law as a page's;
two lists that allow the same things afterwards are one state. Time passes only where nothing else happens.
"""

from __future__ import annotations

import copy
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from hub.lawful import begun_by_publicity, require_lawful
from protocol.cases.acts import Applicant, By, CaseAct, Intake, Paper, Told
from protocol.cases.case import Case
from protocol.cases.fold import fold
from protocol.cases.guard import acts_open, check
from protocol.cases.rules import OFFICERS, RULES, Flag
from protocol.cases.words import Act, Role, Side, Status
from protocol.catalogue.items import Item, LimitKind, OnExpiry, Stop, SurveyNeed
from protocol.catalogue.law import Law
from protocol.clock import stamp
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState
from protocol.errors import Refused
from tests.believable.officers import officer_for, what_is_said
from tests.district_data import answers_for

FIRST = datetime(2026, 3, 2, 1, tzinfo=UTC)  # a Monday morning
A_WHILE = timedelta(days=130)  # every period of the catalogue that is counted in days is over
CLERK = By("clerk", Role.CLERK)
WAIT = "wait"
CASE, SUPPLIED = "c" * 32, "0" * 64  # of every walk; the hub has the paper
# what the applicant alone can bring about: nobody here can count on it
_THE_APPLICANTS = frozenset({Act.SUPPLEMENT, Act.ASK_WITHDRAWAL, Act.SUPPLY})
_UNDECIDED = frozenset({Status.RECEIVED, Status.RETURNED, Status.ACCEPTED, Status.REVIEWED})
_MATTERS = (
    frozenset[Flag]().union(*(rule.bars | rule.wants for rule in RULES)) | {Flag.LACKING, Flag.SURVEYED, Flag.LAPSED}
) - {Flag.EXTENDED}
_ASKED_OF = frozenset({LimitKind.NOTICE, LimitKind.SUPPLY, LimitKind.WAITING})  # clocks that forbid or allow something

Key = tuple[object, ...]


@dataclass
class State:
    told: list[Told]
    at: datetime
    way: tuple[str, ...]
    to: dict[str, Key] = field(default_factory=dict)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        self.case = fold(self.told)

    def waits(self) -> State:
        """Nothing was said, so the case is as it was and is not folded again."""
        later = copy.copy(self)
        later.at, later.way, later.to = self.at + A_WHILE, (*self.way, WAIT), {}
        return later


def _one_of_each(item: Item) -> list[Stop]:
    """Why the clock may stand still: what counts alike for the case is tried once."""
    named = item.special_procedures | begun_by_publicity(item)
    ordinary = min(named - {Stop.PUBLICITY, Stop.CORRECTION}, default=Stop.RECTIFICATION)
    return [stop for stop in (ordinary, Stop.PUBLICITY) if stop in named | {Stop.RECTIFICATION}]


def alike(item: Item) -> Key:
    """Two items of one kind are walked alike: what the guard and the questions of law look at."""
    return (
        item.survey.need is SurveyNeed.ALWAYS, item.project_type, item.commitment is not None,
        item.conditional is not None and any(one.secondary for one in item.materials),
        item.licence.effect if item.licence is not None else None, bool(item.after), bool(item.windows),
        tuple(_one_of_each(item)), any(limit.extendable for limit in item.limits),
        frozenset((one.what, one.counted_from, one.on_expiry) for one in item.limits if one.what in _ASKED_OF),
        any(one.on_expiry is OnExpiry.DEEMED_RENEWED for one in item.limits),
    )  # fmt: skip


class Walk:
    """`law` has the item; `db` is a hub that has the paper SUPPLIED."""

    def __init__(self, item: Item, law: Law, db: Database) -> None:
        self.item = item
        # the clocks that are asked of, and what a late notice begins: the others say nothing that tells states apart
        told_apart_by = [
            one for one in item.limits if one.what in _ASKED_OF or one.on_expiry is OnExpiry.DEEMED_ACCEPTED
        ]
        self.timed = replace(item, limits=tuple(told_apart_by))
        self.law = law
        self.db = db
        self.states: dict[Key, State] = {}

    def everywhere(self) -> None:
        first = State([self._submit()], FIRST, ("submit",))
        waiting = deque([self._key(first)])
        self.states[waiting[0]] = first
        while waiting:
            key = waiting.popleft()
            state = self.states[key]
            for name, after in self._steps(state):
                there = self._key(after)
                state.to[name] = there
                if there not in self.states:
                    self.states[there] = after
                    waiting.append(there)

    def stuck(self) -> list[State]:
        """Those from which no way leads to the archive that depends on nobody outside."""
        return self._cut_off(frozenset({Status.ARCHIVED}), without=_THE_APPLICANTS)

    def hopeless(self) -> list[State]:
        """Undecided ones from which no way leads to a grant, whatever the applicant does, unless an error is mended."""
        cut_off = self._cut_off(frozenset({Status.GRANTED}), without=frozenset({Act.REOPEN}))
        return [state for state in cut_off if state.case.status in _UNDECIDED]

    def _cut_off(self, ends: frozenset[Status], without: frozenset[str]) -> list[State]:
        good = {key for key, state in self.states.items() if state.case.status in ends}
        grew = True
        while grew:
            more = {
                key
                for key, state in self.states.items()
                if key not in good and any(there in good for name, there in state.to.items() if name not in without)
            }
            good |= more
            grew = bool(more)
        return [state for key, state in self.states.items() if key not in good]

    # -- one state

    def _key(self, state: State) -> Key:
        case = state.case
        clocks = tuple(
            one.state is ClockIs.EXPIRED if one.limit.what is not LimitKind.WAITING else one.state
            for one in self._clocks(case, state.at)
            if one.limit.what in _ASKED_OF and not one.history
        )
        decision = case.decision.act if case.decision is not None else None
        return (
            case.status, frozenset(case.flags & _MATTERS), decision, bool(case.lacking), bool(case.corrections),
            case.open_request is not None, clocks,
        )  # fmt: skip

    def _clocks(self, case: Case, at: datetime) -> tuple[ClockState, ...]:
        return clocks_of_case(case, self.timed, self.law.calendar, at)

    def _steps(self, state: State) -> Iterator[tuple[str, State]]:
        case = state.case
        if case.status is Status.ARCHIVED and Flag.CHECK_DUE not in case.flags:
            return  # an end; what may still come (a licence ends, an error is found) is walked from the desk's turn
        at = state.at + timedelta(minutes=5)
        for told in self._acts(case, at):
            try:
                check(case, told.act.act, told.side, told.act.by, told.act)
                if told.side is Side.HUB:
                    require_lawful(self.db, self.law, case, told.act)
            except Refused:
                continue
            name = " ".join(filter(None, (told.act.act, told.act.proposal, told.act.stop, "simple" * told.act.simple)))
            yield name, State([*state.told, told], at, (*state.way, name))
        if state.way[-1] != WAIT:
            yield WAIT, state.waits()

    def _acts(self, case: Case, at: datetime) -> Iterator[Told]:
        for act in acts_open(case, Side.HUB, OFFICERS):
            if act is Act.RECUSE:
                continue  # then another person does it; duties have tests of their own
            yield from self._at_hub(case, act, at)
        for act in acts_open(case, Side.STATION, (Role.CLERK,)):
            yield self._told(Side.STATION, CaseAct(
                case=case.id, id="", act=act, follows=case.tip, by=CLERK, at=stamp(at), reason="因故", recipient="本人",
            ), case)  # fmt: skip
        if case.lacking:
            papers = [Paper(digest=SUPPLIED, size=1, type="image/png", material=one) for one in case.lacking]
            yield self._told(Side.STATION, CaseAct(
                case=case.id, id="", act=Act.SUPPLY, follows=case.tip, by=CLERK, at=stamp(at), papers=papers,
            ), case)  # fmt: skip

    def _at_hub(self, case: Case, act: Act, at: datetime) -> Iterator[Told]:
        said = what_is_said(case, act, at, self.item)
        variants = [said]
        if act is Act.ACCEPT:
            variants.append(replace(said, simple=True))
        elif act is Act.ACCEPT_CONDITIONALLY and not said.corrections:
            return
        elif act is Act.REVIEW:
            variants.append(replace(said, proposal="deny"))
        elif act is Act.PAUSE:
            variants = [replace(said, stop=stop, chair="chair", expected="-") for stop in _one_of_each(self.item)]
        elif act is Act.CHECK_PROMISE:
            variants.append(replace(said, passed=False))
        request = case.open_request.id if case.open_request is not None else None
        for one in variants:
            fields = {name: getattr(one, name) for name in one.__slots__}
            fields |= {"corrections": list(one.corrections), "papers": []}
            yield self._told(Side.HUB, CaseAct(
                case=case.id, id="", act=act, follows=case.tip, by=officer_for(case, act), at=stamp(at),
                request=request, **fields,
            ), case)  # fmt: skip

    def _told(self, side: Side, act: CaseAct, case: Case) -> Told:
        seq = len(case.steps) + 1
        numbered = CaseAct(**{name: getattr(act, name) for name in act.__struct_fields__} | {"id": f"{seq:032x}"})
        return Told(numbered, side, 0, side, seq)

    def _submit(self) -> Told:
        item = self.item
        answers = answers_for(item, random.Random(1))
        renews = item.licence is not None and item.licence.effect != "issues"
        intake = Intake(
            number="DAFENG-26-00001-ABC", station="dafeng", item=item.code, item_version=item.version,
            applicant=Applicant(name="测试甲", number="510114199001010017"), answers=answers,
            committed=item.commitment is not None, after="DAFENG-26-00000-ABC" if item.after else "",
            licence="旧证" if renews else "", licence_until="2026-06-30" if renews else "",
        )  # fmt: skip
        return Told(
            CaseAct(case=CASE, id=CASE, act=Act.SUBMIT, follows=None, by=CLERK, at=stamp(FIRST), intake=intake),
            Side.STATION, 0, Side.STATION, 1,
        )  # fmt: skip
