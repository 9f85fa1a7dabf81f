"""The people of the district on pages: the list, one person, and the one-time code that is shown once.

Who may: administrators of accounts, and nobody for himself. Everything here can be undone on the same page, but a
code: a new one takes the place of the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import people, people_record, sections, stations
from hub.people import Posting
from hub.people_record import Done, Step
from hub.sections import Membership, Section
from hub.web.room import room
from hub.web.shown import title_of
from protocol.cases.duties import ROLES_OF
from protocol.cases.rules import Role
from protocol.console import accounts, forms, managed, session
from protocol.console.accounts import Account
from protocol.console.managed import Listed
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Filled
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class PersonLine:
    person: Listed
    href: str
    where: str  # sections and stations, in the reader's language
    roles: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    template = "people.html"
    section = "people"
    lines: Sequence[PersonLine]
    may_change: bool
    form: Filled
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PersonPage:
    template = "person.html"
    section = "people"
    person: Listed
    may_change: bool
    is_me: bool
    bare: Sequence[tuple[Role, bool]]
    memberships: Sequence[tuple[Membership, str]]
    offered: Sequence[tuple[str, str]]  # "section/role" and its words
    postings: Sequence[tuple[Posting, str]]
    stations: Sequence[tuple[str, str]]
    clashes: Sequence[Phrase]
    steps: Sequence[tuple[Done, str]]  # and who did it, as he is called
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
    back_href: str


def show_people(request: Request) -> Response:
    return _list(request, Filled())


def enter(request: Request, body: FormData) -> Response:
    """A new person, and the code to begin with."""
    desk, at = room(request), room(request).clock.now()
    name, display = forms.text(body, "name"), forms.text(body, "display")
    if not name or not display:
        missing = {key: say("people.needed") for key, text in (("name", name), ("display", display)) if not text}
        return _list(request, Filled({"name": name, "display": display}, missing), 422)
    code = managed.new_code()
    kept = accounts.secret(code)
    try:
        with desk.store.write() as tx:
            _new_form(tx, body, url(request, "people"), at)
            made = people.enter(tx, name, display, kept, at=at)
            people_record.note(tx, made.name, Step.ENTER, by=session.who(request).account.name, at=at)
    except Refused as why:
        if why.code not in ("refused.account-name", "refused.account-taken"):
            raise
        words = request.app.state.pages.translators[session.lang(request)]
        problem = {"name": say("people.wrong", why=words.happened(why))}
        return _list(request, Filled({"name": name, "display": display}, problem), 422)
    return _code(request, made, code)


def show_person(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    name, me = request.path_params["account"], session.who(request).account
    with desk.store.read() as db:
        person = next((one for one in managed.listed(db, at=at) if one.name == name), None)
        if person is None:
            raise Refused("refused.no-account")
        account = accounts.account(db, name)
        everything = sections.with_posts(db, account, at).roles
        members, of_agency = sections.memberships(db, name), sections.sections(db)
        posted, titles = people.postings(db, name), stations.titles(db)
        done, named_people = (
            people_record.steps(db, name),
            {one.name: one.display_name for one in accounts.accounts(db)},
        )
    named = {one.code: _section_name(request, one) for one in of_agency}
    page = PersonPage(
        person=person,
        may_change=me.may(Role.ADMIN) and me.name != name,
        is_me=me.name == name,
        bare=[(role, role in account.roles) for role in Role if role in sections.BARE or role in account.roles],
        memberships=[(one, named.get(one.section, one.section)) for one in members],
        offered=[
            (f"{one.code}/{role}", f"{named[one.code]} · {_role(request, role)}")
            for one in of_agency
            if one.active
            for role in Role
            if role in ROLES_OF[one.link]
        ],
        postings=[(one, title_of(request, titles, one.station)) for one in posted],
        stations=[(one, title_of(request, titles, one)) for one in titles],
        clashes=[
            say("people.clash", one=say(f"role.{one}"), other=say(f"role.{other}"))
            for one, other in sections.clashes(everything)
        ],
        steps=[(one, named_people.get(one.by, one.by)) for one in done],
        as_of=at,
    )
    return render(request, page)


# -- what an administrator does


def change_roles(request: Request, body: FormData) -> Response:
    chosen = [role for role in Role if forms.text(body, f"role:{role}")]

    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        people.set_roles(tx, name, chosen, by=by, at=at)

    return _do(request, body, do, say("people.done-roles"), Step.ROLES, chosen)


def join(request: Request, body: FormData) -> Response:
    section, _, role = forms.text(body, "place").partition("/")

    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        if role not in set(Role):
            raise Refused("refused.no-section")
        sections.join(tx, name, section, Role(role), _term(body), by=by)

    return _do(request, body, do, say("people.done-joined"), Step.JOIN, [section, role, *_term(body)])


def quit_section(request: Request, body: FormData) -> Response:
    number = _number(forms.text(body, "membership"))
    with room(request).store.read() as db:
        left = [[one.section, one.role.value] for one in sections.memberships(db) if one.id == number]

    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        sections.quit_(tx, number, by=by, at=at)

    return _do(request, body, do, say("people.done-quit"), Step.QUIT, *left)


def post(request: Request, body: FormData) -> Response:
    """Without roles the posting is over."""
    roles = [role for role in people.AT_A_STATION if forms.text(body, f"at:{role}")]

    station = forms.text(body, "station")

    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        people.post(tx, room(request).pen, name, station, roles, _term(body), by=by, at=at)

    return _do(request, body, do, say("people.done-posted"), Step.POST, [station, *sorted(roles), *_term(body)])


def leave(request: Request, body: FormData) -> Response:
    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        people.leave(tx, room(request).pen, name, forms.text(body, "last"), by=by, at=at)

    return _do(request, body, do, say("people.done-left"), Step.LEAVE, [forms.text(body, "last")])


def stay(request: Request, body: FormData) -> Response:
    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        people.stay(tx, room(request).pen, name, by=by, at=at)

    return _do(request, body, do, say("people.done-stays"), Step.STAY)


def end_sessions(request: Request, body: FormData) -> Response:
    """At the hub; a station's own sessions end with a leaver or at the station."""

    def do(tx: Database, name: str, by: str, at: datetime) -> None:
        accounts.end_sessions(tx, name)
        accounts.lift_lock(tx, name)

    return _do(request, body, do, say("people.done-signed-out"), Step.SIGN_OUT)


def give_code(request: Request, body: FormData) -> Response:
    desk, at = room(request), room(request).clock.now()
    name = request.path_params["account"]
    code = managed.new_code()
    kept = accounts.secret(code)
    with desk.store.write() as tx:
        _new_form(tx, body, url(request, "person", account=name), at)
        if name == session.who(request).account.name:
            raise Refused("refused.own-roles")
        account = accounts.account(tx, name)
        people.give_code(tx, desk.pen, name, kept, at=at)
        people_record.note(tx, name, Step.CODE, by=session.who(request).account.name, at=at)
    return _code(request, account, code)


# -- inside


def _do(
    request: Request, body: FormData, what: Callable[[Database, str, str, datetime], None], said: Phrase,
    step: Step, detail: Sequence[str] = (),
) -> Response:  # fmt: skip
    """One unit of work for the person of the path; a second post of the form leads to the same page."""
    desk, at = room(request), room(request).clock.now()
    name, by = request.path_params["account"], session.who(request).account.name
    there, form_id = url(request, "person", account=name), forms.text(body, "form_id")
    with desk.store.write() as tx:
        if posted_before(tx, form_id) is None:
            accounts.account(tx, name)
            what(tx, name, by, at)
            people_record.note(tx, name, step, detail, by=by, at=at)
            remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=said)


def _new_form(tx: Database, body: FormData, there: str, at: datetime) -> None:
    """A code is shown on the answer itself: the same form a second time would make another one.

    :raises Refused: form-expired
    """
    form_id = forms.text(body, "form_id")
    if posted_before(tx, form_id) is not None:
        raise Refused("refused.form-expired")
    remember_post(tx, form_id, there, at=at)


def _list(request: Request, form: Filled, status: int = 200) -> Response:
    desk, at = room(request), room(request).clock.now()
    with desk.store.read() as db:
        listed, working, titles = managed.listed(db, at=at), people.stations_of(db), stations.titles(db)
        named = {one.code: _section_name(request, one) for one in sections.sections(db)}
        everything = {one.name: sections.with_posts(db, accounts.account(db, one.name), at) for one in listed}
    lines = [
        PersonLine(
            one,
            url(request, "person", account=one.name),
            " · ".join(
                [
                    *dict.fromkeys(named.get(post.section, "") for post in everything[one.name].posts if post.section),
                    *(title_of(request, titles, station) for station in working.get(one.name, ())),
                ]
            ),
            [say(f"role.{role}") for role in Role if role in everything[one.name].roles],
        )
        for one in listed
    ]
    may = session.who(request).account.may(Role.ADMIN)
    return render(request, PeoplePage(lines, may, form, at), status=status)


def _code(request: Request, account: Account, code: str) -> Response:
    back = url(request, "person", account=account.name)
    return render(request, CodePage(account.name, account.display_name, code, managed.CODE_GOOD_FOR.days, back))


def _term(body: FormData) -> tuple[str, str]:
    return forms.text(body, "from"), forms.text(body, "to")


def _section_name(request: Request, section: Section) -> str:
    return section.name if session.lang(request) is Lang.ZH else section.name_en


def _role(request: Request, role: Role) -> str:
    return request.app.state.pages.translators[session.lang(request)](f"role.{role}")  # type: ignore[no-any-return]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
