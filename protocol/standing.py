"""Where each open case stands: in whose hands, since when, and until when. What worklists are ordered by.

A cache and nothing more: every line is computed from the acts, the item's limits and the calendar, by the same
functions that a page uses, and can be thrown away. It is told to nobody. An act marks its case stale within its
own unit of work; the line follows when somebody brings it up to date, at once for the case that an officer
just moved and within a second for what came in letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from protocol.casebook import Casebook
from protocol.cases.acts import CaseAct
from protocol.cases.case import Case
from protocol.cases.words import Link
from protocol.catalogue.law import Law
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, ClockState, nearest
from protocol.exchange.journal import Heard

NEVER = "9999-12-31"  # sorts behind every day


def standing_tables(db: Database) -> None:
    """Called by a migration of station and hub."""
    db.executescript("""
    create table standing (
        case_id text primary key,
        link text not null,
        since text not null,            -- when it came into these hands
        due_on text not null,           -- ISO day of the nearest clock of ours, promised or statutory
        law_on text not null,           -- of the nearest statutory one
        starts_on text not null,        -- from which day the nearest one is counted
        paused integer not null,
        effect_on text not null         -- when the law itself acts, or has acted
    ) without rowid;
    create index standing_by_link on standing (link, due_on, since, case_id);
    create index standing_by_due on standing (due_on);
    create index standing_by_effect on standing (effect_on);
    create table stale (case_id text primary key) without rowid;
    insert into stale (case_id) select id from cases;
    """)


@dataclass(frozen=True, slots=True)
class Standing:
    """One open case. Days are ISO days, NEVER where no clock runs."""

    case: str
    link: Link
    since: str
    due_on: str
    law_on: str
    starts_on: str
    paused: bool
    effect_on: str


def mark_stale(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook."""
    tx.conn.execute("insert or ignore into stale (case_id) values (?)", (case.id,))


def mark_all_stale(tx: Database) -> None:
    """The catalogue or a calendar has changed: every open case is reckoned anew."""
    tx.execute("insert or ignore into stale (case_id) select case_id from standing")


Follower = Callable[[Database, str, Case | None, tuple[ClockState, ...]], None]
"""Another cache that is reckoned in the same unit of work: from the case (None: it is no more) and its clocks."""


def standing_of(case: Case, states: tuple[ClockState, ...]) -> Standing | None:
    """None once nothing is left to do."""
    link = case.link
    if link is None or case.status is None:
        return None
    first = nearest(states)
    statutory = nearest(state for state in states if not state.promised)
    starts = first.first_counted if first is not None else None
    return Standing(
        case.id,
        link,
        case.moved_at,
        _day(first.due if first else None),
        _day(statutory.due if statutory else None),
        _day(starts),
        any(state.state is ClockIs.PAUSED for state in states if not state.history),
        _day(_effect_day(states)),
    )


def bring_up_to_date(
    tx: Database,
    book: Casebook,
    law: Law,
    at: datetime,
    *,
    only: Iterable[str] = (),
    limit: int = 200,
    followers: Sequence[Follower] = (),
) -> int:
    """Reckon stale cases, `only` these or at most `limit` of all, and what follows them. Returns how many were."""
    ids = list(only) or [str(r[0]) for r in tx.execute("select case_id from stale limit ?", (limit,)).fetchall()]
    for case_id in ids:
        case = book.case(tx, case_id)
        states = _clocks(case, law, at) if case is not None else ()
        now = standing_of(case, states) if case is not None else None
        if now is None:
            tx.execute("delete from standing where case_id = ?", (case_id,))
        else:
            tx.execute(
                "insert into standing (case_id, link, since, due_on, law_on, starts_on, paused, effect_on)"
                " values (?,?,?,?,?,?,?,?) on conflict (case_id) do update set link = excluded.link,"
                " since = case when link = excluded.link then since else excluded.since end,"
                " due_on = excluded.due_on, law_on = excluded.law_on, starts_on = excluded.starts_on,"
                " paused = excluded.paused, effect_on = excluded.effect_on",
                (now.case, now.link, now.since, now.due_on, now.law_on, now.starts_on, now.paused, now.effect_on),
            )
        for follow in followers:
            follow(tx, case_id, case, states)
        tx.execute("delete from stale where case_id = ?", (case_id,))
    return len(ids)


def _clocks(case: Case, law: Law, at: datetime) -> tuple[ClockState, ...]:
    """None for a closed case, and while the item of the case is not known here."""
    if case.link is None:
        return ()
    item = law.item(case.item, case.item_version)
    return clocks_of_case(case, item, law.calendar, at) if item is not None else ()


def are_stale(db: Database) -> bool:
    return db.execute("select 1 from stale limit 1").fetchone() is not None


def stale(db: Database) -> int:
    """How many cases are."""
    return int(db.execute("select count(*) from stale").fetchone()[0])


def _effect_day(states: Iterable[ClockState]) -> date | None:
    """The first day after which the law itself acts on the case, whether it has come or not.

    What was done, in time or too late, is no longer acted upon: a case must not stand here for good.
    """
    days = [
        state.due
        for state in states
        if not state.history
        and state.due is not None
        and state.met_on is None
        and state.state in (ClockIs.RUNNING, ClockIs.EXPIRED)
        and state.limit.on_expiry not in (None, "none", "escalate")
    ]
    return min(days, default=None)


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else NEVER
