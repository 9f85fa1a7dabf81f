"""Finding one case among many by what somebody says at the telephone, and what the index must not hold."""

from __future__ import annotations

import random
import re
from urllib.parse import quote

import pytest

from hub import seeking
from hub.seeking import sounds
from protocol.cases.acts import Applicant
from protocol.cases.rules import Status
from tests.hub.crowd import Member, crowd
from tests.hub.desk import ID_NUMBER, Browser, Desk
from tests.world import World

NAME, NUMBER = "曾小明", "510114199003070018"
FIRM, CODE = "成都市云上茶社有限公司", "91510114MA6CXX1234"


@pytest.fixture
def people(desk: Desk, world: World) -> list[str]:
    """Two cases that somebody looks for, between others; their numbers."""
    others = [
        Member(f"{name}建国", f"5101141980010{n}{n}{n}{n}X", "P08", "boya", Status.ARCHIVED)
        for n, name in enumerate("王李张刘陈")
    ]
    members = [
        *others,
        Member(NAME, NUMBER, "P08", "dafeng", Status.RECEIVED),
        *others,
        Member(FIRM, CODE, "B01", "boya", Status.ACCEPTED),
    ]
    with world.hub.office.store.write() as tx:
        return [
            one
            for one in crowd(tx, iter(members), len(members), random.Random(3), world.hub.clock.now())
            if one.startswith(("DAFENG", "BOYA"))
        ]


def found(browser: Browser, text: str, where: str = "/cases") -> list[str]:
    browser.get(where)
    browser.post("/find", q=text)
    return re.findall(r"data-open>([^<]+)</a></th>", browser.page)


@pytest.mark.parametrize(
    "asked",
    ["曾小明", "小明", "zengxiaoming", "cengxiao", "zxm", "xiaom", "0018", "DAFENG-26-000005", "26-000005", "000005"],
)
def test_a_person_is_found_by_name_pinyin_initials_number_and_last_four_digits(
    desk: Desk, people: list[str], asked: str
) -> None:
    assert people[5] in found(desk.browser(), asked)
    assert len(found(desk.browser(), asked)) == 1


@pytest.mark.parametrize("asked", ["云上茶社", "茶社", "yunshangcha", "ysc", "cdsysc", "1234", "宅基地", "zjd"])
def test_a_firm_is_found_by_any_part_of_its_name_and_by_its_matter(desk: Desk, people: list[str], asked: str) -> None:
    assert people[11] in found(desk.browser(), asked)


def test_a_whole_number_finds_the_person_leaves_a_look_and_stands_in_no_address(
    desk: Desk, world: World, people: list[str]
) -> None:
    li = desk.browser()
    assert found(li, NUMBER) == [people[5]]
    assert NUMBER not in str(li.client.get(li.url).url)
    assert not ID_NUMBER.search(li.page)
    with world.hub.office.store.read() as db:
        looked = [tuple(row) for row in db.execute("select account, what from looks").fetchall()]
        assert looked == [("li", "search")]
        plain = db.execute("select * from sought where sought match ?", (f'"{NUMBER.lower()}"',)).fetchall()
        assert plain == []
        held = "\n".join(str(tuple(row)) for row in db.execute("select * from traces").fetchall())
        held += "\n".join(str(tuple(row)) for row in db.execute("select * from sought").fetchall())
        assert NUMBER not in held
        assert CODE not in held
    assert found(li, "510114199003070026") == []


def test_a_name_stands_in_no_address_and_a_filter_finds_it_all_the_same(desk: Desk, people: list[str]) -> None:
    li = desk.browser()
    li.get("/worklist")
    answer = li.client.post("/find", data={**li.hidden("/find"), "q": NAME}, follow_redirects=False)
    there = answer.headers["location"]
    assert "q=" not in there
    assert quote(NAME) not in there
    li.get(there)
    assert people[5] in li.page
    assert not [one for one in re.findall(r'href="([^"]*)"', li.page) if quote(NAME) in one]
    for wrong in ("x", "x" * 60, "云", there.partition("words=")[2][:-3]):
        li.get(f"/worklist?words={quote(wrong)}")
        assert li.status == 200
    for station in ('"', 'dafeng" OR name : "x', "*"):
        li.get(f"/worklist?words={there.partition('words=')[2]}&station={quote(station)}")
        assert li.status == 200


def test_the_worklist_is_searched_within_its_own_hands(desk: Desk, people: list[str]) -> None:
    li = desk.browser()
    assert found(li, "zxm", "/worklist") == [people[5]]
    assert found(desk.browser("wu"), "zxm", "/worklist") == []
    li.get("/worklist")
    li.post("/find", q="dafeng", station="boya")
    assert "没有符合条件的办件" in li.text


def test_what_finds_nothing_or_is_no_word_at_all_breaks_nothing(desk: Desk, people: list[str]) -> None:
    li = desk.browser()
    for asked in ('"', "'; drop table cases", "* OR", "(", "NEAR(", "-", "%", "x" * 200, "\U00020bb7", "é", "ab:cd"):
        found(li, asked)
        assert li.status == 200, asked


def test_a_corrected_name_is_found_under_the_new_one_only(desk: Desk, world: World) -> None:
    case = desk.submits("B01", applicant=Applicant(name="旧名字", number=NUMBER))
    world.settle()
    desk.catches_up()
    told = world.hub.case(case)
    told.applicant = Applicant(name="新名字", number=NUMBER)
    with world.hub.office.store.write() as tx:
        before = tx.execute("select id from traces").fetchone()[0]
        seeking.follow_traces(tx, case, told, ())
        assert len(seeking.find(tx, "旧名").traces) == 0
        assert list(seeking.find(tx, "新名").traces) == [before]
        seeking.follow_traces(tx, case, None, ())
        assert len(seeking.find(tx, "新名").traces) == 0


def test_a_surname_that_is_read_in_two_ways_is_found_by_both() -> None:
    assert {"zengxiaoming", "cengxiaoming", "zxm", "cxm", "xiaoming", "xm", "ming"} <= set(sounds("曾小明"))
    assert "shanxiongxin" in sounds("单雄信")
    assert sounds("Anna Smith") == []
