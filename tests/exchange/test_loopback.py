"""The accidents of the network on one desk: each happens when it is asked for, and the same seed plays the same day."""

from __future__ import annotations

import random

import pytest

from protocol.errors import Unreachable
from protocol.exchange.limits import BROKER_QUEUE, MAX_IN_FLIGHT
from protocol.exchange.link import Event, Frame, Handed, Lane, LinkDown, LinkUp, Presence
from protocol.exchange.loopback import LoopbackLink, LoopbackNetwork
from protocol.exchange.topics import HUB


class District:
    """A hub that settles at once, and one station."""

    def __init__(self, seed: int = 1) -> None:
        self.network = LoopbackNetwork(random.Random(seed))
        self.at_hub: list[Event] = []
        self.at_station: list[Event] = []
        self.hub = self.network.link(HUB)
        self.station = self.network.link("lj07")
        self.hub.start(self._note_and_settle)
        self.station.start(self.at_station.append)
        self.network.deliver()

    def _note_and_settle(self, event: Event) -> None:
        self.at_hub.append(event)
        if isinstance(event, Frame):
            self.hub.settle(event.token)

    def say(self, *words: bytes) -> None:
        for word in words:
            self.station.send(HUB, Lane.LETTER, word)

    def heard(self) -> list[bytes]:
        return [event.data for event in self.at_hub if isinstance(event, Frame)]

    def handed(self) -> int:
        return sum(isinstance(event, Handed) for event in self.at_station)


def numbered(many: int) -> list[bytes]:
    return [b"%d" % number for number in range(many)]


def day(seed: int) -> list[Event]:
    district = District(seed)
    district.network.lose, district.network.double, district.network.delay = 0.2, 0.2, 0.3
    for number in range(60):
        if number == 30:
            district.network.cut("lj07")
            district.network.mend("lj07")
        district.say(b"%d" % number)
        if number % 5 == 0:
            district.network.deliver()
    while district.network.deliver():
        pass
    return district.at_hub


def test_the_same_seed_plays_the_same_day_and_another_seed_another() -> None:
    assert day(1) == day(1)
    assert day(1) != day(2)


def test_nothing_is_brought_before_deliver() -> None:
    network = LoopbackNetwork(random.Random(1))
    seen: list[Event] = []
    link = network.link("lj07")
    link.start(seen.append)
    link.send(HUB, Lane.LETTER, b"x")
    assert seen == []
    assert network.pending() == 2
    assert network.deliver() == 2
    assert [type(event) for event in seen] == [LinkUp, Handed]
    assert network.deliver() == network.pending() == 0


def test_one_hop_at_a_time_a_frame_can_be_cut_off_between_broker_and_receiver() -> None:
    district = District()
    district.say(b"half way")
    assert district.network.deliver(max_frames=1) == 1
    assert district.handed() == 1
    district.network.cut(HUB)
    district.network.mend(HUB)
    district.network.deliver()
    assert district.heard() == []


def test_what_had_not_reached_the_broker_goes_with_the_wire() -> None:
    district = District()
    district.say(b"never")
    district.network.cut("lj07")
    assert isinstance(district.at_station[-1], LinkDown)
    with pytest.raises(Unreachable):
        district.say(b"offline")
    district.network.mend("lj07")
    assert isinstance(district.at_station[-1], LinkUp)
    district.say(b"after")
    district.network.deliver()
    assert district.heard() == [b"after"]
    assert Presence("lj07", False) in district.at_hub


def test_a_broker_that_falls_forgets_everything_it_held() -> None:
    district = District()
    district.say(b"one")
    district.network.deliver(max_frames=1)
    district.network.broker_down()
    assert district.network.pending() == 0
    with pytest.raises(Unreachable):
        district.say(b"two")
    district.network.broker_up()
    district.say(b"three")
    district.network.deliver()
    assert district.heard() == [b"three"]


def test_lost_frames_were_acknowledged_all_the_same() -> None:
    district = District()
    district.network.lose = 1.0
    district.say(*numbered(5))
    district.network.deliver()
    assert district.handed() == 5
    assert district.heard() == []


def test_a_broker_that_swallows_one_party_serves_the_others() -> None:
    district = District()
    other = district.network.link("lj08")
    other.start(lambda event: None)
    district.network.swallow("lj07")
    district.say(b"swallowed")
    other.send(HUB, Lane.LETTER, b"heard")
    district.network.deliver()
    assert district.heard() == [b"heard"]
    assert district.handed() == 1
    district.network.swallow("lj07", False)
    district.say(b"again")
    district.network.deliver()
    assert district.heard() == [b"heard", b"again"]


def test_doubled_and_delayed_frames_all_arrive_in_the_end() -> None:
    district = District(3)
    district.network.double, district.network.delay = 0.5, 0.5
    district.say(*numbered(MAX_IN_FLIGHT))
    while district.network.deliver():
        pass
    assert set(district.heard()) == set(numbered(MAX_IN_FLIGHT))
    assert len(district.heard()) > MAX_IN_FLIGHT
    assert district.heard() != sorted(district.heard(), key=int)


def test_a_new_life_of_a_process_takes_the_seat_and_the_old_one_hears_nothing() -> None:
    district = District()
    district.hub.send("lj07", Lane.LETTER, b"for the dead")
    before = list(district.at_station)
    reborn: list[Event] = []
    again = district.network.link("lj07")
    again.start(reborn.append)
    district.hub.send("lj07", Lane.LETTER, b"for the living")
    district.network.deliver()
    assert district.at_station == before
    first = reborn[0]
    assert isinstance(first, LinkUp)
    assert first.generation == 2
    assert [event.data for event in reborn if isinstance(event, Frame)] == [b"for the dead", b"for the living"]
    with pytest.raises(Unreachable):
        district.say(b"a ghost")
    district.station.stop()
    again.send(HUB, Lane.LETTER, b"still me")


def test_a_receiver_that_never_settles_is_held_for_only_so_long() -> None:
    network = LoopbackNetwork(random.Random(1))
    seen: list[Event] = []
    hub, station = network.link(HUB), network.link("lj07")
    hub.start(seen.append)
    station.start(lambda event: None)
    for _ in range(BROKER_QUEUE // MAX_IN_FLIGHT + 10):
        flood(station)
        network.deliver()
    assert network.pending() <= BROKER_QUEUE


def flood(station: LoopbackLink) -> None:
    for word in numbered(MAX_IN_FLIGHT):
        station.send(HUB, Lane.LETTER, word)
