"""journal -> link, link -> inbox -> handlers, receipts. step() is the whole engine.

The only caller of the link, in one thread. A step takes the events that have come, keeps and
applies all letters among them in one unit of work, and only then speaks: receipts, what the peer
asked back, letters within the window, papers last. It never calls the link while writing, and it
believes no counter: what a peer holds is what it said, signed, to our present session.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from protocol import attention
from protocol.clock import Clock, stamp
from protocol.errors import Distrusted, Refused, Unreachable
from protocol.exchange import inbox, journal, memory
from protocol.exchange.apart import Apart
from protocol.exchange.blobs import Blobs
from protocol.exchange.carried import Carried, Tally
from protocol.exchange.conversation import (
    HELLO_AGAIN_S,
    MAX_WINDOW,
    RETRY_FIRST_S,
    SESSIONS_KEPT,
    Conversation,
)
from protocol.exchange.envelope import Opened, open_letter
from protocol.exchange.errands import CheckDue, ReplicaMoved
from protocol.exchange.inbox import Inbox, Outcome
from protocol.exchange.journal import Journal
from protocol.exchange.link import Denied, Event, Frame, Handed, Lane, Link, LinkDown, LinkUp, Presence, Wake
from protocol.exchange.messages import (
    Ask,
    Check,
    Given,
    Have,
    Hello,
    Lack,
    Letter,
    Offer,
    Piece,
    Recall,
    Receipt,
    Report,
)
from protocol.exchange.post import Arrived, take_in
from protocol.exchange.topics import HUB
from protocol.exchange.voice import Voice
from protocol.exchange.waterline import Waterline
from protocol.identity import Keyring, Keys
from protocol.store import Store

log = logging.getLogger(__name__)


class Courier:
    """One a party: hears, keeps, and lets its Voice speak."""

    def __init__(
        self,
        *,
        keys: Keys,
        keyring: Keyring,
        store: Store,
        blobs: Blobs,
        journal: Journal,
        inbox: Inbox,
        link: Link,
        clock: Clock,
        waterline: Waterline,
        rng: random.Random | None = None,
        report: Callable[[], Report] = Report,
        on_paper: Callable[[str], None] = lambda digest: None,
    ) -> None:
        self.keys = keys
        self.store = store
        self.journal = journal
        self.inbox = inbox
        self.link = link
        self.clock = clock
        self.link_up = False
        self.link_reason = ""
        self.link_since: datetime | None = None
        self.distrusted = 0
        self._to_check: deque[str] = deque()  # peers whose ranges are compared tonight
        self.voice = Voice(
            keys=keys, keyring=keyring, store=store, blobs=blobs, journal=journal, link=link, clock=clock,
            waterline=waterline, rng=rng, report=report, on_paper=on_paper,
        )  # fmt: skip

    @property
    def keyring(self) -> Keyring:
        return self.voice.keyring

    @keyring.setter
    def keyring(self, keyring: Keyring) -> None:
        """Its file has changed. From any thread: it is replaced whole."""
        self.voice.keyring = keyring

    # -- the engine

    def step(self, events: Sequence[Event | Carried | CheckDue | ReplicaMoved]) -> None:
        """Take what has come and say what is due. Never raises for what came from outside, nor for a full disk:
        what could not be kept is not receipted, so its sender keeps it.
        """
        at, now = self.clock.now(), self.clock.monotonic()
        if not events:
            # nobody woke us: a hint may have been lost, another process has written, or the broker went mute
            self.voice.look, self.voice.blocked = True, False
        try:
            opened: list[tuple[Opened, bytes, Tally | None]] = []
            for event in events:
                self._take(event, opened, at, now)
            self._hear(opened, at, now)
            if self.link_up:
                self.voice.speak(at, now)  # receipts leave before the broker is told that it may forget: somebody waits
        finally:
            # without a receipt the peer sends again: the broker has nothing to remember
            for event in events:
                if isinstance(event, Frame):
                    self.link.settle(event.token)
                elif isinstance(event, Carried):
                    event.tally.took_one()
        if self._to_check and not events:
            self._check_one(at)

    def wait_s(self) -> float:
        """How long a thread may sleep if nothing comes."""
        if self._to_check:
            return 0.05
        if not self.link_up:
            return 5.0
        return 0.25 if any(t.in_flight or t.asked or not t.fresh for t in self.voice.talks.values()) else 1.0

    # -- how it stands, for the pages

    def connected(self, peer: str = HUB) -> bool:
        """The peer has answered in this session: more than a broker that takes our frames."""
        talk = self.voice.talks.get(peer)
        return self.link_up and talk is not None and talk.fresh

    # -- events

    def _take(
        self,
        event: Event | Carried | CheckDue | ReplicaMoved,
        opened: list[tuple[Opened, bytes, Tally | None]],
        at: datetime,
        now: float,
    ) -> None:
        match event:
            case Frame(sender=sender, data=data):
                self._open(data, sender, opened, at)
            case Carried(data=data, tally=tally):
                self._open(data, None, opened, at, tally)
            case LinkUp():
                self.link_up, self.link_reason, self.link_since = True, "", at
                self.voice.begin_again(now)
                log.info("link up")
            case LinkDown(reason=reason):
                self.link_up, self.link_reason, self.link_since = False, reason, at
                log.info("link down reason=%s", reason)
            case Handed():
                self.voice.blocked = False
            case Denied(reason=reason):
                self._denied(reason, at)
            case Presence(party=party, here=True) if party in self.voice.peers():
                self.voice.talk(party).hello_due = now
            case Presence(party=party, here=False) if party == HUB and self.connected():
                self.voice.hub_is_gone(now)
            case Wake():
                self.voice.look = True
            case CheckDue():
                self._to_check.extend(self.voice.peers())
            case ReplicaMoved():
                self.voice.tell_replicated()
            case _:
                pass

    def _denied(self, reason: str, at: datetime) -> None:
        self.voice.blocked = False
        log.warning("the broker denies our frames reason=%s", reason)
        with contextlib.suppress(Refused), self.store.write() as tx:
            attention.put(tx, "denied", self.keys.party, at=stamp(at), detail={"why": reason})

    def _open(
        self,
        data: bytes,
        sender: str | None,
        opened: list[tuple[Opened, bytes, Tally | None]],
        at: datetime,
        tally: Tally | None = None,
    ) -> None:
        try:
            one = open_letter(data, self.keys, self.keyring, sender)
        except Distrusted as why:
            self._put_aside(sender or "?", why.code, data, at, tally)
        else:
            opened.append((one, data, tally))

    def _put_aside(self, sender: str, code: str, data: bytes, at: datetime, tally: Tally | None = None) -> None:
        self.distrusted += 1
        if tally is not None:
            tally.set_aside += 1
        log.warning("set aside sender=%s code=%s bytes=%d", sender, code, len(data))
        with contextlib.suppress(Refused), self.store.write() as tx:  # a full disk has no room for what is not ours
            inbox.set_aside(tx, sender, code, data, stamp(at))

    # -- hearing

    def _hear(self, opened: Sequence[tuple[Opened, bytes, Tally | None]], at: datetime, now: float) -> None:
        letters: list[Arrived] = []
        receipts: list[tuple[str, Receipt, Tally | None]] = []
        papers: list[tuple[Conversation, Have | Piece, Tally]] = []
        for one, data, tally in opened:
            peer, message = one.header.sender, one.message
            talk = self.voice.talk(peer)
            talk.heard = talk.heard or tally is None
            if tally is None and not talk.fresh and talk.hello_due is None:
                talk.hello_due = now  # it speaks and we have not greeted each other: its hello or ours was lost
            if tally is not None and isinstance(message, Have | Piece):
                papers.append((talk, message, tally))  # wanted only once the letters beside them are kept
            elif tally is not None and not isinstance(message, Letter | Receipt):
                self._put_aside(peer, "distrusted.stale-session", data, at, tally)
            elif isinstance(message, Letter):
                assert one.header.span is not None
                try:
                    chains = inbox.follow_chain(one.header.span, message.entries)
                except Distrusted as why:
                    self._put_aside(peer, why.code, data, at, tally)
                else:
                    letters.append(Arrived(one, message, one.header.span, chains, data, tally))
            elif isinstance(message, Receipt):
                if (message.session == b"") is (tally is not None):
                    receipts.append((peer, message, tally))
                else:
                    # a receipt is either of this session or was carried here: a broker can replay both kinds
                    self._put_aside(peer, "distrusted.stale-session", data, at, tally)
            else:
                with Apart(peer):
                    self._hear_talk(talk, one, at, now)
        if receipts:
            with Apart(""):
                self._hear_receipts(receipts, at)
        if letters:
            self._take_letters(letters, at, now)
        for talk, brought, tally in papers:
            with Apart(talk.peer):
                tally.papers += self.voice.papers.hear(talk, brought, at, now, carried=True)

    def _hear_talk(self, talk: Conversation, one: Opened, at: datetime, now: float) -> None:
        message = one.message
        if isinstance(message, Hello):
            self._hear_hello(talk, one, message, at, now)
        elif isinstance(message, Recall):
            if message not in talk.to_give:
                talk.to_give.append(message)
        elif isinstance(message, Given):
            self._hear_given(talk, message, at)
        elif isinstance(message, Report):
            with self.store.write() as tx:
                memory.note_heard(tx, talk.peer, one, at, message)
        elif isinstance(message, Check):
            with self.store.write() as tx:
                memory.compare(tx, self.keys.party, talk.peer, message, at)
        elif isinstance(message, Offer | Ask | Piece | Have | Lack):
            self.voice.papers.hear(talk, message, at, now)

    def _take_letters(self, letters: list[Arrived], at: datetime, now: float) -> None:
        for arrived, result in take_in(self.store, self.inbox, letters, at):
            if result is None:
                if arrived.tally is not None:
                    arrived.tally.no_room += 1
                continue
            talk = self.voice.talk(arrived.sender)
            if arrived.tally is not None:
                arrived.tally.entries += result.new
                arrived.tally.gaps += result.outcome is Outcome.GAP
                arrived.tally.set_aside += result.outcome is Outcome.FORK
                if result.outcome in (Outcome.KEPT, Outcome.DUPLICATE):
                    arrived.tally.duplicates += len(arrived.message.entries) - result.new
            if result.outcome is Outcome.FOREIGN:
                self._put_aside(talk.peer, "distrusted.bad-chain", arrived.raw, at, arrived.tally)
                continue
            talk.letter_at = now
            talk.receipts[result.epoch] = (result, result.outcome is Outcome.GAP)
            talk.papers_look = True
        self.voice.look = True

    def _hear_receipts(self, receipts: list[tuple[str, Receipt, Tally | None]], at: datetime) -> None:
        with self.store.write() as tx:
            for peer, receipt, tally in receipts:
                talk = self.voice.talk(peer)
                epoch = journal.epoch_of_pair(tx, self.keys.party, peer, receipt.epoch)
                if epoch is None:
                    continue
                if tally is None and receipt.session != talk.session:
                    continue
                if receipt.upto > epoch.head or journal.chain_at(tx, epoch, receipt.upto) != receipt.chain:
                    if receipt.upto and tally is None:
                        log.warning("receipt for a chain that is not ours peer=%s epoch=%s", peer, epoch.epoch)
                        # not at once: two that do not understand each other must not shout
                        talk.hello_due, talk.fresh = self.clock.monotonic() + talk.hello_wait, False
                    continue
                if tally is not None:  # from a stick: it may only raise the mark
                    if receipt.upto > epoch.told:
                        journal.set_told(tx, epoch, receipt.upto, max(receipt.replicated, epoch.replicated), stamp(at))
                        tally.receipts += 1
                    continue
                if receipt.upto >= epoch.told or receipt.gap:
                    journal.set_told(tx, epoch, receipt.upto, max(receipt.replicated, epoch.replicated), stamp(at))
                talk.window = max(1, min(MAX_WINDOW, receipt.window))
                talk.retry_s = RETRY_FIRST_S
                if receipt.gap:
                    talk.rewind()
                while talk.in_flight and (
                    talk.in_flight[0].epoch_id == epoch.id and talk.in_flight[0].last <= receipt.upto
                ):
                    talk.in_flight.popleft()
                talk.papers_look = True
        self.voice.look = True

    def _hear_hello(self, talk: Conversation, one: Opened, hello: Hello, at: datetime, now: float) -> None:
        if talk.theirs and hello.session != talk.theirs and hello.answers != talk.session:
            talk.begin_again(talk.session, now)  # the peer began anew
        talk.theirs = hello.session
        with self.store.write() as tx:
            memory.note_heard(tx, talk.peer, one, at, hello.report)
            if hello.answers == talk.session:
                first = hello.session not in talk.believed
                if first:
                    memory.note_boot(tx, talk, hello.boot, at)
                memory.believe(tx, self.journal, self.keyring, talk.peer, hello, at, first=first)
                talk.believed = [*talk.believed, hello.session][-SESSIONS_KEPT:] if first else talk.believed
                talk.hello_round_trip = now - talk.hello_at
                talk.fresh = True
                talk.rewind()
                talk.papers_look = True
                self.voice.look = True
        if talk.fresh:
            talk.hello_due, talk.hello_wait = None, HELLO_AGAIN_S
        if not hello.heard or not talk.fresh:
            talk.hello_due = now
        talk.recall_at = None

    def _hear_given(self, talk: Conversation, given: Given, at: datetime) -> None:
        try:
            with self.store.write() as tx:
                memory.take_given(tx, self.journal, self.inbox, self.keyring, talk.peer, given, at)
        except Distrusted as why:  # outside the unit of work: nothing of it was kept, and it is asked for after a while
            log.warning("what was given back is not ours peer=%s code=%s", talk.peer, why.code)
            return
        talk.recall_at = None
        talk.papers_look = True
        self.voice.look = True

    def _check_one(self, at: datetime) -> None:
        """One peer a step, and only when nothing else came: a hub has hundreds of journals to go through."""
        peer = self._to_check.popleft()
        points = memory.recompute_all(self.store, self.keys.party, peer, at)
        if self.connected(peer) and points:
            with contextlib.suppress(Unreachable):  # there is another night
                self.voice.say(peer, Lane.RECALL, Check(points))
