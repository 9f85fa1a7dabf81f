"""A citizen at the kiosk of a station: a browser without JavaScript, and cards to put on the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from node.devices.fakes.people import PEOPLE
from node.devices.fakes.reader import FakeReader
from node.devices.registry import Devices
from protocol.settings import Device, Machines, Room
from tests.node.station import Browser, Desk, Page


def stand_up(desk: Desk, reader: bool = True) -> None:
    """The station knows its machines by their address, and a card reader stands at the kiosk."""
    desk.station.settings = replace(desk.station.settings, room=Room(Machines.OPEN))
    desk.station.devices = Devices({"kiosk-reader": Device(driver="fake", kind="card-reader")} if reader else {})


class Citizen:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.browser: Browser = desk.browser()

    @property
    def page(self) -> Page:
        return self.browser.page

    @property
    def reader(self) -> FakeReader:
        found = self.desk.station.devices.get("kiosk-reader")
        assert isinstance(found, FakeReader)
        return found

    def sees(self, path: str) -> Page:
        return self.browser.sees(path)

    def presses(self, door: str) -> Page:
        self.sees("/kiosk")
        return self.browser.posts("/kiosk/begin", {"door": door})

    def posts(self, path: str, **data: str) -> Page:
        """As the form of a page: some have no number that makes a second post harmless."""
        numbers = re.findall(r'name="form_id" value="([^"]+)"', self.page.text)
        return self.browser.posts(path, dict(data), form_id=numbers[-1] if numbers else "none")

    def puts_card(self, person: str = "ordinary") -> Page:
        self.reader.put(PEOPLE[person])
        self.sees("/kiosk/card")
        return self.browser.posts("/kiosk/card")

    def chooses(self, code: str) -> Page:
        self.sees(f"/kiosk/items/{code}")
        return self.browser.posts(f"/kiosk/items/{code}")

    def answers(self, given: Mapping[str, str]) -> int:
        """Every screen of questions until the papers or the check; how many screens that were."""
        screens = 0
        while "/kiosk/ask/" in self.page.url:
            names = set(re.findall(r'name="([ad]\.[A-Za-z_0-9.]+)"', self.page.text))
            before = self.page.url
            said = {name: given.get(name.removeprefix("a."), given.get(name, "")) for name in names}
            page = self.browser.posts(before.removeprefix("http://desk.lan"), dict(said))
            assert page.status == 200, (before, said, page.text)
            screens += 1
        return screens

    def agrees(self) -> Page:
        self.sees("/kiosk/check")
        return self.posts("/kiosk/check", agreed="yes", committed="yes")

    def code(self) -> str:
        """The receipt code on the page."""
        found = re.search(r'kiosk-code">([0-9A-Z-]{7})<', self.page.text)
        assert found, self.page.text
        return found[1]

    def waits(self, seconds: int) -> None:
        self.desk.party.clock.advance(seconds)


def rows(desk: Desk, sql: str, *params: object) -> list[tuple[object, ...]]:
    with desk.station.store.read() as db:
        return [tuple(row) for row in db.execute(sql, params).fetchall()]
