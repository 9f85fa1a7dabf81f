"""Which group of the hall is short of counters, and who is named as somebody who could help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from node.hall.events import Called, Drawn, Opened, Paused, Why
from node.hall.state import Hall
from node.hall.tidal import PEOPLE_PER_COUNTER, advice

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def hall(counters: dict[int, list[str]], waiting: dict[str, int]) -> Hall:
    """Counters with what they call, and so many people who drew at nine for each group."""
    made = Hall("2026-03-02")
    for number, skills in counters.items():
        made.apply(NINE, f"clerk{number}", Opened(number, skills))
    for group, people in waiting.items():
        for _ in range(people):
            made.apply(NINE, "machine", Drawn(f"A{made.series + 1:03d}", made.series + 1, [group]))
    return made


def test_a_hall_that_keeps_up_needs_no_advice() -> None:
    quiet = hall({1: ["tax"], 2: ["welfare"]}, {"tax": PEOPLE_PER_COUNTER})
    assert advice(quiet, NINE + timedelta(minutes=5)) == []


def test_a_long_line_calls_for_the_counter_that_has_least_to_do() -> None:
    busy = hall({1: ["tax"], 2: ["welfare"], 3: ["residence"]}, {"tax": 8, "welfare": 3, "residence": 1})
    [short] = advice(busy, NINE)
    assert (short.group.code, short.waiting, short.counters) == ("tax", 8, 1)
    assert short.helpers == (3, 2)


def test_a_counter_as_busy_as_the_short_one_is_left_alone() -> None:
    full = hall({1: ["tax"], 2: ["welfare"]}, {"tax": 7, "welfare": 6})
    assert [(one.group.code, one.helpers) for one in advice(full, NINE)] == [("welfare", ()), ("tax", ())]


def test_one_who_has_waited_long_is_enough_to_be_short() -> None:
    alone = hall({1: ["tax"], 2: ["welfare"]}, {"tax": 1})
    cap = timedelta(minutes=alone.rules.cap_min)
    assert advice(alone, NINE + cap * 0.5) == []
    assert [one.helpers for one in advice(alone, NINE + cap * 0.7)] == [(2,)]


def test_a_group_that_nobody_does_is_named_also_when_nobody_can_help() -> None:
    lost = hall({}, {"housing": 1})
    [short] = advice(lost, NINE)
    assert (short.counters, short.helpers) == (0, ())


def test_a_counter_that_paused_neither_counts_nor_helps_and_one_that_serves_may() -> None:
    some = hall({1: ["tax"], 2: ["welfare"], 3: ["residence"]}, {"tax": 9, "residence": 1})
    some.apply(NINE, "clerk2", Paused(2, "-"))
    some.apply(NINE, "clerk3", Called("A010", 3, Why("score", 0)))
    [short] = advice(some, NINE)
    assert short.helpers == (3,)
