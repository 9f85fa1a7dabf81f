"""The catalogue of a district as one signed file, and how it is read at a station.

The district's authority signs; stations carry, check and obey. A bundle holds every version that
some case still pins, and may hold a version that comes into force later. It is replaced whole and
never edited; the same items give the same bytes, so its SHA-256 names it.
"""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protocol.catalogue.calendar_files import check_years, standard_calendars
from protocol.catalogue.calendars import Calendar, CalendarYear
from protocol.catalogue.items import Item
from protocol.clock import moment, stamp
from protocol.errors import Distrusted, Refused

_MAGIC = b"microcenter/1 bundle\n"  # the file: magic, signature, JSON
_CONTEXT = b"microcenter/1 catalogue bundle\0"
_SIGNATURE_BYTES = 64


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    number: int  # rises with every issue; an older bundle never replaces a newer one
    issued_at: str
    items: list[Item]
    calendars: list[CalendarYear] = []


class Catalogue:
    """The items of a district as one party knows them."""

    def __init__(
        self,
        number: int,
        issued_at: datetime,
        items: Iterable[Item],
        digest: str,
        calendars: Iterable[CalendarYear] = (),
    ) -> None:
        self.number = number
        self.issued_at = issued_at
        self.digest = digest  # SHA-256 of the bundle's bytes, hex
        self._versions: dict[str, dict[int, Item]] = {}
        for item in items:
            self._versions.setdefault(item.code, {})[item.version] = item
        # what the district has signed holds alone; the delivered years help out where it has signed none
        self.calendar = Calendar(tuple(calendars) or standard_calendars())

    def item(self, code: str, version: int) -> Item:
        """The version that a case pins, whether or not it is the newest.

        :raises Refused: there is no such version here
        """
        item = self._versions.get(code, {}).get(version)
        if item is None:
            raise Refused("refused.no-item", item=f"{code} v{version}")
        return item

    def current(self, code: str, on: date | None = None) -> Item:
        """The newest version in force on a day; without a day the newest of all.

        :raises Refused: no such item, or none of its versions is in force yet
        """
        in_force = [item for item in self._versions.get(code, {}).values() if on is None or item.in_force_from <= on]
        if not in_force:
            raise Refused("refused.no-item", item=code)
        return max(in_force, key=lambda item: item.version)

    def versions(self) -> list[Item]:
        """Every version of every item in the bundle, by code and version."""
        return [item for _, versions in sorted(self._versions.items()) for _, item in sorted(versions.items())]

    def items(self, on: date | None = None) -> list[Item]:
        """Every item that can be applied for, in its newest version (in force on that day), by code."""
        return [
            self.current(code, on)
            for code, versions in sorted(self._versions.items())
            if on is None or any(item.in_force_from <= on for item in versions.values())
        ]

    def search(self, text: str, limit: int = 20, on: date | None = None) -> list[Item]:
        """Items for what somebody said at the counter, the best first; all of them for an empty question."""
        asked = _fold(text)
        ranked = [(rank, item.code, item) for item in self.items(on) if (rank := _rank(item, asked)) is not None]
        return [item for _, _, item in sorted(ranked, key=lambda found: found[:2])[:limit]]


def pack(
    items: Iterable[Item],
    number: int,
    issued_at: datetime,
    signing_key: Ed25519PrivateKey,
    calendars: Iterable[CalendarYear] = (),
) -> bytes:
    """The bundle file; the same arguments give the same bytes.

    :raises Refused: the same version of an item, or the same year, is there twice
    """
    years = sorted(calendars, key=lambda known: (known.year, known.version))
    check_years(years)
    ordered = sorted(items, key=lambda item: (item.code, item.version))
    for before, after in itertools.pairwise(ordered):
        if (before.code, before.version) == (after.code, after.version):
            raise Refused(
                "refused.catalogue", file=after.code, field="version", problem="is there twice; give it a new version"
            )
    content = msgspec.json.encode(
        _Content(number=number, issued_at=stamp(issued_at), items=ordered, calendars=years), order="sorted"
    )
    return _MAGIC + signing_key.sign(_CONTEXT + content) + content


def open_bundle(data: bytes, authority: Ed25519PublicKey, at_least: int = 0) -> Catalogue:
    """Check and read a bundle file. Fields that a newer district has added are ignored.

    :raises Distrusted: not signed by this authority, damaged, or older than number `at_least`
    """
    signature = data[len(_MAGIC) : len(_MAGIC) + _SIGNATURE_BYTES]
    signed = data[len(_MAGIC) + _SIGNATURE_BYTES :]
    try:
        if not data.startswith(_MAGIC):
            raise ValueError("no magic")
        authority.verify(signature, _CONTEXT + signed)
        content = msgspec.json.decode(signed, type=_Content)
        issued_at = moment(content.issued_at)
    except (InvalidSignature, msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.bundle") from why
    if content.number < at_least:
        raise Distrusted("distrusted.bundle")
    return Catalogue(content.number, issued_at, content.items, hashlib.sha256(data).hexdigest(), content.calendars)


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _rank(item: Item, asked: str) -> int | None:
    """How well an item answers, 0 best; None if not at all. `asked` is folded."""
    code, name = _fold(item.code), _fold(item.name)
    said = [name, _fold(item.name_en), *map(_fold, item.aliases)]
    everything = " ".join([code, *said])
    tests = (
        asked == code,
        asked in said,
        name.startswith(asked),
        asked in name,
        any(asked in one for one in said),
        any(one in asked for one in said if len(one) > 1),  # "我想办居住证": the alias stands in the question
        all(word in everything for word in asked.split()),
        len(asked) > 1 and _is_han(asked) and all(character in everything for character in asked),
    )
    return next((rank for rank, holds in enumerate(tests) if holds), None)


def _is_han(text: str) -> bool:
    """Whether single characters carry meaning; single Latin letters stand in every name."""
    return all(unicodedata.name(character, "").startswith("CJK") for character in text)
