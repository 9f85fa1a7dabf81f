"""The intake by keyboard alone, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from tests.district_data import answer_for, example_item
from tests.node.station import PASSWORD, Desk, png

PATIENCE_S = 20.0


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
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.pages
def test_a_clerk_takes_a_case_in_by_keyboard_alone(desk: Desk, served: str, tmp_path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            _takes_in(desk, browser.new_page(), served, tmp_path / "scan.png")
        finally:
            browser.close()


def _takes_in(desk: Desk, page: Page, served: str, scan) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: request.url.startswith(served) or said.append(f"foreign: {request.url}"))
    page.goto(f"{served}/sign-in")
    page.keyboard.type("limin")
    page.keyboard.press("Enter")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.keyboard.press("F3")
    page.wait_for_url("**/items")
    page.keyboard.type("居住证")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items?q=*")
    page.keyboard.press("1")
    page.wait_for_url("**/drafts/*")

    item = example_item()
    for field in item.fields:
        answer = answer_for(field, desk.rng)
        if field.choices:  # a group of radio buttons: the arrow chooses
            page.keyboard.press("Space")
        elif field.key != "remarks":
            page.keyboard.type(answer)
        if field.key != "remarks":
            page.keyboard.press("Enter")
            while field.choices and page.evaluate("document.activeElement.type") == "radio":
                page.keyboard.press("Enter")
    page.keyboard.press("F9")
    page.wait_for_url("**/papers")

    scan.write_bytes(png())
    for number, material in enumerate(item.required_materials):
        scan.write_bytes(png(number * 50))
        with page.expect_navigation():
            page.set_input_files(f"#u-{material.code}", scan)  # goes up at once
    page.keyboard.press("F9")
    page.wait_for_url("**/check")
    page.keyboard.press("F9")
    page.wait_for_url("**/receipt")
    assert "收件回执" in page.content()
    page.keyboard.press("Escape")
    page.wait_for_url("**/desk")
    assert "等待上传" in page.content()
    assert said == []
