"""The page of the statistics and its files: what hub/figures.py says, for people. Nothing is entered and nobody is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import Response

from hub import stations
from hub.counting import uncounted
from hub.facts import PASSED, STAYED, STOPPED
from hub.figures import (
    DEFINED,
    DEFINITIONS,
    FEW,
    Asked,
    By,
    Figure,
    Kind,
    Sums,
    added_up,
    figure,
    figures,
    grouped,
    month_end,
    rolled_up,
    sums_by,
    totals,
)
from hub.web.charts import Columns, bar, columns
from hub.web.room import room
from hub.web.shown import item_name, stop_name, title_of
from protocol.cases.words import Role
from protocol.clock import CHINA
from protocol.console.pages import render, translator, url
from protocol.console.parts import Filled, Text
from protocol.console.protect import ConsoleRoute, page
from protocol.console.texts import say
from protocol.errors import Refused

SEE = (Role.LEADER, Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR)
SHOWN = 20  # lines of a table; the file has all
CHANNELS = ("window", "online", "post", "kiosk")
TILES = ("taken", "ended", "in-time", "ahead", "at-once", "law-used", "corrected", "one-visit")
COMPARED = ("in-time", "ahead", "corrected", "one-visit")
_MEASURED = tuple(name for one in COMPARED for name in (DEFINED[one].above, DEFINED[one].below))
FIRST_YEAR, LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is shown; `below` None: it has no denominator."""

    name: Text
    formula: Text
    source: str
    value: Text
    above: int
    below: int | None
    few: bool


@dataclass(frozen=True, slots=True)
class BreakLine:
    label: Text
    code: str
    taken: int
    ended: int
    bar: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Breakdown:
    title: Text
    heading: Text
    shares: Sequence[Text]
    lines: Sequence[BreakLine]
    more: int  # lines that only the file has


@dataclass(frozen=True, slots=True)
class DaysLine:
    label: Text
    days: int
    bar: int
    cases: int = 0
    mean: str = ""
    few: bool = False


@dataclass(frozen=True, slots=True)
class DaysTable:
    title: Text
    hint: Text
    heading: Text
    by_case: bool  # with the number of cases and the mean
    lines: Sequence[DaysLine]


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    template = "statistics.html"
    section = "statistics"
    first: date
    last: date
    filled: Filled
    choices: Sequence[tuple[str, Text, Sequence[tuple[str, Text]]]]  # field, "every", options
    narrowed: Sequence[str]
    periods: Sequence[tuple[Text, str, bool]]
    path: str
    wrong: bool
    behind: int  # cases that are about to be counted
    deemed: int
    tiles: Sequence[Cell]
    lines: Sequence[Cell]
    months: Columns
    breakdowns: Sequence[Breakdown]
    lengths: Sequence[DaysTable]
    files: Sequence[tuple[Text, str]]
    as_of: datetime


def statistics_routes() -> list[ConsoleRoute]:
    return [
        page("/statistics", show_statistics, to=SEE, name="statistics"),
        page("/statistics.csv", statistics_file, to=SEE, name="statistics.csv"),
    ]


def show_statistics(request: Request) -> Response:
    desk = room(request)
    at = desk.clock.now()
    asked, wrong = _asked(request, at)
    with desk.store.read() as db:
        names = _names(request, db)
        sums, by = overview(db, asked)
        behind = uncounted(db)
        offered = {By.ITEM: _items(db), By.STATION: list(stations.titles(db)), By.CHANNEL: list(CHANNELS)}
    words = {
        name: value
        for name, value in (("item", asked.item), ("station", asked.station), ("channel", asked.channel))
        if value
    }
    kept = {"first": asked.first.isoformat(), "last": asked.last.isoformat(), **words}
    path = url(request, "statistics")
    shown = StatisticsPage(
        first=asked.first,
        last=asked.last,
        filled=Filled({"item": "", "station": "", "channel": "", **kept}),
        choices=[
            (one.value, say(f"statistics.every-{one}"), [(code, names[one](code)) for code in codes])
            for one, codes in offered.items()
        ],
        narrowed=[_said(request, names[By(name)](code)) for name, code in words.items()],
        periods=[
            (say(f"statistics.{name}"), f"{path}?{urlencode({**kept, 'first': first, 'last': last})}",
             (first, last) == (asked.first, asked.last))
            for name, first, last in _periods(at.astimezone(CHINA).date())
        ],
        path=path,
        wrong=wrong,
        behind=behind,
        deemed=sums["deemed"],
        tiles=[_cell(figure(DEFINED[name], sums)) for name in TILES],
        lines=[_cell(one) for one in figures(sums)],
        months=columns(
            say("statistics.volume"), say("statistics.by-month"), say("figure.taken"), say("figure.ended"),
            [(month, one["taken"], one["ended"]) for month, one in by[By.MONTH]],
        ),
        breakdowns=[_breakdown(one, by[one], names[one]) for one in (By.ITEM, By.STATION, By.CHANNEL)],
        lengths=[_stays(sums), _stops(request, sums)],
        files=[
            (say(f"statistics.file{'-' + by_ if by_ else ''}"),
             f"{url(request, 'statistics.csv')}?{urlencode({**kept, **({'by': by_} if by_ else {})})}")
            for by_ in ("", *By)
        ],
        as_of=at,
    )  # fmt: skip
    return render(request, shown)


def overview(db: Database, asked: Asked) -> tuple[Sums, dict[By, list[tuple[str, Sums]]]]:
    """The sums of the period, and by each word what the page compares."""
    together = grouped(db, asked, (By.MONTH, By.CHANNEL))
    return added_up(together), {
        By.MONTH: rolled_up(together, 0),
        By.CHANNEL: rolled_up(together, 1),
        By.ITEM: sums_by(db, asked, By.ITEM, _MEASURED),
        By.STATION: sums_by(db, asked, By.STATION, _MEASURED),
    }


def statistics_file(request: Request) -> Response:
    """What the page shows, whole: a row a figure, or a row an item, station, channel or month with every figure."""
    desk = room(request)
    asked, _ = _asked(request, desk.clock.now())
    by = request.query_params.get("by", "")
    with desk.store.read() as db:
        if by in list(By):
            rows = _rows_by(request, By(by), sums_by(db, asked, By(by)), _names(request, db))
        else:
            by, rows = "figures", _rows(request, totals(db, asked))
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[_safe(cell) for cell in row] for row in rows])
    name = f"statistics-{by}-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _rows(request: Request, sums: Sums) -> Iterator[list[str]]:
    words = translator(request)
    yield [words(f"statistics.{name}") for name in ("figure", "value", "above", "below", "formula", "source")]
    for found in figures(sums):
        name, below = found.of.name, str(found.below) if found.of.below else ""
        formula = words(f"figure.{name}.is")
        yield [words(f"figure.{name}"), _number(found), str(found.above), below, formula, found.of.source]


def _rows_by(
    request: Request, by: By, found: Sequence[tuple[str, Sums]], names: Mapping[By, Callable[[str], Text]]
) -> Iterator[list[str]]:
    words = translator(request)
    heading = [words("statistics.code"), words(f"statistics.by-{by}")]
    for one in DEFINITIONS:
        name = words(f"figure.{one.name}")
        heading.append(name)
        if one.below:
            heading += [f"{name} {words('statistics.above')}", f"{name} {words('statistics.below')}"]
    yield heading
    for code, sums in found:
        line = [code, _said(request, names[by](code))]
        for each in figures(sums):
            line.append(_number(each))
            if each.of.below:
                line += [str(each.above), str(each.below)]
        yield line


# -- what was asked


def _asked(request: Request, at: datetime) -> tuple[Asked, bool]:
    """What the address asks for, and whether its period had to be replaced by this year."""
    params = request.query_params
    today = at.astimezone(CHINA).date()
    item, station, channel = (params.get(name, "").strip()[:40] for name in ("item", "station", "channel"))
    year = _year(today)
    texts = [params.get(name, "").strip() for name in ("first", "last")]
    if not any(texts):
        return Asked(*year, item, station, channel), False
    days = [_day(text) for text in texts]
    if days[0] is None or days[1] is None or days[0] > days[1]:
        return Asked(*year, item, station, channel), True
    return Asked(days[0], days[1], item, station, channel), False


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _periods(today: date) -> list[tuple[str, date, date]]:
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        ("this-month", month, month_end(today)),
        ("last-month", before.replace(day=1), before),
        ("this-quarter", quarter, month_end(quarter.replace(month=quarter.month + 2))),
        ("this-year", *_year(today)),
    ]


def _year(today: date) -> tuple[date, date]:
    return date(today.year, 1, 1), date(today.year, 12, 31)


def _items(db: Database) -> list[str]:
    """The items of which cases have come."""
    rows = db.execute("select distinct item from tallies where item != '' order by item").fetchall()
    return [str(row[0]) for row in rows]


def _names(request: Request, db: Database) -> Mapping[By, Callable[[str], Text]]:
    catalogue = room(request).shelf.current()
    titles = stations.titles(db)

    def item(code: str) -> str:
        if catalogue is None:
            return code
        try:
            return item_name(request, catalogue.current(code), code)
        except Refused:
            return code  # it is not applied for any more

    return {
        By.ITEM: item,
        By.STATION: lambda code: title_of(request, titles, code),
        By.CHANNEL: lambda code: say(f"channel.{code}") if code in CHANNELS else code,
        By.MONTH: lambda code: code,
    }


# -- what is shown


def _cell(found: Figure) -> Cell:
    name = found.of.name
    below = found.below if found.of.below else None
    return Cell(
        say(f"figure.{name}"),
        say(f"figure.{name}.is"),
        found.of.source,
        _shown(found),
        found.above,
        below,
        found.is_of_few,
    )


def _shown(found: Figure) -> str:
    value = found.value
    if value is None:
        return "—"
    return {Kind.COUNT: f"{value:.0f}", Kind.SHARE: f"{value:.1%}", Kind.MEAN: f"{value:.1f}"}[found.of.kind]


def _number(found: Figure) -> str:
    """For a table that computes with it: a plain number, nothing where there is none."""
    value = found.value
    return "" if value is None else f"{value:.0f}" if found.of.kind is Kind.COUNT else f"{value:.4f}"


def _breakdown(by: By, found: Sequence[tuple[str, Sums]], name: Callable[[str], Text]) -> Breakdown:
    ordered = sorted(found, key=lambda one: (-one[1]["taken"], -one[1]["ended"], one[0]))
    most = max((sums["taken"] for _, sums in found), default=0)
    lines = [
        BreakLine(
            name(code), code if by is By.ITEM else "", sums["taken"], sums["ended"], bar(sums["taken"], most),
            [_cell(figure(DEFINED[one], sums)) for one in COMPARED],
        )
        for code, sums in ordered[:SHOWN]
    ]  # fmt: skip
    shares = [say(f"figure.{one}") for one in COMPARED]
    return Breakdown(say(f"statistics.{by}s"), say(f"statistics.by-{by}"), shares, lines, max(0, len(found) - SHOWN))


def _stays(sums: Sums) -> DaysTable:
    found = [(link, sums[STAYED[link]], sums[PASSED[link]]) for link in STAYED if sums[PASSED[link]]]
    longest = max((days / cases for _, days, cases in found), default=0)
    lines = [
        DaysLine(say(f"link.{link}"), days, bar(days / cases, longest), cases, f"{days / cases:.1f}", cases < FEW)
        for link, days, cases in found
    ]
    return DaysTable(say("statistics.dwell"), say("statistics.dwell-hint"), say("statistics.link"), True, lines)


def _stops(request: Request, sums: Sums) -> DaysTable:
    found = [(stop, sums[STOPPED[stop]]) for stop in STOPPED if sums[STOPPED[stop]]]
    most = max((days for _, days in found), default=0)
    lines = [DaysLine(stop_name(request, stop), days, bar(days, most)) for stop, days in found]
    return DaysTable(say("statistics.stops"), say("statistics.stops-hint"), say("statistics.stop"), False, lines)


def _said(request: Request, text: Text) -> str:
    return text if isinstance(text, str) else translator(request)(text)


def _safe(text: str) -> str:
    """A cell that begins like a formula is none: a program that opens the file computes nothing of ours."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
