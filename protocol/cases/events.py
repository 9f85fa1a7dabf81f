"""What happened to a case, as the clocks need it: a short list read from the acts that stand.

The ledger of a clock is computed from these and from the item's limits; nobody keeps a due date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from protocol.cases.case import Case
from protocol.cases.words import Act
from protocol.catalogue.items import Stop


class Happened(StrEnum):
    RECEIVED = "received"
    CORRECTION_ASKED = "correction-asked"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    PAUSED = "paused"  # a special procedure, a rectification or another agency's conclusion has begun
    RESUMED = "resumed"
    SURVEY_ORDERED = "survey-ordered"
    SURVEYED = "surveyed"
    EXTENDED = "extended"
    DECIDED = "decided"
    ISSUED = "issued"
    HANDED_OVER = "handed-over"
    CLOSED = "closed"  # not accepted, or withdrawn
    REOPENED = "reopened"
    CHECKED = "checked"  # the later look at what was promised


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in the order of the line of acts.

    `at` is a stamp(): the attested time of the act. `counts_from` is an ISO day where the law dates the event
    otherwise than the act (deemed acceptance counts from the day of receipt), "" where it does not.
    """

    what: Happened
    at: str
    act: str  # id of the act
    document: str = ""  # number of the notice or decision that goes with it
    stop: Stop | None = None  # of PAUSED and RESUMED
    counts_from: str = ""


_HAPPENED: dict[Act, Happened] = {
    Act.SUBMIT: Happened.RECEIVED,
    Act.ASK_CORRECTION: Happened.CORRECTION_ASKED,
    Act.SUPPLEMENT: Happened.SUPPLEMENTED,
    Act.ACCEPT: Happened.ACCEPTED,
    Act.ACCEPT_CONDITIONALLY: Happened.ACCEPTED,
    Act.DEEM_ACCEPTED: Happened.ACCEPTED,
    Act.PAUSE: Happened.PAUSED,
    Act.RESUME: Happened.RESUMED,
    Act.ORDER_SURVEY: Happened.SURVEY_ORDERED,
    Act.COUNTERSIGN_SURVEY: Happened.SURVEYED,
    Act.EXTEND: Happened.EXTENDED,
    Act.GRANT: Happened.DECIDED,
    Act.DENY: Happened.DECIDED,
    Act.DEEM_RENEWED: Happened.DECIDED,
    Act.ISSUE: Happened.ISSUED,
    Act.HAND_OVER: Happened.HANDED_OVER,
    Act.REFUSE_ACCEPTANCE: Happened.CLOSED,
    Act.DECLARE_NOT_REQUIRED: Happened.CLOSED,
    Act.ALLOW_WITHDRAWAL: Happened.CLOSED,
    Act.CLOSE_LATE: Happened.CLOSED,
    Act.REOPEN: Happened.REOPENED,
    Act.CHECK_PROMISE: Happened.CHECKED,
}

_AT_ONCE = (Happened.RECEIVED, Happened.ACCEPTED, Happened.DECIDED, Happened.ISSUED)


def events_of(case: Case) -> list[Event]:
    """What happened, from the acts that stand, in their order.

    Papers that a conditional acceptance waited for count as supplemented with the last one that was brought; what a
    correction notice asked for also when it was brought beside the line, because the case was no longer at the desk.
    """
    events: list[Event] = []
    stop: Stop | None = None
    lacking = set[str]()
    is_asked = False  # a notice is out and has not been answered
    for act in case.line:
        if act.act is Act.DECIDE_AT_ONCE:
            events += [Event(what, act.at, act.id, act.number) for what in _AT_ONCE]
            continue
        what = _HAPPENED.get(act.act)
        if act.act is Act.ACCEPT_CONDITIONALLY:
            lacking = {one.about for one in act.corrections}
        elif act.act is Act.SUPPLY and lacking:
            lacking -= {paper.material for paper in act.papers}
            what = None if lacking else Happened.SUPPLEMENTED
        elif act.act is Act.SUPPLY and is_asked:
            what = Happened.SUPPLEMENTED
        if what is Happened.CORRECTION_ASKED or what is Happened.SUPPLEMENTED:
            is_asked = what is Happened.CORRECTION_ASKED
        if what is None:
            continue
        if what is Happened.PAUSED:
            stop = act.stop
        its_stop = stop if what in (Happened.PAUSED, Happened.RESUMED) else None
        events.append(Event(what, act.at, act.id, act.number, its_stop, act.counts_from))
    return events
