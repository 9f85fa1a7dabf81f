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
        elif act.act is Act.ISSUE and act.licence is not None:
            terms = act.licence
            taken_over = _taken_over(act, terms)
            if terms.change != GIVEN_UP:
                live = act
                issued.append(Issued(act.id, act.at, terms))
        elif act.act is Act.RETURN_RESULT and live is not None:
            ends.append(_end(act, live, How.RETURNED, live.at))
            live = None
        elif act.act is Act.REOPEN:
            ends += [_end(act, one, How.REOPENED, one.at) for one in (live, decision) if one is not None]
            live, decision, taken_over = None, None, []  # what was renewed or given up is as it was
        elif act.act in (Act.CANCEL_LICENCE, Act.REVOKE_LICENCE):
            how = How.CANCELLED if act.act is Act.CANCEL_LICENCE else How.REVOKED
            over = [live or decision] if how is How.CANCELLED else [live, decision]
            ends += [_end(act, one, how, act.at) for one in over if one is not None]
    deemed = decision is not None and decision.act is Act.DEEM_RENEWED and case.status is Status.GRANTED
    return Brought(tuple(issued), (*ends, *taken_over), deemed)


def _taken_over(act: CaseAct, terms: LicenceTerms) -> list[End]:
    if not terms.replaces or (terms.replaces == terms.number and terms.change != GIVEN_UP):
        return []
    how = How(terms.change) if terms.change in list(How) else How.REPLACED
    return [End(act.id, terms.replaces, how, act.at, act.at, "" if terms.change == GIVEN_UP else terms.number)]


def _end(act: CaseAct, over: CaseAct, how: How, upto: str) -> End:
    number = over.licence.number if over.licence is not None else over.number
    return End(act.id, number, how, act.at, upto)
