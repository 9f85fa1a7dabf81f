"""In front of a new act: the judgement that the fold will make, said to a person before it counts."""

from __future__ import annotations

from collections.abc import Collection

from protocol.cases.acts import By, CaseAct, Told
from protocol.cases.case import Case
from protocol.cases.judging import is_beside, why_not, why_not_beside
from protocol.cases.rules import ANSWERS, REMARKS, REQUESTS, RULES, rule_for
from protocol.cases.words import Act, Need, Role, Side
from protocol.errors import Refused


def check(case: Case | None, act: Act, side: Side, by: By, told: CaseAct, station: str = "") -> None:
    """The guard of every use case. `station`: at whose desk it is done.

    :raises Refused: with the rule's code
    """
    current = case or Case(id=told.case)
    label = str(current.status or "new")
    as_told = Told(told, side, 0, "", 0, station)
    if is_beside(current, as_told):
        why = why_not_beside(current, as_told)
        if why:
            raise Refused(why, act=act, owner=current.owner, needed="", done="")
        if act in REQUESTS and current.status not in REQUESTS[act][2]:
            raise Refused("refused.not-open", act=act, status=label)
        if act in REQUESTS and current.open_request is not None:
            raise Refused("refused.request-open")
        return
    requests = {current.open_request.id: current.open_request} if current.open_request else {}
    why = why_not(current, as_told, requests, set())
    if why:
        rule = rule_for(current.status, act)
        needed = ", ".join(sorted(rule.roles)) if rule else ""
        raise Refused(why, act=act, status=label, owner=current.owner, needed=needed, done=Act.SUBMIT, count=1)


def acts_open(case: Case, side: Side, roles: Collection[Role], station: str = "") -> list[Act]:
    """The buttons: what this side may do now in one of these roles, in the order of the tables; at a station that does
    not hold the case, nothing.

    An open request is answered before anything else moves the case. Whether this very person may do it is said
    when it is done: the rule that keeps colleagues apart is worth reading.
    """
    if station and station != case.station:
        return []
    if case.open_request is not None and case.owner is side:
        return [r.act for r in RULES if r.status is case.status and r.act in ANSWERS and not r.roles.isdisjoint(roles)]
    open_now = [
        rule.act
        for rule in RULES
        if rule.status is case.status
        and rule.side is side
        and not rule.roles.isdisjoint(roles)
        and not rule.bars & case.flags
        and rule.wants <= case.flags
        and Need.REQUEST not in rule.needs
    ]
    for act, (asker, askers, statuses) in REQUESTS.items():
        may_ask = asker is side and not askers.isdisjoint(roles) and case.status in statuses and case.owner is not side
        if may_ask and case.open_request is None:
            open_now.append(act)
    return open_now


def role_for(case: Case, act: Act, roles: Collection[Role]) -> Role | None:
    """The first of a person's roles in which the act can be done to this case, in the order of their names."""
    if act in REMARKS:
        allowed = frozenset[Role]().union(*REMARKS[act].values())
    else:
        rule = rule_for(case.status, act)
        allowed = rule.roles if rule else REQUESTS[act][1] if act in REQUESTS else frozenset()
    return next((role for role in sorted(roles) if role in allowed), None)
