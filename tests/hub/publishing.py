"""A district that publishes: an editor and a publisher with keys at the hub, and stations that go by what they get."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hub import publisher_keys, stations
from hub.adoption import needless, settle
from hub.publishing import Publication, Publishing, publication, publications
from hub.shelf import Shelf
from node.shelf import Shelf as StationShelf
from protocol.catalogue.bundle import open_bundle, pack
from protocol.catalogue.items import Item, StationKind
from protocol.catalogue.publishers import NOBODY, May, Publisher, Publishers, make_key, read_publishers, sign_publishers
from protocol.clock import stamp
from protocol.exchange.messages import Report
from tests.district_data import all_items
from tests.world import World

PHRASES = {"bian": "编辑的一句长长的口令", "fa": "发布人的一句长长的口令", "shen": "另一位发布人的长口令"}
KEYS = {account: make_key(phrase) for account, phrase in PHRASES.items()}


class Press:
    """The hub's publishing office and every station's shelf, on the wire of a simulated district."""

    def __init__(self, world: World) -> None:
        self.world = world
        office = world.hub.office
        public = world.authority.public_key()
        self.listed: tuple[bytes, Publishers] = (b"", NOBODY)
        self.list_number = 0
        self.shelf = Shelf(office.store, office.blobs, lambda data: open_bundle(data, public))
        self.publishing = Publishing(office.store, office.blobs, self.shelf, office.pen, lambda: self.listed)
        self.shelves: dict[str, StationShelf] = {}
        with office.store.write() as tx:
            for account, (key, pem) in KEYS.items():
                publisher_keys.keep(tx, account, key, pem, self.now)
            for name in world.stations:
                stations.enter(tx, name, name, name, "residential")
        for name, station in world.stations.items():
            at_station = station.office
            self.shelves[name] = StationShelf(
                at_station.store,
                at_station.blobs,
                lambda data: open_bundle(data, public),
                StationKind.RESIDENTIAL,
                name,
            )
            at_station.courier.voice.report = lambda name=name: self._report(name)
        self.names_publishers()
        self.world.settle()
        self.shelf.take(pack(all_items(), 1, self.now, world.authority), office.pen, self.everyone, self.now)
        self.carries()

    @property
    def now(self):
        return self.world.hub.clock.now()

    @property
    def everyone(self) -> list[str]:
        return list(self.world.stations)

    def names_publishers(self, revoked: str = "") -> None:
        """The authority's list; whoever is revoked is so from now on."""
        self.list_number += 1
        may = {"bian": [May.SIGN], "fa": [May.SIGN, May.APPROVE], "shen": [May.APPROVE]}
        everyone = [
            Publisher(
                account=account,
                name=account,
                key=KEYS[account][0],
                may=acts,
                since=stamp(self.now - timedelta(days=1)),
                until=stamp(self.now + timedelta(days=365)),
                revoked_at=stamp(self.now) if account == revoked else "",
            )
            for account, acts in may.items()
        ]
        content = Publishers(district="xindu", number=self.list_number, issued_at=stamp(self.now), publishers=everyone)
        data = sign_publishers(content, self.world.authority)
        self.listed = (data, read_publishers(data, self.world.authority.public_key()))

    def _report(self, name: str) -> Report:
        shelf, store = self.shelves[name], self.world.station(name).office.store
        with store.read() as db:
            return Report(catalogue=shelf.catalogue.number, catalogue_told=shelf.published(db))

    def carries(self) -> None:
        """Letters and papers, then each station looks at its shelf, and says how it is."""
        for _ in range(2):
            self._turns()
            for name in self.everyone:
                self.shelves[name].look(self.now)
        voices = [self.world.station(name).office.courier.voice for name in self.everyone]
        for voice in voices:
            voice.report_every_s = 60
        self.world.advance(61)
        for _ in range(6):
            self.world.turn()
        for voice in voices:
            voice.report_every_s = float("inf")
        self._turns()
        store = self.world.hub.office.store
        with store.write() as tx:
            settle(tx, needless(tx), self.now)

    def _turns(self) -> None:
        """For some minutes: with a wire that is cut the district never comes quite to rest."""
        for _ in range(100):
            if not self.world.turn():
                self.world.advance(4)

    # -- what the two persons do

    def drafts(self, *items: Item, by: str = "bian", whole: bool = False) -> Publication:
        one = self.publishing.draft(by, "", self.now)
        self.publishing.load_items(one.id, list(items), whole=whole, by=by, at=self.now)
        return self.see(one)

    def see(self, one: Publication) -> Publication:
        with self.world.hub.office.store.read() as db:
            return publication(db, one.id)

    def latest(self) -> Publication:
        with self.world.hub.office.store.read() as db:
            return publications(db)[0]

    def signs(self, one: Publication, by: str = "bian") -> None:
        self.world.advance(60)
        self.publishing.sign(one.id, by, PHRASES[by], self.now)

    def approves(self, one: Publication, by: str = "fa", canaries: Sequence[str] = ("dafeng",)) -> None:
        self.publishing.approve(one.id, by, PHRASES[by], canaries, self.now)

    def to_all(self, one: Publication, reason: str = "") -> None:
        self.publishing.to_all(one.id, "fa", self.everyone, self.now, reason)

    def publishes(self, *items: Item) -> int:
        """The whole way, without waiting for those that try it."""
        one = self.drafts(*items)
        self.signs(one)
        self.approves(one)
        self.to_all(one, "urgent")
        return self.see(one).number

    def in_force(self) -> dict[str, int]:
        return {name: shelf.catalogue.number for name, shelf in self.shelves.items()}
