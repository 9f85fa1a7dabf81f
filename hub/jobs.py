"""What the hub does by the clock. protocol/chores.py has what a station does alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from apscheduler.schedulers.background import BackgroundScheduler

from hub.clockwork import Clockwork
from hub.shelf import Shelf
from protocol import chores
from protocol.chores import Party, forget_looks, nightly_check, replicate, watch_keyring, watch_replica
from protocol.replica import DrillResult
from protocol.settings import Settings

FOLDER_EVERY_S = 5
LOOKS_HOUR = 5
PUBLICATIONS_EVERY_S = 30
STANDING_EVERY_S = 1
LAW_EVERY_S = 60
PAPERS_AGAIN_EVERY_S = 3600

# counted in the copy and in the database: what cannot be asked back from anybody comes first
DRILLED_TABLES = (
    "cases",
    "acts",
    "entries",
    "epochs",
    "shelf",
    "reveals",
    "memberships",
    "delegations",
    "looks",
    "people_steps",
    "holdings",
    "filters",
    "publications",
    "publisher_keys",
)
DRILLED_BLOB_TABLES = ("blobs", "pieces")


class Office(Party, Protocol):
    """A Hub, as its own chores see it."""

    def look_at_register(self) -> None: ...

    def look_at_bundle(self) -> None: ...

    def look_at_publications(self) -> None: ...

    def parties(self) -> list[str]: ...

    shelf: Shelf

    @property
    def clockwork(self) -> Clockwork: ...


def watch_register(hub: Office) -> None:
    """Stations that the district's register has added or renamed have their line, and the catalogue."""
    hub.look_at_register()


def watch_bundle(hub: Office) -> None:
    """A newer catalogue in the folder goes on the shelf and to every station."""
    hub.look_at_bundle()


def watch_publications(hub: Office) -> None:
    """What two persons decided reaches the stations, also if the power went in between."""
    hub.look_at_publications()


def keep_standing(hub: Office) -> None:
    """Worklists know of what came in letters, documents that acts want are made, what holds no more is told."""
    hub.clockwork.keep_standing(hub.office.clock.now())
    hub.clockwork.carry_cases(hub.office.clock.now())
    hub.clockwork.carry_lists(hub.office.clock.now())
    hub.clockwork.look_at_instant(hub.shelf, hub.office.clock.now())
    hub.clockwork.make_papers(hub.office.clock.now())
    hub.clockwork.keep_figures(hub.office.clock.now())
    hub.clockwork.keep_licences(hub.parties(), hub.office.clock.now())


def try_papers_again(hub: Office) -> None:
    """A document that could not be made waits for a font or a seal, not for a restart."""
    hub.clockwork.try_papers_again()


def let_the_law_act(hub: Office) -> None:
    """Cards first: what the law has done in the place of a section is no longer open afterwards."""
    hub.clockwork.give_cards(hub.office.clock.now())
    hub.clockwork.let_the_law_act(hub.office.clock.now())


def monthly_drill(hub: Party) -> None:
    chores.monthly_drill(hub, _drilled(hub.settings))


def drill_now(settings: Settings) -> list[DrillResult]:
    """The same by hand, beside a hub at work or not.

    :raises Refused: drill, no-replica
    """
    return chores.drill_now(settings, _drilled(settings))


def _drilled(settings: Settings) -> dict[Path, Sequence[str]]:
    return {settings.db: DRILLED_TABLES, settings.blobs: DRILLED_BLOB_TABLES}


def timetable(hub: Office) -> BackgroundScheduler:
    """Not started yet."""
    scheduler: Any = chores.timetable(  # APScheduler 3 has no types
        hub,
        replicate=replicate,
        watch_replica=watch_replica,
        watch_keyring=watch_keyring,
        nightly_check=nightly_check,
        monthly_drill=monthly_drill,
    )
    for chore in (watch_register, watch_bundle):
        scheduler.add_job(chore, "interval", [hub], seconds=FOLDER_EVERY_S)
    scheduler.add_job(watch_publications, "interval", [hub], seconds=PUBLICATIONS_EVERY_S)
    scheduler.add_job(keep_standing, "interval", [hub], seconds=STANDING_EVERY_S)
    scheduler.add_job(let_the_law_act, "interval", [hub], seconds=LAW_EVERY_S)
    scheduler.add_job(try_papers_again, "interval", [hub], seconds=PAPERS_AGAIN_EVERY_S)
    scheduler.add_job(forget_looks, "cron", [hub], hour=LOOKS_HOUR, jitter=1800)
    made: BackgroundScheduler = scheduler
    return made


__all__ = ["drill_now", "monthly_drill", "nightly_check", "replicate", "timetable", "watch_keyring", "watch_replica"]
