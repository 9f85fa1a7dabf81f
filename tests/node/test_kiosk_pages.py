"""The kiosk in a real browser: nothing to scroll, everything large enough to press, and nothing left for the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from node.devices.fakes.people import PEOPLE
from node.kiosk import calls
from tests.node.kiosk import Citizen, stand_up
from tests.node.station import PASSWORD, Desk
from tests.test_access import AXE, RULES, RUN, WIDE, served

pytestmark = pytest.mark.pages

# what a finger presses: 60 px, and 72 px in large type (a box to tick is pressed by its line)
SMALL = """least => [...document.querySelectorAll("a, button, input, select, textarea, summary, label.choice")].filter(e => {
    const box = e.getBoundingClientRect();
    return e.checkVisibility() && !["hidden", "radio", "checkbox"].includes(e.type) && (box.width < 60 || box.height < least);
}).map(e => e.outerHTML.slice(0, 120))"""
TALL = "() => document.documentElement.scrollHeight - document.documentElement.clientHeight"
SCREENS = ({"width": 1080, "height": 1920}, {"width": 1280, "height": 1024})
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def kiosk(desk: Desk) -> Iterator[str]:
    stand_up(desk)
    with served(desk.app) as base:
        yield base


class Walk:
    """Somebody presses his way through; what is wrong with a page is noted with its name."""

    def __init__(self, page: Page, elder: bool) -> None:
        self.page = page
        self.elder = elder
        self.wrong: list[str] = []

    def presses(self, what: str) -> None:
        with self.page.expect_navigation(wait_until="load", timeout=PATIENCE_MS):
            self.page.click(what)

    def looks(self, name: str) -> None:
        for screen in SCREENS if self.elder else SCREENS[1:]:
            self.page.set_viewport_size(screen)  # type: ignore[arg-type]
            if (more := self.page.evaluate(TALL)) > 0:
                self.wrong.append(f"{name}: {more} px to scroll on {screen['width']}")
        wide, shown = self.page.evaluate(WIDE)
        if wide > shown:
            self.wrong.append(f"{name}: scrolls sideways")
        self.wrong += [f"{name}: small {one}" for one in self.page.evaluate(SMALL, 72 if self.elder else 60)]
        if self.elder or name in ("check", "case"):  # the other pages are the same but for their words
            self.page.evaluate(AXE + "\n;")
            self.wrong += [f"{name}: {one}" for one in self.page.evaluate(RUN, RULES)]

    def fills(self, **answers: str) -> None:
        for name, value in answers.items():
            field = self.page.query_selector(f"[name='a.{name}']")
            if field is not None:
                field.fill(value)


@pytest.mark.parametrize("how", ["elder", "english"])
def test_an_application_from_the_first_touch_to_the_receipt(
    desk: Desk, kiosk: str, chromium: Browser, how: str
) -> None:
    """In large type no page has anything to scroll, on either screen that kiosks have."""
    page = chromium.new_page(viewport=SCREENS[1])  # type: ignore[arg-type]
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    walk, reader = Walk(page, how == "elder"), Citizen(desk).reader
    page.goto(f"{kiosk}/kiosk")
    walk.presses("button[value=elder]" if walk.elder else "button[value=en]")
    walk.looks("start")
    if walk.elder:
        walk.presses("button[value=contrast]")
        walk.looks("yellow on black")
    walk.presses("button[value=apply]")
    walk.looks("doors")
    walk.presses("a.room-big >> nth=0")
    walk.looks("items")
    page.goto(f"{kiosk}/kiosk/items/S07")
    walk.looks("item")
    reader.put(PEOPLE["rare" if walk.elder else "ordinary"])
    walk.presses("main form button")
    walk.presses("main form[data-auto] button")  # he is faster than the page
    walk.looks("question")
    walk.presses("main .kiosk-doors button >> nth=0")
    walk.presses("main form button.is-main")
    walk.looks("lines that are wrong")
    while "/ask/" in page.url:
        walk.fills(phone="13800138000", bank_account="6222000011112222")
        walk.presses("main form button.is-main")
    walk.looks("papers")
    walk.presses(".kiosk-none button")
    walk.looks("kept")
    page.goto(f"{kiosk}/kiosk/items/L12")
    walk.presses("main form button")
    while "/ask/" in page.url:
        walk.fills(phone="13800138000")
        choices = page.query_selector("main .kiosk-doors button")
        walk.presses("main .kiosk-doors button >> nth=0" if choices else "main form button.is-main")
    walk.looks("check")
    walk.presses("main form button.is-main")
    walk.looks("not agreed yet")
    page.check("input[name=agreed]")
    walk.presses("main form button.is-main")
    walk.looks("receipt code")
    for address in ("mine", "code", "verify", "help", "elder", "nothing"):
        page.goto(f"{kiosk}/kiosk/{address}")
        walk.looks(address)
    page.goto(f"{kiosk}/kiosk/mine")
    walk.presses(".kiosk-cases a")
    walk.looks("case")
    page.close()
    assert walk.wrong == []
    assert faults == []


def test_a_call_is_answered_with_one_key_in_the_middle_of_a_form(desk: Desk, kiosk: str, chromium: Browser) -> None:
    with desk.station.store.write() as tx:
        calls.call(tx, "kiosk", desk.party.clock.now())
    page = chromium.new_page()
    page.goto(f"{kiosk}/sign-in?to=/cases")
    page.fill("[name=name]", "limin")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector(".bar-call", timeout=PATIENCE_MS)
    page.evaluate(AXE + "\n;")
    assert page.evaluate(RUN, RULES) == []
    page.fill("#f-q", "不见了就是错")
    page.keyboard.press("F1")
    page.wait_for_selector(".bar-call", state="detached", timeout=PATIENCE_MS)
    assert page.input_value("#f-q") == "不见了就是错"
    assert page.url.endswith("/cases")
    with desk.station.store.read() as db:
        assert calls.calls(db) == []
    page.close()


def test_whoever_walks_off_is_asked_and_then_nobody_can_go_back_to_his_pages(
    desk: Desk, kiosk: str, chromium: Browser
) -> None:
    page = chromium.new_page(viewport=SCREENS[1])  # type: ignore[arg-type]
    walk = Walk(page, elder=False)
    reader = Citizen(desk).reader
    page.goto(f"{kiosk}/kiosk")
    walk.presses("button[value=apply]")
    page.goto(f"{kiosk}/kiosk/items/S07")
    reader.put(PEOPLE["ordinary"])
    walk.presses("main form button")
    page.wait_for_url("**/kiosk/ask/0", timeout=PATIENCE_MS)  # the card is read by itself
    walk.presses("main .kiosk-doors button >> nth=0")
    page.evaluate("touchedAt = Date.now() - idleMs")  # a minute in which nobody touched anything
    page.wait_for_selector("dialog[open]", timeout=PATIENCE_MS)
    walk.looks("are you still there")
    page.click("#kiosk-stay")
    page.wait_for_selector("dialog:not([open])", state="attached", timeout=PATIENCE_MS)
    page.evaluate("touchedAt = Date.now() - idleMs - lastCallS * 1000")
    page.wait_for_url("**/kiosk", timeout=PATIENCE_MS)
    for _ in range(3):
        page.go_back(wait_until="load", timeout=PATIENCE_MS)
        page.wait_for_selector("button[value=apply]", timeout=PATIENCE_MS)
        assert "测" not in page.content()
    assert walk.wrong == []
    with desk.station.store.read() as db:
        assert db.execute("select count(*) from drafts").fetchone()[0] == 0
    page.close()
