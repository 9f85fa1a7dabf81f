"""Short ways to tell what the law sets and what happened, for the stories about clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from protocol.cases.events import Event, Happened
from protocol.catalogue.calendar_files import standard_calendars
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import (
    Certainty,
    CountedFrom,
    Extension,
    Item,
    Limit,
    LimitKind,
    OnExpiry,
    Promise,
    Stop,
    Unit,
)
from protocol.clocks.ledger import Facts, clocks_of
from protocol.clocks.states import ClockState
from tests.clocks.ledgers import ITEM

CALENDAR = Calendar(standard_calendars())
WD, CD, MONTH, HOUR = Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH, Unit.HOUR


def day(text: str) -> date:
    """`03-02` is in 2026; another year is written out."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def noon(text: str) -> datetime:
    return datetime.combine(day(text), datetime.min.time(), UTC) + timedelta(hours=4)


def limit(
    what: LimitKind,
    value: int,
    unit: Unit,
    source: CountedFrom,
    basis: str,
    expiry: OnExpiry = OnExpiry.ESCALATE,
    stops: tuple[Stop, ...] = (),
    more: int = 0,
    certainty: Certainty = Certainty.STATUTE,
) -> Limit:
    longer = Extension(more, unit, "本机关负责人", basis) if more else None
    return Limit(what, value, unit, source, stops, expiry, basis, certainty, longer)


# what most permits live under: 行政许可法 §32, §42, §44, §45
ARTICLE_45 = (
    Stop.HEARING,
    Stop.TENDER,
    Stop.AUCTION,
    Stop.INSPECTION,
    Stop.TESTING,
    Stop.QUARANTINE,
    Stop.APPRAISAL,
    Stop.EXPERT_REVIEW,
)
NOTICE = limit(LimitKind.NOTICE, 5, WD, CountedFrom.RECEIPT, "行政许可法第三十二条", OnExpiry.DEEMED_ACCEPTED)
DECISION = limit(LimitKind.DECISION, 20, WD, CountedFrom.ACCEPTANCE, "行政许可法第四十二条", stops=ARTICLE_45, more=10)
ISSUE = limit(LimitKind.ISSUE, 10, WD, CountedFrom.DECISION, "行政许可法第四十四条")


def item(*limits: Limit, promised: int = 15, unit: Unit = WD, **rest: Any) -> Item:
    return replace(ITEM, limits=limits, promised=Promise(promised, unit, Certainty.LOCAL), **rest)


PERMIT = item(NOTICE, DECISION, ISSUE)


def happened(*told: tuple[Any, ...]) -> list[Event]:
    """(what, day[, stop or day from which it counts]) each; it happens at noon in China."""
    events = []
    for number, (what, when, *rest) in enumerate(told):
        stop = next((one for one in rest if isinstance(one, Stop)), None)
        counts = next((day(one).isoformat() for one in rest if not isinstance(one, Stop)), "")
        text = when if "T" in when else f"{day(when).isoformat()}T04:00:00.000Z"
        events.append(Event(what, text, f"act-{number}", f"新审〔2026〕{number}号", stop, counts))
    return events


def seen(on: str, item: Item, *told: tuple[Any, ...], **facts: Any) -> tuple[ClockState, ...]:
    return clocks_of(item, happened(*told), CALENDAR, noon(on), Facts(**facts))


def one(states: tuple[ClockState, ...], what: LimitKind, promised: bool = False) -> ClockState:
    """The only clock of that kind that is not history."""
    (found,) = [s for s in states if s.limit.what is what and s.promised is promised and not s.history]
    return found


RECEIVED, ACCEPTED, DECIDED = Happened.RECEIVED, Happened.ACCEPTED, Happened.DECIDED
ASKED, SUPPLEMENTED = Happened.CORRECTION_ASKED, Happened.SUPPLEMENTED
PAUSED, RESUMED, EXTENDED = Happened.PAUSED, Happened.RESUMED, Happened.EXTENDED
