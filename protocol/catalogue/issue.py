"""A district's signed data as named parts: one file of all of them, and the difference between two files.

A part is the bytes of one thing: a version of an item, a year's calendar, what a station may do, a rule of the
house. What is signed is the *head*: number, day of issue and one digest over the names and digests of all parts.
So whoever has the parts of one issue needs only those that changed to have the next, and proves by the same
signature that nothing is missing and nothing was slipped in. This module knows nothing of what is in a part,
and checks digests only: who signed is asked in publishers.py.

    file    "microcenter/2 bundle\\n" | SHA-256 of the rest | zlib(msgpack of _File)
    delta   "microcenter/2 delta\\n"  | SHA-256 of the rest | zlib(msgpack of _Delta)
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from protocol.clock import moment, stamp
from protocol.errors import Distrusted

_FILE_MAGIC = b"microcenter/2 bundle\n"
_DELTA_MAGIC = b"microcenter/2 delta\n"
_SUM_BYTES = 32
MAX_OPEN_BYTES = 128 * 1024 * 1024  # 1,400 items are 9 MB
MAX_SIGNATURES = 8


class Head(msgspec.Struct, frozen=True, kw_only=True):
    number: int  # rises with every issue; an older one never replaces a newer one
    issued_at: str
    root: str  # over all parts, see root_of()


class Signature(msgspec.Struct, frozen=True, array_like=True):
    by: str  # account of a publisher; "" is the district's authority
    act: str  # "sign" or "approve"; "" for the authority
    value: bytes


class _File(msgspec.Struct, frozen=True, kw_only=True):
    head: bytes  # exactly as it was signed
    signatures: list[Signature]
    publishers: bytes  # the list that the authority signed; empty where the authority signed the head itself
    parts: dict[str, bytes]


class _Delta(msgspec.Struct, frozen=True, kw_only=True):
    base: str  # root of the parts that it changes
    head: bytes
    signatures: list[Signature]
    publishers: bytes
    changed: dict[str, bytes]  # new ones among them
    removed: list[str]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the parts with what was signed about it. Whole: the parts make the root of the head."""

    head: Head
    signed: bytes  # the bytes of the head
    signatures: tuple[Signature, ...]
    publishers: bytes
    parts: Mapping[str, bytes]

    @property
    def issued_at(self) -> datetime:
        return moment(self.head.issued_at)


_encode = msgspec.msgpack.Encoder(order="sorted").encode
_decode_file = msgspec.msgpack.Decoder(_File).decode
_decode_delta = msgspec.msgpack.Decoder(_Delta).decode
_decode_head = msgspec.json.Decoder(Head).decode


def root_of(parts: Mapping[str, bytes]) -> str:
    """SHA-256, hex, over one line "name digest" a part, by name."""
    lines = (f"{name} {hashlib.sha256(data).hexdigest()}\n" for name, data in sorted(parts.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def head_of(number: int, issued_at: datetime, parts: Mapping[str, bytes]) -> bytes:
    """What is to be signed."""
    return msgspec.json.encode(Head(number=number, issued_at=stamp(issued_at), root=root_of(parts)), order="sorted")


def write_issue(
    signed: bytes, signatures: tuple[Signature, ...], publishers: bytes, parts: Mapping[str, bytes]
) -> bytes:
    """The file; the same arguments give the same bytes."""
    file = _File(head=signed, signatures=list(signatures), publishers=publishers, parts=dict(parts))
    return _close(_FILE_MAGIC, _encode(file))


def read_issue(data: bytes) -> Issue:
    """:raises Distrusted: bundle: damaged, or the parts are not those of the head"""
    try:
        file = _decode_file(_open(_FILE_MAGIC, data))
    except (msgspec.DecodeError, zlib.error, ValueError, RecursionError) as why:
        raise Distrusted("distrusted.bundle") from why
    return _issue(file.head, file.signatures, file.publishers, file.parts)


def difference(before: Issue, after: Issue) -> bytes:
    """What whoever has `before` needs to have `after`."""
    return _close(
        _DELTA_MAGIC,
        _encode(
            _Delta(
                base=before.head.root,
                head=after.signed,
                signatures=list(after.signatures),
                publishers=after.publishers,
                changed={name: data for name, data in after.parts.items() if before.parts.get(name) != data},
                removed=sorted(set(before.parts) - set(after.parts)),
            )
        ),
    )


def apply(before: Issue, data: bytes) -> Issue:
    """The issue that the delta leads to from `before`.

    :raises Distrusted: delta: damaged, made for another base, or what comes out is not what was signed
    """
    try:
        delta = _decode_delta(_open(_DELTA_MAGIC, data))
        if delta.base != before.head.root:
            raise ValueError("another base")
        left = {name: part for name, part in before.parts.items() if name not in set(delta.removed)}
        return _issue(delta.head, delta.signatures, delta.publishers, left | delta.changed)
    except (msgspec.DecodeError, zlib.error, ValueError, RecursionError, Distrusted) as why:
        raise Distrusted("distrusted.delta") from why


def rewritten(issue: Issue) -> bytes:
    """The file of an issue that was put together from a delta."""
    return write_issue(issue.signed, issue.signatures, issue.publishers, issue.parts)


def _issue(signed: bytes, signatures: list[Signature], publishers: bytes, parts: dict[str, bytes]) -> Issue:
    try:
        head = _decode_head(signed)
        moment(head.issued_at)
        if len(signatures) > MAX_SIGNATURES or head.root != root_of(parts):
            raise ValueError("not the parts of the head")
    except (msgspec.DecodeError, ValueError, RecursionError) as why:
        raise Distrusted("distrusted.bundle") from why
    return Issue(head, signed, tuple(signatures), publishers, parts)


def _close(magic: bytes, content: bytes) -> bytes:
    squeezed = zlib.compress(content, 6)
    return magic + hashlib.sha256(squeezed).digest() + squeezed


def _open(magic: bytes, data: bytes) -> bytes:
    squeezed = data[len(magic) + _SUM_BYTES :]
    # the sum: bits that inflate() never looks at would make two names for one issue
    if not data.startswith(magic) or data[len(magic) : len(magic) + _SUM_BYTES] != hashlib.sha256(squeezed).digest():
        raise ValueError("not whole")
    inflater = zlib.decompressobj()
    content = inflater.decompress(squeezed, MAX_OPEN_BYTES)
    if not inflater.eof or inflater.unused_data:
        raise ValueError("too large, or something behind it")
    return content
