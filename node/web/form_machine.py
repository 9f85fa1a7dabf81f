"""The form machine: a form is filled in once, kept here under a code, and the desk scans the code.

It walks like the kiosk (kiosk.py, kiosk_items.py, kiosk_apply.py) through every item that this station's desk takes in,
asks for no paper and sends nothing. What was filled in is shown once, before it is kept, and never again at the machine;
the code and the slip say nothing of a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import drafts, prefills
from node.devices.slip_picture import Slip
from node.drafts import Draft
from node.kiosk import applying, sessions
from node.machines import MachineKind
from node.matters import Application
from node.web import kiosk
from node.web.kiosk import Frame, Visit, frame, let_in
from node.web.kiosk_apply import draft_of_visit
from node.web.kiosk_check import rows_of
from node.web.room import Look, look
from node.web.slips import place_name, print_slip, printer_of
from node.web.tools import house, item_name, today
from protocol.asking.masking import harmless
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, translator, url
from protocol.console.parts import Row
from protocol.console.texts import Lang
from protocol.documents.qr import code_as_rows, code_as_svg
from protocol.errors import Refused

AT = MachineKind.FORM


@dataclass(frozen=True, slots=True)
class FormStartPage:
    template = "form_start.html"
    look: Look
    frame: Frame
    doors: Sequence[tuple[str, str, int]]  # code, name, items behind it


@dataclass(frozen=True, slots=True)
class FormCheckPage:
    template = "form_check.html"
    look: Look
    frame: Frame
    item: str
    rows: Sequence[Row]
    wrong: int  # answers that need another look
    bring: Sequence[str]  # papers that the desk will ask for
    last_day: date  # so long it would be kept
    back_href: str


@dataclass(frozen=True, slots=True)
class FormDonePage:
    """`slip`: taken, failed, or empty where no printer stands here."""

    template = "form_done.html"
    look: Look
    frame: Frame
    code: str
    last_day: date
    slip: str


def start(request: Request) -> Response:
    """The doors behind which the desk takes something in, and a question in people's own words."""
    here, at = house(request), house(request).clock.now()
    kiosk.sweep(request, at)
    on = today(at)
    items = [item for item in here.shelf.catalogue.items(on) if applying.is_fillable(here.shelf, item, on)]
    zh = session.lang(request) is Lang.ZH
    doors = [
        (door.code, door.name if zh else door.name_en, len(applying.behind(door.code, items)))
        for door in applying.doors_of(items)
    ]
    return render(request, FormStartPage(look(request), frame(request, None), doors))


def begin(request: Request, form: FormData) -> Response:
    """A door was pressed, or something was asked: a visit begins."""
    asked, door = harmless(forms.text(form, "q")), forms.text(form, "door")
    query = {"q": asked} if asked else {"door": door}
    return let_in(request, see_other_url(request, f"{url(request, 'form.items')}?{urlencode(query)}"), "items")


def check(request: Request, visit: Visit) -> Response:
    """Everything that was filled in, masked, and what the desk will want to see."""
    here = house(request)
    draft, application = draft_of_visit(request, visit)
    zh = session.lang(request) is Lang.ZH
    page = FormCheckPage(
        visit.look,
        frame(request, visit),
        item_name(request, application.form),
        rows_of(request, visit, draft, application),
        _wrong(draft, application, visit),
        [one.name if zh else one.name_en for one in application.form.required_materials_for(draft.known)],
        prefills.last_day(here.shelf.calendar, visit.at),
        url(request, "form.ask", place=0),
    )
    return render(request, page)


def keep(request: Request, visit: Visit, form: FormData) -> Response:
    """It lies under a code now, and a slip is printed; a second press leads to the same code."""
    here, form_id = house(request), forms.text(form, "form_id")
    if not visit.session.draft:
        return see_other(request, "form.done")
    draft, application = draft_of_visit(request, visit)
    if _wrong(draft, application, visit):
        return see_other(request, "form.check")
    until = prefills.last_day(here.shelf.calendar, visit.at)
    path = url(request, "form.done")
    with here.store.write() as tx:
        if posted_before(tx, form_id) is not None:
            return see_other_url(request, path)
        code = prefills.keep(tx, here.store.entropy, draft, machine=visit.session.machine, until=until, at=visit.at)
        sessions.filled_in(tx, visit.session)
        remember_post(tx, form_id, path, at=visit.at)
    slip = _slip(request, code, item_name(request, application.form), until)
    outcome = print_slip(request, printer_of(request, AT), slip, "form", visit.at)
    return see_other_url(request, f"{path}?slip={outcome}" if outcome else path)


def done(request: Request, visit: Visit) -> Response:
    """The code, large. The start for whoever has kept nothing in this visit."""
    kept = _kept(request, visit)
    if kept is None:
        return see_other(request, "form.items")
    code, until = kept
    slip = request.query_params.get("slip", "")
    said = slip if slip in ("taken", "failed") else ""
    return render(request, FormDonePage(visit.look, frame(request, visit), prefills.shown(code), until, said))


def picture(request: Request, visit: Visit) -> Response:
    """The code as the desk's scanner reads it, for somebody who photographs the screen.

    :raises Refused: no-page
    """
    kept = _kept(request, visit)
    if kept is None:
        raise Refused("refused.no-page")
    return Response(code_as_svg(kept[0])[0], media_type="image/svg+xml", headers={"cache-control": "no-store"})


def _kept(request: Request, visit: Visit) -> tuple[str, date] | None:
    if not visit.session.case:
        return None
    with house(request).store.read() as db:
        return prefills.code_of(db, visit.session.case)


def _wrong(draft: Draft, application: Application, visit: Visit) -> int:
    """How many answers the desk would send back. Papers and promises are the desk's."""
    ready = drafts.readiness(application, draft, today(visit.at))
    lacks = [name for name in ready.lacks if name != "committed"]
    return len(ready.checked.problems) + len(ready.unanswered) + len(lacks)


def _slip(request: Request, code: str, item: str, until: date) -> Slip:
    words = translator(request)
    return Slip(
        place_name(request),
        words("form.slip-title"),
        "",
        (prefills.shown(code), item),
        ((words("form.slip-until"), words.date(until)),),
        (words("form.slip-desk"), words("form.slip-once")),
        code_as_rows(code),
    )
