"""One case on a page: where it is and what may be done, form beside papers, clocks, documents, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, reveals, sections, stations, worklists
from hub.web.asking import heard_at
from hub.web.case_hands import Hands, hands_of
from hub.web.case_more import (
    CardShown,
    DocumentShown,
    MoreOf,
    SiblingShown,
    law_rows,
    more_rows,
    siblings_of,
    survey_rows,
)
from hub.web.case_more import cards_of as shown_cards
from hub.web.case_more import documents_of as shown_documents
from hub.web.case_parts import Group, ShownMaterial, groups, materials, papers_of, papers_state
from hub.web.clock_panel import ClockShown, clocks_shown
from hub.web.pipeline import Buttons, LinkShown, buttons_of, strip
from hub.web.room import by, room
from hub.web.shown import flag_chips, item_name, papers_chip, status_chip, title_of
from hub.web.steps import Aside, asides, timeline
from protocol.cases.case import Case
from protocol.cases.rules import OFFICERS, REMARKS, Act, Side
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.clocks.of_case import clocks_of_case
from protocol.console import forms, session
from protocol.console.explaining import Explained, explained
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Chip, Icon, Row, Step, Tone
from protocol.console.protect import note_look
from protocol.console.texts import Lang, Phrase, say
from protocol.instant.explaining import trace_of


@dataclass(frozen=True, slots=True)
class CasePage:
    template = "case.html"
    section = "worklist"
    number: str
    item: str
    item_code: str
    item_known: bool
    status: Chip
    flags: Sequence[Chip]
    station: str
    opened_at: datetime
    strip: Sequence[LinkShown]
    more: Sequence[Row]  # channel, authority, commitment, what lacks
    law: Sequence[Row]
    groups: Sequence[Group]
    shown_until: datetime | None
    may_read: bool  # the papers: who watches, or runs the machines, need not
    may_reveal: bool
    reveal_to: str
    materials: Sequence[ShownMaterial]
    papers: int
    papers_here: int
    papers_state: Phrase | None
    by_rules: Explained | None  # what rules came to when it was taken in
    clocks: Sequence[ClockShown]
    survey: Sequence[Row]
    documents: Sequence[DocumentShown]
    cards: Sequence[CardShown]
    hands: Hands
    siblings: Sequence[SiblingShown]
    request: str | None  # why the applicant wants the case back
    buttons: Buttons
    asides: Sequence[Aside]
    may_settle: bool
    settle_to: str
    steps: Sequence[Step]
    may_note: bool
    note_to: str
    back_href: str
    as_of: datetime


def show_case(request: Request) -> Response:
    desk, me, lang = room(request), session.who(request).account, session.lang(request)
    case_id, at = request.path_params["case_id"], room(request).clock.now()
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, case_id)
        here = worklists.papers_of(db, case_id)
        titles = stations.titles(db)
        until = reveals.shown_until(db, case_id, me.name, at)
        origin = case.intake.station if case.intake is not None else case.station  # where its scans are
        station = next((s for s in stations.stations(db) if s.name == origin), None)
        of_agency = sections.sections(db)
        heard = heard_at(db, case)
        siblings = siblings_of(db, desk.book, case)
        hands = hands_of(request, db, case, at)
    item = desk.shelf.item(case.item, case.item_version)
    states = clocks_of_case(case, item, desk.shelf.calendar, at) if item is not None else ()
    count_here = sum(here[p.digest].is_here for p in case.papers if p.digest in here)
    shown = MoreOf(request, desk, case, item, me)
    page = CasePage(
        number=case.number,
        item=item_name(request, item, case.item),
        item_code=f"{case.item} v{case.item_version}",
        item_known=item is not None,
        status=status_chip(case.status) if case.status else Chip(say("flag.waiting"), Tone.WARN, Icon.CLOCK),
        flags=[
            *flag_chips(case.flags),
            *filter(None, [papers_chip(count_here, len(case.papers))]),
            *([_lies_at(request, titles, case.station)] if case.station != origin else []),
        ],
        station=title_of(request, titles, origin),
        opened_at=moment(case.opened_at) if case.opened_at else at,
        strip=strip(request, case, item, of_agency),
        more=more_rows(shown),
        law=law_rows(shown),
        groups=groups(request, case, item, shown=until is not None),
        shown_until=until,
        may_read=me.may(*OFFICERS),
        may_reveal=me.may(*OFFICERS),
        reveal_to=url(request, "case.reveal", case_id=case_id),
        materials=materials(request, case, item, here),
        papers=len(papers_of(case)),
        papers_here=sum(here[p.digest].is_here for p in papers_of(case) if p.digest in here),
        papers_state=papers_state(case, here, station, desk.connected(origin), at),
        by_rules=_by_rules(case, item, lang),
        clocks=clocks_shown(states, lang),
        survey=survey_rows(shown),
        documents=shown_documents(shown),
        cards=shown_cards(shown),
        hands=hands,
        siblings=[one.shown(request, desk.shelf) for one in siblings],
        request=case.open_request.reason if case.open_request else None,
        buttons=buttons_of(request, case, item),
        asides=asides(request, case, item, titles),
        may_settle=me.may(*REMARKS[Act.SETTLE][Side.HUB]),
        settle_to=url(request, "case.settle", case_id=case_id),
        steps=timeline(request, case, item, titles, heard),
        may_note=me.may(*REMARKS[Act.NOTE][Side.HUB]),
        note_to=url(request, "case.note", case_id=case_id),
        back_href=url(request, "worklist"),
        as_of=at,
    )
    return render(request, page)


def _by_rules(case: Case, item: Item | None, lang: Lang) -> Explained | None:
    trace = trace_of(case)
    return explained(item.instant if item is not None else None, trace, lang) if trace is not None else None


def _lies_at(request: Request, titles: Mapping[str, tuple[str, str]], station: str) -> Chip:
    return Chip(say("case.lies-at", station=title_of(request, titles, station)), Tone.PLAIN, Icon.UP)


def reveal(request: Request, body: FormData) -> Response:
    desk, me = room(request), session.who(request).account
    case_id, at = request.path_params["case_id"], room(request).clock.now()
    with desk.store.write() as tx:
        decisions.need_case(tx, desk.book, case_id)
        reveals.reveal(tx, case_id, me.name, at)
    note_look(request, "reveal", case_id)
    return see_other(request, "case", case_id=case_id)


def note(request: Request, body: FormData) -> Response:
    """An inner opinion: sealed to the hub itself before it goes into the journal."""
    desk, at = room(request), room(request).clock.now()
    case_id, there = request.path_params["case_id"], url(request, "case", case_id=request.path_params["case_id"])
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        decisions.note(
            tx, desk.pen, desk.book, case_id, desk.store.entropy(16), desk.seal,
            text=forms.text(body, "text"), by=by(request, *REMARKS[Act.NOTE][Side.HUB]), at=at,
        )  # fmt: skip
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("case.noted"))


def settle(request: Request, body: FormData) -> Response:
    """A person has looked at both versions; the standing one stands, and this is why."""
    desk, at = room(request), room(request).clock.now()
    case_id, there = request.path_params["case_id"], url(request, "case", case_id=request.path_params["case_id"])
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        decisions.settle_set_aside(
            tx, desk.pen, desk.book, case_id, forms.text(body, "aside"), desk.store.entropy(16),
            reason=forms.text(body, "reason"), by=by(request, *REMARKS[Act.SETTLE][Side.HUB]), at=at,
        )  # fmt: skip
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("case.settled"))
