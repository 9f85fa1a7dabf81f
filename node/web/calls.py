"""Answering a citizen who calls from the kiosk: one key on any page of the desk, and the ringing stops everywhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.kiosk import calls
from node.web.tools import by, house
from protocol.console import session
from protocol.console.pages import see_other, see_other_url, url


def answer(request: Request, form: FormData) -> Response:
    """Somebody is on his way. Where the page asked by itself it gets its bar back and keeps what is typed in it."""
    here = house(request)
    with here.store.write() as tx:
        calls.answer(tx, by=by(request).account, at=here.clock.now())
    if session.is_fragment(request):
        return see_other(request, "bar")
    came_from = urlsplit(request.headers.get("Referer", "")).path
    return see_other_url(request, came_from or url(request, "desk"))
