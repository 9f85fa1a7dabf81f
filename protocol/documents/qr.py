"""The code on a paper: who made it, what it says in a few words, and the digest of all that it says.

    "MC1:" + base45( COSE_Sign1, RFC 9052, tag 18: protected {alg: EdDSA, kid: "party/box"}, payload: CBOR map )

The signature is the party's own letters key, which every party can check with the keyring that it
has anyway: no wire is needed. Base45 (RFC 9285) because a QR code holds those characters in 5.5 bits.
The name of the applicant is in it masked; nothing else of a person is. It is read strictly: there is
one text for one paper, and every other is no code of ours.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import base45
import cbor2
import segno

from protocol.documents.kinds import Kind
from protocol.errors import Distrusted
from protocol.identity import Card, Keyring, Keys

PREFIX = "MC1:"
MAX_CHARACTERS = 1000  # longer is no code of ours; what we make has at most 400
DIGEST_BYTES = 16

_TAG = 18  # COSE_Sign1
_ALG, _KID, _EDDSA = 1, 4, -8  # RFC 9052 §3.1, RFC 9053 §2.2
_KIND, _NUMBER, _CASE, _ITEM, _NAME, _MADE, _DAY, _UNTIL, _DIGEST, _DISTRICT = range(1, 11)
_CODE_MARGIN = 4  # light modules around, ISO/IEC 18004


@dataclass(frozen=True, slots=True)
class Told:
    """What a code says. `digest` is of the data that the document was printed from."""

    kind: Kind
    number: str
    case_number: str
    item: str  # P08.1: code and version
    name: str  # masked
    made_at: datetime  # aware UTC, whole seconds
    day: date
    until: date | None
    digest: bytes
    district: str


@dataclass(frozen=True, slots=True)
class Read:
    """A code whose signature is right: what it says, and the card of the box that made it."""

    told: Told
    card: Card


def write_code(told: Told, keys: Keys) -> str:
    """The text of the code, the same for the same paper: Ed25519 needs no chance."""
    protected = cbor2.dumps({_ALG: _EDDSA, _KID: f"{keys.party}/{keys.box}".encode()}, canonical=True)
    payload = _payload(told)
    return _text(protected, payload, keys.signing.sign(_to_sign(protected, payload)))


def read_code(text: str, keyring: Keyring) -> Read:
    """Check and read what a scanner typed.

    :raises Distrusted: shape: no code of ours; unknown-sender: a key that is not in the keyring; bad-signature: altered
    """
    text = text.strip("\r\n\t")
    if not text.startswith(PREFIX) or len(text) > MAX_CHARACTERS:
        raise Distrusted("distrusted.shape", why="prefix")
    try:
        protected, payload, signature = _cut(base45.b45decode(text.removeprefix(PREFIX)))
        if _text(protected, payload, signature) != text:
            raise ValueError("not as we write it")
        head = cbor2.loads(protected)
        party, _, box = bytes(head[_KID]).decode("ascii").partition("/")
        if head != {_ALG: _EDDSA, _KID: f"{party}/{int(box)}".encode()}:
            raise ValueError("head")
    except _UNREADABLE as why:
        raise Distrusted("distrusted.shape", why=type(why).__name__) from why
    card = keyring.ever(party, int(box))
    card.verify(signature, _to_sign(protected, payload))
    try:
        told = _told(cbor2.loads(payload))
        if _payload(told) != payload:
            raise ValueError("not as we write it")
    except _UNREADABLE as why:
        raise Distrusted("distrusted.shape", why=type(why).__name__) from why
    if told.district != keyring.district:
        raise Distrusted("distrusted.district")
    return Read(told, card)


def code_as_svg(text: str) -> tuple[str, int]:
    """The drawing, and how many modules wide it is with its margin. One path: no seams between the modules."""
    made = segno.make(text, error="m", micro=False, boost_error=False)
    out = io.BytesIO()
    made.save(out, kind="svg", border=_CODE_MARGIN, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode("ascii"), int(made.symbol_size(border=_CODE_MARGIN)[0])


# cbor2's errors are ValueErrors or EOFErrors; what is well formed and of another shape fails on being used
_UNREADABLE = (
    cbor2.CBORDecodeError, ValueError, TypeError, KeyError, LookupError, AttributeError, OverflowError, RecursionError,
    MemoryError,
)  # fmt: skip


def _cut(data: bytes) -> tuple[bytes, bytes, bytes]:
    outer = cbor2.loads(data)
    if not isinstance(outer, cbor2.CBORTag) or outer.tag != _TAG:
        raise ValueError("tag")
    protected, _, payload, signature = outer.value
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise ValueError("parts")
    return protected, payload, signature


def _text(protected: bytes, payload: bytes, signature: bytes) -> str:
    whole = cbor2.dumps(cbor2.CBORTag(_TAG, [protected, {}, payload, signature]), canonical=True)
    return PREFIX + str(base45.b45encode(whole).decode("ascii"))


def _to_sign(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)  # RFC 9052 §4.4


def _payload(told: Told) -> bytes:
    """A number that begins with the case's is written as what follows it."""
    rest = told.number.removeprefix(told.case_number)
    content: dict[int, object] = {
        _KIND: told.kind.value,
        _NUMBER: rest if rest != told.number else [told.number],
        _CASE: told.case_number,
        _ITEM: told.item,
        _NAME: told.name,
        _MADE: int(told.made_at.timestamp()),
        _DAY: told.day.toordinal(),
        _DIGEST: told.digest,
        _DISTRICT: told.district,
    }
    if told.until is not None:
        content[_UNTIL] = told.until.toordinal()
    return cbor2.dumps(content, canonical=True)


def _told(content: dict[int, object]) -> Told:
    number, case, digest = content[_NUMBER], _words(content[_CASE]), content[_DIGEST]
    if not isinstance(digest, bytes) or len(digest) != DIGEST_BYTES:
        raise ValueError("digest")
    return Told(
        kind=Kind(_words(content[_KIND])),
        number=_words(number[0]) if isinstance(number, (list, tuple)) else case + _words(number),
        case_number=case,
        item=_words(content[_ITEM]),
        name=_words(content[_NAME]),
        made_at=datetime.fromtimestamp(_whole(content[_MADE]), UTC),
        day=date.fromordinal(_whole(content[_DAY])),
        until=date.fromordinal(_whole(content[_UNTIL])) if _UNTIL in content else None,
        digest=digest,
        district=_words(content[_DISTRICT]),
    )


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("number")
    return value
