"""What waits at the hub: the officers' list, longest waiting first, and the search over every case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from protocol.casebook import ROW_COLUMNS, CaseRow, row_of
from protocol.cases.rules import Side

OPEN_AT_HUB = ("received", "accepted")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; empty fields do not narrow. `items` are codes that the search words name."""

    station: str = ""
    status: str = ""
    search: str = ""
    items: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list, with how many of its papers are whole here."""

    row: CaseRow
    papers: int
    papers_here: int


def worklist(db: Database, wanted: Wanted = Wanted(), *, limit: int = 50, offset: int = 0) -> list[Listed]:
    """Cases in which the next move is an officer's, longest waiting first."""
    where, params = _open_ones(wanted)
    return _rows(db, where, params, "opened_at, id", limit, offset)


def count_worklist(db: Database, wanted: Wanted = Wanted()) -> int:
    return _count(db, *_open_ones(wanted))


def all_cases(db: Database, wanted: Wanted = Wanted(), *, limit: int = 50, offset: int = 0) -> list[Listed]:
    """Every case that the hub holds, newest first."""
    where, params = _any_of(wanted)
    return _rows(db, where, params, "opened_at desc, id", limit, offset)


def count_all(db: Database, wanted: Wanted = Wanted()) -> int:
    return _count(db, *_any_of(wanted))


def counts(db: Database) -> dict[str, int]:
    """Cases in each status, and all cases under ""."""
    rows = db.execute("select status, count(*) from cases where status != '' group by status").fetchall()
    found = {str(r[0]): int(r[1]) for r in rows}
    return {"": sum(found.values()), **found}


def waiting(db: Database) -> int:
    """How many cases wait for an officer."""
    marks = ", ".join("?" * len(OPEN_AT_HUB))
    row = db.execute(f"select count(*) from cases where owner = ? and status in ({marks})", (Side.HUB, *OPEN_AT_HUB))
    return int(row.fetchone()[0])


@dataclass(frozen=True, slots=True)
class PaperHere:
    is_here: bool  # whole in our blob store
    is_lost: bool  # the station said that it has none either


def papers_of(db: Database, case_id: str) -> dict[str, PaperHere]:
    """digest -> where the paper is. A grant wants every one of them here."""
    rows = db.execute("select digest, here, lost from papers where case_id = ?", (case_id,)).fetchall()
    return {str(r[0]): PaperHere(bool(r[1]), bool(r[2])) for r in rows}


def _open_ones(wanted: Wanted) -> tuple[list[str], list[object]]:
    where, params = _narrowed(wanted)
    statuses = [wanted.status] if wanted.status in OPEN_AT_HUB else list(OPEN_AT_HUB)
    where += ["owner = ?", f"status in ({', '.join('?' * len(statuses))})"]
    return where, [*params, Side.HUB, *statuses]


def _any_of(wanted: Wanted) -> tuple[list[str], list[object]]:
    where, params = _narrowed(wanted)
    if wanted.status:
        where.append("status = ?")
        params.append(wanted.status)
    return where, params


def _narrowed(wanted: Wanted) -> tuple[list[str], list[object]]:
    where: list[str] = ["status != ''"]
    params: list[object] = []
    if wanted.station:
        where.append("station = ?")
        params.append(wanted.station)
    if search := wanted.search.strip():
        pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        codes = [search.upper(), *wanted.items]
        where.append(
            "(number like ? escape '\\' or applicant like ? escape '\\'"
            f" or item in ({', '.join('?' * len(codes))}))"
        )  # fmt: skip
        params += [pattern, pattern, *codes]
    return where, params


def _count(db: Database, where: list[str], params: list[object]) -> int:
    return int(db.execute(f"select count(*) from cases where {' and '.join(where)}", params).fetchone()[0])


def _rows(db: Database, where: list[str], params: list[object], order: str, limit: int, offset: int) -> list[Listed]:
    rows = db.execute(
        f"select {ROW_COLUMNS}, (select count(*) from papers where case_id = cases.id and peer = station),"
        " (select count(*) from papers where case_id = cases.id and peer = station and here = 1)"
        f" from cases where {' and '.join(where)} order by {order} limit ? offset ?",
        [*params, limit, offset],
    ).fetchall()
    return [Listed(row_of(tuple(row)[:-2]), int(row[-2]), int(row[-1])) for row in rows]
