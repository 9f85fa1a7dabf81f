"""A station with a real litestream and a replica folder, all in tmp_path."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from protocol.errors import Unreachable
from protocol.replica import FolderTarget, Litestream, Restored, restore
from protocol.store import Store

SCHEMA = Migrations("replica-test")


@SCHEMA()
def cases_first(db: Database) -> None:
    db.execute("create table cases(id integer primary key, body text not null)")


class Desk:
    """Saves cases; knows how many it said were saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "data" / "station.db"
        self.target = FolderTarget(folder / "replica")
        self.copies = self.target.folder / "station" / "ltx"
        self.litestream = Litestream([self.db], self.target, folder / "run")
        self.store = Store(self.db, SCHEMA, replicated=True)
        self.saved = 0

    def opens(self) -> None:
        self.litestream.start()
        self.store.open()

    def closes(self) -> None:
        self.store.close()
        self.litestream.stop()

    def saves(self, count: int = 1) -> None:
        for _ in range(count):
            with self.store.write() as tx:
                tx.execute("insert into cases(body) values (?)", (f"case {self.saved}" * 50,))
            self.saved += 1

    def syncs(self) -> bool:
        try:
            self.litestream.sync(1.0)
        except Unreachable:
            return False
        return True

    def restored(self, to: Path | None = None) -> list[tuple[int, str]]:
        place = to or self.folder / "elsewhere" / "station.db"
        answer = restore(self.target, "station", place)
        assert isinstance(answer, Restored)
        return rows(place)


def rows(db: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute("select id, body from cases order by id").fetchall()


def eventually(what: Callable[[], bool], within_s: float = 8.0) -> None:
    """Look again until it is so; fail after the deadline."""
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.closes()
