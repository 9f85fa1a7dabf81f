"""The clocks of a case: what the fold knows of it, handed to the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from protocol.cases.case import Case
from protocol.cases.events import events_of
from protocol.cases.words import Act, Flag
from protocol.catalogue.calendars import Calendar, month_later
from protocol.catalogue.items import Item, Unit
from protocol.clock import moment
from protocol.clocks.ledger import Facts, clocks_of
from protocol.clocks.states import ClockState
from protocol.clocks.story import day_of, iso_day


def clocks_of_case(case: Case, item: Item, calendar: Calendar, now: datetime) -> tuple[ClockState, ...]:
    """Every clock of the case as it stands at `now`: the same at the station and at the hub."""
    facts = Facts(
        licence_until=_renewed_from(case, item, calendar),
        lacking=Act.ACCEPT_CONDITIONALLY in case.last_by,
        committed=Flag.COMMITTED in case.flags,
        denied=case.decision is not None and case.decision.act is Act.DENY,
    )
    return clocks_of(item, events_of(case), calendar, now, facts)


def _renewed_from(case: Case, item: Item, calendar: Calendar) -> date | None:
    """The last day of the licence, where the renewal was asked for in time: otherwise nothing is deemed, §50.

    None too where a station's clerk wrote something that is no day.
    """
    until = iso_day(case.intake.licence_until) if case.intake is not None else None
    if until is None:
        return None
    received, closes = day_of(moment(case.opened_at)), item.licence.renewal_closes if item.licence else None
    if closes is None:
        in_time = received <= until
    elif closes.unit is Unit.WORKING_DAY:
        in_time = calendar.working_days(received, until) >= closes.value
    elif closes.unit is Unit.MONTH:
        in_time = received <= month_later(until, -closes.value)
    else:
        in_time = received <= until - timedelta(days=closes.value)
    return until if in_time else None
