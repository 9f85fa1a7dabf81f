"""What the screens of the hall say beside numbers, as the head of the station decided.

Nothing of a citizen can be switched on here. Whether a clerk's name stands at her counter is hers and the head's
matter, and is off until the head says otherwise.
"""

from __future__ import annotations

from sqlite_utils import Database

NAMES = "clerk-names"


def sign_tables(db: Database) -> None:
    db.executescript("""
    create table hall_signs (
        name text primary key,
        is_on integer not null
    ) without rowid;
    """)


def shows_names(db: Database) -> bool:
    row = db.execute("select is_on from hall_signs where name = ?", (NAMES,)).fetchone()
    return bool(row and row[0])


def show_names(tx: Database, is_on: bool) -> None:
    tx.execute(
        "insert into hall_signs (name, is_on) values (?, ?) on conflict (name) do update set is_on = excluded.is_on",
        (NAMES, is_on),
    )
