"""Whether a paper is genuine, at the hub; and whether the hub itself has something to seal with."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub.web.room import room
from protocol.console import verifying
from protocol.console.texts import Phrase, say
from protocol.errors import Damaged


def show(request: Request) -> Response:
    return verifying.show(request, room(request).checks, _has_seal(request))


def look(request: Request, form: FormData) -> Response:
    return verifying.look(request, form, room(request).checks, _has_seal(request))


def seal_told(request: Request) -> Phrase:
    """How the page of the hub's health puts it."""
    try:
        seal = room(request).electronic_seal()
    except Damaged:
        return say("verify.seal-damaged")
    if seal is None:
        return say("verify.hub-has-no-seal")
    return say("verify.seal-good" + "-test" * seal.is_test, name=seal.name, until=seal.good_until)


def _has_seal(request: Request) -> bool:
    try:
        return room(request).electronic_seal() is not None
    except Damaged:
        return False
