"""Sections that restrain each other: in whose hands a case is, and who may not do what on the same case.

Tables that everything reads: the guard, the pages, the rule library and the tests. Nothing here relaxes when
people are few; then a case waits, in plain sight. Each refusal has a code of its own, and the library of
internal-control rules (protocol/controls) names the rule and version that it enforces.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from protocol.cases.words import Act, Duty, Flag, Link, Role, Status

# What a person has done once he has done this act.
DUTY_OF: dict[Act, Duty] = {
    Act.SUBMIT: Duty.INTAKE,
    Act.DECIDE_AT_ONCE: Duty.INTAKE,  # of the clerk on whose behalf; that a rule decided is nobody's duty
    Act.SUPPLEMENT: Duty.INTAKE,
    Act.ACCEPT: Duty.ACCEPTANCE,
    Act.ACCEPT_CONDITIONALLY: Duty.ACCEPTANCE,
    Act.ASK_CORRECTION: Duty.ACCEPTANCE,
    Act.REFUSE_ACCEPTANCE: Duty.ACCEPTANCE,
    Act.DECLARE_NOT_REQUIRED: Duty.ACCEPTANCE,
    Act.REVIEW: Duty.REVIEW,
    Act.RECORD_SURVEY: Duty.SURVEY,
    Act.COUNTERSIGN_SURVEY: Duty.SURVEY,
    Act.GRANT: Duty.APPROVAL,
    Act.DENY: Duty.APPROVAL,
    Act.SEND_BACK: Duty.APPROVAL,
    Act.CANCEL_LICENCE: Duty.APPROVAL,
    Act.REVOKE_LICENCE: Duty.APPROVAL,
    Act.ISSUE: Duty.ISSUANCE,
    Act.ARCHIVE: Duty.ARCHIVE,
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Whoever did `one` on a case may not do `other` on it, nor the other way round."""

    one: Duty
    other: Duty
    code: str  # of the refusal
    source: str


CONFLICTS: tuple[Conflict, ...] = (
    Conflict(Duty.INTAKE, Duty.ACCEPTANCE, "refused.same-person", "前台收件与后台受理分离"),
    Conflict(Duty.INTAKE, Duty.REVIEW, "refused.same-person", "收件与审核分离"),
    Conflict(Duty.INTAKE, Duty.APPROVAL, "refused.same-person", "收件与审批分离"),
    Conflict(Duty.ACCEPTANCE, Duty.APPROVAL, "refused.acceptor-approves", "受理与审批分离：当场决定的也须两人"),
    Conflict(Duty.REVIEW, Duty.APPROVAL, "refused.reviewer-approves", "审核与审批分离"),
    Conflict(Duty.SURVEY, Duty.APPROVAL, "refused.surveyor-approves", "现场勘查与审批分离"),
    Conflict(Duty.HEARING, Duty.REVIEW, "refused.chair-reviews", "行政许可法第四十八条"),
    Conflict(Duty.APPROVAL, Duty.ISSUANCE, "refused.approver-issues", "审批与发证分离"),
)

# Two acts of one duty that want two people: the second is not open to whoever last did the first.
TWO_PERSONS: dict[Act, tuple[Act, str, str]] = {
    Act.COUNTERSIGN_SURVEY: (Act.RECORD_SURVEY, "refused.two-persons", "行政许可法第三十四条"),
}

# Who holds the case: the first row that fits. None: the hub's or the station's by the status alone.
HANDS: tuple[tuple[Status, Flag | None, Link], ...] = (
    (Status.RECEIVED, None, Link.ACCEPTANCE),
    (Status.RETURNED, None, Link.INTAKE),
    (Status.ACCEPTED, Flag.SURVEY_PENDING, Link.SURVEY),
    (Status.ACCEPTED, Flag.SIMPLE, Link.APPROVAL),
    (Status.ACCEPTED, None, Link.REVIEW),
    (Status.REVIEWED, None, Link.APPROVAL),
    (Status.GRANTED, None, Link.ISSUANCE),
    (Status.DENIED, None, Link.ISSUANCE),
    (Status.ISSUED, None, Link.HAND_OVER),
    (Status.NOT_ACCEPTED, None, Link.HAND_OVER),
    (Status.HANDED_OVER, None, Link.ARCHIVE),
    (Status.WITHDRAWN, None, Link.HAND_OVER),
    (Status.ARCHIVED, Flag.CHECK_DUE, Link.SURVEY),
)

# The roles in which a person works in a section of that link.
ROLES_OF: dict[Link, frozenset[Role]] = {
    Link.INTAKE: frozenset({Role.CLERK, Role.HEAD}),
    Link.ACCEPTANCE: frozenset({Role.ACCEPTOR}),
    Link.REVIEW: frozenset({Role.REVIEWER}),
    Link.SURVEY: frozenset({Role.SURVEYOR}),
    Link.APPROVAL: frozenset({Role.APPROVER}),
    Link.ISSUANCE: frozenset({Role.ISSUER}),
    Link.HAND_OVER: frozenset({Role.CLERK, Role.HEAD}),
    Link.ARCHIVE: frozenset({Role.ARCHIVIST}),
    Link.SUPERVISION: frozenset({Role.SUPERVISOR, Role.LEADER}),
}

STATION_LINKS = frozenset({Link.INTAKE, Link.HAND_OVER})


def link_of(status: Status | None, flags: Collection[Flag]) -> Link | None:
    """In whose hands the case is; None once nothing is left to do."""
    for at, flag, link in HANDS:
        if at is status and (flag is None or flag in flags):
            return link
    return None


# duty -> the duties that whoever did them may not add it to; looked up at every act of every case
_AGAINST: dict[Duty, tuple[tuple[Duty, Conflict], ...]] = {
    duty: tuple((row.other if row.one is duty else row.one, row) for row in CONFLICTS if duty in (row.one, row.other))
    for duty in Duty
}


def conflict(duty: Duty | None, people: Collection[str], done_by: Mapping[Duty, Collection[str]]) -> Conflict | None:
    """The row that keeps these people (the author, and on whose behalf) from this duty, or None."""
    if duty is None:
        return None
    for before, row in _AGAINST[duty]:
        done = done_by.get(before)
        if done and any(person in done for person in people):
            return row
    return None


def duties_as_markdown() -> str:
    """The two tables of DESIGN.md; a test holds them together."""
    lines = ["| whoever did | may not do | code | source |", "|---|---|---|---|"]
    lines += [f"| {row.one} | {row.other} | {row.code} | {row.source} |" for row in CONFLICTS]
    lines += [f"| {first} | {second} | {code} | {source} |" for second, (first, code, source) in TWO_PERSONS.items()]
    lines += ["", "| status | flag | in the hands of |", "|---|---|---|"]
    lines += [f"| {status} | {flag or ''} | {link} |" for status, flag, link in HANDS]
    return "\n".join(lines) + "\n"
