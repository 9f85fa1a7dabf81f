"""Tidal counters: which groups of the hall are short of counters now, and who could help.

Advice and nothing more: a person opens a counter for other groups, because a person knows who is trained for what.
Pure, so the head and every desk see the same advice at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from node.hall.calling import serves
from node.hall.state import Counter, Hall, Ticket
from protocol.catalogue.groups import GROUPS, Group

PEOPLE_PER_COUNTER = 5  # more than so many waiting for each counter that knows the group: short
CAP_SHARE = 0.6  # somebody has waited this part of the cap: short
IDLE_SHARE = 0.5  # who has at most this part of their queue can help


@dataclass(frozen=True, slots=True)
class Advice:
    group: Group
    waiting: int
    longest_s: int
    counters: int  # that call this group now; 0: nobody does
    helpers: tuple[int, ...]  # counters that could, the least busy first


def advice(hall: Hall, at: datetime) -> list[Advice]:
    """Groups that are short of counters, the longest wait first."""
    return sorted(_short(hall, at), key=lambda one: (-one.longest_s, one.group.letter))


def _short(hall: Hall, at: datetime) -> Iterator[Advice]:
    working = [counter for counter in hall.counters.values() if counter.is_open and not counter.paused]
    waiting = hall.waiting()
    for group in GROUPS:
        mine = [ticket for ticket in waiting if ticket.group == group.code]
        if not mine:
            continue
        knowing = [counter for counter in working if group.code in counter.skills]
        longest_s = max(ticket.wait_s(at) for ticket in mine)
        is_long = longest_s >= CAP_SHARE * hall.rules.cap_min * 60
        if knowing and len(mine) <= PEOPLE_PER_COUNTER * len(knowing) and not is_long:
            continue
        load = len(mine) / max(1, len(knowing))
        others = [counter for counter in working if counter not in knowing]
        able = [counter for counter in others if _queue(hall, counter, waiting) <= IDLE_SHARE * load]
        able.sort(key=lambda counter: (_queue(hall, counter, waiting), counter.number))
        yield Advice(group, len(mine), longest_s, len(knowing), tuple(counter.number for counter in able))


def _queue(hall: Hall, counter: Counter, waiting: list[Ticket]) -> int:
    return sum(serves(hall, counter, ticket) for ticket in waiting)
