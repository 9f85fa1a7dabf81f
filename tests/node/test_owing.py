"""What the bar says of cases that wait, however the marks move."""

from __future__ import annotations

import random

from node.owing import Owing
from protocol.exchange.journal import epochs, set_told
from protocol.exchange.topics import HUB
from protocol.store import Store
from tests.node.station import STATION, Desk


def _marks(store: Store, told: int) -> None:
    with store.write() as tx:
        epoch = epochs(tx, STATION, HUB)[-1]
        set_told(tx, epoch, told, 0, "2026-03-02T08:00:00.000Z")


def test_the_cases_that_wait_are_the_same_counted_on_and_counted_anew(desk: Desk) -> None:
    store, owing, rng = desk.station.store, desk.station.owing, random.Random(11)
    for _ in range(4):
        desk.party.submits()
    for _ in range(40):
        with store.read() as db:
            head = epochs(db, STATION, HUB)[-1].head
        _marks(store, rng.randrange(head + 1))  # forward as receipts do, and back as a hello may
        if rng.random() < 0.2:
            desk.party.submits()
        with store.read() as db:
            counted, anew = owing.of(db), Owing().of(db)
        assert counted == anew
    _marks(store, 0)
    with store.read() as db:
        assert owing.of(db).cases == len(desk.party.case_ids())


def test_a_desk_that_everything_was_delivered_from_owes_nothing(desk: Desk) -> None:
    desk.party.submits()
    with desk.station.store.read() as db:
        assert desk.station.owing.of(db).cases == 1
    desk.world.settle()
    with desk.station.store.read() as db:
        owed = desk.station.owing.of(db)
    assert (owed.entries, owed.cases, owed.papers) == (0, 0, 0)
    assert owed.last_receipt_at


def test_the_list_of_what_waits_shows_the_cases_that_the_bar_counts(desk: Desk) -> None:
    delivered = desk.party.submits()
    desk.world.settle()
    waits = desk.party.submits()
    page = desk.clerk().sees("/cases?show=waiting")
    assert f"/cases/{waits}" in page.text
    assert f"/cases/{delivered}" not in page.text
    desk.world.settle()
    assert f"/cases/{waits}" not in desk.clerk().sees("/cases?show=waiting").text
