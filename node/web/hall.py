"""The hall as its head sees it: the rule in one sentence with its numbers, counters, who could help, and the day's end.

The numbers move within the district's bounds only. Whether the calls of a day follow from what happened is reckoned
again on this page, from the log alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.hall import board, signs, tidal
from node.hall.desk import replays
from node.hall.events import Called
from node.hall.ledger import day_of, days, events
from node.hall.rules import BOUNDS, Rules, out_of_bounds
from node.hall.state import GONE, Standing
from node.web.queue_parts import CounterNow, counter_now, group_name
from node.web.tools import by, house, post_once, today
from protocol.console import forms
from protocol.console.pages import render, url
from protocol.console.parts import Filled
from protocol.console.texts import Phrase, say


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the rule, and how far it may be moved."""

    name: str
    label: Phrase
    hint: Phrase


@dataclass(frozen=True, slots=True)
class HallPage:
    template = "hall.html"
    section = "hall"
    at: datetime
    sentences: Sequence[Phrase]
    numbers: Sequence[Number]
    form: Filled
    protects: bool
    counters: Sequence[CounterNow]
    advice: Sequence[Phrase]
    waiting: int
    names_on: bool
    recorded: int
    unusable: Sequence[str]
    is_over: bool
    days: Sequence[str]


@dataclass(frozen=True, slots=True)
class SentencePage:
    template = "hall_sentence.html"
    sentences: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class EndPage:
    template = "hall_end.html"
    section = "hall"
    waiting: Sequence[str]
    serving: Sequence[str]
    missed: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReplayPage:
    template = "hall_replay.html"
    section = "hall"
    day: str
    calls: int
    odd: Sequence[str]


def show(request: Request) -> Response:
    return _show(request, None)


def _show(request: Request, wrong: Filled | None) -> Response:
    here, at, me = house(request), house(request).clock.now(), by(request).account
    with here.store.read() as db:
        hall, names_on, known = here.hall.halls.of(db, day_of(at)), signs.shows_names(db), days(db, today(at), 7)
    rules = hall.rules
    open_now = [counter for _, counter in sorted(hall.counters.items()) if counter.is_open]
    page = HallPage(
        at,
        sentences(rules),
        [
            Number(name, say(f"rules.{name}"), say("rules.bounds", least=least, most=most))
            for name, (least, most) in BOUNDS.items()
        ],
        wrong or Filled({name: str(getattr(rules, name)) for name in BOUNDS}),
        rules.protect_specialists,
        [counter_now(request, hall, counter, me) for counter in open_now],
        [_advice(request, one) for one in tidal.advice(hall, at)],
        sum(one.people for one in board.waits(hall, at)),
        names_on,
        len(here.voice.recorded),
        here.voice.unusable,
        hall.ended,
        known,
    )
    return render(request, page, status=422 if wrong else 200)


def sentences(rules: Rules) -> list[Phrase]:
    """What is said on the wall, with these numbers."""
    ahead = say("rules.say-ahead", minutes=rules.head_start_min) if rules.head_start_min else say("rules.say-even")
    return [
        ahead,
        say("rules.say-cap", minutes=rules.cap_min),
        say("rules.say-miss", seconds=rules.miss_after_s, calls=rules.restore_after_calls),
        say("rules.say-late", minutes=rules.appointment_late_min),
        *([say("rules.say-specialists")] if rules.protect_specialists else []),
    ]


def sentence(request: Request) -> Response:
    """The sentence for numbers that are still being typed."""
    typed = {name: request.query_params.get(name, "") for name in BOUNDS}
    rules, problems = _read(typed, request.query_params.get("protect") == "yes")
    return render(request, SentencePage(list(problems.values()) or sentences(rules)))


def _advice(request: Request, one: tidal.Advice) -> Phrase:
    texts = {
        "group": group_name(request, one.group), "people": one.waiting, "wait": timedelta(seconds=one.longest_s),
    }  # fmt: skip
    if one.helpers:
        return say("tidal.help", counters="、".join(str(number) for number in one.helpers), **texts)
    return say("tidal.nobody" if one.counters == 0 else "tidal.short", **texts)


def _read(typed: dict[str, str], protects: bool) -> tuple[Rules, dict[str, Phrase]]:
    """The rules as typed, and what is wrong with them by field."""
    problems = {
        name: say("rules.number", name=say(f"rules.{name}"))
        for name, value in typed.items()
        if not (value.isdecimal() and len(value) < 5)
    }
    if problems:
        return Rules(), problems
    rules = msgspec.structs.replace(
        Rules(protect_specialists=protects), **{name: int(value) for name, value in typed.items()}
    )
    for name, least, most in out_of_bounds(rules):
        problems[name] = say("rules.out", name=say(f"rules.{name}"), least=least, most=most)
    return rules, problems


def set_rules(request: Request, form: FormData) -> Response:
    typed = {name: forms.text(form, name) for name in BOUNDS}
    rules, problems = _read(typed, forms.text(form, "protect") == "yes")
    if problems:
        return _show(request, Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        house(request).hall.set_rules(tx, rules, by=by(request).account, at=at)
        return url(request, "hall")

    return post_once(request, form, do, said=say("rules.said"))


def set_names(request: Request, form: FormData) -> Response:
    is_on = forms.text(form, "names") == "yes"

    def do(tx: Database, at: datetime) -> str:
        signs.show_names(tx, is_on)
        return url(request, "hall")

    return post_once(request, form, do, said=say("hall.names-on" if is_on else "hall.names-off"))


def close_counter(request: Request, form: FormData) -> Response:
    """For a colleague who went without closing: her ticket is done or waits on, as if she had closed herself."""
    number = int(request.path_params["counter"])

    def do(tx: Database, at: datetime) -> str:
        house(request).hall.close_left(tx, number, by=by(request).account, at=at)
        return url(request, "hall")

    return post_once(request, form, do, said=say("queue.said-close", counter=number))


def ask_end(request: Request) -> Response:
    here, at = house(request), house(request).clock.now()
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
    left = sorted(
        (ticket for ticket in hall.tickets.values() if ticket.standing not in GONE), key=lambda one: one.number
    )
    return render(
        request,
        EndPage(
            [one.number for one in left if one.standing in (Standing.WAITING, Standing.CALLED, Standing.HELD)],
            [one.number for one in left if one.standing is Standing.SERVING],
            board.missed(hall),
        ),
    )


def end(request: Request, form: FormData) -> Response:
    def do(tx: Database, at: datetime) -> str:
        house(request).hall.end_day(tx, by=by(request).account, at=at)
        return url(request, "hall")

    return post_once(request, form, do, said=say("hall.ended"))


def replay(request: Request) -> Response:
    """Every call of a day once more from the log."""
    here, at = house(request), house(request).clock.now()
    with here.store.read() as db:
        known = days(db, today(at))
        asked = request.query_params.get("day", "")
        day = asked if asked in known else day_of(at)
        odd = replays(db, day)
        calls = sum(isinstance(kept.event, Called) for kept in events(db, day))
    return render(request, ReplayPage(day, calls, odd))
