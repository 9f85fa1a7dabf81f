"""One litestream a party, and never two: two on one database damage its replica.

The lock is a file that the starter locks and litestream inherits. The kernel lets go of it when the
last of the two is gone, so it says for sure what a number in a file can only guess: whether a
litestream of this party is still running, even if its starter was killed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import time
from pathlib import Path

from protocol.errors import Unreachable

log = logging.getLogger(__name__)


def claim(lock: Path, config: Path, patience_s: float) -> int:
    """The locked file, open, to be inherited by litestream. An orphan that runs on `config` is ended first: it
    has `patience_s` for its last sync.

    :raises Unreachable: a living process replicates this party
    """
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(file, 0.0):
            _end_orphan(file, config, patience_s)
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
    except BaseException:
        os.close(file)
        raise
    return file


def _end_orphan(file: int, config: Path, patience_s: float) -> None:
    starter = int(os.pread(file, 20, 0) or 0)
    for ending in (signal.SIGTERM, signal.SIGKILL):
        for pid, parent in _running_on(config):
            if parent == starter:
                raise Unreachable("unreachable.litestream", why=f"process {starter} replicates this party")
            log.warning("an orphaned litestream is ended pid=%d", pid)
            os.kill(pid, ending)
        if _locked(file, patience_s):
            return
    raise Unreachable("unreachable.litestream", why=f"process {starter} replicates this party")


def _locked(file: int, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)


def _running_on(config: Path) -> list[tuple[int, int]]:
    """(pid, parent's pid) of every `litestream replicate` on this configuration."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"replicate" in words and os.fsencode(config) in words:
                found.append((int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])))
        except OSError:  # it ended meanwhile
            continue
    return found
