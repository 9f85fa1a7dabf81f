"""Who may reach which page, decided where the route is written down.

Every route of a console is made by `page` or `form` and must say `to` whom it is open; a console takes no other
routes, so a page that nobody thought about cannot exist. A POST must come from a page of this very console
(Origin), and, where it needs a sign-in, carry the CSRF token of the session.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import wraps
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.cases.rules import Role
from protocol.console import session
from protocol.console.forms import FORM_BYTES, Handler, takes_form
from protocol.console.looks import looked
from protocol.console.pages import see_other
from protocol.console.trouble import explain
from protocol.errors import Refused

CHOOSE = "password"
ALWAYS = frozenset({CHOOSE, "password.do", "sign-out", "bar"})  # open with a one-time code too
PUBLIC: frozenset[Role] = frozenset()  # open to everybody, signed in or not
EVERYBODY = frozenset(Role)  # everybody who is signed in

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
# same-origin and not no-referrer: under no-referrer a browser sends `Origin: null` with every form (Fetch §3.2)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


# what else the pages of a route may ask than their own server: addresses on the reader's own machine, nothing else
Connects = Callable[[Request], Collection[str]]
_LOOPBACK = re.compile(r"(ws|http)://(127\.0\.0\.1|localhost):[0-9]{1,5}")


class ConsoleRoute(Route):
    """A route that knows whom it is open to."""

    to: frozenset[Role]


def page(
    path: str,
    handler: Callable[[Request], Response],
    *,
    to: Collection[Role],
    name: str,
    looks: str = "",
    connects: Connects | None = None,
) -> ConsoleRoute:
    """GET. `to` are the roles that may see it, or PUBLIC, or EVERYBODY who is signed in.

    `looks` names what is seen of a person, for the log of who looked at what; the case is the path's `case_id`.
    """
    allowed = frozenset(to)

    @wraps(handler)
    def endpoint(request: Request) -> Response:
        request.state.route = name
        try:
            _require_role(request, allowed)
            if _must_choose_first(request, name, allowed):
                return see_other(request, CHOOSE)
            answer = _connecting(request, handler(request), connects)
            if looks and answer.status_code < 400:
                note_look(request, looks, request.path_params.get("case_id", ""))
            return answer
        except HTTPException:
            raise
        except Exception as why:
            return explain(request, why)

    return _route(path, endpoint, "GET", name, allowed)


def form(
    path: str,
    handler: Handler,
    *,
    to: Collection[Role],
    name: str,
    max_files: int = 0,
    max_bytes: int = FORM_BYTES,
    connects: Connects | None = None,
) -> ConsoleRoute:
    """POST. The sender is known and allowed before a byte of the body is read."""
    allowed = frozenset(to)

    @wraps(handler)
    def trusted(request: Request, body: FormData) -> Response:
        if allowed != PUBLIC:
            _require_token(request, body)
        return _connecting(request, handler(request, body), connects)

    reading = takes_form(trusted, max_files=max_files, max_bytes=max_bytes)

    def knock(request: Request) -> None:
        _require_same_site(request)
        _require_role(request, allowed)
        if _must_choose_first(request, name, allowed):
            raise Refused("refused.password-first")

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        request.state.route = name
        try:
            await run_in_threadpool(knock, request)
            return await reading(request)
        except Exception as why:
            return await run_in_threadpool(explain, request, why)

    return _route(path, endpoint, "POST", name, allowed)


class Headers:
    """Puts our headers on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _route(path: str, endpoint: Callable[..., object], method: str, name: str, to: frozenset[Role]) -> ConsoleRoute:
    route = ConsoleRoute(path, endpoint, methods=[method], name=name)
    route.to = to
    return route


def _connecting(request: Request, answer: Response, connects: Connects | None) -> Response:
    """:raises ValueError: an address that is not on the reader's own machine"""
    addresses = connects(request) if connects else ()
    if not all(_LOOPBACK.fullmatch(address) for address in addresses):
        raise ValueError("a page may ask its own server and its reader's own machine")
    if addresses:
        answer.headers["Content-Security-Policy"] = f"{CSP}; connect-src 'self' {' '.join(sorted(addresses))}"
    return answer


def _require_role(request: Request, to: frozenset[Role]) -> None:
    if to != PUBLIC and not session.who(request).account.may(*to) and to != EVERYBODY:
        raise Refused("refused.forbidden")


def _must_choose_first(request: Request, name: str, to: frozenset[Role]) -> bool:
    """Who signed in with a one-time code chooses a password before anything else."""
    if to == PUBLIC or name in ALWAYS:
        return False
    return session.who(request).account.must_choose


def note_look(request: Request, what: str, case_id: str = "") -> None:
    """The signed-in person sees this now. A full disk is no reason to keep anybody from reading."""
    shell = request.app.state.shell
    with suppress(Refused):
        looked(shell.store, session.who(request).account, what, case_id, at=shell.clock.now())


def _require_same_site(request: Request) -> None:
    """Every browser sends Origin with a POST; who sends none is no browser and carries nobody's cookie."""
    host = request.headers.get("Host", "")
    allowed = request.app.state.shell.hosts
    if allowed and urlsplit(f"//{host}").hostname not in allowed:
        raise Refused("refused.other-site")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise Refused("refused.other-site")


def _require_token(request: Request, body: FormData) -> None:
    given = request.headers.get("X-CSRF-Token") or body.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.who(request).csrf.encode()):
        raise Refused("refused.form-expired")
