"""Calling at the desk: what a clerk, her colleague, the head and whoever waits in the hall would see."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from node import jobs
from node.hall.ledger import day_of
from node.hall.rules import Klass
from node.hall.state import Hall, Standing
from protocol.settings import Machines, Room
from tests.node.station import Browser, Desk, Page

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.station.settings = dataclasses.replace(desk.settings, room=Room(Machines.OPEN))
    yield desk
    desk.close()


def draws(desk: Desk, *groups: str, klass: Klass = Klass.ORDINARY) -> str:
    with desk.station.store.write() as tx:
        return desk.station.hall.draw(tx, groups or ["general"], klass=klass, at=desk.party.clock.now()).number


def hall(desk: Desk) -> Hall:
    with desk.station.store.read() as db:
        return desk.station.hall.halls.of(db, day_of(desk.party.clock.now()))


def opens(clerk: Browser, counter: int = 1, *skills: str, needs: tuple[str, ...] = ()) -> Page:
    clerk.sees("/desk/queue")
    wanted = {"counter": str(counter), "skill": list(skills or ("general", "tax")), "need": list(needs)}
    return clerk.posts("/desk/queue/open", wanted)


def presses(clerk: Browser, act: str, **typed: object) -> Page:
    if not clerk.page.url.endswith("/desk/queue"):
        clerk.sees("/desk/queue")
    plain = act in ("next", "recall", "arrive", "miss", "finish", "resume", "close")
    return clerk.posts(f"/desk/queue/press/{act}" if plain else f"/desk/queue/{act}", typed)


def test_a_clerk_opens_her_counter_calls_serves_and_calls_again(desk: Desk) -> None:
    first, second = draws(desk), draws(desk)
    clerk = desk.clerk()
    page = clerk.sees("/desk/queue")
    assert "开窗口" in page.text
    page = opens(clerk, 3)
    assert "3 号窗口已开" in page.text
    assert "本窗口可叫 2 人" in page.text
    page = presses(clerk, "next")
    assert f"已叫 {first}" in page.text
    assert f'class="queue-ticket">{first}<' in page.text
    page = presses(clerk, "next")
    assert page.status == 409
    assert f"{first} 号已叫，人还没到" in page.text
    assert f"{first} 开始办理" in presses(clerk, "arrive").text
    page = presses(clerk, "next")
    assert f'class="queue-ticket">{second}<' in page.text
    assert hall(desk).tickets[first].standing is Standing.DONE
    presses(clerk, "arrive")
    page = presses(clerk, "finish")
    assert f"{second} 办完了" in page.text
    assert "现在没有本窗口能叫的人" in presses(clerk, "next").text


def test_the_counter_and_what_it_does_are_filled_in_on_the_next_day(desk: Desk) -> None:
    opens(desk.clerk(), 4, "tax", "welfare", needs=("sign",))
    desk.party.clock.advance(seconds=20 * 3600)
    page = desk.clerk().sees("/desk/queue").text
    assert 'name="counter" inputmode="numeric" maxlength="2" value="4"' in page
    assert re.findall(r'value="([a-z]+)" checked', page) == ["welfare", "tax", "sign"]


def test_a_counter_that_does_nothing_and_one_where_a_colleague_sits_are_refused(desk: Desk) -> None:
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    opens(clerk, 1)
    page = opens(colleague, 1)
    assert page.status == 409
    assert "1 号窗口已由李敏使用" in page.text
    colleague.sees("/desk/queue")
    assert "窗口至少要办一类业务" in colleague.posts("/desk/queue/open", {"counter": "2"}).text
    assert "您还没有开窗口" in presses(colleague, "next").text


def test_a_missed_number_comes_back_once_and_then_only_with_a_reason(desk: Desk) -> None:
    number = draws(desk)
    clerk = desk.clerk()
    opens(clerk)
    presses(clerk, "next")
    assert "20 秒没人来请重呼，75 秒后可以过号。" in clerk.page.text
    page = presses(clerk, "miss")
    assert page.status == 409
    assert re.search(r"还有 7[56] 秒可以过来", page.text)
    assert f"已重呼 {number}" in presses(clerk, "recall").text
    desk.party.clock.advance(seconds=80)
    assert "已过号" in presses(clerk, "miss").text
    assert f"{number} 已恢复排队" in presses(clerk, "restore", ticket=number).text
    presses(clerk, "next")
    desk.party.clock.advance(seconds=80)
    assert "第二次过号，已作废" in presses(clerk, "miss").text
    page = presses(clerk, "restore", ticket=number.lower())
    assert page.status == 409
    assert f"{number} 已恢复排队" in presses(clerk, "restore", ticket=number.lower(), reason="去取证件了").text


def test_who_went_to_copy_comes_back_to_the_same_counter_in_front(desk: Desk) -> None:
    number, other = draws(desk), draws(desk)
    clerk = desk.clerk()
    opens(clerk)
    presses(clerk, "next")
    presses(clerk, "arrive")
    page = presses(clerk, "hold", reason="复印")
    assert "回 1 号窗口" in page.text
    presses(clerk, "back", ticket=number)
    assert f"已叫 {number}" in presses(clerk, "next").text
    assert hall(desk).tickets[other].standing is Standing.WAITING


def test_a_transferred_number_keeps_its_arrival_and_is_called_by_who_knows_the_matter(desk: Desk) -> None:
    number = draws(desk)
    desk.party.clock.advance(seconds=7 * 60)
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    opens(clerk, 1, "general")
    opens(colleague, 2, "tax")
    presses(clerk, "next")
    assert "还没有选转到哪里" in presses(clerk, "transfer").text
    page = presses(clerk, "transfer", group="tax", reason="问的是发票")
    assert "取号时间保留" in page.text
    page = presses(colleague, "next")
    assert f"已叫 {number}" in page.text
    assert "等了 7 分钟" in page.text


def test_a_number_of_two_matters_says_at_the_desk_what_comes_next(desk: Desk) -> None:
    number = draws(desk, "general", "tax")
    clerk = desk.clerk()
    opens(clerk, 1, "general", "tax")
    page = presses(clerk, "next")
    assert "接着办：税务" in page.text
    case = desk.takes_in(clerk)
    assert hall(desk).tickets[number].cases == [case]
    assert hall(desk).tickets[number].standing is Standing.SERVING  # taking in a case is proof that somebody came
    strip = clerk.client.get("/desk/strip", headers=HTMX).text
    assert "接着办：税务" in strip
    assert "已收 1 件" in strip
    presses(clerk, "finish")
    assert f"已叫 {number}" in presses(clerk, "next").text


def test_the_strip_calls_in_the_middle_of_a_form_and_says_a_refusal_in_itself(desk: Desk) -> None:
    first = draws(desk)
    clerk = desk.clerk()
    opens(clerk)
    clerk.sees("/desk")
    strip = clerk.client.get("/desk/strip", headers=HTMX).text
    form_id = re.findall(r'name="form_id" value="([^"]+)"', strip)[0]
    csrf = re.findall(r'name="csrf" value="([^"]+)"', strip)[0]
    pressed = clerk.client.post("/desk/strip/next", data={"csrf": csrf, "form_id": form_id}, headers=HTMX)
    assert pressed.status_code == 200
    assert f"<strong>{first}</strong>" in pressed.text
    assert "<html" not in pressed.text
    again = clerk.client.post("/desk/strip/next", data={"csrf": csrf, "form_id": form_id}, headers=HTMX)
    assert len(hall(desk).called) == 1  # the same press sent twice
    form_id = re.findall(r'name="form_id" value="([^"]+)"', again.text)[0]
    refused = clerk.client.post("/desk/strip/next", data={"csrf": csrf, "form_id": form_id}, headers=HTMX)
    assert refused.status_code == 200
    assert f"{first} 号已叫，人还没到" in refused.text


def test_a_colleague_without_a_counter_sees_how_many_wait(desk: Desk) -> None:
    draws(desk)
    assert "大厅等候 1 人" in desk.clerk("wanghui").client.get("/desk/strip", headers=HTMX).text


def test_why_this_number_is_said_in_words(desk: Desk) -> None:
    ordinary = draws(desk)
    desk.party.clock.advance(seconds=5 * 60)
    elderly = draws(desk, klass=Klass.ELDERLY)
    desk.party.clock.advance(seconds=2 * 60)
    clerk = desk.clerk()
    opens(clerk)
    presses(clerk, "next")
    page = clerk.sees(f"/desk/queue/why?ticket={elderly}").text
    assert "等了 2 分钟，老年人按提前 10 分钟到达排序，排在第一。" in page
    assert f"不然就该叫 {ordinary}（算上优先，相当于等了 7 分钟）。" in page
    assert "当时这个窗口能叫 2 人。" in page
    presses(clerk, "arrive")
    desk.party.clock.advance(seconds=40 * 60)
    draws(desk)
    presses(clerk, "next")
    page = clerk.sees("/desk/queue/why").text
    assert "超过等候上限" in page
    assert page.index(ordinary) < page.index(elderly)
    assert "今天没有叫过 A999" in clerk.sees("/desk/queue/why?ticket=a999").text
    clerk.posts("/language", {"lang": "en", "back": "/desk"})
    assert "counts as 10 min earlier (elderly)" in clerk.sees("/desk/queue/why").text


def test_two_counters_press_next_in_the_same_instant_and_call_two_people(desk: Desk) -> None:
    for _ in range(6):
        draws(desk)
    names = ("limin", "wanghui", "zhaoqiang")
    clerks = [desk.clerk(name) for name in names]
    for number, clerk in enumerate(clerks, start=1):
        opens(clerk, number)
        clerk.sees("/desk/queue")
    together, answers = threading.Barrier(3), []

    def press(clerk: Browser) -> None:
        together.wait(10)
        answers.append(clerk.posts("/desk/queue/press/next").status)

    threads = [threading.Thread(target=press, args=(clerk,)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [200, 200, 200]
    called = [ticket for _, ticket, _ in hall(desk).called]
    assert sorted(called) == ["A001", "A002", "A003"]


def test_the_head_is_told_who_could_help_and_a_clerk_helps_out_for_a_while(desk: Desk) -> None:
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    opens(clerk, 1, "insurance")
    opens(colleague, 3, "tax")
    for _ in range(7):
        number = draws(desk, "insurance")
    desk.party.clock.advance(seconds=3 * 60)
    page = desk.clerk("zhaoqiang").sees("/hall").text
    assert "社保就业等 7 人，最长 3 分钟；3 号窗口可以支援" in page
    page = colleague.sees("/desk/queue").text
    assert "社保就业等 7 人，最长 3 分钟" in page
    page = presses(colleague, "support", group="insurance").text
    assert "开始支援" in page
    assert "潮汐支援" in page
    assert "已叫 E001" in presses(colleague, "next").text
    presses(colleague, "arrive")
    assert "已回到本窗口原来的业务" in presses(colleague, "support").text
    assert hall(desk).counters[3].skills == {"tax"}
    assert hall(desk).tickets[number].standing is Standing.WAITING


def test_the_head_moves_the_rule_within_the_districts_bounds(desk: Desk) -> None:
    head = desk.clerk("zhaoqiang")
    page = head.sees("/hall")
    assert "按提前 10 分钟到达排序" in page.text
    numbers = {
        "head_start_min": "15", "cap_min": "30", "recall_s": "20", "miss_after_s": "60",
        "restore_after_calls": "2", "appointment_late_min": "15", "protect": "yes",
    }  # fmt: skip
    asked = head.client.get("/hall/sentence", params=numbers, headers=HTMX).text
    assert "按提前 15 分钟到达排序" in asked
    assert "<html" not in asked
    page = head.posts("/hall/rules", dict(numbers))
    assert "规则已保存" in page.text
    assert "等候超过 30 分钟" in page.text
    page = head.posts("/hall/rules", numbers | {"head_start_min": "45"})
    assert page.status == 422
    assert "只能在 0 到 20 之间" in page.text
    assert head.posts("/hall/rules", numbers | {"cap_min": "半小时"}).status == 422
    assert hall(desk).rules.head_start_min == 15
    assert desk.clerk().sees("/hall").status == 403
    desk.party.clock.advance(seconds=24 * 3600)
    draws(desk)
    assert hall(desk).rules.head_start_min == 15


def test_the_head_closes_the_counter_of_somebody_who_went_home(desk: Desk) -> None:
    number = draws(desk)
    clerk = desk.clerk()
    opens(clerk, 2)
    presses(clerk, "next")
    head = desk.clerk("zhaoqiang")
    head.sees("/hall")
    assert "2 号窗口已关" in head.posts("/hall/counters/2/close").text
    assert hall(desk).tickets[number].standing is Standing.WAITING
    assert "您还没有开窗口" in presses(clerk, "next").text


def test_the_day_ends_with_people_waiting_and_they_are_first_on_the_next(desk: Desk) -> None:
    served, waiting = draws(desk), draws(desk, "tax")
    clerk, head = desk.clerk(), desk.clerk("zhaoqiang")
    opens(clerk)
    presses(clerk, "next")
    presses(clerk, "arrive")
    page = head.sees("/hall/end").text
    assert "还在等的 1 个号转到下一个工作日" in page
    assert waiting in page
    assert served in page
    assert "今天的叫号已结束" in head.posts("/hall/end").text
    assert hall(desk).tickets[waiting].standing is Standing.CARRIED
    desk.party.clock.advance(seconds=20 * 3600)
    desk.clerk().sees("/desk/queue")
    draws(desk)
    clerk = desk.clerk()
    opens(clerk)
    page = presses(clerk, "next").text
    assert f"已叫 {waiting}" in page
    assert "上个工作日转来" in page


def test_a_day_that_nobody_ended_is_ended_by_the_clock(desk: Desk) -> None:
    waiting = draws(desk)
    clerk = desk.clerk()
    opens(clerk)
    before = day_of(desk.party.clock.now())
    jobs.roll_hall(desk.station)
    assert hall(desk).tickets[waiting].standing is Standing.WAITING
    desk.party.clock.advance(seconds=24 * 3600)
    jobs.roll_hall(desk.station)
    assert hall(desk).tickets[waiting].carried_from == before
    assert not hall(desk).counters


def test_calls_of_a_day_are_checked_from_the_log(desk: Desk) -> None:
    clerk, head = desk.clerk(), desk.clerk("zhaoqiang")
    assert "这一天没有叫过号" in head.sees("/hall/replay").text
    opens(clerk)
    for _ in range(3):
        draws(desk)
    presses(clerk, "next")
    presses(clerk, "arrive")
    presses(clerk, "next")
    assert "2 次叫号，全部对得上" in head.sees("/hall/replay").text
    with desk.station.store.write() as tx:  # somebody lets an acquaintance in first
        tx.execute("update hall_events set event = replace(event, ?, ?) where seq = 8", ('"A002"', '"A003"'))
    assert "对不上：A003" in head.sees("/hall/replay").text


def test_a_clock_that_jumps_back_changes_nothing_that_was_called(desk: Desk) -> None:
    first, second = draws(desk), draws(desk)
    clerk = desk.clerk()
    opens(clerk)
    presses(clerk, "next")
    desk.party.clock.skew -= timedelta(minutes=30)
    presses(clerk, "arrive")
    assert f"已叫 {second}" in presses(clerk, "next").text
    assert hall(desk).tickets[first].standing is Standing.DONE
    assert "2 次叫号，全部对得上" in desk.clerk("zhaoqiang").sees("/hall/replay").text
