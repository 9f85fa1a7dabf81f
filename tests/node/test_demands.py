"""Somebody asks, reports or complains at the counter: what is typed is kept, handed in once, and reaches the district."""

from __future__ import annotations

from tests.node.station import Browser, Desk, png

TYPED = {
    "type": "help",
    "content": "三组的路灯坏了一个月，晚上老人不敢出门",
    "place": "大丰街道某社区三组",
    "name": "测试甲",
    "phone": "028-0000 0000",
}


def begins(desk: Desk, clerk: Browser) -> str:
    clerk.sees("/demands")
    page = clerk.posts("/demands")
    return page.url.rpartition("/")[2]


def at_the_hub(desk: Desk) -> list[tuple[object, ...]]:
    desk.world.settle()
    with desk.world.hub.office.store.read() as db:
        rows = db.execute("select type, place, anonymous, name, phone, papers, step from demands").fetchall()
    return [tuple(row) for row in rows]


def test_a_demand_is_kept_handed_in_and_answered_for_by_a_day(desk: Desk) -> None:
    clerk = desk.clerk()
    demand = begins(desk, clerk)
    page = clerk.posts(f"/demands/{demand}", {"content": "路灯坏了", "go": "save"})
    assert "已存本机" in page.text
    page = clerk.posts(f"/demands/{demand}", {"content": "路灯坏了", "go": "hand-in"})
    assert page.status == 422
    assert "请选择类型" in page.text
    assert "路灯坏了" in page.text  # nothing typed is lost
    clerk.sees(f"/demands/{demand}")
    page = clerk.posts(f"/demands/{demand}", TYPED | {"go": "hand-in"}, files={"files": ("x.png", png(), "image/png")})
    assert "诉求登记回执" in page.text
    assert (
        "3 月 11 日" in page.text or "3月11日" in page.text or "2026-03-11" in page.text
    )  # 7 working days after 2 March
    assert "等待上传" in page.text
    assert "测试甲" not in page.text
    assert at_the_hub(desk) == [("help", TYPED["place"], 0, "测试甲", TYPED["phone"], 1, "")]
    assert "区中心已收" in clerk.sees(f"/demands/{demand}").text


def test_who_stays_anonymous_stands_nowhere(desk: Desk) -> None:
    clerk = desk.clerk()
    demand = begins(desk, clerk)
    clerk.posts(f"/demands/{demand}", TYPED | {"anonymous": "yes", "go": "hand-in"})
    assert at_the_hub(desk) == [("help", TYPED["place"], 1, "", "", 0, "")]
    with desk.station.store.read() as db:
        assert [tuple(row) for row in db.execute("select name, phone from demands").fetchall()] == [("", "")]


def test_the_same_words_within_a_month_are_hinted_at(desk: Desk) -> None:
    clerk = desk.clerk()
    clerk.posts(f"/demands/{begins(desk, clerk)}", TYPED | {"go": "hand-in"})
    demand = begins(desk, clerk)
    page = clerk.posts(
        f"/demands/{demand}", TYPED | {"phone": "028-1111 1111", "content": TYPED["content"] + "。", "go": "save"}
    )
    assert "相似的诉求" in page.text


def test_a_handed_in_demand_is_withdrawn_with_a_reason_and_never_edited(desk: Desk) -> None:
    clerk = desk.clerk()
    demand = begins(desk, clerk)
    page = clerk.posts(f"/demands/{demand}", TYPED | {"go": "hand-in"})
    again = clerk.posts(f"/demands/{demand}", TYPED | {"content": "改一改", "go": "save"}, form_id=page.form_id())
    assert "不能再修改" in again.text
    clerk.sees(f"/demands/{demand}")
    assert "请写明原因" in clerk.posts(f"/demands/{demand}/withdraw", {"note": " "}).text
    clerk.sees(f"/demands/{demand}")
    assert "已撤回" in clerk.posts(f"/demands/{demand}/withdraw", {"note": "已经修好"}).text
    assert at_the_hub(desk)[0][-1] == "withdrawn"
