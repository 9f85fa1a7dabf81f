"""The publications as they are shown: the list, and one with its differences, its two persons and who goes by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from hub import publisher_keys, stations
from hub.adoption import Adoption, Reach, Step, adoption, reach
from hub.changes import Change, What
from hub.publishing import Publication, State, publication, publications
from hub.web.rehearsals import RehearsalShown, shown
from hub.web.room import room
from hub.web.shown import title_of
from protocol.cases.rules import Role
from protocol.catalogue.publishers import May
from protocol.clock import moment
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.parts import Chip, Filled, Icon, Row, Text, Tone
from protocol.console.texts import Phrase, say

_CHIPS = {
    State.DRAFT: (Tone.PLAIN, Icon.INFO),
    State.SIGNED: (Tone.WARN, Icon.CLOCK),
    State.CANARY: (Tone.WARN, Icon.HALF),
    State.ALL: (Tone.GOOD, Icon.CHECK),
    State.DROPPED: (Tone.PLAIN, Icon.CROSS),
}
_WHATS = {
    What.ADDED: Chip(say("pub.added"), Tone.GOOD, Icon.UP),
    What.REMOVED: Chip(say("pub.removed"), Tone.BAD, Icon.CROSS),
    What.CHANGED: Chip(say("pub.changed"), Tone.WARN, Icon.INFO),
}


@dataclass(frozen=True, slots=True)
class Line:
    href: str
    number: Phrase
    state: Chip
    note: str
    drafted: Phrase
    signed: Phrase
    approved: Phrase
    reach: Reach | None  # of those that reached a station


@dataclass(frozen=True, slots=True)
class OwnKey:
    public: str
    state: Chip


@dataclass(frozen=True, slots=True)
class PublicationsPage:
    template = "publications.html"
    section = "publications"
    lines: Sequence[Line]
    may_begin: bool
    may_have_key: bool
    keys: Sequence[OwnKey]
    form: Filled
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ShownChange:
    what: Chip
    sort: Phrase
    code: str
    name: str
    versions: Phrase | None
    change: Change


@dataclass(frozen=True, slots=True)
class NotThere:
    """A station that does not go by it, and why."""

    title: str
    href: str
    in_force: Phrase
    why: Phrase


@dataclass(frozen=True, slots=True)
class PublicationPage:
    template = "publication.html"
    section = "publications"
    title: Phrase
    id: int
    state: Chip
    rows: Sequence[Row]
    changes: Sequence[ShownChange]
    doubts: int
    rehearsals: Sequence[RehearsalShown]
    may: frozenset[str]  # load, rehearse, sign, approve, all, back, drop
    waiting: bool  # it is under way and another person's move
    stations: Sequence[tuple[str, str]]
    reach: Reach | None
    not_there: Sequence[NotThere]
    form: Filled
    as_of: datetime


def show_all(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    account = session.who(request).account
    with desk.store.read() as db:
        every = publications(db)
        reaches = {one.number: reach(adoption(db, one.number, at)) for one in _last_told(every)}
        keys = publisher_keys.keys_of(db, account.name)
    _, listed = desk.publishing.read_list()
    counting = {one.key.hex() for act in May for one in listed.counting(account.name, act, at)}
    page = PublicationsPage(
        lines=[_line(request, one, reaches.get(one.number)) for one in every],
        may_begin=account.may(Role.EDITOR) and not any(one.is_under_way for one in every),
        may_have_key=account.may(Role.EDITOR, Role.PUBLISHER),
        keys=[OwnKey(key.public, _key_chip(key.public in counting)) for key in keys],
        form=Filled(),
        as_of=at,
    )
    return render(request, page)


def show_one(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    account = session.who(request).account
    with desk.store.read() as db:
        one = publication(db, request.path_params["id"])
        titles = stations.titles(db)
        every = adoption(db, one.number, at) if one.approved_at else []
        tried = shown(request, db, one, at)
    may = _may(one, account.name, account.may(Role.EDITOR), account.may(Role.PUBLISHER))
    page = PublicationPage(
        title=say("pub.number", number=one.number) if one.number else say("pub.draft-number"),
        id=one.id,
        state=_state(one),
        rows=_rows(one),
        changes=[_change(change) for change in desk.publishing.differences(one)],
        doubts=len(desk.publishing.doubts(one)) if one.state is State.DRAFT else 0,
        rehearsals=tried,
        may=may,
        waiting=one.is_under_way and not may - {"drop", "back", "rehearse"},
        stations=[(name, title_of(request, titles, name)) for name in titles],
        reach=reach(every) if every else None,
        not_there=[_not_there(request, each) for each in every if each.step not in (Step.ADOPTED, Step.NOT_YET)],
        form=Filled(),
        as_of=at,
    )
    return render(request, page)


def _last_told(every: Sequence[Publication]) -> list[Publication]:
    """Adoption is counted for the newest that reached a station; older ones are overtaken."""
    return [one for one in every if one.state in (State.CANARY, State.ALL)][:2]


def _may(one: Publication, me: str, edits: bool, approves: bool) -> frozenset[str]:
    """The buttons. Who drafted or signed sees no button to approve; the use case refuses it all the same."""
    other = me not in (*one.drafted_by.split(), one.signed_by)
    holds = {
        "load": edits and one.state is State.DRAFT,
        "rehearse": (edits or approves) and one.state in (State.DRAFT, State.SIGNED),
        "sign": edits and one.state is State.DRAFT,
        "approve": approves and other and one.state is State.SIGNED,
        "all": approves and one.state is State.CANARY,
        "back": edits and one.state is State.ALL,
        "drop": (edits or approves) and one.state in (State.DRAFT, State.SIGNED),
    }
    return frozenset(name for name, held in holds.items() if held)


def _line(request: Request, one: Publication, reached: Reach | None) -> Line:
    return Line(
        href=url(request, "publication", id=one.id),
        number=say("pub.number", number=one.number) if one.number else say("pub.draft-number"),
        state=_state(one),
        note=one.note,
        drafted=_who(one.drafted_by, one.drafted_at),
        signed=_who(one.signed_by, one.signed_at),
        approved=_who(one.approved_by, one.approved_at),
        reach=reached if one.state in (State.CANARY, State.ALL) else None,
    )


def _rows(one: Publication) -> list[Row]:
    rows = [
        Row(say("pub.note"), one.note or "—"),
        Row(say("pub.drafted"), _who(one.drafted_by, one.drafted_at)),
        Row(say("pub.signed"), _who(one.signed_by, one.signed_at)),
        Row(say("pub.approved"), _who(one.approved_by, one.approved_at)),
        Row(say("pub.canaries"), ", ".join(one.canaries) or "—"),
        Row(say("pub.released"), _who(one.all_by, one.all_at)),
    ]
    more: tuple[tuple[bool, str, Text], ...] = (
        (bool(one.all_reason), "pub.reason-given", one.all_reason),
        (bool(one.rolls_back_to), "pub.roll-back", say("pub.back-to", number=one.rolls_back_to)),
        (bool(one.ended_at), "pub.ended", _who(one.ended_by, one.ended_at)),
    )
    return rows + [Row(say(label), value) for holds, label, value in more if holds]


def _who(who: str, at: str) -> Phrase:
    return say("pub.who-when", who=who, at=moment(at)) if at else say("pub.not-yet")


def _state(one: Publication) -> Chip:
    tone, icon = _CHIPS[one.state]
    return Chip(say(f"pub.state-{one.state}"), tone, icon)


def _key_chip(counts: bool) -> Chip:
    if counts:
        return Chip(say("pub.key-counts"), Tone.GOOD, Icon.CHECK)
    return Chip(say("pub.key-counts-not"), Tone.WARN, Icon.LOCK)


def _change(change: Change) -> ShownChange:
    before, after = change.versions
    versions = (
        say("pub.versions", before=before, after=after) if before and after
        else say("pub.version-new", after=after) if after
        else say("pub.version-old", before=before) if before
        else None
    )  # fmt: skip
    return ShownChange(_WHATS[change.what], say(f"pub.sort-{change.sort}"), change.code, change.name, versions, change)


def _not_there(request: Request, each: Adoption) -> NotThere:
    why = say(f"pub.step-{each.step}")
    if each.step is Step.SILENT:
        why = say("pub.step-silent", at=moment(each.heard_at)) if each.heard_at else say("pub.step-never")
    return NotThere(
        title_of(request, {each.station: (each.title, each.title_en)}, each.station),
        url(request, "station", name=each.station),
        say("pub.number", number=each.in_force) if each.in_force else say("net.unknown"),
        why,
    )
