"""Two persons publish a change of the catalogue on the pages of the hub."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from protocol.cases.rules import Role
from protocol.catalogue.publishers import May, Publisher, Publishers, read_publishers, sign_publishers
from protocol.catalogue.writing import item_to_yaml
from protocol.clock import stamp
from protocol.console import accounts
from tests.catalogue.publishing import next_version
from tests.district_data import example_item
from tests.hub.desk import SECRET, Browser, Desk
from tests.world import MORNING

PHRASE = "一句足够长的密钥口令"


@pytest.fixture
def people(desk: Desk) -> Desk:
    with desk.world.hub.office.store.write() as tx:
        for name, role in (("bian", Role.EDITOR), ("fa", Role.PUBLISHER)):
            accounts.create_account(tx, name, name, [role], SECRET, at=MORNING)
    return desk


def makes_key(desk: Desk, browser: Browser) -> str:
    browser.get("/publications")
    browser.post("/publishing-key", phrase=PHRASE, again=PHRASE)
    return re.findall(r"<code>([0-9a-f]{64})</code>", browser.page)[0]


def office_enters(desk: Desk, keys: dict[str, tuple[str, May]]) -> None:
    now = desk.world.hub.clock.now()
    content = Publishers(
        district="xindu",
        number=1,
        issued_at=stamp(now),
        publishers=[
            Publisher(
                account=account,
                name=account,
                key=bytes.fromhex(key),
                may=[may],
                since=stamp(now - timedelta(days=1)),
                until=stamp(now + timedelta(days=9)),
            )
            for account, (key, may) in keys.items()
        ],
    )
    data = sign_publishers(content, desk.world.authority)
    desk.listed = (data, read_publishers(data, desk.world.authority.public_key()))


def uploads(browser: Browser, path: str, field: str, name: str, data: bytes) -> str:
    """As the page's own form with a file field."""
    answer = browser.client.post(path, data=browser.hidden(path), files={field: (name, io.BytesIO(data), "text/plain")})
    return browser._took(answer)


def test_from_the_draft_to_all_stations_on_the_pages(people: Desk) -> None:
    desk, world = people, people.world
    bian, fa = desk.browser("bian"), desk.browser("fa")
    assert "还没有发布过" in bian.get("/publications")
    keys = {"bian": (makes_key(desk, bian), May.SIGN), "fa": (makes_key(desk, fa), May.APPROVE)}
    assert "未登记" in fa.page
    office_enters(desk, keys)
    assert "已登记" in fa.get("/publications")

    bian.post("/publications", note="更名")
    one = bian.url
    newer = next_version(example_item(), note="二版")
    uploads(bian, f"{one}/items", "items", "P08.v2.yaml", item_to_yaml(newer).encode())
    assert "P08" in bian.text
    assert "第 1 版 → 第 2 版" in bian.text
    world.advance(60)
    bian.post(f"{one}/sign", phrase="不对的口令")
    assert "口令打不开" in bian.text
    bian.get(one)
    bian.post(f"{one}/sign", phrase=PHRASE)
    assert "已签署，待批准" in bian.text
    assert f"{one}/approve" not in bian.page

    fa.get(one)
    fa.post(f"{one}/approve", phrase=PHRASE, canary="boya")
    assert "先行站点试用" in fa.text
    assert "已发出，对方还没有回应" in fa.text or "从未联系过" in fa.text
    fa.post(f"{one}/all", reason="")
    assert "先行站点没有启用" in fa.text
    fa.get(one)
    fa.post(f"{one}/all", reason="防汛")
    assert "已发全部站点" in fa.text
    world.settle()
    for name in ("dafeng", "boya"):
        with world.station(name).office.store.read() as db:
            assert db.execute("select max(number) from shelf").fetchone()[0] == 2

    bian.get(one)
    bian.post(f"{one}/back", note="错了")
    assert "恢复第 2 号的内容" in bian.text


def test_the_table_of_authority_is_changed_in_a_draft_and_says_what_is_in_doubt(people: Desk) -> None:
    bian = people.browser("bian")
    assert "没有符合条件的行" in bian.get("/authority")
    row = {
        "subject": "boya",
        "item": "P08",
        "mode": "self",
        "basis": "新政办 3 号",
        "certainty": "L",
        "from": "2026-01-01",
    }
    clicked = bian.hidden("/authority/rows")
    for _ in range(2):  # twice is once
        bian.client.post("/authority/rows", data={**clicked, **row, "to": ""})
    assert "同一天重复" not in bian.get("/authority")
    bian.post("/authority/rows", **row, to="2026-12-31")
    assert "同一天重复" in bian.text
    assert "自助" in bian.text
    assert "boya,,P08,self,新政办 3 号,L,2026-01-01," in bian.get("/authority.csv")
    bian.get("/authority?who=boya&item=P08")
    bian.post("/authority/rows", row=_shown(bian), remove="1")
    assert "同一天重复" not in bian.text
    bian.post("/authority/rows", **row | {"from": "1.1.2026"}, to="")
    assert "line 2, from" in bian.text
    uploads(bian, "/authority/rows", "table", "t.csv", b"station,kind\n")
    assert "no column" in bian.text


def _shown(browser: Browser) -> str:
    from html import unescape

    return unescape(re.findall(r'name="row" value="([^"]*)"', browser.page)[0])


def test_a_reviewer_sees_no_publications_and_every_page_speaks_english(people: Desk) -> None:
    qian = people.browser("qian")
    qian.get("/publications")
    assert qian.status == 403
    english = people.browser("bian", english=True)
    assert "Nothing was published from here yet" in english.get("/publications")
    english.post("/publications", note="")
    assert "Nothing is different yet" in english.text
    assert "Table of authority" in english.get("/authority")
