"""The kiosk's frame: who stands there, how long nobody has touched anything, and the way out.

Every page of a visit goes through `visited` or `visit_form`: without a visit there is only the start page, so a page
that was left in a browser leads nowhere. The address of no page says anything about a person; which draft or case it
is about stands in the visit at the station.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.kiosk import calls, sessions
from node.kiosk.sessions import LAST_CALL, Outcome, Session
from node.kiosk.visitors import Person
from node.machines import MachineKind
from node.web import room
from node.web.room import Look, look
from node.web.tools import house
from protocol.console import forms
from protocol.console.pages import render, see_other
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

DOORS = ("apply", "resume", "progress", "mine", "verify", "help")
# where each door leads; `resume` and `progress` ask for the same code and say why differently
_BEHIND = {
    "apply": "kiosk.items", "resume": "kiosk.code", "progress": "kiosk.code", "mine": "kiosk.mine",
    "verify": "kiosk.verify", "help": "kiosk.help",
}  # fmt: skip

_LAST_PAGES = ("start", "done", "later")  # said there, his card must not stay behind
_NO_STEP = ("here", "help", "help.do")  # he is there, and no further than before


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame of every kiosk page shows around the one thing that the page is about."""

    at: str  # kiosk, or form: the form machine has the same frame
    running: bool  # somebody's visit: it can be left, and ends by itself
    idle_s: int
    last_call_s: int
    said: str  # the sentence that is spoken (node/kiosk/prompts.tsv); empty: none
    take_card: bool  # his card lies on the reader
    called: bool  # he has called for help, and nobody has answered yet


@dataclass(frozen=True, slots=True)
class Visit:
    session: Session
    person: Person | None
    look: Look
    at: datetime


@dataclass(frozen=True, slots=True)
class StartPage:
    template = "kiosk_start.html"
    look: Look
    frame: Frame
    doors: Sequence[tuple[str, Phrase, Phrase]]


@dataclass(frozen=True, slots=True)
class HelpPage:
    template = "kiosk_help.html"
    look: Look
    frame: Frame


Handler = Callable[[Request, Visit], Response]
FormHandler = Callable[[Request, Visit, FormData], Response]


def visited(handler: Handler) -> Callable[[Request], Response]:
    """A page inside a visit; the start page for whoever has none (any more)."""

    @wraps(handler)
    def page(request: Request) -> Response:
        visit = visit_of(request)
        return see_other(request, kind_of(request)) if visit is None else handler(request, visit)

    return page


def visit_form(handler: FormHandler) -> Callable[[Request, FormData], Response]:
    @wraps(handler)
    def form(request: Request, body: FormData) -> Response:
        visit = visit_of(request)
        return see_other(request, kind_of(request)) if visit is None else handler(request, visit, body)

    return form


def visit_of(request: Request, *, touch: bool = True) -> Visit | None:
    """The visit that this browser belongs to; visits that nobody touches are ended on the way.

    A page that asks by itself does not `touch`: it says nothing of whether somebody stands there.
    """
    here, at, token = house(request), house(request).clock.now(), request.cookies.get(_cookie(request), "")
    sweep(request, at)
    with here.store.read() as db:
        found = sessions.find(db, token, at) if token else None
    if found is None or found.machine != room.machine_id(request, kind_of(request)):
        return None
    chosen = look(request)
    if touch:
        with here.store.write() as tx:
            sessions.touch(tx, found, step=_step(request), elder=chosen.elder, at=at)
    return Visit(found, here.visitors.who(found.id), chosen, at)


def sweep(request: Request, at: datetime) -> None:
    here = house(request)
    with here.store.read() as db:
        due = sessions.must_sweep(db, at)
    if due:
        with here.store.write() as tx:
            gone = sessions.sweep(tx, at)
        for one in gone:
            here.visitors.went(one)


def frame(request: Request, visit: Visit | None, said: str = "") -> Frame:
    """`said` names the sentence that is spoken on this page."""
    here, machine = house(request), room.machine_id(request, kind_of(request))
    elder = visit.look.elder if visit else look(request).elder
    lying = here.visitors.lies_on(machine) != ""
    with here.store.read() as db:
        called = visit is not None and calls.is_open(db, machine)
    return Frame(
        kind_of(request).value,
        visit is not None,
        int(sessions.allowed_idle(elder).total_seconds()),
        int(LAST_CALL.total_seconds()),
        "take-card" if lying and said in _LAST_PAGES else said,
        lying,
        called,
    )


# -- the start page, and in


def start(request: Request) -> Response:
    sweep(request, house(request).clock.now())
    doors = [(door, say(f"kiosk.door-{door}"), say(f"kiosk.door-{door}-hint")) for door in DOORS]
    return render(request, StartPage(look(request), frame(request, None, "start"), doors))


def begin(request: Request, form: FormData) -> Response:
    """A door was pressed: a visit begins."""
    door = forms.text(form, "door")
    if door not in _BEHIND:
        raise Refused("refused.form-unreadable")
    return let_in(request, see_other(request, _BEHIND[door]), f"door-{door}")


def let_in(request: Request, response: Response, step: str) -> Response:
    """A visit begins with this answer. One that this browser had before is over."""
    here, at, kind = house(request), house(request).clock.now(), kind_of(request)
    _end(request, Outcome.LEFT)
    token, id_ = secrets.token_urlsafe(32), here.store.entropy(16).hex()
    with here.store.write() as tx:
        sessions.begin(
            tx, id_, token, machine=room.machine_id(request, kind), step=step, elder=look(request).elder, at=at,
            kind=kind.value,
        )  # fmt: skip
    secure = request.url.scheme == "https"
    response.set_cookie(_cookie(request), token, path="/", httponly=True, samesite="strict", secure=secure)
    return response


# -- and out


def leave(request: Request, form: FormData) -> Response:
    """He is done, or says so."""
    return _out(request, Outcome.LEFT)


def bye(request: Request) -> Response:
    """Nobody was there any more. Only this browser's own visit is ended by it."""
    return _out(request, Outcome.IDLE)


def here(request: Request, visit: Visit, form: FormData) -> Response:
    """The page tells that somebody is typing or has said that he is still there; the visit was touched on the way."""
    return Response(status_code=204)


def _out(request: Request, outcome: Outcome) -> Response:
    _end(request, outcome)
    response = room.leave(request, kind_of(request))
    response.delete_cookie(_cookie(request), path="/")
    return response


def _end(request: Request, outcome: Outcome) -> None:
    here, at, token = house(request), house(request).clock.now(), request.cookies.get(_cookie(request), "")
    with here.store.read() as db:
        found = sessions.find(db, token, at) if token else None
    if found is not None:
        with here.store.write() as tx:
            sessions.end(tx, found, outcome)
        here.visitors.went(found.id)


# -- help


def show_help(request: Request, visit: Visit) -> Response:
    return render(request, HelpPage(visit.look, frame(request, visit, "help")))


def call_for_help(request: Request, visit: Visit, form: FormData) -> Response:
    """It rings at every desk of this station from now on."""
    with house(request).store.write() as tx:
        calls.call(tx, visit.session.machine, visit.at)
        sessions.asked_for_help(tx, visit.session)
    return see_other(request, way(request, "help"))


def kind_of(request: Request) -> MachineKind:
    """Which machine the page is for: the form machine shares the frame and the questions of the kiosk."""
    at_form = str(getattr(request.state, "route", "")).partition(".")[0] == MachineKind.FORM
    return MachineKind.FORM if at_form else MachineKind.KIOSK


def way(request: Request, page: str) -> str:
    """The route of a page that both machines have."""
    return f"{kind_of(request)}.{page}"


def _step(request: Request) -> str:
    """The name of the route that was asked for; what only says that he is there is no step."""
    _, _, name = str(getattr(request.state, "route", "")).partition(".")
    return "" if name in _NO_STEP else name


def _cookie(request: Request) -> str:
    return f"mc_{request.app.state.shell.party}_{kind_of(request)}"
