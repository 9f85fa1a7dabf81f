"""From where the inputs of an instant rule come: the form and the papers of the intake, and what is known beside them.

Pure; who asks hands in what its records and its signed lists say. At the hub the same inputs are found again from the
intake and the trace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from protocol.cases.acts import Intake, Trace
from protocol.catalogue.expressions import Value
from protocol.catalogue.instant_rules import days_since_epoch
from protocol.catalogue.items import InputSource, InputType, InstantInput, InstantRule
from protocol.catalogue.numbers import birth_date, is_id_shape
from protocol.catalogue.reference import ReferenceList, list_in
from protocol.clock import CHINA, moment
from protocol.instant.deciding import Given

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
NOTHING = Given(None, None)


class Knows(Protocol):
    """What is asked beside the intake."""

    def station(self, one: InstantInput) -> Given:
        """The answer of the station's records, and as of when they are whole."""
        ...

    def reference(self, name: str) -> ReferenceList | None: ...


def collect(rule: InstantRule, intake: Intake, at: datetime, knows: Knows) -> dict[str, Given]:
    """Every named input that is to be had, by name."""
    return {one.name: _find(one, intake, at, knows) for one in rule.named}


def _find(one: InstantInput, intake: Intake, at: datetime, knows: Knows) -> Given:
    match one.taken_from:
        case InputSource.FORM:
            return Given(_read(one.type, intake.answers.get(one.of, ""), at), at)
        case InputSource.PAPER:
            return Given(sum(paper.material == one.of for paper in intake.papers), at)
        case InputSource.STATION:
            return knows.station(one)
        case InputSource.LIST:
            known, answer = knows.reference(one.of), intake.answers.get(one.looks_up, "")
            return Given(known.has(answer), known.since) if known is not None and answer else NOTHING
        case _:
            return NOTHING


def _read(kind: InputType, answer: str, at: datetime) -> Value | None:
    """An answer as a rule sees it; None where it was not given, or is not what the form asks for."""
    if not answer:
        return None
    match kind:
        case InputType.NUMBER:
            return float(answer) if _NUMBER.fullmatch(answer) else None
        case InputType.DAY:
            day = _day(answer)
            return days_since_epoch(day) if day is not None else None
        case InputType.AGE:
            return _years(birth_date(answer) if is_id_shape(answer) else _day(answer), at.astimezone(CHINA).date())
        case _:
            return answer


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _years(born: date | None, on: date) -> int | None:
    """Whole years on a day. The day of birth is not counted (民法典 §201): a year is full the day after the birthday."""
    if born is None or born >= on:
        return None
    return on.year - born.year - ((on.month, on.day) <= (born.month, born.day))


class FromTrace:
    """What a station said that its records said, and the lists of the signed issue that it went by."""

    def __init__(self, trace: Trace, parts: Mapping[str, bytes]) -> None:
        self._said = {one.name: one for one in trace.inputs}
        self._parts = parts

    def station(self, one: InstantInput) -> Given:
        said = self._said.get(one.name)
        if said is None or not re.fullmatch(r"[0-9]{1,9}", said.value):
            return NOTHING
        try:
            return Given(int(said.value), moment(said.as_of))
        except ValueError:
            return NOTHING

    def reference(self, name: str) -> ReferenceList | None:
        return list_in(self._parts, name)
