"""The district's list of numbers that hold no more, as lines that the hub tells and a verify page asks.

A line carries the digest of a number: who holds a paper can ask for it, and nobody can read the list for what was
issued. What a paper says of the day on which it was made decides with it, because a number may be used again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from protocol.cases.licences import End
from protocol.clock import CHINA, moment
from protocol.documents.verify import Cancelled
from protocol.exchange.messages import NumberEnded

CONTEXT = b"microcenter/1 ended\0"
LINES_A_MESSAGE = 200  # some 30 KB


def digest_of(number: str) -> bytes:
    return hashlib.sha256(CONTEXT + number.encode()).digest()


def line_of(end: End) -> NumberEnded:
    on = day_of(end.at).isoformat()
    return NumberEnded(digest=digest_of(end.number), act=end.act, upto=end.upto, on=on, why=end.how)


def taken_back(act_id: str, number: str) -> NumberEnded:
    """The act that ended it was set aside after all."""
    return NumberEnded(digest=digest_of(number), act=act_id, stands=False)


def found(rows: Iterable[tuple[str, str, str]]) -> Cancelled | None:
    """Of all lines (day, why, upto) of one number the one that reaches furthest."""
    last = max(rows, key=lambda row: row[2], default=None)
    return Cancelled(date.fromisoformat(last[0]), last[1], moment(last[2])) if last is not None else None


def day_of(at: str) -> date:
    return moment(at).astimezone(CHINA).date()
