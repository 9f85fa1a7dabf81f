"""The lines of the worklists with all that follows them: where a case stands, what it is found by, who holds it, its
next card.

One step for the officer's own act, for letters and for what the law does, so that nothing of it can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from hub.cards import follow_cards
from hub.counting import follow_figures
from hub.finished import follow_archive
from hub.holdings import follow_holdings
from hub.seeking import follow_traces
from protocol import standing
from protocol.casebook import Casebook
from protocol.cases.case import Case
from protocol.catalogue.law import Law
from protocol.clock import CHINA
from protocol.clocks.states import ClockState
from protocol.licences import follow_licences


def bring_up_to_date(
    tx: Database, book: Casebook, law: Law, at: datetime, *, only: Iterable[str] = (), limit: int = 200
) -> int:
    """Reckon stale cases, `only` these or at most `limit` of all. Returns how many were."""
    calendar, today = law.calendar, at.astimezone(CHINA).date()

    def next_card(tx: Database, case_id: str, case: Case | None, states: tuple[ClockState, ...]) -> None:
        follow_cards(tx, case_id, case, states, calendar, today)

    followers = (follow_traces, follow_holdings, follow_figures, next_card, _registers)
    return standing.bring_up_to_date(tx, book, law, at, only=only, limit=limit, followers=followers)


def _registers(tx: Database, case_id: str, case: Case | None, states: tuple[ClockState, ...]) -> None:
    """Licences and the archivist's list follow each act at once; here they are mended after a rebuild."""
    if case is not None:
        follow_licences(tx, case)
        follow_archive(tx, case)
