"""A desk for each party at the end of a link, and the wires that the stories are told over."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from hub.embedded_broker import EmbeddedBroker
from protocol.exchange.link import Event, Frame, Lane, Link, LinkUp, Token
from protocol.exchange.loopback import LoopbackNetwork
from protocol.exchange.mqtt import MqttLink, Wire
from tests.contract.brokers import DISTRICT, FENCED, PASSWORDS, Mosquitto, embedded

DEADLINE_S = 20.0
E = TypeVar("E", bound=Event)


class Rig(Protocol):
    tells_of_denials: bool
    holds_back: bool  # never brings more frames than the receiver's bound allows to be open

    def link(self, party: str) -> Link: ...
    def carry(self) -> None: ...
    def broker_down(self) -> None: ...
    def broker_up(self) -> None: ...
    def close(self) -> None: ...


class Desk:
    """One party: its link and all that the link has brought."""

    def __init__(self, rig: Rig, party: str) -> None:
        self.party = party
        self.events: list[Event] = []
        self.link = rig.link(party)
        self._rig = rig
        self._came = threading.Condition()
        self.link.start(self._note)

    def _note(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def until(self, seen: Callable[..., object], seconds: float = DEADLINE_S) -> None:
        """Carry and wait until `seen` is true; fails with what was brought instead."""
        had = [repr(event)[:160] for event in self.events[-12:]] if not self.comes(seen, seconds) else None
        assert had is None, f"{self.party} had only {had}"

    def comes(self, seen: Callable[..., object], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        self._rig.carry()
        with self._came:
            while not seen():
                if not self._came.wait(max(0.0, min(0.05, deadline - time.monotonic()))):
                    self._rig.carry()
                if time.monotonic() >= deadline:
                    return False
        return True

    def up(self) -> Desk:
        self.until(lambda: self.of(LinkUp))
        return self

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def frames(self) -> list[bytes]:
        return [frame.data for frame in self.of(Frame)]

    def send(self, to: str, data: bytes, lane: Lane = Lane.LETTER) -> Token:
        return self.link.send(to, lane, data)

    def settle_all(self) -> None:
        for frame in self.of(Frame):
            self.link.settle(frame.token)


class OnOneDesk:
    tells_of_denials = True
    holds_back = True

    def __init__(self) -> None:
        self.network = LoopbackNetwork(random.Random(7))
        for party in FENCED:
            self.network.fence(party)

    def link(self, party: str) -> Link:
        return self.network.link(party)

    def carry(self) -> None:
        self.network.deliver()

    def broker_down(self) -> None:
        self.network.broker_down()

    def broker_up(self) -> None:
        self.network.broker_up()

    def close(self) -> None:
        return


class OverBroker:
    def __init__(self, broker: Mosquitto | EmbeddedBroker, protocol: Literal["5", "311"]) -> None:
        self.broker = broker
        self.tells_of_denials = protocol == "5"
        self.holds_back = not isinstance(broker, Mosquitto)  # 2.0 lets some through: eclipse-mosquitto/mosquitto#2301
        self._protocol = protocol
        broker.start()

    def link(self, party: str) -> Link:
        return MqttLink(
            Wire(
                "127.0.0.1",
                self.broker.port,
                DISTRICT,
                party,
                protocol=self._protocol,
                username=party,
                password=PASSWORDS[party],
            )
        )

    def carry(self) -> None:
        return

    def broker_down(self) -> None:
        self.broker.stop()

    def broker_up(self) -> None:
        self.broker.start()

    def close(self) -> None:
        self.broker.stop()


def new_rig(name: str, folder: Path) -> Rig:
    match name:
        case "loopback":
            return OnOneDesk()
        case "mosquitto-5":
            return OverBroker(Mosquitto(folder), "5")
        case "mosquitto-311":
            return OverBroker(Mosquitto(folder), "311")
        case _:
            return OverBroker(embedded(), "311")
