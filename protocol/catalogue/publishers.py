"""Who may change the law of a district: two persons with keys of their own, whom the authority has named.

A bundle counts when the district's authority itself signed it, or when two different publishers of the list that
the authority signed did: one signed, another approved. The list travels in the bundle. So neither one person nor
a stolen hub can change an item; whoever takes a publisher's key needs the pass phrase, and a second person's.
A publisher who was taken from the list or whose time is over counts for nothing that is issued after it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from protocol.catalogue.issue import Issue, Signature
from protocol.clock import moment
from protocol.errors import Distrusted, Refused

_LIST_CONTEXT = b"microcenter/1 publishers\0"
_CONTEXTS = {
    "": b"microcenter/1 catalogue bundle\0",
    "sign": b"microcenter/1 catalogue sign\0",
    "approve": b"microcenter/1 catalogue approve\0",
}
PASS_PHRASE_CHARACTERS = 10
SigningKey = Ed25519PrivateKey
AUTHORITY = ""  # in the place of a publisher's account


class May(StrEnum):
    SIGN = "sign"
    APPROVE = "approve"


class Publisher(msgspec.Struct, frozen=True, kw_only=True):
    """One key of one person. A person who gets another key has another entry."""

    account: str  # at the hub
    name: str
    key: bytes  # Ed25519, 32 bytes
    may: list[May]
    since: str
    until: str  # the first moment at which it no longer counts
    revoked_at: str = ""

    def counts(self, act: May, at: datetime) -> bool:
        """Whether something of this kind that was issued at this moment counts."""
        over = min(filter(None, (self.until, self.revoked_at)))
        return act in self.may and moment(self.since) <= at < moment(over)


class Publishers(msgspec.Struct, frozen=True, kw_only=True):
    district: str
    number: int  # rises with every change
    issued_at: str
    publishers: list[Publisher]

    def counting(self, account: str, act: May, at: datetime) -> list[Publisher]:
        return [one for one in self.publishers if one.account == account and one.counts(act, at)]


NOBODY = Publishers(district="", number=0, issued_at="", publishers=[])


class _SignedList(msgspec.Struct, frozen=True):
    content: bytes
    signature: bytes


def sign_publishers(content: Publishers, authority: Ed25519PrivateKey) -> bytes:
    """The list as a file (JSON), signed by the district's authority."""
    data = msgspec.json.encode(content)
    return msgspec.json.encode(_SignedList(data, authority.sign(_LIST_CONTEXT + data)))


def read_publishers(data: bytes, authority: Ed25519PublicKey) -> Publishers:
    """:raises Distrusted: publishers: not signed by this authority, or damaged"""
    try:
        signed = msgspec.json.decode(data, type=_SignedList)
        authority.verify(signed.signature, _LIST_CONTEXT + signed.content)
        content = msgspec.json.decode(signed.content, type=Publishers)
        for one in content.publishers:
            Ed25519PublicKey.from_public_bytes(one.key)
            for when in filter(None, (one.since, one.until, one.revoked_at)):
                moment(when)
    except (msgspec.DecodeError, InvalidSignature, ValueError, RecursionError) as why:
        raise Distrusted("distrusted.publishers", why="list") from why
    return content


def sign_head(signed: bytes, key: Ed25519PrivateKey, by: str = AUTHORITY, act: May | None = None) -> Signature:
    """Over the head of an issue. `by` and `act` are a publisher's; without them it is the authority's own."""
    return Signature(by, act or "", key.sign(_CONTEXTS[act or ""] + signed))


def who_signed(issue: Issue, authority: Ed25519PublicKey) -> tuple[tuple[str, ...], int]:
    """Accounts of the two publishers, signer first, and the number of their list; ((), 0) for the authority's own.

    :raises Distrusted: bundle: nobody whose word counts; publishers: one of the two is missing, or counted for
        nothing on the day of issue
    """
    if any(one.by == AUTHORITY and _fits(one, issue.signed, authority) for one in issue.signatures):
        return (), 0
    if not issue.publishers:
        raise Distrusted("distrusted.bundle")
    known = read_publishers(issue.publishers, authority)
    found: dict[May, Publisher] = {}
    for signature in issue.signatures:
        if signature.act not in set(May):
            continue
        act = May(signature.act)
        for publisher in known.counting(signature.by, act, issue.issued_at):
            if _fits(signature, issue.signed, Ed25519PublicKey.from_public_bytes(publisher.key)):
                found[act] = publisher
    if set(found) != set(May):
        raise Distrusted("distrusted.publishers", why="signatures")
    signer, approver = found[May.SIGN], found[May.APPROVE]
    if signer.account == approver.account or signer.key == approver.key:
        raise Distrusted("distrusted.publishers", why="same person")
    return (signer.account, approver.account), known.number


def _fits(signature: Signature, signed: bytes, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(signature.value, _CONTEXTS.get(signature.act, b"?") + signed)
    except InvalidSignature:
        return False
    return True


# -- a person's key, closed with a pass phrase


def make_key(pass_phrase: str) -> tuple[bytes, bytes]:
    """(public key, 32 bytes; private key as PEM that only the pass phrase opens).

    :raises Refused: pass-phrase-short
    """
    if len(pass_phrase) < PASS_PHRASE_CHARACTERS:
        raise Refused("refused.pass-phrase-short", least=PASS_PHRASE_CHARACTERS)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(pass_phrase.encode()))
    return key.public_key().public_bytes_raw(), pem


def open_key(pem: bytes, pass_phrase: str) -> Ed25519PrivateKey:
    """:raises Refused: pass-phrase: it does not open this key"""
    try:
        key = load_pem_private_key(pem, pass_phrase.encode() or b"\0")
    except (ValueError, TypeError) as why:
        raise Refused("refused.pass-phrase") from why
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("refused.pass-phrase")
    return key
