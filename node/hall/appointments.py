"""Appointments of the hall: who comes when and for what, and how one is known again at the ticket machine.

Known by a code of six digits, or by the identity card if its number was said when the appointment was made. Of that
number only a slow digest is kept, with a salt of the day, and only until the day is over; no name is kept at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import msgspec
from sqlite_utils import Database

from node.hall.ledger import day_of
from node.hall.state import Hall
from protocol.catalogue.groups import group
from protocol.clock import moment, stamp
from protocol.errors import Refused

AHEAD = timedelta(days=60)
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Appointment:
    day: str  # ISO, in China
    code: str
    slot: datetime
    groups: tuple[str, ...]
    items: tuple[str, ...]
    by_card: bool  # the identity card will do instead of the code
    ticket: str  # drawn for it; empty until then


def appointment_tables(db: Database) -> None:
    db.executescript("""
    create table appointments (
        day text not null,
        code text not null,             -- six digits
        slot text not null,
        groups text not null,
        items text not null,
        person blob,                    -- digest; null: none was said, or the day is over
        by text not null,
        at text not null,
        ticket text not null default '',
        primary key (day, code)
    ) without rowid;
    create table appointment_salts (day text primary key, salt blob not null) without rowid;
    """)


def book(
    tx: Database,
    slot: datetime,
    groups: Sequence[str],
    *,
    items: Sequence[str] = (),
    number: str = "",
    entropy: bytes,
    by: str,
    at: datetime,
) -> Appointment:
    """`number` is an identity number, already checked; it is not kept. `entropy` are at least 20 random bytes.

    :raises Refused: slot: it is over, or too far ahead
    """
    if not at < slot <= at + AHEAD:
        raise Refused("refused.slot", days=AHEAD.days)
    day = day_of(slot)
    taken = {str(row[0]) for row in tx.execute("select code from appointments where day = ?", (day,)).fetchall()}
    drawn = int.from_bytes(entropy[_SALT_BYTES:], "big")
    code = next(code for step in count() if (code := f"{(drawn + step) % 1_000_000:06d}") not in taken)
    tx.execute("insert or ignore into appointment_salts (day, salt) values (?,?)", (day, entropy[:_SALT_BYTES]))
    person = _digest(tx, day, number) if number else None
    wanted = list(dict.fromkeys(group(one).code for one in groups))
    tx.execute(
        "insert into appointments (day, code, slot, groups, items, person, by, at) values (?,?,?,?,?,?,?,?)",
        (day, code, stamp(slot), _text(wanted), _text(list(items)), person, by, stamp(at)),
    )
    return Appointment(day, code, slot, tuple(wanted), tuple(items), person is not None, "")


def cancel(tx: Database, day: str, code: str) -> None:
    """:raises Refused: appointment-unknown: there is none, or its number has been drawn"""
    if tx.execute("delete from appointments where day = ? and code = ? and ticket = ''", (day, code)).rowcount == 0:
        raise Refused("refused.appointment-unknown")


def of_day(db: Database, day: str) -> list[Appointment]:
    """By time."""
    rows = db.execute("select * from appointments where day = ? order by slot, code", (day,)).fetchall()
    return [_appointment(row) for row in rows]


def by_code(db: Database, code: str, at: datetime) -> Appointment:
    """Today's, whose number has not been drawn.

    :raises Refused: appointment-unknown
    """
    found = next((one for one in of_day(db, day_of(at)) if one.code == code and not one.ticket), None)
    if found is None:
        raise Refused("refused.appointment-unknown")
    return found


def by_card(db: Database, number: str, at: datetime) -> Appointment | None:
    """Today's first one of the person whose card was read; a tenth of a second is spent on it, and nothing kept."""
    day = day_of(at)
    if db.execute("select 1 from appointments where day = ? and person is not null limit 1", (day,)).fetchone() is None:
        return None
    row = db.execute(
        "select * from appointments where day = ? and person = ? and ticket = '' order by slot limit 1",
        (day, _digest(db, day, number)),
    ).fetchone()
    return _appointment(row) if row else None


def came(tx: Database, appointment: Appointment, ticket: str) -> None:
    """:raises Refused: appointment-unknown: a number was drawn for it in the same moment"""
    done = tx.execute(
        "update appointments set ticket = ? where day = ? and code = ? and ticket = ''",
        (ticket, appointment.day, appointment.code),
    )
    if done.rowcount == 0:
        raise Refused("refused.appointment-unknown")


def forget(tx: Database, hall: Hall, at: datetime) -> None:
    """With the end of a day nobody can be known by his card any more."""
    tx.execute("update appointments set person = null where day <= ?", (hall.day,))
    tx.execute("delete from appointment_salts where day <= ?", (hall.day,))


def _digest(db: Database, day: str, number: str) -> bytes:
    salt = db.execute("select salt from appointment_salts where day = ?", (day,)).fetchone()[0]
    return hashlib.scrypt(number.upper().encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=32)


def _appointment(row: dict[str, str]) -> Appointment:
    groups, items = (tuple(msgspec.json.decode(row[name], type=list[str])) for name in ("groups", "items"))
    return Appointment(
        row["day"], row["code"], moment(row["slot"]), groups, items, row["person"] is not None, row["ticket"]
    )


def _text(words: Sequence[str]) -> str:
    return msgspec.json.encode(words).decode()
