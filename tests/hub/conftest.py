"""The hub's pages over a simulated district: real stations behind them, no thread and no socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import stations
from tests.hub.desk import Desk
from tests.world import MORNING, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "district", seed=7)
    yield made
    for party in made.parties():
        party.kill()


@pytest.fixture
def desk(world: World) -> Desk:
    """The pages of the world's hub, with a catalogue on the shelf and three people who can sign in."""
    with world.hub.office.store.write() as tx:
        stations.enter(tx, "dafeng", "大丰街道便民服务中心", "Dafeng town center", "town")
        stations.enter(tx, "boya", "泊雅小区便民服务站", "Boya residential station", "residential")
    made = Desk(world)
    made.publish(1, MORNING)
    world.settle()
    return made
