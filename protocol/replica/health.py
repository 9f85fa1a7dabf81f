"""How a party's replica fares, as the consoles show it and the hub is told it.

A replica that nobody watches is found dead on the day that it is needed, so there is one word for
it (ReplicaState) and every word but `ok` belongs in the attention list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

BEHIND_AFTER_S = 60.0  # an idle replica is confirmed every second or two; a minute is no hiccup
SILENT_AFTER_S = 15.0  # longer than a killed litestream needs to be back
GROWN_BYTES = 256 * 1024 * 1024  # beside the database, over and above GROWN_TIMES its own size ...
GROWN_TIMES = 2  # ... since a large intake lies there twice for LOCAL_KEPT
WAL_GROWN_BYTES = 512 * 1024 * 1024  # four times the size at which litestream cuts it (TRUNCATE_PAGES)


class ReplicaState(StrEnum):
    OK = "ok"
    BEHIND = "behind"  # litestream runs, but what was committed does not reach the replica
    SILENT = "silent"  # litestream does not answer
    GROWING = "growing"  # its local folder or the WAL grows without bound: the disk is next
    MISSING = "missing"  # there is no litestream here, or it was never started: no replica


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    name: str
    local_txid: int  # litestream's count, not a journal number
    replica_txid: int  # as litestream remembers it; 0 = not known
    last_sync_at: datetime | None  # when the replica was last known to hold everything
    restorable: bool  # False: what lies in the replica is no whole copy
    db_bytes: int
    wal_bytes: int
    local_bytes: int  # litestream's own folder beside the database


@dataclass(frozen=True, slots=True)
class ReplicaHealth:
    state: ReplicaState
    running: bool
    databases: tuple[DatabaseHealth, ...]
    last_sync_at: datetime | None  # the oldest of all databases
    age_s: float | None  # of last_sync_at; None = never
    local_bytes: int
    why: str  # for the operator; empty if ok


def judge(
    databases: tuple[DatabaseHealth, ...],
    now: datetime,
    *,
    started_s: float | None,
    running: bool,
    unheard_s: float,
    why: str,
) -> ReplicaHealth:
    """The worst that is true wins: missing, silent, growing, behind.

    `started_s` is how long ago litestream was started (None = it was not), `unheard_s` how long it has
    not answered (0 = it just did).
    """
    syncs = [db.last_sync_at for db in databases if db.last_sync_at is not None]
    oldest = min(syncs) if syncs and len(syncs) == len(databases) else None
    age_s = max(0.0, (now - oldest).total_seconds()) if oldest else None
    state = ReplicaState.OK
    if started_s is None:
        state = ReplicaState.MISSING
    elif unheard_s > SILENT_AFTER_S:
        state = ReplicaState.SILENT
    elif any(_grown(db) for db in databases):
        state = ReplicaState.GROWING
        why = "litestream's folder or the WAL grows without bound"
    elif not all(db.restorable for db in databases):
        state = ReplicaState.BEHIND
        why = "the replica was emptied or swapped; a whole copy is on its way"
    elif (started_s if age_s is None else age_s) > BEHIND_AFTER_S:
        state = ReplicaState.BEHIND
    return ReplicaHealth(
        state=state,
        running=running,
        databases=databases,
        last_sync_at=oldest,
        age_s=age_s,
        local_bytes=sum(db.local_bytes for db in databases),
        why="" if state is ReplicaState.OK else why,
    )


def _grown(db: DatabaseHealth) -> bool:
    return db.local_bytes > GROWN_BYTES + GROWN_TIMES * db.db_bytes or db.wal_bytes > WAL_GROWN_BYTES


def own_folder(db: Path) -> Path:
    """Where litestream keeps what it has taken from a database."""
    return db.with_name(f".{db.name}-litestream")


def file_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def folder_bytes(folder: Path) -> int:
    """Of all files below; those that vanish meanwhile count nothing."""
    return sum(file_bytes(path) for path in folder.rglob("*.ltx"))
