"""A console as an ASGI app: the routes of its owner inside the shell that both consoles share.

The shell brings signing in and out, the language switch, the sync bar, static files, the answer to errors, and
the headers. It knows nothing of cases, links or jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Lifespan

from protocol.console import accounts, forms, session
from protocol.console.pages import Pages, Shell, render, see_other, url
from protocol.console.parts import Filled, SyncBar
from protocol.console.protect import CHOOSE, EVERYBODY, PUBLIC, ConsoleRoute, Headers, form, page
from protocol.console.statics import FOLDER, Statics
from protocol.console.texts import Lang, Phrase, say
from protocol.console.trouble import http_trouble, status_of
from protocol.errors import MicrocenterError, Refused


def console(
    shell: Shell,
    routes: Sequence[ConsoleRoute],
    *,
    statics: Sequence[Path] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """:raises TypeError: a route was not made by `page` or `form` and says not to whom it is open"""
    for route in routes:
        if not isinstance(route, ConsoleRoute):
            raise TypeError(f"{route!r} does not say to whom it is open")
    files = Statics([FOLDER, *statics])
    app = Starlette(
        routes=[*routes, *_own_routes(files)],
        middleware=[Middleware(Headers)],
        exception_handlers={HTTPException: http_trouble},
        lifespan=lifespan,
    )
    app.state.shell = shell
    app.state.pages = Pages(shell, files)
    return app


@dataclass(frozen=True, slots=True)
class SignInPage:
    template = "sign_in.html"
    form: Filled
    to: str
    trouble: str
    next_step: str
    said: Phrase | None


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """A person's own password: after a one-time code, or whenever he likes."""

    template = "password.html"
    form: Filled
    first: bool
    least: int


@dataclass(frozen=True, slots=True)
class BarPage:
    template = "bar.html"
    bar: SyncBar


def _own_routes(files: Statics) -> list[ConsoleRoute]:
    return [
        page("/", _start, to=EVERYBODY, name="root"),
        page("/sign-in", _show_sign_in, to=PUBLIC, name="sign-in"),
        form("/sign-in", _sign_in, to=PUBLIC, name="sign-in.do"),
        form("/sign-out", _sign_out, to=EVERYBODY, name="sign-out"),
        form("/language", _language, to=PUBLIC, name="language"),
        page("/password", _show_password, to=EVERYBODY, name=CHOOSE),
        form("/password", _choose_password, to=EVERYBODY, name="password.do"),
        page("/bar", _bar, to=EVERYBODY, name="bar"),
        page("/static/{digest}/{name:path}", files.serve, to=PUBLIC, name="static"),
    ]


def _bar(request: Request) -> Response:
    return render(request, BarPage(request.app.state.shell.bar()))


def _start(request: Request) -> Response:
    return see_other(request, request.app.state.shell.home)


def _show_sign_in(request: Request) -> Response:
    to = _local(request.query_params.get("to", ""))
    if session.current(request):
        return RedirectResponse(to or url(request, request.app.state.shell.home), status_code=303)
    said = say("sign-in.needed") if to else None
    return render(request, SignInPage(Filled(), to, "", "", said))


def _sign_in(request: Request, body: FormData) -> Response:
    shell: Shell = request.app.state.shell
    name, password = forms.text(body, "name"), forms.password(body, "password")
    to = _local(forms.text(body, "to"))
    typed = {"name": name}
    missing = {
        field: say(f"sign-in.needed-{field}") for field, value in (("name", name), ("password", password)) if not value
    }
    if missing:
        return render(request, SignInPage(Filled(typed, missing), to, "", "", None), status=422)
    try:
        opened = accounts.sign_in(shell.store, name, password, at=shell.clock.now())
    except Refused as why:
        return _sign_in_refused(request, Filled(typed), to, why)
    response = RedirectResponse(to or url(request, shell.home), status_code=303)
    session.open_session(request, response, opened)
    return response


def _sign_in_refused(request: Request, form: Filled, to: str, why: MicrocenterError) -> Response:
    words = request.app.state.pages.translators[session.lang(request)]
    page = SignInPage(form, to, words.happened(why), words.next_step(why), None)
    return render(request, page, status=status_of(why))


def _sign_out(request: Request, body: FormData) -> Response:
    """What is still owed is said on the way out: nobody should switch the machine off over it."""
    shell: Shell = request.app.state.shell
    farewell = shell.bar().farewell
    with shell.store.write() as tx:
        accounts.sign_out(tx, session.who(request).token)
    request.state.session = None
    response = render(request, SignInPage(Filled(), "", "", "", farewell or say("sign-in.bye")))
    session.close_session(request, response)
    return response


def _show_password(request: Request) -> Response:
    return _password_page(request, {})


def _choose_password(request: Request, body: FormData) -> Response:
    """Typed twice: nobody can read it on the screen."""
    shell: Shell = request.app.state.shell
    chosen, again = forms.password(body, "password"), forms.password(body, "again")
    if chosen != again:
        return _password_page(request, {"again": say("password.differs")})
    try:
        kept = accounts.secret(chosen)
    except Refused as why:
        words = request.app.state.pages.translators[session.lang(request)]
        return _password_page(request, {"password": say("password.short", why=words.happened(why))})
    if accounts.is_the_same(shell.store, session.who(request).account.name, chosen):
        return _password_page(request, {"password": say("password.same")})
    with shell.store.write() as tx:
        accounts.choose_password(tx, session.who(request), kept)
    request.state.session = replace(
        session.who(request), account=replace(session.who(request).account, must_choose=False)
    )
    return see_other(request, shell.home, said=say("password.done"))


def _password_page(request: Request, problems: dict[str, Phrase]) -> Response:
    least, _ = accounts.PASSWORD_CHARACTERS
    page = PasswordPage(Filled({}, problems), session.who(request).account.must_choose, least)
    return render(request, page, status=422 if problems else 200)


def _language(request: Request, body: FormData) -> Response:
    try:
        chosen = Lang(forms.text(body, "lang"))
    except ValueError as why:
        raise Refused("refused.form-unreadable") from why
    response = RedirectResponse(_local(forms.text(body, "back")) or "/", status_code=303)
    session.keep_lang(request, response, chosen)
    return response


def _local(path: str) -> str:
    """`path` if it is one of this console's own, else nothing: a link must not lead a clerk elsewhere."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path
    return path if inside else ""
