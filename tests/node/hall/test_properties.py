"""Whatever people, clerks and clocks do in a hall: nobody is called twice, nobody is lost, and every call explains itself."""

from __future__ import annotations

import tempfile
from collections import Counter as Tally
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from node.hall.calling import pick, score_s, serves
from node.hall.desk import replays
from node.hall.events import Called, Drawn
from node.hall.ledger import day_of, days, events, replay
from node.hall.rules import Klass
from node.hall.state import GONE, Standing
from protocol.catalogue.groups import GROUPS
from protocol.clock import CHINA
from tests.node.hall.room import CLERKS, Hallway

SOME = [group.code for group in GROUPS[:4]]
AT_COUNTER = (Standing.CALLED, Standing.SERVING)


OFTEN = {
    "draw": 6, "draw_by_appointment": 1, "open": 3, "call": 6, "press": 5, "pause": 1, "hold": 2, "send_on": 2, "ask_for": 2,
    "speak_up": 3, "wait": 4, "jump": 1, "power_cut": 1, "end_day": 1,
}  # fmt: skip
STEP = st.tuples(
    st.sampled_from([what for what, n in OFTEN.items() for _ in range(n)]), st.integers(0, 9), st.integers(0, 9)
)


class AnyDay:
    """Two numbers say of each step who, what and which; so a day that went wrong is a list of steps."""

    def __init__(self, folder: Path) -> None:
        self.room = Hallway(folder)
        self.drawn: list[str] = []  # every person once, by number

    def take(self, what: str, one: int, two: int) -> None:
        getattr(self, what)(one, two)
        self.who_is_at_a_counter_is_at_one()
        self.memory_and_disk_agree()
        self.the_next_one_is_the_rule_s()
        self.the_order_of_counters_and_tickets_says_nothing()

    def draw(self, one: int, two: int) -> None:
        groups = [SOME[place % 4] for place in range(one, one + 1 + two // 5)]
        self.drawn.append(self.room.draws(*groups, klass=list(Klass)[two % 5]))
        self.room.later(one % 4)

    def draw_by_appointment(self, one: int, two: int) -> None:
        slot = self.room.at + timedelta(minutes=10 * one - 40)
        self.drawn.append(self.room.draws(SOME[two % 4], klass=Klass.APPOINTMENT, slot=slot))

    def open(self, one: int, two: int) -> None:
        self.room.opens(1 + one % 3, *(SOME[: 1 + two % 4] if two % 2 else SOME[two % 4 :]))

    def call(self, one: int, two: int) -> None:
        self._press("call_next", one)
        if two % 3:
            self._press("arrive", one)

    def press(self, one: int, two: int) -> None:
        self._press(("finish", "recall", "miss", "close_counter", "resume")[two % 5], one)

    def pause(self, one: int, two: int) -> None:
        self._press("pause", one, "午饭")

    def hold(self, one: int, two: int) -> None:
        self._press("hold", one, "复印")

    def send_on(self, one: int, two: int) -> None:
        self._press("transfer", one, [SOME[two % 4]] if two % 2 else [], to=two % 4)

    def ask_for(self, one: int, two: int) -> None:
        if self.drawn:
            self._press("call_this", one, self.drawn[two % len(self.drawn)])

    def speak_up(self, one: int, two: int) -> None:
        what = ("back", "back", "restore", "void")[one % 4]
        named = {} if what == "back" else {"reason": "本人来了"}
        if self.drawn:
            self.room.tries(what, self.drawn[two % len(self.drawn)], by="limin", **named)

    def wait(self, one: int, two: int) -> None:
        self.room.later((0.1, 1, 2, 5, 31)[one % 5])

    def jump(self, one: int, two: int) -> None:
        self.room.later((-1500, -90, 90, 600, 1440, 2880)[one % 6])
        for counter in range(1, 1 + two % 3):
            self.room.opens(counter, *SOME)

    def power_cut(self, one: int, two: int) -> None:
        self.room.power_cut()

    def end_day(self, one: int, two: int) -> None:
        self.room.does("end_day", by="zhaoqiang")

    def _press(self, what: str, counter: int, *args: object, **named: object) -> None:
        number = 1 + counter % 3
        self.room.tries(what, number, *args, by=CLERKS[number - 1], **named)

    # -- what holds at every moment

    def who_is_at_a_counter_is_at_one(self) -> None:
        hall = self.room.hall
        at_counters = [counter.ticket for counter in hall.counters.values() if counter.ticket]
        assert sorted(at_counters) == sorted(
            ticket.number for ticket in hall.tickets.values() if ticket.standing in AT_COUNTER
        )
        assert max(Tally(at_counters).values(), default=1) == 1
        assert all(counter.is_open for counter in hall.counters.values() if counter.ticket)

    def memory_and_disk_agree(self) -> None:
        hall = self.room.hall
        with self.room.store.read() as db:
            assert replay(hall.day, events(db, hall.day)) == hall

    def the_next_one_is_the_rule_s(self) -> None:
        """Said again in its own words: sent here first, then the cap, then the score; specialists' people left to them."""
        hall, at = self.room.hall, max(self.room.at, self.room.hall.at or self.room.at)
        for counter in [one for one in hall.counters.values() if one.is_open]:
            found = pick(hall, counter, at)
            can = [one for one in hall.waiting() if serves(hall, counter, one)]
            assert (found is None) == (not can)
            if found is None:
                continue
            chosen = hall.tickets[found.ticket]
            assert chosen in can
            others = [
                one for one in can if one.not_before <= hall.calls and one.number not in found.why.left_to_specialists
            ]
            cap_s = hall.rules.cap_min * 60
            if found.why.by == "held":
                assert chosen.counter == counter.number
            elif found.why.by == "cap":
                assert chosen.wait_s(at) == max(one.wait_s(at) for one in [*others, chosen]) >= cap_s
            else:
                assert all(one.wait_s(at) < cap_s for one in others)
                assert score_s(chosen, at, hall.rules) == max(score_s(one, at, hall.rules) for one in [*others, chosen])
            for number in found.why.left_to_specialists:
                left = hall.tickets[number]
                assert left.wait_s(at) < cap_s
                assert any(
                    one.is_free and serves(hall, one, left) and len(one.skills) < len(counter.skills)
                    for one in hall.counters.values()
                )

    def the_order_of_counters_and_tickets_says_nothing(self) -> None:
        hall = self.room.hall
        turned = deepcopy(hall)
        turned.counters = dict(reversed(turned.counters.items()))
        turned.tickets = dict(reversed(turned.tickets.items()))
        for number, counter in hall.counters.items():
            here, there = pick(hall, counter, self.room.at), pick(turned, turned.counters[number], self.room.at)
            assert (here and here.ticket) == (there and there.ticket)

    def everybody_is_served_in_the_end(self) -> None:
        room = self.room
        with room.store.read() as db:
            last = max([*days(db, room.at.date().replace(year=2999)), day_of(room.at)])
        while day_of(room.at) <= last:  # a day on which every clock is right again
            room.later(1440)
        for counter in (1, 2, 3):
            room.opens(counter, *SOME)
        for number, ticket in room.hall.tickets.items():
            if ticket.standing is Standing.HELD:
                room.does("back", number, by="limin")
        while any(room.serves(counter, 1) for counter in (1, 2, 3)):
            pass
        seen: dict[str, list[Standing]] = {}
        with room.store.read() as db:
            for day in days(db, room.at.astimezone(CHINA).date()):
                for number, ticket in replay(day, events(db, day)).tickets.items():
                    seen.setdefault(number, []).append(ticket.standing)
        for number in self.drawn:
            ended = [one for one in seen[number] if one in (Standing.DONE, Standing.VOID, Standing.MISSED)]
            assert ended, f"{number} waits for ever: {seen[number]}"
            assert all(one in GONE or one is Standing.MISSED for one in seen[number])

    def every_call_explains_itself(self) -> None:
        with self.room.store.read() as db:
            for day in days(db, self.room.at.astimezone(CHINA).date()):
                assert replays(db, day) == []
                open_turn: set[str] = set()
                for kept in events(db, day):
                    if isinstance(kept.event, Called):
                        assert kept.event.ticket not in open_turn, "called twice"
                        assert kept.event.why.head_start_s == 0 or kept.event.why.klass is not Klass.ORDINARY
                        open_turn.add(kept.event.ticket)
                    elif isinstance(kept.event, Drawn) or getattr(kept.event, "counter", 0):
                        open_turn.discard(getattr(kept.event, "ticket", ""))


@settings(max_examples=40)
@given(st.lists(STEP, min_size=30, max_size=60))
def test_whatever_happens_nobody_is_called_twice_and_nobody_is_lost(steps):
    with tempfile.TemporaryDirectory() as folder:
        day = AnyDay(Path(folder))
        try:
            for what, one, two in [("open", 0, 3), ("open", 1, 0), *steps]:
                day.take(what, one, two)
            day.everybody_is_served_in_the_end()
            day.every_call_explains_itself()
        finally:
            day.room.close()
