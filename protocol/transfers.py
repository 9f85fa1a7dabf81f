"""Papers that travel between two desks: a list of what is in the bag, signed for at each end. Pure.

The list is what was said of it, folded: sent by one end, received by the other with each line seen, a difference
settled by a person. Each end says its own part alone, so nothing has to be merged; paper may arrive before the word
of it, and is then signed for by the number on the list and compared when the list comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from protocol.catalogue.calendars import Calendar
from protocol.clock import CHINA, moment

LATE_AFTER = 2  # working days
MAX_LINES = 60

Text = Annotated[str, msgspec.Meta(max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=9999)]


class What(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    SETTLED = "settled"  # a difference was cleared up; how stands in the note
    DROPPED = "dropped"  # never went after all, or a number that was typed wrong


class Seen(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    DAMAGED = "damaged"


class State(StrEnum):
    MADE = "made"  # at its sender only
    SENT = "sent"
    EARLY = "early"  # the bag is here, the list is not
    RECEIVED = "received"
    DIFFERS = "differs"
    SETTLED = "settled"
    DROPPED = "dropped"


class TransferLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One paper of one case. No name stands in it: the list lies open on a desk."""

    case: Text  # number
    what: Text  # 身份证原件, 食品经营许可证 ...
    number: Text = ""  # of the document
    copies: Count = 1


class TransferStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of a transfer.step entry."""

    id: Text
    what: What
    number: Text  # of the list
    sender: Text  # party
    receiver: Text
    at: Text  # stamp()
    account: Text
    name: Text = ""
    lines: list[TransferLine] = []  # of SENT
    seal: Text = ""  # of the bag: as it was closed, as it was found
    carrier: Text = ""
    seen: list[Seen] = []  # of RECEIVED, one a line; empty where the list had not come
    counted: Count = 0  # of RECEIVED without a list: papers in the bag
    note: Text = ""

    @property
    def author(self) -> str:
        """Whose part it is to say this; "" where either may."""
        return {What.SENT: self.sender, What.RECEIVED: self.receiver}.get(self.what, "")


@dataclass(slots=True)
class Transfer:
    number: str
    sender: str
    receiver: str
    sent: TransferStep | None = None
    received: TransferStep | None = None  # the last that was said of it
    settled: TransferStep | None = None
    dropped: TransferStep | None = None
    steps: list[TransferStep] = field(default_factory=list)  # by the time that they say

    @property
    def lines(self) -> Sequence[TransferLine]:
        return self.sent.lines if self.sent is not None else ()

    @property
    def copies(self) -> int:
        return sum(line.copies for line in self.lines)

    @property
    def since(self) -> str:
        return (self.sent or self.received or self.steps[-1]).at

    @property
    def seal_differs(self) -> bool:
        """Only where both wrote one."""
        return bool(
            self.sent
            and self.received
            and self.sent.seal
            and self.received.seal
            and self.sent.seal != self.received.seal
        )

    @property
    def differs(self) -> bool:
        if self.sent is None or self.received is None:
            return False
        if self.received.seen:
            whole = len(self.received.seen) == len(self.lines) and set(self.received.seen) == {Seen.PRESENT}
        else:
            whole = self.received.counted == self.copies
        return not whole or self.seal_differs

    @property
    def state(self) -> State:
        if self.dropped is not None:
            return State.DROPPED
        if self.received is None:
            return State.SENT
        if self.sent is None:
            return State.EARLY
        if not self.differs:
            return State.RECEIVED
        return State.SETTLED if self.settled is not None else State.DIFFERS

    def seen(self, place: int) -> Seen | None:
        """What the receiver said of a line."""
        found = self.received.seen if self.received is not None else []
        return found[place] if place < len(found) else None

    def is_late(self, calendar: Calendar, at: datetime) -> bool:
        """One end has not said its part for more than two working days."""
        if self.state not in (State.SENT, State.EARLY):
            return False
        return (
            calendar.working_days(moment(self.since).astimezone(CHINA).date(), at.astimezone(CHINA).date()) > LATE_AFTER
        )


def fold(steps: Iterable[TransferStep]) -> Transfer:
    """Deterministic in the set; at least one step. A difference that is found after it was settled is open again."""
    ordered = sorted({step.id: step for step in steps}.values(), key=lambda step: (step.at, step.id))
    first = next((step for step in ordered if step.what is What.SENT), ordered[0])
    made = Transfer(first.number, first.sender, first.receiver, steps=ordered)
    for step in ordered:
        match step.what:
            case What.SENT:
                made.sent = made.sent or step
            case What.RECEIVED if step.receiver == made.receiver:  # a mistyped number receives nobody else's bag
                made.received, made.settled = step, None
            case What.SETTLED:
                made.settled = step
            case What.DROPPED:
                made.dropped = step
    return made
