"""The acts of a case as a timeline, and two versions of one step side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from hub.web.shown import label_of, title_of
from protocol.cases.acts import CaseAct
from protocol.cases.case import Case, Standing
from protocol.cases.case import Step as CaseStep
from protocol.cases.rules import REMARKS, REQUESTS, Act, Side
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.console.pages import translator
from protocol.console.parts import Icon, Step, Text, Tone
from protocol.console.texts import Phrase, say

Titles = Mapping[str, tuple[str, str]]

_LOOKS: Mapping[Act, tuple[Tone, Icon]] = {
    Act.GRANT: (Tone.GOOD, Icon.CHECK),
    Act.ACCEPT: (Tone.GOOD, Icon.CHECK),
    Act.HAND_OVER: (Tone.GOOD, Icon.CHECK),
    Act.DENY: (Tone.BAD, Icon.CROSS),
    Act.REFUSE_ACCEPTANCE: (Tone.BAD, Icon.CROSS),
    Act.ASK_CORRECTION: (Tone.WARN, Icon.ALERT),
    Act.ASK_WITHDRAWAL: (Tone.WARN, Icon.ALERT),
    Act.NOTE: (Tone.PLAIN, Icon.LOCK),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One of two acts that stand side by side."""

    act: Phrase
    who: str
    where: Text
    at: Text
    said: Sequence[tuple[Phrase, str]]  # only what differs is worth reading twice


@dataclass(frozen=True, slots=True)
class Aside:
    """An act that was set aside, beside the one that stands."""

    id: str
    kind: Phrase  # why it was set aside
    stands: Version | None
    aside: Version
    settled: str  # the reason that somebody has written down; empty while it waits
    settled_by: str


def timeline(request: Request, case: Case, item: Item | None, titles: Titles) -> list[Step]:
    """Newest first; what did not count is there too, and says so."""
    return [_step(request, one, case, item, titles) for one in reversed(case.steps)]


def last_step(request: Request, case: Case, item: Item | None, titles: Titles) -> Step | None:
    """The act that the next one follows: what an officer must have seen."""
    tip = next((one for one in case.steps if one.act.id == case.tip), None)
    return _step(request, tip, case, item, titles) if tip else None


def asides(request: Request, case: Case, item: Item | None, titles: Titles) -> list[Aside]:
    """Acts that a person has to look at or has looked at; those that only wait for another one are not among them."""
    reasons = {
        one.act.request: one.act
        for one in case.steps
        if one.act.act is Act.SETTLE and one.standing is Standing.STANDS and one.act.request
    }
    return [
        Aside(
            id=one.act.id,
            kind=say(f"aside.{one.standing}"),
            stands=_version(request, rival, item, titles, case, one.act) if (rival := _rival(case, one)) else None,
            aside=_version(request, one, item, titles, case, rival.act if rival else None),
            settled=reasons[one.act.id].reason if one.act.id in reasons else "",
            settled_by=reasons[one.act.id].by.name if one.act.id in reasons else "",
        )
        for one in case.set_aside
        if one.standing is not Standing.WAITING
    ]


def details(request: Request, act: CaseAct, item: Item | None) -> list[tuple[Phrase, str]]:
    """What an act says besides its kind, as label and text."""
    words = translator(request)
    corrections = "\n".join(
        words("act.said", label=label_of(request, item, one.about), text=one.problem) for one in act.corrections
    )
    changed = "、".join(label_of(request, item, key) for key in act.answers)
    every = (
        ("act.reason", act.reason),
        ("act.basis", act.basis),
        ("act.corrections", corrections),
        ("act.remedies", act.remedies),
        ("act.document", act.number),
        ("act.recipient", act.recipient),
        ("act.changed", changed),
        ("act.papers", str(len(act.papers)) if act.papers else ""),
    )
    return [(say(key), text) for key, text in every if text]


def _step(request: Request, one: CaseStep, case: Case, item: Item | None, titles: Titles) -> Step:
    words = translator(request)
    told = one.act
    tone, icon = _LOOKS.get(told.act, (Tone.PLAIN, Icon.INFO))
    title: Text = say(f"act.{told.act}")
    lines = [words(say("act.said", label=label, text=text)) for label, text in details(request, told, item)]
    if told.act is Act.NOTE:
        lines = [told.reason]
    if one.standing is not Standing.STANDS:
        tone, icon = (Tone.WARN, Icon.CLOCK) if one.standing is Standing.WAITING else (Tone.BAD, Icon.ALERT)
        title = say("aside.title", act=say(f"act.{told.act}"), standing=say(f"aside.{one.standing}"))
        if one.why:
            lines.insert(0, words(say(f"aside.why.{one.why.removeprefix('refused.')}")))
    where: Text = title_of(request, titles, case.station) if one.told.side is Side.STATION else say("side.hub")
    return Step(title, moment(told.at), told.by.name or told.by.account, where, "\n".join(lines), tone, icon)


def _rival(case: Case, one: CaseStep) -> CaseStep | None:
    """The standing act that follows the same one."""
    beside = {*REMARKS, *REQUESTS}
    return next(
        (
            other
            for other in case.steps
            if other.standing is Standing.STANDS
            and other.act.follows == one.act.follows
            and other.act.id != one.act.id
            and other.act.act not in beside
        ),
        None,
    )


def _version(
    request: Request, one: CaseStep, item: Item | None, titles: Titles, case: Case, other: CaseAct | None
) -> Version:
    said = details(request, one.act, item)
    if other is not None:
        same = {(label.key, text) for label, text in details(request, other, item)}
        said = [(label, text) for label, text in said if (label.key, text) not in same]
    return Version(
        act=say(f"act.{one.act.act}"),
        who=one.act.by.name or one.act.by.account,
        where=title_of(request, titles, case.station) if one.told.side is Side.STATION else say("side.hub"),
        at=translator(request).moment(moment(one.act.at)),
        said=said,
    )
