"""Hello, amnesia and give-back: who knows what of whose journal, and how a lost memory comes home.

Counters are not believed. A peer that claims to hold more of our journal than we do must show our
own signature for it; then we have lost our memory, begin a new life before we write anything more,
and ask for what is missing. What comes back must lead from our last chain to that signature. The
other way round a mark that we had been told is lowered when the peer, in a hello that answers our
present session, no longer holds it: the journal then tells it again.
"""

from __future__ import annotations

import json
import logging
import math
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.clock import moment, stamp
from protocol.errors import Damaged, Distrusted
from protocol.exchange import inbox, journal
from protocol.exchange.conversation import Conversation
from protocol.exchange.envelope import Opened, read_proof
from protocol.exchange.inbox import Inbox, follow_chain
from protocol.exchange.journal import Epoch, Journal
from protocol.exchange.messages import Check, Given, Held, Hello, Recall, Report, Span
from protocol.identity import Keyring
from protocol.store import Store

log = logging.getLogger(__name__)

GIVEN_BYTES = 230 * 1024
PROOFS_SHOWN = 300  # of the latest epochs: a hello is one frame, however often a box without a mark was started


def hello(db: Database, pen: Journal, talk: Conversation, boot: bytes, report: Report) -> Hello:
    """What we say when a link comes up."""
    theirs = journal.epochs(db, talk.peer, pen.party)
    proved = {e.id for e in theirs[-PROOFS_SHOWN:]}
    holds = [
        Held(e.epoch, e.life, e.head, e.head_chain, e.replicated, inbox.latest_proof(db, e) if e.id in proved else None)
        for e in theirs
    ]
    return Hello(
        session=talk.session,
        answers=talk.theirs,
        heard=talk.fresh,
        boot=boot,
        life=journal.life_of(db),
        heads=[(e.epoch, e.head) for e in journal.epochs(db, pen.party, talk.peer)],
        holds=holds,
        report=report,
    )


def believe(
    tx: Database, pen: Journal, keyring: Keyring, peer: str, said: Hello, at: datetime, *, first: bool = True
) -> None:
    """Set our marks by what the peer holds, and find out whether one of us has lost its memory.

    Only for a hello that answers our present session. Unless it is the `first` of the peer's session it
    lowers no mark: a party loses its memory only with its process, and so with its session, but a hello may
    come twice, or after the receipts that were said later.
    """
    held = {h.epoch: h for h in said.holds}
    for claim in said.holds:
        _believe_one(tx, pen, keyring, peer, claim, at, first)
    for epoch in journal.epochs(tx, pen.party, peer):
        if first and epoch.epoch not in held and epoch.told:
            _peer_forgot(tx, peer, epoch, 0, at)
            journal.set_told(tx, epoch, 0, 0, stamp(at))
    theirs = dict(said.heads)
    owes = 0
    for epoch in journal.epochs(tx, peer, pen.party):
        head = theirs.pop(epoch.epoch, 0)
        owes += max(0, head - epoch.head)
    owes += sum(theirs.values())
    tx.conn.execute("update peers set owes = ? where name = ?", (min(owes, 2**53), peer))


def _believe_one(
    tx: Database, pen: Journal, keyring: Keyring, peer: str, claim: Held, at: datetime, first: bool
) -> None:
    epoch = journal.epoch_of_pair(tx, pen.party, peer, claim.epoch)
    if epoch is not None and claim.seq <= epoch.head and journal.chain_at(tx, epoch, claim.seq) == claim.chain:
        if claim.seq < epoch.told:
            if not first:
                return
            _peer_forgot(tx, peer, epoch, claim.seq, at)
        journal.set_told(tx, epoch, claim.seq, claim.replicated, stamp(at))
        return
    if claim.seq == 0:
        return
    try:
        span = _proved(claim, pen.party, peer, keyring)
    except Distrusted as why:
        log.warning("a hello claims what we never signed peer=%s code=%s", peer, why.code)
        attention.put(tx, "lying-hello", peer, at=stamp(at), detail={"epoch": claim.epoch, "seq": claim.seq})
        return
    if epoch is None:
        epoch = journal.add_epoch(tx, pen.district, pen.party, peer, span.epoch, span.life, stamp(at))
    pen.forgot(tx, epoch, claim.seq, at)
    attention.put(
        tx, "lost-memory", pen.party, at=stamp(at), detail={"who": pen.party, "peer": peer, "upto": claim.seq}
    )


def _proved(claim: Held, party: str, peer: str, keyring: Keyring) -> Span:
    if claim.proof is None:
        raise Distrusted("distrusted.lying-hello")
    span = read_proof(claim.proof, party, peer, keyring)
    if (span.epoch, span.last, span.after) != (claim.epoch, claim.seq, claim.chain):
        raise Distrusted("distrusted.lying-hello")
    return span


def _peer_forgot(tx: Database, peer: str, epoch: Epoch, holds: int, at: datetime) -> None:
    log.warning(
        "peer holds less than it receipted peer=%s epoch=%s told=%d holds=%d", peer, epoch.epoch, epoch.told, holds
    )
    attention.put(tx, "lost-memory", peer, at=stamp(at), detail={"who": peer, "from": holds, "upto": epoch.told})
    # whatever it said of papers was said from the same memory
    tx.conn.execute("update papers set there = 0 where peer = ?", (peer,))
    gone = tx.conn.execute(
        "select 1 from entries where place > ? and place <= ? and body is null limit 1",
        (journal.place(epoch.id, holds), journal.place(epoch.id, epoch.told)),
    ).fetchone()
    if gone:
        attention.put(tx, "pruned", f"{peer}/{epoch.epoch}", at=stamp(at), detail={"peer": peer, "from": holds})


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
        if not math.isfinite(report.replica_age_s):
            report = msgspec.structs.replace(report, replica_age_s=-1.0)  # JSON has no word for it
        tx.conn.execute("update peers set report = ? where name = ?", (msgspec.json.encode(report).decode(), peer))


def note_boot(tx: Database, talk: Conversation, boot: bytes, at: datetime) -> None:
    """Two machines that speak with one key take turns: a start that had gone comes back."""
    if talk.boots and talk.boots[-1] == boot:
        return
    if boot in talk.boots:
        attention.put(tx, "two-boxes", talk.peer, at=stamp(at), detail={"peer": talk.peer})
    talk.boots = [*(b for b in talk.boots if b != boot), boot][-8:]
    tx.conn.execute("update peers set boot = ? where name = ?", (boot, talk.peer))


# -- giving and taking back


def give(store: Store, author: str, reader: str, asked: Recall, letters: int) -> list[Given]:
    """What we hold of `author`'s epoch past `after`: at most `letters` stretches, each with its evidence.

    One empty stretch alone says that there is no more.
    """
    answer: list[Given] = []
    with store.read() as db:
        epoch = journal.epoch_of_pair(db, author, reader, asked.epoch)
        if epoch is None:
            return [Given(epoch=asked.epoch, life=0, after=asked.after, entries=[], proof=None)]
        after = asked.after
        while len(answer) < letters:
            found = inbox.proof_of(db, epoch, after)
            if found is None:
                break
            _, last, proof = found
            entries = journal.entries(db, epoch, after, last, GIVEN_BYTES * 4)
            answer.append(Given(epoch=epoch.epoch, life=epoch.life, after=after, entries=entries, proof=proof))
            after = last
    return answer or [Given(epoch=asked.epoch, life=epoch.life, after=asked.after, entries=[], proof=None)]


def take_given(tx: Database, pen: Journal, box: Inbox, keyring: Keyring, peer: str, given: Given, at: datetime) -> None:
    """Put entries of our own back into our journal, and apply them; one that cannot be applied is before a person.

    :raises Distrusted: they do not lead from our last chain to our own signature
    """
    epoch = journal.epoch_of_pair(tx, pen.party, peer, given.epoch)
    if epoch is None or epoch.wants <= epoch.head:
        return
    if not given.entries or given.proof is None:
        if given.after != epoch.head:
            return  # an answer to an earlier question, overtaken on the way
        # the peer proved that it held them and now says it does not: nothing to wait for, but somebody must know
        tx.conn.execute("update epochs set wants = 0 where id = ?", (epoch.id,))
        attention.put(tx, "chain", f"{peer}/{epoch.epoch}", at=stamp(at), detail={"seq": epoch.head + 1, "peer": peer})
        return
    fresh = [entry for entry in given.entries if entry.seq > epoch.head]
    if not fresh:
        return
    signed = read_proof(given.proof, pen.party, peer, keyring)
    if signed.epoch != epoch.epoch:
        raise Distrusted("distrusted.bad-chain")
    stretch = Span(epoch.epoch, epoch.life, epoch.head + 1, signed.last, epoch.head_chain, signed.after)
    chains = follow_chain(stretch, fresh)
    pen.take_back(tx, epoch, fresh, chains, at)
    box.apply_parked(tx)
    log.info("given back epoch=%s from=%d upto=%d peer=%s", epoch.epoch, fresh[0].seq, fresh[-1].seq, peer)


# -- nightly


def recompute_all(store: Store, party: str, peer: str, at: datetime) -> list[tuple[str, int, bytes]]:
    """The chains between us, computed anew from the disk; what does not hold is put before a person."""
    points, broken = [], []
    with store.read() as db:
        for epoch in [*journal.epochs(db, party, peer), *journal.epochs(db, peer, party)]:
            try:
                seq, chain = journal.recompute(db, epoch)
                points.append((epoch.epoch, seq, chain))
            except Damaged as why:
                log.error("our records do not lead to their chain epoch=%s %s", epoch.epoch, json.dumps(why.params))
                broken.append((epoch.epoch, why.params.get("seq", 0)))
    if broken:
        with store.write() as tx:
            for name, broken_at in broken:
                attention.put(tx, "chain", f"{peer}/{name}", at=stamp(at), detail={"seq": broken_at})
    return points


def compare(tx: Database, party: str, peer: str, check: Check, at: datetime) -> None:
    """The peer's figures against ours, at the number that both hold."""
    for name, seq, chain in check.points:
        epoch = journal.epoch_of_pair(tx, party, peer, name) or journal.epoch_of_pair(tx, peer, party, name)
        if epoch is None or seq > epoch.head:
            continue
        if journal.chain_at(tx, epoch, seq) != chain:
            log.error("the peer's chain is not ours peer=%s epoch=%s seq=%d", peer, name, seq)
            attention.put(tx, "chain", f"{peer}/{name}", at=stamp(at), detail={"seq": seq, "peer": peer})
