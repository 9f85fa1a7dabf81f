"""The station's day on one page for its head: the hall now and so far, what citizens said, the kiosk, people, machines, and
what is owed to the district. Everything is reckoned when the page is asked for; nothing is entered, nobody is ranked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from node import ratings
from node.hall.events import Drawn
from node.hall.ledger import Kept, days, events, replay
from node.hall.report import day_report, spread
from node.hall.state import Hall
from node.kiosk import calls
from node.kiosk.meters import day_meters
from node.web.devices_strip import strip
from node.web.sync import replica_facts
from node.web.tools import house, today
from protocol import attention
from protocol.catalogue.groups import group
from protocol.clock import CHINA
from protocol.console import session
from protocol.console.pages import render, url
from protocol.console.parts import Chip, Row
from protocol.console.presence import present
from protocol.console.texts import Lang, Phrase, say
from protocol.exchange.hall_day import HallDay, HallWaits
from protocol.exchange.messages import KioskDay

DAYS = 14
HOURS = range(8, 21)  # of the strip; what is outside is counted at its ends
STEPS = (0, 4, 8, 14, 22)  # people in an hour at which a cell of the strip gets darker


@dataclass(frozen=True, slots=True)
class Tile:
    label: Phrase
    value: Phrase | str
    note: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    hour: int
    drawn: int
    shade: int  # 0 to 5


@dataclass(frozen=True, slots=True)
class WaitLine:
    name: Phrase | str
    turns: int
    p50: int  # minutes
    p90: int
    p99: int
    long: int  # who waited for more than half an hour


@dataclass(frozen=True, slots=True)
class CounterLine:
    number: int
    state: Phrase
    ticket: str
    name: str
    busy_percent: int | None


@dataclass(frozen=True, slots=True)
class BoardPage:
    template = "board.html"
    section = "board"
    day: date
    is_today: bool
    days: Sequence[date]
    tiles: Sequence[Tile]
    cells: Sequence[Cell]
    waits: Sequence[WaitLine]
    counters: Sequence[CounterLine]
    grades: Sequence[tuple[Phrase, int]]
    kiosk: Sequence[Row]
    people: Sequence[tuple[str, datetime]]
    devices: Sequence[Chip]
    replica: Chip
    hours: Sequence[str]
    is_open: bool
    owed: Phrase
    notices: int
    help_calls: int
    csv_href: str
    as_of: datetime


def show(request: Request) -> Response:
    here, at = house(request), house(request).clock.now()
    on = today(at)
    day = _day(request, on)
    is_today = day == on
    with here.store.read() as db:
        known = [date.fromisoformat(one) for one in days(db, on, DAYS)]
        kept = events(db, day.isoformat())
        given = ratings.ratings(db, since=_midnight(day), until=_midnight(day + timedelta(days=1)))
        kiosk, people = day_meters(db, day), present(db, at)
        owed, notices, rings = here.owing.of(db), attention.count(db), len(calls.calls(db))
        hall = here.hall.halls.of(db, day.isoformat()) if is_today else replay(day.isoformat(), kept)
    report = day_report(day.isoformat(), kept)
    chip, _ = replica_facts(request)
    return render(
        request,
        BoardPage(
            day,
            is_today,
            sorted({*known, on}, reverse=True),
            list(_tiles(hall, report, at if is_today else hall.at or at)),
            _cells(kept),
            [_wait_line(request, one) for one in report.waits if one.turns],
            [_counter_line(hall, number, report) for number in sorted(hall.counters)],
            [(say(f"grade.{grade.value}"), count) for grade, count in ratings.counted(given).items()] if given else [],
            list(_kiosk(request, kiosk)),
            [(account.display_name, seen_at) for account, seen_at in people],
            strip(here.devices.states()),
            chip,
            [f"{_clock(one.start)}–{_clock(one.end)}" for one in here.hours.hours(day)],
            here.hours.is_open(at),
            say("board.owed", cases=owed.cases, papers=owed.papers)
            if owed.entries or owed.papers
            else say("board.nothing-owed"),
            notices,
            rings,
            f"{url(request, 'board.csv')}?day={day.isoformat()}",
            at,
        ),
    )


def file(request: Request) -> Response:
    """The waits of a day, a line a group, for somebody's own table."""
    here = house(request)
    day = _day(request, today(here.clock.now()))
    with here.store.read() as db:
        report = day_report(day.isoformat(), events(db, day.isoformat()))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["day", "of", "which", "turns", "wait_p50_s", "wait_p90_s", "wait_p99_s", "over_30_min"])
    for one in report.waits:
        writer.writerow([day.isoformat(), one.of, one.which, one.turns, one.p50_s, one.p90_s, one.p99_s, one.long])
    headers = {"Content-Disposition": f'attachment; filename="hall-{day.isoformat()}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _tiles(hall: Hall, report: HallDay, at: datetime) -> Iterator[Tile]:
    waiting = hall.waiting()
    longest = max((one.wait_s(at) for one in waiting), default=0)
    everybody = next((one for one in report.waits if one.of == "all"), HallWaits(of="all", which="", turns=0))
    yield Tile(say("board.drawn"), str(report.tickets), say("board.served", count=report.turns))
    yield Tile(
        say("board.waiting"), str(len(waiting)), say("board.longest", minutes=longest // 60) if waiting else None
    )
    yield Tile(
        say("board.wait-p50"),
        say("board.minutes", minutes=everybody.p50_s // 60) if everybody.turns else "–",
        say("board.wait-p90", minutes=everybody.p90_s // 60) if everybody.turns else None,
    )
    yield Tile(
        say("board.long"),
        f"{100 * everybody.long // everybody.turns}%" if everybody.turns else "–",
        say("board.long-note"),
    )
    yield Tile(say("board.missed"), str(report.missed), say("board.restored", count=report.restored))
    kept = f"{100 * report.promised_kept // report.promised}%" if report.promised else "–"
    yield Tile(say("board.promised"), kept, say("board.promised-note", count=report.promised))
    yield Tile(say("board.carried"), str(report.carried), say("board.spread", percent=spread(report)))


def _cells(kept: Sequence[Kept]) -> list[Cell]:
    drawn = dict.fromkeys(HOURS, 0)
    for one in kept:
        if isinstance(one.event, Drawn) and not one.event.carried_from:
            drawn[min(max(one.at.astimezone(CHINA).hour, HOURS[0]), HOURS[-1])] += 1
    return [Cell(hour, count, sum(count > step for step in STEPS)) for hour, count in drawn.items()]


def _wait_line(request: Request, one: HallWaits) -> WaitLine:
    name: Phrase | str
    match one.of:
        case "all":
            name = say("board.all")
        case "klass":
            name = say(f"klass.{one.which}")
        case _:
            known = group(one.which)
            name = known.name if session.lang(request) is Lang.ZH else known.name_en
    return WaitLine(name, one.turns, one.p50_s // 60, one.p90_s // 60, one.p99_s // 60, one.long)


def _counter_line(hall: Hall, number: int, report: HallDay) -> CounterLine:
    counter = hall.counters[number]
    state = "closed" if not counter.is_open else "paused" if counter.paused else "serving" if counter.ticket else "free"
    measured = next((one for one in report.counters if one.number == number and one.open_s), None)
    busy = 100 * measured.busy_s // measured.open_s if measured else None
    return CounterLine(number, say(f"board.counter-{state}"), counter.ticket, counter.name, busy)


def _kiosk(request: Request, kiosk: KioskDay) -> Iterator[Row]:
    if not kiosk.sessions:
        return
    yield Row(say("board.kiosk-visits"), str(kiosk.sessions))
    yield Row(say("board.kiosk-done"), str(sum(kiosk.completed.values())))
    yield Row(say("board.kiosk-left"), str(sum(kiosk.abandoned.values())))
    if kiosk.seconds_p50:
        yield Row(say("board.kiosk-time"), say("board.kiosk-seconds", p50=kiosk.seconds_p50, p90=kiosk.seconds_p90))
    yield Row(say("board.kiosk-helped"), str(kiosk.helped))


def _day(request: Request, on: date) -> date:
    """The day that is asked for; today for anything else."""
    try:
        asked = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return on
    return asked if asked <= on else on


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
