"""The same clocks counted as a clerk would: day after day on a wall calendar, crossing out.

Written for one purpose, to disagree with protocol/clocks if that is wrong, so it shares none of its sums: the
holidays stand here once more as the notices give them, days are walked one by one and looked up in sets.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from protocol.cases.events import Event, Happened
from protocol.catalogue.items import CountedFrom, Limit, LimitKind, OnExpiry, Unit
from tests.clocks.ledgers import Ledger

ONE = timedelta(days=1)
_OFF = {
    2025: "0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008",
    2026: "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
}
_WORKED = {2025: "0126 0208 0427 0928 1011", 2026: "0104 0214 0228 0509 0920 1010"}
_FIXED = "0101 0501-0502 1001-1003"


def _days(year: int, text: str) -> set[date]:
    days: set[date] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        day = date(year, int(first[:2]), int(first[2:]))
        end = date(year, int(last[:2]), int(last[2:])) if last else day
        while day <= end:
            days.add(day)
            day += ONE
    return days


WORKING: set[date] = set()
for _year in range(2024, 2032):
    _off, _worked = _days(_year, _OFF.get(_year, _FIXED)), _days(_year, _WORKED.get(_year, ""))
    _day = date(_year, 1, 1)
    while _day.year == _year:
        if _day in _worked or (_day.isoweekday() <= 5 and _day not in _off):
            WORKING.add(_day)
        _day += ONE


def china(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(timezone(timedelta(hours=8))).date()


Told = dict[str, object]


def count_by_hand(ledger: Ledger) -> list[Told]:
    """What each clock should say now, in the order of the limits with the promise after the first decision."""
    today = ledger.now.astimezone(timezone(timedelta(hours=8))).date()
    told, late_notice, promised = [], None, False
    for limit in ledger.item.limits:
        one = _count(ledger, limit, today, late_notice, False)
        if one["state"] == "expired" and limit.what is LimitKind.NOTICE:
            late_notice = one["effect_from"]
        told.append(one)
        if limit.what is LimitKind.DECISION and not promised:
            promised = True
            promise = ledger.item.promised
            told.append(
                _count(
                    ledger,
                    Limit(
                        limit.what, promise.value, promise.unit, limit.counted_from, limit.stops_on, OnExpiry.NONE, "",
                        promise.certainty,
                    ),
                    today, late_notice, True,
                )
            )  # fmt: skip
    return told


def _count(ledger: Ledger, limit: Limit, today: date, deemed: object, promised: bool) -> Told:
    events = list(ledger.events)
    kinds = [event.what for event in events]
    cut = len(kinds) - kinds[::-1].index(Happened.REOPENED) if Happened.REOPENED in kinds else 0
    taken_back = {Happened.DECIDED, Happened.HANDED_OVER, Happened.CLOSED}
    valid = [(n, e) for n, e in enumerate(events) if n >= cut or e.what not in taken_back]

    def find(what: Happened, after: int = -1) -> int | None:
        return next((n for n, e in valid if e.what is what and n > after), None)

    begin: int | None
    asked = find(Happened.CORRECTION_ASKED)
    if limit.counted_from is CountedFrom.RECEIPT:
        begin = find(Happened.RECEIVED)
    elif limit.counted_from is CountedFrom.SUPPLEMENT:
        begin = find(Happened.RECEIVED) if asked is None else find(Happened.SUPPLEMENTED)
    elif limit.counted_from is CountedFrom.ACCEPTANCE:
        begin = find(Happened.ACCEPTED)
    elif limit.counted_from is CountedFrom.CORRECTION_NOTICE:
        begin = asked
    else:
        begin = find(Happened.DECIDED)
    start = china(events[begin].at) if begin is not None else None
    if limit.counted_from is CountedFrom.ACCEPTANCE and isinstance(deemed, date):
        start, begin = deemed, begin or 0
    closed, decided = find(Happened.CLOSED), find(Happened.DECIDED)
    if start is None or begin is None:
        gone = closed is not None or (decided is not None and limit.what is not LimitKind.ISSUE)
        return {"state": "void" if gone else "not-begun"}

    does, voids = {
        LimitKind.NOTICE: ((Happened.CORRECTION_ASKED, Happened.ACCEPTED, Happened.DECIDED, Happened.CLOSED), ()),
        LimitKind.DECISION: ((Happened.DECIDED,), (Happened.CLOSED,)),
        LimitKind.ISSUE: ((Happened.HANDED_OVER,), (Happened.CLOSED,)),
        LimitKind.SUPPLY: ((Happened.SUPPLEMENTED,), (Happened.DECIDED, Happened.CLOSED)),
    }[limit.what]
    ending = next(((n, e) for n, e in valid if n > begin and e.what in (*does, *voids)), None)
    until = china(ending[1].at) if ending else today
    void = ending is not None and ending[1].what in voids

    pauses = _crossed_out(events, limit, ending[0] if ending else len(events), until if ending else None)
    budget = limit.value
    last = _walk(start, limit, budget, pauses)
    written = find(Happened.EXTENDED)
    may_grow = limit.extendable and not promised and limit.what is LimitKind.DECISION
    in_time = written is not None and (last is None or china(events[written].at) <= _next_working(last))
    if limit.extendable and may_grow and in_time:
        budget += limit.extendable.value
        last = _walk(start, limit, budget, pauses)
    due = _next_working(last) if last else None

    crossed = {day for first, end in pauses if last is None or first < last for day in _between(first, end or until)}
    consumed = sum(
        1
        for day in _between(start, until)
        if day not in crossed and (limit.unit is not Unit.WORKING_DAY or day in WORKING)
    )
    in_working_days = limit.unit is Unit.WORKING_DAY
    reach = (start, due or max(start, until)) if in_working_days else (last or until, due or until)
    left = (
        sum(
            1
            for day in _between(max(until, start), last)
            if day not in crossed and (not in_working_days or day in WORKING)
        )
        if last
        else -1
    )
    licence = ledger.licence_until if limit.on_expiry is OnExpiry.DEEMED_RENEWED else None
    if licence and ((due and licence < due) or (due is None and until > licence)):
        due = licence
        reach = (start if in_working_days else due, due)
        left = sum(1 for day in _between(until, due) if not in_working_days or day in WORKING)
    late = bool(due and until > due)
    effect_from: date | None = None
    if void:
        state = "void"
    elif late and not promised and limit.on_expiry is OnExpiry.DEEMED_ACCEPTED:
        state, effect_from = "expired", china(events[0].at)
    elif late and not promised and limit.on_expiry is OnExpiry.ABANDONED:
        assert due
        state, effect_from = "expired", due + ONE
    elif late and licence and until > licence:
        state, effect_from = "expired", licence
    elif ending:
        state = "met"
    elif late:
        state = "overdue"
        if limit.on_expiry is OnExpiry.ESCALATE:
            assert due
            effect_from = due + ONE
    else:
        state = "paused" if due is None else "running"
    return {
        "state": state,
        "due": due,
        "consumed": consumed,
        "late": late,
        "effect_from": effect_from,
        "met_on": until if ending and not void else None,
        "left": left if state == "running" else -1,
        "provisional": any(year not in _OFF for year in range(reach[0].year, reach[1].year + 1)),
    }


def _crossed_out(events: list[Event], limit: Limit, end: int, ended_on: date | None) -> list[tuple[date, date | None]]:
    """(day before the first crossed-out day, last crossed-out day) of every reason that the limit names."""
    pauses: list[tuple[date, date | None]] = []
    for n, event in enumerate(events[:end]):
        later = [(m, e) for m, e in enumerate(events) if m > n]
        if event.what is Happened.PAUSED and event.stop in limit.stops_on:
            stop = next((e for _, e in later if e.what is Happened.RESUMED and e.stop is event.stop), None)
        elif event.what is Happened.CORRECTION_ASKED and "correction" in [str(s) for s in limit.stops_on]:
            stop = next((e for _, e in later if e.what in (Happened.SUPPLEMENTED, Happened.ACCEPTED)), None)
        elif event.what in (Happened.DECIDED, Happened.CLOSED) and any(e.what is Happened.REOPENED for _, e in later):
            stop = next(e for _, e in later if e.what is Happened.REOPENED)
        else:
            continue
        pauses.append((china(event.at), china(stop.at) if stop else ended_on))
    return pauses


def _between(after: date, until: date) -> list[date]:
    return [after + ONE * n for n in range(1, (until - after).days + 1)]


def _next_working(day: date) -> date:
    while day not in WORKING:
        day += ONE
    return day


def _walk(start: date, limit: Limit, budget: int, pauses: list[tuple[date, date | None]]) -> date | None:
    far = date(2031, 12, 31)
    crossed = {day for first, end in pauses for day in _between(first, end or far)}
    if limit.unit is Unit.MONTH:
        day, months = start, 0
        target = start.day
        while True:  # to the day of the same number in the month that is meant, or the last one of that month
            day += ONE
            months = (day.year - start.year) * 12 + day.month - start.month
            if months == budget and (day.day == target or (day + ONE).month != day.month):
                break
        budget = (day - start).days
    day, left = start, budget
    while left:
        day += ONE
        if day > far:
            return None
        if day not in crossed and (limit.unit is not Unit.WORKING_DAY or day in WORKING):
            left -= 1
    return day
