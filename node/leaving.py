"""Before a box is taken away, wiped or given to somebody else: nothing goes that the district does not have.

A reset deletes nothing. What was there is moved aside under a name that says when, and whoever empties the disk does
so knowing that every case was receipted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from node import cases
from protocol import attention
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Refused
from protocol.settings import Settings

LATE = timedelta(hours=72)  # owed for so long: the head has to do something about it


@dataclass(frozen=True, slots=True)
class Left:
    """What would be lost with this disk."""

    entries: int
    papers: int
    drafts: int

    def __bool__(self) -> bool:
        return bool(self.entries or self.papers or self.drafts)


def left_here(db: Database) -> Left:
    entries, _ = cases.owed_entries(db)
    drafts = int(
        db.execute(
            "select (select count(*) from drafts) + (select count(*) from demands where state = 'draft')"
        ).fetchone()[0]
    )
    return Left(entries, cases.owed_papers(db), drafts)


def reset(settings: Settings, left: Left, at: datetime) -> Path:
    """The data lies aside from here on, and the station does not start until it is revived or enrolled anew.

    :raises Refused: still-owed
    """
    if left:
        raise Refused("refused.still-owed", entries=left.entries, papers=left.papers, drafts=left.drafts)
    aside = settings.folder / f"data-before-{at.astimezone(CHINA):%Y%m%d-%H%M%S}"
    settings.data.rename(aside)
    return aside


def watch_owed(tx: Database, at: datetime) -> None:
    """Who leads the station is told when something has waited here for three days, until it is gone."""
    _, oldest = cases.owed_entries(tx)
    if oldest and at - moment(oldest) >= LATE:
        attention.put(tx, "owed-long", "owed", at=stamp(at))
    else:
        attention.settle(tx, "owed-long", "owed", by="clock", at=stamp(at), note="delivered")
