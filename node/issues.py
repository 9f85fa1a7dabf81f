"""Which issues of the catalogue this station was told of, and by which road it gets the newest one.

Either whole, or by the changes that lead to it from one that is whole here, whichever is less to fetch. What is
wanted stands in the table `papers` like every other paper; nothing is asked for that leads nowhere. Whether the
bytes are what was signed is looked at in shelf.py, which writes down here what it found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from protocol import attention
from protocol.clock import stamp
from protocol.exchange.messages import CataloguePublished
from protocol.exchange.topics import HUB

_CASE = "catalogue"  # in the place of a case: these papers belong to none


class State(StrEnum):
    TOLD = "told"
    WHOLE = "whole"  # the changes did not lead to it, or cannot be had: only the whole will do
    HELD = "held"  # here, and signed as it has to be
    REFUSED = "refused"  # here, and not signed as it has to be


@dataclass(frozen=True, slots=True)
class Known:
    """One issue that the district told this station of."""

    number: int
    digest: str  # of the whole
    size: int
    base: int
    delta: str  # digest of what changed since `base`; "" if there is none
    delta_size: int
    state: State
    file: str  # digest of the whole that is here; another one if it was put together by other software


def known(db: Database) -> list[Known]:
    """The newest first."""
    rows = db.execute(
        "select number, digest, size, base, delta, delta_size, state, file from shelf order by number desc"
    ).fetchall()
    return [Known(r[0], r[1], r[2], r[3], r[4], r[5], State(r[6]), r[7]) for r in rows]


def told(tx: Database, published: CataloguePublished, heard_at: str) -> None:
    """Note an issue, and want what is needed to have it."""
    tx.execute(
        "insert into shelf (number, digest, size, heard_at, base, delta, delta_size) values (?,?,?,?,?,?,?)"
        " on conflict (number) do update set digest = excluded.digest, size = excluded.size,"
        " base = excluded.base, delta = excluded.delta, delta_size = excluded.delta_size, state = 'told', file = ''"
        " where digest != excluded.digest",
        (
            published.number,
            published.digest,
            published.size,
            heard_at,
            published.base,
            published.delta,
            published.delta_size,
        ),
    )
    want(tx)


def newest_list(db: Database) -> int:
    """The highest number of a publishers' list that was ever believed here; an older list is believed no more."""
    return int(db.execute("select coalesce(max(list_number), 0) from shelf").fetchone()[0])


def mark(tx: Database, number: int, state: State, at: datetime, file: str = "", list_number: int = 0) -> None:
    """What came out when the issue was looked at; what is wanted follows from it."""
    tx.execute(
        "update shelf set state = ?, file = ?, list_number = ? where number = ?", (state, file, list_number, number)
    )
    if state is State.HELD:  # what was not to be had on the way is missed by nobody
        lost = tx.execute("select digest from papers where case_id = ? and lost = 1", (_CASE,)).fetchall()
        for (digest,) in lost:
            attention.settle(tx, "paper-lost", digest, by="catalogue", at=stamp(at))
        tx.execute("delete from papers where case_id = ? and lost = 1", (_CASE,))
    want(tx)


def road(issues: list[Known], goal: Known, gone: frozenset[str] = frozenset()) -> list[Known] | None:
    """The issues whose changes lead to `goal`, the oldest first, from one that is held. None if there is no such road.

    `gone`: digests that neither end has.
    """
    by_number = {issue.number: issue for issue in issues}
    steps: list[Known] = []
    at: Known | None = goal
    while at is not None and at.state is not State.HELD:
        if not at.delta or at.delta in gone or at.state is not State.TOLD or at.base >= at.number:
            return None
        steps.insert(0, at)
        at = by_number.get(at.base)
    return steps if at is not None else None


def want(tx: Database) -> None:
    """Want what leads to the newest issue, and nothing else."""
    rows = tx.execute("select digest from papers where case_id = ? and lost = 1", (_CASE,)).fetchall()
    issues, gone, wanted = known(tx), frozenset(str(row[0]) for row in rows), list[tuple[str, int]]()
    for goal in issues:
        if goal.state is State.HELD:
            break
        if goal.state is State.REFUSED:
            continue
        steps = road(issues, goal, gone)
        if steps is not None and sum(step.delta_size for step in steps) < goal.size:
            wanted = [(step.delta, step.delta_size) for step in steps]
        elif goal.digest not in gone:
            wanted = [(goal.digest, goal.size)]
        if wanted:
            break  # what nobody has keeps no older one waiting: a wrong number would hold this station for ever
    marks = ",".join("?" * len(wanted))
    tx.execute(
        f"delete from papers where case_id = ? and here = 0 and lost = 0 and digest not in ({marks})",
        [_CASE, *(digest for digest, _ in wanted)],
    )
    for digest, size in wanted:
        tx.execute(
            "insert or ignore into papers (digest, case_id, peer, size, type, here, there) values (?,?,?,?,?,0,1)",
            (digest, _CASE, HUB, size, "application/octet-stream"),
        )
