"""The page of devices for the head, the strip on every page, and what a scan leads to."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from node import jobs
from node.devices.fakes.reader import FakeReader
from node.devices.registry import Devices
from node.web import devices_scan
from protocol.settings import Device
from tests.node.station import Desk


def test_the_head_tests_a_reader_and_sees_what_went_wrong_last(desk: Desk, reader: FakeReader) -> None:
    head = desk.clerk("zhaoqiang")
    assert "还没有查看" in head.sees("/devices").text
    jobs.watch_devices(desk.station)  # every ten seconds
    page = head.sees("/devices")
    assert page.text.count("正常") >= 4  # two devices, on the page and in the strip
    reader.unplug()
    assert "身份证读卡器：没有应答" in head.posts("/devices/card-reader/test").text
    reader.plug_in()
    assert "身份证读卡器：正常" in head.posts("/devices/card-reader/test").text
    draft = desk.begins(desk.clerk())
    head.sees(f"/drafts/{draft}")
    head.posts(f"/drafts/{draft}/card", {"whose": "applicant", "seen": ""})
    assert "读卡器上没有读到证件" in head.sees("/devices").text
    assert head.posts("/devices/toaster/test").status == 409
    assert desk.clerk().sees("/devices").status == 403


def test_whoever_shows_the_house_lays_cards_of_nobody_on_the_tray(desk: Desk, reader: FakeReader) -> None:
    head = desk.clerk("zhaoqiang")
    head.sees("/devices")
    head.posts("/devices/card-reader/put", {"card": "long-term"})
    assert reader.has_card
    assert head.posts("/devices/card-reader/put", {"card": "rare"}).status == 409
    head.sees("/devices")
    head.posts("/devices/card-reader/lift")
    assert not reader.has_card
    clerk = desk.clerk()  # who shows the desk has the tray beside the form
    draft = desk.begins(clerk)
    clerk.sees(f"/drafts/{draft}")
    assert clerk.posts("/devices/card-reader/put", {"card": "rare", "draft": draft}).url.endswith(draft)
    assert "拿起身份证读卡器上的样卡" in clerk.page.text
    reader.lift()
    head.sees("/devices")
    assert head.posts("/devices/card-reader/put", {"card": "../../etc/passwd"}).status == 409
    desk.station.devices = Devices({"card-reader": Device("keyboard")})
    head.sees("/devices")
    assert head.posts("/devices/card-reader/lift").status == 409  # a real reader has no such tray


def test_the_page_knows_the_same_codes_as_the_station() -> None:
    """Both tables: a code that only one of them knew would be taken out of a field and turned down, or never followed."""
    script = (Path(devices_scan.__file__).parent.parent / "static" / "devices.js").read_text()
    shapes = re.findall(r"^  /\^\(\?:(.*)\)\$/,$", script, re.MULTILINE)
    assert shapes == [code.shape.pattern for code in devices_scan.CODES]


def test_a_case_number_leads_to_the_case_and_a_licence_to_its_check(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    with desk.station.store.read() as db:
        number = db.execute("select number from cases where id = ?", (case,)).fetchone()[0]
    clerk.sees("/scan")
    assert clerk.posts("/scan", {"code": f" {number.lower()}\r\n"}).url.endswith(f"/cases/{case}")
    clerk.sees("/scan")
    page = clerk.posts("/scan", {"code": "MC1:NCFOXN"})
    assert "verify" in page.text
    assert "NCFOXN" not in page.url
    clerk.sees("/scan")
    page = clerk.posts("/scan", {"code": "ELSEWHERE-26-00001-ABC"})
    assert page.status == 422
    assert "ELSEWHERE" not in page.text


HOSTILE = [
    "https://example.com/?next=//evil",
    "javascript:alert(document.cookie)",
    "//evil.example/x",
    "/people/limin/code",
    "DAFENG-26-00001-ABC\x00",
    "DAFENG-26-\x1b[2J00001-ABC",
    "\u202eCBA-10000-62-GNEFAD",
    "'; drop table cases; --",
    "<script>alert(1)</script>",
    "M" * 5000,
    "MC1:" + "A" * 5000,
    "",
]


def test_a_hostile_code_is_turned_down_and_leads_nowhere(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    clerk = desk.clerk()
    csrf = clerk.sees("/scan").text.split('name="csrf" value="')[1].split('"')[0]
    for hostile in HOSTILE:
        answer = clerk.client.post("/scan", data={"code": hostile, "csrf": csrf}, follow_redirects=False)
        assert answer.status_code == 422
        assert "扫到的不是我们的码" in answer.text
        assert "手工输入" in answer.text
        assert not hostile or (hostile not in answer.text and hostile not in caplog.text)


def test_a_reader_that_stays_silent_is_the_heads_task_until_it_answers(desk: Desk, reader: FakeReader) -> None:
    head = desk.clerk("zhaoqiang")

    def passes(minutes: int) -> str:
        desk.party.clock.advance(minutes * 60)
        jobs.watch_devices(desk.station)
        return head.sees("/attention").text

    reader.unplug()
    assert "没有应答" in passes(0)  # the strip says it at once
    assert "有设备超过十分钟没有应答" not in passes(9)
    assert passes(2).count("有设备超过十分钟没有应答") == 1
    assert passes(60).count("有设备超过十分钟没有应答") == 1  # once, not every ten seconds
    reader.plug_in()
    assert "有设备超过十分钟没有应答" not in passes(1)
    reader.unplug()
    assert "有设备超过十分钟没有应答" not in passes(1)  # counted anew
