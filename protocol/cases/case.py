"""The case as both ends see it, and the acts on its page with what the fold made of each.

Shapes only: fold.py makes them, judging.py says what one act does to them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from protocol.cases.acts import Applicant, CaseAct, Correction, Intake, Paper, Told
from protocol.cases.duties import link_of
from protocol.cases.rules import OWNER
from protocol.cases.words import Act, Duty, Flag, Link, Side, Status


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
    station: str = ""  # that holds it: only its desk moves the case
    known_at: list[str] = field(default_factory=list)  # stations that hold or held it, and are told of it
    fetch_at: str = ""  # where the applicant wants to fetch the result, as long as that is another station
    item: str = ""
    item_version: int = 0
    status: Status | None = None
    applicant: Applicant = field(default_factory=lambda: Applicant(name="", number=""))
    intake: Intake | None = None
    answers: dict[str, str] = field(default_factory=dict)
    papers: list[Paper] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    tip: str | None = None  # the last standing act: what a new act follows
    steps: list[Step] = field(default_factory=list)  # standing acts in line, then the rest
    corrections: list[Correction] = field(default_factory=list)  # of the open notice
    lacking: list[str] = field(default_factory=list)  # materials that a conditional acceptance waits for
    open_request: CaseAct | None = None
    review: CaseAct | None = None  # the reviewer's last proposal
    decision: CaseAct | None = None  # GRANT, DENY, DEEM_RENEWED, DECIDE_AT_ONCE, or a refusal to accept
    issued: CaseAct | None = None  # the last ISSUE, or DECIDE_AT_ONCE
    looked_at: CaseAct | None = None  # the CONFIRM, or else the DOUBT, of what was decided at once
    pause: CaseAct | None = None  # the PAUSE that is on
    documents: list[CaseAct] = field(default_factory=list)  # ATTACH, in the order of the journals
    cards: list[CaseAct] = field(default_factory=list)  # CARD; only the hub can read them
    answered_cards: set[str] = field(default_factory=set)  # ids of CARD acts
    was_accepted: bool = False
    opened_at: str = ""
    moved_at: str = ""
    done_by: dict[Duty, set[str]] = field(default_factory=dict)
    last_by: dict[Act, tuple[str, ...]] = field(default_factory=dict)
    recused: set[str] = field(default_factory=set)

    @property
    def owner(self) -> Side:
        return OWNER[self.status] if self.status is not None else Side.STATION

    @property
    def link(self) -> Link | None:
        """In whose hands it is; None once nothing is left to do."""
        return link_of(self.status, self.flags)

    @property
    def set_aside(self) -> list[Step]:
        return [step for step in self.steps if step.standing is not Standing.STANDS]

    @property
    def line(self) -> list[CaseAct]:
        """The acts that stand, in order; remarks and requests among them."""
        return [step.act for step in self.steps if step.standing is Standing.STANDS]
