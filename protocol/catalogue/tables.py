"""The catalogue as one table, for people who work in a spreadsheet and for other districts' systems.

CSV holds an item a row: what is one word or number stands in its cell, what has parts stands in its
cell as JSON. JSON holds the list of items as they are in the files. Both come back as the same items.
No cell can become a formula: what begins like one is given an apostrophe, which is taken away again.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date

from protocol.catalogue.items import Item
from protocol.catalogue.reading import from_plain
from protocol.catalogue.writing import plain
from protocol.errors import Refused

COLUMNS = tuple(field.name for field in dataclasses.fields(Item))
_TEXT = frozenset(field.name for field in dataclasses.fields(Item) if field.type in ("str", "date", "date | None"))
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")


def to_json(items: Iterable[Item]) -> str:
    return json.dumps([plain(item) for item in items], ensure_ascii=False, indent=1, default=_iso) + "\n"


def to_csv(items: Iterable[Item]) -> str:
    """With a mark at the beginning that tells a spreadsheet that this is UTF-8."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for item in items:
        known = plain(item)
        table.writerow([_cell(known.get(column, "")) for column in COLUMNS])
    return "\ufeff" + out.getvalue()


def from_json(file: str, data: bytes) -> list[Item]:
    """
    :raises Refused: not a list of items; says which item, which field and what to do
    """
    try:
        listed = json.loads(data)
    except (ValueError, RecursionError) as why:
        raise _refused(file, "the file", "cannot be read as JSON in UTF-8; export it anew") from why
    if not isinstance(listed, list):
        raise _refused(file, "the file", "must be a list of items; export it anew")
    return [from_plain(Item, f"{file}[{index}]", raw) for index, raw in enumerate(listed)]


def is_own(rows: list[dict[str, str]]) -> bool:
    """Whether a table has the columns that to_csv() writes."""
    return bool(rows) and set(COLUMNS) <= set(rows[0])


def rows_of(file: str, data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by column, in UTF-8 or, as spreadsheets here write it, GB 18030.

    :raises Refused: not a table with a heading, or a row is longer than the heading
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as why:
            raise _refused(file, "the file", "is neither UTF-8 nor GB 18030; save it as CSV UTF-8") from why
    try:
        table = csv.reader(io.StringIO(text, newline=""), strict=True)
        heading = [cell.strip() for cell in next(table, [])]
        rows = [row for row in table if any(cell.strip() for cell in row)]
    except csv.Error as why:
        raise _refused(file, "the file", f"is no CSV table: {why}; save it anew") from why
    if not heading or not rows:
        raise _refused(file, "the file", "has no rows under a heading; export it anew")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(heading):
            raise _refused(file, f"row {number}", f"has {len(row)} cells, the heading {len(heading)}; correct the row")
    return [dict(zip(heading, map(as_written, row), strict=True)) for row in rows]


def from_rows(file: str, rows: Iterable[Mapping[str, str]]) -> list[Item]:
    """The items of a table that to_csv() wrote, whatever was edited in it.

    :raises Refused: a cell is not understood; says which row, which column and what to do
    """
    items = []
    for number, row in enumerate(rows, start=2):
        where = f"{file} row {number}"
        raw = {column: _value(where, column, cell) for column, cell in row.items() if cell != ""}
        items.append(from_plain(Item, where, raw))
    return items


def _value(where: str, column: str, cell: str) -> object:
    if column in _TEXT or (not cell.startswith(("{", "[")) and not cell.isdigit()):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError) as why:
        raise _refused(where, column, "is no JSON; correct brackets and quotation marks") from why


def _cell(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return harmless(text)


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def as_written(cell: str) -> str:
    """The text out of a harmless() cell."""
    return cell.removeprefix("'")


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _refused(file: str, field: str, problem: str) -> Refused:
    return Refused("refused.catalogue", file=file, field=field, problem=problem)
