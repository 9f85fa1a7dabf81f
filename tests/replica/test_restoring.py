"""Getting a database back, and the drill that shows it can be done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from protocol.errors import Damaged, Refused, Unreachable
from protocol.replica import SftpTarget, drill, restore
from tests.replica.conftest import Desk, eventually, rows


def test_restore_refuses_without_a_replica_and_leaves_what_is_there(desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "station.db"
    place.write_bytes(b"what was here")
    with pytest.raises(Refused) as said:
        restore(desk.target, "station", place)
    assert said.value.code == "refused.no-replica"
    assert place.read_bytes() == b"what was here"
    assert [path.name for path in tmp_path.iterdir()] == ["station.db"]


def test_after_a_restore_the_station_writes_on_and_replicates_on_to_the_same_replica(desk: Desk) -> None:
    desk.opens()
    desk.saves(10)
    desk.litestream.sync(5.0)
    desk.closes()
    for file in desk.db.parent.iterdir():  # the disk is gone
        if file.is_file():
            file.unlink()
    assert len(desk.restored(desk.db)) == 10
    desk.opens()
    desk.saves(10)
    desk.litestream.sync(5.0)
    assert desk.restored() == rows(desk.db)
    assert len(desk.restored()) == 20


def test_nothing_of_the_database_before_is_left_beside_a_restored_one(desk: Desk) -> None:
    desk.opens()
    desk.saves(5)
    desk.litestream.sync(5.0)
    desk.closes()
    for leftover in ("station.db-wal", "station.db-shm"):
        (desk.db.parent / leftover).write_bytes(b"of another life")
    assert len(desk.restored(desk.db)) == 5
    left = {path.name for path in desk.db.parent.iterdir()} - {"station.reserve"}
    assert left <= {"station.db", "station.db-wal", "station.db-shm"}  # reading it made the last two anew
    assert not (desk.db.parent / ".station.db-litestream").exists()


def _damage(desk: Desk) -> None:
    for piece in desk.copies.rglob("*.ltx"):
        content = bytearray(piece.read_bytes())
        content[140:200] = bytes(60)
        piece.write_bytes(content)


def test_a_damaged_replica_is_not_taken_for_a_database(desk: Desk) -> None:
    desk.opens()
    desk.saves(50)
    desk.closes()
    _damage(desk)
    place = desk.folder / "elsewhere" / "station.db"
    with pytest.raises(Damaged) as said:
        restore(desk.target, "station", place)
    assert said.value.code == "damaged.replica"
    assert list(place.parent.iterdir()) == []


def test_the_drill_counts_what_could_be_restored_and_cleans_up(desk: Desk) -> None:
    desk.opens()
    desk.saves(12)
    scratch = desk.folder / "scratch"
    result = drill(desk.target, desk.db, ["cases"], scratch, sync=lambda: desk.litestream.sync(5.0))
    assert result.rows == {"cases": 12}
    assert result.size_bytes > 0
    assert result.took_s > 0
    assert list(scratch.iterdir()) == []


def test_the_drill_finds_a_damaged_replica(desk: Desk) -> None:
    desk.opens()
    desk.saves(50)
    desk.litestream.sync(5.0)
    _damage(desk)
    with pytest.raises(Refused) as said:
        drill(desk.target, desk.db, ["cases"], desk.folder / "scratch")
    assert said.value.code == "refused.drill"
    assert list((desk.folder / "scratch").iterdir()) == []


def test_the_drill_finds_a_replica_that_stopped_growing(desk: Desk) -> None:
    desk.opens()
    desk.saves(5)
    desk.litestream.sync(5.0)
    desk.litestream.stop()
    desk.saves(3)
    with pytest.raises(Refused, match="5 rows in the copy, 8 in the database"):
        drill(desk.target, desk.db, ["cases"], desk.folder / "scratch")


def test_the_drill_without_a_replica_fails_and_says_so(desk: Desk) -> None:
    desk.store.open()
    with pytest.raises(Refused, match=r"refused\.no-replica"):
        drill(desk.target, desk.db, ["cases"], desk.folder / "scratch")


def test_a_server_that_cannot_be_reached_is_not_a_damaged_replica(tmp_path: Path) -> None:
    pair = Ed25519PrivateKey.generate()
    key = tmp_path / "id"
    key.write_bytes(pair.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    host_key = pair.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    server = SftpTarget("127.0.0.1:1", "station", key, "/replica", host_key)
    with pytest.raises(Unreachable):
        restore(server, "station", tmp_path / "station.db")


def test_a_restored_copy_is_a_whole_database(desk: Desk) -> None:
    desk.opens()
    desk.saves(200)
    eventually(desk.syncs)
    desk.restored()
    with closing(sqlite3.connect(desk.folder / "elsewhere" / "station.db")) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
