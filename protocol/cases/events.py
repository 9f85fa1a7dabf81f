"""What happened to a case, as the clocks need it: a short list read from the acts that stand.

The ledger of a clock is computed from these and from the item's limits; nobody keeps a due date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
