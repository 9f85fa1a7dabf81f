"""Every case made again from the journals: afterwards the tables are what they were, whatever they were before."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from hub import cli
from hub.app import Hub
from hub.rebuilding import book_of, rebuild_all
from protocol import rebuilding
from protocol.cases.rules import Act
from protocol.claim import claim
from protocol.exchange.loopback import LoopbackNetwork
from protocol.rebuilding import rebuild
from protocol.standing import stale
from provisioning.district import make_district
from provisioning.register import Station as Registered
from tests.simulation import Day
from tests.world import MORNING, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "district", seed=11, station_names=["dafeng", "boya"])
    yield made
    for party in made.parties():
        party.kill()


def a_days_work(world: World) -> dict[str, str]:
    """Cases in several states, with papers, inner notes, acts that were told twice, and one that went elsewhere."""
    dafeng, boya = world.station("dafeng"), world.station("boya")
    cases = {name: dafeng.submits(papers=2) for name in ("granted", "returned", "new", "withdrawn")}
    cases["other"] = boya.submits()
    world.settle()
    world.hub.notes(cases["granted"], "电话核实过")
    for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE):
        world.hub.decides(cases["granted"], act)
    world.hub.decides(cases["returned"], Act.ASK_CORRECTION)
    world.settle()
    dafeng.supplies(cases["returned"])
    dafeng.asks_withdrawal(cases["withdrawn"])
    dafeng.hands_over(cases["granted"])
    cases["moved"] = dafeng.submits(fetch_at="boya")
    world.settle()
    for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE):
        world.hub.decides(cases["moved"], act)
    world.hub.does_its_chores()
    world.settle()
    boya.hands_over(cases["moved"])
    world.settle()
    world.hub.does_its_chores()
    world.settle()
    return {name: case for name, case in cases.items() if case is not None}


TABLES = {
    "acts": "select * from acts order by id",
    "cases": "select * from cases order by id",
    "papers": "select digest, case_id, peer, size, type, here, there from papers order by digest, case_id, peer",
    "attention": "select kind, subject, settled_at from attention order by id",
}


def tables(db: Database) -> dict[str, list[tuple[object, ...]]]:
    return {name: [tuple(row) for row in db.execute(sql).fetchall()] for name, sql in TABLES.items()}


def test_what_is_made_again_is_what_was_there_at_the_hub_and_at_a_station(world: World) -> None:
    a_days_work(world)
    for party in world.parties():
        store = party.office.store
        with store.read() as db:
            before = tables(db)
        assert rebuild(store, party.book) == len(before["cases"])
        with store.read() as db:
            assert tables(db) == before


def test_tables_that_were_lost_or_spoilt_come_back(world: World) -> None:
    cases = a_days_work(world)
    store = world.hub.office.store
    with store.read() as db:
        before = tables(db)
    with store.write() as tx:
        tx.execute("delete from acts where case_id = ?", (cases["granted"],))
        tx.execute("update cases set status = 'denied', flags = ' forked ', papers = 9")
        tx.execute("delete from cases where id = ?", (cases["new"],))
        tx.execute("update cases set id = 'nobody' where id = ?", (cases["other"],))
        tx.execute("delete from papers where case_id = ?", (cases["returned"],))
    rebuild(store, world.hub.book)
    with store.read() as db:
        after = tables(db)
    assert after["acts"] == before["acts"]
    assert after["cases"] == before["cases"]
    assert [row[:5] for row in after["papers"]] == [row[:5] for row in before["papers"]]


def test_a_large_station_is_read_in_parts_and_another_process_reads_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_days_work(world)
    store = world.hub.office.store
    with store.read() as db:
        before = tables(db)
    monkeypatch.setattr(rebuilding, "SLICE", 5)
    seen: list[tuple[int, int]] = []
    key = world.folder / "letters.key"
    world.hub.keys.save(key)
    rebuild(store, world.hub.book, progress=lambda *at: seen.append(at), elsewhere=partial(book_of, key))
    with store.read() as db:
        assert tables(db) == before
    assert len(seen) > 3
    assert seen == sorted(seen)


def test_a_rebuild_that_is_cut_off_has_not_happened(world: World) -> None:
    a_days_work(world)
    store = world.hub.office.store
    with store.read() as db:
        before = tables(db)

    def cut(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(store, world.hub.book, progress=cut)
    with store.read() as db:
        assert tables(db) == before
    rebuild(store, world.hub.book)  # and nothing is left in its way
    with store.read() as db:
        assert tables(db) == before


@pytest.mark.parametrize("seed", [3, 14, 15])
def test_after_days_of_disasters_too(tmp_path: Path, seed: int) -> None:
    """Forks, lives that were lost, acts told twice, bodies that are gone: what was kept up act by act is made again."""
    day = Day(tmp_path, seed)
    try:
        for _ in range(150):
            day.step()
        day.end()
        for party in day.world.parties():
            store = party.office.store
            with store.read() as db:
                before = tables(db)
            rebuild(store, party.book)
            with store.read() as db:
                after = tables(db)
            for name in ("acts", "cases", "attention"):
                assert after[name] == before[name], (party.name, name)
            # a scan that had been given up is not asked for again
            assert {row[:2] for row in after["papers"]} == {row[:2] for row in before["papers"]}
    finally:
        day.close()


def test_what_follows_from_cases_is_reckoned_anew_afterwards(world: World) -> None:
    a_days_work(world)
    store, key = world.hub.office.store, world.folder / "letters.key"
    world.hub.keys.save(key)
    with store.write() as tx:
        tx.execute("delete from stale")
    assert rebuild_all(store, key, lambda done, of: None, 0) == 6
    with store.read() as db:
        assert stale(db) == 6


def test_the_command_is_refused_while_the_hub_is_at_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = make_district(tmp_path, [Registered("dafeng", "大丰", "Dafeng", "town")], MORNING)
    hub = Hub(made.hub, link=LoopbackNetwork(random.Random(1)).link("hub"), durable=False)
    hub.open()
    with hub.store.write() as tx:
        tx.execute(
            "insert into cases values ('x', '', 'dafeng', 'H01', 1, 'received', 'hub', '', '', '', '', null, 1, 0, '')"
        )
    hub.close()
    command = ["rebuild", "--folder", str(made.hub.folder), "--processes", "0"]
    lock = claim(made.hub.run / "hub.lock")
    assert cli.main(command) == 1
    assert "refused.running" in capsys.readouterr().err
    os.close(lock)
    assert cli.main(command) == 0
    assert "0 cases made again" in capsys.readouterr().err  # of this one no journal knows
