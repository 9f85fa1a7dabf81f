"""Introducing the machines of the room: the head's list, and the page on which a new machine asks for its code."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import machines
from node.machines import MachineKind
from node.web import room
from node.web.room import Look
from node.web.tools import by, house, post_once
from protocol.console import forms
from protocol.console.pages import render, see_other_url, url
from protocol.console.texts import Phrase, say
from protocol.settings import Machines

# where a machine of each kind begins, and whether that is at a counter
HOMES: dict[MachineKind, tuple[str, bool]] = {
    MachineKind.TICKET: ("ticket", False),
    MachineKind.SCREEN: ("screen", False),
    MachineKind.COUNTER_SCREEN: ("screen.counter", True),
    MachineKind.PAD: ("rate", True),
    MachineKind.KIOSK: ("kiosk", False),
    MachineKind.FORM: ("form", False),
    MachineKind.QUERY: ("query", False),
}


@dataclass(frozen=True, slots=True)
class MachineLine:
    id: str
    kind: Phrase
    counter: int
    by: str
    at: datetime
    seen_at: datetime | None
    href: str


@dataclass(frozen=True, slots=True)
class RoomPage:
    template = "machines.html"
    section = "machines"
    lines: Sequence[MachineLine]
    kinds: Sequence[tuple[str, Phrase]]
    at_counter: Sequence[str]
    open_to_all: bool
    code: str  # just given, shown once
    code_for: Phrase | None
    addresses: Sequence[tuple[Phrase, str]]


@dataclass(frozen=True, slots=True)
class NewMachinePage:
    template = "machine_new.html"
    look: Look
    trouble: Phrase | None


def show(request: Request) -> Response:
    return _show(request, "", None)


def give_code(request: Request, form: FormData) -> Response:
    here = house(request)
    kind, counter = MachineKind(forms.text(form, "kind")), _number(forms.text(form, "counter"))
    code = f"{secrets.randbelow(1_000_000):06d}"
    with here.store.write() as tx:
        machines.give_code(tx, code, kind, counter, by=by(request).account, at=here.clock.now())
    return _show(request, code, say("machines.code-for", kind=say(f"machine.{kind.value}"), counter=counter))


def take_away(request: Request, form: FormData) -> Response:
    def do(tx: Database, at: datetime) -> str:
        machines.take_away(tx, str(request.path_params["machine"]))
        return url(request, "machines")

    return post_once(request, form, do, said=say("machines.gone"))


def ask(request: Request) -> Response:
    return render(request, NewMachinePage(room.look(request), None))


def introduce(request: Request, form: FormData) -> Response:
    """The code was typed at the machine; from here on it is known."""
    here = house(request)
    token, at = secrets.token_urlsafe(32), here.clock.now()
    with here.store.write() as tx:
        found = machines.introduce(tx, forms.text(form, "code").replace(" ", "")[:12], token, at)
    if found is None:
        return render(request, NewMachinePage(room.look(request), say("machines.wrong-code")), status=422)
    response = see_other_url(request, home_of(request, found.kind, found.counter))
    room.keep_machine(request, response, token)
    return response


def home_of(request: Request, kind: MachineKind, counter: int) -> str:
    route, at_counter = HOMES[kind]
    return url(request, route, counter=counter) if at_counter else url(request, route)


def _show(request: Request, code: str, code_for: Phrase | None) -> Response:
    here = house(request)
    with here.store.read() as db:
        known = machines.machines(db)
    lines = [
        MachineLine(
            one.id, say(f"machine.{one.kind.value}"), one.counter, one.by, one.at, one.seen_at,
            home_of(request, one.kind, one.counter),
        )
        for one in known
    ]  # fmt: skip
    kinds = [(kind.value, say(f"machine.{kind.value}")) for kind in HOMES]
    addresses = [(say(f"machine.{kind.value}"), home_of(request, kind, 1)) for kind in HOMES]
    at_counter = [kind.value for kind in machines.AT_COUNTER]
    open_to_all = here.settings.room.machines is Machines.OPEN
    return render(request, RoomPage(lines, kinds, at_counter, open_to_all, code, code_for, addresses))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0
