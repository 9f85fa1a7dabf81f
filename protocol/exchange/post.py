"""Letters that came together are kept together: one unit of work for all, and one commit to wait for.

If one of them holds what cannot be applied, each is taken by itself and each of its entries in a savepoint,
so that the fault stays where it is. A letter that was not kept gets no receipt: its sender has it still.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol import attention
from protocol.clock import stamp
from protocol.errors import Refused
from protocol.exchange import inbox, memory
from protocol.exchange.apart import Apart
from protocol.exchange.carried import Tally
from protocol.exchange.envelope import Opened
from protocol.exchange.inbox import Accepted, Inbox, Outcome
from protocol.exchange.messages import Letter, Span
from protocol.store import Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Arrived:
    """A letter whose signature and chain are right."""

    opened: Opened
    message: Letter
    span: Span
    chains: list[bytes]
    raw: bytes
    tally: Tally | None

    @property
    def sender(self) -> str:
        return self.opened.header.sender


def take_in(
    store: Store, box: Inbox, letters: Sequence[Arrived], at: datetime
) -> list[tuple[Arrived, Accepted | None]]:
    """What became of each letter; None: not kept."""
    try:
        results = _accept(store, box, letters, at, guarded=False)
    except Refused as why:
        log.error("letters not kept code=%s", why.code)  # the disk is full
        return [(arrived, None) for arrived in letters]
    except Exception:
        log.warning("a letter holds an entry that cannot be applied; applying one by one")
        return [(arrived, _accept_alone(store, box, arrived, at)) for arrived in letters]
    return list(zip(letters, results, strict=True))


def _accept_alone(store: Store, box: Inbox, arrived: Arrived, at: datetime) -> Accepted | None:
    with Apart(arrived.sender):
        return _accept(store, box, [arrived], at, guarded=True)[0]
    return None


def _accept(store: Store, box: Inbox, letters: Sequence[Arrived], at: datetime, *, guarded: bool) -> list[Accepted]:
    results = []
    with store.write() as tx:
        for a in letters:
            result = box.accept(tx, a.sender, a.span, a.message.entries, a.chains, a.opened.proof, at, guarded=guarded)
            if result.outcome is Outcome.FORK:
                inbox.set_aside(tx, a.sender, "distrusted.fork", a.raw, stamp(at))
                attention.put(
                    tx, "fork", f"{a.sender}/{a.span.epoch}", at=stamp(at),
                    detail={"peer": a.sender, "seq": a.span.first},
                )  # fmt: skip
            results.append(result)
        for peer, one in {a.sender: a.opened for a in letters}.items():
            memory.note_heard(tx, peer, one, at)
    return results
