"""What waits for a person, and what does not come back once a person has dealt with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cases import SyncState
from protocol import attention
from protocol.cases.rules import Act, Status
from protocol.clock import stamp
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


def test_a_request_that_came_too_late_is_shown_once_and_not_again_with_the_next_act(world: World) -> None:
    station = world.station("dafeng")
    case = station.submits()
    assert case is not None
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.settle()
    world.network.cut("dafeng")
    world.hub.decides(case, Act.GRANT)
    station.asks_withdrawal(case)
    world.network.mend("dafeng")
    world.settle()
    assert station.sync(case).state is SyncState.ATTENTION
    for party in (station, world.hub):
        with party.office.store.write() as tx:
            (notice,) = attention.open_notices(tx, case=case)
            attention.settle_by_id(tx, notice.id, by="li", at=stamp(party.clock.now()), note="the applicant was told")
    world.hub.decides(case, Act.ISSUE)
    world.settle()
    station.hands_over(case)
    world.settle()
    assert station.case(case).status is Status.HANDED_OVER  # type: ignore[union-attr]
    assert station.sync(case).state is SyncState.ACKED
    for party in world.parties():
        with party.office.store.read() as db:
            assert attention.open_notices(db, case=case) == []
