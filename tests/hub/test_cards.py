"""Yellow and red cards: when the clock gives one, who answers it, and what happens when nobody does."""

from __future__ import annotations

from datetime import date, timedelta

from hub.carding import Supervision
from hub.cards import RED, YELLOW, open_cards, rungs_of
from protocol.cases.rules import Act, Flag
from protocol.clocks.of_case import clocks_of_case
from tests.hub.desk import Browser, Desk
from tests.world import World

DAY_S = 86_400


def supervision(desk: Desk) -> Supervision:
    room = desk.room
    return Supervision(room.store, room.pen, room.book, room.shelf, room.seal)


def a_morning_later(desk: Desk, world: World, days: int = 1) -> int:
    """The days pass; on each morning the clock looks. Returns how many cards were given."""
    given = 0
    for _ in range(days):
        world.advance(DAY_S)
        world.stations_are_heard()
        desk.catches_up()
        given += supervision(desk).give_cards(world.hub.clock.now())
    return given


def cards(world: World, case: str) -> list[tuple[str, str]]:
    return [(one.card, one.basis.partition(":")[0]) for one in world.hub.case(case).cards]


def test_a_notice_that_is_nearly_due_gets_a_yellow_card_and_a_red_one_when_it_is_over(desk: Desk, world: World) -> None:
    case = desk.submits("B01")  # on Monday; the notice is due on the next Monday
    world.settle()
    assert a_morning_later(desk, world, 2) == 0
    assert a_morning_later(desk, world) == 1
    assert cards(world, case) == [(YELLOW, "near")]
    assert Flag.YELLOW in world.hub.case(case).flags
    assert a_morning_later(desk, world, 4) == 0  # over the weekend nobody is there, and on the last day nothing is late
    assert a_morning_later(desk, world) == 1
    assert cards(world, case) == [(YELLOW, "near"), (RED, "over")]
    assert a_morning_later(desk, world, 5) == 0


def test_a_hub_that_was_off_gives_the_red_card_and_not_yesterdays_yellow_one(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    world.advance(7 * DAY_S)
    assert a_morning_later(desk, world) == 1
    assert cards(world, case) == [(RED, "over")]


def test_a_broken_promise_is_yellow_while_the_statutory_clock_still_runs(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    found = world.hub.case(case)
    item = desk.shelf.item(found.item, found.item_version)
    states = clocks_of_case(found, item, desk.shelf.calendar, world.hub.clock.now())
    rungs = rungs_of(found, states, desk.shelf.calendar)
    first = {rung.rule: rung for rung in rungs}
    assert first["promise-over"].colour == YELLOW
    assert first["over"].colour == RED
    assert first["promise-over"].on < first["over"].on
    assert first["near"].on < first["over"].on
    today = date(2026, 3, 2)
    a_morning_later(desk, world, (first["promise-over"].on - today).days + 3)
    assert (YELLOW, "promise-over") in cards(world, case)


def test_a_special_procedure_of_more_than_thirty_days_gets_a_yellow_card(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    li = desk.browser()
    li.acts(case, "accept")
    li.acts(case, "pause", stop="hearing", chair="han", reason="涉及重大利益", expected="约 20 个工作日")
    assert Flag.PAUSED in world.hub.case(case).flags, li.text
    world.advance(30 * DAY_S)
    a_morning_later(desk, world, 3)
    assert (YELLOW, "long-pause") in cards(world, case)


def test_the_section_answers_with_a_reason_and_the_card_is_closed_in_the_record(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    a_morning_later(desk, world, 3)
    li, wu, feng = desk.browser(), desk.browser("wu"), desk.browser("feng")
    card = world.hub.case(case).cards[0].id
    li.get("/cards")
    assert "法定期限将到" in li.text
    assert f"/cards/{card}" in li.page
    assert f'href="/cards/{card}"' not in wu.get("/cards")
    wu.get(f"/cards/{card}")
    assert "这张牌由其他人员答复" in wu.text
    li.get(f"/cards/{card}")
    li.post(f"/cards/{card}")
    assert "请写明理由" in li.text
    li.post(f"/cards/{card}", reason="等待申请人补交照片，今天告知")
    assert "已答复" in li.text
    assert "等待申请人补交照片，今天告知" in li.text
    assert Flag.YELLOW not in world.hub.case(case).flags
    assert "没有未答复的牌" in feng.get("/cards")
    li.get(f"/cards/{card}")
    assert "这张牌已经答复" in li.text


def test_a_card_for_a_claimed_case_is_answered_by_whoever_claimed_it(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    wang = desk.browser("wang")
    wang.get("/worklist")
    wang.post("/claims", case=case)
    a_morning_later(desk, world, 3)
    with world.hub.office.store.read() as db:
        [card] = open_cards(db)
    assert card.holder == "wang"
    assert "王审批" in desk.browser("feng").get("/cards")
    assert f'href="/cards/{card.id}"' in desk.browser("wang").get("/cards")
    assert f'href="/cards/{card.id}"' not in desk.browser("qian").get("/cards")


def test_a_supervisor_gives_a_card_by_hand_with_a_reason_and_nobody_else_does(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    feng, li = desk.browser("feng"), desk.browser()
    feng.get(f"/cases/{case}/card")
    feng.post(f"/cases/{case}/card", colour=RED)
    assert "请写明理由" in feng.text
    feng.post(f"/cases/{case}/card", colour=RED, reason="群众反映两次未接电话")
    assert "已亮牌" in feng.text
    assert cards(world, case) == [(RED, "hand")]
    assert "群众反映两次未接电话" in li.get("/cards")
    li.get(f"/cases/{case}/card")
    assert li.status == 403
    world.settle()
    assert world.station("dafeng").case(case).cards == []  # the station keeps it sealed


def test_a_red_card_that_nobody_answers_within_a_working_day_comes_before_the_head(desk: Desk, world: World) -> None:
    case = desk.submits("B01")
    world.settle()
    feng, han = desk.browser("feng"), desk.browser("han")
    feng.get(f"/cases/{case}/card")
    feng.post(f"/cases/{case}/card", colour=RED, reason="迟迟不办")
    a_morning_later(desk, world)
    assert "红牌超过 1 个工作日没有答复" not in read(han, "/attention")
    a_morning_later(desk, world)
    assert "红牌超过 1 个工作日没有答复" in read(desk.browser("han"), "/attention")
    card = world.hub.case(case).cards[0].id
    head = desk.browser("han")
    head.get(f"/cards/{card}")
    head.post(f"/cards/{card}", reason="已约谈科室，今日办结")
    assert "红牌超过 1 个工作日没有答复" not in read(head, "/attention")


def test_no_card_is_given_while_the_clock_is_in_doubt(desk: Desk, world: World) -> None:
    desk.submits("B01")
    world.settle()
    world.hub.clock.skew = timedelta(days=400)
    desk.submits("B01", station="boya")
    world.settle()
    desk.catches_up()
    assert supervision(desk).give_cards(world.hub.clock.now()) == 0


def read(browser: Browser, path: str) -> str:
    browser.get(path)
    return browser.text
