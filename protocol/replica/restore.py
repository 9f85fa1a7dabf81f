"""Getting a database back from its replica, and proving every month that it can be done.

A restore never leaves a party with an empty or half a database: the copy is made and checked beside
its place and takes it whole, or nothing changes. It says nothing about what happened after the
copy: who restores begins a new epoch and asks the peers (exchange).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from protocol.errors import Damaged, MicrocenterError, Refused, Unreachable
from protocol.replica.health import file_bytes, own_folder
from protocol.replica.target import ReplicaTarget, find_litestream, render_config, secrets_of

RESTORE_S = 600.0  # a large paper store over a thin line
_WIRE = ("dial ", "connect", "no such host", "handshake", "timeout", "timed out", "i/o timeout", "EOF: ssh")


@dataclass(frozen=True, slots=True)
class Restored:
    txid: int  # litestream's count: how far the copy reaches
    size_bytes: int
    took_s: float


@dataclass(frozen=True, slots=True)
class DrillResult:
    """A restore that was tried and held. To be kept by the caller with its time."""

    name: str
    rows: dict[str, int]  # table -> rows in the copy
    size_bytes: int
    took_s: float


def restore(target: ReplicaTarget, name: str, to: Path, *, timeout_s: float = RESTORE_S) -> Restored:
    """Afterwards `to` is the newest copy of the database `name`, checked page by page, and nothing that belonged
    to an earlier database of that place is left. No litestream may run on `to`.

    :raises Refused: refused.no-replica: there is nothing to restore from; `to` is as it was
    :raises Damaged: damaged.replica: what is there is no whole database; `to` is as it was
    :raises Unreachable: litestream is not installed, or the target cannot be reached
    """
    began = time.monotonic()
    binary = find_litestream()
    to = to.absolute()
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}-restore-", dir=to.parent) as scratch:
        copy = Path(scratch) / to.name
        source = Path(scratch) / "source" / f"{name}.db"  # never opened: gives the replica its name
        config = Path(scratch) / "litestream.yml"
        config.write_text(render_config([source], target, Path(scratch) / "unused.sock"), "utf-8")
        command = [str(binary), "restore", "-no-expand-env", "-config", str(config), "-json"]
        command += ["-if-replica-exists", "-integrity-check", "full", "-o", str(copy), str(source)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, no shell
                command,
                env=os.environ | secrets_of(target),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout_s,
                check=False,
                umask=0o077,
            )
        except subprocess.TimeoutExpired as why:
            raise Unreachable("unreachable.litestream", why=f"not restored in {timeout_s:.0f} s") from why
        if done.returncode != 0:
            words = _last_words(done.stderr or done.stdout)
            if any(sign in words for sign in _WIRE):
                raise Unreachable("unreachable.litestream", why=words)
            raise Damaged("damaged.replica", name=name, why=words)
        if not copy.exists():
            raise Refused("refused.no-replica", name=name)
        txid = _txid(done.stdout)
        _take_place(copy, to)
    return Restored(txid, file_bytes(to), time.monotonic() - began)


def drill(
    target: ReplicaTarget,
    live: Path,
    tables: Sequence[str],
    scratch: Path,
    *,
    sync: Callable[[], None] = lambda: None,
    timeout_s: float = RESTORE_S,
) -> DrillResult:
    """Restore the replica of `live` into `scratch`, check it, count `tables` in both, and clean up.

    `sync` is called before the restore (Litestream.sync), so that the copy holds at least what was counted
    before it and at most what is counted afterwards.

    :raises Refused: refused.drill: it could not be restored, or the counts do not fit
    """
    began = time.monotonic()
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        before = _count(live, tables)
        sync()
        with tempfile.TemporaryDirectory(prefix="drill-", dir=scratch) as folder:
            copy = Path(folder) / live.name
            size_bytes = restore(target, live.stem, copy, timeout_s=timeout_s).size_bytes
            rows = _count(copy, tables)
        after = _count(live, tables)
    except (MicrocenterError, sqlite3.Error, OSError) as why:
        raise Refused("refused.drill", why=f"{live.stem}: {why}") from why
    for table in tables:
        least, most = sorted((before[table], after[table]))
        if not least <= rows[table] <= most:
            why_not = f"{live.stem}: {table} has {rows[table]} rows in the copy, {most} in the database"
            raise Refused("refused.drill", why=why_not)
    return DrillResult(live.stem, rows, size_bytes, time.monotonic() - began)


def _count(db: Path, tables: Sequence[str]) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        quoted = {table: table.replace('"', '""') for table in tables}
        return {t: connection.execute(f'select count(*) from "{q}"').fetchone()[0] for t, q in quoted.items()}


def _take_place(copy: Path, to: Path) -> None:
    """The order matters: a WAL that is left beside another database would be played into it."""
    for leftover in ("-wal", "-shm"):
        to.with_name(to.name + leftover).unlink(missing_ok=True)
    shutil.rmtree(own_folder(to), ignore_errors=True)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(copy, to)
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _txid(output: str) -> int:
    """litestream logs to the same stream; the summary is the last object on it."""
    _, brace, summary = output.rpartition("\n{")
    return int(json.loads(brace + summary if brace else output)["txid"], 16)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].removeprefix("Error: ") if lines else "no reason given"
