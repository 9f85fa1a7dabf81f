"""Signing in at a console, as a clerk and as somebody who should not be there."""

from __future__ import annotations

import contextlib
import logging

import pytest
from starlette.testclient import TestClient

from protocol.cases.rules import Role
from protocol.console import accounts
from protocol.errors import Refused
from tests import once
from tests.console.demo import PASSWORD, Demo, FillingDisk


def attempt(browser: TestClient, password: str, name: str = "limin", to: str = "") -> int:
    return browser.post("/sign-in", data={"name": name, "password": password, "to": to}).status_code


def test_a_clerk_signs_in_and_sees_the_cases(demo: Demo) -> None:
    browser = demo.browser()
    answer = browser.get("/cases?state=queued")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?to=%2Fcases%3Fstate%3Dqueued"
    assert "请先登录" in browser.get(answer.headers["location"]).text
    done = browser.post("/sign-in", data={"name": " LiMin ", "password": PASSWORD, "to": "/cases?state=queued"})
    assert done.headers["location"] == "/cases?state=queued"
    page = browser.get(done.headers["location"]).text
    assert "李敏" in page
    assert "窗口人员" in page


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(demo: Demo) -> None:
    answer = demo.browser().post("/sign-in", data={"name": "limin", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("mc_tongxing_session=")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "secure" not in cookie.lower()
    over_tls = TestClient(demo.app, base_url="https://desk.lan", follow_redirects=False)
    assert "Secure" in over_tls.post("/sign-in", data={"name": "limin", "password": PASSWORD}).headers["set-cookie"]


def test_the_store_keeps_neither_password_nor_cookie(demo: Demo) -> None:
    browser = demo.signed_in()
    token = browser.cookies["mc_tongxing_session"]
    with demo.store.read() as db:
        kept = str(db.execute("select group_concat(secret_hash) from accounts").fetchone()[0])
        sessions = str([tuple(row) for row in db.execute("select * from sessions").fetchall()])
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert token not in sessions


def test_a_stolen_store_costs_its_thief_19_mib_and_two_rounds_a_guess() -> None:
    """OWASP's floor for argon2id."""
    kept = once.AS_DELIVERED.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_wrong_password_a_hundred_times_then_the_right_one_after_the_wait(demo: Demo) -> None:
    browser = demo.browser()
    assert [attempt(browser, f"wrong {n}") for n in range(5)] == [422, 422, 422, 422, 429]
    assert {attempt(browser, f"wrong {n}") for n in range(95)} == {429}
    locked = browser.post("/sign-in", data={"name": "limin", "password": PASSWORD})
    assert locked.status_code == 429
    assert "15 分钟" in locked.text
    demo.clock.pass_(minutes=16)
    assert attempt(browser, PASSWORD) == 303


def test_each_further_round_of_wrong_passwords_waits_twice_as_long_and_never_more_than_four_hours(demo: Demo) -> None:
    waits = []
    for _ in range(7):
        for n in range(4):
            with pytest.raises(Refused, match=r"refused\.sign-in"):
                accounts.sign_in(demo.store, "limin", f"wrong {n}", at=demo.clock.now())
        with pytest.raises(Refused) as locked:
            accounts.sign_in(demo.store, "limin", "wrong", at=demo.clock.now())
        waits.append(locked.value.params["minutes"])
        demo.clock.pass_(hours=4, seconds=1)
    assert waits == [15, 30, 60, 120, 240, 240, 240]


def test_a_name_that_does_not_exist_answers_and_locks_like_one_that_does(demo: Demo) -> None:
    browser = demo.browser()
    assert [attempt(browser, "wrong password", name="nobody") for _ in range(6)] == [422] * 4 + [429] * 2
    known = browser.post("/sign-in", data={"name": "limin", "password": "wrong password"}).text
    unknown = browser.post("/sign-in", data={"name": "nobody2", "password": "wrong password"}).text
    assert "账号或密码不对" in known
    assert known.partition("<h1>")[0].count("账号或密码不对") == unknown.partition("<h1>")[0].count("账号或密码不对")


def test_names_that_do_not_exist_fill_no_disk(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "STRANGERS_KEPT", 3)
    for n in range(8):
        demo.clock.pass_(seconds=1)
        with pytest.raises(Refused):
            accounts.sign_in(demo.store, f"stranger{n}", "wrong password", at=demo.clock.now())
    with demo.store.read() as db:
        assert db.execute("select count(*) from strangers").fetchone()[0] == 3


def test_a_colleague_can_save_while_a_password_is_verified(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    verifies = accounts._verifies

    def slowly(kept: str, password: str) -> bool:
        with demo.store.write() as tx:  # raises if a unit of work is open around the verification
            tx.execute("insert into saved (name) values ('colleague')")
        return verifies(kept, password)

    monkeypatch.setattr(accounts, "_verifies", slowly)
    assert attempt(demo.browser(), "wrong password") == 422
    assert attempt(demo.browser(), PASSWORD) == 303
    assert demo.saved() == ["colleague", "colleague"]


def test_a_storm_of_sign_ins_is_told_to_wait_and_leaves_room_for_those_who_work(demo: Demo) -> None:
    working = demo.signed_in()
    with contextlib.ExitStack() as storm:
        for _ in range(accounts.ASKING_AT_ONCE):
            storm.enter_context(accounts._turn())
        assert attempt(demo.browser(), PASSWORD) == 503
        assert working.get("/cases").status_code == 200
    assert attempt(demo.browser(), PASSWORD) == 303


def test_a_new_password_ends_every_session_and_lifts_the_lock(demo: Demo) -> None:
    browser, other = demo.signed_in(), demo.browser()
    for n in range(5):
        attempt(other, f"wrong {n}")
    secret = accounts.secret("another long password")
    with demo.store.write() as tx:
        accounts.set_password(tx, "limin", secret)
    assert browser.get("/cases").status_code == 303
    assert attempt(other, PASSWORD) == 422
    assert attempt(other, "another long password") == 303


def test_a_closed_account_is_out_at_once(demo: Demo) -> None:
    browser = demo.signed_in()
    with demo.store.write() as tx:
        accounts.set_active(tx, "limin", False)
    assert browser.get("/cases").status_code == 303
    assert attempt(browser, PASSWORD) == 422


def test_a_session_ends_after_eight_idle_hours_and_not_before(demo: Demo) -> None:
    browser = demo.signed_in()
    for _ in range(3):
        demo.clock.pass_(hours=7)
        assert browser.get("/cases").status_code == 200
    demo.clock.pass_(hours=8, minutes=1)
    assert browser.get("/cases").status_code == 303


def test_a_page_that_renews_itself_does_not_keep_a_session_alive(demo: Demo) -> None:
    browser = demo.signed_in()
    for _ in range(9):
        demo.clock.pass_(hours=1)
        last = browser.get("/bar", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert last.status_code == 401


def test_on_a_full_disk_a_clerk_can_still_read(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = demo.signed_in()
    demo.clock.pass_(minutes=10)
    monkeypatch.setattr(FillingDisk, "full", True)
    assert browser.get("/cases").status_code == 200
    full = demo.browser().post("/sign-in", data={"name": "limin", "password": PASSWORD})
    assert full.status_code == 507
    assert "磁盘已满" in full.text


def test_signing_out_says_what_is_still_owed_and_closes_the_session(demo: Demo) -> None:
    browser = demo.signed_in()
    csrf = field(browser.get("/cases").text, "csrf")
    token = browser.cookies["mc_tongxing_session"]
    out = browser.post("/sign-out", data={"csrf": csrf})
    assert "本机还有 17 件未上传，请不要关机" in out.text
    browser.cookies.set("mc_tongxing_session", token)
    assert browser.get("/cases").status_code == 303


def test_after_signing_in_nobody_is_led_to_another_site(demo: Demo) -> None:
    for to in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = demo.browser().post("/sign-in", data={"name": "limin", "password": PASSWORD, "to": to})
        assert answer.headers["location"] == "/cases"


def test_a_page_of_the_head_is_not_open_to_a_clerk(demo: Demo) -> None:
    refused = demo.signed_in().get("/head")
    assert refused.status_code == 403
    assert "您的账号不能打开这一页" in refused.text
    assert demo.signed_in("zhaoqiang").get("/head").status_code == 200


def test_accounts_have_plain_names_and_long_passwords(demo: Demo) -> None:
    with pytest.raises(Refused, match="password-short"):
        accounts.secret("short")
    secret = accounts.secret(PASSWORD)
    with demo.store.write() as tx, pytest.raises(Refused, match="account-name"):
        accounts.create_account(tx, "李敏", "李敏", [Role.CLERK], secret, at=demo.clock.now())
    with demo.store.write() as tx, pytest.raises(Refused, match="account-taken"):
        accounts.create_account(tx, "LIMIN", "李敏", [Role.CLERK], secret, at=demo.clock.now())
    with demo.store.read() as db:
        assert [account.name for account in accounts.accounts(db)] == ["limin", "zhaoqiang"]


def test_nothing_about_a_person_is_logged(demo: Demo, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        attempt(demo.browser(), "my secret words", name="limin")
        demo.signed_in()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("protocol", "tests"))]
    assert not [line for line in ours if "limin" in line or "secret" in line]


def field(html: str, name: str) -> str:
    """The value of a hidden field."""
    return html.partition(f'name="{name}" value="')[2].partition('"')[0]
