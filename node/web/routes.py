"""Every address of a station's desk, and to whom it is open.

Cases and drafts are addressed by their random ids: nothing about a person stands in an address.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from node import deliver as results
from node import ratings, renewals, rulebook
from node.web import (
    ask,
    calls,
    case,
    case_acts,
    deliver,
    demands,
    documents,
    guide,
    held,
    home,
    instant,
    intake,
    items,
    licences,
    lists,
    notices,
    opening,
    papers,
    people,
    printing,
    receipts,
    rescan,
    rules,
    situations,
    submitting,
    sync,
    transfers,
    verify,
)
from node.web.devices_panel import reader_addresses
from node.web.devices_routes import device_routes
from node.web.hall_routes import hall_routes
from node.web.room_routes import room_routes
from node.web.tools import DESK, house, today
from protocol import attention, transfer_book
from protocol.cases.rules import Role
from protocol.console import verifying
from protocol.console.accounts import Account
from protocol.console.looking import looking
from protocol.console.parts import NavItem
from protocol.console.protect import EVERYBODY, ConsoleRoute, form, page
from protocol.console.texts import say


def routes() -> list[ConsoleRoute]:
    return [
        page("/desk", home.show, to=DESK, name="desk"),
        # a case on its way in
        page("/items", items.show, to=DESK, name="items"),
        form("/items", items.begin, to=DESK, name="begin"),
        page("/ask", ask.show, to=DESK, name="ask"),
        form("/ask", ask.unwanted, to=DESK, name="ask.unwanted"),
        page("/items/{code}", guide.show, to=DESK, name="item"),
        page("/drafts/{draft_id}/situations", situations.show, to=DESK, name="situations"),
        form("/drafts/{draft_id}/situations", situations.save, to=DESK, name="situations.do"),
        page("/drafts/{draft_id}", intake.show, to=DESK, name="intake", connects=reader_addresses),
        form("/drafts/{draft_id}", intake.save, to=DESK, name="save", connects=reader_addresses),
        form("/drafts/{draft_id}/autosave", intake.autosave, to=DESK, name="autosave"),
        page("/drafts/{draft_id}/papers", papers.show, to=DESK, name="papers"),
        form(
            "/drafts/{draft_id}/papers",
            papers.add,
            to=DESK,
            name="papers.add",
            max_files=papers.FILES_AT_ONCE,
            max_bytes=papers.UPLOAD_BYTES,
        ),
        form("/drafts/{draft_id}/papers/follow", papers.follow, to=DESK, name="papers.follow"),
        form("/drafts/{draft_id}/papers/held", held.use, to=DESK, name="papers.held"),
        form("/drafts/{draft_id}/papers/remove", papers.remove, to=DESK, name="papers.remove"),
        page("/drafts/{draft_id}/papers/{digest}", papers.of_draft, to=DESK, name="draft.paper"),
        page("/drafts/{draft_id}/check", submitting.check, to=DESK, name="check"),
        form("/drafts/{draft_id}/check", submitting.submit, to=DESK, name="submit"),
        page("/cases/{case_id}/instant", instant.explain, to=DESK, name="instant"),
        page("/drafts/{draft_id}/discard", submitting.ask_discard, to=DESK, name="discard"),
        form("/drafts/{draft_id}/discard", submitting.discard, to=DESK, name="discard.do"),
        *device_routes(),
        # cases
        page("/cases", lists.show, to=DESK, name="cases"),
        form("/cases", lists.search, to=DESK, name="search"),
        page("/cases/{case_id}", case.show, to=DESK, name="case", looks="case"),
        form("/cases/{case_id}/reveal", case.reveal, to=DESK, name="reveal"),
        form("/cases/{case_id}/supplement", case_acts.supplement, to=DESK, name="supplement"),
        page("/cases/{case_id}/withdrawal", case_acts.ask_withdrawal, to=DESK, name="withdrawal"),
        form("/cases/{case_id}/withdrawal", case_acts.withdraw, to=DESK, name="withdrawal.do"),
        page("/cases/{case_id}/handover", case_acts.ask_hand_over, to=DESK, name="handover"),
        form("/cases/{case_id}/handover", case_acts.hand_over, to=DESK, name="handover.do"),
        page("/cases/{case_id}/return", case_acts.ask_return, to=DESK, name="return"),
        form("/cases/{case_id}/return", case_acts.return_result, to=DESK, name="return.do"),
        page("/cases/{case_id}/move", case_acts.ask_move, to=DESK, name="move"),
        form("/cases/{case_id}/move", case_acts.move, to=DESK, name="move.do"),
        page("/cases/{case_id}/lapse", case_acts.ask_lapse, to=DESK, name="lapse"),
        form("/cases/{case_id}/lapse", case_acts.lapse, to=DESK, name="lapse.do"),
        page("/cases/{case_id}/receipt", receipts.show, to=DESK, name="receipt", looks="document"),
        page("/cases/{case_id}/print/{document}", documents.pdf, to=DESK, name="document", looks="document"),
        form("/cases/{case_id}/print/{document}", printing.print_kind, to=DESK, name="document.print"),
        form("/cases/{case_id}/documents/{digest}", printing.print_made, to=DESK, name="document.made.print"),
        form("/printing/{job}/again", printing.again, to=DESK, name="print.again"),
        form("/printing/{job}/away", printing.put_away, to=DESK, name="print.away"),
        page("/cases/{case_id}/documents/{digest}", documents.made, to=DESK, name="document.made", looks="document"),
        page("/cases/{case_id}/papers/{digest}", papers.of_case, to=DESK, name="case.paper", looks="paper"),
        form(
            "/cases/{case_id}/papers/{digest}",
            rescan.rescan,
            to=DESK,
            name="rescan",
            max_files=1,
            max_bytes=rescan.UPLOAD_BYTES,
        ),
        # results that wait, papers that travel, the doors
        page("/deliver", deliver.show, to=DESK, name="deliver"),
        form("/deliver", deliver.find, to=DESK, name="deliver.find"),
        form("/deliver/ask", deliver.ask, to=DESK, name="deliver.ask"),
        form("/deliver/{case_id}/remind", deliver.remind, to=DESK, name="deliver.remind"),
        *transfers.routes(),
        page("/opening", opening.show, to=(Role.HEAD,), name="opening"),
        form("/opening", opening.save, to=(Role.HEAD,), name="opening.save"),
        *looking((Role.HEAD,)),
        page("/people", people.show, to=(Role.HEAD,), name="people"),
        *(
            form(f"/people/{{account}}/{what}", do, to=(Role.HEAD,), name=f"people.{what}")
            for what, do in (
                ("confirm", people.confirm),
                ("stop", people.stop),
                ("reopen", people.reopen),
                ("unlock", people.unlock),
                ("code", people.give_code),
            )
        ),
        # what needs a person, and the district
        form("/calls/answer", calls.answer, to=DESK, name="calls.answer"),
        page("/attention", notices.show, to=DESK, name="attention"),
        form("/attention/{number:int}", notices.settle, to=DESK, name="settle"),
        page("/attention/{number:int}/raw", notices.raw, to=DESK, name="attention.raw"),
        page("/rules", rules.show, to=DESK, name="rules"),
        page("/rules/{code}", rules.show_one, to=DESK, name="rule"),
        form("/rules/{code}/read", rules.confirm, to=DESK, name="rule.read"),
        page("/licences", licences.show, to=DESK, name="licences"),
        page("/verify", verify.show, to=EVERYBODY, name="verify"),
        form("/verify", verify.look, to=EVERYBODY, name="verify.do", max_files=1, max_bytes=verifying.UPLOAD_BYTES),
        page("/demands", demands.show, to=DESK, name="demands"),
        form("/demands", demands.begin, to=DESK, name="demand.begin"),
        page("/demands/{demand}", demands.show_one, to=DESK, name="demand"),
        form(
            "/demands/{demand}",
            demands.save,
            to=DESK,
            name="demand.save",
            max_files=papers.FILES_AT_ONCE,
            max_bytes=papers.UPLOAD_BYTES,
        ),
        form("/demands/{demand}/discard", demands.discard, to=DESK, name="demand.discard"),
        form("/demands/{demand}/withdraw", demands.withdraw, to=DESK, name="demand.withdraw"),
        form("/demands/{demand}/papers/remove", demands.remove_paper, to=DESK, name="demand.paper.remove"),
        page("/demands/{demand}/papers/{digest}", demands.paper, to=DESK, name="demand.paper"),
        page("/sync", sync.show, to=DESK, name="sync"),
        form("/sync/now", sync.send_now, to=DESK, name="sync.now"),
        form("/sync/export", sync.export, to=DESK, name="sync.export"),
        page("/sync/stick/{name}", sync.download, to=DESK, name="sync.stick"),
        *hall_routes(),
        *room_routes(),
        form("/sync/import", sync.bring_in, to=DESK, name="sync.import", max_files=1, max_bytes=sync.STICK_BYTES),
    ]


def navigation(request: Request, account: Account) -> Sequence[NavItem]:
    here = house(request)
    with here.store.read() as db:
        waiting, renew = attention.count(db), renewals.count_soon(db, today(here.clock.now()))
        bad = ratings.count_open(db)
        to_fetch, coming = results.count(db, here.book.party), transfer_book.coming(db, here.book.party)
        unread = rulebook.unread(db, here.rules.in_force(rulebook.day_of(here.clock.now())), account.name)
    return [
        NavItem("desk", say("nav.desk")),
        NavItem("queue", say("queue.title")),
        NavItem("items", say("nav.items")),
        NavItem("appointments", say("nav.appointments")),
        NavItem("cases", say("nav.cases")),
        NavItem("deliver", say("deliver.title"), count=to_fetch),
        NavItem("transfers", say("transfer.title"), count=coming),
        NavItem("attention", say("nav.attention"), count=waiting),
        NavItem("rules", say("nav.rules"), count=unread),
        NavItem("licences", say("licences.title"), count=renew),
        NavItem("verify", say("verify.nav")),
        NavItem("demands", say("demand.title")),
        NavItem("ratings", say("ratings.title"), count=bad if account.may(Role.HEAD) else 0),
        NavItem("sync", say("nav.sync")),
        *(
            [
                NavItem("opening", say("opening.title")),
                NavItem("board", say("board.title")),
                NavItem("people", say("nav.people")),
                NavItem("looks", say("looks.title")),
                NavItem("hall", say("hall.title")),
                NavItem("machines", say("machines.title")),
                NavItem("devices", say("nav.devices")),
            ]
            if account.may(Role.HEAD)
            else []
        ),
    ]
