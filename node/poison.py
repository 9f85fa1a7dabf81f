"""An entry of the district's that could not be applied here, as it came: for whoever has to find out why."""

from __future__ import annotations

from sqlite_utils import Database


def raw(db: Database, notice: int) -> bytes | None:
    """The body of the entry that an open `poison` notice is about; None if there is no such notice or body."""
    row = db.execute(
        "select e.body from attention a join epochs p on a.subject like p.epoch || '/%'"
        " join entries e on e.place = (p.id << 40) + cast(substr(a.subject, length(p.epoch) + 2) as integer)"
        " where a.id = ? and a.kind = 'poison' and e.body is not null",
        (notice,),
    ).fetchone()
    return bytes(row["body"]) if row else None
