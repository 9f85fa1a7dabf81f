"""What people asked at the stations and no item answered (问答缺口), and the name that closes such a gap.

Alike questions are one gap: they share most of what they say. A gap is closed by giving an item another name in
the next issue of the catalogue, or by putting it aside as nothing of ours; asked again after that, it is open again.
Who asked is known to nobody: the stations took out whatever pointed at a person before it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlite_utils import Database

from protocol.asking.masking import harmless
from protocol.asking.synonyms import delivered
from protocol.asking.words import fold, pieces
from protocol.clock import stamp
from protocol.errors import Distrusted
from protocol.exchange.journal import Heard
from protocol.exchange.messages import QuestionLeft
from protocol.exchange.topics import HUB

LOOKED_AT = 1500  # of the latest open questions
ALIKE = 0.6  # of the pieces of the shorter one

_decode = msgspec.msgpack.Decoder(QuestionLeft).decode


def question_tables(db: Database) -> None:
    db.executescript("""
    create table questions (
        station text not null,
        day text not null,
        text text not null,
        why text not null,          -- nothing, unwanted
        place text not null,
        shown text not null,        -- codes of the items that were offered, with blanks between
        done_at text not null default '',
        done_by text not null default '',
        done_how text not null default '',     -- code of the item that has a name for it now; aside
        primary key (station, day, text, why)
    ) without rowid;
    create index questions_open on questions (day) where done_at = '';
    """)


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that are alike, the most frequent first. A question counts once a station and day."""

    texts: Sequence[str]
    times: int
    unwanted: int  # of these: something was shown, and it was not it
    stations: int
    first: date
    last: date
    shown: Sequence[str]  # codes of the items that were offered most


@dataclass(slots=True)
class _Gathered:
    pieces: frozenset[str]
    rows: list[tuple[str, str, str, str, str]]


def hear(tx: Database, heard: Heard) -> None:
    """A station's; said twice it is one."""
    try:
        left = _decode(heard.body)
        day = date.fromisoformat(left.day)
    except (msgspec.DecodeError, ValueError) as why:
        raise Distrusted("distrusted.shape", why="question") from why
    if heard.author == HUB:
        raise Distrusted("distrusted.author")
    # taken out once more: a station of yesterday, or one that is no longer ours, may not have done so
    tx.execute(
        "insert or ignore into questions (station, day, text, why, place, shown) values (?,?,?,?,?,?)",
        (heard.author, day.isoformat(), harmless(left.text), left.why, left.place, " ".join(left.shown[:10])),
    )


def gaps(db: Database) -> list[Gap]:
    """The open ones, the most asked first."""
    rows = db.execute(
        "select text, station, day, why, shown from questions where done_at = '' order by day desc limit ?",
        (LOOKED_AT,),
    ).fetchall()
    by_text: dict[str, list[tuple[str, str, str, str, str]]] = {}
    for text, station, day, why, shown in rows:
        by_text.setdefault(str(text), []).append((str(text), str(station), str(day), str(why), str(shown)))
    found = [_gap(one) for one in _gathered(by_text)]
    return sorted(found, key=lambda gap: (-gap.times, -gap.last.toordinal(), gap.texts))


def count_open(db: Database, most: int = 99) -> int:
    """At most `most`: it stands on every page, and nobody reads more than that there."""
    rows = "select distinct text from questions where done_at = '' limit ?"
    return int(db.execute(f"select count(*) from ({rows})", (most,)).fetchone()[0])


def put_aside(tx: Database, texts: Iterable[str], how: str, by: str, at: datetime) -> None:
    """These are open no longer. `how` is the code of the item that has a name for it now, or aside."""
    tx.conn.executemany(
        "update questions set done_at = ?, done_by = ?, done_how = ? where text = ? and done_at = ''",
        [(stamp(at), by, how, text) for text in texts],
    )


# -- which are alike


def _gathered(by_text: dict[str, list[tuple[str, str, str, str, str]]]) -> list[_Gathered]:
    """The most frequent first take what is like them; a text is looked at against those that share a piece with it."""
    table = delivered()
    found: list[_Gathered] = []
    holding: dict[str, list[int]] = {}  # piece -> places of the gaps whose first question has it
    for text in sorted(by_text, key=lambda text: (-len(by_text[text]), len(text), text)):
        said = frozenset(pieces(table.hear(fold(text)).replaced))
        near = {place for piece in said for place in holding.get(piece, ())}
        best = max(near, key=lambda place: (_alike(said, found[place].pieces), -place), default=None)
        if best is not None and _alike(said, found[best].pieces) >= ALIKE:
            found[best].rows += by_text[text]
            continue
        for piece in said:
            holding.setdefault(piece, []).append(len(found))
        found.append(_Gathered(said, list(by_text[text])))
    return found


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def _gap(gathered: _Gathered) -> Gap:
    rows = gathered.rows
    texts = list(dict.fromkeys(row[0] for row in rows))
    offered = [code for row in rows for code in row[4].split()]
    return Gap(
        texts=texts,
        times=len(rows),
        unwanted=sum(row[3] == "unwanted" for row in rows),
        stations=len({row[1] for row in rows}),
        first=min(date.fromisoformat(row[2]) for row in rows),
        last=max(date.fromisoformat(row[2]) for row in rows),
        shown=sorted(set(offered), key=lambda code: (-offered.count(code), code))[:5],
    )
