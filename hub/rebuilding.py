"""The hub's cases made again from its journals, and what follows from cases marked to be reckoned anew.

By the command `microcenter-hub rebuild`, while the hub itself is not at work. Worklists, search and statistics catch up
by themselves once it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from protocol.casebook import Casebook
from protocol.exchange.envelope import open_own
from protocol.exchange.topics import HUB
from protocol.identity import Keys
from protocol.rebuilding import Progress, rebuild
from protocol.store import Store


def book_of(letters_key: Path) -> Casebook:
    """The hub's casebook in another process: it opens what is sealed to the hub, and nobody listens."""
    keys = Keys.load(letters_key)
    return Casebook(HUB, lambda sealed: open_own(keys, sealed))


def rebuild_all(store: Store, letters_key: Path, progress: Progress, processes: int) -> int:
    """Returns how many cases there are.

    :raises Refused: disk-full; nothing has changed then
    """
    elsewhere: Callable[[], Casebook] | None = partial(book_of, letters_key) if processes else None
    book = book_of(letters_key)
    return rebuild(store, book, progress=progress, mark=_mark, elsewhere=elsewhere, processes=processes)


def _mark(tx: Database) -> None:
    tx.execute(
        "insert or ignore into stale (case_id) select id from cases"
        " union select case_id from standing union select case_id from facts"
    )
