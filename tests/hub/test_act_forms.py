"""The form of every act, in both languages, with a long name in it, and what it says of what was left out."""

from __future__ import annotations

import re

import pytest

from hub.web.acts import ELSEWHERE
from protocol.cases.acts import Applicant
from protocol.cases.rules import OFFICERS, RULES, Act, Role, Side
from protocol.console import accounts
from tests.hub.desk import SECRET, Browser, Desk
from tests.hub.test_kinds_of_end import BODIES, surveyed
from tests.world import MORNING, World

LONG = "阿卜杜热合曼·买买提依明·库尔班江·图尔荪阿吉饲料加工与销售有限责任公司成都新都分公司"
HAN = re.compile(r"[\u4e00-\u9fff]")
FORMS = {rule.act for rule in RULES if rule.side is Side.HUB and not rule.roles <= {Role.SYSTEM}} - ELSEWHERE


def stages(desk: Desk, world: World) -> dict[str, list[Act]]:
    """Cases at every stage, and the forms that are open there."""
    who = Applicant(name=LONG, number="91510114MA0000000X")
    d01 = [desk.submits("D01", applicant=who, without=("D01-5",)) for _ in range(7)]
    supplied = desk.submits("P08", applicant=who)
    f02 = desk.submits("F02", applicant=who, committed=True, licence="JY123", licence_until="2026-12-01")
    world.settle()
    li, qian, han = desk.browser("li"), desk.browser("qian"), desk.browser("han")
    fresh, asked, accepted, paused, reviewed, recorded, denied = d01
    li.acts(supplied, "ask-correction", **{"wrong:其他": "不清楚"})
    for case in (accepted, paused, reviewed, recorded, denied, f02):
        li.acts(case, "accept", way="ordinary")
    world.settle()
    world.station("dafeng").supplies(supplied)
    world.station("dafeng").asks_withdrawal(asked)
    qian.acts(paused, "pause", stop="hearing", chair="han", reason="听证", expected="约 20 日")
    surveyed(desk, world, reviewed)
    for case in (reviewed, denied, f02):
        qian.acts(case, "review", proposal="deny" if case == denied else "grant", reason="理由")
    qian.acts(recorded, "order-survey", reason="面积")
    desk.browser("wang").acts(denied, "deny", reason="不符合", **BODIES)
    desk.browser("wang").acts(f02, "grant", reason="准予")
    desk.browser("wu").acts(f02, "issue")
    world.settle()
    world.station("dafeng").hands_over(f02)
    world.settle()
    assert han.status == 200
    found = {
        fresh: [
            Act.ACCEPT, Act.ACCEPT_CONDITIONALLY, Act.ASK_CORRECTION, Act.DECLARE_NOT_REQUIRED, Act.REFUSE_ACCEPTANCE,
            Act.RECUSE,
        ],
        supplied: [Act.CLOSE_LATE],
        asked: [Act.ALLOW_WITHDRAWAL, Act.DECLINE_WITHDRAWAL],
        accepted: [Act.ORDER_SURVEY, Act.PAUSE, Act.EXTEND, Act.REVIEW],
        paused: [Act.RESUME],
        recorded: [Act.RECORD_SURVEY],
        reviewed: [Act.GRANT, Act.DENY, Act.SEND_BACK],
        denied: [Act.ISSUE, Act.REOPEN, Act.MOVE],
        f02: [Act.CHECK_PROMISE, Act.CANCEL_LICENCE, Act.REVOKE_LICENCE],
    }  # fmt: skip
    assert {act for acts in found.values() for act in acts} | {Act.COUNTERSIGN_SURVEY} == FORMS
    return found


@pytest.fixture
def everyone(desk: Desk, world: World) -> Browser:
    """Somebody new, who has every role and has done nothing on any case."""
    with world.hub.office.store.write() as tx:
        accounts.create_account(tx, "all-round", "全能人", sorted(OFFICERS), SECRET, at=MORNING)
    return desk.browser("all-round")


def test_every_form_is_there_in_both_languages_and_says_what_was_left_out(
    desk: Desk, world: World, everyone: Browser
) -> None:
    english = desk.browser("all-round", english=True)
    for case, acts in stages(desk, world).items():
        for who in (everyone, english):
            who.get(f"/cases/{case}")
            assert who.status == 200
            for act in acts:
                path = f"/cases/{case}/do/{act}"
                who.get(path)
                assert who.status == 200, f"{path}: {who.text}"
                assert "F9" in who.page
                if act in (Act.ACCEPT, Act.ALLOW_WITHDRAWAL):
                    continue  # one press
                before = world.hub.case(case).tip
                typed = dict.fromkeys(who.filled(), "")
                who.post(path, **typed)
                if act is Act.ISSUE:
                    assert who.status == 200  # a denial needs nothing more
                else:
                    assert who.status == 422, f"{path}: {who.text}"
                    assert 'class="error-summary"' in who.page
                assert world.hub.case(case).tip == before


def test_what_was_typed_is_kept_beside_what_lacks(desk: Desk, world: World) -> None:
    case = desk.submits("P08")
    world.settle()
    li = desk.browser("li")
    li.acts(case, "accept")
    path = f"/cases/{case}/do/review"
    li.get(path)
    li.post(path, reason="居住满半年")
    assert li.status == 422
    assert "请填写“建议”" in li.text
    assert "居住满半年" in li.page
    li.post(path, reason="居住满半年", proposal="maybe")
    assert "请从列出的选项里选" in li.text
    li.post(path, reason="居住满半年", proposal="grant")
    assert "请核对" in li.text
    li.post(path, edit="yes", reason="居住满半年", proposal="grant")
    assert 'value="grant" checked' in li.page


def test_a_survey_says_what_cannot_be(desk: Desk, world: World) -> None:
    case = desk.submits("D01")
    world.settle()
    desk.browser("li").acts(case, "accept", way="ordinary")
    desk.browser("qian").acts(case, "order-survey", reason="营业面积")
    chen = desk.browser("chen")
    path = f"/cases/{case}/do/record-survey"
    chen.get(path)
    wrong = {"place": "某处", "arrived": "2026-03-02T08:05", "left": "2026-03-01T08:10", "point:0": "营业面积"}
    chen.post(path, **wrong, **{"remark:1": "没有内容"})
    for said in ("离开不能早于到达", "“营业面积”请选择结果", "请写明查看内容", "请填写“结论”"):
        assert said in chen.text, said
    chen.post(path, **{**wrong, "left": "2036-03-01T08:10"})
    assert "离开时间还没有到" in chen.text


def test_a_renewed_licence_goes_on_where_the_old_one_ends(desk: Desk, world: World) -> None:
    case = desk.submits("F02", licence="JY123", licence_until="2026-12-01")
    world.settle()
    desk.browser("li").acts(case, "accept", way="ordinary")
    desk.browser("qian").acts(case, "review", proposal="grant", reason="符合")
    desk.browser("wang").acts(case, "grant", reason="准予")
    wu = desk.browser("wu")
    path = f"/cases/{case}/do/issue"
    wu.get(path)
    filled = wu.filled()
    assert filled["licence.valid_from"] == "2026-12-02"
    assert filled["licence.valid_to"] == "2031-12-01"
    assert filled["licence.replaces"] == "JY123"
    wu.post(path, **{**filled, "licence.valid_to": "2026-01-01"})
    assert "有效期不能早于起始日" in wu.text
    wu.acts(case, "issue")
    assert world.hub.case(case).issued.licence.change == "renewed"


def test_what_is_given_up_ends_the_licence_that_it_names_once_the_time_for_objections_is_over(
    desk: Desk, world: World
) -> None:
    case = desk.submits("M06", licence="JY456")
    world.settle()
    desk.browser("li").acts(case, "accept", way="ordinary")
    qian = desk.browser("qian")
    qian.get(f"/cases/{case}/do/pause")
    assert "公示：开始公示或异议期" in qian.text
    qian.acts(case, "pause", stop="publicity", reason="依法公告", expected="45 日")
    qian.acts(case, "resume", reason="公告已发布")
    qian.acts(case, "review", proposal="grant", reason="符合")
    wang = desk.browser("wang")
    wang.acts(case, "grant", reason="准予")
    assert "须等公示或异议期满才能决定" in wang.text
    world.advance(60 * 24 * 3600)
    desk.browser("wang").acts(case, "grant", reason="准予")
    desk.browser("wu").acts(case, "issue")
    terms = world.hub.case(case).issued.licence
    assert (terms.change, terms.replaces) == ("cancelled", "JY456")


def test_a_document_of_the_case_is_opened_by_number_and_only_from_its_case(desk: Desk, world: World) -> None:
    case, other = desk.submits("P08"), desk.submits("P08")
    world.settle()
    digest = desk.attaches(case, "acceptance", "测试受理", b"%PDF-1.7 the notice")
    li = desk.browser("li")
    li.get(f"/cases/{case}")
    assert "受理通知书 测试受理" in li.text
    answer = li.client.get(f"/cases/{case}/documents/{digest}")
    assert answer.content == b"%PDF-1.7 the notice"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert li.client.get(f"/cases/{other}/documents/{digest}").status_code == 404


def test_no_page_of_an_act_in_english_speaks_chinese_of_its_own(desk: Desk, world: World) -> None:
    """What comes from the catalogue and from people stays as it is; the words around it do not."""
    from hub.web.words.acts import ACT_WORDS

    assert [key for key, (_, en) in ACT_WORDS.items() if HAN.search(en)] == []
