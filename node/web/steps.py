"""The three steps from the form to the district: where a clerk is, and what can be gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.console.texts import Phrase, say

_ROUTES = ("intake", "papers", "check")


@dataclass(frozen=True, slots=True)
class IntakeStep:
    route: str
    text: Phrase
    here: bool
    done: bool


def steps_of(here: str) -> Sequence[IntakeStep]:
    place = _ROUTES.index(here)
    return [
        IntakeStep(route, say(f"step.{route}"), number == place, number < place) for number, route in enumerate(_ROUTES)
    ]
