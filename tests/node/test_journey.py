"""What a clerk sees from the first click to the hand-over."""

from __future__ import annotations

import pytest

from protocol.cases.rules import Act, Status
from protocol.console.texts import Lang
from tests.node.station import Desk


def test_a_case_goes_to_the_district_is_corrected_granted_and_handed_over(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk, name="测试甲乙")
    assert "等待上传" in clerk.page.text
    assert "离线办理中" in clerk.page.text

    desk.world.settle()
    page = clerk.sees(f"/cases/{case}")
    assert "区中心已收（" in page.text
    assert "全部送达" in page.text

    desk.world.hub.decides(case, Act.ASK_CORRECTION)
    desk.world.settle()
    page = clerk.sees("/desk")
    assert "待补正" in page.text
    page = clerk.sees(f"/cases/{case}")
    assert "缺最后一页，请补全" in page.text
    assert "办理补正" in page.text
    assert "送达登记" not in page.text
    draft = clerk.posts(f"/cases/{case}/supplement").url.rpartition("/")[2]
    assert "缺最后一页，请补全" in clerk.page.text
    clerk.sees(f"/drafts/{draft}/check")
    assert "还没有补正任何内容" in clerk.page.text
    desk.attaches(clerk, draft)
    clerk.sees(f"/drafts/{draft}/check")
    page = clerk.posts(f"/drafts/{draft}/check")
    assert page.url.endswith(f"/cases/{case}")

    desk.world.settle()
    desk.world.hub.decides(case, Act.ACCEPT)
    desk.world.hub.decides(case, Act.GRANT)
    desk.world.hub.decides(case, Act.ISSUE)
    desk.world.settle()
    page = clerk.sees(f"/cases/{case}/handover")
    page = clerk.posts(f"/cases/{case}/handover", {"recipient": "测试甲乙"})
    assert page.status == 422
    assert "请核对身份" in page.text
    assert "请领取人签字" in page.text
    typed = {"recipient": "测试甲乙", "who": "self", "checked": "yes", "signed": "yes"}
    page = clerk.posts(f"/cases/{case}/handover", typed)
    assert "已登记送达" in page.text
    desk.world.settle()
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    assert at_hub.status is Status.HANDED_OVER
    assert desk.world.differences() == []


def test_the_same_submit_twice_is_one_case(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    desk.attaches(clerk, draft)
    form = clerk.sees(f"/drafts/{draft}/check").form_id()
    first = clerk.posts(f"/drafts/{draft}/check", form_id=form)
    second = clerk.posts(f"/drafts/{draft}/check", form_id=form)
    assert first.url == second.url
    assert "共 1 件" in clerk.sees("/cases").text


def test_an_applicant_may_take_the_case_back(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    clerk.sees(f"/cases/{case}/withdrawal")
    assert clerk.posts(f"/cases/{case}/withdrawal", {"reason": " "}).status == 422
    page = clerk.posts(f"/cases/{case}/withdrawal", {"reason": "搬家"})
    assert "申请人要求撤回" in page.text
    assert clerk.sees(f"/cases/{case}/withdrawal").status == 409  # it has been asked for
    desk.world.settle()
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    assert at_hub.open_request is not None


def test_two_clerks_hand_over_one_result_and_the_second_is_told(desk: Desk) -> None:
    first, second = desk.clerk("limin"), desk.clerk("wanghui")
    case = desk.takes_in(first)
    desk.world.settle()
    desk.world.hub.decides(case, Act.ACCEPT)
    desk.world.hub.decides(case, Act.GRANT)
    desk.world.hub.decides(case, Act.ISSUE)
    desk.world.settle()
    first.sees(f"/cases/{case}/handover")
    second.sees(f"/cases/{case}/handover")
    typed = {"recipient": "本人", "who": "self", "checked": "yes", "signed": "yes"}
    assert first.posts(f"/cases/{case}/handover", typed).status == 200
    page = second.posts(f"/cases/{case}/handover", typed)
    assert page.status == 409
    assert "已送达" in page.text


def test_two_clerks_in_one_draft_the_later_one_is_shown_that_a_colleague_saved(desk: Desk) -> None:
    first, second = desk.clerk("limin"), desk.clerk("wanghui")
    draft = desk.begins(first)
    seen = second.sees(f"/drafts/{draft}").text.split('name="seen" value="')[1][:16]
    desk.fills_in(first, draft, name="测试甲")
    page = second.posts(f"/drafts/{draft}", {"a.name": "测试乙", "seen": seen, "go": "next"})
    assert page.status == 409
    assert "同事刚刚保存过" in page.text
    assert "测试乙" in page.text  # what was typed is not lost
    assert "测试甲" in first.sees(f"/drafts/{draft}").text


def test_what_is_wrong_is_kept_and_said_at_the_top(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    page = desk.fills_in(clerk, draft, id_number="510114199001011", phone="12")
    assert page.status == 422
    assert 'href="#f-a.id_number"' in page.text
    assert "应为 18 位，现在是 15 位" in page.text
    assert 'value="510114199001011"' in clerk.sees(f"/drafts/{draft}").text
    clerk.sees(f"/drafts/{draft}/check")
    assert "有 2 处需要修改" in clerk.page.text
    assert clerk.posts(f"/drafts/{draft}/check").status == 422


def test_numbers_are_masked_until_somebody_asks_and_asking_is_written_down(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk, name="测试甲乙", phone="13900001234")
    page = clerk.sees(f"/cases/{case}")
    assert "13900001234" not in page.text
    assert "139****1234" in page.text
    assert "测试甲乙" not in page.text
    page = clerk.posts(f"/cases/{case}/reveal")
    assert "13900001234" in page.text
    with desk.station.store.read() as db:
        assert [row["account"] for row in db.query("select account from reveals")] == ["limin"]


@pytest.mark.parametrize("name", ["<script>alert('王')</script>", "𬱖㛃测试", '"><img src=x onerror=alert(1)>'])
def test_a_hostile_or_rare_name_is_only_a_name(desk: Desk, name: str) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk, name=name)
    for path in (f"/cases/{case}", f"/cases/{case}/receipt", "/cases", "/desk"):
        page = clerk.sees(path)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert clerk.posts("/cases", {"q": name}).text.count('class="case-number" href=') == 1
    desk.world.settle()
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    assert at_hub.applicant.name == name


def test_a_receipt_is_printed_under_the_number_of_the_case(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    answer = clerk.client.get(f"/cases/{case}/print/receipt")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith('inline; filename="DAFENG-26-00001-')
    assert clerk.sees(f"/cases/{case}/print/grant").status == 404


def test_a_decision_its_notice_and_proof_are_printed(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    desk.world.settle()
    desk.world.hub.decides(case, Act.ASK_CORRECTION)
    desk.world.settle()
    desk.party.supplies(case)
    desk.world.settle()
    desk.world.hub.decides(case, Act.REFUSE_ACCEPTANCE)
    desk.world.settle()
    for document in ("receipt", "correction", "non-acceptance", "proof"):
        answer = clerk.client.get(f"/cases/{case}/print/{document}")
        assert answer.content.startswith(b"%PDF-"), answer.text


def test_a_character_that_no_font_has_is_left_blank_only_if_somebody_agrees(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk, name="测试\U00030000")
    page = clerk.sees(f"/cases/{case}/print/receipt")
    assert page.status == 409
    assert "有字打印不出来" in page.text
    assert clerk.client.get(f"/cases/{case}/print/receipt?hand=1").content.startswith(b"%PDF-")


def test_every_page_speaks_both_languages_empty_and_full(desk: Desk) -> None:
    clerk = desk.clerk("zhaoqiang")
    empty = ["/desk", "/items", "/items?q=居住证", "/items?q=zzz", "/cases", "/attention", "/sync", "/bar"]
    case = ""
    for _ in range(2):
        for lang in (Lang.ZH, Lang.EN):
            clerk.client.cookies.set("mc_lang", lang.value)
            paths = [*empty, *(f"/cases?show={key}" for key in ("mine", "waiting", "returned", "decided", "done"))]
            if case:
                draft = desk.begins(clerk)
                paths += [f"/drafts/{draft}{end}" for end in ("", "/papers", "/check", "/discard")]
                paths += [f"/cases/{case}{end}" for end in ("", "/receipt", "/withdrawal")]
            for path in paths:
                page = clerk.sees(path)
                assert page.status == 200, (path, page.text)
                assert path == "/bar" or f'lang="{lang.value}"' in page.text
        case = desk.takes_in(clerk)


def test_a_draft_can_be_left_continued_and_thrown_away(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    page = clerk.sees(f"/drafts/{draft}")
    seen = page.text.split('name="seen" value="')[1][:16]
    page = clerk.posts(f"/drafts/{draft}", {"a.name": "测试丙", "seen": seen, "go": "later"})
    assert page.url.endswith("/desk")
    assert "草稿已存本机" in page.text
    assert "测**" in page.text
    clerk.sees(f"/drafts/{draft}/discard")
    page = clerk.posts(f"/drafts/{draft}/discard")
    assert "草稿已删除" in page.text
    assert clerk.sees(f"/drafts/{draft}").status == 404
