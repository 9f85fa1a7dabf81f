"""The seam between the courier and a wire, and the events that a wire brings.

Two links stand beside each other: mqtt.py (the wire) and loopback.py (a district's network on one
desk). A link promises nothing but speed: it may lose, double and reorder. It keeps nothing for
later: what could not be handed over now is the journal's to send again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Lane(StrEnum):
    """The last level of a topic. Mail goes before papers, so the broker can see which is which."""

    HELLO = "hello"
    LETTER = "letter"
    RECEIPT = "receipt"
    RECALL = "recall"  # give-back after a lost memory: asked for and given
    PAPER = "paper"  # blobs in pieces, and what is said about them


@dataclass(frozen=True, slots=True)
class Token:
    """One frame on one connection. MQTT packet ids are used again, so the connection is part of it."""

    generation: int
    number: int


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The wire carries again. Tokens of earlier generations are void."""

    generation: int


@dataclass(frozen=True, slots=True)
class LinkDown:
    generation: int
    reason: str  # for the operator: "connection lost", "not authorized", ...


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes that came in. `sender` is who the topic says it is; only the signature proves it."""

    sender: str
    lane: Lane
    data: bytes
    token: Token


@dataclass(frozen=True, slots=True)
class Handed:
    """The broker took the frame. Says nothing about the receiver."""

    token: Token


@dataclass(frozen=True, slots=True)
class Denied:
    """The broker refused the frame (ACL, size): sending it again as it is will not help."""

    token: Token
    reason: str


@dataclass(frozen=True, slots=True)
class Presence:
    """A party's last will or its opposite, as the broker tells it: a hint, never a fact."""

    party: str
    here: bool


@dataclass(frozen=True, slots=True)
class Wake:
    """There may be something to send. Only a hint: the courier also looks when nobody wakes it."""


Event = LinkUp | LinkDown | Frame | Handed | Denied | Presence | Wake


class Link(Protocol):
    """Called by the courier's thread only. `events` may be called from any thread and returns at once."""

    tried_s: float | None  # monotonic: when the other end was last reached for, in vain or not; read from any thread

    def start(self, events: Callable[[Event], None]) -> None: ...

    def stop(self) -> None:
        """Afterwards no event is brought and no thread of the link lives. May be called twice."""
        ...

    def send(self, to: str, lane: Lane, data: bytes) -> Token:
        """Hand one frame to the wire now.

        :raises Unreachable: no wire, or it takes no more for the moment; nothing was kept
        """
        ...

    def settle(self, token: Token) -> None:
        """What the frame caused is durable: the wire may forget it. Void tokens are ignored."""
        ...
