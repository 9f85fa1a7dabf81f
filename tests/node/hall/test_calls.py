"""What a hall does with people who come, wait, miss their call, go and copy something, and come back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from node.hall.desk import replays
from node.hall.ledger import day_of
from node.hall.rules import Klass, Rules
from protocol.errors import Refused
from tests.node.hall.room import Hallway


def test_an_old_woman_counts_as_having_come_ten_minutes_earlier_and_no_more(room):
    first = room.draws()
    room.later(9)
    old = room.draws(klass=Klass.ELDERLY)
    room.opens(1)
    assert room.order(1) == [old, first]

    early = room.draws()
    room.later(11)
    late = room.draws(klass=Klass.ELDERLY)
    assert room.order(1) == [early, late]


def test_whoever_has_waited_for_thirty_five_minutes_is_not_overtaken_any_more(room):
    patient = room.draws()
    room.later(6)
    old = room.draws(klass=Klass.SOLDIER)
    room.later(30)
    room.opens(1)
    assert room.order(1) == [patient, old]
    assert room.hall.tickets[patient].why.by == "cap"


def test_who_comes_two_hours_before_an_appointment_does_not_stand_before_those_who_wait(room):
    early = room.draws(klass=Klass.APPOINTMENT, slot=room.at + timedelta(hours=2))
    room.later(1)
    ordinary = room.draws()
    room.opens(1)
    assert room.calls(1) == ordinary
    room.later(125)
    room.does("arrive", 1, by="limin")
    newcomer = room.draws()
    assert room.order(1) == [early, newcomer]


def test_a_late_appointment_is_an_ordinary_ticket(room):
    slot = room.at
    room.later(16)
    number = room.draws(klass=Klass.APPOINTMENT, slot=slot)
    assert room.hall.tickets[number].klass is Klass.ORDINARY


def test_a_generalist_leaves_people_to_a_free_specialist_and_says_so(room):
    tax, housing = room.draws("tax"), room.draws("housing")
    room.opens(1, "tax")
    room.opens(2, "tax", "housing")
    assert room.calls(2) == housing
    assert room.hall.tickets[housing].why.left_to_specialists == [tax]
    assert room.calls(1) == tax


def test_the_same_order_whoever_sits_down_first(tmp_path: Path):
    called = []
    for order in ((1, 2), (2, 1)):
        room = Hallway(tmp_path / str(order[0]))
        for counter in order:
            room.opens(counter, *(("tax",) if counter == 1 else ("tax", "housing")))
        numbers = [room.draws("tax"), room.draws("housing"), room.draws("tax")]
        called.append((room.calls(2), room.calls(1), *room.standings(numbers)))
        room.close()
    assert called[0] == called[1]


def test_who_missed_the_call_comes_back_behind_three_calls_and_is_void_the_second_time(room):
    missing, *others = [room.draws() for _ in range(5)]
    room.opens(1)
    assert room.calls(1) == missing
    with pytest.raises(Refused):
        room.does("miss", 1, by="limin")  # nobody has crossed the hall yet
    room.later(1.5)
    room.does("miss", 1, by="limin")
    room.does("restore", missing, by="hall")
    assert room.order(1)[:4] == [*others[:3], missing]

    again = room.draws()
    for _ in range(2):
        room.calls(1)
        room.later(1.5)
        room.does("miss", 1, by="limin")
        room.tries("restore", again, by="hall")
    assert room.standings([again]) == ["void"]
    with pytest.raises(Refused):
        room.does("restore", again, by="limin")  # now it needs a person's reason
    room.does("restore", again, by="limin", reason="听不见叫号")
    assert room.calls(1) == again


def test_the_clerk_can_mark_a_missed_call_although_the_clock_was_set_back(room):
    room.draws()
    room.opens(1)
    number = room.calls(1)
    room.later(-90)
    room.does("miss", 1, by="limin")
    assert room.standings([number]) == ["missed"]


def test_back_from_the_copier_is_in_front_at_the_same_counter_and_the_copying_is_no_waiting(room):
    number, others = room.draws(), [room.draws() for _ in range(2)]
    room.opens(1), room.opens(2)
    room.later(4)
    room.calls(1)
    room.does("hold", 1, "复印", by="limin")
    assert room.serves(1, 20) == others[0]
    room.does("back", number, by="limin")
    room.later(1)
    assert room.calls(2) == others[1]  # it is not called anywhere else
    assert room.serves(1) == number
    assert {one.ticket: one.wait_s for one in room.hall.served}[number] == 5 * 60


def test_three_matters_on_one_number_wait_once_and_each_is_served_where_it_is_known(room):
    number = room.draws("business", "permits", "tax")
    room.opens(1, "business"), room.opens(2, "permits", "tax")
    room.later(10)
    assert room.serves(1, 15) == number
    late = room.draws("permits")
    assert room.order(2) == [number, number, late]
    assert [one.wait_s // 60 for one in room.hall.served] == [10, 0, 0, 0]


def test_sent_to_another_counter_it_keeps_its_arrival(room):
    number = room.draws("tax")
    room.later(5)
    other = room.draws("housing")
    room.opens(1, "tax"), room.opens(2, "housing")
    room.calls(1)
    room.does("transfer", 1, ["housing"], reason="材料不对口", by="limin")
    assert room.order(2) == [number, other]


def test_who_was_sent_to_a_counter_that_closes_is_called_by_the_others(room):
    number = room.draws("tax")
    room.opens(1, "tax"), room.opens(2, "housing"), room.opens(3, "tax")
    room.calls(1)
    room.does("transfer", 1, [], to=2, by="limin")
    assert room.calls(3) == ""
    room.does("close_counter", 2, by="wanghui")
    assert room.calls(3) == number


def test_the_one_who_signs_is_waited_for_and_nobody_else_has_to_wait_where_nobody_signs(room):
    number = room.draws(needs=["sign"])
    room.opens(1, "general"), room.opens(2, "general", "sign")
    assert room.calls(1) == ""
    room.does("close_counter", 2, by="wanghui")
    assert room.calls(1) == number


def test_a_power_cut_between_ticket_and_call_loses_neither(room):
    numbers = [room.draws() for _ in range(3)]
    room.power_cut()
    room.opens(1)
    assert room.calls(1) == numbers[0]
    room.power_cut()
    assert room.standings(numbers) == ["called", "waiting", "waiting"]
    assert room.hall.counters[1].ticket == numbers[0]


def test_who_was_not_served_is_first_on_the_next_day_with_the_same_number(room):
    served, waiting, called = room.draws(), room.draws(klass=Klass.PREGNANT), room.draws()
    room.opens(1)
    room.does("set_rules", Rules(head_start_min=0), by="zhaoqiang")
    assert room.serves(1) == served
    room.calls(1)
    room.later(24 * 60)
    today = [room.draws(), room.draws()]
    assert {waiting, called}.isdisjoint(today)
    assert room.hall.rules.head_start_min == 0
    room.opens(1)
    assert room.order(1) == [waiting, called, *today]


def test_who_draws_after_the_head_has_ended_the_day_is_carried_too(room):
    first = room.draws()
    room.does("end_day", by="zhaoqiang")
    late = room.draws()
    room.later(24 * 60)
    room.opens(1)
    assert room.order(1) == [first, late]


def test_a_clock_that_jumps_ahead_by_a_day_and_back_takes_nobody_away(room):
    morning = [room.draws(), room.draws()]
    room.later(24 * 60)
    tomorrow = room.draws()
    room.later(-24 * 60)
    after = room.draws()
    room.opens(1)
    assert room.order(1) == [*morning, tomorrow, after]
    room.later(24 * 60)
    room.opens(1)
    assert room.order(1) == []


def test_a_clock_that_runs_backwards_within_a_day_turns_no_order_round(room):
    first = room.draws()
    room.later(-50)
    second = room.draws()
    room.opens(1)
    assert room.order(1) == [first, second]
    with room.store.read() as db:
        assert replays(db, day_of(room.at)) == []


def test_a_call_at_a_paused_counter_opens_it_again(room):
    number = room.draws()
    room.opens(1)
    room.does("pause", 1, "喝水", by="limin")
    room.does("call_this", 1, number, by="limin")
    assert room.hall.counters[1].paused == ""


def test_every_call_of_the_day_can_be_explained_afterwards_and_a_forged_one_cannot(room):
    room.draws(), room.draws(klass=Klass.DISABLED), room.draws("tax")
    room.opens(1, "general", "tax")
    while room.serves(1):
        pass
    with room.store.read() as db:
        assert replays(db, day_of(room.at)) == []
    with room.store.write() as tx:
        tx.execute(
            "update hall_events set event = replace(event, 'disabled', 'ordinary') where event like '%\"drawn\"%'"
        )
    with room.store.read() as db:
        assert replays(db, day_of(room.at)) != []
