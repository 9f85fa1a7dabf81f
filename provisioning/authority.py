"""The district's authority: who may sign records, and who gets a certificate.

Three secrets that must not be confused. The *records key* (Ed25519) signs the keyring, bundles and
the catalogue; every box pins its public half. The *server root* is what boxes trust a broker by.
The *device root* with its issuing CA is what the broker trusts boxes by. The roots are apart
because Mosquitto trusts everything under its cafile and does not notice a revoked issuing CA: a
stolen issuing key is cured by a new device root at the hub alone, without a visit to any station.
Nothing is ever copied from a request but its public key.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocol.documents.sealing import TEST
from protocol.errors import Damaged
from protocol.exchange.topics import party_name
from protocol.settings import write_whole

ROOT_DAYS = 20 * 365
NODE_DAYS = 365
NODE_BACK_DAYS = 1
SERVER_DAYS = 2 * 365
SERVER_BACK_DAYS = 180  # a box whose clock is months behind must not be locked out by the hub's own renewal
CRL_DAYS = 90
SEAL_DAYS = 3 * 365
CANARY_REVOKED = "canary-revoked"
CANARY_GOOD = "canary-good"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA: its certificate and the key that signs under it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Authority:
    """Loaded from its folder (0700). Roots are needed only to issue server certificates and issuing CAs."""

    folder: Path
    district: str
    records: Ed25519PrivateKey
    server_root: Issuer
    device_root: Issuer
    issuing: Issuer

    @classmethod
    def make(cls, folder: Path, district: str, at: datetime) -> Authority:
        """A new authority, or the one that is there already: a second ceremony never replaces the first.

        Each file is whole or absent and an existing one is kept, so a ceremony that the power cut short goes on.
        """
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        party_name(district)
        if not (folder / "records.key").exists():
            write_whole(folder / "records.key", private_pem(Ed25519PrivateKey.generate()))
        _made_once(folder, "server-root", lambda: _ca(f"{district} server root", None, 0, at))
        device_root = _made_once(folder, "device-root", lambda: _ca(f"{district} device root", None, 1, at))
        _made_once(folder, "issuing", lambda: _ca(f"{district} issuing", device_root, 0, at))
        if not (folder / "district").exists():
            write_whole(folder / "district", district.encode())
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> Authority:
        """:raises Damaged: there is no authority here, or a key of it cannot be read"""
        try:
            records = load_pem_private_key((folder / "records.key").read_bytes(), None)
            if not isinstance(records, Ed25519PrivateKey):
                raise ValueError("records.key is not Ed25519")
            return cls(
                folder=folder,
                district=(folder / "district").read_text("ascii"),
                records=records,
                server_root=_issuer(folder, "server-root"),
                device_root=_issuer(folder, "device-root"),
                issuing=_issuer(folder, "issuing"),
            )
        except (OSError, ValueError) as why:
            raise Damaged("damaged.keys", party="authority", why=str(why)) from why

    @property
    def public_key(self) -> Ed25519PublicKey:
        return self.records.public_key()

    @property
    def device_bundle(self) -> bytes:
        """What the broker trusts boxes by. The root must be in it: Mosquitto takes no partial chain."""
        return self.issuing.pem + self.device_root.pem

    def issue_node(self, name: str, key: ec.EllipticCurvePublicKey, at: datetime) -> x509.Certificate:
        """A station's client certificate: the name is ours, the key is theirs.

        :raises Refused: the name could mislead the broker ("/" spans topic levels there)
        """
        return _leaf(
            party_name(name),
            key,
            self.issuing,
            ExtendedKeyUsageOID.CLIENT_AUTH,
            at - timedelta(days=NODE_BACK_DAYS),
            at + timedelta(days=NODE_DAYS),
        )

    def issue_server(self, hosts: list[str], at: datetime) -> tuple[bytes, bytes]:
        """(private key, certificate chain) in PEM for the district's servers, good for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _leaf(
            f"{self.district} hub",
            key.public_key(),
            self.server_root,
            ExtendedKeyUsageOID.SERVER_AUTH,
            at - timedelta(days=SERVER_BACK_DAYS),
            at + timedelta(days=SERVER_DAYS),
            hosts,
        )
        return private_pem(key), certificate.public_bytes(Encoding.PEM) + self.server_root.pem

    def issue_pages(
        self, name: str, key: ec.EllipticCurvePublicKey, hosts: list[str], at: datetime
    ) -> x509.Certificate:
        """For a station's pages on its LAN: a server for these names and addresses and nothing else."""
        return _leaf(
            f"{party_name(name)} pages",
            key,
            self.server_root,
            ExtendedKeyUsageOID.SERVER_AUTH,
            at - timedelta(days=SERVER_BACK_DAYS),
            at + timedelta(days=SERVER_DAYS),
            hosts,
        )

    def crl(self, revoked: list[tuple[int, datetime]], number: int, at: datetime) -> bytes:
        """The issuing CA's revocation list in PEM: (serial, since) of every box that is out, and the canary.

        Back-dated a day: a list from the future makes Mosquitto refuse everybody with a misleading alert.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.issuing.certificate.subject)
            .last_update(at - timedelta(days=1))
            .next_update(at + timedelta(days=CRL_DAYS))
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        canary = self.canary(CANARY_REVOKED, at)[1]
        for serial, since in [(canary.serial_number, canary.not_valid_before_utc), *revoked]:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
            )
        return builder.sign(self.issuing.key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def canary(self, name: str, at: datetime) -> tuple[Path, x509.Certificate]:
        """The key-and-chain file of a canary and its certificate; made anew when less than 60 days are left.

        A new certificate of the revoked canary is in the next CRL, which is made from this one's serial.
        """
        file = self.folder / f"{name}.pem"
        if file.exists():
            certificate = x509.load_pem_x509_certificate(file.read_bytes())
            if certificate.not_valid_after_utc - at > timedelta(days=60):
                return file, certificate
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.issue_node(name, key.public_key(), at)
        write_whole(file, certificate.public_bytes(Encoding.PEM) + self.issuing.pem + private_pem(key))
        return file, certificate


def seal_certificate(
    name: str, district: str, records: Ed25519PrivateKey, at: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A new key for an authority's electronic seal and its certificate, signed by the records key itself.

    Every box pins that key already, so every box can check a seal without another root. It says that it is a test
    certificate: no licensed CA stands behind it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TEST),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{district} seal"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_name(f"{district} records"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=NODE_BACK_DAYS))
        .not_valid_after(at + timedelta(days=SEAL_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False, commits=True), critical=True)
        .sign(records, None)
    )
    return certificate, key


def spki_hash(key: ec.EllipticCurvePublicKey) -> bytes:
    """SHA-256 (32 bytes) of the SubjectPublicKeyInfo: what a token and a box are pinned to."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def private_pem(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _ca(subject: str, issuer: Issuer | None, path_length: int, at: datetime) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer.certificate.subject if issuer else _name(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=SERVER_BACK_DAYS))
        .not_valid_after(at + timedelta(days=ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return Issuer(certificate, key)


def _leaf(
    common: str,
    key: ec.EllipticCurvePublicKey,
    issuer: Issuer,
    purpose: x509.ObjectIdentifier,
    not_before: datetime,
    not_after: datetime,
    hosts: Sequence[str] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(issuer.certificate.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def _usage(signs_certificates: bool, commits: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=commits,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _made_once(folder: Path, name: str, make: Callable[[], Issuer]) -> Issuer:
    if not (folder / f"{name}.pem").exists():
        made = make()
        write_whole(folder / f"{name}.pem", made.pem + private_pem(made.key))
    return _issuer(folder, name)


def _issuer(folder: Path, name: str) -> Issuer:
    pem = (folder / f"{name}.pem").read_bytes()
    key = load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{name}.pem does not hold a P-256 key")
    return Issuer(x509.load_pem_x509_certificate(pem), key)
