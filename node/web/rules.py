"""The internal-control rules that people of this station have to read, and where they say that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import rulebook
from node.rulebook import day_of
from node.web.tools import by, house, post_once
from protocol.clock import moment
from protocol.console import forms, session
from protocol.console.pages import render, translator, url
from protocol.console.parts import Row
from protocol.console.texts import Lang, Phrase, say
from protocol.controls.rules import ControlRule
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class RuleLine:
    href: str
    name: str
    title: str
    kind: Phrase
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class RulesPage:
    template = "rules.html"
    section = "rules"
    lines: Sequence[RuleLine]
    unread: int


@dataclass(frozen=True, slots=True)
class RulePage:
    template = "rule.html"
    section = "rules"
    name: str
    title: str
    text: str
    rows: Sequence[Row]
    read_at: datetime | None
    version: int
    post_to: str


def show(request: Request) -> Response:
    here = house(request)
    rules = here.rules.in_force(day_of(here.clock.now()))
    with here.store.read() as db:
        listed = rulebook.to_read(db, rules, session.who(request).account.name)
    lines = [
        RuleLine(
            url(request, "rule", code=one.rule.code),
            one.rule.name,
            _title(request, one.rule),
            say(f"rules.class-{one.rule.rule_class}"),
            moment(one.read_at) if one.read_at else None,
        )
        for one in listed
    ]
    return render(request, RulesPage(lines, sum(line.read_at is None for line in lines)))


def show_one(request: Request) -> Response:
    here = house(request)
    rule = here.rules.rule(request.path_params["code"], day_of(here.clock.now()))
    with here.store.read() as db:
        read_at = rulebook.to_read(db, [rule], session.who(request).account.name)[0].read_at
    rows = [Row(say("rule.in-force"), say("rule.from", day=rule.in_force_from))]
    if rule.links:
        said = translator(request)
        rows.append(Row(say("rule.links"), "、".join(said(f"link.{link}") for link in rule.links)))
    if rule.risk is not None:
        rows.append(Row(say("rule.risk"), rule.risk.point))
        rows.append(Row(say("rule.measure"), rule.risk.measure))
    page = RulePage(
        name=rule.name,
        title=_title(request, rule),
        text=rule.text,
        rows=rows,
        read_at=moment(read_at) if read_at else None,
        version=rule.version,
        post_to=url(request, "rule.read", code=rule.code),
    )
    return render(request, page)


def confirm(request: Request, form: FormData) -> Response:
    """The reader says that he has read the version on the page; a newer one in the meantime is shown first."""
    here = house(request)

    def do(tx: Database, at: datetime) -> str:
        rule = here.rules.rule(request.path_params["code"], day_of(at))
        if forms.text(form, "version") != str(rule.version):
            raise Refused("refused.form-expired")
        rulebook.confirm(tx, here.pen, rule, by=by(request), at=at)
        return url(request, "rules")

    return post_once(request, form, do, say("rule.confirmed"))


def _title(request: Request, rule: ControlRule) -> str:
    return rule.title_en if session.lang(request) is Lang.EN else rule.title
