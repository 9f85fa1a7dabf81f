"""Who may sign in at this station: the head looks, unlocks, gives a one-time code, confirms and stops.

People are the hub's; what is decided here holds until its next word. The form below is for the day on which
nothing has been heard of the hub for long: each account against the paper list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import people
from node.web.tools import house, post_once
from protocol.console import accounts, forms, managed, session
from protocol.console.managed import Listed
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, url
from protocol.console.texts import Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class PeoplePage:
    template = "people.html"
    section = "people"
    lines: Sequence[Listed]
    soon: frozenset[str]  # to be confirmed now or before long
    own: str  # the account of who looks
    heard: datetime | None
    days: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class CodePage:
    """Shown once; nobody can look it up again."""

    template = "code.html"
    section = "people"
    name: str
    display_name: str
    code: str
    days: int


def show(request: Request) -> Response:
    here, at = house(request), house(request).clock.now()
    after = timedelta(days=here.settings.people.confirm_days)
    with here.store.read() as db:
        page = PeoplePage(
            managed.listed(db, at=at),
            frozenset(people.soon(db, at, after)),
            session.who(request).account.name,
            people.last_heard(db),
            after.days,
            at,
        )
    return render(request, page)


def confirm(request: Request, form: FormData) -> Response:
    return _do(request, form, people.confirm, say("people.done-confirmed"))


def stop(request: Request, form: FormData) -> Response:
    return _do(request, form, people.stop, say("people.done-stopped"))


def reopen(request: Request, form: FormData) -> Response:
    return _do(request, form, people.reopen, say("people.done-reopened"))


def unlock(request: Request, form: FormData) -> Response:
    def lift(tx: Database, name: str, *, by: str, at: datetime) -> None:
        accounts.lift_lock(tx, name)

    return _do(request, form, lift, say("people.done-unlocked"))


def give_code(request: Request, form: FormData) -> Response:
    """The code stands on the answer itself, once."""
    here, name = house(request), request.path_params["account"]
    at, form_id = here.clock.now(), forms.text(form, "form_id")
    code = managed.new_code()
    kept = accounts.secret(code)
    with here.store.write() as tx:
        if posted_before(tx, form_id) is not None:
            raise Refused("refused.form-expired")
        remember_post(tx, form_id, url(request, "people"), at=at)
        account = accounts.account(tx, name)
        people.give_code(tx, name, kept, by=session.who(request).account.name, at=at)
    return render(request, CodePage(account.name, account.display_name, code, managed.CODE_GOOD_FOR.days))


def _do(request: Request, form: FormData, what: Callable[..., None], said: Phrase) -> Response:
    here = house(request)
    name, by = request.path_params["account"], session.who(request).account.name
    after = timedelta(days=here.settings.people.confirm_days)

    def do(tx: Database, at: datetime) -> str:
        what(tx, name, by=by, at=at)
        people.watch(tx, at, after)
        return url(request, "people")

    return post_once(request, form, do, said)
