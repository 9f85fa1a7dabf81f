"""What was saved is in the replica, whatever happens to litestream."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol.errors import Unreachable
from protocol.replica import Litestream, ReplicaState, process
from protocol.replica.control import Control
from protocol.store import Store
from tests.replica.conftest import SCHEMA, Desk, eventually, rows


def now() -> datetime:
    return datetime.now(UTC)


def test_what_was_saved_before_the_sync_is_in_the_replica(desk: Desk) -> None:
    desk.opens()
    desk.saves(30)
    desk.litestream.sync(5.0)
    assert len(desk.restored()) == 30


def test_what_was_saved_a_second_ago_is_in_the_replica_without_asking(desk: Desk) -> None:
    desk.opens()
    desk.saves(3)
    eventually(lambda: desk.litestream.health(now()).databases[0].replica_txid > 0)
    eventually(lambda: len(desk.restored()) == 3)


def test_sync_holds_while_the_desk_goes_on_writing(desk: Desk) -> None:
    desk.opens()
    enough = threading.Event()

    def work() -> None:
        while not enough.wait(0.001):
            desk.saves()

    writing = threading.Thread(target=work)
    writing.start()
    try:
        for _ in range(5):
            said = desk.saved
            desk.litestream.sync(5.0)
            assert len(desk.restored()) >= said
    finally:
        enough.set()
        writing.join()


def test_a_killed_litestream_is_back_and_loses_nothing(desk: Desk) -> None:
    desk.opens()
    desk.saves(10)
    first = desk.litestream.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    desk.saves(10)
    eventually(lambda: desk.litestream.pid not in (None, first))
    eventually(desk.syncs)
    assert len(desk.restored()) == 20


def test_what_was_saved_while_litestream_was_away_and_the_app_restarted_is_copied_too(desk: Desk) -> None:
    desk.opens()
    desk.saves(5)
    desk.litestream.stop()
    desk.saves(5)
    desk.store.close()  # the last connection: SQLite checkpoints behind litestream's back
    assert not desk.db.with_name("station.db-wal").exists()
    desk.opens()
    desk.saves(5)
    desk.litestream.sync(5.0)
    assert desk.restored() == rows(desk.db)
    assert desk.saved == 15


def test_the_last_words_before_closing_time_are_in_the_replica(desk: Desk) -> None:
    desk.opens()
    desk.saves(7)
    desk.closes()
    assert len(desk.restored()) == 7
    desk.closes()  # twice is as good as once


def test_a_torn_piece_after_a_power_cut_heals_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOOK_S", 0.3)
    desk.opens()
    desk.saves(4)
    desk.litestream.sync(5.0)
    desk.closes()
    newest = max((desk.db.parent / ".station.db-litestream" / "ltx" / "0").glob("*.ltx"))
    os.truncate(newest, 50)
    desk.opens()
    desk.saves(4)
    with pytest.raises(Unreachable, match="corrupted"):
        desk.litestream.sync(5.0)
    eventually(desk.syncs)
    assert desk.restored() == rows(desk.db)


def test_an_emptied_replica_disk_is_never_called_synced_and_gets_a_whole_copy_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LOOK_S", 0.3)
    desk.opens()
    desk.saves(4)
    eventually(lambda: any(desk.copies.glob("9/*.ltx")))
    desk.litestream.sync(5.0)
    desk.copies.parent.rename(desk.folder / "taken away")
    with pytest.raises(Unreachable, match="no whole copy"):
        desk.litestream.sync(5.0)
    desk.saves(1)
    eventually(desk.syncs)
    assert desk.restored() == rows(desk.db)


def test_a_replica_disk_that_is_not_there_is_said_and_not_made_up(desk: Desk) -> None:
    desk.opens()
    desk.saves(2)
    desk.closes()
    desk.target.folder.rename(desk.folder / "unmounted")
    with pytest.raises(Unreachable, match="is gone"):
        desk.litestream.start()
    assert not desk.target.folder.exists()
    desk.store.open()
    desk.saves(1)  # work goes on
    (desk.folder / "unmounted").rename(desk.target.folder)
    eventually(desk.syncs)
    assert len(desk.restored()) == 3


def test_a_missing_litestream_is_said_and_work_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unreachable) as said:
        desk.litestream.start()
    assert said.value.code == "unreachable.litestream"
    desk.store.open()
    desk.saves(3)
    health = desk.litestream.health(now())
    assert health.state is ReplicaState.MISSING
    assert "not installed" in health.why
    assert rows(desk.db) != []


def test_health_tells_what_is_there(desk: Desk) -> None:
    desk.opens()
    desk.saves(2)
    desk.litestream.sync(5.0)
    eventually(lambda: desk.litestream.health(now()).age_s is not None)
    health = desk.litestream.health(now())
    assert health.state is ReplicaState.OK
    assert health.running
    (database,) = health.databases
    assert database.local_txid == database.replica_txid > 0
    assert health.age_s is not None
    assert health.age_s < 10
    assert health.local_bytes > 0
    later = desk.litestream.health(now() + timedelta(minutes=5))
    assert later.state is ReplicaState.BEHIND


def test_a_litestream_that_was_stopped_is_no_replica(desk: Desk) -> None:
    desk.opens()
    desk.closes()
    assert desk.litestream.health(now()).state is ReplicaState.MISSING


def test_a_litestream_that_hangs_is_silent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.opens()
    monkeypatch.setattr(process, "ASK_S", 0.2)
    monkeypatch.setattr("protocol.replica.health.SILENT_AFTER_S", 0.1)
    assert desk.litestream.pid is not None
    os.kill(desk.litestream.pid, signal.SIGSTOP)
    try:
        assert desk.litestream.health(now()).state is ReplicaState.SILENT
    finally:
        os.kill(desk.litestream.pid, signal.SIGCONT)


def test_only_the_party_itself_can_talk_to_its_litestream_and_read_the_copy(desk: Desk) -> None:
    desk.opens()
    desk.saves(1)
    desk.litestream.sync(5.0)
    run = desk.folder / "run"
    assert run.stat().st_mode & 0o077 == 0
    assert (run / "litestream.sock").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in desk.target.folder.rglob("*"))


def test_the_log_stays_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOOK_S", 0.1)
    monkeypatch.setattr(process, "LOG_BYTES", 200)
    desk.opens()
    eventually(lambda: (desk.folder / "run" / "litestream.log.1").exists())
    eventually(lambda: (desk.folder / "run" / "litestream.log").stat().st_size <= 200)


PARENT = """
import sys, time
from pathlib import Path
from protocol.replica import FolderTarget, Litestream
folder = Path(sys.argv[1])
litestream = Litestream([folder / "data" / "station.db"], FolderTarget(folder / "replica"), folder / "run")
litestream.start()
print(litestream.pid, flush=True)
time.sleep(60)
"""


def _app(folder: Path) -> tuple[subprocess.Popen[str], int]:
    app = subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    return app, int(app.stdout.readline())


def _ended(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_no_litestream_is_left_when_its_party_is_killed(desk: Desk) -> None:
    app, pid = _app(desk.folder)
    desk.store.open()
    desk.saves(6)
    ask = Control(desk.folder / "run" / "litestream.sock")
    ask.sync(desk.db, wait=False, timeout_s=5.0)  # taken from the database, perhaps not yet uploaded
    app.kill()
    app.communicate()
    eventually(lambda: _ended(pid))
    assert len(desk.restored()) == 6, "its last sync was still done"


def test_an_orphan_is_ended_before_another_is_started(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "END_S", 0.5)
    app, pid = _app(desk.folder)
    os.kill(pid, signal.SIGSTOP)  # so that it cannot end with its parent
    app.kill()
    app.communicate()
    assert not _ended(pid)
    desk.opens()
    assert _ended(pid)
    assert desk.litestream.pid != pid


def test_a_second_app_of_the_same_party_gets_no_litestream_and_leaves_the_first_alone(desk: Desk) -> None:
    desk.opens()
    second = Litestream([desk.db], desk.target, desk.folder / "run")
    with pytest.raises(Unreachable, match="replicates this party"):
        second.start()
    second.stop()
    desk.saves(1)
    desk.litestream.sync(5.0)


def test_two_databases_are_two_replicas(tmp_path: Path) -> None:
    files = [tmp_path / "data" / name for name in ("station.db", "blobs.db")]
    desk = Desk(tmp_path)
    desk.litestream = Litestream(files, desk.target, tmp_path / "run")
    papers = Store(files[1], SCHEMA, replicated=True)
    desk.opens()
    papers.open()
    try:
        desk.saves(2)
        desk.litestream.sync(5.0, "station")
        desk.litestream.sync(5.0)
        assert {db.name for db in desk.litestream.health(now()).databases} == {"station", "blobs"}
        assert len(desk.restored()) == 2
        assert (desk.target.folder / "blobs" / "ltx").is_dir()
    finally:
        papers.close()
        desk.closes()
