"""What waits at the hub, ordered by what is due, and the lists of every case.

Every question here answers in milliseconds with 300,000 cases: it walks an index for as many lines as a page
shows, or looks at the few thousand newest cases that a search has found. Counts are kept, not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from hub.seeking import MOST, Found
from protocol.casebook import ROW_COLUMNS, CaseRow, row_of
from protocol.cases.duties import STATION_LINKS
from protocol.cases.rules import OWNER, Link, Status
from protocol.catalogue.calendars import Calendar
from protocol.clock import CHINA

HUB_LINKS = tuple(link for link in Link if link not in STATION_LINKS and link is not Link.SUPERVISION)


WEEK_DAYS = 5


class Only(StrEnum):
    """What a worklist is narrowed to."""

    FREE = "free"  # claimed by nobody
    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"  # within the next working days
    CARDS = "cards"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; empty fields do not narrow. `found` is what a search has found."""

    station: str = ""
    status: str = ""
    only: str = ""
    found: Found | None = None  # narrowed to the station already

    @property
    def leads(self) -> bool:
        """Whether it is quicker to begin at what is wanted than at whose it is."""
        return self.found is not None or bool(self.station) or self.only == Only.CARDS


@dataclass(frozen=True, slots=True)
class Days:
    """What the calendar says of the moment of a question, as ISO days."""

    today: str
    week_to: str  # the last of the next WEEK working days


def days_of(calendar: Calendar, at: datetime) -> Days:
    today = at.astimezone(CHINA).date()
    return Days(today.isoformat(), calendar.add_working(today, WEEK_DAYS).isoformat())


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list, with how many of its papers are whole here."""

    row: CaseRow
    papers: int
    papers_here: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the worklist. Days are ISO days, NEVER where no clock runs."""

    listed: Listed
    link: Link
    since: str
    due_on: str
    starts_on: str
    paused: bool
    held_by: str  # account; "" for nobody
    held_since: str


# links of the hub, or the account that has claimed them
Whose = Sequence[Link] | str

_CASE = ", ".join(f"c.{name.strip()}" for name in ROW_COLUMNS.split(","))
_PAPERS = (
    "(select count(*) from papers where case_id = c.id and peer = c.station),"
    " (select count(*) from papers where case_id = c.id and peer = c.station and here = 1)"
)
_FOUND = "from json_each(?) j cross join traces t on t.id = j.value cross join cases c on c.id = t.case_id"
_ORDER = "order by s.due_on, s.since, s.case_id"


def worklist(
    db: Database, whose: Whose, wanted: Wanted = Wanted(), *, days: Days, limit: int = 50, offset: int = 0
) -> list[Waiting]:
    """Cases in these hands, what is due first before the rest."""
    if isinstance(whose, str) or wanted.leads:
        question, params = _question(whose, wanted, days)
        rows = db.execute(f"select s.case_id {question} {_ORDER} limit ? offset ?", [*params, limit, offset])
        return _waiting(db, [str(row[0]) for row in rows.fetchall()])
    # each link lies in its own order already: of each only as many as the page can show
    parts, every = list[str](), list[object]()
    for link in whose:
        question, params = _question((link,), wanted, days)
        parts.append(f"select * from (select s.case_id, s.due_on, s.since {question} {_ORDER} limit ?)")
        every += [*params, limit + offset]
    if not parts:
        return []
    rows = db.execute(f"{' union all '.join(parts)} order by 2, 3, 1 limit ? offset ?", [*every, limit, offset])
    return _waiting(db, [str(row[0]) for row in rows.fetchall()])


def count_worklist(db: Database, whose: Whose, wanted: Wanted = Wanted(), *, days: Days) -> int:
    """How many, up to MOST + 1 of them. Without a filter read from what is kept; with one counted."""
    if not isinstance(whose, str) and wanted == Wanted():
        kept = by_link(db)
        return sum(kept.get(link, 0) for link in whose)
    question, params = _question(whose, wanted, days)
    row = db.execute(f"select count(*) from (select 1 {question} limit ?)", [*params, MOST + 1]).fetchone()
    return int(row[0])


def by_link(db: Database) -> dict[Link, int]:
    """Open cases in each link's hands, those at stations too."""
    rows = db.execute("select link, n from link_counts where n > 0").fetchall()
    return {Link(row[0]): int(row[1]) for row in rows}


# -- every case


def all_cases(db: Database, wanted: Wanted = Wanted(), *, limit: int = 50, offset: int = 0) -> list[Listed]:
    """Every case that the hub holds, newest first; of what was found, as the search orders it."""
    where, params = _any_of(wanted)
    if wanted.found is not None:
        order, source = "order by j.key", _FOUND
        params = [_json(wanted.found), *params]
    else:
        order, source = "order by c.opened_at desc, c.id", "from cases c"
    rows = db.execute(
        f"select {_CASE}, {_PAPERS} {source} where {' and '.join(where)} {order} limit ? offset ?",
        [*params, limit, offset],
    ).fetchall()
    return [_listed(tuple(row)) for row in rows]


def count_all(db: Database, wanted: Wanted = Wanted()) -> int:
    if wanted.found is None and not wanted.station:
        kept = counts(db)
        return kept.get(wanted.status, 0)
    if wanted.found is not None and not wanted.status:
        return len(wanted.found.traces)
    where, params = _any_of(wanted)
    source = "from cases c"
    if wanted.found is not None:
        source, params = _FOUND, [_json(wanted.found), *params]
    return int(db.execute(f"select count(*) {source} where {' and '.join(where)}", params).fetchone()[0])


def counts(db: Database) -> dict[str, int]:
    """Cases in each status, and all cases under ""."""
    rows = db.execute("select status, n from status_counts where status != '' and n > 0").fetchall()
    found = {str(r[0]): int(r[1]) for r in rows}
    return {"": sum(found.values()), **found}


@dataclass(frozen=True, slots=True)
class PaperHere:
    is_here: bool  # whole in our blob store
    is_lost: bool  # the station said that it has none either


def papers_of(db: Database, case_id: str) -> dict[str, PaperHere]:
    """digest -> where the paper is. A grant wants every one of them here."""
    rows = db.execute("select digest, here, lost from papers where case_id = ?", (case_id,)).fetchall()
    return {str(r[0]): PaperHere(bool(r[1]), bool(r[2])) for r in rows}


@dataclass(frozen=True, slots=True)
class Twin:
    """Another case of the same applicant for the same item: a hint for a person, never more."""

    case: str
    number: str
    status: Status
    opened_at: str


def twins(db: Database, case_id: str, since: str, limit: int = 5) -> list[Twin]:
    """Open ones, and those opened since then; newest first."""
    ended = (Status.ARCHIVED, Status.HANDED_OVER, Status.NOT_ACCEPTED, Status.WITHDRAWN)
    rows = db.execute(
        "select c.id, c.number, c.status, c.opened_at from traces me join traces t on t.person = me.person and t.item = me.item"
        f" join cases c on c.id = t.case_id where me.case_id = ? and me.person != '' and t.case_id != me.case_id"
        f" and (c.status not in ({_marks(ended)}) or c.opened_at >= ?) order by t.id desc limit ?",
        (case_id, *ended, since, limit),
    ).fetchall()
    return [Twin(str(row[0]), str(row[1]), Status(row[2]), str(row[3])) for row in rows]


# -- asking


def _question(whose: Whose, wanted: Wanted, days: Days) -> tuple[str, list[object]]:
    """From and where of a worklist. The shortest list comes first, and SQLite is told to keep to that (cross join)."""
    source, where, params = "from standing s", list[str](), list[object]()
    if wanted.found is not None:
        source = (
            "from json_each(?) j cross join traces t on t.id = j.value cross join standing s on s.case_id = t.case_id"
        )
        params.append(_json(wanted.found))
    elif isinstance(whose, str):
        source = "from holdings mine cross join standing s on s.case_id = mine.case_id"
    elif wanted.only == Only.CARDS:
        open_ones = "(select distinct case_id from cards where answered_at = '')"
        source = f"from {open_ones} k cross join standing s on s.case_id = k.case_id"
    elif wanted.station:
        source = "from cases c cross join standing s on s.case_id = c.id"
    if isinstance(whose, str):
        where.append("s.case_id in (select case_id from holdings where account = ?)")
        params.append(whose)
    else:
        where.append(f"s.link in ({_marks(whose)})")
        params += whose
    if wanted.station and wanted.found is None:
        where.append(
            "(select station from cases where id = s.case_id) = ?" if "cases c" not in source else "c.station = ?"
        )
        params.append(wanted.station)
    match wanted.only:
        case Only.FREE:
            where.append("not exists (select 1 from holdings h where h.case_id = s.case_id)")
        case Only.OVERDUE:
            where.append("s.due_on < ?")
            params.append(days.today)
        case Only.TODAY:
            where.append("s.due_on = ?")
            params.append(days.today)
        case Only.WEEK:
            where.append("s.due_on between ? and ?")
            params += [days.today, days.week_to]
        case Only.CARDS:
            where.append("exists (select 1 from cards k where k.case_id = s.case_id and k.answered_at = '')")
        case Only.PAUSED:
            where.append("s.paused = 1")
    return f"{source} where {' and '.join(where)}", params


def _any_of(wanted: Wanted) -> tuple[list[str], list[object]]:
    where, params = ["c.status != ''"], list[object]()
    if wanted.station and wanted.found is None:
        where.append("c.station = ?")
        params.append(wanted.station)
    if wanted.status:  # a status has one owner: with both, an index gives them in their order
        where.append("c.owner = ? and c.status = ?")
        params += [OWNER[Status(wanted.status)], wanted.status]
    return where, params


def _waiting(db: Database, ids: Sequence[str]) -> list[Waiting]:
    """The lines of these cases, in this order."""
    rows = db.execute(
        f"select {_CASE}, {_PAPERS}, s.link, s.since, s.due_on, s.starts_on, s.paused, coalesce(h.account, ''),"
        " coalesce(h.since, '') from cases c join standing s on s.case_id = c.id"
        f" left join holdings h on h.case_id = c.id where c.id in ({_marks(ids)})",
        list(ids),
    ).fetchall()
    found = {
        str(row[0]): Waiting(
            _listed(tuple(row)[:-7]), Link(row[-7]), row[-6], row[-5], row[-4], bool(row[-3]), row[-2], row[-1]
        )
        for row in rows
    }
    return [found[one] for one in ids if one in found]


def _listed(row: tuple[object, ...]) -> Listed:
    return Listed(row_of(row[:-2]), int(str(row[-2])), int(str(row[-1])))


def _json(found: Found) -> str:
    return f"[{','.join(str(trace) for trace in found.traces)}]"


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
