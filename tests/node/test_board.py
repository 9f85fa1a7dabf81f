"""The head of a station looks at the day: who waited how long, who is at the counters, and how the station itself stands."""

from __future__ import annotations

import re

from node.hall.rules import Klass
from tests.node.station import Desk


def morning(desk: Desk) -> None:
    hall, clock = desk.station.hall, desk.station.clock
    with desk.station.store.write() as tx:
        hall.open_counter(tx, 1, ["general", "tax"], name="", by="limin", at=clock.now())
        for klass in (Klass.ORDINARY, Klass.ELDERLY, Klass.ORDINARY):
            hall.draw(tx, ["tax"], klass=klass, at=clock.now())
    for _ in range(2):
        clock.advance(600)
        with desk.station.store.write() as tx:
            hall.call_next(tx, 1, by="limin", at=clock.now())
            hall.arrive(tx, 1, by="limin", at=clock.now())


def test_the_head_sees_the_day_and_a_clerk_does_not(desk: Desk) -> None:
    morning(desk)
    head = desk.clerk("zhaoqiang")
    page = head.sees("/today").text
    waits = re.search(r"全部</th><td class=\"number\">(\d+)</td><td class=\"number\">(\d+)", page)
    assert waits, page
    assert waits.groups() == ("1", "10"), waits.groups()  # one turn is over; its citizen waited ten minutes
    assert "办理中" in page  # the second is at the counter
    assert "赵强" in page.split("在岗")[1]
    assert "全部送达" in page or "件、材料" in page
    assert desk.clerk().sees("/today").status == 403


def test_a_day_without_a_hall_and_a_day_that_never_was_are_shown_calmly(desk: Desk) -> None:
    head = desk.clerk("zhaoqiang")
    assert "这一天大厅还没有取号" in head.sees("/today").text
    for day in ("2026-02-30", "2999-01-01", "x"):
        assert head.sees(f"/today?day={day}").status == 200


def test_the_waits_of_a_day_are_saved_as_a_table_without_a_person(desk: Desk) -> None:
    morning(desk)
    head = desk.clerk("zhaoqiang")
    table = head.client.get("/today.csv").content.decode("utf-8-sig")
    assert table.splitlines()[0].startswith("day,of,which,turns")
    assert ",all,,1,600,600,600,0" in table
    assert "limin" not in table
