"""The form machine and the query machine in a real browser: in both languages, plain and large, with nothing to stumble over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from node.devices.fakes.people import PEOPLE
from node.devices.registry import Devices
from protocol.settings import Device, Machines, Room
from tests.node.station import Desk
from tests.node.test_kiosk_pages import PATIENCE_MS, SMALL
from tests.test_access import AXE, RULES, RUN, WIDE, served

pytestmark = pytest.mark.pages

SCREEN = {"width": 1280, "height": 1024}
PHONE = {"width": 400, "height": 800}
QUERY = ("", "/ask?q=养老保险", "/ask?q=身份证", "/door/shop", "/items/L12", "/waiting", "/places")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def room(desk: Desk) -> Iterator[str]:
    desk.station.settings = replace(desk.station.settings, room=Room(Machines.OPEN))
    desk.station.devices = Devices({"slip-printer": Device(driver="fake", kind="slip-printer")})
    with served(desk.app) as base:
        yield base


def stumbles(page: Page, least_px: int, name: str) -> list[str]:
    """On the machine's own screen, and on a narrow one."""
    wrong: list[str] = []
    for size in (SCREEN, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide, shown = page.evaluate(WIDE)
        if wide > shown:
            wrong.append(f"{name}: {wide} px wide on {size['width']}")
    page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    wrong += [f"{name}: small {one}" for one in page.evaluate(SMALL, least_px)]
    page.evaluate(AXE + "\n;")
    return wrong + [f"{name}: {one}" for one in page.evaluate(RUN, RULES)]


def presses(page: Page, what: str) -> None:
    with page.expect_navigation(wait_until="load", timeout=PATIENCE_MS):
        page.click(what)


def test_a_form_is_filled_in_in_large_type(room: str, chromium: Browser) -> None:
    with chromium.new_context(viewport=SCREEN) as context:  # type: ignore[arg-type]
        page = context.new_page()
        wrong: list[str] = []
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{room}/form")
        presses(page, "button[value=elder]")
        wrong += stumbles(page, 72, "start")
        presses(page, "main .kiosk-doors button >> nth=0")
        wrong += stumbles(page, 72, "items")
        page.goto(f"{room}/form/L12")
        presses(page, "main form button.is-main")
        while "/ask/" in page.url:
            wrong += stumbles(page, 72, page.url)
            answers(page)
        assert page.url.endswith("/form/check")
        wrong += stumbles(page, 72, "check")
        presses(page, "main form button.is-main")
        page.wait_for_function("document.querySelector('.form-code img').naturalWidth > 0", timeout=PATIENCE_MS)
        wrong += stumbles(page, 72, "code")
    assert wrong == []
    assert faults == []


def answers(page: Page) -> None:
    """One screen: the first choice, or whatever each line asks for."""
    choices = page.query_selector("main .kiosk-doors button")
    known = {"a.phone": "13800138000", "a.name": PEOPLE["rare"]["name"], "a.id_number": PEOPLE["rare"]["number"]}
    for field in page.query_selector_all("main input:not([type=hidden])"):
        field.fill(known.get(field.get_attribute("name") or "", ""))
    presses(page, "main .kiosk-doors button >> nth=0" if choices else "main form button.is-main")


def test_everything_can_be_asked_in_english(room: str, chromium: Browser) -> None:
    with chromium.new_context(viewport=SCREEN) as context:  # type: ignore[arg-type]
        page = context.new_page()
        wrong: list[str] = []
        page.goto(f"{room}/query")
        presses(page, "button[value=en]")
        for path in QUERY:
            page.goto(f"{room}/query{path}")
            wrong += stumbles(page, 60, path)
    assert wrong == []
