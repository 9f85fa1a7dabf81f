"""What runs behind the officers' backs: lines of worklists, documents, cards, and what the law does by lapse of time.

Plain functions of the hub and the time; jobs.py calls them by the clock, a test by hand. Each does a
little and returns, so that a thousand stations that come back at once keep nobody's page waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from hub import endings, lines, retelling
from hub.carding import Supervision
from hub.counting import became_known, count_next, mark_items_uncounted, uncounted
from hub.decisions import need_case, send_where_wished
from hub.instant import Confirming, Issues
from hub.lapses import let_the_law_act
from hub.papermaking import Papermaking
from protocol import licences, transfer_book
from protocol.cases.rules import Side
from protocol.clock import CHINA
from protocol.exchange.envelope import seal_to_self
from protocol.standing import are_stale, stale

BATCH = 200  # cases reckoned in one unit of work: some 40 ms
BATCHES = 20
A_FEW = 50  # in the first unit of work, which finds out whether letters are coming


@dataclass(frozen=True, slots=True)
class Clockwork:
    papers: Papermaking

    def keep_standing(self, at: datetime) -> int:
        """Bring the lines of stale cases up to date. Returns how many."""
        room = self.papers
        return self._in_batches(
            stale, lambda tx, limit: lines.bring_up_to_date(tx, room.book, room.law, at, limit=limit)
        )

    def keep_licences(self, stations: Sequence[str], at: datetime) -> int:
        """Stations hear which licences hold no more, and windows of renewal are reckoned. Returns entries written."""
        room, today = self.papers, at.astimezone(CHINA).date()
        with room.store.read() as db:
            stale = licences.must_reckon(db, today)
        if stale:
            with room.store.write() as tx:
                licences.reckon_windows(tx, room.law, today)
        return endings.tell(room.store, room.pen, stations, at)

    def keep_figures(self, at: datetime) -> int:
        """Count the cases that have changed. Returns how many."""
        room = self.papers
        with room.store.read() as db:
            known, busy = became_known(db, room.law), are_stale(db)
        if busy:
            return 0  # whoever waits for a worklist comes first
        if known:
            with room.store.write() as tx:
                mark_items_uncounted(tx, known)
        return self._in_batches(uncounted, lambda tx, limit: count_next(tx, room.book, room.law, at, limit))

    def carry_cases(self, at: datetime) -> int:
        """Results go where they are to be fetched, and every station that knows a case hears what the others said.

        Returns how many cases and copies.
        """
        room, done = self.papers, 0
        with room.store.read() as db:
            wished = retelling.wished_elsewhere(db)
            waits = db.execute("select 1 from to_retell limit 1").fetchone() is not None
        for case_id in wished:
            with room.store.write() as tx:
                case = need_case(tx, room.book, case_id)
                if case.fetch_at and case.owner is Side.STATION:
                    send_where_wished(tx, room.pen, room.book, case, room.store.entropy(16), at)
                    done += 1
        if waits or wished:
            with room.store.write() as tx:
                done += retelling.retell_next(tx, room.pen, room.book, at)
        return done

    def carry_lists(self, at: datetime) -> int:
        """The other end hears of each list of papers; what nobody has said to be there is put before a person."""
        room = self.papers
        with room.store.read() as db:
            if db.execute("select 1 from transfers limit 1").fetchone() is None:
                return 0
            told = transfer_book.is_behind(db)
            late = transfer_book.has_late(db, room.law.calendar, at)
        if not told and not late:
            return 0
        with room.store.write() as tx:
            transfer_book.note_late(tx, room.law.calendar, at)
            return transfer_book.tell_on(tx, room.pen, at)

    def _in_batches(self, waiting: Callable[[Database], int], do: Callable[[Database, int], int]) -> int:
        """Until nothing waits; but while letters bring more than is done meanwhile, a few and no more.

        The link is one thread of this process: what is reckoned while a station empties its journal, the station waits.
        """
        store, done, before, limit = self.papers.store, 0, 0, A_FEW
        for number in range(BATCHES):
            with store.read() as db:
                left = waiting(db)
            if left == 0 or (number and left > before - limit // 2):
                break
            limit = BATCH if number else A_FEW
            before = left
            with store.write() as tx:
                done += do(tx, limit)
        return done

    def look_at_instant(self, issues: Issues, at: datetime) -> int:
        """What stations decided at once is confirmed, or put before a person. Returns how many."""
        room = self.papers
        return Confirming(room.store, room.pen, room.book, issues).look_next(at)

    def make_papers(self, at: datetime) -> int:
        self.papers.make_lost_again()
        return self.papers.make_next(at)

    def try_papers_again(self) -> None:
        self.papers.try_again()

    def give_cards(self, at: datetime) -> int:
        room = self.papers
        seal = partial(seal_to_self, room.keys)
        return Supervision(room.store, room.pen, room.book, room.law, seal).give_cards(at)

    def let_the_law_act(self, at: datetime) -> int:
        room = self.papers
        return let_the_law_act(room.store, room.pen, room.book, room.law, at)
