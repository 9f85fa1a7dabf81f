"""What the district tells a station: HANDLERS, the only way in."""

from __future__ import annotations

import msgspec
from sqlite_utils import Database

from node import asking, demands, endings, issues, opening, people, places, ratings, rulebook
from node.instant import note_applicant
from node.kiosk import meters
from protocol import transfer_book
from protocol.casebook import Casebook, Listener
from protocol.errors import Distrusted
from protocol.exchange.journal import Handler, Heard
from protocol.exchange.messages import CataloguePublished, Kind
from protocol.exchange.topics import HUB
from protocol.licences import note_licences

_decode_catalogue = msgspec.msgpack.Decoder(CataloguePublished).decode


# what follows every act that is kept, in the unit of work that keeps it
LISTENERS: tuple[Listener, ...] = (note_licences, note_applicant)


def handlers(book: Casebook) -> dict[str, Handler]:
    return {
        **book.handlers(),
        Kind.EPOCH: _keep_only,
        Kind.RECOVERED: _keep_only,
        Kind.CATALOGUE: _hear_catalogue,
        Kind.RULE_READ: rulebook.hear,
        Kind.BREACH: _keep_only,  # sealed to the hub itself
        Kind.PERSON: people.hear_person,
        Kind.ENDED: endings.hear,
        Kind.STATIONS: places.hear_stations,
        Kind.FETCH_ASKED: places.hear_asked,
        Kind.TRANSFER: transfer_book.hear,
        Kind.OPENING: opening.hear,
        Kind.DEMAND: demands.hear,
        Kind.DEMAND_STEP: demands.hear_step,
        Kind.RATING: ratings.hear,
        Kind.RATING_STEP: ratings.hear_step,
        Kind.KIOSK_DAY: meters.hear,
        Kind.QUESTION: asking.hear,
        Kind.HALL_DAY: _keep_only,  # reckoned from the hall's own events
    }


def _keep_only(tx: Database, heard: Heard) -> None:
    """Evidence: it is in the journal, and nothing follows from it."""


def _hear_catalogue(tx: Database, heard: Heard) -> None:
    """An issue was published: want it, or what changed. It is opened, and its signatures checked, when it is here."""
    try:
        published = _decode_catalogue(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="catalogue") from why
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    issues.told(tx, published, heard.heard_at)
