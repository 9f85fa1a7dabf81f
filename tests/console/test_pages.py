"""What a page of a console does whatever stands on it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from protocol.console.forms import MIB
from protocol.console.shell import console
from tests.console.demo import HOSTILE, PASSWORD, Demo, good_bar
from tests.console.test_sign_in import field

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def saves(browser: TestClient, **typed: str) -> dict[str, str]:
    page = browser.get("/cases/new").text
    return {"csrf": field(page, "csrf"), "form_id": field_in_main(page, "form_id"), **typed}


def field_in_main(page: str, name: str) -> str:
    return field(page.partition("<main")[2], name)


# -- saving


def test_a_saved_form_leads_to_its_page_and_says_so_once(demo: Demo) -> None:
    browser = demo.signed_in()
    answer = browser.post("/cases/new", data=saves(browser, name="𬱖云飞"))
    assert answer.status_code == 303
    assert "已存本机，编号 1" in browser.get(answer.headers["location"]).text
    assert "已存本机，编号 1" not in browser.get(answer.headers["location"]).text
    assert demo.saved() == ["𬱖云飞"]


def test_the_same_form_posted_twice_has_one_effect(demo: Demo) -> None:
    browser = demo.signed_in()
    form = saves(browser, name="王小明")
    first, second = (browser.post("/cases/new", data=form) for _ in range(2))
    assert first.headers["location"] == second.headers["location"] == "/cases/1"
    assert demo.saved() == ["王小明"]


def test_a_form_without_its_number_is_refused_and_nothing_is_saved(demo: Demo) -> None:
    browser = demo.signed_in()
    answer = browser.post("/cases/new", data=saves(browser, name="王小明") | {"form_id": "' or 1=1"})
    assert answer.status_code == 403
    assert demo.saved() == []


def test_wrong_fields_are_listed_at_the_top_and_what_was_typed_is_kept(demo: Demo) -> None:
    browser = demo.signed_in()
    answer = browser.post("/cases/new", data=saves(browser, name="", phone="12<b>"))
    assert answer.status_code == 422
    assert "有 2 处需要修改" in answer.text
    assert '<a href="#f-name">请填写申请人姓名</a>' in answer.text
    assert 'value="12&lt;b&gt;"' in answer.text
    assert 'aria-describedby="f-phone-hint f-phone-problem" aria-invalid="true"' in answer.text


def test_a_hostile_name_is_shown_as_it_was_typed_and_does_nothing(demo: Demo) -> None:
    page = demo.signed_in().get("/cases").text
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(&#39;王&#39;)&lt;/script&gt;" in page


def test_control_characters_do_not_reach_the_records(demo: Demo) -> None:
    browser = demo.signed_in()
    browser.post("/cases/new", data=saves(browser, name=" 王\u0000小\u001b明\u200b "))
    assert demo.saved() == ["王小明\u200b"]


# -- what is refused


def test_a_post_without_the_sessions_token_is_refused(demo: Demo) -> None:
    browser = demo.signed_in()
    form = saves(browser, name="王小明")
    for csrf in ("", "wrong", field(demo.signed_in().get("/cases").text, "csrf")):
        refused = browser.post("/cases/new", data=form | {"csrf": csrf})
        assert refused.status_code == 403
        assert "请返回、刷新页面后再提交" in refused.text
    assert demo.saved() == []
    by_header = {key: value for key, value in form.items() if key != "csrf"}
    assert browser.post("/cases/new", data=by_header, headers={"X-CSRF-Token": form["csrf"]}).status_code == 303


def test_a_form_from_another_site_is_refused_even_before_anybody_is_signed_in(demo: Demo) -> None:
    typed = {"name": "limin", "password": PASSWORD}
    for origin in ("http://evil.example", "http://desk.lan:8001", "null"):
        assert demo.browser().post("/sign-in", data=typed, headers={"Origin": origin}).status_code == 403
    assert demo.browser().post("/sign-in", data=typed, headers={"Origin": "http://desk.lan"}).status_code == 303


def test_a_console_that_knows_its_names_takes_no_post_under_another(tmp_path: Path) -> None:
    demo = Demo(tmp_path, hosts=frozenset({"desk.lan"}))
    typed = {"name": "limin", "password": PASSWORD}
    rebound = TestClient(demo.app, base_url="http://evil.example", follow_redirects=False)
    assert rebound.post("/sign-in", data=typed).status_code == 403
    assert demo.browser().post("/sign-in", data=typed).status_code == 303
    demo.store.close()


def test_a_route_that_does_not_say_whom_it_is_open_to_is_not_taken(demo: Demo) -> None:
    forgotten = Route("/forgotten", lambda request: PlainTextResponse(""))
    with pytest.raises(TypeError, match="does not say to whom"):
        console(demo.app.state.shell, [forgotten])  # type: ignore[list-item]


def test_a_post_after_the_session_ended_says_so_and_saves_nothing(demo: Demo) -> None:
    browser = demo.signed_in()
    form = saves(browser, name="王小明")
    demo.clock.pass_(hours=9)
    answer = browser.post("/cases/new", data=form)
    assert answer.status_code == 401
    assert "您已退出登录" in answer.text
    assert demo.saved() == []


def test_too_much_at_once_is_refused_with_a_page_and_not_with_a_cut_connection(demo: Demo) -> None:
    browser = demo.signed_in()
    answer = browser.post(
        "/cases/new", data=saves(browser, name="王小明"), files={"papers": ("big.jpg", b"x" * (3 * MIB), "image/jpeg")}
    )
    assert answer.status_code == 413
    assert "最多 1.0 MB" in answer.text
    assert "没有保存" in answer.text
    assert demo.saved() == []


def test_too_many_files_or_a_broken_body_are_refused_with_a_page(demo: Demo) -> None:
    browser = demo.signed_in()
    files = [("papers", (f"{n}.jpg", b"x", "image/jpeg")) for n in range(5)]
    many = browser.post("/cases/new", data=saves(browser, name="王小明"), files=files)
    assert many.status_code == 413
    assert "一次最多选 4 个文件" in many.text
    broken = browser.post("/cases/new", content=b"--x\r\nnonsense", headers={"Content-Type": "multipart/form-data"})
    assert broken.status_code == 422
    assert "无法读取" in broken.text
    assert demo.saved() == []


def test_a_page_that_does_not_exist_leads_back(demo: Demo) -> None:
    for browser in (demo.browser(), demo.signed_in()):
        answer = browser.get("/nowhere")
        assert answer.status_code == 404
        assert "没有这个页面" in answer.text
    assert demo.browser().post("/cases").status_code == 405


# -- what breaks


def test_a_page_that_breaks_is_calm_and_its_reference_is_in_the_log_without_anybodys_number(
    demo: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = demo.signed_in().get("/broken")
    assert answer.status_code == 500
    assert "不能确定这一步是否办完" in answer.text
    reference = answer.text.partition("<code>")[2].partition("</code>")[0]
    line = next(record.getMessage() for record in caplog.records if reference in record.getMessage())
    assert "kind=ValueError" in line
    assert "510114" not in caplog.text
    assert "510114" not in answer.text


def test_a_forgotten_field_breaks_the_page_and_names_itself_in_the_log(
    demo: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    assert demo.browser().get("/hole").status_code == 500
    assert "'papers' is undefined" in caplog.text or "'steps' is undefined" in caplog.text


def test_no_link_is_said_in_words_with_what_can_still_be_done(demo: Demo) -> None:
    answer = demo.browser().get("/dark")
    assert answer.status_code == 503
    assert "可以继续办理" in answer.text


def test_a_store_that_is_gone_still_gets_an_answer(demo: Demo) -> None:
    browser = demo.signed_in()
    demo.store.close()
    demo.store.path.unlink()
    answer = browser.get("/cases")
    assert answer.status_code == 500
    assert "系统出了问题" in answer.text


# -- the frame


def test_every_answer_carries_the_headers_that_keep_others_out(demo: Demo) -> None:
    for answer in (demo.signed_in().get("/cases"), demo.browser().get("/nowhere"), demo.browser().get("/broken")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_the_language_is_switched_by_a_button_and_stays(demo: Demo) -> None:
    browser = demo.signed_in()
    assert '<html lang="zh-CN">' in browser.get("/cases").text
    answer = browser.post("/language", data={"lang": "en", "back": "/cases?page=2"})
    assert answer.headers["location"] == "/cases?page=2"
    page = browser.get("/cases").text
    assert '<html lang="en">' in page
    assert "offline for 2 h 14 min" in page
    assert "17 cases waiting here" in page
    assert "Sign out" in page
    assert browser.post("/language", data={"lang": "xx", "back": "//evil.example"}).status_code == 422


def test_the_bar_shows_what_the_app_says_and_renews_itself_alone(demo: Demo) -> None:
    browser = demo.signed_in()
    page = browser.get("/cases").text
    assert "已离线 2 小时 14 分" in page
    assert "本机待上传 17 件" in page
    assert "数据截至 12:00" in page
    demo.bar = good_bar(demo.bar)
    alone = browser.get("/bar", headers=PARTIAL).text
    assert "bar-good" in alone
    assert "<html" not in alone
    assert demo.browser().get("/bar", headers=PARTIAL).status_code == 401


def test_htmx_gets_the_piece_that_it_asks_for_and_everybody_else_the_page(demo: Demo) -> None:
    browser = demo.signed_in()
    piece = browser.get("/cases", headers=PARTIAL).text
    assert piece.lstrip().startswith('<div class="table-wrap" id="lines">')
    assert "已收件" in piece
    assert "<!doctype html>" in browser.get("/cases").text


def test_a_note_that_somebody_else_wrote_is_not_shown(demo: Demo) -> None:
    browser = demo.signed_in()
    browser.cookies.set("mc_tongxing_note", "WyJnb29kIiwgInlvdSB3b24iXQ==.forged")
    page = browser.get("/cases").text
    assert "you won" not in page
    assert "note-good" not in page


def test_two_consoles_on_one_host_do_not_sign_each_other_out(demo: Demo, tmp_path: Path) -> None:
    shell = replace(demo.app.state.shell, party="dongfeng")
    other = TestClient(console(shell, []), base_url="http://desk.lan", follow_redirects=False)
    browser = demo.signed_in()
    other.cookies = browser.cookies
    assert other.get("/bar").status_code == 303
    assert browser.get("/cases").status_code == 200


def test_static_files_are_kept_for_a_year_under_their_digest(demo: Demo) -> None:
    browser = demo.browser()
    page = browser.get("/sign-in").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    style = browser.get(address)
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert browser.get(address, headers={"If-None-Match": style.headers["etag"]}).status_code == 304
    assert browser.get("/static/0000000000000000/console.css").headers["cache-control"] == "no-cache"
    assert browser.get("/static/x/../../texts.py").status_code == 404


def test_signing_in_saving_and_switching_need_no_javascript(demo: Demo) -> None:
    page = demo.signed_in().get("/cases/new").text
    main = page.partition("<main")[2]
    assert '<form method="post" action="/cases/new" enctype="multipart/form-data"' in main
    assert 'type="submit"' in main
    assert "hx-post" not in page
