"""The hub and the person of a request."""

from __future__ import annotations

from starlette.requests import Request

from hub.room import Room
from protocol.cases.acts import By
from protocol.console import session


def room(request: Request) -> Room:
    found: Room = request.app.state.room
    return found


def by(request: Request) -> By:
    """Who acts, as it is told to the station."""
    account = session.who(request).account
    return By(account.name, account.role, account.display_name)
