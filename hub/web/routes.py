"""The pages of the hub inside the shell that both consoles share: who may open which."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Lifespan

from hub import cards, finished, holdings, questions, sections, stations, worklists
from hub.room import Room
from hub.web import (
    acts,
    archive,
    breaches,
    case,
    demands,
    network,
    notices,
    papers,
    ratings,
    rule_steps,
    rules,
    sticks,
    transfers,
    verify,
)
from hub.web.act_survey import PHOTO_BYTES, PHOTOS_AT_ONCE
from hub.web.gaps import gap_routes
from hub.web.people_routes import SEE_PEOPLE, people_routes
from hub.web.publishing_routes import SEE as SEE_PUBLICATIONS
from hub.web.publishing_routes import publishing_routes
from hub.web.register_routes import register_routes
from hub.web.statistics import SEE as SEE_STATISTICS
from hub.web.statistics import statistics_routes
from hub.web.words import HUB_WORDS
from hub.web.worklist_routes import worklist_routes
from protocol import attention, transfer_book
from protocol.cases.rules import OFFICERS, REMARKS, WATCHERS, Act, Role, Side
from protocol.console import session, verifying
from protocol.console.accounts import Account
from protocol.console.looking import looking
from protocol.console.pages import Shell, see_other
from protocol.console.parts import Icon, NavItem, SyncBar, Tone
from protocol.console.protect import EVERYBODY, ConsoleRoute, form, page
from protocol.console.shell import console
from protocol.console.texts import say
from protocol.exchange.topics import HUB
from protocol.settings import Name

STICK_BYTES = 257 * 1024 * 1024
HERE = Path(__file__).parent
MANAGE = (Role.OPERATOR,)
DECIDE = tuple(sorted(OFFICERS))
OFFICE = (*DECIDE, *sorted(WATCHERS), Role.OPERATOR)  # both see cases; RULES say who may move them
RULE_MAKERS = (Role.EDITOR, Role.PUBLISHER, Role.LEADER)
TEND = tuple(role for role in OFFICE if role is not Role.AUDITOR)  # who reads everything touches nothing
NETWORK = (*OFFICE, Role.ADMIN)


def hub_console(room: Room, name: Name, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    shell = Shell(
        party=HUB,
        store=room.store,
        clock=room.clock,
        name=say("hub.name"),
        place=name.zh,
        place_en=name.en,
        home="start",
        texts=HUB_WORDS,
        templates=HERE.parent / "templates",
        navigation=lambda request, account: _navigation(room, account),
        bar=lambda: _bar(room),
        refused=breaches.noting(room),
        posts=sections.with_posts,
    )
    app = console(shell, _routes(), statics=[HERE / "static"], lifespan=lifespan)
    app.state.room = room
    return app


def _routes() -> list[ConsoleRoute]:
    return [
        *worklist_routes(OFFICE),
        page("/cases/{case_id}", case.show_case, to=OFFICE, name="case", looks="case"),
        form("/cases/{case_id}/reveal", case.reveal, to=DECIDE, name="case.reveal"),
        form("/cases/{case_id}/note", case.note, to=DECIDE, name="case.note"),
        form("/cases/{case_id}/settle", case.settle, to=REMARKS[Act.SETTLE][Side.HUB], name="case.settle"),
        page("/cases/{case_id}/papers/{digest}", papers.show_paper, to=DECIDE, name="paper", looks="paper"),
        page("/cases/{case_id}/documents/{digest}", papers.show_document, to=DECIDE, name="document", looks="document"),
        page("/cases/{case_id}/do/{act}", acts.show_act, to=DECIDE, name="case.act"),
        form(
            "/cases/{case_id}/do/{act}",
            acts.do_act,
            to=DECIDE,
            name="case.act.do",
            max_files=PHOTOS_AT_ONCE,
            max_bytes=PHOTO_BYTES,
        ),
        page("/attention", notices.show_notices, to=OFFICE, name="attention"),
        form("/attention", notices.settle, to=TEND, name="attention.settle"),
        page("/stations", network.show_stations, to=NETWORK, name="stations"),
        page("/stations/{name}", network.show_station, to=NETWORK, name="station"),
        page("/stations/{name}/set-aside/{number:int}", network.raw, to=MANAGE, name="station.raw"),
        form("/stations/{name}/stick", sticks.export, to=MANAGE, name="stick.export"),
        form("/stick", sticks.bring_in, to=MANAGE, name="stick.import", max_files=1, max_bytes=STICK_BYTES),
        page("/verify", verify.show, to=EVERYBODY, name="verify"),
        form("/verify", verify.look, to=EVERYBODY, name="verify.do", max_files=1, max_bytes=verifying.UPLOAD_BYTES),
        page("/health", network.show_health, to=NETWORK, name="health"),
        page("/rules", rules.show_rules, to=EVERYBODY, name="rules"),
        page("/rules/{code}", rules.show_rule, to=EVERYBODY, name="rule"),
        form("/rules/{code}/read", rules.confirm, to=EVERYBODY, name="rule.read"),
        page("/rules/{code}/draft", rule_steps.show_draft, to=(Role.EDITOR,), name="rule.draft"),
        form("/rules/{code}/draft", rule_steps.keep_draft, to=(Role.EDITOR,), name="rule.draft.keep"),
        form("/rules/{code}/step", rule_steps.take, to=RULE_MAKERS, name="rule.step"),
        form("/rule-carry", rule_steps.carry, to=(Role.EDITOR,), name="rules.carry"),
        page("/rule-readers", rules.show_parties, to=EVERYBODY, name="rules.readers"),
        page("/breaches", breaches.show_breaches, to=breaches.SEE_BREACHES, name="breaches"),
        *people_routes(),
        *publishing_routes(),
        *gap_routes(),
        *register_routes(OFFICE),
        *transfers.routes(),
        *statistics_routes(),
        page("/demands", demands.show, to=OFFICE, name="demands"),
        page("/ratings", ratings.show, to=SEE_STATISTICS, name="ratings"),
        *looking((Role.AUDITOR, Role.SUPERVISOR)),
        page("/start", start, to=EVERYBODY, name="start"),
    ]


def start(request: Request) -> Response:
    """An officer begins with what waits, whoever runs the network with the stations, who makes rules with those."""
    account = session.who(request).account
    first = "worklist" if account.may(*DECIDE) else "stations" if account.may(*NETWORK) else "rules"
    return see_other(request, first)


def _navigation(room: Room, account: Account) -> list[NavItem]:
    with room.store.read() as db:
        open_notices, by_link = attention.count(db), worklists.by_link(db)
        open_questions = questions.count_open(db)
        coming = transfer_book.coming(db, HUB)
        open_cards, to_archive = sum(cards.count_open(db).values()), finished.count_waiting(db)
    waiting = sum(by_link.get(link, 0) for link in holdings.links_of(account) or worklists.HUB_LINKS)
    cases = [
        NavItem("today", say("today.title")),
        NavItem("worklist", say("hub.worklist"), waiting),
        NavItem("cases", say("hub.cases")),
        NavItem("cards", say("cards.title"), open_cards),
        NavItem("demands", say("demands.title")),
        *([NavItem("transfers", say("transfer.title"), coming)] if account.may(*OFFICERS) else []),
        NavItem("licences", say("licences.title")),
        *([NavItem("archive", say("archive.title"), to_archive)] if account.may(*archive.READ) else []),
        NavItem("attention", say("hub.attention"), open_notices),
    ]
    network_ = [
        *([NavItem("stations", say("hub.stations"))] if account.may(*NETWORK) else []),
        NavItem("rules", say("hub.rules")),
        *([NavItem("publications", say("hub.publications"))] if account.may(*SEE_PUBLICATIONS) else []),
        *([NavItem("gaps", say("gaps.title"), open_questions)] if account.may(*SEE_PUBLICATIONS) else []),
        *([NavItem("statistics", say("statistics.title"))] if account.may(*SEE_STATISTICS) else []),
        *([NavItem("ratings", say("ratings.title"))] if account.may(*SEE_STATISTICS) else []),
        NavItem("verify", say("verify.nav")),
        *([NavItem("health", say("hub.health"))] if account.may(*NETWORK) else []),
    ]
    theirs = [
        *([NavItem("people", say("people.title"))] if account.may(*SEE_PEOPLE) else []),
        *([NavItem("looks", say("looks.title"))] if account.may(Role.AUDITOR, Role.SUPERVISOR) else []),
        NavItem("delegations", say("lent.title")),
    ]
    return [*(cases if account.may(*OFFICE) else []), *network_, *theirs]


def _bar(room: Room) -> SyncBar:
    """Whether the wire carries, how many stations answer, and what has not reached them."""
    at = room.clock.now()
    health = room.health()
    with room.store.read() as db:
        everyone, owed = stations.presences(db), stations.owed_to_all(db)
    here = sum(station.is_here(at, room.connected(station.name)) for station in everyone)
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
    return SyncBar(tone, icon, parts, at, href="/attention" if tone is Tone.BAD else None)
