"""Two publishers with keys, and what a test changes about an item."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.catalogue.issue import head_of, write_issue
from protocol.catalogue.items import Item
from protocol.catalogue.publishers import May, Publisher, Publishers, sign_head, sign_publishers
from protocol.clock import stamp

AUTHORITY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
ISSUED = datetime(2026, 3, 2, 1, tzinfo=UTC)
EDITOR = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)
PUBLISHER = Ed25519PrivateKey.from_private_bytes(b"\x12" * 32)


def publisher(account: str, key: Ed25519PrivateKey, *may: May, revoked_at: str = "") -> Publisher:
    return Publisher(
        account=account,
        name=account,
        key=key.public_key().public_bytes_raw(),
        may=list(may),
        since=stamp(ISSUED - timedelta(days=30)),
        until=stamp(ISSUED + timedelta(days=30)),
        revoked_at=revoked_at,
    )


def the_list(*publishers: Publisher, number: int = 1, authority: Ed25519PrivateKey = AUTHORITY) -> bytes:
    everyone = publishers or (publisher("bian", EDITOR, May.SIGN), publisher("fa", PUBLISHER, May.APPROVE))
    content = Publishers(district="xindu", number=number, issued_at=stamp(ISSUED), publishers=list(everyone))
    return sign_publishers(content, authority)


def signed_by_two(
    parts: dict[str, bytes],
    number: int,
    at: datetime = ISSUED,
    publishers: bytes = b"",
    signer: tuple[str, Ed25519PrivateKey] = ("bian", EDITOR),
    approver: tuple[str, Ed25519PrivateKey] = ("fa", PUBLISHER),
) -> bytes:
    head = head_of(number, at, parts)
    signatures = (
        sign_head(head, signer[1], signer[0], May.SIGN),
        sign_head(head, approver[1], approver[0], May.APPROVE),
    )
    return write_issue(head, signatures, publishers or the_list(), parts)


def next_version(item: Item, **changed: object) -> Item:
    return replace(item, version=item.version + 1, **changed)
