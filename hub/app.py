"""The hub put together: the only place that knows its broker, its wire, its litestream and its clock.

Start: litestream, the stores, the broker, the courier and its link, the chores; the pages come last. Stop: the
other way round, litestream at the very end, so that its last sync takes everything along. A hub without
litestream works on and says so; a hub whose store is gone does not start empty.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.types import Lifespan

from hub import adoption, directory, endings, intake, jobs, stations
from hub.archiving import Archiving
from hub.clockwork import Clockwork
from hub.embedded_broker import EmbeddedBroker, PasswordsFile
from hub.health import Health
from hub.papermaking import Papermaking
from hub.publishing import Publishing
from hub.room import Room
from hub.schema import migrations
from hub.shelf import Shelf
from hub.web.routes import hub_console
from protocol.casebook import Casebook
from protocol.catalogue.bundle import open_bundle
from protocol.catalogue.issue import read_issue
from protocol.catalogue.publishers import NOBODY, Publishers, read_publishers
from protocol.chores import KeyringFile
from protocol.claim import claim
from protocol.clock import Clock, WallClock
from protocol.confirmations import confirmed
from protocol.documents.printroom import PrintRoom
from protocol.documents.sealing import Seal, load_seal
from protocol.documents.verify import Checks
from protocol.errors import Distrusted, Refused, Unreachable
from protocol.exchange import blobs, stick
from protocol.exchange.carried import Tally
from protocol.exchange.envelope import open_own, seal_to_self
from protocol.exchange.link import Link
from protocol.exchange.messages import Report
from protocol.exchange.mqtt import MqttLink, Wire
from protocol.exchange.stick import Exported
from protocol.exchange.topics import HUB
from protocol.exchange.waterline import Waterline
from protocol.identity import Keys, read_authority
from protocol.office import Office
from protocol.replica import Litestream, ReplicaHealth, refuse_empty_start, target_of
from protocol.settings import BrokerKind, Settings, write_whole
from protocol.store import Store

log = logging.getLogger(__name__)

WEB_THREADS = 16
IMPORT_S = 30.0  # a person waits for it


class Hub:
    """The district's hub. `link` and `clock` are given by tests; at work they are MQTT and the wall's."""

    def __init__(
        self, settings: Settings, *, link: Link | None = None, clock: Clock | None = None, durable: bool = True
    ) -> None:
        """
        :raises Damaged: keys, the authority's key or the settings cannot be used
        :raises Distrusted: the keyring is not signed by the district's authority
        """
        self.settings = settings
        self.clock: Clock = clock or WallClock()
        self.keys = Keys.load(settings.letters_key)
        self.book = Casebook(HUB, lambda sealed: open_own(self.keys, sealed), intake.LISTENERS)
        self.keyring_file = KeyringFile(settings.keyring, settings.authority_pub)
        target = target_of(settings)
        self.litestream = (
            Litestream(settings.databases, target, settings.run, socket=settings.litestream_socket) if target else None
        )
        self.replica: ReplicaHealth | None = None
        self.broker: EmbeddedBroker | None = None
        if link is None and settings.broker.kind is BrokerKind.EMBEDDED:
            passwords = PasswordsFile(settings.path(settings.broker.passwords_file))
            self.broker = EmbeddedBroker(settings.broker.host, settings.broker.port, settings.district, passwords)
        self.store = Store(settings.db, migrations, durable=durable)
        self._paper_store = Store(settings.blobs, blobs.migrations, durable=durable)
        self.office = Office(
            keys=self.keys,
            keyring=self.keyring_file.read(),
            store=self.store,
            blob_store=self._paper_store,
            handlers=intake.handlers(self.book),
            link=link or MqttLink(wire_of(settings)),
            clock=self.clock,
            waterline=Waterline(settings.mark),
            report=self.report,
            on_paper=lambda digest: intake.note_bundle_came(self.store, digest),
        )
        authority = read_authority(settings.authority_pub)
        self.shelf = Shelf(self.store, self.office.blobs, lambda data: open_bundle(data, authority))
        self._authority = authority
        self.press = PrintRoom()
        self.clockwork = Clockwork(
            Papermaking(
                store=self.store,
                blobs=self.office.blobs,
                pen=self.office.pen,
                book=self.book,
                law=self.shelf,
                press=self.press,
                keys=self.keys,
                seal=self.electronic_seal,
                district=settings.district,
                contact=settings.name.zh,
            )
        )
        self.publishing = Publishing(self.store, self.office.blobs, self.shelf, self.office.pen, self.publishers)
        self.archiving = Archiving(
            store=self.store,
            blobs=self.office.blobs,
            pen=self.office.pen,
            book=self.book,
            law=self.shelf,
            keys=self.keys,
            keyring=settings.keyring.read_bytes,
            district=settings.district,
            folder=settings.data / "archive",
        )
        self._left_for_office = 0
        self._bundle_seen: tuple[int, int] | None = None
        self._lock: int | None = None
        self._chores: Any = None  # APScheduler 3 has no types

    # -- starting and ending

    def open(self) -> None:
        """The stores only, the stations entered, the catalogue on the shelf: enough for pages and tests, no thread.

        :raises Damaged: the store is gone although this hub has lived, or cannot be read
        """
        refuse_empty_start(self.settings)
        self.office.open()
        self.look_at_register()
        self.look_at_bundle()
        if self.litestream is not None:
            self.replica = self.litestream.health(self.clock.now())

    def start(self) -> None:
        """Everything, in order. What cannot be started without is raised; a replica is not among it.

        :raises Refused: running: two processes on one store would be two hubs with one voice
        :raises Unreachable: the embedded broker's address is taken
        """
        self._lock = claim(self.settings.run / "hub.lock")
        if self.litestream is not None:
            try:
                self.litestream.start()
                self.store.replicated = self._paper_store.replicated = True
            except Unreachable as why:
                log.error("no replica is kept; work goes on without %s", why)
        self.open()
        if self.broker is not None:
            self.broker.start()
        self.office.run()
        self._chores = jobs.timetable(self)
        self._chores.start()
        log.info("hub at work district=%s stations=%d", self.settings.district, len(self.parties()))

    def stop(self) -> None:
        """May be called twice, and after a start() that failed half-way."""
        if self._chores is not None:
            self._chores.shutdown()
            self._chores = None
        self.office.stop()
        if self.broker is not None:
            self.broker.stop()
        self.press.close()
        self.close()
        if self.litestream is not None:
            self.litestream.stop()

    def open_beside(self) -> None:
        """Open for a command while the hub itself may be at work: checkpoints stay litestream's."""
        self.store.replicated = self._paper_store.replicated = self.litestream is not None
        self.open()

    def close(self) -> None:
        """The other end of open()."""
        self.office.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # -- what the district's office writes into the folder

    def look_at_register(self) -> None:
        """Every station of the keyring has its line with the register's words for it, and the newest catalogue."""
        parties = self.parties()
        register = stations.read_register(self.settings.stations_list)
        with self.store.read() as db:
            changed = stations.differs(db, parties, register)
        if changed:
            with self.store.write() as tx:
                stations.enter_all(tx, parties, register)
        self.shelf.tell_newcomers(self.office.pen, parties, self.clock.now())
        directory.tell(self.store, self.office.pen, parties, self.clock.now())

    def look_at_bundle(self) -> None:
        """A newer bundle goes on the shelf and to every station; a wrong one is left where it is and logged.

        Asked every few seconds: a file that has been looked at is opened again only when it has changed.
        """
        file = self.settings.catalogue_bundle
        try:
            found = file.stat()
            if (found.st_mtime_ns, found.st_size) == self._bundle_seen:
                return
            self.shelf.take(file.read_bytes(), self.office.pen, self.parties(), self.clock.now())
        except FileNotFoundError:
            return
        except Refused as why:
            log.error("the catalogue in the folder waits for room file=%s code=%s", file.name, why.code)
            return
        except Distrusted as why:
            log.error("the catalogue in the folder is not taken file=%s %s", file.name, why)
        self._bundle_seen = (found.st_mtime_ns, found.st_size)

    def look_at_publications(self) -> None:
        """What was decided is told; what stations have is offered no more; the office has the newest to build on."""
        self.publishing.go_on(self.parties(), self.clock.now())
        with self.store.read() as db:
            needless = adoption.needless(db)
        if needless:
            with self.store.write() as tx:
                adoption.settle(tx, needless, self.clock.now())
        self._leave_for_the_office()

    def _leave_for_the_office(self) -> None:
        """The next bundle that the office signs builds on what the publishers published."""
        number, file = self.shelf.number, self.settings.catalogue_bundle
        if number == self._left_for_office:
            return
        data = self.shelf.newest_file()
        try:
            there = read_issue(file.read_bytes()).head.number if file.exists() else 0
        except Distrusted:
            there = 0
        if data is not None and there < number:  # a newer one is the office's own, on its way to the shelf
            write_whole(file, data, 0o644)
        self._left_for_office = number

    def publishers(self) -> tuple[bytes, Publishers]:
        """The authority's list as it lies in the folder, and what it says.

        :raises Distrusted: publishers: not signed by this district's authority
        """
        try:
            data = self.settings.publishers.read_bytes()
        except FileNotFoundError:
            return b"", NOBODY
        return data, read_publishers(data, self._authority)

    def parties(self) -> list[str]:
        """Everyone in the keyring but the hub."""
        return [party for party in self.office.courier.keyring.parties() if party != HUB]

    # -- how it stands

    def health(self) -> Health:
        courier, broker = self.office.courier, self.settings.broker
        return Health(
            link_up=courier.link_up,
            link_since=courier.link_since,
            link_reason=courier.link_reason,
            broker=broker.kind,
            address=f"{broker.host}:{broker.port}",
            distrusted=courier.distrusted,
            replica=self.replica,
            disk_free=shutil.disk_usage(self.settings.folder).free,
            software=_software(),
            folder=str(self.settings.folder),
        )

    def report(self) -> Report:
        """What the hub says of itself to stations."""
        return Report(software=_software(), catalogue=self.shelf.number)

    def room(self) -> Room:
        """What the pages get to see of all this."""
        return Room(
            store=self.store,
            blobs=self.office.blobs,
            pen=self.office.pen,
            book=self.book,
            clock=self.clock,
            shelf=self.shelf,
            publishing=self.publishing,
            archiving=self.archiving,
            seal=lambda body: seal_to_self(self.keys, body),
            connected=self.office.courier.connected,
            health=self.health,
            export_stick=self.export_stick,
            import_stick=self.import_stick,
            checks=Checks(
                self._authority,
                lambda: self.office.courier.keyring,
                lambda: endings.cancellation_list(self.store, self.clock.now),
                lambda number: confirmed(self.store, number),
            ),
            electronic_seal=self.electronic_seal,
            run=self.settings.run,
        )

    def electronic_seal(self) -> Seal | None:
        """:raises Damaged: keys: it is there and cannot be used"""
        return load_seal(self.settings.seal_key, self.settings.seal_crt)

    # -- the stick

    def export_stick(self, station: str, folder: Path | None = None) -> Exported:
        """What `station` is owed as one sealed file, in `folder` or beside what runs."""
        if folder is None:
            folder = self.settings.run / "stick-out" / station
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return stick.export(self.office, station, folder, self.clock.now())

    def import_stick(self, path: Path) -> Tally:
        """Hand over what is on it to the courier, or be the courier for it where none is at work."""
        tally = stick.bring_in(self.office, stick.read_stick(path))
        if self._chores is not None:
            tally.finished.wait(IMPORT_S)
            return tally
        while not tally.finished.is_set():
            self.office.courier.step(self.office.take())
        return tally


def console_of(hub: Hub) -> Starlette:
    """The pages of a hub that somebody else opens and closes."""
    return _console(hub, None)


def create_app(settings: Settings) -> Starlette:
    """The pages, with the hub started and stopped around them."""
    hub = Hub(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = WEB_THREADS
        try:
            await run_in_threadpool(hub.start)
            yield
        finally:
            await run_in_threadpool(hub.stop)

    return _console(hub, lifespan)


def wire_of(settings: Settings) -> Wire:
    """The hub's own way in: the embedded broker, or Mosquitto's loopback listener with a password.

    :raises Damaged: the file with the broker's password cannot be read
    """
    broker = settings.broker
    protocol: Literal["5", "311"] = "5" if broker.protocol == 5 else "311"
    return Wire(
        host=broker.host,
        port=broker.port,
        district=settings.district,
        party=HUB,
        protocol=protocol,
        username=broker.username or None,
        password=settings.broker_password or None,
    )


def _console(hub: Hub, lifespan: Lifespan[Starlette] | None) -> Starlette:
    return hub_console(hub.room(), hub.settings.name, lifespan)


def _software() -> str:
    """The version that was installed; empty in a tree that never was."""
    try:
        return version("microcenter")
    except PackageNotFoundError:
        return ""
