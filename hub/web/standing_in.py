"""Sections, and who stands in for whom: two short pages.

Everybody sees who stands in for whom. A delegation is written by the lender himself, the agency's head or an
administrator, and ends by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import sections
from hub.sections import Delegation, Section
from hub.web.room import room
from protocol.cases.rules import Role
from protocol.cases.words import Link
from protocol.clock import CHINA
from protocol.console import accounts, forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Filled
from protocol.console.texts import Lang, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class DelegationLine:
    one: Delegation
    lender: str
    borrower: str
    section: str
    holds: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class DelegationsPage:
    template = "delegations.html"
    section = "delegations"
    lines: Sequence[DelegationLine]
    form: Filled
    posts: Sequence[tuple[str, str]]  # "account/section/role" that may be lent by this reader, and its words
    people: Sequence[tuple[str, str]]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SectionsPage:
    template = "sections.html"
    section = "people"
    lines: Sequence[tuple[Section, int]]  # and how many people work in it today
    links: Sequence[Link]
    form: Filled


def show_delegations(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    me, english = session.who(request).account, session.lang(request) is Lang.EN
    day = at.astimezone(CHINA).date().isoformat()
    words = request.app.state.pages.translators[session.lang(request)]
    with desk.store.read() as db:
        everybody = {one.name: one for one in accounts.accounts(db)}
        named = {one.code: one.name_en if english else one.name for one in sections.sections(db)}
        listed = sections.delegations(db)
        lenders = everybody.values() if me.may(*sections.MAY_LEND_FOR) else [everybody[me.name]]
        held = [
            (one, post) for one in lenders if one.active for post in sections.own_posts(db, one, day)
            if post.role not in sections.NOT_LENT
        ]  # fmt: skip
    page = DelegationsPage(
        lines=[
            DelegationLine(
                one,
                everybody[one.lender].display_name,
                everybody[one.borrower].display_name,
                named.get(one.section, ""),
                one.holds_on(day),
                not one.ended_at and day <= one.to_day and sections.may_end(one, me),
            )
            for one in listed
        ],
        form=Filled(),
        posts=[
            (
                f"{one.name}/{post.section}/{post.role}",
                " · ".join(filter(None, (one.display_name, named.get(post.section, ""), words(f"role.{post.role}")))),
            )
            for one, post in held
        ],
        people=[(one.name, one.display_name) for one in everybody.values() if one.active and one.name != me.name],
        as_of=at,
    )
    return render(request, page)


def lend(request: Request, body: FormData) -> Response:
    desk, at = room(request), room(request).clock.now()
    me = session.who(request).account
    lender, _, post = forms.text(body, "what").partition("/")
    section, _, role = post.partition("/")
    term, form_id = (forms.text(body, "from"), forms.text(body, "to")), forms.text(body, "form_id")
    with desk.store.write() as tx:
        if posted_before(tx, form_id) is None:
            if role not in set(Role):
                raise Refused("refused.not-held")
            sections.lend(
                tx, lender, forms.text(body, "borrower"), Role(role), section, term, forms.text(body, "reason"),
                by=me, at=at,
            )  # fmt: skip
            remember_post(tx, form_id, url(request, "delegations"), at=at)
    return see_other(request, "delegations", said=say("lent.done"))


def end(request: Request, body: FormData) -> Response:
    desk, at = room(request), room(request).clock.now()
    number = request.path_params["number"]
    with desk.store.write() as tx:
        sections.end_lending(tx, number, by=session.who(request).account, at=at)
    return see_other(request, "delegations", said=say("lent.ended"))


def show_sections(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    day = at.astimezone(CHINA).date().isoformat()
    with desk.store.read() as db:
        listed, members = sections.sections(db), sections.memberships(db)
    working = [(one, len({m.account for m in members if m.section == one.code and m.holds_on(day)})) for one in listed]
    chosen = next((one for one in listed if one.code == request.query_params.get("code")), None)
    form = Filled()
    if chosen is not None:
        form = Filled(
            {
                "code": chosen.code, "name": chosen.name, "name_en": chosen.name_en, "link": chosen.link,
                "organ": chosen.organ, "active": "yes" if chosen.active else "",
            }
        )  # fmt: skip
    return render(request, SectionsPage(working, sections.LINKS, form))


def keep_section(request: Request, body: FormData) -> Response:
    """A new one, or one of them changed: the code decides."""
    desk = room(request)
    code, name, name_en, link, organ = (
        forms.text(body, key) for key in ("code", "name", "name_en", "link", "organ")
    )  # fmt: skip
    with desk.store.write() as tx:
        if link not in sections.LINKS or not name or not name_en:
            raise Refused("refused.form")
        sections.save(tx, Section(code, name, name_en, Link(link), organ, bool(forms.text(body, "active"))))
    return see_other(request, "sections", said=say("sections.done"))
