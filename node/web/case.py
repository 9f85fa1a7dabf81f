"""One case as the desk sees it: where it stands, what was said about it, and what may be done now.

The buttons are what the rules open for this side and role, no more and no fewer. An applicant's numbers are
masked until somebody asks to see them, and asking is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import cases, desk
from node.web.case_papers import CaseMaterial, shown_papers, whereabouts
from node.web.intake import Demand, about_name, demands_of, label_of
from node.web.notices import NoticeLine, notice_line
from node.web.papers import Trouble
from node.web.tools import answer_text, by, flag_chip, house, item_name, post_once, status_chip, sync_chip
from protocol import attention
from protocol.cases import case as fold
from protocol.cases.case import Case, Standing
from protocol.cases.guard import acts_open
from protocol.cases.rules import Act, Flag, Side, Status
from protocol.catalogue.items import FieldType, Item
from protocol.catalogue.masks import mask_id, mask_name, mask_phone
from protocol.clock import moment
from protocol.console import forms, session
from protocol.console.pages import render, see_other_url, translator, url
from protocol.console.parts import Chip, Filled, Icon, Row, Step, Tone
from protocol.console.texts import say
from protocol.errors import Refused

_LOOK: dict[Act, tuple[Tone, Icon]] = {
    Act.SUBMIT: (Tone.GOOD, Icon.SAVED),
    Act.SUPPLEMENT: (Tone.GOOD, Icon.SAVED),
    Act.ASK_CORRECTION: (Tone.WARN, Icon.ALERT),
    Act.GRANT: (Tone.GOOD, Icon.CHECK),
    Act.DENY: (Tone.BAD, Icon.CROSS),
    Act.REFUSE_ACCEPTANCE: (Tone.BAD, Icon.CROSS),
    Act.HAND_OVER: (Tone.GOOD, Icon.CHECK),
    Act.RESCAN: (Tone.GOOD, Icon.SAVED),
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
    demands: Sequence[Demand]
    notices: Sequence[NoticeLine]
    applicant: Sequence[Row]
    revealed: bool
    answers: Sequence[Row]
    papers: Sequence[CaseMaterial]
    versions: Sequence[Versions]
    steps: Sequence[Step]
    documents: Sequence[str]  # names of documents that can be printed now
    as_of: datetime


@dataclass(frozen=True, slots=True)
class AskPage:
    """Handing over, or asking to withdraw: one question and its form."""

    template = "ask.html"
    section = "cases"
    act: Act
    case_id: str
    number: str
    item: str
    form: Filled
    applicant: str  # masked
    result: Chip


# -- looking


def show(request: Request) -> Response:
    return page_of(request, revealed=False)


def reveal(request: Request, form: FormData) -> Response:
    """The page with the numbers in full; it is gone with the next click, and who asked is written down."""
    here = house(request)
    case_id = request.path_params["case_id"]
    with here.store.write() as tx:
        desk.need_case(tx, here.book, case_id)
        desk.note_reveal(tx, case_id, by=by(request), at=here.clock.now())
    return page_of(request, revealed=True)


def page_of(request: Request, *, revealed: bool, troubles: Mapping[str, Trouble] | None = None) -> Response:
    """`troubles`: by lost paper, what was wrong with the new scan that was chosen for it."""
    here = house(request)
    case_id = request.path_params["case_id"]
    with here.store.read() as db:
        case = _need(db, request, case_id)
        sync = cases.sync_of(db, case_id)
        notices = attention.open_notices(db, case=case_id)
        where = whereabouts(db, case_id)
    item = item_of(request, case)
    assert case.status is not None
    page = CasePage(
        case.id,
        case.number,
        item_name(request, item) if item else case.item,
        status_chip(case.status),
        sync_chip(sync),
        [flag_chip(flag) for flag in sorted(case.flags) if flag is not Flag.CORRECTED],
        buttons_of(case, request),
        demands_of(request, item, case) if item and case.status is Status.RETURNED else [],
        [notice_line(request, notice) for notice in notices],
        _applicant(case, revealed),
        revealed,
        _answers(request, case, item, revealed),
        shown_papers(request, case, item, where, troubles or {}),
        _versions(request, case, item),
        [step_of(request, step, item) for step in reversed(case.steps)],
        documents_of(case),
        here.clock.now(),
    )
    return render(request, page, status=422 if troubles else 200)


def _need(db: Database, request: Request, case_id: str) -> Case:
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


def buttons_of(case: Case, request: Request) -> list[Button]:
    routes = {
        Act.SUPPLEMENT: ("supplement", True),
        Act.ASK_WITHDRAWAL: ("withdrawal", False),
        Act.HAND_OVER: ("handover", False),
    }
    return [Button(act, *routes[act]) for act in acts_open(case, Side.STATION, session.who(request).account.roles)]


def documents_of(case: Case) -> list[str]:
    """In the order in which they come to be."""
    found = ["receipt"]
    if any(step.act.act is Act.ASK_CORRECTION and step.standing is Standing.STANDS for step in case.steps):
        found.append("notice")
    if case.decision is not None:
        found += ["decision", "proof"]
    return found


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
    return shown


def step_of(request: Request, step: fold.Step, item: Item | None) -> Step:
    """One act as the timeline shows it; one that was set aside says so and why."""
    act = step.act
    tone, icon = _LOOK.get(act.act, (Tone.PLAIN, Icon.INFO))
    words = translator(request)
    asked = [
        words("intake.problem", field=about_name(request, item, one.about) if item else one.about, what=one.problem)
        for one in act.corrections
    ]
    notes = [act.reason, act.recipient, *asked, act.number]
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


# -- acting


def supplement(request: Request, form: FormData) -> Response:
    """To the draft in which the correction notice is answered; the one that a colleague has begun, if there is one."""
    here = house(request)
    case_id = request.path_params["case_id"]
    with here.store.write() as tx:
        draft = desk.begin_supplement(
            tx, here.store.entropy(16), here.book, case_id, by=by(request), at=here.clock.now()
        )
    return see_other_url(request, url(request, "intake", draft_id=draft))


def ask_withdrawal(request: Request) -> Response:
    return _ask(request, Act.ASK_WITHDRAWAL, Filled())


def withdraw(request: Request, form: FormData) -> Response:
    here = house(request)
    case_id = request.path_params["case_id"]
    reason = forms.text(form, "reason")
    if not reason:
        return _ask(request, Act.ASK_WITHDRAWAL, Filled({}, {"reason": say("ask.reason-missing")}))

    def do(tx: Database, at: datetime) -> str:
        desk.ask_withdrawal(
            tx, here.pen, here.book, case_id, here.store.entropy(16), reason=reason, by=by(request), at=at
        )
        return url(request, "case", case_id=case_id)

    return post_once(request, form, do, said=say("ask.withdrawal-asked"))


def ask_hand_over(request: Request) -> Response:
    return _ask(request, Act.HAND_OVER, Filled())


def hand_over(request: Request, form: FormData) -> Response:
    here = house(request)
    case_id = request.path_params["case_id"]
    typed = {name: forms.text(form, name) for name in ("recipient", "checked")}
    problems = {}
    if not typed["recipient"]:
        problems["recipient"] = say("ask.recipient-missing")
    if typed["checked"] != "yes":
        problems["checked"] = say("ask.checked-missing")
    if problems:
        return _ask(request, Act.HAND_OVER, Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        desk.hand_over(
            tx,
            here.pen,
            here.book,
            case_id,
            here.store.entropy(16),
            recipient=typed["recipient"],
            by=by(request),
            at=at,
        )
        return url(request, "case", case_id=case_id)

    return post_once(request, form, do, said=say("ask.handed-over"))


def _ask(request: Request, act: Act, form: Filled) -> Response:
    here = house(request)
    with here.store.read() as db:
        case = _need(db, request, request.path_params["case_id"])
    if act not in acts_open(case, Side.STATION, session.who(request).account.roles):
        raise Refused("refused.not-open", act=act, status=case.status)
    item = item_of(request, case)
    assert case.status is not None
    page = AskPage(
        act, case.id, case.number, item_name(request, item) if item else case.item, form,
        mask_name(case.applicant.name), status_chip(case.status),
    )  # fmt: skip
    return render(request, page, status=422 if form.problems else 200)
