"""The catalogue of a district as signed data, and how it is read at a station.

Stations carry, check and obey what the district's authority, or two publishers whom it named, have signed. The
data lies in named parts (issue.py), so that whoever has one issue needs only what changed to have the next. An
issue holds every version that may be applied for, those that come into force later, and, kept apart, those that
were taken out and that some case still pins. The same parts give the same bytes, so the file's SHA-256 names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protocol.catalogue.calendar_files import check_years, standard_calendars
from protocol.catalogue.calendars import Calendar, CalendarYear
from protocol.catalogue.issue import Issue, head_of, read_issue, write_issue
from protocol.catalogue.items import Authority, Item, StationKind
from protocol.catalogue.publishers import sign_head, who_signed
from protocol.catalogue.remits import Remit, Remits
from protocol.catalogue.searching import Index
from protocol.errors import Distrusted, Refused

ITEM, KEPT, CALENDAR, REMIT = "item/", "kept/", "calendar/", "remit/"  # what parts of ours are called

_encode = msgspec.json.Encoder(order="sorted").encode
_decode_item = msgspec.json.Decoder(Item).decode
_decode_year = msgspec.json.Decoder(CalendarYear).decode
_decode_remits = msgspec.json.Decoder(list[Remit]).decode


class Catalogue:
    """The items of a district as one party knows them, with what is signed and published beside them."""

    def __init__(
        self,
        number: int,
        issued_at: datetime,
        items: Iterable[Item],
        digest: str,
        calendars: Iterable[CalendarYear] = (),
        *,
        kept: Iterable[Item] = (),
        remits: Remits | None = None,
        extras: Mapping[str, bytes] | None = None,
        signed_by: tuple[str, ...] = (),
        list_number: int = 0,
    ) -> None:
        self.number = number
        self.issued_at = issued_at
        self.digest = digest  # SHA-256 of the bundle's bytes, hex
        self.calendars = tuple(calendars)
        self.remits = remits or Remits()
        self.extras = extras or {}  # parts of other kinds, by name
        self.signed_by = signed_by  # accounts of the two publishers; () if the authority itself signed
        self.list_number = list_number  # of the publishers' list that was believed
        self._kept = {(item.code, item.version): item for item in kept}
        self._versions: dict[str, dict[int, Item]] = {}
        self._index: tuple[date | None, Index] | None = None  # of the day that was last asked for
        for item in items:
            self._versions.setdefault(item.code, {})[item.version] = item
        # what the district has signed holds alone; the delivered years help out where it has signed none
        self.calendar = Calendar(self.calendars or standard_calendars())

    def item(self, code: str, version: int) -> Item:
        """The version that a case pins, whether or not it is the newest, and if it can be applied for no more.

        :raises Refused: there is no such version here
        """
        item = self._versions.get(code, {}).get(version) or self._kept.get((code, version))
        if item is None:
            raise Refused("refused.no-item", item=f"{code} v{version}")
        return item

    def current(self, code: str, on: date | None = None) -> Item:
        """The newest version in force on a day; without a day the newest of all.

        :raises Refused: no such item, none of its versions is in force, or the one in force suspends or cancels it
        """
        newest = self._newest(code, on)
        if newest is None or not newest.is_open:
            raise Refused("refused.no-item", item=code)
        return newest

    def _newest(self, code: str, on: date | None) -> Item | None:
        in_force = [item for item in self._versions.get(code, {}).values() if on is None or item.is_in_force(on)]
        return max(in_force, key=lambda item: item.version, default=None)

    def versions(self) -> list[Item]:
        """Every version of every item that can be applied for, now or later, by code and version."""
        return [item for _, versions in sorted(self._versions.items()) for _, item in sorted(versions.items())]

    def kept(self) -> list[Item]:
        """Versions that were taken out and stay for the cases that pin them, by code and version."""
        return [item for _, item in sorted(self._kept.items())]

    def mode(self, station: str, kind: StationKind, code: str, on: date) -> Authority:
        """What a station may do with an item on a day, on which basis, and how sure that is."""
        return self.remits.mode(station, kind, self._newest(code, on), code, on)

    def items(self, on: date | None = None) -> list[Item]:
        """Every item that can be applied for, in its newest version (in force on that day), by code."""
        newest = [self._newest(code, on) for code in sorted(self._versions)]
        return [item for item in newest if item is not None and item.is_open]

    def search(self, text: str, limit: int = 20, on: date | None = None) -> list[Item]:
        """Items for what somebody said at the counter, the best first; all of them for an empty question."""
        if self._index is None or self._index[0] != on:
            self._index = (on, Index(self.items(on), self._index[1] if self._index else None))
        return self._index[1].search(text, limit)


def parts_of(
    items: Iterable[Item],
    calendars: Iterable[CalendarYear] = (),
    *,
    kept: Iterable[Item] = (),
    remits: Iterable[Remit] = (),
    extras: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The signed data in its named parts. `kept` can be read and not applied for; `extras` ride along as they are.

    :raises Refused: the same version of an item, or the same year, is there twice
    """
    parts: dict[str, bytes] = {}
    for prefix, some in ((ITEM, items), (KEPT, kept)):
        for item in some:
            name = f"{item.code}.v{item.version}"
            if not {ITEM + name, KEPT + name}.isdisjoint(parts):
                problem = "is there twice; give it a new version"
                raise Refused("refused.catalogue", file=item.code, field="version", problem=problem)
            parts[prefix + name] = _encode(item)
    years = sorted(calendars, key=lambda known: (known.year, known.version))
    check_years(years)
    parts |= {f"{CALENDAR}{known.year}": _encode(known) for known in years}
    parts |= {REMIT + subject: _encode(rows) for subject, rows in Remits(remits).by_subject().items()}
    return parts | dict(extras or {})


def sign_parts(parts: Mapping[str, bytes], number: int, issued_at: datetime, authority: Ed25519PrivateKey) -> bytes:
    """The bundle file, signed by the district's authority itself; the same arguments give the same bytes."""
    signed = head_of(number, issued_at, parts)
    return write_issue(signed, (sign_head(signed, authority),), b"", parts)


def pack(
    items: Iterable[Item],
    number: int,
    issued_at: datetime,
    signing_key: Ed25519PrivateKey,
    calendars: Iterable[CalendarYear] = (),
) -> bytes:
    """The bundle file of these items and calendars alone, signed by the authority.

    :raises Refused: the same version of an item, or the same year, is there twice
    """
    return sign_parts(parts_of(items, calendars), number, issued_at, signing_key)


def open_bundle(data: bytes, authority: Ed25519PublicKey, at_least: int = 0) -> Catalogue:
    """Check and read a bundle file. Fields that a newer district has added are ignored.

    :raises Distrusted: not signed by this authority or by two of its publishers, damaged, or older than `at_least`
    """
    issue = read_issue(data)
    signed_by, list_number = who_signed(issue, authority)
    if issue.head.number < at_least:
        raise Distrusted("distrusted.bundle")
    return catalogue_of(issue, hashlib.sha256(data).hexdigest(), signed_by, list_number)


def catalogue_of(issue: Issue, digest: str = "", signed_by: tuple[str, ...] = (), list_number: int = 0) -> Catalogue:
    """What is in an issue; nobody has looked at its signatures here.

    :raises Distrusted: bundle: a part cannot be read
    """

    def of(prefix: str) -> list[bytes]:
        return [data for name, data in issue.parts.items() if name.startswith(prefix)]

    try:
        return Catalogue(
            issue.head.number,
            issue.issued_at,
            [_decode_item(data) for data in of(ITEM)],
            digest,
            [_decode_year(data) for data in of(CALENDAR)],
            kept=[_decode_item(data) for data in of(KEPT)],
            remits=Remits(row for data in of(REMIT) for row in _decode_remits(data)),
            extras={
                name: data for name, data in issue.parts.items() if not name.startswith((ITEM, KEPT, CALENDAR, REMIT))
            },
            signed_by=signed_by,
            list_number=list_number,
        )
    except (msgspec.DecodeError, RecursionError) as why:
        raise Distrusted("distrusted.bundle") from why
