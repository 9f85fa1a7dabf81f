"""One word for how the replica fares."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from protocol.replica.health import (
    BEHIND_AFTER_S,
    GROWN_BYTES,
    SILENT_AFTER_S,
    WAL_GROWN_BYTES,
    DatabaseHealth,
    ReplicaState,
    judge,
)

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
FINE = DatabaseHealth("station", 9, 9, NOW - timedelta(seconds=1), True, 1_000_000, 4_000_000, 50_000)


def _state(db: DatabaseHealth, *, started_s: float | None = 3600.0, unheard_s: float = 0.0) -> ReplicaState:
    return judge((FINE, db), NOW, started_s=started_s, running=True, unheard_s=unheard_s, why="because").state


def test_a_fresh_copy_is_ok_and_needs_no_words() -> None:
    health = judge((FINE,), NOW, started_s=5.0, running=True, unheard_s=0.0, why="an old reason")
    assert (health.state, health.why, health.age_s) == (ReplicaState.OK, "", 1.0)


@pytest.mark.parametrize(
    ("db", "state"),
    [
        (replace(FINE, last_sync_at=NOW - timedelta(seconds=BEHIND_AFTER_S + 1)), ReplicaState.BEHIND),
        (replace(FINE, last_sync_at=None), ReplicaState.BEHIND),  # for an hour
        (replace(FINE, restorable=False), ReplicaState.BEHIND),
        (replace(FINE, local_bytes=GROWN_BYTES + 3_000_000), ReplicaState.GROWING),
        (replace(FINE, wal_bytes=WAL_GROWN_BYTES + 1), ReplicaState.GROWING),
    ],
)
def test_the_worse_of_two_databases_is_what_is_shown(db: DatabaseHealth, state: ReplicaState) -> None:
    assert _state(db) is state


def test_a_replica_that_has_just_been_started_is_given_time() -> None:
    assert _state(replace(FINE, last_sync_at=None), started_s=2.0) is ReplicaState.OK


def test_a_large_intake_of_papers_is_no_runaway() -> None:
    papers = replace(FINE, db_bytes=2 * GROWN_BYTES, local_bytes=3 * GROWN_BYTES)
    assert _state(papers) is ReplicaState.OK


def test_no_answer_is_silence_and_not_started_is_missing() -> None:
    assert _state(FINE, unheard_s=SILENT_AFTER_S + 1) is ReplicaState.SILENT
    assert _state(FINE, started_s=None, unheard_s=99.0) is ReplicaState.MISSING
