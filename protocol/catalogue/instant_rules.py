"""What an instant rule may be: which statute lets it decide, which inputs it has, and what each condition compares.

Every contradiction is named with its place in the file and what to do. Nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from protocol.catalogue.expressions import Unfit, Value, compiled, tried
from protocol.catalogue.items import (
    Certainty,
    FieldType,
    InputSource,
    InputType,
    InstantInput,
    InstantOutcome,
    InstantRule,
    Item,
    LicenceEffect,
    LimitKind,
    ProjectType,
    StationQuestion,
    SurveyNeed,
    Unit,
)

TODAY = "today"  # always there: the day of the decision, as InputType.DAY
EPOCH = date(1970, 1, 1)
MOST_RULES = 20
MOST_INPUTS = 20
LONGEST_FRESH = 24 * 366  # hours

Told = Iterator[tuple[str, str]]  # (place in the file, what is wrong and what to do)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LIST_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_TAKEN = {"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
          "let", "loop", "package", "namespace", "return", "var", "void", "while", TODAY}  # fmt: skip
_FIELD_TYPES: Mapping[InputType, frozenset[FieldType]] = {
    InputType.TEXT: frozenset(set(FieldType) - {FieldType.NUMBER, FieldType.DATE}),
    InputType.NUMBER: frozenset({FieldType.NUMBER}),
    InputType.DAY: frozenset({FieldType.DATE}),
    InputType.AGE: frozenset({FieldType.ID_NUMBER, FieldType.DATE}),
}
_TYPICAL: Mapping[InputType, Sequence[Value]] = {
    InputType.TEXT: ("", "样例", "a"),
    InputType.NUMBER: (0.0, 1.5, 1_000_000.0),
    InputType.COUNT: (0, 1, 7),
    InputType.DAY: (0, 20_000, 20_515),
    InputType.AGE: (0, 17, 60, 101),
    InputType.YES: (True, False),
}


def days_since_epoch(day: date) -> int:
    """A day as rules see it."""
    return (day - EPOCH).days


def sits_on_a_statute(item: Item) -> bool:
    """Whether the law itself, and not a local rule, lets the item be decided on the spot (行政许可法 §34(2))."""
    return any(
        limit.what is LimitKind.DECISION and limit.unit is Unit.INSTANT and limit.certainty is Certainty.STATUTE
        for limit in item.limits
    )


def instant_contradictions(item: Item) -> Told:
    rule = item.instant
    if rule is None or not (rule.rules or rule.named):
        return
    yield from _may_be_decided(item)
    if not any(one.outcome is InstantOutcome.GRANT for one in rule.rules):
        yield "instant.rules", "none of them grants; add one, or remove the names of the inputs"
    if len(rule.rules) > MOST_RULES or len(rule.named) > MOST_INPUTS:
        yield "instant", f"has more than {MOST_RULES} rules or {MOST_INPUTS} inputs; nobody could explain it"
    yield from _inputs(item, rule)
    yield from _rules(rule)


def _may_be_decided(item: Item) -> Told:
    if item.project_type is not ProjectType.INSTANT or not sits_on_a_statute(item):
        yield (
            "instant.rules",
            "no statute lets this item be decided on the spot (行政许可法 §34(2)): its limit for the decision must be "
            "instant with the certainty S; remove the rules",
        )
    if item.survey.need is not SurveyNeed.NEVER:
        yield "instant.rules", "the place has to be looked at; remove the rules"
    if any(limit.what is LimitKind.WAITING for limit in item.limits):
        yield "instant.rules", "a period has to end before the decision; remove the rules"
    if item.licence is not None and item.licence.effect is not LicenceEffect.ISSUES:
        yield "instant.rules", "an earlier licence ends by it, which a person looks at; remove the rules"
    if item.bundle or item.after:
        yield "instant.rules", "the item hangs together with others, which a person looks at; remove the rules"


def _inputs(item: Item, rule: InstantRule) -> Told:
    seen: set[str] = set()
    read = {name for one in rule.rules for name in _names(one.when)}
    for index, one in enumerate(rule.inputs):
        path = f"instant.inputs[{index}]"
        if not one.name:
            continue
        if not _NAME.fullmatch(one.name) or one.name in _TAKEN:
            yield f"{path}.name", "must be lower-case letters, digits and _, and no word of the language"
        if one.name in seen:
            yield f"{path}.name", f"{one.name!r} is there twice; give each its own"
        seen.add(one.name)
        if one.name not in read:
            yield f"{path}.name", "no rule reads it, and without it nothing would be granted; remove the input"
        is_given_now = one.taken_from in (InputSource.FORM, InputSource.PAPER)
        if is_given_now and one.fresh_for:
            yield f"{path}.fresh_for", "what is given now cannot be stale; remove it"
        elif not is_given_now and not 1 <= one.fresh_for <= LONGEST_FRESH:
            yield f"{path}.fresh_for", f"must say for how many hours it is good, 1 to {LONGEST_FRESH}"
        yield from _source(item, path, one)


def _source(item: Item, path: str, one: InstantInput) -> Told:
    fields = {field.key: field for field in item.fields}
    if one.looks_up and one.taken_from is not InputSource.LIST:
        yield f"{path}.looks_up", "is for a reference list; remove it"
    match one.taken_from:
        case None:
            yield f"{path}.taken_from", "is missing; say form, paper, station or list"
        case InputSource.FORM:
            if one.of not in fields:
                yield f"{path}.of", f"there is no field {one.of}; add it or correct its spelling"
            elif fields[one.of].type not in _FIELD_TYPES.get(one.type, ()):
                yield f"{path}.type", f"a field of type {fields[one.of].type} cannot be read as {one.type}"
        case InputSource.PAPER:
            if item.material(one.of) is None:
                yield f"{path}.of", f"there is no material {one.of}; add it or correct its code"
            if one.type is not InputType.COUNT:
                yield f"{path}.type", "of papers the files are counted; write count"
        case InputSource.STATION:
            if one.of not in list(StationQuestion):
                yield f"{path}.of", f"a station can be asked for {', '.join(StationQuestion)}"
            if one.type is not InputType.COUNT:
                yield f"{path}.type", "a station counts cases; write count"
        case InputSource.LIST:
            if not LIST_NAME.fullmatch(one.of):
                yield f"{path}.of", "must be the name of a reference list: lower-case letters, digits and -"
            if one.looks_up not in fields:
                yield f"{path}.looks_up", f"there is no field {one.looks_up}; say whose answer is looked for"
            if one.type is not InputType.YES:
                yield f"{path}.type", "an answer is on a list or is not; write yes"


def _rules(rule: InstantRule) -> Told:
    typical = {one.name: _TYPICAL[one.type] for one in rule.named} | {TODAY: _TYPICAL[InputType.DAY]}
    seen: set[str] = set()
    for index, one in enumerate(rule.rules):
        path = f"instant.rules[{index}]"
        if not _NAME.fullmatch(one.name):
            yield f"{path}.name", "must be lower-case letters, digits and _, starting with a letter"
        if one.name in seen:
            yield f"{path}.name", f"{one.name!r} is there twice; give each its own"
        seen.add(one.name)
        for key in ("reason", "reason_en"):
            if not getattr(one, key).strip():
                yield f"{path}.{key}", "is empty; the applicant is told why (个人信息保护法 §24)"
        try:
            expression = compiled(one.when)
            unknown = sorted(set(expression.names) - typical.keys())
            if unknown:
                yield f"{path}.when", f"there is no input {unknown[0]}; declare it or correct its spelling"
            else:
                tried(expression, typical)
        except Unfit as why:
            yield f"{path}.when", str(why)


def _names(when: str) -> tuple[str, ...]:
    try:
        return compiled(when).names
    except Unfit:
        return ()
