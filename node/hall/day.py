"""The day of a hall: how it begins, how it ends, and who is taken along to the next one.

A day is over when its people have been brought into another day, and until then its name stands in `hall_open_days`.
So it does not matter which way the clock went: a day that jumped ahead gives its people back, and nobody waits in
a day that no clock shows any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from node.hall.events import Carried, Closed, DayEnded, Drawn, Finished, RulesSet
from node.hall.ledger import Halls, day_of, keep
from node.hall.state import GONE, Hall, Standing

# told of a day that has just ended, in the unit of work that ended it; a day that was opened again ends again
DayListener = Callable[[Database, Hall, datetime], None]


def day_tables(db: Database) -> None:
    db.executescript("""
    create table hall_open_days (day text primary key) without rowid;
    insert into hall_open_days select distinct day from hall_events order by day desc limit 1;
    """)


def today(tx: Database, halls: Halls, at: datetime, listeners: Sequence[DayListener]) -> Hall:
    """The hall to be changed now, with everybody in it who was left in any other day."""
    hall = halls.to_change(tx, day_of(at))
    rows = tx.execute("select day from hall_open_days where day != ? order by day", (hall.day,)).fetchall()
    for row in rows:
        before = halls.to_change(tx, str(row[0]))
        end(tx, before, listeners, by="clock", at=at)
        _bring_along(tx, before, hall, at)
        tx.execute("delete from hall_open_days where day = ?", (before.day,))
    if hall.upto == 0 or rows:
        tx.execute("insert or ignore into hall_open_days (day) values (?)", (hall.day,))
    return hall


def _bring_along(tx: Database, before: Hall, hall: Hall, at: datetime) -> None:
    if hall.upto == 0 and before.rules != hall.rules:
        keep(tx, hall, RulesSet(before.rules), by="clock", at=at)
    for old in before.tickets.values():
        if old.standing is Standing.CARRIED:
            drawn = Drawn(
                old.number, 0, old.groups, old.items, old.klass, old.needs,
                carried_from=before.day, waited_s=old.wait_s(before.at or at), machine=old.machine,
            )  # fmt: skip
            keep(tx, hall, drawn, by="clock", at=at)


def end(tx: Database, hall: Hall, listeners: Sequence[DayListener], *, by: str, at: datetime) -> list[str]:
    """Who is being served is done, counters close, whoever still waits is carried over: their numbers are returned.

    Nothing happens a second time, unless the day was opened again in between.
    """
    if hall.ended or hall.upto == 0:
        return []
    at = hall.at if hall.at and day_of(at) != hall.day else at
    left = [ticket for ticket in hall.tickets.values() if ticket.standing not in GONE]
    for ticket in left:
        if ticket.standing is Standing.SERVING:
            keep(tx, hall, Finished(ticket.number, ticket.counter), by=by, at=at)
    carried = [one.number for one in left if one.standing in (Standing.WAITING, Standing.CALLED, Standing.HELD)]
    for number in carried:
        keep(tx, hall, Carried(number), by=by, at=at)
    for counter in list(hall.counters.values()):
        if counter.is_open:
            keep(tx, hall, Closed(counter.number), by=by, at=at)
    keep(tx, hall, DayEnded(), by=by, at=at)
    for told in listeners:
        told(tx, hall, at)
    return carried


def has_left_over(db: Database, at: datetime) -> bool:
    """Whether a day that no clock shows any more still has to be ended."""
    return db.execute("select 1 from hall_open_days where day != ?", (day_of(at),)).fetchone() is not None
