"""Receipt codes: eight strokes on a slip, 7K2M-4T, that lead back to an application begun or sent at this station.

A code is not guessed: it is random, asked for together with the last four characters of the applicant's number, and
wrong tries are counted for each machine. It opens no paper and no full number: that takes the card itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from node.drafts import need_draft
from protocol.casebook import Casebook
from protocol.catalogue.items import FieldRole, Item
from protocol.clock import stamp
from protocol.errors import Refused

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none that is taken for another
LENGTH = 6
KEPT_DRAFT = timedelta(days=7)  # an application that was put off and never taken up again
TRIES = 20  # wrong ones at one machine within TRIES_IN; 2**30 codes and 10**4 endings stand against them
TRIES_IN = timedelta(minutes=10)
_OVER = "until != '' and until < ?"
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "－": None, "—": None})


@dataclass(frozen=True, slots=True)
class Found:
    """What a code led to: an application that is still a draft here, or a case."""

    id: str
    is_draft: bool


def code_tables(db: Database) -> None:
    db.executescript("""
    create table receipt_codes (
        code text primary key,
        case_id text not null unique,   -- of the draft, which becomes the case's
        until text not null             -- '' once it was sent; before that the day after which the draft is gone
    ) without rowid;
    create table code_tries (machine text not null, at text not null);
    """)


def give(tx: Database, entropy: Callable[[int], bytes], case_id: str, *, until: datetime | None) -> str:
    """The code of a draft or case, as it is shown; the same one however often it is asked for."""
    known = code_of(tx, case_id)
    if known:
        tx.execute("update receipt_codes set until = ? where case_id = ?", (stamp(until) if until else "", case_id))
        return known
    while True:
        number = int.from_bytes(entropy(4), "big") & (1 << 5 * LENGTH) - 1
        code = "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))
        taken = tx.execute("select 1 from receipt_codes where code = ?", (code,)).fetchone()
        if taken is None:
            tx.execute(
                "insert into receipt_codes (code, case_id, until) values (?,?,?)",
                (code, case_id, stamp(until) if until else ""),
            )
            return shown(code)


def code_of(db: Database, case_id: str) -> str:
    """As it is shown; empty if none was given."""
    row = db.execute("select code from receipt_codes where case_id = ?", (case_id,)).fetchone()
    return shown(str(row[0])) if row else ""


def shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def read(text: str) -> str:
    """What somebody typed, as it is kept: capital letters, no dash, O and I as the digits that they were."""
    return text.strip().upper().translate(_LOOK_ALIKE)[:LENGTH]


def look_up(
    tx: Database,
    book: Casebook,
    item_of: Callable[[str, int], Item],
    typed: str,
    last_four: str,
    *,
    machine: str,
    at: datetime,
) -> Found | None:
    """What the code and the last four characters of the number lead to; a case's own number will do for a code.

    None if they lead nowhere: which of the two was wrong is not said, and the try is counted.
    :raises Refused: code-wait: too many wrong tries at this machine
    """
    since = stamp(at - TRIES_IN)
    tx.execute("delete from code_tries where at < ?", (since,))
    if tx.execute("select count(*) from code_tries where machine = ?", (machine,)).fetchone()[0] >= TRIES:
        raise Refused("refused.code-wait", minutes=int(TRIES_IN.total_seconds() // 60))
    found = _found(tx, typed)
    number = _number_of(tx, book, item_of, found) if found else ""
    wanted, given = number[-4:].upper().encode(), last_four.strip().upper().encode()
    if found is None or len(wanted) != 4 or not hmac.compare_digest(wanted, given):
        tx.execute("insert into code_tries (machine, at) values (?,?)", (machine, stamp(at)))
        return None
    return found


def has_old_drafts(db: Database, at: datetime) -> bool:
    return db.execute(f"select 1 from receipt_codes where {_OVER} limit 1", (stamp(at),)).fetchone() is not None


def drop_old_drafts(tx: Database, at: datetime) -> list[str]:
    """The codes of what was put off and never sent are gone once their time is over.

    Returns the drafts that are still there: they are the caller's to discard. The desk may have sent one, or thrown it away.
    """
    rows = tx.execute(f"select case_id from receipt_codes where {_OVER}", (stamp(at),)).fetchall()
    ids = [str(row[0]) for row in rows]
    left = [one for one in ids if tx.execute("select 1 from drafts where id = ?", (one,)).fetchone()]
    sent = [one for one in ids if tx.execute("select 1 from cases where id = ?", (one,)).fetchone()]
    tx.conn.executemany("update receipt_codes set until = '' where case_id = ?", [(one,) for one in sent])
    tx.execute(f"delete from receipt_codes where {_OVER}", (stamp(at),))
    return left


def _found(db: Database, typed: str) -> Found | None:
    row = db.execute("select case_id from receipt_codes where code = ?", (read(typed),)).fetchone()
    if row is None:
        row = db.execute("select id from cases where number = ? and status != ''", (typed.strip().upper(),)).fetchone()
    if row is None:
        return None
    is_draft = db.execute("select 1 from drafts where id = ?", (row[0],)).fetchone() is not None
    return Found(str(row[0]), is_draft)


def _number_of(db: Database, book: Casebook, item_of: Callable[[str, int], Item], found: Found) -> str:
    """The applicant's number; empty if there is none yet, or nothing is left of it."""
    if found.is_draft:
        draft = need_draft(db, found.id)
        return draft.answers.get(item_of(draft.item, draft.item_version).field_with(FieldRole.APPLICANT_ID).key, "")
    case = book.case(db, found.id)
    return case.applicant.number if case is not None else ""
