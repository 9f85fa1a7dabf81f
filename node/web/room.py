"""How a machine of the room has pages: open to a machine of that kind and to nobody else.

Citizens stand at these machines, one after the other. What one of them chose (language, big type, contrast) lies in a
cookie that ends with him; `leave` wipes it with everything else. No page of a machine is kept by a browser, and
none shows who works here or links to a desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import machines
from node.machines import Machine, MachineKind
from node.web.tools import house
from protocol.console import session
from protocol.console.forms import FORM_BYTES
from protocol.console.pages import see_other, see_other_url, url
from protocol.console.protect import PUBLIC, ConsoleRoute, form, page
from protocol.errors import Refused
from protocol.settings import Machines

SEEN_EVERY_S = 300
_WIPE = {"Clear-Site-Data": '"cache", "storage"'}


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody wants to see the pages."""

    elder: bool = False
    contrast: bool = False
    quiet: bool = False  # a machine that speaks does not


def machine_page(
    path: str, handler: Callable[[Request], Response], *, at: MachineKind | tuple[MachineKind, ...], name: str
) -> ConsoleRoute:
    """GET, for machines of the kind `at`. One that nobody has introduced is asked for its code."""
    kinds = at if isinstance(at, tuple) else (at,)

    @wraps(handler)
    def known(request: Request) -> Response:
        if not _is_known(request, kinds):
            return see_other(request, "machine.new")
        return handler(request)

    return page(path, known, to=PUBLIC, name=name)


def machine_form(
    path: str,
    handler: Callable[[Request, FormData], Response],
    *,
    at: MachineKind | tuple[MachineKind, ...],
    name: str,
    max_files: int = 0,
    max_bytes: int = FORM_BYTES,
) -> ConsoleRoute:
    """POST, likewise. There is no session whose token it could carry: the page of origin is what is checked."""
    kinds = at if isinstance(at, tuple) else (at,)

    @wraps(handler)
    def known(request: Request, body: FormData) -> Response:
        if not _is_known(request, kinds):
            raise Refused("refused.machine-unknown")
        return handler(request, body)

    return form(path, known, to=PUBLIC, name=name, max_files=max_files, max_bytes=max_bytes)


def this_machine(request: Request) -> Machine | None:
    """The machine that asks; None at a station that knows its machines by their address alone."""
    found: Machine | None = getattr(request.state, "machine", None)
    return found


def machine_id(request: Request, kind: MachineKind) -> str:
    """For events and logs: its own id, or its kind where machines are not told apart."""
    found = this_machine(request)
    return found.id if found else kind.value


def token_of(request: Request) -> str:
    """What this machine carries; empty if it carries nothing."""
    return request.cookies.get(_cookie(request, "machine"), "")


def _is_known(request: Request, kinds: tuple[MachineKind, ...]) -> bool:
    here = house(request)
    token = token_of(request)
    at = here.clock.now()
    if token:
        with here.store.read() as db:
            found = machines.machine(db, token)
        if found and found.kind in kinds:
            counter = request.path_params.get("counter")
            if found.kind in machines.AT_COUNTER and counter is not None and int(counter) != found.counter:
                return False
            request.state.machine = found
            if found.seen_at is None or (at - found.seen_at).total_seconds() > SEEN_EVERY_S:
                with here.store.write() as tx:
                    machines.seen(tx, found.id, at)
            return True
    return here.settings.room.machines is Machines.OPEN


def keep_machine(request: Request, response: Response, token: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        _cookie(request, "machine"), token, max_age=session.YEAR_S, path="/", httponly=True, samesite="strict", secure=secure
    )  # fmt: skip


# -- how it looks


def look(request: Request) -> Look:
    """What this visitor chose; nobody has chosen anything when a machine is new."""
    chosen = request.cookies.get(_cookie(request, "look"), "")
    return Look(elder="e" in chosen, contrast="c" in chosen, quiet="q" in chosen)


def change_look(request: Request, body: FormData) -> Response:
    """The one big switch, and back to the page it was pressed on."""
    was = look(request)
    match body.get("switch"):
        case "elder":
            now = replace(was, elder=not was.elder)
        case "sound":
            now = replace(was, quiet=not was.quiet)
        case _:
            now = replace(was, contrast=not was.contrast)
    back = str(body.get("back", "/"))
    response = see_other_url(request, back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    keep_look(request, response, now)
    return response


def keep_look(request: Request, response: Response, chosen: Look) -> None:
    value = ("e" if chosen.elder else "") + ("c" if chosen.contrast else "") + ("q" if chosen.quiet else "")
    secure = request.url.scheme == "https"
    response.set_cookie(_cookie(request, "look"), value, path="/", httponly=True, samesite="strict", secure=secure)


def leave(request: Request, to: str) -> Response:
    """The visitor is gone: his choices, the browser's cache and storage with him. `to` is the machine's first page."""
    response = see_other_url(request, url(request, to))
    for name in (_cookie(request, "look"), session.LANG_COOKIE):
        response.delete_cookie(name, path="/")
    response.headers.update(_WIPE)
    return response


def _cookie(request: Request, what: str) -> str:
    return f"mc_{request.app.state.shell.party}_{what}"
