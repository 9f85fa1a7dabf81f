"""What a station does by the clock. Plain functions of the station; protocol/chores.py has what the hub does alike."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from apscheduler.schedulers.background import BackgroundScheduler

from node import after, device_notices, drafts, leaving, people, prefills, printing, renewals
from node.devices.registry import Devices
from node.dues import Dues
from node.hall import day
from node.hall.desk import HallDesk
from node.kiosk import codes, meters, sessions
from node.kiosk.visitors import Visitors
from node.shelf import Shelf
from protocol import chores, transfer_book
from protocol.casebook import Casebook
from protocol.chores import Party, forget_looks, nightly_check, replicate, watch_keyring, watch_replica
from protocol.clock import CHINA, ClockQuality
from protocol.replica import DrillResult
from protocol.settings import Settings

log = logging.getLogger(__name__)

# counted in the copy and in the database: what cannot be asked back from anybody comes first
DRILLED_TABLES = ("drafts", "cases", "acts", "entries", "epochs")
DRILLED_BLOB_TABLES = ("blobs", "pieces")
SHELF_EVERY_S = 60
KIOSK_EVERY_S = 30
DUES_EVERY_S = 60
LAPSE_EVERY_S = 1800
RENEWALS_EVERY_S = 600
PEOPLE_EVERY_S = 300
OWED_EVERY_S = 900
LOOKS_HOUR = 5
HALL_EVERY_S = 600
DEVICES_EVERY_S = 10  # a strip that is older lies


class Desk(Party, Protocol):
    """A Station, as its own chores see it."""

    book: Casebook
    shelf: Shelf
    dues: Dues
    visitors: Visitors
    hall: HallDesk
    devices: Devices

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


def watch_people(station: Party) -> None:
    """Who has to be confirmed while the hub is silent waits, and the head is told in time."""
    at, after = station.office.clock.now(), timedelta(days=station.settings.people.confirm_days)
    with station.office.store.read() as db:
        changed = people.must_watch(db, at, after)
    if changed:
        with station.office.store.write() as tx:
            people.watch(tx, at, after)


def watch_owed(station: Party) -> None:
    """What has waited for three days is the head's task, until it is delivered."""
    with station.office.store.write() as tx:
        leaving.watch_owed(tx, station.office.clock.now())


def lapse_overdue(station: Desk) -> int:
    """Cases whose time for the correction is over go back to the district; returns how many.

    Never by a clock that has lost its battery, and only where the law of the item sets the time (node/after.py).
    """
    at = station.office.clock.now()
    if station.office.clock.quality() is not ClockQuality.SYNCED:
        return 0
    with station.office.store.read() as db:
        waiting = after.returned_cases(db)
    gone = 0
    for case_id in waiting:
        with station.office.store.write() as tx:
            act_id = station.office.store.entropy(16)
            gone += after.lapse_by_itself(tx, station.office.pen, station.book, station.shelf, case_id, act_id, at)
    if gone:
        log.info("corrections overdue, given back to the district cases=%d", gone)
    return gone


def remind_of_renewals(station: Desk) -> None:
    """The desk knows whose licence is to be renewed from the first day on which that can be asked for."""
    renewals.remind(station.office.store, station.shelf, station.office.clock.now())


def watch_lists(station: Desk) -> None:
    """A bag of papers that nobody has said to be there is put before a person."""
    at = station.office.clock.now()
    with station.office.store.read() as db:
        late = transfer_book.has_late(db, station.shelf.calendar, at)
    if late:
        with station.office.store.write() as tx:
            transfer_book.note_late(tx, station.shelf.calendar, at)


def reckon_dues(station: Desk) -> None:
    """What is due is computed before somebody opens the first page of the day."""
    with station.office.store.read() as db:
        station.dues.of(db, station.office.clock.now())


def watch_devices(station: Desk) -> None:
    """How the devices on the table stand, for pages that only read it, and for whoever has to look after them."""
    at = station.office.clock.now()
    station.devices.look(at)
    device_notices.mind(station.office.store, station.devices.states(), at)
    printing.follow(station.office.store, station.devices, at)


def forget_print_jobs(station: Desk) -> None:
    with station.office.store.write() as tx:
        printing.forget(tx, station.office.clock.now())


def roll_hall(station: Desk) -> None:
    """A day of the hall that nobody ended is ended soon after midnight, and whoever waited stands in the new one."""
    at = station.office.clock.now()
    with station.office.store.read() as db:
        left = day.has_left_over(db, at)
    if left:
        with station.office.store.write() as tx:
            station.hall.today(tx, at)


def watch_kiosk(station: Desk) -> None:
    """Whoever walked off is gone here too; what was put off for too long is deleted; yesterday's figures go to the district."""
    at, store = station.office.clock.now(), station.office.store
    with store.read() as db:
        idle, days = sessions.must_sweep(db, at), meters.untold(db, at.astimezone(CHINA).date())
        old = codes.has_old_drafts(db, at) or prefills.must_drop(db, at)
    if not (idle or days or old):
        return
    with store.write() as tx:
        gone = sessions.sweep(tx, at)
        for draft in codes.drop_old_drafts(tx, at):
            drafts.discard_draft(tx, draft)
        prefills.drop(tx, at)
        for day in days:
            meters.tell(tx, station.office.pen, day, at)
    for one in gone:
        station.visitors.went(one)


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
    scheduler.add_job(watch_kiosk, "interval", [station], seconds=KIOSK_EVERY_S)
    scheduler.add_job(watch_shelf, "interval", [station], seconds=SHELF_EVERY_S)
    scheduler.add_job(reckon_dues, "interval", [station], seconds=DUES_EVERY_S)
    scheduler.add_job(remind_of_renewals, "interval", [station], seconds=RENEWALS_EVERY_S)
    scheduler.add_job(watch_lists, "interval", [station], seconds=LAPSE_EVERY_S)
    scheduler.add_job(lapse_overdue, "interval", [station], seconds=LAPSE_EVERY_S)
    scheduler.add_job(watch_owed, "interval", [station], seconds=OWED_EVERY_S)
    scheduler.add_job(watch_people, "interval", [station], seconds=PEOPLE_EVERY_S)
    scheduler.add_job(roll_hall, "interval", [station], seconds=HALL_EVERY_S)
    scheduler.add_job(forget_looks, "cron", [station], hour=LOOKS_HOUR, jitter=1800)
    scheduler.add_job(forget_print_jobs, "cron", [station], hour=LOOKS_HOUR, jitter=1800)
    if station.devices.states():
        scheduler.add_job(watch_devices, "interval", [station], seconds=DEVICES_EVERY_S)
    made: BackgroundScheduler = scheduler
    return made


__all__ = [
    "drill_now",
    "lapse_overdue",
    "monthly_drill",
    "nightly_check",
    "replicate",
    "timetable",
    "watch_keyring",
    "watch_replica",
]
