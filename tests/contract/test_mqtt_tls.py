"""The wire with certificates: whom a box believes, and what its operator is told when it does not."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocol.exchange.link import Handed, Lane, Link, LinkDown, LinkUp
from protocol.exchange.mqtt import MqttLink, Tls, Wire
from protocol.exchange.topics import HUB
from provisioning.mosquitto import free_port
from tests.contract.brokers import DISTRICT, PASSWORDS, Mosquitto
from tests.contract.desks import Desk

pytestmark = pytest.mark.broker

NOW = datetime.now(UTC)


class Authority:
    """A district's authority, as small as one can be."""

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}-ca.pem"
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._builder(self._name, self._key.public_key(), NOW - timedelta(days=900), NOW + timedelta(days=900))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, usage: x509.ObjectIdentifier, ends: datetime = NOW + timedelta(days=90)) -> Tls:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._builder(subject, key.public_key(), ends - timedelta(days=365), ends)
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        certificate, key_file = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return Tls(self.file, certificate, key_file)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )


class Behind:
    """A broker behind TLS that takes the party's name from its certificate."""

    def __init__(self, folder: Path, server: Tls) -> None:
        self.broker = Mosquitto(folder)
        self.port = free_port()
        self.broker.add_listener(
            f"listener {self.port} 127.0.0.1\n"
            f"cafile {server.ca}\ncertfile {server.certificate}\nkeyfile {server.key}\n"
            "require_certificate true\nuse_identity_as_username true\n"
        )
        self.broker.start()
        self.tls: dict[str, Tls] = {}
        self.ignore_times = False

    def link(self, party: str) -> Link:
        return MqttLink(
            Wire(
                "127.0.0.1",
                self.port,
                DISTRICT,
                party,
                tls=self.tls[party],
                ignore_certificate_times=self.ignore_times,
            )
        )

    tells_of_denials = True
    holds_back = False

    def carry(self) -> None:
        return

    def broker_down(self) -> None:
        self.broker.stop()

    def broker_up(self) -> None:
        self.broker.start()

    def close(self) -> None:
        self.broker.stop()


Behinds = Callable[[Tls], Behind]


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Behinds]:
    opened: list[Behind] = []

    def open_behind(server: Tls) -> Behind:
        opened.append(Behind(tmp_path, server))
        return opened[-1]

    yield open_behind
    for rig in opened:
        rig.close()


def test_letters_pass_between_parties_that_the_authority_knows(tmp_path: Path, behind: Behinds) -> None:
    district = Authority(tmp_path, "district")
    rig = behind(district.issue("broker", ExtendedKeyUsageOID.SERVER_AUTH))
    rig.tls = {name: district.issue(name, ExtendedKeyUsageOID.CLIENT_AUTH) for name in (HUB, "lj07")}
    hub, station = Desk(rig, HUB).up(), Desk(rig, "lj07").up()
    token = station.link.send(HUB, Lane.LETTER, b"sealed")
    hub.until(lambda: hub.frames())
    station.until(lambda: Handed(token) in station.events)
    station.link.stop()
    hub.link.stop()


def test_a_box_whose_clock_is_wrong_connects_when_it_may_ignore_dates(tmp_path: Path, behind: Behinds) -> None:
    district = Authority(tmp_path, "district")
    rig = behind(district.issue("broker", ExtendedKeyUsageOID.SERVER_AUTH, ends=NOW - timedelta(days=1)))
    rig.tls = {"lj07": district.issue("lj07", ExtendedKeyUsageOID.CLIENT_AUTH)}
    strict = Desk(rig, "lj07")
    strict.until(lambda: strict.of(LinkDown))
    strict.link.stop()
    (down,) = strict.of(LinkDown)
    assert down == LinkDown(0, "the broker's certificate is not trusted: certificate has expired")
    rig.ignore_times = True
    lenient = Desk(rig, "lj07").up()
    lenient.link.stop()


def test_ignoring_dates_does_not_mean_believing_another_authority(tmp_path: Path, behind: Behinds) -> None:
    rogue, district = Authority(tmp_path, "rogue"), Authority(tmp_path, "district")
    rig = behind(rogue.issue("broker", ExtendedKeyUsageOID.SERVER_AUTH))
    rig.tls = {"lj07": district.issue("lj07", ExtendedKeyUsageOID.CLIENT_AUTH)}
    rig.ignore_times = True
    station = Desk(rig, "lj07")
    station.until(lambda: station.of(LinkDown))
    station.link.stop()
    assert "not trusted" in station.of(LinkDown)[0].reason
    assert station.of(LinkUp) == []


def test_a_station_in_the_brokers_place_is_not_believed(tmp_path: Path, behind: Behinds) -> None:
    district = Authority(tmp_path, "district")
    rig = behind(district.issue("lj08", ExtendedKeyUsageOID.CLIENT_AUTH))
    rig.tls = {"lj07": district.issue("lj07", ExtendedKeyUsageOID.CLIENT_AUTH)}
    station = Desk(rig, "lj07")
    station.until(lambda: station.of(LinkDown))
    station.link.stop()
    assert "not trusted" in station.of(LinkDown)[0].reason


def test_the_operator_is_told_once_why_there_is_no_link(tmp_path: Path) -> None:
    class Nowhere(Behind):
        def __init__(self) -> None:
            self.port = free_port()
            self.password = PASSWORDS["lj07"]

        def link(self, party: str) -> Link:
            return MqttLink(Wire("127.0.0.1", self.port, DISTRICT, party, username=party, password=self.password))

    rig = Nowhere()
    station = Desk(rig, "lj07")
    station.until(lambda: station.of(LinkDown))
    assert not station.comes(lambda: len(station.events) > 1, 2.5)
    station.link.stop()
    assert station.events == [LinkDown(0, "connection refused")]

    broker = Mosquitto(tmp_path)
    broker.start()
    rig.port, rig.password = broker.port, "wrong"
    again = Desk(rig, "lj07")
    again.until(lambda: again.of(LinkDown))
    again.link.stop()
    broker.stop()
    assert again.events == [LinkDown(0, "not authorized")]
