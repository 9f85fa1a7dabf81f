"""The addresses of the query machine."""

from __future__ import annotations

from functools import partial

from node.machines import MachineKind
from node.web import query, query_item, ticket_draw
from node.web.room import machine_form, machine_page
from protocol.console.protect import ConsoleRoute

_page = partial(machine_page, at=MachineKind.QUERY)
_form = partial(machine_form, at=MachineKind.QUERY)


def query_routes() -> list[ConsoleRoute]:
    return [
        _page("/query", query.start, name="query"),
        _page("/query/bye", query.bye, name="query.bye"),
        _page("/query/ask", query.ask, name="query.ask"),
        _form("/query/ask", query.unwanted, name="query.unwanted"),
        _page("/query/door/{door}", query.door, name="query.door"),
        _page("/query/waiting", query.waiting, name="query.waiting"),
        _page("/query/places", query.places, name="query.places"),
        _page("/query/items/{code}", query_item.show, name="query.item"),
        _form("/query/items/{code}/slip", query_item.slip, name="query.slip"),
        _form("/query/items/{code}/ticket", query_item.draw, name="query.ticket"),
        _page("/query/number/{number}", ticket_draw.show, name="query.number"),
    ]
