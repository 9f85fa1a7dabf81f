"""How an officer moves a case: the form of the act, the check before it counts, and its doing.

Which acts there are is said by RULES, what each asks by act_parts.py. An act that cannot be taken back is shown
once more as it will go out, and goes out with the second press.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, lawful, lines, stations
from hub.remedies import bodies_of, filled, remember_bodies
from hub.web import corrections
from hub.web.act_facts import facts_of
from hub.web.act_licence import licence_problems, licence_said
from hub.web.act_parts import blocks_of, bodies_missing, bodies_typed, stops_of
from hub.web.act_survey import photos_of, survey_problems, survey_said, take_photos
from hub.web.asking import Asked, Block, Input, defaults, heard_at, problems_of, read, shown
from hub.web.corrections import Checkable
from hub.web.pipeline import why_not_you
from hub.web.room import by, room
from hub.web.shown import item_name, label_of, status_chip, stop_name
from hub.web.steps import last_step
from protocol.cases.acts import By
from protocol.cases.guard import acts_open
from protocol.cases.rules import OFFICERS, Act, Flag, Role, Side, rule_for
from protocol.catalogue.items import Stop, SurveyNeed
from protocol.clocks.of_case import clocks_of_case
from protocol.console import accounts, forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Chip, Filled, Row, Step, Tone
from protocol.console.texts import Phrase, say
from protocol.console.trouble import tell_refusal
from protocol.errors import Refused

# one press: the page with the button is the check
AT_ONCE = frozenset({Act.ACCEPT, Act.ALLOW_WITHDRAWAL, Act.COUNTERSIGN_SURVEY})
ELSEWHERE = frozenset({Act.ARCHIVE})  # has a page of its own
DANGER = frozenset(
    {Act.DENY, Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED, Act.CLOSE_LATE, Act.REVOKE_LICENCE, Act.CANCEL_LICENCE}
)
# what the law of the item has against an act is said on the form, and what was typed stays
_ON_THE_FORM = frozenset(
    {
        "refused.papers-missing", "refused.lacking", "refused.not-surveyed", "refused.not-simple", "refused.incomplete",
        "refused.extended-late", "refused.deemed-accepted", "refused.was-supplied", "refused.nothing-granted",
        "refused.first-stage", "refused.time-left", "refused.not-secondary", "refused.stop-not-law",
        "refused.not-extendable", "refused.waiting-period",
        "refused.licence-number", "refused.licence-over", "refused.licence-of-another",
    }
)  # fmt: skip


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
    facts: Sequence[Row]
    lines: Sequence[tuple[Phrase, Sequence[Checkable]]]
    line_hint: Phrase | None
    blocks: Sequence[Block]
    photos: Sequence[str]  # digests that are kept already
    has_files: bool
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
    asked = _asked(request)
    if asked.act not in acts_open(asked.case, Side.HUB, asked.me.roles):
        raise Refused("refused.not-open", act=asked.act, status=asked.case.status)
    _require_you(asked)
    return _page(asked, Filled(defaults(_inputs(asked))))


def do_act(request: Request, body: FormData) -> Response:
    asked = _asked(request)
    inputs = _inputs(asked)
    typed = read(inputs, body) | corrections.read_lines(asked, body)
    problems: dict[str, Phrase] = {}
    if asked.act is Act.RECORD_SURVEY:
        photos, trouble = take_photos(asked, body)
        typed |= photos
        problems = {"photos": trouble} if trouble else {}
    if asked.act not in acts_open(asked.case, Side.HUB, asked.me.roles):
        return _moved(asked, typed)
    _require_you(asked)
    problems = _problems(asked, inputs, typed) | problems
    if problems or forms.text(body, "edit"):
        return _page(asked, Filled(typed, problems), status=422 if problems else 200)
    if asked.act not in AT_ONCE and forms.text(body, "confirm") != "yes":
        return _check(asked, inputs, typed, forms.text(body, "seen"))
    return _do(asked, typed, body)


def _require_you(asked: Asked) -> None:
    """Nobody fills in a form for nothing: the duties are asked before it.

    :raises Refused: with the code of the duty
    """
    if why := why_not_you(asked.case, asked.act, asked.me):
        raise Refused(why, act=asked.act, done=Act.SUBMIT)


def _do(asked: Asked, typed: Mapping[str, str], body: FormData) -> Response:
    request, desk, case = asked.request, asked.desk, asked.case
    there = url(request, "case", case_id=case.id)
    bodies = bodies_typed(typed)
    try:
        with desk.store.write() as tx:
            form_id = forms.text(body, "form_id")
            if before := posted_before(tx, form_id):
                return see_other_url(request, before)
            decisions.decide(
                tx, desk.pen, desk.book, desk.shelf, case.id, asked.act, desk.store.entropy(16),
                by=_author(asked, typed), at=asked.at, seen=forms.text(body, "seen"), said=_said(asked, typed),
            )  # fmt: skip
            lines.bring_up_to_date(tx, desk.book, desk.shelf, asked.at, only=[case.id])
            if asked.item is not None and bodies.are_known:
                remember_bodies(tx, asked.item.organ, bodies)
            remember_post(tx, form_id, there, at=asked.at)
    except Refused as why:
        if why.code == "refused.case-moved":
            return _moved(asked, typed)
        if why.code in _ON_THE_FORM:
            tell_refusal(request, why)
            return _page(asked, Filled(typed, {"seen": Phrase(why.code, _in_words(asked, why))}), status=409)
        raise
    return see_other_url(request, there, said=say("act.done", act=say(f"act.{asked.act}"), number=case.number))


def _in_words(asked: Asked, why: Refused) -> dict[str, object]:
    """Materials and reasons by their names, where a refusal carries codes."""
    params: dict[str, object] = {**why.params}
    if isinstance(codes := params.get("missing"), str):
        names = [label_of(asked.request, asked.item, code) for code in codes.split(", ") if code]
        params["missing"] = "、".join(names)
    if (stop := params.get("stop")) is not None:
        params["stop"] = stop_name(asked.request, str(stop))
    if (act := params.get("act")) is not None:
        params["act"] = say(f"act.{act}")
    return params


def _said(asked: Asked, typed: Mapping[str, str]) -> decisions.Said:
    stop = Stop(typed["stop"]) if "stop" in typed else None
    law = stops_of(asked).get(stop) if stop is not None else None
    return decisions.Said(
        reason=typed.get("reason", ""),
        basis=typed.get("basis", "") or (law.basis if law else ""),
        remedies=filled(typed.get("remedies", ""), bodies_typed(typed)),
        corrections=corrections.lines_said(asked, typed),
        papers=photos_of(asked, typed),
        proposal=typed.get("proposal", ""),
        simple=typed.get("way") == "simple",
        competent=typed.get("competent", ""),
        stop=stop,
        expected=typed.get("expected", ""),
        chair=typed.get("chair", "") if stop is Stop.HEARING else "",
        person=typed.get("person", asked.me.name) if asked.act is Act.RECUSE else "",
        survey=survey_said(typed) if asked.act is Act.RECORD_SURVEY else None,
        passed=typed.get("passed") == "yes" and asked.act is Act.CHECK_PROMISE,
        licence=licence_said(asked, typed),
        to=typed.get("to", ""),
    )


def _author(asked: Asked, typed: Mapping[str, str]) -> By:
    """In the role that opens the act; whoever recuses another does it as head of the agency."""
    if asked.act is Act.RECUSE and typed.get("person", asked.me.name) != asked.me.name:
        return by(asked.request, Role.LEADER)
    rule = rule_for(asked.case.status, asked.act)
    return by(asked.request, *(rule.roles if rule else OFFICERS))


def _moved(asked: Asked, typed: Mapping[str, str]) -> Response:
    """Somebody was faster. What was typed is given back where the act is still open, beside what is there now."""
    now = _asked(asked.request)
    if now.act not in acts_open(now.case, Side.HUB, now.me.roles):
        return see_other(asked.request, "case", case_id=now.case.id, said=say("act.moved"), tone=Tone.BAD)
    return _page(now, Filled(typed, {"seen": say("act.moved")}), status=409)


# -- the two pages


def _page(asked: Asked, form: Filled, status: int = 200) -> Response:
    request, case, act = asked.request, asked.case, asked.act
    with asked.desk.store.read() as db:
        titles = stations.titles(db)
    blocks = blocks_of(asked)
    follows = asked.item.conditional if act is Act.ACCEPT_CONDITIONALLY and asked.item else None
    page = ActPage(
        act=act,
        title=say(f"act.{act}"),
        explained=say(f"act.{act}.explained"),
        number=case.number,
        item=item_name(request, asked.item, case.item),
        status=status_chip(case.status) if case.status else Chip(""),
        last=last_step(request, case, asked.item, titles),
        seen=case.tip or "",
        form=form,
        warnings=_warnings(asked),
        facts=facts_of(asked),
        lines=corrections.checklist(asked, form),
        line_hint=say(
            "act.follows-hint", span=say(f"limit.{follows.supply_within.unit}", value=follows.supply_within.value)
        )
        if follows
        else None,
        blocks=blocks,
        photos=[name[6:] for name in form.values if name.startswith("photo:")],
        has_files=act is Act.RECORD_SURVEY,
        at_once=act in AT_ONCE,
        danger=act in DANGER,
        post_to=url(request, "case.act.do", case_id=case.id, act=act),
        back_href=url(request, "case", case_id=case.id),
    )
    return render(request, page, status=status)


def _warnings(asked: Asked) -> list[Phrase]:
    case, item, act = asked.case, asked.item, asked.act
    warnings: list[Phrase] = []
    with asked.desk.store.read() as db:
        missing = lawful.away(db, case)
    if missing:
        names = "、".join(dict.fromkeys(label_of(asked.request, item, paper.material) for paper in missing))
        key = "act.papers-away-grant" if act is Act.GRANT else "act.papers-away"
        warnings.append(say(key, count=len(missing), all=len(case.papers), missing=names))
    if act is Act.ASK_CORRECTION:
        warnings.append(say("act.correct-once"))
    if act is Act.ACCEPT_CONDITIONALLY and not corrections.checklist(asked, Filled()):
        warnings.append(say("act.nothing-secondary"))
    if act is Act.EXTEND and not any(limit.extendable for limit in (item.limits if item else ())):
        warnings.append(say("act.law-extends-nothing"))
    wants_survey = item is not None and item.survey.need is SurveyNeed.ALWAYS and Flag.SURVEYED not in case.flags
    if wants_survey and act in (Act.REVIEW, Act.GRANT):
        warnings.append(say("act.survey-first"))
    if act is Act.GRANT and case.review is not None and case.review.proposal == "deny":
        warnings.append(say("act.against-proposal"))
    if act is Act.DENY and case.review is not None and case.review.proposal == "grant":
        warnings.append(say("act.against-proposal"))
    return warnings


def _check(asked: Asked, inputs: Sequence[Input], typed: Mapping[str, str], seen: str) -> Response:
    """As it will go out: nothing has happened yet."""
    request, case, act = asked.request, asked.case, asked.act
    about = [
        f"{label_of(request, asked.item, one.about)}：{one.problem}" for one in corrections.lines_said(asked, typed)
    ]
    rows = [Row(say(f"act.{act}.lines"), "\n".join(about))] if about else []
    for one in inputs:
        value = filled(typed.get(one.name, ""), bodies_typed(typed)) if one.name == "remedies" else shown(one, typed)
        if value and one.name not in ("reconsideration_body", "court"):
            rows.append(Row(one.label, value))
    if photos := sum(name.startswith("photo:") for name in typed):
        rows.append(Row(say("survey.photos"), say("survey.photo-count", count=photos)))
    page = CheckPage(
        title=say("act.check", act=say(f"act.{act}")),
        number=case.number,
        item=item_name(request, asked.item, case.item),
        rows=rows,
        hidden={**{name: value for name, value in typed.items() if value}, "seen": seen},
        yes=say("act.yes", act=say(f"act.{act}")),
        danger=act in DANGER,
        post_to=url(request, "case.act.do", case_id=case.id, act=act),
        back_href=url(request, "case", case_id=case.id),
    )
    return render(request, page)


# -- what was asked and typed


def _asked(request: Request) -> Asked:
    """:raises Refused: no-page, no-case"""
    desk = room(request)
    try:
        act = Act(request.path_params["act"])
    except ValueError as why:
        raise Refused("refused.no-page") from why
    if act in ELSEWHERE:
        raise Refused("refused.no-page")
    at = desk.clock.now()
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, request.path_params["case_id"])
        item = desk.shelf.item(case.item, case.item_version)
        return Asked(
            request, desk, case, item, act, session.who(request).account, at,
            bodies=bodies_of(db, item.organ) if item is not None else bodies_of(db, ""),
            people=[one for one in accounts.accounts(db) if one.active],
            clocks=clocks_of_case(case, item, desk.shelf.calendar, at) if item is not None else (),
            heard=heard_at(db, case),
            places=stations.titles(db),
        )  # fmt: skip


def _inputs(asked: Asked) -> list[Input]:
    return [one for block in blocks_of(asked) for one in block.inputs]


def _problems(asked: Asked, inputs: Sequence[Input], typed: Mapping[str, str]) -> dict[str, Phrase]:
    problems = corrections.line_problems(asked, typed) | problems_of(inputs, typed)
    for name in bodies_missing(typed):
        problems[name] = say(f"act.{name}-empty")
    if asked.act is Act.RECORD_SURVEY:
        problems |= survey_problems(asked, typed)
    if asked.act is Act.PAUSE and typed.get("stop") == Stop.HEARING and not typed.get("chair"):
        problems["chair"] = say("act.chair-empty")
    return problems | licence_problems(typed)
