"""How what the use cases return is shown: chips, waiting times, names in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from starlette.requests import Request

from hub.web.room import room
from protocol.cases.rules import Flag, Status
from protocol.catalogue.items import FieldRole, FieldType, Item, Stop
from protocol.catalogue.numbers import is_credit_shape, is_id_shape
from protocol.clock import moment
from protocol.clocks.explained import Line, said
from protocol.console import accounts, session
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Lang, say

_STATUS: Mapping[Status, tuple[Tone, Icon]] = {
    Status.RECEIVED: (Tone.PLAIN, Icon.SAVED),
    Status.RETURNED: (Tone.WARN, Icon.CLOCK),
    Status.ACCEPTED: (Tone.GOOD, Icon.HALF),
    Status.REVIEWED: (Tone.GOOD, Icon.HALF),
    Status.NOT_ACCEPTED: (Tone.BAD, Icon.CROSS),
    Status.GRANTED: (Tone.GOOD, Icon.CHECK),
    Status.DENIED: (Tone.BAD, Icon.CROSS),
    Status.ISSUED: (Tone.GOOD, Icon.UP),
    Status.WITHDRAWN: (Tone.PLAIN, Icon.CROSS),
    Status.HANDED_OVER: (Tone.GOOD, Icon.CHECK),
    Status.ARCHIVED: (Tone.PLAIN, Icon.LOCK),
}
_PLAIN, _WAITS, _WRONG = (Tone.PLAIN, Icon.INFO), (Tone.WARN, Icon.CLOCK), (Tone.BAD, Icon.ALERT)
_FLAG: Mapping[Flag, tuple[Tone, Icon]] = {
    Flag.LAPSED: _WRONG,
    Flag.DEEMED_ACCEPTED: _WRONG,
    Flag.LACKING: _WAITS,
    Flag.CHECK_DUE: _WAITS,
    Flag.PROMISE_BROKEN: _WRONG,
    Flag.SURVEY_PENDING: _WAITS,
    Flag.SURVEY_RECORDED: _WAITS,
    Flag.SURVEYED: (Tone.GOOD, Icon.CHECK),
    Flag.PAUSED: _WAITS,
    Flag.SENT_BACK: (Tone.WARN, Icon.ALERT),
    Flag.RESULT_RETURNED: (Tone.WARN, Icon.ALERT),
    Flag.LICENCE_ENDED: (Tone.BAD, Icon.CROSS),
    Flag.YELLOW: (Tone.WARN, Icon.ALERT),
    Flag.RED: _WRONG,
    Flag.INSTANT: (Tone.GOOD, Icon.CHECK),
    Flag.PROVISIONAL: _WAITS,
    Flag.DOUBTED: _WRONG,
    Flag.WITHDRAWAL_ASKED: (Tone.WARN, Icon.ALERT),
    Flag.FORKED: _WRONG,
    Flag.ACT_REFUSED: (Tone.WARN, Icon.ALERT),
    Flag.WAITING: _WAITS,
}


def status_chip(status: Status) -> Chip:
    return Chip(say(f"status.{status}"), *_STATUS[status])


def flag_chips(flags: frozenset[Flag] | set[Flag]) -> list[Chip]:
    return [Chip(say(f"flag.{flag}"), *_FLAG.get(flag, _PLAIN)) for flag in Flag if flag in flags]


def papers_chip(here: int, every: int) -> Chip | None:
    """None where all are here: what is as it should be needs no word in a list."""
    return Chip(say("case.papers-here", here=here, all=every), Tone.WARN, Icon.HALF) if here < every else None


def waited(since: str, now: datetime) -> timedelta:
    """A station's clock may be ahead of ours; nobody has waited less than nothing."""
    return max(timedelta(), now - moment(since))


def item_name(request: Request, item: Item | None, code: str) -> str:
    if item is None:
        return code
    return item.name_en if session.lang(request) is Lang.EN and item.name_en else item.name


def title_of(request: Request, titles: Mapping[str, tuple[str, str]], station: str) -> str:
    zh, en = titles.get(station, (station, station))
    return en if session.lang(request) is Lang.EN and en else zh


def is_public(number: str, item: Item | None) -> bool:
    """Whether the applicant is an enterprise, whose name and credit code are public.

    The item says it. An ID number can have the shape of a credit code, so without an item it counts as a person's.
    """
    if item is not None:
        return item.field_with(FieldRole.APPLICANT_ID).type is FieldType.CREDIT_CODE
    return is_credit_shape(number) and not is_id_shape(number)


def label_of(request: Request, item: Item | None, about: str) -> str:
    """What a key of a form or a code of a material is called; itself, if no catalogue here knows it."""
    if item is not None:
        english = session.lang(request) is Lang.EN
        for field in item.fields:
            if field.key == about:
                return field.label_en if english and field.label_en else field.label
        if (material := item.material(about)) is not None:
            return material.name_en if english and material.name_en else material.name
    return about


def stop_name(request: Request, stop: Stop | str) -> str:
    """Why a clock stands still, in the words that the clocks themselves use."""
    return said(Line(f"stop.{stop}"), session.lang(request))


def person_name(request: Request, account: str) -> str:
    """Somebody of the hub as people call him; read once for a page."""
    if not account:
        return ""
    names: dict[str, str] | None = getattr(request.state, "names", None)
    if names is None:
        with room(request).store.read() as db:
            names = {one.name: one.display_name for one in accounts.accounts(db)}
        request.state.names = names
    return names.get(account, account)
