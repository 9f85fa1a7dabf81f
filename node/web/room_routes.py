"""Every address of the machines in the room, and which machine may open it."""

from __future__ import annotations

from node.machines import MachineKind
from node.web import board, machines, rating, ratings, room
from node.web.form_routes import form_routes
from node.web.kiosk_routes import kiosk_routes
from node.web.query_routes import query_routes
from node.web.room import machine_form, machine_page
from node.web.ticket_routes import ticket_routes
from node.web.tools import DESK
from protocol.cases.rules import Role
from protocol.console.protect import PUBLIC, ConsoleRoute, form, page


def room_routes() -> list[ConsoleRoute]:
    return [
        form("/look", room.change_look, to=PUBLIC, name="room.look"),
        page("/machine", machines.ask, to=PUBLIC, name="machine.new"),
        form("/machine", machines.introduce, to=PUBLIC, name="machine.introduce"),
        machine_page("/rate/{counter:int}", rating.show, at=MachineKind.PAD, name="rate"),
        machine_form("/rate/{counter:int}", rating.rate, at=MachineKind.PAD, name="rate.do"),
        machine_form("/rate/{counter:int}/why", rating.why, at=MachineKind.PAD, name="rate.why"),
        page("/ratings", ratings.show, to=DESK, name="ratings"),
        form("/ratings/copy", ratings.copy, to=DESK, name="ratings.copy"),
        form("/ratings/{rating}/confirm", ratings.confirm, to=DESK, name="ratings.confirm"),
        form("/ratings/{rating}/step", ratings.step, to=(Role.HEAD,), name="ratings.step"),
        form("/ratings/{rating}/contact", ratings.reveal, to=(Role.HEAD,), name="ratings.reveal"),
        *form_routes(),
        *kiosk_routes(),
        *query_routes(),
        *ticket_routes(),
        page("/today", board.show, to=(Role.HEAD,), name="board"),
        page("/today.csv", board.file, to=(Role.HEAD,), name="board.csv"),
        # the head's list of them
        page("/room", machines.show, to=(Role.HEAD,), name="machines"),
        form("/room/code", machines.give_code, to=(Role.HEAD,), name="machines.code"),
        form("/room/{machine}/away", machines.take_away, to=(Role.HEAD,), name="machines.take-away"),
    ]
