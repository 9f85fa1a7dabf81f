"""A station as its pages see it: what they may read, write and ask of it. `node/app.py` builds it.

No link and no courier: a page says what is on this machine's disk and what was receipted, and puts work into
the journal; carrying is somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from node.asking import Asking
from node.devices.registry import Devices
from node.dues import Dues
from node.hall.desk import HallDesk
from node.hall.voice import Voice
from node.kiosk.visitors import Visitors
from node.opening import Hours
from node.owing import Owing
from node.rulebook import RuleShelf
from node.shelf import Shelf
from protocol.casebook import Casebook
from protocol.clock import Clock
from protocol.documents.printroom import PrintRoom
from protocol.documents.verify import Checks
from protocol.exchange.blobs import Blobs
from protocol.exchange.carried import Tally
from protocol.exchange.journal import Journal
from protocol.exchange.stick import Exported
from protocol.identity import Keys
from protocol.replica import ReplicaHealth, ReplicaState
from protocol.settings import Settings
from protocol.store import Store


@dataclass(frozen=True, slots=True)
class LinkState:
    """`connected`: the hub itself has answered in this session. `up`: a broker takes our frames, which says less."""

    connected: bool
    up: bool
    reason: str  # of the last time that it went down, for the operator
    since: datetime | None
    tried_at: datetime | None  # when the district was last reached for, in vain or not


class Bell:
    """Rung by every unit of work, so that who waits for something looks only when there may be something."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> None:
        self.rung += 1


def replica_is_well(replica: ReplicaHealth) -> bool:
    return replica.state is ReplicaState.OK


class House(Protocol):
    settings: Settings
    store: Store
    blobs: Blobs
    pen: Journal
    book: Casebook
    shelf: Shelf
    rules: RuleShelf
    asking: Asking  # questions in people's own words
    press: PrintRoom
    checks: Checks  # whether a paper is genuine
    clock: Clock
    keys: Keys  # of the station's own word, on letters and on documents
    dues: Dues
    owing: Owing  # what the district does not have yet
    hours: Hours  # when the doors are open
    visitors: Visitors  # who stands at the kiosk
    devices: Devices
    hall: HallDesk  # who waits, who is called
    voice: Voice  # what the loudspeaker says of it
    bell: Bell
    replica: ReplicaHealth | None

    def link_state(self) -> LinkState: ...

    def try_now(self, seconds: float) -> None:
        """Ask the courier to send what is owed, and wait until nothing is owed or the time is up."""
        ...

    def export_stick(self) -> Exported:
        """One file with everything that is owed, sealed; an earlier one is gone.

        :raises Refused: stick
        """
        ...

    def last_stick(self) -> Exported | None: ...

    def import_stick(self, path: Path) -> Tally:
        """Hand what the file holds to the courier, and wait a while until it is taken.

        :raises Refused: stick: not one of ours, or not whole
        """
        ...
