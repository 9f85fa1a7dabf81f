"""Who is called next at a counter, and why: the rule of the hall as one pure function.

Deterministic: the same events and the same moment give the same ticket and the same reasons, so that every call of
a day can be replayed and explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from node.hall.events import Why
from node.hall.rules import Klass, Rules
from node.hall.state import Counter, Hall, Standing, Ticket


@dataclass(frozen=True, slots=True)
class Pick:
    ticket: str
    why: Why


def pick(hall: Hall, counter: Counter, at: datetime) -> Pick | None:
    """The ticket that this counter calls now; None if nobody waits whom it can serve."""
    can = [
        ticket
        for ticket in hall.tickets.values()
        if ticket.standing is Standing.WAITING and serves(hall, counter, ticket)
    ]
    ready = [ticket for ticket in can if ticket.not_before <= hall.calls] or can
    if not ready:
        return None
    mine = [ticket for ticket in ready if ticket.counter == counter.number]
    if mine:  # back from the copier, or sent here by a colleague
        first = min(mine, key=lambda ticket: (ticket.counts_from, *_came(ticket)))
        return Pick(first.number, _why("held", first, at, hall.rules, None, [], len(can)))
    passed = list(_left_to_specialists(hall, counter, ready, at)) if hall.rules.protect_specialists else []
    left = {ticket.number for ticket in passed}
    open_to_me = [ticket for ticket in ready if ticket.number not in left] or ready
    ranked = order(open_to_me, at, hall.rules)
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    by = "cap" if _is_over_cap(first, at, hall.rules) else "score"
    skipped = passed if open_to_me is not ready else []
    return Pick(first.number, _why(by, first, at, hall.rules, second, skipped, len(can)))


def order(tickets: Iterable[Ticket], at: datetime, rules: Rules) -> list[Ticket]:
    """As they would be called if every counter could serve every one of them."""
    return sorted(tickets, key=lambda ticket: _rank(ticket, at, rules))


def serves(hall: Hall, counter: Counter, ticket: Ticket) -> bool:
    """Whether a counter may call a ticket. Who needs a language or signs goes where it is known, if it is anywhere."""
    if ticket.counter:
        return ticket.counter == counter.number
    if ticket.group not in counter.skills:
        return False
    return counter.skills.issuperset(ticket.needs) or not any(
        other.is_open and ticket.group in other.skills and other.skills.issuperset(ticket.needs)
        for other in hall.counters.values()
    )


def head_start_s(ticket: Ticket, rules: Rules) -> int:
    return 0 if ticket.klass is Klass.ORDINARY else rules.head_start_min * 60


def score_s(ticket: Ticket, at: datetime, rules: Rules) -> int:
    """Below zero for whoever came early for an appointment: before the slot there is nothing to be ahead with."""
    return int((at - ticket.counts_from).total_seconds()) + head_start_s(ticket, rules)


def _is_over_cap(ticket: Ticket, at: datetime, rules: Rules) -> bool:
    return ticket.wait_s(at) >= rules.cap_min * 60


def _rank(ticket: Ticket, at: datetime, rules: Rules) -> tuple[int, int, int, str, str]:
    """Smallest first: over the cap by waiting, then by score, then who came first."""
    if _is_over_cap(ticket, at, rules):
        return 0, -ticket.wait_s(at), *_came(ticket)
    return 1, -score_s(ticket, at, rules), *_came(ticket)


def _came(ticket: Ticket) -> tuple[int, str, str]:
    """Who came first, and never a tie: those of an earlier day have no place in today's series, but still their numbers."""
    return ticket.series, ticket.number[1:], ticket.number


def _left_to_specialists(hall: Hall, counter: Counter, tickets: list[Ticket], at: datetime) -> Iterator[Ticket]:
    """Those whom a free counter that knows less than this one can call; never somebody over the cap."""
    free = [
        other
        for other in hall.counters.values()
        if other.is_free and other.number != counter.number and len(other.skills) < len(counter.skills)
    ]
    for ticket in tickets if free else ():
        if not _is_over_cap(ticket, at, hall.rules) and any(serves(hall, other, ticket) for other in free):
            yield ticket


def _why(
    by: str, ticket: Ticket, at: datetime, rules: Rules, second: Ticket | None, passed: list[Ticket], waiting: int
) -> Why:
    return Why(
        by=by,
        wait_s=ticket.wait_s(at),
        head_start_s=head_start_s(ticket, rules),
        klass=ticket.klass,
        group=ticket.group,
        next_best=second.number if second else "",
        next_best_s=score_s(second, at, rules) if second else 0,
        left_to_specialists=[one.number for one in passed],
        waiting=waiting,
    )
