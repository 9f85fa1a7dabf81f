"""The acts of a case as a timeline, and two versions of one step side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from starlette.requests import Request

from hub.web.shown import label_of, person_name, stop_name, title_of
from protocol.cases.acts import CaseAct
from protocol.cases.case import Case, Standing
from protocol.cases.case import Step as CaseStep
from protocol.cases.rules import REMARKS, REQUESTS, Act, Role, Side
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.console import session
from protocol.console.pages import translator
from protocol.console.parts import Icon, Step, Text, Tone
from protocol.console.texts import Lang, Phrase, say
from protocol.documents.kinds import DOCUMENTS, Kind

Titles = Mapping[str, tuple[str, str]]

_GOOD, _WARN, _BAD = (Tone.GOOD, Icon.CHECK), (Tone.WARN, Icon.ALERT), (Tone.BAD, Icon.CROSS)
_WAITS, _INNER = (Tone.WARN, Icon.CLOCK), (Tone.PLAIN, Icon.LOCK)
_LOOKS: Mapping[Act, tuple[Tone, Icon]] = {
    Act.ACCEPT: _GOOD,
    Act.ACCEPT_CONDITIONALLY: _GOOD,
    Act.DEEM_ACCEPTED: _WARN,
    Act.ASK_CORRECTION: _WARN,
    Act.REFUSE_ACCEPTANCE: _BAD,
    Act.DECLARE_NOT_REQUIRED: _BAD,
    Act.LAPSE: _WAITS,
    Act.CLOSE_LATE: _BAD,
    Act.ORDER_SURVEY: _WAITS,
    Act.COUNTERSIGN_SURVEY: _GOOD,
    Act.PAUSE: _WAITS,
    Act.EXTEND: _WAITS,
    Act.RECUSE: _WARN,
    Act.SEND_BACK: _WARN,
    Act.GRANT: _GOOD,
    Act.DECIDE_AT_ONCE: _GOOD,
    Act.CONFIRM: _GOOD,
    Act.DOUBT: _BAD,
    Act.DENY: _BAD,
    Act.DEEM_RENEWED: _WARN,
    Act.ISSUE: (Tone.GOOD, Icon.UP),
    Act.RETURN_RESULT: _WARN,
    Act.HAND_OVER: _GOOD,
    Act.MOVE: (Tone.PLAIN, Icon.UP),
    Act.ASK_MOVE: (Tone.PLAIN, Icon.INFO),
    Act.CANCEL_LICENCE: _BAD,
    Act.REVOKE_LICENCE: _BAD,
    Act.ARCHIVE: _INNER,
    Act.REOPEN: _WARN,
    Act.ASK_WITHDRAWAL: _WARN,
    Act.NOTE: _INNER,
    Act.CARD: _WARN,
    Act.ANSWER_CARD: _INNER,
}
LATE = timedelta(hours=1)  # what a station wrote so long before it came here says both times


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


def timeline(
    request: Request, case: Case, item: Item | None, titles: Titles, heard: Mapping[str, str] = MappingProxyType({})
) -> list[Step]:
    """Newest first; what did not count is there too, and says so. `heard`: act -> stamp() of its arrival here."""
    return [_step(request, one, case, item, titles, heard.get(one.act.id, "")) for one in reversed(case.steps)]


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
        ("act.way", words("act.way.simple") if act.simple else ""),
        ("act.proposal", words(f"proposal.{act.proposal}") if act.proposal in ("grant", "deny") else ""),
        ("act.stop", stop_name(request, act.stop) if act.stop else ""),
        ("act.person", person_name(request, act.person)),
        ("act.reason", act.reason),
        ("act.basis", act.basis),
        (f"act.{act.act}.lines" if act.corrections else "act.corrections", corrections),
        ("act.competent", act.competent),
        ("act.expected", act.expected),
        ("act.chair", person_name(request, act.chair)),
        *_survey(request, act),
        ("act.promise", words(_promise(act)) if act.act is Act.CHECK_PROMISE else ""),
        ("act.counts-from", act.counts_from),
        ("act.remedies", act.remedies),
        ("act.document", act.number),
        *_licence(request, act),
        ("act.made", _made(request, act)),
        ("act.package", act.package[:16]),
        ("act.recipient", act.recipient),
        ("act.changed", changed),
        ("act.papers", str(len(act.papers)) if act.papers and act.survey is None else ""),
        ("act.rules", "、".join(act.rules)),
        (
            "act.at-counter" if act.act is Act.DECIDE_AT_ONCE else "act.on-behalf",
            act.by.name or act.by.on_behalf
            if act.act is Act.DECIDE_AT_ONCE
            else person_name(request, act.by.on_behalf),
        ),
    )
    return [(say(key), text) for key, text in every if text]


def _promise(act: CaseAct) -> str:
    return "act.promise-kept" if act.passed else "act.promise-broken"


def _survey(request: Request, act: CaseAct) -> list[tuple[str, str]]:
    if act.survey is None:
        return []
    words = translator(request)
    verdict = words("survey.passed" if act.survey.passed else "survey.failed")
    return [
        ("survey.place", act.survey.place),
        ("survey.conclusion", verdict),
        ("survey.findings", words("survey.point-count", count=len(act.survey.findings))),
        ("survey.photos", words("survey.photo-count", count=len(act.papers)) if act.papers else ""),
    ]


def _licence(request: Request, act: CaseAct) -> list[tuple[str, str]]:
    if act.licence is None:
        return []
    return [
        ("licence.number", act.licence.number),
        ("licence.valid-from", act.licence.valid_from),
        ("licence.valid-to", act.licence.valid_to),
    ]


def _made(request: Request, act: CaseAct) -> str:
    if act.made is None:
        return ""
    row = DOCUMENTS[Kind(act.made.kind)] if act.made.kind in list(Kind) else None
    name = (row.en if session.lang(request) is Lang.EN else row.zh) if row else act.made.kind
    return f"{name} {act.made.number}"


def _step(request: Request, one: CaseStep, case: Case, item: Item | None, titles: Titles, heard: str = "") -> Step:
    words = translator(request)
    told = one.act
    tone, icon = _LOOKS.get(told.act, (Tone.PLAIN, Icon.INFO))
    title: Text = say(f"act.{told.act}")
    lines = [words(say("act.said", label=label, text=text)) for label, text in details(request, told, item)]
    if told.act in (Act.NOTE, Act.CARD, Act.ANSWER_CARD):
        lines = [told.reason]
    if told.act is Act.CARD:
        title = say(f"flag.{told.card}")
    if one.standing is not Standing.STANDS:
        tone, icon = (Tone.WARN, Icon.CLOCK) if one.standing is Standing.WAITING else (Tone.BAD, Icon.ALERT)
        title = say("aside.title", act=say(f"act.{told.act}"), standing=say(f"aside.{one.standing}"))
        if one.why:
            lines.insert(0, words(say(f"aside.why.{one.why.removeprefix('refused.')}")))
    if one.told.side is Side.STATION and heard and moment(heard) - moment(told.at) > LATE:
        lines.append(words("step.heard-late", at=moment(heard), later=moment(heard) - moment(told.at)))
    desk = one.told.station or case.station
    where: Text = title_of(request, titles, desk) if one.told.side is Side.STATION else say("side.hub")
    if told.to:
        lines.append(words("step.to", station=title_of(request, titles, told.to)))
    by = told.by.name or told.by.account
    if told.by.role is Role.SYSTEM:
        by = words("role.system")
    return Step(title, moment(told.at), by, where, "\n".join(lines), tone, icon)


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
        where=title_of(request, titles, one.told.station or case.station)
        if one.told.side is Side.STATION
        else say("side.hub"),
        at=translator(request).moment(moment(one.act.at)),
        said=said,
    )
