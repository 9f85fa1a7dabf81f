"""What came by another way than the link, and what became of it.

A stick has no topic, no session and no order of its own, so of what it brings only that counts which
is signed for good: letters, receipts without a session, papers that are wanted here, and the word
that a paper has arrived. The tally is what the person at the machine is shown.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Written by the courier's thread alone; whoever waits reads it once `finished` is set."""

    frames: int = 0  # handed over to the courier
    taken: int = 0  # of these: looked at, whatever came of it
    entries: int = 0  # new here
    duplicates: int = 0  # entries that were here already
    receipts: int = 0  # that raised a mark
    papers: int = 0  # whole now, and not before
    gaps: int = 0  # letters before which something is missing
    set_aside: int = 0
    no_room: int = 0  # frames that the disk did not take: import again when there is space
    finished: threading.Event = field(default_factory=threading.Event)

    def took_one(self) -> None:
        self.taken += 1
        if self.taken >= self.frames:
            self.finished.set()


@dataclass(frozen=True, slots=True)
class Carried:
    """One sealed frame from a stick. Kept and applied like any other letter."""

    data: bytes
    tally: Tally = field(default_factory=Tally)
