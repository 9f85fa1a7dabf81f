"""The forms in which an officer moves a case: what each asks, the check before it counts, and its doing.

Which acts there are is said by RULES; here stands only what a person fills in for each. An act that cannot
be taken back is shown once more as it will go out, and goes out with the second press.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, lawful, stations
from hub.remedies import BODY, COURT, Bodies, bodies_of, filled, needs_bodies, remember_bodies, template_of
from hub.web.room import by, room
from hub.web.shown import item_name, label_of, status_chip
from hub.web.steps import last_step
from protocol.cases.acts import Correction
from protocol.cases.case import Case
from protocol.cases.guard import acts_open
from protocol.cases.rules import Act, Need, Role, Side, rule_for
from protocol.catalogue.items import Item
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Chip, Filled, Row, Step, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

AT_ONCE = frozenset({Act.ACCEPT, Act.ALLOW_WITHDRAWAL})  # one press: the page with the button is the check
_WITH_BASIS = frozenset({Act.GRANT, Act.DENY, Act.REFUSE_ACCEPTANCE})
_OTHER = "其他"  # told to the station as it is: it has no key in any catalogue


@dataclass(frozen=True, slots=True)
class Checkable:
    """One line of the correction notice: a material or a field that may be wrong."""

    about: str
    label: str
    standard: str
    wrong: str
    ticked: bool
    problem: Phrase | None


@dataclass(frozen=True, slots=True)
class ActPage:
    template = "act.html"
    section = "worklist"
    act: str
    title: Phrase
    explained: Phrase
    number: str
    item: str
    status: Chip
    last: Step | None
    seen: str
    form: Filled
    warnings: Sequence[Phrase]
    lines: Sequence[tuple[Phrase, Sequence[Checkable]]]
    asks_reason: bool
    needs_reason: bool
    asks_basis: bool
    asks_remedies: bool
    asks_bodies: bool
    at_once: bool
    danger: bool
    post_to: str
    back_href: str


@dataclass(frozen=True, slots=True)
class CheckPage:
    template = "act_check.html"
    section = "worklist"
    title: Phrase
    number: str
    item: str
    rows: Sequence[Row]
    hidden: Mapping[str, str]
    yes: Phrase
    danger: bool
    post_to: str
    back_href: str


def show_act(request: Request) -> Response:
    case, item, act = _asked(request)
    if act not in acts_open(case, Side.HUB, session.who(request).account.roles):
        raise Refused("refused.not-open", act=act, status=case.status)
    with room(request).store.read() as db:
        typed = _prefilled(db, item, act)
    return _page(request, case, item, act, Filled(typed))


def do_act(request: Request, body: FormData) -> Response:
    case, item, act = _asked(request)
    typed = _typed(item, act, body)
    problems = _problems(request, case, item, act, typed)
    if problems or forms.text(body, "edit"):
        return _page(request, case, item, act, Filled(typed, problems), status=422 if problems else 200)
    if act not in AT_ONCE and forms.text(body, "confirm") != "yes":
        return _check(request, case, item, act, typed, forms.text(body, "seen"))
    return _do(request, case, item, act, typed, body)


def _do(
    request: Request, case: Case, item: Item | None, act: Act, typed: Mapping[str, str], body: FormData
) -> Response:
    desk, at = room(request), room(request).clock.now()
    there = url(request, "case", case_id=case.id)
    bodies = Bodies(typed.get("reconsideration_body", ""), typed.get("court", ""))
    try:
        with desk.store.write() as tx:
            form_id = forms.text(body, "form_id")
            if before := posted_before(tx, form_id):
                return see_other_url(request, before)
            decisions.decide(
                tx, desk.pen, desk.book, desk.shelf, case.id, act, desk.store.entropy(16),
                by=by(request, *_roles(case, act)), at=at, seen=forms.text(body, "seen"),
                said=decisions.Said(
                    reason=typed.get("reason", ""),
                    basis=typed.get("basis", ""),
                    remedies=filled(typed.get("remedies", ""), bodies),
                    corrections=[Correction(about, wrong) for about, wrong in _wrongs(typed).items() if wrong],
                ),
            )  # fmt: skip
            if item is not None and bodies.are_known:
                remember_bodies(tx, item.organ, bodies)
            remember_post(tx, form_id, there, at=at)
    except Refused as why:
        if why.code == "refused.case-moved":
            return _moved(request, case, item, act, typed)
        if why.code == "refused.papers-missing":  # the page says which, and gives back what was typed
            return _page(request, case, item, act, Filled(typed), status=409)
        raise
    return see_other_url(request, there, said=say("act.done", act=say(f"act.{act}"), number=case.number))


def _roles(case: Case, act: Act) -> frozenset[Role]:
    rule = rule_for(case.status, act)
    return rule.roles if rule else frozenset()


def _moved(request: Request, case: Case, item: Item | None, act: Act, typed: Mapping[str, str]) -> Response:
    """Somebody was faster. What was typed is given back where the act is still open, beside what is there now."""
    with room(request).store.read() as db:
        now = decisions.need_case(db, room(request).book, case.id)
    if act not in acts_open(now, Side.HUB, session.who(request).account.roles):
        return see_other(request, "case", case_id=case.id, said=say("act.moved"), tone=Tone.BAD)
    return _page(request, now, item, act, Filled(typed, {"seen": say("act.moved")}), status=409)


# -- the two pages


def _page(request: Request, case: Case, item: Item | None, act: Act, form: Filled, status: int = 200) -> Response:
    with room(request).store.read() as db:
        titles = stations.titles(db)
        missing = lawful.away(db, case)
    rule = rule_for(case.status, act)
    needs = rule.needs if rule else frozenset()
    warnings = []
    if missing:
        names = "、".join(dict.fromkeys(label_of(request, item, paper.material) for paper in missing))
        key = "act.papers-away-grant" if act is Act.GRANT else "act.papers-away"
        warnings.append(say(key, count=len(missing), all=len(case.papers), missing=names))
    if act is Act.ASK_CORRECTION:
        warnings.append(say("act.correct-once"))
    page = ActPage(
        act=act,
        title=say(f"act.{act}"),
        explained=say(f"act.{act}.explained"),
        number=case.number,
        item=item_name(request, item, case.item),
        status=status_chip(case.status) if case.status else Chip(""),
        last=last_step(request, case, item, titles),
        seen=case.tip or "",
        form=form,
        warnings=warnings,
        lines=_checklist(request, item, form) if Need.CORRECTIONS in needs else [],
        asks_reason=Need.CORRECTIONS not in needs and act is not Act.ACCEPT,
        needs_reason=Need.REASON in needs,
        asks_basis=act in _WITH_BASIS,
        asks_remedies=Need.REMEDIES in needs,
        asks_bodies=Need.REMEDIES in needs and needs_bodies(form.values.get("remedies", "")),
        at_once=act in AT_ONCE,
        danger=act in (Act.DENY, Act.REFUSE_ACCEPTANCE),
        post_to=url(request, "case.act.do", case_id=case.id, act=act),
        back_href=url(request, "case", case_id=case.id),
    )
    return render(request, page, status=status)


def _check(request: Request, case: Case, item: Item | None, act: Act, typed: Mapping[str, str], seen: str) -> Response:
    """As it will go out: nothing has happened yet."""
    bodies = Bodies(typed.get("reconsideration_body", ""), typed.get("court", ""))
    wrongs = [f"{label_of(request, item, about)}：{wrong}" for about, wrong in _wrongs(typed).items() if wrong]
    every = (
        ("act.corrections", "\n".join(wrongs)),
        ("act.reason", typed.get("reason", "")),
        ("act.basis", typed.get("basis", "")),
        ("act.remedies", filled(typed.get("remedies", ""), bodies)),
    )
    page = CheckPage(
        title=say("act.check", act=say(f"act.{act}")),
        number=case.number,
        item=item_name(request, item, case.item),
        rows=[Row(say(key), text) for key, text in every if text],
        hidden={**{name: value for name, value in typed.items() if value}, "seen": seen},
        yes=say("act.yes", act=say(f"act.{act}")),
        danger=act in (Act.DENY, Act.REFUSE_ACCEPTANCE),
        post_to=url(request, "case.act.do", case_id=case.id, act=act),
        back_href=url(request, "case", case_id=case.id),
    )
    return render(request, page)


# -- what was asked and typed


def _asked(request: Request) -> tuple[Case, Item | None, Act]:
    """:raises Refused: no-page, no-case"""
    desk = room(request)
    try:
        act = Act(request.path_params["act"])
    except ValueError as why:
        raise Refused("refused.no-page") from why
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, request.path_params["case_id"])
    return case, desk.shelf.item(case.item, case.item_version), act


def _prefilled(db: Database, item: Item | None, act: Act) -> dict[str, str]:
    typed: dict[str, str] = {}
    if item is not None and act in _WITH_BASIS:
        typed["basis"] = "；".join(basis.text for basis in item.legal_basis)
    if item is not None and act in (Act.DENY, Act.REFUSE_ACCEPTANCE):
        bodies = bodies_of(db, item.organ)
        typed |= {
            "remedies": template_of(item),
            "reconsideration_body": bodies.reconsideration_body,
            "court": bodies.court,
        }
    return typed


def _typed(item: Item | None, act: Act, body: FormData) -> dict[str, str]:
    names = ["reason", "basis", "remedies", "reconsideration_body", "court"]
    typed = {name: text for name in names if (text := forms.text(body, name))}
    if act is Act.ASK_CORRECTION:
        for about in _abouts(item):
            for kind in ("wrong", "tick"):
                if text := forms.text(body, f"{kind}:{about}"):
                    typed[f"{kind}:{about}"] = text
    return typed


def _abouts(item: Item | None) -> list[str]:
    if item is None:
        return [_OTHER]
    return [*(m.code for m in item.materials if m.asked_of_applicant), *(f.key for f in item.fields), _OTHER]


def _wrongs(typed: Mapping[str, str]) -> dict[str, str]:
    """about -> what is wrong with it; empty text for a line that was only ticked."""
    found = {name.partition(":")[2]: "" for name in typed if name.startswith("tick:")}
    return found | {name.partition(":")[2]: text for name, text in typed.items() if name.startswith("wrong:")}


def _problems(request: Request, case: Case, item: Item | None, act: Act, typed: Mapping[str, str]) -> dict[str, Phrase]:
    rule = rule_for(case.status, act)
    needs = rule.needs if rule else frozenset()
    problems: dict[str, Phrase] = {}
    if Need.CORRECTIONS in needs:
        wrongs = _wrongs(typed)
        for about, wrong in wrongs.items():
            if not wrong:
                problems[f"wrong:{about}"] = say("act.wrong-empty", what=label_of(request, item, about))
        if not wrongs:
            problems["wrong:" + _abouts(item)[0]] = say("act.nothing-wrong")
    if Need.REASON in needs and not typed.get("reason"):
        problems["reason"] = say("act.reason-empty")
    if Need.REMEDIES in needs:
        remedies = typed.get("remedies", "")
        if not remedies:
            problems["remedies"] = say("act.remedies-empty")
        for name, place in (("reconsideration_body", BODY), ("court", COURT)):
            if place in remedies and not typed.get(name):
                problems[name] = say(f"act.{name}-empty")
    return problems


def _checklist(request: Request, item: Item | None, form: Filled) -> list[tuple[Phrase, Sequence[Checkable]]]:
    """Every material and every field: the law lets it be told once, so nothing may be overlooked."""

    def line(about: str, label: str, standard: str = "") -> Checkable:
        wrong, tick = form.values.get(f"wrong:{about}", ""), form.values.get(f"tick:{about}", "")
        return Checkable(about, label, standard, wrong, bool(wrong or tick), form.problems.get(f"wrong:{about}"))

    other = (say("act.lines-other"), [line(_OTHER, "")])
    if item is None:
        return [other]
    return [
        (
            say("act.lines-materials"),
            [line(m.code, label_of(request, item, m.code), m.standard) for m in item.materials if m.asked_of_applicant],
        ),
        (say("act.lines-fields"), [line(f.key, label_of(request, item, f.key)) for f in item.fields]),
        other,
    ]
