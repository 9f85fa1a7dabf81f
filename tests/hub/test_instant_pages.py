"""What the head of the agency sees of a case that a station decided at once, and what she does about it."""

from __future__ import annotations

from hub.instant import Confirming
from protocol.cases.rules import Flag, Status
from tests.hub.desk import Desk
from tests.instant.desks import Shelf, decides, issue
from tests.world import World

ADULT = "510114199003070018"


def decided(desk: Desk, world: World) -> str:
    """At the counter, by the issue that the hub has too."""
    case, outcome = decides(world.station("dafeng"), Shelf(issue()), "R02", id_number=ADULT, range="district")
    assert outcome.granted
    world.settle()
    return case


def looks(desk: Desk, world: World) -> int:
    office = world.hub.office
    return Confirming(office.store, office.pen, world.hub.book, desk.shelf).look_next(world.hub.clock.now())


def test_the_page_of_the_case_says_why_and_the_districts_own_issue_confirms_it(desk: Desk, world: World) -> None:
    case = decided(desk, world)
    officer = desk.browser("qian")
    officer.get(f"/cases/{case}")
    for words in ("待区中心确认", "站点按规则当场准予的理由", "本人成年，已当面核验身份", "本站办件记录"):
        assert words in officer.text
    assert looks(desk, world) == 1
    officer.get(f"/cases/{case}")
    assert "待区中心确认" not in officer.text
    assert "确认即时办结" in officer.text


def test_a_doubt_is_the_heads_who_confirms_it_with_a_reason(desk: Desk, world: World) -> None:
    case = decided(desk, world)
    with world.hub.office.store.write() as tx:
        tx.execute("update stations set tier = 'kiosk' where name = 'dafeng'")  # which may not decide
    assert looks(desk, world) == 1
    head, other = desk.browser("han"), desk.browser("wang")
    head.get("/attention")
    assert "站点即时办结的一件存疑：该站点没有决定这一事项的权限" in head.text
    notice = head.hidden("/attention")
    other.get("/attention")
    assert 'name="reason"' not in other.page
    head.post("/attention", notice=notice["notice"], reason="当天由街道工作人员在终端旁办理")
    assert "存疑" not in head.text
    now = world.hub.case(case)
    assert now is not None
    assert now.flags == {Flag.INSTANT}
    assert now.looked_at is not None
    assert now.looked_at.by.account == "han"


def test_the_head_reverses_it_while_the_paper_lies_at_the_desk(desk: Desk, world: World) -> None:
    case = decided(desk, world)
    head = desk.browser("han")
    assert "重新办理" in head.get(f"/cases/{case}")
    head.acts(case, "reopen", reason="登记簿上有查封")
    now = world.hub.case(case)
    assert now is not None
    assert (now.status, now.flags) == (Status.ACCEPTED, {Flag.REOPENED})
    world.settle()
    there = world.station("dafeng").case(case)
    assert there is not None
    assert there.status is Status.ACCEPTED
