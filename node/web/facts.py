"""What an item of the law says, as a page says it: who decides here, how long it takes, what it costs, and how sure that is.

Only what was read in the statute is called law. Names and texts of the law stay Chinese in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from node import drafts
from node.matters import Application
from node.web.tools import house, today
from protocol.catalogue.items import (
    Authority,
    CountedFrom,
    Item,
    Limit,
    Material,
    Mode,
    Unit,
)
from protocol.console import session
from protocol.console.texts import Lang, Phrase, say


@dataclass(frozen=True, slots=True)
class LimitLine:
    what: Phrase
    length: Phrase
    counted: Phrase
    how_sure: Phrase
    basis: str
    note: str
    is_law: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a clerk may be asked before the first field is filled in."""

    decided_by: str
    mode: Phrase
    mode_basis: str
    limits: Sequence[LimitLine]
    fee: Phrase
    fee_basis: str
    basis: Sequence[tuple[str, Phrase]]
    window: Phrase | None  # of an item that is taken in at certain times only
    window_open: bool
    window_basis: str
    note: str


def facts_of(request: Request, item: Item) -> Facts:
    on = today(house(request).clock.now())
    authority = authority_of(request, item)
    window, is_open, window_basis = _window(item, on)
    amount = item.fee.amount or say("fact.fee-asked")
    return Facts(
        organ(request, item),
        mode_sentence(request, authority.mode, item),
        authority.basis,
        limit_lines(item),
        say("fact.fee", amount=amount) if item.fee.charged else say("fact.no-fee"),
        item.fee.basis,
        [(one.text, say(f"fact.sure-{one.certainty}")) for one in item.legal_basis],
        window,
        is_open,
        window_basis,
        item.note,
    )


def authority_of(request: Request, item: Item) -> Authority:
    """What this station may do with an item today, on which basis."""
    here = house(request)
    return here.shelf.authority(item, today(here.clock.now()))


def mode_sentence(request: Request, mode: Mode, item: Item) -> Phrase:
    """Who takes it in, who accepts and who decides: one sentence, the same on desk, item page and receipt."""
    return say(f"mode.{mode}", organ=organ(request, item))


def modes_of(request: Request, application: Application) -> dict[str, str]:
    """By item: for the record of an intake."""
    return {part.item.code: authority_of(request, part.item).mode.value for part in application.parts}


def organ(request: Request, item: Item) -> str:
    return item.organ if session.lang(request) is Lang.ZH else item.organ_en or item.organ


def limit_lines(item: Item) -> list[LimitLine]:
    """The limits of the law as far as they are read there, the others marked; then what the district promises."""
    lines = [_limit(limit) for limit in item.limits]
    promise = item.promised
    if promise.unit is not Unit.INSTANT or all(limit.unit is not Unit.INSTANT for limit in item.limits):
        lines.append(
            LimitLine(
                say("fact.promised"), _length(promise.value, promise.unit), say("fact.from-acceptance"),
                say(f"fact.sure-{promise.certainty}"), "", "", False,
            )
        )  # fmt: skip
    return lines


def _limit(limit: Limit) -> LimitLine:
    counted = say(f"fact.from-{limit.counted_from}") if limit.unit is not Unit.INSTANT else say("fact.from-none")
    return LimitLine(
        say(f"fact.limit-{limit.what}"),
        _length(limit.value, limit.unit),
        counted,
        say(f"fact.sure-{limit.certainty}"),
        limit.basis,
        limit.note,
        limit.may_be_shown_as_law,
    )


def _length(value: int, unit: Unit) -> Phrase:
    return say(f"unit.{unit}", count=value)


def _window(item: Item, on: date) -> tuple[Phrase | None, bool, str]:
    """When it is open or opens next, and from which day a decision in a batch is counted."""
    if not item.windows:
        return None, True, ""
    counted = any(limit.counted_from is CountedFrom.WINDOW_END for limit in item.limits)
    window = drafts.open_window(item.windows, on)
    if window is not None:
        key = "fact.window-open-counted" if counted else "fact.window-open"
        return say(key, name=window.name, until=_in_year(window.closes, on.year)), True, window.basis
    window, opens = drafts.next_window(item.windows, on)
    said = say("fact.window-closed", name=window.name, opens=opens, closes=_in_year(window.closes, opens.year))
    return said, False, window.basis


def _in_year(text: str, year: int) -> date:
    month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def material_facts(request: Request, material: Material) -> Phrase:
    """In which form, how many, and from whom: 原件 1 份 · 申请人自备."""
    forms = [say(f"paper-form.{form}") for form in material.forms]
    joined = forms[0]
    for form in forms[1:]:
        joined = say("fact.or", one=joined, other=form)
    return say("fact.material", forms=joined, copies=material.copies, source=say(f"paper-source.{material.source}"))
