"""A stick in a pocket instead of a wire: what the two people at its ends see."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cases import SyncState
from protocol.cases.rules import Act, Status
from protocol.errors import Refused
from protocol.exchange import stick
from protocol.exchange.carried import Tally
from protocol.exchange.topics import HUB
from tests.world import Party, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


@pytest.fixture
def pocket(tmp_path: Path) -> Path:
    folder = tmp_path / "pocket"
    folder.mkdir()
    return folder


def write(party: Party, peer: str, pocket: Path) -> stick.Exported:
    party.clock.advance(60)
    return stick.export(party.office, peer, pocket, party.clock.now())


def read(party: Party, world: World, path: Path) -> Tally:
    """Without waiting for retries: a station that stays dark is asked again for ever."""
    tally = stick.bring_in(party.office, stick.read_stick(path))
    while world.turn():
        pass
    assert tally.finished.is_set()
    return tally


def take_in(world: World, count: int, papers: int = 1) -> list[str]:
    cases = [world.station("dafeng").submits(papers=papers) for _ in range(count)]
    return [case for case in cases if case]


def test_a_station_without_a_wire_sends_its_cases_in_a_pocket_and_learns_what_became_of_them(world, pocket):
    station = world.station("dafeng")
    world.network.cut("dafeng")
    cases = take_in(world, 3)
    there = write(station, HUB, pocket)
    brought = read(world.hub, world, there.file)
    assert (brought.entries, brought.papers) == (there.entries, there.papers)
    assert there.papers > 0 == there.papers_left
    assert sorted(world.hub.case_ids()) == sorted(cases)
    for case in cases:
        world.hub.decides(case, Act.ACCEPT)
    # not a word has come back yet, so nothing more is claimed
    assert {station.sync(case).state for case in cases} == {SyncState.QUEUED}
    back = write(world.hub, "dafeng", pocket)
    assert back.receipts == 1
    tally = read(station, world, back.file)
    assert (tally.receipts, tally.entries, tally.set_aside) == (1, back.entries, 0)
    assert {station.sync(case).state for case in cases} == {SyncState.ACKED}
    assert {station.case(case).status for case in cases} == {Status.ACCEPTED}
    with station.office.store.read() as db:
        assert db.execute("select count(*) from papers where there = 0").fetchone()[0] == 0


def test_the_wire_comes_back_before_the_stick_and_nothing_is_doubled(world, pocket):
    world.network.cut("dafeng")
    cases = take_in(world, 4)
    there = write(world.station("dafeng"), HUB, pocket)
    world.network.mend("dafeng")
    world.settle()
    tally = read(world.hub, world, there.file)
    assert (tally.entries, tally.duplicates, tally.papers) == (0, there.entries, 0)
    assert sorted(world.hub.case_ids()) == sorted(cases)
    assert world.differences() == []


def test_the_stick_comes_before_the_wire_and_nothing_is_doubled(world, pocket):
    world.network.cut("dafeng")
    cases = take_in(world, 4, papers=2)
    there = write(world.station("dafeng"), HUB, pocket)
    tally = read(world.hub, world, there.file)
    assert (tally.entries, tally.papers, tally.gaps) == (there.entries, there.papers, 0)
    again = read(world.hub, world, there.file)
    assert (again.entries, again.duplicates, again.papers) == (0, there.entries, 0)
    world.network.mend("dafeng")
    world.settle()
    assert sorted(world.hub.case_ids()) == sorted(cases)
    assert world.differences() == []


def test_a_second_stick_without_the_first_is_told_apart_and_a_whole_one_heals_it(world, pocket):
    station = world.station("dafeng")
    take_in(world, 1)
    world.settle()
    world.hub.copy_disk()
    take_in(world, 2)
    world.settle()
    world.network.cut("dafeng")
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    cases = take_in(world, 1)
    there = write(station, HUB, pocket)
    assert read(world.hub, world, there.file).gaps == 1
    assert cases[0] not in world.hub.case_ids()
    station.clock.advance(60)
    whole = stick.export(station.office, HUB, pocket, station.clock.now(), again=True)
    assert read(world.hub, world, whole.file).gaps == 0
    assert set(world.hub.case_ids()) == set(station.case_ids())


def test_a_station_restored_after_it_wrote_a_stick_uses_no_number_twice(world, pocket):
    station = world.station("dafeng")
    station.copy_disk()
    world.network.cut("dafeng")
    lost = take_in(world, 2)
    there = write(station, HUB, pocket)
    station.lose_disk(0, told=False)  # the mark beside the store knows what left on the stick
    station.start()
    fresh = take_in(world, 2)
    read(world.hub, world, there.file)
    world.network.mend("dafeng")
    world.settle()
    assert set(world.hub.case_ids()) == {*lost, *fresh}
    assert world.differences() == []


def test_what_does_not_fit_stays_for_the_next_stick(world, pocket):
    station = world.station("dafeng")
    world.network.cut("dafeng")
    take_in(world, 4, papers=3)
    whole = write(station, HUB, pocket)
    station.clock.advance(60)
    small = stick.export(station.office, HUB, pocket, station.clock.now(), limit=6_000)
    assert small.size <= 6_000 + 100
    assert small.papers + small.papers_left == whole.papers
    assert small.papers_left > 0
    read(world.hub, world, small.file)
    read(world.hub, world, whole.file)
    with world.hub.office.store.read() as db:
        assert db.execute("select count(*) from papers where here = 0").fetchone()[0] == 0


def test_the_finder_of_a_stick_reads_no_name_on_it_and_any_computer_takes_the_file(world, pocket):
    station = world.station("dafeng")
    world.network.cut("dafeng")
    case = take_in(world, 1)[0]
    there = write(station, HUB, pocket)
    seen = station.case(case)
    assert seen is not None
    data = there.file.read_bytes()
    for secret in (seen.applicant.name.encode(), seen.applicant.number.encode(), seen.number.encode(), case.encode()):
        assert secret not in data
    assert set(there.file.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert there.code == hashlib.sha256(data[:-32]).hexdigest()[:4].upper() == stick.read_stick(there.file).code
    assert [file.name for file in pocket.iterdir()] == [there.file.name]  # no half-written file stays


def test_of_several_files_in_a_folder_the_newest_is_read(world, pocket):
    station = world.station("dafeng")
    world.network.cut("dafeng")
    take_in(world, 1)
    older = write(station, HUB, pocket)
    newer = write(station, HUB, pocket)
    assert stick.read_stick(pocket).file == newer.file != older.file


@pytest.mark.parametrize("damage", ["cut short", "one bit", "empty", "a photograph", "longer", "no file", "no folder"])
def test_a_stick_that_is_not_whole_is_refused_whole(world, pocket, damage):
    station = world.station("dafeng")
    world.network.cut("dafeng")
    take_in(world, 1)
    file = write(station, HUB, pocket).file
    data = file.read_bytes()
    match damage:
        case "cut short":
            file.write_bytes(data[: len(data) // 2])
        case "one bit":
            file.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        case "empty":
            file.write_bytes(b"")
        case "a photograph":
            file.write_bytes(b"\xff\xd8\xff" + data)
        case "longer":
            file.write_bytes(data + b"x")
        case "no file":
            file.unlink()
        case "no folder":
            shutil.rmtree(pocket)
    with pytest.raises(Refused) as told:
        stick.read_stick(pocket)
    assert told.value.code == "refused.stick"
    assert world.hub.case_ids() == []


def test_a_frame_longer_than_an_envelope_is_refused_though_the_sum_is_right(pocket):
    body = stick.MAGIC + (300_000).to_bytes(4, "big") + bytes(300_000) + bytes(4)
    file = pocket / "microcenter-dafeng-hub-20260302-081500.mcs"
    file.write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(Refused):
        stick.read_stick(file)


def test_a_folder_that_cannot_be_written_to_is_said_and_the_case_stays_owed(world, tmp_path):
    station = world.station("dafeng")
    world.network.cut("dafeng")
    case = take_in(world, 1)[0]
    with pytest.raises(Refused) as told:
        stick.export(station.office, HUB, tmp_path / "not-plugged-in", station.clock.now())
    assert told.value.code == "refused.stick"
    assert station.sync(case).state is SyncState.QUEUED


def test_a_stick_for_another_station_changes_nothing(world, pocket):
    world.network.cut("dafeng")
    case = take_in(world, 1)[0]
    there = write(world.station("dafeng"), HUB, pocket)
    tally = read(world.station("boya"), world, there.file)
    assert tally.set_aside == tally.frames > 0
    assert case not in world.station("boya").case_ids()


def test_a_full_disk_says_so_and_the_stick_is_read_again_later(world, pocket):
    world.network.cut("dafeng")
    cases = take_in(world, 30)
    there = write(world.station("dafeng"), HUB, pocket)
    world.hub.fill_disk()
    tally = read(world.hub, world, there.file)
    assert tally.no_room > 0
    assert world.hub.case_ids() == []
    world.hub.free_disk()
    read(world.hub, world, there.file)
    assert sorted(world.hub.case_ids()) == sorted(cases)
