"""The few words of IPP that a printer is asked in: RFC 8010 (bytes) and RFC 8011 (meaning), over plain HTTP.

Written here because what there is wants an event loop or a C library, and four operations need neither. It is spoken
to CUPS on the station's box and to a printer on the LAN alike. What a printer answers is read strictly, and only the
attributes that somebody asks for are looked at.
"""

from __future__ import annotations

import http.client
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

PORT = 631
LONGEST_ANSWER = 64 * 1024
_VERSION = b"\x02\x00"
_OPERATION, _JOB, _PRINTER, _END = 0x01, 0x02, 0x04, 0x03
_INTEGER, _ENUM = 0x21, 0x23
_NAME, _KEYWORD, _URI, _CHARSET, _LANGUAGE, _MIME = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
NOT_FOUND = 0x0406  # client-error-not-found


class Operation(IntEnum):
    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_PRINTER_ATTRIBUTES = 0x000B


Value = int | str


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` below 0x0100 is success. Attributes of all groups by their names, each with all its values."""

    status: int
    attributes: Mapping[str, Sequence[Value]]

    @property
    def succeeded(self) -> bool:
        return self.status < 0x0100

    def number(self, name: str) -> int:
        """:raises ValueError: not there, or no number"""
        values = self.attributes.get(name, ())
        if not values or not isinstance(values[0], int):
            raise ValueError(f"no {name} in the printer's answer")
        return values[0]

    def words(self, name: str) -> list[str]:
        return [value for value in self.attributes.get(name, ()) if isinstance(value, str)]


def ask(url: str, operation: Operation, timeout_s: float, *, job: int = 0, data: bytes = b"", **named: Value) -> Answer:
    """One question to the printer at ipp://host:port/path. `named` are attributes, `_` for `-`.

    :raises OSError: nobody there, or not in time
    :raises ValueError: an answer that is not IPP
    """
    parts = urlsplit(url)
    printer = http.client.HTTPConnection(parts.hostname or "", parts.port or PORT, timeout=timeout_s)
    try:
        body = question(url, operation, job, named) + data
        printer.request("POST", parts.path or "/", body, {"Content-Type": "application/ipp"})
        answer = printer.getresponse()
        heard = answer.read(LONGEST_ANSWER)
    except http.client.HTTPException as why:
        raise ValueError(type(why).__name__) from why
    finally:
        printer.close()
    if answer.status != http.client.OK:
        raise ValueError(f"http-{answer.status}")
    return read_answer(heard)


def question(url: str, operation: Operation, job: int, named: Mapping[str, Value]) -> bytes:
    """The attributes that every question has come first and in this order (RFC 8011 §4.1.4)."""
    told = [
        _attribute(_CHARSET, "attributes-charset", "utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", "zh-cn"),
        _attribute(_URI, "printer-uri", url),
    ]
    if job:
        told.append(_attribute(_INTEGER, "job-id", job))
    for name, value in named.items():
        if name != "copies":
            told.append(_attribute(_tag(name), name.replace("_", "-"), value))
    groups = bytes([_OPERATION]) + b"".join(told)
    if "copies" in named:
        groups += bytes([_JOB]) + _attribute(_INTEGER, "copies", named["copies"])
    return _VERSION + struct.pack(">HI", operation, 1) + groups + bytes([_END])


def read_answer(data: bytes) -> Answer:
    """:raises ValueError: not whole, or not IPP"""
    try:
        status = struct.unpack_from(">H", data, 2)[0]
        attributes: dict[str, list[Value]] = {}
        place, name = 8, ""
        while (tag := data[place]) != _END:
            place += 1
            if tag <= 0x0F:  # a group begins
                continue
            text, place = _piece(data, place)
            value, place = _piece(data, place)
            name = text.decode("ascii") or name  # without a name: one more value of the one before
            if tag in (_INTEGER, _ENUM):
                attributes.setdefault(name, []).append(int(struct.unpack(">i", value)[0]))
            elif 0x40 <= tag <= 0x5F:
                attributes.setdefault(name, []).append(value.decode("utf-8"))
    except (IndexError, struct.error, UnicodeDecodeError) as why:
        raise ValueError("not an answer of a printer") from why
    return Answer(status, attributes)


def _piece(data: bytes, place: int) -> tuple[bytes, int]:
    length = struct.unpack_from(">H", data, place)[0]
    piece = data[place + 2 : place + 2 + length]
    if len(piece) != length:
        raise IndexError
    return piece, place + 2 + length


def _tag(name: str) -> int:
    return {"document_format": _MIME, "requested_attributes": _KEYWORD}.get(name, _NAME)


def _attribute(tag: int, name: str, value: Value) -> bytes:
    data = struct.pack(">i", value) if isinstance(value, int) else value.encode()
    return struct.pack(">BH", tag, len(name)) + name.encode("ascii") + struct.pack(">H", len(data)) + data
