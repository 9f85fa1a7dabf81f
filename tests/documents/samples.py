"""One document of each kind, as a district would make them, and a seal of a district's own authority."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.catalogue.items import Mode
from protocol.documents import notices
from protocol.documents.content import DecisionKind, ToCorrect
from protocol.documents.front import Front, Issuable
from protocol.documents.kinds import Kind, number_of
from protocol.documents.records import (
    Commitment,
    Licence,
    Photo,
    Point,
    Rectification,
    Surveyor,
    SurveyRecord,
    Transfer,
    TransferLine,
)
from protocol.documents.sealing import Seal
from protocol.identity import Keyring, KeyringContent, Keys, Standing
from provisioning.authority import seal_certificate
from tests.documents.test_press import DECISION, HANDOVER, RECEIPT

AT = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)
CASE = "DAFENG-26-00012-K7Q"
DISTRICT = "xindu"
ORGAN = "某区市场监督管理局"
CONTACT = "某区政务服务中心二楼审批科，028-00000000，工作日 9:00 至 17:00"
REMEDIES = "不服本决定的，可以自收到本决定书之日起六十日内向某区人民政府申请行政复议，或者在六个月内向某区人民法院提起行政诉讼。"


def front(kind: Kind, **changed: object) -> Front:
    made = Front(
        authority=ORGAN,
        number=number_of(kind, CASE),
        case_number=CASE,
        item_code="M07",
        item_name="食品经营许可（新办）",
        item_version=1,
        applicant="某某餐饮管理有限责任公司",
        applicant_id="92510114MA6X8Y9W0A",
        day=date(2026, 3, 9),
        printed_at=AT,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


LIMITS = (
    notices.LimitShown("法定期限", "20个工作日", "2026年4月7日"),
    notices.LimitShown("承诺期限", "8个工作日", "2026年3月19日"),
)
ACCEPTANCE = notices.Acceptance(
    front=front(Kind.ACCEPTANCE),
    received_on=date(2026, 3, 2),
    counted_from=date(2026, 3, 9),
    limits=LIMITS,
    contact=CONTACT,
    query_hint=f"在任一服务站窗口或者区中心报办件编号 {CASE} 查询。",
)
CONDITIONAL = replace(
    ACCEPTANCE,
    front=front(Kind.CONDITIONAL),
    lacking=(
        notices.Lacking("健康证明", "复印件一份，在有效期内"),
        notices.Lacking("房屋租赁合同", "复印件，加盖公章"),
    ),
    lacking_due=date(2026, 3, 16),
    lacking_follows="到期没有补齐的，本机关依照承诺不予许可，并记入信用记录。",
)
SPECIAL = notices.special_procedure(
    front(Kind.SPECIAL),
    procedure="专家评审",
    begins_on=date(2026, 3, 10),
    expected="约 10 个工作日",
    reason="申请的加工工艺没有现行标准，需要由专家对布局和流程进行评审。",
    basis="《行政许可法》第四十五条",
    contact=CONTACT,
)
EXTENSION = notices.extension(
    front(Kind.EXTENSION),
    before=date(2026, 4, 7),
    now_due=date(2026, 4, 21),
    by="10个工作日",
    approver="某区市场监督管理局负责人",
    reason="申请材料涉及两处经营场所，其中一处需要再次核查。",
    basis="《行政许可法》第四十二条第一款",
    contact=CONTACT,
)
WITHDRAWAL = notices.withdrawal(
    front(Kind.WITHDRAWAL), asked_on=date(2026, 3, 8), reason="申请人另行选址。", contact=CONTACT
)
TERMINATION = notices.termination(
    front(Kind.TERMINATION), reason="通知的期限内没有补正。", remedies=REMEDIES, contact=CONTACT
)
REVOCATION = notices.revocation(
    front(Kind.REVOCATION),
    licence_number="JY25101140012345",
    issued_on=date(2026, 3, 9),
    effective_on=date(2026, 6, 1),
    reason="经查，申请人提交的场所证明系伪造，属于以欺骗手段取得许可。",
    basis="《行政许可法》第六十九条第二款",
    remedies=REMEDIES,
    contact=CONTACT,
)
CANCELLATION = notices.cancellation(
    front(Kind.CANCELLATION),
    licence_number="JY25101140012345",
    issued_on=date(2026, 3, 9),
    effective_on=date(2026, 6, 1),
    reason="法人依法终止，营业执照已注销。",
    basis="《行政许可法》第七十条第三项",
    remedies=REMEDIES,
    contact=CONTACT,
)
SURVEY = SurveyRecord(
    front=front(Kind.SURVEY),
    surveyors=(Surveyor("李勘", "510114198801011234"), Surveyor("王验", "510114199002022345")),
    came_at=datetime(2026, 3, 9, 1, 5, tzinfo=UTC),
    left_at=datetime(2026, 3, 9, 1, 50, tzinfo=UTC),
    place="某区大丰街道兴乐北路 100 号 1 栋 1 层",
    standard="食品经营现场核查标准 第 2 版",
    points=(
        Point("经营场所距污染源 25 米以上", "周边为商铺和住宅，没有发现污染源。", True),
        Point("操作间与就餐区分隔", "没有隔断，食品处理区敞开，与就餐区直接相通。", False),
        Point("冷藏设施温度可显示", "两台冷柜，显示 4℃ 和 -18℃。", True),
        Point("裱花间独立设置", "不经营裱花蛋糕。", None),
    ),
    conclusion="整改后复查。",
    photos=tuple(Photo(f"现场照片 {n}", f"{n:02x}" * 32, datetime(2026, 3, 9, 1, 20 + n, tzinfo=UTC)) for n in (1, 2)),
    to_rectify=(Rectification("操作间与就餐区之间设置到顶隔断", date(2026, 3, 20)),),
)
COMMITMENT = Commitment(
    front=front(Kind.COMMITMENT, authority="大丰街道便民服务中心"),
    conditions=(
        "经营场所产权清晰，不属于违法建筑，可以用于食品经营。",
        "从业人员都持有有效的健康证明。",
        "食品安全管理制度已经建立，管理人员经过培训。",
    ),
    replaces="场所使用证明",
    consequences="承诺不实的，撤销据此作出的决定，记入信用记录；构成犯罪的，依法追究刑事责任。",
    check="自决定之日起两个月内由市场监督管理部门现场核查。",
    basis=("国办发〔2020〕42号",),
)
TRANSFER = Transfer(
    front=front(
        Kind.TRANSFER,
        authority="某区政务服务中心",
        applicant="大丰街道便民服务中心",
        applicant_id="",
        item_code="",
        item_name="",
        case_number="XINDU-26-JJ-0007",
        number=number_of(Kind.TRANSFER, "XINDU-26-JJ-0007"),
    ),
    giver="某区政务服务中心出证岗",
    taker="大丰街道便民服务中心",
    way="专人送达",
    seal_numbers=("F0012345", "F0012346"),
    given_at=None,
    lines=tuple(
        TransferLine(f"DAFENG-26-{n:05d}-K7Q", "食品经营许可证", f"JY2510114{n:07d}", 1, "某某餐饮管理有限责任公司")
        for n in range(1, 13)
    ),
)
LICENCE = Licence(
    front=front(Kind.LICENCE, number="JY25101140012345", until=date(2031, 3, 8)),
    title="食品经营许可证",
    rows=(
        ("法定代表人", "王小明"),
        ("经营场所", "某区大丰街道兴乐北路 100 号 1 栋 1 层"),
        ("主体业态", "餐饮服务经营者（小型餐馆）"),
    ),
    scope="热食类食品制售\n冷食类食品制售（凉菜）\n自制饮品制售",
)


def decision(kind: DecisionKind, of: Kind) -> Issuable:
    made = replace(
        DECISION,
        kind=kind,
        number=number_of(of, CASE),
        case_number=CASE,
        item_code="M07",
        item_version=1,
        authority=ORGAN,
        applicant="某某餐饮管理有限责任公司",
        remedies="" if kind in (DecisionKind.GRANT, DecisionKind.AT_ONCE, DecisionKind.CORRECTION) else REMEDIES,
        contact=CONTACT,
        printed_at=AT,
    )
    if kind is DecisionKind.CORRECTION:
        made = replace(
            made,
            facts="",
            reasons="",
            to_correct=(
                ToCorrect("营业场所照片", "看不清左右邻铺，请补一张正面全景照片。"),
                ToCorrect("食品安全管理制度", "缺少从业人员健康管理一章。"),
            ),
            hand_in_at="大丰街道便民服务中心",
            due_on=date(2026, 3, 30),
        )
    return made


ALL: dict[Kind, Issuable] = {
    Kind.RECEIPT: replace(RECEIPT, case_number=CASE, mode=Mode.RECEIVE),
    Kind.ACCEPTANCE: ACCEPTANCE,
    Kind.CONDITIONAL: CONDITIONAL,
    Kind.CORRECTION: decision(DecisionKind.CORRECTION, Kind.CORRECTION),
    Kind.NOT_REQUIRED: decision(DecisionKind.NOT_REQUIRED, Kind.NOT_REQUIRED),
    Kind.NON_ACCEPTANCE: decision(DecisionKind.NON_ACCEPTANCE, Kind.NON_ACCEPTANCE),
    Kind.SPECIAL: SPECIAL,
    Kind.EXTENSION: EXTENSION,
    Kind.SURVEY: SURVEY,
    Kind.GRANT: decision(DecisionKind.GRANT, Kind.GRANT),
    Kind.DENIAL: decision(DecisionKind.DENIAL, Kind.DENIAL),
    Kind.WITHDRAWAL: WITHDRAWAL,
    Kind.TERMINATION: TERMINATION,
    Kind.COMMITMENT: COMMITMENT,
    Kind.PROOF: replace(HANDOVER, case_number=CASE, item_code="M07", item_version=1),
    Kind.LICENCE: LICENCE,
    Kind.TRANSFER: TRANSFER,
    Kind.REVOCATION: REVOCATION,
    Kind.CANCELLATION: CANCELLATION,
    Kind.INSTANT: decision(DecisionKind.AT_ONCE, Kind.INSTANT),
    Kind.INSTANT_LICENCE: replace(
        LICENCE, at_once=True, front=replace(LICENCE.front, number=number_of(Kind.INSTANT_LICENCE, CASE))
    ),
}


# -- a district to make them

AUTHORITY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HUB_KEYS = Keys.make("hub")
STATION_KEYS = Keys.make("dafeng")


def keyring(*, hub: Standing = Standing.ACTIVE, since: str = "") -> Keyring:
    cards = [HUB_KEYS.card(hub, since), STATION_KEYS.card()]
    return Keyring(KeyringContent(district=DISTRICT, number=1, issued_at="", cards=cards))


def a_seal(name: str = "某区政务服务中心", authority: Ed25519PrivateKey = AUTHORITY) -> Seal:
    return Seal(*seal_certificate(name, DISTRICT, authority, AT - timedelta(days=30)))
