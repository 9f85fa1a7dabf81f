"""What the hub's pages may touch: records, pen, catalogue, and how the wire stands. Never the link itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from hub.health import Health
from hub.shelf import Shelf
from protocol.casebook import Casebook
from protocol.cases.acts import By
from protocol.clock import Clock
from protocol.console import session
from protocol.exchange.blobs import Blobs
from protocol.exchange.journal import Journal
from protocol.store import Store


@dataclass(frozen=True, slots=True)
class Room:
    """Kept as `app.state.room`."""

    store: Store
    blobs: Blobs
    pen: Journal
    book: Casebook
    clock: Clock
    shelf: Shelf
    seal: Callable[[bytes], bytes]  # closes an inner note with the hub's own key
    connected: Callable[[str], bool]  # the station has answered in this session of the wire
    health: Callable[[], Health]


def room(request: Request) -> Room:
    found: Room = request.app.state.room
    return found


def by(request: Request) -> By:
    """Who acts, as it is told to the station."""
    account = session.who(request).account
    return By(account.name, account.role, account.display_name)
