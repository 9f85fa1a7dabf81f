from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.devices.fakes.reader import FakeReader
from node.devices.registry import Devices
from protocol.settings import Device
from tests.node.station import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a reader for each kind of card on its table."""
    desk = Desk(tmp_path)
    desk.station.devices = Devices({"card-reader": Device("fake"), "social-card-reader": Device("fake")})
    yield desk
    desk.close()


@pytest.fixture
def reader(desk: Desk) -> FakeReader:
    reader = desk.station.devices.get("card-reader")
    assert isinstance(reader, FakeReader)
    return reader
