"""The guards that hold for every test are themselves shown to bite.

Each is given a one-test suite that breaks it, run in a process of its own with the real conftest.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

import hub.schema
import node.schema
from protocol.store import Store
from tests import once

TESTS = Path(__file__).parent

SUITES = {
    "a test that reaches for the network without a marker": (
        """
        import socket
        def test_it():
            with socket.socket() as s:
                s.connect(("127.0.0.1", 9))
        """,
        "this test may open no socket",
    ),
    "a marked test that reaches beyond this machine": (
        """
        import socket, pytest
        @pytest.mark.broker
        def test_it():
            with socket.socket() as s:
                s.connect(("192.0.2.1", 1883))
        """,
        "this test may open 127.0.0.1 only",
    ),
    "a test that leaves a thread running": (
        """
        import threading
        def test_it():
            threading.Thread(target=threading.Event().wait, args=(60,), name="forgotten", daemon=True).start()
        """,
        "still running after the test: forgotten",
    ),
    "a test that leaves a store open": (
        """
        import sqlite3
        KEPT = []
        def test_it(tmp_path):
            KEPT.append(sqlite3.connect(tmp_path / "store.db"))
        """,
        "still open after the test: store.db",
    ),
    "a test that lets a file be closed by chance": (
        """
        def test_it(tmp_path):
            (tmp_path / "paper").open("wb")
        """,
        "unclosed file",
    ),
}


@pytest.mark.parametrize("fault", SUITES)
def test_the_suite_refuses(tmp_path, fault):
    source, expected = SUITES[fault]
    lines = source.strip("\n").splitlines()
    (tmp_path / "test_it.py").write_text("\n".join(line[8:] for line in lines) + "\n")
    shorter = (TESTS / "conftest.py").read_text().replace("THREAD_PATIENCE_S = 5.0", "THREAD_PATIENCE_S = 0.2")
    (tmp_path / "conftest.py").write_text(shorter)

    config = str(TESTS.parent / "pyproject.toml")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", config, "--rootdir", tmp_path, "."],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(TESTS.parent)},  # for what conftest.py takes from its neighbours
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert expected in run.stdout


@pytest.mark.parametrize("schema", [node.schema, hub.schema], ids=lambda schema: schema.__name__)
def test_a_store_that_began_as_a_copy_is_one_that_was_migrated_step_by_step(tmp_path, schema):
    def tables(db: Database) -> list[tuple[str, str]]:
        return db.execute("select name, sql from sqlite_master order by name").fetchall()

    stepwise = Database(memory=True)
    once.STEP_BY_STEP(schema.migrations, stepwise)
    for name in ("first.db", "second.db"):
        store = Store(tmp_path / name, schema.migrations)
        store.open()
        with store.read() as db:
            assert [tuple(row) for row in tables(db)] == tables(stepwise)
            assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
            assert schema.migrations.pending(db) == []
        store.close()
    stepwise.conn.close()
