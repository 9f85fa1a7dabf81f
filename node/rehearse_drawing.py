"""What happened in a morning of the room: as a drawing by counter and by ticket, and as a page of figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape

from node.hall.events import Called, Drawn, Missed
from node.hall.report import spread
from node.hall.rules import Klass
from node.hall.state import Served
from node.ratings import Grade
from node.rehearse import DOORS_OPEN, MORNING_MIN, Morning
from protocol.catalogue.groups import group
from protocol.clock import CHINA

_MINUTE = 4.0  # points
_LEFT, _TOP, _LANE, _LINE = 90, 70, 34, 5
_LONG_MIN = 30
_KLASSES = {True: "#0052d9", False: "#7a3e9d"}  # ordinary, or served earlier
_WAITS, _WAITS_LONG, _MISSES = "#b4bcc8", "#c9731b", "#ad352f"


def drawing(morning: Morning) -> str:
    """SVG: a lane for each counter with its turns, and below a line for each ticket from arrival to the end."""
    report, hall = morning.report, morning.hall
    lanes = {counter.number: _TOP + place * _LANE for place, counter in enumerate(report.counters)}
    drawn = [(one.at, one.event.ticket) for one in morning.kept if isinstance(one.event, Drawn)]
    begin = _TOP + len(lanes) * _LANE + 50
    lines = {ticket: begin + place * _LINE for place, (_, ticket) in enumerate(drawn)}
    last = max((one.ended_at for one in hall.served), default=DOORS_OPEN)
    minutes = max(MORNING_MIN, (last - DOORS_OPEN) // timedelta(minutes=1)) + 10
    width, height = int(_LEFT + minutes * _MINUTE + 20), begin + len(drawn) * _LINE + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="Noto Sans CJK SC, sans-serif" font-size="13" lang="zh-CN">',
        f"<title>大厅的一个上午 a morning of the hall, {morning.day}</title>",
        f"<desc>{escape(' '.join(figures(morning)))}</desc>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="18">大厅的一个上午 · {report.tickets} 人取号</text>',
        *_legend(),
        *_hours(minutes, height),
        *(f'<text x="8" y="{y + 20}">{number} 号窗口</text>' for number, y in lanes.items()),
        *(_turn(one, lanes[one.counter]) for one in hall.served),
        f'<text x="8" y="{begin - 14}">每张号 each ticket</text>',
        *_waits(morning, lines),
        *(_bar(one.called_at, one.ended_at, lines[one.ticket], _LINE - 1, _colour(one)) for one in hall.served),
        "</svg>\n",
    ]
    return "\n".join(parts)


def figures(morning: Morning) -> list[str]:
    """A line each, in both languages."""
    report = morning.report
    everybody = next(one for one in report.waits if one.of == "all")
    lines = [
        f"取号 tickets {report.tickets}，办理 turns {report.turns}，过号 missed {report.missed}，"
        f"恢复 restored {report.restored}，转下一天 carried {report.carried}",
        f"等候 wait: p50 {_min(everybody.p50_s)}，p90 {_min(everybody.p90_s)}，p99 {_min(everybody.p99_s)} min；"
        f"超过 {_LONG_MIN} 分钟 longer {everybody.long}；被超过 overtaken p99 {report.overtaken_p99}",
    ]
    for one in report.waits:
        if one.of != "all":
            name = f"{group(one.which).name} {group(one.which).name_en}" if one.of == "group" else one.which
            lines.append(f"  {name}: {one.turns}，p50 {_min(one.p50_s)}，p90 {_min(one.p90_s)} min")
    lines += [
        f"办理 at the counter: p50 {_min(report.service_p50_s)}，p90 {_min(report.service_p90_s)} min；"
        f"叫号到到窗 call to counter p50 {report.arrival_p50_s} s",
        "窗口忙 busy: "
        + "，".join(f"{one.number}: {100 * one.busy_s // max(1, one.open_s)} %" for one in report.counters)
        + f"；相差 spread {spread(report)} %",
    ]
    if report.promised:
        lines.append(
            f"预计 promised {report.promised}，说准 kept {100 * report.promised_kept // report.promised} %，"
            f"平均差 off {_min(report.promised_off_s)} min"
        )
    stars = "，".join(
        f"{int(grade)}★ {morning.grades[grade]}" for grade in sorted(Grade, reverse=True) if grade in morning.grades
    )
    lines.append(f"评价 ratings: {stars or '0'}")
    lines.append(f"不能复核的叫号 calls that the log does not explain: {len(morning.unexplained)}")
    return lines


def _min(seconds: int) -> str:
    return f"{seconds / 60:.1f}"


def _x(at: datetime) -> float:
    return _LEFT + (at - DOORS_OPEN).total_seconds() / 60 * _MINUTE


def _bar(begin: datetime, end: datetime, y: float, height: float, colour: str) -> str:
    width = max(1.0, _x(end) - _x(begin))
    return f'<rect x="{_x(begin):.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def _colour(one: Served) -> str:
    return _KLASSES[one.klass is Klass.ORDINARY]


def _turn(one: Served, y: int) -> str:
    bar = _bar(one.called_at, one.ended_at, y + 4, _LANE - 8, _colour(one))
    is_wide = (one.ended_at - one.called_at).total_seconds() / 60 * _MINUTE > 34
    said = f'<text x="{_x(one.called_at) + 3:.1f}" y="{y + 21}" fill="#fff" font-size="11">{one.ticket}</text>'
    waited = f"<title>{one.ticket} 等 {one.wait_s // 60} min</title>"
    return f"<g>{waited}{bar}{said if is_wide else ''}</g>"


def _waits(morning: Morning, lines: dict[str, int]) -> Iterator[str]:
    """From the arrival to the first call; red where a call was missed."""
    came = {one.event.ticket: one.at for one in morning.kept if isinstance(one.event, Drawn)}
    called: set[str] = set()
    for one in morning.kept:
        if isinstance(one.event, Called) and one.event.ticket not in called:
            ticket = one.event.ticket
            called.add(ticket)
            is_long = one.at - came[ticket] > timedelta(minutes=_LONG_MIN)
            yield _bar(came[ticket], one.at, lines[ticket], _LINE - 1, _WAITS_LONG if is_long else _WAITS)
        elif isinstance(one.event, Missed):
            yield _bar(one.at - timedelta(seconds=75), one.at, lines[one.event.ticket], _LINE - 1, _MISSES)


def _hours(minutes: int, height: int) -> Iterator[str]:
    for minute in range(0, minutes, 30):
        x = _LEFT + minute * _MINUTE
        clock = (DOORS_OPEN + timedelta(minutes=minute)).astimezone(CHINA)
        yield f'<path d="M{x} {_TOP - 6}V{height - 30}" stroke="#e3e6eb"/><text x="{x + 3}" y="{_TOP - 10}">{clock:%H:%M}</text>'


def _legend() -> Iterator[str]:
    words = (
        (_KLASSES[True], "普通 ordinary"), (_KLASSES[False], "老残军孕 priority"), (_WAITS, "等候 waits"),
        (_WAITS_LONG, f"等候超过 {_LONG_MIN} 分钟"), (_MISSES, "过号 missed"),
    )  # fmt: skip
    for place, (colour, word) in enumerate(words):
        x = _LEFT + 260 + place * 150
        yield f'<rect x="{x}" y="13" width="12" height="12" fill="{colour}"/><text x="{x + 17}" y="24">{word}</text>'
