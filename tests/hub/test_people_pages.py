"""The people's pages at the hub, as an administrator, a lender and an auditor see them."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta

import pytest

from hub import sections
from protocol.cases.rules import Role
from protocol.console import accounts
from protocol.console.looks import forget, who_looked
from tests.hub.desk import SECRET, Browser
from tests.world import MORNING


def with_account(desk, name: str, *roles: Role) -> Browser:
    with desk.world.hub.office.store.write() as tx:
        accounts.create_account(tx, name, f"同事{name}", roles, SECRET, at=MORNING)
    return desk.browser(name)


@pytest.fixture
def admin(desk) -> Browser:
    return desk.browser("sun")


def code_on(page: str) -> str:
    return re.search(r'one-time-code"><strong>([^<]+)<', page)[1]


def test_a_new_person_gets_a_code_chooses_a_password_and_works(desk, admin):
    admin.get("/people")
    admin.post("/people", name="meng", display="周审核")
    code = code_on(admin.page)
    admin.get("/people/meng")
    admin.post("/people/meng/join", place="shenhe/reviewer")
    assert "审核科 · 审核人员" in admin.text
    admin.post("/people/meng/post", station="dafeng", **{"at:clerk": "yes"})
    assert "正在送达该站" in admin.text
    desk.world.settle()
    admin.get("/people/meng")
    assert "该站已收到" in admin.text

    browser = desk.browser("sun")
    browser.client.cookies.clear()
    browser.get("/sign-in")
    browser.post("/sign-in", name="meng", password=code)
    assert browser.url == "/password"
    browser.get("/worklist")
    assert browser.url == "/password"  # nothing else is open before
    browser.post("/password", password="一个足够长的自己的密码", again="另一个")
    assert "两次输入不一致" in browser.text
    browser.post("/password", password=code, again=code)  # the administrator has read it
    assert "不能再用现在的密码或一次性口令" in browser.text
    browser.post("/password", password="一个足够长的自己的密码", again="一个足够长的自己的密码")
    browser.get("/worklist")
    assert browser.status == 200
    assert "审核人员" in browser.text


def test_nobody_changes_his_own_roles_on_a_page(admin):
    admin.get("/people/zhao")
    hidden = admin.hidden("/people/zhao/roles")
    admin.client.post("/people/sun/roles", data={**hidden, "role:leader": "yes"})
    admin.get("/people/sun")
    assert "这是您自己" in admin.text
    assert "机关负责人" not in admin.text


def test_a_leaver_is_entered_and_the_leaving_undone(desk, admin):
    other = with_account(desk, "tang", Role.ACCEPTOR)
    admin.get("/people/tang")
    admin.post("/people/tang/leave", last="")
    assert "已离岗" in admin.text
    other.get("/worklist")
    assert other.url == "/sign-in"
    admin.post("/people/tang/stay")
    assert "在岗" in admin.text
    admin.get("/people/tang")
    admin.post("/people/tang/code")
    assert "只显示这一次" in admin.text


def test_who_stands_in_sees_the_buttons_and_both_names_are_in_the_act(desk, admin):
    meng, gong = with_account(desk, "meng"), with_account(desk, "gong")
    with desk.world.hub.office.store.write() as tx:
        sections.join(tx, "meng", "shenhe", Role.REVIEWER, ("", ""), by="sun")
    today = MORNING.date().isoformat()
    meng.get("/delegations")
    meng.post(
        "/delegations", what="meng/shenhe/reviewer", borrower="gong", reason="外出开会", **{"from": today, "to": today}
    )
    assert "同事gong 代 同事meng" in meng.text
    gong.get("/worklist")
    assert gong.status == 200
    for _ in range(4):  # busy all day, past midnight in China
        assert gong.status == 200
        desk.world.advance(4 * 3600)
        gong.get("/worklist")
    assert gong.status == 403


def test_a_section_is_renamed_and_closed(desk, admin):
    admin.get("/sections?code=dangan")
    admin.post("/sections", code="dangan", name="档案室", name_en="Archive", link="archive", organ="")
    admin.get("/sections")
    assert "档案室" in admin.text
    assert "停用" in admin.text


def test_who_looked_at_a_case_is_on_record_once_for_ten_minutes(desk):
    case = desk.takes_in()
    desk.world.settle()
    li, auditor = desk.browser("li"), with_account(desk, "fan", Role.AUDITOR)
    for _ in range(3):
        li.get(f"/cases/{case}")
    store, at = desk.world.hub.office.store, desk.world.hub.clock.now()
    with store.read() as db:
        assert [(one.account, one.what) for one in who_looked(db, case)] == [("li", "case")]
    desk.world.advance(11 * 60)
    li.get(f"/cases/{case}")
    with store.read() as db:
        assert len(who_looked(db, case)) == 2
    li.get("/cases?q=510114199001010012")
    auditor.get("/looks?account=li")
    assert "按完整号码查找" in auditor.text
    assert "510114199001010012" not in auditor.page
    auditor.get("/looks.csv?account=li")
    assert auditor.page.count("li,") == 3
    auditor.get("/looks?account=fan")
    assert "导出" in auditor.text  # whoever takes the file away has looked too
    li.get("/looks")
    assert li.status == 403
    with store.write() as tx:
        assert forget(tx, at + timedelta(days=3 * 366, seconds=1)) == 1


def test_a_full_number_that_was_shown_is_seen_by_the_auditor_and_offered_to_nobody_who_only_watches(desk):
    case = desk.takes_in()
    desk.world.settle()
    li, auditor = desk.browser("li"), with_account(desk, "fan", Role.AUDITOR)
    li.get(f"/cases/{case}")
    li.post(f"/cases/{case}/reveal")
    number = desk.world.hub.case(case).applicant.number
    assert number in li.page
    auditor.get("/looks?account=li")
    assert "显示完整号码" in auditor.text
    for watcher in (auditor, desk.browser("feng"), desk.browser("zhao")):
        watcher.get(f"/cases/{case}")
        assert watcher.status == 200
        assert "/reveal" not in watcher.page
        assert number not in watcher.page


def test_who_gave_which_role_and_which_code_stays_on_record_for_those_who_watch(desk, admin):
    """An administrator could give roles to a second account and sign in with its code. It does not stay unseen."""
    admin.get("/people")
    admin.post("/people", name="second", display="另一个我")
    admin.get("/people/second")
    admin.post("/people/second/join", place="shenpi/approver")
    admin.post("/people/second/roles", **{"role:publisher": "yes"})
    admin.post("/people/second/code")
    admin.get("/people/second")
    admin.post("/people/second/leave", last="")
    auditor = with_account(desk, "fan", Role.AUDITOR)
    auditor.get("/people/second")
    trail = auditor.text[auditor.text.index("账号变更记录") :]
    for line in ("登记离岗", "给一次性登录码", "更改机关岗位 · publisher", "加入科室 · shenpi approver", "新增"):
        assert f"孙账号 · {line}" in trail
    store = desk.world.hub.office.store
    for what in ("delete from people_steps", "update people_steps set done_by = 'li'"):
        with pytest.raises(sqlite3.IntegrityError), store.write() as tx:
            tx.execute(what)
