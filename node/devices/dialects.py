"""How the makers' services speak: what is said to them, and where in their answers a card's parts stand.

One table a dialect. The same table serves a reader on the station's box (readers.py) and one on the counter's PC,
where the page itself holds the conversation (devices.js) and hands over what it heard word for word. Whoever heard
it, the answers are read here and checked in cards.py. Nothing is guessed: an answer that is not exactly of the
dialect is no card.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from node.devices.cards import unreadable
from protocol.errors import Refused, Unreachable

LONGEST_MESSAGE = 512 * 1024  # the photo is the largest part: some 50 KB as a bitmap in base64


@dataclass(frozen=True, slots=True)
class Dialect:
    """`opening` begins a read; where its answer starts with `goes_on`, each of `follow` is asked for one answer more.

    Texts of a binary dialect are hex.
    """

    name: str
    is_http: bool
    is_binary: bool
    opening: str
    goes_on: str
    follow: Sequence[str]
    url: str  # where the maker's service listens unless somebody moved it
    parts: Callable[[Sequence[bytes]], dict[str, str]]

    @property
    def answers(self) -> int:
        return 1 + len(self.follow)


# -- text frames: {"type": 4} is answered by {"type": 4, "ret": 0, "name": ..., ...}; ret < 0 says why not

_TEXT_PARTS = {
    "name": "name",
    "sex": "sex",
    "nation": "nation",
    "birth": "birth",
    "address": "addr",
    "number": "id_num",
    "issuer": "depart",
    "validity": "validityTime",
    "photo": "base64_ID",
}
_TEXT_READ = 4
_TEXT_TIMEOUT, _TEXT_NO_DEVICE, _TEXT_CANCELLED = -2, -3, -9  # cancelled: by a key of the reader's own


def _text_parts(messages: Sequence[bytes]) -> dict[str, str]:
    answer = _object(messages)
    if answer.get("type") != _TEXT_READ:
        raise unreadable("answer")
    code = answer.get("ret")
    if code in (_TEXT_TIMEOUT, _TEXT_CANCELLED):
        raise Refused("refused.no-card")
    if code == _TEXT_NO_DEVICE:
        raise Unreachable("unreachable.device", why="no-device")
    if code != 0:
        raise unreadable("code")
    return _named(answer, _TEXT_PARTS)


# -- numbered fields in binary frames: EF 3C 01 01 reads a card, EF 3D 01 n asks for field 9 + n of it

_NUMBERED_PARTS = {
    9: "name", 10: "number", 11: "sex", 12: "nation", 13: "birth", 14: "address",
    15: "issuer", 16: "from", 17: "to", 18: "serial", 19: "photo",
}  # fmt: skip
_MARK, _READ_GOOD, _READ_BAD, _READ_AGAIN, _NO_MODULE, _NOT_STARTED = 0xEF, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F
_VALUE, _PHOTO = 0x23, 0x3E


def _numbered_parts(messages: Sequence[bytes]) -> dict[str, str]:
    head = messages[0]
    if len(head) < 2 or head[0] != _MARK:
        raise unreadable("answer")
    if head[1] in (_NO_MODULE, _NOT_STARTED):
        raise Unreachable("unreachable.device", why="no-device")
    if head[1] == _READ_AGAIN:
        raise Refused("refused.no-card")
    if head[1] != _READ_GOOD:
        raise unreadable("code")
    parts: dict[str, str] = {}
    for frame in messages[1:]:
        number, text = _numbered(frame)
        if number not in _NUMBERED_PARTS or _NUMBERED_PARTS[number] in parts:
            raise unreadable("answer")
        parts[_NUMBERED_PARTS[number]] = text
    if len(parts) != len(_NUMBERED_PARTS):
        raise unreadable("half")  # the card was lifted while its fields were asked for
    return parts


def _numbered(frame: bytes) -> tuple[int, str]:
    """EF 23 . n length text, or EF 3E . length(3) text of the photo: UTF-8, and nothing behind it."""
    if len(frame) < 5 or frame[0] != _MARK:
        raise unreadable("answer")
    if frame[1] == _PHOTO:
        number, length, start = 19, int.from_bytes(frame[3:6], "big"), 6
    elif frame[1] == _VALUE:
        number, length, start = frame[3], frame[4], 5
    else:
        raise unreadable("answer")
    if len(frame) != start + length:
        raise unreadable("half")
    return number, _text(frame[start:])


# -- HTTP: a POST without a body is answered by {"info": {...}, "result": {"resultFlag": 0, "errorMsg": ""}}

_HTTP_PARTS = {
    "name": "name", "sex": "sex", "nation": "nation", "birth": "birthday", "address": "address", "number": "idCode",
    "issuer": "department", "from": "startDate", "to": "endDate", "photo": "Photo",
}  # fmt: skip
_SOCIAL_PARTS = {"name": "name", "number": "idCode", "card_number": "cardNo"}


def _http_parts(names: Mapping[str, str]) -> Callable[[Sequence[bytes]], dict[str, str]]:
    def parts(messages: Sequence[bytes]) -> dict[str, str]:
        answer = _object(messages)
        result, info = answer.get("result"), answer.get("info")
        if not isinstance(result, dict) or not isinstance(info, dict):
            raise unreadable("answer")
        if result.get("resultFlag") != 0:
            raise Refused("refused.no-card")  # the service has one code for all that can go wrong
        return _named(info, names)

    return parts


# -- the table

TEXT = Dialect("text", False, False, '{"type":4}', "", (), "ws://127.0.0.1:1919", _text_parts)
NUMBERED = Dialect(
    "numbered",
    False,
    True,
    "ef3c0101",
    "ef1b",
    tuple(f"ef3d01{n:02x}" for n in range(len(_NUMBERED_PARTS))),
    "ws://127.0.0.1:9002",
    _numbered_parts,
)
HTTP = Dialect("http", True, False, "", "", (), "http://127.0.0.1:8000/cgi-bin/readCard", _http_parts(_HTTP_PARTS))
# A province's library for social security cards is a DLL; the service beside it speaks as the readers' does.
SOCIAL = Dialect(
    "social", True, False, "", "", (), "http://127.0.0.1:8000/cgi-bin/readSocialCard", _http_parts(_SOCIAL_PARTS)
)
DIALECTS = {dialect.name: dialect for dialect in (TEXT, NUMBERED, HTTP, SOCIAL)}


def parts_of(dialect: Dialect, messages: Sequence[bytes]) -> dict[str, str]:
    """What the answers say of a card, by the names of cards.py.

    :raises Refused: no-card, card-unreadable
    :raises Unreachable: device: the service is there and its reader is not
    """
    if not messages or len(messages) > dialect.answers or any(len(one) > LONGEST_MESSAGE for one in messages):
        raise unreadable("answer")
    return dialect.parts(messages)


def _object(messages: Sequence[bytes]) -> dict[str, Any]:
    try:
        answer = json.loads(_text(messages[0]))
    except (ValueError, RecursionError) as why:
        raise unreadable("answer") from why
    if not isinstance(answer, dict):
        raise unreadable("answer")
    return answer


def _named(answer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """By our names, texts alone: a number where a name should be is nonsense, and so is a missing one further on."""
    found = {ours: answer[theirs] for ours, theirs in names.items() if theirs in answer}
    if not all(isinstance(value, str) for value in found.values()):
        raise unreadable("answer")
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as why:
        raise unreadable("characters") from why
