"""Somebody stands at the hub's counter with a paper."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from protocol.documents.kinds import Kind
from protocol.documents.press import Press
from protocol.documents.produce import Printed, produce
from protocol.documents.sealing import Seal
from protocol.documents.verify import CancellationList, Cancelled
from provisioning.authority import seal_certificate
from tests.documents.samples import ALL, AT, LICENCE
from tests.hub.desk import Desk
from tests.world import DISTRICT, MORNING, World


@pytest.fixture
def seal(world: World) -> Seal:
    return Seal(*seal_certificate("新都区政务服务中心", DISTRICT, world.authority, AT))


@pytest.fixture
def paper(world: World, seal: Seal) -> Printed:
    return produce(Press(), ALL[Kind.LICENCE], DISTRICT, world.hub.keys, seal)


def says(page: str) -> str:
    found = re.search(r'id="answer".*?</section>', page, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


def brings(desk: Desk, name: str, pdf: bytes) -> str:
    browser = desk.browser(name)
    browser.get("/verify")
    answer = browser.client.post("/verify", data=browser.hidden("/verify"), files={"pdf": ("a.pdf", pdf)})
    return says(answer.text)


@pytest.mark.parametrize("name", ["li", "zhao", "sun"])
def test_whoever_is_signed_in_can_check_a_code(desk: Desk, paper: Printed, name: str) -> None:
    browser = desk.browser(name)
    desk.cancelled = CancellationList(MORNING, {}.get)
    assert 'href="/verify"' in browser.get("/verify")
    said = says(browser.post("/verify", code=paper.code))
    for expected in ("真实有效", "JY25101140012345", "某*****", "2031年3月8日", "证照", "逐项比对"):
        assert expected in said
    assert "某某餐饮" not in said


def test_a_sealed_file_is_genuine_and_says_whose_test_seal_it_is(desk: Desk, paper: Printed) -> None:
    said = brings(desk, "li", paper.pdf)
    assert "真实；本机没有名单" in said
    assert "新都区政务服务中心，覆盖整个文件（测试证书" in said


def test_a_file_with_one_byte_changed_and_one_that_is_none_prove_nothing(desk: Desk, paper: Printed) -> None:
    at = len(paper.pdf) // 2
    said = brings(desk, "li", paper.pdf[:at] + bytes([paper.pdf[at] ^ 1]) + paper.pdf[at + 1 :])
    assert "无法核验" in said
    assert "JY25101140012345" not in said
    assert "无法核验" in brings(desk, "li", b"%PDF-1.7\nnothing")


def test_a_cancelled_licence_shows_since_when_and_why_as_of_the_list(desk: Desk, paper: Printed) -> None:
    entry = Cancelled(date(2026, 6, 1), "法人依法终止")
    desk.cancelled = CancellationList(MORNING, {"JY25101140012345": entry}.get)
    browser = desk.browser()
    browser.get("/verify")
    page = browser.post("/verify", code=paper.code)
    assert "真实，但已注销或者撤销" in says(page)
    assert "2026年6月1日 起不再有效：法人依法终止" in says(page)
    assert "名单更新于" in page


def test_a_licence_whose_last_day_has_passed_is_not_called_valid(desk: Desk, world: World, paper: Printed) -> None:
    desk.cancelled = CancellationList(MORNING, {}.get)
    browser = desk.browser()
    browser.get("/verify")
    assert "真实有效" in says(browser.post("/verify", code=paper.code))
    old = replace(LICENCE, front=replace(LICENCE.front, until=MORNING.date() - timedelta(days=1)))
    said = says(browser.post("/verify", code=produce(Press(), old, DISTRICT, world.hub.keys).code))
    assert "真实，但有效期已于" in said
    assert "真实有效" not in said


def test_without_a_list_the_page_says_that_it_cannot_tell(desk: Desk) -> None:
    assert "本机没有注销、撤销名单" in desk.browser().get("/verify")


def test_nothing_chosen_is_told_and_a_forged_code_is_told_in_english(desk: Desk) -> None:
    browser = desk.browser(english=True)
    browser.get("/verify")
    assert "Scan a code or choose a file" in browser.post("/verify", code="")
    assert browser.status == 422
    assert "Cannot be verified" in says(browser.post("/verify", code="MC1:HELLO WORLD"))


def test_the_health_page_says_that_there_is_no_seal_and_then_whose(desk: Desk, seal: Seal) -> None:
    browser = desk.browser("zhao")
    assert "区中心没有电子印章" in browser.get("/health")
    assert "区中心没有电子印章" in browser.get("/verify")
    desk.electronic_seal = seal
    assert "新都区政务服务中心，证书有效期至 2029年" in browser.get("/health")
    assert "没有电子印章" not in browser.get("/verify")
