"""What a party does by the clock goes on, whatever happens to the clock."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from protocol import chores
from protocol.clock import WallClock


def test_a_clock_that_was_a_year_ahead_and_is_set_right_leaves_no_chore_waiting() -> None:
    office = SimpleNamespace(clock=WallClock(), store=SimpleNamespace(require_room=lambda: None))
    party: Any = SimpleNamespace(office=office)
    ran = threading.Event()
    nothing = lambda party: None  # noqa: E731
    timetable: Any = chores.timetable(
        party, replicate=lambda party: ran.set(), watch_replica=nothing, watch_keyring=nothing,
        nightly_check=nothing, monthly_drill=nothing,
    )  # fmt: skip
    timetable.remove_job(next(job.id for job in timetable.get_jobs() if job.name == "watch_machine"))
    timetable.start(paused=True)
    try:
        ahead = timedelta(days=365)
        for job in timetable.get_jobs():
            job.modify(next_run_time=job.next_run_time + ahead)
        timetable.resume()
        assert ran.wait(5.0)
        longest = max(job.next_run_time for job in timetable.get_jobs() if "cron" in str(job.trigger))
        assert longest - WallClock().now() < timedelta(days=33)
    finally:
        timetable.shutdown()
