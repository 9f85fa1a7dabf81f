"""The bridge from a browser's form to a plain function, and the reading of its fields.

The only place, with `lifespan`, where our code is `async`: the body is read on the event loop, the handler
works in a thread. What is larger than allowed is read to its end and thrown away before the answer, because a
browser that is cut off while it sends shows a broken connection instead of our page.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from protocol.errors import Refused

MIB = 1024 * 1024
FORM_BYTES = 1 * MIB  # a form without files
FIELD_BYTES = 256 * 1024
FIELDS = 300
DRAINED_BYTES = 256 * MIB  # beyond this a sender is cut off

Handler = Callable[[Request, FormData], Response]


def takes_form(
    handler: Handler, *, max_files: int = 0, max_bytes: int = FORM_BYTES
) -> Callable[[Request], Awaitable[Response]]:
    """Let a plain `def handler(request, form)` serve a POST.

    :raises Refused: too-large, files-many, form-unreadable
    """

    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        body = _Bounded(request.receive, max_bytes)
        reading = Request(request.scope, body.receive)
        try:
            async with reading.form(max_files=max_files, max_fields=FIELDS, max_part_size=FIELD_BYTES) as form:
                return await run_in_threadpool(handler, request, form)
        except HTTPException as why:  # what starlette makes of a parser that gave up
            await body.drain()
            if body.over:
                raise Refused("refused.too-large", limit=max_bytes) from why
            if why.detail.startswith("Too many files"):
                raise Refused("refused.files-many", limit=max_files) from why
            raise Refused("refused.form-unreadable") from why

    return endpoint


def text(form: FormData, name: str) -> str:
    """What was typed, without blanks around it, composed (NFC), with one kind of line end; empty if absent.

    Characters outside the BMP stay as they are; control characters do not.
    """
    value = form.get(name, "")
    if not isinstance(value, str):
        return ""
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def password(form: FormData, name: str) -> str:
    """Exactly what was typed."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def files(form: FormData, name: str) -> list[UploadFile]:
    """The files that were chosen in a field. Read them with `file.file.read()`; they close with the form."""
    return [value for value in form.getlist(name) if isinstance(value, UploadFile) and value.filename]


class _Bounded:
    """A request body that ends with an error once it is larger than allowed."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._more = True
        self.over = False

    async def receive(self) -> Message:
        message = await self._next()
        if message["type"] == "http.disconnect":
            raise MultiPartException("cut off")  # as below, and nobody is left to answer
        if self._size > self._limit:
            self.over = True
            raise MultiPartException("too large")  # the one error after which the parser closes its files
        return message

    async def drain(self) -> None:
        while self._more and self._size < DRAINED_BYTES:
            await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message
