"""What goes wrong with one peer or one message ends with it: nobody else waits for it.

The border inside the courier's thread. A lost wire concerns everybody and passes through; so does whatever
is no Exception. What is caught here is a fault of ours or a disk without room: it is logged, and the
exchange brings the thing again.
"""

from __future__ import annotations

import logging
from types import TracebackType

from protocol.errors import Refused, Unreachable
from protocol.faults import fault

log = logging.getLogger(__name__)


class Apart:
    """`with Apart(peer) as one:` and afterwards `one.failed`. No @contextmanager: it is used for every peer in every step."""

    __slots__ = ("failed", "peer")

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.failed = False

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, _: TracebackType | None) -> bool:
        if kind is None or not isinstance(why, Exception) or isinstance(why, Unreachable):
            return False
        if isinstance(why, Refused):
            log.error("no room peer=%s code=%s", self.peer, why.code)
        else:
            log.error("given up for now peer=%s why=%s", self.peer, fault(why))
        self.failed = True
        return True
