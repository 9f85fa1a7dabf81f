"""Stories of one district: what a clerk and an officer see when things go well, and when they do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cases import SyncState
from protocol.cases.rules import Act, Status
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


def test_a_case_goes_to_the_district_and_its_decision_comes_home(world: World) -> None:
    station = world.station("dafeng")
    case = station.submits()
    assert case is not None
    assert station.sync(case).state is SyncState.QUEUED
    world.settle()
    assert station.sync(case).state is SyncState.ACKED
    world.hub.decides(case, Act.ACCEPT)
    world.hub.notes(case, "inner")
    world.hub.decides(case, Act.GRANT)
    world.settle()
    seen = station.case(case)
    assert seen is not None
    assert seen.status is Status.GRANTED
    station.hands_over(case)
    world.settle()
    assert world.hub.case(case).status is Status.HANDED_OVER  # type: ignore[union-attr]
    assert world.differences() == []
