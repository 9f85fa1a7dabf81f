"""What goes wrong in the first weeks beside the great disasters, and stops nobody: small stories of one district."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from hub import stations
from node.cases import SyncState
from protocol.attention import open_notices
from protocol.cases.rules import Act, Status
from protocol.clock import stamp
from protocol.errors import Distrusted
from protocol.exchange.envelope import seal
from protocol.exchange.journal import Heard, add_epoch, life_of
from protocol.exchange.link import Frame, Lane, LinkUp, Token
from protocol.exchange.messages import Hello, Kind, Message, Report
from tests.test_district import take_in
from tests.world import DISTRICT, HUB, Party, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


def life(party: Party) -> int:
    with party.office.store.read() as db:
        return life_of(db)


def restart(party: Party) -> None:
    party.kill()
    party.start()


def frame(world: World, lane: Lane, message: Message) -> Frame:
    """Signed by dafeng, for the hub."""
    station = world.station("dafeng")
    return Frame(
        "dafeng", lane, seal(station.keys, DISTRICT, HUB, stamp(station.clock.now()), message), Token(1, 1 << 20)
    )


# -- the mark outside the store


def test_a_restore_is_lived_through_once_even_if_something_that_was_said_is_on_no_disk_any_more(world: World) -> None:
    station = world.station("dafeng")
    take_in(world, "dafeng", 3)
    world.settle()
    station.copy_disk()
    world.network.swallow("dafeng")
    take_in(world, "dafeng", 2)
    for _ in range(5):
        world.turn()
    station.lose_disk(0, told=True)
    world.network.swallow("dafeng", False)
    station.start()
    world.settle()
    began = life(station)
    for _ in range(2):
        restart(station)
        world.settle()
        assert life(station) == began
    assert world.differences() == []


def test_a_file_of_an_earlier_life_is_found_out_by_the_mark_alone(world: World) -> None:
    station = world.station("dafeng")
    take_in(world, "dafeng", 2)
    world.settle()
    station.copy_disk()
    station.lose_disk(0, told=True)
    station.start()
    began = life(station)
    station.lose_disk(0, told=False)
    station.start()
    assert life(station) > began
    world.settle()
    assert world.differences() == []


def test_a_disk_that_takes_no_mark_stops_nobody(world: World) -> None:
    station = world.station("dafeng")
    shutil.rmtree(station.folder / "mark")
    (station.folder / "mark").write_text("in the way")
    (case,) = take_in(world, "dafeng", 1)
    world.settle()
    assert station.sync(case).state is SyncState.ACKED
    restart(station)
    (another,) = take_in(world, "dafeng", 1)
    world.settle()
    assert set(world.hub.case_ids()) == {case, another}


# -- the two files


def test_a_lost_file_of_papers_beside_a_whole_store_is_filled_again(world: World) -> None:
    station = world.station("dafeng")
    (case,) = take_in(world, "dafeng", 1)
    world.settle()
    station.kill()
    for file in (station.folder / "data").glob("blobs.db*"):
        file.unlink()
    station.start()
    world.settle()
    papers = station.case(case).papers  # type: ignore[union-attr]
    assert papers
    assert all(station.office.blobs.has(paper.digest) for paper in papers)


# -- keys


def test_a_hub_with_new_keys_goes_on_with_cases_that_have_notes_under_the_old_ones(world: World) -> None:
    (case,) = take_in(world, "dafeng", 1)
    world.settle()
    world.hub.notes(case, "inner")
    world.settle()
    world.replace_box(world.hub)
    world.hub.start()
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.settle()
    assert world.station("dafeng").case(case).status is Status.ACCEPTED  # type: ignore[union-attr]
    assert world.differences() == []


# -- the screen


def test_a_hub_whose_process_is_gone_is_not_called_connected(world: World) -> None:
    station = world.station("dafeng")
    assert station.office.courier.connected()
    world.hub.kill()
    for _ in range(4):
        world.turn()
    assert not station.office.courier.connected()
    world.hub.start()
    world.settle()
    assert station.office.courier.connected()
    assert world.hub.office.courier.connected("dafeng")


# -- one who is wrong keeps nobody else waiting


def test_a_hello_with_figures_beyond_measure_takes_nothing_with_it(world: World) -> None:
    session = world.hub.office.courier.voice.talk("dafeng").session
    hello = Hello(session=b"x" * 16, answers=session, heads=[(f"e{n}", 2**53 - 1) for n in range(1100)])
    case = world.station("boya").submits()
    world.station("boya").step()
    world.network.deliver()
    world.hub.office.courier.step([frame(world, Lane.HELLO, hello), *world.hub.office.take()])
    assert world.hub.case_ids() == [case]


def test_a_report_with_an_age_that_is_no_number_does_not_close_the_page_of_stations(world: World) -> None:
    world.hub.office.courier.step([frame(world, Lane.RECEIPT, Report(replica_age_s=math.nan))])
    with world.hub.office.store.write() as tx:
        stations.enter(tx, "dafeng", "大丰", "Dafeng", "town")
    with world.hub.office.store.read() as db:
        assert [one.name for one in stations.stations(db)] == ["boya", "dafeng"]


def test_a_link_that_comes_up_beside_a_bad_frame_on_a_full_disk_is_up(world: World) -> None:
    station = world.station("dafeng")
    world.network.cut("dafeng")
    station.step()
    assert not station.office.courier.link_up
    station.fill_disk()
    station.office.courier.step([Frame(HUB, Lane.HELLO, b"x" * 90_000, Token(1, 1 << 20)), LinkUp(9)])
    assert station.office.courier.link_up


@pytest.mark.parametrize("count", [900, 9000])
def test_a_station_of_very_many_epochs_keeps_no_other_waiting(world: World, count: int) -> None:
    with world.hub.office.store.write() as tx:
        for n in range(count):
            epoch = add_epoch(tx, DISTRICT, "dafeng", HUB, f"{n:032x}", n + 5, "")
            tx.execute("update epochs set head = 1 where id = ?", (epoch.id,))
            tx.execute("insert into proofs values (?, 1, 1, ?, ?, ?)", (epoch.id, b"h" * 250, b"d" * 32, b"s" * 64))
    restart(world.hub)
    (case,) = take_in(world, "boya", 1)
    for _ in range(30):
        world.turn()
        world.advance(2.0)
    assert world.hub.case_ids() == [case]


# -- what comes right with the next start


def test_an_entry_of_its_own_that_a_station_cannot_apply_keeps_back_none_of_what_it_is_given(world: World) -> None:
    station = world.station("dafeng")
    cases = take_in(world, "dafeng", 3)
    world.settle()
    station.lose_disk(None, told=True)
    station.start()
    handlers = station.office.inbox.handlers
    right = handlers[Kind.CASE_ACT]

    def breaks_at_the_second(tx: Database, heard: Heard) -> None:
        if heard.case == cases[1]:
            raise Distrusted("distrusted.shape", why="a fault of this version")
        right(tx, heard)

    handlers[Kind.CASE_ACT] = breaks_at_the_second  # type: ignore[index]
    world.settle()
    assert set(station.case_ids()) == {cases[0], cases[2]}
    with station.office.store.read() as db:
        assert "poison" in {notice.kind for notice in open_notices(db)}
    restart(station)
    world.settle()
    assert set(station.case_ids()) == {*cases}
    with station.office.store.read() as db:
        assert "poison" not in {notice.kind for notice in open_notices(db)}
    assert world.differences() == []


def test_an_entry_that_could_not_be_applied_is_applied_by_the_version_that_can(world: World) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of this version")

    handlers = world.hub.office.inbox.handlers
    right = dict(handlers)
    handlers.update(dict.fromkeys(right, broken))  # type: ignore[attr-defined]
    (case,) = take_in(world, "dafeng", 1)
    world.settle()
    assert world.hub.case_ids() == []
    with world.hub.office.store.read() as db:
        assert {notice.kind for notice in open_notices(db)} == {"poison"}
    restart(world.hub)
    world.settle()
    assert world.hub.case_ids() == [case]
    with world.hub.office.store.read() as db:
        assert open_notices(db) == []
