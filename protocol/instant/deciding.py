"""What the signed rules of an item come to for one case: granted, or a person's. Never refused.

Pure, and the same at both ends: no clock, no records, no order of rules. Whatever is missing, stale, strange or fails
makes it a person's case; only a whole set of fresh inputs, a granting rule that is met and no other one grants.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from protocol.cases.acts import Trace, TracedInput
from protocol.catalogue.expressions import Failed, Unfit, Value, compiled, library
from protocol.catalogue.instant_rules import TODAY, days_since_epoch
from protocol.catalogue.items import (
    InputSource,
    InputType,
    InstantCondition,
    InstantInput,
    InstantOutcome,
    InstantRule,
)
from protocol.clock import CHINA, stamp

AHEAD = timedelta(minutes=5)  # what is dated later than now has a clock that is wrong
_LONGEST_TEXT = 4000  # characters, as an answer may have
_LARGEST = 10**12
_SAID_IN_CLEAR = (InputSource.PAPER, InputSource.STATION, InputSource.LIST)  # how many, yes or no

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Given:
    """One input as it was found. `value` None: it is not to be had here; `as_of` None: nobody knows since when it is so."""

    value: Value | None
    as_of: datetime | None


class Why(StrEnum):
    """Why a person has to look; each is a translation key."""

    MISSING = "instant.why-missing"  # the input is not here
    STALE = "instant.why-stale"  # it is older than the rule allows
    FAILED = "instant.why-failed"  # the rule could not be evaluated
    RULE = "instant.why-rule"  # a rule that wants a person is met
    UNMET = "instant.why-unmet"  # no granting rule is met
    # what the station itself has against deciding it now
    CLOCK = "instant.why-clock"  # its clock is not to be relied on
    LACKING = "instant.why-lacking"  # a paper is to follow
    UNSIGNED = "instant.why-unsigned"  # it may be promised, and the promise is not signed
    VERSION = "instant.why-version"  # the item has changed since the draft was begun


@dataclass(frozen=True, slots=True)
class Reason:
    """`about` is the name of an input or a rule, "" where it is about neither."""

    why: Why
    about: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: InstantOutcome
    hits: tuple[InstantCondition, ...]  # the rules that were met, by name
    reasons: tuple[Reason, ...]  # why it is a person's; none if it is granted
    trace: Trace

    @property
    def granted(self) -> bool:
        return self.outcome is InstantOutcome.GRANT


def decide(
    rule: InstantRule, given: Mapping[str, Given], at: datetime, *, case: str = "", catalogue: int = 0
) -> Decision:
    """Deterministic in its arguments; never raises, whatever stands in the inputs.

    `case` goes into the digests of the trace, so that one answer looks different in every case.
    """
    reasons: list[Reason] = []
    values: dict[str, Value] = {TODAY: days_since_epoch(at.astimezone(CHINA).date())}
    traced: list[TracedInput] = []
    for one in sorted(rule.named, key=lambda named: named.name):
        found = given.get(one.name, Given(None, None))
        why = _not_good(one, found, at)
        if why is None and found.value is not None:
            values[one.name] = found.value
        else:
            reasons.append(Reason(why or Why.MISSING, one.name))
        traced.append(_traced(one, found, why, case))
    hits, failed = _met(rule, values)
    reasons += [Reason(Why.FAILED, name) for name in failed]
    reasons += [Reason(Why.RULE, one.name) for one in hits if one.outcome is InstantOutcome.PERSON]
    if not reasons and not hits:
        reasons.append(Reason(Why.UNMET))
    outcome = InstantOutcome.PERSON if reasons else InstantOutcome.GRANT
    trace = Trace(
        outcome=outcome,
        rule=digest_of(rule),
        catalogue=catalogue,
        library=library(),
        inputs=traced,
        hits=[one.name for one in hits],
        failed=failed,
    )
    return Decision(outcome, hits, tuple(reasons), trace)


def digest_of(rule: InstantRule) -> str:
    """SHA-256 of the whole rule, hex: what was rehearsed and what decided is the same thing, or it is not."""
    return hashlib.sha256(_encode(rule)).hexdigest()


def _met(rule: InstantRule, values: Mapping[str, Value]) -> tuple[tuple[InstantCondition, ...], list[str]]:
    """Every rule is tried, so that the order makes no difference; one whose input is not good is not tried at all."""
    hits: list[InstantCondition] = []
    failed: list[str] = []
    for one in sorted(rule.rules, key=lambda condition: condition.name):
        try:
            expression = compiled(one.when)
            if values.keys() >= set(expression.names) and expression.holds(values):
                hits.append(one)
        except (Unfit, Failed):
            failed.append(one.name)
    return tuple(hits), failed


def _not_good(one: InstantInput, found: Given, at: datetime) -> Why | None:
    if found.value is None or not _fits(one.type, found.value):
        return Why.MISSING
    if one.taken_from in (InputSource.FORM, InputSource.PAPER):
        return None
    if found.as_of is None or found.as_of > at + AHEAD or found.as_of + timedelta(hours=one.fresh_for) < at:
        return Why.STALE
    return None


def _fits(kind: InputType, value: Value) -> bool:
    """Whether it is what the rule was checked with; a number that is none, or beyond all sense, is not."""
    match kind:
        case InputType.YES:
            return isinstance(value, bool)
        case InputType.TEXT:
            return isinstance(value, str) and len(value) <= _LONGEST_TEXT and _is_writable(value)
        case InputType.NUMBER:
            return isinstance(value, float) and math.isfinite(value) and abs(value) <= _LARGEST
        case _:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _traced(one: InstantInput, found: Given, why: Why | None, case: str) -> TracedInput:
    state = {None: "fresh", Why.STALE: "stale"}.get(why, "missing")
    value = "" if found.value is None or state == "missing" else written(found.value)
    clear = one.taken_from in _SAID_IN_CLEAR
    digest = hashlib.sha256(f"{case}/{one.name}/{value}".encode()).hexdigest() if value and not clear else ""
    return TracedInput(
        name=one.name,
        source=one.taken_from or "",
        as_of=stamp(found.as_of) if found.as_of is not None else "",
        state=state,
        value=value if clear else "",
        digest=digest,
    )


def written(value: Value) -> str:
    """As it stands in a trace."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
