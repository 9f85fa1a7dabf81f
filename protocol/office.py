"""The parts that a station and the hub put together in the same way, and the order in which they start.

An office is one party at work: its two stores, its pen and inbox, its courier, the mark outside the
store. It knows no web page and no concrete wire. The simulated district and the real apps use the
same class; only run() starts a thread.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlite_utils import Database

from protocol import attention
from protocol.clock import Clock, stamp
from protocol.errors import Damaged
from protocol.exchange import journal as pen_
from protocol.exchange.blobs import Blobs
from protocol.exchange.carried import Carried
from protocol.exchange.courier import Courier
from protocol.exchange.errands import CheckDue, ReplicaMoved
from protocol.exchange.inbox import Inbox, State
from protocol.exchange.journal import Handler, Journal
from protocol.exchange.link import Event, Link, Wake
from protocol.exchange.messages import Report
from protocol.exchange.waterline import Waterline, epochs_of_this_life, forgotten
from protocol.faults import fault
from protocol.identity import Keyring, Keys
from protocol.store import Store

log = logging.getLogger(__name__)

BATCH = 64  # events that one step of the courier takes together
Said = Event | Carried | CheckDue | ReplicaMoved


class Office:
    """One party. open() before anything else; close() may be called twice."""

    def __init__(
        self,
        *,
        keys: Keys,
        keyring: Keyring,
        store: Store,
        blob_store: Store,
        handlers: Mapping[str, Handler],
        link: Link,
        clock: Clock,
        waterline: Waterline,
        rng: random.Random | None = None,
        report: Callable[[], Report] = Report,
        on_paper: Callable[[str], None] = lambda digest: None,
    ) -> None:
        self.party = keys.party
        self.keys = keys
        self.clock = clock
        self.store = store
        self.blobs = Blobs(blob_store)
        self.waterline = waterline
        self.pen = Journal(keys.party, keyring.district, clock, store.entropy, handlers)
        self.inbox = Inbox(keys.party, keyring.district, handlers)
        self.courier = Courier(
            keys=keys,
            keyring=keyring,
            store=store,
            blobs=self.blobs,
            journal=self.pen,
            inbox=self.inbox,
            link=link,
            clock=clock,
            waterline=waterline,
            rng=rng,
            report=report,
            on_paper=on_paper,
        )
        self._link = link
        self._events: queue.SimpleQueue[Said] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # -- opening

    def open(self) -> None:
        """Stores at the newest schema, in a life of their own, what an upgrade can now apply applied.

        :raises Damaged: the store is gone although this party has lived: starting empty would forget cases
        """
        fresh = not self.store.path.exists()
        papers_gone = not fresh and not self.blobs.store.path.exists()
        if fresh and self.waterline.exists and not self.waterline.was_restored:
            raise Damaged("damaged.store-missing", party=self.party)
        self.store.open()
        self.blobs.store.open()
        at = self.clock.now()
        with self.store.write() as tx:
            life = pen_.life_of(tx)
            if life == 0 or self.waterline.was_restored or not self.waterline.exists or self._says_less(tx):
                if life:
                    log.warning("this store comes from an older copy: a new life begins")
                    attention.put(tx, "lost-memory", self.party, at=stamp(at), detail={"who": self.party})
                    papers_gone = True
                life = self.pen.begin_life(tx, at, at_least=self.waterline.life + 1)
            if papers_gone:
                self._doubt_papers(tx)
            # a later version may know the kind, or be without the fault
            applied = self.inbox.apply_parked(tx, State.PARKED) + self.inbox.apply_parked(tx, State.FAILED)
            if applied:
                log.info("parked entries applied after an upgrade count=%d", applied)
            present = epochs_of_this_life(tx, self.party)
        self.waterline.lived(life, present)
        self.store.on_commit(lambda: self.put(Wake()))

    def _says_less(self, tx: Database) -> bool:
        """The mark outside the store is of a later life, or of something that the store has not written."""
        if pen_.life_of(tx) < self.waterline.life:
            return True
        return bool(forgotten(tx, self.party, self.waterline.spoken()))

    def _doubt_papers(self, tx: Database) -> None:
        """The two files may be of different age: what is not in the blob store is wanted again."""
        doubted = 0
        for row in tx.execute("select distinct digest from papers where here = 1").fetchall():
            if not self.blobs.has(row[0]):
                doubted += tx.execute("update papers set here = 0 where digest = ?", (row[0],)).rowcount
        if doubted:
            log.warning("papers are not in their file and are asked for count=%d", doubted)

    # -- at work

    def put(self, event: Said) -> None:
        """From any thread; returns at once."""
        self._events.put(event)

    def run(self) -> None:
        """The courier's thread and the link."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._round, name=f"courier-{self.party}", daemon=True)
        self._thread.start()
        self._link.start(self.put)

    def _round(self) -> None:
        while not self._stopping.is_set():
            batch = self.take(self.courier.wait_s())
            try:
                self.courier.step(batch)
            except Exception as why:
                log.error("the courier's step failed; the journal has everything, going on: %s", fault(why))
                self._stopping.wait(1.0)

    def take(self, wait_s: float = 0.0) -> list[Said]:
        """Events that have come, at most BATCH of them; waits for the first one only."""
        batch: list[Said] = []
        try:
            batch.append(self._events.get(timeout=wait_s) if wait_s > 0 else self._events.get_nowait())
            while len(batch) < BATCH:
                batch.append(self._events.get_nowait())
        except queue.Empty:
            pass
        return batch

    def stop(self) -> None:
        """The courier rests and the link is down; the stores stay open for whoever still reads."""
        self._stopping.set()
        self.put(Wake())
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._link.stop()

    def close(self) -> None:
        self.store.close()
        self.blobs.store.close()

    # -- due jobs

    def replicated(self, marks: Mapping[int, int], at: datetime) -> None:
        """The off-machine replica holds these marks of what we heard (epochs.id -> number): tell the authors."""
        moved = False
        with self.store.write() as tx:
            for epoch_id, seq in marks.items():
                moved |= (
                    tx.execute(
                        "update epochs set replicated = ? where id = ? and replicated < ?", (seq, epoch_id, seq)
                    ).rowcount
                    > 0
                )
        if moved:
            self.put(ReplicaMoved())

    def marks_to_replicate(self) -> dict[int, int]:
        """What we have heard and not yet seen in the replica. Read, then sync, then replicated(): so it is true."""
        with self.store.read() as db:
            rows = db.execute(
                "select id, head from epochs where reader = ? and head > replicated", (self.party,)
            ).fetchall()
        return {int(row[0]): int(row[1]) for row in rows}
