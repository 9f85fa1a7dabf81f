"""The pages of the hub inside the shell that both consoles share: who may open which."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.types import Lifespan

from hub import stations, worklists
from hub.web import acts, case, papers, worklist
from hub.web.room import Room
from hub.web.words import HUB_WORDS
from protocol.cases.rules import Role
from protocol.console.accounts import Account
from protocol.console.pages import Shell
from protocol.console.parts import Icon, NavItem, SyncBar, Tone
from protocol.console.protect import ConsoleRoute, form, page
from protocol.console.shell import console
from protocol.console.texts import say
from protocol.exchange.topics import HUB

HERE = Path(__file__).parent
DECIDE = (Role.OFFICER,)
OFFICE = (Role.OFFICER, Role.OPERATOR)  # both see cases; RULES say who may move them
NETWORK = (Role.OFFICER, Role.OPERATOR, Role.ADMIN)


def hub_console(room: Room, place: str, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    shell = Shell(
        party=HUB,
        store=room.store,
        clock=room.clock,
        name=say("hub.name"),
        place=place,
        home="worklist",
        texts=HUB_WORDS,
        templates=HERE.parent / "templates",
        navigation=lambda request, account: _navigation(room, account),
        bar=lambda: _bar(room),
    )
    app = console(shell, _routes(), statics=[HERE / "static"], lifespan=lifespan)
    app.state.room = room
    return app


def _routes() -> list[ConsoleRoute]:
    return [
        page("/worklist", worklist.show_worklist, to=OFFICE, name="worklist"),
        page("/cases", worklist.show_cases, to=OFFICE, name="cases"),
        page("/cases/{case_id}", case.show_case, to=OFFICE, name="case"),
        form("/cases/{case_id}/reveal", case.reveal, to=DECIDE, name="case.reveal"),
        form("/cases/{case_id}/note", case.note, to=DECIDE, name="case.note"),
        form("/cases/{case_id}/settle", case.settle, to=OFFICE, name="case.settle"),
        page("/cases/{case_id}/papers/{digest}", papers.show_paper, to=OFFICE, name="paper"),
        page("/cases/{case_id}/do/{act}", acts.show_act, to=DECIDE, name="case.act"),
        form("/cases/{case_id}/do/{act}", acts.do_act, to=DECIDE, name="case.act.do"),
    ]


def _navigation(room: Room, account: Account) -> list[NavItem]:
    with room.store.read() as db:
        waiting = worklists.waiting(db)
    return [NavItem("worklist", say("hub.worklist"), waiting), NavItem("cases", say("hub.cases"))]


def _bar(room: Room) -> SyncBar:
    """Whether the wire carries, how many stations answer, and what has not reached them."""
    at = room.clock.now()
    health = room.health()
    with room.store.read() as db:
        everyone = stations.stations(db)
    here = sum(room.connected(station.name) for station in everyone)
    owed = sum(station.owed_to_it for station in everyone)
    parts = []
    tone, icon = Tone.GOOD, Icon.LINK
    if not health.link_up:
        tone, icon = Tone.WARN, Icon.DARK
        parts.append(say("bar.no-broker"))
    parts.append(say("bar.stations", here=here, all=len(everyone)))
    if health.link_up and here < len(everyone):
        tone, icon = Tone.WARN, Icon.ALERT
    parts.append(say("bar.owed", count=owed) if owed else say("bar.all-told"))
    if health.replica is not None and not health.replica_is_well:
        tone, icon = Tone.BAD, Icon.ALERT
        parts.append(say("bar.replica", state=say(f"replica.{health.replica.state}")))
    return SyncBar(tone, icon, parts, at, href=None)
