"""The simulated district: one hub and n stations in one thread, with a clock, a network and disasters of its own.

Everything is real but three things: the clock is moved by hand, the network is the loopback one, and a
store's connection can be told to die before a chosen statement that touches the disk. Nothing sleeps and
nothing is random but what the seed decides, so a day that went wrong can be played again exactly.
"""

from __future__ import annotations

import functools
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import hub.schema
import node.schema
from hub import decisions, intake
from hub import stations as register
from hub.clockwork import Clockwork
from hub.papermaking import Papermaking
from node import after, desk, drafts, replies
from node import cases as node_cases
from protocol.casebook import Casebook
from protocol.cases.acts import By, Made, Paper
from protocol.cases.case import Case
from protocol.cases.guard import acts_open
from protocol.cases.rules import OFFICERS, Act, Flag, Role, Side, Status
from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.items import Item
from protocol.clock import ClockQuality
from protocol.documents.press import Press
from protocol.errors import Refused
from protocol.exchange import blobs
from protocol.exchange.envelope import open_own, seal_to_self
from protocol.exchange.journal import epochs, owed, recompute
from protocol.exchange.loopback import LoopbackNetwork
from protocol.exchange.topics import HUB
from protocol.exchange.waterline import Waterline
from protocol.identity import Card, Keyring, KeyringContent, Keys, Standing, read_keyring, sign_keyring
from protocol.office import Office
from protocol.store import Store, connect
from tests.believable.officers import officer_for, what_is_said
from tests.district_data import all_items, answers_for, example_item, paper_bytes

DISTRICT = "xindu"
MORNING = datetime(2026, 3, 2, 0, 15, tzinfo=UTC)
ROUNDS = 4000  # of settle() before it says that the district does not come to rest


class PowerCut(BaseException):
    """The process is gone at this statement. A BaseException: no `except Exception` of ours may survive it."""


class SimClock:
    def __init__(self, start: datetime = MORNING) -> None:
        self._now = start
        self._monotonic = 0.0
        self.skew = timedelta()

    def now(self) -> datetime:
        return self._now + self.skew

    def monotonic(self) -> float:
        return self._monotonic

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCED if abs(self.skew) < timedelta(days=30) else ClockQuality.UNSYNCED

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


@dataclass
class Fuse:
    """Burns down by one with every statement that touches the disk; at zero the power is cut."""

    left: int | None = None

    def tick(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise PowerCut


class _Connection(sqlite3.Connection):
    fuse: Fuse

    def execute(self, sql: str, *args: object) -> sqlite3.Cursor:  # type: ignore[override]
        if not sql.lstrip()[:6].lower().startswith(("select", "pragma")):
            self.fuse.tick()
        return super().execute(sql, *args)  # type: ignore[arg-type]

    def executemany(self, sql: str, rows: object) -> sqlite3.Cursor:  # type: ignore[override]
        self.fuse.tick()
        return super().executemany(sql, rows)  # type: ignore[arg-type]


def failing_connect(fuse: Fuse) -> Callable[[Path, bool], sqlite3.Connection]:
    def open_(path: Path, read_only: bool) -> sqlite3.Connection:
        if read_only:
            return connect(path, True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=_Connection)
        connection.fuse = fuse
        connection.row_factory = sqlite3.Row
        return connection

    return open_


class Party:
    """One machine: its disk is a folder, its process an Office that can be killed and started again."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.folder = world.folder / name
        self.side = Side.HUB if name == HUB else Side.STATION
        self.keys = Keys.make(name)
        self.fuse = Fuse()
        self.clock = SimClock()
        self.alive = False
        self.copies: list[Path] = []
        self.book = Casebook(
            name, self._open_inner if name == HUB else None, (intake if name == HUB else replies).LISTENERS
        )

    def _open_inner(self, sealed: bytes) -> bytes:
        return open_own(self.keys, sealed)

    # -- the process

    def start(self) -> None:
        world = self.world
        handlers = (intake if self.side is Side.HUB else replies).handlers(self.book)
        schema = hub.schema if self.side is Side.HUB else node.schema
        seams = {"durable": False, "connect": failing_connect(self.fuse), "entropy": world.rng.randbytes}
        self.office = Office(
            keys=self.keys,
            keyring=world.keyring,
            store=Store(self.folder / "data" / "main.db", schema.migrations, **seams),
            blob_store=Store(self.folder / "data" / "blobs.db", blobs.migrations, **seams),
            handlers=handlers,
            link=world.network.link(self.name),
            clock=self.clock,
            waterline=Waterline(self.folder / "mark"),
            rng=random.Random(world.rng.random()),
        )
        self.office.courier.voice.report_every_s = float("inf")  # a pulse would keep settle() from coming to rest
        self.alive = True
        try:
            self.office.open()
            self._enter_stations()
            self.office._link.start(self.office.put)
        except PowerCut:
            self.kill()

    def _enter_stations(self) -> None:
        """As the district's register has them."""
        if self.side is Side.HUB:
            with self.office.store.read() as db:
                differs = register.differs(db, self.world.station_names, {})
            if differs:
                with self.office.store.write() as tx:
                    register.enter_all(tx, self.world.station_names, {})

    def kill(self) -> None:
        """Power cut: what was not committed never was."""
        if not self.alive:
            return
        self.alive = False
        self.fuse.left = None
        self.office._link.stop()
        self.office.close()

    def step(self) -> bool:
        """One turn of the courier; True if there was something to do."""
        if not self.alive:
            return False
        batch = self.office.take()
        try:
            self.office.courier.step(batch)
        except PowerCut:
            self.kill()
        except Refused:
            pass  # the disk is full: the courier's thread would log it and go on
        return bool(batch)

    def fill_disk(self) -> None:
        """From here on the store cannot grow by a page."""
        db = self.office.store._writer
        assert db is not None
        pages = db.conn.execute("pragma page_count").fetchone()[0]
        db.conn.execute(f"pragma max_page_count = {pages}")

    def free_disk(self) -> None:
        db = self.office.store._writer
        assert db is not None
        db.conn.execute("pragma max_page_count = 1073741823")

    def does(self, what: Callable[[], object]) -> object:
        """Something a person does at this machine; a power cut in the middle leaves the machine off."""
        try:
            done = what()
        except PowerCut:
            self.kill()
            return None
        self.world.remember(self)  # from here on somebody has seen it as saved
        return done

    # -- the disk

    def copy_disk(self) -> None:
        """An off-machine copy, as Litestream would hold it: both files, each consistent in itself."""
        copy = self.world.folder / "copies" / f"{self.name}-{len(self.copies)}"
        copy.mkdir(parents=True)
        for name in ("main.db", "blobs.db"):
            source = sqlite3.connect(self.folder / "data" / name)
            target = sqlite3.connect(copy / name)
            source.backup(target)
            source.close()
            target.close()
        if (self.folder / "mark" / "waterline.json").exists():
            shutil.copyfile(self.folder / "mark" / "waterline.json", copy / "waterline.json")
        if self.alive:
            marks = self.office.marks_to_replicate()
            self.does(lambda: self.office.replicated(marks, self.clock.now()))
        self.copies.append(copy)

    def lose_disk(self, copy: int | None, *, told: bool, mark: str = "kept") -> None:
        """The disk is replaced by an older copy, or by nothing.

        `told` is a restore by `revive`, which leaves its note; otherwise somebody copied a file back by hand, and
        the mark outside the store was kept, is gone, or was copied back with the file so that it knows nothing.
        """
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        (self.folder / "data").mkdir(parents=True)
        if copy is not None:
            for name in ("main.db", "blobs.db"):
                shutil.copyfile(self.copies[copy] / name, self.folder / "data" / name)
        if mark == "gone":
            shutil.rmtree(self.folder / "mark", ignore_errors=True)
        elif mark == "copied" and copy is not None and (self.copies[copy] / "waterline.json").exists():
            (self.folder / "mark").mkdir(exist_ok=True)
            shutil.copyfile(self.copies[copy] / "waterline.json", self.folder / "mark" / "waterline.json")
        if told or copy is None:
            Waterline(self.folder / "mark").note_restored()
        self.world.count_lost_disks()

    # -- looking

    def case(self, case_id: str) -> Case | None:
        with self.office.store.read() as db:
            return self.book.case(db, case_id)

    def case_ids(self) -> list[str]:
        with self.office.store.read() as db:
            return [r[0] for r in db.execute("select id from cases order by id").fetchall()]


class Station(Party):
    clerk = By("clerk", Role.CLERK, "")

    def submits(
        self, item: Item | None = None, papers: int = 1, *, follows: bool = False, fetch_at: str = ""
    ) -> str | None:
        """The whole intake; `follows`: what is secondary is brought later; `fetch_at`: where the result is fetched.

        Returns the id of the case, or None if the machine died on the way or refused.
        """
        item = item or example_item()
        office, at, rng = self.office, self.clock.now(), self.world.rng

        def intake_() -> str:
            with office.store.write() as tx:
                draft = drafts.begin_draft(tx, rng.randbytes(16), item, by=self.clerk, at=at)
            answers = answers_for(item, rng)
            wanted = list(item.required_materials_for(answers))
            with office.store.write() as tx:
                drafts.save_draft(tx, draft, item, answers, at)
                later = drafts.may_follow(item, drafts.need_draft(tx, draft)) if follows else []
                for material in later:
                    drafts.let_follow(tx, draft, item, material.code, True, at)
            wanted = [material for material in wanted if material not in later]
            for number, material in enumerate([*wanted, *wanted[:1] * (papers - 1)]):
                data = paper_bytes(rng, number)
                digest = office.blobs.keep(data, at)
                paper = Paper(digest=digest, size=len(data), type="image/jpeg", material=material.code)
                with office.store.write() as tx:
                    drafts.add_paper(tx, draft, paper, at)
            with office.store.write() as tx:
                drafts.save_details(tx, draft, at, fetch_at=fetch_at)
                desk.submit(tx, office.pen, draft, item, by=self.clerk, at=at)
            return draft

        return self.does(intake_)  # type: ignore[return-value]

    def supplies(self, case_id: str) -> None:
        """What the notice asks for, or what was to follow: whichever the case waits for."""
        office, at, rng = self.office, self.clock.now(), self.world.rng
        case = self.case(case_id)
        item = LAW.item(case.item, case.item_version) if case is not None else None
        assert case is not None
        assert item is not None

        def supply() -> None:
            with office.store.write() as tx:
                draft = desk.begin_supplement(tx, rng.randbytes(16), self.book, case_id, by=self.clerk, at=at)
            data = paper_bytes(rng, 9)
            digest = office.blobs.keep(data, at)
            with office.store.write() as tx:
                material = case.lacking[0] if case.lacking else item.required_materials[0].code
                drafts.add_paper(
                    tx, draft, Paper(digest=digest, size=len(data), type="image/jpeg", material=material), at
                )
                desk.supplement(tx, office.pen, self.book, draft, item, by=self.clerk, at=at)

        self.does(supply)

    def scans_again(self, case_id: str, lost: Paper) -> None:
        office, at, rng = self.office, self.clock.now(), self.world.rng

        def scan() -> None:
            data = paper_bytes(rng, 8)
            paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type="image/jpeg", material=lost.material)
            with office.store.write() as tx:
                after.rescan(
                    tx, office.pen, self.book, case_id, rng.randbytes(16), lost.digest, paper, by=self.clerk, at=at
                )

        self.does(scan)

    def asks_withdrawal(self, case_id: str) -> None:
        office, at = self.office, self.clock.now()

        def ask() -> None:
            with office.store.write() as tx:
                after.ask_withdrawal(
                    tx,
                    office.pen,
                    self.book,
                    case_id,
                    self.world.rng.randbytes(16),
                    reason="moved away",
                    by=self.clerk,
                    at=at,
                )

        self.does(ask)

    def hands_over(self, case_id: str) -> None:
        office, at = self.office, self.clock.now()

        def hand() -> None:
            with office.store.write() as tx:
                after.hand_over(
                    tx,
                    office.pen,
                    self.book,
                    case_id,
                    self.world.rng.randbytes(16),
                    recipient="self",
                    by=self.clerk,
                    at=at,
                )

        self.does(hand)

    def asks_move(self, case_id: str, to: str) -> None:
        office, at, act_id = self.office, self.clock.now(), self.world.rng.randbytes(16)

        def ask() -> None:
            with office.store.write() as tx:
                after.ask_move(
                    tx, office.pen, self.book, case_id, act_id, to, reason="works there", by=self.clerk, at=at
                )

        self.does(ask)

    def returns_result(self, case_id: str) -> None:
        office, at, act_id = self.office, self.clock.now(), self.world.rng.randbytes(16)

        def give_back() -> None:
            with office.store.write() as tx:
                after.return_result(
                    tx, office.pen, self.book, case_id, act_id, reason="a wrong name", by=self.clerk, at=at
                )

        self.does(give_back)

    def lapses(self, case_id: str) -> None:
        office, at, act_id = self.office, self.clock.now(), self.world.rng.randbytes(16)

        def lapse() -> None:
            with office.store.write() as tx:
                after.lapse(
                    tx, office.pen, self.book, LAW, case_id, act_id, reason="gave up", by=self.clerk, at=at
                )  # fmt: skip

        self.does(lapse)

    def names_a_paper(self, case_id: str) -> None:
        """A receipt of this station's own: kept, and named as what every reprint prints."""
        office, at, case = self.office, self.clock.now(), self.case(case_id)
        assert case is not None

        def attach() -> None:
            digest = office.blobs.keep(b"%PDF" + case_id.encode(), at)
            made = Made(kind="receipt", number=f"{case.number}·收件", digest=digest, size=36)
            with office.store.write() as tx:
                after.attach(
                    tx, office.pen, self.book, case_id, self.world.rng.randbytes(16), made, by=self.clerk, at=at
                )

        self.does(attach)

    def sync(self, case_id: str) -> node_cases.Sync:
        with self.office.store.read() as db:
            return node_cases.sync_of(db, case_id)


class HubParty(Party):
    """Every role is another person, so that nothing is refused for lack of people."""

    def decides(self, case_id: str, act: Act, to: str = "") -> None:
        """What the act needs is filled in; a decision is reviewed first where it has not been; a move goes to `to`."""
        office, at, rng = self.office, self.clock.now(), self.world.rng
        case = self.case(case_id)
        assert case is not None
        if act in (Act.GRANT, Act.DENY) and case.status is Status.ACCEPTED:
            self.decides(case_id, Act.REVIEW)
            case = self.case(case_id)
            if not self.alive or case is None or case.status is not Status.REVIEWED:
                return

        def decide() -> None:
            with office.store.write() as tx:
                decisions.decide(
                    tx, office.pen, self.book, LAW, case_id, act, rng.randbytes(16), by=officer_for(case, act), at=at,
                    seen=case.tip or "", said=replace(what_is_said(case, act, at, LAW.item(case.item, case.item_version)), to=to),
                )  # fmt: skip

        self.does(decide)

    @property
    def clockwork(self) -> Clockwork:
        """What runs behind the officers' backs, in this life of the hub."""
        office = self.office
        return Clockwork(
            Papermaking(
                store=office.store, blobs=office.blobs, pen=office.pen, book=self.book, law=LAW, press=_press(),
                keys=self.keys, seal=lambda: None, district=DISTRICT, contact="区政务中心 199-0000-0000",
            )
        )  # fmt: skip

    def does_its_chores(self) -> None:
        """Lines of the worklists, cards, what the law does by lapse of time, documents: each once round."""

        def chores() -> None:
            work, at = self.clockwork, self.clock.now()
            work.keep_standing(at)
            work.give_cards(at)
            work.let_the_law_act(at)
            work.keep_standing(at)
            work.make_papers(at)
            work.carry_cases(at)

        self.does(chores)

    def settles(self, case_id: str) -> None:
        """The head of the agency has looked at two versions, and the one that stands stays."""
        office, at, rng = self.office, self.clock.now(), self.world.rng
        case = self.case(case_id)
        assert case is not None
        settled = {act.request for act in case.line if act.act is Act.SETTLE}
        aside = [step.act.id for step in case.set_aside if step.act.id not in settled]

        def settle() -> None:
            with office.store.write() as tx:
                decisions.settle_set_aside(
                    tx, office.pen, self.book, case_id, aside[0], rng.randbytes(16), reason="seen",
                    by=By("leader", Role.LEADER), at=at,
                )  # fmt: skip

        if aside:
            self.does(settle)

    def notes(self, case_id: str, text: str) -> None:
        office, at = self.office, self.clock.now()

        def note() -> None:
            with office.store.write() as tx:
                decisions.note(
                    tx, office.pen, self.book, case_id, self.world.rng.randbytes(16),
                    lambda body: seal_to_self(self.keys, body), text=text, by=By("reviewer", Role.REVIEWER), at=at,
                )  # fmt: skip

        self.does(note)


@dataclass
class Promise:
    """An act that somebody saw as saved. Void once every disk that held it has been lost."""

    act: str
    case: str
    station: str
    by: str
    void: bool = False


@dataclass
class World:
    folder: Path
    seed: int = 0
    station_names: list[str] = field(default_factory=lambda: ["dafeng", "boya"])

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.network = LoopbackNetwork(random.Random(self.rng.random()))
        self.authority = Ed25519PrivateKey.from_private_bytes(self.rng.randbytes(32))
        self.promises: dict[str, Promise] = {}
        self.untrue: list[str] = []
        self.hub = HubParty(self, HUB)
        self.stations = {name: Station(self, name) for name in self.station_names}
        self.keyring_number = 0
        self.old_cards: list[Card] = []
        self.keyring: Keyring
        self.renew_keyring()
        for party in self.parties():
            party.start()

    def parties(self) -> list[Party]:
        return [self.hub, *self.stations.values()]

    def renew_keyring(self, revoked: tuple[str, ...] = ()) -> None:
        self.keyring_number += 1
        cards = [p.keys.card(Standing.REVOKED if p.name in revoked else Standing.ACTIVE) for p in self.parties()]
        cards += self.old_cards
        content = KeyringContent(district=DISTRICT, number=self.keyring_number, issued_at="", cards=cards)
        self.keyring = read_keyring(sign_keyring(content, self.authority), self.authority.public_key())
        for party in self.parties():
            if party.alive:
                party.office.courier.keyring = self.keyring

    def replace_box(self, station: Station) -> None:
        """Another machine takes the station's place: new keys, and nothing new is taken from the old ones."""
        station.kill()
        self.old_cards.append(station.keys.card(Standing.SUPERSEDED))
        station.keys = Keys.make(station.name, station.keys.box + 1)
        self.renew_keyring()

    def station(self, name: str) -> Station:
        return self.stations[name]

    # -- time and carrying

    def advance(self, seconds: float) -> None:
        for party in self.parties():
            party.clock.advance(seconds)

    def turn(self) -> bool:
        """Every courier once, then the network."""
        busy = False
        for party in self.parties():
            busy |= party.step()
        return self.network.deliver() > 0 or busy

    def stations_are_heard(self) -> None:
        """A new day: the stations have switched on and greeted the district, which knows its clock is right."""
        for name in self.stations:
            self.network.cut(name)
            self.network.mend(name)
        self.settle()

    def settle(self) -> None:
        """Until nothing moves even when retries are due."""
        quiet = 0
        for _ in range(ROUNDS):
            if self.turn():
                quiet = 0
                continue
            quiet += 1
            if quiet > 15:
                return
            self.advance(4.0)
        raise AssertionError(f"seed {self.seed}: the district does not come to rest")

    def heal(self) -> None:
        """All wires mended, all machines on, all clocks right, and time to come to rest."""
        self.network.lose = self.network.double = self.network.delay = 0.0
        self.network.broker_up()
        for party in self.parties():
            party.fuse.left = None
            party.clock.skew = timedelta()
            self.network.swallow(party.name, False)
            self.network.mend(party.name)
            if not party.alive:
                party.start()
        self.settle()

    # -- the count

    def remember(self, party: Party) -> None:
        """Every act of this party's own that is on its disk has been seen as saved by a person."""
        with party.office.store.read() as db:
            rows = db.execute(
                "select a.id, a.case_id, case p.author when 'hub' then p.reader else p.author end"
                " from acts a join epochs p on p.id = a.place >> 40 where a.side = ?",
                (party.side,),
            ).fetchall()
        for row in rows:
            self.promises.setdefault(row[0], Promise(row[0], row[1], row[2], party.name))

    def count_lost_disks(self) -> None:
        """After a disk was lost: a promise that no disk holds any more was kept by nobody, and cannot be."""
        held: set[str] = set()
        for party in self.parties():
            path = party.folder / "data" / "main.db"
            if not path.exists():
                continue
            db = sqlite3.connect(path)
            try:
                held |= {row[0] for row in db.execute("select id from acts")}
            except sqlite3.OperationalError:
                pass  # killed before its first table was made
            finally:
                db.close()
        for promise in self.promises.values():
            promise.void = promise.void or promise.act not in held

    def look(self) -> None:
        """Check every screen that is on: a station that says "received by the district" must be right."""
        if not self.hub.alive:
            return
        at_hub = set(self.hub.case_ids())
        for station in self.stations.values():
            if not station.alive or not station.office.courier.connected():
                continue
            for case_id in station.case_ids():
                state = station.sync(case_id).state
                both = self.hub.office.courier.connected(station.name)
                if (
                    both
                    and state in (node_cases.SyncState.ACKED, node_cases.SyncState.PARTIAL)
                    and case_id not in at_hub
                ):
                    self.untrue.append(f"{station.name} says that the hub has {case_id}")

    def differences(self) -> list[str]:
        """After heal(): what is lost, doubled, untrue or different between the ends."""
        found = list(self.untrue)
        at_hub = set(self.hub.case_ids())
        numbers: dict[str, str] = {}
        for station in self.stations.values():
            for case_id in station.case_ids():
                if case_id not in at_hub:
                    found.append(f"lost: {case_id} of {station.name} is not at the hub")
                    continue
                mine, theirs = station.case(case_id), self.hub.case(case_id)
                assert mine is not None
                assert theirs is not None
                if mine.status is None and station.name not in theirs.known_at and self._is_void_here(case_id):
                    continue  # the move that gave it this case was on lost disks only: the district asks a person
                if (mine.status, mine.tip, mine.flags) != (theirs.status, theirs.tip, theirs.flags - _ONLY_THE_HUBS):
                    found.append(
                        f"different: {case_id} {mine.status}/{mine.flags} here, {theirs.status}/{theirs.flags} at the hub"
                    )
                if mine.status is None and self.promises[case_id].void:
                    continue  # its first act was on lost disks only; what followed it waits for ever, and says so
                state = station.sync(case_id).state
                at_rest = (node_cases.SyncState.ACKED, node_cases.SyncState.ATTENTION, node_cases.SyncState.MOVED_HERE)
                if state not in at_rest:
                    found.append(f"not at rest: {case_id} is {state} at {station.name}")
                if numbers.get(mine.number, case_id) != case_id:
                    found.append(f"doubled: number {mine.number}")
                numbers[mine.number] = case_id
        for case_id in sorted(at_hub):
            found += self._desks_of(case_id)
        for promise in self.promises.values():
            if promise.void:
                continue
            for party in (self.hub, self.stations[promise.station]):
                with party.office.store.read() as db:
                    if not db.execute("select 1 from acts where id = ?", (promise.act,)).fetchone():
                        found.append(f"lost: act {promise.act} saved at {promise.by} is not at {party.name}")
        for party in self.parties():
            found += self._journal_faults(party)
        return found

    def _is_void_here(self, case_id: str) -> bool:
        return any(promise.void for promise in self.promises.values() if promise.case == case_id)

    def _desks_of(self, case_id: str) -> list[str]:
        """Every station that holds or held the case knows it, and at one desk at most is there something to do."""
        case = self.hub.case(case_id)
        assert case is not None
        if case.status is None:
            return []
        here = {name: station.case(case_id) for name, station in self.stations.items()}
        found = [f"lost: {case_id} is not known at {name}" for name in case.known_at if here[name] is None]
        busy = [name for name, mine in here.items() if mine is not None and open_acts(mine, self.stations[name])]
        return found + ([f"doubled: {case_id} is open at {busy}"] if len(busy) > 1 else [])

    def _journal_faults(self, party: Party) -> list[str]:
        found = []
        with party.office.store.read() as db:
            for other in self.parties():
                if party is other:
                    continue
                if owed(db, party.name, other.name):
                    found.append(f"{party.name} still owes {other.name}")
                for epoch in [*epochs(db, party.name, other.name), *epochs(db, other.name, party.name)]:
                    recompute(db, epoch)
        return found


_ONLY_THE_HUBS = {Flag.YELLOW, Flag.RED}  # cards travel sealed to the hub itself


@functools.cache
def _press() -> Press:
    return Press()


class Delivered(Catalogue):
    """As a shelf: None where no bundle has the version that a case pins."""

    def item(self, code: str, version: int) -> Item | None:  # type: ignore[override]
        try:
            return super().item(code, version)
        except Refused:
            return None


LAW = Delivered(0, MORNING, all_items(), "")  # what this software is delivered with


def open_acts(case: Case, party: Party) -> list[Act]:
    if party.side is Side.HUB:
        return acts_open(case, Side.HUB, OFFICERS)
    return acts_open(case, Side.STATION, (Role.CLERK,), party.name)
