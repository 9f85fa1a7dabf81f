"""A district's last weeks, played through the real use cases: cases in every state, each with its whole record.

Hub and stations are the real ones, opened in this process over the loopback network with a clock that is moved by
hand; what is left afterwards are their own files, as if they had worked all the time. Nothing is written beside
the journals. The same seed plays the same weeks.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from hub import decisions
from hub.clockwork import Clockwork
from node import after, desk, drafts
from protocol.casebook import Casebook
from protocol.cases.acts import By, Paper
from protocol.cases.words import Act, Role
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item, Mode, ProjectType, StationKind, Stop, SurveyNeed
from protocol.catalogue.law import Law
from protocol.clock import CHINA, ClockQuality
from protocol.errors import Refused
from protocol.exchange.loopback import LoopbackNetwork
from protocol.office import Office
from tests.believable.cases import Coming, day_of_cases
from tests.believable.district import District
from tests.believable.officers import officer_for, what_is_said

CLERK = By("clerk", Role.CLERK, "窗口人员")
ROUNDS = 4000


class PastClock:
    """Moved by hand; everybody in the district looks at the same one."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCED

    def put(self, at: datetime) -> None:
        self._monotonic += max(1.0, (at - self._now).total_seconds())
        self._now = max(at, self._now)


class AtHub(Protocol):
    office: Office
    book: Casebook
    clockwork: Clockwork


class AtStation(Protocol):
    office: Office
    book: Casebook


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next, `days` working days after the step before. `who` acts at the hub unless it is the desk."""

    act: Act
    days: int = 1
    proposal: str = "grant"


def _steps(*said: Act | tuple[Act, int] | Step) -> tuple[Step, ...]:
    return tuple(s if isinstance(s, Step) else Step(*s) if isinstance(s, tuple) else Step(s) for s in said)


_TO_REVIEW = (Act.ACCEPT, (Act.REVIEW, 2))
_TO_ISSUE = (*_TO_REVIEW, (Act.GRANT, 1), (Act.ISSUE, 1))
_SURVEY = (Act.ORDER_SURVEY, (Act.RECORD_SURVEY, 2), (Act.COUNTERSIGN_SURVEY, 0))

# name of the end -> what has to happen; weights say how often it is met in an ordinary district
COURSES: dict[str, tuple[int, tuple[Step, ...]]] = {
    "received": (4, ()),
    "accepted": (3, _steps(Act.ACCEPT)),
    "correction out": (2, _steps(Act.ASK_CORRECTION)),
    "corrected": (2, _steps(Act.ASK_CORRECTION, (Act.SUPPLEMENT, 3), Act.ACCEPT)),
    "survey ordered": (1, _steps(Act.ACCEPT, Act.ORDER_SURVEY)),
    "survey signed by one": (1, _steps(Act.ACCEPT, Act.ORDER_SURVEY, (Act.RECORD_SURVEY, 2))),
    "surveyed and granted": (2, _steps(Act.ACCEPT, *_SURVEY, Act.REVIEW, Act.GRANT, Act.ISSUE, Act.HAND_OVER)),
    "hearing": (1, _steps(Act.ACCEPT, (Act.PAUSE, 2))),
    "heard": (1, _steps(Act.ACCEPT, (Act.PAUSE, 1), (Act.RESUME, 6))),
    "extended": (1, _steps(Act.ACCEPT, (Act.EXTEND, 3))),
    "proposed": (3, _steps(*_TO_REVIEW)),
    "sent back": (1, _steps(*_TO_REVIEW, Act.SEND_BACK)),
    "granted": (2, _steps(*_TO_REVIEW, Act.GRANT)),
    "issued": (3, _steps(*_TO_ISSUE)),
    "handed over": (6, _steps(*_TO_ISSUE, (Act.HAND_OVER, 2))),
    "result returned": (1, _steps(*_TO_ISSUE, (Act.RETURN_RESULT, 1))),
    "denied": (1, _steps(Act.ACCEPT, Step(Act.REVIEW, 2, "deny"), Act.DENY, Act.ISSUE, (Act.HAND_OVER, 2))),
    "not accepted": (1, _steps(Act.REFUSE_ACCEPTANCE, (Act.HAND_OVER, 1))),
    "not required": (1, _steps(Act.DECLARE_NOT_REQUIRED, (Act.HAND_OVER, 1))),
    "withdrawn": (1, _steps(Act.ASK_WITHDRAWAL, Act.ALLOW_WITHDRAWAL)),
    "wants to withdraw": (1, _steps(Act.ACCEPT, Act.ASK_WITHDRAWAL)),
    "papers follow": (1, _steps(Act.ACCEPT_CONDITIONALLY)),
    "papers brought": (1, _steps(Act.ACCEPT_CONDITIONALLY, (Act.SUPPLEMENT, 2), Act.REVIEW)),
    "deemed accepted": (1, _steps((Act.REVIEW, 9))),
    "decided at once": (3, _steps(Step(Act.ACCEPT, 0, "at once"), (Act.GRANT, 0), (Act.ISSUE, 0), (Act.HAND_OVER, 0))),
    "reopened": (1, _steps(*_TO_ISSUE, (Act.HAND_OVER, 1), (Act.REOPEN, 2))),
    "licence revoked": (1, _steps(*_TO_ISSUE, (Act.HAND_OVER, 1), (Act.REVOKE_LICENCE, 3))),
}


@dataclass(order=True)
class _Due:
    """What happens next to one case; without an id it is taken in."""

    at: datetime
    turn: int
    course: str = field(compare=False)
    station: str = field(compare=False)
    coming: Coming = field(compare=False)
    left: tuple[Step, ...] = field(compare=False)
    case: str = field(compare=False, default="")


class Month:
    """Hub and stations are open and not running; whoever opened them closes them."""

    def __init__(
        self,
        hub: AtHub,
        stations: Mapping[str, AtStation],
        network: LoopbackNetwork,
        clock: PastClock,
        law: Law,
        *,
        seed: int,
        paper: Callable[[random.Random], tuple[bytes, str]],
        kinds: Mapping[str, StationKind] | None = None,
        told: Callable[[int], None] = lambda played: None,
    ) -> None:
        """`paper` makes the bytes and the type of a scan. A station that `kinds` does not name is a town center.

        `told` hears how many cases have been taken in, each time.
        """
        self.hub, self.stations, self.network, self.clock, self.law = hub, stations, network, clock, law
        self.paper, self.told = paper, told
        self.kinds = {name: (kinds or {}).get(name, StationKind.TOWN) for name in stations}
        self.seed = seed
        self.rng = random.Random(f"month {seed}")
        self.ends: dict[str, list[str]] = {}  # name of the course -> cases
        self.refused: list[str] = []  # what the rules did not allow on the way; in a good month nothing
        self._turn = 0

    def play(self, cases: int, items: Sequence[Item], district: District, until: datetime, days: int = 25) -> None:
        """`cases` cases over the last `days` working days before `until`, each end at least once if there are enough."""
        for party in (self.hub, *self.stations.values()):
            party.office._link.start(party.office.put)
        first = _back(self.law.calendar, until.astimezone(CHINA).date(), days)
        waiting = self._plan(cases, items, district, first, days)
        today = first
        while waiting and waiting[0].at < until:
            due = heapq.heappop(waiting)
            day = due.at.astimezone(CHINA).date()
            if day > today:
                self._evening(today)
                today = day
            self.clock.put(due.at)
            left = due.left
            if due.case:
                self._do(due, left[0])
                left = left[1:]
            else:
                due.case = self._take_in(due)
            self._settle()
            if left:
                heapq.heappush(waiting, replace(due, at=self._when(due.at, left[0].days), turn=self._next(), left=left))
        self.clock.put(until)
        self._evening(today)

    def _plan(self, cases: int, items: Sequence[Item], district: District, first: date, days: int) -> list[_Due]:
        names = [*COURSES]
        often = [name for name, (weight, _) in COURSES.items() for _ in range(weight)]
        names += [self.rng.choice(often) for _ in range(max(0, cases - len(names)))]
        calendar = self.law.calendar
        waiting: list[_Due] = []
        for number, name in enumerate(names[:cases]):
            station = [*self.stations][number % len(self.stations)]
            taken = [item for item in items if item.mode_at(self.kinds[station]) is not Mode.INFORM]
            fitting = [item for item in taken if fits(name, item)] or [item for item in items if fits(name, item)]
            (coming,) = day_of_cases(self.seed * 1000 + number, 1, fitting, district, day=first)
            takes = sum(step.days for step in COURSES[name][1]) + 1
            if name in _AT_REST:
                day = calendar.add_working(first, self.rng.randrange(1, max(2, days - takes)))
            else:  # what is still on somebody's table came lately; a few lie too long, as they do
                lies = self.rng.choice((0, 1, 2) if name == "received" else (0, 1, 1, 2, 3, 5, 9))
                day = calendar.add_working(first, max(1, days - takes - lies))
            heapq.heappush(waiting, _Due(self._hour(day), self._next(), name, station, coming, COURSES[name][1]))
        return waiting

    # -- what people do

    def _take_in(self, due: _Due) -> str:
        station, at, coming = self.stations[due.station], self.clock.now(), due.coming
        office, item, rng = station.office, coming.item, self.rng
        with office.store.write() as tx:
            draft = drafts.begin_draft(tx, office.store.entropy(16), item, by=CLERK, at=at)
            drafts.save_draft(tx, draft, item, coming.answers | dict(coming.situations), at)
            known = coming.answers | dict(coming.situations)
            follows = (
                [m.code for m in item.materials_for(known) if m.secondary] if due.course.startswith("papers") else []
            )
            drafts.save_details(
                tx, draft, at, committed=item.commitment is not None, channel=coming.channel, lacking=follows[:1]
            )
        for material in item.required_materials_for(known):
            if material.code in follows[:1]:
                continue
            data, kind = self.paper(rng)
            paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type=kind, material=material.code)
            with office.store.write() as tx:
                drafts.add_paper(tx, draft, paper, at)
        with office.store.write() as tx:
            mode = {item.code: item.mode_at(self.kinds[due.station]).value}
            desk.submit(tx, office.pen, draft, item, by=CLERK, at=at, mode=mode)
        self.ends.setdefault(due.course, []).append(draft)
        self.told(sum(map(len, self.ends.values())))
        return draft

    def _do(self, due: _Due, step: Step) -> None:
        try:
            if step.act in _AT_DESK:
                self._at_desk(due, step.act)
            else:
                self._at_hub(due, step)
        except (Refused, AssertionError) as why:
            self.refused.append(f"{due.course}: {step.act}: {why}")

    def _at_hub(self, due: _Due, step: Step) -> None:
        hub, at = self.hub, self.clock.now()
        with hub.office.store.write() as tx:
            case = decisions.need_case(tx, hub.book, due.case)
            said = what_is_said(case, step.act, at, due.coming.item, step.proposal)
            if step.proposal == "at once":
                said = replace(said, simple=True)
            decisions.decide(
                tx, hub.office.pen, hub.book, self.law, due.case, step.act, hub.office.store.entropy(16),
                by=officer_for(case, step.act), at=at, seen=case.tip or "", said=said,
            )  # fmt: skip
        hub.clockwork.make_papers(at)

    def _at_desk(self, due: _Due, act: Act) -> None:
        station, at = self.stations[due.station], self.clock.now()
        office, book = station.office, station.book
        act_id = office.store.entropy(16)
        if act is Act.SUPPLEMENT:
            self._supply(due, station)
            return
        with office.store.write() as tx:
            if act is Act.HAND_OVER:
                name = desk.need_case(tx, book, due.case).applicant.name
                after.hand_over(tx, office.pen, book, due.case, act_id, recipient=name, by=CLERK, at=at)
            elif act is Act.RETURN_RESULT:
                after.return_result(tx, office.pen, book, due.case, act_id, reason="姓名中一个字有误", by=CLERK, at=at)
            else:
                after.ask_withdrawal(tx, office.pen, book, due.case, act_id, reason="改在外地办理", by=CLERK, at=at)

    def _supply(self, due: _Due, station: AtStation) -> None:
        office, at = station.office, self.clock.now()
        data, kind = self.paper(self.rng)
        digest = office.blobs.keep(data, at)
        with office.store.write() as tx:
            case = desk.need_case(tx, station.book, due.case)
            draft = desk.begin_supplement(tx, office.store.entropy(16), station.book, due.case, by=CLERK, at=at)
            about = (case.corrections[0].about if case.corrections else "") or case.lacking[0]
            drafts.add_paper(tx, draft, Paper(digest=digest, size=len(data), type=kind, material=about), at)
            desk.supplement(tx, office.pen, station.book, draft, due.coming.item, by=CLERK, at=at)

    # -- what the days do

    def _evening(self, day: date) -> None:
        """What the hub does by itself; the law's time limits are looked at when the day is over."""
        self.clock.put(datetime.combine(day, time(18, 30), CHINA).astimezone(UTC))
        at = self.clock.now()
        work = self.hub.clockwork
        work.keep_standing(at)
        work.let_the_law_act(at)
        work.give_cards(at)
        work.keep_licences([*self.stations], at)
        while work.make_papers(at):
            pass
        self._settle()
        work.keep_standing(at)
        work.keep_figures(at)

    def _settle(self) -> None:
        """Everything that was said has arrived.

        :raises AssertionError: the district does not come to rest
        """
        for _ in range(ROUNDS):
            busy = self.network.deliver() > 0
            for party in (self.hub, *self.stations.values()):
                batch = party.office.take()
                party.office.courier.step(batch)
                busy = busy or bool(batch)
            if not busy and not self.network.pending():
                return
        raise AssertionError("the district does not come to rest")

    def _when(self, at: datetime, days: int) -> datetime:
        if days == 0:
            return at + timedelta(minutes=self.rng.randint(5, 40))
        return self._hour(self.law.calendar.add_working(at.astimezone(CHINA).date(), days))

    def _hour(self, day: date) -> datetime:
        opening = datetime.combine(day, time(9), CHINA).astimezone(UTC)
        return opening + timedelta(minutes=self.rng.randrange(8 * 60))

    def _next(self) -> int:
        self._turn += 1
        return self._turn


_AT_DESK = frozenset({Act.SUPPLEMENT, Act.HAND_OVER, Act.RETURN_RESULT, Act.ASK_WITHDRAWAL})
# courses that come to an end, whenever they begin
_AT_REST = frozenset(
    {
        "surveyed and granted", "handed over", "denied", "not accepted", "not required", "withdrawn", "deemed accepted",
        "decided at once", "licence revoked",
    }
)  # fmt: skip


def fits(course: str, item: Item) -> bool:
    """Whether a case of the item can take this course, and needs nothing that a generator cannot make up."""
    if item.after or item.bundle or item.windows or (item.licence and item.licence.effect != "issues"):
        return False
    is_licence = any(limit.what == "notice" for limit in item.limits) and item.licence is not None
    surveys = item.survey.need is SurveyNeed.ALWAYS
    hears = any(Stop.HEARING in limit.stops_on for limit in item.limits)
    waits = any(limit.what == "waiting" for limit in item.limits)
    at_once = item.project_type is ProjectType.INSTANT  # nobody lets these lie for days
    wants: dict[str, bool] = {
        "hearing": hears,
        "heard": hears,
        "extended": any(limit.extendable for limit in item.limits),
        "deemed accepted": is_licence,
        "licence revoked": is_licence and not surveys,
        "reopened": is_licence and not surveys,
        "decided at once": at_once and not surveys,
        "papers follow": item.conditional is not None and not at_once,
        "papers brought": item.conditional is not None and not at_once,
        "surveyed and granted": surveys,
    }
    return wants.get(course, not surveys and not at_once) and not waits


def _back(calendar: Calendar, day: date, working_days: int) -> date:
    """The working day so many working days before `day`."""
    while working_days:
        day -= timedelta(days=1)
        working_days -= calendar.is_working(day)
    return day
