"""seal() and open_letter(): from a message to bytes that any broker may carry, and back.

    "MC1" | length of header, 2 bytes, big-endian | header | payload | signature, 64 bytes

The header and the message are msgpack. A sealed payload is deflated, then sealed to one box with
HPKE (RFC 9180, base mode, X25519 / HKDF-SHA256 / ChaCha20-Poly1305), bound to this header. The
one Ed25519 signature is over context, header and SHA-256 of the payload: so a header, a digest
and a signature are evidence long after the body is gone.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from protocol.errors import Distrusted
from protocol.exchange.messages import Header, Letter, Message, Piece, Proof, Span
from protocol.exchange.topics import HUB
from protocol.identity import Card, Keyring, Keys

MAX_WIRE_BYTES = 256 * 1024
MAX_OPEN_BYTES = 1024 * 1024  # a body that inflates beyond this is not ours
VERSION = 1

_MAGIC = b"MC1"
_SIGNED = b"microcenter/1 envelope\0"
_SEALED = b"microcenter/1 sealed\0"
_SIGNATURE_BYTES = 64
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

# msgspec lets Python's own errors through: text that is not UTF-8 is a UnicodeDecodeError, deep nesting a RecursionError
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)

_encode = msgspec.msgpack.Encoder().encode
_decode_header = msgspec.msgpack.Decoder(Header).decode
_decode_message = msgspec.msgpack.Decoder(Message).decode


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose sender is proved, with what to keep of it as evidence."""

    header: Header
    message: Message
    proof: Proof


def seal(
    keys: Keys, district: str, to: str, at: str, message: Message, *, card: Card | None = None, span: Span | None = None
) -> bytes:
    """Sign `message` for `to`; with a `card` also seal it to that box.

    :raises ValueError: the result is longer than MAX_WIRE_BYTES
    """
    header = _encode(
        Header(
            district=district,
            sender=keys.party,
            box=keys.box,
            to=to,
            at=at,
            sealed=card is not None,
            to_box=card.box if card else 0,
            span=span,
        )
    )
    payload = _encode(message)
    if card is not None:
        # scans are compressed already: level 0 only frames them
        deflated = zlib.compress(payload, 0 if isinstance(message, Piece) else 1)
        payload = _SUITE.encrypt(deflated, card.sealing_key(), _SEALED + header)
    signature = keys.signing.sign(_to_sign(header, hashlib.sha256(payload).digest()))
    data = b"".join((_MAGIC, len(header).to_bytes(2, "big"), header, payload, signature))
    if len(data) > MAX_WIRE_BYTES:
        raise ValueError(f"{len(data)} bytes do not fit into an envelope")
    return data


def open_letter(data: bytes, keys: Keys, keyring: Keyring, expected_sender: str | None = None) -> Opened:
    """Check signature, address and standing of the sender, and open the body.

    `expected_sender` is who the topic claims; a stick has no topic.

    :raises Distrusted: anything about it is not as it must be; nothing of it may be used
    """
    if len(data) > MAX_WIRE_BYTES:
        raise Distrusted("distrusted.oversized", size=len(data), limit=MAX_WIRE_BYTES)
    header_bytes, payload, signature = _cut(data)
    header = _read_header(header_bytes)
    if header.v != VERSION:
        raise Distrusted("distrusted.version", version=header.v)
    if header.district != keyring.district:
        raise Distrusted("distrusted.district")
    if header.to != keys.party:
        raise Distrusted("distrusted.recipient")
    if expected_sender is not None and header.sender != expected_sender:
        raise Distrusted("distrusted.author")
    if (header.sender == HUB) is (header.to == HUB):
        raise Distrusted("distrusted.author")  # stations have nothing to say to each other
    payload_digest = hashlib.sha256(payload).digest()
    keyring.sender(header.sender, header.box).verify(signature, _to_sign(header_bytes, payload_digest))
    if header.sealed:
        payload = _unseal(payload, keys, header, header_bytes)
    try:
        message = _decode_message(payload)
    except _UNREADABLE as why:
        raise Distrusted("distrusted.shape", why=type(why).__name__) from why
    if isinstance(message, Letter) and (header.span is None or not header.sealed):
        raise Distrusted("distrusted.shape", why="letter without span or seal")
    return Opened(header, message, Proof(header_bytes, payload_digest, signature))


def read_proof(proof: Proof, author: str, reader: str, keyring: Keyring) -> Span:
    """The stretch of its own journal that `author` signed for `reader`, whatever box signed it.

    :raises Distrusted: the proof proves nothing
    """
    header = _read_header(proof.header)
    if (header.sender, header.to, header.district) != (author, reader, keyring.district) or header.span is None:
        raise Distrusted("distrusted.lying-hello")
    keyring.ever(header.sender, header.box).verify(proof.signature, _to_sign(proof.header, proof.payload_digest))
    return header.span


def seal_to_self(keys: Keys, body: bytes) -> bytes:
    """What only the author may read later, for a journal that another party keeps."""
    return _SUITE.encrypt(body, keys.sealing.public_key(), _SEALED + b"self")


def open_own(keys: Keys, sealed: bytes) -> bytes:
    """:raises Distrusted: not sealed to this key"""
    try:
        return _SUITE.decrypt(sealed, keys.sealing, _SEALED + b"self")
    except (InvalidTag, ValueError) as why:
        raise Distrusted("distrusted.bad-seal") from why


def _to_sign(header: bytes, payload_digest: bytes) -> bytes:
    return _SIGNED + len(header).to_bytes(2, "big") + header + payload_digest


def _cut(data: bytes) -> tuple[bytes, bytes, bytes]:
    if len(data) < 5 + _SIGNATURE_BYTES or data[:3] != _MAGIC:
        raise Distrusted("distrusted.shape", why="front")
    length = int.from_bytes(data[3:5], "big")
    if 5 + length + _SIGNATURE_BYTES > len(data):
        raise Distrusted("distrusted.shape", why="truncated")
    return data[5 : 5 + length], data[5 + length : -_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]


def _read_header(data: bytes) -> Header:
    try:
        return _decode_header(data)
    except _UNREADABLE as why:
        raise Distrusted("distrusted.shape", why="header") from why


def _unseal(payload: bytes, keys: Keys, header: Header, header_bytes: bytes) -> bytes:
    if header.to_box != keys.box:
        raise Distrusted("distrusted.bad-seal")
    try:
        deflated = _SUITE.decrypt(payload, keys.sealing, _SEALED + header_bytes)
    except (InvalidTag, ValueError) as why:
        raise Distrusted("distrusted.bad-seal") from why
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(deflated, MAX_OPEN_BYTES)
    except zlib.error as why:
        raise Distrusted("distrusted.shape", why="deflate") from why
    if inflater.unconsumed_tail or not inflater.eof:
        raise Distrusted("distrusted.oversized", size=MAX_OPEN_BYTES, limit=MAX_OPEN_BYTES)
    return body
