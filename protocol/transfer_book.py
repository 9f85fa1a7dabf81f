"""The lists of papers that travel, as a party keeps them: the same at station and hub.

What is said of a list goes into the journal of whoever the desk speaks to; the hub tells the other end on. Nothing
writes to these tables but the handler, except for a list that is still being put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.cases.acts import By
from protocol.catalogue.calendars import Calendar
from protocol.clock import CHINA, moment, stamp
from protocol.errors import Distrusted, Refused
from protocol.exchange.journal import Heard, Journal
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.transfers import MAX_LINES, Seen, State, Transfer, TransferLine, TransferStep, What, fold

DIFFERS, LATE = "transfer-differs", "transfer-late"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(TransferStep).decode
_decode_lines = msgspec.json.Decoder(list[TransferLine]).decode


def transfer_tables(db: Database) -> None:
    """Called by a migration of station and hub."""
    db.executescript("""
    create table transfers (            -- can be made again from the steps
        number text primary key,
        sender text not null,
        receiver text not null,
        state text not null,
        since text not null
    ) without rowid;
    create index transfers_by_state on transfers (state, since);
    create table transfer_steps (
        id text primary key,
        number text not null,
        origin text not null,           -- of whose journal it came
        body blob not null
    ) without rowid;
    create index transfer_steps_by_number on transfer_steps (number);
    create table transfers_told (       -- at the hub: to whom a step was told on
        step text not null,
        station text not null,
        primary key (step, station)
    ) without rowid;
    create table transfer_drafts (
        number text primary key,
        receiver text not null,
        lines text not null,
        begun_by text not null,
        begun_at text not null
    ) without rowid;
    create table transfer_numbers (year integer primary key, last integer not null);
    """)


# -- hearing


def hear(tx: Database, heard: Heard) -> None:
    """Each end says its own part; the hub tells on what a station said, and is believed."""
    try:
        step = _decode(heard.body)
        moment(step.at)
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="transfer") from why
    if heard.author != HUB and (
        heard.author not in (step.sender, step.receiver) or step.author not in ("", heard.author)
    ):
        raise Distrusted("distrusted.author")
    if step.what is What.SENT and not step.number.startswith(_front(step.sender)):
        raise Distrusted("distrusted.author")
    if heard.author == HUB:
        tx.conn.execute("insert or ignore into transfers_told (step, station) values (?,?)", (step.id, heard.reader))
    tx.conn.execute(
        "insert or ignore into transfer_steps (id, number, origin, body) values (?,?,?,?)",
        (step.id, step.number, heard.author, heard.body),
    )
    tx.conn.execute("delete from transfer_drafts where number = ?", (step.number,))
    made = transfer(tx, step.number)
    tx.conn.execute(
        "insert or replace into transfers (number, sender, receiver, state, since) values (?,?,?,?,?)",
        (made.number, made.sender, made.receiver, made.state, made.since),
    )
    if made.state is State.DIFFERS:
        attention.put(tx, DIFFERS, made.number, at=heard.heard_at, detail={"number": made.number})
    else:
        attention.settle(tx, DIFFERS, made.number, by=step.account, at=heard.heard_at)
    if made.state not in (State.SENT, State.EARLY):
        attention.settle(tx, LATE, made.number, by=step.account, at=heard.heard_at)


_UNTOLD = (
    "select s.id, s.body, e.name from transfer_steps s join transfers t on t.number = s.number"
    " join stations e on e.name in (t.sender, t.receiver) where e.name != s.origin and not exists"
    " (select 1 from transfers_told d where d.step = s.id and d.station = e.name) limit ?"
)


def is_behind(db: Database) -> bool:
    """At the hub: whether tell_on() has something to tell."""
    return db.execute(_UNTOLD, (1,)).fetchone() is not None


def tell_on(tx: Database, pen: Journal, at: datetime, limit: int = 100) -> int:
    """At the hub: the other end of each list hears what one end said. Returns how many entries were written."""
    rows = tx.execute(_UNTOLD, (limit,)).fetchall()
    for _, body, station in rows:
        pen.write(tx, str(station), Kind.TRANSFER, bytes(body), by=HUB, at=at)
    return len(rows)


# -- reading


def transfer(db: Database, number: str) -> Transfer:
    """:raises Refused: no-transfer"""
    rows = db.conn.execute("select body from transfer_steps where number = ?", (number,)).fetchall()
    if not rows:
        raise Refused("refused.no-transfer", number=number)
    return fold(_decode(row[0]) for row in rows)


def transfers(db: Database, *, limit: int = 50, offset: int = 0) -> list[Transfer]:
    """Those in which something is left to do first, then the newest."""
    rows = db.execute(
        "select number from transfers order by state not in ('differs', 'early', 'sent'), since desc limit ? offset ?",
        (limit, offset),
    ).fetchall()
    return [transfer(db, str(row[0])) for row in rows]


def count(db: Database) -> int:
    return int(db.execute("select count(*) from transfers").fetchone()[0])


def coming(db: Database, party: str) -> int:
    """Lists whose bag is on its way here, or that differ."""
    row = db.execute(
        "select count(*) from transfers where (receiver = ? and state = 'sent') or state = 'differs'", (party,)
    ).fetchone()
    return int(row[0])


def note_late(tx: Database, calendar: Calendar, at: datetime) -> None:
    """Before a person at both ends: a bag of which nobody has said for two working days that it is there."""
    for number in _late(tx, calendar, at):
        attention.put(tx, LATE, number, at=stamp(at), detail={"number": number})


def has_late(db: Database, calendar: Calendar, at: datetime) -> bool:
    """Whether note_late() has something to put before a person."""
    return bool(_late(db, calendar, at))


def _late(db: Database, calendar: Calendar, at: datetime) -> list[str]:
    rows = db.execute(
        "select number from transfers t where state in ('sent', 'early') and not exists"
        " (select 1 from attention a where a.kind = ? and a.subject = t.number and a.settled_at is null)",
        (LATE,),
    ).fetchall()
    return [str(row[0]) for row in rows if transfer(db, str(row[0])).is_late(calendar, at)]


# -- a list that is put together


class Draft(msgspec.Struct, frozen=True):
    number: str
    receiver: str
    lines: list[TransferLine]
    begun_by: str
    begun_at: str


def begin(tx: Database, party: str, receiver: str, entropy: bytes, *, by: By, at: datetime) -> str:
    """A list for `receiver` with the next number of this party and year. Returns the number.

    Counted without the hub; the letters at the end are random, so that a store that counts again after a lost disk
    gives no number twice.
    :raises Refused: no-station, for none or oneself
    """
    if not receiver or receiver == party:
        raise Refused("refused.no-station", station=receiver)
    year = at.astimezone(CHINA).year
    last = tx.execute(
        "insert into transfer_numbers (year, last) values (?, 1) on conflict do update set last = last + 1 returning last",
        (year,),
    ).fetchone()[0]
    tail = int.from_bytes(entropy[:2], "big")
    letters = _CROCKFORD[tail >> 10 & 31] + _CROCKFORD[tail >> 5 & 31] + _CROCKFORD[tail & 31]
    number = f"{_front(party)}{year % 100:02d}-{last:04d}-{letters}"
    tx.execute(
        "insert into transfer_drafts (number, receiver, lines, begun_by, begun_at) values (?,?,'[]',?,?)",
        (number, receiver, by.account, stamp(at)),
    )
    return number


def draft(db: Database, number: str) -> Draft:
    """:raises Refused: no-transfer"""
    row = db.execute(
        "select number, receiver, lines, begun_by, begun_at from transfer_drafts where number = ?", (number,)
    ).fetchone()
    if row is None:
        raise Refused("refused.no-transfer", number=number)
    return Draft(row[0], row[1], _decode_lines(row[2]), row[3], row[4])


def drafts(db: Database) -> list[Draft]:
    rows = db.execute("select number from transfer_drafts order by begun_at").fetchall()
    return [draft(db, str(row[0])) for row in rows]


def set_lines(tx: Database, number: str, lines: Sequence[TransferLine]) -> None:
    """:raises Refused: no-transfer; transfer-lines: none, too many, or one that says nothing"""
    draft(tx, number)
    if len(lines) > MAX_LINES or any(not line.what.strip() or not 0 < line.copies < 1000 for line in lines):
        raise Refused("refused.transfer-lines", limit=MAX_LINES)
    text = msgspec.json.encode(list(lines)).decode()
    tx.execute("update transfer_drafts set lines = ? where number = ?", (text, number))


def throw_away(tx: Database, number: str) -> None:
    tx.execute("delete from transfer_drafts where number = ?", (number,))


# -- saying


def send(tx: Database, pen: Journal, number: str, id_: bytes, *, seal: str, carrier: str, by: By, at: datetime) -> None:
    """The bag is closed and given to somebody: from here on the list is what was sent.

    :raises Refused: no-transfer; transfer-lines: an empty list; carrier-missing
    """
    one = draft(tx, number)
    if not one.lines:
        raise Refused("refused.transfer-lines", limit=MAX_LINES)
    if not carrier.strip():
        raise Refused("refused.carrier-missing")
    step = TransferStep(
        id=id_.hex(), what=What.SENT, number=number, sender=pen.party, receiver=one.receiver, at=stamp(at),
        account=by.account, name=by.name, lines=one.lines, seal=seal.strip(), carrier=carrier.strip(),
    )  # fmt: skip
    _say(tx, pen, step, at)


def receive(
    tx: Database,
    pen: Journal,
    number: str,
    id_: bytes,
    seen: Sequence[Seen],
    *,
    seal: str,
    note: str,
    by: By,
    at: datetime,
) -> None:
    """Each line was looked at. A second look takes the place of the first.

    :raises Refused: no-transfer; not-addressed; transfer-lines: not one word a line
    """
    one = transfer(tx, number)
    if one.receiver != pen.party or one.sent is None:
        raise Refused("refused.not-addressed")
    if len(seen) != len(one.lines):
        raise Refused("refused.transfer-lines", limit=MAX_LINES)
    step = TransferStep(
        id=id_.hex(), what=What.RECEIVED, number=number, sender=one.sender, receiver=pen.party, at=stamp(at),
        account=by.account, name=by.name, seen=list(seen), seal=seal.strip(), note=note.strip(),
    )  # fmt: skip
    _say(tx, pen, step, at)


def receive_early(
    tx: Database, pen: Journal, number: str, sender: str, id_: bytes, counted: int, *, seal: str, by: By, at: datetime
) -> None:
    """The bag came before the word of it: signed for by the number on the paper list, and compared when it comes.

    :raises Refused: number-missing; transfer-known, where the list is here already; no-station; transfer-lines
    """
    number = number.strip().upper()
    if not number.startswith("JJ-") or len(number) > 60:
        raise Refused("refused.number-missing")
    if tx.execute("select 1 from transfers where number = ?", (number,)).fetchone() is not None:
        raise Refused("refused.transfer-known")
    if not sender or sender == pen.party:
        raise Refused("refused.no-station", station=sender)
    if not 0 < counted < 1000:
        raise Refused("refused.transfer-lines", limit=MAX_LINES)
    step = TransferStep(
        id=id_.hex(), what=What.RECEIVED, number=number, sender=sender, receiver=pen.party, at=stamp(at),
        account=by.account, name=by.name, counted=counted, seal=seal.strip(),
    )  # fmt: skip
    _say(tx, pen, step, at)


def settle(tx: Database, pen: Journal, number: str, id_: bytes, *, note: str, by: By, at: datetime) -> None:
    """A difference is cleared up, or a list that never went, or was mistyped, is put away.

    :raises Refused: no-transfer; reason-missing; transfer-done
    """
    one = transfer(tx, number)
    if not note.strip():
        raise Refused("refused.reason-missing", act="settle")
    what = {State.DIFFERS: What.SETTLED, State.SENT: What.DROPPED, State.EARLY: What.DROPPED}.get(one.state)
    if what is None:
        raise Refused("refused.transfer-done")
    mine = {State.SENT: one.sender, State.EARLY: one.receiver}.get(one.state, pen.party)
    if mine != pen.party:
        raise Refused("refused.not-addressed")
    step = TransferStep(
        id=id_.hex(), what=what, number=number, sender=one.sender, receiver=one.receiver, at=stamp(at),
        account=by.account, name=by.name, note=note.strip(),
    )  # fmt: skip
    _say(tx, pen, step, at)


def _front(party: str) -> str:
    """Whose list it is stands in its number: nobody sends under another's."""
    return f"JJ-{party.upper()}-"


def _say(tx: Database, pen: Journal, step: TransferStep, at: datetime) -> None:
    """A station speaks to the hub, the hub to the other end; between two stations the hub tells on."""
    other = step.receiver if step.sender == pen.party else step.sender
    pen.write(tx, HUB if pen.party != HUB else other, Kind.TRANSFER, _encode(step), by=step.account, at=at)
