"""One set of stories over every link: what the courier may count on, whichever wire it has."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from protocol.errors import Unreachable
from protocol.exchange.limits import MAX_FRAME_BYTES, MAX_IN_FLIGHT, RECEIVE_MAXIMUM
from protocol.exchange.link import Denied, Event, Frame, Handed, Lane, LinkDown, LinkUp, Presence, Token
from protocol.exchange.topics import HUB
from tests.contract.brokers import DISTRICT, PASSWORDS
from tests.contract.desks import DEADLINE_S, Desk, Rig, new_rig

REAL = [pytest.param(name, marks=pytest.mark.broker) for name in ("mosquitto-5", "mosquitto-311", "embedded")]


@pytest.fixture(params=["loopback", *REAL])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    before = set(threading.enumerate())
    rig = new_rig(request.param, tmp_path)
    yield rig
    rig.close()
    assert set(threading.enumerate()) <= before, "a thread outlived its stop()"


@pytest.fixture
def district(rig: Rig) -> Iterator[Callable[[str], Desk]]:
    """Opens desks and stops their links before the broker goes."""
    desks: list[Desk] = []

    def open_desk(party: str) -> Desk:
        desks.append(Desk(rig, party))
        return desks[-1].up()

    yield open_desk
    for desk in desks:
        desk.link.stop()
        desk.link.stop()


Opens = Callable[[str], Desk]


def test_a_frame_arrives_once_with_its_sender_and_lane(district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    token = station.send(HUB, b"a letter", Lane.LETTER)
    hub.until(lambda: hub.frames())
    station.until(lambda: Handed(token) in station.events)
    (frame,) = hub.of(Frame)
    assert (frame.sender, frame.lane, frame.data) == ("lj07", Lane.LETTER, b"a letter")
    hub.link.settle(frame.token)
    hub.send("lj07", b"a receipt", Lane.RECEIPT)
    station.until(lambda: station.frames())
    (answer,) = station.of(Frame)
    assert (answer.sender, answer.lane, answer.data) == (HUB, Lane.RECEIPT, b"a receipt")
    assert hub.frames() == [b"a letter"]


def test_all_lanes_and_large_frames_pass(district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    large = random.Random(1).randbytes(MAX_FRAME_BYTES)
    for lane in Lane:
        station.send(HUB, large, lane)
    hub.until(lambda: len(hub.frames()) == len(Lane))
    assert {frame.lane for frame in hub.of(Frame)} == set(Lane)
    assert all(data == large for data in hub.frames())


def test_what_is_larger_than_a_frame_is_denied_before_it_is_sent(district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    token = station.send(HUB, bytes(MAX_FRAME_BYTES + 1))
    station.until(lambda: station.of(Denied))
    assert station.of(Denied) == [Denied(token, "packet too large")]
    station.send(HUB, b"next")
    hub.until(lambda: hub.frames())
    assert hub.frames() == [b"next"]


def test_a_station_cannot_write_to_a_station(district: Opens) -> None:
    hub, station, other = district(HUB), district("lj07"), district("lj08")
    token = station.send("lj08", b"psst")
    station.until(lambda: station.of(Denied))
    assert station.of(Denied) == [Denied(token, "not authorized")]
    hub.send("lj08", b"last")
    other.until(lambda: other.frames())
    assert other.frames() == [b"last"]
    assert hub.frames() == []


def test_only_the_station_that_is_meant_hears_the_hub(district: Opens) -> None:
    hub, station, other = district(HUB), district("lj07"), district("lj08")
    hub.send("lj07", b"for seven")
    hub.send("lj08", b"for eight")
    station.until(lambda: station.frames())
    other.until(lambda: other.frames())
    assert station.frames() == [b"for seven"]
    assert other.frames() == [b"for eight"]


# the embedded broker does not let a fenced station in at all: test_embedded_broker.py
@pytest.mark.parametrize("rig", ["loopback", *REAL[:2]], indirect=True)
def test_a_fenced_station_speaks_to_nobody_and_is_told_where_the_wire_can_tell(rig: Rig, district: Opens) -> None:
    hub, station = district(HUB), district("lj09")
    token = station.send(HUB, b"let me in")
    answer: Event = Denied(token, "not authorized") if rig.tells_of_denials else Handed(token)
    station.until(lambda: answer in station.events)
    hub.send("lj09", b"nothing for you")
    other = district("lj07")
    other.send(HUB, b"later")
    hub.until(lambda: hub.frames())
    assert hub.frames() == [b"later"]
    assert station.frames() == []


def test_offline_nothing_is_taken_and_nothing_is_sent_later(rig: Rig, district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    rig.broker_down()
    station.until(lambda: station.of(LinkDown))
    with pytest.raises(Unreachable) as refused:
        station.send(HUB, b"from the dark")
    assert refused.value.code == "unreachable.no-link"
    rig.broker_up()
    station.until(lambda: len(station.of(LinkUp)) == 2)
    hub.until(lambda: len(hub.of(LinkUp)) == 2)
    station.send(HUB, b"from the light")
    hub.until(lambda: hub.frames())
    assert hub.frames() == [b"from the light"]


def test_after_a_broker_restart_the_generation_is_new_and_old_tokens_are_void(rig: Rig, district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    station.send(HUB, b"one")
    hub.until(lambda: hub.frames())
    old = hub.of(Frame)[0].token
    rig.broker_down()
    hub.until(lambda: hub.of(LinkDown))
    hub.link.settle(old)
    rig.broker_up()
    for desk in (hub, station):
        desk.until(lambda of=desk.of: len(of(LinkUp)) == 2)
        first, second = (up.generation for up in desk.of(LinkUp))
        assert second > first
    station.send(HUB, b"two")
    hub.until(lambda: len(hub.frames()) == 2)
    new = hub.of(Frame)[-1].token
    assert new.generation > old.generation
    hub.link.settle(Token(old.generation, new.number))
    hub.link.settle(old)
    hub.link.settle(new)
    hub.link.settle(new)
    station.send(HUB, b"three")
    hub.until(lambda: len(hub.frames()) == 3)
    assert hub.frames() == [b"one", b"two", b"three"]


def send_all(station: Desk, many: int) -> None:
    """`many` numbered frames for the hub, as fast as the broker takes them."""
    before, sent = len(station.of(Handed)), 0
    while sent < many:
        try:
            station.send(HUB, b"%d" % sent)
            sent += 1
        except Unreachable:
            station.until(lambda so_far=sent: len(station.of(Handed)) >= before + so_far - MAX_IN_FLIGHT + 5)
    station.until(lambda: len(station.of(Handed)) >= before + many)


def _is_brought_no_more(rig: Rig, hub: Desk) -> None:
    if rig.holds_back:
        assert not hub.comes(lambda: len(hub.frames()) > RECEIVE_MAXIMUM, 0.3)


def test_a_receiver_is_not_brought_more_than_it_settles(rig: Rig, district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    many = RECEIVE_MAXIMUM + 5
    send_all(station, many)
    hub.until(lambda: len(hub.frames()) >= RECEIVE_MAXIMUM - 1)
    _is_brought_no_more(rig, hub)
    hub.settle_all()
    hub.until(lambda: len(hub.frames()) == many)
    assert hub.frames() == [b"%d" % number for number in range(many)]


def test_tokens_of_an_earlier_connection_settle_nothing(rig: Rig, district: Opens) -> None:
    """MQTT numbers frames anew on every connection: the same number is another frame."""
    hub, station = district(HUB), district("lj07")
    rig.broker_down()
    hub.until(lambda: hub.of(LinkDown))
    rig.broker_up()
    for desk in (hub, station):
        desk.until(lambda of=desk.of: len(of(LinkUp)) == 2)
    many = RECEIVE_MAXIMUM + 5
    send_all(station, many)
    hub.until(lambda: len(hub.frames()) >= RECEIVE_MAXIMUM - 1)
    for frame in hub.of(Frame):
        hub.link.settle(Token(frame.token.generation - 1, frame.token.number))
    _is_brought_no_more(rig, hub)
    hub.settle_all()
    hub.until(lambda: len(hub.frames()) == many)


def test_what_was_not_settled_before_a_cut_is_not_brought_again(rig: Rig, district: Opens) -> None:
    """Clean sessions: sending again is the journal's work, and its alone."""
    hub, station = district(HUB), district("lj07")
    station.send(HUB, b"unsettled")
    hub.until(lambda: hub.frames())
    hub.link.stop()
    again = district(HUB)
    station.send(HUB, b"after")
    again.until(lambda: again.frames())
    assert again.frames() == [b"after"]
    assert hub.frames() == [b"unsettled"]


def test_five_hundred_frames_arrive_and_never_more_than_the_bound_is_in_flight(district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    most = sent = settled = 0
    deadline = time.monotonic() + DEADLINE_S
    while (sent < 500 or settled < 500) and time.monotonic() < deadline:
        try:
            while sent < 500:
                station.send(HUB, b"%d" % sent + bytes(2000))
                sent += 1
                most = max(most, sent - len(station.of(Handed)))
        except Unreachable as full:
            assert full.code == "unreachable.full"  # noqa: PT017
        hub.comes(lambda so_far=settled: len(hub.of(Frame)) > so_far, 0.05)  # or the sender hears that it may go on
        arrived = hub.of(Frame)
        for frame in arrived[settled:]:
            hub.link.settle(frame.token)
        settled = len(arrived)
    assert [int(data.rstrip(b"\0")) for data in hub.frames()] == list(range(500))
    assert most <= MAX_IN_FLIGHT + 1  # the note of an answer trails the answer


def test_the_hub_sees_who_is_here_and_a_station_sees_the_hub(rig: Rig, district: Opens) -> None:
    station = district("lj07")
    hub = district(HUB)
    hub.until(lambda: Presence("lj07", True) in hub.events)
    station.until(lambda: Presence(HUB, True) in station.events)
    station.link.stop()
    hub.until(lambda: Presence("lj07", False) in hub.events)
    hub.link.stop()
    late = district("lj08")
    late.until(lambda: Presence(HUB, False) in late.events)
    assert not late.frames()


def test_a_restarted_process_takes_the_place_of_the_one_before(rig: Rig, district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    station.link.stop()
    again = district("lj07")
    hub.until(lambda: [seen.here for seen in hub.of(Presence) if seen.party == "lj07"][-2:] == [False, True])
    hub.send("lj07", b"welcome back")
    again.until(lambda: again.frames())
    assert station.frames() == []


def test_a_stopped_link_brings_nothing_and_takes_nothing(district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    hub.link.stop()
    seen = list(hub.events)
    station.send(HUB, b"anybody there")
    station.until(lambda: station.of(Handed))
    assert hub.events == seen
    with pytest.raises(Unreachable):
        hub.send("lj07", b"no")


@pytest.mark.broker
@pytest.mark.parametrize("name", ["mosquitto-311", "embedded"])
def test_a_station_that_listens_to_everything_hears_nothing_of_others(name: str, tmp_path: Path) -> None:
    rig = new_rig(name, tmp_path)
    heard: list[str] = []
    spy = paho.Client(CallbackAPIVersion.VERSION2, "lj08", protocol=paho.MQTTv311)
    spy.username_pw_set("lj08", PASSWORDS["lj08"])
    told = threading.Event()
    spy.on_subscribe = lambda *_: told.set()
    spy.on_message = lambda _c, _u, message: heard.append(message.topic)
    hub, station = Desk(rig, HUB), Desk(rig, "lj07")
    try:
        hub.up()
        station.up()
        spy.connect("127.0.0.1", rig.broker.port)  # type: ignore[attr-defined]
        spy.loop_start()
        spy.subscribe([("#", 1), (f"mc/1/{DISTRICT}/up/+/+", 1), (f"mc/1/{DISTRICT}/down/lj07/+", 1)])
        assert told.wait(10)
        spy.publish(f"mc/1/{DISTRICT}/up/lj07/letter", b"in another's name", qos=1).wait_for_publish(10)
        station.send(HUB, b"mine")
        hub.send("lj07", b"yours")
        hub.until(lambda: hub.frames())
        station.until(lambda: station.frames())
        assert hub.frames() == [b"mine"]
        spy.publish(f"mc/1/{DISTRICT}/up/lj08/letter", b"in my own", qos=1).wait_for_publish(10)
        hub.until(lambda: len(hub.frames()) == 2)
        assert [topic for topic in heard if "/down/hub/presence" not in topic and "/up/lj08/" not in topic] == []
    finally:
        spy.disconnect()
        spy.loop_stop()
        hub.link.stop()
        station.link.stop()
        rig.close()
