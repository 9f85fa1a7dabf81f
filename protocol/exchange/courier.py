"""journal -> link, link -> inbox -> handlers, receipts. step() is the whole engine.

The only caller of the link, in one thread. A step takes the events that have come, keeps and
applies all letters among them in one unit of work, and only then speaks: receipts, what the peer
asked back, letters within the window, papers last. It never calls the link while writing, and it
believes no counter: what a peer holds is what it said, signed, to our present session.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.clock import Clock, moment, stamp
from protocol.errors import Distrusted, Refused, Unreachable
from protocol.exchange import inbox, journal, memory
from protocol.exchange.blobs import Blobs
from protocol.exchange.carried import Carried, Tally
from protocol.exchange.conversation import (
    HELLO_AGAIN_S,
    HELLO_MOST_S,
    MAX_WINDOW,
    RETRY_FIRST_S,
    RETRY_MOST_S,
    Conversation,
    InFlight,
)
from protocol.exchange.envelope import Opened, open_letter, seal
from protocol.exchange.inbox import Accepted, Inbox, Outcome
from protocol.exchange.journal import Journal
from protocol.exchange.link import Denied, Event, Frame, Handed, Lane, Link, LinkDown, LinkUp, Presence, Token, Wake
from protocol.exchange.messages import (
    Ask,
    Check,
    Given,
    Have,
    Hello,
    Lack,
    Letter,
    Message,
    Offer,
    Piece,
    Recall,
    Receipt,
    Report,
    Span,
)
from protocol.exchange.papers import PaperTrade
from protocol.exchange.topics import HUB
from protocol.exchange.waterline import Waterline
from protocol.identity import Keyring, Keys
from protocol.store import Store

log = logging.getLogger(__name__)

LETTER_BYTES = 220 * 1024  # of bodies before deflating: whatever they are, the envelope stays below its limit
LETTER_ENTRIES = 400
FLIGHT_LIMIT = 16  # letters in flight to all peers together
REPORT_EVERY_S = 60.0
SPREAD_PER_PEER_S = 0.005  # hub, link up: hellos to many stations are spread
RECALL_AGAIN_S = 5.0
GIVEN_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class CheckDue:
    """Nightly: compare whole ranges with every peer."""


@dataclass(frozen=True, slots=True)
class ReplicaMoved:
    """Our off-machine copy holds more of what we heard: the authors may know."""


@dataclass(slots=True)
class _Arrived:
    opened: Opened
    message: Letter
    span: Span
    chains: list[bytes]
    raw: bytes
    tally: Tally | None


class Courier:
    """One a party. `keyring` is replaced from outside when its file changes; `report` is asked once a minute."""

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
        self.keyring = keyring
        self.store = store
        self.journal = journal
        self.inbox = inbox
        self.link = link
        self.clock = clock
        self.waterline = waterline
        self.report = report
        self.report_every_s = REPORT_EVERY_S
        self.link_up = False
        self.link_reason = ""
        self.link_since: datetime | None = None
        self.distrusted = 0
        self._rng = rng or random.Random()  # noqa: S311  jitter, not a secret
        self._boot = store.entropy(8)
        self._blocked = False
        self._look = True
        self._talks: dict[str, Conversation] = {}
        self.papers = PaperTrade(store, blobs, self._say, on_paper)

    # -- the engine

    def step(self, events: Sequence[Event | Carried | CheckDue | ReplicaMoved]) -> None:
        """Take what has come and say what is due. Never raises for what came from outside."""
        at, now = self.clock.now(), self.clock.monotonic()
        if not events:
            self._look = True  # nobody woke us: a hint may have been lost, or another process has written
        tokens: list[Token] = []
        opened: list[tuple[Opened, bytes, Tally | None]] = []
        carried: list[Tally] = []
        for event in events:
            match event:
                case Frame(sender=sender, data=data, token=token):
                    tokens.append(token)
                    self._open(data, sender, opened, at)
                case Carried(data=data, tally=tally):
                    carried.append(tally)
                    self._open(data, None, opened, at, tally)
                case LinkUp():
                    self._link_came(at, now)
                case LinkDown(reason=reason):
                    self.link_up, self.link_reason, self.link_since = False, reason, at
                    log.info("link down reason=%s", reason)
                case Handed():
                    self._blocked = False
                case Denied(reason=reason):
                    self._denied(reason, at)
                case Presence(party=party, here=True) if party in self._peers():
                    self._talk(party).hello_due = now
                case Wake():
                    self._look = True
                case CheckDue():
                    self._check_all(at)
                case ReplicaMoved():
                    self._tell_replicated()
                case _:
                    pass
        try:
            self._hear(opened, at, now)
        finally:
            # without a receipt the peer sends again: the broker has nothing to remember
            for token in tokens:
                self.link.settle(token)
            for tally in carried:
                tally.took_one()
        self._speak(at, now)

    def wait_s(self) -> float:
        """How long a thread may sleep if nothing comes."""
        if not self.link_up:
            return 5.0
        return 0.25 if any(t.in_flight or t.asked or not t.fresh for t in self._talks.values()) else 1.0

    # -- how it stands, for the pages

    def connected(self, peer: str = HUB) -> bool:
        """The peer has answered in this session: more than a broker that takes our frames."""
        talk = self._talks.get(peer)
        return self.link_up and talk is not None and talk.fresh

    # -- events

    def _peers(self) -> list[str]:
        if self.keys.party != HUB:
            return [HUB]
        return [party for party in self.keyring.parties() if party != HUB]

    def _talk(self, peer: str) -> Conversation:
        talk = self._talks.get(peer)
        if talk is None:
            talk = self._talks[peer] = Conversation(peer, self.store.entropy(16))
        return talk

    def _link_came(self, at: datetime, now: float) -> None:
        self.link_up, self.link_reason, self.link_since = True, "", at
        self._blocked, self._look = False, True
        peers = self._peers()
        for peer in peers:
            spread = self._rng.uniform(0, SPREAD_PER_PEER_S * len(peers)) if len(peers) > 1 else 0.0
            self._talk(peer).begin_again(self.store.entropy(16), now + spread)
        log.info("link up")

    def _denied(self, reason: str, at: datetime) -> None:
        self._blocked = False
        log.warning("the broker denies our frames reason=%s", reason)
        with self.store.write() as tx:
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
        with self.store.write() as tx:
            inbox.set_aside(tx, sender, code, data, stamp(at))

    # -- hearing

    def _hear(self, opened: Sequence[tuple[Opened, bytes, Tally | None]], at: datetime, now: float) -> None:
        letters: list[_Arrived] = []
        receipts: list[tuple[str, Receipt, Tally | None]] = []
        papers: list[tuple[Conversation, Have | Piece, Tally]] = []
        for one, data, tally in opened:
            peer, message = one.header.sender, one.message
            talk = self._talk(peer)
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
                    letters.append(_Arrived(one, message, one.header.span, chains, data, tally))
            elif isinstance(message, Receipt):
                if (message.session == b"") is (tally is not None):
                    receipts.append((peer, message, tally))
                else:
                    # a receipt is either of this session or was carried here: a broker can replay both kinds
                    self._put_aside(peer, "distrusted.stale-session", data, at, tally)
            elif isinstance(message, Hello):
                self._hear_hello(talk, one, message, at, now)
            elif isinstance(message, Recall):
                talk.to_give.append(message)
            elif isinstance(message, Given):
                self._hear_given(talk, message, at)
            elif isinstance(message, Report):
                with self.store.write() as tx:
                    note_heard(tx, peer, one, at, message)
            elif isinstance(message, Check):
                with self.store.write() as tx:
                    memory.compare(tx, self.keys.party, peer, message, at)
            elif isinstance(message, Offer | Ask | Piece | Have | Lack):
                self.papers.hear(talk, message, at, now)
        if receipts:
            self._hear_receipts(receipts, at)
        if letters:
            self._take_letters(letters, at, now)
        for talk, brought, tally in papers:
            tally.papers += self.papers.hear(talk, brought, at, now, carried=True)

    def _take_letters(self, letters: list[_Arrived], at: datetime, now: float) -> None:
        """All of them in one unit of work; if a handler raises, once more with a savepoint for each entry."""
        try:
            results = self._accept(letters, at, guarded=False)
        except Refused as why:
            log.error("letters not kept code=%s", why.code)  # the disk is full: no receipt, the peer keeps them
            for arrived in letters:
                if arrived.tally is not None:
                    arrived.tally.no_room += 1
            return
        except Exception:
            log.warning("a letter holds an entry that cannot be applied; applying one by one")
            results = self._accept(letters, at, guarded=True)
        for arrived, result in zip(letters, results, strict=True):
            talk = self._talk(arrived.opened.header.sender)
            if arrived.tally is not None:
                arrived.tally.entries += result.new
                arrived.tally.gaps += result.outcome is Outcome.GAP
                arrived.tally.set_aside += result.outcome is Outcome.FORK
                if result.outcome in (Outcome.KEPT, Outcome.DUPLICATE):
                    arrived.tally.duplicates += len(arrived.message.entries) - result.new
            if result.outcome is Outcome.FOREIGN:
                self._put_aside(talk.peer, "distrusted.bad-chain", arrived.raw, at, arrived.tally)
                continue
            talk.receipts[result.epoch] = (result, result.outcome is Outcome.GAP)
            talk.papers_look = True
        self._look = True

    def _accept(self, letters: list[_Arrived], at: datetime, *, guarded: bool) -> list[Accepted]:
        results = []
        with self.store.write() as tx:
            for a in letters:
                sender = a.opened.header.sender
                result = self.inbox.accept(
                    tx, sender, a.span, a.message.entries, a.chains, a.opened.proof, at, guarded=guarded
                )
                if result.outcome is Outcome.FORK:
                    inbox.set_aside(tx, sender, "distrusted.fork", a.raw, stamp(at))
                    attention.put(
                        tx,
                        "fork",
                        f"{sender}/{a.span.epoch}",
                        at=stamp(at),
                        detail={"peer": sender, "seq": a.span.first},
                    )
                results.append(result)
            for peer, one in {a.opened.header.sender: a.opened for a in letters}.items():
                note_heard(tx, peer, one, at)
        return results

    def _hear_receipts(self, receipts: list[tuple[str, Receipt, Tally | None]], at: datetime) -> None:
        with self.store.write() as tx:
            for peer, receipt, tally in receipts:
                talk = self._talk(peer)
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
        self._look = True

    def _hear_hello(self, talk: Conversation, one: Opened, hello: Hello, at: datetime, now: float) -> None:
        if talk.theirs and hello.session != talk.theirs and hello.answers != talk.session:
            talk.begin_again(talk.session, now)  # the peer began anew
        talk.theirs = hello.session
        with self.store.write() as tx:
            note_heard(tx, talk.peer, one, at, hello.report)
            if hello.answers == talk.session:
                first = hello.session not in talk.believed
                if first:
                    memory.note_boot(tx, talk, hello.boot, at)
                memory.believe(tx, self.journal, self.keyring, talk.peer, hello, at, first=first)
                talk.believed.add(hello.session)
                talk.hello_round_trip = now - talk.hello_at
                talk.fresh = True
                talk.rewind()
                talk.papers_look = True
                self._look = True
        if talk.fresh:
            talk.hello_due, talk.hello_wait = None, HELLO_AGAIN_S
        if not hello.heard or not talk.fresh:
            talk.hello_due = now
        talk.recall_at = None

    def _hear_given(self, talk: Conversation, given: Given, at: datetime) -> None:
        with self.store.write() as tx:
            try:
                memory.take_given(tx, self.journal, self.keyring, talk.peer, given, at)
            except Distrusted as why:
                log.warning("what was given back is not ours peer=%s code=%s", talk.peer, why.code)
        talk.recall_at = None
        talk.papers_look = True
        self._look = True

    def _check_all(self, at: datetime) -> None:
        for peer in self._peers():
            with self.store.write() as tx:
                points = memory.recompute_all(tx, self.keys.party, peer, at)
            if self.connected(peer) and points:
                self._say(peer, Lane.RECALL, Check(points))

    # -- speaking

    def _say(self, peer: str, lane: Lane, message: Message, span: Span | None = None) -> Token:
        """:raises Unreachable: nothing was kept"""
        sealed = isinstance(message, Letter | Given | Piece)
        card = self.keyring.active(peer) if sealed else None
        at = stamp(self.clock.now())
        data = seal(self.keys, self.keyring.district, peer, at, message, card=card, span=span)
        return self.link.send(peer, lane, data)

    def _speak(self, at: datetime, now: float) -> None:
        if not self.link_up or self._blocked:
            return
        try:
            for talk in list(self._talks.values()):
                if talk.peer not in self.keyring.parties():
                    continue
                self._say_hello(talk, now)
                self._say_receipts(talk)
                self._ask_back(talk, now)
                self._give_back(talk)
                self._say_again(talk, now)
                self._say_report(talk, now)
            self._send_letters(now)
            for talk in self._talks.values():
                if talk.fresh and not talk.in_flight:
                    self.papers.speak(talk, at, now)
        except Unreachable as why:
            self._blocked = why.code == "unreachable.full"

    def _say_hello(self, talk: Conversation, now: float) -> None:
        if talk.hello_due is None or talk.hello_due > now:
            return
        with self.store.read() as db:
            hello = memory.hello(db, self.journal, talk, self._boot, self.report())
        talk.hello_at = now
        self._say(talk.peer, Lane.HELLO, hello)
        # a station goes on until the hub answers; the hub goes on only with a station that it has heard
        goes_on = not talk.fresh and (self.keys.party != HUB or talk.heard)
        talk.hello_due = now + self._rng.uniform(0.7, 1.3) * talk.hello_wait if goes_on else None
        talk.hello_wait = min(HELLO_MOST_S, talk.hello_wait * 1.5)

    def _say_receipts(self, talk: Conversation) -> None:
        if not talk.theirs:
            return  # its next hello will tell it all
        while talk.receipts:
            epoch, (accepted, gap) = next(iter(talk.receipts.items()))
            with self.store.read() as db:
                row = journal.epoch_of_pair(db, talk.peer, self.keys.party, epoch)
            replicated = row.replicated if row else 0
            receipt = Receipt(
                session=talk.theirs,
                epoch=epoch,
                upto=accepted.upto,
                chain=accepted.chain,
                replicated=replicated,
                window=self._window(),
                gap=gap,
            )
            self._say(talk.peer, Lane.RECEIPT, receipt)
            talk.replicated_said[epoch] = replicated
            del talk.receipts[epoch]

    def _window(self) -> int:
        """The more stations speak at once, the less each may have in flight: memory stays bounded."""
        speaking = sum(1 for talk in self._talks.values() if talk.fresh)
        return max(1, min(MAX_WINDOW, 64 // max(1, speaking)))

    def _ask_back(self, talk: Conversation, now: float) -> None:
        if not talk.fresh or (talk.recall_at is not None and now - talk.recall_at < RECALL_AGAIN_S):
            return
        if talk.recall_at is None:
            with self.store.read() as db:
                wanted = [e for e in journal.epochs(db, self.keys.party, talk.peer) if e.wants > e.head]
            talk.recall_at = now if wanted else float("inf")
            if wanted:
                self._say(talk.peer, Lane.RECALL, Recall(epoch=wanted[0].epoch, after=wanted[0].head))
        else:
            talk.recall_at = None  # no answer came: ask again with the next step

    def _give_back(self, talk: Conversation) -> None:
        while talk.to_give:
            for given in memory.give(self.store, talk.peer, self.keys.party, talk.to_give[0], GIVEN_AT_ONCE):
                self._say(talk.peer, Lane.RECALL, given)
            talk.to_give.popleft()

    def _say_again(self, talk: Conversation, now: float) -> None:
        if talk.in_flight and now - talk.in_flight[0].sent_at > talk.retry_s:
            log.info("no receipt, sending again peer=%s after_s=%.0f", talk.peer, talk.retry_s)
            # the peer may have begun anew and its hello been lost: ask again who holds what, then send
            talk.rewind()
            talk.fresh, talk.hello_due = False, now
            talk.window = 1
            talk.retry_s = min(RETRY_MOST_S, talk.retry_s * 2)
            self._look = True

    def _say_report(self, talk: Conversation, now: float) -> None:
        if self.keys.party != HUB and talk.fresh and now - talk.report_at > self.report_every_s:
            talk.report_at = now
            self._say(talk.peer, Lane.RECEIPT, self.report())

    def _send_letters(self, now: float) -> None:
        """To each peer in turn what its window takes, oldest epoch first."""
        if not self._look:
            return
        with self.store.read() as db:
            readers = [
                row[0]
                for row in db.conn.execute(
                    "select distinct reader from epochs where author = ? and head > told", (self.keys.party,)
                ).fetchall()
            ]
        flying = sum(len(talk.in_flight) for talk in self._talks.values())
        more = True
        while more and flying < FLIGHT_LIMIT:
            more = False
            for peer in readers:
                talk = self._talks.get(peer)
                if talk is not None and self._send_next(talk, now):
                    flying += 1
                    more = True
        self._look = False

    def _send_next(self, talk: Conversation, now: float) -> bool:
        if not talk.fresh or len(talk.in_flight) >= talk.window:
            return False
        with self.store.read() as db:
            for epoch in journal.epochs(db, self.keys.party, talk.peer):
                start = max(epoch.told, talk.sent.get(epoch.id, 0))
                if start >= epoch.head:
                    continue
                upto = min(epoch.head, start + LETTER_ENTRIES)
                found = journal.entries(db, epoch, start, upto, LETTER_BYTES)
                span = journal.span_of(db, epoch, found)
                break
            else:
                return False
        self.waterline.raise_to(span.epoch, span.last)
        self._say(talk.peer, Lane.LETTER, Letter(found), span)
        talk.sent[epoch.id] = span.last
        talk.in_flight.append(InFlight(epoch.id, span.last, now))
        return True

    def _tell_replicated(self) -> None:
        with self.store.read() as db:
            for talk in self._talks.values():
                for epoch in journal.epochs(db, talk.peer, self.keys.party):
                    if epoch.replicated > talk.replicated_said.get(epoch.epoch, 0) and epoch.epoch not in talk.receipts:
                        accepted = Accepted(Outcome.DUPLICATE, epoch.epoch, epoch.head, epoch.head_chain)
                        talk.receipts[epoch.epoch] = (accepted, False)


def note_heard(tx: Database, peer: str, one: Opened, at: datetime, report: Report | None = None) -> None:
    """Last heard, and how far the peer's clock is from ours, as far as a message without its travel time can tell."""

    try:
        skew = (moment(one.header.at) - at).total_seconds()
    except ValueError:
        skew = 0.0
    tx.conn.execute(
        "insert into peers (name, heard_at, skew_s) values (?,?,?)"
        " on conflict (name) do update set heard_at = excluded.heard_at, skew_s = excluded.skew_s",
        (peer, stamp(at), skew),
    )
    if report is not None:
        tx.conn.execute("update peers set report = ? where name = ?", (msgspec.json.encode(report).decode(), peer))
