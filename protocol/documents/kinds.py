"""Every document that a case can produce, in one table: what it is called, who makes it, what the law wants in it.

A number needs nobody's counter: it is the number of the case, which is counted at each station and
year by itself, and the word of the kind. What the hub says to an applicant is sealed, because the
law wants an organ's seal on it (行政许可法 §32, §38, §39); every document carries a code, which proves
who made it and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Values stand in codes on paper for years: they are never renamed."""

    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    CONDITIONAL = "conditional"
    CORRECTION = "correction"
    NOT_REQUIRED = "not-required"
    NON_ACCEPTANCE = "non-acceptance"
    SPECIAL = "special"
    EXTENSION = "extension"
    SURVEY = "survey"
    GRANT = "grant"
    DENIAL = "denial"
    WITHDRAWAL = "withdrawal"
    TERMINATION = "termination"
    COMMITMENT = "commitment"
    PROOF = "proof"
    LICENCE = "licence"
    TRANSFER = "transfer"
    REVOCATION = "revocation"
    CANCELLATION = "cancellation"
    INSTANT = "instant"
    INSTANT_LICENCE = "instant-licence"


class Maker(StrEnum):
    STATION = "station"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Row:
    template: str
    zh: str
    en: str
    word: str  # in its number
    maker: Maker
    sealed: bool  # PAdES with the authority's seal, where the hub has one
    wants: tuple[str, ...]  # what must stand in it, as the template names it in `data`
    law: str  # who wants it


_FACE = ("case_number", "item", "applicant")
_LICENSING = "行政许可法"

DOCUMENTS: dict[Kind, Row] = {
    Kind.RECEIPT: Row(
        "intake_receipt", "收件回执", "Intake receipt", "收件", Maker.STATION, False,
        (*_FACE, "materials", "taken_by", "taken_at", "mode"), "收件凭证，不是受理决定；是否受理依行政许可法第三十二条",
    ),
    Kind.ACCEPTANCE: Row(
        "acceptance", "受理通知书", "Notice of acceptance", "受理", Maker.HUB, True,
        (*_FACE, "day", "limits", "contact", "query_hint"), f"{_LICENSING}第三十二条第二款：专用印章、注明日期的书面凭证",
    ),
    Kind.CONDITIONAL: Row(
        "acceptance", "容缺受理通知书", "Notice of conditional acceptance", "容缺", Maker.HUB, True,
        (*_FACE, "day", "limits", "lacking", "lacking_due", "contact"), "容缺受理依地方规定；期限自受理之日起算",
    ),
    Kind.CORRECTION: Row(
        "decision", "补正材料告知书", "Correction notice", "补正", Maker.HUB, True,
        (*_FACE, "to_correct", "decided_on"), f"{_LICENSING}第三十二条第一款第四项：一次告知需要补正的全部内容",
    ),
    Kind.NOT_REQUIRED: Row(
        "decision", "不受理告知书", "No licence is required", "不受理", Maker.HUB, True,
        (*_FACE, "reasons", "decided_on"), f"{_LICENSING}第三十二条第一款第一项：依法不需要取得行政许可的，即时告知",
    ),
    Kind.NON_ACCEPTANCE: Row(
        "decision", "不予受理通知书", "Notice of non-acceptance", "不予受理", Maker.HUB, True,
        (*_FACE, "reasons", "remedies", "decided_on"), f"{_LICENSING}第三十二条第一款第二项、第二款",
    ),
    Kind.SPECIAL: Row(
        "notice", "特别程序通知书", "Notice of a special procedure", "特别程序", Maker.HUB, True,
        (*_FACE, "rows", "reason", "day"), f"{_LICENSING}第四十五条：所需时间书面告知申请人",
    ),
    Kind.EXTENSION: Row(
        "notice", "延长办理期限通知书", "Notice of extension", "延期", Maker.HUB, True,
        (*_FACE, "rows", "reason", "day"), f"{_LICENSING}第四十二条：延长期限的理由告知申请人",
    ),
    Kind.SURVEY: Row(
        "survey", "现场踏勘记录", "Survey record", "踏勘", Maker.HUB, False,
        (*_FACE, "surveyors", "place", "points"), f"{_LICENSING}第三十四条第三款：指派两名以上工作人员进行核查",
    ),
    Kind.GRANT: Row(
        "decision", "准予行政许可决定书", "Decision: granted", "准予", Maker.HUB, True,
        (*_FACE, "basis", "decided_on"), f"{_LICENSING}第三十八条第一款",
    ),
    Kind.DENIAL: Row(
        "decision", "不予行政许可决定书", "Decision: denied", "不予", Maker.HUB, True,
        (*_FACE, "basis", "reasons", "remedies", "decided_on"),
        f"{_LICENSING}第三十八条第二款：说明理由，告知复议和诉讼的权利",
    ),
    Kind.WITHDRAWAL: Row(
        "notice", "准予撤回申请通知书", "Notice of withdrawal", "撤回", Maker.HUB, True,
        (*_FACE, "reason", "day"), "申请人撤回申请，办理终止",
    ),
    Kind.TERMINATION: Row(
        "notice", "终止办理告知书", "Notice that the case is closed", "终止", Maker.HUB, True,
        (*_FACE, "reason", "remedies", "day"), "逾期未补正，依该事项的法律或地方规定终止办理",
    ),
    Kind.COMMITMENT: Row(
        "commitment", "告知承诺书", "Informed commitment", "承诺", Maker.STATION, False,
        (*_FACE, "conditions", "consequences", "check"), "国办发〔2020〕42号：告知内容、承诺内容、核查、法律责任",
    ),
    Kind.PROOF: Row(
        "handover", "送达回证", "Proof of service", "送达", Maker.STATION, False,
        (*_FACE, "documents", "way", "place"), f"{_LICENSING}第四十四条；送达回证参照民事诉讼法第八十七条",
    ),
    Kind.LICENCE: Row(
        "licence", "证照", "Licence", "证照", Maker.HUB, True,
        (*_FACE, "number", "scope", "day"), f"{_LICENSING}第三十九条：加盖本行政机关印章的许可证件",
    ),
    Kind.TRANSFER: Row(
        "transfer", "证照交接单", "Transfer list", "交接", Maker.HUB, False,
        ("case_number", "lines", "giver", "taker"), "区中心与服务站交接结果材料",
    ),
    Kind.REVOCATION: Row(
        "notice", "撤销决定书", "Decision: revoked", "撤销", Maker.HUB, True,
        (*_FACE, "rows", "reason", "basis", "remedies", "day"), f"{_LICENSING}第六十九条",
    ),
    Kind.CANCELLATION: Row(
        "notice", "注销决定书", "Decision: cancelled", "注销", Maker.HUB, True,
        (*_FACE, "rows", "reason", "basis", "day"), f"{_LICENSING}第七十条",
    ),
    Kind.INSTANT: Row(
        "decision", "即时办结决定书", "Decision: granted at once", "即办", Maker.STATION, False,
        (*_FACE, "basis", "reasons", "decided_on"), f"{_LICENSING}第三十四条第二款：当场作出书面决定；凭核验码核验",
    ),
    Kind.INSTANT_LICENCE: Row(
        "licence", "即时办结证照", "Licence issued at once", "即办证照", Maker.STATION, False,
        (*_FACE, "number", "scope", "day"), f"{_LICENSING}第三十四条第二款；凭核验码核验，区中心确认后另发加盖印章的证照",
    ),
}  # fmt: skip


# what the applicant is handed at the end; the rest of a case's documents stays with the offices, or went out before
HANDED = frozenset(
    {
        Kind.GRANT,
        Kind.DENIAL,
        Kind.NON_ACCEPTANCE,
        Kind.NOT_REQUIRED,
        Kind.LICENCE,
        Kind.WITHDRAWAL,
        Kind.TERMINATION,
        Kind.INSTANT,
        Kind.INSTANT_LICENCE,
    }
)


def number_of(kind: Kind, case_number: str, nth: int = 1) -> str:
    """DAFENG-26-00001·受理; a second one of the same kind on the same case (nth 2) gets its rank at the end."""
    return f"{case_number}·{DOCUMENTS[kind].word}{nth if nth > 1 else ''}"


def documents_as_markdown() -> str:
    """The table of DESIGN.md; a test holds the two together."""
    rows = ["| document | in its number | made by | sealed | who wants it |", "|---|---|---|---|---|"]
    for kind, row in DOCUMENTS.items():
        rows.append(f"| {row.zh} ({kind}) | ·{row.word} | {row.maker} | {'yes' if row.sealed else ''} | {row.law} |")
    return "\n".join(rows) + "\n"
