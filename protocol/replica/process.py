"""Litestream as a process of the party: started before the store is opened, watched, ended after it.

Two litestreams on one database damage its replica, and a killed app must not leave one behind. Two
things see to that: the kernel ends litestream with the thread that started it, and a lock which
litestream itself inherits says for sure whether one is still there. Whatever goes wrong here is
shown and never stops the party: it works on without a replica.

Order: start(), then open the store; close the store, then stop(). A store that closes while no
litestream holds the database checkpoints, and litestream must begin with a whole copy again.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from protocol.errors import MicrocenterError, Unreachable
from protocol.replica.alone import claim
from protocol.replica.control import Control
from protocol.replica.health import DatabaseHealth, ReplicaHealth, file_bytes, folder_bytes, judge, own_folder
from protocol.replica.target import (
    FolderTarget,
    ReplicaTarget,
    find_litestream,
    lies_in,
    render_config,
    secrets_of,
)
from protocol.settings import write_whole

log = logging.getLogger(__name__)

START_S = 10.0  # until the socket answers
LAST_SYNC_S = 5.0
END_S = 8.0  # LAST_SYNC of the configuration and a little; then SIGKILL
POLL_S = 0.25  # how soon a death is noticed
LOOK_S = 5.0  # how often the running one is looked at
ASK_S = 1.0  # for an answer that needs no upload
RESTART_FIRST_S, RESTART_MOST_S = 0.5, 60.0  # the pause doubles in between
STEADY_S = 60.0  # after running this long, a death is an accident and not a storm
REBUILD_EVERY_S = 600.0  # a whole copy is expensive
LOG_BYTES = 1024 * 1024  # twice: litestream.log and litestream.log.1


class Litestream:
    """`databases` of one party, copied to `target`. `run` is a folder for configuration, log, lock and socket."""

    def __init__(
        self, databases: Sequence[Path], target: ReplicaTarget, run: Path, *, socket: Path | None = None
    ) -> None:
        self._databases = tuple(db.absolute() for db in databases)
        self._target = target
        self._run = run.absolute()
        self._config = self._run / "litestream.yml"
        self._log = self._run / "litestream.log"
        self._socket = (socket or self._run / "litestream.sock").absolute()
        self._control = Control(self._socket)
        self._stopping = threading.Event()
        self._failed = threading.Event()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._started_at: float | None = None
        self._heard_at = 0.0
        self._rebuilt_at: float | None = None
        self._last_syncs: dict[Path, datetime] = {}
        self._why = "litestream was not started"

    # -- starting and ending

    def start(self) -> None:
        """Afterwards litestream runs and answers, and whenever it dies it is started again until stop().

        Where it raises, open the store with `replicated=False`: somebody has to checkpoint meanwhile.

        :raises Unreachable: it is not installed, or another process replicates this party (nothing was
            started); or it ended at once, as it does while an SFTP server is away, or did not answer in
            START_S (it is tried again and again; see health())
        """
        if self._thread is not None:
            return
        try:
            binary = find_litestream()
            launcher = shutil.which("setpriv")
            if launcher is None:
                raise Unreachable("unreachable.litestream", why="setpriv (Debian: util-linux) is not installed")
            self._run.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._config, render_config(self._databases, self._target, self._socket).encode())
            self._lock = claim(self._run / "litestream.lock", self._config, END_S)
        except MicrocenterError as why:
            self._why = why.text
            raise
        self._stopping.clear()
        self._failed.clear()
        self._started_at = self._heard_at = time.monotonic()
        self._thread = threading.Thread(target=self._supervise, args=(binary, launcher), name="litestream", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._failed.is_set() or time.monotonic() > deadline:
                raise Unreachable("unreachable.litestream", why=self._why)
            self._stopping.wait(0.01)

    def stop(self) -> None:
        """Afterwards no litestream of ours runs; what it could upload in its last seconds is in the replica.

        May be called twice.
        """
        if self.pid is not None:
            try:
                # by itself it only uploads what it has taken, and it takes from the WAL once a second
                self.sync(LAST_SYNC_S)
            except Unreachable as why:
                log.warning("the last sync was not done; it is done after the next start why=%s", why.params["why"])
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self._started_at = None
        self._why = "litestream was stopped"

    @property
    def pid(self) -> int | None:
        """Of the litestream that runs now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    # -- what others ask of it

    def sync(self, timeout_s: float, *names: str) -> None:
        """Afterwards everything that was committed before the call is in the replica.

        `names` are databases (`station`), all of them if none is given.

        :raises Unreachable: it could not be made sure in time
        """
        deadline = time.monotonic() + timeout_s
        for db in self._databases:
            if names and db.stem not in names:
                continue
            self._sync(db, deadline)

    def _sync(self, db: Path, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Unreachable("unreachable.litestream", why="no time left")
        here, there = self._control.sync(db, wait=True, timeout_s=left)
        if there < here:
            raise Unreachable("unreachable.litestream", why=f"{db.stem}: {there} of {here} is in the replica")
        if not lies_in(self._target, db.stem):
            raise Unreachable("unreachable.litestream", why=f"{db.stem}: the replica is no whole copy")

    def health(self, now: datetime) -> ReplicaHealth:
        """As it is now; asks litestream and looks at its folders. Never raises."""
        started_at = self._started_at
        if started_at is not None:
            self._listen()
        return judge(
            tuple(self._health_of(db) for db in self._databases),
            now,
            started_s=None if started_at is None else time.monotonic() - started_at,
            running=self.pid is not None,
            unheard_s=time.monotonic() - self._heard_at,
            why=self._why,
        )

    def _health_of(self, db: Path) -> DatabaseHealth:
        here = there = 0
        if self.pid is not None:
            try:
                here, there = self._control.sync(db, wait=False, timeout_s=ASK_S)
            except Unreachable as why:
                self._why = str(why.params["why"])
        return DatabaseHealth(
            name=db.stem,
            local_txid=here,
            replica_txid=there,
            last_sync_at=self._last_syncs.get(db),
            restorable=db not in self._last_syncs or lies_in(self._target, db.stem),
            db_bytes=file_bytes(db),
            wal_bytes=file_bytes(db.with_name(db.name + "-wal")),
            local_bytes=folder_bytes(own_folder(db)),
        )

    def _listen(self) -> None:
        """Note when litestream answered and when it was last up to date: it forgets that when it is restarted."""
        try:
            syncs = self._control.last_syncs(ASK_S)
        except Unreachable as why:
            self._why = str(why.params["why"])
            return
        self._heard_at = time.monotonic()
        for db in self._databases:
            if str(db) in syncs:
                self._last_syncs[db] = datetime.fromisoformat(syncs[str(db)])

    def _answers(self) -> bool:
        try:
            return self._control.pid(ASK_S) == self.pid
        except Unreachable:
            return False

    # -- the one thread

    def _supervise(self, binary: Path, launcher: str) -> None:
        pause = RESTART_FIRST_S
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._run_once(binary, launcher)
            except (OSError, MicrocenterError) as why:
                self._why = why.text if isinstance(why, MicrocenterError) else str(why)
            if self._stopping.is_set():
                return
            pause = RESTART_FIRST_S if time.monotonic() - began > STEADY_S else pause
            self._failed.set()
            log.error("litestream is not running again_in_s=%.1f why=%s", pause, self._why)
            self._stopping.wait(pause)
            pause = min(2 * pause, RESTART_MOST_S)

    def _run_once(self, binary: Path, launcher: str) -> None:
        """From its start to its end, whoever brought that about."""
        self._require_folder()
        # setpriv becomes litestream: SIGTERM when this thread is gone, however that came about. The lock
        # goes along, for the moment between fork and setpriv.
        command = [launcher, "--pdeathsig", "TERM", "--", str(binary), "replicate"]
        assert self._lock is not None
        with self._log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
                [*command, "-no-expand-env", "-config", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | secrets_of(self._target),
                pass_fds=[self._lock],
                umask=0o077,  # the replica holds what the database holds
            )
        self._process = process
        log.info("litestream started pid=%d", process.pid)
        try:
            look_at = time.monotonic() + LOOK_S
            while process.poll() is None and not self._stopping.wait(POLL_S):
                if time.monotonic() >= look_at:
                    self._look(process, binary)
                    look_at = time.monotonic() + LOOK_S
        finally:
            _end(process)
            log.info("litestream ended pid=%d code=%d", process.pid, process.returncode)
            if not self._stopping.is_set():
                self._why = f"litestream ended with code {process.returncode}: {self._last_words()}"

    def _look(self, process: subprocess.Popen[bytes], binary: Path) -> None:
        if file_bytes(self._log) > LOG_BYTES:
            shutil.copyfile(self._log, self._log.with_suffix(".log.1"))
            os.truncate(self._log, 0)  # it writes on at the new end: the file was opened for appending
        self._listen()
        broken = [db for db in self._databases if self._is_broken(db)]
        now = time.monotonic()
        if broken and (self._rebuilt_at is None or now - self._rebuilt_at > REBUILD_EVERY_S):
            self._rebuilt_at = now
            self._rebuild(broken, process, binary)

    def _is_broken(self, db: Path) -> bool:
        """True if litestream cannot find out of it alone: only a whole new copy helps."""
        if db in self._last_syncs and not lies_in(self._target, db.stem):
            return True
        try:
            self._control.sync(db, wait=False, timeout_s=ASK_S)
        except Unreachable as why:
            # a power cut tore one of its own pieces; `auto-recover` does not cover this place (0.5.17)
            return "ltx file corrupted" in str(why.params["why"])
        return False

    def _rebuild(self, databases: list[Path], process: subprocess.Popen[bytes], binary: Path) -> None:
        """End litestream and let it forget what it thinks it has uploaded; it is started again at once."""
        _end(process)
        for db in databases:
            log.warning("replica begins again with a whole copy db=%s", db.stem)
            subprocess.run(  # noqa: S603 - a fixed program, no shell
                [str(binary), "reset", "-no-expand-env", "-config", str(self._config), str(db)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=END_S,
            )

    def _require_folder(self) -> None:
        """The replica's folder is made in a party's first life only. Later its absence is a disk that is not
        there, and litestream would fill the place where it should be mounted.

        :raises Unreachable: it is gone
        """
        if not isinstance(self._target, FolderTarget) or self._target.folder.is_dir():
            return
        if any(own_folder(db).exists() for db in self._databases):
            raise Unreachable("unreachable.litestream", why=f"the folder {self._target.folder} is gone")
        self._target.folder.mkdir(parents=True, mode=0o700)

    def _last_words(self) -> str:
        with self._log.open("rb") as file:
            file.seek(max(0, file_bytes(self._log) - 2000))
            lines = [line for line in file.read().decode("utf-8", "replace").splitlines() if "rror" in line]
        return lines[-1] if lines else "see litestream.log"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
