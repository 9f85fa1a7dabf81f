"""What each part of one item allows and the whole forbids.

Pure, and complete: every contradiction is named at once, with its place in the file and what to do,
so that a person corrects an item in one go. What only several items together can get wrong stands
in checking.py.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping

from protocol.catalogue.instant_rules import instant_contradictions
from protocol.catalogue.items import (
    CountedFrom,
    Field,
    FieldRole,
    FieldType,
    Item,
    Licence,
    LicenceEffect,
    Limit,
    LimitKind,
    OnExpiry,
    Promise,
    ResultType,
    Span,
    SurveyNeed,
    Unit,
    holds,
)
from protocol.catalogue.parts import When

Told = Iterator[tuple[str, str]]  # (place in the file, what is wrong and what to do)
_CODE = re.compile(r"[A-Z][0-9]{2,3}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LICENCE_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_OWN_LENGTH = {FieldType.ID_NUMBER, FieldType.CREDIT_CODE, FieldType.PHONE, FieldType.DATE, FieldType.CHOICE}
_LONGEST_ANSWER = 4000  # a form has to fit into one entry of the journal
_MOST_SITUATIONS = 6  # nobody at a counter answers more, and every combination of answers is looked at
_PLACEHOLDERS = {"reconsideration_body", "court"}
_CATALOGUE_CODE_LENGTH, _LONGEST_TASK_CODE = 12, 36  # 基本编码, 实施编码
# Only to compare lengths: a week of five working days; a month is thirty days.
_HOURS = {Unit.WORKING_DAY: 24 * 7 / 5, Unit.CALENDAR_DAY: 24.0, Unit.MONTH: 24.0 * 30, Unit.HOUR: 1.0, Unit.INSTANT: 0}


def contradictions(item: Item) -> Told:
    yield from _heading(item)
    yield from _limits(item)
    yield from _promise(item)
    yield from _situations(item)
    yield from _materials(item)
    yield from _fields(item)
    yield from _windows(item)
    yield from _committed(item)
    if item.licence:
        yield from _licence(item.licence)
    yield from instant_contradictions(item)
    gives = item.licence is not None and item.licence.effect is not LicenceEffect.CANCELS
    if gives != (item.result_type is ResultType.LICENCE):
        yield "licence", "goes together with result_type licence; add the one or change the other"
    for name in re.findall(r"\{(.*?)\}", item.remedies.text):
        if name not in _PLACEHOLDERS:
            yield "remedies.text", f"{{{name}}} is not known; use {{reconsideration_body}} or {{court}}"


def _heading(item: Item) -> Told:
    if not _CODE.fullmatch(item.code):
        yield "code", "must be a capital letter and two or three digits, such as M01"
    if item.version < 1:
        yield "version", "must be 1 or more"
    if item.in_force_to and item.in_force_to < item.in_force_from:
        yield "in_force_to", "lies before in_force_from; correct one of them"
    for name in ("name", "name_en", "type", "organ", "result"):
        if not getattr(item, name).strip():
            yield name, "is empty; fill it in"
    if item.catalogue_code and len(item.catalogue_code) != _CATALOGUE_CODE_LENGTH:
        yield "catalogue_code", f"must have {_CATALOGUE_CODE_LENGTH} characters; copy it from the province's list"
    if len(item.task_code) > _LONGEST_TASK_CODE:
        yield "task_code", f"must have at most {_LONGEST_TASK_CODE} characters; copy it from the province's list"
    if not item.legal_basis:
        yield "legal_basis", "is empty; name the law, or the local rule with the certainty L"
    if len(set(item.service_objects)) < len(item.service_objects):
        yield "also_for", "names somebody twice; remove what service_object says already"
    if not item.handling:
        yield "handling", "is empty; say window, online, post or kiosk"
    if not 0 <= item.visits <= 9:
        yield "visits", "must be 0 to 9"
    if item.fee.charged != bool(item.fee.amount):
        yield "fee.amount", "must be there if something is charged, and only then"
    if item.survey.need is SurveyNeed.CONDITIONAL and not item.survey.when:
        yield "survey.when", "is missing; say on which condition there is a survey"


def _limits(item: Item) -> Told:
    if not any(limit.what is LimitKind.DECISION for limit in item.limits):
        yield "limits", "no limit for the decision; add one, with the certainty L if the district sets it"
    for index, limit in enumerate(item.limits):
        path = f"limits[{index}]"
        yield from _length(path, limit)
        if not limit.basis.strip():
            yield f"{path}.basis", "is empty; name the law, or the local rule with the certainty L"
        if limit.extendable:
            yield from _length(f"{path}.extendable", Span(limit.extendable.value, limit.extendable.unit))
            if not limit.extendable.by.strip() or not limit.extendable.basis.strip():
                yield f"{path}.extendable", "must say by whom and on which basis"
        if limit.counted_from is CountedFrom.WINDOW_END and not item.windows:
            yield f"{path}.counted_from", "counts from the end of a window; add windows"
        if limit.on_expiry is OnExpiry.DEEMED_RENEWED and not (item.licence and item.licence.deemed_renewed):
            yield f"{path}.on_expiry", "deems a licence renewed; add licence.deemed_renewed with its basis"


def _promise(item: Item) -> Told:
    yield from _length("promised", item.promised)
    decisions = [limit for limit in item.limits if limit.what is LimitKind.DECISION]
    clocks = [limit for limit in decisions if limit.unit is not Unit.INSTANT] or decisions
    shortest = min(clocks, key=_hours, default=None)
    if shortest and _hours(item.promised) > _hours(shortest):
        yield (
            "promised",
            f"{item.promised.value} {item.promised.unit} is longer than the statutory limit of "
            f"{shortest.value} {shortest.unit}; promise that or less",
        )


def _length(path: str, span: Limit | Promise | Span) -> Told:
    if (span.value == 0) != (span.unit is Unit.INSTANT) or span.value < 0:
        yield f"{path}.value", "must be 0 with the unit instant, and more than 0 with any other unit"


def _hours(span: Limit | Promise | Span) -> float:
    return span.value * _HOURS[span.unit]


def _situations(item: Item) -> Told:
    yield from _twice("situations", "key", [situation.key for situation in item.situations])
    if len(item.situations) > _MOST_SITUATIONS:
        yield "situations", f"are more than {_MOST_SITUATIONS}; split the item"
    fields = {field.key: field for field in item.fields}
    used = {key for when in _conditions(item).values() for key in when}
    for index, situation in enumerate(item.situations):
        path = f"situations[{index}]"
        values = [choice.value for choice in situation.choices]
        if not _KEY.fullmatch(situation.key):
            yield f"{path}.key", "must be lower-case letters, digits and _, starting with a letter"
        if len(values) < 2:
            yield f"{path}.choices", "must be two or more; with one there is nothing to ask"
        yield from _twice(f"{path}.choices", "value", values)
        asked = fields.get(situation.key)
        if asked and [choice.value for choice in asked.choices] != values:
            yield f"{path}.choices", f"differ from those of the field {situation.key}; make them the same"
        if situation.key not in used:
            yield f"{path}.key", f"nothing depends on {situation.key}; use it in a when, or remove it"
    for path, when in _conditions(item).items():
        yield from _condition(item, path, when)


def _conditions(item: Item) -> dict[str, When]:
    places = {f"materials[{index}].when": material.when for index, material in enumerate(item.materials)}
    places |= {f"fields[{index}].when": field.when for index, field in enumerate(item.fields)}
    if item.commitment:
        places["commitment.when"] = item.commitment.when
    return places


def _condition(item: Item, path: str, when: Mapping[str, tuple[str, ...]]) -> Told:
    """A condition that can be met: its situations and answers are known, and some combination of answers meets it."""
    known = {situation.key: {choice.value for choice in situation.choices} for situation in item.situations}
    for key, values in when.items():
        if key not in known:
            yield path, f"there is no situation {key}; add it or correct its spelling"
            return
        if strange := [value for value in values if value not in known[key]]:
            yield path, f"the situation {key} has no choice {strange[0]}; it has {', '.join(sorted(known[key]))}"
            return
    if when and len(item.situations) <= _MOST_SITUATIONS and not any(holds(when, one) for one in _answers(item)):
        yield path, "no situation ever meets this; correct the condition or remove what it stands at"


def _answers(item: Item) -> Iterator[dict[str, str]]:
    """Every combination of answers that can be given; a question that is not put has no answer."""
    fields = {field.key: field for field in item.fields}
    choices = [[(situation.key, choice.value) for choice in situation.choices] for situation in item.situations]
    for combination in itertools.product(*choices):
        given = dict(combination)
        yield {key: value for key, value in given.items() if key not in fields or holds(fields[key].when, given)}


def _materials(item: Item) -> Told:
    yield from _twice("materials", "code", [material.code for material in item.materials])
    for index, material in enumerate(item.materials):
        path = f"materials[{index}]"
        for name in ("name", "name_en", "standard"):
            if not getattr(material, name).strip():
                yield f"{path}.{name}", "is empty; fill it in"
        if not material.forms:
            yield f"{path}.forms", "is empty; say original, copy or e_certificate"
        if material.copies < 1:
            yield f"{path}.copies", "must be 1 or more"
        if material.secondary and not (material.required and material.asked_of_applicant):
            yield f"{path}.secondary", "is for what is required of the applicant; remove it, or require the material"
    has_secondary = any(material.secondary for material in item.materials)
    if item.conditional and not has_secondary:
        yield "conditional", "no material is secondary, so nothing may come later; mark one or remove this"
    if has_secondary and not item.conditional:
        yield "conditional", "is missing; say within which time the secondary materials have to come"
    if item.conditional:
        yield from _length("conditional.supply_within", item.conditional.supply_within)


def _fields(item: Item) -> Told:
    yield from _twice("fields", "key", [field.key for field in item.fields])
    for index, field in enumerate(item.fields):
        yield from _field(f"fields[{index}]", field)
    for role in FieldRole:
        count = sum(field.role is role for field in item.fields)
        if count != 1:
            yield "fields", f"exactly one field must have the role {role}, not {count}"


def _field(path: str, field: Field) -> Told:
    if not _KEY.fullmatch(field.key):
        yield f"{path}.key", "must be lower-case letters, digits and _, starting with a letter"
    if (field.type is FieldType.CHOICE) != bool(field.choices):
        yield f"{path}.choices", "a field of type choice needs choices, and no other type may have them"
    yield from _twice(f"{path}.choices", "value", [choice.value for choice in field.choices])
    if field.type in _OWN_LENGTH and field.max_length:
        yield f"{path}.max_length", f"a field of type {field.type} has its own length; remove it"
    if field.type not in _OWN_LENGTH and not 1 <= field.max_length <= _LONGEST_ANSWER:
        yield f"{path}.max_length", f"must be 1 to {_LONGEST_ANSWER} characters"
    if field.role and field.when:
        yield f"{path}.when", "a field with a role is always asked; remove the condition"
    if field.key in field.when:
        yield f"{path}.when", "a field cannot wait for its own answer; remove it"


def _windows(item: Item) -> Told:
    for index, window in enumerate(item.windows):
        path = f"windows[{index}]"
        if not _MONTH_DAY.fullmatch(window.opens) or not _MONTH_DAY.fullmatch(window.closes):
            yield path, 'opens and closes must be a month and a day such as "04-10", in quotation marks'
        elif window.closes < window.opens:
            yield f"{path}.closes", "lies before opens; a window over the new year is written as two"
        for other in item.windows[:index]:
            if window.opens <= other.closes and other.opens <= window.closes:
                yield path, f"overlaps the window {other.name}; move one of them"


def _committed(item: Item) -> Told:
    if item.commitment is None:
        return
    yield from _length("commitment.check_within", item.commitment.check_within)
    for name in ("conditions", "consequences", "basis"):
        if not getattr(item.commitment, name):
            yield f"commitment.{name}", "is empty; the applicant has to be told before signing"


def _licence(licence: Licence) -> Told:
    if not _LICENCE_KIND.fullmatch(licence.kind):
        yield "licence.kind", "must be lower-case letters, digits and -, starting with a letter"
    spans = {
        name: span
        for name in ("validity", "renewal_opens", "renewal_closes")
        if (span := getattr(licence, name)) is not None
    }
    for name, span in spans.items():
        yield from _length(f"licence.{name}", span)
    for name in ("renewal_opens", "renewal_closes"):
        if name in spans and "validity" not in spans:
            yield f"licence.{name}", "a licence without end is not renewed; add validity or remove this"
        elif name in spans and _hours(spans[name]) >= _hours(spans["validity"]):
            yield f"licence.{name}", "is as long as the licence holds; correct it or validity"
    if {"renewal_opens", "renewal_closes"} <= spans.keys() and _hours(spans["renewal_opens"]) <= _hours(
        spans["renewal_closes"]
    ):
        yield "licence.renewal_opens", "must lie further before the end than renewal_closes; exchange them"
    if licence.validity is None and (licence.deemed_renewed or licence.effect is LicenceEffect.RENEWS):
        yield "licence.validity", "is missing; what is renewed has an end"


def _twice(path: str, key: str, values: Iterable[str]) -> Told:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield f"{path}[{index}].{key}", f"{value!r} is there twice; give each its own"
        seen.add(value)
