"""What happens in the hall, as it is kept: the queue of a day is the fold of these and of nothing else.

Fields are only ever added, with a default. No event holds a person's name or number: a ticket is a number,
and the card that was read for it left nothing but a class.
"""

from __future__ import annotations

import msgspec

from node.hall.rules import Klass, Rules


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why this ticket and no other, as it was reckoned when it was called."""

    by: str  # held, cap, score, asked
    wait_s: int
    head_start_s: int = 0
    klass: Klass = Klass.ORDINARY
    group: str = ""
    next_best: str = ""  # ticket that would have come instead
    next_best_s: int = 0  # its score, seconds
    left_to_specialists: list[str] = []  # tickets passed over because a free counter knows only those
    waiting: int = 0  # how many waited that this counter could have called


class Drawn(msgspec.Struct, frozen=True, omit_defaults=True, tag="drawn"):
    """`groups` are still to be served, in order; `waited_s` is what a carried ticket has waited before today."""

    ticket: str
    series: int
    groups: list[str]
    items: list[str] = []
    klass: Klass = Klass.ORDINARY
    needs: list[str] = []  # en, sign
    slot: str = ""  # stamp() of an appointment
    carried_from: str = ""  # ISO day
    waited_s: int = 0
    machine: str = ""


class Opened(msgspec.Struct, frozen=True, omit_defaults=True, tag="opened"):
    """A counter begins to call, or calls other groups from now on (潮汐窗口)."""

    counter: int
    skills: list[str]
    name: str = ""  # of the clerk, as the counter's own screen shows it
    tidal: bool = False


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    counter: int
    reason: str


class Resumed(msgspec.Struct, frozen=True, tag="resumed"):
    counter: int


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    counter: int


class Called(msgspec.Struct, frozen=True, tag="called"):
    ticket: str
    counter: int
    why: Why


class Recalled(msgspec.Struct, frozen=True, tag="recalled"):
    ticket: str
    counter: int


class Arrived(msgspec.Struct, frozen=True, tag="arrived"):
    ticket: str
    counter: int


class CaseTaken(msgspec.Struct, frozen=True, tag="case"):
    """A case was taken in for this ticket: joins ticket, case and rating."""

    ticket: str
    case: str
    item: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The group that was served is done. Others of the ticket wait on, with the arrival of the first."""

    ticket: str
    counter: int


class Missed(msgspec.Struct, frozen=True, tag="missed"):
    ticket: str
    counter: int


class Restored(msgspec.Struct, frozen=True, omit_defaults=True, tag="restored"):
    ticket: str
    reason: str = ""  # needed where it had been void


class Voided(msgspec.Struct, frozen=True, tag="voided"):
    ticket: str
    reason: str


class Held(msgspec.Struct, frozen=True, tag="held"):
    """Gone to copy or to fill in something; comes back to the same counter, in front."""

    ticket: str
    counter: int
    reason: str


class BackFromHold(msgspec.Struct, frozen=True, tag="back"):
    ticket: str


class Transferred(msgspec.Struct, frozen=True, omit_defaults=True, tag="transferred"):
    """To those who know `groups`, or to one counter; the arrival stays."""

    ticket: str
    counter: int  # from
    groups: list[str]
    to: int = 0
    reason: str = ""


class Promised(msgspec.Struct, frozen=True, tag="promised"):
    """How long somebody was told that he will wait: minutes, from and to."""

    ticket: str
    before: int  # people
    low_min: int
    high_min: int


class Carried(msgspec.Struct, frozen=True, tag="carried"):
    """Not served today: is first in line on the next day the hall is open."""

    ticket: str


class RulesSet(msgspec.Struct, frozen=True, tag="rules"):
    rules: Rules


class DayEnded(msgspec.Struct, frozen=True, tag="ended"):
    pass


Event = (
    Drawn | Opened | Paused | Resumed | Closed | Called | Recalled | Arrived | CaseTaken | Finished | Missed
    | Restored | Voided | Held | BackFromHold | Transferred | Promised | Carried | RulesSet | DayEnded
)  # fmt: skip
