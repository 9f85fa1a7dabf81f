"""What is owed, carried in a pocket: export to a folder as sealed letters, and import at the other end.

    "MCSTICK1" | (length, 4 bytes, big-endian | sealed frame)... | 0, 4 bytes | SHA-256 of all before

The frames are the same envelopes that the wire carries: letters from the receipted mark on, the papers
that are not confirmed, and receipts for what we hold of the other side. So the stick that comes back is
made by the same export(), wire and stick may overlap without harm, and whoever finds the stick can read
nothing on it. The SHA-256 guards against a stick pulled out too early, not against people: signatures do.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from protocol.clock import stamp
from protocol.errors import Refused
from protocol.exchange import journal
from protocol.exchange.blobs import PIECE_BYTES, Blobs, pieces_of
from protocol.exchange.carried import Carried, Tally
from protocol.exchange.envelope import MAX_WIRE_BYTES, seal
from protocol.exchange.messages import Have, Letter, Message, Piece, Receipt, Span
from protocol.exchange.waterline import Waterline
from protocol.identity import Keyring, Keys
from protocol.store import Store

MAGIC = b"MCSTICK1"
SUFFIX = ".mcs"
MAX_STICK_BYTES = 256 * 1024 * 1024  # it is read into memory by whoever imports it
LETTER_BYTES = 220 * 1024  # of bodies, as on the wire
LETTER_ENTRIES = 400
HAVES_AT_ONCE = 500
_END_BYTES = 4 + hashlib.sha256().digest_size


class Courier(Protocol):
    @property
    def keyring(self) -> Keyring: ...


class Office(Protocol):
    """The party whose post is carried; protocol.office.Office is one."""

    @property
    def party(self) -> str: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def store(self) -> Store: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def waterline(self) -> Waterline: ...
    @property
    def courier(self) -> Courier: ...
    @property
    def put(self) -> Callable[[Carried], None]: ...


@dataclass(frozen=True, slots=True)
class Exported:
    """What is on the stick. `code` is four signs that two people compare over the telephone."""

    file: Path
    code: str
    letters: int
    entries: int
    receipts: int
    papers: int
    papers_left: int  # did not fit: make another stick when these are confirmed
    entries_left: int
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Stick:
    """A file that was read whole and is as it was written."""

    file: Path
    code: str
    frames: list[bytes]


def export(
    office: Office, peer: str, folder: Path, at: datetime, *, again: bool = False, limit: int = MAX_STICK_BYTES
) -> Exported:
    """Write what `peer` has not receipted, and what we hold of its own, to one new file in `folder`.

    `again` starts at the first entry: for a peer that lost its memory and cannot say so.
    The file has its name only once it is whole and on the medium. Nothing in our store changes: a
    stick that is lost costs nothing.

    :raises Refused: the folder cannot be written to
    :raises Distrusted: `peer` has no box in use
    """
    moment = stamp(at)
    when = moment[:19].replace("-", "").replace(":", "").replace("T", "-")
    target = folder / f"microcenter-{office.party}-{peer}-{when}{SUFFIX}"
    half_written = target.with_suffix(".new")
    try:
        with half_written.open("wb") as file:
            writing = _Writing(office, peer, moment, file, limit)
            receipts = writing.receipts()
            letters, entries, entries_left = writing.letters(again)
            papers, papers_left = writing.papers()
            code = writing.end()
            file.flush()
            os.fsync(file.fileno())
        half_written.replace(target)
        _sync_folder(folder)
        size = target.stat().st_size
    except OSError as why:
        half_written.unlink(missing_ok=True)
        raise Refused("refused.stick", folder=folder, why=why.strerror or type(why).__name__) from why
    return Exported(target, code, letters, entries, receipts, papers, papers_left, entries_left, size)


def read_stick(path: Path) -> Stick:
    """Read one file, or the newest one in a folder.

    :raises Refused: there is none, it is not one of ours, or it is not whole
    """
    try:
        file = path if path.is_file() else max(path.glob(f"microcenter-*{SUFFIX}"), key=_when, default=None)
        if file is None:
            raise Refused("refused.stick", folder=path, why=f"no file microcenter-*{SUFFIX}")
        if file.stat().st_size > MAX_STICK_BYTES + _END_BYTES:
            raise Refused("refused.stick", folder=file, why="too large")
        data = file.read_bytes()
    except OSError as why:
        raise Refused("refused.stick", folder=path, why=why.strerror or type(why).__name__) from why
    if len(data) < len(MAGIC) + _END_BYTES or not data.startswith(MAGIC):
        raise Refused("refused.stick", folder=file, why="not a file of this system")
    digest = hashlib.sha256(memoryview(data)[:-32])
    if digest.digest() != data[-32:]:
        raise Refused("refused.stick", folder=file, why="not whole: the stick was pulled out or is failing")
    return Stick(file, _code(digest.digest()), list(_frames(data, file)))


def bring_in(office: Office, stick: Stick) -> Tally:
    """Hand every frame to the courier. Returns at once; the tally is complete when it is `finished`."""
    tally = Tally(frames=len(stick.frames))
    if not stick.frames:
        tally.finished.set()
    for frame in stick.frames:
        office.put(Carried(frame, tally))
    return tally


def _frames(data: bytes, file: Path) -> Iterator[bytes]:
    at, end = len(MAGIC), len(data) - _END_BYTES
    while at < end:
        length = int.from_bytes(data[at : at + 4], "big")
        if not 0 < length <= min(MAX_WIRE_BYTES, end - at - 4):
            raise Refused("refused.stick", folder=file, why="not a file of this system")
        yield data[at + 4 : at + 4 + length]
        at += 4 + length
    if data[at : at + 4] != bytes(4):
        raise Refused("refused.stick", folder=file, why="not a file of this system")


def _when(file: Path) -> str:
    """The end of the name; the file's own time is whatever the other machine's clock said."""
    return "-".join(file.stem.split("-")[-2:])


def _code(digest: bytes) -> str:
    return digest[:2].hex().upper()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Writing:
    """One file being written: what comes first matters most."""

    def __init__(self, office: Office, peer: str, at: str, file: BinaryIO, limit: int) -> None:
        self._office = office
        self._peer = peer
        self._at = at
        self._file = file
        self._left = min(limit, MAX_STICK_BYTES)
        self._digest = hashlib.sha256()
        self._put(MAGIC)

    def receipts(self) -> int:
        """So that a peer without a wire learns what has arrived here. Returns how many epochs are receipted."""
        office, party = self._office, self._office.party
        with office.store.read() as db:
            held = [epoch for epoch in journal.epochs(db, self._peer, party) if epoch.head]
            here = [
                str(row[0])
                for row in db.conn.execute(
                    "select distinct digest from papers where peer = ? and here = 1 order by digest", (self._peer,)
                ).fetchall()
            ]
        for epoch in held:
            self._add(
                Receipt(
                    session=b"", epoch=epoch.epoch, upto=epoch.head, chain=epoch.head_chain, replicated=epoch.replicated
                )
            )
        for start in range(0, len(here), HAVES_AT_ONCE):
            whole = office.blobs.which(here[start : start + HAVES_AT_ONCE])
            if whole:
                self._add(Have(sorted(whole)))
        return len(held)

    def letters(self, again: bool) -> tuple[int, int, int]:
        """(letters, entries in them, entries that did not fit)"""
        office = self._office
        letters = entries = left = 0
        with office.store.read() as db:
            owed = journal.epochs(db, office.party, self._peer)
        for epoch in owed:
            after = 0 if again else epoch.told
            while after < epoch.head:
                with office.store.read() as db:
                    upto = min(epoch.head, after + LETTER_ENTRIES)
                    found = journal.entries(db, epoch, after, upto, LETTER_BYTES)
                    span = journal.span_of(db, epoch, found)
                # it counts as said before it leaves, as on the wire
                office.waterline.raise_to(span.epoch, span.last)
                if not self._add(Letter(found), span):
                    left += epoch.head - after
                    break
                letters, entries, after = letters + 1, entries + len(found), span.last
        return letters, entries, left

    def papers(self) -> tuple[int, int]:
        """(papers whole on the stick, papers that did not fit)"""
        office = self._office
        with office.store.read() as db:
            rows = db.conn.execute(
                "select distinct digest, size from papers where peer = ? and there = 0 order by size", (self._peer,)
            ).fetchall()
        carried = left = 0
        for digest, size in rows:
            if not office.blobs.has(digest):
                continue
            # each piece a little longer in its envelope
            if size + pieces_of(size) * 1024 > self._left:
                left += 1
                continue
            for number in range(pieces_of(size)):
                data = office.blobs.piece(digest, number)
                assert data is not None
                assert len(data) <= PIECE_BYTES
                self._add(Piece(digest=digest, number=number, size=size, data=data))
            carried += 1
        return carried, left

    def end(self) -> str:
        self._put(bytes(4))
        digest = self._digest.digest()
        self._file.write(digest)
        return _code(digest)

    def _add(self, message: Message, span: Span | None = None) -> bool:
        """False if the file would become too long; nothing was written then."""
        office = self._office
        keyring = office.courier.keyring
        sealed = isinstance(message, Letter | Piece)
        frame = seal(
            office.keys, keyring.district, self._peer, self._at, message,
            card=keyring.active(self._peer) if sealed else None, span=span,
        )  # fmt: skip
        if 4 + len(frame) > self._left:
            return False
        self._left -= 4 + len(frame)
        self._put(len(frame).to_bytes(4, "big"))
        self._put(frame)
        return True

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)
