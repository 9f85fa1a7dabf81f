"""Who may do what where: what a station, or a kind of station, may do with an item, and on which basis.

A row says it for one station or one kind of station, for one item or for all, from a day to a day. What stands in
the item itself holds where no row speaks. A row for a station comes before a row for its kind, and a row for the
item before a row for all items. Two rows may not speak for the same day: that is refused before it is signed.
Signed and published with the items, kept as one part a station or kind.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from protocol.catalogue.items import Authority, Certainty, Item, Mode, StationKind
from protocol.catalogue.tables import as_written, harmless
from protocol.errors import Refused

ALL = "*"
COLUMNS = ("station", "kind", "item", "mode", "basis", "certainty", "from", "to")
_UNSAID = Authority(Mode.INFORM, "", Certainty.LOCAL)


@dataclass(frozen=True, slots=True)
class Remit:
    """One row. Either `station` or `kind` is set; `item` is a code or ALL; `until` is the last day, None for open."""

    station: str
    kind: StationKind | None
    item: str
    mode: Mode
    basis: str
    certainty: Certainty
    since: date
    until: date | None = None

    @property
    def subject(self) -> str:
        """What it speaks for, as the part of the signed data is called."""
        return f"kind:{self.kind}" if self.kind else f"station:{self.station}"

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    def overlaps(self, other: Remit) -> bool:
        return (self.until is None or other.since <= self.until) and (other.until is None or self.since <= other.until)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with one row, or with two. `code` is translated where it is shown."""

    row: int  # from 1, as in the file without its first line
    code: str  # twice, no-station, no-item, no-basis, dates
    about: str


class Remits:
    """All rows, to be asked on every page."""

    def __init__(self, rows: Iterable[Remit] = ()) -> None:
        self.rows = tuple(sorted(rows, key=_order))
        self._by: dict[tuple[str, str], list[Remit]] = {}
        for row in self.rows:
            self._by.setdefault((row.subject, row.item), []).append(row)

    def mode(self, station: str, kind: StationKind, item: Item | None, code: str, on: date) -> Authority:
        """What may be done there on a day, and why. `item` is the version in force, None if there is none."""
        for subject, what in itertools.product((f"station:{station}", f"kind:{kind}"), (code, ALL)):
            for row in self._by.get((subject, what), ()):
                if row.holds(on):
                    return Authority(row.mode, row.basis, row.certainty)
        return (item.authority.get(kind) if item else None) or _UNSAID

    def by_subject(self) -> Mapping[str, list[Remit]]:
        return {subject: list(rows) for subject, rows in itertools.groupby(self.rows, key=lambda row: row.subject)}


def doubts(rows: Iterable[Remit], stations: Collection[str], items: Collection[str]) -> list[Doubt]:
    """Everything that forbids to sign these rows, by row."""
    found: list[Doubt] = []
    seen: dict[tuple[str, str], list[tuple[int, Remit]]] = {}
    for number, row in enumerate(rows, 1):
        if row.station and row.station not in stations:
            found.append(Doubt(number, "no-station", row.station))
        if row.item != ALL and row.item not in items:
            found.append(Doubt(number, "no-item", row.item))
        if not row.basis.strip():
            found.append(Doubt(number, "no-basis", row.item))
        if row.until is not None and row.until < row.since:
            found.append(Doubt(number, "dates", row.item))
        same = seen.setdefault((row.subject, row.item), [])
        found += [Doubt(number, "twice", str(before)) for before, other in same if row.overlaps(other)]
        same.append((number, row))
    return found


# -- as a table that people edit


def write_csv(rows: Iterable[Remit]) -> str:
    """With a first line of COLUMNS, and the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=_order):
        writer.writerow(
            [
                harmless(row.station), row.kind or "", harmless(row.item), row.mode, harmless(row.basis), row.certainty,
                row.since.isoformat(), row.until.isoformat() if row.until else "",
            ]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def read_csv(file: str, text: str) -> list[Remit]:
    """:raises Refused: catalogue: which line, which column and what to do"""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = sorted(set(COLUMNS) - set(reader.fieldnames or ()))
    if missing:
        raise _refused(file, "line 1", f"has no column {missing[0]}; the first line is {','.join(COLUMNS)}")
    try:
        return list(_read(file, reader))
    except csv.Error as why:
        raise _refused(file, f"line {reader.line_num}", f"{why}; save it as CSV in UTF-8") from why


def _read(file: str, reader: csv.DictReader[str]) -> Iterator[Remit]:
    for raw in reader:
        line = f"line {reader.line_num}"
        cells = {name: as_written((raw.get(name) or "").strip()) for name in COLUMNS}
        if not any(cells.values()):
            continue
        if bool(cells["station"]) == bool(cells["kind"]):
            raise _refused(file, line, "fill in either station or kind, not both")
        for column, values in (("kind", StationKind), ("mode", Mode), ("certainty", Certainty)):
            known = [str(value) for value in values]
            if cells[column] not in known and (column != "kind" or cells["kind"]):
                raise _refused(file, f"{line}, {column}", f"{cells[column]!r} is none of {', '.join(known)}")
        yield Remit(
            station=cells["station"],
            kind=StationKind(cells["kind"]) if cells["kind"] else None,
            item=cells["item"] or ALL,
            mode=Mode(cells["mode"]),
            basis=cells["basis"],
            certainty=Certainty(cells["certainty"]),
            since=_day(file, f"{line}, from", cells["from"]),
            until=_day(file, f"{line}, to", cells["to"]) if cells["to"] else None,
        )


def _day(file: str, where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as why:
        raise _refused(file, where, f"{text!r} is not a day; write it as 2026-03-02") from why


def _refused(file: str, field: str, problem: str) -> Refused:
    return Refused("refused.catalogue", file=file, field=field, problem=problem)


def _order(row: Remit) -> tuple[str, str, date, date]:
    return row.subject, row.item, row.since, row.until or date.max
