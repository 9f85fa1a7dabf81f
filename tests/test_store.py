"""One file, one writer, many readers; and what the person at the desk sees when the disk is full."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database, Migrations

from protocol.errors import Damaged, Refused
from protocol.store import RESERVE_BYTES, ROOM_BYTES, Store

PLENTY = 10 * ROOM_BYTES


def migrations() -> Migrations:
    found = Migrations("test")

    @found()
    def first_tables(db: Database) -> None:
        db.executescript("create table notes (id integer primary key, text text not null)")

    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data" / "main.db", migrations(), free_bytes=lambda folder: PLENTY)
    store.open()
    yield store
    store.close()


def add(tx: Database, text: str) -> None:
    tx.execute("insert into notes (text) values (?)", (text,))


def notes(store: Store) -> list[str]:
    with store.read() as db:
        return [row[0] for row in db.execute("select text from notes order by id").fetchall()]


@given(st.lists(st.tuples(st.lists(st.text(max_size=5), max_size=4), st.booleans()), max_size=12))
def test_a_unit_of_work_happens_whole_or_not_at_all(units):
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "main.db", migrations(), durable=False)
        store.open()
        expected: list[str] = []
        for texts, fails in units:
            try:
                with store.write() as tx:
                    for text in texts:
                        add(tx, text)
                    if fails:
                        raise KeyError
            except KeyError:
                pass
            else:
                expected += texts
            assert notes(store) == expected
        store.close()
        store.open()
        assert notes(store) == expected
        store.close()


def test_a_reader_sees_one_moment_for_as_long_as_it_looks(store):
    with store.write() as tx:
        add(tx, "before")
    with store.read() as db:
        assert db.execute("select count(*) from notes").fetchone()[0] == 1
        with store.write() as tx:
            add(tx, "meanwhile")
        assert db.execute("select count(*) from notes").fetchone()[0] == 1
    assert notes(store) == ["before", "meanwhile"]


def test_a_reader_cannot_write(store):
    with store.read() as db, pytest.raises(sqlite3.OperationalError):
        add(db, "x")


def test_a_unit_of_work_inside_another_is_an_error_and_not_a_frozen_station(store):
    def nested() -> None:
        with store.write() as tx:
            add(tx, "outer")
            with store.write():
                pass

    with pytest.raises(Damaged) as told:
        nested()
    assert told.value.code == "damaged.writing"
    assert notes(store) == []
    with store.write() as tx:  # and the lock is free again
        add(tx, "next")
    assert notes(store) == ["next"]


def test_writing_here_is_true_in_the_writing_thread_alone(store):
    seen: list[bool] = []
    with store.write():
        other = threading.Thread(target=lambda: seen.append(store.writing_here()))
        other.start()
        other.join()
        seen.append(store.writing_here())
    assert [*seen, store.writing_here()] == [False, True, False]


def test_many_threads_at_once_lose_nothing(store):
    def work(name: int) -> None:
        for number in range(10):
            with store.write() as tx:
                add(tx, f"{name}/{number}")
            notes(store)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = notes(store)
    assert len(found) == len(set(found)) == 80


def test_who_waits_for_a_commit_is_woken_after_it_and_not_for_what_was_taken_back(store):
    woken: list[list[str]] = []
    store.on_commit(lambda: woken.append(notes(store)))
    with store.write() as tx:
        add(tx, "kept")
    with suppress(KeyError), store.write() as tx:
        add(tx, "taken back")
        raise KeyError
    assert woken == [["kept"]]


def test_a_full_disk_refuses_clearly_keeps_what_is_there_and_gives_the_reserve_back(store):
    reserve = store.path.with_suffix(".reserve")
    assert reserve.stat().st_size == RESERVE_BYTES
    for number in range(5):
        with store.write() as tx:
            add(tx, str(number))
    assert store._writer is not None
    pages = store._writer.execute("pragma page_count").fetchone()[0]
    store._writer.execute(f"pragma max_page_count = {pages}")

    def take_in() -> None:
        with store.write() as tx:
            add(tx, "small")
            add(tx, "x" * 200_000)

    for _ in range(2):
        with pytest.raises(Refused) as told:
            take_in()
        assert told.value.code == "refused.disk-full"
    assert notes(store) == ["0", "1", "2", "3", "4"]
    assert not reserve.exists()
    with store.write() as tx:  # a receipt is small and still fits
        tx.execute("update notes set text = 'receipted' where id = 1")
    store._writer.execute("pragma max_page_count = 1000000")
    with store.write() as tx:
        add(tx, "x" * 200_000)
    assert len(notes(store)) == 6
    assert store._writer.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_no_new_work_is_begun_when_room_runs_out(tmp_path):
    free = [PLENTY]
    store = Store(tmp_path / "main.db", migrations(), free_bytes=lambda folder: free[0])
    store.open()
    store.require_room()
    free[0] = ROOM_BYTES - 1
    with pytest.raises(Refused) as told:
        store.require_room()
    assert told.value.code == "refused.disk-full"
    with store.write() as tx:  # what is begun may be finished
        add(tx, "finished")
    assert notes(store) == ["finished"]
    store.close()


def test_a_file_that_is_no_database_is_said_and_not_written_over(tmp_path):
    path = tmp_path / "main.db"
    path.write_bytes(b"a letter to grandmother" * 100)
    store = Store(path, migrations())
    with pytest.raises(Damaged) as told:
        store.open()
    store.close()
    assert told.value.code == "damaged.store"
    assert path.read_bytes().startswith(b"a letter to grandmother")


def test_a_closed_store_takes_nothing_and_closes_twice(store):
    store.close()
    store.close()
    with pytest.raises(Damaged), store.write():
        pass
