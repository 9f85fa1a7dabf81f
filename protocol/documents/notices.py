"""What the notices say that tell an applicant how a case goes on, and the decisions that end a licence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from protocol.documents.front import Front, chinese_date
from protocol.documents.kinds import DOCUMENTS, Kind


@dataclass(frozen=True, slots=True)
class LimitShown:
    """One limit as the applicant reads it: 法定期限, 20个工作日, 2026年3月30日前."""

    name: str
    length: str
    due: str  # may be empty where the day is not known yet


@dataclass(frozen=True, slots=True)
class Lacking:
    """A secondary paper that is still to come, 容缺."""

    name: str
    wanted: str  # form and standard


@dataclass(frozen=True, slots=True)
class Acceptance:
    """受理通知书, and 容缺受理通知书 where something is still to come."""

    template: ClassVar[str] = "acceptance"
    front: Front
    received_on: date
    counted_from: date  # the day from which the limits run; deemed acceptance counts from the receipt
    limits: tuple[LimitShown, ...]
    contact: str
    query_hint: str  # where and with which number the case can be asked after
    is_deemed: bool = False  # nobody said in time what was missing, 行政许可法 §32
    lacking: tuple[Lacking, ...] = ()
    lacking_due: date | None = None
    lacking_follows: str = ""  # what happens if it does not come

    @property
    def of(self) -> Kind:
        return Kind.CONDITIONAL if self.lacking else Kind.ACCEPTANCE

    def data(self) -> dict[str, object]:
        return self.front.data() | {
            "received_on": chinese_date(self.received_on),
            "counted_from": chinese_date(self.counted_from),
            "limits": [{"name": one.name, "length": one.length, "due": one.due} for one in self.limits],
            "contact": self.contact,
            "query_hint": self.query_hint,
            "is_deemed": self.is_deemed,
            "lacking": [{"name": one.name, "wanted": one.wanted} for one in self.lacking],
            "lacking_due": chinese_date(self.lacking_due) if self.lacking_due else "",
            "lacking_follows": self.lacking_follows,
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, a few facts, the reason: special procedure, extension, withdrawal, revocation, cancellation.

    `statement` and `effect` are whole sentences; parts that are empty are not printed.
    """

    template: ClassVar[str] = "notice"
    of: Kind
    front: Front
    statement: str  # what is decided or made known
    rows: tuple[tuple[str, str], ...]  # name and value, in the order of the page
    reason: str
    basis: tuple[str, ...] = ()
    effect: str = ""  # on the clock, or of the licence
    remedies: str = ""
    contact: str = ""

    def data(self) -> dict[str, object]:
        return self.front.data() | {
            "title": DOCUMENTS[self.of].zh,
            "statement": self.statement,
            "rows": [list(row) for row in self.rows],
            "reason": self.reason,
            "basis": list(self.basis),
            "effect": self.effect,
            "remedies": self.remedies,
            "contact": self.contact,
        }


def special_procedure(
    front: Front,
    *,
    procedure: str,  # 听证, 检验, 检测, 鉴定, 专家评审 ...
    begins_on: date,
    expected: str,  # "约 15 个工作日"
    reason: str,
    basis: str,
    contact: str,
    stops: bool = True,
) -> Notice:
    """特别程序通知书: what the time is needed for, how long, and what it does to the limit, 行政许可法 §45."""
    return Notice(
        of=Kind.SPECIAL,
        front=front,
        statement=f"你（单位）申请的“{front.item_name}”，需要进行{procedure}。现将所需时间书面告知如下。",
        rows=(("程序", procedure), ("开始日期", chinese_date(begins_on)), ("预计所需时间", expected)),
        reason=reason,
        basis=(basis,) if basis else (),
        effect=f"{procedure}所需时间不计算在办理期限内；程序结束后，期限继续计算。本机关内部的会商、会审不停止计算期限。"
        if stops
        else f"{procedure}所需时间计算在办理期限内，期限不因此停止计算。",
        contact=contact,
    )


def extension(
    front: Front, *, before: date, now_due: date, by: str, approver: str, reason: str, basis: str, contact: str
) -> Notice:
    """延长办理期限通知书: the reason and the new limit, and who agreed, 行政许可法 §42."""
    return Notice(
        of=Kind.EXTENSION,
        front=front,
        statement=f"你（单位）申请的“{front.item_name}”，不能在原期限内作出决定，经批准延长办理期限。",
        rows=(
            ("原期限届满日", chinese_date(before)),
            ("延长", by),
            ("新期限届满日", chinese_date(now_due)),
            ("批准人", approver),
        ),
        reason=reason,
        basis=(basis,),
        contact=contact,
    )


def withdrawal(front: Front, *, asked_on: date, reason: str, contact: str) -> Notice:
    """准予撤回申请通知书: the case ends without a decision, and may be begun anew."""
    return Notice(
        of=Kind.WITHDRAWAL,
        front=front,
        statement=f"你（单位）请求撤回“{front.item_name}”的申请。经审核，准予撤回，本次办理终止。",
        rows=(("提出撤回日期", chinese_date(asked_on)),),
        reason=reason,
        effect="撤回申请不影响再次提出申请。已提交的原件材料可以凭收件回执领回。",
        contact=contact,
    )


def termination(front: Front, *, reason: str, remedies: str, contact: str) -> Notice:
    """终止办理告知书: what was asked for never came, or came too late; a person has decided so."""
    return Notice(
        of=Kind.TERMINATION,
        front=front,
        statement=f"你（单位）申请的“{front.item_name}”，在规定期限内没有补齐需要补正的材料，本次办理终止。",
        rows=(),
        reason=reason,
        effect="终止办理不影响再次提出申请。已提交的原件材料可以凭收件回执领回。",
        remedies=remedies,
        contact=contact,
    )


def revocation(
    front: Front,
    *,
    licence_number: str,
    issued_on: date,
    effective_on: date,
    reason: str,
    basis: str,
    remedies: str,
    contact: str,
) -> Notice:
    """撤销决定书: it should never have been granted, 行政许可法 §69."""
    return Notice(
        of=Kind.REVOCATION,
        front=front,
        statement=f"本机关对你（单位）的“{front.item_name}”许可进行了审查，决定予以撤销。",
        rows=_licence_rows(licence_number, issued_on, ("撤销生效日期", effective_on)),
        reason=reason,
        basis=(basis,),
        effect="自生效日期起，该许可证件不再有效，请交回发证机关。依照行政许可法第六十九条第一款撤销，合法权益受到损害的，"
        "依法给予赔偿；以欺骗、贿赂等不正当手段取得的，取得的利益不受保护。",
        remedies=remedies,
        contact=contact,
    )


def cancellation(
    front: Front,
    *,
    licence_number: str,
    issued_on: date,
    effective_on: date,
    reason: str,
    basis: str,
    remedies: str,
    contact: str,
) -> Notice:
    """注销决定书: it has come to its end, 行政许可法 §70."""
    return Notice(
        of=Kind.CANCELLATION,
        front=front,
        statement=f"你（单位）的“{front.item_name}”许可有依法应当办理注销手续的情形，决定予以注销。",
        rows=_licence_rows(licence_number, issued_on, ("注销日期", effective_on)),
        reason=reason,
        basis=(basis,),
        effect="自注销日期起，该许可证件不再有效，请交回发证机关。",
        remedies=remedies,
        contact=contact,
    )


def _licence_rows(number: str, issued_on: date, end: tuple[str, date]) -> tuple[tuple[str, str], ...]:
    return (("许可证件编号", number), ("发证日期", chinese_date(issued_on)), (end[0], chinese_date(end[1])))
