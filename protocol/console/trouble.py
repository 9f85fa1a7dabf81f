"""From an error to a page that says what happened and what to do next.

The border of every page. A refusal is shown and not logged. Anything else is logged with a reference that the
reader can name, by its kind and place in the code only: messages of exceptions may quote what a person typed.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from jinja2 import TemplateError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from protocol.console import session
from protocol.console.pages import Page, render, see_other_url, translator, url
from protocol.console.parts import Trouble
from protocol.errors import Damaged, Distrusted, MicrocenterError, Refused, Unreachable
from protocol.faults import fault

log = logging.getLogger(__name__)


# Refused is 409 (what you asked does not fit what is) where this table has nothing better.
STATUS: dict[str, HTTPStatus] = {
    "refused.signed-out": HTTPStatus.UNAUTHORIZED,
    "refused.forbidden": HTTPStatus.FORBIDDEN,
    "refused.form-expired": HTTPStatus.FORBIDDEN,
    "refused.other-site": HTTPStatus.FORBIDDEN,
    "refused.role": HTTPStatus.FORBIDDEN,
    "refused.same-person": HTTPStatus.FORBIDDEN,
    "refused.own-draft": HTTPStatus.FORBIDDEN,
    "refused.not-here": HTTPStatus.FORBIDDEN,
    "refused.no-page": HTTPStatus.NOT_FOUND,
    "refused.no-case": HTTPStatus.NOT_FOUND,
    "refused.no-draft": HTTPStatus.NOT_FOUND,
    "refused.no-paper": HTTPStatus.NOT_FOUND,
    "refused.no-item": HTTPStatus.NOT_FOUND,
    "refused.no-station": HTTPStatus.NOT_FOUND,
    "refused.no-account": HTTPStatus.NOT_FOUND,
    "refused.no-rule": HTTPStatus.NOT_FOUND,
    "refused.form": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.form-unreadable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.sign-in": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.password-short": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.account-name": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.reason-missing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.remedies-missing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.papers-missing": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.paper-empty": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.paper-type": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.paper-damaged": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.signature": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.paper-changed": HTTPStatus.UNPROCESSABLE_ENTITY,
    "refused.too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "refused.files-many": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "refused.paper-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "refused.entry-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "refused.locked-out": HTTPStatus.TOO_MANY_REQUESTS,
    "refused.sign-in-busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "refused.disk-full": HTTPStatus.INSUFFICIENT_STORAGE,
}
_BRANCH: tuple[tuple[type[MicrocenterError], HTTPStatus], ...] = (
    (Refused, HTTPStatus.CONFLICT),
    (Distrusted, HTTPStatus.BAD_REQUEST),
    (Unreachable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Damaged, HTTPStatus.INTERNAL_SERVER_ERROR),
)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    template = "error.html"
    happened: str
    next_step: str
    reference: str  # empty where the reader needs none
    home: str | None


def status_of(error: MicrocenterError) -> int:
    if error.code in STATUS:
        return STATUS[error.code]
    return next(status for branch, status in _BRANCH if isinstance(error, branch))


def explain(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in `error`; never raises."""
    if isinstance(error, Refused):
        tell_refusal(request, error)
    try:
        return _explain(request, error)
    except Exception as again:
        # the page about the trouble is in trouble itself: the store may be closed or damaged
        reference = _note_down(request, again)
        return PlainTextResponse(f"系统出了问题 / Something went wrong ({reference})\n", status_code=500)


def tell_refusal(request: Request, why: Refused) -> None:
    """The owner of the console hears of a refusal, also of one that a page shows by itself. Never raises."""
    hear = request.app.state.shell.refused
    if hear is None:
        return
    try:
        hear(request, why)
    except Exception as trouble:
        _note_down(request, trouble)


def http_trouble(request: Request, error: Exception) -> Response:
    """What the router itself refuses: no such page, or not by this method."""
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        response = explain(request, Refused("refused.no-page"))
        response.status_code = error.status_code
        return response
    return explain(request, error)


def _explain(request: Request, error: Exception) -> Response:
    say = translator(request)
    home = url(request, request.app.state.shell.home) if session.current(request) else None
    if not isinstance(error, MicrocenterError):
        unknown = Trouble(say("trouble.unknown"), say("trouble.unknown-next"), _note_down(request, error))
        return render(request, _page(request, unknown, home), status=500)
    if error.code == "refused.signed-out" and request.method == "GET" and not session.is_fragment(request):
        return see_other_url(request, sign_in_url(request))
    reference = _note_down(request, error) if isinstance(error, Damaged) else ""
    told = Trouble(say.happened(error), say.next_step(error), reference)
    return render(request, _page(request, told, home), status=status_of(error))


def _page(request: Request, told: Trouble, home: str | None) -> Page:
    elsewhere: Page | None = request.app.state.shell.trouble(request, told)
    return elsewhere or ErrorPage(told.happened, told.next_step, told.reference, home)


def sign_in_url(request: Request) -> str:
    """Where to sign in, and after that back to the page that was asked for."""
    path, asked = url(request, "sign-in"), request.url.path
    if asked == "/":
        return path
    return f"{path}?{urlencode({'to': asked + (f'?{request.url.query}' if request.url.query else '')})}"


def _note_down(request: Request, error: Exception) -> str:
    """A reference that leads from the reader's screen to the line in the log."""
    reference = secrets.token_hex(3).upper()
    # a template's complaint names fields, never values; a code of ours is written for the log
    what = str(error) if isinstance(error, TemplateError | MicrocenterError) else ""
    route = getattr(request.state, "route", "?")
    log.error("page failed ref=%s route=%s %s kind=%s", reference, route, what, fault(error))
    return reference
