"""What the statistics say: one table of definitions, and the sums that they are made of.

Every share comes with its numerator and its denominator. Whole months are read from `tallies`, the days at both ends
of a period from `facts`; a period may begin and end on any day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlite_utils import Database

from hub.facts import AT_END, AT_INTAKE, MEASURES

FEW = 5  # a share of fewer is shown and marked


class Kind(StrEnum):
    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"  # working days a case


class Good(StrEnum):
    """Which way is the better one, for the mark beside a figure."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Definition:
    """`above` by `below` are names of MEASURES; the words stand in hub/web/words/statistics.py as `figure.<name>`."""

    name: str
    kind: Kind
    above: str
    below: str = ""
    source: str = ""
    good: Good = Good.NEITHER


_SHARE, _COUNT, _MEAN = Kind.SHARE, Kind.COUNT, Kind.MEAN

DEFINITIONS: tuple[Definition, ...] = (
    Definition("taken", _COUNT, "taken"),
    Definition("ended", _COUNT, "ended"),
    Definition("at-once", _SHARE, "at_once", "decided", "行政许可法第三十四条", Good.MORE),
    Definition("in-time", _SHARE, "in_time", "timed", "行政许可法第四十二条", Good.MORE),
    Definition("kept", _SHARE, "kept", "promised", "优化营商环境条例第三十六条", Good.MORE),
    Definition("ahead", _SHARE, "ahead", "promised", "优化营商环境条例第三十六条", Good.MORE),
    Definition("law-used", _SHARE, "law_used", "law_allowed", "行政许可法第四十二条", Good.LESS),
    Definition("promise-used", _SHARE, "promise_used", "promise_allowed", "", Good.LESS),
    Definition("days", _MEAN, "days", "ended", "", Good.LESS),
    Definition("corrected", _SHARE, "corrected", "ended", "行政许可法第三十二条", Good.LESS),
    Definition("one-visit", _SHARE, "one_visit", "ended", "国办发〔2018〕45号", Good.MORE),
    Definition("deemed", _SHARE, "deemed", "taken", "行政许可法第三十二条第一款第四项", Good.LESS),
    Definition("refused", _SHARE, "refused", "ended", "行政许可法第三十二条", Good.NEITHER),
    Definition("denied", _SHARE, "denied", "decided", "行政许可法第三十八条", Good.NEITHER),
    Definition("withdrawn", _SHARE, "withdrawn", "ended", "", Good.NEITHER),
    Definition("conditional", _SHARE, "conditional", "ended", "", Good.NEITHER),
    Definition("committed", _SHARE, "committed", "ended", "", Good.NEITHER),
    Definition("broken", _SHARE, "broken", "committed", "", Good.LESS),
    Definition("reworked", _SHARE, "reworked", "ended", "", Good.LESS),
    Definition("sent-back", _COUNT, "sent_back", "", "", Good.LESS),
    Definition("result-returned", _COUNT, "result_returned", "", "", Good.LESS),
    Definition("reopened", _COUNT, "reopened", "", "", Good.LESS),
)
DEFINED: Mapping[str, Definition] = {one.name: one for one in DEFINITIONS}


@dataclass(frozen=True, slots=True)
class Figure:
    """`below` 0: there was nothing that could have been counted."""

    of: Definition
    above: int
    below: int

    @property
    def value(self) -> float | None:
        """None where the definition has a denominator and it is 0."""
        if not self.of.below:
            return float(self.above)
        return self.above / self.below if self.below else None

    @property
    def is_of_few(self) -> bool:
        return bool(self.of.below) and 0 < self.below < FEW


@dataclass(frozen=True, slots=True)
class Asked:
    """Both days belong to it; empty words do not narrow."""

    first: date
    last: date
    item: str = ""
    station: str = ""
    channel: str = ""


class By(StrEnum):
    ITEM = "item"
    STATION = "station"
    CHANNEL = "channel"
    MONTH = "month"


Sums = Mapping[str, int]


def figures(sums: Sums) -> list[Figure]:
    return [figure(one, sums) for one in DEFINITIONS]


def figure(of: Definition, sums: Sums) -> Figure:
    return Figure(of, sums[of.above], sums[of.below] if of.below else 0)


def totals(db: Database, asked: Asked) -> Sums:
    """Name of the measure -> its sum over the period."""
    return added_up(grouped(db, asked, ()))


def sums_by(db: Database, asked: Asked, by: By, measures: Sequence[str] = MEASURES) -> list[tuple[str, Sums]]:
    """The same for every item, station, channel or month in which something was counted, in the order of their codes."""
    return rolled_up(grouped(db, asked, (by,), measures), 0)


Groups = list[tuple[tuple[str, ...], Sums]]


def grouped(db: Database, asked: Asked, by: Sequence[By], measures: Sequence[str] = MEASURES) -> Groups:
    """Sums by several words at once: what is read once need not be read again for each of them.

    Only what is named in `measures` is read; taken and ended always are.
    """
    wanted = tuple(dict.fromkeys(("taken", "ended", *measures)))
    sql, params = _source(asked, by, wanted)
    keys, added = ", ".join(by), ", ".join(f"sum({name})" for name in wanted)
    select = f"select {keys}, {added} from ({sql}) group by {keys}" if by else f"select {added} from ({sql})"
    rows = [tuple(row) for row in db.execute(select, params).fetchall()]
    return [
        (
            tuple(str(key) for key in row[: len(by)]),
            dict(zip(wanted, (int(n or 0) for n in row[len(by) :]), strict=True)),
        )
        for row in rows
    ]


def added_up(groups: Groups) -> Sums:
    return dict.fromkeys(MEASURES, 0) | _together(sums for _, sums in groups)


def rolled_up(groups: Groups, place: int) -> list[tuple[str, Sums]]:
    """By the word at `place` alone, in order, without those in which nothing was counted."""
    found: dict[str, list[Sums]] = {}
    for keys, sums in groups:
        found.setdefault(keys[place], []).append(sums)
    together = [(key, _together(found[key])) for key in sorted(found)]
    return [(key, sums) for key, sums in together if sums["taken"] or sums["ended"]]


def _together(every: Iterable[Sums]) -> dict[str, int]:
    added: dict[str, int] = {}
    for sums in every:
        for name, count in sums.items():
            added[name] = added.get(name, 0) + count
    return added


def _source(asked: Asked, by: Sequence[By], measures: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A select of month, item, station, channel and the measures that holds what was asked for, each case once."""
    params = {"item": asked.item, "station": asked.station, "channel": asked.channel}
    narrowed = "".join(f" and {name} = :{name}" for name, word in params.items() if word)
    by_station = bool(asked.station) or By.STATION in by
    by_item = bool(asked.item) or By.ITEM in by
    whole = by_station and by_item  # no sum is kept by both: few cases, found by either
    days, months = ([(asked.first, asked.last)], None) if whole else _split(asked.first, asked.last)
    parts = []
    for number, (first, last) in enumerate(days):
        params |= {f"first{number}": first.isoformat(), f"last{number}": last.isoformat()}
        for day, counted in (("opened_on", AT_INTAKE), ("ended_on", AT_END)):
            columns = ", ".join(name if name in counted else f"0 as {name}" for name in measures)
            # with `+` the planner goes by item or station, of which there are fewer than of the days
            parts.append(
                f"select substr({day}, 1, 7) as month, item, station, channel, {columns} from facts"
                f" where {'+' if whole else ''}{day} between :first{number} and :last{number}{narrowed}"
            )
    if months is not None:
        params |= {"from": months[0], "to": months[1]}
        parts.append(
            f"select month, item, station, channel, {', '.join(measures)} from tallies"
            f" where month between :from and :to and {'item' if by_station else 'station'} = ''{narrowed}"
        )
    return " union all ".join(parts), params


def _split(first: date, last: date) -> tuple[list[tuple[date, date]], tuple[str, str] | None]:
    """Stretches of single days, and the whole months between them as (first, last)."""
    start = first if first.day == 1 else month_end(first) + timedelta(days=1)
    end = last if last == month_end(last) else last.replace(day=1) - timedelta(days=1)
    if start > end:
        return [(first, last)], None
    days = []
    if first < start:
        days.append((first, start - timedelta(days=1)))
    if end < last:
        days.append((end + timedelta(days=1), last))
    return days, (start.isoformat()[:7], end.isoformat()[:7])


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
