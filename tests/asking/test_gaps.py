"""An editor at the hub closes a gap: what citizens call a thing becomes a name of the item, and the stations answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub import questions, stations
from node import asking
from node.asking import Asking, Why
from protocol.asking.answers import Nothing, One
from protocol.cases.rules import Role
from protocol.catalogue.bundle import catalogue_of
from protocol.catalogue.issue import read_issue
from protocol.console import accounts
from protocol.exchange.journal import Heard
from protocol.exchange.messages import Kind, QuestionLeft
from tests.hub.desk import SECRET, Browser, Desk
from tests.world import MORNING, World


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    world = World(tmp_path_factory.mktemp("gaps") / "district", seed=7)
    with world.hub.office.store.write() as tx:
        stations.enter(tx, "dafeng", "大丰街道便民服务中心", "Dafeng town center", "town")
        stations.enter(tx, "boya", "泊雅小区便民服务站", "Boya residential station", "residential")
        accounts.create_account(tx, "bian", "编辑", [Role.EDITOR], SECRET, at=MORNING)
        accounts.create_account(tx, "fa", "发布", [Role.PUBLISHER], SECRET, at=MORNING)
    made = Desk(world)
    made.publish(1, MORNING)
    world.settle()
    yield made
    for party in world.parties():
        party.kill()


def asks(world: World, station: str, text: str, why: Why = Why.NOTHING, shown: tuple[str, ...] = ()) -> None:
    party = world.station(station)
    with party.office.store.write() as tx:
        asking.leave(tx, party.office.pen, text, why, place="query", shown=shown, by="query", at=party.clock.now())


def gap(desk: Desk, text: str) -> questions.Gap:
    with desk.world.hub.office.store.read() as db:
        return next(one for one in questions.gaps(db) if text in one.texts)


def sends(browser: Browser, path: str, **fields: object) -> str:
    """The form of the first gap on the page, with all its questions."""
    return browser._took(browser.client.post(path, data=browser.hidden(path) | fields))  # type: ignore[arg-type]


def test_a_gap_gathers_what_was_asked_alike_and_a_name_closes_it_for_every_station(desk: Desk) -> None:
    world = desk.world
    for station, text in (
        ("dafeng", "蓝本本咋个弄"),
        ("boya", "蓝本本咋个弄"),
        ("boya", "蓝本本在哪里领"),
        ("dafeng", "怎么登陆月球"),
    ):
        asks(world, station, text)
    asks(world, "dafeng", "蓝本本", Why.UNWANTED, ("S08", "L08"))
    asks(world, "dafeng", "蓝本本咋个弄")  # once a day
    world.settle()
    found = gap(desk, "蓝本本咋个弄")
    assert (found.times, found.stations, found.unwanted, list(found.shown)) == (4, 2, 1, ["L08", "S08"])
    assert len(found.texts) == 3
    assert gap(desk, "怎么登陆月球").times == 1

    bian = desk.browser("bian")
    bian.get("/gaps")
    assert "蓝本本在哪里领" in bian.text
    assert "问过 4 次（同站同日算一次）· 2 个站" in bian.text
    assert bian.text.index("蓝本本") < bian.text.index("月球")
    sends(bian, "/gaps/name", text=list(found.texts), name="蓝本本", item="L08")
    assert "“蓝本本”已写进第" in bian.text
    assert "月球" in bian.text
    assert "蓝本本在哪里领" not in bian.text

    href = bian.page.split('href="/publications/')[1].split('"')[0]
    bian.get(f"/publications/{href}")
    assert "群众叫法" in bian.text
    assert "L08" in bian.text
    assert "蓝本本" in bian.text
    with world.hub.office.store.read() as db:
        (digest,) = db.execute("select content from publications").fetchone()
    data = world.hub.office.blobs.read(digest)
    assert data is not None
    drafted = catalogue_of(read_issue(data))
    before, after = desk.shelf.current(), Asking(lambda: drafted)
    assert before is not None
    at_station = Asking(lambda: before)
    day = MORNING.date()
    assert isinstance(at_station.answer("蓝本本咋个弄", day), Nothing)
    said = after.answer("蓝本本咋个弄", day)
    assert isinstance(said, One)
    assert said.card.item.code == "L08"
    at_station.close()
    after.close()


def test_what_is_nothing_of_ours_is_put_aside_and_comes_back_when_it_is_asked_again(desk: Desk) -> None:
    asks(desk.world, "boya", "飞碟停哪里")
    desk.world.settle()
    bian = desk.browser("bian")
    bian.get("/gaps")
    sends(bian, "/gaps/aside", text=["飞碟停哪里"])
    assert "已搁置" in bian.text
    assert "飞碟" not in bian.text
    desk.world.advance(24 * 3600)
    asks(desk.world, "boya", "飞碟停哪里")
    desk.world.settle()
    assert gap(desk, "飞碟停哪里").times == 1


def test_the_table_of_words_is_taken_edited_and_brought_back_and_a_broken_one_says_where(desk: Desk) -> None:
    bian = desk.browser("bian")
    bian.get("/gaps")
    table = bian.client.get("/gaps/words.yaml").text
    assert table.startswith("actions:") or "unsaid:" in table
    for edited, expected in (
        (table.replace("unsaid: [", "unsaid: [敢问, ", 1), "词表已放进草稿"),
        (table + "\nelsewhere2: [x]\n", "elsewhere2"),
        ("word: [", "words.yaml"),
    ):
        bian.get("/gaps")
        hidden = bian.hidden("/gaps/words")
        answer = bian.client.post(
            "/gaps/words", data=hidden, files={"words": ("words.yaml", edited.encode(), "text/yaml")}
        )
        bian._took(answer)
        assert expected in bian.text, bian.text


def test_who_only_watches_sees_the_gaps_and_changes_nothing(desk: Desk) -> None:
    fa = desk.browser("fa")
    fa.get("/gaps")
    assert "月球" in fa.text
    assert "/gaps/name" not in fa.page
    sends(fa, "/gaps/name", text=["怎么登陆月球"], name="月球", item="L08")
    assert fa.status == 403
    li = desk.browser("li", english=True)
    li.get("/gaps")
    assert li.status == 403 or "Unanswered questions" in li.text


@pytest.mark.parametrize(
    "left",
    [
        QuestionLeft(text="我叫赵测试510114199003078036", why="nothing", day="2026-03-02"),
        QuestionLeft(text="<b>", why="x" * 50, day="2026-03-02", shown=["x" * 200] * 50),
    ],
)
def test_a_station_that_took_nothing_out_fills_no_page_with_people(desk: Desk, left: QuestionLeft) -> None:
    party = desk.world.station("boya")
    with party.office.store.write() as tx:
        heard: Heard = party.office.pen.write(
            tx, "hub", Kind.QUESTION, asking._encode(left), by="query", at=party.clock.now()
        )
    assert heard.seq
    desk.world.settle()
    bian = desk.browser("bian")
    bian.get("/gaps")
    assert bian.status == 200
    assert "510114" not in bian.page
    assert "赵测试" not in bian.page
    assert "<b>" not in bian.page
