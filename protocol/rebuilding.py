"""Every case made again from the journals: after an upgrade that changes what a case is, or as a repair.

`acts`, `cases` and the lines of `papers` are written anew in one unit of work, so that a rebuild that ends half-way has
not happened; nothing is told to anybody and no notice that a person has settled comes back. It goes station by station,
since a case is told between two parties only, and in slices: memory stays bounded however many cases there are.
Whatever else follows from cases (worklists, statistics, search) is marked by the caller and catches up by itself.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
from sqlite_utils import Database

from protocol import attention
from protocol.casebook import (
    NOTE_PAPERS,
    WRITE_CASE,
    WRITE_CASES,
    Casebook,
    case_values,
    decode_inner,
    documents_of,
)
from protocol.cases.acts import CaseAct, Told, decode_act, decode_retold
from protocol.cases.fold import fold
from protocol.cases.rules import Flag, Side
from protocol.exchange.inbox import State
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.store import Store, connect

SLICE = 20_000  # entries that are held at once, some 60 MB
AHEAD = 3  # slices that wait to be written
_SEQ_BITS = 40
_TO_A_PERSON = ((Flag.FORKED, "case-forked"), (Flag.ACT_REFUSED, "act-refused"))

Progress = Callable[[int, int], None]  # entries read so far, of how many


@dataclass(frozen=True, slots=True)
class Epoch:
    id: int
    author: str
    epoch: str
    life: int
    head: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of what is told between us and `peer`: the cases whose id falls to `part` of `parts`."""

    peer: str
    epochs: tuple[Epoch, ...]
    part: int
    parts: int

    @property
    def entries(self) -> int:
        return sum(epoch.head for epoch in self.epochs) // self.parts


Row = tuple[Any, ...]


class Made(msgspec.Struct):
    """What a slice comes to, as rows of the tables; goes from process to process as MessagePack."""

    acts: list[Row] = []
    cases: list[Row] = []
    papers: list[Row] = []
    erased: list[int] = []  # places of acts whose body the law had taken out
    unreadable: list[tuple[int, str, str, str]] = []  # place, case, entry, when it was heard
    to_a_person: list[tuple[str, str, str, str]] = []  # kind, case, number, when


def rebuild(
    store: Store,
    book: Casebook,
    *,
    progress: Progress = lambda done, of: None,
    mark: Callable[[Database], None] = lambda tx: None,
    elsewhere: Callable[[], Casebook] | None = None,
    processes: int = 1,
) -> int:
    """Make acts, cases and papers again. Returns how many cases there are. Nobody else may write meanwhile.

    `mark` is called within the unit of work, to say to the caches what they have to reckon anew. `elsewhere` makes
    the same book in another process (it is pickled): with it `processes` of them read and fold while this one writes.
    :raises Refused: disk-full; nothing has changed then
    """
    with store.read() as db:
        slices = _slices(db, book.party)
    every, done = sum(one.entries for one in slices), 0
    with _no_collector(), store.write() as tx, _reading(store.path, book, slices, elsewhere, processes) as read:
        writer = _Writer(tx)
        for one, made in zip(slices, read, strict=True):
            writer.take(made)
            done += one.entries
            progress(done, every)
        count = writer.finish(book)
        mark(tx)
    return count


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing in here is a circle of references: the collector would only look for what is not there, for half the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _slices(db: Database, party: str) -> list[Slice]:
    """In the order of the peers; the largest ones in parts."""
    rows = db.execute("select id, author, reader, epoch, life, head from epochs where head > 0 order by life, epoch")
    pairs: dict[str, list[Epoch]] = {}
    for id_, author, reader, epoch, life, head in rows.fetchall():
        pairs.setdefault(reader if author == party else author, []).append(Epoch(id_, author, epoch, life, head))
    found = []
    for peer, epochs in sorted(pairs.items()):
        parts = -(-sum(epoch.head for epoch in epochs) // SLICE)
        found += [Slice(peer, tuple(epochs), part, parts) for part in range(parts)]
    return found


# -- reading and folding; in processes of their own where there are some

_READS = (
    "select place, kind, case_id, body, heard_at from entries"
    " where place > ? and place <= ? and state = 0 and kind in (?, ?, ?) order by place"
)


_KINDS = (Kind.CASE_ACT, Kind.CASE_INNER, Kind.CASE_TOLD)


class _Reader:
    """Reads slices over a connection of its own; used by one thread of one process."""

    def __init__(self, file: Path, book: Casebook) -> None:
        self._db = connect(file, True)
        self._db.row_factory = None
        self._book = book

    def close(self) -> None:
        self._db.close()

    def read(self, one: Slice) -> Made:
        made = Made()
        cases: dict[str, _Case] = {}
        for epoch in one.epochs:
            self._read_epoch(one, epoch, cases, made)
        for case_id, case in cases.items():
            self._fold(one.peer, case_id, case, made)
        return made

    def _read_epoch(self, one: Slice, epoch: Epoch, cases: dict[str, _Case], made: Made) -> None:
        side = Side.HUB if epoch.author == HUB else Side.STATION
        station = self._book.party if one.peer == HUB else one.peer
        side_word, life, name = side.value, epoch.life, epoch.epoch
        before = epoch.id << _SEQ_BITS
        rows = self._db.execute(_READS, (before, before + epoch.head, *_KINDS))
        for place, kind, case_id, body, heard_at in rows:
            if one.parts > 1 and crc32(case_id.encode()) % one.parts != one.part:
                continue
            seq = place - before
            if body is None:
                made.erased.append(place)
                continue
            inner, copy = kind == Kind.CASE_INNER, None
            try:
                if kind == Kind.CASE_TOLD:
                    copy = decode_retold(body)
                    act: CaseAct | None = copy.told.act
                    act_id = copy.told.act.id
                elif inner:
                    shut = decode_inner(body)
                    opened = self._book.opened(shut.sealed)
                    act, act_id = decode_act(opened) if opened is not None else None, shut.id
                else:
                    act = decode_act(body)
                    act_id = act.id
            except msgspec.DecodeError:
                made.unreadable.append((place, case_id, f"{name}/{seq}", heard_at))
                continue
            if copy is None:
                made.acts.append((act_id, case_id, place, life, name, seq, side_word, inner, 0))
            else:
                was = copy.told
                made.acts.append(
                    (act_id, case_id, place, was.life, was.epoch, was.seq, was.side.value, False, copy.rank)
                )
            if act is None:
                continue  # sealed to the hub: a station keeps it and cannot read it
            case = cases.get(case_id)
            if case is None:
                case = cases[case_id] = _Case(heard_at)
            elif heard_at < case.heard_at:
                case.heard_at = heard_at
            told = copy.told if copy is not None else Told(act, side, life, name, seq, station)
            known = case.told.get(act_id)
            if known is None or told.order < known.order:
                case.told[act_id] = told
            if copy is not None:
                if copy.papers and act.made is not None:
                    mine = epoch.author == self._book.party
                    made.papers.append(
                        (
                            act.made.digest,
                            documents_of(case_id),
                            one.peer,
                            act.made.size,
                            "application/pdf",
                            mine,
                            not mine,
                        )
                    )
            elif not inner and (act.papers or act.intake is not None or act.made is not None or act.instead):
                case.with_papers.append((heard_at, place, told))

    def _fold(self, peer: str, case_id: str, case: _Case, made: Made) -> None:
        told = list(case.told.values())
        folded = fold(told)
        made.cases.append(case_values(folded, len(told), case.heard_at))
        for flag, kind in _TO_A_PERSON:
            if flag in folded.flags:
                made.to_a_person.append((kind, case_id, folded.number, case.heard_at))
        if case.with_papers:
            made.papers += _papers(self._book.party, peer, case_id, case)


@dataclass(slots=True)
class _Case:
    heard_at: str  # of the first that was heard of it
    told: dict[str, Told] = field(default_factory=dict)
    with_papers: list[tuple[str, int, Told]] = field(default_factory=list)


def _papers(party: str, peer: str, case_id: str, case: _Case) -> list[Row]:
    """As the casebook notes them act by act, in the order in which they were heard."""
    noted: dict[tuple[str, str], Row] = {}
    for _, _, told in sorted(case.with_papers, key=lambda one: one[:2]):
        act, mine = told.act, told.side is (Side.HUB if party == HUB else Side.STATION)
        if act.instead:
            noted.pop((act.instead, case_id), None)
        for paper in [*(act.intake.papers if act.intake else []), *act.papers]:
            row = (paper.digest, case_id, peer, paper.size, paper.type, mine, not mine)
            noted.setdefault((paper.digest, case_id), row)
        if act.made is not None:
            where = documents_of(case_id)
            row = (act.made.digest, where, peer, act.made.size, "application/pdf", mine, not mine)
            noted.setdefault((act.made.digest, where), row)
    return list(noted.values())


@contextmanager
def _reading(
    file: Path, book: Casebook, slices: Sequence[Slice], elsewhere: Callable[[], Casebook] | None, processes: int
) -> Iterator[Iterator[Made]]:
    """What each slice comes to, in their order, with a few of them ahead."""
    if elsewhere is None:
        reader = _Reader(file, book)
        try:
            yield map(reader.read, slices)
        finally:
            reader.close()
        return
    # spawned and not forked: SQLite must not be carried over a fork
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (file, elsewhere)) as pool:
        yield _in_turn(pool, slices, AHEAD + processes)


def _in_turn(pool: ProcessPoolExecutor, slices: Sequence[Slice], ahead: int) -> Iterator[Made]:
    decode = msgspec.msgpack.Decoder(Made).decode
    waiting: deque[Future[bytes]] = deque()
    for one in slices:
        waiting.append(pool.submit(_read_here, one))
        if len(waiting) >= ahead:
            yield decode(waiting.popleft().result())
    while waiting:
        yield decode(waiting.popleft().result())


_here: _Reader | None = None  # of a process that only reads


def _begin(file: Path, elsewhere: Callable[[], Casebook]) -> None:
    global _here
    _here = _Reader(file, elsewhere())
    gc.disable()


def _read_here(one: Slice) -> bytes:
    assert _here is not None
    return msgspec.msgpack.encode(_here.read(one))


# -- writing

_TEMPORARY = """
    create temp table acts_again (
        id text, case_id text, place integer, life integer, epoch text, seq integer, side text, inner_ integer,
        copy integer
    );
    create temp table cases_again (
        id text, number text, station text, item text, item_version integer, status text, owner text, flags text,
        applicant text, opened_at text, moved_at text, tip text, acts integer, papers integer, heard_at text
    );
    create temp table papers_again (
        digest text, case_id text, peer text, size integer, type text, here integer, there integer
    );
    create temp table erased_again (place integer primary key);
"""
_TAKE_OUT = ("acts_again", "cases_again", "papers_again", "erased_again", "acts_erased")


class _Writer:
    """Within one unit of work. Ids are random: rows are laid aside, and go in sorted, with the indexes made afterwards.

    In the order of their coming each row would touch a page of its own, and a year takes several times as long.
    """

    def __init__(self, tx: Database) -> None:
        self._database, self._tx = tx, tx.conn
        for statement in _TEMPORARY.strip().split(";")[:-1]:
            self._tx.execute(statement)

    def take(self, made: Made) -> None:
        tx = self._tx
        tx.executemany("insert into acts_again values (?,?,?,?,?,?,?,?,?)", made.acts)
        tx.executemany("insert into cases_again values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", made.cases)
        tx.executemany("insert into papers_again values (?,?,?,?,?,?,?)", made.papers)
        tx.executemany("insert into erased_again values (?)", [(place,) for place in made.erased])
        for place, case_id, entry, heard_at in made.unreadable:
            tx.execute("update entries set state = ? where place = ?", (State.FAILED, place))
            attention.put(self._database, "poison", entry, at=heard_at, case=case_id, detail={"kind": "case.act"})
        for kind, case_id, number, heard_at in made.to_a_person:
            attention.put_once(self._database, kind, case_id, at=heard_at, case=case_id, detail={"number": number})

    def finish(self, book: Casebook) -> int:
        tx = self._tx
        indexes = tx.execute(
            "select name, sql from sqlite_master where type = 'index' and sql is not null"
            " and tbl_name in ('acts', 'cases', 'papers')"
        ).fetchall()
        for name, _ in indexes:
            tx.execute(f"drop index {name}")
        self._write_acts()
        tx.execute(WRITE_CASES)
        tx.execute("delete from cases where id not in (select id from cases_again)")
        tx.execute(f"{NOTE_PAPERS} select * from papers_again order by digest, case_id, peer")
        for _, sql in indexes:
            tx.execute(sql)
        self._fold_those_of_several(book)
        for name in _TAKE_OUT:
            tx.execute(f"drop table {name}")
        return int(tx.execute("select count(*) from cases").fetchone()[0])

    def _write_acts(self) -> None:
        tx = self._tx
        tx.execute(
            "create temp table acts_erased as select * from acts where place in (select place from erased_again)"
        )
        tx.execute("delete from acts")
        # the earlier telling of an act gives it its place, as the casebook has it
        tx.execute("insert or ignore into acts select * from acts_again order by id, life, epoch, seq, copy")
        tx.execute("insert or ignore into acts select * from acts_erased")

    def _fold_those_of_several(self, book: Casebook) -> None:
        """Cases of which more than one peer speaks: the casebook knows whose word counts."""
        rows = self._tx.execute("select id, min(heard_at) from cases_again group by id having count(*) > 1").fetchall()
        for case_id, heard_at in rows:
            told = book.told(self._database, case_id)
            self._tx.execute(WRITE_CASE, case_values(fold(told), len(told), heard_at))
