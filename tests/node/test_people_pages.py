"""The accounts page of a station's head, and the log of who looked."""

from __future__ import annotations

import re
from datetime import timedelta

from hub import people
from node import jobs
from protocol.cases.rules import Role
from protocol.console import accounts
from tests.node.station import PASSWORD, STATION, Browser

DAY = 24 * 3600


def hires(desk, name: str) -> None:
    office, at = desk.world.hub.office, desk.world.hub.clock.now()
    with office.store.write() as tx:
        tx.execute(
            "insert or ignore into stations (name, title, title_en, tier) values (?, '大丰', '', 'town')", (STATION,)
        )
        people.enter(tx, name, "新来的", accounts.secret(PASSWORD), at=at)
        people.post(tx, office.pen, name, STATION, [Role.CLERK], ("", ""), by="hub", at=at)
    desk.world.settle()


def signs_in(desk, name: str, password: str = PASSWORD) -> Browser:
    browser = desk.browser()
    browser.client.post("/sign-in", data={"name": name, "password": password})
    browser.sees("/desk")
    return browser


def test_the_head_gives_a_code_and_stops_an_account(desk):
    hires(desk, "newone")
    head = signs_in(desk, "zhaoqiang")
    head.sees("/people")
    assert "新来的" in head.page.text
    code = re.search(r'one-time-code"><strong>([^<]+)<', head.posts("/people/newone/code").text)[1]
    newone = signs_in(desk, "newone", code)
    assert newone.page.url.endswith("/password")
    head.sees("/people")
    head.posts("/people/newone/stop")
    assert newone.sees("/desk").url.split("?")[0].endswith("/sign-in")
    assert head.posts("/people/zhaoqiang/stop").status == 409  # not himself
    assert signs_in(desk, "limin").sees("/people").status == 403


def test_a_station_long_in_the_dark_is_told_how_and_goes_on(desk):
    hires(desk, "newone")
    with desk.station.store.write() as tx:
        accounts.set_password(tx, "newone", accounts.secret(PASSWORD))
    desk.world.network.cut(STATION)
    desk.world.advance(11 * DAY)
    jobs.watch_people(desk.station)
    head = signs_in(desk, "zhaoqiang")
    assert "请核对本站人员" in head.sees("/attention").text
    desk.world.advance(4 * DAY)
    jobs.watch_people(desk.station)
    kept_out = desk.browser()
    answer = kept_out.client.post("/sign-in", data={"name": "newone", "password": PASSWORD})
    assert "站长确认" in answer.text
    head = signs_in(desk, "zhaoqiang")
    assert "留用" in head.sees("/people").text
    head.posts("/people/newone/confirm")
    assert "请核对本站人员" not in head.sees("/attention").text
    assert signs_in(desk, "newone").page.status == 200


def test_the_head_sees_who_looked(desk):
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    clerk.sees(f"/cases/{case}")
    clerk.sees("/cases")
    clerk.posts("/cases", {"q": "13800138000"})
    head = signs_in(desk, "zhaoqiang")
    seen = head.sees("/looks?account=limin").text
    assert "按完整号码查找" in seen
    assert "13800138000" not in seen
    assert seen.count("办件页面") == 1
    assert clerk.sees("/looks").status == 403
    assert timedelta(days=desk.settings.people.confirm_days) == timedelta(days=14)
