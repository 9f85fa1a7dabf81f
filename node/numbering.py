"""Numbers that a station counts by itself, for a year and a kind of paper, without asking anybody."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from protocol.clock import CHINA

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def next_number(tx: Database, station: str, id_: str, at: datetime, series: str = "cases", word: str = "") -> str:
    """STATION-26-00012-K7M; of another series with its word: STATION-SQ26-00012-K7M.

    The last three letters come from the random id of what is numbered (hex). A station that was restored to an older
    copy counts some numbers again, and two citizens must not hold receipts with one number.
    """
    year = at.astimezone(CHINA).year
    row = tx.execute(
        "insert into counters (name, value) values (?, 1) on conflict (name) do update set value = value + 1 returning value",
        (f"{series}-{year}",),
    ).fetchone()
    tail = int(id_[:4], 16)
    letters = _CROCKFORD[tail >> 11 & 31] + _CROCKFORD[tail >> 5 & 31] + _CROCKFORD[tail & 31]
    return f"{station.upper()}-{word}{year % 100:02d}-{row[0]:05d}-{letters}"
