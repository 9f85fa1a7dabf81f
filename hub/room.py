"""The hub as its pages see it: records, pen, catalogue, and how the wire stands. Never the link itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.archiving import Archiving
from hub.health import Health
from hub.publishing import Publishing
from hub.shelf import Shelf
from protocol.casebook import Casebook
from protocol.clock import Clock
from protocol.documents.sealing import Seal
from protocol.documents.verify import Checks
from protocol.exchange.blobs import Blobs
from protocol.exchange.carried import Tally
from protocol.exchange.journal import Journal
from protocol.exchange.stick import Exported
from protocol.store import Store


@dataclass(frozen=True, slots=True)
class Room:
    """Built by hub/app.py, kept as `app.state.room`."""

    store: Store
    blobs: Blobs
    pen: Journal
    book: Casebook
    clock: Clock
    shelf: Shelf
    publishing: Publishing
    archiving: Archiving
    seal: Callable[[bytes], bytes]  # closes an inner note with the hub's own key
    connected: Callable[[str], bool]  # the station has answered in this session of the wire
    health: Callable[[], Health]
    export_stick: Callable[[str], Exported]  # what a station is owed, as one sealed file
    import_stick: Callable[[Path], Tally]  # waits a while; the tally says whether it is finished
    checks: Checks  # whether a paper is genuine
    electronic_seal: Callable[[], Seal | None]  # what its documents are sealed with
    run: Path  # a folder for files that are on their way
