"""One case on a page: form beside papers, limits, what happened, and the buttons that RULES open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, reveals, stations, worklists
from hub.web.room import by, room
from hub.web.shown import (
    flag_chips,
    is_public,
    item_name,
    label_of,
    papers_chip,
    status_chip,
    title_of,
)
from hub.web.steps import Aside, asides, timeline
from protocol.cases.acts import Paper
from protocol.cases.case import Case
from protocol.cases.guard import acts_open
from protocol.cases.rules import OFFICERS, REMARKS, WATCHERS, Act, Side
from protocol.catalogue.items import Certainty, Field, FieldRole, FieldType, Item, Limit
from protocol.clock import moment
from protocol.console import forms, session
from protocol.console.accounts import Account
from protocol.console.mask import mask_name, mask_number, mask_phone
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Chip, Icon, Row, Step, Text, Tone
from protocol.console.texts import Lang, Phrase, say


@dataclass(frozen=True, slots=True)
class Group:
    """Answers about one thing: the applicant, the enterprise, the place."""

    title: Phrase
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class ShownPaper:
    label: Text
    href: str
    size_bytes: int
    is_image: bool
    is_here: bool
    is_lost: bool  # neither end has it any more
    is_new: bool  # came with the correction
    is_again: bool  # in the place of one that was lost


@dataclass(frozen=True, slots=True)
class ShownMaterial:
    name: str
    required: bool
    standard: str
    papers: Sequence[ShownPaper]


@dataclass(frozen=True, slots=True)
class ShownLimit:
    what: Phrase
    value: Phrase
    counted_from: Phrase
    on_expiry: Phrase
    basis: str
    certainty: Chip
    note: str


@dataclass(frozen=True, slots=True)
class ActButton:
    text: Phrase
    href: str
    kind: str


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
    groups: Sequence[Group]
    shown_until: datetime | None
    may_read: bool  # the papers: who runs the machines need not
    may_reveal: bool
    reveal_to: str
    materials: Sequence[ShownMaterial]
    papers: int
    papers_here: int
    papers_state: Phrase | None
    limits: Sequence[ShownLimit]
    promised: Phrase | None
    request: str | None  # why the applicant wants the case back
    buttons: Sequence[ActButton]
    why_no_buttons: Phrase | None
    asides: Sequence[Aside]
    may_settle: bool
    settle_to: str
    steps: Sequence[Step]
    may_note: bool
    note_to: str
    back_href: str
    as_of: datetime


SINCE = (Act.SUPPLEMENT, Act.RESCAN)  # papers that came after the case
_FIRST = {Act.ACCEPT, Act.GRANT, Act.ALLOW_WITHDRAWAL}


def show_case(request: Request) -> Response:
    desk, me = room(request), session.who(request).account
    case_id, at = request.path_params["case_id"], room(request).clock.now()
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, case_id)
        here = worklists.papers_of(db, case_id)
        titles = stations.titles(db)
        until = reveals.shown_until(db, case_id, me.name, at)
        station = next((s for s in stations.stations(db) if s.name == case.station), None)
    item = desk.shelf.item(case.item, case.item_version)
    open_now = acts_open(case, Side.HUB, me.roles)
    count_here = sum(here[p.digest].is_here for p in case.papers if p.digest in here)
    page = CasePage(
        number=case.number,
        item=item_name(request, item, case.item),
        item_code=f"{case.item} v{case.item_version}",
        item_known=item is not None,
        status=status_chip(case.status) if case.status else Chip(say("flag.waiting"), Tone.WARN, Icon.CLOCK),
        flags=[*flag_chips(case.flags), *filter(None, [papers_chip(count_here, len(case.papers))])],
        station=title_of(request, titles, case.station),
        opened_at=moment(case.opened_at) if case.opened_at else at,
        groups=_groups(request, case, item, shown=until is not None),
        shown_until=until,
        may_read=me.may(*OFFICERS, *WATCHERS),
        may_reveal=me.may(*OFFICERS, *WATCHERS),
        reveal_to=url(request, "case.reveal", case_id=case_id),
        materials=_materials(request, case, item, here),
        papers=len(case.papers),
        papers_here=count_here,
        papers_state=_papers_state(case, here, station, desk.connected(case.station), at),
        limits=[_limit(limit) for limit in item.limits] if item else [],
        promised=_promised(item) if item else None,
        request=case.open_request.reason if case.open_request else None,
        buttons=[
            ActButton(
                say(f"act.{act}"),
                url(request, "case.act", case_id=case_id, act=act),
                "primary" if act in _FIRST else "secondary",
            )
            for act in sorted(open_now, key=lambda act: act not in _FIRST)
        ],
        why_no_buttons=None if open_now else _why_no_buttons(case, me),
        asides=asides(request, case, item, titles),
        may_settle=me.may(*REMARKS[Act.SETTLE][Side.HUB]),
        settle_to=url(request, "case.settle", case_id=case_id),
        steps=timeline(request, case, item, titles),
        may_note=me.may(*REMARKS[Act.NOTE][Side.HUB]),
        note_to=url(request, "case.note", case_id=case_id),
        back_href=url(request, "worklist"),
        as_of=at,
    )
    return render(request, page)


def reveal(request: Request, body: FormData) -> Response:
    desk, me = room(request), session.who(request).account
    case_id, at = request.path_params["case_id"], room(request).clock.now()
    with desk.store.write() as tx:
        decisions.need_case(tx, desk.book, case_id)
        reveals.reveal(tx, case_id, me.name, at)
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
            text=forms.text(body, "text"), by=by(request), at=at,
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
            reason=forms.text(body, "reason"), by=by(request), at=at,
        )  # fmt: skip
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("case.settled"))


def _why_no_buttons(case: Case, me: Account) -> Phrase:
    if not me.may(*OFFICERS, *WATCHERS) and case.owner is Side.HUB and acts_open(case, Side.HUB, OFFICERS):
        return say("case.not-your-role")
    return say("case.stations-move" if case.owner is Side.STATION else "case.closed")


def _papers_state(
    case: Case,
    here: Mapping[str, worklists.PaperHere],
    station: stations.Station | None,
    connected: bool,
    at: datetime,
) -> Phrase | None:
    """Why papers are missing; None if all are here. That a paper is lost is known from the station's own answer."""
    away = [here.get(paper.digest, worklists.PaperHere(False, False)) for paper in case.papers]
    away = [state for state in away if not state.is_here]
    if not away:
        return None
    if lost := sum(state.is_lost for state in away):
        return say("case.papers-lost", count=lost)
    if station is None or not station.heard_at:
        return say("case.papers-never")
    if station.is_here(at, connected):
        return say("case.papers-coming")
    return say("case.papers-away", ago=at - moment(station.heard_at))


def _groups(request: Request, case: Case, item: Item | None, *, shown: bool) -> list[Group]:
    changed = {key for step in case.steps if step.act.act is Act.SUPPLEMENT for key in step.act.answers}
    public = is_public(case.applicant.number, item)
    if item is None:
        rows = [
            Row(say("case.name"), case.applicant.name if shown or public else mask_name(case.applicant.name)),
            Row(
                say("case.id-number"), case.applicant.number if shown or public else mask_number(case.applicant.number)
            ),
            *(Row(key, answer if shown else "•" * min(len(answer), 12)) for key, answer in case.answers.items()),
        ]
        return [Group(say("about.matter"), rows)]
    groups: dict[str, list[Row]] = {}
    for field in item.fields:
        answer = case.answers.get(field.key, "")
        text = answer if shown else masked(field, answer, public=public)
        if field.type is FieldType.CHOICE:
            text = _choice(request, field, answer)
        label: Text = label_of(request, item, field.key)
        row = Row(label, text or "—", action=say("case.corrected") if field.key in changed else None)
        groups.setdefault(field.about, []).append(row)
    return [Group(say(f"about.{about}"), rows) for about, rows in groups.items()]


def masked(field: Field, answer: str, *, public: bool) -> str:
    """An answer as it stands on a screen that others can see."""
    if field.type is FieldType.ID_NUMBER:
        return mask_number(answer)
    if field.type is FieldType.PHONE:
        return mask_phone(answer)
    if field.role is FieldRole.APPLICANT_NAME and not public:
        return mask_name(answer)
    return answer


def _choice(request: Request, field: Field, answer: str) -> str:
    english = session.lang(request) is Lang.EN
    return next((c.label_en if english else c.label for c in field.choices if c.value == answer), answer)


def _materials(
    request: Request, case: Case, item: Item | None, here: Mapping[str, worklists.PaperHere]
) -> list[ShownMaterial]:
    """Every material of the item that is asked of the applicant, then what was attached beside them."""
    since = {paper.digest: step.act.act for step in case.steps if step.act.act in SINCE for paper in step.act.papers}
    by_material: dict[str, list[ShownPaper]] = {}
    for paper in case.papers:
        papers = by_material.setdefault(paper.material, [])
        papers.append(_paper(request, case, paper, len(papers) + 1, here, since.get(paper.digest)))
    known = [m for m in item.materials if m.asked_of_applicant or m.code in by_material] if item else []
    shown = [
        ShownMaterial(label_of(request, item, m.code), m.required, m.standard, by_material.pop(m.code, []))
        for m in known
    ]
    return shown + [ShownMaterial(code or "—", False, "", papers) for code, papers in by_material.items()]


def _paper(
    request: Request, case: Case, paper: Paper, number: int, here: Mapping[str, worklists.PaperHere], since: Act | None
) -> ShownPaper:
    state = here.get(paper.digest, worklists.PaperHere(False, False))
    return ShownPaper(
        label=paper.name or say("case.paper-number", number=number),
        href=url(request, "paper", case_id=case.id, digest=paper.digest),
        size_bytes=paper.size,
        is_image=paper.type.startswith("image/"),
        is_here=state.is_here,
        is_lost=state.is_lost,
        is_new=since is Act.SUPPLEMENT,
        is_again=since is Act.RESCAN,
    )


def _limit(limit: Limit) -> ShownLimit:
    sure = limit.certainty is Certainty.STATUTE
    value = say("limit.instant") if limit.unit == "instant" else say(f"limit.{limit.unit}", value=limit.value)
    return ShownLimit(
        what=say(f"limit.what.{limit.what}"),
        value=value,
        counted_from=say(f"limit.from.{limit.counted_from}"),
        on_expiry=say(f"limit.expiry.{limit.on_expiry}"),
        basis=limit.basis,
        certainty=Chip(
            say(f"certainty.{limit.certainty}"), Tone.GOOD if sure else Tone.WARN, Icon.CHECK if sure else Icon.ALERT
        ),
        note=limit.note,
    )


def _promised(item: Item) -> Phrase:
    unit = item.promised.unit
    value = say("limit.instant") if unit == "instant" else say(f"limit.{unit}", value=item.promised.value)
    return say("limit.promised", value=value, certainty=say(f"certainty.{item.promised.certainty}"))
