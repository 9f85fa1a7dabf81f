"""A day of a station's hall in figures, as the station tells it to the district. Shapes only; nothing of a person is in it.

Fields are only ever added, with a default, as in messages.py.
"""

from __future__ import annotations

import msgspec

from protocol.exchange.messages import Seq, Small, Text


class HallWaits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long people waited for their turns: of all of them, of a group of items, or of a class of people."""

    of: Text  # all, group, klass
    which: Text = ""
    turns: Small
    p50_s: Small = 0
    p90_s: Small = 0
    p99_s: Small = 0
    long: Small = 0  # turns that were waited for more than half an hour


class HallCounter(msgspec.Struct, frozen=True, kw_only=True):
    number: Small
    open_s: Small
    busy_s: Small


class HallDay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One day of a station's hall in figures. Told again if the day was opened again: the higher `upto` counts."""

    day: Text  # ISO, in China
    upto: Seq  # events that it was reckoned from
    tickets: Small = 0
    turns: Small = 0
    waits: list[HallWaits] = []
    overtaken_p99: Small = 0  # people with the same matter who came later and were called earlier
    missed: Small = 0
    restored: Small = 0
    transferred: Small = 0
    left: Small = 0  # still in the hall, or missed and not come back
    carried: Small = 0
    appointments: Small = 0
    arrival_p50_s: Small = 0  # from the call to the counter
    service_p50_s: Small = 0
    service_p90_s: Small = 0
    counters: list[HallCounter] = []
    promised: Small = 0  # who was told a range and was served
    promised_kept: Small = 0  # of these: waited as long as was said
    promised_off_s: Small = 0  # mean distance from the middle of what was said
