"""Whether a paper is genuine, asked at the kiosk by anybody: scan its code, read the answer, scan the next one.

Nothing of what was scanned is kept. A scanner types the code and ends it with Enter; a long code can be pasted too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.kiosk import sessions
from node.web.kiosk import Frame, Visit, frame
from node.web.room import Look
from node.web.tools import house
from protocol.console import forms
from protocol.console.pages import render
from protocol.console.parts import Filled
from protocol.console.texts import say
from protocol.console.verifying import Answer, answer_of


@dataclass(frozen=True, slots=True)
class VerifyPage:
    template = "kiosk_verify.html"
    look: Look
    frame: Frame
    form: Filled
    answer: Answer | None
    as_of: datetime | None  # of the cancellation list


def show(request: Request, visit: Visit) -> Response:
    return _page(request, visit, Filled(), None)


def find(request: Request, visit: Visit, form: FormData) -> Response:
    text = forms.text(form, "code")
    if not text:
        return _page(request, visit, Filled(problems={"code": say("verify.nothing")}), None)
    verdict = house(request).checks.text(text)
    with house(request).store.write() as tx:
        sessions.did(tx, visit.session, "verify")
    return _page(request, visit, Filled(), answer_of(request, verdict))


def _page(request: Request, visit: Visit, form: Filled, answer: Answer | None) -> Response:
    as_of = house(request).checks.cancelled().as_of
    page = VerifyPage(visit.look, frame(request, visit, "verified" if answer else "verify"), form, answer, as_of)
    return render(request, page, status=422 if form.problems else 200)
