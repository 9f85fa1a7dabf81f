"""One visit to the kiosk: when it began, how far it came, and that it is over.

A row says nothing of a person: which machine, which step, how long. What the visitor began and neither sent nor put
off is thrown away with the visit. A visit that nobody has touched for too long is over by the clock of the station,
whatever became of the browser; so a dead screen leaks nothing either.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from node.drafts import discard_draft
from protocol.clock import moment, stamp
from protocol.errors import Refused

IDLE = timedelta(seconds=60)  # nobody touches anything; then he is asked
ELDER_IDLE = timedelta(seconds=120)
LAST_CALL = timedelta(seconds=20)  # so long he can say that he is still there
GRACE = timedelta(seconds=15)  # for a browser that is busy; the page itself is strict
KEPT = timedelta(days=92)  # rows of visits that are over, for the figures


class Identity(StrEnum):
    """How we know who stands there. What may be seen follows from it."""

    NONE = "none"
    TYPED = "typed"  # says it himself: he may ask for something, and is given nothing
    CODE = "code"  # one case: how it stands
    CARD = "card"  # his own cases and papers


class Outcome(StrEnum):
    LEFT = "left"  # pressed the button
    IDLE = "idle"  # walked off


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    machine: str
    identity: Identity
    draft: str
    case: str  # of a code, or just submitted
    item: str
    step: str
    elder: bool
    helped: bool
    done: tuple[str, ...]  # codes of items that were sent, and what else came to its end
    started_at: datetime
    touched_at: datetime

    @property
    def author(self) -> str:
        """The account in the journal: a machine, and no person."""
        return author_of(self.machine)


def author_of(machine: str) -> str:
    return machine if machine in ("kiosk", "form") else f"kiosk-{machine}"


def session_tables(db: Database) -> None:
    db.executescript("""
    create table kiosk_sessions (
        id text primary key,
        token text unique,              -- SHA-256 of what the browser carries; null once it is over
        machine text not null,
        identity text not null default 'none',
        draft text not null default '',
        case_id text not null default '',
        item text not null default '',
        step text not null,
        elder integer not null,
        helped integer not null default 0,
        done text not null default '',  -- codes with blanks between them
        started_at text not null,
        touched_at text not null,
        outcome text not null default ''
    ) without rowid;
    create index kiosk_sessions_by_start on kiosk_sessions (started_at);
    create index kiosk_sessions_open on kiosk_sessions (token) where token is not null;
    """)


def visits_of_form_machines(db: Database) -> None:
    """They are visits like those at the kiosk, and none of its figures."""
    db.execute("alter table kiosk_sessions add column kind text not null default 'kiosk'")


def begin(
    tx: Database, id_: str, token: str, *, machine: str, step: str, elder: bool, at: datetime, kind: str = "kiosk"
) -> None:
    """`kind` of machine: kiosk or form."""
    tx.execute(
        "insert into kiosk_sessions (id, token, machine, step, elder, started_at, touched_at, kind)"
        " values (?,?,?,?,?,?,?,?)",
        (id_, _digest(token), machine, step, elder, stamp(at), stamp(at), kind),
    )


def find(db: Database, token: str, at: datetime) -> Session | None:
    """The visit that this browser belongs to; None if it is over, or has been idle for too long."""
    row = db.execute("select * from kiosk_sessions where token = ?", (_digest(token),)).fetchone()
    if row is None:
        return None
    session = _session(row)
    return None if is_idle(session, at) else session


def is_idle(session: Session, at: datetime) -> bool:
    return at - session.touched_at > allowed_idle(session.elder) + LAST_CALL + GRACE


def allowed_idle(elder: bool) -> timedelta:
    return ELDER_IDLE if elder else IDLE


def touch(tx: Database, session: Session, *, step: str, elder: bool, at: datetime) -> None:
    """He is still there, at this step."""
    tx.execute(
        "update kiosk_sessions set step = ?, elder = ?, touched_at = ? where id = ? and token is not null",
        (step or session.step, elder, stamp(at), session.id),
    )


def take_draft(tx: Database, session: Session, draft: str, item: str) -> None:
    """He works on this draft from here on; what he began before and neither sent nor put off is gone."""
    if session.draft and session.draft != draft:
        _throw_away(tx, session)
    tx.execute("update kiosk_sessions set draft = ?, item = ? where id = ?", (draft, item, session.id))


def know(tx: Database, session: Session, identity: Identity, case: str = "") -> None:
    """How we know him now, and by a code: which case he may ask about."""
    tx.execute(
        "update kiosk_sessions set identity = ?, case_id = ? where id = ?",
        (identity, case or session.case, session.id),
    )


def put_off(tx: Database, session: Session) -> None:
    """The draft has a code and stays; this visit has no more to do with it."""
    tx.execute("update kiosk_sessions set draft = '', case_id = ? where id = ?", (session.draft, session.id))
    _note_done(tx, session.id, "later")


def filled_in(tx: Database, session: Session) -> None:
    """The draft lies under a code for the desk; this visit may still say which code that is."""
    tx.execute("update kiosk_sessions set draft = '', case_id = ? where id = ?", (session.draft, session.id))
    _note_done(tx, session.id, "prefill")


def sent(tx: Database, session: Session) -> None:
    """The draft is a case now."""
    tx.execute("update kiosk_sessions set draft = '', case_id = ? where id = ?", (session.draft, session.id))
    _note_done(tx, session.id, session.item)


def supplied(tx: Database, session: Session, case: str) -> None:
    """What lacked was sent for this case, and the draft is gone."""
    tx.execute("update kiosk_sessions set draft = '', case_id = ? where id = ?", (case, session.id))
    _note_done(tx, session.id, "supplement")


def did(tx: Database, session: Session, what: str) -> None:
    """He has what he came for: `what` is a word of ours, and counts once a visit."""
    if what not in session.done:
        _note_done(tx, session.id, what)


def asked_for_help(tx: Database, session: Session) -> None:
    tx.execute("update kiosk_sessions set helped = 1 where id = ?", (session.id,))


def end(tx: Database, session: Session, outcome: Outcome) -> None:
    """It is over: the browser is known no more, and what was begun is thrown away."""
    _throw_away(tx, session)
    tx.execute(
        "update kiosk_sessions set token = null, draft = '', case_id = '', identity = 'none', outcome = ? where id = ?",
        (outcome, session.id),
    )


def sweep(tx: Database, at: datetime) -> list[str]:
    """End what nobody has touched for too long; ids of those visits. Rows past their time are deleted."""
    rows = tx.execute("select * from kiosk_sessions where token is not null").fetchall()
    over = [session for session in map(_session, rows) if is_idle(session, at)]
    for session in over:
        end(tx, session, Outcome.IDLE)
    tx.execute("delete from kiosk_sessions where started_at < ? and token is null", (stamp(at - KEPT),))
    return [session.id for session in over]


def must_sweep(db: Database, at: datetime) -> bool:
    """Whether sweep() would find anything: no unit of work is opened for nothing."""
    oldest = stamp(at - IDLE - LAST_CALL - GRACE)
    row = db.execute(
        "select 1 from kiosk_sessions where (token is not null and touched_at < ?)"
        " or (token is null and started_at < ?) limit 1",
        (oldest, stamp(at - KEPT)),
    ).fetchone()
    return row is not None


def _throw_away(tx: Database, session: Session) -> None:
    """Unless it was put off, or somebody at the desk has gone on with it."""
    kept = tx.execute("select 1 from receipt_codes where case_id = ?", (session.draft,)).fetchone()
    row = tx.execute("select begun_by, saved_at from drafts where id = ?", (session.draft,)).fetchone()
    if row is None or kept is not None or row["begun_by"] != session.author:
        return
    if moment(row["saved_at"]) > session.touched_at + GRACE:
        return
    try:
        discard_draft(tx, session.draft)
    except Refused:
        return  # gone in the meantime


def _note_done(tx: Database, id_: str, what: str) -> None:
    tx.execute("update kiosk_sessions set done = trim(done || ' ' || ?) where id = ?", (what, id_))


def _session(row: dict[str, str]) -> Session:
    return Session(
        row["id"], row["machine"], Identity(row["identity"]), row["draft"], row["case_id"], row["item"], row["step"],
        bool(row["elder"]), bool(row["helped"]), tuple(row["done"].split()),
        moment(row["started_at"]), moment(row["touched_at"]),
    )  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
