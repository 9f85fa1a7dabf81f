"""A real Mosquitto with certificates: who gets in, and a reload that can never leave it open."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.errors import Damaged
from protocol.settings import BrokerKind, write_whole
from provisioning import canary, mosquitto
from provisioning.authority import private_pem
from provisioning.canary import ACCEPTED, knock
from provisioning.mosquitto import MOSQUITTO, Mosquitto, Rules, listener, running
from provisioning.office import open_office
from provisioning.register import State

pytestmark = pytest.mark.broker


@pytest.fixture
def broker(mtls_district):
    broker = Mosquitto(mtls_district.hub)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def office(mtls_district):
    with open_office(mtls_district.folder) as office:
        yield office


def shown(settings) -> str:
    """What the broker answers to the certificate of this station."""
    return knock(settings.broker.host, settings.broker.port, settings.district_ca, settings.tls_crt, settings.tls_key)


def sealed_shut(hub) -> bool:
    with pytest.raises(ConnectionRefusedError):
        knock(*listener(hub), hub.district_ca)
    return running(hub) is None


def wait_until(true) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_with_mosquitto_nobody_needs_a_password_but_the_hub(mtls_district):
    station = mtls_district.stations["dafeng"]
    assert (station.broker.kind, station.broker.tls, station.broker.protocol) == (BrokerKind.MOSQUITTO, True, 5)
    assert station.broker_password == ""
    assert mtls_district.hub.broker_password


def test_a_station_is_let_in_and_nobody_without_a_certificate(mtls_district, broker):
    station = mtls_district.stations["dafeng"]
    assert shown(station) == ACCEPTED
    assert "certificate required" in knock(station.broker.host, station.broker.port, station.district_ca)


def test_a_certificate_that_the_district_did_not_issue_is_unknown(mtls_district, broker, office, tmp_path, now):
    station = mtls_district.stations["dafeng"]
    fresh_key, chain = office.authority.issue_server(["dafeng"], now)
    write_whole(tmp_path / "both.pem", chain + fresh_key)
    assert knock(station.broker.host, station.broker.port, station.district_ca, tmp_path / "both.pem") == "unknown ca"


def test_a_certificate_that_ran_out_is_told_so(mtls_district, broker, office, tmp_path, now):
    station = mtls_district.stations["dafeng"]
    key = ec.generate_private_key(ec.SECP256R1())
    old = office.authority.issue_node("dafeng", key.public_key(), now - timedelta(days=400))
    write_whole(tmp_path / "old.pem", old.public_bytes(Encoding.PEM) + private_pem(key))
    assert (
        knock(station.broker.host, station.broker.port, station.district_ca, tmp_path / "old.pem")
        == "certificate expired"
    )


def test_a_revoked_box_is_refused_at_once_and_its_neighbour_is_not(mtls_district, broker, office, now):
    office.fence("dafeng", State.REVOKED, "stolen", now)
    assert shown(mtls_district.stations["dafeng"]) == "certificate revoked"
    assert shown(mtls_district.stations["boya"]) == ACCEPTED
    assert running(mtls_district.hub)


def test_the_live_session_of_a_revoked_box_is_cut(mtls_district, broker, office, now):
    station = mtls_district.stations["dafeng"]
    with canary._tls(
        station.broker.host, station.broker.port, station.district_ca, station.tls_crt, station.tls_key
    ) as wire:
        wire.sendall(canary._connect("dafeng", "", ""))
        kind, body = canary._packet(wire)
        assert (kind, body[1]) == (0x20, 0)
        office.fence("dafeng", State.REVOKED, "stolen", now)
        with pytest.raises(ConnectionResetError):
            canary._packet(wire)


def test_a_station_speaks_on_its_own_topics_alone(mtls_district, broker):
    station = mtls_district.stations["dafeng"]
    pem = station.identity / "dafeng.pem"
    write_whole(pem, station.tls_crt.read_bytes() + station.tls_key.read_bytes())

    def speaks(topic: str) -> bool:
        return canary._may_publish(station.broker.host, station.broker.port, station.district_ca, pem, topic)[0]

    assert speaks("mc/1/xindu/up/dafeng/letter")
    for foreign in ("mc/1/xindu/up/boya/letter", "mc/1/xindu/down/dafeng/letter", "mc/1/xindu/canary/1", "x"):
        assert not speaks(foreign)


def test_a_bad_acl_never_reaches_the_broker(mtls_district, broker, office, now):
    hub = mtls_district.hub
    before = (hub.broker_dir / "acl").read_bytes()
    crl = office.authority.crl([], 99, now)
    with pytest.raises(Damaged, match="acl"):
        mosquitto.reload_broker(hub, Rules("user dafeng\ntopic everything #\n", crl, 99), now, kick=[])
    assert (hub.broker_dir / "acl").read_bytes() == before
    assert shown(mtls_district.stations["boya"]) == ACCEPTED


@pytest.mark.parametrize("fault", ["garbage", "stranger", "soon stale", "from the future", "not newer"])
def test_a_bad_revocation_list_never_reaches_the_broker(mtls_district, office, now, tmp_path, fault):
    hub = mtls_district.hub
    authority = office.authority
    crl = {
        "garbage": lambda: b"garbage",
        "stranger": lambda: type(authority).make(tmp_path / "other", "xindu", now).crl([], 99, now),
        "soon stale": lambda: authority.crl([], 99, now - timedelta(days=61)),
        "from the future": lambda: authority.crl([], 99, now + timedelta(days=2)),
        "not newer": lambda: authority.crl([], 1, now),
    }[fault]()
    before = (hub.broker_dir / "crl.pem").read_bytes()
    with pytest.raises(Damaged, match="crl"):
        mosquitto.reload_broker(hub, Rules("", crl, 99), now, kick=[])
    assert (hub.broker_dir / "crl.pem").read_bytes() == before


@pytest.mark.parametrize("file", ["acl", "crl.pem"])
@pytest.mark.parametrize("content", [b"topic everything #\n", None])
def test_a_broker_that_a_bad_file_has_opened_is_stopped(mtls_district, broker, office, now, file, content):
    hub = mtls_district.hub
    with office.store.read() as db:
        (number,) = db.execute("select crl from numbers").fetchone()
    path = hub.broker_dir / file
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Damaged, match="canary"):
        mosquitto.tell_and_prove(hub, number, kick=[])
    assert sealed_shut(hub)


def test_a_broker_that_somebody_else_opened_is_not_started_again(mtls_district):
    hub = mtls_district.hub
    conf = hub.broker_dir / "mosquitto.conf"
    conf.write_text("".join(line for line in conf.read_text().splitlines(True) if not line.startswith("acl_file")))
    with pytest.raises(Damaged, match="canary"):
        Mosquitto(hub).start()
    assert sealed_shut(hub)


def test_a_reload_while_the_broker_is_down_waits_in_the_files(mtls_district, office, now):
    assert running(mtls_district.hub) is None
    office.fence("dafeng", State.REVOKED, "stolen", now)
    broker = Mosquitto(mtls_district.hub)
    broker.start()
    try:
        assert shown(mtls_district.stations["dafeng"]) == "certificate revoked"
    finally:
        broker.stop()


def test_a_broker_that_an_operator_started_by_a_relative_path_is_told_too(mtls_district, office, now):
    hub = mtls_district.hub
    with (mtls_district.folder / "log").open("wb") as log:
        process = subprocess.Popen([MOSQUITTO, "-c", "broker/mosquitto.conf"], cwd=hub.folder, stdout=log, stderr=log)
    try:
        wait_until(lambda: running(hub) == process.pid)
        office.fence("dafeng", State.REVOKED, "stolen", now)
        assert shown(mtls_district.stations["dafeng"]) == "certificate revoked"
    finally:
        process.kill()
        process.wait()


def test_nobody_is_told_that_a_station_is_out_while_a_broker_that_cannot_be_found_lets_it_in(
    mtls_district, broker, office, now
):
    (mtls_district.hub.broker_dir / "mosquitto.pid").unlink()
    with pytest.raises(Damaged, match="process is not found"):
        office.fence("dafeng", State.REVOKED, "stolen", now)


def test_a_stale_process_number_is_never_signalled(mtls_district):
    pid_file = mtls_district.hub.broker_dir / "mosquitto.pid"
    pid_file.write_text(str(os.getpid()))
    handler = signal.signal(signal.SIGHUP, lambda *_: pytest.fail("signalled"))
    try:
        assert mosquitto.tell_and_prove(mtls_district.hub, 1, kick=[]) is False
    finally:
        signal.signal(signal.SIGHUP, handler)
