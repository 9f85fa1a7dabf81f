"""What somebody at the query machine is told, without a wire and without being asked who he is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.devices.fakes.slip_printer import FakeSlipPrinter
from node.devices.registry import Devices
from node.hall.ledger import day_of
from protocol.catalogue.groups import group_of
from protocol.settings import Device, Machines, Room
from tests.node.kiosk import rows
from tests.node.station import Desk


@pytest.fixture
def hall(desk: Desk) -> Desk:
    desk.station.settings = replace(desk.station.settings, room=Room(Machines.OPEN))
    desk.station.devices = Devices({"query-printer": Device(driver="fake", kind="slip-printer")})
    while not desk.station.hours.is_open(desk.party.clock.now()):
        desk.party.clock.advance(1800)
    return desk


def test_a_question_leads_to_a_guide_a_slip_and_a_number(hall: Desk) -> None:
    browser = hall.browser()
    assert "您想问什么" in browser.sees("/query").text
    page = browser.sees("/query/ask?q=养老保险")
    assert "/query/items/" in page.text
    assert "/desk" not in page.text
    page = browser.sees("/query/items/L12")
    assert "本站可办" in page.text
    assert "要带的材料" in page.text
    page = browser.posts("/query/items/L12/slip")
    assert "请取走小票" in page.text
    printer = hall.station.devices.get("query-printer")
    assert isinstance(printer, FakeSlipPrinter)
    assert len(printer.slips) == 1
    page = browser.posts("/query/items/L12/ticket")
    assert "/query/number/" in page.url
    number = page.url.rpartition("/")[2].partition("?")[0]
    item = hall.station.shelf.catalogue.current("L12", hall.party.clock.now().date())
    with hall.station.store.read() as db:
        ticket = hall.station.hall.halls.of(db, day_of(hall.party.clock.now())).tickets[number]
    assert (ticket.group, list(ticket.items)) == (group_of(item).code, ["L12"])


def test_what_nobody_can_answer_is_kept_for_the_district_without_the_persons_number(hall: Desk) -> None:
    browser = hall.browser()
    page = browser.sees("/query/ask?q=量子火箭13800138000")
    assert "13800138000" not in page.url
    assert "没有找到" in page.text
    assert "13800138000" not in str(rows(hall, "select * from questions"))


def test_every_item_of_the_catalogue_says_whether_it_is_done_here_and_else_where(hall: Desk) -> None:
    browser, shelf, on = hall.browser(), hall.station.shelf, hall.party.clock.now().date()
    for item in shelf.catalogue.items(on):
        page = browser.sees(f"/query/items/{item.code}")
        assert page.status == 200, item.code
        assert ("本站可办" in page.text) == shelf.takes(item, on)
        assert ("取个号" in page.text) == shelf.takes(item, on)
        if not shelf.takes(item, on):
            assert "可以到这些地方办" in page.text or "请到上面写的部门办理" in page.text


def test_waiting_hours_and_stations_are_told_also_when_the_doors_are_shut(hall: Desk) -> None:
    browser = hall.browser()
    page = browser.sees("/query/waiting")
    assert "现在没有开门" not in page.text
    assert page.text.count("<tr><th scope") >= 11
    page = browser.sees("/query/places")
    assert "本站开门时间" in page.text
    assert page.text.count("–") >= 5  # days with hours
    while hall.station.hours.is_open(hall.party.clock.now()):
        hall.party.clock.advance(1800)
    page = browser.sees("/query/waiting")
    assert "现在没有开门" in page.text
    assert "<table" not in page.text
    assert "取个号" not in browser.sees("/query/items/L12").text
    assert browser.posts("/query/items/L12/ticket", form_id="late").status == 409


def test_every_door_and_page_opens_in_both_languages_and_large_type(hall: Desk) -> None:
    browser = hall.browser()
    browser.sees("/query")
    browser.client.post("/language", data={"lang": "en", "back": "/query"})
    browser.client.post("/look", data={"switch": "elder", "back": "/query"})
    assert "What would you like to know?" in browser.sees("/query").text
    for path in ("door/shop?page=2", "waiting", "places", "ask?q=pension", "items/L12", "door/nothing"):
        assert browser.sees(f"/query/{path}").status == (404 if path == "door/nothing" else 200), path


def test_nothing_hostile_in_an_address_comes_back(hall: Desk) -> None:
    browser = hall.browser()
    for path in (
        "ask?q=<script>alert(1)</script>",
        "ask?q=养老&item=<b>",
        "items/<script>",
        "door/../desk",
        "number/<b>",
    ):
        page = browser.sees(f"/query/{path}")
        assert "<script>alert" not in page.text
        assert "<b>" not in page.text
