"""How a change of the catalogue comes about: drafted, signed by one person, approved by another, tried, then for all.

One publication is under way at a time, so that what somebody saw as the difference is the difference. An editor
loads items, calendars or the table of authority into it and signs; a publisher who neither drafted nor signed
approves; it goes to a few stations first, and to all when these go by it. Taking a publication back is another one,
with the content of an earlier issue and a higher number, by the same two persons. The signatures are made with the
persons' own keys, so this hub alone can change nothing; every station looks at them again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlite_utils import Database

from hub import publisher_keys
from hub.changes import Change, changes
from hub.content import carried_over, doubts_of, pinned
from hub.intake import Stage
from hub.publication import UNDER_WAY, Publication, State, publication, publications, under_way
from hub.rehearsing import require_rehearsed
from hub.shelf import Shelf, highest, newest
from protocol.catalogue.bundle import CALENDAR, ITEM, KEPT, REMIT, Catalogue, catalogue_of, parts_of
from protocol.catalogue.calendars import CalendarYear
from protocol.catalogue.checking import check_items
from protocol.catalogue.issue import Issue, Signature, head_of, read_issue, write_issue
from protocol.catalogue.items import Item
from protocol.catalogue.publishers import May, Publishers, sign_head
from protocol.catalogue.reference import ReferenceList, parts_of_lists
from protocol.catalogue.remits import Doubt, Remit
from protocol.clock import CHINA, stamp
from protocol.controls.machine import control_for
from protocol.errors import Damaged, Refused
from protocol.exchange.blobs import Blobs
from protocol.exchange.journal import Journal
from protocol.store import Store

log = logging.getLogger(__name__)

ReadList = Callable[[], tuple[bytes, Publishers]]  # the authority's list of publishers; (b"", NOBODY) before the first


__all__ = ["UNDER_WAY", "Publication", "Publishing", "State", "adopted", "publication", "publications", "under_way"]


class Publishing:
    """What a person does to a publication. `by` is an account; who may open these is said where they are called."""

    def __init__(self, store: Store, blobs: Blobs, shelf: Shelf, pen: Journal, read_list: ReadList) -> None:
        self._store = store
        self._blobs = blobs
        self._shelf = shelf
        self._pen = pen
        self.read_list = read_list

    # -- looking

    def content(self, one: Publication) -> Catalogue:
        """What it would bring."""
        return catalogue_of(self._issue(one))

    def differences(self, one: Publication) -> list[Change]:
        before = self._shelf.issue(one.base)
        return changes(catalogue_of(before) if before else None, self.content(one))

    def in_force(self) -> Catalogue | None:
        return self._shelf.current()

    def doubts(self, one: Publication) -> list[Doubt]:
        """What is wrong with its table of authority."""
        return self.doubts_about(self.content(one))

    def doubts_about(self, catalogue: Catalogue) -> list[Doubt]:
        with self._store.read() as db:
            return doubts_of(db, catalogue)

    # -- drafting

    def draft(self, by: str, note: str, at: datetime) -> Publication:
        """One with the content that is in force, to be changed.

        :raises Refused: publication-open
        """
        return self._begin(self._parts_in_force(), by, note, at, 0)

    def load_items(self, id_: int, items: Sequence[Item], *, whole: bool, by: str, at: datetime) -> None:
        """Put these items into the draft; with `whole`, what is not among them can be applied for no more.

        :raises Refused: catalogue: a published version has other content now, or the items contradict each other;
            publication-moved
        """
        one, issue = self._open_draft(id_)
        base = self._shelf.issue(one.base)
        before, draft = (catalogue_of(base) if base else None), catalogue_of(issue)
        with self._store.read() as db:
            pins = pinned(db)
        applied, kept = carried_over(before, draft, items, pins, at.astimezone(CHINA).date(), whole=whole)
        if problems := check_items(applied):
            raise Refused(
                "refused.catalogue", file=problems[0].file, field=problems[0].field, problem=problems[0].problem
            )
        rest = {name: data for name, data in issue.parts.items() if not name.startswith((ITEM, KEPT))}
        self._write_draft(one, parts_of(applied, kept=kept) | rest, by, at)

    def load_calendars(self, id_: int, years: Iterable[CalendarYear], by: str, at: datetime) -> None:
        """Put these years in the place of those of the same number.

        :raises Refused: publication-moved
        """
        one, issue = self._open_draft(id_)
        self._write_draft(one, {**issue.parts, **parts_of((), years)}, by, at)

    def set_remits(self, id_: int, rows: Iterable[Remit], by: str, at: datetime) -> None:
        """The whole table of authority; doubts are shown, and forbid only to sign.

        :raises Refused: publication-moved
        """
        one, issue = self._open_draft(id_)
        rest = {name: data for name, data in issue.parts.items() if not name.startswith(REMIT)}
        self._write_draft(one, rest | parts_of((), remits=rows), by, at)

    def load_lists(self, id_: int, lists: Iterable[ReferenceList], by: str, at: datetime) -> None:
        """Put these reference lists in the place of those of the same name.

        :raises Refused: publication-moved
        """
        one, issue = self._open_draft(id_)
        self._write_draft(one, {**issue.parts, **parts_of_lists(lists)}, by, at)

    def set_parts(self, id_: int, prefix: str, parts: Mapping[str, bytes], by: str, at: datetime) -> None:
        """Everything of another kind, such as the rules of the house under `rule/`.

        :raises Refused: publication-moved
        """
        assert not prefix.startswith((ITEM, KEPT, CALENDAR, REMIT))
        one, issue = self._open_draft(id_)
        rest = {name: data for name, data in issue.parts.items() if not name.startswith(prefix)}
        self._write_draft(one, rest | dict(parts), by, at)

    def roll_back(self, to: int, by: str, note: str, at: datetime) -> Publication:
        """A draft with the content of an earlier issue. One that is being tried at some stations ends by it.

        :raises Refused: publication-open: another one is drafted or signed; no-publication: that issue is not here
        """
        issue = self._shelf.issue(to)
        if issue is None:
            raise Refused("refused.no-publication")
        with self._store.read() as db:
            tried = under_way(db)
        if tried is not None and tried.state is State.CANARY:
            self._move(tried, State.CANARY, "state = 'dropped', ended_by = ?, ended_at = ?", by, stamp(at))
        return self._begin(self._still_readable(issue, at), by, note, at, to)

    def drop(self, id_: int, by: str, at: datetime) -> None:
        """:raises Refused: publication-moved: it has reached a station: that is taken back with roll_back()"""
        with self._store.read() as db:
            one = publication(db, id_)
        if one.state not in (State.DRAFT, State.SIGNED):
            raise Refused("refused.publication-moved")
        self._move(one, one.state, "state = 'dropped', ended_by = ?, ended_at = ?", by, stamp(at))

    # -- two persons

    def sign(self, id_: int, by: str, pass_phrase: str, at: datetime) -> None:
        """The number is given, and the editor's signature stands under it.

        :raises Refused: publication-empty, remits, not-rehearsed, publication-stale, no-publisher-key, pass-phrase,
            clock-behind
        """
        one, issue = self._open_draft(id_)
        if not one.rolls_back_to and not self.differences(one):
            raise Refused("refused.publication-empty")
        if found := self.doubts(one):
            raise Refused("refused.remits", count=len(found))
        self._require_rehearsed(one, at)
        number = self._next_number(one, at)
        known, key = self._key(by, May.SIGN, pass_phrase, at)
        signed = head_of(number, at, issue.parts)
        file = write_issue(signed, (sign_head(signed, key, by, May.SIGN),), known, issue.parts)
        self._move(
            one, State.DRAFT, "state = 'signed', number = ?, content = ?, signed_by = ?, signed_at = ?",
            number, self._blobs.keep(file, at), by, stamp(at),
        )  # fmt: skip

    def approve(self, id_: int, by: str, pass_phrase: str, canaries: Sequence[str], at: datetime) -> None:
        """The second signature; from here on the stations `canaries` have it.

        :raises Refused: own-publication, no-canary, not-rehearsed, publication-stale, no-publisher-key, pass-phrase
        :raises Distrusted: publishers: the first signature counts no more
        """
        with self._store.read() as db:
            one = publication(db, id_)
            stations = {str(row[0]) for row in db.execute("select name from stations").fetchall()}
        if one.state is not State.SIGNED:
            raise Refused("refused.publication-moved")
        self._require_other_person(one, by, at)
        chosen = tuple(sorted(set(canaries) & stations))
        if not chosen:
            raise Refused("refused.no-canary")
        if self._next_number(one, at) != one.number:
            raise Refused("refused.publication-stale")
        self._require_rehearsed(one, at)
        issue = self._issue(one)
        known, key = self._key(by, May.APPROVE, pass_phrase, at)
        signatures: tuple[Signature, ...] = (*issue.signatures, sign_head(issue.signed, key, by, May.APPROVE))
        file = write_issue(issue.signed, signatures, known, issue.parts)
        self._shelf.check(file)
        self._move(
            one, State.SIGNED, "state = 'canary', content = ?, approved_by = ?, approved_at = ?, canaries = ?",
            self._blobs.keep(file, at), by, stamp(at), msgspec.json.encode(chosen).decode(),
        )  # fmt: skip
        self._shelf.put(file, self._pen, chosen, Stage.CANARY, at)

    def to_all(self, id_: int, by: str, stations: Sequence[str], at: datetime, reason: str = "") -> None:
        """Every station is told. The hub goes by it from here on.

        :raises Refused: canary-waits: one of those who try it does not go by it yet, and no reason was written down
        """
        with self._store.read() as db:
            one = publication(db, id_)
            waiting = [name for name in one.canaries if adopted(db, name) < one.number]
        if one.state is not State.CANARY:
            raise Refused("refused.publication-moved")
        if waiting and not reason.strip():
            raise Refused("refused.canary-waits", count=len(waiting))
        file = self._blobs.read(one.content)
        if file is None:
            raise Damaged("damaged.store", why="the content of a publication is gone")
        self._move(
            one, State.CANARY, "state = 'all', all_by = ?, all_at = ?, all_reason = ?", by, stamp(at), reason.strip()
        )
        self._shelf.put(file, self._pen, stations, Stage.ALL, at)

    def go_on(self, stations: Sequence[str], at: datetime) -> None:
        """What was decided and not told before the power went is told now. Called by the clock; twice is once."""
        with self._store.read() as db:
            last = next((one for one in publications(db, 5) if one.state in (State.CANARY, State.ALL)), None)
            done = (
                last is None
                or db.execute(
                    "select 1 from shelf where number = ? and (stage = 'all' or ? = 'canary')",
                    (last.number, last.state),
                ).fetchone()
            )
        file = None if done or last is None else self._blobs.read(last.content)
        if file is not None and last is not None:
            is_all = last.state is State.ALL
            self._shelf.put(file, self._pen, stations if is_all else last.canaries, Stage(last.state), at)

    # -- what they share

    def _parts_in_force(self) -> Mapping[str, bytes]:
        issue = self._shelf.issue(self._shelf.number)
        return issue.parts if issue else {}

    def _still_readable(self, issue: Issue, at: datetime) -> dict[str, bytes]:
        """The parts of an earlier issue, and beside them the versions of later ones that some case pins by now."""
        parts = dict(issue.parts)
        with self._store.read() as db:
            pins, latest = pinned(db), highest(db)
        for number in range(issue.head.number + 1, latest + 1):
            later = self._shelf.issue(number)
            for item in catalogue_of(later).versions() if later else ():
                name = f"{item.code}.v{item.version}"
                if (item.code, item.version) in pins and ITEM + name not in parts:
                    parts |= parts_of((), kept=[item])
        return parts

    def _begin(self, parts: Mapping[str, bytes], by: str, note: str, at: datetime, back: int) -> Publication:
        content = self._blobs.keep(write_issue(head_of(0, at, parts), (), b"", parts), at)
        with self._store.write() as tx:
            if (open_one := under_way(tx)) is not None:
                raise Refused("refused.publication-open", number=open_one.id)
            tx.execute(
                "insert into publications (state, base, number, rolls_back_to, note, content, drafted_by, drafted_at)"
                " values ('draft', ?, 0, ?, ?, ?, ?, ?)",
                (newest(tx), back, note.strip(), content, by, stamp(at)),
            )
            made = under_way(tx)
        assert made is not None
        return made

    def _open_draft(self, id_: int) -> tuple[Publication, Issue]:
        with self._store.read() as db:
            one = publication(db, id_)
        if one.state is not State.DRAFT:
            raise Refused("refused.publication-moved")
        return one, self._issue(one)

    def _issue(self, one: Publication) -> Issue:
        data = self._blobs.read(one.content)
        if data is None:
            raise Damaged("damaged.store", why="the content of a publication is gone")
        return read_issue(data)

    def _write_draft(self, one: Publication, parts: Mapping[str, bytes], by: str, at: datetime) -> None:
        content = self._blobs.keep(write_issue(head_of(0, at, parts), (), b"", parts), at)
        drafters = " ".join(dict.fromkeys([*one.drafted_by.split(), by]))
        self._move(one, State.DRAFT, "content = ?, drafted_by = ?", content, drafters)

    def _move(self, one: Publication, seen: State, what: str, *values: object) -> None:
        """Only if it is still as it was seen."""
        with self._store.write() as tx:
            done = tx.execute(
                f"update publications set {what} where id = ? and state = ? and content = ?",
                [*values, one.id, seen, one.content],
            )
            if done.rowcount == 0:
                raise Refused("refused.publication-moved")
        log.info("publication moved id=%d from=%s", one.id, seen)

    def _next_number(self, one: Publication, at: datetime) -> int:
        with self._store.read() as db:
            number, in_force = highest(db) + 1, newest(db)
        base = self._shelf.issue(in_force)
        if in_force != one.base:
            raise Refused("refused.publication-stale")
        if base is not None and at < base.issued_at:
            raise Refused("refused.clock-behind")
        return number

    def _require_rehearsed(self, one: Publication, at: datetime) -> None:
        """What is taken back to an earlier number was rehearsed before that."""
        if one.rolls_back_to:
            return
        base = self._shelf.issue(one.base)
        with self._store.read() as db:
            require_rehearsed(db, catalogue_of(base) if base else None, self.content(one), at)

    def _require_other_person(self, one: Publication, by: str, at: datetime) -> None:
        """两人办理: with the rule of the house that says so."""
        for people, done in (([one.signed_by], "signed"), (one.drafted_by.split(), "drafted")):
            if by in people:
                found = control_for("refused.own-publication", at.astimezone(CHINA).date())
                raise Refused("refused.own-publication", done=done, rule=f"{found[0]} v{found[1]}" if found else "—")

    def _key(self, by: str, act: May, pass_phrase: str, at: datetime) -> tuple[bytes, publisher_keys.SigningKey]:
        data, known = self.read_list()
        with self._store.read() as db:
            pem = publisher_keys.counting(db, by, {one.key.hex() for one in known.counting(by, act, at)})
        if pem is None:
            raise Refused("refused.no-publisher-key", act=act)
        return data, publisher_keys.open_key(pem, pass_phrase)


def adopted(db: Database, station: str) -> int:
    """The issue that a station said it goes by; 0 if it never said."""
    row = db.execute(
        "select coalesce(json_extract(report, '$.catalogue'), 0) from peers where name = ?", (station,)
    ).fetchone()
    return int(row[0]) if row else 0
