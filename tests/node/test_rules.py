"""A clerk reads the rules of the house at the desk, with and without a wire."""

from __future__ import annotations

from hub import readings
from tests.node.station import STATION, Desk


def test_what_is_unread_comes_first_and_a_confirmation_goes_up_when_the_wire_is_back(desk: Desk) -> None:
    desk.world.settle()
    desk.world.network.cut(STATION)
    clerk = desk.clerk()
    page = clerk.sees("/rules")
    unread = int(page.text.split("还有 ")[1].split(" 项")[0])
    assert unread > 40
    assert "D-01" not in page.text  # the party branch at the hub
    page = clerk.sees("/rules/A-02")
    assert "一次性告知" in page.text
    assert "我已阅读并理解" in page.text
    page = clerk.posts("/rules/A-02/read", {"version": "1"})
    assert "已记下您的阅读确认" in page.text
    assert f"还有 {unread - 1} 项未读" in page.text
    assert page.text.index("A-03 v1") < page.text.index("A-02 v1")
    page = clerk.sees("/rules/A-02")
    assert "确认阅读" in page.text
    assert "我已阅读并理解" not in page.text
    desk.world.network.mend(STATION)
    desk.world.settle()
    with desk.world.hub.office.store.read() as db:
        found = readings.of_rule(db, "A-02")
        assert [(one.station, one.account, one.name) for one in found] == [(STATION, "limin", "李敏")]
        assert readings.readers(db)[STATION] == 3


def test_another_person_has_his_own_list_and_both_languages_are_there(desk: Desk) -> None:
    clerk = desk.clerk()
    clerk.sees("/rules/A-02")
    clerk.posts("/rules/A-02/read", {"version": "1"})
    head = desk.clerk("zhaoqiang")
    assert "我已阅读并理解" in head.sees("/rules/A-02").text
    head.client.cookies.set("mc_lang", "en")
    assert "not read yet" in head.sees("/rules").text
    assert "One notice of what is missing" in head.page.text


def test_a_version_that_is_no_longer_on_the_page_is_not_confirmed(desk: Desk) -> None:
    clerk = desk.clerk()
    clerk.sees("/rules/A-02")
    page = clerk.posts("/rules/A-02/read", {"version": "7"})
    assert page.status == 403
    assert clerk.sees("/rules/D-01").status in (404, 409)
