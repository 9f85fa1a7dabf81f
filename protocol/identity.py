"""Who is who in a district: keys, cards, the keyring.

A party has two key pairs for letters: Ed25519 signs, X25519 opens what is sealed to it (HPKE). They
are made on its own machine and never leave it. The district's authority signs *cards* (public
keys, one a box) and keeps them together in the *keyring*: a file with a rising number that the
hub and the stations read again when it changes. A box that was replaced stays in the keyring as
superseded, because what it once signed is still evidence; nothing new is taken from it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from protocol.errors import Damaged, Distrusted

_KEYRING_CONTEXT = b"microcenter/1 keyring\0"


class Standing(StrEnum):
    ACTIVE = "active"
    SUPERSEDED = "superseded"  # another box took its place
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Keys:
    """A box's private keys for letters. `box` is the number of this box in the life of its station, from 1."""

    party: str
    box: int
    signing: Ed25519PrivateKey
    sealing: X25519PrivateKey

    @classmethod
    def make(cls, party: str, box: int = 1) -> Keys:
        return cls(party, box, Ed25519PrivateKey.generate(), X25519PrivateKey.generate())

    def card(self, standing: Standing = Standing.ACTIVE, since: str = "") -> Card:
        return Card(
            party=self.party,
            box=self.box,
            signing=self.signing.public_key().public_bytes_raw(),
            sealing=self.sealing.public_key().public_bytes_raw(),
            standing=standing,
            since=since,
        )

    def save(self, path: Path) -> None:
        """Write for the owner's eyes only (0600), durable, never over existing keys."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data = msgspec.json.encode(
            _KeysFile(self.party, self.box, self.signing.private_bytes_raw(), self.sealing.private_bytes_raw())
        )
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def load(cls, path: Path) -> Keys:
        """:raises Damaged: missing or not a key file"""
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_KeysFile)
            return cls(
                kept.party,
                kept.box,
                Ed25519PrivateKey.from_private_bytes(kept.signing),
                X25519PrivateKey.from_private_bytes(kept.sealing),
            )
        except (OSError, msgspec.DecodeError, ValueError) as why:
            raise Damaged("damaged.keys", party=path.parent.name, why=type(why).__name__) from why


class _KeysFile(msgspec.Struct, frozen=True):
    party: str
    box: int
    signing: bytes
    sealing: bytes


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What others know of one box: its public keys (32 bytes each) and whether anything new is taken from it."""

    party: str
    box: int
    signing: bytes
    sealing: bytes
    standing: Standing = Standing.ACTIVE
    since: str = ""  # when it got this standing, stamp()

    def verify(self, signature: bytes, data: bytes) -> None:
        """:raises Distrusted: `data` was not signed with this box's key"""
        try:
            Ed25519PublicKey.from_public_bytes(self.signing).verify(signature, data)
        except (InvalidSignature, ValueError) as why:
            raise Distrusted("distrusted.bad-signature") from why

    def sealing_key(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(self.sealing)


class KeyringContent(msgspec.Struct, frozen=True, kw_only=True):
    district: str
    number: int  # rises with every change; an older keyring never replaces a newer one
    issued_at: str
    cards: list[Card]


class _SignedKeyring(msgspec.Struct, frozen=True):
    content: bytes
    signature: bytes


class Keyring:
    """The cards of a district as one party knows them. Replaced whole, never edited."""

    def __init__(self, content: KeyringContent) -> None:
        self.content = content
        self._by_box = {(card.party, card.box): card for card in content.cards}
        self._active = {card.party: card for card in content.cards if card.standing is Standing.ACTIVE}

    @property
    def district(self) -> str:
        return self.content.district

    def parties(self) -> list[str]:
        """Everyone with a box in use, in the order of the file."""
        return list(self._active)

    def active(self, party: str) -> Card:
        """The box to write to.

        :raises Distrusted: unknown, or only revoked boxes
        """
        card = self._active.get(party)
        if card is None:
            known = any(other == party for other, _ in self._by_box)
            raise Distrusted("distrusted.revoked-sender" if known else "distrusted.unknown-sender", sender=party)
        return card

    def sender(self, party: str, box: int) -> Card:
        """The card of a box from which something new may be taken.

        :raises Distrusted: unknown, superseded or revoked
        """
        card = self.ever(party, box)
        if card.standing is not Standing.ACTIVE:
            raise Distrusted("distrusted.revoked-sender", sender=f"{party}/{box}")
        return card

    def ever(self, party: str, box: int) -> Card:
        """The card of a box whatever its standing: for what it signed in the past.

        :raises Distrusted: no such box was ever in the keyring
        """
        card = self._by_box.get((party, box))
        if card is None:
            raise Distrusted("distrusted.unknown-sender", sender=f"{party}/{box}")
        return card


def sign_keyring(content: KeyringContent, authority: Ed25519PrivateKey) -> bytes:
    """The keyring as a file (JSON), signed by the district's authority."""
    data = msgspec.json.encode(content)
    return msgspec.json.encode(_SignedKeyring(data, authority.sign(_KEYRING_CONTEXT + data)))


def read_keyring(data: bytes, authority: Ed25519PublicKey, at_least: int = 0) -> Keyring:
    """Check and read a keyring file.

    :raises Distrusted: not signed by this authority, damaged, or older than `at_least`
    """
    try:
        signed = msgspec.json.decode(data, type=_SignedKeyring)
        authority.verify(signed.signature, _KEYRING_CONTEXT + signed.content)
        content = msgspec.json.decode(signed.content, type=KeyringContent)
    except (msgspec.DecodeError, InvalidSignature, ValueError) as why:
        raise Distrusted("distrusted.keyring") from why
    if content.number < at_least:
        raise Distrusted("distrusted.keyring")
    return Keyring(content)


def read_authority(path: Path) -> Ed25519PublicKey:
    """The district's authority, from the 64 hex digits of `authority.pub`.

    :raises Damaged: missing, or not a key
    """
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    except (OSError, ValueError) as why:
        raise Damaged("damaged.keys", party="authority", why=type(why).__name__) from why
