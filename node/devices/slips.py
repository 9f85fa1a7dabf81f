"""The slip printer: ESC/POS over the LAN (9100) or a device file, through python-escpos.

A slip is drawn as a picture by default, so that every character comes out whatever the printer's own font knows; a
printer that is slow with pictures may be told to set text (GB 18030). A slip that did not come out whole is said
to have failed: the number then stays on the screen, and nobody is sent away with half a slip.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
import threading
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from node.devices import LOW_PAPER, NO_PAPER, READY, SILENT, Device, Seen
from node.devices.slip_picture import WIDTH, Slip, picture
from protocol.errors import Unreachable

if TYPE_CHECKING:
    from escpos.escpos import Escpos

PORT = 9100
TIMEOUT_S = 3.0  # a person stands before it
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(:(?P<port>[0-9]{1,5}))?")
_COLUMNS = 48  # of font A on 80 mm paper
_BIG, _PLAIN = b"\x1d!\x33", b"\x1d!\x00"  # GS !: four times as wide and high
_HAN = b"\x1c&"  # FS &: what follows is Chinese in two or four bytes
_MIDDLE, _LEFT = b"\x1ba\x01", b"\x1ba\x00"  # ESC a


class Setting(StrEnum):
    """How a slip is put on paper; `dialect` of the device in party.toml."""

    RASTER = "raster"
    TEXT = "text-gb18030"


class SlipPrinter(Device, Protocol):
    def print(self, slip: Slip) -> None:
        """On paper and cut, as far as the printer can tell. One slip at a time; takes some seconds at most.

        :raises Unreachable: device: no answer, or no paper: before the slip or in the middle of it
        """
        ...


class EscposPrinter:
    """What all drivers share: ask for the paper, print, cut, and ask again."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._one_at_a_time = threading.Lock()
        self._hangs = False  # somebody has waited for his turn in vain

    def opened(self) -> Escpos:
        """A connection for one slip.

        :raises OSError: nobody there
        """
        raise NotImplementedError

    def paper(self, printer: Escpos) -> Seen:
        """What the paper sensor says; a printer that says nothing of its paper is taken at its word."""
        from escpos.printer import Network

        if not isinstance(printer, Network):
            return READY
        try:
            return (NO_PAPER, LOW_PAPER, READY)[printer.paper_status()]
        except TimeoutError:
            return READY

    def look(self) -> Seen:
        if not self._one_at_a_time.acquire(timeout=0.1):
            return SILENT if self._hangs else READY  # it prints just now
        try:
            with closing(self.opened()) as printer:
                return self.paper(printer)
        except OSError:
            return SILENT
        finally:
            self._one_at_a_time.release()

    def print(self, slip: Slip) -> None:
        # a device file without paper takes no more bytes and never says so: one slip hangs, and nobody else with it
        if not self._one_at_a_time.acquire(timeout=TIMEOUT_S):
            self._hangs = True
            raise Unreachable("unreachable.device", why="busy")
        try:
            with closing(self.opened()) as printer:
                self._require_paper(printer)
                put_on_paper(printer, slip, self._setting)
                self._require_paper(printer)
        except OSError as why:
            raise Unreachable("unreachable.device", why=type(why).__name__) from why
        finally:
            self._hangs = False
            self._one_at_a_time.release()

    def _require_paper(self, printer: Escpos) -> None:
        if self.paper(printer) is NO_PAPER:
            raise Unreachable("unreachable.device", why="no-paper")


class NetworkPrinter(EscposPrinter):
    """On the LAN, by the printer makers' own port."""

    def __init__(self, address: str, setting: Setting) -> None:
        """:raises ValueError: not host:port"""
        super().__init__(setting)
        found = _ADDRESS.fullmatch(address)
        if found is None or not 0 < int(found["port"] or PORT) < 65536:
            raise ValueError("url is the printer's host:port")
        self._host, self._port = found["host"], int(found["port"] or PORT)

    def opened(self) -> Escpos:
        load_library()
        from escpos.printer import Network

        printer = Network(self._host, self._port, timeout=TIMEOUT_S)
        # not open(): where nobody answers it forgets its socket without closing it
        printer.device = socket.create_connection((self._host, self._port), TIMEOUT_S)
        return printer


class FilePrinter(EscposPrinter):
    """On a device file such as /dev/usb/lp0, or whatever stands in its place. It cannot be asked for its paper."""

    def __init__(self, path: str, setting: Setting) -> None:
        """:raises ValueError: not a path from the root"""
        super().__init__(setting)
        if not path.startswith("/"):
            raise ValueError("url is the printer's device file, /dev/usb/lp0")
        self._path = path

    def opened(self) -> Escpos:
        load_library()
        from escpos.exceptions import DeviceNotFoundError
        from escpos.printer import File

        printer = File(self._path)
        try:
            printer.open()
        except DeviceNotFoundError as why:
            raise ConnectionError from why
        return printer


def put_on_paper(printer: Escpos, slip: Slip, setting: Setting) -> None:
    """Everything that a printer is told for one slip, the cut included.

    Characters that two bytes do not hold come out as others on many printers, so such a slip is drawn all the same.
    """
    printer.profile.profile_data["media"]["width"]["pixels"] = str(WIDTH)  # unknown to its profile, and it would say so
    printer.hw("INIT")
    if setting is Setting.TEXT and _is_plain(slip) and not slip.code:  # a code is drawn
        _set_text(printer, slip)
    else:
        printer.image(picture(slip), impl="bitImageRaster")
    printer.cut(mode="PART")


def _is_plain(slip: Slip) -> bool:
    return all(_fits_gbk(line) for line in slip.all_lines())


def _fits_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _set_text(printer: Escpos, slip: Slip) -> None:
    def put(data: bytes) -> None:
        # not text(): where a code page holds a character it changes to that page in the middle of a Chinese line
        printer._raw(data)

    put(_HAN + _MIDDLE + slip.place.encode("gb18030") + b"\n" + slip.title.encode("gb18030") + b"\n")
    put(_BIG + slip.number.encode("gb18030") + b"\n" + _PLAIN)
    for matter in slip.matters:
        put(matter.encode("gb18030") + b"\n")
    put(_LEFT + b"-" * _COLUMNS + b"\n")
    for label, value in slip.facts:
        put(f"{label}  {value}".encode("gb18030") + b"\n")
    put(b"-" * _COLUMNS + b"\n")
    for line in slip.notes:
        put(line.encode("gb18030") + b"\n")


def load_library() -> None:
    """Import python-escpos now. It makes a folder for a cache of its own, which nobody would ever take away again."""
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" in os.environ:
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = folder
        import escpos.printer  # noqa: F401
