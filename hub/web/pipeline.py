"""The links of a case in their order, where it is, and which buttons a person has or has not, and why.

Everything is read from RULES and the table of duties, so the page cannot offer what the guard refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from hub.finished import must_archive
from hub.sections import Section
from protocol.cases.acts import CaseAct
from protocol.cases.case import Case
from protocol.cases.duties import ROLES_OF
from protocol.cases.guard import acts_open
from protocol.cases.judging import why_not_this_person
from protocol.cases.licences import GIVEN_UP
from protocol.cases.rules import OFFICERS, Act, Flag, Link, Side, Status, rule_for
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.console import session
from protocol.console.accounts import Account
from protocol.console.acting import acting
from protocol.console.pages import url
from protocol.console.texts import Lang, Phrase, say

# The link at which an act is done, for those that end a link.
_ENDS: Mapping[Act, Link] = {
    Act.SUBMIT: Link.INTAKE,
    Act.DECIDE_AT_ONCE: Link.INTAKE,
    Act.SUPPLEMENT: Link.INTAKE,
    Act.ACCEPT: Link.ACCEPTANCE,
    Act.ACCEPT_CONDITIONALLY: Link.ACCEPTANCE,
    Act.DEEM_ACCEPTED: Link.ACCEPTANCE,
    Act.ASK_CORRECTION: Link.ACCEPTANCE,
    Act.REFUSE_ACCEPTANCE: Link.ACCEPTANCE,
    Act.DECLARE_NOT_REQUIRED: Link.ACCEPTANCE,
    Act.RECORD_SURVEY: Link.SURVEY,
    Act.COUNTERSIGN_SURVEY: Link.SURVEY,
    Act.REVIEW: Link.REVIEW,
    Act.GRANT: Link.APPROVAL,
    Act.DENY: Link.APPROVAL,
    Act.DEEM_RENEWED: Link.APPROVAL,
    Act.ISSUE: Link.ISSUANCE,
    Act.HAND_OVER: Link.HAND_OVER,
    Act.ARCHIVE: Link.ARCHIVE,
}
_LINE = (
    Link.INTAKE, Link.ACCEPTANCE, Link.REVIEW, Link.SURVEY, Link.APPROVAL, Link.ISSUANCE, Link.HAND_OVER, Link.ARCHIVE,
)  # fmt: skip

# What moves the case comes first, then what is done to it meanwhile; the rest happens once in a hundred cases.
_MOVES = (
    Act.ALLOW_WITHDRAWAL, Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE, Act.ARCHIVE, Act.RECORD_SURVEY,
    Act.COUNTERSIGN_SURVEY, Act.CHECK_PROMISE, Act.RESUME, Act.DECLINE_WITHDRAWAL, Act.ACCEPT_CONDITIONALLY,
    Act.ASK_CORRECTION, Act.DENY, Act.SEND_BACK, Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED, Act.CLOSE_LATE,
)  # fmt: skip
_MEANWHILE = (Act.ORDER_SURVEY, Act.PAUSE, Act.EXTEND)
_SELDOM = (Act.RECUSE, Act.MOVE, Act.REOPEN, Act.CANCEL_LICENCE, Act.REVOKE_LICENCE)
_KEYS = ("F9", "F8", "F7", "F6")  # of the first buttons, as the page shows them
_WHERE: Mapping[Act, str] = {Act.ARCHIVE: "archive"}  # acts with a page of their own, by route


@dataclass(frozen=True, slots=True)
class LinkShown:
    name: Phrase
    state: str  # done, now, ahead, passed-by
    who: str
    at: datetime | None
    section: str


@dataclass(frozen=True, slots=True)
class ActButton:
    text: Phrase
    href: str
    kind: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Buttons:
    moves: Sequence[ActButton]
    meanwhile: Sequence[ActButton]
    seldom: Sequence[ActButton]
    barred: Sequence[Phrase]  # one sentence for each button that this very person has not
    why_none: Phrase | None

    @property
    def keys(self) -> list[tuple[str, Phrase]]:
        return [(button.key, button.text) for button in self.moves if button.key]


def why_not_you(case: Case, act: Act, me: Account) -> str:
    """The code of the duty that keeps this person from an act that is open for the role; "" if none does."""
    rule = rule_for(case.status, act)
    if rule is None or not me.may(*rule.roles):
        return ""
    author = acting(me, rule.roles)
    probe = CaseAct(case=case.id, id="", act=act, follows=case.tip, by=author, at="", person=me.name)
    return why_not_this_person(case, probe)


def buttons_of(request: Request, case: Case, item: Item | None) -> Buttons:
    me = session.who(request).account
    mine = [act for act in acts_open(case, Side.HUB, me.roles) if _makes_sense(case, item, act)]
    barred = {act: code for act in mine if (code := why_not_you(case, act, me))}
    free = [act for act in mine if act not in barred]
    primary = {Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE, Act.ARCHIVE, Act.ALLOW_WITHDRAWAL}
    primary |= {Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.RESUME, Act.CHECK_PROMISE}

    def line(acts: Sequence[Act], keys: Sequence[str] = ()) -> list[ActButton]:
        chosen = sorted((act for act in free if act in acts), key=acts.index)
        return [
            ActButton(
                say(f"act.{act}"), _href(request, case, act), "primary" if act in primary else "secondary",
                keys[place] if place < len(keys) else "",
            )
            for place, act in enumerate(chosen)
        ]  # fmt: skip

    moves = line(_MOVES, _KEYS)
    return Buttons(
        moves=moves,
        meanwhile=line(_MEANWHILE),
        seldom=line(_SELDOM),
        barred=[_barred(act, code) for act, code in barred.items()],
        why_none=None if moves or barred else _why_none(case, me),
    )


def _barred(act: Act, code: str) -> Phrase:
    named = {"act": say(f"act.{act}"), "done": say(f"act.{Act.SUBMIT}")}
    return say("case.barred", act=named["act"], why=Phrase(code, named))


def _makes_sense(case: Case, item: Item | None, act: Act) -> bool:
    """Open by the rules, but empty by the law of the item: no button for what could only be refused."""
    if act is Act.ACCEPT_CONDITIONALLY:
        return item is not None and item.conditional is not None
    if act is Act.EXTEND:
        return item is not None and any(limit.extendable for limit in item.limits)
    if act is Act.ORDER_SURVEY:
        return item is not None and item.has_survey
    if act is Act.ARCHIVE:
        return must_archive(case)
    if act in (Act.CANCEL_LICENCE, Act.REVOKE_LICENCE):
        terms = case.issued.licence if case.issued is not None else None
        return terms is not None and terms.change != GIVEN_UP
    return True


def _why_none(case: Case, me: Account) -> Phrase:
    link = case.link
    if case.owner is Side.STATION:
        return say("case.stations-move")
    if link is None or case.status is None or (case.status is Status.ARCHIVED and Flag.CHECK_DUE not in case.flags):
        return say("case.closed")
    roles = ROLES_OF[link]
    if not me.may(*OFFICERS):
        return say("case.not-your-role", link=say(f"link.{link}"), role=say(f"role.{min(roles)}"))
    if me.may(*roles):  # it is his link, and something stands in the way
        if Flag.PAUSED in case.flags:
            return say("case.paused-now")
        return say("case.nothing-open")
    return say("case.other-section", link=say(f"link.{link}"), role=say(f"role.{min(roles)}"))


def _href(request: Request, case: Case, act: Act) -> str:
    if act in _WHERE:
        return f"{url(request, 'case', case_id=case.id)}/{_WHERE[act]}"
    return url(request, "case.act", case_id=case.id, act=act)


# -- the strip


def strip(request: Request, case: Case, item: Item | None, sections: Sequence[Section]) -> list[LinkShown]:
    now = case.link
    last: dict[Link, CaseAct] = {}
    people: dict[Link, list[str]] = {}
    for act in case.line:
        link = _ENDS.get(act.act)
        if link is not None:
            last[link] = act
            name = act.by.name or act.by.account
            people.setdefault(link, [])
            if name not in people[link]:
                people[link].append(name)
    surveyed = Link.SURVEY in last or now is Link.SURVEY or (item is not None and item.survey.need == "always")
    line = [link for link in _LINE if link is not Link.SURVEY or surveyed]
    ended = case.status in (Status.WITHDRAWN, Status.ARCHIVED)
    here = line.index(now) if now in line else len(line)
    found = []
    for place, link in enumerate(line):
        state = "now" if link is now else "done" if link in last and (place < here or ended) else "ahead"
        if state == "ahead" and (place < here or (ended and link is not now)):
            state = "passed-by"
        act_ = last.get(link)
        found.append(
            LinkShown(
                say(f"link.{link}"),
                state,
                "、".join(people.get(link, [])) if state == "done" else "",
                moment(act_.at)
                if act_ is not None and state == "done"
                else moment(case.moved_at)
                if state == "now"
                else None,
                _section(request, link, act_, sections) if state in ("done", "now") else "",
            )
        )
    return found


def _section(request: Request, link: Link, act: CaseAct | None, sections: Sequence[Section]) -> str:
    """The section that did it; of the link at which the case is, the one that it belongs to if there is just one."""
    code = act.by.section if act is not None else ""
    fitting = [one for one in sections if one.code == code] or [
        one for one in sections if one.link is link and one.active
    ]
    if len(fitting) != 1:
        return ""
    english = session.lang(request) is Lang.EN
    return fitting[0].name_en if english and fitting[0].name_en else fitting[0].name
