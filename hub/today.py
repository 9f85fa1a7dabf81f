"""What a morning begins with: what came, what is due, cards, corrections that are out, stations that are silent.

Reckoned when somebody looks and kept nowhere. On a day on which nobody works it says which one is next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlite_utils import Database

from hub.stations import SILENT_AFTER
from hub.worklists import HUB_LINKS, Days, by_link, days_of
from protocol.cases.rules import Flag, Link, Status
from protocol.catalogue.calendars import Calendar
from protocol.clock import CHINA, stamp


@dataclass(frozen=True, slots=True)
class Hands:
    """One link's morning, in cases."""

    link: Link
    open: int
    came: int  # into these hands since the last working day before today
    overdue: int
    today: int
    week: int  # today and in the next working days
    yellow: int
    red: int


@dataclass(frozen=True, slots=True)
class Silent:
    station: str
    heard_at: str  # "" if never
    open_cases: int  # that are at the station


@dataclass(frozen=True, slots=True)
class Morning:
    day: date
    works: bool
    next_day: date  # the next working day after today
    since: date  # from which day "came" counts
    days: Days
    hands: Sequence[Hands]
    corrections: int  # notices that applicants have not answered
    lapsed: int  # whose time is over: a person decides
    silent: Sequence[Silent]


def morning(db: Database, links: Sequence[Link], calendar: Calendar, at: datetime) -> Morning:
    """Of these links, or of the whole house."""
    day = at.astimezone(CHINA).date()
    since = _working_day_before(day, calendar)
    days = days_of(calendar, at)
    every, cards = by_link(db), _cards(db)
    began = stamp(datetime.combine(since, time(), CHINA))
    return Morning(
        day=day,
        works=calendar.is_working(day),
        next_day=calendar.add_working(day, 1),
        since=since,
        days=days,
        hands=[
            Hands(
                link,
                every.get(link, 0),
                _count(db, "link = ? and since >= ?", link, began),
                _count(db, "link = ? and due_on < ?", link, days.today),
                _count(db, "link = ? and due_on = ?", link, days.today),
                _count(db, "link = ? and due_on between ? and ?", link, days.today, days.week_to),
                cards.get((link, "yellow"), 0),
                cards.get((link, "red"), 0),
            )
            for link in HUB_LINKS
            if link in links
        ],
        corrections=_kept(db, Status.RETURNED),
        lapsed=_lapsed(db),
        silent=_silent(db, at),
    )


def _count(db: Database, where: str, *params: str) -> int:
    return int(db.execute(f"select count(*) from standing where {where}", params).fetchone()[0])


def _cards(db: Database) -> dict[tuple[Link, str], int]:
    rows = db.execute(
        "select link, colour, count(*) from cards where answered_at = '' group by link, colour"
    ).fetchall()
    return {(Link(row[0]), str(row[1])): int(row[2]) for row in rows}


def _kept(db: Database, status: Status) -> int:
    row = db.execute("select coalesce(sum(n), 0) from status_counts where status = ?", (status,)).fetchone()
    return int(row[0])


def _lapsed(db: Database) -> int:
    """Corrections that never came, as the station said it: the case is back and waits for a person."""
    row = db.execute(
        "select count(*) from cases where owner = 'hub' and status = ? and flags like ?",
        (Status.RECEIVED, f"% {Flag.LAPSED} %"),
    ).fetchone()
    return int(row[0])


def _silent(db: Database, at: datetime) -> list[Silent]:
    """Stations that have not been heard and have cases in their hands; the longest silence first."""
    rows = db.execute(
        "select s.name, coalesce(p.heard_at, ''), c.n from (select station, count(*) n from cases"
        " where owner = 'station' and status in (?, ?, ?) group by station) c join stations s on s.name = c.station"
        " left join peers p on p.name = s.name where coalesce(p.heard_at, '') < ? order by 2, 1",
        (Status.RETURNED, Status.ISSUED, Status.NOT_ACCEPTED, stamp(at - SILENT_AFTER)),
    ).fetchall()
    return [Silent(str(row[0]), str(row[1]), int(row[2])) for row in rows]


def _working_day_before(day: date, calendar: Calendar) -> date:
    before = date.fromordinal(day.toordinal() - 1)
    while not calendar.is_working(before):
        before = date.fromordinal(before.toordinal() - 1)
    return before
