"""What the doctor says of a box, whatever was done to it; and that each line stands alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from protocol.clock import stamp
from protocol.replica import Litestream
from protocol.replica.configured import target_of
from protocol.settings import write_whole
from provisioning import doctor, register
from provisioning.alerts import Own, cause
from provisioning.district import station_folder
from provisioning.doctor import Level, examine, exit_code
from provisioning.mosquitto import Mosquitto
from provisioning.office import open_office
from provisioning.register import State

pytestmark = pytest.mark.broker  # it knocks at ports of this machine


@pytest.fixture
def station(district):
    return district.stations["dafeng"]


def found(folder, at, check: str):
    return [line for line in examine(folder, at) if line.check == check]


def worst(folder, at, check: str) -> Level:
    levels = [line.level for line in found(folder, at, check)]
    return next((level for level in (Level.FAIL, Level.WARN, Level.OK) if level in levels), None)


def test_a_fresh_station_has_no_failing_line_and_every_bad_line_a_next_step(station, now):
    lines = examine(station.folder, now)
    assert [line for line in lines if line.level is Level.FAIL] == []
    assert {line.check for line in lines} >= {"settings", "clock", "disk", "identity", "keyring", "broker", "replica"}
    assert all(line.next_step for line in lines if line.level is not Level.OK)
    assert exit_code(lines) == 10, "nothing of it runs yet"


def test_no_line_holds_a_secret(station, now):
    told = repr(examine(station.folder, now))
    assert station.broker_password not in told


def test_a_party_toml_that_cannot_be_read_is_the_one_line(station, now):
    (station.folder / "party.toml").write_text("district = ")
    lines = examine(station.folder, now)
    assert [(line.check, line.level) for line in lines] == [("settings", Level.FAIL)]
    assert exit_code(lines) == 20


def test_a_clock_that_lost_its_battery(station):
    assert worst(station.folder, datetime(2015, 1, 1, tzinfo=UTC), "clock") is Level.FAIL
    assert worst(station.folder, datetime(2026, 1, 2, tzinfo=UTC), "clock") is Level.FAIL, "before its own certificate"


def test_a_full_disk_and_one_that_will_be(station, now, monkeypatch):
    usage = shutil.disk_usage(station.folder)
    for free, level in ((1024, Level.FAIL), (1024**3, Level.WARN), (10 * 1024**3, Level.OK)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place, free=free: usage._replace(free=free))
        assert worst(station.folder, now, "disk") is level


def test_a_box_that_was_never_enrolled(station, now):
    shutil.rmtree(station.identity)
    lines = found(station.folder, now, "identity")
    assert [line.level for line in lines] == [Level.FAIL]
    assert "enrol" in lines[0].next_step


def test_an_identity_of_another_station(station, now):
    text = (station.folder / "party.toml").read_text("utf-8")
    (station.folder / "party.toml").write_text(text.replace('party = "dafeng"', 'party = "boya"'), "utf-8")
    assert worst(station.folder, now, "identity") is Level.FAIL


def test_keys_that_others_can_read(station, now):
    station.letters_key.chmod(0o644)
    assert "chmod 600" in found(station.folder, now, "identity")[0].next_step


def test_a_certificate_that_ends_that_ended_and_that_is_not_ours(station, district, now, tmp_path):
    assert worst(station.folder, now + timedelta(days=320), "certificate_fits") is Level.WARN
    assert worst(station.folder, now + timedelta(days=366), "certificate_fits") is Level.FAIL
    with open_office(district.folder) as office:
        key, _ = office.authority.issue_server(["x"], now)
    write_whole(station.tls_key, key)
    assert worst(station.folder, now, "certificate_fits") is Level.FAIL


def test_a_keyring_that_somebody_wrote_himself(station, now):
    ring = msgspec.json.decode(station.keyring.read_bytes())
    station.keyring.write_bytes(msgspec.json.encode({**ring, "signature": ring["signature"][::-1]}))
    assert worst(station.folder, now, "keyring") is Level.FAIL


@pytest.mark.parametrize("file", ["tls.crt", "tls.key", "district-ca.crt", "keyring.json", "authority.pub"])
def test_a_file_of_the_identity_that_is_gone_is_named_and_blamed_on_no_wire(mtls_district, now, file):
    station = mtls_district.stations["dafeng"]
    (station.identity / file).unlink()
    lines = [line for line in examine(station.folder, now) if line.level is not Level.OK]
    failed = [line for line in lines if line.level is Level.FAIL]
    assert [file in line.zh for line in failed] == [True]
    assert all(line.next_step for line in lines)
    if file.startswith(("tls", "district")):
        assert "broker" not in {line.check for line in lines}


def test_a_hub_that_is_down_behind_a_broker_that_is_up(station, now):
    station.data.mkdir()
    with closing(sqlite3.connect(station.db)) as connection:
        connection.execute("create table peers (name, heard_at)")
        connection.execute("insert into peers values ('hub', ?)", [stamp(now)])
        connection.execute("create table epochs (author, head, told)")
        connection.execute("insert into epochs values ('dafeng', 9, 2), ('hub', 50, 0)")
        connection.commit()
    assert worst(station.folder, now, "heard") is Level.OK
    (line,) = found(station.folder, now + timedelta(minutes=10), "heard")
    assert (line.level, "7 条" in line.zh) == (Level.WARN, True)
    with closing(sqlite3.connect(station.db)) as connection:
        connection.execute("update epochs set told = head")
        connection.commit()
    assert worst(station.folder, now + timedelta(minutes=10), "heard") is Level.OK, "nobody had anything to say"
    assert worst(station.folder, now + timedelta(days=2), "heard") is Level.WARN


def test_a_token_that_was_tried_twice_is_on_the_hubs_screen_until_dealt_with(district, now):
    assert worst(district.hub.folder, now, "alarms") is Level.OK
    with open_office(district.folder) as office, office.store.write() as tx:
        register.alarm(tx, "dafeng", "token-twice", "another box used the same token", now)
    assert worst(district.hub.folder, now, "alarms") is Level.WARN


def test_a_store_that_is_gone_with_its_mark_is_missed_because_its_replica_is_there(station, now):
    (station.replica_dir / "station/ltx/9").mkdir(parents=True)
    (station.replica_dir / "station/ltx/9/x.ltx").touch()
    (line,) = found(station.folder, now, "databases")
    assert (line.level, "revive dafeng" in line.next_step) == (Level.FAIL, True)


def test_a_box_that_was_replaced_is_told_to_go_home(station, district, now):
    with open_office(district.folder) as office:
        office.fence("dafeng", State.SUPERSEDED, "broken", now)
        shutil.copyfile(office.hub.keyring, station.keyring)
    (line,) = found(station.folder, now, "keyring")
    assert (line.level, "switch it off and send it back" in line.next_step) == (Level.FAIL, True)


def test_a_database_that_is_gone_and_one_that_is_rotten(station, now):
    station.mark.mkdir()
    station.waterline.write_text('{"life": 1, "spoken": {}}')
    assert worst(station.folder, now, "databases") is Level.FAIL
    station.data.mkdir()
    with closing(sqlite3.connect(station.db)) as connection:
        connection.executescript("create table t (x); insert into t values (zeroblob(90000))")
    shutil.copyfile(station.db, station.blobs)
    assert worst(station.folder, now, "databases") is Level.OK
    station.db.write_bytes(b"rotten" * 1000)
    rotten, sound = found(station.folder, now, "databases")
    assert (rotten.level, sound.level) == (Level.FAIL, Level.OK)
    assert "revive dafeng" in rotten.next_step


def test_an_older_file_that_was_copied_back_is_found_by_the_mark(station, now):
    station.mark.mkdir()
    station.data.mkdir()
    with closing(sqlite3.connect(station.db)) as connection:
        connection.execute(
            "create table epochs (id, epoch, author, reader, life, head, head_chain, genesis, told, replicated, wants)"
        )
        connection.execute("insert into epochs (id, epoch, author, life, head) values (1, 'e1', 'dafeng', 1, 5)")
        connection.execute("create table self (life)")
        connection.execute("insert into self values (1)")
        connection.commit()
    station.waterline.write_text('{"life": 1, "spoken": {"e1": 5}}')
    assert worst(station.folder, now, "waterline") is Level.OK
    station.waterline.write_text('{"life": 1, "spoken": {"e1": 6}}')
    assert worst(station.folder, now, "waterline") is Level.WARN


def test_a_replica_that_runs_and_one_that_does_not(station, now):
    assert worst(station.folder, now, "replica") is Level.WARN
    station.data.mkdir()
    litestream = Litestream(station.databases, target_of(station), station.run, socket=station.litestream_socket)
    litestream.start()
    try:
        for db in station.databases:
            with closing(sqlite3.connect(db)) as connection:
                connection.executescript("pragma journal_mode = wal; create table t (x)")
            litestream.sync(20.0, db.stem)
        assert worst(station.folder, datetime.now(UTC), "replica") is Level.OK
        assert worst(station.folder, datetime.now(UTC) + timedelta(hours=1), "replica") is Level.WARN
    finally:
        litestream.stop()


def test_the_broker_as_a_station_and_as_the_hub_see_it(mtls_district, now):
    station, hub = mtls_district.stations["dafeng"], mtls_district.hub
    assert worst(station.folder, now, "broker") is Level.WARN, "a cut wire is not a failure: work goes on"
    assert worst(hub.folder, now, "broker_rules") is Level.FAIL
    broker = Mosquitto(hub)
    broker.start()
    try:
        assert worst(station.folder, now, "broker") is Level.OK
        assert worst(hub.folder, now, "broker_rules") is Level.OK
        assert worst(hub.folder, now + timedelta(days=40), "broker_rules") is Level.WARN
        with open_office(mtls_district.folder) as office:
            office.fence("dafeng", State.REVOKED, "stolen", now)
        (line,) = found(station_folder(mtls_district.folder, "dafeng"), now, "broker")
        assert line.level is Level.FAIL
        assert "已停用" in line.zh
    finally:
        broker.stop()


def test_somebody_who_plays_the_broker_is_not_believed(mtls_district, district, now):
    station = mtls_district.stations["dafeng"]
    broker = Mosquitto(mtls_district.hub)
    broker.start()
    try:
        shutil.copyfile(mtls_district.folder / "hub/broker/device-bundle.pem", station.district_ca)
        (line,) = found(station.folder, now, "broker")
        assert (line.level, "stop; call the district" in line.next_step) == (Level.FAIL, True)
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("answer", "own", "word"),
    [
        ("certificate expired", Own(False, True, False, True), "本机证书过期"),
        ("certificate expired", Own(False, False, False, True), "吊销列表过期"),
        ("certificate expired", Own(True, False, False, True), "本机时间错误"),
        ("bad certificate", Own(False, False, False, True), "中心时钟落后"),
        ("unknown ca", Own(False, False, False, True), "未装载本机签发机构"),
        ("unknown ca", Own(False, False, False, False), "不属于本系统"),
        ("certificate revoked", Own(False, False, False, True), "已停用"),
        ("handshake failure", Own(False, False, False, True), "不配套"),
        ("closed", Own(False, False, False, True), "断开连接"),
        ("something new", Own(False, False, False, True), "something new"),
    ],
)
def test_an_alert_is_read_in_the_light_of_the_boxs_own_facts(answer, own, word):
    assert word in cause(answer, own).zh
    assert not cause(answer, own).ok


def test_a_seal_is_told_before_it_runs_out(district, now):
    hub = district.hub
    assert worst(hub.folder, now, "seal") is Level.OK
    with open_office(hub.folder.parent) as office:
        office.issue_seal("某区政务服务中心", now)
    assert worst(hub.folder, now, "seal") is Level.OK
    assert worst(hub.folder, now + timedelta(days=3 * 365 - 30), "seal") is Level.WARN
    assert worst(hub.folder, now + timedelta(days=3 * 365 + 1), "seal") is Level.FAIL
    hub.seal_crt.unlink()
    assert worst(hub.folder, now, "seal") is Level.FAIL
