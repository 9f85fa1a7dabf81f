"""Cases that nobody thought out: limits, events and a day to look at them, all left to chance and a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import protocol.catalogue
from protocol.cases.events import Event, Happened
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
from protocol.catalogue.reading import read_item
from protocol.clock import stamp

STOPS = (Stop.CORRECTION, Stop.HEARING, Stop.TESTING, Stop.RECTIFICATION, Stop.THIRD_PARTY)
_FILE = Path(protocol.catalogue.__file__).parent / "items" / "B01.v1.yaml"
ITEM = read_item(_FILE.name, _FILE.read_bytes())  # any item will do: its limits are replaced


@dataclass(frozen=True, slots=True)
class Ledger:
    item: Item
    events: tuple[Event, ...]
    now: datetime
    licence_until: date | None


def random_ledger(seed: int) -> Ledger:
    chance = random.Random(seed)
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 720))
    events: list[Event] = []

    def goes_on(days: float) -> datetime:
        nonlocal at
        at += timedelta(minutes=chance.randrange(int(60 * 24 * days)))
        return at

    def happens(what: Happened, days: float, stop: Stop | None = None, counts_from: str = "") -> None:
        events.append(Event(what, stamp(goes_on(days)), f"act-{len(events)}", f"doc-{len(events)}", stop, counts_from))

    happens(Happened.RECEIVED, 1)
    if chance.random() < 0.3:
        happens(Happened.CORRECTION_ASKED, 12)
        if chance.random() < 0.8:
            happens(Happened.SUPPLEMENTED, 30)
    if chance.random() < 0.85:
        happens(Happened.ACCEPTED, 12)
    open_stops: list[Stop] = []
    for _ in range(chance.choice((0, 0, 1, 2, 4, 6))):
        if chance.random() < 0.2:
            happens(Happened.EXTENDED, 30)
        elif open_stops and chance.random() < 0.6:
            happens(Happened.RESUMED, 25, open_stops.pop(chance.randrange(len(open_stops))))
        else:
            open_stops.append(chance.choice(STOPS[1:]))
            happens(Happened.PAUSED, 15, open_stops[-1])
    if chance.random() < 0.5:
        happens(Happened.DECIDED, 40)
        if chance.random() < 0.3:
            happens(Happened.HANDED_OVER, 20)
        if chance.random() < 0.3:
            happens(Happened.REOPENED, 30)
            if chance.random() < 0.5:
                happens(Happened.DECIDED, 20)
    elif chance.random() < 0.15:
        happens(Happened.CLOSED, 20)
    now = goes_on(60) if chance.random() < 0.9 else at - timedelta(days=chance.randrange(20))
    licence_until = (now + timedelta(days=chance.randrange(-40, 40))).date() if chance.random() < 0.5 else None
    return Ledger(_item(chance), tuple(events), now, licence_until)


def _item(chance: random.Random) -> Item:
    limits = [_limit(chance, LimitKind.NOTICE, CountedFrom.RECEIPT, 5, OnExpiry.DEEMED_ACCEPTED)]
    for _ in range(chance.choice((1, 1, 2))):
        source = chance.choice(
            (CountedFrom.ACCEPTANCE, CountedFrom.ACCEPTANCE, CountedFrom.RECEIPT, CountedFrom.SUPPLEMENT)
        )
        expiry = chance.choice((OnExpiry.ESCALATE, OnExpiry.NONE, OnExpiry.DEEMED_RENEWED))
        limits.append(_limit(chance, LimitKind.DECISION, source, chance.choice((1, 7, 10, 20, 45, 60)), expiry))
    if chance.random() < 0.6:
        limits.append(_limit(chance, LimitKind.ISSUE, CountedFrom.DECISION, 10, OnExpiry.ESCALATE))
    if chance.random() < 0.4:
        limits.append(_limit(chance, LimitKind.SUPPLY, CountedFrom.CORRECTION_NOTICE, 10, OnExpiry.ABANDONED))
    promise = Promise(chance.randrange(1, 20), chance.choice((Unit.WORKING_DAY, Unit.CALENDAR_DAY)), Certainty.LOCAL)
    return replace(ITEM, limits=tuple(limits), promised=promise)


def _limit(chance: random.Random, what: LimitKind, source: CountedFrom, value: int, expiry: OnExpiry) -> Limit:
    unit = chance.choice((Unit.WORKING_DAY, Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH))
    value = min(value, 3) if unit is Unit.MONTH else value
    longer = None
    if chance.random() < 0.5:
        longer = Extension(min(10, value), unit, "本机关负责人", "行政许可法第四十二条")
    stops = tuple(stop for stop in STOPS if chance.random() < 0.5)
    return Limit(what, value, unit, source, stops, expiry, "行政许可法", Certainty.STATUTE, longer)
