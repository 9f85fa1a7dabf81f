"""No page of a station goes unlooked at, and nobody stumbles at the machines that have no walk of their own."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from node.web.routes import routes
from protocol.settings import Machines, Room
from tests.node.station import Desk
from tests.node.test_ratings import serves_one
from tests.test_access import AXE, RULES, RUN, WIDE, served

ROOT = Path(__file__).parents[2]
# where pages are opened in a real browser and axe, sizes and widths are held against them
WALKS = (
    "tests/test_access.py",
    "tests/node/test_room_access.py",
    "tests/node/test_screen_walk.py",
    "tests/node/test_kiosk_pages.py",
    "tests/node/hall/test_ticket_walk.py",
    "tests/node/test_machine_pages.py",
)
# walked by pressing what stands on them, from the first page on
PRESSED = {
    "kiosk": "tests/node/test_kiosk_pages.py",
    "form": "tests/node/test_machine_pages.py",
    "query": "tests/node/test_machine_pages.py",
    "ticket": "tests/node/hall/test_ticket_walk.py",
}
# what is no page that somebody reads: files, pieces of pages, and ways that only lead on
ENDS = ("/situations", "X")  # of an address whose end is put on while it runs
NO_PAGES = frozenset({
    "draft.paper", "document", "document.made", "case.paper", "looks.csv", "attention.raw", "demand.paper", "sync.stick",
    "instant",  # tests/node/test_instant.py reads it; it is the page of a case with other words
    "strip", "hall.sentence", "screen.events", "screen.voice", "kiosk.bye", "kiosk.tray", "kiosk.job", "kiosk.file",
    "ticket.bye", "board.csv", "form.bye", "form.code",
})  # fmt: skip
SMALL = """least => [...document.querySelectorAll("a, button, input, select, textarea, .choice")].filter(e => {
    const box = e.getBoundingClientRect(), shown = e.checkVisibility() && !e.closest(".visually-hidden, .skip, .choice *");
    return shown && e.type !== "hidden" && e.type !== "checkbox" && e.type !== "radio" && (box.height < least || box.width < 60);
}).map(e => e.outerHTML.slice(0, 100))"""


def addresses(file: Path) -> set[str]:
    """Every address that stands in a file; what is put in while it runs is an X."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
            found |= {text, *(text[:-1] + end for end in ENDS if text.endswith("X"))}
    return {re.sub(r"^X+(?=/)", "", text).partition("?")[0] for text in found if "/" in text}


def test_no_page_of_a_station_goes_unlooked_at() -> None:
    opened = set().union(*(addresses(ROOT / walk) for walk in WALKS if (ROOT / walk).exists()))
    assert [walk for walk in PRESSED.values() if not (ROOT / walk).exists()] == []
    names = [one.name.partition(".")[0] for one in routes()]
    assert set(PRESSED) <= set(names)
    pages = [
        one
        for one in routes()
        if "GET" in (one.methods or ()) and one.name not in NO_PAGES and one.name.partition(".")[0] not in PRESSED
    ]
    unseen = [
        one.path
        for one in pages
        if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one.path), address) for address in opened)
    ]
    assert unseen == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def stumbles(page: Page, least_px: int) -> list[object]:
    page.evaluate(AXE)
    found: list[object] = [*page.evaluate(RUN, RULES), *page.evaluate(SMALL, least_px)]
    scroll, client = page.evaluate(WIDE)
    return [*found, *([f"scrolls sideways {scroll} > {client}"] if scroll > client else [])]


@pytest.mark.pages
def test_nobody_stumbles_at_the_pad_of_a_counter_or_at_a_new_machine(chromium: Browser, desk: Desk) -> None:
    desk.station.settings = dataclasses.replace(desk.station.settings, room=Room(Machines.OPEN))
    with served(desk.app) as address:
        for lang, elder in (("zh-CN", True), ("en", False)):
            serves_one(desk)
            page = chromium.new_page(viewport={"width": 1024, "height": 768}, reduced_motion="reduce")
            page.goto(f"{address}/machine")
            page.click(f"button[value='{lang}']")
            if elder:
                page.click("button[value=elder]")
                page.wait_for_selector("html.elder")
            least = 72 if elder else 60
            assert stumbles(page, least) == []
            page.goto(f"{address}/rate/1")
            assert stumbles(page, least) == []
            page.emulate_media(forced_colors="active")
            assert page.locator(".face").count() == 5
            page.keyboard.press("Tab")  # by keys alone, to the last of the five
            page.focus(".face-1")
            page.keyboard.press("Enter")
            page.wait_for_selector("[name=said]")
            assert stumbles(page, least) == []
            page.click("main .button-primary")
            page.wait_for_selector("body[data-home-after='12']")
            assert stumbles(page, least) == []
            page.close()
