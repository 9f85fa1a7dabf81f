"""Papers beside the letters, never before them: offered, asked for, served in pieces, confirmed.

The receiver asks for what an act names and it does not have; the sender offers again what it was
never told to have arrived. Both are questions about digests, so either side may have lost its
memory in between and the talk still ends with the paper at both ends, or with a person who is told
that it is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from protocol import attention
from protocol.clock import stamp
from protocol.errors import Distrusted, Refused
from protocol.exchange.blobs import Blobs, pieces_of
from protocol.exchange.conversation import Conversation
from protocol.exchange.link import Lane, Token
from protocol.exchange.messages import Ask, Have, Lack, Message, Offer, Piece
from protocol.store import Store

log = logging.getLogger(__name__)

PIECES_ASKED = 4  # under way at once from one peer
PAPERS_ASKED = 2
OFFERED_AT_ONCE = 200
AGAIN_S = 8.0  # an unanswered question is asked again
REST_S = 600.0  # a paper whose bytes were wrong, or for which there was no room, is left alone for so long
SERVED_AT_ONCE = 64  # pieces that one peer may have waiting for it
MAX_PAPER_BYTES = 64 * 1024 * 1024  # nothing larger is ever fetched, whatever an act says
LOOK_EVERY_S = 5.0


class PaperTrade:
    """The courier's hand for papers; called by it alone."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        say: Callable[[str, Lane, Message], Token],
        on_paper: Callable[[str], None],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._say = say
        self._on_paper = on_paper
        self._offer_again_s: dict[str, float] = {}  # by peer; doubles while it has no answer to our offers
        self._resting: dict[tuple[str, str], float] = {}  # (peer, digest) -> not asked for before this

    # -- hearing

    def hear(
        self,
        talk: Conversation,
        message: Offer | Ask | Piece | Have | Lack,
        at: datetime,
        now: float,
        *,
        carried: bool = False,
    ) -> bool:
        """True if a paper is whole now that was not before. `carried` came on a stick, where nobody could ask first."""
        match message:
            case Offer(digests=digests):
                self._hear_offer(talk, digests[:OFFERED_AT_ONCE])
            case Ask(digest=digest, pieces=pieces):
                self._hear_ask(talk, digest, pieces)
            case Piece():
                return self._hear_piece(talk, message, at, now, carried)
            case Have(digests=digests):
                with self._store.write() as tx:
                    tx.conn.executemany(
                        "update papers set there = 1 where digest = ? and peer = ?", [(d, talk.peer) for d in digests]
                    )
                for digest in digests:
                    talk.offered.pop(digest, None)
                self._offer_again_s.pop(talk.peer, None)
            case Lack(digests=digests):
                self._hear_lack(talk, digests, at)
        return False

    def _hear_ask(self, talk: Conversation, digest: str, pieces: list[int]) -> None:
        """Only what concerns the peer is served: a digest that it guessed or overheard opens nothing."""
        with self._store.read() as db:
            concerns = db.conn.execute(
                "select 1 from papers where digest = ? and peer = ? limit 1",
                (digest, talk.peer),
            ).fetchone()
        if concerns is None:
            talk.to_say_lack.append(digest)
        elif not self._blobs.has(digest):
            self._doubt([digest])
            talk.to_say_lack.append(digest)
        elif len(talk.to_serve) < SERVED_AT_ONCE:
            talk.to_serve.extend((digest, number) for number in pieces[:PIECES_ASKED])

    def _hear_offer(self, talk: Conversation, digests: list[str]) -> None:
        """Say what is here; what is not, and is ours to have, is asked for by speak()."""
        here = self._blobs.which(digests)
        talk.to_say_have.extend(digest for digest in digests if digest in here)
        with self._store.write() as tx:
            for digest in digests:
                # an offer also heals a memory that is newer than the blob store
                tx.conn.execute(
                    "update papers set here = ?, lost = 0 where digest = ? and peer = ?",
                    (digest in here, digest, talk.peer),
                )
        talk.papers_look = True

    def _hear_piece(self, talk: Conversation, piece: Piece, at: datetime, now: float, carried: bool) -> bool:
        expected = talk.expected.get(piece.digest, set())
        if carried:
            if not self._wanted(talk, piece.digest):
                return False
        elif piece.number not in expected:
            return False  # nobody asked: a stranger does not fill our disk
        else:
            talk.asked[piece.digest] = now
        expected.discard(piece.number)
        sizes = self._wanted(talk, piece.digest)
        if not sizes:  # nobody wants it any more: a newer catalogue was published while this one was on its way
            self._forget(talk, piece.digest)
            return False
        try:
            if piece.size not in sizes:
                raise Distrusted("distrusted.wrong-digest")  # not the size that the act named
            whole = self._blobs.add_piece(piece.digest, piece.number, piece.size, piece.data, at)
        except Distrusted as why:
            log.warning("pieces do not make the paper peer=%s code=%s", talk.peer, why.code)
            with self._store.write() as tx:
                case = _case_of(
                    tx.conn.execute("select case_id from papers where digest = ?", (piece.digest,)).fetchone()
                )
                attention.put(tx, "paper-damaged", piece.digest, at=stamp(at), case=case, detail={"peer": talk.peer})
            self._rest(talk, piece.digest, now)
            return False
        except Refused as why:
            log.error("paper not kept code=%s", why.code)
            self._rest(talk, piece.digest, now)
            return False
        if whole:
            self._arrived(talk, piece.digest, at)
        elif not expected:
            self._forget(talk, piece.digest)
        return whole

    def _wanted(self, talk: Conversation, digest: str) -> set[int]:
        """The sizes under which acts name this paper, as long as it is not here; one, if nobody lied."""
        with self._store.read() as db:
            return {
                int(row[0])
                for row in db.conn.execute(
                    "select size from papers where digest = ? and peer = ? and here = 0 and size between 0 and ?",
                    (digest, talk.peer, MAX_PAPER_BYTES),
                ).fetchall()
            }

    def _arrived(self, talk: Conversation, digest: str, at: datetime) -> None:
        with self._store.write() as tx:
            tx.conn.execute("update papers set here = 1, lost = 0 where digest = ?", (digest,))
            for kind in ("paper-lost", "paper-damaged"):
                attention.settle(tx, kind, digest, by=talk.peer, at=stamp(at))
        self._forget(talk, digest)
        talk.to_say_have.append(digest)
        self._on_paper(digest)

    def _hear_lack(self, talk: Conversation, digests: list[str], at: datetime) -> None:
        """Neither end has it: only a person can take the scan again."""
        with self._store.write() as tx:
            for digest in digests:
                row = tx.conn.execute(
                    "select case_id from papers where digest = ? and peer = ? and here = 0", (digest, talk.peer)
                ).fetchone()
                if row is None:
                    continue
                tx.conn.execute("update papers set lost = 1 where digest = ?", (digest,))
                attention.put(tx, "paper-lost", digest, at=stamp(at), case=_case_of(row), detail={"peer": talk.peer})
        for digest in digests:
            self._forget(talk, digest)

    def _rest(self, talk: Conversation, digest: str, now: float) -> None:
        """Asked for at once it would come as wrong as before, as fast as the wire carries it."""
        self._resting[talk.peer, digest] = now + REST_S
        self._forget(talk, digest)

    def _forget(self, talk: Conversation, digest: str) -> None:
        talk.asked.pop(digest, None)
        talk.expected.pop(digest, None)
        talk.papers_look = True

    # -- speaking

    def speak(self, talk: Conversation, at: datetime, now: float) -> None:
        """:raises Unreachable: the wire takes no more; what is left is said with the next step"""
        while talk.to_say_have:
            some = talk.to_say_have[:OFFERED_AT_ONCE]
            self._say(talk.peer, Lane.PAPER, Have(some))
            del talk.to_say_have[: len(some)]
        if talk.to_say_lack:
            self._say(talk.peer, Lane.PAPER, Lack(talk.to_say_lack[:OFFERED_AT_ONCE]))
            del talk.to_say_lack[:OFFERED_AT_ONCE]
        while talk.to_serve:
            self._serve(talk, *talk.to_serve[0])
            talk.to_serve.popleft()
        for digest, asked_at in list(talk.asked.items()):
            if now - asked_at > AGAIN_S:
                self._forget(talk, digest)
        if talk.papers_look or now - talk.papers_looked_at > LOOK_EVERY_S:
            talk.papers_look, talk.papers_looked_at = False, now
            self._refuse_oversized(talk, at)
            self._ask(talk, now)
            self._offer(talk, now)

    def _serve(self, talk: Conversation, digest: str, number: int) -> None:
        data = self._blobs.piece(digest, number)
        if data is None:
            talk.to_say_lack.append(digest)
            return
        with self._store.read() as db:
            row = db.conn.execute("select size from papers where digest = ? limit 1", (digest,)).fetchone()
        if row is not None:
            self._say(talk.peer, Lane.PAPER, Piece(digest=digest, number=number, size=row[0], data=data))

    def _refuse_oversized(self, talk: Conversation, at: datetime) -> None:
        """A size that no paper has is never fetched, and a person is told."""
        with self._store.read() as db:
            rows = db.conn.execute(
                "select distinct digest, case_id from papers where peer = ? and here = 0 and lost = 0"
                " and size not between 0 and ? limit ?",
                (talk.peer, MAX_PAPER_BYTES, OFFERED_AT_ONCE),
            ).fetchall()
        if not rows:
            return
        with self._store.write() as tx:
            for digest, case in rows:
                tx.conn.execute("update papers set lost = 1 where digest = ? and case_id = ?", (digest, case))
                attention.put(tx, "paper-damaged", digest, at=stamp(at), case=case, detail={"peer": talk.peer})

    def _ask(self, talk: Conversation, now: float) -> None:
        self._resting = {paper: until for paper, until in self._resting.items() if until > now}
        with self._store.read() as db:
            wanted = db.conn.execute(
                "select distinct digest, size from papers where peer = ? and here = 0 and lost = 0"
                " and size between 0 and ? limit ?",
                (talk.peer, MAX_PAPER_BYTES, PAPERS_ASKED + len(talk.asked) + len(self._resting)),
            ).fetchall()
        for digest, size in wanted:
            if digest in talk.asked or len(talk.asked) >= PAPERS_ASKED or (talk.peer, digest) in self._resting:
                continue
            missing = self._blobs.missing(digest, size)[:PIECES_ASKED]
            if not missing and not self._blobs.has(digest):
                self._rest(talk, digest, now)  # two acts name it with different sizes
                continue
            if not missing or self._blobs.has(digest):
                # whole already, by another case or before a crash between the two files
                with self._store.write() as tx:
                    tx.conn.execute("update papers set here = 1 where digest = ?", (digest,))
                talk.to_say_have.append(digest)
                talk.papers_look = True
                continue
            self._say(talk.peer, Lane.PAPER, Ask(digest=digest, pieces=missing))
            talk.asked[digest] = now
            talk.expected[digest] = {*missing}
            assert pieces_of(size) >= len(missing)

    def _offer(self, talk: Conversation, now: float) -> None:
        with self._store.read() as db:
            unconfirmed = db.conn.execute(
                "select distinct digest from papers where peer = ? and there = 0 and here = 1 limit ?",
                (talk.peer, OFFERED_AT_ONCE + len(talk.offered)),
            ).fetchall()
        again_s = self._offer_again_s.get(talk.peer, AGAIN_S)
        due = [r[0] for r in unconfirmed if now - talk.offered.get(r[0], float("-inf")) > again_s][:OFFERED_AT_ONCE]
        if not due:
            return
        if any(digest in talk.offered for digest in due):
            self._offer_again_s[talk.peer] = min(REST_S, again_s * 2)
        here = self._blobs.which(due)
        if len(here) < len(due):
            # an act of ours came back after a lost disk, its scan did not: it is wanted, not offered
            self._doubt([digest for digest in due if digest not in here])
            talk.papers_look = True
        if here:
            self._say(talk.peer, Lane.PAPER, Offer(sorted(here)))
            talk.offered.update(dict.fromkeys(here, now))

    def _doubt(self, digests: list[str]) -> None:
        with self._store.write() as tx:
            tx.conn.executemany("update papers set here = 0 where digest = ?", [(digest,) for digest in digests])


def _case_of(row: tuple[str] | None) -> str:
    """The case that a person opens: a document lies beside its case, a catalogue belongs to none."""
    beside, _, case = row[0].rpartition("/") if row else ("", "", "")
    return "" if beside == "catalogue" else case
