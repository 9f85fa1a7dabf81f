"""Nobody does two links of one case that have to be apart: what the page offers, what it says, and what is kept."""

from __future__ import annotations

import pytest

from hub import breaches, decisions
from protocol.cases.acts import By, CaseAct
from protocol.cases.rules import Act, Role, Status
from protocol.clock import stamp
from protocol.console import accounts
from tests.hub.desk import SECRET, Browser, Desk
from tests.hub.test_kinds_of_end import BODIES, at_the_hub, visit
from tests.world import MORNING, World

ALL_ROUND = (Role.ACCEPTOR, Role.REVIEWER, Role.SURVEYOR, Role.APPROVER, Role.ISSUER)


@pytest.fixture
def lone(desk: Desk, world: World) -> Browser:
    """The only person who came to work today, with every role."""
    with world.hub.office.store.write() as tx:
        accounts.create_account(tx, "lone", "孤一人", ALL_ROUND, SECRET, at=MORNING)
    return desk.browser("lone")


def refused(who: Browser, case: str, act: str, **fields: str) -> str:
    """The page hides it; a form that was sent anyway is refused in words, and nothing happens."""
    who.get(f"/cases/{case}")
    assert f"do/{act}" not in who.page
    who.post(f"/cases/{case}/do/{act}", confirm="yes", reason="因为", **fields)
    assert who.status in (403, 409), who.text
    return who.text


@pytest.fixture
def case(desk: Desk, world: World) -> str:
    return at_the_hub(desk, world, "P08")


def test_the_reviewer_does_not_approve(desk: Desk, world: World, lone: Browser, case: str) -> None:
    desk.browser("li").acts(case, "accept")
    lone.acts(case, "review", proposal="grant", reason="符合")
    lone.get(f"/cases/{case}")
    assert "没有“准予许可”：同一件业务审核和审批不能是同一人" in lone.text
    assert "审核和审批不能是同一人" in refused(lone, case, "grant")
    assert world.hub.case(case).status is Status.REVIEWED
    lone.get(f"/cases/{case}/do/grant")
    assert "审核和审批不能是同一人" in lone.text
    with world.hub.office.store.read() as db:
        tried = {(one.breach.account, one.breach.act, one.breach.refusal) for one in breaches.tried(db)}
    assert tried == {("lone", "grant", "refused.reviewer-approves")}


def test_the_approver_does_not_issue(desk: Desk, world: World, lone: Browser, case: str) -> None:
    desk.browser("li").acts(case, "accept")
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合")
    lone.acts(case, "grant", reason="准予")
    lone.get(f"/cases/{case}")
    assert "没有“发件”：同一件业务审批和发证不能是同一人" in lone.text
    assert "审批和发证不能是同一人" in refused(lone, case, "issue")
    assert world.hub.case(case).status is Status.GRANTED


def test_the_same_surveyor_does_not_sign_twice_and_does_not_approve(desk: Desk, world: World, lone: Browser) -> None:
    case = at_the_hub(desk, world, "D01")
    desk.browser("li").acts(case, "accept", way="ordinary")
    desk.browser("qian").acts(case, "order-survey", reason="营业面积")
    lone.acts(case, "record-survey", **{**visit(desk, world), "result:1": ""})
    assert "没有“第二人签字”：现场勘查须两人" in lone.text
    assert "记录人不能再作第二人签字" in refused(lone, case, "countersign-survey")
    desk.browser("zhou").acts(case, "countersign-survey")
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合")
    assert "勘查和审批不能是同一人" in refused(lone, case, "grant")
    assert world.hub.case(case).status is Status.REVIEWED


def test_who_accepted_does_not_grant_at_once_either(desk: Desk, world: World, lone: Browser) -> None:
    case = at_the_hub(desk, world, "M01")
    lone.acts(case, "accept", way="simple")
    lone.get(f"/cases/{case}")
    assert "受理和审批不能是同一人" in lone.text
    assert "受理和审批不能是同一人" in refused(lone, case, "grant")
    assert world.hub.case(case).status is Status.ACCEPTED


def test_who_is_recused_does_nothing_more_and_only_the_head_recuses_others(
    desk: Desk, world: World, lone: Browser, case: str
) -> None:
    lone.acts(case, "accept")
    han = desk.browser("han")
    han.get(f"/cases/{case}/do/recuse")
    assert "孤一人" in han.text
    han.acts(case, "recuse", person="lone", reason="与申请人是亲属")
    assert "与申请人是亲属" in han.text
    lone.get(f"/cases/{case}")
    assert "该人员对这件业务已回避" in lone.text
    assert "已回避" in refused(lone, case, "review", proposal="grant")

    other = at_the_hub(desk, world, "P08")
    qian = desk.browser("qian")
    desk.browser("li").acts(other, "accept")
    qian.get(f"/cases/{other}/do/recuse")
    assert 'name="person"' not in qian.page
    qian.acts(other, "recuse", person="wang", reason="本人与申请人相识")
    assert world.hub.case(other).recused == {"qian"}


def test_who_chairs_the_hearing_does_not_review(desk: Desk, world: World, lone: Browser) -> None:
    case = at_the_hub(desk, world, "D01")
    desk.browser("li").acts(case, "accept", way="ordinary")
    qian = desk.browser("qian")
    qian.acts(case, "pause", stop="hearing", chair="lone", reason="涉及重大利益", expected="约 20 个工作日")
    qian.acts(case, "resume", reason="听证结束")
    lone.get(f"/cases/{case}")
    assert "听证主持人不能是审查这件业务的人" in lone.text
    assert "听证主持人" in refused(lone, case, "review", proposal="grant")


def test_whoever_has_another_post_reads_whose_turn_it_is(desk: Desk, world: World, case: str) -> None:
    feng, wu = desk.browser("feng"), desk.browser("wu")
    wu.get(f"/cases/{case}")
    assert "现在在受理环节，由受理人员办理；您没有这个岗位。" in wu.text
    feng.get(f"/cases/{case}")
    assert "您的账号只能查看" in feng.text


def test_two_officers_decide_in_the_same_second_and_the_second_reads_what_the_first_did(
    desk: Desk, world: World, case: str
) -> None:
    with world.hub.office.store.write() as tx:
        accounts.create_account(tx, "sun-er", "孙审批", [Role.APPROVER], SECRET, at=MORNING)
    desk.browser("li").acts(case, "accept")
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合")
    wang, other = desk.browser("wang"), desk.browser("sun-er")
    for who, act, more in ((wang, "grant", {}), (other, "deny", BODIES)):
        path = f"/cases/{case}/do/{act}"
        who.get(path)
        who.post(path, **{**who.filled(), "reason": f"{act} 的理由", **more})  # both read the check page
    wang.post(f"/cases/{case}/do/grant", confirm="yes")
    other.post(f"/cases/{case}/do/deny", confirm="yes")
    assert "有同事先办了一步" in other.text
    assert "王审批" in other.text
    assert world.hub.case(case).decision.act is Act.GRANT
    assert len([one for one in world.hub.case(case).steps if one.act.act in (Act.GRANT, Act.DENY)]) == 1


def test_a_card_stands_at_the_top_until_it_is_answered(desk: Desk, world: World, case: str) -> None:
    hub, at = world.hub, world.hub.clock.now()

    def tells(act: Act, by: By, **said: object) -> str:
        told = CaseAct(
            case=case,
            id=world.rng.randbytes(16).hex(),
            act=act,
            follows=hub.case(case).tip,
            by=by,
            at=stamp(at),
            **said,
        )
        with hub.office.store.write() as tx:
            decisions.tell_inner(tx, hub.office.pen, hub.case(case), told, desk.room.seal, at=at)
        return told.id

    card = tells(Act.CARD, By("feng", Role.SUPERVISOR, "冯督查"), card="yellow", reason="受理期限只剩一天")
    li = desk.browser("li")
    li.get(f"/cases/{case}")
    assert "黄牌：冯督查" in li.text
    assert li.text.index("受理期限只剩一天") < li.text.index("申请表")
    tells(Act.ANSWER_CARD, By("li", Role.ACCEPTOR, "李受理"), request=card, reason="今天受理")
    li.get(f"/cases/{case}")
    assert "李受理答复：今天受理" in li.text
    world.settle()
    assert world.station("dafeng").case(case).cards == []
