"""Every address of a station's desk, and to whom it is open."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from node.web import home
from node.web.tools import DESK, house
from protocol import attention
from protocol.console.accounts import Account
from protocol.console.parts import NavItem
from protocol.console.protect import EVERYBODY, ConsoleRoute, page
from protocol.console.texts import say


def routes() -> list[ConsoleRoute]:
    return [
        page("/desk", home.show, to=DESK, name="desk"),
    ]


def navigation(request: Request, account: Account) -> Sequence[NavItem]:
    with house(request).store.read() as db:
        waiting = attention.count(db)
    del waiting
    return [
        NavItem("desk", say("nav.desk")),
    ]


__all__ = ["EVERYBODY", "navigation", "routes"]
