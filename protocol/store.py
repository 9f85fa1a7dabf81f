"""One SQLite file of a party: one writer at a time, any number of readers.

Lock order, the whole of it: nobody calls the link while writing; nobody asks for the lock inside a
callback of a library. The store remembers who writes, so a broken rule is a failing test and not
a frozen station.

A unit of work is one `with store.write() as tx:` block: BEGIN IMMEDIATE, and COMMIT with
synchronous=FULL before the block is left. A reader sees one snapshot for as long as its block
lasts; keep the block short, because an open snapshot also holds up Litestream's checkpoint.
"""

from __future__ import annotations

import os
import queue
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from protocol.errors import Damaged, Refused

BUSY_TIMEOUT_S = 5.0
CHECKPOINT_PAGES = 16000  # where no Litestream does it
READERS_KEPT = 8
RESERVE_BYTES = 16 * 1024 * 1024  # a file to give back when the disk is full: receipts need room too
ROOM_BYTES = 64 * 1024 * 1024  # below this much free space no new work is begun

Connect = Callable[[Path, bool], sqlite3.Connection]


def connect(path: Path, read_only: bool) -> sqlite3.Connection:
    """A connection in autocommit mode, to be used by one thread at a time."""
    if read_only:
        connection = sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S
        )
    else:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S)
    connection.row_factory = sqlite3.Row
    return connection


class Store:
    """Opened once by the party's app (or world), closed by it.

    `replicated` leaves checkpoints to Litestream. `connect` and `entropy` are seams for the
    simulated district: a disk that fails at a chosen statement, ids that a seed decides.
    """

    def __init__(
        self,
        path: Path,
        migrations: Migrations,
        *,
        replicated: bool = False,
        durable: bool = True,
        connect: Connect = connect,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.path = path
        self.entropy = entropy
        self._migrations = migrations
        self.replicated = replicated  # may be changed until open(): litestream may turn out not to run
        self._durable = durable
        self._connect = connect
        self._free_bytes = free_bytes
        self._lock = threading.Lock()
        self._writing: int | None = None
        self._writer: Database | None = None
        self._readers: queue.SimpleQueue[Database] = queue.SimpleQueue()
        self._committed: list[Callable[[], None]] = []

    # -- opening and closing

    def open(self) -> None:
        """Bring the file to the newest schema.

        :raises Damaged: the file is not a database or an earlier version of this software cannot read it
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = self._connect(self.path, False)
            connection.execute("pragma journal_mode = wal")
            connection.execute(f"pragma synchronous = {'full' if self._durable else 'off'}")
            connection.execute("pragma foreign_keys = on")
            connection.execute("pragma cache_size = -16000")
            # a checkpoint every 64 MB, not 4: a station that comes back brings more than that in a second
            connection.execute(f"pragma wal_autocheckpoint = {0 if self.replicated else CHECKPOINT_PAGES}")
            self._writer = Database(connection)
            self._migrations.apply(self._writer)
        except sqlite3.DatabaseError as why:
            if _is_full(why):
                raise Refused("refused.disk-full") from why
            raise Damaged("damaged.store", why=str(why), party=self.path.parent.name) from why
        self._keep_reserve()

    def close(self) -> None:
        with self._lock:
            if self._writer is not None:
                self._writer.conn.close()
                self._writer = None
            while True:
                try:
                    self._readers.get_nowait().conn.close()
                except queue.Empty:
                    return

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every unit of work, outside the lock, in the writer's thread."""
        self._committed.append(callback)

    # -- units of work

    def writing_here(self) -> bool:
        """True in the thread that has a unit of work open."""
        return self._writing == threading.get_ident()

    @contextmanager
    def write(self) -> Iterator[Database]:
        """One unit of work. Left by an exception: nothing of it happened.

        :raises Refused: disk-full
        :raises Damaged: write() inside write(), or the store is closed
        """
        if self.writing_here():
            raise Damaged("damaged.writing", what="write()")
        with self._lock:
            if self._writer is None:
                raise Damaged("damaged.store", why="closed", party=self.path.parent.name)
            self._writing = threading.get_ident()
            connection = self._writer.conn
            try:
                connection.execute("begin immediate")
                yield self._writer
                connection.execute("commit")
            except BaseException as why:
                if connection.in_transaction:
                    connection.execute("rollback")
                if isinstance(why, sqlite3.OperationalError) and _is_full(why):
                    self._give_reserve_back()
                    raise Refused("refused.disk-full") from why
                raise
            finally:
                self._writing = None
        for callback in self._committed:
            callback()

    @contextmanager
    def read(self) -> Iterator[Database]:
        """A snapshot. Only lists leave the block, never open cursors."""
        try:
            db = self._readers.get_nowait()
        except queue.Empty:
            db = Database(self._connect(self.path, True))
        try:
            db.conn.execute("begin")
            yield db
        finally:
            if db.conn.in_transaction:
                db.conn.execute("rollback")
            if self._readers.qsize() < READERS_KEPT:
                self._readers.put(db)
            else:
                db.conn.close()

    # -- room on the disk

    def require_room(self) -> None:
        """Before new work is begun (a draft, a paper). What is there already may always be finished.

        :raises Refused: disk-full
        """
        if self._free_bytes(self.path.parent) < ROOM_BYTES:
            raise Refused("refused.disk-full")

    def _reserve(self) -> Path:
        return self.path.with_suffix(".reserve")

    def _keep_reserve(self) -> None:
        reserve = self._reserve()
        if not self._durable or reserve.exists() or self._free_bytes(self.path.parent) < ROOM_BYTES + RESERVE_BYTES:
            return
        with reserve.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)

    def _give_reserve_back(self) -> None:
        self._reserve().unlink(missing_ok=True)


def _is_full(why: sqlite3.DatabaseError) -> bool:
    return getattr(why, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
