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
_HEAD = b"\xa2\x01\x27\x04"  # a map of two: alg EdDSA, then kid
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
    protected = _protected(keys.party, keys.box)
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
        key, _ = _bytes_at(protected, len(_HEAD))
        party, _, box = key.decode("ascii").partition("/")
        if _text(protected, payload, signature) != text or _protected(party, int(box)) != protected:
            raise ValueError("not as we write it")
    except (ValueError, IndexError) as why:
        raise Distrusted("distrusted.shape", why=type(why).__name__) from why
    card = keyring.ever(party, int(box))
    card.verify(signature, _to_sign(protected, payload))
    try:
        told = _told(cbor2.loads(payload))
        if _payload(told) != payload:
            raise ValueError("not as we write it")
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, OSError, cbor2.CBORDecodeError) as why:
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


def code_as_rows(text: str) -> tuple[str, ...]:
    """For a printer that draws points: 1 is a dark module, the light margin is there."""
    made = segno.make(text, error="m", micro=False, boost_error=False)
    return tuple("".join(str(module) for module in row) for row in made.matrix_iter(border=_CODE_MARGIN))


# What was not proved yet is cut by hand and never decoded: CBOR has tags that make a decoder work, and these few bytes
# can only be as we write them.


def _cut(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Protected head, payload and signature of a COSE_Sign1.

    :raises ValueError: or IndexError: it is none
    """
    if not data.startswith(b"\xd2\x84"):  # tag 18, an array of four
        raise ValueError("tag")
    protected, at = _bytes_at(data, 2)
    payload, at = _bytes_at(data, at + 1)  # after the empty unprotected map
    signature, at = _bytes_at(data, at)
    return protected, payload, signature


def _bytes_at(data: bytes, at: int) -> tuple[bytes, int]:
    """A CBOR byte string and where it ends; a length that is written otherwise than we do is found when it is compared."""
    first = data[at]
    if 0x40 <= first < 0x58:
        begins, size = at + 1, first - 0x40
    elif first == 0x58:
        begins, size = at + 2, data[at + 1]
    elif first == 0x59:
        begins, size = at + 3, int.from_bytes(data[at + 1 : at + 3], "big")
    else:
        raise ValueError("not bytes")
    if begins + size > len(data):
        raise ValueError("cut off")
    return data[begins : begins + size], begins + size


def _protected(party: str, box: int) -> bytes:
    return cbor2.dumps({_ALG: _EDDSA, _KID: f"{party}/{box}".encode()}, canonical=True)


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
