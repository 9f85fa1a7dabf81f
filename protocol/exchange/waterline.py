"""A mark outside the database: how far this party has ever spoken.

A file beside the store, better on another disk. Before a letter leaves, its last number is written
here; so a store that was copied back from yesterday finds at its start that it has said more than
it remembers, and begins a new life before it writes anything. The mark is a help, not a proof: where
it is lost as well, the peer's hello finds the same out.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)


class _Mark(msgspec.Struct, kw_only=True):
    life: int = 0
    spoken: dict[str, int] = {}  # epoch -> last number that left this machine


class Waterline:
    """`folder` holds `waterline.json`, and `restored` while a restore has not been lived through."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "waterline.json"
        self._note = folder / "restored"
        folder.mkdir(parents=True, exist_ok=True)
        self.exists = self._file.exists()
        self._lock = threading.Lock()  # the courier sends while somebody writes a stick
        try:
            self._mark = msgspec.json.decode(self._file.read_bytes(), type=_Mark) if self.exists else _Mark()
        except (msgspec.DecodeError, OSError):
            log.warning("the mark outside the store cannot be read; the store counts as restored")
            self._mark, self.exists = _Mark(), False

    @property
    def life(self) -> int:
        return self._mark.life

    @property
    def was_restored(self) -> bool:
        """`revive` left a note: the store beside it comes from a replica."""
        return self._note.exists()

    def spoken(self) -> dict[str, int]:
        return dict(self._mark.spoken)

    def raise_to(self, epoch: str, seq: int) -> None:
        """Everything up to `seq` may be known outside from now on."""
        with self._lock:
            if self._mark.spoken.get(epoch, 0) < seq:
                self._mark.spoken[epoch] = seq
                self._write()

    def lived(self, life: int) -> None:
        """The store has begun this life: the note of the restore has done its work."""
        with self._lock:
            self._mark.life = life
            self._write()
        self._note.unlink(missing_ok=True)

    def note_restored(self) -> None:
        self._note.write_text("this store comes from a replica\n")

    def _write(self) -> None:
        # renamed, not synced: after a power cut an older mark is no worse than none
        temporary = self._file.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(self._mark))
        temporary.replace(self._file)
        self.exists = True
