"""A form that a citizen filled in at the form machine, kept here until a clerk scans the code on his slip.

The code is random and says nothing of him. Nobody is shown an answer before it is certain that the form is the
person's who stands there; then it becomes a draft of the desk, once, and nothing of it is left here but who took it.
What nobody fetched by the end of the next working day is gone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec
from sqlite_utils import Database

from node.devices.filling import Whose
from node.drafts import Details, Draft, add_draft, discard_draft
from node.kiosk.codes import LETTERS
from protocol.cases.acts import By
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import About, FieldRole, FieldType, Item
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Refused

PREFIX = "F"
RANDOM = 10  # characters: 2**50 codes
TRIES = 5  # of cards and endings that are not the applicant's; then the form is gone
KEPT_USED = timedelta(days=92)  # who took it
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Prefill:
    id: str  # becomes the draft's and the case's
    code: str
    item: str
    item_version: int
    answers: dict[str, str]
    details: Details
    kept_at: datetime
    last_day: date
    used_by: str  # account; empty as long as nobody took it


def prefill_tables(db: Database) -> None:
    db.executescript("""
    create table prefills (
        id text primary key,
        code text not null unique,
        item text not null,
        item_version integer not null,
        answers text not null,          -- JSON; '{}' once a desk took it
        details text not null,          -- JSON; likewise
        machine text not null,
        kept_at text not null,
        last_day text not null,         -- on which it can be fetched
        tries integer not null default 0,
        used_by text not null default '',
        used_at text not null default ''
    ) without rowid;
    """)


def last_day(calendar: Calendar, at: datetime) -> date:
    """The next working day: until it is over, what is filled in now can be fetched."""
    return calendar.add_working(_today(at), 1)


def keep(
    tx: Database, entropy: Callable[[int], bytes], draft: Draft, *, machine: str, until: date, at: datetime
) -> str:
    """The draft is a draft no more, and lies under a code. Returns it as it is kept; `shown` is for people."""
    code = _new_code(tx, entropy)
    tx.execute(
        "insert into prefills (id, code, item, item_version, answers, details, machine, kept_at, last_day)"
        " values (?,?,?,?,?,?,?,?,?)",
        (
            draft.id, code, draft.item, draft.item_version, _json(draft.answers), _json(draft.details), machine,
            stamp(at), until.isoformat(),
        ),
    )  # fmt: skip
    discard_draft(tx, draft.id)
    return code


def find(db: Database, typed: str, at: datetime) -> Prefill:
    """What lies under a code as it was scanned or typed.

    :raises Refused: prefill-unknown: no code of ours, or none of this station, or its time is over; prefill-used
    """
    code = read(typed)
    if not code or check_character(code[:-1]) != code[-1]:
        raise Refused("refused.prefill-unknown")
    row = db.execute("select * from prefills where code = ?", (code,)).fetchone()
    return _still_good(row, at)


def need(db: Database, id_: str, at: datetime) -> Prefill:
    """:raises Refused: as find"""
    return _still_good(db.execute("select * from prefills where id = ?", (id_,)).fetchone(), at)


def code_of(db: Database, id_: str) -> tuple[str, date] | None:
    """The code and the last day on which it is good, for whoever filled the form in and stands there still."""
    row = db.execute("select code, last_day from prefills where id = ?", (id_,)).fetchone()
    return (str(row[0]), date.fromisoformat(row[1])) if row else None


def name_in(item: Item, prefill: Prefill) -> str:
    return prefill.answers.get(item.field_with(FieldRole.APPLICANT_NAME).key, "")


def whose_card(item: Item, prefill: Prefill, number: str) -> Whose | None:
    """Whose place in the form the holder of an identity card has; None if this is not his form."""
    asked = [field for field in item.fields if field.type is FieldType.ID_NUMBER]
    for whose, about in ((Whose.APPLICANT, About.APPLICANT), (Whose.AGENT, About.AGENT)):
        if any(field.about is about and _is_same(prefill.answers.get(field.key, ""), number) for field in asked):
            return whose
    return None


def ends_with(item: Item, prefill: Prefill, last_four: str) -> bool:
    """Whether these are the last four characters of the applicant's number."""
    number = prefill.answers.get(item.field_with(FieldRole.APPLICANT_ID).key, "")
    return len(number) > 4 and _is_same(number[-4:], last_four)


def count_try(tx: Database, prefill: Prefill) -> int:
    """It was not his. Returns how many tries are left; with none the form is gone."""
    tx.execute("update prefills set tries = tries + 1 where id = ? and used_by = ''", (prefill.id,))
    row = tx.execute("select tries from prefills where id = ?", (prefill.id,)).fetchone()
    left = max(0, TRIES - int(row[0])) if row else 0
    if left == 0:
        tx.execute("delete from prefills where id = ? and used_by = ''", (prefill.id,))
    return left


def take(tx: Database, prefill: Prefill, *, by: By, at: datetime) -> str:
    """It is a draft of this desk now, with every answer; here stays who took it, and when. Returns the draft's id.

    :raises Refused: prefill-used: somebody else was faster
    """
    took = tx.execute(
        "update prefills set used_by = ?, used_at = ?, answers = '{}', details = '{}' where id = ? and used_by = ''",
        (by.account, stamp(at), prefill.id),
    )
    if took.rowcount == 0:
        raise Refused("refused.prefill-used")
    return add_draft(tx, prefill.id, prefill.item, prefill.item_version, None, prefill.answers, by, at, prefill.details)


def must_drop(db: Database, at: datetime) -> bool:
    return db.execute(f"select 1 from prefills where {_OVER} limit 1", _over(at)).fetchone() is not None


def drop(tx: Database, at: datetime) -> int:
    """What nobody fetched in time is deleted; of what was fetched, who did, after three months."""
    return int(tx.execute(f"delete from prefills where {_OVER}", _over(at)).rowcount)


_OVER = "(used_by = '' and last_day < ?) or (used_by != '' and used_at < ?)"


def _over(at: datetime) -> tuple[str, str]:
    return _today(at).isoformat(), stamp(at - KEPT_USED)


# -- codes


def read(typed: str) -> str:
    """As it is kept; empty if it has not the shape of one."""
    code = typed.strip().upper()
    code = code[:1] + code[1:].translate(_LOOK_ALIKE)
    if len(code) != RANDOM + 2 or code[0] != PREFIX or any(one not in LETTERS for one in code[1:]):
        return ""
    return code


def shown(code: str) -> str:
    return f"{code[:4]} {code[4:8]} {code[8:]}"


def check_character(text: str) -> str:
    """Luhn's, to the base of 32: one wrong character is found always, two neighbours that changed places nearly always."""
    total = 0
    for place, one in enumerate(reversed(text)):
        value = LETTERS.index(one) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return LETTERS[-total % 32]


def _new_code(db: Database, entropy: Callable[[int], bytes]) -> str:
    while True:
        number = int.from_bytes(entropy(7), "big")
        code = PREFIX + "".join(LETTERS[number >> 5 * place & 31] for place in range(RANDOM))
        code += check_character(code)
        if db.execute("select 1 from prefills where code = ?", (code,)).fetchone() is None:
            return code


def _is_same(one: str, other: str) -> bool:
    return one != "" and hmac.compare_digest(one.upper().encode(), other.strip().upper().encode())


def _still_good(row: dict[str, str] | None, at: datetime) -> Prefill:
    if row is None:
        raise Refused("refused.prefill-unknown")
    if row["used_by"]:
        raise Refused("refused.prefill-used")
    if date.fromisoformat(row["last_day"]) < _today(at):
        raise Refused("refused.prefill-unknown")
    return Prefill(
        row["id"], row["code"], row["item"], int(row["item_version"]),
        msgspec.json.decode(row["answers"], type=dict[str, str]), msgspec.json.decode(row["details"], type=Details),
        moment(row["kept_at"]), date.fromisoformat(row["last_day"]), row["used_by"],
    )  # fmt: skip


def _today(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
