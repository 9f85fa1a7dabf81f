"""The exchange in numbers: how far each epoch was written, receipted and replicated, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from protocol.exchange.topics import HUB


@dataclass(frozen=True, slots=True)
class EpochMark:
    """`told` is what the reader receipted by number (ours), or equals `head` for what we hold of the hub's."""

    ours: bool
    epoch: str  # the end of its name
    life: int
    head: int
    told: int
    replicated: int


def of_exchange(db: Database) -> list[EpochMark]:
    """Ours first, the latest life first."""
    rows = db.execute(
        "select author, epoch, life, head, told, replicated from epochs where author = ? or reader = ?"
        " order by author = ?, life desc, id desc",
        (HUB, HUB, HUB),
    ).fetchall()
    return [
        EpochMark(
            row["author"] != HUB, str(row["epoch"])[-6:].upper(), int(row["life"]), int(row["head"]),
            int(row["told"] if row["author"] != HUB else row["head"]), int(row["replicated"]),
        )
        for row in rows
    ]  # fmt: skip
