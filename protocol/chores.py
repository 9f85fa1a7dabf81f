"""What a party does by the clock, the same at stations and hub.

Plain functions: a test calls them by hand. In a party at work one thread calls them in turn (APScheduler, a
pool of one), so a chore that hangs delays the others and never the desk or the courier. A chore that fails
is logged and runs again at its next time.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from protocol import attention
from protocol.clock import CHINA, ClockQuality, WallClock, stamp
from protocol.console import looks
from protocol.errors import Distrusted, MicrocenterError, Refused, Unreachable
from protocol.exchange.errands import CheckDue
from protocol.identity import Keyring, read_authority, read_keyring
from protocol.office import Office
from protocol.replica import DrillResult, Litestream, ReplicaHealth, ReplicaState, drill, target_of
from protocol.settings import Settings

log = logging.getLogger(__name__)

SYNC_S = 20.0  # for what was just heard to reach the replica
DRILL_SYNC_S = 60.0
REPLICA_EVERY_S = 5
HEALTH_EVERY_S = 30
FIRST_LOOK_S = 3
KEYRING_EVERY_S = 5
NIGHT_HOUR = 3  # in China
CRON_SLACK = timedelta(hours=2)  # more than any jitter


class Party(Protocol):
    """What chores need of a Station or a Hub."""

    settings: Settings
    office: Office
    litestream: Litestream | None  # None: this party is to have no replica
    replica: ReplicaHealth | None  # as watch_replica() saw it last
    keyring_file: KeyringFile


Chore = Callable[[Any], None]


# -- the replica


def replicate(x: Party) -> None:
    """What we heard is taken off this machine, and its authors are told so. Does nothing if nothing is new."""
    marks = x.office.marks_to_replicate()
    if not marks or x.litestream is None:
        return
    try:
        x.litestream.sync(SYNC_S, x.settings.db.stem)
    except Unreachable:
        return  # watch_replica() says so where people look
    x.office.replicated(marks, x.office.clock.now())


def watch_replica(x: Party) -> None:
    """The attention list says what is wrong with the replica, for as long as it is wrong."""
    if x.litestream is None:
        return
    x.replica = x.litestream.health(x.office.clock.now())
    ok = x.replica.state is ReplicaState.OK
    _tell(x.office, "replica", None if ok else {"state": x.replica.state.value, "why": x.replica.why})


def monthly_drill(x: Party, tables: Mapping[Path, Sequence[str]]) -> None:
    """Restore each database beside its place and count its tables: a replica nobody tried is a hope.

    A failure stands in the attention list until a drill holds.
    """
    litestream = x.litestream
    if litestream is None:
        return
    try:
        held = drill_now(x.settings, tables, lambda: litestream.sync(DRILL_SYNC_S))
    except MicrocenterError as why:
        log.error("restore drill failed %s", why)
        _tell(x.office, "drill", {"why": why.text})
    else:
        for one in held:
            log.info("restore drill held db=%s bytes=%d took_s=%.1f", one.name, one.size_bytes, one.took_s)
        _tell(x.office, "drill", None)


def drill_now(
    settings: Settings, tables: Mapping[Path, Sequence[str]], sync: Callable[[], None] = lambda: None
) -> list[DrillResult]:
    """
    :raises Refused: drill: a copy could not be restored or does not fit; no-replica: the party is to have none
    """
    target = target_of(settings)
    if target is None:
        raise Refused("refused.no-replica", name=settings.party)
    return [drill(target, db, names, settings.run / "drill", sync=sync) for db, names in tables.items()]


# -- this machine


def watch_machine(x: Party) -> None:
    """The attention list says when room runs out and when the clock cannot be believed."""
    try:
        x.office.store.require_room()
    except Refused:
        _tell(x.office, "disk", {})
    else:
        _tell(x.office, "disk", None)
    _tell(x.office, "clock", None if x.office.clock.quality() is ClockQuality.SYNCED else {})


# -- the district


class KeyringFile:
    """The keyring as it lies on the disk; the district puts a newer one there."""

    def __init__(self, keyring: Path, authority: Path) -> None:
        self._path = keyring
        self._authority = read_authority(authority)
        self._seen = 0

    def read(self, at_least: int = 0) -> Keyring:
        """:raises Distrusted: not there, not signed by the authority, or older than `at_least`"""
        try:
            self._seen = self._path.stat().st_mtime_ns
            return read_keyring(self._path.read_bytes(), self._authority, at_least)
        except OSError as why:
            raise Distrusted("distrusted.keyring") from why

    def changed(self) -> bool:
        try:
            return self._path.stat().st_mtime_ns != self._seen
        except OSError:
            return False


def watch_keyring(x: Party) -> None:
    """A newer keyring counts from the next letter on; one that is not signed or older is left alone."""
    if not x.keyring_file.changed():
        return
    known = x.office.courier.keyring.content.number
    try:
        keyring = x.keyring_file.read(at_least=known)
    except Distrusted as why:
        log.warning("the keyring on the disk is not taken %s", why)
        return
    if keyring.content.number > known:
        x.office.courier.keyring = keyring
        log.info("keyring read again number=%d", keyring.content.number)


def nightly_check(x: Party) -> None:
    """Both ends compare all that they hold of each other."""
    x.office.put(CheckDue())


def forget_looks(x: Party) -> None:
    """Lines of who looked at what that are older than three years go."""
    with x.office.store.write() as tx:
        gone = looks.forget(tx, x.office.clock.now())
    if gone:
        log.info("looks forgotten count=%d", gone)


def _tell(office: Office, kind: str, trouble: dict[str, object] | None) -> None:
    """Open or settle the one entry that a party has of `kind`; a commit only if something changes."""
    with office.store.read() as db:
        is_open = bool(
            db.execute("select 1 from attention where kind = ? and settled_at is null limit 1", (kind,)).fetchone()
        )
    if is_open == (trouble is not None):
        return
    at = stamp(office.clock.now())
    with office.store.write() as tx:
        if trouble is None:
            attention.settle(tx, kind, office.party, by=office.party, at=at)
        else:
            attention.put(tx, kind, office.party, at=at, detail=trouble)


# -- the timetable


class _Timetable(BackgroundScheduler):
    """APScheduler plans by the wall clock: one that is set back by a year would leave every chore waiting for a year.

    So whenever it looks what is due, a chore that is planned for later than its own rule allows is planned anew.
    """

    def _process_jobs(self) -> float | None:
        now = WallClock().now()  # what APScheduler itself reads, whatever the party was given
        for job in self.get_jobs():  # type: ignore[no-untyped-call]  # APScheduler 3 has no types
            if isinstance(job.trigger, IntervalTrigger):
                right, slack = now, 2 * job.trigger.interval
            elif isinstance(job.trigger, CronTrigger):
                right, slack = job.trigger.get_next_fire_time(None, now), CRON_SLACK
            else:
                continue
            if job.next_run_time is not None and job.next_run_time - right > slack:
                log.warning("the clock was set back; planned anew job=%s", job.name)
                with contextlib.suppress(JobLookupError):  # gone in between: this is not the only thread
                    job.modify(next_run_time=right)
        waits: float | None = super()._process_jobs()  # type: ignore[no-untyped-call]
        return waits


def timetable(
    x: Party,
    *,
    replicate: Chore,
    watch_replica: Chore,
    watch_keyring: Chore,
    nightly_check: Chore,
    monthly_drill: Chore,
) -> BackgroundScheduler:
    """A scheduler that has all chores and has not been started; shutdown() ends its thread."""
    scheduler: Any = _Timetable(  # type: ignore[no-untyped-call]
        timezone=CHINA,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    every: dict[Chore, int] = {
        replicate: REPLICA_EVERY_S,
        watch_replica: HEALTH_EVERY_S,
        watch_machine: HEALTH_EVERY_S,
        watch_keyring: KEYRING_EVERY_S,
    }
    for chore, seconds in every.items():
        scheduler.add_job(chore, "interval", [x], seconds=seconds)
    # litestream has said nothing yet when the party starts; pages should not have to wait for the first half minute
    soon = x.office.clock.now() + timedelta(seconds=FIRST_LOOK_S)
    scheduler.add_job(watch_replica, "date", [x], run_date=soon)
    scheduler.add_job(nightly_check, "cron", [x], hour=NIGHT_HOUR, jitter=1800)
    scheduler.add_job(monthly_drill, "cron", [x], day=1, hour=NIGHT_HOUR + 1, jitter=3600)
    made: BackgroundScheduler = scheduler
    return made
