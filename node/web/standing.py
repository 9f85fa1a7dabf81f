"""Where a case stands, in the citizen's words: which link has it, and what its clocks say, without a wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from node.dues import Chase, Due, due_of, states_of
from node.web.tools import house
from protocol.cases.case import Case
from protocol.cases.rules import Flag, Link, Status
from protocol.clocks.explained import lines as explained
from protocol.clocks.explained import said
from protocol.clocks.states import ClockIs, ClockState
from protocol.console import session
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Phrase, say

SOON_DAYS = 3  # working days in which somebody should move

_STRIP = (Link.INTAKE, Link.ACCEPTANCE, Link.REVIEW, Link.APPROVAL, Link.ISSUANCE, Link.HAND_OVER)
_PLACE: dict[Status, int] = {
    Status.RECEIVED: 1,
    Status.RETURNED: 0,
    Status.NOT_ACCEPTED: 5,
    Status.ACCEPTED: 2,
    Status.REVIEWED: 3,
    Status.GRANTED: 4,
    Status.DENIED: 4,
    Status.ISSUED: 5,
    Status.HANDED_OVER: 6,
    Status.WITHDRAWN: 6,
    Status.ARCHIVED: 6,
}
_LOOK: dict[ClockIs, tuple[Tone, Icon]] = {
    ClockIs.RUNNING: (Tone.PLAIN, Icon.CLOCK),
    ClockIs.PAUSED: (Tone.WARN, Icon.LOCK),
    ClockIs.MET: (Tone.GOOD, Icon.CHECK),
    ClockIs.OVERDUE: (Tone.BAD, Icon.ALERT),
    ClockIs.EXPIRED: (Tone.BAD, Icon.ALERT),
    ClockIs.NOT_BEGUN: (Tone.PLAIN, Icon.INFO),
    ClockIs.VOID: (Tone.PLAIN, Icon.INFO),
}

# what of an explanation stands in one line: how far it is and until when; of what is done, when it was done
_GLANCE = (("day.", "taken", "left.", "due", "late.", "waits", "over"), ("done", "late.", "over"))


@dataclass(frozen=True, slots=True)
class Stop:
    """One link on the strip."""

    text: Phrase
    done: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Strip:
    stops: Sequence[Stop]
    now: Phrase


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit: in one line, and why. The sentences come from the ledger's own words."""

    title: str
    short: str
    why: Sequence[str]
    chip: Chip


def strip_of(case: Case) -> Strip:
    assert case.status is not None
    place = _PLACE[case.status]
    # a case that ended early has not been through what it skipped
    skipped = case.status in (Status.NOT_ACCEPTED, Status.WITHDRAWN) or case.status is Status.ARCHIVED
    walked = {Link.INTAKE, Link.ACCEPTANCE} | ({Link.REVIEW, Link.APPROVAL} if case.was_accepted else set())
    stops = [
        Stop(
            say(f"pipeline.{link}"),
            number < place and (not skipped or link in walked or (case.decision is not None and case.was_accepted)),
            number == place,
        )
        for number, link in enumerate(_STRIP)
    ]
    return Strip(stops, say(f"pipeline.now-{_now(case)}"))


def _now(case: Case) -> str:
    if case.status is Status.RECEIVED and Flag.LAPSED in case.flags:
        return "lapsed"
    if case.status is Status.ACCEPTED:
        for flag, key in ((Flag.PAUSED, "paused"), (Flag.SURVEY_PENDING, "survey"), (Flag.LACKING, "lacking")):
            if flag in case.flags:
                return key
    return str(case.status)


def clocks_of_page(request: Request, case: Case, at: datetime) -> list[Clock]:
    """Those that say something: the ones that run first, then what has been met; empty without the item."""
    lang = session.lang(request).value
    states = [
        state
        for state in states_of(case, house(request).shelf, at)
        if state.state not in (ClockIs.VOID, ClockIs.NOT_BEGUN) or state.ticking
    ]
    order = (ClockIs.OVERDUE, ClockIs.EXPIRED, ClockIs.RUNNING, ClockIs.PAUSED, ClockIs.MET)
    states.sort(key=lambda state: (state.history, order.index(state.state), state.due or at.date()))
    return [_clock(state, lang) for state in states]


def _clock(state: ClockState, lang: str) -> Clock:
    tone, icon = _LOOK[state.state]
    if state.late and state.state is ClockIs.MET:
        tone = Tone.WARN
    title, *rest = explained(state)
    glance = [said(line, lang) for line in rest if line.key.startswith(_GLANCE[state.state is ClockIs.MET])]
    joined = ("，" if lang.startswith("zh") else "; ").join(glance)
    return Clock(
        said(title, lang), joined, [said(line, lang) for line in rest], Chip(say(f"clock.{state.state}"), tone, icon)
    )


def due_chip(due: Due) -> Chip:
    """How many working days are left to the nearest day."""
    if due.day is None:
        return Chip(say("due.none"), Tone.PLAIN, Icon.INFO)
    if due.left < 0:
        return Chip(say("due.late", count=-due.left), Tone.BAD, Icon.ALERT)
    if due.left == 0:
        return Chip(say("due.today"), Tone.WARN, Icon.CLOCK)
    return Chip(say("due.left", count=due.left), Tone.WARN if due.left <= SOON_DAYS else Tone.PLAIN, Icon.CLOCK)


def due_day(due: Due) -> Phrase | None:
    if due.day is None or due.clock is None:
        return None
    return say("due.provisional" if due.clock.provisional else "due.day", day=due.day)


def is_soon(due: Due) -> bool:
    return due.day is not None and due.left <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class Chased:
    """What is awaited of a case, at the head of its page."""

    what: Phrase
    day: Phrase | None
    chip: Chip


def chased(request: Request, case: Case, at: datetime) -> Chased | None:
    due = due_of(case, house(request).shelf, at)
    if due.what is Chase.DISTRICT or case.status in (Status.HANDED_OVER, Status.ARCHIVED, Status.WITHDRAWN):
        return None
    return Chased(say(f"due.of-{due.what}"), due_day(due), due_chip(due))
