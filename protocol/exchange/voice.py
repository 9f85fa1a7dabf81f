"""What a party says while a link is up, and when: greetings, receipts, what was asked back, letters, papers.

The courier's mouth; used by its thread alone. Everything here can be said again without harm, so
nothing is remembered but what saves duplicates: a frame that the link does not take now is found
again in the store with the next step. Letters go within the peer's window, papers only when no
letter is under way.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Callable
from datetime import datetime

from protocol.clock import Clock, stamp
from protocol.errors import Unreachable
from protocol.exchange import journal, memory
from protocol.exchange.apart import Apart
from protocol.exchange.blobs import Blobs
from protocol.exchange.conversation import HELLO_MOST_S, MAX_WINDOW, RETRY_MOST_S, Conversation, InFlight
from protocol.exchange.envelope import seal
from protocol.exchange.inbox import Accepted, Outcome
from protocol.exchange.journal import Journal
from protocol.exchange.link import Lane, Link, Token
from protocol.exchange.messages import Given, Letter, Message, Piece, Recall, Receipt, Report, Span
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
BUSY_FOR_S = 5.0  # after its last letter a station counts as one that has more to say
PEER_RESTS_S = 15.0  # to whom nothing could be said, for a reason that is ours


class Voice:
    """One a party. `keyring` is replaced from outside when its file changes; `report` is asked once a minute."""

    def __init__(
        self,
        *,
        keys: Keys,
        keyring: Keyring,
        store: Store,
        blobs: Blobs,
        journal: Journal,
        link: Link,
        clock: Clock,
        waterline: Waterline,
        rng: random.Random | None,
        report: Callable[[], Report],
        on_paper: Callable[[str], None],
    ) -> None:
        self.keys = keys
        self.keyring = keyring
        self.talks: dict[str, Conversation] = {}
        self.look = True  # there may be letters to send
        self.blocked = False  # the link takes no more until it has handed something over
        self.report = report
        self.report_every_s = REPORT_EVERY_S
        self.papers = PaperTrade(store, blobs, self.say, on_paper)
        self._store = store
        self._journal = journal
        self._link = link
        self._clock = clock
        self._waterline = waterline
        self._rng = rng or random.Random()  # noqa: S311  jitter, not a secret
        self._boot = store.entropy(8)
        self._served = ""  # who had the last letter
        self._resting: dict[str, float] = {}  # peer -> nothing is said to it before this

    def peers(self) -> list[str]:
        """Whom this party speaks with: a station with the hub, the hub with every station that has a box in use."""
        if self.keys.party != HUB:
            return [HUB]
        return [party for party in self.keyring.parties() if party != HUB]

    def talk(self, peer: str) -> Conversation:
        talk = self.talks.get(peer)
        if talk is None:
            talk = self.talks[peer] = Conversation(peer, self._store.entropy(16))
        return talk

    def begin_again(self, now: float) -> None:
        """A new link: what was on its way may be lost, and everybody is greeted."""
        self.blocked, self.look = False, True
        peers = self.peers()
        for peer in peers:
            spread = self._rng.uniform(0, SPREAD_PER_PEER_S * len(peers)) if len(peers) > 1 else 0.0
            self.talk(peer).begin_again(self._store.entropy(16), now + spread)

    def hub_is_gone(self, now: float) -> None:
        """The broker tells its last will. A hint: until the hub greets us again nobody is told that it is there."""
        talk = self.talk(HUB)
        talk.fresh = False
        talk.rewind()
        talk.hello_due = now + talk.hello_wait

    def say(self, peer: str, lane: Lane, message: Message, span: Span | None = None) -> Token:
        """:raises Unreachable: nothing was kept"""
        sealed = isinstance(message, Letter | Given | Piece)
        card = self.keyring.active(peer) if sealed else None
        at = stamp(self._clock.now())
        data = seal(self.keys, self.keyring.district, peer, at, message, card=card, span=span)
        return self._link.send(peer, lane, data)

    def speak(self, at: datetime, now: float) -> None:
        """Say what is due to everybody whose box is in use. Stops where the link takes no more."""
        if self.blocked:
            return
        in_use = {*self.keyring.parties()}
        talks = [
            talk for talk in self.talks.values() if talk.peer in in_use and self._resting.get(talk.peer, now) <= now
        ]
        try:
            for talk in talks:
                with Apart(talk.peer) as one:
                    self._hello(talk, now)
                    self._receipts(talk, now)
                    self._ask_back(talk, now)
                    self._give_back(talk)
                    self._send_again(talk, now)
                    self._report(talk, now)
                if one.failed:
                    self._resting[talk.peer] = now + PEER_RESTS_S
            self._letters({talk.peer: talk for talk in talks}, now)
            for talk in talks:
                if talk.fresh and not talk.in_flight:
                    with Apart(talk.peer) as one:
                        self.papers.speak(talk, at, now)
                    if one.failed:
                        self._resting[talk.peer] = now + PEER_RESTS_S
        except Unreachable as why:
            self.blocked = why.code == "unreachable.full"

    def _hello(self, talk: Conversation, now: float) -> None:
        if talk.hello_due is None or talk.hello_due > now:
            return
        with self._store.read() as db:
            hello = memory.hello(db, self._journal, talk, self._boot, self.report())
        talk.hello_at = now
        self.say(talk.peer, Lane.HELLO, hello)
        # a station goes on until the hub answers; the hub goes on only with a station that it has heard
        goes_on = not talk.fresh and (self.keys.party != HUB or talk.heard)
        talk.hello_due = now + self._rng.uniform(0.7, 1.3) * talk.hello_wait if goes_on else None
        talk.hello_wait = min(HELLO_MOST_S, talk.hello_wait * 1.5)

    def _receipts(self, talk: Conversation, now: float) -> None:
        if not talk.theirs:
            return  # its next hello will tell it all
        while talk.receipts:
            epoch, (accepted, gap) = next(iter(talk.receipts.items()))
            with self._store.read() as db:
                row = journal.epoch_of_pair(db, talk.peer, self.keys.party, epoch)
            replicated = row.replicated if row else 0
            receipt = Receipt(
                session=talk.theirs,
                epoch=epoch,
                upto=accepted.upto,
                chain=accepted.chain,
                replicated=replicated,
                window=self._window(now),
                gap=gap,
            )
            self.say(talk.peer, Lane.RECEIPT, receipt)
            talk.replicated_said[epoch] = replicated
            del talk.receipts[epoch]

    def _window(self, now: float) -> int:
        """The more stations bring letters at once, the less each may have in flight: memory stays bounded."""
        speaking = sum(1 for talk in self.talks.values() if now - talk.letter_at < BUSY_FOR_S)
        return max(1, min(MAX_WINDOW, 64 // max(1, speaking)))

    def _ask_back(self, talk: Conversation, now: float) -> None:
        if not talk.fresh or (talk.recall_at is not None and now - talk.recall_at < RECALL_AGAIN_S):
            return
        if talk.recall_at is None:
            with self._store.read() as db:
                wanted = [e for e in journal.epochs(db, self.keys.party, talk.peer) if e.wants > e.head]
            talk.recall_at = now if wanted else float("inf")
            if wanted:
                self.say(talk.peer, Lane.RECALL, Recall(epoch=wanted[0].epoch, after=wanted[0].head))
        else:
            talk.recall_at = None  # no answer came: ask again with the next step

    def _give_back(self, talk: Conversation) -> None:
        while talk.to_give:
            for given in memory.give(self._store, talk.peer, self.keys.party, talk.to_give[0], GIVEN_AT_ONCE):
                self.say(talk.peer, Lane.RECALL, given)
            talk.to_give.popleft()

    def _send_again(self, talk: Conversation, now: float) -> None:
        if talk.in_flight and now - talk.in_flight[0].sent_at > talk.retry_s:
            log.info("no receipt, sending again peer=%s after_s=%.0f", talk.peer, talk.retry_s)
            # the peer may have begun anew and its hello been lost: ask again who holds what, then send
            talk.rewind()
            talk.fresh, talk.hello_due = False, now
            talk.window = 1
            talk.retry_s = min(RETRY_MOST_S, talk.retry_s * 2)
            self.look = True

    def _report(self, talk: Conversation, now: float) -> None:
        if self.keys.party != HUB and talk.fresh and now - talk.report_at > self.report_every_s:
            talk.report_at = now
            self.say(talk.peer, Lane.RECEIPT, self.report())

    def _letters(self, talks: dict[str, Conversation], now: float) -> None:
        """To each peer in turn what its window takes, oldest epoch first."""
        if not self.look:
            return
        with self._store.read() as db:
            readers = [
                row[0]
                for row in db.conn.execute(
                    "select distinct reader from epochs where author = ? and head > told order by reader",
                    (self.keys.party,),
                ).fetchall()
            ]
        # who was served last comes last: with more readers than may be in flight, all get their turn
        readers = [*(r for r in readers if r > self._served), *(r for r in readers if r <= self._served)]
        flying = sum(len(talk.in_flight) for talk in talks.values())
        waiting = deque(talks[reader] for reader in readers if reader in talks)
        while waiting and flying < FLIGHT_LIMIT:
            talk = waiting.popleft()
            with Apart(talk.peer) as one:
                if self._next_letter(talk, now):
                    flying, self._served = flying + 1, talk.peer
                    waiting.append(talk)
            if one.failed:
                self._resting[talk.peer] = now + PEER_RESTS_S
        self.look = False

    def _next_letter(self, talk: Conversation, now: float) -> bool:
        if not talk.fresh or len(talk.in_flight) >= talk.window:
            return False
        with self._store.read() as db:
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
        # all that is owed is on its way from here on: one mark for a hundred letters, never past what the store holds
        self._waterline.raise_to(span.epoch, epoch.head)
        self.say(talk.peer, Lane.LETTER, Letter(found), span)
        talk.sent[epoch.id] = span.last
        talk.in_flight.append(InFlight(epoch.id, span.last, now))
        return True

    def tell_replicated(self) -> None:
        """Our replica has moved: the authors hear of it with the next receipts."""
        with self._store.read() as db:
            for talk in self.talks.values():
                for epoch in journal.epochs(db, talk.peer, self.keys.party):
                    if epoch.replicated > talk.replicated_said.get(epoch.epoch, 0) and epoch.epoch not in talk.receipts:
                        accepted = Accepted(Outcome.DUPLICATE, epoch.epoch, epoch.head, epoch.head_chain)
                        talk.receipts[epoch.epoch] = (accepted, False)
