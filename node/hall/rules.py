"""The rule of the queue in numbers, and how far a head of station may move each of them.

Said in one sentence on the wall of the hall: whoever is old, disabled, a soldier, pregnant or has an appointment
counts as having come ten minutes earlier, and nobody waits for more than thirty-five minutes while later ones are
called. BOUNDS is the district's; the page of the head, the guard and the documents read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from protocol.errors import Refused


class Klass(StrEnum):
    """Why somebody is served earlier, or not."""

    ORDINARY = "ordinary"
    ELDERLY = "elderly"  # from 60 on, by the card or by sight
    DISABLED = "disabled"
    SOLDIER = "soldier"
    PREGNANT = "pregnant"
    APPOINTMENT = "appointment"


ELDERLY_FROM = 60  # years, 老年人权益保障法 §2


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    head_start_min: int = 10
    cap_min: int = 35  # who has waited so long is called before all who have waited less
    recall_s: int = 20  # after the first call
    miss_after_s: int = 75  # after the first call: 过号 may be pressed
    restore_after_calls: int = 3
    appointment_late_min: int = 15  # later than that it is an ordinary ticket
    protect_specialists: bool = True


BOUNDS: dict[str, tuple[int, int]] = {
    "head_start_min": (0, 20),
    "cap_min": (15, 60),
    "recall_s": (10, 60),
    "miss_after_s": (45, 180),
    "restore_after_calls": (1, 5),
    "appointment_late_min": (5, 30),
}


def out_of_bounds(rules: Rules) -> Iterator[tuple[str, int, int]]:
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(rules, name) <= most:
            yield name, least, most


def require_bounds(rules: Rules) -> None:
    """:raises Refused: hall-rules: the first that is out of the district's bounds"""
    for name, least, most in out_of_bounds(rules):
        raise Refused("refused.hall-rules", name=name, least=least, most=most)
