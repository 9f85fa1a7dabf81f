"""A card at the desk: what it fills, what it locks, and how the case goes on when it cannot be read."""

from __future__ import annotations

import logging
import re

import pytest

from node.devices.cards import id_card
from node.devices.fakes.people import PEOPLE, SOCIAL
from node.devices.fakes.reader import FakeReader, FakeSocialReader
from node.devices.filling import Whose, can_fill, filled
from node.devices.registry import Devices
from protocol.cases.acts import Intake
from protocol.catalogue.items import FieldRole, Item
from protocol.settings import Device
from tests.district_data import all_items, answers_for, example_item
from tests.node.station import Browser, Desk, Page

CARD = PEOPLE["ordinary"]


def item_of(code: str) -> Item:
    return next(item for item in all_items() if item.code == code)


def posts_form(clerk: Browser, draft: str, path: str, **changed: str) -> Page:
    """The form as it stands, as a browser sends it, with some of it changed."""
    page = clerk.sees(f"/drafts/{draft}")
    stands: dict[str, object] = dict(re.findall(r'name="(a\.[^"]+|seen)" value="([^"]*)"', page.text))
    asked = set(re.findall(r'name="a\.([^"]+)"', page.text))
    typed = {f"a.{key}" if key in asked else key: value for key, value in changed.items()}
    return clerk.posts(f"/drafts/{draft}{path}", stands | typed)


def reads(clerk: Browser, draft: str, whose: str = "applicant", **typed: str) -> Page:
    """F2, with what stands in the form by then."""
    return posts_form(clerk, draft, "/card", whose=whose, **typed)


def saves(clerk: Browser, draft: str, path: str = "", **typed: str) -> Page:
    return posts_form(clerk, draft, path, go="next", **typed)


def value_of(page: Page, key: str) -> str:
    found = re.search(rf'id="f-a\.{key}"[^>]* value="([^"]*)"', page.text)
    return found[1] if found else ""


def intake_of(desk: Desk, case: str) -> Intake:
    with desk.station.store.read() as db:
        found = desk.station.book.case(db, case)
    assert found is not None
    assert found.intake is not None
    return found.intake


def test_f2_fills_the_form_and_locks_what_the_card_says(desk: Desk, reader: FakeReader, caplog) -> None:
    clerk, item = desk.clerk(), example_item()
    caplog.set_level(logging.DEBUG)
    draft = desk.begins(clerk, item)
    reader.put(CARD)
    page = reads(clerk, draft, phone="13900001234")
    assert page.url.endswith(f"/drafts/{draft}")
    assert "已读居民身份证" in page.text
    assert value_of(page, "name") == "测试甲"
    assert value_of(page, "id_number") == CARD["number"]
    assert value_of(page, "phone") == "13900001234"  # what was typed before is kept
    assert page.text.count("来自证件") >= 2
    assert re.search(r'id="f-a\.name"[^>]*readonly', page.text)
    assert CARD["number"] not in page.url
    assert CARD["number"] not in caplog.text
    assert CARD["name"] not in caplog.text
    assert CARD["number"] not in re.search(r"<title>.*</title>", page.text)[0]


def test_what_the_card_says_cannot_be_changed_without_a_reason_that_the_district_reads(
    desk: Desk, reader: FakeReader
) -> None:
    clerk, item = desk.clerk(), example_item()
    draft = desk.begins(clerk, item)
    reader.put(CARD)
    reads(clerk, draft)
    assert saves(clerk, draft, name="测试别名").status == 409  # the browser's lock was taken away
    assert value_of(clerk.sees(f"/drafts/{draft}"), "name") == "测试甲"
    page = saves(clerk, draft, "/unlock", unlock_key="name", unlock_reason="")
    assert "还没有写明" in page.text
    page = saves(clerk, draft, "/unlock", unlock_key="name", unlock_reason="已改名，以户口簿为准")
    assert not re.search(r'id="f-a\.name"[^>]*readonly', page.text)
    rest = {k: v for k, v in answers_for(item, desk.rng).items() if k not in ("name", "id_number")}
    page = saves(clerk, draft, **rest | {"name": "测试别名"})
    assert page.url.endswith("/papers"), page.text
    desk.attaches(clerk, draft, item)
    clerk.sees(f"/drafts/{draft}/check")
    assert clerk.posts(f"/drafts/{draft}/check").url.endswith("/receipt")
    assert intake_of(desk, draft).corrected_from_card == {"name": "已改名，以户口簿为准"}
    desk.world.settle()
    case = desk.world.hub.case(draft)
    assert case.intake.corrected_from_card == {"name": "已改名，以户口簿为准"}


def test_an_answer_that_was_unlocked_and_left_alone_is_no_correction(desk: Desk, reader: FakeReader) -> None:
    clerk, item = desk.clerk(), example_item()
    draft = desk.begins(clerk, item)
    reader.put(CARD)
    reads(clerk, draft)
    saves(clerk, draft, "/unlock", unlock_key="name", unlock_reason="看错了")
    rest = {k: v for k, v in answers_for(item, desk.rng).items() if k not in ("name", "id_number")}
    saves(clerk, draft, **rest)
    desk.attaches(clerk, draft, item)
    clerk.sees(f"/drafts/{draft}/check")
    clerk.posts(f"/drafts/{draft}/check")
    assert intake_of(desk, draft).corrected_from_card == {}


def test_every_trouble_with_a_card_is_a_sentence_with_a_way_by_hand(desk: Desk, reader: FakeReader) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    assert "手工录入" in reads(clerk, draft, name="测试己").text  # no card on it
    reader.put(CARD | {"number": CARD["number"][:-1]})
    page = reads(clerk, draft)
    assert "没有读完整" in page.text
    assert "已填的内容都在" in page.text
    assert value_of(page, "name") == "测试己"
    reader.lift()
    reader.unplug()
    page = reads(clerk, draft)
    assert "设备没有应答" in page.text
    assert "身份证读卡器：没有应答。读不了卡时，请照证件手工录入" in page.text  # and so says the strip on every page
    assert "没有应答" in clerk.sees("/desk").text
    reader.plug_in()
    reader.put(CARD)
    assert value_of(reads(clerk, draft), "name") == "测试甲"
    page = reads(clerk, draft)  # pressed twice
    assert "请拿起证件" in page.text
    assert value_of(page, "name") == "测试甲"


def test_the_elderly_the_rare_name_and_the_card_that_ran_out_are_said_to_the_clerk(
    desk: Desk, reader: FakeReader
) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    said = {}
    for who in PEOPLE:
        reader.put(PEOPLE[who])
        said[who] = reads(clerk, draft).text
        reader.lift()
    assert {who for who in said if "请优先照顾" in said[who]} == {"long-term"}
    assert {who for who in said if "打印前请核对" in said[who]} == {
        "unknown-character"
    }  # the other one is in our fonts
    assert {who for who in said if "证件已于" in said[who]} == {"expired"}
    assert all("form-wrong" not in text and "field-wrong" not in text for text in said.values())
    page = clerk.sees(f"/drafts/{draft}?check=1")
    assert value_of(page, "id_number") == PEOPLE["hk-mo-tw"]["number"]


def test_a_foreigners_old_number_passes_the_form(desk: Desk, reader: FakeReader) -> None:
    clerk, item = desk.clerk(), example_item()
    draft = desk.begins(clerk, item)
    reader.put(PEOPLE["foreign-old"])
    reads(clerk, draft)
    rest = {k: v for k, v in answers_for(item, desk.rng).items() if k not in ("name", "id_number")}
    assert saves(clerk, draft, **rest).url.endswith("/papers")


def test_a_colleague_who_read_a_card_meanwhile_is_not_overwritten(desk: Desk, reader: FakeReader) -> None:
    clerk, colleague = desk.clerk(), desk.clerk("wanghui")
    draft = desk.begins(clerk)
    page = clerk.sees(f"/drafts/{draft}")
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)
    reader.put(CARD)
    reads(colleague, draft)
    page = clerk.posts(f"/drafts/{draft}", {"a.name": "测试庚", "seen": seen[1], "go": "next"})
    assert page.status == 409
    assert value_of(page, "name") == "测试甲"


def test_a_social_security_card_gives_name_and_number(desk: Desk) -> None:
    social = desk.station.devices.get("social-card-reader")
    assert isinstance(social, FakeSocialReader)
    social.put(SOCIAL["long-term"])
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    page = reads(clerk, draft, "social")
    assert "社会保障卡" in page.text
    assert value_of(page, "id_number") == PEOPLE["long-term"]["number"]


def test_a_station_without_a_reader_shows_a_form_without_a_button(desk: Desk) -> None:
    desk.station.devices = Devices({})
    clerk = desk.clerk()
    page = clerk.sees(f"/drafts/{desk.begins(clerk)}")
    assert "读身份证" not in page.text
    assert "bar-devices" not in page.text


def test_a_page_that_did_not_ask_the_reader_on_its_own_pc_says_so(desk: Desk) -> None:
    """Without a script nobody can ask a reader that hangs on the counter's PC."""
    desk.station.devices = Devices({"card-reader": Device("counter", dialect="numbered")})
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    assert "这个页面没有问到它" in reads(clerk, draft).text
    answer = clerk.client.get(f"/drafts/{draft}")
    assert "connect-src 'self' ws://127.0.0.1:9002" in answer.headers["Content-Security-Policy"]
    assert "connect-src" not in clerk.client.get("/desk").headers["Content-Security-Policy"]
    for heard in ("nonsense", "[1]", '["§"]', "[" * 5000, '["e30="]', "{}"):
        assert "没有读完整" in reads(clerk, draft, heard=heard).text
    assert "设备没有应答" in reads(clerk, draft, trouble="counter").text
    assert "没有读到证件" in reads(clerk, draft, heard="[]").text


def test_a_reader_that_types_is_pointed_at_its_field(desk: Desk) -> None:
    desk.station.devices = Devices({"card-reader": Device("keyboard")})
    clerk = desk.clerk()
    page = clerk.sees(f"/drafts/{desk.begins(clerk)}")
    assert 'href="#f-a.id_number" data-key="F2"' in page.text
    assert "号码会自动填在这里" in page.text


def test_an_agents_card_fills_the_agents_fields_alone(desk: Desk, reader: FakeReader) -> None:
    item = next(item for item in all_items() if can_fill(item.fields, Whose.AGENT))
    clerk = desk.clerk()
    draft = desk.begins(clerk, item)
    if item.situations:
        page = clerk.sees(f"/drafts/{draft}/situations")
        chosen = {f"s.{one.key}": one.choices[0].value for one in item.situations if f's.{one.key}"' in page.text}
        clerk.posts(f"/drafts/{draft}/situations", chosen)
    reader.put(CARD)
    page = reads(clerk, draft, "agent")
    assert value_of(page, "agent_name") == "测试甲"
    assert value_of(page, item.field_with(FieldRole.APPLICANT_NAME).key) == ""


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_a_card_never_fills_where_somebody_lives_or_trades(who: str) -> None:
    """Every item of the catalogue: only the person and his registered address come from a card."""
    card = id_card(PEOPLE[who])
    for item in all_items():
        found = filled(item.fields, card)
        labels = {field.label for field in item.fields if field.key in found}
        assert not {
            label for label in labels if re.search("居住|经营(地|场)|场所|单位|配偶|儿童|死者|对方|通讯", label)
        }
        if card.address:
            assert can_fill(item.fields, Whose.APPLICANT) == (card.number in found.values())
