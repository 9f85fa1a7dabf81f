"""What went wrong, said at a machine of the room: in the room's shell, with the way back to the machine's first page.

Nobody who stands there can sign in or mend anything, so no desk is linked, and a page that nobody touches goes home.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from node import machines
from node.machines import MachineKind
from node.web.machines import HOMES, home_of
from node.web.room import Look, look, token_of
from node.web.tools import house
from protocol.console import session
from protocol.console.pages import Page
from protocol.console.parts import Trouble


@dataclass(frozen=True, slots=True)
class RoomTroublePage:
    template = "room_trouble.html"
    look: Look
    trouble: Trouble
    home: str


def trouble_page(request: Request, trouble: Trouble) -> Page | None:
    """None where the address is a desk's."""
    home = _home(request)
    return RoomTroublePage(look(request), trouble, home) if home else None


def _home(request: Request) -> str:
    """By the address that was asked for; by the machine that asked, where nothing is there and nobody is signed in."""
    asked = request.url.path.split("/")
    for kind, (_, at_counter) in HOMES.items():
        counter = int(asked[2]) if at_counter and len(asked) > 2 and asked[2].isdecimal() and len(asked[2]) < 4 else 1
        home = home_of(request, kind, counter)
        if home.split("/")[1] == asked[1]:
            return home
    if session.current(request) is not None:
        return ""
    with house(request).store.read() as db:
        known = machines.machine(db, token_of(request))
    if known is None or known.kind not in HOMES:
        return ""
    return home_of(request, MachineKind(known.kind), known.counter)
