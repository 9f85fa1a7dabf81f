"""Making a rule on the pages: the form of a draft, and the buttons that move a version on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import library
from hub.library import WAYS, State, Step
from hub.publishing import under_way
from hub.web.room import by, room
from protocol.cases.words import Role, Side
from protocol.clock import CHINA
from protocol.console import forms
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, translator, url
from protocol.console.parts import Filled
from protocol.console.texts import Phrase, say
from protocol.controls.packing import RULE
from protocol.controls.rules import ControlRule, RiskLevel, RiskPoint
from protocol.errors import Refused

REVIEWED_AFTER = timedelta(days=365)
_FIELDS = ("title", "title_en", "text", "owner", "review_by", "point", "level", "measure")
_NEEDED = ("title", "title_en", "text", "owner")


@dataclass(frozen=True, slots=True)
class DraftPage:
    template = "rule_draft.html"
    section = "rules"
    title: Phrase
    form: Filled
    levels: tuple[tuple[str, Phrase], ...]
    post_to: str
    back_href: str
    as_of: datetime


def show_draft(request: Request) -> Response:
    code = request.path_params["code"]
    with room(request).store.read() as db:
        rule = _base(db, code, room(request).clock.now())
    return _page(request, code, Filled(_filled(rule)))


def keep_draft(request: Request, body: FormData) -> Response:
    desk, at = room(request), room(request).clock.now()
    code = request.path_params["code"]
    typed = {name: forms.text(body, name) for name in _FIELDS}
    problems: dict[str, Phrase] = {name: say("rule.empty") for name in _NEEDED if not typed[name]}
    review_by = _day(typed["review_by"])
    if review_by is None:
        problems["review_by"] = say("rule.day-wrong")
    if problems or review_by is None:
        return _page(request, code, Filled(typed, problems), status=422)
    there = url(request, "rule", code=code)
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        rule = dataclasses.replace(
            _base(tx, code, at), title=typed["title"], title_en=typed["title_en"], text=typed["text"],
            owner=typed["owner"], review_by=review_by, risk=_risk(typed),
        )  # fmt: skip
        kept = library.draft(tx, rule, by=by(request, Role.EDITOR), at=at)
        there = f"{there}?version={kept.version}"
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("rule.kept"))


def take(request: Request, body: FormData) -> Response:
    """One button of the page of a rule."""
    desk, at = room(request), room(request).clock.now()
    code, version = request.path_params["code"], forms.text(body, "version")
    try:
        step = Step(forms.text(body, "step"))
    except ValueError as why:
        raise Refused("refused.no-page") from why
    there = f"{url(request, 'rule', code=code)}?version={version}"
    roles = frozenset(role for way in WAYS if way.step is step for role in way.roles)
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        library.take(
            tx, code, int(version) if version.isascii() and version.isdigit() else 0, step,
            by=by(request, *roles), at=at, note=forms.text(body, "note"), day=_day(forms.text(body, "day")),
        )  # fmt: skip
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("rule-step.done", step=say(f"rule-step.{step}")))


def carry(request: Request, body: FormData) -> Response:
    """The library as it stands is in the publication under way, or in one that begins here. Twice is once."""
    desk, at, editor = room(request), room(request).clock.now(), by(request, Role.EDITOR).account
    with desk.store.read() as db:
        parts, one = library.parts(db), under_way(db)
    if one is None:
        note = translator(request)(say("hub.rules"))
        one = desk.publishing.draft(editor, note, at)
    desk.publishing.set_parts(one.id, RULE, parts, editor, at)
    return see_other(request, "rules", said=say("rules.carried"))


def _page(request: Request, code: str, form: Filled, status: int = 200) -> Response:
    page = DraftPage(
        title=say("rule.draft-title", name=code),
        form=form,
        levels=tuple((level, say(f"risk.{level}")) for level in RiskLevel),
        post_to=url(request, "rule.draft.keep", code=code),
        back_href=url(request, "rules"),
        as_of=room(request).clock.now(),
    )
    return render(request, page, status=status)


def _base(db: Database, code: str, at: datetime) -> ControlRule:
    """The draft under way, else the newest version, else an empty rule of that code."""
    mine = [kept for kept in library.every(db) if kept.rule.code == code]
    drafts = [kept for kept in mine if kept.state is State.DRAFT]
    if drafts or mine:
        return (drafts or mine)[-1].rule
    today = at.astimezone(CHINA).date()
    return ControlRule(code, 1, "", "", "", today, today + REVIEWED_AFTER, "", (Side.HUB, Side.STATION))


def _filled(rule: ControlRule) -> dict[str, str]:
    risk = rule.risk
    return {
        "title": rule.title,
        "title_en": rule.title_en,
        "text": rule.text,
        "owner": rule.owner,
        "review_by": rule.review_by.isoformat(),
        "point": risk.point if risk else "",
        "level": risk.level if risk else "",
        "measure": risk.measure if risk else "",
    }


def _risk(typed: Mapping[str, str]) -> RiskPoint | None:
    if not typed["point"]:
        return None
    level = RiskLevel(typed["level"]) if typed["level"] in set(RiskLevel) else RiskLevel.MEDIUM
    return RiskPoint(typed["point"], level, typed["measure"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
