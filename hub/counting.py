"""The statistics kept up: a line in `facts` for each case, and sums a month in `tallies`.

Caches and nothing more: every number follows from the acts, and both tables can be thrown away. A case is
marked when its line of the worklist is reckoned, and counted soon after, with the sums of the months that it counts in.
Each sum is kept by item and by station: a page over a year of 300,000 cases reads some thousand lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from hub.facts import AT_END, AT_INTAKE, MEASURES, Fact, fact_of
from protocol.casebook import Casebook
from protocol.cases.case import Case
from protocol.catalogue.law import Law
from protocol.clocks.states import ClockState

_WORDS = (
    "item", "version", "station", "channel", "mode", "known", "outcome", "opened_on", "accepted_on", "decided_on",
    "ended_on", "issued_on", "handed_on", "archived_on",
)  # fmt: skip
COLUMNS = ("case_id", *_WORDS, *MEASURES)
_COUNTED = ("item", "station", "channel", "opened_on", "ended_on", *MEASURES)

Sums = dict[str, int]
Key = tuple[str, str, str, str]  # month, item or "", station or "", channel


def counting_tables(db: Database) -> None:
    """Called by a migration of the hub."""
    measures = ", ".join(f"{name} integer not null default 0" for name in _FIRST_MEASURES.split())
    db.executescript(f"""
    create table facts (
        id integer primary key,         -- in the order of coming, so that a month lies together
        case_id text not null unique,
        item text not null,
        version integer not null,
        station text not null,
        channel text not null,
        mode text not null,
        known integer not null,         -- its version of the item was here
        outcome text not null,          -- "" while it is open
        opened_on text not null,        -- ISO days; "" for what has not happened
        accepted_on text not null,
        decided_on text not null,
        ended_on text not null,
        issued_on text not null,
        handed_on text not null,
        archived_on text not null,
        {measures}
    );
    create index facts_by_opened on facts (opened_on);
    create index facts_by_ended on facts (ended_on);
    create index facts_by_station on facts (station, item);
    create index facts_by_item on facts (item);
    create index facts_unknown on facts (item, version) where known = 0;
    create table tallies (
        month text not null,            -- of the intake for what is counted then, of the conclusion for the rest
        item text not null,             -- "" in the lines that are by station
        station text not null,          -- "" in the lines that are by item
        channel text not null,
        {measures},
        primary key (month, item, station, channel)
    ) without rowid;
    create table uncounted (case_id text primary key) without rowid;
    insert into uncounted (case_id) select id from cases;
    """)


# the measures of the first statistics, as their migration made them; a later one is added by another
_FIRST_MEASURES = """
    taken deemed ended decided granted denied refused withdrawn days at_once corrected visits one_visit timed in_time
    law_allowed law_used promised kept ahead promise_allowed promise_used conditional committed broken sent_back
    result_returned reopened reworked stayed_intake stayed_acceptance stayed_review stayed_survey stayed_approval
    stayed_issuance stayed_hand_over stayed_archive passed_intake passed_acceptance passed_review passed_survey
    passed_approval passed_issuance passed_hand_over passed_archive stopped_correction stopped_hearing stopped_tender
    stopped_auction stopped_inspection stopped_testing stopped_quarantine stopped_appraisal stopped_expert_review
    stopped_publicity stopped_rectification stopped_third_party stopped_conclusion
"""


def follow_figures(tx: Database, case_id: str, case: Case | None, states: tuple[ClockState, ...]) -> None:
    """What follows the lines of the worklists: the case is counted when nothing else is left to do."""
    tx.execute("insert or ignore into uncounted (case_id) values (?)", (case_id,))


def uncounted(db: Database) -> int:
    """How many cases have changed since they were counted."""
    return int(db.execute("select count(*) from uncounted").fetchone()[0])


def became_known(db: Database, law: Law) -> list[tuple[str, int]]:
    """Items and versions that had not come yet when their cases were counted, and now have."""
    rows = db.execute("select distinct item, version from facts where known = 0").fetchall()
    return [(str(row[0]), int(row[1])) for row in rows if law.item(str(row[0]), int(row[1])) is not None]


def mark_items_uncounted(tx: Database, items: Iterable[tuple[str, int]]) -> None:
    for item in items:
        tx.execute(
            "insert or ignore into uncounted select case_id from facts where known = 0 and item = ? and version = ?",
            item,
        )


def count_next(tx: Database, book: Casebook, law: Law, at: datetime, limit: int = 200) -> int:
    """Count up to `limit` cases that have changed. Returns how many were."""
    ids = [str(row[0]) for row in tx.execute("select case_id from uncounted limit ?", (limit,)).fetchall()]
    changes: dict[Key, Sums] = defaultdict(lambda: defaultdict(int))
    for case_id in ids:
        _take_away(tx, case_id, changes)
        case = book.case(tx, case_id)
        fact = fact_of(case, law, at) if case is not None else None
        if fact is not None:
            _write(tx, fact)
            _add(changes, (fact.item, fact.station, fact.channel), fact.opened_on, fact.at_intake(), 1)
            _add(changes, (fact.item, fact.station, fact.channel), fact.ended_on, fact.at_end(), 1)
        else:
            tx.execute("delete from facts where case_id = ?", (case_id,))
        tx.execute("delete from uncounted where case_id = ?", (case_id,))
    _tally(tx, changes)
    return len(ids)


def _take_away(tx: Database, case_id: str, changes: dict[Key, Sums]) -> None:
    """What the case has counted so far."""
    row = tx.execute(f"select {', '.join(_COUNTED)} from facts where case_id = ?", (case_id,)).fetchone()
    if row is None:
        return
    item, station, channel, opened_on, ended_on = (str(value) for value in tuple(row)[:5])
    counts = dict(zip(MEASURES, tuple(row)[5:], strict=True))
    _add(changes, (item, station, channel), opened_on, {name: counts[name] for name in AT_INTAKE}, -1)
    if ended_on:
        _add(changes, (item, station, channel), ended_on, {name: counts[name] for name in AT_END}, -1)


def _add(changes: dict[Key, Sums], of: tuple[str, str, str], day: str, counts: Mapping[str, int], sign: int) -> None:
    item, station, channel = of
    for key in ((day[:7], item, "", channel), (day[:7], "", station, channel)):
        sums = changes[key]
        for name, count in counts.items():
            if count:
                sums[name] += sign * count


def _write(tx: Database, fact: Fact) -> None:
    values = [getattr(fact, name) for name in _WORDS] + [fact.counts.get(name, 0) for name in MEASURES]
    tx.execute(_WRITE, (fact.case, *values))


def _tally(tx: Database, changes: Mapping[Key, Sums]) -> None:
    for key, sums in changes.items():
        if any(sums.values()):
            tx.execute(_TALLY, (*key, *(sums.get(name, 0) for name in MEASURES)))


def _insert(table: str, columns: Iterable[str], keys: str, update: Iterable[str]) -> str:
    names = list(columns)
    return (
        f"insert into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
        f" on conflict ({keys}) do update set {', '.join(update)}"
    )


_WRITE = _insert("facts", COLUMNS, "case_id", [f"{name} = excluded.{name}" for name in COLUMNS[1:]])
_TALLY = _insert(
    "tallies", ("month", "item", "station", "channel", *MEASURES), "month, item, station, channel",
    [f"{name} = {name} + excluded.{name}" for name in MEASURES],
)  # fmt: skip
