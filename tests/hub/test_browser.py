"""An officer's morning in a real Chromium: keyboard, pictures and PDFs inside the page, with and without script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from protocol.cases.rules import Status
from tests.hub.desk import PASSWORD, Desk
from tests.world import World

pytestmark = pytest.mark.pages


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)
    listener.close()


def signs_in(page: Page, address: str, name: str = "li") -> None:
    page.set_default_timeout(15_000)
    page.goto(f"{address}/sign-in")
    page.fill("#f-name", name)
    page.fill("#f-password", PASSWORD)
    page.click(".button-primary")
    page.wait_for_url("**/worklist")


def test_an_officer_walks_the_list_by_keys_reads_a_case_and_decides(
    desk: Desk, world: World, address: str, chromium: Browser
) -> None:
    older = desk.takes_in()
    world.advance(60)
    case = desk.takes_in("boya")
    world.settle()
    desk.catches_up()
    wrong: list[str] = []
    page = chromium.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    signs_in(page, address)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case}")
    page.wait_for_function(
        "[...document.querySelectorAll('.sheet-of-paper img')].every(i => i.complete || i.loading == 'lazy')"
    )
    assert page.evaluate("document.querySelector('.sheet-of-paper img').naturalWidth") > 0
    page.keyboard.press("F9")
    page.wait_for_url("**/do/accept")
    page.keyboard.press("F9")
    page.wait_for_url(f"**/cases/{case}")
    assert page.get_by_role("status").filter(has_text="已存区中心").count() == 1
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        for path in ("/worklist", f"/cases/{case}", f"/cases/{older}/do/ask-correction", "/stations", "/attention"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)

    plain = chromium.new_context(java_script_enabled=False).new_page()
    signs_in(plain, address)
    plain.goto(f"{address}/cases/{older}/do/ask-correction")
    plain.locator("[id^='f-wrong:P08']").first.fill("照片看不清")
    plain.get_by_role("button", name="下一步：核对").click()
    plain.get_by_role("button", name="确认一次性告知补正").click()
    plain.wait_for_url(f"**/cases/{older}")
    for one in (page, plain):
        one.context.close()
    assert wrong == []
    assert world.hub.case(case).status is Status.ACCEPTED
    assert world.hub.case(older).status is Status.RETURNED


def test_three_people_carry_a_case_from_acceptance_to_approval_with_the_keyboard_alone(
    desk: Desk, world: World, address: str, chromium: Browser
) -> None:
    case = desk.submits("P08")
    world.settle()
    wrong: list[str] = []

    def sits_down(name: str) -> Page:
        page = chromium.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        signs_in(page, address, name)
        page.goto(f"{address}/cases/{case}")
        return page

    def goes_out(page: Page) -> None:
        page.wait_for_selector("button[name=confirm]")
        page.keyboard.press("F9")
        page.wait_for_url(f"**/cases/{case}")

    li = sits_down("li")
    li.keyboard.press("F9")
    li.wait_for_url("**/do/accept")
    li.keyboard.press("F9")
    li.wait_for_url(f"**/cases/{case}")

    qian = sits_down("qian")
    qian.keyboard.press("F9")
    qian.wait_for_url("**/do/review")
    qian.locator("input[name=proposal]").first.focus()
    qian.keyboard.press("Space")
    qian.keyboard.press("Enter")
    qian.wait_for_function("document.activeElement.name === 'reason'")
    qian.keyboard.type("居住满半年，材料齐全")
    qian.keyboard.press("F9")
    goes_out(qian)

    wang = sits_down("wang")
    wang.keyboard.press("F9")
    wang.wait_for_url("**/do/grant")
    assert "居住满半年，材料齐全" in wang.locator(".summary").first.inner_text()
    wang.locator("#f-reason").focus()
    wang.keyboard.type("准予")
    wang.keyboard.press("F9")
    goes_out(wang)
    for page in (li, qian, wang):
        page.context.close()
    assert wrong == []
    done = world.hub.case(case)
    assert done.status is Status.GRANTED
    assert [act.by.account for act in done.line[1:]] == ["li", "qian", "wang"]
