"""What the form of an act asks, as plain values: a template shows them, the flow in acts.py reads them back.

An act's form is a list of inputs; each says how it is filled in and what is said where it is empty. Nothing here knows
an act or a rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request

from hub.remedies import Bodies
from hub.room import Room
from protocol.cases.case import Case
from protocol.cases.rules import Act
from protocol.catalogue.items import Item
from protocol.clock import CHINA
from protocol.clocks.states import ClockState
from protocol.console import forms
from protocol.console.accounts import Account
from protocol.console.pages import translator
from protocol.console.parts import Text
from protocol.console.texts import Phrase, say

_MOMENT = "%Y-%m-%dT%H:%M"  # of the browser's datetime-local, in the district's zone


class Ask(StrEnum):
    """How it is filled in; the names of branches in act.html."""

    LINE = "line"
    LINES = "lines"
    DAY = "day"
    MOMENT = "moment"
    ONE_OF = "one-of"  # radio buttons
    CHOICE = "choice"  # a list that drops down
    PHOTOS = "photos"


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    label: Text
    ask: Ask = Ask.LINES
    hint: Text = ""
    required: bool = True
    options: Sequence[tuple[str, Text]] = ()
    empty: Phrase | None = None  # said beside it where something must be there
    rows: int = 4
    default: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Inputs that belong together; a title makes a fieldset of them."""

    inputs: Sequence[Input]
    title: Text = ""
    in_a_row: bool = False  # side by side where there is room


@dataclass(frozen=True, slots=True)
class Asked:
    """One act on one case, before one person: everything that a form may have to know."""

    request: Request
    desk: Room
    case: Case
    item: Item | None
    act: Act
    me: Account
    at: datetime
    bodies: Bodies
    people: Sequence[Account] = ()  # who has an account here
    clocks: Sequence[ClockState] = ()
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # stations: party name -> zh, en
    heard: Mapping[str, str] = field(default_factory=dict)  # id of an act -> stamp() of its arrival here

    @property
    def today(self) -> str:
        return self.at.astimezone(CHINA).date().isoformat()

    def words(self, what: str | Phrase, /, **params: object) -> str:
        return translator(self.request)(what, **params)

    def name_of(self, account: str) -> str:
        """As people call it; the account itself where nobody here has it any more."""
        known = next((one.display_name for one in self.people if one.name == account), "")
        said = next((act.by.name for act in self.case.line if act.by.account == account and act.by.name), "")
        return known or said or account


def read(inputs: Sequence[Input], body: FormData) -> dict[str, str]:
    """What was typed; what was left empty is not in it."""
    return {one.name: text for one in inputs if one.ask is not Ask.PHOTOS and (text := forms.text(body, one.name))}


def defaults(inputs: Sequence[Input]) -> dict[str, str]:
    return {one.name: one.default for one in inputs if one.default}


def problems_of(inputs: Sequence[Input], typed: Mapping[str, str]) -> dict[str, Phrase]:
    """What lacks and what cannot be read, in the order of the page."""
    found: dict[str, Phrase] = {}
    for one in inputs:
        value = typed.get(one.name, "")
        if not value:
            if one.required and one.ask is not Ask.PHOTOS:
                found[one.name] = one.empty or say("act.empty", what=one.label)
        elif one.ask in (Ask.ONE_OF, Ask.CHOICE) and value not in [known for known, _ in one.options]:
            found[one.name] = say("act.not-offered", what=one.label)
        elif one.ask is Ask.DAY and not is_day(value):
            found[one.name] = say("act.not-a-day", what=one.label)
        elif one.ask is Ask.MOMENT and typed_moment(value) is None:
            found[one.name] = say("act.not-a-moment", what=one.label)
    return found


def shown(one: Input, typed: Mapping[str, str]) -> Text:
    """The answer as a person reads it."""
    value = typed.get(one.name, "")
    if one.ask in (Ask.ONE_OF, Ask.CHOICE):
        return next((text for known, text in one.options if known == value), value)
    if one.ask is Ask.MOMENT and (at := typed_moment(value)) is not None:
        return say("act.moment", at=at)
    return value


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def typed_moment(text: str) -> datetime | None:
    """What a datetime-local field holds, in the district's zone; None for what is none."""
    try:
        return datetime.strptime(text[:16], _MOMENT).replace(tzinfo=CHINA)
    except ValueError:
        return None


def as_typed(at: datetime) -> str:
    return at.astimezone(CHINA).strftime(_MOMENT)


def heard_at(db: Database, case: Case) -> dict[str, str]:
    """Act -> when this store heard it: what a station wrote in the dark came later than it says."""
    rows = db.execute(
        "select a.id, e.heard_at from acts a join entries e on e.place = a.place where a.case_id = ?", (case.id,)
    ).fetchall()
    return {str(row[0]): str(row[1]) for row in rows}
