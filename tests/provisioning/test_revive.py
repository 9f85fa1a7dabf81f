"""A box dies: what is brought back, who stays outside, and that nothing ever starts from nothing."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from protocol.errors import Damaged, Distrusted, Refused
from protocol.identity import Keys, read_keyring
from protocol.replica import Litestream
from protocol.replica.configured import target_of
from protocol.settings import FILE, Replica, ReplicaKind, read_settings, write_settings
from provisioning import register
from provisioning.answer import answer
from provisioning.canary import knock
from provisioning.district import make_district, station_folder
from provisioning.enrol import install, make_request
from provisioning.mosquitto import Mosquitto
from provisioning.office import open_office
from provisioning.register import State
from provisioning.revive import fence_and_plan, revive, revive_here, revive_hub
from provisioning.tokens import Purpose
from tests.provisioning.conftest import DAFENG


@pytest.fixture
def office(district):
    with open_office(district.folder) as office:
        yield office


def replicated(settings, rows: int) -> None:
    """The party has worked: `rows` cases in its database, all of them in its replica."""
    settings.data.mkdir(parents=True, exist_ok=True)
    litestream = Litestream(settings.databases, target_of(settings), settings.run, socket=settings.litestream_socket)
    litestream.start()
    try:
        for db in settings.databases:
            with closing(sqlite3.connect(db)) as connection:
                connection.executescript("pragma journal_mode = wal; create table cases (id integer primary key)")
                connection.executemany("insert into cases values (?)", [(n,) for n in range(rows)])
                connection.commit()
                litestream.sync(20.0, db.stem)
    finally:
        litestream.stop()


def rows(db) -> int:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute("select count(*) from cases").fetchone()[0]


def states(office, name):
    with office.store.read() as db:
        return [box.state for box in register.boxes(db) if box.station == name]


@pytest.mark.broker
def test_a_new_box_takes_the_place_of_a_dead_one(office, district, now, tmp_path):
    old = district.stations["dafeng"]
    replicated(old, 20)
    box = tmp_path / "new-box"
    box.mkdir()
    shutil.copyfile(old.folder / FILE, box / FILE)
    text = (box / FILE).read_text("utf-8").replace('folder = "replica"', f'folder = "{old.replica_dir}"')
    (box / FILE).write_text(text, "utf-8")

    new = revive_here(office, box, "disk died", now)

    assert [rows(db) for db in new.databases] == [20, 20]
    assert new.restored_note.exists(), "the store begins a new epoch before it writes anything"
    assert Keys.load(new.letters_key).box == 2
    assert states(office, "dafeng") == [State.SUPERSEDED, State.ACTIVE]
    ring = read_keyring(office.hub.keyring.read_bytes(), office.authority.public_key)
    assert ring.active("dafeng").signing == Keys.load(new.letters_key).card().signing
    with pytest.raises(Distrusted, match="revoked"):
        ring.sender("dafeng", 1)
    assert ring.ever("dafeng", 1).signing == Keys.load(old.letters_key).card().signing, "what it signed stays evidence"
    assert old.broker_password != new.broker_password == office.broker_secret("dafeng")


@pytest.mark.broker
def test_a_repaired_box_is_revived_in_its_own_folder_and_nothing_is_deleted(office, district, now):
    station = district.stations["dafeng"]
    replicated(station, 3)
    station.db.write_bytes(b"this disk has rotted")
    new = revive_here(office, station.folder, "bad sectors", now)
    assert rows(new.db) == 3
    before = sorted(path.name.split(".")[0] for path in station.folder.glob("*.before-*"))
    assert before == ["data", "identity"]


@pytest.mark.broker
def test_a_station_at_work_is_not_pulled_away_from_under_its_clerk(office, district, now):
    station = district.stations["dafeng"]
    station.data.mkdir()
    litestream = Litestream(station.databases, target_of(station), station.run, socket=station.litestream_socket)
    litestream.start()
    try:
        with pytest.raises(Refused, match="at work"):
            revive_here(office, station.folder, "wrong folder", now)
    finally:
        litestream.stop()
    assert station.letters_key.exists()
    assert station.data.exists()
    assert states(office, "dafeng") == [State.ACTIVE]


def test_without_a_replica_it_stops_and_the_box_gets_no_identity(office, district, now, tmp_path):
    station = district.stations["dafeng"]
    shutil.rmtree(station.data, ignore_errors=True)
    with pytest.raises(Refused, match="no-replica"):
        revive_here(office, station.folder, "disk died", now)
    assert not station.letters_key.exists()
    assert not station.db.exists()


def test_a_station_that_is_set_up_without_a_replica_says_so(office, tmp_path, now):
    place = make_district(tmp_path / "e", [DAFENG], now, replica=Replica(ReplicaKind.NONE)).stations["dafeng"]
    with open_office(tmp_path / "e") as its_office, pytest.raises(Refused, match="no-replica"):
        revive_here(its_office, place.folder, "disk died", now)


def test_with_a_reason_it_begins_from_what_the_district_gives_back(office, district, now):
    station = district.stations["dafeng"]
    new = revive_here(office, station.folder, "disk died", now, without_replica="the second disk was stolen too")
    assert Keys.load(new.letters_key).box == 2
    assert not new.db.exists()
    assert json.loads(new.restored_note.read_text("utf-8"))["reason"] == "the second disk was stolen too"


def test_after_it_stopped_for_want_of_a_replica_it_goes_on_with_the_same_token(office, district, now):
    station = district.stations["dafeng"]
    invitation = fence_and_plan(office, "dafeng", "disk died", now)

    def ask(request):
        return answer(office, request, now)

    with pytest.raises(Refused, match="no-replica"):
        revive(station.folder, invitation, ask, now)
    revive(station.folder, invitation, ask, now, without_replica="none was ever made")
    assert states(office, "dafeng") == [State.SUPERSEDED, State.ISSUED]


def test_a_second_box_cannot_slip_in_by_plain_enrolment(office, district, now, tmp_path):
    """Else it would start empty under the name of a station that has lived."""
    office.fence("dafeng", State.REVOKED, "stolen", now)
    invitation = office.plan("dafeng", Purpose.NEW, now)
    with pytest.raises(Refused, match="had a box before"):
        install(tmp_path, answer(office, make_request(tmp_path, invitation.token), now), invitation)
    assert not (tmp_path / "identity" / "letters.key").exists()


def test_a_replacement_token_lives_a_day(office, now, tmp_path):
    invitation = fence_and_plan(office, "dafeng", "disk died", now)
    with pytest.raises(Refused, match="expired 1"):
        answer(office, make_request(tmp_path, invitation.token), now + timedelta(hours=25))


def test_a_half_copy_in_the_replica_is_not_taken_for_a_whole_one(office, district, now):
    station = district.stations["dafeng"]
    broken = station.replica_dir / "station" / "ltx" / "9"
    broken.mkdir(parents=True)
    (broken / "0000000000000001-0000000000000001.ltx").write_bytes(b"half")
    with pytest.raises(Damaged):
        revive_here(office, station.folder, "disk died", now)
    assert not station.letters_key.exists()


@pytest.mark.broker
def test_the_hub_gets_its_databases_back_and_keeps_its_name(office, district, now):
    replicated(district.hub, 7)
    for db in district.hub.databases:
        db.unlink()
    revive_hub(office, now)
    assert [rows(db) for db in district.hub.databases] == [7, 7]
    assert district.hub.restored_note.exists()
    assert Keys.load(district.hub.letters_key).box == 1


@pytest.mark.broker
def test_the_old_box_comes_back_from_repair_and_is_refused_at_the_door(mtls_district, now, tmp_path):
    broker = Mosquitto(mtls_district.hub)
    broker.start()
    try:
        with open_office(mtls_district.folder) as office:
            place = station_folder(mtls_district.folder, "dafeng")
            old = tmp_path / "old-box"
            shutil.copytree(place, old)
            new = revive_here(office, place, "broken screen", now, without_replica="a test of the door")
        old_box = read_settings(old)

        def shown(settings):
            return knock(
                settings.broker.host, settings.broker.port, settings.district_ca, settings.tls_crt, settings.tls_key
            )

        assert shown(old_box) == "certificate revoked"
        assert shown(new) == "accepted"
    finally:
        broker.stop()


def test_what_party_toml_says_of_a_replica_is_what_litestream_is_told(district):
    station = district.stations["dafeng"]
    for replica in (
        Replica(
            ReplicaKind.SFTP, host="h:22", user="u", key_file="identity/sftp.key", path="/p", host_key="ssh-ed25519 A"
        ),
        Replica(ReplicaKind.S3, bucket="b", credentials_file="identity/s3"),
    ):
        write_settings(dataclasses.replace(station, replica=replica))
        target = target_of(read_settings(station.folder))
        named = target.key_file if replica.kind is ReplicaKind.SFTP else target.credentials_file
        assert named.parent == station.identity
