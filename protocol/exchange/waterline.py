"""A mark outside the database: how far this party has ever spoken.

A file beside the store, better on another disk. Before a letter leaves, its last number is written
here; so a store that was copied back from yesterday finds at its start that it has said more than
it remembers, and begins a new life before it writes anything. The mark is a help, not a proof: where
it is lost as well, the peer's hello finds the same out. So a disk that takes no mark stops nobody: the
party works on, and counts as restored when it starts again without one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
from sqlite_utils import Database

log = logging.getLogger(__name__)

SPARE_BYTES = 64  # blanks at the end of the file: larger numbers find their place in it


class _Mark(msgspec.Struct, kw_only=True):
    life: int = 0
    spoken: dict[str, int] = {}  # epoch -> last number that left this machine


class Waterline:
    """`folder` holds `waterline.json`, and `restored` while a restore has not been lived through."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "waterline.json"
        self._note = folder / "restored"
        self.exists = False
        self._failing = False
        self._length = 0  # of the file as this process wrote it
        self._lock = threading.Lock()  # the courier sends while somebody writes a stick
        self._mark = _Mark()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self._file.exists():
                self._mark = msgspec.json.decode(self._file.read_bytes(), type=_Mark)
                self.exists = True
        except (msgspec.DecodeError, OSError):
            log.warning("the mark outside the store cannot be read; the store counts as restored")

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

    def lived(self, life: int, epochs: Collection[str]) -> None:
        """The store is in this life, and `epochs` are those that it has begun in it.

        The note of the restore and the marks of earlier lives have done their work: what was said then and is
        on no disk any more would otherwise make every later start look like another restore.
        """
        with self._lock:
            spoken = {epoch: seq for epoch, seq in self._mark.spoken.items() if epoch in epochs}
            if not self.exists or (life, spoken) != (self._mark.life, self._mark.spoken):
                self._mark.life, self._mark.spoken = life, spoken
                self._write()
        with contextlib.suppress(OSError):  # the disk of the mark is gone: the next start counts as restored again
            self._note.unlink()

    def note_restored(self) -> None:
        self._note.write_text("this store comes from a replica\n")

    def _write(self) -> None:
        # not synced: after a power cut an older mark is no worse than none
        data = msgspec.json.encode(self._mark)
        try:
            if not self._overwritten(data):
                self._length = len(data) + SPARE_BYTES
                temporary = self._file.with_suffix(f".{os.getpid()}.new")  # a command may run beside the party
                temporary.write_bytes(data.ljust(self._length))
                temporary.replace(self._file)
        except OSError as why:
            if not self._failing:
                log.error("the mark outside the store cannot be written why=%s", why.strerror)
            self._failing = True
        else:
            self.exists, self._failing = True, False

    def _overwritten(self, data: bytes) -> bool:
        """In one write into the place of what this process wrote last: a case online waits for it, and a new file
        takes ten times as long. False: it is not ours, or too short."""
        if len(data) > self._length:
            return False
        try:
            with self._file.open("r+b", buffering=0) as file:
                return os.fstat(file.fileno()).st_size == self._length and file.write(data.ljust(self._length)) > 0
        except FileNotFoundError:
            return False


def forgotten(db: Database, author: str, spoken: Mapping[str, int]) -> list[str]:
    """The epochs of `author` in which the mark outside the store has more than the store knows.

    Not those of earlier lives: that something is missing there is known, and nothing is written there any more.
    """
    rows = db.conn.execute(
        "select epoch, head, life < (select life from self) from epochs where author = ?", (author,)
    ).fetchall()
    known = {epoch: head for epoch, head, _ in rows}
    past = {epoch for epoch, _, is_past in rows if is_past}
    return [epoch for epoch, seq in spoken.items() if known.get(epoch, 0) < seq and epoch not in past]


def epochs_of_this_life(db: Database, author: str) -> set[str]:
    """The names of what `author`, whose store this is, writes in now."""
    rows = db.conn.execute("select epoch from epochs where author = ? and life = (select life from self)", (author,))
    return {str(row[0]) for row in rows}
