"""What a citizen at the form machine does, and what the desk sees when it scans the code."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

import pytest

from node import drafts, jobs, prefills
from node.devices.fakes.people import PEOPLE
from node.devices.fakes.reader import FakeReader
from node.devices.fakes.slip_printer import FakeSlipPrinter
from node.devices.registry import Devices
from node.kiosk import applying
from node.kiosk.codes import LETTERS
from protocol.cases.acts import By
from protocol.cases.rules import Role
from protocol.catalogue.items import FieldRole
from protocol.settings import Device, Machines
from tests.district_data import answers_for
from tests.node.kiosk import rows, stand_up
from tests.node.station import Browser, Desk, Page

ORDINARY, OTHER = PEOPLE["ordinary"], PEOPLE["long-term"]


@pytest.fixture
def hall(desk: Desk) -> Desk:
    """A form machine with a slip printer, and a desk with a card reader."""
    stand_up(desk)
    fake = Device(driver="fake", kind="card-reader")
    desk.station.devices = Devices({"card-reader": fake, "form-printer": Device(driver="fake", kind="slip-printer")})
    return desk


class Filler:
    """Somebody at the form machine."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.browser = desk, desk.browser()

    def chooses(self, code: str) -> Page:
        self.browser.sees("/form")
        self.browser.posts("/form/begin", {"door": "x"})
        self.browser.sees(f"/form/{code}")
        return self.browser.posts(f"/form/{code}")

    def answers(self, person: Mapping[str, str] = ORDINARY, **given: str) -> Page:
        """Every screen up to the check page; what is not given is a name, a number or the first choice."""
        while "/form/ask/" in self.browser.page.url:
            page = self.browser.page
            said = {}
            for name in set(re.findall(r'name="([ad]\.[A-Za-z_0-9.]+)"', page.text)):
                key = name.partition(".")[2]
                choice = re.search(rf'name="{re.escape(name)}" value="([^"]+)"', page.text)
                usual = choice[1] if choice and "<button" in page.text.split(f'name="{name}"')[0][-60:] else ""
                said[name] = given.get(key) or self._usual(key, person) or usual
            before = page.url.removeprefix("http://desk.lan")
            page = self.browser.posts(before, dict(said))
            assert page.status == 200, (before, said, page.text)
        return self.browser.page

    def _usual(self, key: str, person: Mapping[str, str]) -> str:
        if "phone" in key:
            return "13800138000"
        if "id" in key.split("_") or "number" in key:
            return person["number"]
        return person["name"] if "name" in key else ""

    def keeps(self) -> Page:
        return self.browser.posts("/form/check")

    def fills(self, code: str = "L12", person: Mapping[str, str] = ORDINARY) -> str:
        """From the first touch to the code in the hand."""
        self.chooses(code)
        self.answers(person)
        self.keeps()
        return self.code()

    def code(self) -> str:
        found = re.search(r'kiosk-code">(F[0-9A-Z ]{13})<', self.browser.page.text)
        assert found, self.browser.page.text
        return found[1].replace(" ", "")


def reader(desk: Desk) -> FakeReader:
    found = desk.station.devices.get("card-reader")
    assert isinstance(found, FakeReader)
    return found


def scans(clerk: Browser, code: str) -> Page:
    clerk.sees("/scan")
    return clerk.posts("/scan", {"code": code})


def test_a_form_is_filled_in_once_and_nothing_is_typed_twice(hall: Desk) -> None:
    citizen, clerk = Filler(hall), hall.clerk()
    code = citizen.fills()
    assert rows(hall, "select 1 from drafts") == []  # it is nobody's draft yet
    page = scans(clerk, code)
    assert "请问：您是 测** 吗？" in page.text
    assert ORDINARY["number"] not in page.text
    reader(hall).put(ORDINARY)
    page = clerk.posts(page.url.removeprefix("http://desk.lan") + "/card")
    assert "/drafts/" in page.url
    assert "表已经打开" in page.text
    assert ORDINARY["number"] in page.text
    assert "13800138000" in page.text
    ((by, answers),) = rows(hall, "select used_by, answers from prefills")
    assert (by, answers) == ("limin", "{}")
    assert "已经取用过" in scans(clerk, code).text


def test_the_machine_shows_nothing_of_him_again_and_its_slip_says_nothing(hall: Desk) -> None:
    citizen = Filler(hall)
    citizen.chooses("L12")
    page = citizen.answers()
    assert page.url.endswith("/form/check")
    assert ORDINARY["number"] not in page.text
    assert ORDINARY["name"] not in page.text
    page = citizen.keeps()
    assert "请取走小票" in page.text
    picture = citizen.browser.client.get("/form/code.svg")
    assert picture.text.startswith("<svg")
    code = citizen.code()
    assert citizen.browser.posts("/form/check", form_id="again").url.endswith("/form/done")  # pressed twice
    assert citizen.code() == code
    for path in ("/form/check", "/form/ask/0"):
        page = citizen.browser.sees(path)
        assert page.status != 200
        assert ORDINARY["number"] not in page.text
    printer = hall.station.devices.get("form-printer")
    assert isinstance(printer, FakeSlipPrinter)
    assert len(printer.slips) == 1
    citizen.browser.posts("/form/leave", form_id="none")
    assert citizen.browser.sees("/form/done").url == "http://desk.lan/form"
    assert citizen.browser.client.get("/form/code.svg", follow_redirects=False).status_code == 303


def test_somebody_elses_form_is_stopped_and_no_answer_is_seen(hall: Desk) -> None:
    code, clerk = Filler(hall).fills(), hall.clerk()
    page = scans(clerk, code)
    address = page.url.removeprefix("http://desk.lan")
    reader(hall).put(OTHER)
    page = clerk.posts(f"{address}/card")
    assert page.status == 422
    assert "这张表不是这位群众填的" in page.text
    assert "13800138000" not in page.text
    assert rows(hall, "select 1 from drafts") == []
    page = clerk.posts(address, {"number": "0000"})
    assert "还可以再试 3 次" in page.text
    for _ in range(3):
        page = clerk.posts(address, {"number": "0001"})
    assert "这张表已经删掉了" in page.text
    assert rows(hall, "select 1 from prefills") == []
    assert "没有填好的表" in scans(clerk, code).text


def test_without_a_card_the_end_of_the_number_opens_it(hall: Desk) -> None:
    code, clerk = Filler(hall).fills(), hall.clerk("wanghui")
    page = scans(clerk, f"{code[:4]} {code[4:8]} {code[8:]}".lower())
    page = clerk.posts(page.url.removeprefix("http://desk.lan"), {"number": ORDINARY["number"][-4:].lower()})
    assert "/drafts/" in page.url
    assert rows(hall, "select used_by from prefills") == [("wanghui",)]
    assert rows(hall, "select begun_by from drafts") == [("wanghui",)]


@pytest.mark.parametrize(
    "code",
    [
        "F0000000000A",  # a wrong check character
        "FAAAAAAAAAA" + prefills.check_character("FAAAAAAAAAA"),  # nobody's
        "F' OR 1=1 --",
        "<script>1</script>",
        "javascript:alert(1)",
        "F" * 900,
    ],
)
def test_a_code_that_is_none_of_ours_is_turned_down_calmly(hall: Desk, code: str) -> None:
    page = scans(hall.clerk(), code)
    assert page.status in (404, 409, 422)
    assert "没有填好的表" in page.text or "扫到的不是我们的码" in page.text
    assert code not in page.text


def test_what_nobody_fetches_is_gone_after_the_next_working_day(hall: Desk) -> None:
    code = Filler(hall).fills()
    ((last_day,),) = rows(hall, "select last_day from prefills")
    calendar, at = hall.station.shelf.calendar, hall.party.clock.now()
    assert str(last_day) == calendar.add_working(at.date(), 1).isoformat()
    hall.party.clock.advance(6 * 86400)
    assert "没有填好的表" in scans(hall.clerk(), code).text
    jobs.watch_kiosk(hall.station)
    assert rows(hall, "select 1 from prefills") == []


def test_whoever_walks_off_leaves_no_form_behind(hall: Desk) -> None:
    citizen = Filler(hall)
    citizen.chooses("L12")
    assert len(rows(hall, "select 1 from drafts")) == 1
    hall.party.clock.advance(96)
    jobs.watch_kiosk(hall.station)
    assert rows(hall, "select 1 from drafts") == []
    assert citizen.browser.sees("/form/check").url == "http://desk.lan/form"


def test_every_item_that_the_desk_takes_in_can_be_filled_in_and_no_other(hall: Desk) -> None:
    shelf, on = hall.station.shelf, hall.party.clock.now().date()
    citizen = Filler(hall)
    citizen.browser.sees("/form")
    citizen.browser.posts("/form/begin", {"q": "养老保险"})
    assert "/form/" in citizen.browser.page.text
    for item in shelf.catalogue.items(on):
        page = citizen.browser.sees(f"/form/{item.code}")
        may = shelf.takes(item, on) and not item.bundle and not item.windows
        if not item.windows:
            assert (page.status == 200) == may, (item.code, page.status)


def test_a_code_with_one_wrong_character_is_never_another_code() -> None:
    code = "F7K2M4TQXW9"
    code += prefills.check_character(code)
    for place in range(1, len(code)):
        for letter in LETTERS:
            if letter != code[place]:
                wrong = code[:place] + letter + code[place + 1 :]
                assert prefills.check_character(wrong[:-1]) != wrong[-1]


def test_a_machine_that_nobody_introduced_fills_in_nothing(desk: Desk) -> None:
    assert desk.station.settings.room.machines is Machines.PAIRED
    assert desk.browser().sees("/form").url.endswith("/machine")


def test_every_form_asks_for_all_that_it_needs_and_comes_to_the_desk_whole(hall: Desk) -> None:
    """Also those of enterprises, which are known by the end of their credit code."""
    shelf, at, rng = hall.station.shelf, hall.party.clock.now(), random.Random(5)
    clerk, entropy = By("limin", Role.CLERK, "李敏"), hall.station.store.entropy
    for item in shelf.catalogue.items(at.date()):
        if not applying.is_fillable(shelf, item, at.date()):
            continue
        given = answers_for(item, rng)
        with hall.station.store.write() as tx:
            id_ = drafts.begin_draft(tx, entropy(16), item, by=clerk, at=at)
            drafts.save_draft(tx, id_, item, given, at)
            before = drafts.need_draft(tx, id_)
            asked = applying.screens(item, before, frozenset(), elder=True)
            keys = {field.key for one in asked for field in (*one.fields, *([one.choice] if one.choice else []))}
            keys |= {one.situation.key for one in asked if one.situation}
            assert keys >= {field.key for field in item.fields_for(before.known) if field.required}, item.code
            code = prefills.keep(tx, entropy, before, machine="form", until=at.date(), at=at)
            found = prefills.find(tx, code, at)
            number = given[item.field_with(FieldRole.APPLICANT_ID).key]
            assert prefills.ends_with(item, found, number[-4:])
            assert not prefills.ends_with(item, found, "")
            assert prefills.whose_card(item, found, OTHER["number"]) is None
            prefills.take(tx, found, by=clerk, at=at)
            after = drafts.need_draft(tx, id_)
        assert (after.answers, after.details.situations) == (before.answers, before.details.situations), item.code


def test_two_desks_that_take_the_same_form_get_one_draft(hall: Desk) -> None:
    code, first, second = Filler(hall).fills(), hall.clerk(), hall.clerk("wanghui")
    address = scans(first, code).url.removeprefix("http://desk.lan")
    scans(second, code)
    ending: dict[str, object] = {"number": ORDINARY["number"][-4:]}
    assert "/drafts/" in first.posts(address, ending).url
    assert "已经取用过" in second.posts(address, ending).text
    assert len(rows(hall, "select 1 from drafts")) == 1
