"""What stations, and the hub's own journal, tell the hub: HANDLERS, the only way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlite_utils import Database

from hub import (
    breaches,
    demands,
    directory,
    endings,
    hall_days,
    kiosk_days,
    openings,
    people,
    questions,
    ratings,
    readings,
)
from hub.cards import note_card
from hub.finished import note_for_archive
from hub.instant import note_instant
from hub.lapses import note_doubted_receipt
from hub.papermaking import note_what_to_print
from hub.retelling import note_moves
from protocol import transfer_book
from protocol.casebook import Casebook, Listener
from protocol.clock import stamp
from protocol.errors import Distrusted
from protocol.exchange.journal import Handler, Heard, Journal
from protocol.exchange.messages import CataloguePublished, Kind
from protocol.exchange.topics import HUB
from protocol.licences import note_licences
from protocol.standing import mark_all_stale, mark_stale
from protocol.store import Store

# what follows every act that is kept, in the unit of work that keeps it
LISTENERS: tuple[Listener, ...] = (
    mark_stale,
    note_licences,
    note_for_archive,
    note_what_to_print,
    note_card,
    note_doubted_receipt,
    note_moves,
    directory.note_arrival,
    note_instant,
)

_decode_catalogue = msgspec.msgpack.Decoder(CataloguePublished).decode
_encode = msgspec.msgpack.Encoder().encode


def handlers(book: Casebook) -> dict[str, Handler]:
    told = book.handlers()
    return {
        **told,
        Kind.CASE_ACT: lambda tx, heard: _hear_act(tx, heard, told[Kind.CASE_ACT]),
        Kind.EPOCH: _keep_only,
        Kind.RECOVERED: _keep_only,
        Kind.CATALOGUE: _hear_catalogue,
        Kind.PERSON: people.hear_person,
        Kind.RULE_READ: readings.hear,
        Kind.BREACH: breaches.hearing(book),
        Kind.ENDED: endings.hear,
        Kind.STATIONS: directory.hear_stations,
        Kind.FETCH_ASKED: directory.hear_asked,
        Kind.TRANSFER: transfer_book.hear,
        Kind.OPENING: openings.hear,
        Kind.DEMAND: demands.hear,
        Kind.DEMAND_STEP: demands.hear_step,
        Kind.RATING: ratings.hear,
        Kind.RATING_STEP: ratings.hear_step,
        Kind.KIOSK_DAY: kiosk_days.hear,
        Kind.QUESTION: questions.hear,
        Kind.HALL_DAY: hall_days.hear,
    }


def _hear_act(tx: Database, heard: Heard, keep: Handler) -> None:
    keep(tx, heard)
    people.watch_act(tx, heard)


def _keep_only(tx: Database, heard: Heard) -> None:
    """Evidence: it is in the journal, and nothing follows from it."""


def _hear_catalogue(tx: Database, heard: Heard) -> None:
    """Our own publication. Given back after a lost disk it fills the shelf again, and the bundle is asked for."""
    if heard.author != HUB:
        raise Distrusted("distrusted.author")
    try:
        published = _decode_catalogue(heard.body)
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.shape", why="catalogue") from why
    _shelve(tx, published.number, published.digest, published.size, heard.at, Stage(published.stage))
    papers = [(published.digest, published.size)]
    if published.delta:  # the reader takes one of them; adoption.py sees to it that the other is offered no longer
        papers.append((published.delta, published.delta_size))
    tx.conn.executemany(
        "insert or ignore into papers (digest, case_id, peer, size, type, here, there) values (?,?,?,?,?,1,0)",
        [(digest, shelf_of(heard.reader), heard.reader, size, "application/octet-stream") for digest, size in papers],
    )


def note_bundle_came(store: Store, digest: str) -> None:
    """The bytes of an issue are back after a lost disk: what could not be reckoned without them is reckoned now."""
    with store.read() as db:
        if db.execute("select 1 from shelf where digest = ?", (digest,)).fetchone() is None:
            return
    with store.write() as tx:
        mark_all_stale(tx)


class Stage(StrEnum):
    CANARY = "canary"  # tried at some stations; the hub itself goes by the one before
    ALL = "all"


def shelf_of(station: str) -> str:
    """In the place of a case, for a paper that belongs to none: one row for each station that is to have the bundle."""
    return f"catalogue/{station}"


def told_of(db: Database, station: str) -> int:
    """The newest issue that the station was told of; 0 if it was told of none."""
    row = db.execute(
        "select max(s.number) from papers p join shelf s on s.digest = p.digest where p.case_id = ?",
        (shelf_of(station),),
    ).fetchone()
    return int(row[0] or 0)


def publish_catalogue(
    tx: Database, pen: Journal, stations: Sequence[str], published: CataloguePublished, at: datetime
) -> None:
    """Tell these stations of an issue whose bytes are in the blob store; those that know it are left alone."""
    body = _encode(published)
    _shelve(tx, published.number, published.digest, published.size, stamp(at), Stage(published.stage))
    for station in stations:
        told = tx.execute(
            "select 1 from papers where digest = ? and case_id = ?", (published.digest, shelf_of(station))
        ).fetchone()
        if told is None:
            pen.write(tx, station, Kind.CATALOGUE, body, by=HUB, at=at)


def _shelve(tx: Database, number: int, digest: str, size: int, at: str, stage: Stage) -> None:
    """An issue that has once gone to all is not taken back by what an earlier entry says of it.

    Where it changes what holds here, every open case is reckoned by it anew.
    """
    changed = tx.execute(
        "insert into shelf (number, digest, size, published_at, stage) values (?,?,?,?,?)"
        " on conflict (number) do update set stage = 'all' where excluded.stage = 'all' and stage != 'all'",
        (number, digest, size, at, stage),
    ).rowcount
    if changed and stage is Stage.ALL:
        mark_all_stale(tx)
