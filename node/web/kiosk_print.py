"""A paper at the kiosk: looked at on the screen, printed, and taken along.

The kiosk's own printer is the A4 device whose name begins with kiosk; without one the browser prints. The page asks how
far the printer is and reminds him of his paper; that it asks keeps no visit alive. A job is titled with the number of
the case and never with a name.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import documents, printing
from node.devices import Kind as DeviceKind
from node.kiosk import sessions
from node.kiosk.sessions import Identity
from node.printing import Stage
from node.web.documents import bytes_of, document_name, file_of
from node.web.kiosk import Frame, Visit, frame, visit_of
from node.web.kiosk_mine import need_his, need_printable
from node.web.room import Look
from node.web.tools import house
from protocol.cases.acts import By
from protocol.cases.case import Case
from protocol.cases.rules import Role
from protocol.console import forms
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, url
from protocol.console.texts import Phrase, say
from protocol.documents.kinds import Kind
from protocol.errors import Refused, Unreachable
from protocol.settings import Machines

CSP_INSIDE = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_BUSY = (Stage.BEGUN, Stage.QUEUED, Stage.PRINTING)


@dataclass(frozen=True, slots=True)
class Printing:
    """How the last press of the button stands; None before it."""

    said: Phrase
    is_out: bool
    is_busy: bool


@dataclass(frozen=True, slots=True)
class PrintPage:
    template = "kiosk_print.html"
    look: Look
    frame: Frame
    case_id: str
    document: str
    name: str
    file_href: str
    has_printer: bool
    printing: Printing | None
    back_href: str


@dataclass(frozen=True, slots=True)
class JobPage:
    """The piece of the page that says how far the printer is."""

    template = "kiosk_job.html"
    case_id: str
    printing: Printing | None


def show(request: Request, visit: Visit) -> Response:
    """The paper on the screen, and the button that prints it."""
    here = house(request)
    with here.store.read() as db:
        case = need_printable(request, db, visit)
    document = str(request.path_params["document"])
    by_card = visit.session.identity is Identity.CARD
    page = PrintPage(
        visit.look,
        frame(request, visit, "print"),
        case.id,
        document,
        _name(request, case, document),
        url(request, "kiosk.file", case_id=case.id, document=document),
        bool(_printer(request)),
        _printing(request, visit, case.id),
        url(request, "kiosk.case", case_id=case.id) if by_card else url(request, "kiosk.done"),
    )
    return render(request, page)


def file(request: Request, visit: Visit) -> Response:
    """The same bytes that the desk prints. Its name is the number of the case.

    :raises Refused: needs-card, no-case, no-page, no-paper
    """
    case, pdf = _paper(request, visit)
    with house(request).store.write() as tx:
        sessions.did(tx, visit.session, "print")
    response = file_of(case, pdf)
    response.headers["Content-Security-Policy"] = CSP_INSIDE
    return response


def send(request: Request, visit: Visit, form: FormData) -> Response:
    """To the kiosk's printer; a second post of the form prints nothing more.

    :raises Refused: as file(); no-device
    """
    here, printer = house(request), _printer(request)
    if not printer:
        raise Refused("refused.no-device", device=DeviceKind.A4_PRINTER)
    case, pdf = _paper(request, visit)
    document = str(request.path_params["document"])
    there = url(request, "kiosk.print", case_id=case.id, document=document)
    form_id, job = forms.text(form, "form_id"), secrets.token_hex(8)
    kind = document if document in list(Kind) else documents.find_made(case, document).kind
    with here.store.write() as tx:
        if posted_before(tx, form_id) is not None:
            return see_other_url(request, there)
        remember_post(tx, form_id, there, at=visit.at)
        printing.begin(tx, job, printer, case.id, kind, pdf, 1, by=visit.session.author, at=visit.at)
        sessions.did(tx, visit.session, "print")
    try:
        ref = here.devices.print_document(printer, pdf, case.number, 1, visit.at)
    except Unreachable:
        with here.store.write() as tx:
            printing.failed(tx, job, visit.at)
        return see_other_url(request, there)
    with here.store.write() as tx:
        printing.taken(tx, job, ref, visit.at)
    return see_other_url(request, there)


def job(request: Request) -> Response:
    """How far it is now; the printer is asked, for somebody waits before it.

    :raises Refused: no-case
    """
    visit, case_id = visit_of(request, touch=False), str(request.path_params["case_id"])
    if visit is None:
        return render(request, JobPage(case_id, None))
    here = house(request)
    with here.store.read() as db:
        need_his(request, db, visit)
    printing.follow(here.store, here.devices, visit.at)
    return render(request, JobPage(case_id, _printing(request, visit, case_id)))


def _printing(request: Request, visit: Visit, case_id: str) -> Printing | None:
    """Of this visit alone."""
    with house(request).store.read() as db:
        last = printing.last_of(db, case_id)
    if last is None or last.account != visit.session.author or last.at < visit.session.started_at:
        return None
    is_busy = last.stage in _BUSY
    word = "busy" if is_busy else "out" if last.stage is Stage.DONE else "trouble"
    return Printing(
        say(f"kiosk.printing-{word}"), last.stage is Stage.DONE, is_busy or last.stage in printing.UNDER_WAY
    )


def _paper(request: Request, visit: Visit) -> tuple[Case, bytes]:
    here = house(request)
    with here.store.read() as db:
        case = need_printable(request, db, visit)
    document = str(request.path_params["document"])
    if document in list(Kind):
        return case, bytes_of(request, Kind(document), case, By(visit.session.author, Role.SYSTEM), by_hand=True)
    found = here.blobs.read(documents.find_made(case, document).digest)
    if found is None:
        raise Refused("refused.no-paper", paper=document[:8])
    return case, found


def _printer(request: Request) -> str:
    """Where machines are not told apart there is one for all; else a paper never comes out at the counter."""
    here = house(request)
    printers = [one.name for one in here.devices.states() if one.kind is DeviceKind.A4_PRINTER]
    mine = next((name for name in printers if name.startswith("kiosk")), "")
    if mine or here.settings.room.machines is not Machines.OPEN:
        return mine
    return printers[0] if printers else ""


def _name(request: Request, case: Case, document: str) -> str:
    if document in list(Kind):
        return document_name(request, document)
    return document_name(request, documents.find_made(case, document).kind)
