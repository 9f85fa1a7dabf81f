"""A slip printer with a roll that runs out: it understands what it is told, and takes nothing that a real one would not.

Strict: it must be set up before it prints, knows the commands of our slips and no others, and a cut through nothing is
a mistake. When the roll ends in the middle of a slip, half a slip hangs out until somebody loads paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.devices import NO_PAPER, READY, SILENT, Seen
from node.devices.slips import EscposPrinter, Setting, load_library

if TYPE_CHECKING:
    from escpos.escpos import Escpos

ROLL = 80 * 8_000  # points on a roll of 80 m
_TEXT_LINE = 34  # points
_HEAD, _RASTER, _CUT, _FEED = b"\x1b@", b"\x1dv0", b"\x1dV", b"\x1bd"
_LOOKS = {b"\x1c&": 0, b"\x1ba": 1, b"\x1d!": 1}  # how letters look -> bytes that follow


class FakeSlipPrinter(EscposPrinter):
    def __init__(self, setting: Setting = Setting.RASTER, roll: int = ROLL) -> None:
        super().__init__(setting)
        self.left = roll  # points of paper
        self.slips: list[bytes] = []  # as they were sent; cut
        self.hanging: bytes = b""  # half a slip
        self._plugged = True

    def unplug(self) -> None:
        self._plugged = False

    def plug_in(self) -> None:
        self._plugged = True

    def load_paper(self, roll: int = ROLL) -> None:
        self.left, self.hanging = roll, b""

    def look(self) -> Seen:
        return SILENT if not self._plugged else super().look()

    def opened(self) -> Escpos:
        if not self._plugged:
            raise ConnectionError
        load_library()
        from escpos.printer import Dummy

        return Dummy()

    def paper(self, printer: Escpos) -> Seen:
        from escpos.printer import Dummy

        assert isinstance(printer, Dummy)
        if printer.output:
            self.take(printer.output)
            printer.clear()
        return NO_PAPER if self.left <= 0 else READY

    def take(self, sent: bytes) -> None:
        """What a whole job does to the paper.

        :raises ValueError: a real printer would print rubbish
        """
        if not sent.startswith(_HEAD):
            raise ValueError("not set up before it prints")
        at, used = len(_HEAD), 0
        while at < len(sent):
            command = sent[at : at + 2]
            if sent[at : at + 3] == _RASTER:
                width, height = (int.from_bytes(sent[at + n : at + n + 2], "little") for n in (4, 6))
                at += 8 + width * height
                if at > len(sent):
                    raise ValueError("a picture that is not whole")
                used += height
            elif command == _CUT:
                if not used:
                    raise ValueError("a cut through nothing")
                at += 3
                if self.left > used:
                    self.slips.append(sent[:at])
            elif command == _FEED:
                used += sent[at + 2] * _TEXT_LINE
                at += 3
            elif command in _LOOKS:
                at += 2 + _LOOKS[command]
            elif sent[at : at + 1] in (b"\x1b", b"\x1c", b"\x1d"):
                raise ValueError(f"a command that it does not know: {command.hex()}")
            else:
                used += _TEXT_LINE if sent[at] == 0x0A else 0
                at += 1
        self.hanging = sent if self.left <= used else b""
        self.left = max(0, self.left - used)
