"""How a box becomes a station's: the two files that are exchanged, and the station's side of them.

The keys are made on the box and never leave it. The *request* carries public keys alone, proved by
the keys themselves and by knowledge of the token; the *answer* is signed by the district's
authority, whose pin came with the token, and is worth nothing without the box's own key. So both
may travel over any wire or on a stick. Running it again goes on where it stopped: the same keys
ask, and the same certificate comes back.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from protocol.errors import Damaged, Distrusted, Refused
from protocol.identity import Keys, read_keyring
from protocol.settings import (
    FILE,
    Broker,
    BrokerKind,
    Http,
    Kind,
    Name,
    Replica,
    Settings,
    read_settings,
    write_settings,
    write_whole,
)
from provisioning.authority import private_pem, spki_hash
from provisioning.tokens import Invitation, Token, mac, pin

MAX_BYTES = 256 * 1024  # a request is 1 KB, an answer grows with the keyring (150 bytes a box)
SECRET_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
ANSWER_CONTEXT = b"microcenter/1 answer\0"
REQUEST_CONTEXT = b"microcenter/1 request\0"
CONFIRM_CONTEXT = b"microcenter/1 installed\0"
BY_CONTEXT = b"microcenter/1 enrolled by\0"
SECRET_CONTEXT = b"microcenter/1 broker password\0"
_PENDING = "pending"
_BY = "enrolled-by"  # SHA-256 of the key of the token that brought this identity: a second run knows its own work
_PASSWORD = "broker.password"  # noqa: S105 - a file's name


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a box says of itself."""

    station: str
    csr: bytes  # DER; proves the TLS key
    signing: bytes
    sealing: bytes


class ProvedRequest(msgspec.Struct, frozen=True, kw_only=True):
    content: bytes
    proof: bytes  # Ed25519 by `signing`
    mac: bytes  # by the token's key


class BrokerHint(msgspec.Struct, frozen=True, kw_only=True):
    kind: BrokerKind
    host: str
    port: int
    tls: bool
    protocol: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the district says to that box."""

    district: str
    station: str
    zh: str
    en: str
    tier: str
    box: int
    spki: bytes  # SHA-256 of the TLS key that it is for
    chain: str  # PEM: the certificate, then the issuing CA
    district_ca: str  # PEM: the server root
    keyring: bytes
    broker: BrokerHint
    secret: bytes  # the broker's password sealed to the box's X25519 key; empty if the broker asks for none
    issued_at: str


class SignedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    content: bytes
    signature: bytes
    authority: bytes  # public key, 32 bytes: believed only if the pin fits


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """The box holds its certificate; signed with its letters key."""

    station: str
    box: int
    signature: bytes


def confirm_bytes(station: str, box: int) -> bytes:
    return CONFIRM_CONTEXT + f"{station}/{box}".encode()


def installed_by(folder: Path, token: Token) -> Settings | None:
    """The station in this folder if this very token brought it here, and an earlier run has only its end to do."""
    identity = folder / "identity"
    if not (identity / "letters.key").exists() or not (identity / _BY).exists():
        return None
    if (identity / _BY).read_text("ascii") != _mark_of(token):
        return None
    shutil.rmtree(identity / _PENDING, ignore_errors=True)
    return read_settings(folder)


def make_request(folder: Path, token: Token) -> bytes:
    """The request of this box. Its keys are made the first time and kept (0600) until the answer is installed.

    :raises Refused: enrolled: this folder has an identity already
    """
    identity = folder / "identity"
    if (identity / "letters.key").exists():
        raise Refused("refused.enrolled", station=Keys.load(identity / "letters.key").party)
    keys, tls = _pending_keys(identity / _PENDING, token.station)
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, token.station)]))
        .sign(tls, hashes.SHA256())
    )
    card = keys.card()
    content = msgspec.json.encode(
        Request(station=token.station, csr=csr.public_bytes(Encoding.DER), signing=card.signing, sealing=card.sealing)
    )
    return msgspec.json.encode(
        ProvedRequest(
            content=content, proof=keys.signing.sign(REQUEST_CONTEXT + content), mac=mac(token.key(), content)
        )
    )


def read_answer(data: bytes, invitation: Invitation) -> tuple[Answer, bytes]:
    """The answer and the authority's public key, once the pin and the signature fit.

    :raises Distrusted: not from the district that gave the invitation, or for another station
    """
    try:
        signed = msgspec.json.decode(data, type=SignedAnswer)
        if pin(signed.authority) != invitation.pin:
            raise Distrusted("distrusted.bundle")
        Ed25519PublicKey.from_public_bytes(signed.authority).verify(signed.signature, ANSWER_CONTEXT + signed.content)
        answer = msgspec.json.decode(signed.content, type=Answer)
    except (msgspec.DecodeError, InvalidSignature, ValueError) as why:
        raise Distrusted("distrusted.bundle") from why
    if answer.station != invitation.token.station:
        raise Distrusted("distrusted.recipient")
    return answer, signed.authority


def install(
    folder: Path, data: bytes, invitation: Invitation, http: Http | None = None, replica: Replica | None = None
) -> Settings:
    """Afterwards the folder is a station: identity, keyring and party.toml are there. Again changes nothing.

    :raises Distrusted: not from the district, or for another box's key
    :raises Refused: lived-before: the station had a box before this one, and nothing was brought back yet
    """
    answer, authority = read_answer(data, invitation)
    identity = folder / "identity"
    pending = identity / _PENDING
    if not pending.exists() and not (identity / "letters.key").exists():
        raise Distrusted("distrusted.recipient")  # this box never asked
    own = _own_key(pending if pending.exists() else identity, answer.station)
    certificate = x509.load_pem_x509_certificate(answer.chain.encode())
    if answer.spki != spki_hash(own.public_key()) or certificate.public_key() != own.public_key():
        raise Distrusted("distrusted.recipient")
    if not pending.exists():
        return read_settings(folder)
    settings = planned_settings(folder, answer, http, replica)
    if answer.box > 1 and not settings.restored_note.exists():
        raise Refused("refused.lived-before", station=answer.station)
    keys = Keys.load(pending / "letters.key")
    read_keyring(answer.keyring, Ed25519PublicKey.from_public_bytes(authority))
    write_whole(identity / "tls.key", private_pem(own))
    write_whole(identity / "tls.crt", answer.chain.encode(), 0o644)
    write_whole(identity / "district-ca.crt", answer.district_ca.encode(), 0o644)
    write_whole(identity / "authority.pub", authority.hex().encode(), 0o644)
    write_whole(identity / "keyring.json", answer.keyring, 0o644)
    if answer.secret:
        write_whole(identity / _PASSWORD, SECRET_SUITE.decrypt(answer.secret, keys.sealing, SECRET_CONTEXT))
    write_whole(identity / _BY, _mark_of(invitation.token).encode())
    write_settings(settings)
    # Last: who finds letters.key finds everything else too.
    if not settings.letters_key.exists():
        replace(keys, box=answer.box).save(settings.letters_key)
    shutil.rmtree(pending)
    return settings


def _mark_of(token: Token) -> str:
    return hashlib.sha256(BY_CONTEXT + token.key()).hexdigest()


def confirmation(settings: Settings) -> bytes:
    keys = Keys.load(settings.letters_key)
    signature = keys.signing.sign(confirm_bytes(keys.party, keys.box))
    return msgspec.json.encode(Confirmation(station=keys.party, box=keys.box, signature=signature))


def planned_settings(folder: Path, answer: Answer, http: Http | None, replica: Replica | None) -> Settings:
    """What party.toml will say. One that is there keeps its pages' address and its replica if none are given, and
    whatever was set for its people, its room and its devices."""
    kept: dict[str, Any] = {}
    if (folder / FILE).exists():
        before = read_settings(folder)
        http, replica = http or before.http, replica or before.replica
        kept = {"people": before.people, "room": before.room, "devices": before.devices}
    hint = answer.broker
    return Settings(
        folder=folder.resolve(),
        district=answer.district,
        party=answer.station,
        kind=Kind.STATION,
        tier=answer.tier,
        name=Name(answer.zh, answer.en),
        http=http or Http(),
        broker=Broker(
            kind=hint.kind,
            host=hint.host,
            port=hint.port,
            tls=hint.tls,
            protocol=hint.protocol,
            username=answer.station if answer.secret else "",
            password_file=f"identity/{_PASSWORD}" if answer.secret else "",
        ),
        replica=replica or Replica(),
        **kept,
    )


def _pending_keys(pending: Path, station: str) -> tuple[Keys, ec.EllipticCurvePrivateKey]:
    """The keys that ask, made if they are not there. The box's number is not known yet: 0.

    :raises Refused: the folder asked for another station before
    """
    pending.mkdir(parents=True, exist_ok=True)
    os.chmod(pending, 0o700)
    if not (pending / "letters.key").exists():
        Keys.make(station, 0).save(pending / "letters.key")
    if not (pending / "tls.key").exists():
        write_whole(pending / "tls.key", private_pem(ec.generate_private_key(ec.SECP256R1())))
    keys = Keys.load(pending / "letters.key")
    if keys.party != station:
        raise Refused("refused.enrolled", station=keys.party)
    return keys, _own_key(pending, station)


def _own_key(place: Path, station: str) -> ec.EllipticCurvePrivateKey:
    """:raises Damaged: the box has no TLS key there"""
    try:
        key = load_pem_private_key((place / "tls.key").read_bytes(), None)
    except (OSError, ValueError) as why:
        raise Damaged("damaged.keys", party=station, why=str(why)) from why
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Damaged("damaged.keys", party=station, why="tls.key is not P-256")
    return key
