"""What the law does by lapse of time, on the days on which something else goes wrong as well."""

from __future__ import annotations

from datetime import timedelta

from hub.clockwork import Clockwork
from hub.intake import note_bundle_came
from hub.lapses import let_the_law_act
from protocol.attention import open_notices
from protocol.cases.words import Act, Status
from protocol.standing import NEVER
from tests.hub.desk import Desk
from tests.hub.test_clockwork import DAY_S, FOOD, clockwork, taken_in
from tests.world import LAW, World


def days_pass(world: World, days: int) -> Clockwork:
    """The district is at work again, and the hub has reckoned."""
    world.advance(days * DAY_S)
    world.stations_are_heard()
    work = clockwork(world)
    while work.keep_standing(world.hub.clock.now()):
        pass
    return work


def acts_of(world: World, case: str) -> list[Act]:
    found = world.hub.case(case)
    assert found is not None
    return [one.act for one in found.line]


def test_a_hundred_cases_that_wait_for_a_person_keep_nobody_from_what_the_law_gives_him(world: World) -> None:
    """Each was accepted too late by a person, or waits for his answer: nothing is left for the law to do there."""
    waiting = [taken_in(world, FOOD) for _ in range(3)]
    days_pass(world, 9)
    for case in waiting:
        world.hub.decides(case, Act.ACCEPT)
    mine = taken_in(world, FOOD)
    work = days_pass(world, 9)
    with world.hub.office.store.read() as db:
        assert [r[0] for r in db.execute("select case_id from standing where effect_on < '2026-03-20'")] == [mine]
    assert work.let_the_law_act(world.hub.clock.now()) == 1
    assert Act.DEEM_ACCEPTED in acts_of(world, mine)


def test_who_asked_for_his_papers_back_does_not_stand_before_the_others(world: World) -> None:
    """A request that nobody answers bars the law's act on that case, and on no other."""
    asked = [taken_in(world, FOOD) for _ in range(3)]
    for case in asked:
        world.station("dafeng").asks_withdrawal(case)
    mine = taken_in(world, FOOD)
    work = days_pass(world, 9)
    office, at = world.hub.office, world.hub.clock.now()
    assert let_the_law_act(office.store, office.pen, world.hub.book, LAW, at, limit=1) == 1
    assert Act.DEEM_ACCEPTED in acts_of(world, mine)
    assert work.let_the_law_act(at) == 0


def test_a_hub_that_wakes_up_in_another_year_and_has_heard_nobody_accepts_nothing(world: World) -> None:
    case = taken_in(world, FOOD)
    world.hub.clock.skew = timedelta(days=400)
    work, at = clockwork(world), world.hub.clock.now()
    work.keep_standing(at)
    assert work.let_the_law_act(at) == 0
    assert acts_of(world, case) == [Act.SUBMIT]


def test_over_the_turn_of_the_year_nothing_lapses_before_the_next_years_holidays_are_known(world: World) -> None:
    """Taken in on 29 December 2026: without the notice for 2027 the fifth working day is only a guess."""
    world.advance(302 * DAY_S)
    case = taken_in(world, FOOD)
    assert world.hub.case(case).opened_at.startswith("2026-12-29")  # type: ignore[union-attr]
    work = days_pass(world, 12)
    assert work.let_the_law_act(world.hub.clock.now()) == 0
    assert acts_of(world, case) == [Act.SUBMIT]


def test_a_licence_that_had_run_out_before_anybody_asked_is_never_deemed_renewed(desk: Desk, world: World) -> None:
    """行政许可法 §50: who asks after the end, or too late before it, is decided by a person."""
    gone = desk.submits("F02", licence="旧证", licence_until="2026-02-27")
    late = desk.submits("F02", licence="旧证", licence_until="2026-03-04")
    in_time = desk.submits("F02", licence="旧证", licence_until="2026-04-30")
    world.settle()
    for case in (gone, late, in_time):
        world.hub.decides(case, Act.ACCEPT)
    world.advance(90 * DAY_S)
    desk.lapses()
    assert Act.DEEM_RENEWED not in acts_of(world, gone)
    assert Act.DEEM_RENEWED not in acts_of(world, late)
    assert Act.DEEM_RENEWED in acts_of(world, in_time)


def test_a_day_that_is_no_day_in_one_stations_letter_stops_nobody_elses_clock(desk: Desk, world: World) -> None:
    odd = desk.submits("F03", licence="旧证", licence_until="明年五月")
    mine = desk.submits("F01")
    world.settle()
    desk.catches_up()
    with world.hub.office.store.read() as db:
        lines = dict(db.execute("select case_id, due_on from standing").fetchall())
    assert lines[odd] < "2027"
    assert lines[mine] < "2027"


def test_nobody_is_told_what_lacks_after_the_law_has_accepted_the_case(desk: Desk, world: World) -> None:
    """§32(4): the sixth working day, a minute before the clockwork writes it down."""
    case = desk.submits("F01")
    world.settle()
    world.advance(8 * DAY_S)
    li = desk.browser("li")
    for act, said in (
        ("ask-correction", {"wrong:其他": "请补充"}),
        ("refuse-acceptance", {"reason": "不属于本机关", "competent": "另一机关"}),
    ):
        li.acts(case, act, **said, reconsideration_body="新都区人民政府", court="新都区人民法院")
        assert li.status == 409, li.text
        assert "视为受理" in li.text
    assert acts_of(world, case) == [Act.SUBMIT]
    li.acts(case, "accept", way="ordinary")
    assert world.hub.case(case).status is Status.ACCEPTED  # type: ignore[union-attr]


def test_a_hub_whose_catalogue_came_back_after_its_cases_has_their_days_again(desk: Desk, world: World) -> None:
    """After a lost disk the record is told again first; until the bundle is whole no line knows its day."""
    case = desk.submits("F01")
    world.settle()
    desk.catches_up()
    office = world.hub.office
    with office.store.write() as tx:
        tx.execute("update standing set due_on = '9999-12-31', effect_on = '9999-12-31' where case_id = ?", (case,))
        (digest,) = tx.execute("select digest from shelf").fetchone()
    note_bundle_came(office.store, "0" * 64)  # any other paper
    desk.catches_up()
    assert day_of(world, case) == NEVER
    note_bundle_came(office.store, digest)
    desk.catches_up()
    assert day_of(world, case) == "2026-03-09"


def day_of(world: World, case: str) -> str:
    with world.hub.office.store.read() as db:
        return str(db.execute("select due_on from standing where case_id = ?", (case,)).fetchone()[0])


def test_a_station_whose_battery_was_flat_gets_nobody_accepted_by_the_clock(world: World) -> None:
    """It took a case in under the year 2015 and another under 2028; a person is asked on which day it was."""
    dafeng = world.station("dafeng")
    dafeng.clock.skew = timedelta(days=-4000)
    past = taken_in(world, FOOD)
    dafeng.clock.skew = timedelta(days=700)
    future = taken_in(world, FOOD)
    dafeng.clock.skew = timedelta()
    work = days_pass(world, 1)
    assert work.let_the_law_act(world.hub.clock.now()) == 0
    assert work.let_the_law_act(world.hub.clock.now()) == 0
    assert acts_of(world, past) == acts_of(world, future) == [Act.SUBMIT]
    with world.hub.office.store.read() as db:
        asked = [one.case_id for one in open_notices(db) if one.kind == "receipt-doubted"]
    assert sorted(asked) == sorted([past, future])
