"""Deciding on the spot, as the clerk sees it: what can be granted now, from what, why not, and how it is explained."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from node import documents
from protocol.cases.rules import Flag, Status
from protocol.catalogue.items import Item
from protocol.documents.kinds import Kind
from protocol.documents.produce import produce
from tests.instant.desks import Shelf, issue, looks
from tests.instant.rules import item
from tests.node.station import Browser, Desk, Page
from tests.world import DISTRICT

ADULT = "510114199003070018"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("desk"))
    made.station.shelf.catalogue = issue()
    made.world.settle()
    yield made
    made.close()


def ready(desk: Desk, clerk: Browser, of: Item, **typed: str) -> str:
    """Everything filled in and attached; the id of the draft, with the last look open."""
    draft = desk.begins(clerk, of)
    assert desk.fills_in(clerk, draft, of, **typed).status == 200
    desk.attaches(clerk, draft, of)
    clerk.sees(f"/drafts/{draft}/check")
    return draft


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_proof_is_granted_printed_and_handed_over_at_one_counter(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = ready(desk, clerk, item("R02"), id_number=ADULT, range="district")
    seen = text_of(clerk.page.text)
    for words in (
        "这件可以当场办结",
        "本人成年，已当面核验身份",
        "不会由机器拒绝",
        "请人工办理",
        "在本站已经开具的次数",
    ):
        assert words in seen
    assert ADULT not in clerk.page.text.split("at-once")[1].split("</section>")[0]  # what was typed is not repeated
    form_id = clerk.page.form_id()
    page = clerk.posts(f"/drafts/{draft}/check", {"how": "at-once"})
    assert page.url.endswith(f"/cases/{draft}/instant")
    seen = text_of(page.text)
    for words in ("已当场准予", "区中心还没有确认", "本人成年", "打印决定书", "目录第 1 号"):
        assert words in seen
    twice = clerk.posts(f"/drafts/{draft}/check", {"how": "at-once"}, form_id=form_id)
    assert twice.url.endswith(f"/cases/{draft}/instant")
    with desk.station.store.read() as db:
        now = desk.station.book.case(db, draft)
    assert now is not None
    assert (now.status, now.flags) == (Status.ISSUED, {Flag.INSTANT, Flag.PROVISIONAL})
    assert hands_over(clerk, draft).status == 409  # nobody has printed it
    paper = clerk.client.get(href(page.text, "F10"))
    assert paper.content.startswith(b"%PDF")
    assert clerk.client.get(paper.url).content == paper.content
    hands_over(clerk, draft)
    shown = clerk.sees(f"/cases/{draft}")
    assert "为什么这样办" in shown.text
    assert "已送达" in shown.text
    assert "凭核验码核验" in text_of(clerk.sees(f"/cases/{draft}/receipt").text)


def test_what_rules_do_not_grant_says_why_and_is_submitted_as_ever(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = ready(desk, clerk, item("R02"), id_number=ADULT, range="city")
    seen = text_of(clerk.page.text)
    assert "这件由工作人员办理" in seen
    assert "查询范围超出本区，须转登记机构办理" in seen
    assert 'name="how"' not in clerk.page.text
    page = clerk.posts(f"/drafts/{draft}/check")
    assert page.url.endswith(f"/cases/{draft}/receipt")


def test_an_applicant_who_wants_a_person_gets_one(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = ready(desk, clerk, item("R02"), id_number="510114198003070013", range="district")
    assert "请人工办理" in clerk.page.text
    clerk.posts(f"/drafts/{draft}/check")
    with desk.station.store.read() as db:
        now = desk.station.book.case(db, draft)
    assert now is not None
    assert (now.status, now.flags) == (Status.RECEIVED, set())


def test_a_promise_is_signed_with_the_same_press(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = ready(desk, clerk, item("I03"), id_number=ADULT, purpose="school")
    assert "这件可以当场办结" in clerk.page.text
    unsigned = clerk.posts(f"/drafts/{draft}/check", {"how": "at-once"})
    assert unsigned.status == 422
    page = clerk.posts(f"/drafts/{draft}/check", {"how": "at-once", "committed": "yes"})
    assert "已当场准予" in page.text


def test_data_that_is_too_old_is_named_and_a_person_takes_over(desk: Desk) -> None:
    desk.world.network.cut("dafeng")
    desk.world.advance(30 * 3600)
    clerk = desk.clerk()
    draft = ready(desk, clerk, item("R02"), id_number="510114198103070010", range="district")
    assert "“在本站已经开具的次数”的数据已经过时" in text_of(clerk.page.text)
    english = clerk.client.get(f"/drafts/{draft}/check", headers={"accept-language": "en"})
    assert english.status_code == 200
    desk.world.network.mend("dafeng")
    desk.world.settle()
    assert "这件可以当场办结" in clerk.sees(f"/drafts/{draft}/check").text


def test_the_verify_page_tells_whether_the_district_has_confirmed_it(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = ready(desk, clerk, item("I03"), id_number="510114197003070019", purpose="bank")
    clerk.posts(f"/drafts/{draft}/check", {"how": "at-once", "committed": "yes"})
    with desk.station.store.read() as db:
        now = desk.station.book.case(db, draft)
    assert now is not None
    document = documents.content(Kind.INSTANT, documents.Writing(now, item("I03"), "大丰街道便民服务站"))
    code = produce(desk.station.press, document, DISTRICT, desk.station.keys).code

    def told() -> str:
        clerk.sees("/verify")
        return text_of(clerk.posts("/verify", {"code": code}).text)

    assert "即时办结，区中心尚未确认" in told()
    desk.world.settle()
    looks(desk.world, Shelf(issue()))
    desk.world.settle()
    assert "即时办结，区中心已确认" in told()


def href(page: str, key: str) -> str:
    found = re.search(rf'href="([^"]*)" data-key="{key}"', page)
    assert found is not None
    return found[1]


def hands_over(clerk: Browser, case: str) -> Page:
    clerk.sees(f"/cases/{case}/handover")
    return clerk.posts(
        f"/cases/{case}/handover", {"recipient": "测试甲", "who": "self", "checked": "yes", "signed": "yes"}
    )
