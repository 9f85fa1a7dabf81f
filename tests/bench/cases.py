"""Ten thousand cases that nobody typed: real SUBMIT acts of about 2 KB in a station's own journal."""

from __future__ import annotations

import random

from protocol.casebook import tell
from protocol.cases.acts import Applicant, CaseAct, Intake
from protocol.cases.rules import Act
from protocol.clock import stamp
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.settings import Settings
from tests.district_data import answers_for, example_item, id_number
from tests.journeys.processes import CLERK, Pen

PER_COMMIT = 500
REMARKS = 560  # characters: they bring a body to about 2 KB

# what people write into a free field, in pieces; which pieces and which numbers is left to chance
_PLACES = ["大丰街道", "新都街道", "石板滩街道", "新繁街道", "三河街道", "桂湖街道", "斑竹园街道", "清流镇", "军屯镇"]
_STREETS = [
    "兴乐北路",
    "博雅路",
    "育英路",
    "桂湖中路",
    "宝光大道",
    "南丰大道",
    "方元路",
    "马超东路",
    "静安路",
    "蓉都大道",
]
_PIECES = [
    "申请人现居住于{place}{street}{n}号{m}栋{m}单元，自{n}日起连续居住。",
    "所附材料共{m}页，原件已由窗口核对。",
    "联系不上时请致电同住家属，尾号{n}。",
    "经营场所为租赁，租期至{n}月底，房东已签字同意。",
    "此前于{place}办理过同类事项，编号尾数{n}。",
    "希望以邮寄方式送达，收件地址同上。",
    "从业人员{m}名，均已办理健康证明。",
    "场所面积{n}平方米，位于{street}{n}号底层。",
    "因外出务工，由配偶代为提交，委托书见附件{m}。",
    "以上情况属实，如有变动将在{m}日内告知。",
]


def _remarks(rng: random.Random) -> str:
    text = ""
    while len(text) < REMARKS:
        text += rng.choice(_PIECES).format(
            place=rng.choice(_PLACES), street=rng.choice(_STREETS), n=rng.randint(10, 9999), m=rng.randint(1, 40)
        )
    return text[:REMARKS]


def act_of(number: int, station: str, at: str, rng: random.Random) -> CaseAct:
    """A case with the form's answers and a long free field."""
    item = example_item()
    answers = answers_for(item, rng)
    answers["remarks"] = _remarks(rng)
    case = rng.randbytes(16).hex()
    return CaseAct(
        case=case,
        id=case,
        act=Act.SUBMIT,
        follows=None,
        by=CLERK,
        at=at,
        intake=Intake(
            number=f"{station.upper()}-26-{number:05d}-AAA",
            station=station,
            item=item.code,
            item_version=item.version,
            applicant=Applicant(name="测试甲", number=id_number(rng), phone="13900000000"),
            answers=answers,
        ),
    )


def fill(settings: Settings, count: int, rng: random.Random, *, first: int = 1) -> None:
    """`count` cases in the journal of a station at rest, owed to the hub."""
    with Pen(settings, rng) as pen:
        for begun in range(0, count, PER_COMMIT):
            at = pen.clock.now()
            with pen.store.write() as tx:
                for number in range(begun, min(count, begun + PER_COMMIT)):
                    act = act_of(first + number, settings.party, stamp(at), rng)
                    body = tell(act)
                    pen.pen.write(tx, HUB, Kind.CASE_ACT, body, by=CLERK.account, at=at, case=act.case)
        # what a running station would have left to Litestream or done by itself long before
        assert pen.store._writer is not None
        pen.store._writer.execute("pragma wal_checkpoint(truncate)")
