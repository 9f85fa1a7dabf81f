"""A district's network on one desk: cut, mend, lose, double, reorder.

One thread, no sleeping, and every accident decided by the generator that was given: the same seed
plays the same day. A frame makes two hops, to the broker (`Handed`) and to its receiver (`Frame`),
and may be lost at either. Events are brought by deliver(), cut(), mend() and the broker's switch,
never inside send() or start(): a courier is not entered twice.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from protocol.errors import Unreachable
from protocol.exchange.limits import BROKER_QUEUE, MAX_FRAME_BYTES, MAX_IN_FLIGHT, RECEIVE_MAXIMUM
from protocol.exchange.link import Denied, Event, Frame, Handed, Lane, LinkDown, LinkUp, Presence, Token
from protocol.exchange.topics import HUB, party_name


@dataclass(frozen=True, slots=True)
class _Sent:
    """On its way to the broker."""

    sender: str
    to: str
    lane: Lane
    data: bytes
    token: Token


@dataclass(frozen=True, slots=True)
class _Mail:
    """At the broker, for one receiver. It gets its token when it leaves."""

    turn: int
    sender: str
    lane: Lane
    data: bytes


@dataclass(frozen=True, slots=True)
class _Notice:
    turn: int
    event: Event


@dataclass(slots=True)
class _Seat:
    """One party's connection. Gone with the connection, and all that waited in it too: sessions are clean."""

    link: LoopbackLink
    generation: int
    in_flight: int = 0
    brought: int = 0
    unsettled: set[int] = field(default_factory=set)
    waiting: deque[_Mail | _Notice] = field(default_factory=deque)

    def takes_next(self) -> bool:
        """False if nothing waits, or if the receiver has not settled what it was brought."""
        if not self.waiting:
            return False
        return isinstance(self.waiting[0], _Notice) or len(self.unsettled) < RECEIVE_MAXIMUM


class LoopbackNetwork:
    """The broker and all wires. `lose`, `double` and `delay` are chances per frame, 0.0 to 1.0; set them at will."""

    def __init__(self, rng: random.Random) -> None:
        self.lose = 0.0
        self.double = 0.0
        self.delay = 0.0  # goes behind everything that waits for the same receiver
        self._rng = rng
        self._turn = 0
        self._broker_is_up = True
        self._started: dict[str, LoopbackLink] = {}
        self._seats: dict[str, _Seat] = {}
        self._generations: dict[str, int] = {}
        self._retained: dict[str, bool] = {}
        self._sent: deque[_Sent] = deque()
        self._cut: set[str] = set()
        self._swallowed: set[str] = set()
        self._fenced: set[str] = set()

    def link(self, party: str) -> LoopbackLink:
        """A link for one life of `party`'s process; started, it takes the place of the one before it."""
        return LoopbackLink(self, party_name(party))

    # -- accidents

    def cut(self, party: str) -> None:
        """Its wire is out until mend(), whatever process is behind it. LinkDown is brought at once."""
        self._cut.add(party)
        self._drop(party, "connection lost")

    def mend(self, party: str) -> None:
        """LinkUp is brought at once if a link is started and the broker runs."""
        self._cut.discard(party)
        self._connect(party)

    def broker_down(self) -> None:
        """Every wire is down and everything that the broker held is gone, retained presence included."""
        self._broker_is_up = False
        for party in list(self._seats):
            self._drop(party, "connection refused")
        self._sent.clear()
        self._retained.clear()

    def broker_up(self) -> None:
        self._broker_is_up = True
        for party in list(self._started):
            self._connect(party)

    def swallow(self, party: str, swallowed: bool = True) -> None:
        """The broker acknowledges whatever `party` sends, and drops it."""
        (self._swallowed.add if swallowed else self._swallowed.discard)(party)

    def fence(self, party: str, fenced: bool = True) -> None:
        """The broker denies whatever `party` sends and brings it nothing, as after a revocation."""
        (self._fenced.add if fenced else self._fenced.discard)(party)

    # -- carrying

    def pending(self) -> int:
        """Frames and notices under way; not those that a receiver was brought and has not settled."""
        return len(self._sent) + sum(len(seat.waiting) for seat in self._seats.values())

    def deliver(self, max_frames: int | None = None) -> int:
        """Move what is under way, oldest first, by at most `max_frames` hops; 0 means that nothing can move.

        Without a limit everything that is under way now arrives, save what is delayed or held back by a
        receiver that has not settled; what is sent in answer waits for the next call.
        """
        hops = len(self._sent) + self.pending() if max_frames is None else max_frames  # a sent frame has two hops
        moved = 0
        while moved < hops and self._move_one():
            moved += 1
        return moved

    def _move_one(self) -> bool:
        """One hop. Notices come first; then the broker takes all there is, so that frames can overtake each other."""
        heads = [(seat.waiting[0], seat) for seat in self._seats.values() if seat.takes_next()]
        notices = [(item.turn, seat) for item, seat in heads if isinstance(item, _Notice)]
        if self._sent and not notices:
            self._take(self._sent.popleft())
            return True
        ready = notices or [(item.turn, seat) for item, seat in heads]
        if ready:
            self._bring(min(ready, key=lambda pair: pair[0])[1])
        return bool(ready)

    def _take(self, sent: _Sent) -> None:
        """The hop to the broker."""
        seat = self._seats[sent.sender]  # its sent frames went with the connection
        seat.in_flight -= 1
        if reason := self._denies(sent):
            seat.link.bring(Denied(sent.token, reason))
            return
        if sent.sender not in self._swallowed and not self._happens(self.lose):
            self._hold(sent.to, _Mail(self._next_turn(), sent.sender, sent.lane, sent.data))
        seat.link.bring(Handed(sent.token))

    def _bring(self, seat: _Seat) -> None:
        """The hop to the receiver."""
        item = seat.waiting.popleft()
        if isinstance(item, _Notice):
            seat.link.bring(item.event)
            return
        if seat.waiting and self._happens(self.delay):
            seat.waiting.append(item)
            return
        if self._happens(self.double):
            seat.waiting.append(item)
        seat.brought += 1
        token = Token(seat.generation, seat.brought)
        seat.unsettled.add(token.number)
        seat.link.bring(Frame(item.sender, item.lane, item.data, token))

    def _denies(self, sent: _Sent) -> str:
        if len(sent.data) > MAX_FRAME_BYTES:
            return "packet too large"
        if sent.sender in self._fenced or (sent.sender == HUB) == (sent.to == HUB):
            return "not authorized"
        return ""

    def _hold(self, to: str, item: _Mail | _Notice) -> None:
        seat = self._seats.get(to)
        if seat is not None and to not in self._fenced and len(seat.waiting) < BROKER_QUEUE:
            seat.waiting.append(item)

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._rng.random() < chance

    def _next_turn(self) -> int:
        self._turn += 1
        return self._turn

    # -- coming and going

    def _start(self, link: LoopbackLink) -> None:
        if link.party in self._seats:
            self._drop(link.party, None)
        self._started[link.party] = link
        self._connect(link.party, at_once=False)

    def _stop(self, link: LoopbackLink) -> None:
        if self._started.get(link.party) is link:
            self._drop(link.party, None)
            del self._started[link.party]

    def _connect(self, party: str, at_once: bool = True) -> None:
        link = self._started.get(party)
        if link is None or not self._broker_is_up or party in self._cut or party in self._seats:
            return
        generation = self._generations[party] = self._generations.get(party, 0) + 1
        seat = self._seats[party] = _Seat(link, generation)
        if at_once:
            link.bring(LinkUp(generation))
        else:
            seat.waiting.append(_Notice(self._next_turn(), LinkUp(generation)))
        self._announce(party, True)
        for other, here in self._retained.items():
            if (other == HUB) != (party == HUB):
                self._hold(party, _Notice(self._next_turn(), Presence(other, here)))

    def _drop(self, party: str, reason: str | None) -> None:
        """The connection is over; a reason is brought to the link, None is a link that hears nothing any more."""
        seat = self._seats.pop(party, None)
        if seat is None:
            return
        self._sent = deque(sent for sent in self._sent if sent.sender != party)
        self._announce(party, False)
        if reason is not None:
            seat.link.bring(LinkDown(seat.generation, reason))

    def _announce(self, party: str, here: bool) -> None:
        """Retained, and told to those who listen: a station to the hub, the hub to every station."""
        if party in self._fenced:
            return
        self._retained[party] = here
        for other in list(self._seats):
            if (other == HUB) != (party == HUB):
                self._hold(other, _Notice(self._next_turn(), Presence(party, here)))

    # -- what a link asks

    def _send(self, link: LoopbackLink, to: str, lane: Lane, data: bytes) -> Token:
        seat = self._seats.get(link.party)
        if seat is None or seat.link is not link:
            raise Unreachable("unreachable.no-link")
        if seat.in_flight >= MAX_IN_FLIGHT:
            raise Unreachable("unreachable.full")
        seat.in_flight += 1
        token = Token(seat.generation, self._next_turn())
        self._sent.append(_Sent(link.party, to, lane, bytes(data), token))
        return token

    def _settle(self, link: LoopbackLink, token: Token) -> None:
        seat = self._seats.get(link.party)
        if seat is not None and seat.link is link and seat.generation == token.generation:
            seat.unsettled.discard(token.number)


class LoopbackLink:
    """One party's end. A link that was replaced or stopped brings nothing and takes nothing."""

    def __init__(self, network: LoopbackNetwork, party: str) -> None:
        self.party = party
        self.tried_s: float | None = None  # there is no time on a desk
        self._network = network
        self._events: Callable[[Event], None] | None = None

    def start(self, events: Callable[[Event], None]) -> None:
        """LinkUp comes with the next deliver()."""
        self._events = events
        self._network._start(self)

    def stop(self) -> None:
        self._events = None
        self._network._stop(self)

    def send(self, to: str, lane: Lane, data: bytes) -> Token:
        return self._network._send(self, to, lane, data)

    def settle(self, token: Token) -> None:
        self._network._settle(self, token)

    def bring(self, event: Event) -> None:
        if self._events is not None:
            self._events(event)
