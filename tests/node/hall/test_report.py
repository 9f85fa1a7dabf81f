"""The figures of a day: what the head sees of it, and what the district is told when it has ended."""

from __future__ import annotations

from hub import hall_days
from node.hall import estimates, report
from node.hall.ledger import day_of
from node.hall.rules import Klass
from tests.node.station import STATION


def figures(room):
    with room.store.read() as db:
        return report.report_of(db, day_of(room.at))


def test_a_short_morning_in_figures(room):
    room.opens(1, "general", "tax")
    first = room.draws()
    room.later(4)
    old, late = room.draws("tax", klass=Klass.ELDERLY), room.draws()
    room.later(2)
    assert room.serves(1, 10) == old  # overtakes nobody of its own kind
    assert room.serves(1, 20) == first
    room.calls(1)
    room.later(2)
    room.does("miss", 1, by="limin")
    room.later(30)
    room.does("restore", late, by="hall")
    assert room.serves(1, 5) == late

    day = figures(room)
    waits = {(one.of, one.which): one for one in day.waits}
    assert (day.tickets, day.turns, day.missed, day.restored) == (3, 3, 1, 1)
    assert waits["klass", "elderly"].p50_s == 2 * 60
    assert waits["group", "general"].p50_s == 16 * 60
    assert waits["all", ""].long == 1  # the late one waited for 32 minutes before, and none since he is back
    assert day.service_p50_s == 10 * 60
    assert [(one.number, one.busy_s) for one in day.counters] == [(1, (10 + 20 + 2 + 5) * 60)]


def test_who_came_later_for_the_same_and_was_called_earlier_has_overtaken(room):
    patient = room.draws()
    room.later(1)
    for _ in range(2):
        room.draws(klass=Klass.DISABLED)
    room.opens(1)
    assert room.order(1)[-1] == patient
    assert figures(room).overtaken_p99 == 2


def test_a_range_is_promised_once_there_is_something_to_reckon_with_and_the_report_says_how_true_it_was(room):
    room.opens(1)
    for _ in range(6):
        room.draws()
        room.serves(1, 10)
    numbers = [room.draws() for _ in range(3)]
    with room.store.write() as tx:
        said = [estimates.promise(tx, room.desk, number, at=room.at) for number in numbers]
    assert [one.before for one in said] == [0, 1, 2]
    assert said[0].minutes == (0, 5)
    assert said[2].minutes[0] <= 20 <= said[2].minutes[1]
    while room.serves(1, 10):
        pass
    assert (figures(room).promised, figures(room).promised_kept) == (3, 3)


def test_nothing_is_promised_without_measures_or_without_a_counter(room):
    one, two = room.draws(), room.draws()
    with room.store.write() as tx:
        assert estimates.promise(tx, room.desk, two, at=room.at) == estimates.Forecast(1, None)
    room.opens(1)
    room.calls(1)
    with room.store.write() as tx:
        assert estimates.promise(tx, room.desk, two, at=room.at) == estimates.Forecast(0, None)
    assert room.hall.tickets[one].promised is None


def test_the_same_hall_gives_the_same_range(room):
    room.opens(1)
    for _ in range(6):
        room.draws()
        room.serves(1, 7)
    numbers = [room.draws() for _ in range(4)]
    with room.store.read() as db:
        known = estimates.paces(db, room.hall)
    ranges = [estimates.forecast(room.hall, room.hall.tickets[numbers[3]], known, room.at) for _ in range(3)]
    assert ranges[0] == ranges[1] == ranges[2]


def test_the_screen_says_of_a_group_what_whoever_draws_for_it_would_hear(room):
    room.opens(1)
    for _ in range(6):
        room.draws()
        room.serves(1, 7)
    room.draws()
    room.draws()
    with room.store.read() as db:
        known = estimates.paces(db, room.hall)
    of_all = estimates.outlook(room.hall, ["general", "tax"], known, room.at)
    newcomer = estimates.newcomer(room.hall, "general", room.at)
    assert of_all["general"] == estimates.forecast(room.hall, newcomer, known, room.at)
    assert of_all["general"].before == 2
    assert of_all["tax"] == estimates.Forecast(0, None), "no counter that is open knows of tax"


def test_a_day_that_has_ended_is_what_the_next_one_reckons_with(room):
    room.opens(1)
    for _ in range(6):
        room.draws()
        room.serves(1, 7)
    for _ in range(2):
        room.does("end_day", by="zhaoqiang")
        room.draws()  # the day is opened again, and counts once
    room.later(24 * 60)
    with room.store.read() as db:
        assert estimates.paces(db, room.hall)["general"] == estimates.Pace(7 * 60, 7 * 60, 6)


def test_the_district_is_told_of_the_day_and_of_the_day_again_when_it_went_on(desk):
    here, clock = desk.station, desk.station.clock

    def does(what: str, *args: object, **named: object) -> None:
        with here.store.write() as tx:
            getattr(here.hall, what)(tx, *args, **named, at=clock.now())

    does("draw", ["tax"])
    does("open_counter", 1, ["tax"], name="李敏", by="limin")
    does("call_next", 1, by="limin")
    does("arrive", 1, by="limin")
    desk.world.advance(600)
    does("end_day", by="zhaoqiang")
    does("draw", ["tax"])
    does("end_day", by="zhaoqiang")
    day = day_of(clock.now())
    desk.world.advance(60)
    desk.world.settle()
    with desk.world.hub.office.store.read() as db:
        ((station, told),) = hall_days.halls(db, day, day)
        assert hall_days.halls(db, "2020-01-01", "2020-12-31") == []
    assert (station, told.tickets, told.turns, told.carried) == (STATION, 2, 1, 1)
    assert told.service_p50_s == 600
