"""What an instant rule of a draft would have done with past cases: on the page of the publication, before it is signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import rehearsing
from hub.publication import Publication, State, publication
from hub.rehearsing import Rehearsal
from hub.web.room import room
from protocol.catalogue.bundle import catalogue_of
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.console import forms, session
from protocol.console.pages import see_other, url
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

MOST_SHOWN = 200  # differences on one page


@dataclass(frozen=True, slots=True)
class DifferenceShown:
    number: str
    href: str
    officers: Phrase
    rules: str


@dataclass(frozen=True, slots=True)
class RehearsalShown:
    code: str
    version: int
    name: str
    state: Chip
    rows: Sequence[Phrase]
    differences: Sequence[DifferenceShown]
    more: int


def shown(request: Request, db: Database, one: Publication, at: datetime) -> list[RehearsalShown]:
    """Each rule that is new or changed in a draft or in what was signed, with its last rehearsal."""
    if one.state not in (State.DRAFT, State.SIGNED):
        return []
    return [_shown(request, db, item, at) for item in _changed(request, one)]


def rehearse(request: Request, body: FormData) -> Response:
    """Try one of them now."""
    desk, at = room(request), room(request).clock.now()
    me = session.who(request).account.name
    with desk.store.read() as db:
        one = publication(db, request.path_params["id"])
    item = next((item for item in _changed(request, one) if _name(item) == forms.text(body, "item")), None)
    if item is None:
        raise Refused("refused.publication-moved")
    with desk.store.read() as db:
        found = rehearsing.rehearse(db, desk.book, item, desk.publishing.content(one).extras, by=me, at=at)
    with desk.store.write() as tx:
        rehearsing.keep(tx, found)
    said = say("rehearsal.done", count=found.cases, differences=len(found.differences))
    return see_other(request, "publication", id=one.id, said=said)


def _changed(request: Request, one: Publication) -> list[Item]:
    desk = room(request)
    base = desk.shelf.issue(one.base)
    return rehearsing.changed_rules(catalogue_of(base) if base else None, desk.publishing.content(one))


def _shown(request: Request, db: Database, item: Item, at: datetime) -> RehearsalShown:
    last = rehearsing.last_of(db, item)
    differences = last.differences if last is not None else ()
    return RehearsalShown(
        item.code,
        item.version,
        item.name,
        _state(last, at),
        _rows(last),
        [
            DifferenceShown(
                difference.number, url(request, "case", case_id=difference.case), say(f"rehearsal.{difference.officers}"),
                "、".join(_reason(item, name) for name in difference.rules),
            )
            for difference in differences[:MOST_SHOWN]
        ],
        max(0, len(differences) - MOST_SHOWN),
    )  # fmt: skip


def _state(last: Rehearsal | None, at: datetime) -> Chip:
    if last is None:
        return Chip(say("rehearsal.none"), Tone.WARN, Icon.ALERT)
    if not last.is_good(at):
        return Chip(say("rehearsal.old"), Tone.WARN, Icon.CLOCK)
    return Chip(say("rehearsal.good"), Tone.GOOD, Icon.CHECK)


def _rows(last: Rehearsal | None) -> list[Phrase]:
    if last is None:
        return []
    return [
        say("rehearsal.when", who=last.by, at=moment(last.at)),
        say("rehearsal.cases", count=last.cases, open=last.still_open),
        say("rehearsal.granted", count=last.granted),
        say("rehearsal.handed", count=last.handed, granted=last.handed_granted),
        say("rehearsal.differ", count=len(last.differences)),
    ]


def _reason(item: Item, name: str) -> str:
    rules = item.instant.rules if item.instant is not None else ()
    return next((one.reason for one in rules if one.name == name), name)


def _name(item: Item) -> str:
    return f"{item.code}.v{item.version}"
