"""One case as the desk sees it: where it stands, what was said about it, and what may be done now.

The buttons are what the rules open for this side and role, no more and no fewer. An applicant's numbers are
masked until somebody asks to see them, and asking is written down. What is done stands in case_acts.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import after, cases, desk, places
from node.dues import correction_clock, local_day
from node.web.case_papers import CaseMaterial, shown_papers, whereabouts
from node.web.documents import DocumentLine, Sibling, document_lines, document_name, siblings_of
from node.web.intake import Demand, about_name, demands_of, label_of
from node.web.notices import NoticeLine, notice_line
from node.web.papers import Trouble
from node.web.printing import JobLine, last_line
from node.web.standing import Chased, Clock, Strip, chased, clocks_of_page, strip_of
from node.web.tools import answer_text, by, flag_chip, house, item_name, place_name, status_chip, sync_chip
from protocol import attention
from protocol.cases import case as fold
from protocol.cases.case import Case, Standing
from protocol.cases.guard import acts_open
from protocol.cases.rules import Act, Flag, Role, Side, Status
from protocol.catalogue.items import FieldType, Item
from protocol.catalogue.masks import mask_id, mask_name, mask_phone
from protocol.clock import moment
from protocol.console import session
from protocol.console.pages import render, translator
from protocol.console.parts import Chip, Icon, Row, Step, Tone
from protocol.console.protect import note_look
from protocol.console.texts import Phrase, say
from protocol.errors import Refused
from protocol.instant.explaining import trace_of

_QUIET = frozenset({Flag.CORRECTED, Flag.SURVEYED, Flag.SENT_BACK, Flag.SIMPLE})  # nothing to do about them here
_LOOK: dict[Act, tuple[Tone, Icon]] = {
    Act.SUBMIT: (Tone.GOOD, Icon.SAVED),
    Act.SUPPLEMENT: (Tone.GOOD, Icon.SAVED),
    Act.ASK_CORRECTION: (Tone.WARN, Icon.ALERT),
    Act.GRANT: (Tone.GOOD, Icon.CHECK),
    Act.DENY: (Tone.BAD, Icon.CROSS),
    Act.REFUSE_ACCEPTANCE: (Tone.BAD, Icon.CROSS),
    Act.HAND_OVER: (Tone.GOOD, Icon.CHECK),
    Act.RESCAN: (Tone.GOOD, Icon.SAVED),
    Act.SUPPLY: (Tone.GOOD, Icon.SAVED),
    Act.LAPSE: (Tone.WARN, Icon.CLOCK),
    Act.RETURN_RESULT: (Tone.WARN, Icon.ALERT),
    Act.ISSUE: (Tone.GOOD, Icon.CHECK),
    Act.DECIDE_AT_ONCE: (Tone.GOOD, Icon.CHECK),
    Act.CONFIRM: (Tone.GOOD, Icon.CHECK),
    Act.DOUBT: (Tone.WARN, Icon.ALERT),
}


@dataclass(frozen=True, slots=True)
class Button:
    act: Act
    route: str
    posts: bool  # acts at once; otherwise it leads to a page that asks more


@dataclass(frozen=True, slots=True)
class Versions:
    """An act that was set aside, beside the one that stands in its place (None: the rules did not allow it)."""

    aside: Step
    stands: Step | None


@dataclass(frozen=True, slots=True)
class CasePage:
    template = "case.html"
    section = "cases"
    case_id: str
    number: str
    item: str
    status: Chip
    sync: Chip
    flags: Sequence[Chip]
    buttons: Sequence[Button]
    strip: Strip
    chased: Chased | None
    clocks: Sequence[Clock]
    demands: Sequence[Demand]
    advice: Phrase | None  # what to do where a case is stuck between here and the district
    siblings: Sequence[Sibling]
    notices: Sequence[NoticeLine]
    applicant: Sequence[Row]
    revealed: bool
    answers: Sequence[Row]
    papers: Sequence[CaseMaterial]
    versions: Sequence[Versions]
    steps: Sequence[Step]
    documents: Sequence[DocumentLine]
    printed: JobLine | None  # what was sent to the printer last
    by_rules: bool  # rules decided it, or gave it to a person: why can be read
    as_of: datetime


# -- looking


def show(request: Request) -> Response:
    return page_of(request, revealed=False)


def reveal(request: Request, form: FormData) -> Response:
    """The page with the numbers in full; it is gone with the next click, and who asked is written down."""
    here = house(request)
    case_id = request.path_params["case_id"]
    with here.store.write() as tx:
        desk.need_case(tx, here.book, case_id)
        after.note_reveal(tx, case_id, by=by(request), at=here.clock.now())
    note_look(request, "reveal", case_id)
    return page_of(request, revealed=True)


def page_of(request: Request, *, revealed: bool, troubles: Mapping[str, Trouble] | None = None) -> Response:
    """`troubles`: by lost paper, what was wrong with the new scan that was chosen for it."""
    here = house(request)
    case_id = request.path_params["case_id"]
    with here.store.read() as db:
        case = need_shown(db, request, case_id)
        sync = cases.sync_of(db, case_id)
        notices = attention.open_notices(db, case=case_id)
        where = whereabouts(db, case_id)
        papers_of_ours = document_lines(request, db, case)
        siblings = siblings_of(request, db, case)
        printed = last_line(request, db, case_id)
    item, at = item_of(request, case), here.clock.now()
    assert case.status is not None
    page = CasePage(
        case.id,
        case.number,
        item_name(request, item) if item else case.item,
        status_chip(case.status),
        sync_chip(sync),
        [flag_chip(flag) for flag in sorted(case.flags) if flag not in _QUIET],
        buttons_of(case, request, at),
        strip_of(case),
        chased(request, case, at),
        clocks_of_page(request, case, at),
        demands_of(request, item, case) if item and asks_something(case) else [],
        advice_for(request, case, at),
        siblings,
        [notice_line(request, notice) for notice in notices],
        _applicant(case, revealed),
        revealed,
        _answers(request, case, item, revealed),
        shown_papers(request, case, item, where, troubles or {}),
        _versions(request, case, item),
        [step_of(request, step, item) for step in reversed(case.steps)],
        papers_of_ours,
        printed,
        trace_of(case) is not None,
        at,
    )
    return render(request, page, status=422 if troubles else 200)


def need_shown(db: Database, request: Request, case_id: str) -> Case:
    case = desk.need_case(db, house(request).book, case_id)
    if case.status is None:  # an act came before the one that opened the case
        raise Refused("refused.no-case", case=case_id[:8])
    return case


def item_of(request: Request, case: Case) -> Item | None:
    """The version that the case pins; None if this station's catalogue never had it."""
    try:
        return house(request).shelf.item(case.item, case.item_version)
    except Refused:
        return None


def asks_something(case: Case) -> bool:
    return case.status is Status.RETURNED or desk.waits_for_papers(case)


def buttons_of(case: Case, request: Request, at: datetime) -> list[Button]:
    routes = {
        Act.SUPPLEMENT: ("supplement", True),
        Act.ASK_WITHDRAWAL: ("withdrawal", False),
        Act.HAND_OVER: ("handover", False),
        Act.RETURN_RESULT: ("return", False),
    }
    may_ask = case.status not in (Status.HANDED_OVER, Status.ARCHIVED)
    roles, here = session.who(request).account.roles, house(request).book.party
    if case.station != here:
        return []
    buttons = [Button(Act.SUPPLY, "supplement", posts=True)] if desk.waits_for_papers(case) else []
    for act in acts_open(case, Side.STATION, roles, here):
        if act in routes:
            buttons.append(Button(act, *routes[act]))
        elif act is Act.LAPSE and not roles.isdisjoint({Role.CLERK, Role.HEAD}):
            buttons += _lapse_button(request, case, at)
    if may_ask and not roles.isdisjoint({Role.CLERK, Role.HEAD}):
        buttons.append(Button(Act.ASK_MOVE, "move", posts=False))
    return buttons


def _lapse_button(request: Request, case: Case, at: datetime) -> list[Button]:
    """One press once the day has passed; with a reason where the law of the item sets no day; never before."""
    clock = correction_clock(case, house(request).shelf, at)
    if clock is None or clock.due is None:
        return [Button(Act.LAPSE, "lapse", posts=False)]
    return [Button(Act.LAPSE, "lapse.do", posts=True)] if local_day(at) > clock.due else []


def advice_for(request: Request, case: Case, at: datetime) -> Phrase | None:
    """What to do with a case whose time is over, or that moved on while something was on its way."""
    here = house(request)
    elsewhere = case.station if case.station != here.book.party else case.fetch_at
    if elsewhere:
        with here.store.read() as db:
            place = places.place_named(db, elsewhere)
        name = place_name(request, place)
        return say("case.held-elsewhere" if case.station == elsewhere else "case.fetch-at", station=name)
    if case.status is Status.RETURNED:
        clock = correction_clock(case, here.shelf, at)
        if clock is not None and clock.due is not None and local_day(at) > clock.due:
            return say("advice.correction-over", day=clock.due)
        return None
    late = lateness(request, case)
    if late is not None:
        return late
    if case.status in (Status.ISSUED, Status.WITHDRAWN):
        with here.store.read() as db:
            missing = after.documents_missing(db, case)
        if missing:
            return say("advice.result-on-its-way", count=len(missing))
    return None


def lateness(request: Request, case: Case) -> Phrase | None:
    """Of the last correction that was sent: in time or late by this station's clock. The district decides."""
    line = [act for act in case.line if act.act in (Act.SUPPLEMENT, Act.SUPPLY, Act.ASK_CORRECTION)]
    if case.status is not Status.RECEIVED or len(line) < 2 or line[-1].act is Act.ASK_CORRECTION:
        return None
    sent = moment(line[-1].at)
    asked = correction_clock(_as_of_notice(case), house(request).shelf, sent)
    if asked is None or asked.due is None:
        return None
    in_time = local_day(sent) <= asked.due
    return say("advice.sent-in-time" if in_time else "advice.sent-late", day=asked.due, at=sent)


def _as_of_notice(case: Case) -> Case:
    """The case as it was with the notice out: what came afterwards stopped the very clock that is asked about."""
    places = [place for place, step in enumerate(case.steps) if step.act.act is Act.ASK_CORRECTION]
    return fold.Case(
        id=case.id,
        item=case.item,
        item_version=case.item_version,
        intake=case.intake,
        steps=case.steps[: places[-1] + 1],
        flags=set(case.flags),
    )


def _applicant(case: Case, revealed: bool) -> list[Row]:
    who = case.applicant
    return [
        Row(say("case.applicant"), who.name if revealed else mask_name(who.name)),
        Row(say("case.id-number"), who.number if revealed else mask_id(who.number)),
        Row(say("case.phone"), (who.phone if revealed else mask_phone(who.phone)) or say("check.blank")),
    ]


def _answers(request: Request, case: Case, item: Item | None, revealed: bool) -> list[Row]:
    """All but the three that stand under "applicant". Numbers of other people are masked alike."""
    if item is None:
        return [Row(key, value if revealed else "***") for key, value in case.answers.items()]
    shown = []
    for field in item.fields:
        value = case.answers.get(field.key, "")
        if field.role is not None or not value:
            continue
        text = answer_text(request, field, value)
        if not revealed and field.type in (FieldType.ID_NUMBER, FieldType.PHONE):
            text = mask_id(value) if field.type is FieldType.ID_NUMBER else mask_phone(value)
        shown.append(Row(label_of(request, field), text))
    corrected = case.intake.corrected_from_card if case.intake else {}
    return shown + [
        Row(say("card.corrected", field=label_of(request, field)), corrected[field.key])
        for field in item.fields
        if field.key in corrected
    ]


def step_of(request: Request, step: fold.Step, item: Item | None) -> Step:
    """One act as the timeline shows it; one that was set aside says so and why."""
    act = step.act
    tone, icon = _LOOK.get(act.act, (Tone.PLAIN, Icon.INFO))
    words = translator(request)
    asked = [
        words("intake.problem", field=about_name(request, item, one.about) if item else one.about, what=one.problem)
        for one in act.corrections
    ]
    made = document_name(request, act.made.kind) if act.made else ""
    notes = [act.reason, act.recipient, *asked, made, act.number or (act.made.number if act.made else "")]
    title = say(f"act.{act.act}")
    if step.standing is not Standing.STANDS:
        tone, icon = Tone.WARN, Icon.ALERT
        title = say(f"case.step-{step.standing}", act=title)
    return Step(
        title, moment(act.at), act.by.name or act.by.account, say(f"side.{step.told.side}"),
        "\n".join(note for note in notes if note), tone, icon,
    )  # fmt: skip


def _versions(request: Request, case: Case, item: Item | None) -> list[Versions]:
    found = []
    for step in case.set_aside:
        if step.standing is Standing.WAITING:
            continue
        rival = next(
            (
                other
                for other in case.steps
                if other.standing is Standing.STANDS
                and other.act.follows == step.act.follows
                and step.standing is Standing.FORKED
            ),
            None,
        )
        found.append(Versions(step_of(request, step, item), step_of(request, rival, item) if rival else None))
    return found
