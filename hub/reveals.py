"""A person's full numbers are shown to an officer who asks for them, for a while, and the asking is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from protocol.clock import moment, stamp

SHOWN_FOR = timedelta(minutes=10)


def reveal(tx: Database, case_id: str, account: str, at: datetime) -> None:
    """From here on `account` sees the numbers of this case in full, for SHOWN_FOR."""
    tx.execute("insert into reveals (case_id, account, at) values (?,?,?)", (case_id, account, stamp(at)))


def shown_until(db: Database, case_id: str, account: str, at: datetime) -> datetime | None:
    """None: the numbers are masked for this account."""
    (last,) = db.execute("select max(at) from reveals where case_id = ? and account = ?", (case_id, account)).fetchone()
    until = moment(last) + SHOWN_FOR if last else None
    return until if until is not None and until > at else None
