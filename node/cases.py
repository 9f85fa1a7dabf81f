"""Where each case stands between this station and the district, as far as it is true.

"Received by the district" is said only of what the hub has receipted by number; it is read from the
journal's marks when the page is made, and goes back when a hello takes the mark back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

from node.kiosk import codes
from protocol.casebook import ROW_COLUMNS, CaseRow, row_of
from protocol.cases.rules import Status
from protocol.exchange.journal import place
from protocol.exchange.topics import HUB


class SyncState(StrEnum):
    LOCAL = "local"  # 已存本机: a draft
    QUEUED = "queued"  # 等待上传
    PARTIAL = "partial"  # 材料 n/m
    ACKED = "acked"  # 区中心已收
    MOVED_HERE = "moved-here"  # 区中心转来: nothing of it is ours to deliver
    ATTENTION = "attention"  # 需要处理


@dataclass(frozen=True, slots=True)
class Sync:
    """`receipt` and `receipted_at` belong to the last thing that this station said of the case."""

    state: SyncState
    papers: int = 0
    papers_there: int = 0
    receipt: str = ""
    receipted_at: str = ""


@dataclass(frozen=True, slots=True)
class ListedCase:
    row: CaseRow
    sync: Sync


@dataclass(frozen=True, slots=True)
class Owed:
    """What this station has not delivered yet, by the marks at this moment."""

    entries: int
    cases: int
    papers: int
    oldest_at: str
    last_receipt_at: str


def receipt_number(epoch: str, upto: int) -> str:
    """The number under which the hub keeps an entry of ours: its place in our journal, named by the epoch's end."""
    return f"H-{upto:05d}-{epoch[-3:].upper()}"


def sync_of(db: Database, case_id: str) -> Sync:
    """Six states, from what is written in this store alone."""
    if db.execute("select 1 from attention where case_id = ? and settled_at is null limit 1", (case_id,)).fetchone():
        return Sync(SyncState.ATTENTION)
    rows = db.execute(
        "select a.seq, p.epoch, p.told, p.id from acts a join epochs p on p.id = a.place >> 40"
        " where a.case_id = ? and p.reader = ? order by a.life, a.epoch, a.seq",
        (case_id, HUB),
    ).fetchall()
    if any(row["seq"] > row["told"] for row in rows):
        return Sync(SyncState.QUEUED)
    papers, there = db.execute(
        "select count(*), coalesce(sum(there), 0) from papers where case_id = ? and peer = ?", (case_id, HUB)
    ).fetchone()
    if not rows:
        told = db.execute("select 1 from acts where case_id = ? limit 1", (case_id,)).fetchone()
        return Sync(SyncState.MOVED_HERE if told else SyncState.LOCAL)
    last = rows[-1]
    receipted = db.execute(
        "select at from receipts where epoch_id = ? and upto >= ? order by upto limit 1", (last["id"], last["seq"])
    ).fetchone()
    return Sync(
        SyncState.PARTIAL if there < papers else SyncState.ACKED,
        papers,
        there,
        receipt_number(last["epoch"], last["seq"]),
        receipted["at"] if receipted else "",
    )


def listed(
    db: Database,
    *,
    search: str = "",
    statuses: Sequence[Status] = (),
    by: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[ListedCase]:
    """Newest first. `search` looks in numbers, items, names of applicants and receipt codes; no `statuses` means all.

    `by` keeps those in which that account of this station did something.
    """
    where, params = _wanted(search, statuses, by)
    rows = db.execute(
        f"select {ROW_COLUMNS} from cases where {where} order by opened_at desc, id limit ? offset ?",
        [*params, limit, offset],
    ).fetchall()
    return [ListedCase(row_of(tuple(row)), sync_of(db, row["id"])) for row in rows]


def listed_by_id(db: Database, ids: Sequence[str]) -> list[ListedCase]:
    """These cases, in this order; each of them is here."""
    found = []
    for case_id in ids:
        row = db.execute(f"select {ROW_COLUMNS} from cases where id = ?", (case_id,)).fetchone()
        found.append(ListedCase(row_of(tuple(row)), sync_of(db, case_id)))
    return found


def newest_first(db: Database, ids: Collection[str]) -> list[str]:
    """Those of `ids` that are here as cases, in the order of listed()."""
    rows = db.conn.execute(
        "select id from cases where status != '' and id in (select value from json_each(?)) order by opened_at desc, id",
        (json.dumps(list(ids)),),
    )
    return [str(row[0]) for row in rows.fetchall()]


def how_many(
    db: Database,
    *,
    search: str = "",
    statuses: Sequence[Status] = (),
    by: str = "",
) -> int:
    """Of those that listed() would show without a limit."""
    where, params = _wanted(search, statuses, by)
    return int(db.execute(f"select count(*) from cases where {where}", params).fetchone()[0])


def _wanted(search: str, statuses: Sequence[Status], by: str) -> tuple[str, list[object]]:
    where, params = ["status != ''"], list[object]()
    if search.strip():
        where.append(
            "(number like ? escape '\\' or applicant like ? escape '\\' or item = ?"
            " or id = (select case_id from receipt_codes where code = ?))"
        )
        pattern = "%" + search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        params += [pattern, pattern, search.strip().upper(), codes.read(search)]
    if statuses:
        where.append(f"status in ({','.join('?' * len(statuses))})")
        params += statuses
    if by:
        where.append(
            "exists (select 1 from acts a join entries e on e.place = a.place"
            " where a.case_id = cases.id and a.side = 'station' and e.by = ?)"
        )
        params.append(by)
    return " and ".join(where), params


def last_receipt_at(db: Database) -> str:
    """When the hub last receipted something of ours; "" if it never did."""
    rows = db.execute(
        "select (select at from receipts where epoch_id = p.id order by upto desc limit 1) from epochs p"
        " where p.reader = ?",
        (HUB,),
    ).fetchall()
    return max((str(row[0]) for row in rows if row[0]), default="")


def owed_entries(db: Database) -> tuple[int, str]:
    """How many entries the hub has not receipted, and when the first of them about a case was written, "" if none."""
    entries, oldest = 0, ""
    for _, low, high in places_owed(db):
        entries += high - low
        first = db.execute(
            "select at from entries where place > ? and place <= ? and case_id != '' order by place limit 1",
            (low, high),
        ).fetchone()
        oldest = min(filter(None, (oldest, first and first["at"])), default="")
    return entries, oldest


def owed_papers(db: Database) -> int:
    """Papers that are here and of which the hub has not said that it has them."""
    row = db.execute("select count(*) from papers where peer = ? and there = 0 and here = 1", (HUB,)).fetchone()
    return int(row[0])


def places_owed(db: Database) -> list[tuple[int, int, int]]:
    """(epoch, last receipted, last) of every epoch that is not receipted whole; the latter two as places of entries."""
    rows = db.execute("select id, head, told from epochs where reader = ? and head > told", (HUB,)).fetchall()
    return [(row["id"], place(row["id"], row["told"]), place(row["id"], row["head"])) for row in rows]
