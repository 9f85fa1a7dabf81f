"""The one-time token that an operator hands to an installer: how it is written, checked and kept.

    E1-<station>-<12 characters of Crockford's base32 = 60 bit>-<check character>

O, I and L are read as 0, 1 and 1, so it survives the telephone. The token itself never travels
and is never kept: both sides derive a key from it with scrypt, the box proves that it has the key,
and the register keeps the key alone. Who can read the register can issue certificates anyway.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from protocol.errors import Refused
from protocol.exchange.topics import party_name

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK = _ALPHABET + "*~$=U"
_SHAPE = re.compile(r"E1-([a-z0-9][a-z0-9-]{2,31})-([0-9A-HJKMNP-TV-Z]{12})-([0-9A-HJKMNP-TV-Z*~$=U])")
_PIN_BYTES = 16


class Purpose(StrEnum):
    NEW = "new"
    REPLACE = "replace"  # shorter: it pours citizens' data onto a new box


VALID = {Purpose.NEW: timedelta(hours=72), Purpose.REPLACE: timedelta(hours=24)}


@dataclass(frozen=True, slots=True)
class Token:
    station: str
    secret: str  # 12 characters

    @classmethod
    def make(cls, station: str) -> Token:
        return cls(party_name(station), "".join(secrets.choice(_ALPHABET) for _ in range(12)))

    @property
    def text(self) -> str:
        return f"E1-{self.station}-{self.secret}-{_check_character(self.station, self.secret)}"

    def key(self) -> bytes:
        """32 bytes that only who knows the token can make (scrypt: 60 bits must not be guessed from a stolen stick)."""
        return hashlib.scrypt(
            self.secret.encode(), salt=b"microcenter/1 " + self.station.encode(), n=2**14, r=8, p=1, dklen=32
        )

    def __repr__(self) -> str:
        return f"Token({self.station})"  # a traceback must not tell it


def read_token(text: str) -> Token:
    """What a person typed or scanned.

    :raises Refused: not a token, or a character is wrong
    """
    head, _, check = text.strip().rpartition("-")
    station, _, secret = head[3:].rpartition("-")
    plain = secret.upper().translate(str.maketrans("OIL", "011"))
    found = _SHAPE.fullmatch(f"E1-{station.lower()}-{plain}-{check.upper()}")
    if head[:3].upper() != "E1-" or found is None:
        raise Refused(
            "refused.token", why="格式应为 E1-站名-XXXXXXXXXXXX-X | it is not of the form E1-station-XXXXXXXXXXXX-X"
        )
    token = Token(found[1], found[2])
    if found[3] != _check_character(token.station, token.secret):
        raise Refused("refused.token", why="有字符输错 | a character is mistyped")
    return token


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, b"microcenter/1 enrol\0" + data, "sha256")


def pin(authority: bytes) -> str:
    """A short name of the authority's public key (raw, 32 bytes), printed beside the token: 26 characters, 128 bit."""
    number = int.from_bytes(hashlib.sha256(b"microcenter/1 authority\0" + authority).digest()[:_PIN_BYTES])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the installer carries, as a file, a QR code or two typed lines: the token, the pin, where to enrol."""

    token: Token
    pin: str
    url: str = ""

    @property
    def text(self) -> str:
        return f"{self.token.text} {self.pin} {self.url}".rstrip()


def read_invitation(text: str) -> Invitation:
    """:raises Refused: a part is missing or mistyped"""
    parts = text.split()
    if len(parts) not in (2, 3):
        raise Refused(
            "refused.token",
            why="邀请码由令牌、校验码和地址（可无）组成 | "
            "an invitation is the token, the district's pin and, if there is one, its address",
        )
    return Invitation(read_token(parts[0]), parts[1].upper(), parts[2] if len(parts) == 3 else "")


def _check_character(station: str, secret: str) -> str:
    """Crockford's: modulo 37 finds every single wrong character and every swapped pair. The name counts too."""
    number = int.from_bytes(station.encode())
    for character in secret:
        number = number * 32 + _ALPHABET.index(character)
    return _CHECK[number % 37]
