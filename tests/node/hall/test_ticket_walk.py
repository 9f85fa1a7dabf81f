"""The ticket machine in a real browser: both languages, plain and large, by keys alone, and ready again by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.test_access import AXE, RULES, RUN, WIDE, served

pytestmark = pytest.mark.pages

PAGES = ("/ticket", "/ticket/door/shop", "/ticket/find?q=办证", "/ticket/check?g=tax&g=business", "/ticket/missed")
LOW = """least => [...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main .choice, footer a")]
  .filter(e => !["radio", "checkbox"].includes(e.type) && e.getBoundingClientRect().height < least)
  .map(e => e.textContent.trim() || e.name)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def stumbles(page: Page, least_px: int) -> list[object]:
    page.evaluate(AXE)
    width, room = page.evaluate(WIDE)
    found: list[object] = page.evaluate(RUN, RULES)
    return found + page.evaluate(LOW, least_px) + ([f"{page.url} is too wide"] if width > room else [])


def test_anyone_can_draw_a_number_and_the_machine_is_ready_for_the_next(chromium: Browser, desk) -> None:
    with served(desk.app) as address:
        for lang, elder in (("zh-CN", False), ("en", True)):
            page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.goto(f"{address}/ticket")
            page.click(f"button[value='{lang}']")
            if elder:
                page.click("button[value=elder]")
                page.wait_for_selector("html.elder")
            for path in PAGES:
                page.goto(address + path)
                assert stumbles(page, 72 if elder else 60) == [], f"{path} {lang}"
            page.goto(f"{address}/ticket")
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (
                "the six doors need no scrolling"
            )
            # by keys alone: the second door, then the button
            page.locator(".ticket-doors a").nth(1).focus()
            page.keyboard.press("Enter")
            page.wait_for_selector("button.ticket-draw")
            for _ in range(20):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.classList.contains('ticket-draw')"):
                    break
            page.keyboard.press("Enter")
            page.wait_for_selector("#number:has-text('H00')")
            assert stumbles(page, 72 if elder else 60) == []
            page.clock.install()
            page.reload()
            page.clock.run_for(125_000)  # nobody touches it
            page.wait_for_url(f"{address}/ticket")
            assert page.evaluate("document.documentElement.className") == "room"
            page.context.close()
