"""Licences and certificates as records of their own, at the hub for the district and at a station for its cases.

A projection and nothing more: the listener writes what the standing acts of a case say (cases/licences.py), and what
an act that was set aside had said disappears again. Which state a licence is in is found when it is asked for,
because one case ends the licence of another and their acts come in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlite_utils import Database

from protocol.cases.acts import CaseAct
from protocol.cases.case import Case
from protocol.cases.licences import Brought, How, brought_by
from protocol.cases.words import Status
from protocol.catalogue.calendars import Calendar, month_later
from protocol.catalogue.items import Span, Unit
from protocol.catalogue.law import Law
from protocol.exchange.journal import Heard

_UNDER_WAY = (Status.RECEIVED, Status.RETURNED, Status.ACCEPTED, Status.REVIEWED, Status.GRANTED)
LOOK_AHEAD = timedelta(days=400)  # whose windows are reckoned anew each day: no notice tells holidays further ahead
NO_DAY = ""


def licence_tables(db: Database) -> None:
    """Called by a migration of station and hub."""
    db.executescript("""
    create table licences (
        act_id text primary key,        -- of the ISSUE; the name of the licence in addresses
        case_id text not null,
        station text not null,
        item text not null,
        item_version integer not null,
        number text not null,
        kind text not null,
        holder text not null,
        valid_from text not null,       -- ISO days
        valid_to text not null,         -- '' for no end
        change text not null,
        replaces text not null,
        issued_at text not null,
        renew_from text not null default '',    -- the window, in working days as far as the calendar is known
        renew_by text not null default '',
        reckoned_on text not null default ''
    ) without rowid;
    create index licences_by_case on licences (case_id);
    create index licences_by_number on licences (number);
    create index licences_by_end on licences (valid_to);
    create index licences_by_window on licences (renew_from) where renew_from != '';
    create table ends (                 -- of licences and of other documents: their numbers hold no more
        id integer primary key,
        act_id text not null,
        case_id text not null,
        number text not null,
        how text not null,
        at text not null,
        upto text not null,
        follows text not null,
        unique (act_id, number)
    );
    create index ends_by_number on ends (number);
    create index ends_by_case on ends (case_id);
    create table asked_for (            -- cases that renew, change or end a licence
        case_id text primary key,
        number text not null,
        is_open integer not null,
        deemed integer not null
    ) without rowid;
    create index asked_for_by_number on asked_for (number);
    create table ends_to_tell (         -- what has changed in `ends`; at a station nobody asks for it
        act_id text not null,
        number text not null,
        primary key (act_id, number)
    ) without rowid;
    """)


class State(StrEnum):
    IN_FORCE = "in-force"
    DEEMED = "deemed"  # run out on paper, and renewed by the law itself: the new one is being made
    EXPIRED = "expired"
    RENEWED = "renewed"
    CHANGED = "changed"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    RETURNED = "returned"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence. Days are ISO days, "" where there is none."""

    id: str
    number: str
    kind: str
    holder: str
    case: str
    station: str
    item: str
    item_version: int
    valid_from: str
    valid_to: str
    change: str
    replaces: str
    issued_at: str
    renew_from: str
    renew_by: str
    how: str  # "" while nothing has ended it
    ended_at: str
    ended_by: str  # case
    follows: str  # number of the licence that took its place
    asked_by: str  # the open case that renews, changes or gives it up
    deemed: int  # a renewal of it holds by law, 行政许可法 §50

    def state(self, today: date) -> State:
        if self.how:
            return State(self.how)
        if self.valid_to and self.valid_to < today.isoformat():
            return State.DEEMED if self.deemed else State.EXPIRED
        return State.IN_FORCE

    def is_to_be_renewed(self, today: date) -> bool:
        """Its window is open, and nobody has applied yet."""
        day = today.isoformat()
        return not (self.how or self.asked_by or not self.renew_from) and self.renew_from <= day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. `state` is a State, "soon" for those to be renewed, or "" for all."""

    search: str = ""
    state: str = ""
    item: str = ""
    station: str = ""


SOON = "soon"


# -- following the cases


def note_licences(tx: Database, heard: Heard, act: CaseAct, case: Case) -> None:
    """A listener of the casebook. A case that has just come in has no licence, unless it was decided at once or ends one."""
    born_with_it = case.issued is not None or (case.intake is not None and case.intake.licence)
    if len(case.steps) > 1 or born_with_it:
        follow_licences(tx, case)


def follow_licences(tx: Database, case: Case) -> None:
    """Bring the rows of a case up to date, if it has or can have any."""
    intake = case.intake
    is_of_licences = (intake is not None and intake.licence) or case.issued is not None or case.decision is not None
    if is_of_licences or tx.conn.execute("select 1 from ends where case_id = ?", (case.id,)).fetchone():
        write_down(tx, case)


def write_down(tx: Database, case: Case) -> None:
    """The rows of this case are what its standing acts say, and nothing else."""
    brought = brought_by(case)
    _write_issued(tx, case, brought)
    _write_ends(tx, case, brought)
    number = case.intake.licence if case.intake is not None else ""
    if number:
        tx.conn.execute(
            "insert or replace into asked_for (case_id, number, is_open, deemed) values (?,?,?,?)",
            (case.id, number, case.status in _UNDER_WAY, brought.deemed),
        )


def _write_issued(tx: Database, case: Case, brought: Brought) -> None:
    wanted = {one.act: one for one in brought.issued}
    known = {str(r[0]) for r in tx.conn.execute("select act_id from licences where case_id = ?", (case.id,)).fetchall()}
    for gone in known - wanted.keys():
        tx.conn.execute("delete from licences where act_id = ?", (gone,))
    for act_id in wanted.keys() - known:
        one = wanted[act_id]
        terms = one.terms
        tx.conn.execute(
            "insert into licences (act_id, case_id, station, item, item_version, number, kind, holder, valid_from,"
            " valid_to, change, replaces, issued_at) values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                act_id, case.id, case.station, case.item, case.item_version, terms.number, terms.kind, terms.holder,
                terms.valid_from, terms.valid_to, terms.change, terms.replaces, one.at,
            ),
        )  # fmt: skip


def _write_ends(tx: Database, case: Case, brought: Brought) -> None:
    wanted = {(one.act, one.number): one for one in brought.ends}
    known = {
        (str(r[0]), str(r[1]))
        for r in tx.conn.execute("select act_id, number from ends where case_id = ?", (case.id,)).fetchall()
    }
    for key in known - wanted.keys():
        tx.conn.execute("delete from ends where act_id = ? and number = ?", key)
    for key in wanted.keys() - known:
        one = wanted[key]
        tx.conn.execute(
            "insert into ends (act_id, case_id, number, how, at, upto, follows) values (?,?,?,?,?,?,?)",
            (one.act, case.id, one.number, one.how, one.at, one.upto, one.follows),
        )
    for key in known ^ wanted.keys():
        tx.conn.execute("insert or ignore into ends_to_tell (act_id, number) values (?,?)", key)


# -- when it is to be renewed


def reckon_windows(tx: Database, law: Law, today: date, limit: int = 500) -> int:
    """Find the windows of new licences, and once a day of those that end soon. Returns how many were looked at.

    A licence whose item is not known here is looked at again tomorrow.
    """
    day = today.isoformat()
    rows = tx.conn.execute(
        "select act_id, item, item_version, valid_to from licences where valid_to != '' and reckoned_on != ? and"
        " (reckoned_on = '' or valid_to between ? and ?) limit ?",
        (day, day, (today + LOOK_AHEAD).isoformat(), limit),
    ).fetchall()
    for act_id, code, version, valid_to in rows:
        item = law.item(code, version)
        terms = item.licence if item is not None else None
        window = (NO_DAY, NO_DAY)
        if terms is not None and terms.renewal_opens is not None:
            window = window_of(date.fromisoformat(valid_to), terms.renewal_opens, terms.renewal_closes, law.calendar)
        tx.conn.execute(
            "update licences set renew_from = ?, renew_by = ?, reckoned_on = ? where act_id = ?", (*window, day, act_id)
        )
    return len(rows)


def must_reckon(db: Database, today: date) -> bool:
    day, ahead = today.isoformat(), (today + LOOK_AHEAD).isoformat()
    return (
        db.conn.execute(
            "select 1 from licences where valid_to != '' and reckoned_on != ? and"
            " (reckoned_on = '' or valid_to between ? and ?) limit 1",
            (day, day, ahead),
        ).fetchone()
        is not None
    )


def window_of(end: date, opens: Span, closes: Span | None, calendar: Calendar) -> tuple[str, str]:
    """First and last day on which a renewal may be asked for, both working days.

    Who would have to come on a holiday is told the working day before: a day early harms nobody.
    """
    first = calendar.moved(_before(end, opens, calendar))
    last = _before(end, closes, calendar) if closes is not None else end
    while not calendar.is_working(last):
        last -= timedelta(days=1)
    return first.isoformat(), last.isoformat()


def last_day(validity: Span | None, start: date) -> str:
    """Of a licence that holds from a day: the day before the same day, so many months on; "" for no end."""
    if validity is None:
        return ""
    days = validity.unit is not Unit.MONTH
    end = start + timedelta(days=validity.value) if days else month_later(start, validity.value)
    return (end - timedelta(days=1)).isoformat()


def _before(end: date, span: Span, calendar: Calendar) -> date:
    """So long before a day: 届满前三十个工作日 leaves thirty working days between, the last day among them."""
    if span.unit is Unit.MONTH:
        return month_later(end, -span.value)
    if span.unit is not Unit.WORKING_DAY:
        return end - timedelta(days=span.value)
    day = end
    while calendar.working_days(day, end) < span.value:
        day -= timedelta(days=1)
    return day


# -- looking

_COLUMNS = (
    "l.act_id, l.number, l.kind, l.holder, l.case_id, l.station, l.item, l.item_version, l.valid_from, l.valid_to,"
    " l.change, l.replaces, l.issued_at, l.renew_from, l.renew_by, coalesce(e.how, ''), coalesce(e.at, ''),"
    " coalesce(e.case_id, ''), coalesce(e.follows, ''),"
    " coalesce((select case_id from asked_for where number = l.number and is_open = 1 limit 1), ''),"
    " exists (select 1 from asked_for where number = l.number and deemed = 1)"
)
# of several ends the revocation counts, then the first
_FROM = (
    "licences l left join ends e on e.id = (select id from ends where number = l.number and upto >= l.issued_at"
    " order by how != 'revoked', at, id limit 1)"
)


_NO_END = "not exists (select 1 from ends where number = l.number and upto >= l.issued_at)"
_WITHOUT_END = ("", SOON, State.IN_FORCE, State.EXPIRED, State.DEEMED)


def licence(db: Database, licence_id: str) -> Licence | None:
    found = _rows(db, ["l.act_id = ?"], [licence_id], "l.act_id", 1, 0)
    return found[0] if found else None


def of_number(db: Database, number: str) -> list[Licence]:
    """Everything that was ever issued under a number, the newest first."""
    return _rows(db, ["l.number = ?"], [number], "l.issued_at desc", 20, 0)


def of_case(db: Database, case_id: str) -> list[Licence]:
    return _rows(db, ["l.case_id = ?"], [case_id], "l.issued_at desc", 20, 0)


def licences(db: Database, wanted: Wanted, today: date, *, limit: int = 50, offset: int = 0) -> list[Licence]:
    """The newest first; those to be renewed by their last day."""
    where, params = _narrowed(wanted, today)
    order = "l.renew_by, l.valid_to, l.act_id" if wanted.state == SOON else "l.issued_at desc, l.act_id"
    # the page is cut out first: what a line shows is looked up for its fifty, not for every licence of the list
    here = f"select l.act_id from {_source(wanted)} where {' and '.join(where)} order by {order} limit ? offset ?"
    return _rows(db, [f"l.act_id in ({here})"], [*params, limit, offset], order, limit, 0)


def count(db: Database, wanted: Wanted, today: date) -> int:
    where, params = _narrowed(wanted, today)
    row = db.conn.execute(f"select count(*) from {_source(wanted)} where {' and '.join(where)}", params).fetchone()
    return int(row[0])


def _source(wanted: Wanted) -> str:
    """Which end counts is found for those only that are asked for by it."""
    return "licences l" if wanted.state in _WITHOUT_END else _FROM


def _narrowed(wanted: Wanted, today: date) -> tuple[list[str], list[object]]:
    where, params = ["1 = 1"], list[object]()
    if wanted.state:
        condition, more = _of_state(wanted.state, today.isoformat())
        where.append(condition)
        params += more
    for column, value in (("l.item", wanted.item), ("l.station", wanted.station)):
        if value:
            where.append(f"{column} = ?")
            params.append(value)
    if search := wanted.search.strip():
        pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where.append("(l.number like ? escape '\\' or l.holder like ? escape '\\' or l.item = ?)")
        params += [pattern, pattern, search.upper()]
    return where, params


def _of_state(state: str, day: str) -> tuple[str, list[object]]:
    if state == SOON:
        return (
            f"{_NO_END} and l.renew_from != '' and l.renew_from <= ? and l.valid_to >= ? and not exists"
            " (select 1 from asked_for a where a.number = l.number and a.is_open = 1)",
            [day, day],
        )
    if state == State.IN_FORCE:
        return f"{_NO_END} and (l.valid_to = '' or l.valid_to >= ?)", [day]
    if state in (State.EXPIRED, State.DEEMED):
        deemed = "exists" if state == State.DEEMED else "not exists"
        asked = f"{deemed} (select 1 from asked_for a where a.number = l.number and a.deemed = 1)"
        return f"{_NO_END} and l.valid_to != '' and l.valid_to < ? and {asked}", [day]
    return "e.how = ?", [How(state)]


def _rows(
    db: Database, where: Iterable[str], params: Iterable[object], order: str, limit: int, offset: int
) -> list[Licence]:
    rows = db.conn.execute(
        f"select {_COLUMNS} from {_FROM} where {' and '.join(where)} order by {order} limit ? offset ?",
        [*params, limit, offset],
    ).fetchall()
    return [Licence(*tuple(row)) for row in rows]
