"""What a station does by the clock. Plain functions of the station; protocol/chores.py has what the hub does alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from apscheduler.schedulers.background import BackgroundScheduler

from protocol import chores
from protocol.chores import Party, nightly_check, replicate, watch_keyring, watch_replica
from protocol.replica import DrillResult
from protocol.settings import Settings

# counted in the copy and in the database: what cannot be asked back from anybody comes first
DRILLED_TABLES = ("drafts", "cases", "acts", "entries", "epochs")
DRILLED_BLOB_TABLES = ("blobs", "pieces")
SHELF_EVERY_S = 60


class Desk(Party, Protocol):
    """A Station, as its own chores see it."""

    def look_at_shelf(self) -> None: ...


def monthly_drill(station: Party) -> None:
    chores.monthly_drill(station, _drilled(station.settings))


def drill_now(settings: Settings) -> list[DrillResult]:
    """The same by hand, beside a station at work or not.

    :raises Refused: drill, no-replica
    """
    return chores.drill_now(settings, _drilled(settings))


def _drilled(settings: Settings) -> dict[Path, Sequence[str]]:
    return {settings.db: DRILLED_TABLES, settings.blobs: DRILLED_BLOB_TABLES}


def watch_shelf(station: Desk) -> None:
    """A catalogue that could not be had one way is asked for another way."""
    station.look_at_shelf()


def timetable(station: Desk) -> BackgroundScheduler:
    """Not started yet."""
    scheduler: Any = chores.timetable(  # APScheduler 3 has no types
        station,
        replicate=replicate,
        watch_replica=watch_replica,
        watch_keyring=watch_keyring,
        nightly_check=nightly_check,
        monthly_drill=monthly_drill,
    )
    scheduler.add_job(watch_shelf, "interval", [station], seconds=SHELF_EVERY_S)
    made: BackgroundScheduler = scheduler
    return made


__all__ = ["drill_now", "monthly_drill", "nightly_check", "replicate", "timetable", "watch_keyring", "watch_replica"]
