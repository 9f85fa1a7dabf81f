"""The pad at a counter: asleep until a turn has ended there, five faces, a word of thanks, asleep again.

Nothing is chosen beforehand. A browser in which somebody of the station is signed in cannot rate at all, and neither
ticket nor clerk is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import ratings
from node.hall.ledger import day_of
from node.ratings import REASONS, Grade, Turn
from node.web import room
from node.web.room import Look
from node.web.tools import house
from protocol.console import forms, session
from protocol.console.pages import render, see_other
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

THANKS_S = 12


@dataclass(frozen=True, slots=True)
class Face:
    grade: int
    text: Phrase
    drawing: str  # of the mouth, on a grid of 48


@dataclass(frozen=True, slots=True)
class PadPage:
    template = "rate.html"
    look: Look
    counter: int
    awake: bool
    event: str
    faces: Sequence[Face]


@dataclass(frozen=True, slots=True)
class WhyPage:
    template = "rate_why.html"
    look: Look
    counter: int
    rating: str
    reasons: Sequence[tuple[str, Phrase]]
    limit: int


@dataclass(frozen=True, slots=True)
class ThanksPage:
    template = "rate_thanks.html"
    look: Look
    counter: int
    seconds: int
    bad: bool


_MOUTHS = {5: "M13 28q11 14 22 0", 4: "M14 30q10 8 20 0", 3: "M15 32h18", 2: "M14 35q10-7 20 0", 1: "M13 37q11-13 22 0"}


def show(request: Request) -> Response:
    turn, counter = _turn(request), _counter(request)
    faces = [Face(grade, say(f"grade.{grade.value}"), _MOUTHS[grade]) for grade in sorted(Grade, reverse=True)]
    page = PadPage(room.look(request), counter, turn is not None, turn.event if turn else "", faces)
    return render(request, page, block="pad")


def rate(request: Request, form: FormData) -> Response:
    """:raises Refused: rating-staff, rating-over"""
    if session.current(request) is not None:
        raise Refused("refused.rating-staff")
    here, counter = house(request), _counter(request)
    text = forms.text(form, "grade")
    if text not in {str(int(grade)) for grade in Grade}:
        raise Refused("refused.form-unreadable")
    grade, at, id_ = Grade(int(text)), here.clock.now(), here.store.entropy(16).hex()
    with here.store.write() as tx:
        hall = here.hall.halls.to_change(tx, day_of(at))
        turn = ratings.to_rate(tx, hall, counter, at)
        if turn is None or turn.event != forms.text(form, "event"):
            return see_other(request, "rate", counter=counter)  # the next one was called meanwhile, or pressed twice
        ratings.rate(tx, here.pen, turn, grade, id_, at=at)
    if grade.is_bad:
        page = WhyPage(
            room.look(request), counter, id_, [(one, say(f"reason.{one}")) for one in REASONS], ratings.MAX_TEXT
        )
        return render(request, page)
    return render(request, ThanksPage(room.look(request), counter, THANKS_S, False))


def why(request: Request, form: FormData) -> Response:
    """What a low grade was for; the grade itself is kept already."""
    if session.current(request) is not None:
        raise Refused("refused.rating-staff")
    here, counter = house(request), _counter(request)
    reasons = [str(one) for one in form.getlist("reason")]
    phone = "".join(one for one in forms.text(form, "phone") if one.isdigit())
    with here.store.write() as tx:
        ratings.add_reasons(
            tx, here.pen, forms.text(form, "rating"), reasons, forms.text(form, "said"), phone, here.clock.now()
        )
    return render(request, ThanksPage(room.look(request), counter, THANKS_S, True))


def _turn(request: Request) -> Turn | None:
    here, at = house(request), house(request).clock.now()
    with here.store.read() as db:
        return ratings.to_rate(db, here.hall.halls.of(db, day_of(at)), _counter(request), at)


def _counter(request: Request) -> int:
    return int(request.path_params["counter"])
