"""What citizens said: how often which grade and the paper book for everybody at the desk, the bad ones with their clock for
the head.

Neither ticket nor telephone number stands in the list; the number is shown on request, and that look is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import paper_ratings, ratings
from node.paper_ratings import PaperRating
from node.ratings import STEPS, Grade, Rating, Step
from node.web.tools import by, house, post_once, today
from protocol.cases.rules import Role
from protocol.catalogue.groups import group
from protocol.console import forms, session
from protocol.console.looks import looked
from protocol.console.pages import render, url
from protocol.console.texts import Lang, Phrase, say
from protocol.errors import Refused

DAYS = 30


@dataclass(frozen=True, slots=True)
class TaskLine:
    id: str
    at: datetime
    grade: Phrase
    group: str
    said: str
    reasons: Sequence[Phrase]
    state: Phrase
    due: date | None
    is_late: bool
    steps: Sequence[tuple[str, Phrase]]
    taken: Sequence[Step]
    has_contact: bool
    phone: str  # in full, only in the answer to the one who asked


@dataclass(frozen=True, slots=True)
class RatingsPage:
    template = "ratings.html"
    section = "ratings"
    counts: Sequence[tuple[Phrase, int]]
    total: int
    good_percent: int | None
    tasks: Sequence[TaskLine]
    copies: Sequence[PaperRating]
    account: str
    is_head: bool
    days: int
    grades: Sequence[tuple[int, Phrase]]
    on: date


def show(request: Request) -> Response:
    return _show(request, {})


def reveal(request: Request, form: FormData) -> Response:
    here, id_ = house(request), str(request.path_params["rating"])
    with here.store.read() as db:
        ratings.need_rating(db, id_)
        phone = ratings.contact(db, id_)
    looked(here.store, session.who(request).account, "rating-contact", "", at=here.clock.now())
    return _show(request, {id_: phone})


def step(request: Request, form: FormData) -> Response:
    here, id_ = house(request), str(request.path_params["rating"])

    def do(tx: Database, at: datetime) -> str:
        ratings.take_step(
            tx, here.pen, id_, forms.text(form, "step"), forms.text(form, "note"), by=by(request).account, at=at
        )
        return url(request, "ratings")

    return post_once(request, form, do, said=say("ratings.kept"))


def copy(request: Request, form: FormData) -> Response:
    """A line of the paper book."""
    here = house(request)
    grade, counter = forms.text(form, "grade"), forms.text(form, "counter")
    try:
        day = date.fromisoformat(forms.text(form, "day"))
        given = Grade(int(grade))
    except ValueError as why:
        raise Refused("refused.rating-page") from why

    def do(tx: Database, at: datetime) -> str:
        paper_ratings.copy_from_book(
            tx, here.store.entropy(16).hex(), forms.text(form, "page"), day, int(counter) if counter.isdecimal() else 0,
            given, forms.text(form, "said"), by=by(request).account, at=at,
        )  # fmt: skip
        return url(request, "ratings")

    return post_once(request, form, do, said=say("ratings.copied"))


def confirm(request: Request, form: FormData) -> Response:
    here = house(request)

    def do(tx: Database, at: datetime) -> str:
        paper_ratings.confirm_copy(tx, here.pen, str(request.path_params["rating"]), by=by(request).account, at=at)
        return url(request, "ratings")

    return post_once(request, form, do, said=say("ratings.confirmed"))


def _show(request: Request, phones: dict[str, str]) -> Response:
    here, at = house(request), house(request).clock.now()
    on, is_head = today(at), session.who(request).account.may(Role.HEAD)
    with here.store.read() as db:
        found = ratings.ratings(db, since=at - timedelta(days=DAYS))
        tasks = [(one, ratings.steps(db, one.id)) for one in ratings.open_tasks(db)] if is_head else []
        copies = paper_ratings.copies(db)
    counts = ratings.counted(found)
    total = sum(counts.values())
    good = sum(count for grade, count in counts.items() if not grade.is_bad)
    return render(
        request,
        RatingsPage(
            [(say(f"grade.{grade.value}"), count) for grade, count in counts.items()],
            total,
            100 * good // total if total else None,
            [_line(request, one, taken, on, phones.get(one.id, "")) for one, taken in tasks],
            copies,
            by(request).account,
            is_head,
            DAYS,
            [(grade.value, say(f"grade.{grade.value}")) for grade in sorted(Grade, reverse=True)],
            on,
        ),
    )


def _line(request: Request, one: Rating, taken: Sequence[Step], on: date, phone: str) -> TaskLine:
    until = ratings.due(one, house(request).shelf.calendar)
    known = group(one.group)
    return TaskLine(
        one.id, one.at, say(f"grade.{one.grade.value}"),
        known.name if session.lang(request) is Lang.ZH else known.name_en, one.said,
        [say(f"reason.{reason}") for reason in one.reasons], say(f"rating-task.{one.task.value}"), until,
        until is not None and until < on,
        [(name, say(f"rating-step.{name}")) for name, (states, _) in STEPS.items() if one.task in states],
        taken, one.has_contact, phone,
    )  # fmt: skip
