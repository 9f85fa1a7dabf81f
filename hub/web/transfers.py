"""Lists of papers that travel, at the hub: results that go to a desk, originals that come from one."""

from __future__ import annotations

from sqlite_utils import Database
from starlette.requests import Request

from hub import stations
from hub.web.room import room
from protocol.cases.rules import OFFICERS
from protocol.console.protect import ConsoleRoute
from protocol.console.transferring import Ends, Names, transferring
from protocol.exchange.topics import HUB

_HUB = ("区政务中心", "District centre")


def routes() -> list[ConsoleRoute]:
    return transferring(OFFICERS, _ends)


def _ends(request: Request) -> Ends:
    desk = room(request)
    return Ends(desk.store, desk.pen, desk.clock, desk.shelf.calendar, _names, OFFICERS)


def _names(db: Database) -> Names:
    return {HUB: _HUB, **stations.titles(db)}
