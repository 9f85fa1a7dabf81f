"""The rule library as the hub's people use it, and a refusal that leaves its mark."""

from __future__ import annotations

import pytest

from hub import breaches, readings
from hub.publishing import under_way
from protocol.cases.words import Role
from protocol.console import accounts
from protocol.controls.packing import book_of
from protocol.errors import Refused
from tests.hub.desk import SECRET, STAFF, Desk
from tests.world import MORNING, World


@pytest.fixture
def staff(desk: Desk) -> Desk:
    with desk.world.hub.office.store.write() as tx:
        for name, display, role in (
            ("chenbian", "陈编", Role.EDITOR),
            ("lufa", "陆法", Role.PUBLISHER),
            ("hezhu", "何主任", Role.LEADER),
            ("qiandu", "钱督查", Role.SUPERVISOR),
        ):
            accounts.create_account(tx, name, display, [role], SECRET, at=MORNING)
    return desk


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_the_library_is_there_for_everybody_in_both_languages(staff: Desk, english: bool) -> None:
    he = staff.browser("hezhu", english=english)
    for path in ("/rules", "/rules?class=party", "/rules?state=superseded", "/rules?q=补正", "/rules/A-02"):
        he.get(path)
        assert he.status == 200, path
    assert ("Controls that" if english else "由系统执行的控制") in he.text
    he.get("/rules")
    assert ("106 rules" if english else "共 106 项") in he.text
    he.get("/rule-readers")
    assert he.status == 200
    he.get("/breaches")
    assert ("Nothing has been refused" if english else "没有被制度拒绝的操作") in he.text


def test_rules_are_found_by_class_and_by_what_they_say(staff: Desk) -> None:
    he = staff.browser("hezhu")
    assert "共 26 项" in he.get("/rules?class=party")
    assert "共 19 项" in he.get("/rules?class=integrity")
    he.get("/rules?q=双人踏勘")
    assert "A-06 v1" in he.text
    assert "没有符合条件的制度" in he.get("/rules?q=没有这样的")


def test_a_new_version_goes_from_the_editor_over_a_lawyer_to_the_day_it_holds(staff: Desk) -> None:
    chen, lu, he = (staff.browser(name) for name in ("chenbian", "lufa", "hezhu"))
    chen.get("/rules/A-02/draft")
    chen.post("/rules/A-02/draft", **{**chen.filled(), "text": ""})
    assert chen.status == 422
    assert "请填写" in chen.text
    chen.post("/rules/A-02/draft", **{**chen.filled(), "text": "材料不齐的，当场一次告知全部需要补正的内容。"})
    assert "草稿已保存" in chen.text
    assert "A-02 v2" in chen.text
    assert "<ins>" in chen.page
    assert "<del>" in chen.page
    chen.post("/rules/A-02/step", version="2", step="submit")
    assert "法制审核" in chen.text
    lu.get("/rules/A-02?version=2")
    lu.post("/rules/A-02/step", version="2", step="examine", note="与许可法一致")
    assert "与许可法一致" in lu.text
    he.get("/rules/A-02?version=2")
    he.post("/rules/A-02/step", version="2", step="approve")
    lu.get("/rules/A-02?version=2")
    lu.post("/rules/A-02/step", version="2", step="publish", day="2020-01-01")
    assert lu.status == 409
    lu.get("/rules/A-02?version=2")
    lu.post("/rules/A-02/step", version="2", step="publish", day="2026-04-01")
    assert "已发布" in lu.text
    assert "2026年4月1日起" in lu.text
    he.get("/rules/A-02?version=1")
    assert "2026年1月1日至2026年3月31日" in he.text
    chen.get("/rules")
    assert "各站还没有收到" in chen.text
    chen.post("/rule-carry")
    assert "制度库已放入待发布的目录" in chen.text
    with staff.room.store.read() as db:
        one = under_way(db)
    assert one is not None
    book = book_of(staff.room.publishing.content(one).extras)
    assert book is not None
    assert book.rule("A-02", 2).text == "材料不齐的，当场一次告知全部需要补正的内容。"


def test_somebody_of_the_hub_confirms_once_and_the_share_grows(staff: Desk) -> None:
    he = staff.browser("hezhu")
    he.get("/rules/D-01")
    due = len(STAFF) + 4
    assert f"0/{due}（0%）" in he.get("/rules?q=D-01")
    he.get("/rules/D-01")
    he.post("/rules/D-01/read", version="1")
    assert "已记下您的阅读确认" in he.text
    assert "何主任" in he.text
    assert "我已阅读并理解" not in he.text
    assert f"1/{due}（{100 // due}%）" in he.get("/rules?q=D-01")
    with staff.room.store.read() as db:
        assert [one.account for one in readings.of_rule(db, "D-01")] == ["hezhu"]


def test_an_editor_who_also_publishes_is_refused_and_the_attempt_stays(staff: Desk, world: World) -> None:
    with staff.room.store.write() as tx:
        accounts.set_roles(tx, "chenbian", [Role.EDITOR, Role.PUBLISHER])
    chen = staff.browser("chenbian")
    chen.get("/rules/A-02/draft")
    chen.post("/rules/A-02/draft", **{**chen.filled(), "text": "改过。"})
    chen.post("/rules/A-02/step", version="2", step="submit")
    chen.post("/rules/A-02/step", version="2", step="examine", note="我自己看过")
    assert chen.status in (403, 409)
    assert "起草人不得审核" in chen.text
    qian = staff.browser("qiandu")
    qian.get("/breaches")
    assert "审核、批准自己的制度" in qian.text
    assert "W-36 v1" in qian.text
    assert "chenbian" in qian.text
    qian.get("/rules/W-36")
    assert "违反制度被拒的操作" in qian.text
    staff.browser("sun").get("/breaches")


def test_looking_is_no_attempt_and_a_slip_is_no_breach(staff: Desk) -> None:
    chen = staff.browser("chenbian")
    chen.get("/rules/A-99")
    chen.get("/breaches")
    chen.post("/rules/A-02/draft", title="")
    with staff.room.store.read() as db:
        assert breaches.tried(db) == []


def test_the_refusal_is_shown_even_if_it_cannot_be_recorded(staff: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise Refused("refused.disk-full")

    monkeypatch.setattr(breaches, "record_breach", broken)
    chen = staff.browser("chenbian")
    chen.get("/rules/A-02")
    chen.post("/rules/A-02/step", version="1", step="repeal", note="x", day="2026-04-01")
    assert chen.status == 403
    assert "磁盘" not in chen.text


def test_who_neither_watches_nor_makes_rules_sees_no_names_of_those_who_tried(staff: Desk) -> None:
    sun = staff.browser("sun")
    sun.get("/breaches")
    assert sun.status == 403
    assert "/breaches" not in sun.get("/rules")


def test_a_reviewer_who_wants_to_approve_is_refused_and_it_stands_beside_the_rule(staff: Desk, world: World) -> None:
    case = staff.takes_in()
    world.settle()
    with staff.room.store.write() as tx:
        accounts.set_roles(tx, "li", [Role.REVIEWER, Role.APPROVER])
    staff.browser("wang").acts(case, "accept")
    li = staff.browser("li")
    li.acts(case, "review", reason="符合条件", proposal="grant")
    li.get(f"/cases/{case}/do/grant")
    assert li.status in (403, 409), li.text
    with staff.room.store.read() as db:
        found = breaches.tried(db)
    assert [(one.breach.account, one.breach.act, one.breach.rule) for one in found] == [("li", "grant", "A-04")]
    number = world.hub.case(case).number
    assert found[0].number == number
    qiandu = staff.browser("qiandu")
    qiandu.get("/rules/A-04")
    assert number in qiandu.text
    assert "审核人审批同一件" in qiandu.text
    world.settle()
    with world.station("dafeng").office.store.read() as db:
        assert db.execute("select count(*) from entries where kind = 'control.breach'").fetchone()[0] == 1
