"""The rule library on the hub's pages: the list, one rule with all that hangs on it, who has read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import breaches, library, readings, sections, stations
from hub.library import Kept, State, Way
from hub.readings import Share
from hub.sections import Section
from hub.web.breaches import SEE_BREACHES, BreachLine, breach_lines
from hub.web.room import by, room
from hub.web.shown import title_of
from hub.web.words.rules import RULE_WORDS
from protocol.cases.words import Role
from protocol.catalogue.items import Certainty
from protocol.clock import CHINA, moment
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, translator, url
from protocol.console.parts import Chip, Filled, Icon, Row, Step, Text, Tone
from protocol.console.texts import Lang, Phrase, say
from protocol.controls.machine import delivered
from protocol.controls.packing import RULE, parts_of_rules
from protocol.controls.rules import LETTER, ControlRule, RuleClass
from protocol.errors import Refused
from protocol.exchange.topics import HUB

_STATE: Mapping[State, tuple[Tone, Icon]] = {
    State.DRAFT: (Tone.PLAIN, Icon.CLOCK),
    State.LEGAL_REVIEW: (Tone.WARN, Icon.CLOCK),
    State.APPROVED: (Tone.WARN, Icon.HALF),
    State.PUBLISHED: (Tone.GOOD, Icon.CHECK),
    State.REPEALED: (Tone.BAD, Icon.CROSS),
    State.SUPERSEDED: (Tone.PLAIN, Icon.CROSS),
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    href: str
    name: str
    title: str
    kind: Phrase
    state: Chip
    owner: Text
    read: Text
    tried: int
    chips: Sequence[Chip]


@dataclass(frozen=True, slots=True)
class RulesPage:
    template = "rules.html"
    section = "rules"
    lines: Sequence[RuleLine]
    search: Filled
    classes: Sequence[tuple[str, Phrase]]
    states: Sequence[tuple[str, Phrase]]
    overdue: int
    breaches_href: str  # empty: not for this reader
    carry_to: str  # empty: the stations have what is here, or it is not this reader's business
    drafts: Sequence[tuple[str, Phrase]]  # where a new rule of each class is drafted; empty for who may not
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A piece of the text: `sign` is " ", "+" or "-"."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class RulePage:
    template = "rule.html"
    section = "rules"
    name: str
    title: str
    text: str
    state: Chip
    chips: Sequence[Chip]
    rows: Sequence[Row]
    controls: Sequence[Phrase]
    versions: Sequence[tuple[str, str, Chip, Phrase]]
    difference: Sequence[Difference]
    steps: Sequence[Step]
    readings: Sequence[tuple[str, str, datetime, int]]
    breaches: Sequence[BreachLine]
    ways: Sequence[Way]
    may_confirm: bool
    draft_href: str  # empty: not for this reader
    draft_text: Phrase
    post_to: str
    confirm_to: str
    version: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PartiesPage:
    template = "rule_readers.html"
    section = "rules"
    lines: Sequence[tuple[str, Text, int]]
    as_of: datetime


def show_rules(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    day, me = at.astimezone(CHINA).date(), session.who(request).account
    asked = {name: request.query_params.get(name, "").strip()[:80] for name in ("class", "state", "q")}
    bundle = desk.shelf.current()
    brought = {name: data for name, data in bundle.extras.items() if name.startswith(RULE)} if bundle else {}
    carried = brought or parts_of_rules(delivered().versions())
    with desk.store.read() as db:
        everything = library.every(db)
        in_force = library.book(db).in_force(day)
        owners = sections.sections(db)
        shares, tried = readings.by_rule(db, in_force), breaches.by_rule(db)
        changed = library.parts(db) != carried
        unread = {rule.name for rule in in_force if not readings.has_read(db, rule, me.name)}
    wanted = [kept for kept in everything if _fits(kept, asked, day)]
    page = RulesPage(
        lines=[_line(request, kept, day, shares, tried, unread, owners) for kept in wanted],
        search=Filled(asked),
        classes=[(kind, say(f"rules.class-{kind}")) for kind in RuleClass],
        states=[(state, say(f"rule-state.{state}")) for state in State],
        overdue=len(library.overdue(in_force, day)),
        breaches_href=url(request, "breaches") if me.may(*SEE_BREACHES) else "",
        carry_to=url(request, "rules.carry") if me.may(Role.EDITOR) and changed else "",
        drafts=_new_codes(request, everything) if me.may(Role.EDITOR) else [],
        as_of=at,
    )
    return render(request, page)


def show_rule(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    day, me = at.astimezone(CHINA).date(), session.who(request).account
    code = request.path_params["code"]
    with desk.store.read() as db:
        mine = [kept for kept in library.every(db) if kept.rule.code == code]
        if not mine:
            raise Refused("refused.no-rule", rule=code)
        kept = _chosen(mine, request.query_params.get("version", ""), day)
        taken, read, titles = library.steps(db, code), readings.of_rule(db, code), stations.titles(db)
        tried = breach_lines(request, breaches.tried(db, code, 50), titles) if me.may(*SEE_BREACHES) else []
        has_read = readings.has_read(db, kept.rule, me.name)
        owners = sections.sections(db)
    rule = kept.rule
    before = next((one.rule for one in mine if one.rule.version == rule.version - 1), None)
    under_way = next((one for one in mine if one.state in (State.DRAFT, State.LEGAL_REVIEW, State.APPROVED)), None)
    may_draft = me.may(Role.EDITOR) and (under_way is None or under_way.state is State.DRAFT)
    page = RulePage(
        name=rule.name,
        title=_title(request, rule),
        text=rule.text,
        state=_state_chip(kept, day),
        chips=_chips(rule, kept, day, has_read),
        rows=_rows(request, kept, owners),
        controls=[say("rule.control-line", what=say(f"control.{control}")) for control in rule.enforced_by],
        versions=[_version(request, one, day) for one in reversed(mine)],
        difference=_difference(before.text, rule.text) if before else [],
        steps=[
            Step(
                say(f"rule-step.{one.step}"),
                moment(one.at),
                one.account,
                say("rule.version", version=one.version),
                one.note,
            )
            for one in taken
        ],
        readings=[
            (one.name or one.account, _party(request, titles, one.station), moment(one.at), one.version) for one in read
        ],
        breaches=tried,
        ways=library.ways_open(kept, me.roles),
        may_confirm=rule.holds_on(day) and kept.state in (State.PUBLISHED, State.REPEALED) and not has_read,
        draft_href=url(request, "rule.draft", code=code) if may_draft else "",
        draft_text=say("rule.edit" if under_way else "rule.new-version"),
        post_to=url(request, "rule.step", code=code),
        confirm_to=url(request, "rule.read", code=code),
        version=rule.version,
        as_of=at,
    )
    return render(request, page)


def confirm(request: Request, body: FormData) -> Response:
    """The reader says that he has read the version on the page."""
    desk, at = room(request), room(request).clock.now()
    code, there = request.path_params["code"], url(request, "rule", code=request.path_params["code"])
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        kept = library.need(tx, code, _number(forms.text(body, "version")))
        readings.confirm(tx, kept.rule, by=by(request), at=at)
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("rule.confirmed"))


def show_parties(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    with desk.store.read() as db:
        shares = readings.by_party(db, library.book(db).in_force(at.astimezone(CHINA).date()))
        titles = stations.titles(db)
    lines = [(_party(request, titles, party), share_text(share), share.percent) for party, share in shares.items()]
    return render(request, PartiesPage(sorted(lines, key=lambda line: (line[2], line[0])), at))


# -- pieces


def share_text(share: Share | None) -> Text:
    if share is None:
        return "—"
    if not share.due:
        return say("rules.read-nobody")
    return say("rules.read-of", read=share.read, due=share.due, percent=share.percent)


def _fits(kept: Kept, asked: Mapping[str, str], day: date) -> bool:
    rule, words = kept.rule, asked["q"].casefold()
    said = f"{rule.code} {rule.title} {rule.title_en} {rule.text}".casefold()
    return (
        (not asked["class"] or rule.rule_class == asked["class"])
        and (kept.shown(day) == asked["state"] if asked["state"] else kept.shown(day) is not State.SUPERSEDED)
        and words in said
    )


def _line(
    request: Request,
    kept: Kept,
    day: date,
    shares: Mapping[str, Share],
    tried: Mapping[str, int],
    unread: set[str],
    owners: Sequence[Section],
) -> RuleLine:
    rule = kept.rule
    holds = kept.state in (State.PUBLISHED, State.REPEALED) and rule.holds_on(day)
    href = f"{url(request, 'rule', code=rule.code)}?version={rule.version}"
    return RuleLine(
        href=href,
        name=rule.name,
        title=_title(request, rule),
        kind=say(f"rules.class-{rule.rule_class}"),
        state=_state_chip(kept, day),
        owner=_owner(request, rule.owner, owners),
        read=share_text(shares.get(rule.code) if holds else None),
        tried=tried.get(rule.code, 0),
        chips=_chips(rule, kept, day, rule.name not in unread) if holds else [],
    )


def _chips(rule: ControlRule, kept: Kept, day: date, has_read: bool) -> list[Chip]:
    chips = []
    if rule.review_by < day and kept.state is State.PUBLISHED:
        chips.append(Chip(say("rules.overdue"), Tone.WARN, Icon.CLOCK))
    if has_read:
        chips.append(Chip(say("rules.yours-read"), Tone.GOOD, Icon.CHECK))
    elif rule.holds_on(day) and kept.state in (State.PUBLISHED, State.REPEALED):
        chips.append(Chip(say("rules.yours-unread"), Tone.PLAIN, Icon.INFO))
    return chips


def _state_chip(kept: Kept, day: date) -> Chip:
    state = kept.shown(day)
    return Chip(say(f"rule-state.{state}"), *_STATE[state])


def _version(request: Request, kept: Kept, day: date) -> tuple[str, str, Chip, Phrase]:
    href = f"{url(request, 'rule', code=kept.rule.code)}?version={kept.rule.version}"
    return (href, kept.rule.name, _state_chip(kept, day), _period(kept))


def _period(kept: Kept) -> Phrase:
    rule = kept.rule
    if kept.state not in (State.PUBLISHED, State.REPEALED):
        return say("rule.not-yet")
    if rule.in_force_to is None:
        return say("rule.from", day=rule.in_force_from)
    return say("rule.from-to", first=rule.in_force_from, last=rule.in_force_to)


def _rows(request: Request, kept: Kept, owners: Sequence[Section]) -> list[Row]:
    rule, said = kept.rule, translator(request)
    owner = _owner(request, rule.owner, owners)
    links = "、".join(said(f"link.{link}") for link in rule.links) or said("rule.every-link")
    rows = [Row(say("rule.in-force"), _period(kept)), Row(say("rules.owner"), owner), Row(say("rule.links"), links)]
    rows.append(Row(say("rule.readers"), "、".join(said(f"side.{side}") for side in rule.readers)))
    proposed = rule.certainty is Certainty.LOCAL
    rows.append(Row(say("rule.certainty"), say("rule.proposal" if proposed else "rule.decided")))
    rows.append(Row(say("rule.items"), "、".join(rule.items) if rule.items else say("rule.every-item")))
    rows.append(Row(say("rules.review-by"), rule.review_by.isoformat()))
    if rule.replaces:
        rows.append(Row(say("rule.replaces"), rule.replaces))
    if rule.risk:
        level = say(f"risk.{rule.risk.level}")
        rows.append(Row(say("rule.risk"), say("rule.risk-line", point=rule.risk.point, level=level)))
        rows.append(Row(say("rule.measure"), rule.risk.measure))
    if kept.opinion:
        rows.append(Row(say("rule.opinion"), say("rule.opinion-line", opinion=kept.opinion, by=kept.opinion_by)))
    return rows


def _owner(request: Request, code: str, owners: Sequence[Section]) -> Text:
    """The section as the district calls it; as the delivered rules do; or by its code."""
    for one in owners:
        if one.code == code:
            return one.name_en if session.lang(request) is Lang.EN and one.name_en else one.name
    return say(f"owner.{code}") if f"owner.{code}" in RULE_WORDS else code


def _chosen(mine: Sequence[Kept], asked: str, day: date) -> Kept:
    """The version that was asked for; else the one in force, else the newest."""
    for kept in mine:
        if str(kept.rule.version) == asked:
            return kept
    in_force = [kept for kept in mine if kept.shown(day) is State.PUBLISHED and kept.rule.holds_on(day)]
    return (in_force or list(mine))[-1]


def _difference(before: str, after: str) -> list[Difference]:
    """By clauses: what stayed, what went and what came."""
    cut = re.compile(r"(?<=[。；，：])")
    old, new = ([piece for piece in cut.split(text) if piece] for text in (before, after))
    return [Difference(line[0], line[2:]) for line in difflib.ndiff(old, new) if line[0] in " +-"]


def _title(request: Request, rule: ControlRule) -> str:
    return rule.title_en if session.lang(request) is Lang.EN else rule.title


def _party(request: Request, titles: Mapping[str, tuple[str, str]], party: str) -> str:
    if party == HUB:
        name = request.app.state.shell
        return name.place_en if session.lang(request) is Lang.EN and name.place_en else str(name.place)
    return title_of(request, titles, party)


def _new_codes(request: Request, everything: Sequence[Kept]) -> list[tuple[str, Phrase]]:
    found = []
    for kind, letter in LETTER.items():
        last = max((int(kept.rule.code[2:]) for kept in everything if kept.rule.code.startswith(letter)), default=0)
        found.append((url(request, "rule.draft", code=f"{letter}-{last + 1:02d}"), say(f"rules.class-{kind}")))
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
