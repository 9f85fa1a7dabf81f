"""What everybody in the hall may read of the queue: numbers, counters and how many wait. Never a person.

Pure. A call has the number under which it came today, so that a screen whose wire or power was cut asks for what it
has not shown yet, and a call that nobody needs any more is not cried out late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from node.hall.state import Hall, Standing
from protocol.catalogue.groups import GROUPS, Group

SHOWN = 6
FRESH = timedelta(seconds=60)  # an older call is shown, and not spoken any more


@dataclass(frozen=True, slots=True)
class Call:
    number: int  # of the day's calls, recalls too, from 1
    at: datetime
    ticket: str
    counter: int


@dataclass(frozen=True, slots=True)
class GroupWaits:
    group: Group
    people: int
    longest_s: int


def last_calls(hall: Hall, limit: int = SHOWN) -> list[Call]:
    """Newest first, each ticket once; who was called and has gone away again is not among them."""
    shown: dict[str, Call] = {}
    for number in range(len(hall.called), 0, -1):
        at, ticket, counter = hall.called[number - 1]
        if hall.tickets[ticket].standing in (Standing.CALLED, Standing.SERVING, Standing.DONE):
            shown.setdefault(ticket, Call(number, at, ticket, counter))
        if len(shown) == limit:
            break
    return list(shown.values())


def fresh_calls(hall: Hall, after: int, at: datetime) -> Iterator[Call]:
    """Calls past number `after` that are still to be spoken, oldest first.

    Only who has not come yet is called: a ticket that is served, missed or gone by now is left in peace. A clock that
    was set back makes no call old.
    """
    for number in range(after + 1, len(hall.called) + 1):
        called_at, ticket, counter = hall.called[number - 1]
        known = hall.tickets[ticket]
        if known.standing is Standing.CALLED and known.counter == counter and at - called_at <= FRESH:
            yield Call(number, called_at, ticket, counter)


def waits(hall: Hall, at: datetime) -> list[GroupWaits]:
    """Groups in which somebody waits, in the order of their letters."""
    found = []
    for group in GROUPS:
        waiting = [ticket.wait_s(at) for ticket in hall.waiting() if ticket.group == group.code]
        if waiting:
            found.append(GroupWaits(group, len(waiting), max(waiting)))
    return found


def missed(hall: Hall) -> list[str]:
    """过号: may still come back today."""
    return sorted(ticket.number for ticket in hall.tickets.values() if ticket.standing is Standing.MISSED)
