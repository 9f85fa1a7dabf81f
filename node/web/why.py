"""为什么是 A032: every call of today with the reasons that were kept when it was made, in words.

The words are made from the kept reasons alone and not reckoned again, so they say what was true then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from node.hall.events import Called, Why
from node.hall.ledger import day_of, events
from node.hall.rules import Klass
from node.web.queue_parts import group_name
from node.web.tools import house
from protocol.catalogue.groups import group
from protocol.console import accounts
from protocol.console.pages import render
from protocol.console.texts import Phrase, say

SHOWN = 60  # an older call is found by its number


@dataclass(frozen=True, slots=True)
class CallStory:
    at: datetime
    ticket: str
    counter: int
    clerk: str
    group: str
    reasons: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class WhyPage:
    template = "why.html"
    section = "queue"
    asked: str
    stories: Sequence[CallStory]  # latest first
    calls: int  # of today, or of the ticket that was asked for


def show(request: Request) -> Response:
    here, at = house(request), house(request).clock.now()
    asked = request.query_params.get("ticket", "").strip().upper()[:8]
    with here.store.read() as db:
        calls = [(kept, kept.event) for kept in events(db, day_of(at)) if isinstance(kept.event, Called)]
        names = {one.name: one.display_name for one in accounts.accounts(db)}
    wanted = [(kept, called) for kept, called in reversed(calls) if not asked or called.ticket == asked]
    stories = [
        CallStory(
            kept.at,
            called.ticket,
            called.counter,
            names.get(kept.by, kept.by),
            group_name(request, group(called.why.group)),
            list(reasons(called.why)),
        )
        for kept, called in wanted[:SHOWN]
    ]
    return render(request, WhyPage(asked, stories, len(wanted)))


def reasons(why: Why) -> Iterator[Phrase]:
    wait, ahead = timedelta(seconds=why.wait_s), timedelta(seconds=why.head_start_s)
    match why.by:
        case "asked":
            yield say("why.asked", wait=wait)
        case "held":
            yield say("why.held", wait=wait)
        case "cap":
            yield say("why.cap", wait=wait)
        case _ if why.klass is not Klass.ORDINARY and why.head_start_s:
            yield say("why.ahead", wait=wait, klass=say(f"klass.{why.klass}"), ahead=ahead)
        case _:
            yield say("why.longest", wait=wait)
    if why.next_best:
        yield say("why.next", ticket=why.next_best, score=timedelta(seconds=max(0, why.next_best_s)))
    elif why.by in ("cap", "score"):
        yield say("why.alone")
    if why.left_to_specialists:
        yield say("why.left", tickets="、".join(why.left_to_specialists))
    if why.waiting > 1:
        yield say("why.of", n=why.waiting)
