"""The documents that acts bring about: printed, numbered, coded and sealed a moment after the act, then never again.

The act itself waits for no printer: within its unit of work it leaves a line in `to_print`, and what makes the
document finds it there, after a crash as well. The bytes are kept in the blob store, are named by an ATTACH in the
case, and travel to the station like any paper: every reprint prints exactly them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from hub.documents import Writing, as_of, kinds_of, write
from protocol import attention
from protocol.casebook import Casebook, documents_of, tell
from protocol.cases.acts import By, CaseAct, Made
from protocol.cases.case import Case, Standing, Step
from protocol.cases.guard import check
from protocol.cases.words import Act, Role, Side
from protocol.catalogue.law import Law
from protocol.clock import stamp
from protocol.documents.kinds import Kind
from protocol.documents.produce import Prints, produce
from protocol.documents.sealing import Seal
from protocol.errors import Refused
from protocol.exchange.blobs import Blobs
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind as MessageKind
from protocol.exchange.topics import HUB
from protocol.faults import fault
from protocol.identity import Keys
from protocol.store import Store

log = logging.getLogger(__name__)

PRESS = By("press", Role.SYSTEM)


def note_what_to_print(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook: acts of ours that want a document, and the word that it has been made.

    Every act that stands is looked at: one that waited for another, given back after a lost disk, may stand only now.
    """
    if heard.author == HUB and act.act is Act.ATTACH and act.made is not None and act.request:
        tx.execute("delete from to_print where act_id = ? and kind = ?", (act.request, act.made.kind))
        return
    made = {(one.request, one.made.kind) for one in case.documents if one.made is not None}
    for one in case.line:
        for kind in kinds_of(one):
            if (one.id, str(kind)) not in made:
                tx.execute(
                    "insert or ignore into to_print (act_id, kind, case_id) values (?,?,?)", (one.id, kind, case.id)
                )


@dataclass(frozen=True, slots=True)
class Papermaking:
    """All that is needed to make a document. `contact` is printed on each as where to ask."""

    store: Store
    blobs: Blobs
    pen: Journal
    book: Casebook
    law: Law
    press: Prints
    keys: Keys
    seal: Callable[[], Seal | None]
    district: str
    contact: str

    def make_next(self, at: datetime, limit: int = 20) -> int:
        """Make up to `limit` documents that are wanted. Returns how many were made.

        What cannot be made (a character that no font has) is put before a person once, and tried again every hour.
        """
        with self.store.read() as db:
            items = db.execute(
                "select distinct c.item, c.item_version from to_print t join cases c on c.id = t.case_id"
                " where t.problem = ''"
            ).fetchall()
            rows = []
            for code, version in items:
                if self.law.item(str(code), int(version)) is not None:  # otherwise its catalogue is on the way
                    rows += db.execute(
                        "select t.act_id, t.kind, t.case_id from to_print t join cases c on c.id = t.case_id"
                        " where t.problem = '' and c.item = ? and c.item_version = ? limit ?",
                        (code, version, limit),
                    ).fetchall()
        return sum(self._make_or_tell(str(act), Kind(kind), str(case), at) for act, kind, case in rows[:limit])

    def make_lost_again(self) -> None:
        """Want anew what we made and neither end has any more, after lost disks: the same act makes the same bytes.

        A citizen could not be handed it otherwise, and the case would never end. What an act that was set aside since
        brought about belongs to it as well: whoever settles the fork sees what had been made.
        """
        with self.store.read() as db:
            lost = db.execute(
                "select a.subject, a.case_id from attention a join papers p on p.digest = a.subject"
                " where a.kind = 'paper-lost' and a.settled_at is null and p.case_id = ? || a.case_id",
                (documents_of(""),),
            ).fetchall()
            wanted = [
                (told.request, told.made.kind, case_id)
                for digest, case_id in lost
                if (case := self.book.case(db, str(case_id))) is not None
                for told in case.documents
                if told.made is not None and told.made.digest == digest and _step_of(case, told.request)
            ]
        if wanted:
            with self.store.write() as tx:
                tx.conn.executemany("insert or ignore into to_print (act_id, kind, case_id) values (?,?,?)", wanted)

    def _make_or_tell(self, act_id: str, kind: Kind, case_id: str, at: datetime) -> bool:
        """A border: whatever is wrong with one document, the others are made."""
        try:
            return self._make(act_id, kind, case_id, at)
        except Exception as why:
            if isinstance(why, Refused) and why.code == "refused.disk-full":
                raise  # no fault of the document's: the next run comes anyway
            code = why.code if isinstance(why, Refused) else "fault"
            if not isinstance(why, Refused):
                log.error("a document cannot be made case=%s kind=%s why=%s", case_id, kind, fault(why))
            else:
                log.warning("a document cannot be made case=%s kind=%s code=%s", case_id, kind, code)
            with self.store.write() as tx:
                tx.execute("update to_print set problem = ? where act_id = ? and kind = ?", (code, act_id, kind))
                case = self.book.case(tx, case_id)
                attention.put_once(
                    tx, "document-not-made", f"{act_id}/{kind}", at=stamp(at), case=case_id,
                    detail={"number": case.number if case is not None else "", "why": code},
                )  # fmt: skip
            return False

    def _make(self, act_id: str, kind: Kind, case_id: str, at: datetime) -> bool:
        with self.store.read() as db:
            case = self.book.case(db, case_id)
        step = _step_of(case, act_id) if case is not None else None
        if case is None or step is None:
            return self._drop(act_id, kind)
        made_before = _made(case, act_id, kind)
        if step.standing is not Standing.STANDS and not made_before:
            return self._drop(act_id, kind)  # an act that was set aside gets no paper, and keeps the one that it had
        item = self.law.item(case.item, case.item_version)
        if item is None:
            return False
        then = as_of(case, step.act)
        with self.store.read() as db:
            place = _title(db, then.station)  # where the case lay when it was done, wherever it has gone since
        writing = Writing(then, step.act, item, self.law, self.contact, place)
        document = write(kind, writing)
        printed = produce(self.press, document, self.district, self.keys, self.seal())
        if step.standing is not Standing.STANDS and printed.digest not in made_before:
            return self._give_up(act_id, kind, case_id, made_before, at)
        self.blobs.keep(printed.pdf, at)
        made = Made(kind=kind, number=document.front.number, digest=printed.digest, size=len(printed.pdf))
        with self.store.write() as tx:
            now = self.book.case(tx, case_id)
            assert now is not None
            told = CaseAct(
                case=case_id, id=_id_of(act_id, kind, printed.digest), act=Act.ATTACH, follows=now.tip, by=PRESS,
                at=stamp(at), request=act_id, made=made,
            )  # fmt: skip
            if any(one.id == told.id for one in now.documents):
                tx.execute("delete from to_print where act_id = ? and kind = ?", (act_id, kind))
            else:
                check(now, Act.ATTACH, Side.HUB, PRESS, told)
                self.pen.write(tx, now.station, MessageKind.CASE_ACT, tell(told), by=PRESS.account, at=at, case=case_id)
            self._no_longer_missed(tx, now, told, at)
            attention.settle(tx, "document-not-made", f"{act_id}/{kind}", by=PRESS.account, at=stamp(at))
        return True

    def _no_longer_missed(self, tx: Database, case: Case, told: CaseAct, at: datetime) -> None:
        """What is here again is offered again; what it takes the place of, because a key has changed, is asked for no more."""
        assert told.made is not None
        tx.execute("update papers set here = 1, lost = 0 where digest = ?", (told.made.digest,))
        attention.settle(tx, "paper-lost", told.made.digest, by=PRESS.account, at=stamp(at))
        others = _made(case, told.request, told.made.kind) - {told.made.digest}
        self._ask_no_more(tx, case.id, others, at)

    def _ask_no_more(self, tx: Database, case_id: str, digests: set[str], at: datetime) -> None:
        for digest in sorted(digests):
            if not self.blobs.has(digest):
                tx.execute("delete from papers where digest = ? and case_id = ?", (digest, documents_of(case_id)))
                attention.settle(tx, "paper-lost", digest, by=PRESS.account, at=stamp(at))

    def _give_up(self, act_id: str, kind: Kind, case_id: str, digests: set[str], at: datetime) -> bool:
        """An act that counts no more gets no other paper than the one it had, and that one nobody can make again."""
        with self.store.write() as tx:
            self._ask_no_more(tx, case_id, digests, at)
        return self._drop(act_id, kind)

    def _drop(self, act_id: str, kind: Kind) -> bool:
        with self.store.write() as tx:
            tx.execute("delete from to_print where act_id = ? and kind = ?", (act_id, kind))
        return False

    def try_again(self) -> None:
        """A font may have been installed, a seal renewed: what could not be made is tried once more."""
        with self.store.read() as db:
            if db.execute("select 1 from to_print where problem != '' limit 1").fetchone() is None:
                return
        with self.store.write() as tx:
            tx.execute("update to_print set problem = ''")


def _step_of(case: Case, act_id: str | None) -> Step | None:
    """None as long as the act, or what it follows, is not here."""
    steps = (step for step in case.steps if step.act.id == act_id and step.standing is not Standing.WAITING)
    return next(steps, None)


def _made(case: Case, act_id: str | None, kind: str) -> set[str]:
    """Digests of all that was ever made for the act; more than one after a key has changed."""
    return {
        one.made.digest
        for one in case.documents
        if one.made is not None and (one.request, one.made.kind) == (act_id, str(kind))
    }


def _id_of(act_id: str, kind: Kind, digest: str) -> str:
    """The same bytes for the same act are named once, also by a hub that has lost its disk and makes them again."""
    return hashlib.sha256(f"{act_id}/{kind}/{digest}".encode()).hexdigest()[:32]


def _title(db: Database, station: str) -> str:
    row = db.execute("select title from stations where name = ?", (station,)).fetchone()
    return str(row[0]) if row is not None else station
