"""The worklist under the fingers, in a real Chromium: claimed, opened, given back without a mouse; a phone; no script."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import sync_playwright

from tests.hub.crowd import alike, crowd
from tests.hub.desk import Desk
from tests.hub.test_browser import address, signs_in  # noqa: F401  a fixture
from tests.world import World

pytestmark = pytest.mark.pages


def test_an_officer_claims_opens_and_gives_back_by_the_keyboard(desk: Desk, world: World, address: str) -> None:  # noqa: F811
    case = desk.submits("B01")
    with world.hub.office.store.write() as tx:
        name = "阿卜杜热合曼·买买提依明·库尔班江·图尔荪阿吉"
        crowd(tx, alike([name], "P08", "dafeng"), 1000, random.Random(5), world.hub.clock.now())
    world.settle()
    desk.catches_up()
    wrong: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 860})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        signs_in(page, address)
        page.keyboard.press("/")
        page.keyboard.type(world.hub.case(case).number)
        page.keyboard.press("Enter")
        page.wait_for_url("**/worklist?*words=*")
        assert page.locator("[data-row]").count() == 1
        page.keyboard.press("j")
        page.keyboard.press("c")
        page.wait_for_url("**#row-*")
        assert "李受理" in page.locator("[data-row]").inner_text()
        page.locator("[data-open]:focus").wait_for()
        page.keyboard.press("x")
        assert page.locator("[data-row] input").is_checked()
        page.keyboard.press("r")
        page.get_by_text("已放回 1 件").wait_for()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/cases/{case}")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 860})
            for path in ("/worklist", "/worklist?only=free&station=dafeng", "/today", "/cards", "/cases"):
                page.goto(address + path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)

        plain = chromium.new_context(java_script_enabled=False).new_page()
        signs_in(plain, address)
        plain.fill("#f-q", world.hub.case(case).number)
        plain.get_by_role("button", name="查找").click()
        plain.locator(f"input[value='{case}']").check()
        plain.get_by_role("button", name="认领", exact=True).click()
        plain.get_by_text("已认领 1 件").wait_for()
        chromium.close()
    assert wrong == []
