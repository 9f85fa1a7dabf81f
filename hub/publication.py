"""A publication as it is kept: its content, its two persons, and how far it has come. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec
from sqlite_utils import Database

from protocol.errors import Refused


class State(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    CANARY = "canary"  # approved, and tried at some stations
    ALL = "all"
    DROPPED = "dropped"  # before it reached anybody, or taken back while it was tried


UNDER_WAY = (State.DRAFT, State.SIGNED, State.CANARY)


@dataclass(frozen=True, slots=True)
class Publication:
    id: int
    state: State
    base: int
    number: int
    rolls_back_to: int
    note: str
    content: str
    drafted_by: str  # everybody who changed the draft, in that order, with blanks between
    drafted_at: str
    signed_by: str
    signed_at: str
    approved_by: str
    approved_at: str
    canaries: tuple[str, ...]
    all_by: str
    all_at: str
    all_reason: str
    ended_by: str
    ended_at: str

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


_COLUMNS = (
    "id, state, base, number, rolls_back_to, note, content, drafted_by, drafted_at, signed_by, signed_at,"
    " approved_by, approved_at, canaries, all_by, all_at, all_reason, ended_by, ended_at"
)


def publications(db: Database, limit: int = 100) -> list[Publication]:
    """The latest first."""
    rows = db.execute(f"select {_COLUMNS} from publications order by id desc limit ?", (limit,)).fetchall()
    return [_publication(row) for row in rows]


def publication(db: Database, number: int) -> Publication:
    """By its id. :raises Refused: no-publication"""
    row = db.execute(f"select {_COLUMNS} from publications where id = ?", (number,)).fetchone()
    if row is None:
        raise Refused("refused.no-publication")
    return _publication(row)


def under_way(db: Database) -> Publication | None:
    return next((one for one in publications(db) if one.is_under_way), None)


def _publication(row: Sequence[object]) -> Publication:
    values = list(row)
    values[1] = State(str(values[1]))
    values[13] = tuple(msgspec.json.decode(str(values[13]), type=list[str]))
    return Publication(*values)  # type: ignore[arg-type]  # a row of our own table
