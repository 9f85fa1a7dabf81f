"""The acts that a party keeps and the cases that they make: the same at station and hub.

Acts live in the journal and the inbox; here stands where, and `cases` holds the fold of each case
for lists and searches. Nothing writes to these tables but the handlers below, which run for our own
entries and for others' alike. After a restore the table can always be made again from the acts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from sqlite_utils import Database

from protocol import attention, copies
from protocol.cases.acts import CaseAct, Told, decode_act, decode_retold, encode_act
from protocol.cases.case import Case, Standing
from protocol.cases.fold import fold
from protocol.cases.rules import Act, Flag, Side, Status
from protocol.clock import moment
from protocol.errors import Distrusted
from protocol.exchange.journal import Handler, Heard
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB


def case_tables(db: Database) -> None:
    """Called by the first migration of station and hub; later changes are functions of their own."""
    db.executescript("""
    create table acts (
        id text primary key,
        case_id text not null,
        place integer not null,         -- of the entry that tells it; the earliest, if it was told twice
        life integer not null,
        epoch text not null,
        seq integer not null,
        side text not null,
        inner_ integer not null         -- sealed to the hub itself
    ) without rowid;
    create index acts_by_case on acts (case_id);
    create table cases (
        id text primary key,
        number text not null,
        station text not null,
        item text not null,
        item_version integer not null,
        status text not null,
        owner text not null,
        flags text not null,            -- space before, between and after: like '% forked %'
        applicant text not null,
        opened_at text not null,
        moved_at text not null,
        tip text,
        acts integer not null,
        papers integer not null,
        heard_at text not null          -- when this store first knew of it
    );
    create index cases_by_owner on cases (owner, status, opened_at);
    create index cases_by_station on cases (station, opened_at);
    create index cases_by_number on cases (number);
    create index cases_by_opened on cases (opened_at);
    """)


NOTE_PAPERS = "insert or ignore into papers (digest, case_id, peer, size, type, here, there)"
NOTE_PAPER = f"{NOTE_PAPERS} values (?,?,?,?,?,?,?)"


def documents_of(case_id: str) -> str:
    """In the place of a case, for a document that it produced: no paper of the applicant's, and not counted as one."""
    return f"document/{case_id}"


class Inner(msgspec.Struct, frozen=True):
    """Body of a case.inner entry: what the hub notes for itself, opaque to the station that keeps it."""

    case: str
    id: str
    sealed: bytes


encode_inner = msgspec.msgpack.Encoder().encode
decode_inner = msgspec.msgpack.Decoder(Inner).decode


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of a list."""

    id: str
    number: str
    station: str
    item: str
    item_version: int
    status: Status
    owner: Side
    flags: frozenset[Flag]
    applicant: str
    opened_at: str
    moved_at: str
    tip: str | None
    papers: int


ROW_COLUMNS = (
    "id, number, station, item, item_version, status, owner, flags, applicant, opened_at, moved_at, tip, papers"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """An act and the entry that tells it here: between the hub and `told.station`, or a copy told to another."""

    told: Told
    place: int
    is_copy: bool


Listener = Callable[[Database, Heard, CaseAct, Case], None]
"""Called within the unit of work that keeps an act, with the case as it then is; own acts and others' alike."""


class Casebook:
    """`open_inner` is the hub's key turned into a function; a station has none and skips what is sealed.

    `listeners` follow what happens to cases: tables that can always be made again from the acts.
    """

    def __init__(
        self,
        party: str,
        open_inner: Callable[[bytes], bytes] | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.party = party
        self._open_inner = open_inner
        self._listeners = tuple(listeners)

    def handlers(self) -> dict[str, Handler]:
        return {
            Kind.CASE_ACT: self._hear_act,
            Kind.CASE_INNER: self._hear_inner,
            Kind.CASE_TOLD: self._hear_retold,
        }

    # -- reading

    def told(self, db: Database, case_id: str) -> list[Told]:
        """Every act of the case that this party can read; an erased one is missing."""
        return [one.told for one in self.placed(db, case_id)]

    def placed(self, db: Database, case_id: str) -> list[Placed]:
        """The same with where each stands. Of no account is what a station says that never held the case."""
        rows = db.conn.execute(
            "select a.life, a.epoch, a.seq, a.side, a.inner_, a.copy, a.place, e.body, p.author, p.reader from acts a"
            " join entries e on e.place = a.place join epochs p on p.id = a.place >> 40"
            " where a.case_id = ? and e.body is not null order by e.heard_at, a.place",
            (case_id,),
        ).fetchall()
        found: list[Placed] = []
        for life, epoch, seq, side, inner, copy, place, body, author, reader in rows:
            if copy:
                found.append(Placed(decode_retold(body).told, place, is_copy=True))
                continue
            if inner:
                body = self.opened(decode_inner(body).sealed)
                if body is None:
                    continue  # the case goes on without the note
            station = reader if author == HUB else author
            found.append(Placed(Told(decode_act(body), Side(side), life, epoch, seq, station), place, is_copy=False))
        known_at = copies.known_at(one.told for one in found)
        return [one for one in found if not known_at or one.told.station in known_at]

    def case(self, db: Database, case_id: str) -> Case | None:
        told = self.told(db, case_id)
        return fold(told) if told else None

    def opened(self, sealed: bytes) -> bytes | None:
        """What the hub sealed to itself; None at a station, and for a key that this hub no longer has."""
        if self._open_inner is None:
            return None
        try:
            return self._open_inner(sealed)
        except Distrusted:
            return None

    # -- the handlers

    def _hear_act(self, tx: Database, heard: Heard) -> None:
        try:
            act = decode_act(heard.body)
        except msgspec.DecodeError as why:
            raise Distrusted("distrusted.shape", why="act") from why
        known = self._check_author(tx, heard, act)
        self._keep(tx, heard, act.case, act.id)
        # an act that opens a case needs no look at other acts: the way of nearly every letter from a station
        if act.follows is None and act.intake is not None and not known:
            case: Case | None = fold([Told(act, Side.STATION, heard.life, heard.epoch, heard.seq, heard.author)])
            assert case is not None
            self._write_row(tx, case, 1, heard)
        else:
            case = self.refresh(tx, act.case, heard)
        self._note_papers(tx, heard, act)
        self._tell_listeners(tx, heard, act, case)
        if act.act is Act.MOVE and heard.author == HUB:
            copies.hear_what_waited(tx, heard, act, self._hear_act)

    def _hear_retold(self, tx: Database, heard: Heard) -> None:
        """The hub's word for what another desk said or heard; at the hub itself, that it was told."""
        try:
            copy = decode_retold(heard.body)
        except msgspec.DecodeError as why:
            raise Distrusted("distrusted.shape", why="told act") from why
        told = copy.told
        if heard.author != HUB or told.act.case != heard.case:
            raise Distrusted("distrusted.author")
        _check_time(told.act)
        copies.note_retold(tx, heard, copy)
        if copy.papers:
            self._note_document(tx, heard, told.act)
        if copies.keep(tx, heard, copy):
            if self.party == HUB:
                # the act itself was on lost disks only: its papers are asked for where it was said or heard
                ends = (HUB, told.station) if told.side is Side.HUB else (told.station, HUB)
                self._note_papers(tx, msgspec.structs.replace(heard, author=ends[0], reader=ends[1]), told.act)
            case = self.refresh(tx, told.act.case, heard)
            self._tell_listeners(tx, heard, told.act, case)
            if told.act.act is Act.MOVE and told.side is Side.HUB:
                copies.hear_what_waited(tx, heard, told.act, self._hear_act)

    def _tell_listeners(self, tx: Database, heard: Heard, act: CaseAct, case: Case | None) -> None:
        if case is not None:
            for listener in self._listeners:
                listener(tx, heard, act, case)

    def _hear_inner(self, tx: Database, heard: Heard) -> None:
        try:
            inner = decode_inner(heard.body)
        except msgspec.DecodeError as why:
            raise Distrusted("distrusted.shape", why="inner act") from why
        if heard.author != HUB:
            raise Distrusted("distrusted.author")
        self._keep(tx, heard, inner.case, inner.id, inner=True)
        case = self.refresh(tx, inner.case, heard)
        if self._listeners and self._open_inner is not None:
            try:
                act = decode_act(self._open_inner(inner.sealed))
            except (Distrusted, msgspec.DecodeError):
                return  # sealed to a key that this hub no longer has
            self._tell_listeners(tx, heard, act, case)

    def _check_author(self, tx: Database, heard: Heard, act: CaseAct) -> bool:
        """A station speaks of its own cases only, whatever a letter says, and at a time that is one.

        Returns whether the case is known here.
        """
        _check_time(act)
        station = heard.reader if heard.author == HUB else heard.author
        if act.case != heard.case or (act.intake is not None and act.intake.station != station):
            raise Distrusted("distrusted.author")
        row = tx.conn.execute("select station from cases where id = ?", (act.case,)).fetchone()
        if row is not None and row[0] != station and row[0] != "" and not self._may_speak(tx, heard, act):
            raise Distrusted("distrusted.author")
        return row is not None

    def _may_speak(self, tx: Database, heard: Heard, act: CaseAct) -> bool:
        """Of a case that has moved: the hub where it says so itself, and the stations that hold or held it."""
        if heard.author == HUB and (self.party != HUB or (act.act is Act.MOVE and act.to == heard.reader)):
            return True
        station = heard.reader if heard.author == HUB else heard.author
        return station in copies.known_at(self.told(tx, act.case))

    def _keep(self, tx: Database, heard: Heard, case_id: str, act_id: str, *, inner: bool = False) -> None:
        """The same act told in two epochs is one act; the earlier telling gives it its place."""
        side = Side.HUB if heard.author == HUB else Side.STATION
        tx.conn.execute(
            "insert into acts (id, case_id, place, life, epoch, seq, side, inner_) values (?,?,?,?,?,?,?,?)"
            " on conflict (id) do update set place = excluded.place, life = excluded.life, epoch = excluded.epoch,"
            " seq = excluded.seq, copy = 0 where case_id = excluded.case_id"
            " and ((excluded.life, excluded.epoch, excluded.seq) < (life, epoch, seq)"
            " or ((excluded.life, excluded.epoch, excluded.seq) = (life, epoch, seq) and copy)"
            " or not exists (select 1 from entries where entries.place = acts.place))",
            (act_id, case_id, heard.place, heard.life, heard.epoch, heard.seq, side, inner),
        )

    def _note_papers(self, tx: Database, heard: Heard, act: CaseAct) -> None:
        papers = [*(act.intake.papers if act.intake else []), *act.papers]
        mine = heard.author == self.party
        peer = heard.reader if mine else heard.author
        if act.instead:
            # what was lost for good is no longer missed
            tx.conn.execute("delete from papers where digest = ? and case_id = ?", (act.instead, act.case))
            for kind in ("paper-lost", "paper-damaged"):
                attention.settle(tx, kind, act.instead, by=act.by.account, at=heard.heard_at)
        for paper in papers:
            # `here` of our own papers is checked against the blob store by the courier before it believes it
            tx.conn.execute(NOTE_PAPER, (paper.digest, act.case, peer, paper.size, paper.type, mine, not mine))
        if act.made is not None:
            self._note_document(tx, heard, act)

    def _note_document(self, tx: Database, heard: Heard, act: CaseAct) -> None:
        if act.made is None:
            return
        made, mine = act.made, heard.author == self.party
        peer = heard.reader if mine else heard.author
        tx.conn.execute(
            NOTE_PAPER, (made.digest, documents_of(act.case), peer, made.size, "application/pdf", mine, not mine)
        )

    def refresh(self, tx: Database, case_id: str, heard: Heard) -> Case | None:
        """Fold the case again and bring its row, and what needs a person, up to date."""
        told = self.told(tx, case_id)
        if not told:
            return None
        case = fold(told)
        self._write_row(tx, case, len(told), heard)
        return case

    def _write_row(self, tx: Database, case: Case, acts: int, heard: Heard) -> None:
        tx.conn.execute(WRITE_CASE, case_values(case, acts, heard.heard_at))
        if case.status is not None:
            twin = tx.conn.execute(
                "select 1 from cases where number = ? and id != ? limit 1", (case.number, case.id)
            ).fetchone()
            if twin:
                attention.put(tx, "number-twice", case.number, at=heard.heard_at, case=case.id)
        self._bring_to_a_person(tx, case, heard)

    def _bring_to_a_person(self, tx: Database, case: Case, heard: Heard) -> None:
        for flag, kind in ((Flag.FORKED, "case-forked"), (Flag.ACT_REFUSED, "act-refused")):
            if flag in case.flags:
                attention.put(tx, kind, case.id, at=heard.heard_at, case=case.id, detail={"number": case.number})
            elif len(case.steps) > 1:
                attention.settle(tx, kind, case.id, by=self.party, at=heard.heard_at)
        for step in case.set_aside:
            if step.standing is Standing.REFUSED and step.act.act == "ask-withdrawal":
                attention.put_once(
                    tx,
                    "request-overtaken",
                    step.act.id,
                    at=heard.heard_at,
                    case=case.id,
                    detail={"number": case.number},
                )


_INSERT_CASE = (
    "insert into cases (id, number, station, item, item_version, status, owner, flags, applicant, opened_at,"
    " moved_at, tip, acts, papers, heard_at)"
)
_RENEW_CASE = (
    " on conflict (id) do update set number = excluded.number, station = excluded.station, item = excluded.item,"
    " item_version = excluded.item_version, status = excluded.status, owner = excluded.owner,"
    " flags = excluded.flags, applicant = excluded.applicant, opened_at = excluded.opened_at,"
    " moved_at = excluded.moved_at, tip = excluded.tip, acts = excluded.acts, papers = excluded.papers"
)
WRITE_CASE = f"{_INSERT_CASE} values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?){_RENEW_CASE}"
# from a table of the same rows, in the order in which they were heard
WRITE_CASES = f"{_INSERT_CASE} select * from cases_again where true order by heard_at, id{_RENEW_CASE}"


def case_values(case: Case, acts: int, heard_at: str) -> tuple[object, ...]:
    """For WRITE_CASE, as plain words and numbers."""
    flags = " ".join(["", *sorted(case.flags), ""]) if case.flags else ""
    status = case.status.value if case.status is not None else ""
    return (
        case.id, case.number, case.station, case.item, case.item_version, status, case.owner.value,
        flags, case.applicant.name, case.opened_at, case.moved_at, case.tip, acts, len(case.papers), heard_at,
    )  # fmt: skip


def row_of(row: tuple[object, ...]) -> CaseRow:
    """From a select of ROW_COLUMNS."""
    values = list(row)
    return CaseRow(
        str(values[0]), str(values[1]), str(values[2]), str(values[3]), int(str(values[4])), Status(str(values[5])),
        Side(str(values[6])), frozenset(Flag(f) for f in str(values[7]).split()), str(values[8]), str(values[9]),
        str(values[10]), str(values[11]) if values[11] else None, int(str(values[12])),
    )  # fmt: skip


def _check_time(act: CaseAct) -> None:
    try:
        moment(act.at)
    except ValueError as why:
        raise Distrusted("distrusted.shape", why="time of an act") from why


def tell(act: CaseAct) -> bytes:
    return encode_act(act)
