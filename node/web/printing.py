"""Printing on the station's own A4 printer, as the desk and the head see it.

One press sends a document there; without a printer the PDF opens as ever, and while a printer does not work the PDF is
still one press away. What a power cut left unprinted is offered again at the desk. A job is titled with the number of
its case, never with a name.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk, documents, printing
from node.devices import Kind as DeviceKind
from node.devices.slip_picture import Slip
from node.devices.slips import EscposPrinter
from node.printing import Job, Stage
from node.web.documents import bytes_of, document_name, glyphs_page
from node.web.tools import by, house, printer_of
from protocol.cases.case import Case
from protocol.clock import stamp
from protocol.console import forms
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import see_other, see_other_url, translator, url
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import say
from protocol.documents.kinds import Kind
from protocol.errors import Refused, Unreachable

BACK = ("receipt", "case", "instant", "handover")  # the pages with a print button; all of one case
_LOOKS: dict[Stage, tuple[Tone, Icon]] = {
    Stage.BEGUN: (Tone.PLAIN, Icon.CLOCK),
    Stage.QUEUED: (Tone.PLAIN, Icon.CLOCK),
    Stage.PRINTING: (Tone.PLAIN, Icon.HALF),
    Stage.DONE: (Tone.GOOD, Icon.CHECK),
    Stage.PUT_AWAY: (Tone.PLAIN, Icon.CROSS),
}


@dataclass(frozen=True, slots=True)
class JobLine:
    id: str
    what: str  # name of the document; empty: a test page
    number: str  # of the case; empty: a test page
    case_id: str
    chip: Chip
    at: datetime
    account: str
    pdf: str  # address of the same document as a file; empty: none
    can_again: bool
    can_cancel: bool


def unfinished_lines(request: Request, db: Database) -> list[JobLine]:
    return [line_of(request, db, job) for job in printing.unfinished(db)]


def last_line(request: Request, db: Database, case_id: str) -> JobLine | None:
    """What the pages of a case show beside the button."""
    job = printing.last_of(db, case_id)
    return line_of(request, db, job) if job is not None else None


def last_lines(request: Request) -> Sequence[JobLine]:
    with house(request).store.read() as db:
        return [line_of(request, db, job) for job in printing.last_jobs(db)]


def line_of(request: Request, db: Database, job: Job) -> JobLine:
    tone, icon = _LOOKS.get(job.stage, (Tone.WARN, Icon.ALERT))
    row = db.execute("select number from cases where id = ?", (job.case,)).fetchone()
    return JobLine(
        job.id,
        document_name(request, job.document) if job.document else "",
        str(row[0]) if row else "",
        job.case,
        Chip(say(f"print.stage.{job.stage}"), tone, icon),
        job.at,
        job.account,
        _pdf(request, job) if row else "",
        bool(row) and job.stage in printing.UNFINISHED,
        job.stage in printing.UNDER_WAY,
    )


def _pdf(request: Request, job: Job) -> str:
    if job.document in list(Kind) and documents.is_ours(Kind(job.document)):
        return url(request, "document", case_id=job.case, document=job.document)
    return url(request, "case", case_id=job.case)


# -- what is pressed


def print_kind(request: Request, form: FormData) -> Response:
    """A document by its kind.

    :raises Refused: no-page; no-paper; no-device
    """
    asked = request.path_params["document"]
    if asked not in list(Kind):
        raise Refused("refused.no-page")
    case = _case(request)
    try:
        pdf = bytes_of(request, Kind(asked), case, by(request), by_hand=forms.text(form, "hand") == "1")
    except Refused as why:
        if why.code != "refused.glyphs":
            raise
        return glyphs_page(request, case, asked, why)
    return _send(request, form, case.id, case.number, asked, pdf, _back(request, form, case))


def print_made(request: Request, form: FormData) -> Response:
    """A document that was made, byte by byte.

    :raises Refused: no-paper; no-device
    """
    case = _case(request)
    found = documents.find_made(case, request.path_params["digest"])
    pdf = house(request).blobs.read(found.digest)
    if pdf is None:
        raise Refused("refused.no-paper", paper=found.digest[:8])
    return _send(request, form, case.id, case.number, found.kind, pdf, _back(request, form, case))


def again(request: Request, form: FormData) -> Response:
    """The same once more: the same bytes where they were kept, else from the record.

    :raises Refused: print-job; no-paper; no-device
    """
    here = house(request)
    with here.store.read() as db:
        job = printing.job(db, request.path_params["job"])
        case = desk.need_case(db, here.book, job.case)
    pdf = here.blobs.read(job.digest)
    if pdf is None:
        if job.document not in list(Kind):
            raise Refused("refused.no-paper", paper=job.digest[:8])
        pdf = bytes_of(request, Kind(job.document), case, by(request), by_hand=True)
    with here.store.write() as tx:
        if job.stage in printing.UNFINISHED:
            printing.put_away(tx, job.id, here.clock.now())
    return _send(request, form, case.id, case.number, job.document, pdf, url(request, "desk"))


def put_away(request: Request, form: FormData) -> Response:
    with house(request).store.write() as tx:
        printing.put_away(tx, request.path_params["job"], house(request).clock.now())
    return see_other(request, "desk", said=say("print.put-away"))


def cancel(request: Request, form: FormData) -> Response:
    """Taken from the printer; whatever it says of it then stands on the page."""
    here = house(request)
    with here.store.read() as db:
        job = printing.job(db, request.path_params["job"])
    here.devices.cancel_job(job.printer, job.ref)
    printing.follow(here.store, here.devices, here.clock.now())
    return see_other(request, "devices", said=say("print.cancelled"))


def test_page(request: Request, form: FormData) -> Response:
    """A page with the station's name and the smallest letters that we use, or a slip, to see whether the printer prints.

    :raises Refused: no-device
    """
    here = house(request)
    name = request.path_params["device"]
    if isinstance(here.devices.get(name), EscposPrinter):
        return _test_slip(request, name)
    data = {"station": here.settings.name.zh, "printed_at": stamp(here.clock.now())}
    pdf = here.press.print_pdf("test_page", data)
    there = url(request, "devices")
    return _send(request, form, "", printing.TEST_PAGE, "", pdf, there, name)


def _test_slip(request: Request, name: str) -> Response:
    here, at = house(request), house(request).clock.now()
    words = translator(request)
    slip = Slip(here.settings.name.zh, words(say("print.test-page")), "A000", (), (), (words(say("print.test-slip")),))
    try:
        here.devices.print_slip(name, slip, at)
    except Unreachable:
        return see_other(request, "devices", said=say("print.test-failed"), tone=Tone.WARN)
    return see_other(request, "devices", said=say("print.sent"))


def _send(
    request: Request, form: FormData, case: str, title: str, document: str, pdf: bytes, there: str, printer: str = ""
) -> Response:
    """Written down, handed to the printer, and noted what it said; a second post of the form prints nothing more."""
    here = house(request)
    printer = printer or printer_of(request)
    if not printer:
        raise Refused("refused.no-device", device=DeviceKind.A4_PRINTER)
    at, form_id, job = here.clock.now(), forms.text(form, "form_id"), secrets.token_hex(8)
    with here.store.write() as tx:
        if (before := posted_before(tx, form_id)) is not None:
            return see_other_url(request, before)
        remember_post(tx, form_id, there, at=at)
        printing.begin(tx, job, printer, case, document, pdf, 1, by=by(request).account, at=at)
    try:
        ref = here.devices.print_document(printer, pdf, title, 1, at)
    except Unreachable:
        with here.store.write() as tx:
            printing.failed(tx, job, at)
        said = say("print.failed" if case else "print.test-failed")
        return see_other_url(request, there, said=said, tone=Tone.WARN)
    with here.store.write() as tx:
        printing.taken(tx, job, ref, at)
    state = next(one for one in here.devices.states() if one.name == printer)
    if state.code in ("no-paper", "stopped"):
        return see_other_url(request, there, said=say(f"print.sent-{state.code}"), tone=Tone.WARN)
    return see_other_url(request, there, said=say("print.sent"))


def _case(request: Request) -> Case:
    here = house(request)
    with here.store.read() as db:
        return desk.need_case(db, here.book, request.path_params["case_id"])


def _back(request: Request, form: FormData, case: Case) -> str:
    back = forms.text(form, "back")
    return url(request, back if back in BACK else "case", case_id=case.id)
