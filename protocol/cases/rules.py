"""What may happen to a case, who may do it, and what the case then is.

Pure: no clock, no database, no network. Both ends read this table, so the station and the district
cannot disagree about a status that they derive from the same acts. Every status has one owning
side, and only the owner moves it; what the other side wants is a request that the owner answers.
That is why two ends that have not spoken for a week never have to merge anything.

Few statuses, many flags: a survey or a special procedure is a flag on ACCEPTED with rules of its
own, not another status. The clock itself may accept and renew where the law says so, and signed rules may grant at the desk;
neither ever refuses.

While a case lies at a desk the hub may still move it to another one, or reopen what was closed. Where that meets an act
of the desk which follows the same act, the desk's stands: the citizen has the paper in his hand already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from protocol.cases.words import Act, Flag, Link, Need, Role, Side, Status

__all__ = ["Act", "Flag", "Link", "Need", "Role", "Side", "Status"]


@dataclass(frozen=True, slots=True)
class Rule:
    """From `status` (None: no case yet) `side` may do `act`; the case is then `then`.

    `then` None: what it was before that (RETURN_RESULT: as decided; REOPEN: accepted, or received if it never was).
    """

    status: Status | None
    act: Act
    side: Side
    roles: frozenset[Role]
    then: Status | None
    needs: frozenset[Need] = frozenset()
    sets: frozenset[Flag] = frozenset()
    clears: frozenset[Flag] = frozenset()
    wants: frozenset[Flag] = frozenset()  # open only while these are set
    bars: frozenset[Flag] = frozenset()  # not open while one of these is set


def _set(*values: object) -> frozenset:  # type: ignore[type-arg]
    return frozenset(values)


_DESK = frozenset({Role.CLERK, Role.HEAD})
_APPLYING = _DESK | {Role.APPLICANT}  # 本人自助: what needs nobody of ours
_ACCEPTOR, _REVIEWER, _SURVEYOR = _set(Role.ACCEPTOR), _set(Role.REVIEWER), _set(Role.SURVEYOR)
_APPROVER, _ISSUER, _ARCHIVIST = _set(Role.APPROVER), _set(Role.ISSUER), _set(Role.ARCHIVIST)
_LEADER, _SYSTEM = _set(Role.LEADER), _set(Role.SYSTEM)
_EXAMINERS = _REVIEWER | _SURVEYOR
OFFICERS = _ACCEPTOR | _EXAMINERS | _APPROVER | _ISSUER | _ARCHIVIST | _LEADER  # who works on cases at the hub
WATCHERS = _set(Role.SUPERVISOR, Role.AUDITOR)  # who reads them
_REASON = _set(Need.REASON)
_REFUSAL = _set(Need.REASON, Need.REMEDIES)
_ANSWER, _NO = _set(Need.REQUEST), _set(Need.REQUEST, Need.REASON)
_BUSY = _set(Flag.SURVEY_PENDING, Flag.PAUSED)
_SURVEY_DONE = _set(Flag.SURVEY_PENDING, Flag.SURVEY_RECORDED)
_SIMPLE = _set(Flag.SIMPLE)
_INSTANT = _set(Flag.INSTANT, Flag.PROVISIONAL)
_H, _S, _F = Side.HUB, Side.STATION, _set

# fmt: off
_LINE: tuple[Rule, ...] = (
    Rule(None,                Act.SUBMIT,               _S, _APPLYING,  Status.RECEIVED, _F(Need.INTAKE)),
    # §34(2): born decided; whether the hub confirms it stands beside the line, because the case is the desk's
    Rule(None,                Act.DECIDE_AT_ONCE,       _S, _SYSTEM,    Status.ISSUED,   _F(Need.INTAKE, Need.TRACE, Need.REASON), sets=_INSTANT),
    # 行政许可法 §32(4): told once, everything; a second notice is not open
    Rule(Status.RECEIVED,     Act.ACCEPT,               _H, _ACCEPTOR,  Status.ACCEPTED),
    Rule(Status.RECEIVED,     Act.ACCEPT_CONDITIONALLY, _H, _ACCEPTOR,  Status.ACCEPTED, _F(Need.CORRECTIONS), sets=_F(Flag.LACKING)),
    Rule(Status.RECEIVED,     Act.ASK_CORRECTION,       _H, _ACCEPTOR,  Status.RETURNED, _F(Need.CORRECTIONS), sets=_F(Flag.CORRECTED), bars=_F(Flag.CORRECTED)),
    Rule(Status.RECEIVED,     Act.DEEM_ACCEPTED,        _H, _SYSTEM,    Status.ACCEPTED, _F(Need.DAY), sets=_F(Flag.DEEMED_ACCEPTED), bars=_F(Flag.CORRECTED)),
    Rule(Status.RECEIVED,     Act.DECLARE_NOT_REQUIRED, _H, _ACCEPTOR,  Status.NOT_ACCEPTED, _REFUSAL),
    Rule(Status.RECEIVED,     Act.REFUSE_ACCEPTANCE,    _H, _ACCEPTOR,  Status.NOT_ACCEPTED, _REFUSAL),
    Rule(Status.RECEIVED,     Act.CLOSE_LATE,           _H, _LEADER,    Status.WITHDRAWN, _REFUSAL, wants=_F(Flag.CORRECTED)),
    Rule(Status.RETURNED,     Act.SUPPLEMENT,           _S, _APPLYING,  Status.RECEIVED),
    Rule(Status.RETURNED,     Act.LAPSE,                _S, _DESK | _SYSTEM, Status.RECEIVED, sets=_F(Flag.LAPSED)),
    # at the desk's turn the wish to withdraw passes the case to the hub, which answers it
    Rule(Status.RETURNED,     Act.ASK_WITHDRAWAL,       _S, _DESK,      Status.RECEIVED, _REASON),
    # 容缺: what was to follow has not come in time
    Rule(Status.ACCEPTED,     Act.CLOSE_LATE,           _H, _LEADER,    Status.WITHDRAWN, _REFUSAL, wants=_F(Flag.LACKING)),
    Rule(Status.REVIEWED,     Act.CLOSE_LATE,           _H, _LEADER,    Status.WITHDRAWN, _REFUSAL, wants=_F(Flag.LACKING)),
    # survey by two, §34; a second surveyor who cannot sign the record makes another, which the first may sign; only what §45 and the item's own law name stands the clock still
    Rule(Status.ACCEPTED,     Act.ORDER_SURVEY,         _H, _REVIEWER,  Status.ACCEPTED, _REASON, sets=_F(Flag.SURVEY_PENDING), bars=_BUSY | _SIMPLE),
    Rule(Status.ACCEPTED,     Act.RECORD_SURVEY,        _H, _SURVEYOR,  Status.ACCEPTED, _F(Need.SURVEY), sets=_F(Flag.SURVEY_RECORDED), wants=_F(Flag.SURVEY_PENDING), bars=_F(Flag.PAUSED)),
    Rule(Status.ACCEPTED,     Act.COUNTERSIGN_SURVEY,   _H, _SURVEYOR,  Status.ACCEPTED, sets=_F(Flag.SURVEYED), clears=_SURVEY_DONE, wants=_F(Flag.SURVEY_RECORDED)),
    Rule(Status.ACCEPTED,     Act.PAUSE,                _H, _EXAMINERS, Status.ACCEPTED, _F(Need.REASON, Need.STOP), sets=_F(Flag.PAUSED), bars=_F(Flag.PAUSED) | _SIMPLE),
    Rule(Status.ACCEPTED,     Act.RESUME,               _H, _EXAMINERS, Status.ACCEPTED, _REASON, clears=_F(Flag.PAUSED), wants=_F(Flag.PAUSED)),
    Rule(Status.ACCEPTED,     Act.REVIEW,               _H, _REVIEWER,  Status.REVIEWED, _F(Need.REASON, Need.PROPOSAL), bars=_BUSY | _SIMPLE),
    Rule(Status.ACCEPTED,     Act.EXTEND,               _H, _LEADER,    Status.ACCEPTED, _REASON, sets=_F(Flag.EXTENDED), bars=_F(Flag.EXTENDED)),
    # §34, §38; what can be decided at once needs no review in between, but never the same hands for a refusal
    Rule(Status.ACCEPTED,     Act.GRANT,                _H, _APPROVER,  Status.GRANTED, _REASON, wants=_SIMPLE),
    Rule(Status.ACCEPTED,     Act.SEND_BACK,            _H, _APPROVER,  Status.ACCEPTED, _REASON, sets=_F(Flag.SENT_BACK), clears=_SIMPLE, wants=_SIMPLE),
    Rule(Status.ACCEPTED,     Act.DEEM_RENEWED,         _H, _SYSTEM,    Status.GRANTED, _F(Need.DAY), sets=_F(Flag.DEEMED_RENEWED)),
    Rule(Status.REVIEWED,     Act.GRANT,                _H, _APPROVER,  Status.GRANTED, _REASON),
    Rule(Status.REVIEWED,     Act.DENY,                 _H, _APPROVER,  Status.DENIED, _REFUSAL),
    Rule(Status.REVIEWED,     Act.SEND_BACK,            _H, _APPROVER,  Status.ACCEPTED, _REASON, sets=_F(Flag.SENT_BACK)),
    Rule(Status.REVIEWED,     Act.EXTEND,               _H, _LEADER,    Status.REVIEWED, _REASON, sets=_F(Flag.EXTENDED), bars=_F(Flag.EXTENDED)),
    Rule(Status.REVIEWED,     Act.DEEM_RENEWED,         _H, _SYSTEM,    Status.GRANTED, _F(Need.DAY), sets=_F(Flag.DEEMED_RENEWED)),
    Rule(Status.GRANTED,      Act.ISSUE,                _H, _ISSUER,    Status.ISSUED, clears=_F(Flag.RESULT_RETURNED)),
    Rule(Status.DENIED,       Act.ISSUE,                _H, _ISSUER,    Status.ISSUED, clears=_F(Flag.RESULT_RETURNED)),
    Rule(Status.ISSUED,       Act.HAND_OVER,            _S, _DESK,      Status.HANDED_OVER),
    Rule(Status.ISSUED,       Act.RETURN_RESULT,        _S, _DESK,      None, _REASON, sets=_F(Flag.RESULT_RETURNED)),
    Rule(Status.NOT_ACCEPTED, Act.HAND_OVER,            _S, _DESK,      Status.HANDED_OVER),
    # a case that was closed has a paper that says so: it is served like any other
    Rule(Status.WITHDRAWN,    Act.HAND_OVER,            _S, _DESK,      Status.HANDED_OVER),
    Rule(Status.HANDED_OVER,  Act.ARCHIVE,              _H, _ARCHIVIST, Status.ARCHIVED, _F(Need.PACKAGE)),
    # what came after it (a licence ended, a promise looked at) goes into a package that follows the first
    Rule(Status.ARCHIVED,     Act.ARCHIVE,              _H, _ARCHIVIST, Status.ARCHIVED, _F(Need.PACKAGE)),
)
# fmt: on


def _wherever(statuses: Iterable[Status], act: Act, roles: frozenset[Role], **rest: frozenset[object]) -> list[Rule]:
    """One rule a status; the status stays."""
    return [Rule(status, act, Side.HUB, roles, status, **rest) for status in statuses]  # type: ignore[arg-type]


_DECIDING = (Status.RECEIVED, Status.ACCEPTED, Status.REVIEWED)
_AT_A_DESK = (Status.RETURNED, Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN)
_AFTERWARDS = (Status.HANDED_OVER, Status.ARCHIVED)
_WHO_ANSWERS = {Status.RECEIVED: _ACCEPTOR, Status.ACCEPTED: _REVIEWER | _APPROVER, Status.REVIEWED: _APPROVER}

RULES: tuple[Rule, ...] = (
    *_LINE,
    *(Rule(at, Act.ALLOW_WITHDRAWAL, _H, _WHO_ANSWERS[at], Status.WITHDRAWN, _ANSWER) for at in _DECIDING),
    *(Rule(at, Act.DECLINE_WITHDRAWAL, _H, _WHO_ANSWERS[at], at, _NO) for at in _DECIDING),
    *_wherever(
        (*_DECIDING, Status.GRANTED, Status.DENIED), Act.RECUSE, OFFICERS, needs=_set(Need.REASON, Need.PERSON)
    ),
    # the house itself does what the applicant asked for; a person, where a station is lost for good
    *_wherever((*_DECIDING, Status.GRANTED, Status.DENIED, *_AT_A_DESK), Act.MOVE, _ISSUER | _LEADER | _SYSTEM, needs=_set(Need.PLACE, Need.REASON)),
    *_wherever(_AFTERWARDS, Act.CHECK_PROMISE, _SURVEYOR, needs=_REASON, clears=_set(Flag.CHECK_DUE), wants=_set(Flag.CHECK_DUE)),
    *_wherever(_AFTERWARDS, Act.CANCEL_LICENCE, _APPROVER, needs=_REASON, sets=_set(Flag.LICENCE_ENDED), bars=_set(Flag.LICENCE_ENDED)),
    *_wherever(_AFTERWARDS, Act.REVOKE_LICENCE, _APPROVER, needs=_REFUSAL, sets=_set(Flag.LICENCE_ENDED), bars=_set(Flag.LICENCE_ENDED)),
    # what was decided at once is reversed by it wherever the paper is; anything else comes back from the desk first
    *(
        Rule(
            at, Act.REOPEN, _H, _LEADER, None, _REASON, sets=_set(Flag.REOPENED),
            clears=_INSTANT | _set(
                Flag.SIMPLE, Flag.SURVEYED, Flag.CHECK_DUE, Flag.LAPSED, Flag.RESULT_RETURNED, Flag.LICENCE_ENDED, Flag.DOUBTED
            ),
            wants=_set(Flag.INSTANT) if at is Status.ISSUED else _set(),
        )
        for at in (Status.GRANTED, Status.DENIED, Status.WITHDRAWN, Status.ISSUED, *_AFTERWARDS)
    ),
)  # fmt: skip

# Why an act is not open while a flag is set, or is not set.
BARRED: dict[Flag, str] = {
    Flag.CORRECTED: "refused.already-corrected",
    Flag.EXTENDED: "refused.already-extended",
    Flag.PAUSED: "refused.paused",
    Flag.SURVEY_PENDING: "refused.survey-pending",
}

# Asked by the side that does not own the status; open while the status is one of these.
REQUESTS: dict[Act, tuple[Side, frozenset[Role], frozenset[Status]]] = {
    Act.ASK_WITHDRAWAL: (Side.STATION, _DESK, frozenset(_DECIDING)),
}
ANSWERS = frozenset({Act.ALLOW_WITHDRAWAL, Act.DECLINE_WITHDRAWAL})

# Written beside the line of acts; they move nothing.
REMARKS: dict[Act, dict[Side, frozenset[Role]]] = {
    Act.RESCAN: {Side.STATION: _DESK},
    Act.SUPPLY: {Side.STATION: _DESK},
    Act.ASK_MOVE: {Side.STATION: _DESK},
    Act.ATTACH: {Side.STATION: _DESK | _SYSTEM, Side.HUB: _SYSTEM},
    Act.CONFIRM: {Side.HUB: _SYSTEM | _LEADER},
    Act.DOUBT: {Side.HUB: _SYSTEM},
    Act.NOTE: {Side.HUB: OFFICERS | _set(Role.SUPERVISOR)},
    Act.CARD: {Side.HUB: _set(Role.SUPERVISOR, Role.SYSTEM)},
    Act.ANSWER_CARD: {Side.HUB: OFFICERS},
    Act.SETTLE: {Side.HUB: _set(Role.LEADER, Role.SUPERVISOR, Role.OPERATOR)},
}

# What only the hub may read travels sealed to the hub itself.
INNER = frozenset({Act.NOTE, Act.CARD, Act.ANSWER_CARD})

OWNER: dict[Status, Side] = {
    Status.RECEIVED: Side.HUB,
    Status.RETURNED: Side.STATION,
    Status.ACCEPTED: Side.HUB,
    Status.REVIEWED: Side.HUB,
    Status.NOT_ACCEPTED: Side.STATION,
    Status.GRANTED: Side.HUB,
    Status.DENIED: Side.HUB,
    Status.ISSUED: Side.STATION,
    Status.WITHDRAWN: Side.STATION,
    Status.HANDED_OVER: Side.HUB,
    Status.ARCHIVED: Side.HUB,
}

_BY_STEP = {(rule.status, rule.act): rule for rule in RULES}


def rule_for(status: Status | None, act: Act) -> Rule | None:
    return _BY_STEP.get((status, act))


def rules_as_markdown() -> str:
    """The table of DESIGN.md; a test holds the two together."""
    rows = [
        "| status | act | side | roles | then | needs | sets | clears | only with | not with |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rule in RULES:
        then = rule.then or "(as it was)"
        rows.append(
            f"| {rule.status or '(new)'} | {rule.act} | {rule.side} | {_names(rule.roles)} | {then} | {_names(rule.needs)} "
            f"| {_names(rule.sets)} | {_names(rule.clears)} | {_names(rule.wants)} | {_names(rule.bars)} |"
        )
    rows += ["", "| request | asked by | roles | open while |", "|---|---|---|---|"]
    for act, (side, roles, statuses) in REQUESTS.items():
        rows.append(f"| {act} | {side} | {_names(roles)} | {_names(statuses)} |")
    rows += ["", "| beside the line | side | roles |", "|---|---|---|"]
    for act, sides in REMARKS.items():
        rows += [f"| {act} | {side} | {_names(roles)} |" for side, roles in sides.items()]
    rows += ["", "| status | owner |", "|---|---|"]
    rows += [f"| {status} | {side} |" for status, side in OWNER.items()]
    return "\n".join(rows) + "\n"


def _names(values: Iterable[StrEnum]) -> str:
    return ", ".join(sorted(values))
