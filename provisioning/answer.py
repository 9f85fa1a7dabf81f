"""The office's side of an enrolment: a request comes in, an answer goes out, and nothing is signed twice for two keys.

The first good request pins its key to the token. The same key gets the same certificate again,
however often the wire dies after "sign"; another key is refused, and the operator is told that
two boxes hold one token.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from sqlite_utils import Database

from protocol.errors import Distrusted, MicrocenterError, Refused
from protocol.identity import Card
from provisioning import register
from provisioning.authority import spki_hash
from provisioning.enrol import (
    ANSWER_CONTEXT,
    MAX_BYTES,
    REQUEST_CONTEXT,
    SECRET_CONTEXT,
    SECRET_SUITE,
    Answer,
    Confirmation,
    ProvedRequest,
    Request,
    SignedAnswer,
    confirm_bytes,
)
from provisioning.office import Office
from provisioning.register import Box, State
from provisioning.tokens import mac


def answer(office: Office, data: bytes, at: datetime) -> bytes:
    """Sign for the box that asks, or find what was signed for it before.

    :raises Refused: token: unknown, expired, tried too often, or pinned to another box
    :raises Distrusted: not a request, or a proof does not fit
    """
    request, proved = _read(data)
    # A refusal must leave its trace too, so the unit of work is left before it is raised.
    refusal: MicrocenterError | None = None
    with office.store.write() as tx:
        planned = register.planned(tx, request.station, at)
        if not hmac.compare_digest(proved.mac, mac(planned.key, proved.content)):
            register.failed(tx, request.station, at)
            refusal = Refused(
                "refused.token", why="不是发给该站的那一个 | it is not the one that was given out for this station"
            )
        else:
            key = _proved_key(request, proved)
            if planned.box is None:
                number = _admit(tx, office, request, key, at)
                register.pin_token(tx, planned, number)
            else:
                number = planned.box
            box = register.box_numbered(tx, request.station, number)
            if (box.spki, box.signing, box.sealing) != (spki_hash(key), request.signing, request.sealing):
                register.alarm(tx, request.station, "token-twice", "another box used the same token", at)
                refusal = Refused(
                    "refused.token",
                    why="另一台机器用过它，中心已报警 | another box has used it; the district has been told",
                )
    if refusal is not None:
        raise refusal
    office.publish(at)
    return _signed(office, box)


def confirm(office: Office, data: bytes) -> None:
    """The box says that it holds its certificate: issued -> active.

    :raises Distrusted: not signed by that box
    :raises Refused: box-out: it was fenced in the meantime
    """
    try:
        said = msgspec.json.decode(data, type=Confirmation)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="入网回执 | a confirmation") from why
    with office.store.write() as tx:
        box = register.box_numbered(tx, said.station, said.box)
        card = Card(party=box.station, box=box.box, signing=box.signing, sealing=box.sealing)
        card.verify(said.signature, confirm_bytes(said.station, said.box))
        register.activate(tx, said.station, said.box)


def _read(data: bytes) -> tuple[Request, ProvedRequest]:
    if len(data) > MAX_BYTES:
        raise Distrusted("distrusted.oversized", size=len(data), limit=MAX_BYTES)
    try:
        proved = msgspec.json.decode(data, type=ProvedRequest)
        return msgspec.json.decode(proved.content, type=Request), proved
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="入网请求 | a request") from why


def _proved_key(request: Request, proved: ProvedRequest) -> ec.EllipticCurvePublicKey:
    """The TLS key of the request, once the box has shown that it holds every private key it names.

    :raises Distrusted: it has not
    """
    try:
        csr = x509.load_der_x509_csr(request.csr)
        key = csr.public_key()
        X25519PublicKey.from_public_bytes(request.sealing)
        Ed25519PublicKey.from_public_bytes(request.signing).verify(proved.proof, REQUEST_CONTEXT + proved.content)
        if not csr.is_signature_valid:
            raise Distrusted("distrusted.bad-signature")
    except (InvalidSignature, ValueError) as why:
        raise Distrusted("distrusted.bad-signature") from why
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Distrusted("distrusted.shape", why="TLS 密钥不是 P-256 | the TLS key is not P-256")
    return key


def _admit(tx: Database, office: Office, request: Request, key: ec.EllipticCurvePublicKey, at: datetime) -> int:
    number = register.next_box(tx, request.station)
    certificate = office.authority.issue_node(request.station, key, at)
    card = Card(party=request.station, box=number, signing=request.signing, sealing=request.sealing)
    register.add_box(tx, card, spki_hash(key), certificate, State.ISSUED, at)
    return number


def _signed(office: Office, box: Box) -> bytes:
    with office.store.read() as db:
        station = register.station(db, box.station)
    secret = office.broker_secret(box.station)
    sealing = X25519PublicKey.from_public_bytes(box.sealing)
    content = msgspec.json.encode(
        Answer(
            district=office.authority.district,
            station=station.name,
            zh=station.zh,
            en=station.en,
            tier=station.tier,
            box=box.box,
            spki=box.spki or b"",
            chain=box.certificate + office.authority.issuing.pem.decode(),
            district_ca=office.authority.server_root.pem.decode(),
            keyring=office.hub.keyring.read_bytes(),
            broker=office.broker,
            secret=SECRET_SUITE.encrypt(secret.encode(), sealing, SECRET_CONTEXT) if secret else b"",
            issued_at=box.since,
        )
    )
    return msgspec.json.encode(
        SignedAnswer(
            content=content,
            signature=office.authority.records.sign(ANSWER_CONTEXT + content),
            authority=office.authority.public_key.public_bytes_raw(),
        )
    )
