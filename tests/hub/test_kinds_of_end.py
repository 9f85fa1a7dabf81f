"""A case of each kind of end, walked by the people of the sections, from the receipt at a station to its end."""

from __future__ import annotations

from protocol.cases.acts import Applicant
from protocol.cases.rules import Act, Flag, Status
from protocol.catalogue.items import Stop
from protocol.clock import CHINA
from tests.hub.desk import Desk, png
from tests.world import World

BODIES = {"reconsideration_body": "新都区人民政府", "court": "新都区人民法院"}
VISIT = {
    "place": "测试路1号",
    "arrived": "2026-03-02T08:05",
    "left": "2026-03-02T08:10",
    "point:0": "营业面积",
    "result:0": "pass",
    "remark:0": "62 平方米",
    "passed": "yes",
}


def at_the_hub(desk: Desk, world: World, code: str, **intake: object) -> str:
    case = desk.submits(code, **intake)
    world.settle()
    return case


def surveyed(desk: Desk, world: World, case: str) -> None:
    desk.browser("qian").acts(case, "order-survey", reason="营业面积\n冷藏设备")
    first = desk.browser("chen")
    first.get(f"/cases/{case}/do/record-survey")
    assert 'value="冷藏设备"' in first.page  # what was ordered stands on the form
    answer = visit(desk, world)
    first.acts(case, "record-survey", **answer)
    assert "记录勘查" in first.text, first.text
    second = desk.browser("zhou")
    second.get(f"/cases/{case}/do/countersign-survey")
    assert "62 平方米" in second.text
    second.acts(case, "countersign-survey")
    assert Flag.SURVEYED in world.hub.case(case).flags


def visit(desk: Desk, world: World) -> dict[str, str]:
    """The visit has just been, by the clock of the hub."""
    now = world.hub.clock.now().astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
    return {**VISIT, "arrived": now, "left": now, "result:1": "n/a"}


def granted_and_issued(desk: Desk, world: World, case: str) -> None:
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合规定条件")
    desk.browser("wang").acts(case, "grant", reason="准予")
    assert world.hub.case(case).status is Status.GRANTED
    desk.browser("wu").acts(case, "issue")
    assert world.hub.case(case).status is Status.ISSUED
    world.settle()


def test_what_can_be_decided_at_once_goes_straight_to_the_approvers(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "M01")
    li = desk.browser("li")
    li.get(f"/cases/{case}/do/accept")
    assert "当场决定" in li.text
    li.acts(case, "accept", way="simple")
    assert "当场决定" in li.text
    assert "do/review" not in li.page
    desk.browser("wang").get(f"/cases/{case}")
    han = desk.browser("han")
    han.get(f"/cases/{case}")
    assert "现在在审批环节" in han.text
    # wang accepts too, but not this one: he decides
    desk.browser("wang").acts(case, "grant", reason="材料齐全")
    assert world.hub.case(case).status is Status.GRANTED
    desk.browser("wu").acts(case, "issue")
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    assert world.hub.case(case).status is Status.HANDED_OVER


def test_a_pharmacy_is_surveyed_by_two_reviewed_approved_and_gets_its_licence(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "D01")
    desk.browser("li").acts(case, "accept", way="ordinary")
    wang = desk.browser("wang")
    qian = desk.browser("qian")
    qian.get(f"/cases/{case}/do/review")
    assert "须先现场勘查" in qian.text
    surveyed(desk, world, case)
    qian.get(f"/cases/{case}/do/review")
    assert "62 平方米" in qian.text
    qian.acts(case, "review", proposal="grant", reason="符合规定条件")
    wang.acts(case, "grant", reason="准予")
    wu = desk.browser("wu")
    wu.get(f"/cases/{case}/do/issue")
    number = world.hub.case(case).number
    assert f'value="{number}·证照"' in wu.page
    wu.acts(case, "issue")
    world.settle()

    at_home = world.station("dafeng").case(case)
    terms = at_home.issued.licence
    assert at_home.status is Status.ISSUED
    assert terms.number == f"{number}·证照"
    assert (int(terms.valid_to[:4]) - int(terms.valid_from[:4])) == 5
    assert terms.holder == at_home.applicant.name
    wu.get(f"/cases/{case}")
    for seen in ("陈勘查、周勘查", "营业面积：符合（62 平方米）", "有效期至", "钱审核"):
        assert seen in wu.text, seen


def test_photos_of_a_survey_are_kept_through_the_check_and_shown(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "D01")
    desk.browser("li").acts(case, "accept", way="ordinary")
    desk.browser("qian").acts(case, "order-survey", reason="营业面积")
    chen = desk.browser("chen")
    path = f"/cases/{case}/do/record-survey"
    chen.get(path)
    fields = {**chen.hidden(path), **visit(desk, world)} | {"result:1": ""}
    picture = png(90, 60, 33)
    chen._took(chen.client.post(path, data=fields, files=[("photos", ("a.png", picture)), ("photos", ("b.txt", b"x"))]))
    assert chen.status == 422  # one of them is no picture; the other is kept
    assert "1 张照片" in chen.text
    again = {**chen.hidden(path), **visit(desk, world), "result:1": ""}
    chen._took(chen.client.post(path, data=again))
    assert "1 张照片" in chen.text
    chen.post(path, confirm="yes")
    photo = world.hub.case(case).line[-1].papers[0]
    assert photo.size == len(picture)
    assert "现场照片" in chen.text
    assert chen.client.get(f"/cases/{case}/papers/{photo.digest}").content == picture


def test_a_denial_states_reason_and_remedies_and_warns_if_the_reviewer_proposed_the_opposite(
    desk: Desk, world: World
) -> None:
    case = at_the_hub(desk, world, "P08")
    desk.browser("li").acts(case, "accept")
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合")
    wang = desk.browser("wang")
    wang.get(f"/cases/{case}/do/deny")
    assert "审核科的建议与此相反" in wang.text
    wang.acts(case, "deny", reason="居住不满半年", **BODIES)
    world.settle()
    decision = world.station("dafeng").case(case).decision
    assert decision.act is Act.DENY
    assert "新都区人民法院" in decision.remedies
    wu = desk.browser("wu")
    wu.acts(case, "issue")
    assert world.hub.case(case).status is Status.ISSUED
    assert world.hub.case(case).issued.licence is None


def test_an_approver_sends_a_case_back_and_the_reviewer_says_more(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "P08")
    desk.browser("li").acts(case, "accept")
    qian = desk.browser("qian")
    qian.acts(case, "review", proposal="grant", reason="符合")
    desk.browser("wang").acts(case, "send-back", reason="没有说明居住时间")
    qian.get(f"/cases/{case}")
    assert "没有说明居住时间" in qian.text
    assert "退回重审" in qian.text
    granted_and_issued(desk, world, case)


def test_whoever_needs_no_permit_and_whoever_asked_the_wrong_authority_is_told(desk: Desk, world: World) -> None:
    one, other = at_the_hub(desk, world, "P08"), at_the_hub(desk, world, "P08")
    li = desk.browser("li")
    li.acts(one, "declare-not-required", reason="本地户籍，不需办理", **BODIES)
    li.acts(other, "refuse-acceptance", reason="住址在邻区", competent="邻区公安分局", **BODIES)
    world.settle()
    station = world.station("dafeng")
    assert station.case(one).decision.act is Act.DECLARE_NOT_REQUIRED
    assert station.case(other).decision.competent == "邻区公安分局"
    assert {station.case(case).status for case in (one, other)} == {Status.NOT_ACCEPTED}
    li.get(f"/cases/{other}")
    assert "邻区公安分局" in li.text
    assert "轮到服务站办理" in li.text


def test_a_case_is_accepted_after_its_correction_and_the_late_letter_says_both_times(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "P08")
    li, han = desk.browser("li"), desk.browser("han")
    li.acts(case, "ask-correction", **{"wrong:其他": "请补充居住证明"})
    world.settle()
    world.network.cut("dafeng")
    li.get(f"/cases/{case}")
    assert "轮到服务站办理" in li.text
    assert "do/" not in li.page.replace("/do/note", "").replace(
        "/do/move", ""
    )  # a correction may be on its way: nobody decides meanwhile
    li.get(f"/cases/{case}/do/accept")
    assert li.status == 409
    world.station("dafeng").supplies(case)
    world.advance(3 * 3600)
    world.network.mend("dafeng")
    world.settle()
    li.get(f"/cases/{case}")
    assert "到达区中心，晚 3 小时" in li.text
    han.get(f"/cases/{case}/do/close-late")
    for seen in ("申请人补正的时间（服务站记录）", "到达区中心的时间", "补正期限"):
        assert seen in han.text, seen
    li.acts(case, "accept")
    granted_and_issued(desk, world, case)


def test_a_correction_that_never_came_is_closed_by_the_head_of_the_agency_with_reasons(
    desk: Desk, world: World
) -> None:
    case = at_the_hub(desk, world, "P08")
    desk.browser("li").acts(case, "ask-correction", **{"wrong:其他": "请补充居住证明"})
    world.settle()
    world.station("dafeng").asks_withdrawal(case)
    world.settle()
    li = desk.browser("li")
    li.acts(case, "decline-withdrawal", reason="请先补正")
    han = desk.browser("han")
    han.get(f"/cases/{case}/do/close-late")
    assert "没有补正" in han.text
    han.acts(case, "close-late", reason="逾期未补正", **BODIES)
    assert world.hub.case(case).status is Status.WITHDRAWN
    assert "已撤回" in han.text


def test_a_case_is_accepted_without_a_secondary_paper_and_granted_once_it_has_come(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "D01", without=("D01-5",))
    li = desk.browser("li")
    li.acts(case, "accept-conditionally", **{"tick:D01-5": "yes"})
    assert "容缺待补" in li.text
    assert world.hub.case(case).lacking == ["D01-5"]
    surveyed(desk, world, case)
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合")
    wang = desk.browser("wang")
    wang.acts(case, "grant", reason="准予")
    assert wang.status == 409
    assert "容缺的材料还没有补来" in wang.text
    assert "D01-5" not in wang.text  # by its name
    desk.supplies_later(case, "D01-5")
    world.settle()
    wang.get(f"/cases/{case}")
    assert "后来补交" in wang.text
    wang.acts(case, "grant", reason="准予")
    assert world.hub.case(case).status is Status.GRANTED


def test_a_hearing_stops_the_clock_with_another_in_the_chair_and_the_clock_says_so(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "D01")
    desk.browser("li").acts(case, "accept", way="ordinary")
    qian = desk.browser("qian")
    path = f"/cases/{case}/do/pause"
    qian.get(path)
    assert "听证：停止计时（" in qian.text
    assert "整改：本事项的法律没有写明，时间照算" in qian.text
    assert "合并审查" not in qian.text
    qian.post(path, stop="hearing", reason="涉及重大利益", expected="约 20 个工作日")
    assert "听证要指定主持人" in qian.text
    qian.acts(case, "pause", stop="hearing", chair="han", reason="涉及重大利益", expected="约 20 个工作日")
    pause = world.hub.case(case).pause
    assert pause.stop is Stop.HEARING
    assert pause.basis
    assert "特别程序中" in qian.text
    assert "中止" in qian.text
    world.advance(6 * 24 * 3600)
    qian = desk.browser("qian")
    qian.get(f"/cases/{case}/do/resume")
    assert "涉及重大利益" in qian.text
    qian.acts(case, "resume", reason="听证结束，笔录附卷")
    world.advance(24 * 3600)
    qian = desk.browser("qian")
    qian.get(f"/cases/{case}")
    assert "扣除听证" in qian.text
    assert Flag.PAUSED not in world.hub.case(case).flags


def test_the_head_of_the_agency_extends_once_and_sees_from_what_to_what(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "D01")
    desk.browser("li").acts(case, "accept", way="ordinary")
    han = desk.browser("han")
    han.get(f"/cases/{case}/do/extend")
    assert " 延至 " in han.text
    han.acts(case, "extend", reason="需要检验报告")
    assert "经批准延长" in han.text
    han.get(f"/cases/{case}")
    assert "do/extend" not in han.page


def test_what_nobody_told_in_time_is_accepted_by_the_law_itself_and_the_page_says_since_when(
    desk: Desk, world: World
) -> None:
    case = at_the_hub(desk, world, "D01")
    world.advance(12 * 24 * 3600)
    desk.lapses()  # as the hub's own job does
    li = desk.browser("li")
    li.get(f"/cases/{case}")
    assert world.hub.case(case).status is Status.ACCEPTED
    assert "视为受理" in li.text
    assert "系统自动" in li.text


def test_a_wrong_decision_is_reopened_reviewed_anew_and_everything_stays_on_the_page(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "P08")
    desk.browser("li").acts(case, "accept")
    desk.browser("qian").acts(case, "review", proposal="deny", reason="面积不符")
    desk.browser("wang").acts(case, "deny", reason="面积不符", **BODIES)
    han = desk.browser("han")
    han.get(f"/cases/{case}/do/reopen")
    assert "面积不符" in han.text
    han.acts(case, "reopen", reason="测绘有误")
    assert world.hub.case(case).status is Status.ACCEPTED
    assert "测绘有误" in han.text
    assert "不予许可" in han.text
    granted_and_issued(desk, world, case)


def test_a_licence_is_cancelled_and_a_commitment_that_was_broken_is_revoked(desk: Desk, world: World) -> None:
    one, other = at_the_hub(desk, world, "F02", committed=True), at_the_hub(desk, world, "F02", committed=True)
    li = desk.browser("li")
    for case in (one, other):
        li.acts(case, "accept", way="ordinary")
        granted_and_issued(desk, world, case)
        world.station("dafeng").hands_over(case)
        world.settle()
    chen, wang = desk.browser("chen"), desk.browser("wang")
    chen.get(f"/cases/{other}/do/check-promise")
    assert "承诺的条件" in chen.text
    chen.acts(other, "check-promise", passed="no", reason="现场与承诺不符")
    assert "承诺不实" in chen.text
    wang.acts(one, "cancel-licence", reason="经营者申请注销")
    wang.acts(other, "revoke-licence", reason="承诺不实", **BODIES)
    world.settle()
    for case, act in ((one, Act.CANCEL_LICENCE), (other, Act.REVOKE_LICENCE)):
        at_home = world.station("dafeng").case(case)
        assert Flag.LICENCE_ENDED in at_home.flags
        assert act in at_home.last_by
        wang.get(f"/cases/{case}")
        assert "do/cancel-licence" not in wang.page


def test_an_issued_result_with_an_error_comes_back_from_the_desk_and_goes_out_again(desk: Desk, world: World) -> None:
    case = at_the_hub(desk, world, "P08")
    desk.browser("li").acts(case, "accept")
    granted_and_issued(desk, world, case)
    desk.tells(case, Act.RETURN_RESULT, reason="姓名有错字")
    world.settle()
    wu = desk.browser("wu")
    wu.get(f"/cases/{case}/do/issue")
    assert "姓名有错字" in wu.text
    wu.acts(case, "issue")
    assert world.hub.case(case).status is Status.ISSUED


def test_the_cases_of_one_matter_are_found_from_each_other(desk: Desk, world: World) -> None:
    who = Applicant(name="测试甲", number="91510114MA0000000X")
    one = desk.submits("D01", matter="m1", applicant=who)
    other = desk.submits("F01", matter="m1", applicant=who)
    third = desk.submits("F01", matter="m2", applicant=who)
    world.settle()
    li = desk.browser("li")
    li.get(f"/cases/{one}")
    assert f'href="/cases/{other}"' in li.page
    assert f'href="/cases/{third}"' not in li.page
