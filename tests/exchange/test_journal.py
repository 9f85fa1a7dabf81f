"""The journal and its reader without a courier: whatever way the letters take, the reader has all of it once."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database, Migrations

from protocol.errors import Damaged, Distrusted, Refused
from protocol.exchange.inbox import Inbox, Outcome, follow_chain
from protocol.exchange.journal import (
    MAX_BODY_BYTES,
    Epoch,
    Heard,
    Journal,
    chain_at,
    entries,
    epochs,
    erase,
    link_of,
    place,
    recompute,
    set_told,
    span_of,
)
from protocol.exchange.messages import Kind, Proof
from protocol.exchange.schema import exchange_tables
from protocol.exchange.topics import HUB
from protocol.store import Store
from tests.world import DISTRICT, MORNING, SimClock

NO_PROOF = Proof(b"", hashlib.sha256(b"").digest(), b"")
SAID = "test.said"


def migrations() -> Migrations:
    found = Migrations("test")

    @found()
    def first_tables(db: Database) -> None:
        exchange_tables(db)

    return found


@dataclass
class End:
    """A store with a pen and an inbox; what its handlers were given stands in `heard`, in order."""

    name: str
    store: Store
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        handlers: dict[str, Callable[[Database, Heard], None]] = {SAID: lambda tx, heard: self.heard.append(heard)}
        handlers |= {Kind.EPOCH: lambda tx, heard: None, Kind.RECOVERED: lambda tx, heard: None}
        self.pen = Journal(self.name, DISTRICT, SimClock(), random.Random(1).randbytes, handlers)
        self.inbox = Inbox(self.name, DISTRICT, handlers)
        self.store.open()
        with self.store.write() as tx:
            self.pen.begin_life(tx, MORNING)

    def say(self, count: int, to: str = HUB) -> Epoch:
        with self.store.write() as tx:
            for number in range(count):
                self.pen.write(tx, to, SAID, b"%d" % number, by="clerk", at=MORNING, case=f"c{number}")
        return self.epoch(to)

    def epoch(self, to: str) -> Epoch:
        with self.store.read() as db:
            return epochs(db, self.name, to)[-1]

    def hear(self, other: End, first: int, last: int) -> Outcome:
        """One letter of `other` with its entries `first` to `last`."""
        with other.store.read() as db:
            (epoch,) = epochs(db, other.name, self.name)
            found = entries(db, epoch, first - 1, last, 10**9)
            span = span_of(db, epoch, found)
        with self.store.write() as tx:
            return self.inbox.accept(tx, other.name, span, found, follow_chain(span, found), NO_PROOF, MORNING).outcome


@contextmanager
def two_ends() -> Iterator[tuple[End, End]]:
    with tempfile.TemporaryDirectory() as folder:
        both = [End(name, Store(Path(folder) / f"{name}.db", migrations(), durable=False)) for name in ("dafeng", HUB)]
        yield both[0], both[1]
        for end in both:
            end.store.close()


@given(st.integers(1, 25), st.data())
def test_whatever_way_the_letters_take_the_reader_has_the_whole_journal_once(count, data):
    """Letters of any length, overlapping, lost, doubled and in any order; then the sender sends what is not receipted."""
    with two_ends() as (station, hub):
        head = station.say(count).head
        here = 0
        for offset, length in data.draw(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 5)), max_size=30)):
            first = min(head, max(1, here + 1 + offset))  # near what is here: that is where it matters
            last = min(head, first + length)
            expected = Outcome.GAP if first > here + 1 else Outcome.KEPT if last > here else Outcome.DUPLICATE
            assert hub.hear(station, first, last) is expected
            here = last if expected is Outcome.KEPT else here
        while here < head:
            last = data.draw(st.integers(here + 1, head))
            assert hub.hear(station, here + 1, last) is Outcome.KEPT
            here = last
        assert [(heard.seq, heard.body) for heard in hub.heard] == [(n + 2, b"%d" % n) for n in range(count)]
        assert [heard.body for heard in hub.heard] == [heard.body for heard in station.heard]
        with station.store.read() as mine, hub.store.read() as theirs:
            (ours,), (copy,) = epochs(mine, "dafeng", HUB), epochs(theirs, "dafeng", HUB)
            assert recompute(mine, ours) == recompute(theirs, copy) == (head, ours.head_chain)
            everything = entries(mine, ours, 0, head, 10**9)
            assert everything == entries(theirs, copy, 0, head, 10**9)
            for entry in everything:
                assert link_of(chain_at(mine, ours, entry.seq - 1), entry) == chain_at(theirs, copy, entry.seq)


@given(st.integers(1, 12), st.data())
def test_no_other_entries_lead_to_the_signed_chain(count, data):
    with two_ends() as (station, _):
        epoch = station.say(count)
        with station.store.read() as db:
            found = entries(db, epoch, 0, epoch.head, 10**9)
            span = span_of(db, epoch, found)
        order = data.draw(st.permutations(range(len(found))))
        some = order[: data.draw(st.integers(0, len(found)))]
        other = [found[n] for n in some]
        if other == found:
            assert follow_chain(span, other)[-1] == epoch.head_chain
        else:
            with pytest.raises(Distrusted):
                follow_chain(span, other)


def test_a_body_may_be_erased_when_the_law_asks_and_the_chain_still_proves():
    with two_ends() as (station, hub):
        epoch = station.say(4)
        hub.hear(station, 1, 3)
        with station.store.write() as tx:
            set_told(tx, epoch, 3, 3, "")
            assert erase(tx, HUB, "dafeng", "9999", ["c0", "c2"]) == 1  # c2 is not in the hub's replica yet
        with station.store.read() as db:
            assert recompute(db, station.epoch(HUB)) == (epoch.head, epoch.head_chain)
            bodies = {entry.case: entry.body for entry in entries(db, epoch, 0, epoch.head, 10**9)}
        assert (bodies["c0"], bodies["c1"], bodies["c2"]) == (None, b"1", b"2")
        assert hub.hear(station, 4, 5) is Outcome.KEPT
        with hub.store.read() as db:
            assert recompute(db, epochs(db, "dafeng", HUB)[0]) == (epoch.head, epoch.head_chain)


@pytest.mark.parametrize("damage", ["a body changed", "an entry gone", "a time changed"])
def test_a_record_that_was_changed_behind_our_back_is_found(damage):
    with two_ends() as (station, _):
        epoch = station.say(4)
        where = place(epoch.id, 3)
        with station.store.write() as tx:
            match damage:
                case "a body changed":
                    tx.execute("update entries set body = x'00' where place = ?", (where,))
                case "an entry gone":
                    tx.execute("delete from entries where place = ?", (where,))
                case "a time changed":
                    tx.execute("update entries set at = '' where place = ?", (where,))
        with station.store.read() as db, pytest.raises(Damaged) as found:
            recompute(db, epoch)
        assert found.value.code == "damaged.chain"


def test_a_form_too_long_for_a_letter_is_refused_before_anything_is_written():
    with two_ends() as (station, _):
        before = station.say(1).head
        with pytest.raises(Refused) as told, station.store.write() as tx:
            station.pen.write(tx, HUB, SAID, bytes(MAX_BODY_BYTES + 1), by="clerk", at=MORNING)
        assert told.value.code == "refused.entry-large"
        assert station.epoch(HUB).head == before


def test_an_effect_that_fails_takes_its_entry_back_with_it():
    """At the author: neither the record nor the entry; there is no state beside the journal."""
    with two_ends() as (station, _):
        before = station.say(1).head

        def fail(tx: Database, heard: Heard) -> None:
            raise RuntimeError

        station.pen.handlers = {SAID: fail}
        with pytest.raises(RuntimeError):
            station.say(1)
        assert station.epoch(HUB).head == before
