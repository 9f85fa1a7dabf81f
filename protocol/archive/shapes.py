"""What stands in the files of an archive package. Bytes are base64 in JSON.

    manifest.json       name, size and SHA-256 of every other file; what it is and when it was made
    manifest.sig        Ed25519 over it with the hub's letters key
    index.json          what the case is, for an archive's own catalogue (ideas of GB/T 42727)
    record.jsonl        every act in the order of the case, with its author, its times and how it stands
    entries/00001.json  the journal's entries word for word; an inner note stays sealed to the hub
    proofs/00001.json   what a station signed: the front of a letter, and every link of the chain that it covers
    documents/  materials/   by SHA-256
    item.json           the version of the item by which it was decided
    keys/keyring.json   the cards of the district, signed by its authority

Kept for decades: fields are only ever added, with a default.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from protocol.clock import ClockQuality
from protocol.errors import Distrusted
from protocol.exchange.journal import digest_of
from protocol.exchange.messages import Entry, Proof

FORMAT = 1
CONTEXT = b"microcenter/1 archive\0"

_encode = msgspec.json.Encoder(order="deterministic").encode
T = TypeVar("T")


class File(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    district: str
    case: str
    number: str
    made_at: str
    party: str
    box: int
    previous: str = ""  # SHA-256 of the package that this one follows
    files: list[File]


class EntryFile(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it stands in the journal, with the chain on both sides of it."""

    author: str
    reader: str
    epoch: str
    life: int
    seq: int
    kind: str
    version: int
    case: str
    by: str
    at: str
    clock: ClockQuality
    salt: bytes
    digest: bytes
    body: bytes | None  # None: erased by law; the digest stays
    before: bytes
    after: bytes
    heard_at: str

    def entry(self) -> Entry:
        return Entry(
            self.seq,
            self.kind,
            self.version,
            self.case,
            self.by,
            self.at,
            self.clock,
            self.salt,
            self.digest,
            self.body,
        )

    @property
    def body_is_right(self) -> bool:
        return self.body is None or digest_of(self.salt, self.body) == self.digest


class ChainLink(msgspec.Struct, frozen=True, array_like=True):
    """An entry without its body: what the chain is made of. Those of other cases tell no more than that they were."""

    seq: int
    kind: str
    version: int
    case: str
    by: str
    at: str
    clock: ClockQuality
    digest: bytes

    def entry(self) -> Entry:
        return Entry(self.seq, self.kind, self.version, self.case, self.by, self.at, self.clock, b"", self.digest, None)


class ProofFile(msgspec.Struct, frozen=True, kw_only=True):
    author: str
    reader: str
    proof: Proof
    links: list[ChainLink]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the case, as an archive lists it."""

    name: str
    kind: str  # of a document, or "material"
    title: str
    number: str = ""  # of a document
    digest: str
    size: int
    type: str
    at: str = ""


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that is nowhere any more, and what the archivist wrote about it."""

    digest: str
    title: str
    reason: str


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    act: str
    at: str
    account: str
    name: str
    section: str = ""
    on_behalf: str = ""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """Whose case it is, what it was about, who answered for it, what is in it, how long it is kept."""

    district: str
    case: str
    number: str
    title: str
    previous: str = ""
    organ: str
    station: str
    channel: str
    item: str
    item_version: int
    item_name: str
    item_type: str
    basis: list[str]
    applicant: str
    applicant_number: str
    status: str
    flags: list[str]
    received_at: str
    accepted_at: str = ""
    decided_at: str = ""
    decision: str = ""
    decision_number: str = ""
    licence: str = ""
    handed_over_at: str = ""
    recipient: str = ""
    archived_at: str
    retention: str  # 30年, 10年
    retention_certainty: str  # K: usual practice, to be confirmed by the archives administration
    duties: list[Duty]
    files: list[Listed]
    lost: list[Lost] = []


def write(what: msgspec.Struct) -> bytes:
    """JSON that a person can read in an editor; the same for the same content."""
    return msgspec.json.format(_encode(what), indent=1) + b"\n"


def read(data: bytes, shape: type[T]) -> T:
    """:raises Distrusted: archive: not of this shape"""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, ValueError, RecursionError) as why:
        raise Distrusted("distrusted.archive", why=type(why).__name__) from why
