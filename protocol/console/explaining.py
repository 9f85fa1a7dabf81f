"""How a decision by rules is shown: what it came to, why in words, and from what. The same at the desk, at the hub and
in front of the applicant, who may ask for it and for a person (个人信息保护法 §24).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.cases.acts import Trace
from protocol.catalogue.items import InstantInput, InstantOutcome, InstantRule
from protocol.clock import moment
from protocol.console.parts import Chip, Icon, Text, Tone
from protocol.console.texts import Lang, say
from protocol.instant.deciding import Reason, Why
from protocol.instant.explaining import reasons_of

_STATES: Mapping[str, Chip] = {
    "fresh": Chip(say("instant.fresh"), Tone.GOOD, Icon.CHECK),
    "stale": Chip(say("instant.stale"), Tone.WARN, Icon.CLOCK),
    "missing": Chip(say("instant.missing"), Tone.WARN, Icon.ALERT),
}


@dataclass(frozen=True, slots=True)
class InputShown:
    what: str
    source: Text
    value: Text  # "" where it stands in the application itself
    as_of: datetime | None
    state: Chip


@dataclass(frozen=True, slots=True)
class Explained:
    """`why`: the rules that were met, or what stood against it."""

    granted: bool
    why: Sequence[Text]
    inputs: Sequence[InputShown]
    rule: str  # the first characters of its digest
    catalogue: int
    library: str


def explained(rule: InstantRule | None, trace: Trace, lang: Lang) -> Explained:
    """`rule` None: the item's version is not known here; then names stand for the words."""
    named = {one.name: one for one in rule.named} if rule is not None else {}
    granted = trace.outcome == InstantOutcome.GRANT
    return Explained(
        granted,
        _met(rule, trace, lang) if granted else [_said(one, rule, lang) for one in reasons_of(rule, trace)],
        [
            InputShown(
                what_of(named.get(one.name), one.name, lang),
                named[one.name].source if one.name in named and lang is Lang.ZH else say(f"instant.from-{one.source}"),
                {"yes": say("instant.yes"), "no": say("instant.no")}.get(one.value, one.value),
                moment(one.as_of) if one.as_of else None,
                _STATES.get(one.state, _STATES["missing"]),
            )
            for one in trace.inputs
        ],
        trace.rule[:12],
        trace.catalogue,
        trace.library,
    )


def what_of(one: InstantInput | None, name: str, lang: Lang) -> str:
    if one is None:
        return name
    return one.what if lang is Lang.ZH else one.what_en or one.what


def _met(rule: InstantRule | None, trace: Trace, lang: Lang) -> list[Text]:
    words = _words(rule, lang)
    return [words.get(name, name) for name in trace.hits]


def _words(rule: InstantRule | None, lang: Lang) -> dict[str, str]:
    if rule is None:
        return {}
    return {one.name: one.reason if lang is Lang.ZH else one.reason_en or one.reason for one in rule.rules}


def _said(reason: Reason, rule: InstantRule | None, lang: Lang) -> Text:
    if reason.why in (Why.RULE, Why.FAILED):
        about = _words(rule, lang).get(reason.about, reason.about)
        return about if reason.why is Why.RULE else say(reason.why, about=about)
    named = {one.name: one for one in rule.named} if rule is not None else {}
    return say(reason.why, about=what_of(named.get(reason.about), reason.about, lang))
