"""Why a clock says what it says, in words: for the page, the notice and the person who asks.

First as data (a key of WORDS and what goes into it), then in one of the two languages. The console has
its own way of saying things; this stands below it because a document and a station's receipt say them too.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from protocol.catalogue.items import Certainty, LimitKind, Stop, Unit
from protocol.clocks.states import ClockIs, ClockState, Permission
from protocol.clocks.words import WORDS

_SET = {
    Certainty.STATUTE: "set.law",
    Certainty.PUBLIC: "set.public",
    Certainty.KNOWN: "set.known",
    Certainty.LOCAL: "set.local",
}
_SUFFIX = {Unit.WORKING_DAY: "wd", Unit.CALENDAR_DAY: "cd", Unit.HOUR: "hour", Unit.MONTH: "month", Unit.INSTANT: "wd"}


@dataclass(frozen=True, slots=True)
class Line:
    """Something to be said. Among `params` may be days, numbers, names and further lines."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


def headline(state: ClockState) -> tuple[Line, ...]:
    """How far it is, as a row of a worklist has room for: 第 12 个工作日，扣除听证 6 日."""
    match state.state:
        case ClockIs.NOT_BEGUN:
            return (Line("not-begun", {"source": Line(f"from.{state.limit.counted_from}")}),)
        case ClockIs.VOID:
            return (Line("void"),)
        case _ if state.limit.what is LimitKind.WAITING and state.due:
            return (Line("over" if state.state is ClockIs.MET else "waits", {"day": state.due}),)
    return (_day(state), *_taken(state))


def lines(state: ClockState) -> tuple[Line, ...]:
    """Everything there is to say, from who set the limit to what follows from its expiry."""
    key = "set.promise" if state.promised else _SET[state.limit.certainty]
    title = Line(
        "title.history" if state.history else "title",
        {"what": Line(f"what.{state.limit.what}"), "set": Line(key, {"basis": state.limit.basis})},
    )
    return (title, *headline(state), *_standing(state), *_reasons(state), *_outlook(state))


def explain(state: ClockState, lang: str) -> str:
    """One line of text each; `lang` is a language tag, anything but Chinese gets English."""
    return "\n".join(said(line, lang) for line in lines(state))


def short(state: ClockState, lang: str) -> str:
    return ("，" if lang.startswith("zh") else "; ").join(said(line, lang) for line in headline(state))


def why_not(permission: Permission, lang: str) -> str:
    """Why there may be no decision yet; empty if there may."""
    return "\n".join(said(_wait(state), lang) for state in permission.waits_for)


def said(line: Line, lang: str) -> str:
    """:raises KeyError: there are no such words, or they want what the line does not carry"""
    speaker = _ZH if lang.startswith("zh") else _EN
    return speaker.vformat(WORDS[line.key][speaker.column], (), line.params)


def _day(state: ClockState) -> Line:
    if state.unit is Unit.INSTANT:
        return Line("day.instant")
    if not state.consumed and state.unit is not Unit.HOUR and state.first_counted:
        return Line("day.none", {"day": state.first_counted})
    return Line(f"day.{state.unit}", {"n": state.consumed})


def _taken(state: ClockState) -> list[Line]:
    """What was not counted, each reason once."""
    total: dict[Stop | None, int] = {}
    for suspension in state.suspensions:
        if suspension.days:
            total[suspension.stop] = total.get(suspension.stop, 0) + suspension.days
    key = "taken.hour" if state.unit is Unit.HOUR else "taken"
    return [Line(key if stop else "taken.closed", {"stop": _reason(stop), "n": days}) for stop, days in total.items()]


def _standing(state: ClockState) -> list[Line]:
    """What is left, when it is due, when it was done."""
    if state.limit.what is LimitKind.WAITING:
        return []
    unit, found = _SUFFIX[state.unit], []
    if state.state in (ClockIs.RUNNING, ClockIs.PAUSED) and state.unit is not Unit.INSTANT:
        found.append(Line(f"left.{unit}", {"n": state.left}))
    if state.due and state.state is not ClockIs.VOID:
        found.append(Line("due", {"day": state.due}))
    if state.met_on:
        found.append(Line("done", {"day": state.met_on}))
    if state.late and state.state is not ClockIs.VOID:
        found.append(Line(f"late.{unit}", {"n": state.late}))
    return found


def _reasons(state: ClockState) -> list[Line]:
    """What stopped it, what did not, what lengthened it."""
    found = []
    for suspension in state.suspensions:
        if suspension.counted:
            found.append(Line("counted", {"stop": _reason(suspension.stop)}))
        elif suspension.until is None and state.state is ClockIs.PAUSED:
            key = "paused" if suspension.document else "paused.bare"
            what = {"day": suspension.since, "stop": _reason(suspension.stop), "document": suspension.document}
            found.append(Line(key, what))
    if state.extended:
        key = f"extended.{_SUFFIX[state.extended.unit]}"
        found.append(Line(key, {"n": state.extended.value, "document": state.extended_by or state.extended.basis}))
    if state.extended_too_late:
        found.append(Line("extended.too-late"))
    return found


def _outlook(state: ClockState) -> list[Line]:
    found = []
    if state.effect:
        found.append(Line(f"effect.{state.effect}", {"day": state.effect_from}))
    if state.provisional and state.due:
        found.append(Line("provisional", {"years": ", ".join(str(year) for year in state.unknown_years)}))
    if state.calendar:
        found.append(Line("calendar", {"versions": state.calendar}))
    return found


def _wait(state: ClockState) -> Line:
    if state.due:
        return Line("waits", {"day": state.due})
    return Line("waits.begin" if state.state is ClockIs.NOT_BEGUN else "waits.paused")


def _reason(stop: Stop | None) -> Line:
    return Line(f"stop.{stop}" if stop else "stop.none")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Speaker(string.Formatter):
    def __init__(self, column: int) -> None:
        self.column = column

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Line):
            return self.vformat(WORDS[value.key][self.column], (), value.params)
        if isinstance(value, date):
            if self.column == 0:
                return f"{value.year}年{value.month}月{value.day}日"
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value} {one if value == 1 else many}"
        return format(value, format_spec)


_ZH, _EN = _Speaker(0), _Speaker(1)
