"""Many stations that come back in the same moment: served in turn, with little under way at any time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.exchange.journal import owed
from protocol.exchange.limits import MAX_FRAME_BYTES, RECEIVE_MAXIMUM
from protocol.exchange.link import Event, Frame
from protocol.exchange.messages import Kind
from protocol.exchange.voice import FLIGHT_LIMIT
from tests.world import HUB, Party, World

STATIONS = 60
CASES = 6  # each a letter of its own here, so that few cases are many letters
TURNS = 400
UNDER_WAY = 64 + STATIONS  # letters of all stations together: what the hub lets speak, and one each to begin with


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("protocol.exchange.voice.LETTER_ENTRIES", 1)
    world = World(tmp_path, station_names=[f"station{number:02d}" for number in range(STATIONS)])
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


def letters_under_way(party: Party) -> int:
    return sum(len(talk.in_flight) for talk in party.office.courier.voice.talks.values())


def test_sixty_stations_that_come_back_at_once_are_served_in_turn_and_nothing_piles_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.network.cut(HUB)
    for name, station in world.stations.items():
        for _ in range(CASES):
            station.submits()
        for _ in range(CASES):
            with world.hub.office.store.write() as tx:
                world.hub.office.pen.write(tx, name, Kind.RECOVERED, b"", by=HUB, at=world.hub.clock.now())

    frames_in_one_step = [0]
    take = world.hub.office.take

    def watched(wait_s: float = 0.0) -> list[Event]:
        batch = take(wait_s)
        frames_in_one_step.append(sum(isinstance(event, Frame) for event in batch))
        return batch  # type: ignore[return-value]

    monkeypatch.setattr(world.hub.office, "take", watched)
    world.network.mend(HUB)

    upwards, downwards, at_the_broker = [0], [0], [0]
    began: dict[str, int] = {}
    ended: dict[str, int] = {}
    for turn in range(TURNS):
        world.turn()
        world.advance(0.05)
        upwards.append(sum(letters_under_way(station) for station in world.stations.values()))
        downwards.append(letters_under_way(world.hub))
        at_the_broker.append(world.network.pending())
        with world.hub.office.store.read() as db:
            for name, cases in db.execute("select station, count(*) from cases group by station").fetchall():
                began.setdefault(name, turn)
                if cases == CASES:
                    ended.setdefault(name, turn)
            to_say = sum(owed(db, HUB, name) for name in world.stations)
        if len(ended) == STATIONS and not to_say:
            break
    else:
        pytest.fail(f"after {TURNS} turns only {len(ended)} stations are done and {to_say} entries are owed")

    assert max(upwards) <= UNDER_WAY
    assert max(downwards) <= FLIGHT_LIMIT
    assert max(frames_in_one_step) <= RECEIVE_MAXIMUM  # at most so many times MAX_FRAME_BYTES in the hub's memory
    assert max(at_the_broker) * MAX_FRAME_BYTES < 128 * 1024 * 1024
    assert max(began.values()) < min(ended.values())  # nobody is done before everybody has been heard
    world.settle()
    assert world.differences() == []
