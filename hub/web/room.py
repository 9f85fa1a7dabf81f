"""The hub and the person of a request."""

from __future__ import annotations

from starlette.requests import Request

from hub.room import Room
from protocol.cases.acts import By
from protocol.cases.rules import Role
from protocol.console import session
from protocol.console.acting import acting


def room(request: Request) -> Room:
    found: Room = request.app.state.room
    return found


def by(request: Request, *roles: Role) -> By:
    """Who acts, as it is told to the station: in the first of `roles` that he has (RULES name them), or in any."""
    return acting(session.who(request).account, roles)
