"""What a page says, in the two languages of a console.

Code and templates name a text by its key; the tables that hold the words (`translations/` here, one more
table in node and in hub) give Chinese and English side by side, so that neither can be forgotten. A key
that no table has raises: a page with a hole in it must fail in a test, not at a counter.

Times are shown in the district's zone, durations and counts as a person says them.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from protocol.clock import CHINA
from protocol.errors import MicrocenterError

Texts = Mapping[str, tuple[str, str]]  # key -> (Chinese, English)


class Lang(StrEnum):
    """The value is what stands in the page's `lang` attribute: it also decides the shape of the characters."""

    ZH = "zh-CN"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to be said once the reader's language is known. Made with `say`."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


def say(key: str, /, **params: object) -> Phrase:
    return Phrase(key, params)


def merged(*tables: Texts) -> Texts:
    """:raises ValueError: two tables give the same key"""
    together: dict[str, tuple[str, str]] = {}
    for table in tables:
        if twice := together.keys() & table.keys():
            raise ValueError(f"keys in two tables of texts: {sorted(twice)}")
        together.update(table)
    return together


class Translator:
    """Says keys and phrases in one language.

    In a text `{at}` shows a datetime in full, `{at:time}` the hour and minute, `{at:date}` the day; `{wait}` a
    timedelta as "2 小时 14 分"; `{n:case|cases}` a number with the English noun that fits it. A Phrase
    among the params is said first, so phrases nest.
    """

    def __init__(self, lang: Lang, texts: Texts) -> None:
        self.lang = lang
        self._texts = texts
        self._column = 0 if lang is Lang.ZH else 1
        self._formatter = _Formatter(self)

    def __call__(self, what: str | Phrase, /, **params: object) -> str:
        """:raises KeyError: no table has this key, or the text wants a parameter that was not given"""
        phrase = what if isinstance(what, Phrase) else Phrase(what, params)
        return self._formatter.vformat(self._texts[phrase.key][self._column], (), phrase.params)

    def happened(self, error: MicrocenterError) -> str:
        return self(Phrase(error.code, self._shown(error.params)))

    def next_step(self, error: MicrocenterError) -> str:
        """Empty where there is nothing for the reader to do."""
        return self(Phrase(error.code + ".hint", self._shown(error.params)))

    def _shown(self, params: Mapping[str, object]) -> _Lenient:
        """Errors carry codes (an act, a status, a role); the reader gets their words."""
        shown = _Lenient(params)
        for name, value in params.items():
            if (key := f"{_CODES.get(name, name)}.{value}") in self._texts:
                shown[name] = Phrase(key)
        return shown

    def moment(self, at: datetime) -> str:
        here = at.astimezone(CHINA)
        return f"{self.date(here)} {here:%H:%M}" if self.lang is Lang.ZH else f"{self.date(here)}, {here:%H:%M}"

    def date(self, at: datetime | date) -> str:
        day = at.astimezone(CHINA) if isinstance(at, datetime) else at
        if self.lang is Lang.ZH:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(CHINA):%H:%M}"

    def duration(self, length: timedelta) -> str:
        """The two largest units; under a minute is "不到 1 分钟"."""
        minutes = int(abs(length).total_seconds()) // 60
        days, hours = divmod(minutes // 60, 24)
        minutes %= 60
        zh = self.lang is Lang.ZH
        if days:
            return (f"{days} 天" if zh else f"{days} d") + (f" {hours} 小时" if zh else f" {hours} h") * bool(hours)
        if hours:
            return (f"{hours} 小时" if zh else f"{hours} h") + (f" {minutes} 分" if zh else f" {minutes} min") * bool(
                minutes
            )
        if minutes:
            return f"{minutes} 分钟" if zh else f"{minutes} min"
        return "不到 1 分钟" if zh else "under 1 min"

    def size(self, count_bytes: int) -> str:
        if count_bytes < 1024:
            return f"{count_bytes} B"
        if count_bytes < 1024 * 1024:
            return f"{count_bytes / 1024:.0f} KB"
        return f"{count_bytes / (1024 * 1024):.1f} MB"


_MONTHS: Sequence[str] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# parameter of an error -> the kind of code that it carries
_CODES = {"done": "act", "owner": "side", "needed": "role"}


class _Lenient(dict[str, object]):
    """A parameter that the error did not carry shows as a dash; a page about trouble must not fail itself."""

    def __missing__(self, key: str) -> str:
        return "—"


class _Formatter(string.Formatter):
    def __init__(self, translator: Translator) -> None:
        self._say = translator

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Phrase):
            return self._say(value)
        if isinstance(value, datetime):
            shown = {"time": self._say.time, "date": self._say.date}.get(format_spec, self._say.moment)
            return shown(value)
        if isinstance(value, date):
            return self._say.date(value)
        if isinstance(value, timedelta):
            return self._say.duration(value)
        if format_spec == "size":
            return self._say.size(int(value))
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{value} {one if value == 1 else many}"
        return format(value, format_spec)
