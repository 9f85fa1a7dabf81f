"""Five real items from F3 to the receipt by keyboard alone, with the card on the reader and the papers under the
camera: how many keys are pressed, and how often a clerk waits for a page. Run with -s to see the table."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from node.devices.fakes.people import PEOPLE
from node.devices.fakes.reader import FakeReader
from node.devices.registry import Devices
from node.signature import MATERIAL
from protocol.catalogue.items import Item
from protocol.settings import Device
from tests.district_data import all_items, credit_code
from tests.node.serving import camera, served, signed_in
from tests.node.station import Desk

pytestmark = pytest.mark.pages
__all__ = ["camera", "served"]

CODE = credit_code(random.Random(1))
# what is said at the counter: initials of the item, and what the card does not know
SPOKEN = {
    "M02": ("gtgshbg", {"enterprise_name": "测试小吃店", "credit_code": CODE, "manager_name": "测试甲",
                        "phone": "13900001234", "d.licence": "JY15101140000001", "before": "餐饮", "after": "餐饮、零售"}),
    "P08": ("jzzsl", {"phone": "13900001234", "address": "测试路1号", "since": "2026-01-05", "reason": "1"}),
    "S07": ("gljt", {"phone": "13900001234", "age_group": "1", "bank_account": "6200000000000000001"}),
    "F01": ("spjyxk", {"enterprise_name": "测试小吃店", "credit_code": CODE, "phone": "13900001234",
                        "premises": "测试路1号", "area_m2": "40", "business_form": "1", "projects": "热食类"}),
    "L08": ("sbk", {"phone": "13900001234", "kind": "1"}),
}  # fmt: skip


@dataclass
class Count:
    """`moves` are keys that lead on; `letters` are what has to be said in any case."""

    page: Page
    moves: int = 0
    letters: int = 0
    waits: int = 0

    def press(self, key: str, then: str) -> None:
        """`then` is what a person sees before the next key."""
        self.moves += 1
        self.page.keyboard.press(key)
        self.page.wait_for_selector(then)

    def types(self, text: str) -> None:
        self.letters += len(text)
        self.page.keyboard.insert_text(text) if not text.isascii() else self.page.keyboard.type(text)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.station.devices = Devices({"card-reader": Device("fake")})
    yield desk
    desk.close()


def test_five_real_items_cost_few_keys_and_few_pages(camera: Browser, desk: Desk, served: str) -> None:
    reader = desk.station.devices.get("card-reader")
    assert isinstance(reader, FakeReader)
    items = {item.code: item for item in all_items()}
    rows = []
    said: list[str] = []
    with signed_in(camera, served, said) as page:
        for (code, (initials, answers)), who in zip(
            SPOKEN.items(), ("ordinary", "long-name", "long-term", "hk-mo-tw", "expired"), strict=True
        ):
            reader.put(PEOPLE[who])
            page.goto(f"{served}/desk")
            count = Count(page)
            page.on("load", lambda _, count=count: _waited(count))
            began = time.monotonic()
            _takes_in(count, items[code], initials, answers)
            rows.append((code, items[code].name, count.moves, count.letters, count.waits, time.monotonic() - began))
            reader.lift()
    print("\n事项 | 操作键 | 内容字符 | 等页面 | 秒（机器）")  # the table is what this test is for
    for code, name, moves, letters, waits, seconds in rows:
        print(f"{code} {name} | {moves} | {letters} | {waits} | {seconds:.1f}")
    assert said == []
    with desk.station.store.read() as db:
        signed = [row[0] for row in db.execute("select id from cases where item = 'L08'").fetchall()]
        case = desk.station.book.case(db, signed[0])
    assert case is not None
    assert [paper.size > 500 for paper in case.papers if paper.material == MATERIAL] == [True]
    assert max(moves for _, _, moves, *_ in rows) <= 40
    assert max(waits for *_, waits, _ in rows) <= 9


def _waited(count: Count) -> None:
    count.waits += 1


def _takes_in(count: Count, item: Item, initials: str, answers: dict[str, str]) -> None:
    page = count.page
    count.press("F3", "[data-pick]:focus")
    count.types(initials)
    count.press("Enter", "[data-digit='1']:focus")
    assert item.name in page.inner_text("[data-digit='1']")
    if item.situations:
        count.press("1", "fieldset input:focus")
        count.press("2", "fieldset input:checked")
        count.press("Enter", "#intake")
    else:
        count.press("1", "#intake")
    if page.locator("[data-key=F2]").count():
        count.press("F2", ".card-read")
    _answers(count, answers)
    count.press("F9", "[data-camera-open], .error-summary")
    assert "/papers" in page.url, page.inner_text(".error-summary")
    if page.locator("[data-wants=yes]").count():
        count.press("F8", "[data-stage=live] [data-part=take]:focus")
        while page.locator("[data-wants=yes]").count():
            count.press("Space", "[data-stage=taken] [data-part=use]:focus")
            count.press("Space", "[data-stage=live] [data-part=take]:focus, [data-stage=done]")
    count.press("F9", "[data-key=F9][type=submit], button[data-key=F9]")
    assert "/check" in page.url
    if item.code == "L08":
        _signs(page)
    count.press("F9", "[data-key=F10]")
    assert "/receipt" in page.url


def _signs(page: Page) -> None:
    """On the screen, with the mouse: once badly, then well."""
    field = page.locator(".sign canvas")
    field.scroll_into_view_if_needed()
    for _ in range(2):
        page.click("[data-sign-again]")
        assert page.input_value("[name=signature]") == ""
        box = field.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 40, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 300, box["y"] + 120, steps=5)
        page.mouse.up()
        page.wait_for_function("document.querySelector('[name=signature]').value.length > 500")


def _answers(count: Count, answers: dict[str, str]) -> None:
    """Enter from field to field; what is not asked of this citizen is stepped over."""
    page, left = count.page, dict(answers)
    where = "() => (document.activeElement.name || '').replace(/^a[.]/, '')"
    while left:
        here = page.evaluate(where)
        answer = left.pop(here, "")
        is_choice = page.evaluate("document.activeElement.type") == "radio"
        if is_choice and answer:
            count.letters += 1
            page.keyboard.press(answer)
        elif answer:
            count.types(answer)
        if left and not (is_choice and answer):
            count.moves += 1
            page.keyboard.press("Tab" if page.evaluate("document.activeElement.tagName") == "TEXTAREA" else "Enter")
        if left:
            page.wait_for_function(f"before => ({where})() !== before", arg=here)
