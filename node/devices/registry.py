"""The devices of this station as party.toml names them, and how each stood when it was last asked.

    [devices.card-reader]
    driver = "vendor-ws"        # on the box; "counter": on the counter's PC; "keyboard": types the number; "fake"
    dialect = "text"
    url = "ws://127.0.0.1:1919"

A table says which driver builds what. States are kept in memory: a device's state of yesterday helps nobody.
Looking is a chore's (jobs.py), so that no page waits for a device; who reads a card reports how it went.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from node.devices import NOT_LOOKED, READY, SILENT, Device, Health, Kind, Seen
from node.devices.a4 import FolderPrinter, IppPrinter, JobState
from node.devices.cards import IdCard, SocialCard
from node.devices.dialects import DIALECTS, HTTP, SOCIAL, TEXT, Dialect
from node.devices.fakes.a4_printer import FakeA4Printer
from node.devices.fakes.reader import FakeReader, FakeSocialReader
from node.devices.fakes.slip_printer import FakeSlipPrinter
from node.devices.readers import KeyboardReader, PageReader, VendorReader, VendorSocialReader
from node.devices.slip_picture import Slip
from node.devices.slips import EscposPrinter, FilePrinter, NetworkPrinter, Setting
from protocol.errors import Damaged, MicrocenterError, Refused, Unreachable
from protocol.settings import Device as Wanted

_URL = re.compile(r"(ws|http)://[A-Za-z0-9.-]+:[0-9]{1,5}(/[A-Za-z0-9._/-]*)?")  # part of a page's policy too
LOOPBACK = ("127.0.0.1", "localhost")


def _vendor_ws(wanted: Wanted) -> Device:
    return VendorReader(*_spoken(wanted, TEXT, "ws"))


def _vendor_http(wanted: Wanted) -> Device:
    return VendorReader(*_spoken(wanted, HTTP, "http"))


def _counter(wanted: Wanted) -> Device:
    dialect, url = _spoken(wanted, TEXT, "ws", "http")
    if urlsplit(url).hostname not in LOOPBACK:
        raise ValueError("a reader at the counter is asked on the counter's own 127.0.0.1")
    return PageReader(dialect, url)


def _vendor_social(wanted: Wanted) -> Device:
    return VendorSocialReader(*_spoken(wanted, SOCIAL, "http"))


# kind of device -> driver -> what is built; a new device is a line here
DRIVERS: Mapping[Kind, Mapping[str, Callable[[Wanted], Device]]] = {
    Kind.CARD_READER: {
        "vendor-ws": _vendor_ws,
        "vendor-http": _vendor_http,
        "counter": _counter,
        "keyboard": lambda wanted: KeyboardReader(),
        "fake": lambda wanted: FakeReader(),
    },
    Kind.SOCIAL_CARD_READER: {
        "vendor-http": _vendor_social,
        "fake": lambda wanted: FakeSocialReader(),
    },
    Kind.SLIP_PRINTER: {
        "network": lambda wanted: NetworkPrinter(wanted.url, _setting(wanted)),
        "file": lambda wanted: FilePrinter(wanted.url or "/dev/usb/lp0", _setting(wanted)),
        "fake": lambda wanted: FakeSlipPrinter(_setting(wanted)),
    },
    Kind.A4_PRINTER: {
        "ipp": lambda wanted: IppPrinter(wanted.url),
        "folder": lambda wanted: FolderPrinter(wanted.url),
        "fake": lambda wanted: FakeA4Printer(),
    },
}


def _setting(wanted: Wanted) -> Setting:
    """:raises ValueError: no way of putting a slip on paper"""
    return Setting(wanted.dialect or Setting.RASTER)


def _spoken(wanted: Wanted, usual: Dialect, *schemes: str) -> tuple[Dialect, str]:
    """:raises ValueError: no such dialect, or an address that is not of it"""
    dialect = DIALECTS.get(wanted.dialect or usual.name)
    if dialect is None:
        raise ValueError(f"dialect is one of {', '.join(DIALECTS)}")
    url = wanted.url or dialect.url
    written = _URL.fullmatch(url)
    if written is None:
        raise ValueError("url is scheme://host:port/path")
    if written[1] not in schemes or (written[1] == "http") != dialect.is_http:
        raise ValueError(f"url does not fit the driver and the dialect {dialect.name}")
    return dialect, url


Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class DeviceState:
    """`code` is the end of a text key; `error` the code of the last thing that went wrong, empty if nothing has."""

    name: str
    kind: Kind
    driver: str
    health: Health
    code: str
    at: datetime | None  # when that was seen
    since: datetime | None  # when it was first seen so
    error: str
    error_at: datetime | None


class Devices:
    """Used by any thread."""

    def __init__(self, wanted: Mapping[str, Wanted]) -> None:
        """:raises Damaged: config: a kind, driver, dialect or address that does not exist"""
        self._devices: dict[str, Device] = {}
        self._states: dict[str, DeviceState] = {}
        self._writing = threading.Lock()
        for name, one in wanted.items():
            try:
                kind = Kind(one.kind or name)
                self._devices[name] = DRIVERS[kind][one.driver](one)
            except KeyError as why:
                known = ", ".join(DRIVERS[kind])
                raise Damaged("damaged.config", file=f"[devices.{name}]", why=f"driver is one of {known}") from why
            except ValueError as why:
                raise Damaged("damaged.config", file=f"[devices.{name}]", why=str(why)) from why
            self._states[name] = DeviceState(
                name, kind, one.driver, NOT_LOOKED.health, NOT_LOOKED.code, None, None, "", None
            )

    def states(self) -> list[DeviceState]:
        """In the order of the file."""
        with self._writing:
            return list(self._states.values())

    def get(self, name: str) -> Device:
        """:raises Refused: no-device"""
        if name not in self._devices:
            raise Refused("refused.no-device", device=name)
        return self._devices[name]

    def at_desk(self, kind: Kind) -> str:
        """Name of the device that the counters use: the first of its kind that is called after it, `card-reader` or
        `card-reader-2`; one called after a machine of the room (`kiosk-reader`) is that machine's. Empty if none.
        """
        mine = (state.name for state in self.states() if state.kind is kind and state.name.startswith(kind))
        return next(mine, "")

    def look(self, at: datetime) -> None:
        """Every device is looked at; what is seen stands in states() then."""
        for name, device in self._devices.items():
            self._note(name, device.look(), at)

    def look_at(self, name: str, at: datetime) -> DeviceState:
        """:raises Refused: no-device"""
        self._note(name, self.get(name).look(), at)
        with self._writing:
            return self._states[name]

    def read_card(self, name: str, at: datetime) -> IdCard:
        """As CardReader.read(); how it went is noted."""
        reader = self.get(name)
        assert isinstance(reader, VendorReader | FakeReader)
        return self.noting(name, reader.read, at)

    def read_social_card(self, name: str, at: datetime) -> SocialCard:
        reader = self.get(name)
        assert isinstance(reader, VendorSocialReader | FakeSocialReader)
        return self.noting(name, reader.read, at)

    def print_slip(self, name: str, slip: Slip, at: datetime) -> None:
        """As SlipPrinter.print(); how it went is noted."""
        printer = self.get(name)
        assert isinstance(printer, EscposPrinter)
        self.noting(name, lambda: printer.print(slip), at)

    def print_document(self, name: str, pdf: bytes, title: str, copies: int, at: datetime) -> str:
        """As A4Printer.submit(); the printer is looked at then, since it takes a job without paper too."""
        printer = self._a4(name)
        try:
            ref = printer.submit(pdf, title, copies)
        except Unreachable as why:
            self._note_error(name, why, at)
            raise
        self._note(name, printer.look(), at)
        return ref

    def job_state(self, name: str, ref: str) -> JobState:
        """As A4Printer.job(). A printer that is no longer in the settings knows of no job."""
        return self._a4(name).job(ref) if name in self._devices else JobState.UNKNOWN

    def cancel_job(self, name: str, ref: str) -> None:
        """As A4Printer.cancel().

        :raises Refused: no-device
        """
        self._a4(name).cancel(ref)

    def _a4(self, name: str) -> IppPrinter | FolderPrinter | FakeA4Printer:
        """:raises Refused: no-device"""
        printer = self.get(name)
        if not isinstance(printer, IppPrinter | FolderPrinter | FakeA4Printer):
            raise Refused("refused.no-device", device=name)
        return printer

    def noting(self, name: str, do: Callable[[], Done], at: datetime) -> Done:
        """Use a device, and keep what went wrong for whoever looks after it."""
        try:
            done = do()
        except (Refused, Unreachable) as why:
            self._note_error(name, why, at)
            raise
        self._note(name, READY, at)
        return done

    def _note(self, name: str, seen: Seen, at: datetime) -> None:
        with self._writing:
            self._states[name] = _now(self._states[name], seen, at)

    def _note_error(self, name: str, why: MicrocenterError, at: datetime) -> None:
        """A card that was not there or could not be read says nothing against the reader."""
        with self._writing:
            state = replace(self._states[name], error=why.code, error_at=at)
            if isinstance(why, Unreachable):
                state = _now(state, SILENT, at)
            self._states[name] = state


def _now(state: DeviceState, seen: Seen, at: datetime) -> DeviceState:
    since = state.since if state.health is seen.health and state.since else at
    return replace(state, health=seen.health, code=seen.code, at=at, since=since)
