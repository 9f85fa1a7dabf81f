"""Every address of both consoles knocked at in every role: open to exactly those that its route names.

A page that somebody forgot to think about would be open to nobody; one that names a role too many is seen in the
tables of the two routes.py, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from protocol.cases.rules import Role
from protocol.console import accounts
from protocol.console.protect import EVERYBODY, PUBLIC, ConsoleRoute
from protocol.store import Store
from tests.hub.desk import PASSWORD, SECRET
from tests.hub.desk import Desk as HubDesk
from tests.node.station import Desk as NodeDesk
from tests.world import MORNING, World

FORBIDDEN = "您的账号不能打开这一页"
NEEDS_SIGN_IN = (303, 401)
ROLES = [role for role in Role if role not in (Role.SYSTEM, Role.APPLICANT)]  # never an account
# the first word of the names of addresses that are open to a machine of the room
MACHINES = frozenset({"kiosk", "ticket", "screen", "rate", "form", "query"})
# they move nothing of a case, so no route of an act may name them
READERS_ONLY = frozenset({Role.AUDITOR, Role.ADMIN})
ADMINISTRATION = ("/people", "/sections", "/delegations", "/looks", "/password", "/sign-out", "/language", "/verify")


@contextmanager
def console(which: str, tmp_path) -> Iterator[tuple[Starlette, Store]]:
    if which == "hub":
        world = World(tmp_path / "district", seed=7)
        try:
            yield HubDesk(world, staff=False).app, world.hub.office.store
        finally:
            for party in world.parties():
                party.kill()
        return
    desk = NodeDesk(tmp_path)
    try:
        yield desk.app, desk.station.store
    finally:
        desk.close()


def routes(app: Starlette) -> list[ConsoleRoute]:
    assert all(isinstance(route, ConsoleRoute) for route in app.routes)
    return [route for route in app.routes if isinstance(route, ConsoleRoute)]


def address(route: ConsoleRoute) -> str:
    return re.sub(r"\{\w+:int\}", "7", re.sub(r"\{\w+(:path)?\}", "nothing", route.path))


def knock(browser: TestClient, route: ConsoleRoute):
    if "POST" in (route.methods or ()):
        return browser.post(address(route), data={"csrf": "wrong"}, follow_redirects=False)
    return browser.get(address(route), follow_redirects=False)


@pytest.mark.parametrize("which", ["hub", "station"])
def test_every_address_is_open_to_exactly_the_roles_that_its_route_names(tmp_path, which):
    with console(which, tmp_path) as (app, store):
        with store.write() as tx:
            for role in ROLES:
                accounts.create_account(tx, f"is-{role}", role, [role], SECRET, at=MORNING)
        wrong = []
        for role in ROLES:
            browser = TestClient(app, base_url="http://roles.test")
            browser.post("/sign-in", data={"name": f"is-{role}", "password": PASSWORD})
            for route in routes(app):
                if route.name == "sign-out":
                    continue
                answer = knock(browser, route)
                if answer.status_code == 500:
                    wrong.append((role, route.name, "broken"))
                opened = FORBIDDEN not in answer.text
                if opened != (route.to == PUBLIC or role in route.to):
                    wrong.append((role, route.name, "opened" if opened else "shut"))
        assert wrong == []


@pytest.mark.parametrize("which", ["hub", "station"])
def test_nobody_gets_anywhere_without_signing_in(tmp_path, which):
    with console(which, tmp_path) as (app, _):
        stranger = TestClient(app, base_url="http://roles.test")
        for route in routes(app):
            if route.to != PUBLIC:
                assert knock(stranger, route).status_code in NEEDS_SIGN_IN, route.name
        public = [route for route in routes(app) if route.to == PUBLIC]
        machines = [route for route in public if route.name.split(".")[0] in MACHINES]
        assert {route.name for route in public if route not in machines} == {
            "sign-in", "sign-in.do", "language", "static",
            *(("room.look", "machine.new", "machine.introduce") if which == "station" else ()),
        }  # fmt: skip
        for route in machines:  # open to a machine that the head has introduced
            answer = knock(stranger, route)
            assert (answer.status_code, answer.headers.get("Location")) in ((303, "/machine"), (409, None)), route.name


@pytest.mark.parametrize("which", ["hub", "station"])
def test_whoever_only_reads_posts_nothing_that_moves_a_case(tmp_path, which):
    with console(which, tmp_path) as (app, _):
        posts = [
            route for route in routes(app) if "POST" in (route.methods or ()) and route.to not in (PUBLIC, EVERYBODY)
        ]
        moving = [route for route in posts if not route.path.startswith(ADMINISTRATION)]
        on_cases = [route for route in moving if route.path.startswith(("/cases", "/attention"))]
        assert [route.name for route in on_cases if route.to & READERS_ONLY] == []


def test_an_account_that_has_several_roles_opens_what_either_opens(tmp_path):
    with console("hub", tmp_path) as (app, store):
        with store.write() as tx:
            accounts.create_account(tx, "both", "both", [Role.ADMIN, Role.AUDITOR], SECRET, at=MORNING)
        browser = TestClient(app, base_url="http://roles.test")
        browser.post("/sign-in", data={"name": "both", "password": PASSWORD})
        assert [browser.get(path).status_code for path in ("/sections", "/looks")] == [200, 200]
        accounts_page = browser.get("/people").text
        assert "账号管理员" in accounts_page
        assert "审计人员" in accounts_page
