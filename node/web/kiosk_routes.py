"""The addresses of the kiosk: open to a kiosk of this station, and inside a visit."""

from __future__ import annotations

from functools import partial

from node.machines import MachineKind
from node.web import (
    kiosk,
    kiosk_apply,
    kiosk_card,
    kiosk_check,
    kiosk_items,
    kiosk_mine,
    kiosk_papers,
    kiosk_print,
    kiosk_verify,
)
from node.web.kiosk import visit_form, visited
from node.web.room import machine_form, machine_page
from protocol.console.protect import ConsoleRoute

_page = partial(machine_page, at=MachineKind.KIOSK)
_form = partial(machine_form, at=MachineKind.KIOSK)


def kiosk_routes() -> list[ConsoleRoute]:
    return [
        _page("/kiosk", kiosk.start, name="kiosk"),
        _form("/kiosk/begin", kiosk.begin, name="kiosk.begin"),
        _form("/kiosk/leave", kiosk.leave, name="kiosk.leave"),
        _page("/kiosk/bye", kiosk.bye, name="kiosk.bye"),
        _form("/kiosk/here", visit_form(kiosk.here), name="kiosk.here"),
        _page("/kiosk/help", visited(kiosk.show_help), name="kiosk.help"),
        _form("/kiosk/help", visit_form(kiosk.call_for_help), name="kiosk.help.do"),
        # who it is
        _page("/kiosk/card", visited(kiosk_card.show), name="kiosk.card"),
        _form("/kiosk/card", visit_form(kiosk_card.read), name="kiosk.card.read"),
        _form("/kiosk/card/typed", visit_form(kiosk_card.type_in), name="kiosk.card.typed"),
        _page("/kiosk/tray", kiosk_card.tray, name="kiosk.tray"),
        _page("/kiosk/elder", visited(kiosk_card.offer_elder), name="kiosk.elder"),
        _form("/kiosk/elder", visit_form(kiosk_card.answer_elder), name="kiosk.elder.do"),
        # an application
        _page("/kiosk/items", visited(kiosk_items.show), name="kiosk.items"),
        _page("/kiosk/items/{code}", visited(kiosk_items.show_one), name="kiosk.item"),
        _form("/kiosk/items/{code}", visit_form(kiosk_items.choose), name="kiosk.item.choose"),
        _page("/kiosk/ask/{place:int}", visited(kiosk_apply.ask), name="kiosk.ask"),
        _form("/kiosk/ask/{place:int}", visit_form(kiosk_apply.answer), name="kiosk.answer"),
        _page("/kiosk/papers", visited(kiosk_papers.show), name="kiosk.papers"),
        _form(
            "/kiosk/papers",
            visit_form(kiosk_papers.add),
            name="kiosk.papers.add",
            max_files=kiosk_papers.FILES_AT_ONCE,
            max_bytes=kiosk_papers.UPLOAD_BYTES,
        ),
        _form("/kiosk/papers/again", visit_form(kiosk_papers.remove), name="kiosk.papers.remove"),
        _page("/kiosk/check", visited(kiosk_check.check), name="kiosk.check"),
        _form("/kiosk/check", visit_form(kiosk_check.submit), name="kiosk.submit"),
        _form("/kiosk/later", visit_form(kiosk_check.later), name="kiosk.later"),
        _page("/kiosk/done", visited(kiosk_check.done), name="kiosk.done"),
        # how it stands, and papers
        _page("/kiosk/code", visited(kiosk_mine.ask_code), name="kiosk.code"),
        _form("/kiosk/code", visit_form(kiosk_mine.find), name="kiosk.code.find"),
        _page("/kiosk/mine", visited(kiosk_mine.mine), name="kiosk.mine"),
        _page("/kiosk/cases/{case_id}", visited(kiosk_mine.show_case), name="kiosk.case"),
        _form("/kiosk/cases/{case_id}/supply", visit_form(kiosk_mine.supply), name="kiosk.supply"),
        _page("/kiosk/cases/{case_id}/print/{document}", visited(kiosk_print.show), name="kiosk.print"),
        _form("/kiosk/cases/{case_id}/print/{document}", visit_form(kiosk_print.send), name="kiosk.print.do"),
        _page("/kiosk/cases/{case_id}/job", kiosk_print.job, name="kiosk.job"),
        _page("/kiosk/cases/{case_id}/file/{document}", visited(kiosk_print.file), name="kiosk.file"),
        _page("/kiosk/verify", visited(kiosk_verify.show), name="kiosk.verify"),
        _form("/kiosk/verify", visit_form(kiosk_verify.find), name="kiosk.verify.find"),
    ]
