"""What waits at the hub: the officers' list, longest waiting first, and the search over every case."""

from __future__ import annotations

from sqlite_utils import Database

from protocol.casebook import ROW_COLUMNS, CaseRow, row_of
from protocol.cases.rules import Side

OPEN_AT_HUB = ("received", "accepted")


def worklist(
    db: Database, *, station: str = "", status: str = "", search: str = "", limit: int = 50, offset: int = 0
) -> list[CaseRow]:
    """Cases in which the next move is an officer's."""
    where, params = _filters(station, search)
    where.append("owner = ?")
    params.append(Side.HUB)
    statuses = [status] if status in OPEN_AT_HUB else list(OPEN_AT_HUB)
    where.append(f"status in ({', '.join('?' * len(statuses))})")
    return _rows(db, where, [*params, *statuses], "opened_at, id", limit, offset)


def all_cases(
    db: Database, *, station: str = "", status: str = "", search: str = "", limit: int = 50, offset: int = 0
) -> list[CaseRow]:
    """Every case that the hub holds, newest first."""
    where, params = _filters(station, search)
    if status:
        where.append("status = ?")
        params.append(status)
    return _rows(db, where, params, "opened_at desc, id", limit, offset)


def counts(db: Database) -> dict[str, int]:
    """Open cases in each status that waits for the hub, and all cases under ""."""
    found = {str(r[0]): int(r[1]) for r in db.execute("select status, count(*) from cases group by status").fetchall()}
    return {"": sum(found.values()), **found}


def papers_of(db: Database, case_id: str) -> dict[str, bool]:
    """digest -> whether the paper is whole here. A decision wants every one of them."""
    return {
        str(r[0]): bool(r[1])
        for r in db.execute("select digest, here from papers where case_id = ?", (case_id,)).fetchall()
    }


def _filters(station: str, search: str) -> tuple[list[str], list[object]]:
    where: list[str] = ["status != ''"]
    params: list[object] = []
    if station:
        where.append("station = ?")
        params.append(station)
    if search.strip():
        pattern = "%" + search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where.append("(number like ? escape '\\' or applicant like ? escape '\\' or item = ?)")
        params += [pattern, pattern, search.strip().upper()]
    return where, params


def _rows(db: Database, where: list[str], params: list[object], order: str, limit: int, offset: int) -> list[CaseRow]:
    rows = db.execute(
        f"select {ROW_COLUMNS} from cases where {' and '.join(where)} order by {order} limit ? offset ?",
        [*params, limit, offset],
    ).fetchall()
    return [row_of(tuple(row)) for row in rows]
