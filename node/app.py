"""A station put together: the only place that knows its wire, its litestream and its clock.

Start: litestream, the stores, the courier and its link, the chores; the pages come last. Stop: the other way
round, litestream at the very end, so that its last sync takes everything along. A station without litestream
works on and says so; a station whose store is gone does not start empty.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from anyio.to_thread import current_default_thread_limiter
from apscheduler.schedulers.background import BackgroundScheduler
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.types import Lifespan

from node import cases, endings, jobs, printing, replies
from node.asking import Asking
from node.devices.registry import Devices
from node.dues import Dues
from node.hall import appointments, estimates, report
from node.hall.desk import HallDesk
from node.hall.ledger import Halls
from node.hall.voice import Voice
from node.house import Bell, LinkState
from node.kiosk.visitors import Visitors
from node.opening import Hours
from node.owing import Owing
from node.rulebook import RuleShelf
from node.schema import migrations
from node.shelf import Shelf
from node.web.bar import sync_bar
from node.web.room_trouble import trouble_page
from node.web.routes import navigation, routes
from node.web.translations import NODE
from protocol import attention
from protocol.casebook import Casebook
from protocol.catalogue.bundle import open_bundle
from protocol.catalogue.items import StationKind
from protocol.chores import KeyringFile
from protocol.claim import claim
from protocol.clock import Clock, WallClock
from protocol.confirmations import confirmed
from protocol.console.pages import Shell
from protocol.console.shell import console
from protocol.console.texts import say
from protocol.documents.printroom import PrintRoom
from protocol.documents.verify import Checks
from protocol.errors import Unreachable
from protocol.exchange import blobs, stick
from protocol.exchange.carried import Tally
from protocol.exchange.link import Link, Wake
from protocol.exchange.messages import Report
from protocol.exchange.mqtt import MqttLink, Tls, Wire
from protocol.exchange.stick import Exported
from protocol.exchange.topics import HUB
from protocol.exchange.waterline import Waterline
from protocol.identity import Keys, read_authority
from protocol.office import Office
from protocol.replica import Litestream, ReplicaHealth, refuse_empty_start, target_of
from protocol.settings import Settings
from protocol.store import Store

log = logging.getLogger(__name__)

WEB_THREADS = 16
IMPORT_S = 30.0  # a person waits for it
_HERE = Path(__file__).parent
_KINDS = {kind.value: kind for kind in StationKind}


class Station:
    """One station. `link` and `clock` are given by tests; at work they are MQTT and the wall's."""

    def __init__(
        self, settings: Settings, *, link: Link | None = None, clock: Clock | None = None, durable: bool = True
    ) -> None:
        """
        :raises Damaged: keys, the authority's key or the settings cannot be used
        :raises Distrusted: the keyring is not signed by the district's authority
        """
        self.settings = settings
        self.clock: Clock = clock or WallClock()
        self.book = Casebook(settings.party, listeners=replies.LISTENERS)
        self.press = PrintRoom()
        self.keyring_file = KeyringFile(settings.keyring, settings.authority_pub)
        self._link = link or MqttLink(wire_of(settings))
        target = target_of(settings)
        self.litestream = (
            Litestream(settings.databases, target, settings.run, socket=settings.litestream_socket) if target else None
        )
        self.replica: ReplicaHealth | None = None
        self.store = Store(settings.db, migrations, durable=durable)
        paper_store = Store(settings.blobs, blobs.migrations, durable=durable)
        self._paper_store = paper_store
        self.keys = Keys.load(settings.letters_key)
        self.office = Office(
            keys=self.keys,
            keyring=self.keyring_file.read(),
            store=self.store,
            blob_store=paper_store,
            handlers=replies.handlers(self.book),
            link=self._link,
            clock=self.clock,
            waterline=Waterline(settings.mark),
            report=self.report,
            on_paper=lambda digest: self.look_at_shelf(),
        )
        self.blobs = self.office.blobs
        self.pen = self.office.pen
        authority = read_authority(settings.authority_pub)
        self.checks = Checks(
            authority,
            lambda: self.office.courier.keyring,
            lambda: endings.cancellation_list(self.store),
            lambda number: confirmed(self.store, number),
        )
        kind = _KINDS.get(settings.tier, StationKind.TOWN)
        self.shelf = Shelf(self.store, self.blobs, lambda data: open_bundle(data, authority), kind, settings.party)
        self.rules = RuleShelf(lambda: self.shelf.catalogue)
        self.asking = Asking(lambda: self.shelf.catalogue)
        self.dues = Dues(self.book, self.shelf)
        self.owing = Owing()
        self.hours = Hours(self.store, self.shelf, settings.tier)
        self.visitors = Visitors()
        self.devices = Devices(settings.devices)
        self.hall = HallDesk(Halls(), ended=(estimates.learn, appointments.forget, report.telling(self.pen)))
        self.voice = Voice(settings.folder / "voice")
        self.bell = Bell()
        self._chores: BackgroundScheduler | None = None
        self._running = False
        self._moved = threading.Event()
        self._stick: Exported | None = None
        self._lock: int | None = None

    # -- starting and ending

    def open(self) -> None:
        """The stores only: enough for pages, commands and tests, without a thread.

        :raises Refused: running: two processes on one store would be two stations with one voice
        :raises Damaged: the store is gone although this station has lived, or cannot be read
        """
        self._lock = claim(self.settings.run / "station.lock")
        refuse_empty_start(self.settings)
        self.office.open()
        self.look_at_shelf()
        printing.after_a_start(self.store, self.clock.now())
        self.store.on_commit(self._moved.set)
        self.store.on_commit(self.bell.ring)
        if self.litestream is not None:
            self.replica = self.litestream.health(self.clock.now())

    def start(self) -> None:
        """Everything, in order. What cannot be started without is raised; a replica is not among it."""
        if self.litestream is not None:
            try:
                self.litestream.start()
                self.store.replicated = self._paper_store.replicated = True
            except Unreachable as why:
                log.error("no replica is kept; work goes on without %s", why)
        self.open()
        self.office.run()
        self._running = True
        self._chores = jobs.timetable(self)
        self._chores.start()
        log.info("station at work party=%s", self.settings.party)

    def stop(self) -> None:
        """May be called twice, and after a start() that failed half-way."""
        if self._chores is not None:
            self._chores.shutdown()
            self._chores = None
        self._running = False
        self.office.stop()
        self.close()
        if self.litestream is not None:
            self.litestream.stop()

    def close(self) -> None:
        """The other end of open()."""
        self.press.close()
        self.asking.close()
        self.office.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def look_at_shelf(self) -> None:
        """The newest catalogue that is whole here is in force."""
        self.shelf.look(self.clock.now())

    # -- what its pages ask

    def link_state(self) -> LinkState:
        courier = self.office.courier
        tried_s = self._link.tried_s
        tried_at = None if tried_s is None else self.clock.now() - timedelta(seconds=self.clock.monotonic() - tried_s)
        return LinkState(courier.connected(), courier.link_up, courier.link_reason, courier.link_since, tried_at)

    def try_now(self, seconds: float) -> None:
        """Ask the courier to send, and wait until nothing is owed, the hub is gone, or the time is up."""
        self.office.put(Wake())
        deadline = self.clock.monotonic() + seconds
        while self._running and self.office.courier.connected():
            self._moved.clear()
            with self.store.read() as db:
                owed = self.owing.of(db)
            left = deadline - self.clock.monotonic()
            if (owed.entries == 0 and owed.papers == 0) or left <= 0:
                return
            self._moved.wait(left)

    def export_stick(self) -> Exported:
        folder = self.settings.run / "stick-out"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._stick = self.export_to(folder)
        return self._stick

    def export_to(self, folder: Path) -> Exported:
        """:raises Refused: stick: the folder cannot be written to"""
        return stick.export(self.office, HUB, folder, self.clock.now())

    def last_stick(self) -> Exported | None:
        return self._stick

    def import_stick(self, path: Path) -> Tally:
        tally = stick.bring_in(self.office, stick.read_stick(path))
        if self._running:
            tally.finished.wait(IMPORT_S)
        return tally

    def import_here(self, path: Path) -> Tally:
        """The same for a station that is opened and not at work: taken when this returns.

        :raises Refused: stick
        """
        tally = stick.bring_in(self.office, stick.read_stick(path))
        while not tally.finished.is_set():
            self.office.courier.step(self.office.take())
        return tally

    def report(self) -> Report:
        """How this station is, as the hub's page of stations shows it."""
        with self.store.read() as db:
            owed, oldest = cases.owed_entries(db)
            owed_papers, open_notices = cases.owed_papers(db), attention.count(db)
            told = self.shelf.published(db)
        replica = self.replica
        return Report(
            software=_software(),
            catalogue=self.shelf.catalogue.number,
            catalogue_told=told,
            replica=replica.state.value if replica else "",
            replica_age_s=replica.age_s if replica and replica.age_s is not None else -1.0,
            disk_free=shutil.disk_usage(self.settings.data).free,
            attention=open_notices,
            owed=owed,
            owed_papers=owed_papers,
            oldest_owed_at=oldest,
        )


def _software() -> str:
    """The version that was installed; empty in a tree that never was."""
    try:
        return version("microcenter")
    except PackageNotFoundError:
        return ""


def wire_of(settings: Settings) -> Wire:
    """:raises Damaged: the file with the broker's password cannot be read"""
    broker = settings.broker
    protocol: Literal["5", "311"] = "5" if broker.protocol == 5 else "311"
    return Wire(
        host=broker.host,
        port=broker.port,
        district=settings.district,
        party=settings.party,
        protocol=protocol,
        tls=Tls(settings.district_ca, settings.tls_crt, settings.tls_key) if broker.tls else None,
        username=broker.username or None,
        password=settings.broker_password or None,
    )


def console_of(station: Station) -> Starlette:
    """The pages of a station that somebody else opens and closes."""
    return _console(station, None)


def create_app(settings: Settings) -> Starlette:
    """The pages, with the station started and stopped around them."""
    station = Station(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = WEB_THREADS
        try:
            await run_in_threadpool(station.start)
            yield
        finally:
            await run_in_threadpool(station.stop)

    return _console(station, lifespan)


def _console(station: Station, lifespan: Lifespan[Starlette] | None) -> Starlette:
    settings = station.settings
    shell = Shell(
        party=settings.party,
        store=station.store,
        clock=station.clock,
        name=say("node.name"),
        place=settings.name.zh,
        place_en=settings.name.en,
        home="desk",
        texts=NODE,
        templates=_HERE / "templates",
        navigation=navigation,
        bar=lambda: sync_bar(station),
        trouble=trouble_page,
        scripts=("devices.js",),
    )
    app = console(shell, routes(), statics=[_HERE / "static"], lifespan=lifespan)
    app.state.house = station
    app.state.is_ending = lambda: False  # a server that can be asked to end puts its own answer here
    return app
