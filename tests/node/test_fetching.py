"""At the desk: what waits to be fetched, what comes from elsewhere, papers in a bag, and the hours on the door."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from hub import directory, openings
from protocol import attention, transfer_book
from protocol.cases.rules import Act, Status
from protocol.errors import Distrusted
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.opening import Opening, Times
from protocol.transfers import State
from tests.node.station import STATION, Browser, Desk


def hears_of_places(desk: Desk) -> None:
    """The hub has told every station of the others."""
    hub = desk.world.hub
    directory.tell(hub.office.store, hub.office.pen, list(desk.world.stations), hub.clock.now())
    desk.world.settle()


def issued(desk: Desk, clerk: Browser) -> str:
    case = desk.takes_in(clerk)
    desk.world.settle()
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        desk.world.hub.decides(case, act)
    rests(desk)
    return case


def rests(desk: Desk) -> None:
    for _ in range(3):
        desk.world.settle()
        desk.world.hub.does_its_chores()
    desk.world.settle()


def number_of(desk: Desk, case: str) -> str:
    found = desk.world.hub.case(case)
    assert found is not None
    return found.number


def test_a_receipt_finds_the_result_and_whoever_was_telephoned_stands_on_the_list(desk: Desk) -> None:
    clerk = desk.clerk()
    case = issued(desk, clerk)
    page = clerk.sees("/deliver")
    assert "待领取（1）" in page.text
    clerk.posts(f"/deliver/{case}/remind")
    assert "提醒过 1 次" in clerk.page.text
    assert clerk.posts("/deliver", {"number": number_of(desk, case).lower()}).url.endswith(f"/cases/{case}/handover")
    assert clerk.posts("/deliver", {"number": " "}).status == 422


def test_a_result_that_was_posted_is_served_without_a_signature_at_the_desk(desk: Desk) -> None:
    clerk = desk.clerk()
    case = issued(desk, clerk)
    clerk.sees(f"/cases/{case}/handover")
    assert clerk.posts(f"/cases/{case}/handover", {"recipient": "本人", "who": "post"}).status == 422
    assert "请填写邮寄单号" in clerk.page.text
    clerk.posts(f"/cases/{case}/handover", {"recipient": "本人", "who": "post", "parcel": "XA123"})
    assert "已登记送达" in clerk.page.text
    desk.world.settle()
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    assert at_hub.line[-1].way == "post"


def test_a_clerk_sends_the_result_elsewhere_and_then_says_where_it_is(desk: Desk) -> None:
    clerk = desk.clerk()
    hears_of_places(desk)
    case = issued(desk, clerk)
    assert "到其他服务站领取" in clerk.sees(f"/cases/{case}").text
    clerk.sees(f"/cases/{case}/move")
    assert clerk.posts(f"/cases/{case}/move", {"to": "", "reason": ""}).status == 422
    clerk.posts(f"/cases/{case}/move", {"to": "boya", "reason": "在那边上班"})
    rests(desk)
    page = clerk.sees(f"/cases/{case}")
    assert "现在由boya办理" in page.text
    assert "登记送达" not in page.text
    assert "待领取（0）" in clerk.sees("/deliver").text
    assert "现在由boya办理" in clerk.posts("/deliver", {"number": number_of(desk, case)}).text


def test_where_it_will_be_fetched_is_said_at_the_intake(desk: Desk) -> None:
    clerk = desk.clerk()
    hears_of_places(desk)
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    desk.attaches(clerk, draft)
    assert "在其他服务站领取结果" in clerk.sees(f"/drafts/{draft}/check").text
    clerk.posts(f"/drafts/{draft}/check", {"fetch_at": "boya"})
    desk.world.settle()
    at_hub = desk.world.hub.case(draft)
    assert at_hub is not None
    assert at_hub.fetch_at == "boya"


def test_somebody_with_a_receipt_of_another_station_is_asked_for_and_comes(desk: Desk) -> None:
    boya, hub = desk.world.station("boya"), desk.world.hub
    case = boya.submits()
    assert case
    desk.world.settle()
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        hub.decides(case, act)
    rests(desk)
    clerk, number = desk.clerk(), number_of(desk, case)
    clerk.sees("/deliver")
    page = clerk.posts("/deliver", {"number": number})
    assert f"{number} 不在本站" in page.text
    assert clerk.posts("/deliver/ask", {"number": number, "reason": ""}).status == 422
    assert "已请区中心转来" in clerk.posts("/deliver/ask", {"number": number, "reason": "搬家"}).text
    desk.world.settle()
    hub.decides(case, Act.MOVE, to=STATION)
    rests(desk)
    page = clerk.sees("/deliver")
    assert "待领取（1）" in page.text
    assert "已请区中心转来" not in page.text
    typed = {"recipient": "本人", "who": "self", "checked": "yes", "signed": "yes"}
    clerk.sees(f"/cases/{case}")
    assert "由区中心转来" in clerk.page.text or "区中心转来" in clerk.page.text
    clerk.sees(f"/cases/{case}/handover")
    assert "已登记送达" in clerk.posts(f"/cases/{case}/handover", typed).text
    rests(desk)
    there = boya.case(case)
    assert there is not None
    assert there.status is Status.HANDED_OVER


# -- papers in a bag


def a_list(desk: Desk, clerk: Browser) -> str:
    """Made and sent to Boya: two lines, three papers. Its number."""
    clerk.sees("/transfers")
    page = clerk.posts("/transfers", {"receiver": "boya"})
    number = page.url.rpartition("/")[2]
    assert number.startswith("JJ-DAFENG-26-0001-")
    typed = {
        "case0": "DAFENG-26-00001-ABC", "what0": "身份证原件", "copies0": "1", "what1": "食品经营许可证", "copies1": "2"
    }  # fmt: skip
    assert clerk.posts(f"/transfers/{number}", typed | {"go": "send"}).status == 422
    assert "请写明由谁带走" in clerk.page.text
    assert "身份证原件" in clerk.page.text
    clerk.posts(f"/transfers/{number}", typed | {"go": "send", "carrier": "赵师傅", "seal": "F-7"})
    assert "已登记发出" in clerk.page.text
    return number


def carried(desk: Desk) -> None:
    hub = desk.world.hub
    for _ in range(2):
        desk.world.settle()
        with hub.office.store.write() as tx:
            transfer_book.tell_on(tx, hub.office.pen, hub.clock.now())
    desk.world.settle()


def state_at(desk: Desk, party: str, number: str) -> State:
    where = desk.world.hub if party == "hub" else desk.world.station(party)
    with where.office.store.read() as db:
        return transfer_book.transfer(db, number).state


def test_a_bag_is_signed_for_line_by_line_and_what_is_missing_is_shown_at_both_ends(desk: Desk) -> None:
    clerk = desk.clerk()
    hears_of_places(desk)
    number = a_list(desk, clerk)
    carried(desk)
    boya = desk.world.station("boya")
    with boya.office.store.write() as tx:
        transfer_book.receive(
            tx, boya.office.pen, number, b"r" * 16, [transfer_book.Seen.PRESENT, transfer_book.Seen.MISSING], seal="F-7",
            note="只有一份", by=boya.clerk, at=boya.clock.now(),
        )  # fmt: skip
    carried(desk)
    assert {state_at(desk, party, number) for party in ("hub", "boya", STATION)} == {State.DIFFERS}
    page = clerk.sees("/attention")
    assert f"交接单 {number} 与收到的材料不符" in page.text
    page = clerk.sees(f"/transfers/{number}")
    assert "已接收，有不符" in page.text
    assert "缺" in page.text
    assert clerk.posts(f"/transfers/{number}/settle", {"why": ""}).status == 422
    clerk.posts(f"/transfers/{number}/settle", {"why": "第二份在另一个袋里，已补交"})
    carried(desk)
    assert {state_at(desk, party, number) for party in ("hub", "boya", STATION)} == {State.SETTLED}
    with boya.office.store.read() as db:
        assert not [one for one in attention.open_notices(db) if one.kind == transfer_book.DIFFERS]


def test_a_bag_that_comes_before_its_list_is_signed_for_by_the_number_on_the_paper(desk: Desk) -> None:
    clerk = desk.clerk()
    hears_of_places(desk)
    desk.world.network.cut(STATION)
    number = a_list(desk, clerk)
    boya = desk.world.station("boya")
    with boya.office.store.write() as tx:
        transfer_book.receive_early(
            tx, boya.office.pen, number, STATION, b"e" * 16, 3, seal="", by=boya.clerk, at=boya.clock.now()
        )
    assert state_at(desk, "boya", number) is State.EARLY
    desk.world.network.mend(STATION)
    carried(desk)
    assert {state_at(desk, party, number) for party in ("hub", "boya", STATION)} == {State.RECEIVED}


def test_a_bag_of_which_nobody_has_said_that_it_is_there_is_a_task_after_two_working_days(desk: Desk) -> None:
    clerk = desk.clerk()
    hears_of_places(desk)
    number = a_list(desk, clerk)
    calendar, store = desk.station.shelf.calendar, desk.station.store
    for days, late in ((2, False), (3, True)):  # sent on a Monday
        at = desk.party.clock.now() + timedelta(days=days)
        with store.read() as db:
            assert transfer_book.has_late(db, calendar, at) is late
    with store.write() as tx:
        transfer_book.note_late(tx, calendar, at)
    assert f"交接单 {number} 发出两个工作日" in clerk.sees("/attention").text


def test_nobody_sends_under_another_stations_number(desk: Desk) -> None:
    boya = desk.world.station("boya")
    step = transfer_book.TransferStep(
        id="x", what=transfer_book.What.SENT, number="JJ-DAFENG-26-0009-AAA", sender="boya", receiver=STATION,
        at="2026-03-02T00:15:00.000Z", account="clerk", lines=[transfer_book.TransferLine(case="", what="x")],
    )  # fmt: skip
    with boya.office.store.write() as tx, pytest.raises(Distrusted, match="author"):
        boya.office.pen.write(tx, HUB, Kind.TRANSFER, msgspec.msgpack.encode(step), by="clerk", at=boya.clock.now())


# -- the doors


def test_the_head_writes_the_hours_as_on_the_door_and_the_district_hears_of_them(desk: Desk) -> None:
    assert desk.clerk().sees("/opening").status == 403
    head = desk.clerk("zhaoqiang")
    page = head.sees("/opening")
    assert 'value="9:00-12:00 13:00-17:00"' in page.text
    week = {f"day{day}": "8:30-12:00 13:00-17:30" for day in range(5)} | {"day5": "延 9:00-12:00", "day6": ""}
    assert head.posts("/opening", week | {"day0": "5:00-12:00 13:00-17:30"}).status == 422
    assert "区里规定不早于 7:00" in head.page.text
    assert head.posts("/opening", week | {"day0": "上午"}).status == 422
    assert head.posts("/opening", dict.fromkeys(week, "9:00-10:00")).status == 422
    page = head.posts("/opening", week | {"special": "2026-03-04 休 停电检修\n2026-03-08 9:00-11:30 敬老活动"})
    assert "已保存" in page.text
    assert "延时服务" in page.text
    hours, saturday = desk.station.hours, datetime(2026, 3, 7, 2, 0, tzinfo=UTC)  # 10:00 at the door
    assert hours.is_open(saturday)
    assert hours.hours(date(2026, 3, 4)) == []
    assert hours.next_opening(datetime(2026, 3, 3, 10, 0, tzinfo=UTC)) == datetime(2026, 3, 5, 0, 30, tzinfo=UTC)
    desk.world.settle()
    with desk.world.hub.office.store.read() as db:
        told = openings.opening_of(db, STATION)
    assert told is not None
    assert told.week[5] == [Times(540, 720, after_hours=True)]
    assert isinstance(told, Opening)
