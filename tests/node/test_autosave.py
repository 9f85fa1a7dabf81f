"""What is typed is saved by itself, and the page says so only when it is true."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from node import drafts
from tests.node.serving import served, signed_in
from tests.node.station import Desk

pytestmark = pytest.mark.pages
__all__ = ["served"]
A_LITTLE_OVER_MS = 10_500


def _address(desk: Desk, draft: str) -> str:
    with desk.station.store.read() as db:
        return drafts.need_draft(db, draft).answers.get("address", "")


def _later(page: Page, says: str) -> None:
    page.clock.run_for(A_LITTLE_OVER_MS)
    expect(page.locator("[data-autosave]")).to_contain_text(says)


def test_a_form_saves_itself_and_survives_a_session_that_ends(chromium: Browser, desk: Desk, served: str) -> None:
    draft = desk.begins(desk.clerk())
    said: list[str] = []
    with signed_in(chromium, served, said) as page:
        page.clock.install()
        page.goto(f"{served}/drafts/{draft}")
        page.clock.run_for(A_LITTLE_OVER_MS)
        assert page.inner_text("[data-autosave]") == ""  # nothing was typed, nothing is said
        page.fill("[name='a.address']", "测试路1号")
        assert _address(desk, draft) == ""
        _later(page, "已自动存到本机")
        assert _address(desk, draft) == "测试路1号"

        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.fill("[name='a.address']", "测试路2号")
        _later(page, "登录过期")
        assert _address(desk, draft) == "测试路1号"
        with page.context.new_page() as other:
            other.goto(f"{served}/sign-in")
            other.fill("[name=name]", "limin")
            other.fill("[name=password]", "correct horse battery")
            other.keyboard.press("Enter")
            other.wait_for_url("**/desk")
        assert page.context.cookies() != cookies  # another session, another token
        _later(page, "已自动存到本机")
        assert _address(desk, draft) == "测试路2号"

        desk.fills_in(desk.clerk("wanghui"), draft, address="同事路3号")
        page.fill("[name='a.address']", "测试路4号")
        _later(page, "同事刚刚也改了")
        assert _address(desk, draft) == "同事路3号"
        page.keyboard.press("F9")
        expect(page.locator(".note")).to_be_visible()
        assert page.input_value("[name='a.address']") == "测试路4号"  # nothing is lost by looking first
    assert [one for one in said if "401" not in one and "409" not in one] == []
