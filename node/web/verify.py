"""Whether a paper is genuine, at a station's desk: whoever stands there with one is answered without a wire."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.web.tools import house
from protocol.console import verifying


def show(request: Request) -> Response:
    return verifying.show(request, house(request).checks)


def look(request: Request, form: FormData) -> Response:
    return verifying.look(request, form, house(request).checks)
