"""A clerk, or a citizen over the clerk's shoulder, asks in his own words at a station."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub import questions
from node.asking import TOLD_A_DAY, Why, leave
from tests.node.station import STATION, Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("ask"))
    yield made
    made.close()


def left(desk: Desk) -> list[tuple[str, str]]:
    with desk.station.store.read() as db:
        return [(row[0], row[1]) for row in db.execute("select text, why from questions order by text").fetchall()]


def test_a_lost_card_is_answered_by_the_item_with_its_source_and_what_to_bring(desk: Desk) -> None:
    clerk = desk.clerk()
    page = clerk.sees("/ask?q=社保卡丢了怎么办")
    assert "社会保障卡申领、启用和补换" in page.text
    for word in ("要带的材料", "多久办好", "收费", "出处：事项 L08 第 1 版", "按群众叫法“社保卡丢了”找到", "目录"):
        assert word in page.text, word
    clerk.client.cookies.set("mc_lang", "en")
    assert "Source: item L08, version 1" in clerk.sees("/ask?q=社保卡丢了怎么办").text


def test_a_question_in_traditional_full_width_letters_finds_the_same(desk: Desk) -> None:
    assert "娱乐场所经营许可" in desk.clerk().sees("/ask?q=開ＫＴＶ要辦什麼").text
    assert "居民身份证申领" in desk.clerk().sees("/ask?q=身分證遺失").text


def test_several_are_offered_with_one_question_back_and_a_choice_shows_its_card(desk: Desk) -> None:
    clerk = desk.clerk()
    page = clerk.sees("/ask?q=个体户营业执照怎么办")
    assert "您要办的是哪一种" in page.text
    assert page.text.count('answer-choice"') >= 3
    page = clerk.sees("/ask?q=个体户营业执照怎么办&item=M03")
    assert "个体工商户简易注销登记" in page.text
    assert "要带的材料" in page.text
    assert clerk.sees("/ask?q=x&item=Z99").status == 404 or "没有" in clerk.page.text


def test_pinyin_and_codes_are_answered_too(desk: Desk) -> None:
    clerk = desk.clerk()
    assert "居住证申领" in clerk.sees("/ask?q=jzz").text
    assert "公司变更" in clerk.sees("/ask?q=m05").text


@pytest.mark.parametrize(
    "asked", ["", " ", "证", "😀", "😀" * 200, "哈" * 5000, '"*() OR NEAR(', "\x00\x07", "%F0%9F", "<script>"]
)
def test_whatever_is_typed_is_a_page(desk: Desk, asked: str) -> None:
    clerk = desk.clerk()
    answer = clerk.client.get("/ask", params={"q": asked}, follow_redirects=True)
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script src", "")
    assert len(answer.text) < 40_000


def test_what_was_not_found_is_written_down_once_and_reaches_the_district_when_the_wire_is_back(desk: Desk) -> None:
    desk.world.settle()
    desk.world.network.cut(STATION)
    clerk = desk.clerk()
    for _ in range(2):
        page = clerk.sees("/ask?q=怎么给火星移民登记飞船驾驶")
    page = clerk.sees("/ask?q=怎么登陆月球")
    assert "已经记下" in page.text
    assert ("怎么登陆月球", "nothing") in left(desk)
    clerk.sees("/ask?q=公租房申请")
    page = clerk.posts("/ask", {"q": "公租房申请", "shown": "S04"})
    assert "记下了，谢谢" in page.text
    assert "公租房、住房救助申请" not in page.text, "it is not offered again"
    assert "answer-choice" in page.text
    assert ("公租房申请", "unwanted") in left(desk)
    desk.world.network.mend(STATION)
    desk.world.settle()
    with desk.world.hub.office.store.read() as db:
        found = {text: gap for gap in questions.gaps(db) for text in gap.texts}
    assert found["怎么登陆月球"].times == 1
    assert (found["公租房申请"].unwanted, found["公租房申请"].shown) == (1, ["S04"])


def test_who_types_his_number_and_name_into_a_question_leaves_neither_anywhere(desk: Desk) -> None:
    clerk = desk.clerk()
    page = clerk.sees("/ask?q=我叫赵测试，身份证号510114199003078036，飞船登记")
    assert "510114" not in page.url
    assert "510114199003078036" not in page.text
    assert all("510114" not in text and "测试" not in text for text, _ in left(desk))


def test_a_child_at_the_keyboard_is_no_flood(desk: Desk) -> None:
    before, at = len(left(desk)), desk.party.clock.now()
    with desk.station.store.write() as tx:
        kept = [
            leave(tx, desk.station.pen, f"咕噜{number}", Why.NOTHING, place="kiosk", shown=(), by="kiosk", at=at)
            for number in range(TOLD_A_DAY)
        ]
    assert (kept.count(True), len(left(desk))) == (TOLD_A_DAY - before, TOLD_A_DAY)
    page = desk.clerk().sees("/ask?q=喵喵喵飞船")
    assert page.status == 200
    assert len(left(desk)) == TOLD_A_DAY


def test_the_search_of_items_falls_back_on_what_was_meant(desk: Desk) -> None:
    page = desk.clerk().sees("/items?q=手机掉了身份证也掉了要补一张")
    assert "下面是按意思找到的" in page.text
    assert "P07" in page.text
    assert "没有找到" in desk.clerk().sees("/items?q=咕噜咕噜").text
