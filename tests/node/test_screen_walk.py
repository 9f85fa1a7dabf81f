"""The hall in a real browser: eight desks and a screen at once, calls that are seen and heard, keys in the middle of a form."""

from __future__ import annotations

import dataclasses
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from node.hall import voice
from node.hall.voice import CLIPS, RATE_HZ, Voice
from protocol.settings import Machines, Room
from tests.node.station import PASSWORD, Desk
from tests.node.test_calling import draws, hall, opens
from tests.test_access import AXE, LEGEND, RULES, RUN, SMALL, WIDE, served

pytestmark = pytest.mark.pages


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for silence in ("BETWEEN_S", "BREATH_S", "LANGUAGES_S"):
        monkeypatch.setattr(voice, silence, 0.01)
    desk = Desk(tmp_path)
    desk.station.settings = dataclasses.replace(desk.settings, room=Room(Machines.OPEN))
    desk.station.voice = Voice(short_clips(tmp_path / "voice"))
    yield desk
    desk.close()


def short_clips(folder: Path) -> Path:
    """A voice that says every word in a hundredth of a second."""
    for name in CLIPS:
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as made:
            made.setnchannels(1)
            made.setsampwidth(2)
            made.setframerate(RATE_HZ)
            made.writeframes(b"\0\x10" * (RATE_HZ // 100))
    return folder


def signs_in(chromium: Browser, address: str, name: str) -> BrowserContext:
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#f-name", name)
    page.fill("#f-password", PASSWORD)
    page.click("main .button-primary")
    page.wait_for_selector(".who .me")
    return context


def faults_of(page: Page) -> list[str]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    return faults


def spoken(screen: Page, times: int) -> None:
    screen.wait_for_function("times => Number(document.getElementById('live').dataset.spoken ?? 0) >= times", arg=times)


def test_eight_desks_and_a_screen_in_one_browser_all_go_on_working(chromium: Browser, desk: Desk) -> None:
    opens(desk.clerk("wanghui"), 2)
    first, second, third = (draws(desk) for _ in range(3))
    with served(desk.app) as address:
        context = signs_in(chromium, address, "limin")
        screen = context.new_page()
        faults = faults_of(screen)
        screen.clock.install()
        screen.goto(f"{address}/screen")
        tabs = [context.pages[0], *(context.new_page() for _ in range(7))]
        for tab in tabs:
            tab.goto(f"{address}/items")
            tab.wait_for_selector("#strip.call-strip")
        tabs[0].goto(f"{address}/desk/queue")
        tabs[0].fill("#f-counter", "3")
        tabs[0].keyboard.press("F9")
        tabs[0].wait_for_selector(".note-good")
        # F4 in the fifth tab, in the middle of a search: what was typed stays
        tabs[4].reload()
        tabs[4].wait_for_selector("#strip [data-key=F4]")
        tabs[4].fill("[data-find], input[name=q], input[type=search]", "社保卡")
        tabs[4].keyboard.press("F4")
        tabs[4].wait_for_selector(f"#strip strong:text('{first}')")
        assert tabs[4].input_value("[data-find], input[name=q], input[type=search]") == "社保卡"
        # seen at once, and heard
        screen.wait_for_selector(f"#flash:visible:has-text('{first}')")
        screen.wait_for_selector(f".is-new .screen-ticket:text('{first}')")
        # a colleague calls while it is being spoken: the second waits for its turn, and each is said twice
        with desk.station.store.write() as tx:
            desk.station.hall.call_next(tx, 2, by="wanghui", at=desk.party.clock.now())
        screen.wait_for_selector(f".is-new .screen-ticket:text('{second}')")
        assert screen.is_visible(f"#flash:has-text('{first}')")
        order = [first]
        for times in (1, 2, 3, 4):
            for _ in range(60):
                screen.clock.run_for(250)
                if int(screen.evaluate("Number(document.getElementById('live').dataset.spoken ?? 0)")) >= times:
                    break
                shown = screen.text_content(".screen-flash-ticket") if screen.is_visible("#flash") else ""
                if shown and shown != order[-1]:
                    order.append(shown)
                screen.wait_for_timeout(20)
            spoken(screen, times)
        assert order in ([first, second, first, second], [first, second, first, second, first])
        # another tab has it too once it looks again, and every tab still gets its pages
        tabs[1].bring_to_front()
        tabs[1].wait_for_selector(f"#strip strong:text('{first}')", timeout=12_000)
        for tab in tabs[2:4] + tabs[5:]:
            tab.reload()
            tab.wait_for_selector(f"#strip strong:text('{first}')")
        tabs[4].bring_to_front()
        tabs[4].click("#strip button:has-text('开始办理')")
        tabs[4].wait_for_selector("#strip [data-key=F4]")
        tabs[4].keyboard.press("F4")
        tabs[4].wait_for_selector(f"#strip strong:text('{third}')")
        tabs[4].keyboard.press("F6")
        tabs[4].wait_for_selector("#strip [role=alert]:has-text('秒可以过来')")
        tabs[0].bring_to_front()  # F7 opens where a ticket is sent to, and the cursor stands before it
        tabs[0].reload()
        tabs[0].keyboard.press("F7")
        tabs[0].wait_for_selector("details[open] > summary:focus")
        tabs[0].keyboard.press("Tab")
        tabs[0].wait_for_selector("details[open] input[name=group]:focus")
        tabs[4].bring_to_front()
        # switched off and on: what was spoken is not spoken again, what is new is
        screen.goto("about:blank")
        tabs[4].keyboard.press("Shift+F4")
        tabs[4].wait_for_selector("#strip [role=status]:has-text('已重呼')")
        screen.goto(f"{address}/screen")
        screen.wait_for_selector(f"#flash:visible:has-text('{third}')")
        assert faults == []
        context.close()
    assert len(hall(desk).called) == 4


def test_nobody_stumbles_over_the_pages_of_the_hall(chromium: Browser, desk: Desk) -> None:
    clerk = desk.clerk("zhaoqiang")
    opens(clerk, 1, "general")
    for groups in (("general", "tax"), ("residence",), ("general",), ("insurance",)):
        draws(desk, *groups)
    desk.party.clock.advance(1200)
    at = desk.party.clock.now
    with desk.station.store.write() as tx:
        desk.station.hall.call_next(tx, 1, by="zhaoqiang", at=at())
    desk.party.clock.advance(90)
    with desk.station.store.write() as tx:
        desk.station.hall.miss(tx, 1, by="zhaoqiang", at=at())
        desk.station.hall.call_next(tx, 1, by="zhaoqiang", at=at())
    found: list[str] = []
    asked: list[str] = []
    with served(desk.app) as address:
        context = signs_in(chromium, address, "zhaoqiang")
        page = context.pages[0]
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/hall")  # the sentence changes while a number is typed, and nothing else travels with it
        page.fill("#f-head_start_min", "12")
        page.wait_for_selector("#sentence:has-text('提前 12 分钟')")
        assert [one for one in asked if "csrf" in one or "form_id" in one] == []
        for lang in ("zh-CN", "en"):
            context.add_cookies([{"name": "mc_lang", "value": lang, "url": address}])
            paths = ["/desk", "/desk/queue", "/desk/queue/why", "/hall", "/hall/end", "/screen/1"]
            for path in paths if lang == "zh-CN" else ["/desk", "/desk/queue", "/hall", "/screen"]:
                page.set_viewport_size({"width": 1280, "height": 860})
                page.goto(address + path)
                if path == "/desk":
                    page.wait_for_selector("#strip.call-strip")
                page.evaluate(AXE)
                found += [f"{path} {lang} {what}" for what in page.evaluate(RUN, RULES)]
                found += [f"{path} key {what}" for what in page.evaluate(LEGEND)]
                for width in (640, 360):
                    page.set_viewport_size({"width": width, "height": 700})
                    found += [f"{path} at {width} small: {what}" for what in page.evaluate(SMALL)]
                    scroll, client = page.evaluate(WIDE)
                    found += [f"{path} at {width} scrolls sideways"] if scroll > client else []
        context.close()
    assert found == []
