"""The shell in a real Chromium: keyboard, no script, narrow screens, and a server that goes away."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from tests.console.demo import PASSWORD, Demo

pytestmark = pytest.mark.pages

DEADLINE_MS = 15_000


@dataclass
class Served:
    """The demo console behind a real server that can be taken away."""

    address: str
    server: uvicorn.Server
    thread: threading.Thread

    def goes_away(self) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(10)


@pytest.fixture
def served(demo: Demo) -> Iterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(demo.app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", server, thread)
    yield served
    served.goes_away()
    listener.close()


def opened(chromium: Browser, served: Served, *, width: int = 1280, script: bool = True) -> tuple[Page, list[str]]:
    """A page on the sign-in form, and the list of what went wrong in it: refused scripts, other hosts."""
    page = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script).new_page()
    page.set_default_timeout(DEADLINE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda sent: wrong.append(sent.url) if not sent.url.startswith(served.address) else None)
    page.goto(served.address + "/cases")
    return page, wrong


def sign_in(page: Page) -> None:
    page.fill("#f-name", "limin")
    page.fill("#f-password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("#lines")


def test_a_clerk_works_with_the_keyboard_alone(demo: Demo, served: Served, chromium: Browser) -> None:
    page, wrong = opened(chromium, served)
    page.keyboard.type("limin")
    page.keyboard.press("Enter")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#lines")
    page.keyboard.press("F3")
    page.wait_for_selector("#f-name")
    page.keyboard.press("F9")
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.click(".error-summary a")
    page.keyboard.type("王小明")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-phone"
    page.keyboard.press("Shift+Enter")
    assert page.evaluate("document.activeElement.id") == "f-name"
    page.keyboard.press("F9")
    page.wait_for_selector(".note-good")
    assert demo.saved() == ["王小明"]
    assert wrong == []
    page.context.close()


def test_everything_works_without_javascript(demo: Demo, served: Served, chromium: Browser) -> None:
    page, wrong = opened(chromium, served, script=False)
    page.click("button[lang=en]")
    assert page.inner_text("h1") == "Sign in"
    sign_in(page)
    page.goto(served.address + "/cases/new")
    page.fill("#f-name", "王小明")
    page.click("main button")
    page.wait_for_selector(".note-good")
    assert "Saved on this station" in page.inner_text(".note-good")
    page.click("text=Sign out")
    assert "leave the machine on" in page.inner_text("main")
    assert demo.saved() == ["王小明"]
    assert wrong == []
    page.context.close()


def test_two_clicks_on_save_are_one_case(demo: Demo, served: Served, chromium: Browser) -> None:
    page, _ = opened(chromium, served)
    sign_in(page)
    page.goto(served.address + "/cases/new")
    page.fill("#f-name", "王小明")
    page.dblclick("[data-key=F9]")
    page.wait_for_selector(".note-good, .timeline")
    assert demo.saved() == ["王小明"]
    page.context.close()


def test_no_page_scrolls_sideways_on_a_narrow_screen(served: Served, chromium: Browser) -> None:
    page, wrong = opened(chromium, served, width=360)
    widths = {"sign-in": page.evaluate("document.documentElement.scrollWidth")}
    sign_in(page)
    for path in ("/cases", "/cases/1", "/cases/new", "/broken"):
        page.goto(served.address + path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert set(widths.values()) == {360}, widths
    assert wrong == []
    page.context.close()


def test_everything_that_is_pressed_is_large_enough(served: Served, chromium: Browser) -> None:
    page, _ = opened(chromium, served)
    sign_in(page)
    page.goto(served.address + "/cases/new")
    small = page.evaluate(
        """[...document.querySelectorAll("main button, main a.button, main input:not([type=hidden]), main select, header button")]
        .filter(e => { const r = e.getBoundingClientRect(); return r.height < 24 || r.width < 24 }).map(e => e.outerHTML)"""
    )
    assert small == []
    page.context.close()


def test_a_bar_that_cannot_be_renewed_says_how_old_it_is(served: Served, chromium: Browser) -> None:
    page, _ = opened(chromium, served)
    sign_in(page)
    assert not page.is_visible(".bar-stale")
    served.goes_away()
    page.evaluate("htmx.trigger(document.getElementById('sync-bar'), 'every')")
    page.wait_for_selector(".bar.is-stale .bar-stale", state="visible")
    assert "本页与系统断开，下面显示的是 12:00 的情况" in page.inner_text(".bar-stale")
    page.context.close()
