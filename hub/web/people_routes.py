"""Whom the pages about people are open to."""

from __future__ import annotations

from hub.web import people, standing_in
from protocol.cases.rules import Role
from protocol.console.protect import EVERYBODY, ConsoleRoute, form, page

ADMIN = (Role.ADMIN,)
SEE_PEOPLE = (Role.ADMIN, Role.LEADER, Role.SUPERVISOR, Role.AUDITOR)


def people_routes() -> list[ConsoleRoute]:
    one = "/people/{account}"
    return [
        page("/people", people.show_people, to=SEE_PEOPLE, name="people"),
        form("/people", people.enter, to=ADMIN, name="people.enter"),
        page(one, people.show_person, to=SEE_PEOPLE, name="person"),
        form(f"{one}/roles", people.change_roles, to=ADMIN, name="person.roles"),
        form(f"{one}/join", people.join, to=ADMIN, name="person.join"),
        form(f"{one}/quit", people.quit_section, to=ADMIN, name="person.quit"),
        form(f"{one}/post", people.post, to=ADMIN, name="person.post"),
        form(f"{one}/code", people.give_code, to=ADMIN, name="person.code"),
        form(f"{one}/sessions", people.end_sessions, to=ADMIN, name="person.sessions"),
        form(f"{one}/leave", people.leave, to=ADMIN, name="person.leave"),
        form(f"{one}/stay", people.stay, to=ADMIN, name="person.stay"),
        page("/sections", standing_in.show_sections, to=ADMIN, name="sections"),
        form("/sections", standing_in.keep_section, to=ADMIN, name="sections.keep"),
        page("/delegations", standing_in.show_delegations, to=EVERYBODY, name="delegations"),
        form("/delegations", standing_in.lend, to=EVERYBODY, name="lent.lend"),
        form("/delegations/{number:int}/end", standing_in.end, to=EVERYBODY, name="lent.end"),
    ]
