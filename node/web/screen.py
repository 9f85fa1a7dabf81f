"""The calling screen of the hall and the small screens of the counters: who is called, and where to.

Both languages stand on them at once: nobody can press a switch on a wall. They show numbers and never a person, say
what is called by voice and by a flash, and go on without JavaScript, silently, by reloading.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from node.hall import board, signs
from node.hall.board import Call
from node.hall.estimates import Forecast, outlook, paces
from node.hall.ledger import day_of
from node.hall.state import Counter, Hall, Standing
from node.web import room
from node.web.room import Look
from node.web.screen_stream import Told, stream
from node.web.ticket_words import wait_words
from node.web.tools import house
from protocol.console.pages import Pages, render, url
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Both:
    """One text in the two languages that are shown together."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CallLine:
    ticket: str
    counter: Both
    state: Both
    is_new: bool  # called, and nobody has come yet


@dataclass(frozen=True, slots=True)
class WaitLine:
    group: Both
    people: Both
    wait: Both | None  # of somebody who comes now, where it is measured


@dataclass(frozen=True, slots=True)
class ScreenPage:
    template = "screen.html"
    look: Look
    day: datetime
    at: datetime
    words: dict[str, Both]
    calls: Sequence[CallLine]
    waiting: Sequence[WaitLine]
    missed: Sequence[str]
    events: str
    board: str


@dataclass(frozen=True, slots=True)
class CounterScreenPage:
    template = "counter_screen.html"
    look: Look
    at: datetime
    number: int
    title: Both
    ticket: str
    status: Both
    tone: str  # call, serve, wait, shut
    clerk: str  # empty unless the head has switched names on
    refresh: str


_WORDS = ("now", "waiting", "missed", "missed-do", "nobody", "quiet", "sound", "cut")


def show(request: Request) -> Response:
    here, at = house(request), house(request).clock.now()
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
        known = paces(db, hall)
    waits = board.waits(hall, at)
    ahead = outlook(hall, [one.group.code for one in waits], known, at)
    page = ScreenPage(
        room.look(request),
        at,
        at,
        {word: both(request, say(f"screen.{word}")) for word in _WORDS},
        [_call_line(request, hall, call) for call in board.last_calls(hall)],
        [_wait_line(request, one, ahead[one.group.code]) for one in waits],
        board.missed(hall),
        f"{url(request, 'screen.events')}?after={day_of(at)}.{_unspoken_after(hall, at)}",
        url(request, "screen"),
    )
    return render(request, page, block="board")


def events(request: Request) -> Response:
    """What is called from now on; a screen that was cut off names the last call that it heard of."""
    here = house(request)
    after = request.headers.get("Last-Event-ID") or request.query_params.get("after", "")

    def news(after: str) -> list[Told]:
        at = here.clock.now()
        with here.store.read() as db:
            hall = here.hall.halls.of(db, day_of(at))
        calls = board.fresh_calls(hall, _number_of(after, hall.day), at)
        return [_told(request, hall.day, call) for call in calls]

    return stream(news, after, here.bell, request.app.state.is_ending)


def voice(request: Request) -> Response:
    """One call of today as a sound."""
    here, at, number = house(request), house(request).clock.now(), int(request.path_params["number"])
    with here.store.read() as db:
        hall = here.hall.halls.of(db, day_of(at))
    if not 1 <= number <= len(hall.called):
        raise Refused("refused.no-page")
    _, ticket, counter = hall.called[number - 1]
    return Response(here.voice.call(ticket, counter), media_type="audio/wav")


def show_counter(request: Request) -> Response:
    here, at, number = house(request), house(request).clock.now(), int(request.path_params["counter"])
    with here.store.read() as db:
        hall, names = here.hall.halls.of(db, day_of(at)), signs.shows_names(db)
    counter = hall.counters.get(number)
    tone, key = _counter_state(hall, counter)
    is_open = counter is not None and counter.is_open
    page = CounterScreenPage(
        room.look(request),
        at,
        number,
        both(request, say("screen.counter", counter=number)),
        counter.ticket if counter and is_open else "",
        both(request, say(key)),
        tone,
        counter.name if counter and is_open and names else "",
        url(request, "screen.counter", counter=number),
    )
    return render(request, page, block="counter")


def both(request: Request, phrase: Phrase) -> Both:
    pages: Pages = request.app.state.pages
    return Both(pages.translators[Lang.ZH](phrase), pages.translators[Lang.EN](phrase))


def _call_line(request: Request, hall: Hall, call: Call) -> CallLine:
    standing = hall.tickets[call.ticket].standing
    here = hall.counters[call.counter].ticket == call.ticket
    return CallLine(
        call.ticket,
        both(request, say("screen.counter", counter=call.counter)),
        both(
            request, say(f"screen.state-{'called' if standing is Standing.CALLED else 'serving' if here else 'done'}")
        ),
        standing is Standing.CALLED,
    )


def _wait_line(request: Request, one: board.GroupWaits, ahead: Forecast) -> WaitLine:
    wait = wait_words(ahead)
    return WaitLine(
        Both(one.group.name, one.group.name_en),
        both(request, say("screen.people", n=one.people)),
        both(request, wait) if wait else None,
    )


def _told(request: Request, day: str, call: Call) -> Told:
    text = both(request, say("screen.called", ticket=call.ticket, counter=call.counter))
    counter = both(request, say("screen.counter", counter=call.counter))
    data = {
        "ticket": call.ticket,
        "zh": text.zh,
        "en": text.en,
        "counter_zh": counter.zh,
        "counter_en": counter.en,
        "voice": url(request, "screen.voice", number=call.number),
    }
    return Told(f"{day}.{call.number}", "call", json.dumps(data, ensure_ascii=False))


def _unspoken_after(hall: Hall, at: datetime) -> int:
    """A screen that has just been switched on speaks what was called while it was off, if somebody still needs it."""
    first = next(board.fresh_calls(hall, 0, at), None)
    return first.number - 1 if first else len(hall.called)


def _number_of(event_id: str, day: str) -> int:
    """The number of an event of this day; of another day, or of none of ours, 0."""
    on, _, number = event_id.rpartition(".")
    return int(number) if on == day and number.isdecimal() and len(number) < 6 else 0


def _counter_state(hall: Hall, counter: Counter | None) -> tuple[str, str]:
    if counter is None or not counter.is_open:
        return "shut", "screen.shut"
    if counter.ticket:
        called = hall.tickets[counter.ticket].standing is Standing.CALLED
        return ("call", "screen.come") if called else ("serve", "screen.serving")
    return ("shut", "screen.paused") if counter.paused else ("wait", "screen.next")
