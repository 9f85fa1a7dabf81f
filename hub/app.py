"""The hub as one process: the only place that knows which parts it is made of.

Hub puts them together, create_app() puts the pages in front. Order of starting: litestream, stores,
broker, courier with its link, jobs; of ending: the other way round. Nothing here decides anything.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

import anyio.to_thread
from starlette.applications import Starlette

from hub import intake, schema, stations
from hub.embedded_broker import EmbeddedBroker
from hub.health import Health
from hub.jobs import Jobs
from hub.shelf import Shelf
from hub.web.room import Room
from hub.web.routes import Place, hub_console
from protocol import identity
from protocol.casebook import Casebook
from protocol.catalogue.bundle import open_bundle
from protocol.clock import Clock, WallClock
from protocol.errors import Damaged, Distrusted, Unreachable
from protocol.exchange import blobs
from protocol.exchange.envelope import open_own, seal_to_self
from protocol.exchange.link import Link
from protocol.exchange.messages import Report
from protocol.exchange.mqtt import MqttLink, Wire
from protocol.exchange.topics import HUB
from protocol.exchange.waterline import Waterline
from protocol.identity import Keyring, Keys, read_keyring
from protocol.office import Office
from protocol.replica import Litestream, ReplicaHealth, target_of
from protocol.settings import BrokerKind, Settings
from protocol.store import Store

log = logging.getLogger(__name__)

WEB_THREADS = 16
BUNDLE = "catalogue.bundle"  # in the hub's folder: written by the district's office, put on the shelf by the hub


class Hub:
    """`clock` and `link` are seams for the simulated district; without them it is the real thing.

    open() and close() hold the stores, start() and stop() the threads; each end may be called twice.
    """

    def __init__(self, settings: Settings, *, clock: Clock | None = None, link: Link | None = None) -> None:
        self.settings = settings
        self.clock = clock or WallClock()
        self.keys = Keys.load(settings.letters_key)
        self.book = Casebook(HUB, lambda sealed: open_own(self.keys, sealed))
        self._authority = _authority(settings)
        target = target_of(settings)
        self.litestream = (
            Litestream(settings.databases, target, settings.run, socket=settings.litestream_socket) if target else None
        )
        self.broker: EmbeddedBroker | None = None
        if link is None and settings.broker.kind is BrokerKind.EMBEDDED:
            passwords = _PasswordsFile(settings.path(settings.broker.passwords_file))
            self.broker = EmbeddedBroker(settings.broker.host, settings.broker.port, settings.district, passwords)
        self._link = link or MqttLink(_wire(settings))
        self._jobs: Jobs | None = None
        self.office: Office
        self.shelf: Shelf

    # -- opening and closing

    def open(self) -> Hub:
        """Stores at the newest schema, stations entered, the catalogue on the shelf. No thread but litestream's.

        :raises Damaged: the store, the keys or the settings cannot be used
        """
        replicated = self._start_replica()
        try:
            self.office = Office(
                keys=self.keys,
                keyring=self._read_keyring(),
                store=Store(self.settings.db, schema.migrations, replicated=replicated),
                blob_store=Store(self.settings.blobs, blobs.migrations, replicated=replicated),
                handlers=intake.handlers(self.book),
                link=self._link,
                clock=self.clock,
                waterline=Waterline(self.settings.mark),
                report=self._report,
            )
            self.shelf = Shelf(self.office.store, self.office.blobs, lambda data: open_bundle(data, self._authority))
            self.office.open()
            self.look_at_register()
            self.look_at_bundle()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        if hasattr(self, "office"):
            self.office.close()
        if self.litestream is not None:
            self.litestream.stop()

    # -- at work

    def start(self) -> None:
        """Broker, courier and jobs.

        :raises Unreachable: the embedded broker's address is taken
        """
        if self.broker is not None:
            self.broker.start()
        self.office.run()
        self._jobs = Jobs()
        self._jobs.every(5, "watch_register", self.look_at_register)
        self._jobs.every(5, "watch_bundle", self.look_at_bundle)
        self._jobs.start()

    def stop(self) -> None:
        if self._jobs is not None:
            self._jobs.stop()
            self._jobs = None
        if hasattr(self, "office"):
            self.office.stop()
        if self.broker is not None:
            self.broker.stop()

    # -- what the district's office writes, read again when it changes

    def look_at_register(self) -> None:
        """The keyring as it is on the disk; every station in it has its line, and the newest catalogue."""
        keyring = self._read_keyring()
        self.office.courier.keyring = keyring
        register = stations.read_register(self.settings.folder)
        with self.office.store.read() as db:
            changed = stations.differs(db, self.stations(), register)
        if changed:
            with self.office.store.write() as tx:
                stations.enter_all(tx, self.stations(), register)
        self.shelf.tell_newcomers(self.office.pen, self.stations(), self.clock.now())

    def look_at_bundle(self) -> None:
        """A newer bundle in the folder goes on the shelf and to every station; a wrong one is left and logged."""
        file = self.settings.folder / BUNDLE
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return
        try:
            self.shelf.take(data, self.office.pen, self.stations(), self.clock.now())
        except Distrusted as why:
            log.error("bundle not taken file=%s code=%s", file.name, why.code)

    def stations(self) -> list[str]:
        """Everyone in the keyring but the hub."""
        return [party for party in self.office.courier.keyring.parties() if party != HUB]

    # -- how it stands

    def health(self) -> Health:
        courier = self.office.courier
        broker = self.settings.broker
        return Health(
            link_up=courier.link_up,
            link_since=courier.link_since,
            link_reason=courier.link_reason,
            broker=broker.kind,
            address=f"{broker.host}:{broker.port}",
            distrusted=courier.distrusted,
            replica=self._replica_health(),
            disk_free=shutil.disk_usage(self.settings.folder).free,
            software=_software(),
            folder=str(self.settings.folder),
        )

    def room(self) -> Room:
        """What the pages get to see of all this."""
        return Room(
            store=self.office.store,
            blobs=self.office.blobs,
            pen=self.office.pen,
            book=self.book,
            clock=self.clock,
            shelf=self.shelf,
            seal=lambda body: seal_to_self(self.keys, body),
            connected=self.office.courier.connected,
            health=self.health,
        )

    # -- inside

    def _read_keyring(self) -> Keyring:
        try:
            return read_keyring(self.settings.keyring.read_bytes(), self._authority)
        except OSError as why:
            raise Damaged("damaged.keys", party=HUB, why=type(why).__name__) from why

    def _start_replica(self) -> bool:
        """True if litestream is there to checkpoint. Without it the hub works on, and says so."""
        if self.litestream is None:
            return False
        try:
            self.litestream.start()
        except Unreachable as why:
            log.error("no replica for now why=%s", why.params["why"])
            return False
        return True

    def _replica_health(self) -> ReplicaHealth | None:
        return self.litestream.health(self.clock.now()) if self.litestream is not None else None

    def _report(self) -> Report:
        """What the hub says of itself to stations."""
        return Report(software=_software(), catalogue=self.shelf.number)


def create_app(settings: Settings) -> Starlette:
    """The hub with its pages, its stores open; the lifespan starts and ends its threads."""
    return app_of(Hub(settings).open())


def app_of(hub: Hub) -> Starlette:
    """The pages of an open hub. Without a lifespan (tests) nothing runs in the background."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = WEB_THREADS
        try:
            hub.start()
            yield
        finally:
            hub.stop()
            hub.close()

    name = hub.settings.name
    app = hub_console(hub.room(), Place(zh=name.zh, en=name.en), lifespan=lifespan)
    app.state.hub = hub
    return app


def _software() -> str:
    """The version that was installed; empty in a tree that never was."""
    try:
        return metadata.version("microcenter")
    except metadata.PackageNotFoundError:
        return ""


def _authority(settings: Settings) -> identity.Ed25519PublicKey:  # type: ignore[name-defined]  # identity has no reader yet
    try:
        key = bytes.fromhex(settings.authority_pub.read_text("ascii"))
        return identity.Ed25519PublicKey.from_public_bytes(key)  # type: ignore[attr-defined]  # same
    except (OSError, ValueError) as why:
        raise Damaged("damaged.keys", party=HUB, why=type(why).__name__) from why


def _wire(settings: Settings) -> Wire:
    """The hub's own way to the broker: a loopback listener with a password."""
    broker = settings.broker
    return Wire(
        host=broker.host,
        port=broker.port,
        district=settings.district,
        party=HUB,
        protocol="5" if broker.protocol == 5 else "311",
        username=broker.username or None,
        password=settings.broker_password or None,
    )


class _PasswordsFile(Mapping[str, str]):
    """The embedded broker's accounts, read at every connection: whoever was taken out stays out."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def _read(self) -> dict[str, str]:
        try:
            return {str(name): str(secret) for name, secret in json.loads(self._file.read_text("utf-8")).items()}
        except (OSError, ValueError):
            log.error("the broker's passwords cannot be read; nobody is let in")
            return {}

    def __getitem__(self, party: str) -> str:
        return self._read()[party]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())
