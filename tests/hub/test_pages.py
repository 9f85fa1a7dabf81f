"""Every page of the hub: for whom it is, in both languages, with much in it and with nothing in it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

import hub.web.words
from hub import stations
from protocol import attention
from protocol.cases.rules import Act, Status
from protocol.clock import stamp
from protocol.console.texts import merged
from protocol.console.translations import SHARED
from protocol.exchange.link import Wake
from tests.hub.desk import ID_NUMBER, Desk
from tests.world import World

LISTS = ("/today", "/worklist", "/cases", "/cards", "/attention", "/stations", "/stations/dafeng", "/health")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_every_page_is_there_in_both_languages_and_says_as_of_when(desk: Desk, world: World, english: bool) -> None:
    case = desk.takes_in()
    world.settle()
    li = desk.browser(english=english)
    pages = [
        *LISTS,
        f"/cases/{case}",
        *(f"/cases/{case}/do/{act}" for act in ("accept", "ask-correction", "refuse-acceptance")),
    ]
    for path in pages:
        li.get(path)
        assert li.status == 200, path
        assert ("As of " if english else "数据截至 ") in li.text, path
        assert f'lang="{"en" if english else "zh-CN"}"' in li.page
        title = re.search(r"<title>(.*?)</title>", li.page, re.S)[1]
        assert world.hub.case(case).applicant.name not in title


def test_no_key_of_the_hub_is_taken_twice_and_both_columns_are_filled() -> None:
    words = merged(SHARED, hub.web.words.HUB_WORDS)
    assert [key for key, (zh, en) in hub.web.words.HUB_WORDS.items() if bool(zh) != bool(en)] == []
    assert {f"attention.{kind}" for kind in attention.KINDS} <= set(words)
    assert {f"attention.{kind}.todo" for kind in attention.KINDS} <= set(words)


def test_no_template_holds_words_of_its_own() -> None:
    folder = next(iter(hub.__path__))
    from pathlib import Path

    for file in (Path(folder) / "templates").glob("*.html"):
        assert not HAN.search(file.read_text("utf-8")), file.name


def test_an_empty_district_says_so_calmly(desk: Desk) -> None:
    li = desk.browser()
    assert "没有等您办理的件" in li.get("/worklist")
    assert "还没有收到任何办件" in li.get("/cases")
    assert "没有需要处理的事" in li.get("/attention")
    assert "没有符合条件的办件" in li.get("/worklist?q=没有这样的")


def test_a_list_renews_itself_as_a_piece_and_the_same_address_is_a_page(desk: Desk) -> None:
    li = desk.browser()
    li.get("/worklist", **{"HX-Request": "true"})
    assert li.page.strip().startswith('<div id="rows"')
    assert "<html" in li.get("/worklist")


def test_an_operator_sees_cases_and_moves_none_and_an_officer_runs_no_network(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    zhao, li, sun = desk.browser("zhao"), desk.browser("li"), desk.browser("sun")
    zhao.get(f"/cases/{case}")
    assert "您的账号只能查看" in zhao.text
    assert "/do/" not in zhao.page
    assert '<img src="/cases' not in zhao.page
    for path in (f"/cases/{case}/do/accept", f"/cases/{case}/papers/{world.hub.case(case).papers[0].digest}"):
        zhao.get(path)
        assert zhao.status == 403, path
    for path in (f"/cases/{case}/do/accept", f"/cases/{case}/reveal", f"/cases/{case}/note"):
        zhao.get("/stations")
        zhao.post(path, confirm="yes", seen=world.hub.case(case).tip, text="x")
        assert zhao.status == 403, path
    li.get("/stations/dafeng")
    li.post("/stations/dafeng/stick")
    assert li.status == 403
    sun.get("/worklist")
    assert sun.status == 403
    assert world.hub.case(case).status is Status.RECEIVED


def test_numbers_are_masked_until_an_officer_asks_and_the_asking_is_kept(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    number = world.hub.case(case).applicant.number
    li, wang = desk.browser("li"), desk.browser("wang")
    assert not ID_NUMBER.search(li.get("/worklist"))
    assert number not in li.get(f"/cases/{case}")
    assert f"{number[:6]}********{number[-4:]}" in li.page
    li.post(f"/cases/{case}/reveal")
    assert number in li.page
    assert number not in wang.get(f"/cases/{case}")
    with world.hub.office.store.read() as db:
        assert [tuple(r) for r in db.execute("select case_id, account from reveals").fetchall()] == [(case, "li")]
    world.advance(700)
    assert number not in li.get(f"/cases/{case}")


def test_what_a_station_sends_is_text_and_never_markup(desk: Desk, world: World) -> None:
    hostile = "<script>alert(1)</script>\U00020bb7"
    item = desk.shelf.item("P08", 1)
    name = next(field for field in item.fields if field.role == "applicant_name")
    case = desk.takes_in(**{name.key: hostile})
    world.settle()
    li = desk.browser()
    li.get(f"/cases/{case}")
    li.post(f"/cases/{case}/reveal")
    for path in ("/worklist", f"/cases/{case}", f"/worklist?q={hostile}"):
        assert "<script>alert" not in li.get(path), path
    assert "\U00020bb7" in li.get(f"/cases/{case}")


def test_a_paper_is_shown_as_what_it_is_and_can_do_nothing_else(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    li = desk.browser()
    digest = world.hub.case(case).papers[0].digest
    answer = li.client.get(f"/cases/{case}/papers/{digest}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    other = desk.takes_in("boya")
    world.settle()
    assert li.client.get(f"/cases/{other}/papers/{digest}").status_code == 404


def test_a_station_that_falls_silent_turns_amber_and_comes_first(desk: Desk, world: World) -> None:
    zhao = desk.browser("zhao")
    zhao.get("/stations")
    assert zhao.text.count("在线") >= 2
    world.network.cut("boya")
    world.advance(31 * 60)
    desk.takes_in("dafeng")
    world.station("dafeng").office.put(Wake())
    for _ in range(40):
        world.turn()
    zhao.get("/stations")
    assert zhao.text.index("泊雅小区便民服务站") < zhao.text.index("大丰街道便民服务中心")
    assert "超过 30 分钟没有消息" in zhao.text
    assert "1/2 个服务站在线" in zhao.text


def test_two_boxes_with_one_key_raise_an_alarm_that_the_operator_settles(desk: Desk, world: World) -> None:
    at = world.hub.clock.now()
    with world.hub.office.store.write() as tx:
        attention.put(tx, "two-boxes", "boya", at=stamp(at), detail={"peer": "boya"})
    zhao, li = desk.browser("zhao"), desk.browser("li")
    assert "一站两机" in zhao.get("/stations")
    assert zhao.text.index("泊雅小区便民服务站") < zhao.text.index("大丰街道便民服务中心")
    li.get("/attention")
    assert "一个站有两台机器在用同一身份" in li.text
    assert "notice-settle" not in li.page
    zhao.get("/attention")
    notice = re.search(r'name="notice" value="(\d+)"', zhao.page)[1]
    zhao.post("/attention", notice=notice, reason="旧机器已断电送回")
    assert "没有需要处理的事" in zhao.text
    assert "一站两机" not in zhao.get("/stations")


def test_the_journals_of_a_station_are_shown_by_number_and_bad_mail_can_be_taken_out(desk: Desk, world: World) -> None:
    desk.takes_in()
    world.settle()
    with world.hub.office.store.write() as tx:
        tx.execute(
            "insert into set_aside (at, sender, code, data) values (?, 'dafeng', 'distrusted.bad-signature', ?)",
            (stamp(world.hub.clock.now()), b"\0not a letter"),
        )
    zhao = desk.browser("zhao")
    zhao.get("/stations/dafeng")
    assert "一致" in zhao.text
    href = re.search(r'href="(/stations/dafeng/set-aside/\d+)"', zhao.page)[1]
    assert zhao.client.get(href).content == b"\0not a letter"
    assert desk.browser("li").client.get(href).status_code == 403
    zhao.get("/stations/nowhere")
    assert zhao.status == 404


def test_a_stick_carries_a_decision_to_a_station_without_a_wire(desk: Desk, world: World) -> None:
    case = desk.takes_in()
    world.settle()
    world.network.cut("dafeng")
    world.hub.decides(case, Act.ACCEPT)
    zhao = desk.browser("zhao")
    zhao.get("/stations/dafeng")
    answer = zhao.client.post("/stations/dafeng/stick", data=zhao.hidden("/stations/dafeng/stick"))
    assert answer.content.startswith(b"MCSTICK1")
    station = world.station("dafeng")
    path = world.folder / "stick.mcs"
    path.write_bytes(answer.content)
    from protocol.exchange import stick

    tally = stick.bring_in(station.office, stick.read_stick(path))
    while not tally.finished.is_set():
        station.step()
    assert station.case(case).status is Status.ACCEPTED


def test_the_catalogue_is_told_to_every_station_once(desk: Desk, world: World) -> None:
    for _ in range(3):
        desk.shelf.tell_newcomers(world.hub.office.pen, list(world.stations), world.hub.clock.now())
    world.settle()
    with world.hub.office.store.read() as db:
        told = db.execute("select count(*) from entries where kind = 'catalogue.published'").fetchone()[0]
        assert told == 2
        assert db.execute("select sum(there) from papers where type = 'application/octet-stream'").fetchone()[0] == 2


def test_the_longest_waiting_is_first_and_nobody_has_waited_less_than_nothing(desk: Desk, world: World) -> None:
    first = desk.takes_in()
    world.advance(3600)
    world.station("boya").clock.skew = timedelta(days=2)
    second = desk.takes_in("boya")
    world.settle()
    li = desk.browser()
    li.get("/worklist")
    assert li.page.index(first) < li.page.index(second)
    assert "不到 1 分钟" in li.text


def test_a_name_in_the_register_is_corrected_on_the_page(desk: Desk, world: World) -> None:
    with world.hub.office.store.write() as tx:
        stations.enter_all(tx, ["dafeng"], {"dafeng": stations.Listing("大丰便民服务中心（新址）", "Dafeng", "town")})
    assert "大丰便民服务中心（新址）" in desk.browser().get("/stations")


def test_an_officer_reads_that_the_station_knows_of_a_lost_paper_and_sees_the_new_scan(
    desk: Desk, world: World
) -> None:
    world.network.cut("dafeng")
    case = desk.takes_in()
    station = world.station("dafeng")
    with station.office.blobs.store.write() as tx:
        tx.execute("delete from pieces")
        tx.execute("delete from blobs")
    world.network.mend("dafeng")
    world.settle()
    li = desk.browser()
    li.get(f"/cases/{case}")
    papers = world.hub.case(case).papers
    assert f"有 {len(papers)} 份材料区中心和服务站都没有了。服务站已知道" in li.text
    assert li.text.count("两处都没有了，服务站已知道") == len(papers)
    with station.office.store.read() as db:  # and it does
        assert len(attention.open_notices(db)) == len(papers)
    for paper in papers:
        station.scans_again(case, paper)
    world.settle()
    li.get(f"/cases/{case}")
    assert "两处都没有了" not in li.text
    assert li.text.count("丢失后重拍") == len(papers)
    assert "重拍材料" in li.text
    assert "没有需要处理的事" in li.get("/attention")
