"""The demo's last weeks, played before anybody looks: cases in every state, with their documents, licences and clocks.

Hub and stations are opened on their own files with a clock that is moved by hand, and closed again; what is left is
what they would have written. Played once, into a district that has no case yet.
"""

from __future__ import annotations

import random
from contextlib import ExitStack
from datetime import timedelta

from hub.app import Hub
from node.app import Station
from protocol.catalogue.items import StationKind
from protocol.catalogue.reading import standard_items
from protocol.clock import WallClock
from protocol.exchange.loopback import LoopbackNetwork
from provisioning.district import District
from stage.district import STATIONS, opened
from stage.papers import photo, scan
from stage.telling import Teller
from tests.believable import believable
from tests.believable.month import Month, PastClock

CASES, WORKING_DAYS, SEED = 75, 25, 7
OPENING = timedelta(days=60)  # before now: everybody has the catalogue when the first applicant comes
TOLD_EVERY = 15


def is_new(made: District) -> bool:
    """Nothing has happened in it."""
    with opened(made.hub) as store, store.read() as db:
        return db.execute("select 1 from cases limit 1").fetchone() is None


def play(made: District, teller: Teller) -> None:
    """Nobody is at work. Afterwards the files hold the weeks up to this morning."""
    until = WallClock().now() - timedelta(hours=1)
    clock, network = PastClock(until - OPENING), LoopbackNetwork(random.Random(SEED))
    with ExitStack() as all_of_it:
        hub = Hub(made.hub, link=network.link("hub"), clock=clock, durable=False)
        stations = {
            name: Station(own, link=network.link(name), clock=clock, durable=False)
            for name, own in made.stations.items()
        }
        for party in (hub, *stations.values()):
            all_of_it.callback(party.stop)
            party.open()
        kinds = {station.name: StationKind(station.tier) for station in STATIONS}
        month = Month(
            hub, stations, network, clock, hub.shelf, seed=SEED, paper=_sheet, kinds=kinds,
            told=lambda played: _tell(teller, played),
        )  # fmt: skip
        month.play(CASES, standard_items(), believable(SEED, stations=12, people=900, desks=30), until, WORKING_DAYS)


def _tell(teller: Teller, played: int) -> None:
    if played % TOLD_EVERY == 0:
        teller.say(f"补办过去的办件 {played}/{CASES}", f"playing the last weeks: {played} of {CASES} cases")


def _sheet(rng: random.Random) -> tuple[bytes, str]:
    sheet = photo("sheet", rng) if rng.random() < 0.7 else scan("sheet", rng)
    return sheet.data, sheet.type
