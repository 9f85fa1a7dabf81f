"""The intake by keyboard alone, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from protocol.cases.rules import Act, Status
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
def test_a_clerk_takes_a_case_in_by_keyboard_alone(desk: Desk, served: str, chromium: Browser, tmp_path) -> None:
    page = chromium.new_page()
    _takes_in(desk, page, served, tmp_path / "scan.png")
    page.close()


@pytest.mark.pages
def test_a_clerk_answers_the_situation_and_hands_over_by_keyboard_alone(
    desk: Desk, served: str, chromium: Browser
) -> None:
    clerk = desk.clerk("wanghui")
    case = desk.takes_in(clerk)
    desk.world.settle()
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        desk.world.hub.decides(case, act)
    desk.world.settle()
    page = chromium.new_page()
    said = _watched(page, served)
    _signs_in(page, served)
    _answers_the_situation(page)
    _hands_over(page, served, case)
    assert [one for one in said if "422" not in one] == []  # a question was left open once
    page.close()
    found = desk.party.case(case)
    assert found is not None
    assert found.status is Status.HANDED_OVER


def _answers_the_situation(page: Page) -> None:
    page.keyboard.press("F3")
    page.wait_for_selector("[data-pick]:focus")
    page.keyboard.type("执照变更")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-digit='1']:focus")
    page.keyboard.press("1")
    page.wait_for_url("**/situations")
    page.keyboard.press("F9")  # without an answer
    page.wait_for_selector(".error-summary:focus")
    page.keyboard.press("Tab")
    page.wait_for_selector(".error-summary a:focus")
    page.keyboard.press("Enter")  # to the question
    page.wait_for_selector("fieldset:target")
    page.keyboard.press("Tab")
    page.wait_for_selector("fieldset:target input:focus")
    page.keyboard.press("Space")
    page.wait_for_selector("fieldset:target input:checked")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.querySelectorAll('fieldset:target input')[1].checked")
    page.keyboard.press("F9")
    page.wait_for_selector(".chosen")
    assert "经营范围" in page.text_content(".chosen")  # the second of the choices


def _hands_over(page: Page, served: str, case: str) -> None:
    page.goto(f"{served}/cases/{case}/handover")
    page.wait_for_selector("[name=recipient]:focus")
    page.keyboard.type("测试甲")
    for name in ("who", "stands_for", "parcel", "checked"):
        page.keyboard.press("Tab")
        page.wait_for_selector(f"[name={name}]:focus")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("F9")
    page.wait_for_url(f"**/cases/{case}")
    assert "已登记送达" in page.content()


def _watched(page: Page, served: str) -> list[str]:
    """What the console says, and who else was asked for something."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: request.url.startswith(served) or said.append(f"foreign: {request.url}"))
    return said


def _signs_in(page: Page, served: str) -> None:
    page.goto(f"{served}/sign-in")
    page.wait_for_selector("[name=name]:focus")
    page.keyboard.type("limin")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=password]:focus")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")


def _takes_in(desk: Desk, page: Page, served: str, scan) -> None:
    said = _watched(page, served)
    _signs_in(page, served)
    page.keyboard.press("F3")
    page.wait_for_selector("[data-pick]:focus")
    page.keyboard.type("居住证")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-digit='1']:focus")
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
