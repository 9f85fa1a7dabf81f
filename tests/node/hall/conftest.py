from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.devices.registry import Devices
from protocol.settings import Device, Machines, Room
from tests.node.hall.room import Hallway
from tests.node.station import Desk


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Hallway]:
    room = Hallway(tmp_path)
    yield room
    room.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A station with a ticket machine that has a reader and a printer, on a Monday morning when it is open."""
    desk = Desk(tmp_path)
    desk.station.settings = replace(desk.settings, room=Room(Machines.OPEN))
    desk.station.devices = Devices(
        {"ticket-reader": Device("fake", kind="card-reader"), "slip-printer": Device("fake")}
    )
    desk.world.advance(2 * 3600)
    yield desk
    desk.close()
