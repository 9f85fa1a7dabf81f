"""Who is signed in at a console at this moment."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from protocol.clock import moment, stamp
from protocol.console.accounts import IDLE, LONGEST, Account, account, in_force


def present(db: Database, at: datetime) -> list[tuple[Account, datetime]]:
    """With when each did something last; whoever was there last comes first."""
    rows = list(
        db.query(
            "select a.*, max(s.seen_at) as last_seen from sessions s join accounts a on a.name = s.account"
            " where s.seen_at > ? and s.begun_at > ? group by a.name order by last_seen desc",
            (stamp(at - IDLE), stamp(at - LONGEST)),
        )
    )
    return [(account(db, row["name"]), moment(row["last_seen"])) for row in rows if in_force(row, at)]
