"""Where a person sat the last time and for what: she opens the same counter again with one key."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from node.hall.events import Opened
from node.hall.ledger import day_of

REMEMBERED = timedelta(days=60)


def last_seat(db: Database, account: str, at: datetime) -> Opened | None:
    """The counter as this person last opened it, without what she took on for a while (潮汐). None: never, or long ago."""
    row = db.execute(
        "select event from hall_events where by = ? and day >= ? and json_extract(event, '$.type') = 'opened'"
        " and not coalesce(json_extract(event, '$.tidal'), 0) order by day desc, seq desc limit 1",
        (account, day_of(at - REMEMBERED)),
    ).fetchone()
    return msgspec.json.decode(row[0], type=Opened) if row else None
