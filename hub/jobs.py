"""What is due at the hub now and then: one thread, one job at a time, a late job still runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

LATE_S = 3600  # APScheduler's own grace of one second would drop a nightly job on a busy machine


class Jobs:
    """add() them all, then start(); stop() waits for the one that runs and may be called twice."""

    def __init__(self) -> None:
        make: Any = BackgroundScheduler  # APScheduler 3 has no types
        pool: Any = ThreadPoolExecutor
        self._scheduler: Any = make(
            executors={"default": pool(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE_S},
            timezone="Asia/Shanghai",
        )

    def every(self, seconds: float, name: str, what: Callable[[], object]) -> None:
        self._scheduler.add_job(what, "interval", seconds=seconds, id=name)

    def at(self, name: str, what: Callable[[], object], **when: int) -> None:
        """`when` in the fields of cron, by the clock of the counter: hour=2, day=1."""
        self._scheduler.add_job(what, "cron", id=name, **when)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown()
