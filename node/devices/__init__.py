"""The devices of a station: what each kind can do, whoever made it.

One interface a kind, stated here; real drivers and strict fakes stand beside each other, and `registry.py` builds
what the settings name. A device is asked anew each time and nothing is kept open, so one that was unplugged is
there again as soon as its cable is. Nothing of a person is logged here, and no device is ever waited for by a
unit of work: reading comes first, writing after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from node.devices.cards import IdCard, SocialCard


class Kind(StrEnum):
    """What a device is for. In the settings it is the device's name, or its `kind` where there are several."""

    CARD_READER = "card-reader"
    SOCIAL_CARD_READER = "social-card-reader"
    SLIP_PRINTER = "slip-printer"
    A4_PRINTER = "a4-printer"


class Health(StrEnum):
    OK = "ok"
    WARN = "warn"  # works, or will again once somebody has done something by hand
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a device showed. `code` is the end of a text key: `device.ready`."""

    health: Health
    code: str


READY = Seen(Health.OK, "ready")
AT_COUNTER = Seen(Health.OK, "at-counter")  # it hangs on the counter's own PC: only the page there can ask it
NOT_LOOKED = Seen(Health.WARN, "not-looked")
NO_PAPER = Seen(Health.OFF, "no-paper")
LOW_PAPER = Seen(Health.WARN, "low-paper")
STOPPED = Seen(Health.OFF, "stopped")  # a printer's: jammed, switched to standstill, or whatever its display says
SILENT = Seen(Health.OFF, "silent")  # nobody answers: the cable, the power or the service beside it


class Device(Protocol):
    def look(self) -> Seen:
        """How the device stands now. Takes at most about a second and never raises."""
        ...


class CardReader(Device, Protocol):
    """On the station's box. One card at a time; it has to be lifted before it is read again."""

    def read(self) -> IdCard:
        """The card that lies on the reader, waited for a few seconds.

        :raises Refused: no-card, card-left, card-unreadable, reader-busy
        :raises Unreachable: device
        """
        ...


class CounterReader(Device, Protocol):
    """On the counter's own PC, behind the maker's service there: the page asks it and hands the answer over."""

    url: str

    def conversation(self) -> str:
        """What the page has to say to the service, as JSON for devices.js."""
        ...

    def hear(self, messages: Sequence[bytes]) -> IdCard:
        """The card in the service's answers, as strictly read as from a reader of our own.

        :raises Refused: no-card, card-unreadable
        :raises Unreachable: device
        """
        ...


class SocialCardReader(Device, Protocol):
    def read(self) -> SocialCard:
        """As CardReader.read()."""
        ...
