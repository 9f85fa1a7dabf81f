"""An entry of the district's that could not be applied here, as it came: for whoever has to find out why."""

from __future__ import annotations

from sqlite_utils import Database

from protocol.exchange.journal import epoch_by_name, place


def raw(db: Database, notice: int) -> bytes | None:
    """The body of the entry that an open `poison` notice is about; None if there is no such notice or body."""
    row = db.execute("select subject from attention where id = ? and kind = 'poison'", (notice,)).fetchone()
    if row is None:
        return None
    name, _, seq = str(row["subject"]).rpartition("/")
    epoch = epoch_by_name(db, name)
    if epoch is None:
        return None
    entry = db.execute("select body from entries where place = ?", (place(epoch.id, int(seq)),)).fetchone()
    return bytes(entry["body"]) if entry and entry["body"] is not None else None
