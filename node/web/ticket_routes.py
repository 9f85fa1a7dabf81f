"""Every address of the ticket machine, and the desk's page of appointments."""

from __future__ import annotations

from node.machines import MachineKind
from node.web import appointments, ticket, ticket_draw
from node.web.room import machine_form, machine_page
from node.web.tools import DESK
from protocol.console.protect import ConsoleRoute, form, page

AT = MachineKind.TICKET


def ticket_routes() -> list[ConsoleRoute]:
    return [
        machine_page("/ticket", ticket.show, at=AT, name="ticket"),
        machine_page("/ticket/door/{door}", ticket.show_door, at=AT, name="ticket.door"),
        machine_page("/ticket/find", ticket.find, at=AT, name="ticket.find"),
        machine_page("/ticket/check", ticket.check, at=AT, name="ticket.check"),
        machine_form("/ticket/draw", ticket_draw.draw, at=AT, name="ticket.draw"),
        machine_form("/ticket/card", ticket_draw.by_card, at=AT, name="ticket.card"),
        machine_page("/ticket/appointment", ticket_draw.ask_code, at=AT, name="ticket.appointment"),
        machine_form("/ticket/appointment", ticket_draw.by_code, at=AT, name="ticket.appointment.do"),
        machine_page("/ticket/missed", ticket_draw.ask_missed, at=AT, name="ticket.missed"),
        machine_form("/ticket/missed", ticket_draw.restore, at=AT, name="ticket.missed.do"),
        machine_page("/ticket/number/{number}", ticket_draw.show, at=AT, name="ticket.number"),
        machine_page("/ticket/bye", ticket.bye, at=AT, name="ticket.bye"),
        page("/appointments", appointments.show, to=DESK, name="appointments"),
        form("/appointments", appointments.book, to=DESK, name="appointments.book"),
        form("/appointments/{day}/{code}/cancel", appointments.cancel, to=DESK, name="appointments.cancel"),
    ]
