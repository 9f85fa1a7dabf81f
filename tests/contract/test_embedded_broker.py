"""The embedded broker's doors: who is let in, who is put out, and what the others notice."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.embedded_broker import EmbeddedBroker
from protocol.errors import Unreachable
from protocol.exchange.link import LinkDown, LinkUp, Presence
from protocol.exchange.topics import HUB, presence_topic
from tests.contract.brokers import DISTRICT, PASSWORDS, embedded
from tests.contract.desks import Desk, OverBroker

pytestmark = pytest.mark.broker

Opens = Callable[[str], Desk]


@pytest.fixture
def rig() -> Iterator[OverBroker]:
    rig = OverBroker(embedded(), "311")
    yield rig
    rig.close()


@pytest.fixture
def district(rig: OverBroker) -> Iterator[Opens]:
    desks: list[Desk] = []

    def open_desk(party: str) -> Desk:
        desks.append(Desk(rig, party))
        return desks[-1].up()

    yield open_desk
    for desk in desks:
        desk.link.stop()


def stranger(client_id: str, username: str | None, password: str | None, clean: bool = True) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=clean, protocol=paho.MQTTv311)
    client.connect_timeout = 5
    if username is not None:
        client.username_pw_set(username, password)
    return client


def knock(client: paho.Client, port: int) -> bool:
    """True if the broker lets the client in; it leaves again without a goodbye."""
    answers: list[bool] = []
    client.on_connect = lambda _c, _u, _flags, code, _p: answers.append(not code.is_failure)
    client.connect("127.0.0.1", port)
    while not answers and client.loop(timeout=1.0) == paho.MQTT_ERR_SUCCESS:
        pass
    held = client.socket()
    if held is not None:
        held.close()
    return answers == [True]


def test_a_taken_port_is_said_and_the_one_who_has_it_is_not_disturbed(rig: OverBroker, district: Opens) -> None:
    second = embedded(rig.broker.port)
    with pytest.raises(Unreachable) as refused:
        second.start()
    assert refused.value.code == "unreachable.broker"
    second.stop()
    district("lj07")


def test_stopped_twice_the_port_is_free_and_it_can_begin_again() -> None:
    broker = embedded()
    broker.start()
    port = broker.port
    broker.stop()
    broker.stop()
    with socket.create_server(("127.0.0.1", port)):
        pass
    broker.start()
    assert broker.port == port
    broker.stop()


def test_strangers_stay_outside_and_end_nobodys_session(rig: OverBroker, district: Opens) -> None:
    hub, station = district(HUB), district("lj07")
    hub.until(lambda: Presence("lj07", True) in hub.events)
    port = rig.broker.port
    assert not knock(stranger("lj07", None, None), port), "nobody"
    assert not knock(stranger("lj07", "lj07", "guess"), port), "a wrong password"
    assert not knock(stranger("lj99", "lj99", ""), port), "an unknown name"
    assert not knock(stranger("lj07", "lj08", PASSWORDS["lj08"]), port), "one station in the place of another"
    assert not knock(stranger("lj08", "lj08", PASSWORDS["lj08"], clean=False), port), "who wants to be remembered"
    hub.send("lj07", b"still there?")
    station.until(lambda: station.frames())
    station.send(HUB, b"still here")
    hub.until(lambda: hub.frames())
    assert station.of(LinkDown) == []
    assert Presence("lj07", False) not in hub.events


def test_a_will_in_anothers_name_is_not_let_in(rig: OverBroker, district: Opens) -> None:
    client = stranger("lj08", "lj08", PASSWORDS["lj08"])
    client.will_set(presence_topic(DISTRICT, "lj07"), b"gone", qos=1, retain=True)
    assert not knock(client, rig.broker.port)
    assert knock(stranger("lj08", "lj08", PASSWORDS["lj08"]), rig.broker.port)


def test_a_second_connection_takes_the_place_of_the_first_and_the_party_is_here(
    rig: OverBroker, district: Opens
) -> None:
    hub, first = district(HUB), district("lj07")
    second = Desk(rig, "lj07").up()
    first.until(lambda: first.of(LinkDown))
    first.link.stop()
    second.link.stop()
    third = district("lj07")
    hub.send("lj07", b"to the one who is here")
    third.until(lambda: third.frames())
    hub.until(lambda: hub.of(Presence)[-1] == Presence("lj07", True))


def test_a_client_that_falls_silent_is_given_up_and_its_will_is_told(rig: OverBroker, district: Opens) -> None:
    hub = district(HUB)
    silent = stranger("lj07", "lj07", PASSWORDS["lj07"])
    silent.will_set(presence_topic(DISTRICT, "lj07"), b"gone", qos=1, retain=True)
    silent.connect("127.0.0.1", rig.broker.port, keepalive=1)
    silent.loop(timeout=1.0)  # the CONNECT and its answer, and then nothing, as from a box without power
    hub.until(lambda: Presence("lj07", False) in hub.events)
    held = silent.socket()
    assert held is not None
    held.close()


def test_a_station_that_is_taken_off_the_list_does_not_come_back(rig: OverBroker, district: Opens) -> None:
    station = district("lj08")
    rig.broker.stop()
    rest = {name: secret for name, secret in PASSWORDS.items() if name != "lj08"}
    rig.broker = EmbeddedBroker("127.0.0.1", rig.broker.port, DISTRICT, rest)
    rig.broker.start()
    station.until(lambda: any(down.reason == "not authorized" for down in station.of(LinkDown)))
    assert len(station.of(LinkUp)) == 1
