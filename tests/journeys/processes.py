"""A real district for the journeys and the figures: processes, a broker, wires that can be cut.

Every party is the command that an installer starts; Mosquitto asks for certificates and the embedded
broker for passwords, as provisioning leaves them. What happened is read from the parties' own
databases, read-only. Waiting is for a condition, with a deadline that names what did not come.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import hub.schema
import node.schema
from hub import decisions, intake
from node import after, desk, drafts, replies
from node.cases import SyncState, sync_of
from protocol.casebook import Casebook
from protocol.cases.acts import By, Paper
from protocol.cases.rules import Act, Role, Status
from protocol.clock import WallClock
from protocol.exchange import blobs
from protocol.exchange.blobs import Blobs
from protocol.exchange.envelope import open_own
from protocol.exchange.journal import Journal, life_of
from protocol.exchange.topics import HUB
from protocol.identity import Keys
from protocol.settings import BrokerKind, Replica, ReplicaKind, Settings, read_settings, write_settings
from protocol.store import Store
from provisioning.district import make_district
from provisioning.mosquitto import Mosquitto, listener
from provisioning.office import open_office
from provisioning.register import State, Station
from provisioning.revive import nobody_at_work
from tests.believable.officers import officer_for, what_is_said
from tests.district_data import answers_for, example_item, paper_bytes
from tests.journeys.proxy import Proxy
from tests.world import LAW

ROOT = Path(__file__).resolve().parents[2]
CLERK = By("clerk", Role.CLERK, "")
PATIENCE_S = 30.0


def wait_until(what: str, holds: Callable[[], object], seconds: float = PATIENCE_S, every_s: float = 0.05) -> Any:
    """What `holds` returned when it was true for the first time.

    :raises TimeoutError: with `what` and the last answer
    """
    deadline = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {seconds:.0f} s: {what} (last: {found!r})")
        time.sleep(every_s)


def ask(db: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows as they are on the disk now; the party may be at work, or dead."""
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(sql, values).fetchall()


@dataclass
class PartyProcess:
    """One party. `settings` are read again at every start: revive writes them anew."""

    folder: Path
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Settings:
        return read_settings(self.folder)

    @property
    def name(self) -> str:
        return self.settings.party

    @property
    def db(self) -> Path:
        return self.settings.db

    def launch(self) -> None:
        module = "hub.cli" if self.name == HUB else "node.cli"
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                # the kernel ends it with us, however that comes about
                ["setpriv", "--pdeathsig", "KILL", self.python, "-m", module, "serve", "--folder", str(self.folder)],
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def await_pages(self, seconds: float = PATIENCE_S) -> None:
        """Afterwards its pages are served.

        :raises TimeoutError, ChildProcessError: with its last words
        """
        port = self.settings.http.port

        def answers() -> bool:
            if self.process is None or self.process.poll() is not None:
                raise ChildProcessError(f"{self.name} ended: {self.last_words()}")
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1) as knock:
                    knock.sendall(b"GET /sign-in HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    return knock.recv(12)[9:10] in (b"2", b"3")
            except OSError:
                return False

        wait_until(f"{self.name} serves", answers, seconds)

    def start(self) -> None:
        self.launch()
        self.await_pages()

    def python_without_litestream(self, folder: Path) -> None:
        """Another name for the same interpreter, with the same packages and no litestream beside it or on the PATH."""
        (folder / "python").symlink_to(Path(sys.executable).resolve())
        packages = [path for path in sys.path if path.endswith("site-packages")]
        self.python = str(folder / "python")
        self.env = {"PYTHONPATH": os.pathsep.join(packages), "PATH": f"{folder}:/usr/bin:/bin"}

    def kill(self) -> None:
        """kill -9. Its litestream gets a SIGTERM from the kernel and is waited for by the next start."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """As systemd does it."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def said(self, words: str) -> int:
        return self.log.read_text("utf-8", "replace").count(words)

    # -- what its disk says

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return ask(self.db, sql, *values) if self.db.exists() else []

    def number(self, sql: str, *values: object) -> int:
        rows = self.ask(sql, *values)
        return int(rows[0][0]) if rows else 0

    def case_ids(self) -> set[str]:
        return {row[0] for row in self.ask("select id from cases")}

    def owes(self) -> int:
        return self.number("select coalesce(sum(head - told), 0) from epochs where author = ?", self.name)

    def notices(self) -> set[str]:
        """Kinds that were ever brought before a person, settled ones too."""
        return {row[0] for row in self.ask("select distinct kind from attention")}

    # -- disasters

    def copy_disk(self, to: Path) -> None:
        """Both files as a backup program would take them beside a party at work."""
        to.mkdir(parents=True)
        for file in self.settings.databases:
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to / file.name)) as target:
                source.backup(target)

    def put_back(self, copy: Path | None) -> None:
        """By hand and with nobody told: the files of `copy`, or nothing, in place of what is there."""
        assert self.process is None
        with nobody_at_work(self.folder):  # the litestream of a killed party takes a moment to end
            shutil.rmtree(self.settings.data)
            self.settings.data.mkdir()
            if copy is not None:
                for file in self.settings.databases:
                    shutil.copyfile(copy / file.name, file)


class Pen:
    """Use cases on a party's own files, beside the party or while it rests: what a page would have called."""

    def __init__(self, settings: Settings, rng: random.Random) -> None:
        self.settings = settings
        self.rng = rng
        self.clock = WallClock()
        at_hub = settings.party == HUB
        keys = Keys.load(settings.letters_key)
        self.book = Casebook(
            settings.party,
            (lambda sealed: open_own(keys, sealed)) if at_hub else None,
            (intake if at_hub else replies).LISTENERS,
        )
        handlers = (intake if at_hub else replies).handlers(self.book)
        schema = hub.schema if at_hub else node.schema
        self.store = Store(settings.db, schema.migrations, replicated=True)
        self._papers = Store(settings.blobs, blobs.migrations, replicated=True)
        self.blobs = Blobs(self._papers)
        self.pen = Journal(settings.party, settings.district, self.clock, self.store.entropy, handlers)

    def __enter__(self) -> Pen:
        self.store.open()
        self._papers.open()
        with self.store.read() as db:
            assert life_of(db), "the party has never been started"
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self._papers.close()

    def submit(self, *, papers: int = 0) -> str:
        """One case; with papers every required material and more. Returns its id."""
        item, at, rng = example_item(), self.clock.now(), self.rng
        if not papers:
            item = replace(item, materials=())
        added = []
        wanted = [*item.required_materials, *item.required_materials[:1] * (papers - len(item.required_materials))]
        for number, material in enumerate(wanted):
            data = paper_bytes(rng, number)
            digest = self.blobs.keep(data, at)
            added.append(Paper(digest=digest, size=len(data), type="image/jpeg", material=material.code))
        with self.store.write() as tx:
            draft = drafts.begin_draft(tx, rng.randbytes(16), item, by=CLERK, at=at)
            drafts.save_draft(tx, draft, item, answers_for(item, rng), at)
            for paper in added:
                drafts.add_paper(tx, draft, paper, at)
            desk.submit(tx, self.pen, draft, item, by=CLERK, at=at)
        return draft

    def decide(self, case_id: str, act: Act) -> None:
        """At the hub: what an officer who sees the case as it is now decides."""
        at = self.clock.now()
        with self.store.write() as tx:
            case = self.book.case(tx, case_id)
            assert case is not None
            decisions.decide(
                tx, self.pen, self.book, LAW, case_id, act, self.rng.randbytes(16), by=officer_for(case, act), at=at,
                seen=case.tip or "", said=what_is_said(case, act, at, LAW.item(case.item, case.item_version)),
            )  # fmt: skip

    def has_to_hand_over(self, case_id: str) -> int:
        """How many documents are for the applicant and whole here; 0 while one of them is on its way."""
        with self.store.read() as db:
            case = self.book.case(db, case_id)
            whole = case is not None and not after.documents_missing(db, case)
        return len(after.to_hand_over(case)) if case is not None and whole else 0

    def hand_over(self, case_id: str) -> None:
        at = self.clock.now()
        with self.store.write() as tx:
            after.hand_over(tx, self.pen, self.book, case_id, self.rng.randbytes(16), recipient="self", by=CLERK, at=at)

    def status(self, case_id: str) -> Status | None:
        with self.store.read() as db:
            case = self.book.case(db, case_id)
        return case.status if case else None

    def sync(self, case_id: str) -> SyncState:
        """What the station's list says of it."""
        with self.store.read() as db:
            return sync_of(db, case_id).state


class RealDistrict:
    """Made once; stop() ends everything that was started. A station's wire is `wires[name]`."""

    def __init__(
        self,
        folder: Path,
        *,
        broker: BrokerKind = BrokerKind.MOSQUITTO,
        stations: Sequence[str] = ("dafeng",),
        replica: bool = True,
        delay_s: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.kind = broker
        made = make_district(
            folder,
            [Station(name, f"{name}站", f"{name} station", "town") for name in stations],
            WallClock().now(),
            broker=broker,
            replica=Replica() if replica else Replica(kind=ReplicaKind.NONE),
        )
        self.hub = PartyProcess(made.hub.folder, folder / "hub.log")
        self.mosquitto = Mosquitto(made.hub) if broker is BrokerKind.MOSQUITTO else None
        self.wires: dict[str, Proxy] = {}
        self.stations: dict[str, PartyProcess] = {}
        for name, own in made.stations.items():
            target = listener(made.hub) if self.mosquitto else (own.broker.host, own.broker.port)
            self.wires[name] = Proxy(target, delay_s=delay_s).start()
            self.stations[name] = PartyProcess(own.folder, folder / f"{name}.log")
            self.lead_through_wire(name)

    def lead_through_wire(self, name: str) -> None:
        """The station's party.toml names the wire's port; again after a revive, which writes the broker's."""
        own = self.stations[name].settings
        write_settings(replace(own, broker=replace(own.broker, port=self.wires[name].port)))

    def start(self, *, stations: bool = True) -> None:
        if self.mosquitto is not None:
            self.mosquitto.start()
        parties = [self.hub, *(self.stations.values() if stations else [])]
        for party in parties:
            party.launch()
        for party in parties:
            party.await_pages()

    def stop(self) -> None:
        for wire in self.wires.values():
            wire.stop()
        for party in [*self.stations.values(), self.hub]:
            party.stop()
        if self.mosquitto is not None:
            self.mosquitto.stop()

    @property
    def station(self) -> PartyProcess:
        return next(iter(self.stations.values()))

    @property
    def wire(self) -> Proxy:
        return next(iter(self.wires.values()))

    def pen(self, party: PartyProcess) -> Pen:
        return Pen(party.settings, self.rng)

    def take_in(self, count: int, *, papers: int = 0, station: PartyProcess | None = None) -> list[str]:
        with self.pen(station or self.station) as pen:
            return [pen.submit(papers=papers) for _ in range(count)]

    def await_rest(self, seconds: float = PATIENCE_S) -> None:
        """Nobody owes anybody anything, papers included."""
        parties = [self.hub, *self.stations.values()]

        def rests() -> bool:
            return all(
                p.db.exists()
                and p.owes() == 0
                and p.number("select count(*) from epochs where author = ? and wants > head", p.name) == 0
                and p.number("select count(*) from papers where here = 0 or there = 0") == 0
                for p in parties
            )

        wait_until("nobody owes anything", rests, seconds, 0.1)

    def add_account(self, party: PartyProcess, name: str, password: str) -> None:
        """As an administrator does it at the terminal of the machine."""
        module = "hub.cli" if party is self.hub else "node.cli"
        command = [sys.executable, "-m", module, "account", "add", name, "--folder", str(party.folder)]
        subprocess.run(command, cwd=ROOT, input=f"{password}\n", text=True, check=True, capture_output=True)

    def revoke(self, name: str) -> None:
        with open_office(self.folder) as office:
            office.fence(name, State.REVOKED, "stolen", WallClock().now())


@contextmanager
def at_work(folder: Path, **how: Any) -> Iterator[RealDistrict]:
    district = RealDistrict(folder, **how)
    try:
        district.start()
        yield district
    finally:
        district.stop()


__all__ = [
    "CLERK",
    "PartyProcess",
    "Pen",
    "RealDistrict",
    "ask",
    "at_work",
    "wait_until",
]
