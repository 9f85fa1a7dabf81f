"""The ticket machine as a citizen meets it, and what the desk sees when the printer has no paper."""

from __future__ import annotations

import re
from datetime import timedelta

from node.devices.fakes.people import PEOPLE
from node.devices.fakes.reader import FakeReader
from node.devices.fakes.slip_printer import FakeSlipPrinter
from node.hall import appointments
from node.hall.ledger import day_of
from node.hall.rules import Klass
from protocol.clock import CHINA
from tests.node.station import Browser, Desk, Page


def printer(desk: Desk) -> FakeSlipPrinter:
    found = desk.station.devices.get("slip-printer")
    assert isinstance(found, FakeSlipPrinter)
    return found


def reader(desk: Desk) -> FakeReader:
    found = desk.station.devices.get("ticket-reader")
    assert isinstance(found, FakeReader)
    return found


def hall(desk: Desk):
    with desk.station.store.read() as db:
        return desk.station.hall.halls.of(db, day_of(desk.station.clock.now()))


def follows(citizen: Browser, text: str) -> Page:
    """Touch the one button or line that says `text`."""
    found = re.search(rf'<a class="[^"]*" href="([^"]+)"[^>]*>(?:<span>)?{re.escape(text)}', citizen.page.text)
    assert found, f"nothing says {text}"
    return citizen.sees(found[1].replace("&amp;", "&"))


def draws(citizen: Browser, **chosen: object) -> str:
    kept = dict(re.findall(r'<input type="hidden" name="([gik])" value="([^"]+)"', citizen.page.text))
    groups = re.findall(r'<input type="hidden" name="g" value="([^"]+)"', citizen.page.text)
    page = citizen.posts("/ticket/draw", kept | {"g": groups, "klass": "ordinary"} | chosen)
    assert page.status == 200, page.text
    return number_on(page)


def number_on(page: Page) -> str:
    return re.search(r'id="number">([A-L][0-9]{3})<', page.text)[1]


def test_three_touches_from_the_door_to_a_slip_in_the_hand(desk):
    citizen = desk.browser()
    citizen.sees("/ticket")
    follows(citizen, "社保医保")
    follows(citizen, "医疗保障")
    number = draws(citizen)
    assert number == "F001"
    assert "请取走小票" in citizen.page.text
    assert len(printer(desk).slips) == 1
    assert hall(desk).tickets[number].machine == "ticket"


def test_a_door_with_one_group_behind_it_is_one_touch_less(desk):
    citizen = desk.browser()
    citizen.sees("/ticket")
    follows(citizen, "户口证件")
    assert draws(citizen) == "H001"


def test_two_things_on_one_number_and_one_of_them_taken_off_again(desk):
    citizen = desk.browser()
    citizen.sees("/ticket")
    follows(citizen, "补贴救助")
    follows(citizen, "再加一件事")
    assert "已选：民政救助" in citizen.page.text
    follows(citizen, "户口证件")
    follows(citizen, "再加一件事")
    follows(citizen, "其他、不清楚")
    citizen.sees(
        re.search(r'href="([^"]+)">去掉<span class="visually-hidden"> 综合咨询', citizen.page.text)[1].replace(
            "&amp;", "&"
        )
    )
    number = draws(citizen)
    assert hall(desk).tickets[number].groups == ["welfare", "residence"]


def test_what_one_calls_it_leads_to_the_right_queue(desk):
    citizen = desk.browser()
    citizen.sees("/ticket/find?q=办居住证")
    assert "居住证" in citizen.page.text
    follows(citizen, "居住证")
    number = draws(citizen)
    ticket = hall(desk).tickets[number]
    assert (number[0], len(ticket.items)) == ("H", 1)
    assert "没有找到" in citizen.sees("/ticket/find?q=红烧肉怎么做").text


def test_an_old_man_says_so_with_one_touch_and_nobody_asks_for_proof(desk):
    citizen = desk.browser()
    citizen.sees("/ticket/check?g=tax")
    assert "不用证件" in citizen.page.text
    number = draws(citizen, klass="elderly", need=["sign"])
    ticket = hall(desk).tickets[number]
    assert (ticket.klass, ticket.needs) == (Klass.ELDERLY, ["sign"])


def test_whoever_touches_twice_has_one_number_and_one_slip(desk):
    citizen = desk.browser()
    citizen.sees("/ticket/check?g=tax")
    form_id = citizen.page.form_id()
    for _ in range(2):
        page = citizen.posts("/ticket/draw", {"g": "tax", "klass": "ordinary"}, form_id=form_id)
        assert number_on(page) == "K001"
    assert len(hall(desk).tickets) == len(printer(desk).slips) == 1


def test_without_paper_the_number_stays_on_the_screen_and_the_desk_is_told_until_a_slip_comes_out_again(desk):
    citizen, clerk = desk.browser(), desk.clerk()
    printer(desk).left = 200  # it ends in the middle of the slip
    citizen.sees("/ticket/check?g=tax")
    number = draws(citizen)
    assert "请记住这个号码，或者拍张照" in citizen.page.text
    assert "不用重新取" in citizen.page.text
    assert number in hall(desk).tickets
    assert "取号小票打不出来" in clerk.sees("/attention").text
    printer(desk).load_paper()
    citizen.sees("/ticket/check?g=tax")
    draws(citizen)
    assert "请取走小票" in citizen.page.text
    assert "取号小票打不出来" not in clerk.sees("/attention").text


def test_a_card_says_only_that_somebody_is_sixty(desk):
    citizen = desk.browser()
    citizen.sees("/ticket")
    old = next(card for card in PEOPLE.values() if "19300101" < card["birth"].replace("-", "") < "19600101")
    reader(desk).put(old)
    page = citizen.posts("/ticket/card")
    assert "要不要把字放大一些" in page.text
    follows(citizen, "户口证件")
    assert 'value="elderly" checked' in citizen.page.text
    draws(citizen, klass="elderly")
    with desk.station.store.read() as db:
        kept = " ".join(
            str(row) for table in db.table_names() for row in db.execute(f'select * from "{table}"').fetchall()
        )
    assert old["name"] not in kept
    assert old["number"] not in kept


def test_a_card_that_does_not_lie_there_is_no_dead_end(desk):
    citizen = desk.browser()
    citizen.sees("/ticket")
    page = citizen.posts("/ticket/card")
    assert page.status == 409
    assert "/ticket" in page.text


def books(desk: Desk, minutes: int, number: str = "") -> appointments.Appointment:
    at = desk.station.clock.now()
    with desk.station.store.write() as tx:
        return appointments.book(
            tx, at + timedelta(minutes=minutes), ["housing"], number=number, entropy=bytes(range(24)), by="limin", at=at
        )


def test_an_appointment_is_drawn_with_its_code_once(desk):
    made, citizen = books(desk, 5), desk.browser()
    citizen.sees("/ticket/appointment")
    number = number_on(citizen.posts("/ticket/appointment", {"code": f"{made.code[:3]} {made.code[3:]}"}))
    ticket = hall(desk).tickets[number]
    assert (ticket.klass, ticket.appointed, ticket.groups) == (Klass.APPOINTMENT, True, ["housing"])
    citizen.sees("/ticket/appointment")
    again = citizen.posts("/ticket/appointment", {"code": made.code})
    assert again.status == 409
    assert "已经取过号" in again.text


def test_the_card_is_as_good_as_the_code_and_forgotten_with_the_day(desk):
    person = next(iter(PEOPLE.values()))
    books(desk, 5, person["number"])
    citizen = desk.browser()
    citizen.sees("/ticket")
    reader(desk).put(person)
    assert number_on(citizen.posts("/ticket/card"))[0] == "J"
    with desk.station.store.write() as tx:
        desk.station.hall.end_day(tx, by="zhaoqiang", at=desk.station.clock.now())
    with desk.station.store.read() as db:
        assert appointments.of_day(db, day_of(desk.station.clock.now()))[0].by_card is False
        assert db.execute("select count(*) from appointment_salts").fetchone()[0] == 0


def test_the_desk_enters_an_appointment_and_tells_the_code(desk):
    clerk = desk.clerk()
    day = desk.station.clock.now().astimezone(CHINA).date().isoformat()
    clerk.sees("/appointments")
    wrong = clerk.posts("/appointments", {"day": day, "time": "07:00", "group": "", "number": "510114199001011234"})
    assert wrong.status == 422
    assert wrong.text.count("field-wrong") == 3
    page = clerk.posts("/appointments", {"day": day, "time": "15:30", "group": "housing", "number": ""})
    assert "15:30" in page.text
    assert "不动产公积金" in page.text
    code = re.search(r"code=([0-9]{6})", page.url)[1]
    assert f"{code[:3]} {code[3:]}" in page.text
    clerk.posts(f"/appointments/{day}/{code}/cancel")
    assert "这一天还没有预约" in clerk.sees("/appointments").text


def test_who_missed_the_call_goes_on_by_himself(desk):
    citizen = desk.browser()
    citizen.sees("/ticket/check?g=general")
    number = draws(citizen)
    with desk.station.store.write() as tx:
        here, at = desk.station.hall, desk.station.clock.now()
        here.open_counter(tx, 1, ["general"], name="李敏", by="limin", at=at)
        here.call_next(tx, 1, by="limin", at=at)
        here.miss(tx, 1, by="limin", at=at + timedelta(seconds=90))
    citizen.sees("/ticket/missed")
    assert number_on(citizen.posts("/ticket/missed", {"number": number.lower()})) == number
    assert hall(desk).tickets[number].standing == "waiting"


def test_a_child_at_the_button_is_asked_to_wait_and_every_number_that_was_drawn_stands(desk):
    citizen = desk.browser()
    citizen.sees("/ticket/check?g=general")

    def touches() -> Page:
        form_id = f"{desk.rng.getrandbits(128):022x}"[:22]
        return citizen.posts("/ticket/draw", {"g": "general", "klass": "ordinary"}, form_id=form_id)

    answers = [touches() for _ in range(31)]
    assert [page.status for page in answers] == [200] * 30 + [409]
    assert "请等 5 秒" in answers[-1].text
    desk.world.advance(5)
    assert number_on(touches()) == "A031"


def test_before_the_doors_open_it_says_when_they_do(desk):
    desk.world.advance(12 * 3600)
    citizen = desk.browser()
    assert "现在不取号" in citizen.sees("/ticket").text
    assert "开门" in citizen.page.text
    assert citizen.posts("/ticket/draw", {"g": "tax"}, form_id="x" * 22).status == 409
    assert hall(desk).tickets == {}


def test_in_english_and_with_large_type_it_is_the_same_machine(desk):
    citizen = desk.browser()
    citizen.sees("/ticket")
    citizen.client.post("/look", data={"switch": "elder", "back": "/ticket"})
    citizen.client.post("/language", data={"lang": "en", "back": "/ticket"})
    page = citizen.sees("/ticket")
    assert 'class="room elder"' in page.text
    assert "Insurance" in page.text
    citizen.sees("/ticket/check?g=tax")
    draws(citizen)
    assert "Please take your slip" in citizen.page.text
    after = citizen.sees("/ticket/bye")
    assert 'class="room"' in after.text
    assert "社保医保" in after.text


def test_a_hundred_numbers_in_a_minute_from_four_machines_are_a_hundred_different_ones(desk):
    """A coach stops at the door; three clerks go on calling meanwhile."""
    here, at = desk.station, desk.station.clock.now()
    drawn = []
    for counter, who in ((1, "limin"), (2, "wanghui"), (3, "zhaoqiang")):
        with here.store.write() as tx:
            here.hall.open_counter(tx, counter, ["general", "tax"], name=who, by=who, at=at)
    for place in range(100):
        with here.store.write() as tx:
            drawn.append(
                here.hall.draw(tx, ["tax"], machine=f"m{place % 4}", at=at + timedelta(seconds=place / 2)).number
            )
        if place % 30 == 29:
            with here.store.write() as tx:
                here.hall.call_next(tx, place // 30 + 1, by=("limin", "wanghui", "zhaoqiang")[place // 30], at=at)
    assert len(set(drawn)) == 100
    assert [one.ticket for one in hall(desk).counters.values()] == ["K001", "K002", "K003"]
