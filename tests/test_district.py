"""Stories of one district: what a clerk and an officer see when things go well, and when they do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cases import SyncState
from protocol.attention import open_notices
from protocol.cases.rules import Act, Status
from protocol.exchange.errands import CheckDue
from protocol.exchange.journal import add_epoch, epochs
from protocol.exchange.memory import take_given
from protocol.exchange.messages import Given
from tests.world import DISTRICT, HUB, World


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
    world.hub.decides(case, Act.ISSUE)
    world.settle()
    station.hands_over(case)
    world.settle()
    assert world.hub.case(case).status is Status.HANDED_OVER  # type: ignore[union-attr]
    assert world.differences() == []


def take_in(world: World, station: str, count: int) -> list[str]:
    cases = [world.station(station).submits() for _ in range(count)]
    assert all(cases)
    return [case for case in cases if case]


def test_a_case_submitted_in_the_dark_is_decided_and_comes_home(world: World) -> None:
    station = world.station("dafeng")
    world.network.cut("dafeng")
    case = station.submits()
    assert case is not None
    world.settle()
    assert world.hub.case_ids() == []
    assert station.sync(case).state is SyncState.QUEUED
    world.network.mend("dafeng")
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.network.cut("dafeng")
    world.hub.decides(case, Act.GRANT)
    world.advance(7 * 86400)
    world.network.mend("dafeng")
    world.settle()
    assert station.case(case).status is Status.GRANTED  # type: ignore[union-attr]
    assert world.differences() == []


def test_a_station_whose_disk_is_lost_gets_back_what_the_hub_had(world: World) -> None:
    station = world.station("dafeng")
    before = take_in(world, "dafeng", 5)
    world.settle()
    station.copy_disk()
    between = take_in(world, "dafeng", 5)
    world.settle()
    for case in between[:2]:
        world.hub.decides(case, Act.ACCEPT)
    world.settle()
    station.lose_disk(0, told=True)
    station.start()
    after = take_in(world, "dafeng", 5)
    world.settle()
    assert world.differences() == []
    assert set(station.case_ids()) == {*before, *between, *after}
    assert station.case(between[0]).status is Status.ACCEPTED  # type: ignore[union-attr]


@pytest.mark.parametrize("mark", ["kept", "gone", "copied"])
def test_a_file_copied_back_by_hand_is_found_out(world: World, mark: str) -> None:
    station = world.station("dafeng")
    take_in(world, "dafeng", 5)
    world.settle()
    station.copy_disk()
    lost = take_in(world, "dafeng", 5)
    world.settle()
    station.lose_disk(0, told=False, mark=mark)
    station.start()
    world.network.cut("dafeng")
    fresh = take_in(world, "dafeng", 7)
    world.network.mend("dafeng")
    world.settle()
    assert world.differences() == []
    assert {*lost, *fresh} <= set(station.case_ids())
    assert len(world.hub.case_ids()) == 17


def test_a_hub_restored_to_an_older_copy_is_told_again_and_given_back(world: World) -> None:
    cases = take_in(world, "dafeng", 4) + take_in(world, "boya", 4)
    world.settle()
    world.hub.copy_disk()
    later = take_in(world, "dafeng", 4)
    world.settle()
    for case in [*cases, *later]:
        world.hub.decides(case, Act.ACCEPT)
    world.settle()
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    assert world.differences() == []
    assert {world.hub.case(c).status for c in [*cases, *later]} == {Status.ACCEPTED}  # type: ignore[union-attr]


def test_a_wiped_hub_is_told_everything_again(world: World) -> None:
    cases = take_in(world, "dafeng", 4) + take_in(world, "boya", 4)
    world.settle()
    for case in cases:
        world.hub.decides(case, Act.ACCEPT)
    world.settle()
    world.hub.lose_disk(None, told=True)
    world.hub.start()
    world.settle()
    assert world.differences() == []
    assert set(world.hub.case_ids()) == set(cases)
    assert {world.hub.case(c).status for c in cases} == {Status.ACCEPTED}  # type: ignore[union-attr]


def test_an_officer_who_decides_again_after_a_restore_finds_both_versions(world: World) -> None:
    (case,) = take_in(world, "dafeng", 1)
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.hub.decides(case, Act.REVIEW)
    world.settle()
    world.hub.copy_disk()
    world.hub.decides(case, Act.GRANT)
    world.settle()
    world.network.cut("dafeng")
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    world.hub.decides(case, Act.DENY)
    world.network.mend("dafeng")
    world.settle()
    at_hub = world.hub.case(case)
    assert at_hub is not None
    assert at_hub.status is Status.GRANTED
    assert [str(step.act.act) for step in at_hub.set_aside] == ["deny"]
    assert world.differences() == []


def test_an_answer_that_overtakes_the_one_before_it_does_not_end_a_give_back(world: World) -> None:
    station = world.station("dafeng")
    (case,) = take_in(world, "dafeng", 1)
    world.settle()
    station.lose_disk(None, told=True)
    station.start()
    with world.hub.office.store.read() as db:
        (held,) = epochs(db, "dafeng", HUB)
    early = Given(epoch=held.epoch, life=held.life, after=held.head, entries=[], proof=None)
    with station.office.store.write() as tx:
        lost = add_epoch(tx, DISTRICT, "dafeng", HUB, held.epoch, held.life, "")
        tx.execute("update epochs set wants = ? where id = ?", (held.head, lost.id))
        take_given(tx, station.office.pen, station.office.inbox, world.keyring, HUB, early, station.clock.now())
    world.settle()
    assert station.case_ids() == [case]
    assert world.differences() == []


def test_a_hub_copied_back_by_hand_works_on_in_the_dark_for_several_stations(world: World) -> None:
    cases = {name: take_in(world, name, 3) for name in ("dafeng", "boya")}
    world.settle()
    for earlier, _, _ in cases.values():
        world.hub.decides(earlier, Act.ACCEPT)
    world.settle()
    world.hub.copy_disk()
    for _, first, _ in cases.values():
        world.hub.decides(first, Act.ACCEPT)
    world.settle()
    for name in cases:
        world.network.cut(name)
    world.hub.lose_disk(0, told=False, mark="copied")
    world.hub.start()
    for _, _, second in cases.values():
        world.hub.decides(second, Act.ACCEPT)
    for name in cases:
        world.network.mend(name)
    world.settle()
    assert world.differences() == []
    for name, both in cases.items():
        assert {world.station(name).case(case).status for case in both} == {Status.ACCEPTED}  # type: ignore[union-attr]


def test_a_scan_lost_at_both_ends_is_named_and_can_be_taken_again(world: World) -> None:
    station = world.station("dafeng")
    world.network.cut("dafeng")
    (case,) = take_in(world, "dafeng", 1)
    station.copy_disk()
    with station.office.blobs.store.write() as tx:
        tx.execute("delete from pieces")
        tx.execute("delete from blobs")
    world.network.mend("dafeng")
    world.settle()
    with station.office.store.read() as db:
        lost = {notice.subject for notice in open_notices(db) if notice.kind == "paper-lost"}
    papers = world.hub.case(case).papers  # type: ignore[union-attr]
    assert lost == {paper.digest for paper in papers}
    assert station.sync(case).state is SyncState.ATTENTION
    for paper in papers:
        station.scans_again(case, paper)
    world.settle()
    assert station.sync(case).state is SyncState.ACKED
    assert len(world.hub.case(case).papers) == len(papers)  # type: ignore[union-attr]
    for paper in world.hub.case(case).papers:  # type: ignore[union-attr]
        assert world.hub.office.blobs.has(paper.digest)
    assert world.differences() == []


def test_the_nightly_check_finds_a_record_that_was_changed_on_the_disk(world: World) -> None:
    take_in(world, "dafeng", 3)
    world.settle()
    with world.hub.office.store.write() as tx:
        tx.execute("update entries set body = x'00' where place = (select max(place) from entries)")
    world.hub.office.put(CheckDue())
    world.settle()
    with world.hub.office.store.read() as db:
        assert [notice.kind for notice in open_notices(db)] == ["chain"]


def test_the_nightly_check_finds_two_ends_that_remember_different_things(world: World) -> None:
    take_in(world, "dafeng", 3)
    world.settle()
    with world.hub.office.store.write() as tx:
        tx.execute("update epochs set head_chain = zeroblob(32) where author = 'dafeng'")
    world.station("dafeng").office.put(CheckDue())
    world.settle()
    with world.hub.office.store.read() as db:
        assert [notice.kind for notice in open_notices(db)] == ["chain"]
