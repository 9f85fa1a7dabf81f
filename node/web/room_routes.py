"""Every address of the machines in the room, and which machine may open it."""

from __future__ import annotations

from node.web import machines, room
from protocol.cases.rules import Role
from protocol.console.protect import PUBLIC, ConsoleRoute, form, page


def room_routes() -> list[ConsoleRoute]:
    return [
        form("/look", room.change_look, to=PUBLIC, name="room.look"),
        page("/machine", machines.ask, to=PUBLIC, name="machine.new"),
        form("/machine", machines.introduce, to=PUBLIC, name="machine.introduce"),
        # the head's list of them
        page("/room", machines.show, to=(Role.HEAD,), name="machines"),
        form("/room/code", machines.give_code, to=(Role.HEAD,), name="machines.code"),
        form("/room/{machine}/away", machines.take_away, to=(Role.HEAD,), name="machines.take-away"),
    ]
