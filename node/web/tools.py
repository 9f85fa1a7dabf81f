"""What every page of the desk needs: the station, who acts, how statuses look, and posting once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node.cases import Sync, SyncState
from node.devices import Kind as DeviceKind
from node.house import House
from node.places import Place
from protocol.cases.acts import By
from protocol.cases.rules import Flag, Role, Status
from protocol.catalogue.items import Field, Item
from protocol.clock import CHINA, moment
from protocol.console import forms, session
from protocol.console.acting import acting
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import see_other_url
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Lang, Phrase, say

DESK = frozenset({Role.CLERK, Role.HEAD})


def house(request: Request) -> House:
    station: House = request.app.state.house
    return station


def by(request: Request, *roles: Role) -> By:
    """The signed-in person as the author of an act: in the first of `roles` that he has, or in any of the desk's."""
    return acting(session.who(request).account, roles or DESK)


def printer_of(request: Request) -> str:
    """The A4 printer that the counters use; empty: none, and documents open as files."""
    return house(request).devices.at_desk(DeviceKind.A4_PRINTER)


def today(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def item_name(request: Request, item: Item) -> str:
    """As the reader reads it."""
    return item.name if session.lang(request) is Lang.ZH else item.name_en


def place_name(request: Request, place: Place) -> str:
    """A station as the reader reads it."""
    return place.zh if session.lang(request) is Lang.ZH else place.en or place.zh


def answer_text(request: Request, field: Field, value: str) -> str:
    """An answer as it is read: a choice by its label, everything else as it was typed."""
    choice = next((choice for choice in field.choices if choice.value == value), None)
    if choice is None:
        return value
    return choice.label if session.lang(request) is Lang.ZH else choice.label_en


def post_once(
    request: Request,
    form: FormData,
    do: Callable[[Database, datetime], str],
    said: Phrase | None = None,
) -> Response:
    """Do what a form asks in one unit of work, and go on to where `do` says; a second post of it goes there too."""
    here = house(request)
    form_id = forms.text(form, "form_id")
    at = here.clock.now()
    with here.store.write() as tx:
        url = posted_before(tx, form_id)
        if url is None:
            url = do(tx, at)
            remember_post(tx, form_id, url, at=at)
    return see_other_url(request, url, said=said)


_STATUS_LOOK: dict[Status, tuple[Tone, Icon]] = {
    Status.RECEIVED: (Tone.PLAIN, Icon.CLOCK),
    Status.RETURNED: (Tone.WARN, Icon.ALERT),
    Status.ACCEPTED: (Tone.PLAIN, Icon.CHECK),
    Status.REVIEWED: (Tone.PLAIN, Icon.CHECK),
    Status.NOT_ACCEPTED: (Tone.BAD, Icon.CROSS),
    Status.GRANTED: (Tone.GOOD, Icon.CHECK),
    Status.DENIED: (Tone.BAD, Icon.CROSS),
    Status.ISSUED: (Tone.GOOD, Icon.ALERT),
    Status.WITHDRAWN: (Tone.PLAIN, Icon.CROSS),
    Status.HANDED_OVER: (Tone.GOOD, Icon.CHECK),
    Status.ARCHIVED: (Tone.PLAIN, Icon.CHECK),
}


def status_chip(status: Status) -> Chip:
    tone, icon = _STATUS_LOOK[status]
    return Chip(say(f"status.{status}"), tone, icon)


def flag_chip(flag: Flag) -> Chip:
    trouble = flag in (Flag.FORKED, Flag.ACT_REFUSED, Flag.LACKING, Flag.LAPSED, Flag.RESULT_RETURNED, Flag.DOUBTED)
    return Chip(say(f"flag.{flag}"), Tone.WARN if trouble else Tone.PLAIN, Icon.ALERT if trouble else Icon.INFO)


def short_sync_chip(sync: Sync) -> Chip:
    """The same for a list; the receipt stands in a line of its own."""
    if sync.state is SyncState.ACKED:
        return Chip(say("sync.acked-short"), Tone.GOOD, Icon.CHECK)
    return sync_chip(sync)


def receipt_note(sync: Sync) -> Phrase | None:
    if sync.state is SyncState.ACKED and sync.receipted_at:
        return say("sync.receipt", at=moment(sync.receipted_at), receipt=sync.receipt)
    return None


def sync_chip(sync: Sync) -> Chip:
    """Where a case stands between here and the district, in the words of the counter."""
    match sync.state:
        case SyncState.LOCAL:
            return Chip(say("sync.local"), Tone.PLAIN, Icon.SAVED)
        case SyncState.QUEUED:
            return Chip(say("sync.queued"), Tone.WARN, Icon.UP)
        case SyncState.PARTIAL:
            return Chip(say("sync.partial", done=sync.papers_there, all=sync.papers), Tone.WARN, Icon.HALF)
        case SyncState.ACKED if sync.receipted_at:
            at = moment(sync.receipted_at)
            return Chip(say("sync.acked", at=at, receipt=sync.receipt), Tone.GOOD, Icon.CHECK)
        case SyncState.ACKED:
            return Chip(say("sync.acked-plain", receipt=sync.receipt), Tone.GOOD, Icon.CHECK)
        case SyncState.MOVED_HERE:
            return Chip(say("sync.moved-here"), Tone.PLAIN, Icon.INFO)
        case SyncState.ATTENTION:
            return Chip(say("sync.attention"), Tone.BAD, Icon.ALERT)
