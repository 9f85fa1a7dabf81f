"""How many working days the district has to answer a demand (诉求), by its type, and where that stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from protocol.catalogue.vocabulary import Certainty


class DemandType(StrEnum):
    QUESTION = "question"  # 咨询
    HELP = "help"  # 求助
    SUGGESTION = "suggestion"  # 建议
    COMPLAINT = "complaint"  # 投诉
    REPORT = "report"  # 举报


@dataclass(frozen=True, slots=True)
class Term:
    """Counted from the day after it was handed in."""

    working_days: int
    basis: str
    certainty: Certainty


_SICHUAN = "四川省12345政务服务便民热线运行管理办法（2025年12月）"

TERMS: dict[DemandType, Term] = {
    DemandType.QUESTION: Term(3, _SICHUAN, Certainty.PUBLIC),
    DemandType.HELP: Term(7, _SICHUAN, Certainty.PUBLIC),
    DemandType.SUGGESTION: Term(7, _SICHUAN, Certainty.PUBLIC),
    DemandType.COMPLAINT: Term(15, _SICHUAN, Certainty.PUBLIC),
    DemandType.REPORT: Term(15, _SICHUAN, Certainty.PUBLIC),
}
