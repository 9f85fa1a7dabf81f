"""What may happen to a case, who may do it, and what the case then is.

Pure: no clock, no database, no network. Both ends read this table, so the station and the district
cannot disagree about a status that they derive from the same acts. Every status has one owning
side, and only the owner moves it; what the other side wants is a request that the owner answers.
That is why two ends that have not spoken for a week never have to merge anything.

Few statuses, many flags: a survey, a special procedure or a joint review of the full pipeline is a
flag on ACCEPTED with rules of its own, not another status.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    STATION = "station"
    HUB = "hub"


class Role(StrEnum):
    """What an account may be. Side and role together decide; RULES and the route tables name them."""

    CLERK = "clerk"  # station: takes in, supplies, hands over
    HEAD = "head"  # station: the same, and answers for the station
    OFFICER = "officer"  # hub: accepts and decides
    ACCEPTOR = "acceptor"  # hub, 受理: accepts, asks for corrections, declines to accept
    REVIEWER = "reviewer"  # hub, 审核: examines and proposes; orders surveys and special procedures
    SURVEYOR = "surveyor"  # hub, 踏勘: always two of them
    APPROVER = "approver"  # hub, 审批: decides
    ISSUER = "issuer"  # hub, 发证: makes and sends what was decided
    ARCHIVIST = "archivist"  # hub, 归档
    LEADER = "leader"  # hub: head of the agency; extends, reopens, recuses others, answers for red cards
    SUPERVISOR = "supervisor"  # hub: watches clocks, gives cards; moves no case
    AUDITOR = "auditor"  # hub: reads everything, touches nothing
    EDITOR = "editor"  # hub: drafts catalogue and rules, signs them
    PUBLISHER = "publisher"  # hub: approves what another signed, and publishes it
    OPERATOR = "operator"  # hub: stations, exchange, attention
    ADMIN = "admin"  # accounts; no cases
    SYSTEM = "system"  # the clock itself: what the law says happens by lapse of time; never an account


class Status(StrEnum):
    RECEIVED = "received"  # materials taken in, receipt printed; no acceptance yet (收件)
    RETURNED = "returned"  # one-time correction notice is out (补正)
    ACCEPTED = "accepted"  # 受理
    NOT_ACCEPTED = "not-accepted"  # 不予受理, 行政许可法 §32(2)
    GRANTED = "granted"  # 准予
    DENIED = "denied"  # 不予, with reasons and remedies, §38
    WITHDRAWN = "withdrawn"  # the applicant's request was granted
    HANDED_OVER = "handed-over"  # the result is with the applicant (送达)


class Act(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    ASK_CORRECTION = "ask-correction"
    REFUSE_ACCEPTANCE = "refuse-acceptance"
    SUPPLEMENT = "supplement"
    GRANT = "grant"
    DENY = "deny"
    ASK_WITHDRAWAL = "ask-withdrawal"
    ALLOW_WITHDRAWAL = "allow-withdrawal"
    DECLINE_WITHDRAWAL = "decline-withdrawal"
    HAND_OVER = "hand-over"
    RESCAN = "rescan"  # a scan that was lost at both ends was taken again
    NOTE = "note"  # an officer's inner opinion; sealed to the hub itself
    SETTLE = "settle"  # a person looked at two versions and wrote down why the standing one stands


class Flag(StrEnum):
    CORRECTED = "corrected"  # the one correction notice has been used
    WITHDRAWAL_ASKED = "withdrawal-asked"  # an open request to withdraw
    FORKED = "forked"  # an act was set aside because an earlier one follows the same act
    ACT_REFUSED = "act-refused"  # an act came that the rules do not allow
    WAITING = "waiting"  # an act came before the one that it follows


class Need(StrEnum):
    """What an act must carry besides its author and time."""

    INTAKE = "intake"
    REASON = "reason"
    REMEDIES = "remedies"  # where and until when it can be contested
    CORRECTIONS = "corrections"  # everything that is wrong, once and completely
    REQUEST = "request"  # the request that it answers


@dataclass(frozen=True, slots=True)
class Rule:
    """From `status` (None: no case yet) `side` may do `act`; the case is then `then`."""

    status: Status | None
    act: Act
    side: Side
    roles: frozenset[Role]
    then: Status
    needs: frozenset[Need] = frozenset()
    sets: Flag | None = None
    never_twice: Flag | None = None  # not open once this flag is set
    excludes: frozenset[Act] = frozenset()  # who did one of these may not do this


_DESK = frozenset({Role.CLERK, Role.HEAD})
_OFFICE = frozenset({Role.OFFICER})
_INTAKE = frozenset({Act.SUBMIT, Act.SUPPLEMENT})
_REASON = frozenset({Need.REASON})
_DENIAL = frozenset({Need.REASON, Need.REMEDIES})

# fmt: off
RULES: tuple[Rule, ...] = (
    Rule(None,                Act.SUBMIT,             Side.STATION, _DESK,   Status.RECEIVED, frozenset({Need.INTAKE})),
    # 行政许可法 §32(4): told once, everything; a second notice is not open
    Rule(Status.RECEIVED,     Act.ASK_CORRECTION,     Side.HUB,     _OFFICE, Status.RETURNED, frozenset({Need.CORRECTIONS}), sets=Flag.CORRECTED, never_twice=Flag.CORRECTED, excludes=_INTAKE),
    Rule(Status.RECEIVED,     Act.ACCEPT,             Side.HUB,     _OFFICE, Status.ACCEPTED, excludes=_INTAKE),
    Rule(Status.RECEIVED,     Act.REFUSE_ACCEPTANCE,  Side.HUB,     _OFFICE, Status.NOT_ACCEPTED, _DENIAL, excludes=_INTAKE),
    Rule(Status.RETURNED,     Act.SUPPLEMENT,         Side.STATION, _DESK,   Status.RECEIVED),
    # at the desk's turn the wish to withdraw passes the case to the hub, which answers it
    Rule(Status.RETURNED,     Act.ASK_WITHDRAWAL,     Side.STATION, _DESK,   Status.RECEIVED, _REASON),
    # §34, §38
    Rule(Status.ACCEPTED,     Act.GRANT,              Side.HUB,     _OFFICE, Status.GRANTED, _REASON, excludes=_INTAKE),
    Rule(Status.ACCEPTED,     Act.DENY,               Side.HUB,     _OFFICE, Status.DENIED, _DENIAL, excludes=_INTAKE),
    Rule(Status.RECEIVED,     Act.ALLOW_WITHDRAWAL,   Side.HUB,     _OFFICE, Status.WITHDRAWN, frozenset({Need.REQUEST})),
    Rule(Status.ACCEPTED,     Act.ALLOW_WITHDRAWAL,   Side.HUB,     _OFFICE, Status.WITHDRAWN, frozenset({Need.REQUEST})),
    Rule(Status.RECEIVED,     Act.DECLINE_WITHDRAWAL, Side.HUB,     _OFFICE, Status.RECEIVED, frozenset({Need.REQUEST, Need.REASON})),
    Rule(Status.ACCEPTED,     Act.DECLINE_WITHDRAWAL, Side.HUB,     _OFFICE, Status.ACCEPTED, frozenset({Need.REQUEST, Need.REASON})),
    Rule(Status.GRANTED,      Act.HAND_OVER,          Side.STATION, _DESK,   Status.HANDED_OVER),
    Rule(Status.DENIED,       Act.HAND_OVER,          Side.STATION, _DESK,   Status.HANDED_OVER),
    Rule(Status.NOT_ACCEPTED, Act.HAND_OVER,          Side.STATION, _DESK,   Status.HANDED_OVER),
)
# fmt: on

# Asked by the side that does not own the status; open while the status is one of these.
REQUESTS: dict[Act, tuple[Side, frozenset[Role], frozenset[Status]]] = {
    Act.ASK_WITHDRAWAL: (Side.STATION, _DESK, frozenset({Status.RECEIVED, Status.ACCEPTED})),
}
ANSWERS = frozenset({Act.ALLOW_WITHDRAWAL, Act.DECLINE_WITHDRAWAL})

# Written beside the line of acts; they move nothing.
REMARKS: dict[Act, tuple[Side, frozenset[Role]]] = {
    Act.RESCAN: (Side.STATION, _DESK),
    Act.NOTE: (Side.HUB, frozenset({Role.OFFICER})),
    Act.SETTLE: (Side.HUB, frozenset({Role.OFFICER, Role.OPERATOR})),
}

# What only the hub may read travels sealed to the hub itself.
INNER = frozenset({Act.NOTE})

OWNER: dict[Status, Side] = {
    Status.RECEIVED: Side.HUB,
    Status.RETURNED: Side.STATION,
    Status.ACCEPTED: Side.HUB,
    Status.NOT_ACCEPTED: Side.STATION,
    Status.GRANTED: Side.STATION,
    Status.DENIED: Side.STATION,
    Status.WITHDRAWN: Side.HUB,
    Status.HANDED_OVER: Side.HUB,
}

_BY_STEP = {(rule.status, rule.act): rule for rule in RULES}


def rule_for(status: Status | None, act: Act) -> Rule | None:
    return _BY_STEP.get((status, act))


def rules_as_markdown() -> str:
    """The table of DESIGN.md; a test holds the two together."""
    rows = [
        "| status | act | side | roles | then | needs | not twice | not by who did |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rule in RULES:
        rows.append(
            f"| {rule.status or '(new)'} | {rule.act} | {rule.side} | {_names(rule.roles)} | {rule.then} "
            f"| {_names(rule.needs)} | {rule.never_twice or ''} | {_names(rule.excludes)} |"
        )
    rows += ["", "| request | asked by | roles | open while |", "|---|---|---|---|"]
    for act, (side, roles, statuses) in REQUESTS.items():
        rows.append(f"| {act} | {side} | {_names(roles)} | {_names(statuses)} |")
    rows += ["", "| status | owner |", "|---|---|"]
    rows += [f"| {status} | {side} |" for status, side in OWNER.items()]
    return "\n".join(rows) + "\n"


def _names(values: frozenset[Role] | frozenset[Need] | frozenset[Act] | frozenset[Status]) -> str:
    return ", ".join(sorted(values))
