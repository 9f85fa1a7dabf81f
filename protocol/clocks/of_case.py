"""The clocks of a case: what the fold knows of it, handed to the ledger."""

from __future__ import annotations

from datetime import date, datetime

from protocol.cases.case import Case
from protocol.cases.events import events_of
from protocol.cases.words import Act, Flag
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Item
from protocol.clocks.ledger import Facts, clocks_of
from protocol.clocks.states import ClockState


def clocks_of_case(case: Case, item: Item, calendar: Calendar, now: datetime) -> tuple[ClockState, ...]:
    """Every clock of the case as it stands at `now`: the same at the station and at the hub."""
    until = case.intake.licence_until if case.intake is not None else ""
    facts = Facts(
        licence_until=date.fromisoformat(until) if until else None,
        lacking=Act.ACCEPT_CONDITIONALLY in case.last_by,
        committed=Flag.COMMITTED in case.flags,
        denied=case.decision is not None and case.decision.act is Act.DENY,
    )
    return clocks_of(item, events_of(case), calendar, now, facts)
