"""The addresses of the form machine, and the desk's page of a form that was filled in there."""

from __future__ import annotations

from functools import partial

from node.machines import MachineKind
from node.web import form_machine, kiosk, kiosk_apply, kiosk_items, prefills
from node.web.devices_panel import reader_addresses
from node.web.kiosk import visit_form, visited
from node.web.room import machine_form, machine_page
from node.web.tools import DESK
from protocol.console.protect import ConsoleRoute, form, page

_page = partial(machine_page, at=MachineKind.FORM)
_form = partial(machine_form, at=MachineKind.FORM)


def form_routes() -> list[ConsoleRoute]:
    return [
        _page("/form", form_machine.start, name="form"),
        _form("/form/begin", form_machine.begin, name="form.begin"),
        _form("/form/leave", kiosk.leave, name="form.leave"),
        _page("/form/bye", kiosk.bye, name="form.bye"),
        _form("/form/here", visit_form(kiosk.here), name="form.here"),
        _page("/form/help", visited(kiosk.show_help), name="form.help"),
        _form("/form/help", visit_form(kiosk.call_for_help), name="form.help.do"),
        _page("/form/items", visited(kiosk_items.show), name="form.items"),
        _page("/form/ask/{place:int}", visited(kiosk_apply.ask), name="form.ask"),
        _form("/form/ask/{place:int}", visit_form(kiosk_apply.answer), name="form.answer"),
        _page("/form/check", visited(form_machine.check), name="form.check"),
        _form("/form/check", visit_form(form_machine.keep), name="form.keep"),
        _page("/form/done", visited(form_machine.done), name="form.done"),
        _page("/form/code.svg", visited(form_machine.picture), name="form.code"),
        _page("/form/{code}", visited(kiosk_items.show_one), name="form.item"),
        _form("/form/{code}", visit_form(kiosk_items.choose), name="form.item.choose"),
        page("/prefills/{prefill}", prefills.show, to=DESK, name="prefill", connects=reader_addresses),
        form("/prefills/{prefill}", prefills.confirm, to=DESK, name="prefill.confirm", connects=reader_addresses),
        form("/prefills/{prefill}/card", prefills.by_card, to=DESK, name="prefill.card", connects=reader_addresses),
    ]
