"""Printing on the station's own printer, as clerk and head see it."""

from __future__ import annotations

import re

import pytest

from node import jobs, printing
from node.devices.fakes.a4_printer import FakeA4Printer
from node.devices.fakes.slip_printer import FakeSlipPrinter
from node.devices.registry import Devices
from protocol.settings import Device
from tests.node.station import Browser, Desk


@pytest.fixture
def printer(desk: Desk) -> FakeA4Printer:
    desk.station.devices = Devices({"a4-printer": Device("fake")})
    printer = desk.station.devices.get("a4-printer")
    assert isinstance(printer, FakeA4Printer)
    return printer


def presses_f10(clerk: Browser, case: str, form_id: str = "") -> str:
    page = clerk.sees(f"/cases/{case}/receipt")
    action = re.search(r'action="([^"]+)".*?data-key="F10"', page.text, re.DOTALL)
    assert action is not None
    return clerk.posts(f"/cases/{case}/print/receipt", {"back": "receipt"}, form_id=form_id).text


def test_one_press_prints_the_receipt_and_the_same_bytes_are_kept(desk: Desk, printer: FakeA4Printer) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    said = presses_f10(clerk, case)
    assert "已送到打印机" in said
    assert "排队中" in said
    jobs.watch_devices(desk.station)
    assert "打印中" in clerk.sees(f"/cases/{case}/receipt").text
    jobs.watch_devices(desk.station)
    assert "已打出" in clerk.sees(f"/cases/{case}").text
    opened = clerk.client.get(f"/cases/{case}/print/receipt")
    assert printer.out == [opened.content]
    assert "上次打印没有完成" not in clerk.sees("/desk").text


def test_a_press_that_is_sent_twice_prints_once(desk: Desk, printer: FakeA4Printer) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    form_id = clerk.sees(f"/cases/{case}/receipt").form_id()
    presses_f10(clerk, case, form_id)
    presses_f10(clerk, case, form_id)
    for _ in range(3):
        jobs.watch_devices(desk.station)
    assert len(printer.out) == 1


def test_without_a_printer_the_document_opens_as_a_file(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    page = clerk.sees(f"/cases/{case}/receipt").text
    assert f'href="/cases/{case}/print/receipt" data-key="F10"' in page
    assert 'value="receipt"' not in page
    assert clerk.posts(f"/cases/{case}/print/receipt").status == 409


def test_out_of_paper_is_said_at_once_and_the_job_comes_out_when_there_is_some(
    desk: Desk, printer: FakeA4Printer
) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    printer.run_out()
    assert "缺纸了。装好纸会自动打出来" in presses_f10(clerk, case)
    jobs.watch_devices(desk.station)
    assert "等打印机装纸" in clerk.sees(f"/cases/{case}").text
    assert "缺纸" in desk.clerk("zhaoqiang").sees("/devices").text
    printer.fill()
    for _ in range(2):
        jobs.watch_devices(desk.station)
    assert len(printer.out) == 1
    assert "已打出" in clerk.sees(f"/cases/{case}").text


def test_a_power_cut_before_the_printer_had_it_is_offered_at_the_desk_and_printed_again(
    desk: Desk, printer: FakeA4Printer
) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    presses_f10(clerk, case)
    for _ in range(2):
        jobs.watch_devices(desk.station)
    first = printer.out[0]
    with desk.station.store.write() as tx:  # as it stands on the disk when the power goes in this very moment
        printing.begin(tx, "cut", "a4-printer", case, "receipt", first, 1, by="limin", at=desk.party.clock.now())
    printing.after_a_start(desk.station.store, desk.party.clock.now())
    home = clerk.sees("/desk").text
    assert "上次打印没有完成" in home
    assert "没有送到打印机" in home
    clerk.posts("/printing/cut/again")
    assert "上次打印没有完成" not in clerk.sees("/desk").text
    for _ in range(2):
        jobs.watch_devices(desk.station)
    assert printer.out == [first, first]


def test_a_printer_that_is_off_loses_nothing_and_what_it_forgot_is_not_called_printed(
    desk: Desk, printer: FakeA4Printer
) -> None:
    clerk = desk.clerk()
    case, other = desk.takes_in(clerk), desk.takes_in(clerk)
    presses_f10(clerk, other)
    printer.unplug()
    assert "打印机没有应答" in presses_f10(clerk, case)
    jobs.watch_devices(desk.station)
    assert "排队中" in clerk.sees(f"/cases/{other}").text  # nobody knows better
    printer.plug_in()
    jobs.watch_devices(desk.station)
    home = clerk.sees("/desk").text
    assert "打印机不记得了，请看出纸口" in home
    assert home.count(">重打</button>") == 2
    job = re.search(r"/printing/(\w+)/away", home)
    assert job is not None
    clerk.posts(f"/printing/{job[1]}/away")
    assert clerk.sees("/desk").text.count(">重打</button>") == 1
    assert clerk.posts(f"/printing/{job[1]}/away").status == 409  # settled already


def test_the_head_prints_a_test_page_cancels_what_waits_and_sees_the_last_jobs(
    desk: Desk, printer: FakeA4Printer
) -> None:
    head = desk.clerk("zhaoqiang")
    case = desk.takes_in(desk.clerk())
    head.sees("/devices")
    assert "已送到打印机" in head.posts("/devices/a4-printer/page").text
    for _ in range(2):
        jobs.watch_devices(desk.station)
    assert len(printer.out) == 1
    printer.jam()
    assert "停住了" in presses_f10(head, case)
    page = head.sees("/devices").text
    assert "测试页" in page
    waiting = re.search(r"/printing/(\w+)/cancel", page)
    assert waiting is not None
    printer.clear()
    assert "已请打印机取消" in head.posts(f"/printing/{waiting[1]}/cancel").text
    assert "没有打出来" in head.sees("/devices").text
    for _ in range(3):
        jobs.watch_devices(desk.station)
    assert len(printer.out) == 1
    assert desk.clerk().sees("/devices").status == 403


def test_the_slip_printer_has_a_test_of_its_own(desk: Desk) -> None:
    desk.station.devices = Devices({"slip-printer": Device("fake")})
    printer = desk.station.devices.get("slip-printer")
    assert isinstance(printer, FakeSlipPrinter)
    head = desk.clerk("zhaoqiang")
    head.sees("/devices")
    assert "已送到打印机" in head.posts("/devices/slip-printer/page").text
    assert len(printer.slips) == 1
    printer.left = 0
    assert "测试页没有打出来" in head.posts("/devices/slip-printer/page").text


def test_old_jobs_are_forgotten(desk: Desk, printer: FakeA4Printer) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    presses_f10(clerk, case)
    desk.party.clock.advance(91 * 24 * 3600)
    jobs.forget_print_jobs(desk.station)
    with desk.station.store.read() as db:
        assert printing.last_of(db, case) is None
