"""What the receipt, the decisions and the proof of service say; notices.py and records.py have the rest.

The wording of the law stands in the templates; here is what differs from case to case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from protocol.catalogue.items import Mode, PaperForm
from protocol.clock import CHINA, stamp
from protocol.documents.front import Document, Front, chinese_date, chinese_time, shown_number
from protocol.documents.kinds import Kind, number_of

__all__ = [
    "Decision",
    "DecisionKind",
    "Delivered",
    "Document",
    "Handover",
    "IntakeReceipt",
    "TakenMaterial",
    "ToCorrect",
    "chinese_date",
    "chinese_time",
    "shown_number",
]


@dataclass(frozen=True, slots=True)
class TakenMaterial:
    name: str
    form: PaperForm
    files: int  # chosen at the desk; one may hold many pages


@dataclass(frozen=True, slots=True)
class IntakeReceipt:
    """收件回执: what was taken in. It is not an acceptance, and says so."""

    template: ClassVar[str] = "intake_receipt"
    station: str
    station_address: str
    case_number: str
    item_code: str
    item_name: str
    item_version: int
    applicant: str
    applicant_id: str  # in full; an ID number is printed masked
    materials: tuple[TakenMaterial, ...]
    taken_by: str
    taken_at: datetime
    query_hint: str  # where the case can be asked after
    printed_at: datetime
    mode: Mode | None = None  # what this station may do with the item

    of: ClassVar[Kind] = Kind.RECEIPT

    @property
    def front(self) -> Front:
        return Front(
            authority=self.station,
            number=number_of(self.of, self.case_number),
            case_number=self.case_number,
            item_code=self.item_code,
            item_name=self.item_name,
            item_version=self.item_version,
            applicant=self.applicant,
            applicant_id=self.applicant_id,
            day=_day_of(self.taken_at),
            printed_at=self.printed_at,
        )

    def data(self) -> dict[str, object]:
        return {
            "station": self.station,
            "station_address": self.station_address,
            "case_number": self.case_number,
            "item": f"{self.item_name}（{self.item_code}，第 {self.item_version} 版）",
            "applicant": self.applicant,
            "applicant_id": shown_number(self.applicant_id),
            "materials": [
                {"name": material.name, "form": _FORMS[material.form], "files": material.files}
                for material in self.materials
            ],
            "files": sum(material.files for material in self.materials),
            "taken_by": self.taken_by,
            "taken_at": chinese_time(self.taken_at),
            "query_hint": self.query_hint,
            "mode": MODES[self.mode] if self.mode else "",
            "printed_at": stamp(self.printed_at),
        }


class DecisionKind(StrEnum):
    GRANT = "grant"  # 准予行政许可决定书, 准予办理决定书
    AT_ONCE = "at_once"  # 即时办结决定书: granted at the desk by signed rules
    DENIAL = "denial"  # 不予行政许可决定书, 不予办理决定书
    NON_ACCEPTANCE = "non_acceptance"  # 不予受理通知书
    NOT_REQUIRED = "not_required"  # 不受理告知书: no licence is needed for this
    CORRECTION = "correction"  # 补正材料告知书


@dataclass(frozen=True, slots=True)
class ToCorrect:
    what: str  # a material or a field
    why: str  # what is wrong with it and what is wanted


@dataclass(frozen=True, slots=True)
class Decision:
    """What the authority tells the applicant. Sections that are empty are not printed."""

    template: ClassVar[str] = "decision"
    kind: DecisionKind
    authority: str
    number: str  # 文号
    case_number: str
    item_name: str
    item_type: str  # 行政许可 or another type, as the catalogue has it
    applicant: str
    applicant_id: str  # in full; an ID number is printed masked
    received_on: date
    decided_on: date
    basis: tuple[str, ...]
    facts: str
    reasons: str
    remedies: str
    contact: str
    printed_at: datetime
    to_correct: tuple[ToCorrect, ...] = ()
    hand_in_at: str = ""  # where what is asked for can be brought
    due_on: date | None = None
    proper_authority: str = ""  # who is competent, where we are not
    item_code: str = ""
    item_version: int = 0

    @property
    def of(self) -> Kind:
        return _DECISIONS[self.kind]

    @property
    def front(self) -> Front:
        return Front(
            authority=self.authority,
            number=self.number,
            case_number=self.case_number,
            item_code=self.item_code,
            item_name=self.item_name,
            item_version=self.item_version,
            applicant=self.applicant,
            applicant_id=self.applicant_id,
            day=self.decided_on,
            printed_at=self.printed_at,
        )

    def data(self) -> dict[str, object]:
        return {
            "kind": self.kind.value,
            "authority": self.authority,
            "number": self.number,
            "case_number": self.case_number,
            "item": self.item_name,
            "is_licence": self.item_type == "行政许可",
            "applicant": self.applicant,
            "applicant_id": shown_number(self.applicant_id),
            "received_on": chinese_date(self.received_on),
            "decided_on": chinese_date(self.decided_on),
            "basis": list(self.basis),
            "facts": self.facts,
            "reasons": self.reasons,
            "remedies": self.remedies,
            "contact": self.contact,
            "to_correct": [{"what": one.what, "why": one.why} for one in self.to_correct],
            "hand_in_at": self.hand_in_at,
            "due_on": chinese_date(self.due_on) if self.due_on else "",
            "proper_authority": self.proper_authority,
            "printed_at": stamp(self.printed_at),
        }


@dataclass(frozen=True, slots=True)
class Delivered:
    name: str
    number: str
    copies: int


@dataclass(frozen=True, slots=True)
class Handover:
    """送达回证: what was handed to whom, with room for the signature."""

    template: ClassVar[str] = "handover"
    authority: str
    station: str
    case_number: str
    item_name: str
    recipient: str
    recipient_id: str  # in full; an ID number is printed masked
    documents: tuple[Delivered, ...]
    way: str  # 当面送达, 邮寄送达, ...
    place: str
    handed_by: str
    handed_at: datetime | None  # None: printed before, the time is written in by hand
    printed_at: datetime
    item_code: str = ""
    item_version: int = 0
    signed_as: str = ""  # 本人签收, 代收（配偶）, 拒收 ...; empty: written in by hand
    nth: int = 1  # a result that was issued anew has a proof of its own

    of: ClassVar[Kind] = Kind.PROOF

    @property
    def front(self) -> Front:
        return Front(
            authority=self.authority,
            number=number_of(self.of, self.case_number, self.nth),
            case_number=self.case_number,
            item_code=self.item_code,
            item_name=self.item_name,
            item_version=self.item_version,
            applicant=self.recipient,
            applicant_id=self.recipient_id,
            day=_day_of(self.handed_at or self.printed_at),
            printed_at=self.printed_at,
        )

    def data(self) -> dict[str, object]:
        return {
            "authority": self.authority,
            "station": self.station,
            "case_number": self.case_number,
            "item": self.item_name,
            "applicant": self.recipient,
            "recipient": self.recipient,
            "recipient_id": shown_number(self.recipient_id),
            "documents": [{"name": one.name, "number": one.number, "copies": one.copies} for one in self.documents],
            "way": self.way,
            "place": self.place,
            "handed_by": self.handed_by,
            "handed_at": chinese_time(self.handed_at) if self.handed_at else "",
            "signed_as": self.signed_as,
            "printed_at": stamp(self.printed_at),
        }


# what a station may do with an item, as the applicant reads it; 三种授权方式 and what goes with each
MODES: dict[Mode, str] = {
    Mode.DECIDE: "直办（本站受理并办结）",
    Mode.ACCEPT: "受理转办（本站受理，由有权机关决定）",
    Mode.RECEIVE: "收件转办（本站收件，由有权机关受理并决定）",
    Mode.ASSIST: "帮办代办（本站代为提交，由有权机关受理并决定）",
    Mode.INFORM: "公开告知（本站只提供办事指南）",
}
_DECISIONS = {
    DecisionKind.GRANT: Kind.GRANT,
    DecisionKind.AT_ONCE: Kind.INSTANT,
    DecisionKind.DENIAL: Kind.DENIAL,
    DecisionKind.NON_ACCEPTANCE: Kind.NON_ACCEPTANCE,
    DecisionKind.CORRECTION: Kind.CORRECTION,
    DecisionKind.NOT_REQUIRED: Kind.NOT_REQUIRED,
}
_FORMS = {PaperForm.ORIGINAL: "原件", PaperForm.COPY: "复印件", PaperForm.E_CERTIFICATE: "电子证照"}


def _day_of(at: datetime) -> date:
    return at.astimezone(CHINA).date()
