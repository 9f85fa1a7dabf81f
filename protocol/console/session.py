"""The signed-in person of a request, and the cookies of a console.

Cookies know no port: a hub and three stations on one desk share the host, so every name carries the party.
A cookie holds a random token, a language or a line to show once; never anything about a case.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from protocol.console import accounts
from protocol.console.accounts import Session
from protocol.console.parts import Tone
from protocol.console.texts import Lang
from protocol.errors import Refused

LANG_COOKIE = "mc_lang"  # shared by all consoles of a host: it is the reader's, not the party's
YEAR_S = 365 * 24 * 3600
NOTE_S = 60


@dataclass(frozen=True, slots=True)
class Note:
    """One line shown once, on the page after a redirect."""

    tone: Tone
    text: str


def current(request: Request) -> Session | None:
    """Who is signed in; looked up once a request.

    A page's own polling does not count as use, or an open page would keep a session alive for ever.
    """
    if not hasattr(request.state, "session"):
        shell = request.app.state.shell
        at = shell.clock.now()
        token = request.cookies.get(_name(request, "session"), "")
        found = None
        if token:
            with shell.store.read() as db:
                found = accounts.session(db, token, at=at)
                if found:
                    found = replace(found, account=shell.posts(db, found.account, at))
        if found and not is_fragment(request):
            accounts.touch(shell.store, found, at=at)
        request.state.session = found
    session: Session | None = request.state.session
    return session


def who(request: Request) -> Session:
    """The session of a page that only signed-in people reach.

    :raises Refused: signed-out
    """
    session = current(request)
    if session is None:
        raise Refused("refused.signed-out")
    return session


def is_fragment(request: Request) -> bool:
    """True when htmx asks for a piece of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def lang(request: Request) -> Lang:
    try:
        return Lang(request.cookies.get(LANG_COOKIE, ""))
    except ValueError:
        return Lang.ZH


def keep_lang(request: Request, response: Response, chosen: Lang) -> None:
    _set(request, response, LANG_COOKIE, chosen.value, max_age=YEAR_S)


def open_session(request: Request, response: Response, session: Session) -> None:
    _set(request, response, _name(request, "session"), session.token)


def close_session(request: Request, response: Response) -> None:
    _delete(request, response, _name(request, "session"))


def keep_note(request: Request, response: Response, note: Note) -> None:
    """Signed with the session's own key, so that nobody else puts words on our page."""
    body = base64.urlsafe_b64encode(json.dumps([note.tone, note.text[:500]]).encode()).decode()
    _set(request, response, _name(request, "note"), f"{body}.{_seal(request, body)}", max_age=NOTE_S)


def take_note(request: Request) -> Note | None:
    body, _, seal = request.cookies.get(_name(request, "note"), "").partition(".")
    if not body or not hmac.compare_digest(seal.encode(), _seal(request, body).encode()):
        return None
    tone, text = json.loads(base64.urlsafe_b64decode(body))
    return Note(Tone(tone), text)


def drop_note(request: Request, response: Response) -> None:
    _delete(request, response, _name(request, "note"))


def _seal(request: Request, body: str) -> str:
    session = current(request)
    key = session.csrf if session else ""
    return hmac.new(f"note {key}".encode(), body.encode(), hashlib.sha256).hexdigest() if key else "nobody"


def _name(request: Request, what: str) -> str:
    return f"mc_{request.app.state.shell.party}_{what}"


def _set(request: Request, response: Response, name: str, value: str, max_age: int | None = None) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age, path="/", httponly=True, samesite="strict", secure=secure)


def _delete(request: Request, response: Response, name: str) -> None:
    secure = request.url.scheme == "https"
    response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=secure)
