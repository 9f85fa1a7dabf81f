"""Many cases at the hub at once, for lists and searches: rows as the fold would leave them, without their acts.

Cases, where they stand and the papers' counts are written straight into the tables; what they are found by goes
through the real index.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from hub.seeking import follow_traces
from protocol.cases.acts import Applicant
from protocol.cases.case import Case
from protocol.cases.duties import link_of
from protocol.cases.rules import OWNER, Status
from protocol.clock import CHINA, stamp

BATCH = 5000
OPEN = (Status.RECEIVED, Status.RETURNED, Status.ACCEPTED, Status.REVIEWED, Status.GRANTED, Status.ISSUED)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the crowd."""

    name: str
    number: str  # of the ID card
    item: str
    station: str
    status: Status


def crowd(
    tx: Database,
    members: Iterator[Member],
    count: int,
    rng: random.Random,
    last: datetime,
    *,
    first: int = 0,
    of: int = 0,
) -> list[str]:
    """`count` cases of the hub, one a minute, the newest opened at `last`. Returns the numbers on their receipts.

    `first` is the place of the first one among `of`, where a crowd is made in several pieces.
    """
    numbers = []
    for serial in range(first, first + count):
        one = next(members)
        opened = last - timedelta(minutes=(of or count) - serial)
        number = (
            f"{one.station.upper()}-26-{serial:06d}-{rng.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{rng.randrange(100):02d}"
        )
        case = Case(
            id=rng.randbytes(16).hex(), number=number, station=one.station, item=one.item, item_version=1,
            status=one.status, applicant=Applicant(name=one.name, number=one.number), opened_at=stamp(opened),
        )  # fmt: skip
        tx.execute(
            "insert into cases (id, number, station, item, item_version, status, owner, flags, applicant, opened_at,"
            " moved_at, tip, acts, papers, heard_at) values (?,?,?,?,1,?,?,'',?,?,?,'',1,0,?)",
            (
                case.id, number, one.station, one.item, one.status, OWNER[one.status], one.name, case.opened_at,
                case.opened_at, case.opened_at,
            ),
        )  # fmt: skip
        link = link_of(one.status, ())
        if link is not None:
            due = (opened + timedelta(days=rng.randrange(3, 40))).astimezone(CHINA).date().isoformat()
            tx.execute(
                "insert into standing (case_id, link, since, due_on, law_on, starts_on, paused, effect_on)"
                " values (?,?,?,?,?,?,0,'9999-12-31')",
                (case.id, link, case.opened_at, due, due, case.opened_at[:10]),
            )
        follow_traces(tx, case.id, case, ())
        numbers.append(number)
    return numbers


def alike(names: Sequence[str], item: str, station: str, status: Status = Status.RECEIVED) -> Iterator[Member]:
    """These people over and over, for the same thing at the same station."""
    serial = 0
    while True:
        yield Member(
            names[serial % len(names)], f"51011419{serial % 90 + 10}0101{serial % 1000:03d}X", item, station, status
        )
        serial += 1
