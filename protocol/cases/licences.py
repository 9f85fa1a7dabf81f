"""The licences that a case has brought about, and the numbers that hold no more because of it.

Pure, from the acts that stand: an act that was set aside issues nothing and ends nothing. A number may be used again
after a result came back from the desk with an error on it; so what ends is said as "made up to that moment".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from protocol.cases.acts import CaseAct, LicenceTerms
from protocol.cases.case import Case
from protocol.cases.judging import DECISIONS
from protocol.cases.words import Act, Status

_ISSUES = (Act.ISSUE, Act.DECIDE_AT_ONCE)
GIVEN_UP = "cancelled"  # LicenceTerms.change of an ISSUE that makes no licence and ends the one that it names


class How(StrEnum):
    """Why a number holds no more. The values are told to stations and kept: they are never renamed."""

    RENEWED = "renewed"
    CHANGED = "changed"
    REPLACED = "replaced"
    CANCELLED = "cancelled"  # 注销, 行政许可法 §70
    REVOKED = "revoked"  # 撤销, 行政许可法 §69
    RETURNED = "returned"  # an error was found on it before it was handed over
    REOPENED = "reopened"  # its case was opened again to mend an error
    REVERSED = "reversed"  # it was decided at once by rules, and that was taken back


@dataclass(frozen=True, slots=True)
class Issued:
    """A licence as an ISSUE wrote it; `act` is the id of that act and names the licence for ever."""

    act: str
    at: str  # stamp()
    terms: LicenceTerms


@dataclass(frozen=True, slots=True)
class End:
    """What was made under `number` up to `upto` holds no more since `at`."""

    act: str
    number: str
    how: How
    at: str  # stamp()
    upto: str  # stamp()
    follows: str = ""  # number of the licence that took its place


@dataclass(frozen=True, slots=True)
class Brought:
    """What one case has done to licences."""

    issued: tuple[Issued, ...]
    ends: tuple[End, ...]
    deemed: bool  # a renewal that the law itself granted and whose paper is not issued yet, 行政许可法 §50


def brought_by(case: Case) -> Brought:
    """Everything that the standing acts of this case issued and ended, in their order."""
    issued: list[Issued] = []
    ends: list[End] = []
    taken_over: list[End] = []  # of other licences, by the issue that holds now
    decision: CaseAct | None = None
    live: CaseAct | None = None
    for act in case.line:
        if act.act in DECISIONS:
            decision = act
        if act.act in _ISSUES and act.licence is not None:
            terms = act.licence
            taken_over = _taken_over(act, terms)
            if terms.change != GIVEN_UP:
                live = act
                issued.append(Issued(act.id, act.at, terms))
        elif act.act is Act.RETURN_RESULT and live is not None:
            ends += _end(act, How.RETURNED, live=live)
            live = None
        elif act.act is Act.REOPEN:
            at_once = decision is not None and decision.act is Act.DECIDE_AT_ONCE
            ends += _end(act, How.REVERSED if at_once else How.REOPENED, live=live, decision=decision)
            live, decision, taken_over = None, None, []  # what was renewed or given up is as it was
        elif act.act is Act.CANCEL_LICENCE:
            ends += _end(act, How.CANCELLED, act.at, live=live, decision=None if live else decision)
        elif act.act is Act.REVOKE_LICENCE:
            ends += _end(act, How.REVOKED, act.at, live=live, decision=decision)
    deemed = decision is not None and decision.act is Act.DEEM_RENEWED and case.status is Status.GRANTED
    return Brought(tuple(issued), (*ends, *taken_over), deemed)


def _taken_over(act: CaseAct, terms: LicenceTerms) -> list[End]:
    if not terms.replaces or (terms.replaces == terms.number and terms.change != GIVEN_UP):
        return []
    how = How(terms.change) if terms.change in list(How) else How.REPLACED
    return [End(act.id, terms.replaces, how, act.at, act.at, "" if terms.change == GIVEN_UP else terms.number)]


def _end(
    act: CaseAct, how: How, upto: str = "", *, live: CaseAct | None = None, decision: CaseAct | None = None
) -> list[End]:
    """Of the licence that is out, and of the paper of the decision; what was made under their numbers up to then."""
    over = [(live.licence.number, live.at)] if live is not None and live.licence is not None else []
    over += [(decision.number, decision.at)] if decision is not None else []
    return [End(act.id, number, how, act.at, upto or at) for number, at in over]
