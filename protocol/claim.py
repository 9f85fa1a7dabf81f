"""One party, one process: a lock on a file in its folder.

The kernel lets go of it with the process, however that ends. Commands that only read or count work
beside a running party and claim nothing: they have no link.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from protocol.errors import Refused


def claim(file: Path) -> int:
    """Hold `file` until the returned descriptor is closed or the process ends; its folder is made.

    :raises Refused: running, if another process holds it
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as why:
        os.close(lock)
        raise Refused("refused.running", folder=str(file.parent.parent)) from why
    return lock
