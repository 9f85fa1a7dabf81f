"""What a citizen at the kiosk sees, does and leaves behind; what the desk hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from node import jobs
from node.devices.fakes.a4_printer import FakeA4Printer
from node.devices.fakes.people import PEOPLE
from node.devices.registry import Devices
from node.kiosk import meters
from protocol.cases.rules import Act, Role, Status
from protocol.clock import CHINA
from protocol.documents.printroom import PrintRoom
from protocol.settings import Device
from tests.instant.desks import issue
from tests.node.kiosk import Citizen, rows, stand_up
from tests.node.station import Desk, png

PENSION = {"insurance": "pension", "phone": "13800138000"}
NUMBER = PEOPLE["ordinary"]["number"]


@pytest.fixture(scope="module")
def press() -> Iterator[PrintRoom]:
    """One for all tests here: starting it takes longer than most of them."""
    shared = PrintRoom()
    yield shared
    shared.close()


@pytest.fixture
def room(desk: Desk, press: PrintRoom) -> Iterator[Desk]:
    stand_up(desk)
    own, desk.station.press = desk.station.press, press
    yield desk
    desk.station.press = own


def applied(room: Desk) -> tuple[Citizen, str]:
    """Somebody has sent an application; his browser, and the receipt code."""
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("L12")
    citizen.puts_card()
    citizen.answers(PENSION)
    assert citizen.agrees().url.endswith("/kiosk/done"), citizen.page.text
    return citizen, citizen.code()


def test_a_citizen_applies_with_his_card_alone_and_goes_home_with_a_code(room: Desk) -> None:
    _, code = applied(room)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}", code)
    (case_id,) = (str(row[0]) for row in rows(room, "select id from cases"))
    with room.station.store.read() as db:
        case = room.station.book.case(db, case_id)
    assert case is not None
    submitted = case.line[0]
    assert (submitted.act, submitted.by.role) == (Act.SUBMIT, Role.APPLICANT)
    assert submitted.intake is not None
    assert (submitted.intake.channel, case.applicant.number) == ("kiosk", NUMBER)
    assert [paper.material for paper in case.papers] == ["L12-1"]  # the card itself has shown it
    room.world.settle()
    assert room.world.hub.case(case_id).status is Status.RECEIVED


def test_a_short_item_is_four_steps_from_choosing_to_sending(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("X03")
    citizen.puts_card()
    screens = citizen.answers({"tax": "income", "phone": "13800138000"})
    assert citizen.page.url.endswith("/kiosk/check")
    assert screens <= 2  # and the card, and the check


def test_what_is_on_the_screen_is_masked_and_no_address_tells_a_number(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("L12")
    citizen.puts_card()
    citizen.answers(PENSION)
    page = citizen.sees("/kiosk/check")
    assert NUMBER[6:14] not in page.text
    assert "138****8000" in page.text
    assert "测**" in page.text
    title = re.search(r"<title>(.*?)</title>", page.text)
    assert title is not None
    assert "测试甲" not in title[1]


def test_whoever_walks_off_leaves_nothing_on_the_screen_or_the_disk(room: Desk) -> None:
    """A draft, a card in memory, a session: all gone by the station's own clock, whatever became of the browser."""
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("S07")
    citizen.puts_card()
    assert "/kiosk/ask/0" in citizen.page.url
    assert len(rows(room, "select 1 from drafts")) == 1
    citizen.waits(96)
    jobs.watch_kiosk(room.station)
    assert rows(room, "select 1 from drafts") == []
    (visit,) = rows(room, "select id, token, identity, draft, outcome from kiosk_sessions")
    assert visit[1:] == (None, "none", "", "idle")
    assert room.station.visitors.who(str(visit[0])) is None
    for path in ("/kiosk/ask/0", "/kiosk/check", "/kiosk/mine", "/kiosk/papers", "/kiosk/done"):
        assert citizen.sees(path).url == "http://desk.lan/kiosk", path


def test_in_large_type_a_visit_waits_twice_as_long(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.posts("/look", switch="elder", back="/kiosk/items")
    citizen.sees("/kiosk/items")
    citizen.waits(140)
    assert citizen.sees("/kiosk/items").url.endswith("/kiosk/items")
    citizen.waits(160)
    assert citizen.sees("/kiosk/items").url.endswith("/kiosk")


def test_leaving_wipes_the_browser_and_the_choices(room: Desk) -> None:
    citizen, _ = applied(room)
    citizen.posts("/look", switch="elder", back="/kiosk/done")
    kept = dict(citizen.browser.client.cookies)
    answer = citizen.browser.client.post("/kiosk/leave", follow_redirects=False)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    page = citizen.sees("/kiosk")
    assert "elder" not in re.findall(r'<html[^>]*class="([^"]*)"', page.text)[0]
    answer = citizen.browser.client.get("/kiosk/items", follow_redirects=False)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")
    for name, value in kept.items():  # also for a browser that forgets nothing
        citizen.browser.client.cookies.set(name, value)
    assert citizen.sees("/kiosk/done").url.endswith("/kiosk")
    ((outcome, visit),) = rows(room, "select outcome, id from kiosk_sessions")
    assert outcome == "left"
    assert room.station.visitors.who(str(visit)) is None


def test_the_next_citizen_sees_nothing_of_the_one_before(room: Desk) -> None:
    citizen, _ = applied(room)
    case_id = str(rows(room, "select id from cases")[0][0])
    citizen.reader.lift()
    citizen.posts("/kiosk/leave")
    citizen.presses("mine")
    citizen.puts_card("long-term")
    page = citizen.sees("/kiosk/mine")
    assert "本站没有您的办件" in page.text
    for path in (f"/kiosk/cases/{case_id}", f"/kiosk/cases/{case_id}/file/receipt"):
        assert citizen.sees(path).status == 404, path


def test_a_card_that_says_sixty_is_offered_large_type_once(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("S07")
    assert citizen.puts_card("long-term").url.endswith("/kiosk/elder")
    page = citizen.posts("/kiosk/elder", elder="yes")
    assert "/kiosk/ask/0" in page.url
    assert "elder" in re.findall(r'<html[^>]*class="([^"]*)"', page.text)[0]


def test_the_card_is_asked_for_until_it_has_been_lifted(room: Desk) -> None:
    citizen, _ = applied(room)
    assert "请取走您的身份证" in citizen.page.text
    citizen.posts("/kiosk/leave")
    assert "请取走您的身份证" in citizen.sees("/kiosk").text  # he has gone, the card has not
    citizen.reader.lift()
    assert "请取走" not in citizen.browser.client.get("/kiosk/tray").text
    assert "请取走您的身份证" not in citizen.sees("/kiosk").text


def test_asking_for_the_card_keeps_nobodys_visit_alive(room: Desk) -> None:
    citizen, _ = applied(room)
    for _ in range(5):
        citizen.waits(30)
        citizen.browser.client.get("/kiosk/tray")
    assert citizen.sees("/kiosk/done").url.endswith("/kiosk")


@pytest.mark.parametrize(
    ("person", "said"), [(None, "没有读到"), ("expired", "过了有效期")], ids=["no card", "a card that has run out"]
)
def test_a_card_that_does_not_work_leads_on_by_hand(room: Desk, person: str | None, said: str) -> None:
    citizen = Citizen(room)
    room.party.clock.advance((datetime(2026, 4, 1, tzinfo=UTC) - room.party.clock.now()).total_seconds())
    citizen.presses("apply")
    citizen.chooses("L12")
    if person:
        citizen.reader.put(PEOPLE[person])
    citizen.sees("/kiosk/card")
    page = citizen.posts("/kiosk/card")
    assert page.status == 422
    assert said in page.text or person is None
    page = citizen.posts("/kiosk/card/typed", name="测试甲", number=NUMBER)
    assert "/kiosk/ask/0" in page.url


def test_without_a_reader_he_types_and_may_ask_but_is_given_nothing(desk: Desk) -> None:
    stand_up(desk, reader=False)
    citizen = Citizen(desk)
    citizen.presses("apply")
    citizen.chooses("L12")
    assert "读不了身份证" in citizen.page.text
    assert citizen.posts("/kiosk/card/typed", name="测试甲", number=NUMBER[:-1] + "0").status == 422
    citizen.posts("/kiosk/card/typed", name="测试甲", number=NUMBER)
    citizen.answers(PENSION)
    assert "居民身份证" in citizen.sees("/kiosk/papers").text
    file = [("files", ("a.png", png()))]
    citizen.browser.posts("/kiosk/papers", {"material": "L12-1"}, files=file)
    assert citizen.agrees().url.endswith("/kiosk/done")
    case_id, by = rows(desk, "select a.case_id, e.by from acts a join entries e on e.place = a.place")[0]
    assert by == "kiosk"
    citizen.posts("/kiosk/leave")
    citizen.presses("mine")
    citizen.posts("/kiosk/card/typed", name="测试甲", number=NUMBER)  # he wants nothing that one may type for
    assert citizen.sees("/kiosk/mine").url.endswith("/kiosk/card")
    assert citizen.sees(f"/kiosk/cases/{case_id}").status == 404


# -- codes


def test_an_application_that_was_put_off_is_gone_on_with_by_its_code(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("S07")
    citizen.puts_card()
    page = citizen.posts("/kiosk/later")
    assert "已经给您存好了" in page.text
    code = citizen.code()
    citizen.reader.lift()
    citizen.posts("/kiosk/leave")
    assert len(rows(room, "select 1 from drafts")) == 1

    other = Citizen(room)
    other.presses("resume")
    page = other.posts("/kiosk/code", **{"code": code.lower().replace("-", " "), "last-four": NUMBER[-4:]})
    assert "/kiosk/ask/0" in page.url
    clerk = room.clerk()  # the desk can go on with it, too
    assert "高龄津贴申领" in clerk.sees("/desk").text


def put_off(room: Desk) -> str:
    """Somebody began by hand, with his number and telephone, and went home with a code."""
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("L12")
    citizen.posts("/kiosk/card/typed", name=PEOPLE["ordinary"]["name"], number=NUMBER)
    citizen.answers(PENSION)
    citizen.posts("/kiosk/later")
    code = citizen.code()
    citizen.posts("/kiosk/leave")
    return code


def test_whoever_found_a_slip_reads_no_number_out_of_what_was_put_off(room: Desk) -> None:
    finder = Citizen(room)
    code = put_off(room)
    finder.presses("resume")
    finder.posts("/kiosk/code", **{"code": code, "last-four": NUMBER[-4:]})
    seen = finder.page.text
    while "/kiosk/ask/" in finder.page.url:
        seen += finder.page.text
        finder.sees(f"/kiosk/ask/{int(finder.page.url.rpartition('/')[2]) + 1}")
    seen += finder.sees("/kiosk/check").text
    for told in (NUMBER, PENSION["phone"], PEOPLE["ordinary"]["name"]):
        assert told not in seen
    assert "138****8000" in seen
    finder.browser.posts("/kiosk/papers", {"material": "L12-1"}, files=[("files", ("a.png", png()))])
    assert finder.agrees().url.endswith("/kiosk/done")  # whoever put it off can still send it


@pytest.mark.parametrize("card_first", [True, False])
def test_a_card_vouches_for_nobody_elses_application(room: Desk, card_first: bool) -> None:
    code = put_off(room)
    other = Citizen(room)
    other.presses("resume")
    found = {"code": code, "last-four": NUMBER[-4:]}
    if card_first:
        other.puts_card("long-term")
        other.posts("/kiosk/code", **found)
    else:
        other.posts("/kiosk/code", **found)
        other.puts_card("long-term")
    for path in ("/kiosk/ask/0", "/kiosk/papers", "/kiosk/check"):
        page = other.sees(path)
        assert page.status == 409
        assert "不是这份申请的申请人的" in page.text
    assert other.agrees().status == 409
    assert rows(room, "select 1 from cases") == []


def test_what_was_put_off_and_forgotten_is_deleted_after_a_week(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    citizen.chooses("S07")
    citizen.puts_card()
    citizen.posts("/kiosk/later")
    citizen.waits(6 * 86400)
    jobs.watch_kiosk(room.station)
    assert len(rows(room, "select 1 from drafts")) == 1
    citizen.waits(2 * 86400)
    jobs.watch_kiosk(room.station)
    assert rows(room, "select 1 from drafts") == rows(room, "select 1 from receipt_codes") == []


def test_a_code_tells_how_it_stands_and_gives_no_paper(room: Desk) -> None:
    citizen, code = applied(room)
    citizen.reader.lift()
    citizen.posts("/kiosk/leave")
    stranger = Citizen(room)
    stranger.presses("progress")
    page = stranger.posts("/kiosk/code", **{"code": code, "last-four": NUMBER[-4:]})
    assert "材料已经收下" in page.text
    assert "已存本站" in page.text
    assert "测试甲" not in page.text
    case_id = page.url.rpartition("/")[2]
    assert stranger.sees(f"/kiosk/cases/{case_id}/print/receipt").status == 409
    assert "这一步要刷本人身份证" in stranger.page.text


def test_a_receipt_of_somebody_else_is_not_printed_for_having_sent_the_same_item(room: Desk) -> None:
    citizen, code = applied(room)
    citizen.reader.lift()
    citizen.posts("/kiosk/leave")
    citizen.waits(120)
    other = Citizen(room)
    other.presses("apply")
    other.chooses("L12")
    other.puts_card("long-term")
    if other.page.url.endswith("/kiosk/elder"):
        other.posts("/kiosk/elder", elder="no")
    other.answers(PENSION)
    assert other.agrees().url.endswith("/kiosk/done")
    other.sees("/kiosk/code")
    page = other.posts("/kiosk/code", **{"code": code, "last-four": NUMBER[-4:]})
    case_id = page.url.rpartition("/")[2]
    assert other.sees(f"/kiosk/cases/{case_id}/file/receipt").status == 409
    assert "这一步要刷本人身份证" in other.page.text


def test_guessing_codes_comes_to_an_end_and_says_nothing(room: Desk) -> None:
    _, code = applied(room)
    guesser = Citizen(room)
    guesser.presses("progress")
    right_code = guesser.posts("/kiosk/code", **{"code": code, "last-four": "0000"})
    wrong_code = guesser.posts("/kiosk/code", **{"code": "0000-00", "last-four": NUMBER[-4:]})
    assert "没有找到" in right_code.text
    assert re.findall(r'role="alert".*?</div>', right_code.text, re.S) == re.findall(
        r'role="alert".*?</div>', wrong_code.text, re.S
    )
    for _ in range(18):
        guesser.posts("/kiosk/code", **{"code": "1111-11", "last-four": "1234"})
    page = guesser.posts("/kiosk/code", **{"code": code, "last-four": NUMBER[-4:]})
    assert "输错的次数太多了" in page.text
    assert 'href="/kiosk"' in page.text  # in the room's shell, back to the start and to no desk
    assert "/sign-in" not in page.text
    room.party.clock.advance(601)
    guesser.presses("progress")
    assert "/kiosk/cases/" in guesser.posts("/kiosk/code", **{"code": code, "last-four": NUMBER[-4:]}).url


def test_the_desk_finds_a_case_by_the_code_that_somebody_says(room: Desk) -> None:
    _, code = applied(room)
    clerk = room.clerk()
    clerk.sees("/cases")
    assert "社保参保缴费证明打印" in clerk.posts("/cases", {"q": code.lower()}).text


# -- papers


def test_a_result_is_printed_for_the_card_and_a_refusal_waits_at_the_desk(room: Desk) -> None:
    applied(room)
    room.world.settle()
    case_id = str(rows(room, "select id from cases")[0][0])
    citizen = Citizen(room)
    citizen.reader.lift()
    citizen.presses("mine")
    citizen.puts_card()
    assert "社保参保缴费证明打印" in citizen.sees("/kiosk/mine").text
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        room.world.hub.decides(case_id, act)
    room.world.settle()
    page = citizen.sees(f"/kiosk/cases/{case_id}")
    assert "准予行政许可决定书" in page.text
    assert "请本人带身份证到窗口签收" in page.text
    answer = citizen.browser.client.get(f"/kiosk/cases/{case_id}/file/grant")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert NUMBER not in answer.headers["Content-Disposition"]
    assert citizen.sees(f"/kiosk/cases/{case_id}/file/proof").status == 404


def test_what_lacks_is_brought_at_the_kiosk_by_the_card_that_applied(room: Desk) -> None:
    applied(room)
    room.world.settle()
    case_id = str(rows(room, "select id from cases")[0][0])
    room.world.hub.decides(case_id, Act.ASK_CORRECTION)
    room.world.settle()
    citizen = Citizen(room)
    citizen.reader.lift()
    citizen.presses("mine")
    citizen.puts_card()
    assert "现在补交" in citizen.sees(f"/kiosk/cases/{case_id}").text
    page = citizen.posts(f"/kiosk/cases/{case_id}/supply")
    assert page.url.endswith("/kiosk/papers")
    assert "已刷身份证" in page.text  # the notice asks for the card, and there it is
    citizen.sees("/kiosk/check")
    page = citizen.posts("/kiosk/check", agreed="yes")
    assert page.url.endswith(f"/kiosk/cases/{case_id}")
    room.world.settle()
    case = room.world.hub.case(case_id)
    assert case.status is Status.RECEIVED
    assert (case.line[-1].act, case.line[-1].by.role) == (Act.SUPPLEMENT, Role.APPLICANT)


def test_what_the_rules_grant_is_printed_on_the_spot_for_the_card_alone(room: Desk) -> None:
    """And who typed his name waits for a person, with the same answers."""
    room.station.shelf.catalogue = issue()
    room.world.settle()
    answers = {"purpose": "loan", "range": "district", "phone": "13800138000"}
    with_card = Citizen(room)
    with_card.presses("apply")
    with_card.chooses("R02")
    with_card.puts_card()
    with_card.answers(answers)
    assert "您也可以要求工作人员办理" in with_card.sees("/kiosk/check").text
    page = with_card.posts("/kiosk/check", agreed="yes", how="at-once")
    assert "办好了，可以打印" in page.text
    paper = with_card.browser.client.get(
        re.findall(r'href="([^"]+/print/instant)"', page.text)[0].replace("print", "file")
    )
    assert paper.content.startswith(b"%PDF-")

    by_hand = Citizen(room)
    by_hand.presses("apply")
    by_hand.chooses("R02")
    by_hand.posts("/kiosk/card/typed", name="测试乙", number=PEOPLE["long-term"]["number"])
    by_hand.answers(answers)
    by_hand.sees("/kiosk/papers")
    by_hand.browser.posts("/kiosk/papers", {"material": "R02-1"}, files=[("files", ("a.png", png()))])
    by_hand.sees("/kiosk/check")
    assert "已经收到您的申请" in by_hand.posts("/kiosk/check", agreed="yes", how="at-once").text
    room.world.settle()
    assert sorted(str(row[0]) for row in rows(room, "select status from cases")) == [Status.ISSUED, Status.RECEIVED]


def test_a_printed_paper_is_followed_until_it_is_out_and_an_empty_tray_is_said_so(room: Desk) -> None:
    wanted = {"kiosk-reader": Device(driver="fake", kind="card-reader"), "kiosk-a4": Device("fake", kind="a4-printer")}
    room.station.devices = Devices(wanted)
    printer = room.station.devices.get("kiosk-a4")
    assert isinstance(printer, FakeA4Printer)
    citizen, _ = applied(room)
    case_id = str(rows(room, "select id from cases")[0][0])
    address = f"/kiosk/cases/{case_id}/print/receipt"
    printer.run_out()
    citizen.sees(address)
    assert "打印" in citizen.posts(address).text
    assert "缺纸" in citizen.browser.client.get(f"/kiosk/cases/{case_id}/job").text
    printer.fill()
    for _ in range(3):
        said = citizen.browser.client.get(f"/kiosk/cases/{case_id}/job").text
    assert "请取走打印件" in said
    assert len(printer.out) == 1
    stranger = Citizen(room)
    stranger.presses("progress")
    assert stranger.browser.client.get(f"/kiosk/cases/{case_id}/job").status_code == 404


def test_a_paper_is_verified_at_the_kiosk_and_nonsense_is_told_apart(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("verify")
    for text in ("x", "MC1:" + "0" * 200, "<script>alert(1)</script>", "😀" * 50):
        page = citizen.posts("/kiosk/verify", code=text)
        assert page.status == 200
        assert "无法核验" in page.text, text
        assert "<script>alert" not in page.text


# -- help, trouble, figures


def test_a_call_rings_at_every_desk_until_somebody_answers(room: Desk) -> None:
    clerk, head = room.clerk(), room.clerk("zhaoqiang")
    citizen = Citizen(room)
    citizen.presses("help")
    page = citizen.posts("/kiosk/help")
    assert "已经通知工作人员" in page.text
    for somebody in (clerk, head):
        bar = somebody.sees("/cases")
        assert "群众呼叫" in bar.text
        assert 'data-key="F1"' in bar.text
        assert "/static/" in re.findall(r'<audio[^>]*src="([^"]+ring.wav)"', bar.text)[0]
    assert clerk.posts("/calls/answer").status == 200
    for somebody in (clerk, head):
        assert "群众呼叫" not in somebody.sees("/cases").text
    assert "已经通知工作人员" not in citizen.sees("/kiosk/help").text
    settled = rows(room, "select settled_by from attention where kind = 'citizen-call'")
    assert settled == [("limin",)]


def test_what_is_not_there_leads_to_the_machines_first_page(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    for path in ("/kiosk/nothing", "/kiosk/items/ZZZ", "/kiosk/check"):
        page = citizen.sees(path)
        assert page.status == 404, path
        assert 'class="room' in page.text
        assert "/sign-in" not in page.text
        assert 'href="/kiosk"' in page.text


def test_an_item_that_the_counter_alone_does_is_not_begun_here(room: Desk) -> None:
    citizen = Citizen(room)
    citizen.presses("apply")
    page = citizen.sees("/kiosk/items/B01")
    assert page.status == 409
    assert "不能在自助终端办理" in page.text


def test_a_machine_that_nobody_has_introduced_shows_nothing(desk: Desk) -> None:
    browser = desk.browser()
    assert browser.sees("/kiosk").url.endswith("/machine")
    assert browser.client.post("/kiosk/begin", data={"door": "apply"}, follow_redirects=False).status_code == 409


def test_the_days_figures_say_what_was_done_and_where_people_gave_up(room: Desk) -> None:
    today = room.party.clock.now().astimezone(CHINA).date()
    citizen, _ = applied(room)
    citizen.waits(40)
    citizen.sees("/kiosk/done")
    citizen.reader.lift()
    citizen.posts("/kiosk/leave")
    walker = Citizen(room)
    walker.presses("apply")
    walker.posts("/kiosk/help")
    walker.sees("/kiosk/items/S07")
    walker.waits(100)
    jobs.watch_kiosk(room.station)
    with room.station.store.read() as db:
        day = meters.day_meters(db, today)
    assert (day.sessions, day.completed, day.abandoned, day.helped) == (2, {"L12": 1}, {"item": 1}, 1)
    assert day.seconds_p50 == day.seconds_p90 == 40
    citizen.waits(24 * 3600)
    jobs.watch_kiosk(room.station)
    jobs.watch_kiosk(room.station)
    room.world.settle()
    with room.world.hub.office.store.read() as db:
        from hub import kiosk_days

        told = kiosk_days.days(db, today, today + timedelta(days=1))
    assert [(station, one.completed) for station, one in told] == [("dafeng", {"L12": 1})]
