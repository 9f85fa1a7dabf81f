"""Lists of papers that travel, at this station's desk; the pages themselves are the same at the hub."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database
from starlette.requests import Request

from node import places
from node.web.tools import DESK, house
from protocol.console.protect import ConsoleRoute
from protocol.console.transferring import Ends, Names, transferring
from protocol.exchange.topics import HUB

_HUB = ("区政务中心", "District centre")


def routes() -> list[ConsoleRoute]:
    return transferring(DESK, _ends)


def _ends(request: Request) -> Ends:
    here = house(request)
    return Ends(here.store, here.pen, here.clock, here.shelf.calendar, _names(request), DESK)


def _names(request: Request) -> Callable[[Database], Names]:
    name = house(request).settings.name
    party = house(request).settings.party

    def names(db: Database) -> Names:
        """The hub first; this station too, for lists that name it."""
        others = {one.name: (one.zh, one.en) for one in places.places(db, but=party)}
        return {HUB: _HUB, party: (name.zh, name.en), **others}

    return names
