"""In a real browser: a reader on the counter's own PC, a scanner that types, and all of it by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from node.devices.fakes.people import PEOPLE
from node.devices.fakes.services import Service, Trouble
from node.devices.registry import Devices
from protocol.settings import Device
from tests.node.station import PASSWORD, Desk

PATIENCE_S = 20.0
SCAN_S = 0.005  # between two characters of a scanner


@pytest.fixture
def served(desk: Desk) -> Iterator[str]:
    config = uvicorn.Config(desk.app, host="127.0.0.1", port=0, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    started = threading.Event()
    announce = server.startup

    async def startup(sockets=None) -> None:
        await announce(sockets)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, name="desk")
    thread.start()
    try:
        assert started.wait(PATIENCE_S)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def signed_in(chromium: Browser, served: str, said: list[str]) -> Iterator[Page]:
    with chromium.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{served}/sign-in")
        page.fill("[name=name]", "limin")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
        yield page


@pytest.mark.pages
def test_f2_asks_the_reader_on_the_counters_own_pc_in_both_dialects(chromium: Browser, desk: Desk, served: str) -> None:
    said: list[str] = []
    with signed_in(chromium, served, said) as page:
        for dialect, who in (("text", "long-term"), ("numbered", "hk-mo-tw")):
            service = Service(dialect, PEOPLE[who])
            service.start()
            try:
                _reads_at_the_counter(desk, page, served, service, PEOPLE[who]["number"])
            finally:
                service.stop()
    assert [one for one in said if "ERR_CONNECTION_REFUSED" not in one] == []  # no word about a forbidden connection


def _reads_at_the_counter(desk: Desk, page: Page, served: str, service: Service, number: str) -> None:
    desk.station.devices = Devices({"card-reader": Device("counter", url=service.url, dialect=service.dialect)})
    draft = desk.begins(desk.clerk())
    page.goto(f"{served}/drafts/{draft}")
    page.fill("[name='a.phone']", "13900001234")
    service.trouble = Trouble.LIFTED
    page.keyboard.press("F2")
    expect(page.locator(".note")).to_contain_text("没有读完整")
    assert page.input_value("[name='a.phone']") == "13900001234"
    service.stop()
    page.keyboard.press("F2")
    expect(page.locator(".note")).to_contain_text("设备没有应答")
    service.start()
    service.trouble = Trouble.NONE
    page.keyboard.press("F2")
    expect(page.locator(".note")).to_contain_text("请与本人核对")
    assert page.input_value("[name='a.id_number']") == number
    assert page.get_attribute("[name='a.id_number']", "readonly") is not None
    page.wait_for_selector("[name='a.phone']:focus")  # the first field that is open
    page.keyboard.press("Shift+Tab")
    page.wait_for_selector("[name='a.id_number']:focus")  # can be read and copied
    page.keyboard.press("Shift+Tab")
    page.wait_for_selector("[data-unlocks='id_number']:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#unlock-key:focus")
    assert page.input_value("#unlock-key") == "id_number"


@pytest.mark.pages
def test_a_scanner_is_told_from_a_person_and_a_hostile_code_goes_nowhere(
    chromium: Browser, desk: Desk, served: str
) -> None:
    case = desk.takes_in(desk.clerk("wanghui"))
    with desk.station.store.read() as db:
        number = db.execute("select number from cases where id = ?", (case,)).fetchone()[0]
    said: list[str] = []
    with signed_in(chromium, served, said) as page:
        _scans(page, number)
        page.wait_for_url(f"**/cases/{case}")
        for hostile in ("javascript:alert(1)", "https://example.com/pay?who=me"):
            page.goto(f"{served}/cases")
            _scans(page, hostile)
            page.wait_for_url("**/scan")
            expect(page.locator(".note")).to_contain_text("扫到的不是我们的码")
            assert hostile not in page.content()
        page.goto(f"{served}/cases")  # a person types the same into the field that has the focus
        field = page.locator("input[name=q]").first
        field.focus()
        field.press_sequentially(number[:12], delay=60)
        assert field.input_value() == number[:12]
        assert "/cases" in page.url
        draft = desk.begins(desk.clerk())
        page.goto(f"{served}/drafts/{draft}")
        page.fill("[name='a.phone']", "139")
        page.focus("[name='a.phone']")
        page.fill("[name='a.address']", "")
        page.focus("[name='a.address']")
        _scans(page, "https://example.com/somebody")  # a field takes what it is given, and Enter leads on
        page.wait_for_function("document.activeElement.name !== 'a.address'")
        assert page.input_value("[name='a.address']") == "https://example.com/somebody"
        page.focus("[name='a.phone']")
        with page.context.expect_page() as opened:
            _scans(page, number)  # in the middle of a form: it opens beside it, and the field is as it was
        opened.value.wait_for_url(f"**/cases/{case}")
        assert page.input_value("[name='a.phone']") == "139"
        assert re.search(r"/drafts/", page.url)
    assert [one for one in said if "422" not in one] == []


def _scans(page: Page, code: str) -> None:
    """A scanner's clock is its own: however busy this machine is, its keys are five milliseconds apart."""
    keys = page.context.new_cdp_session(page)
    at = page.evaluate("performance.timeOrigin + performance.now()") / 1000
    for character in (*code, "\r"):
        at += SCAN_S
        key = (
            {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13} if character == "\r" else {"key": character}
        )
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": character, "timestamp": at, **key})
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": at, **key})
    keys.detach()
