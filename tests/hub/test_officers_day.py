"""What an officer sees and does from signing in to the decision, and what the station then knows."""

from __future__ import annotations

from protocol.cases.rules import Act, Flag, Status
from tests.hub.desk import Desk
from tests.world import World


def test_a_case_is_found_read_accepted_and_granted_and_comes_home(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    li = desk.browser()
    number = world.hub.case(case).number

    li.get("/worklist")
    assert number in li.text
    assert "大丰街道便民服务中心" in li.text
    li.get(f"/cases/{case}")
    assert "已收件" in li.text
    assert li.page.count("<img src=") >= 2

    li.acts(case, "accept")
    assert f"{number}：受理" in li.text
    li.acts(case, "review", proposal="grant", reason="居住满半年，材料齐全")
    assert "已审核" in li.text
    wang = desk.browser("wang")
    wang.get(f"/cases/{case}/do/grant")
    assert "居住满半年，材料齐全" in wang.text
    wang.acts(case, "grant", reason="符合条件")
    assert "准予许可" in wang.text
    desk.browser("wu").acts(case, "issue")
    world.settle()

    at_home = world.station("dafeng").case(case)
    assert at_home.status is Status.ISSUED
    assert at_home.decision.reason == "符合条件"
    assert at_home.decision.by.name == "王审批"
    assert at_home.review.by.name == "李受理"
    assert number not in li.get("/worklist")
    assert number in li.get("/cases")


def test_the_one_correction_names_everything_and_there_is_no_second_one(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    item = desk.shelf.item(world.hub.case(case).item, 1)
    material, field = item.required_materials[0], item.fields[0]
    li = desk.browser()
    li.get(f"/cases/{case}/do/ask-correction")
    assert "法律只允许告知一次" in li.text

    li.post(f"/cases/{case}/do/ask-correction", **{f"tick:{material.code}": "yes"})
    assert li.status == 422
    assert "勾选了，但没有写问题" in li.text
    li.acts(case, "ask-correction", **{f"wrong:{material.code}": "照片看不清", f"wrong:{field.key}": "与证件不一致"})
    world.settle()

    at_home = world.station("dafeng").case(case)
    assert at_home.status is Status.RETURNED
    assert {(c.about, c.problem) for c in at_home.corrections} == {
        (material.code, "照片看不清"),
        (field.key, "与证件不一致"),
    }
    world.station("dafeng").supplies(case)
    world.settle()
    li.get(f"/cases/{case}")
    assert "补正时提交" in li.text
    assert "do/ask-correction" not in li.page
    li.get(f"/cases/{case}/do/ask-correction")
    assert li.status == 409


def test_a_refusal_goes_out_with_reason_and_remedies_and_the_bodies_are_remembered(desk: Desk, world: World) -> None:
    case, other = desk.takes_in(), desk.takes_in("boya")
    world.settle()
    li = desk.browser()
    path = f"/cases/{case}/do/refuse-acceptance"
    li.get(path)
    li.post(path, **li.filled())
    assert li.status == 422
    for asked in ("请写明理由", "请填写行政复议机关", "请填写人民法院"):
        assert asked in li.text
    li.acts(
        case,
        "refuse-acceptance",
        reason="不属于本机关职权",
        competent="市级公安机关",
        reconsideration_body="新都区人民政府",
        court="新都区人民法院",
    )
    world.settle()

    decision = world.station("dafeng").case(case).decision
    assert decision.act is Act.REFUSE_ACCEPTANCE
    assert "新都区人民政府" in decision.remedies
    assert "新都区人民法院" in decision.remedies
    assert "{" not in decision.remedies
    li.get(f"/cases/{other}/do/refuse-acceptance")
    assert 'value="新都区人民法院"' in li.page


def test_nothing_is_granted_while_a_paper_is_on_its_way_and_refusing_need_not_wait(desk: Desk, world: World) -> None:
    case = desk.case_with_papers_on_their_way()
    li = desk.browser()
    li.get(f"/cases/{case}")
    assert "还没有到达" in li.text
    li.acts(case, "accept")
    li.acts(case, "review", proposal="grant", reason="符合条件")
    wang = desk.browser("wang")
    wang.get(f"/cases/{case}/do/grant")
    assert "材料到齐前不能准予许可" in wang.text
    wang.acts(case, "grant", reason="符合条件")
    assert wang.status == 409
    assert "符合条件" in wang.page
    assert world.hub.case(case).status is Status.REVIEWED

    world.network.mend("dafeng")
    world.settle()
    wang.acts(case, "grant", reason="符合条件")
    assert world.hub.case(case).status is Status.GRANTED


def test_two_officers_in_one_case_the_second_sees_what_the_first_did(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    li, wang = desk.browser("li"), desk.browser("wang")
    path = f"/cases/{case}/do/refuse-acceptance"
    wang.get(path)
    bodies = {"reconsideration_body": "区政府", "court": "区法院"}
    wang.post(path, **{**wang.filled(), "reason": "不属于", "competent": "市局", **bodies})
    li.acts(case, "accept")

    wang.post(path, confirm="yes")

    assert "有同事先办了一步" in wang.text
    assert "李受理" in wang.text
    assert world.hub.case(case).status is Status.ACCEPTED


def test_what_was_typed_is_given_back_when_a_colleague_was_faster_but_the_step_is_still_open(
    desk: Desk, world: World
) -> None:
    case = desk.takes_in()
    world.settle()
    li, wang = desk.browser("li"), desk.browser("wang")
    li.acts(case, "accept")
    li.acts(case, "review", proposal="deny", reason="面积不符")
    path = f"/cases/{case}/do/deny"
    wang.get(path)
    wang.post(path, **{**wang.filled(), "reason": "面积不符", "reconsideration_body": "区政府", "court": "区法院"})
    world.station("dafeng").asks_withdrawal(case)
    world.settle()
    world.hub.decides(case, Act.DECLINE_WITHDRAWAL)

    wang.post(path, confirm="yes")

    assert wang.status == 409
    assert "面积不符" in wang.page
    assert "不同意撤回" in wang.text


def test_the_same_form_posted_twice_decides_once(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    li = desk.browser()
    path = f"/cases/{case}/do/accept"
    li.get(path)
    fields = li.hidden(path)
    for _ in range(2):
        li.client.post(path, data=fields)
    assert [step.act.act for step in world.hub.case(case).steps] == [Act.SUBMIT, Act.ACCEPT]


def test_the_applicants_wish_to_withdraw_is_answered_before_anything_else(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    world.station("dafeng").asks_withdrawal(case)
    world.settle()
    li = desk.browser()
    li.get(f"/cases/{case}")
    assert "申请人要求撤回，请先答复" in li.text
    assert "do/accept" not in li.page
    li.acts(case, "decline-withdrawal", reason="材料齐全，建议继续")
    world.settle()
    assert Flag.WITHDRAWAL_ASKED not in world.station("dafeng").case(case).flags
    li.get(f"/cases/{case}")
    assert "do/accept" in li.page


def test_a_withdrawal_that_is_allowed_ends_the_case(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    world.station("dafeng").asks_withdrawal(case)
    world.settle()
    desk.browser().acts(case, "allow-withdrawal")
    world.settle()
    assert world.station("dafeng").case(case).status is Status.WITHDRAWN


def test_an_inner_opinion_is_read_here_and_by_nobody_at_the_station(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    li = desk.browser()
    li.get(f"/cases/{case}")
    li.post(f"/cases/{case}/note", text="请再看面积")
    assert "请再看面积" in li.text
    world.settle()
    assert all(step.act.act is not Act.NOTE for step in world.station("dafeng").case(case).steps)


def test_two_versions_after_a_restore_stand_side_by_side_until_somebody_settles_it(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.settle()
    world.hub.copy_disk()
    world.hub.decides(case, Act.GRANT)
    world.settle()
    world.network.cut("dafeng")
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    world.hub.decides(case, Act.DENY)
    world.network.mend("dafeng")
    world.settle()
    again = Desk(world, staff=False)
    li = again.browser()

    li.get(f"/cases/{case}")
    assert "同一件在两处被修改" in li.text
    assert li.text.index("有效") < li.text.index("与另一步冲突")
    for _ in range(li.text.count("同一件在两处被修改")):
        aside = li.hidden(f"/cases/{case}/settle")["aside"]
        li.post(f"/cases/{case}/settle", aside=aside, reason="以先送达的决定为准")

    assert "同一件在两处被修改" not in li.text
    assert "以先送达的决定为准" in li.text
    world.settle()
    assert Flag.FORKED not in world.station("dafeng").case(case).flags
