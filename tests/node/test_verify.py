"""Somebody stands at a station's desk with a paper, and there is no wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from protocol.documents.kinds import Kind
from protocol.documents.press import Press
from protocol.documents.produce import Printed, produce
from protocol.documents.sealing import Seal
from provisioning.authority import seal_certificate
from tests.documents.samples import ALL, AT
from tests.node.station import PASSWORD, Desk
from tests.world import DISTRICT

PATIENCE_S = 20.0


@pytest.fixture
def paper(desk: Desk) -> Printed:
    """A licence that the hub made."""
    seal = Seal(*seal_certificate("新都区政务服务中心", DISTRICT, desk.world.authority, AT))
    return produce(Press(), ALL[Kind.LICENCE], DISTRICT, desk.world.hub.keys, seal)


def test_a_licence_is_proved_at_a_station_that_is_dark(desk: Desk, paper: Printed) -> None:
    desk.world.network.cut("dafeng")
    clerk = desk.clerk()
    assert 'href="/verify"' in clerk.sees("/verify").text
    page = clerk.posts("/verify", {"code": paper.code})
    assert "真实；本机没有名单" in page.text
    assert "JY25101140012345" in page.text
    assert page.url.endswith("/verify")
    page = clerk.posts("/verify", files={"pdf": ("a.pdf", paper.pdf)})
    assert "覆盖整个文件" in page.text
    page = clerk.posts("/verify", files={"pdf": ("a.pdf", paper.pdf + b"\n")})
    assert "签章之后被添加过内容" in page.text


def test_a_stranger_is_asked_to_sign_in_and_nothing_of_a_code_is_kept(desk: Desk, paper: Printed, caplog) -> None:
    page = desk.browser().sees("/verify")
    assert page.url.endswith("/sign-in") or "/sign-in?" in page.url
    desk.clerk().posts("/verify", {"code": paper.code})
    assert paper.code not in caplog.text


@pytest.fixture
def served(desk: Desk) -> Iterator[str]:
    config = uvicorn.Config(desk.app, host="127.0.0.1", port=0, lifespan="off", log_config=None)
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


@pytest.mark.pages
def test_a_scanner_types_a_code_and_enter_and_the_next_one_follows(
    desk: Desk, served: str, paper: Printed, tmp_path: Path
) -> None:
    file = tmp_path / "licence.pdf"
    file.write_bytes(paper.pdf)
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda request: request.url.startswith(served) or wrong.append(request.url))
            page.goto(f"{served}/sign-in")
            page.wait_for_selector("[name=name]:focus")
            page.keyboard.type("limin")
            page.keyboard.press("Enter")
            page.wait_for_selector("[name=password]:focus")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/desk")
            page.goto(f"{served}/verify")
            for code, answer in ((paper.code, "真实；本机没有名单"), (paper.code[:-4] + "0000", "无法核验")):
                page.wait_for_function("document.activeElement.id === 'f-code'")
                page.keyboard.type(code)
                page.keyboard.press("Enter")
                page.locator("#answer", has_text=answer).wait_for(timeout=10_000)
            page.set_input_files("#f-pdf", file)
            page.keyboard.press("F9")
            page.locator("#answer", has_text="覆盖整个文件").wait_for(timeout=10_000)
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 860})
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        finally:
            browser.close()
    assert wrong == []
