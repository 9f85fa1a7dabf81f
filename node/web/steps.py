"""The steps from the first question to the district: where a clerk is, and what can be gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.cases.case import Case
from protocol.cases.rules import Status
from protocol.catalogue.items import Item
from protocol.console.texts import Phrase, say


@dataclass(frozen=True, slots=True)
class IntakeStep:
    route: str
    text: Phrase
    here: bool
    done: bool


def steps_of(here: str, item: Item, case: Case | None) -> Sequence[IntakeStep]:
    """Situation questions only where the item has some; papers that were to follow come without a form."""
    routes = ["intake", "papers", "check"]
    if case is not None and case.status is not Status.RETURNED:
        routes.remove("intake")
    elif case is None and item.situations:
        routes.insert(0, "situations")
    place = routes.index(here) if here in routes else 0
    return [
        IntakeStep(route, say(f"step.{route}"), number == place, number < place) for number, route in enumerate(routes)
    ]
