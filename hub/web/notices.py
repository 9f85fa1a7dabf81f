"""What waits for a person: one list, most urgent first, each line with a sentence, whose move it is, and a way on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import instant, stations
from hub.web.room import by, room
from hub.web.shown import title_of
from protocol import attention, transfer_book
from protocol.attention import KINDS, Notice
from protocol.cases.rules import OFFICERS, Role
from protocol.clock import moment, stamp
from protocol.console import forms, session
from protocol.console.accounts import Account
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

# these are settled on the page of the case, with both versions in view, or go by themselves
ON_THE_CASE = frozenset({"case-forked", "act-refused"})
_ANSWERS = {
    "operator": frozenset({Role.OPERATOR}),
    "leader": frozenset({Role.LEADER}),
    "supervisor": frozenset({Role.SUPERVISOR, Role.LEADER}),
}
_URGENCY = {1: (Tone.BAD, Icon.ALERT), 2: (Tone.WARN, Icon.ALERT), 3: (Tone.PLAIN, Icon.INFO)}


@dataclass(frozen=True, slots=True)
class NoticeLine:
    id: int
    urgency: Chip
    what: Phrase
    todo: Phrase
    whose: Phrase
    about: str  # number of the case, title of the station
    href: str | None
    since: timedelta
    may_settle: bool


@dataclass(frozen=True, slots=True)
class NoticesPage:
    template = "notices.html"
    section = "attention"
    lines: Sequence[NoticeLine]
    settle_to: str
    as_of: datetime


def show_notices(request: Request) -> Response:
    desk, at = room(request), room(request).clock.now()
    me = session.who(request).account
    with desk.store.read() as db:
        notices, titles = attention.open_notices(db), stations.titles(db)
        numbers = {
            notice.case_id: str(row[0])
            for notice in notices
            if notice.case_id
            and (row := db.execute("select number from cases where id = ?", (notice.case_id,)).fetchone())
        }
    page = NoticesPage(
        lines=[_line(request, notice, numbers, titles, me, at) for notice in notices],
        settle_to=url(request, "attention.settle"),
        as_of=at,
    )
    return render(request, page)


def settle(request: Request, body: FormData) -> Response:
    """Somebody has dealt with it and says how."""
    desk, at = room(request), room(request).clock.now()
    there, number = url(request, "attention"), _number(forms.text(body, "notice"))
    me = session.who(request).account
    with desk.store.write() as tx:
        form_id = forms.text(body, "form_id")
        if before := posted_before(tx, form_id):
            return see_other_url(request, before)
        notice = next((one for one in attention.open_notices(tx) if one.id == number), None)
        if notice is not None and not _may_settle(notice, me):
            raise Refused("refused.forbidden")
        if notice is not None and notice.kind == instant.NOTICE:  # by what is confirmed the notice is settled
            instant.confirm(
                tx, desk.pen, desk.book, notice.case_id, desk.store.entropy(16), reason=forms.text(body, "reason"),
                by=by(request, Role.LEADER), at=at,
            )  # fmt: skip
        else:
            attention.settle_by_id(tx, number, by=me.name, at=stamp(at), note=forms.text(body, "reason"))
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("attention.settled"))


def _line(
    request: Request,
    notice: Notice,
    numbers: dict[str, str],
    titles: dict[str, tuple[str, str]],
    me: Account,
    at: datetime,
) -> NoticeLine:
    whose, urgency = KINDS[notice.kind]
    peer = str(notice.detail.get("peer") or notice.subject.partition("/")[0])
    about, href = "", None
    if notice.case_id in numbers:
        about, href = numbers[notice.case_id], url(request, "case", case_id=notice.case_id)
    elif notice.kind in (transfer_book.DIFFERS, transfer_book.LATE):
        about, href = notice.subject, url(request, "transfer", number=notice.subject)
    elif peer in titles:
        about, href = title_of(request, titles, peer), url(request, "station", name=peer)
    return NoticeLine(
        id=notice.id,
        urgency=Chip(say(f"urgency.{urgency}"), *_URGENCY[urgency]),
        what=say(
            f"attention.{notice.kind}",
            why=str(notice.detail.get("why", "—")),
            number=str(notice.detail.get("number", "")),
        ),
        todo=say(f"attention.{notice.kind}.todo"),
        whose=say(f"whose.{whose}"),
        about=about,
        href=href,
        since=max(timedelta(), at - moment(notice.raised_at)),
        may_settle=_may_settle(notice, me),
    )


def _may_settle(notice: Notice, me: Account) -> bool:
    """Who decides on cases does not settle what the network's operator answers for, nor the other way round."""
    answers_for_it = _ANSWERS.get(notice.whose, OFFICERS)
    return notice.kind not in ON_THE_CASE and me.may(*answers_for_it)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
