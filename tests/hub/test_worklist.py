"""The list that an officer works from: what is due first, whose it is, claimed and given back, page by page."""

from __future__ import annotations

import random
import re

from hub.holdings import TAKEN_OVER_AFTER
from protocol.cases.rules import Act, Status
from tests.hub.crowd import alike, crowd
from tests.hub.desk import Browser, Desk
from tests.world import World

DAY_S = 86_400


def numbers(browser: Browser) -> list[str]:
    """Of the cases on the page, from the top."""
    return re.findall(r"data-open>([^<]+)</a></th>", browser.page)


def test_what_is_due_first_stands_on_top_whenever_it_came(desk: Desk, world: World) -> None:
    slow = desk.submits("B01")
    world.settle()
    world.advance(3 * DAY_S)
    quick = desk.submits("P08")
    world.settle()
    li = desk.browser()
    li.get("/worklist")
    with world.hub.office.store.read() as db:
        due = {r[0]: r[1] for r in db.execute("select case_id, due_on from standing").fetchall()}
    wanted = [world.hub.case(one).number for one in sorted((slow, quick), key=lambda case: due[case])]
    assert numbers(li) == wanted
    assert "个工作日" in li.text or "无时限" in li.text


def test_a_case_says_how_long_it_has_and_then_how_long_it_is_late_in_words(desk: Desk, world: World) -> None:
    desk.submits("B01")
    world.settle()
    li = desk.browser()
    english = desk.browser(english=True)
    assert "还剩 5 个工作日" in _text(li, "/worklist")
    assert "5 working days left" in _text(english, "/worklist")
    world.advance(7 * DAY_S)
    assert "今天到期" in _text(desk.browser(), "/worklist")
    world.advance(DAY_S)
    assert "超期 1 个工作日" in _text(desk.browser(), "/worklist")


def test_everybody_sees_his_own_sections_cases_first_and_all_others_beside(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    li, wu, feng = desk.browser(), desk.browser("wu"), desk.browser("feng")
    number = world.hub.case(case).number
    assert number in _text(li, "/worklist")
    assert number not in _text(wu, "/worklist")
    assert number in _text(wu, "/worklist?at=acceptance")
    assert number in _text(feng, "/worklist")
    assert "认领" not in feng.page.replace("无人认领", "").replace("认领人", "")


def test_a_claimed_case_shows_its_holder_and_is_a_colleagues_only_with_a_reason(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    li, wang = desk.browser(), desk.browser("wang")
    li.get("/worklist")
    li.post("/claims", case=case)
    assert "已认领 1 件" in li.text
    assert "您已认领" in _text(li, f"/cases/{case}")
    assert "李受理已认领" in _text(wang, f"/cases/{case}")
    li.get("/worklist")
    assert numbers(li) == [world.hub.case(case).number]
    assert "李受理" in _text(wang, "/worklist")
    wang.post("/claims", case=case)
    assert "1 件已有人认领" in wang.text
    wang.get(f"/cases/{case}/take-over")
    assert "同事已认领这件" in wang.text

    world.advance(TAKEN_OVER_AFTER.total_seconds())
    wang.get("/worklist")
    assert f"/cases/{case}/take-over" in wang.page
    wang.get(f"/cases/{case}/take-over")
    wang.post(f"/cases/{case}/take-over")
    assert "请写明接手的理由" in wang.text
    wang.post(f"/cases/{case}/take-over", reason="李受理休假，期限将到")
    assert "从李受理接手：李受理休假，期限将到" in _text(wang, f"/cases/{case}")
    assert world.hub.case(case).number not in _text(li, "/worklist?at=mine")
    assert world.hub.case(case).number in _text(wang, "/worklist?at=mine")


def test_many_are_claimed_and_given_back_at_once(desk: Desk, world: World) -> None:
    cases = [desk.submits("B01") for _ in range(3)]
    world.settle()
    li = desk.browser()
    li.get("/worklist")
    li.post("/claims", case=cases)
    assert "已认领 3 件" in li.text
    li.get("/worklist?at=mine")
    assert len(numbers(li)) == 3
    li.post("/claims/release", case=cases[:2])
    li.get("/worklist?at=mine")
    assert len(numbers(li)) == 1


def test_a_claim_ends_when_the_case_goes_on_to_another_link(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    li = desk.browser()
    li.get("/worklist")
    li.post("/claims", case=case)
    li.acts(case, "accept")
    assert world.hub.case(case).status is Status.ACCEPTED
    assert numbers_at(li, "/worklist?at=mine") == []
    assert numbers_at(li, "/worklist?at=review") == [world.hub.case(case).number]
    assert numbers_at(desk.browser("qian"), "/worklist") == [world.hub.case(case).number]


def test_a_case_at_another_link_cannot_be_claimed(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    wu = desk.browser("wu")
    wu.get("/worklist?at=acceptance")
    wu.post("/claims", case=case)
    assert "已认领 0 件" in wu.text


def test_a_filter_gets_a_name_is_used_removed_and_brought_back(desk: Desk, world: World) -> None:
    desk.submits("B01")
    world.settle()
    li = desk.browser()
    li.get("/worklist?only=free&station=dafeng")
    li.post("/filters", name="大丰无人认领")
    assert "大丰无人认领" in li.text
    assert len(numbers(li)) == 1
    number = _filter_number(li)
    li.post(f"/filters/{number}/remove")
    assert "恢复" in li.text
    li.post(f"/filters/{number}/back")
    assert f"/filters/{number}/remove" in li.page
    assert "大丰无人认领" not in _text(desk.browser("wang"), "/worklist")


def test_the_same_persons_second_case_for_the_same_thing_is_hinted_at(desk: Desk, world: World) -> None:
    first = desk.submits("B01")
    world.settle()
    applicant = world.hub.case(first).applicant
    li = desk.browser()
    assert "同人同事项" not in _text(li, "/worklist")
    desk.submits("B01", station="boya", applicant=applicant)
    world.settle()
    assert li.get("/worklist").count("同人同事项") == 2
    other = next(one for one in world.hub.case_ids() if one != first)
    assert f'href="/cases/{other}"' in li.get(f"/cases/{first}")
    assert "请核对是否重复" in li.text


def test_a_thousand_cases_with_long_names_are_turned_page_by_page(desk: Desk, world: World) -> None:
    with world.hub.office.store.write() as tx:
        names = ["阿卜杜热合曼·买买提依明·库尔班江·图尔荪阿吉", "成都市新都区大丰街道博雅新城第三便民超市有限责任公司"]
        crowd(tx, alike(names, "P08", "dafeng"), 1000, random.Random(1), world.hub.clock.now())
    li = desk.browser()
    li.get("/worklist?page=20")
    assert "共 1000 件" in li.text
    assert "第 20 页，共 20 页" in li.text
    assert li.page.count("data-row") == 50
    li.get("/worklist?q=居住证")
    assert "共 1000 件" in li.text
    with world.hub.office.store.write() as tx:
        crowd(tx, alike(names, "P08", "dafeng", Status.ARCHIVED), 1001, random.Random(2), world.hub.clock.now())
    li.get("/cases?q=居住证")
    assert "至少 1000 件" in li.text
    li.get("/worklist?q=居住证")  # what is closed is not in the way
    assert "共 1000 件" in li.text
    li.get("/worklist?q=DAFENG-26-000077")
    assert "共 1 件" in li.text
    li.get("/worklist?station=boya")
    assert "共 0 件" in li.text
    li.get("/worklist?page=999999")
    assert li.status == 200


def test_the_morning_page_counts_what_came_what_is_due_and_whom_nobody_hears(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    li, han = desk.browser(), desk.browser("han")
    li.get("/today")
    assert "受理 1 1 0 0 1 0" in li.text
    assert "还剩 5 个工作日" in li.text
    li.acts(case, "ask-correction", **{_wrong(li, case): "照片看不清"})
    assert "补正告知在外 1 件" in _text(li, "/today")
    world.network.cut("dafeng")
    world.advance(3600)
    assert "大丰街道便民服务中心 1 小时" in _text(han, "/today")
    assert "1 件在站" in han.text


def test_on_a_day_off_the_morning_page_says_which_working_day_is_next(desk: Desk, world: World) -> None:
    world.advance(5 * DAY_S)  # from Monday, 2 March
    assert "下一个工作日是 2026年3月9日" in _text(desk.browser(), "/today")
    assert "the next one is 9 March 2026" in _text(desk.browser(english=True), "/today").replace(
        "9 Mar 2026", "9 March 2026"
    )


def test_a_decision_brings_the_list_up_to_date_at_once(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    qian = desk.browser("qian")
    qian.get("/worklist")
    assert len(numbers(qian)) == 1


def numbers_at(browser: Browser, path: str) -> list[str]:
    browser.get(path)
    return numbers(browser)


def _text(browser: Browser, path: str) -> str:
    browser.get(path)
    return browser.text


def _filter_number(browser: Browser) -> str:
    return re.search(r"/filters/(\d+)/remove", browser.page)[1]


def _wrong(browser: Browser, case: str) -> str:
    """The first line of the check list of a correction."""
    browser.get(f"/cases/{case}/do/ask-correction")
    return re.search(r'name="(wrong:[^"]+)"', browser.page)[1]
