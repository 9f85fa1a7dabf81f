"""A catalogue of 1,400 items to 300 stations, and one changed item after it: bytes on the wire and time.

Everything is real but the network, which counts what it carries, and the clock: the hub signs, tells and serves, and
every station fetches, checks both digests and the signature, and puts the catalogue in force. One thread does it all,
so a station's share of the time is what its own machine would spend, plus the hub's.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from string import ascii_uppercase

from hub import stations
from hub.shelf import Shelf
from node.shelf import Shelf as StationShelf
from protocol.catalogue.bundle import Catalogue, open_bundle, parts_of, sign_parts
from protocol.catalogue.items import Item, StationKind
from protocol.exchange.link import Lane, Token
from protocol.exchange.loopback import LoopbackLink
from protocol.exchange.topics import HUB
from tests.district_data import all_items
from tests.world import World

ITEMS = 1400
STATIONS = 300
TURNS = 200_000


def many_items(count: int = ITEMS) -> list[Item]:
    """The district's own items over and over, each under a code of its own."""
    like = all_items()
    codes = (f"{letter}{number:03d}" for letter, number in product(ascii_uppercase, range(1000)))
    return [
        replace(like[place % len(like)], code=code, version=1, name=f"{like[place % len(like)].name}（{place}）")
        for place, code in enumerate(islice(codes, count))
    ]


def publish(folder: Path, count: int = STATIONS) -> dict[str, float]:
    world = World(folder, seed=5, station_names=[f"station{number:03d}" for number in range(count)])
    carried = _count(world)
    public = world.authority.public_key()
    office = world.hub.office
    shelf = Shelf(office.store, office.blobs, lambda data: open_bundle(data, public))
    opened: dict[str, Catalogue] = {}

    def open_at_station(data: bytes) -> Catalogue:
        """Checked and read by each; one copy is kept for all, because 300 machines share this memory here."""
        catalogue = open_bundle(data, public)
        return opened.setdefault(catalogue.digest, catalogue)

    shelves = {
        name: StationShelf(station.office.store, station.office.blobs, open_at_station, StationKind.TOWN, name)
        for name, station in world.stations.items()
    }
    with office.store.write() as tx:
        for name in shelves:
            stations.enter(tx, name, name, name, "town")
    for party in world.parties():
        party.office.courier.voice.papers._on_paper = lambda digest, name=party.name: _look(world, shelves, name)
    world.settle()
    items = many_items()
    figures: dict[str, float] = {"items": float(len(items)), "stations": float(count)}
    for what, content in (
        ("whole", items),
        ("one_item", [*items, replace(items[7], version=2, note="改一处")]),
    ):
        number = 1 if what == "whole" else 2
        carried.clear()
        began = time.perf_counter()
        bundle = sign_parts(parts_of(content), number, world.hub.clock.now(), world.authority)
        shelf.take(bundle, office.pen, list(shelves), world.hub.clock.now())
        told = time.perf_counter()
        for _ in range(TURNS):
            if all(one.catalogue.number == number for one in shelves.values()):
                break
            if not world.turn():
                world.advance(2)
        figures |= {
            f"{what}_signed_s": told - began,
            f"{what}_all_s": time.perf_counter() - began,
            f"{what}_kb_a_station": sum(carried.values()) / 1024 / count,
            f"{what}_missing": float(sum(one.catalogue.number != number for one in shelves.values())),
        }
    for party in world.parties():
        party.kill()
    return figures


def _look(world: World, shelves: dict[str, StationShelf], name: str) -> None:
    if name in shelves:
        shelves[name].look(world.stations[name].clock.now())


def _count(world: World) -> dict[str, int]:
    """Bytes of every frame, sealed and signed as on the wire, by who sent it."""
    carried: dict[str, int] = {}
    send = world.network._send

    def counted(link: LoopbackLink, to: str, lane: Lane, data: bytes) -> Token:
        sender = HUB if to != HUB else "stations"
        carried[sender] = carried.get(sender, 0) + len(data)
        return send(link, to, lane, data)

    world.network._send = counted  # type: ignore[method-assign]
    return carried
