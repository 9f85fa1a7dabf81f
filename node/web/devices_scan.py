"""What was scanned at the desk: our own codes lead somewhere, everything else is turned down calmly.

A scanner types like a keyboard; devices.js tells it from a person by its speed and posts what it typed here. What
came in is data from a stranger's paper or phone: it is held against a table of our own shapes, and never becomes an
address, a search or a line of the log. Another code of ours is another row of CODES, and of OUR_CODES in devices.js.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.web import prefills
from node.web.tools import house
from protocol.console import forms, verifying
from protocol.console.pages import render, see_other, translator
from protocol.console.parts import Filled
from protocol.documents.qr import MAX_CHARACTERS, PREFIX
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Code:
    """`shape` matches the whole text; `follow` answers the request."""

    shape: re.Pattern[str]
    follow: Callable[[Request, str], Response]


@dataclass(frozen=True, slots=True)
class ScanPage:
    template = "scan.html"
    form: Filled
    happened: str = ""
    next_step: str = ""


def show(request: Request) -> Response:
    return render(request, ScanPage(Filled()))


def scan(request: Request, form: FormData) -> Response:
    code = forms.password(form, "code").strip(" \t\r\n")  # exactly as scanned: a control character must be seen
    try:
        return follow(request, code)
    except Refused as why:
        words = translator(request)
        return render(request, ScanPage(Filled(), words.happened(why), words.next_step(why)), status=422)


def follow(request: Request, code: str) -> Response:
    """:raises Refused: scan: it is no code of ours; no-case: it is, and the case is not here"""
    if 0 < len(code) <= MAX_CHARACTERS:
        for known in CODES:
            if known.shape.fullmatch(code):
                return known.follow(request, code)
    raise Refused("refused.scan")


def _case(request: Request, code: str) -> Response:
    here = house(request)
    with here.store.read() as db:
        row = db.execute("select id from cases where number = ?", (code.upper(),)).fetchone()
    if row is None:
        raise Refused("refused.no-case")
    return see_other(request, "case", case_id=row[0])


def _paper(request: Request, code: str) -> Response:
    return verifying.look(request, FormData([("code", code)]), house(request).checks)


CODES: Sequence[Code] = (
    Code(re.compile(r"[A-Za-z0-9-]{3,32}-[0-9]{2}-[0-9]{5}-[0-9A-Za-z]{3}"), _case),
    Code(re.compile(r"[Ff][0-9A-Za-z]{3} ?[0-9A-Za-z]{4} ?[0-9A-Za-z]{4}"), prefills.follow),
    Code(re.compile(re.escape(PREFIX) + r"[0-9A-Z $%*+\-./:]+"), _paper),  # RFC 9285: the characters of base45
)
