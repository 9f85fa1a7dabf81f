"""Who may speak, and what work goes on without: revoked and replaced boxes, a lying broker, no litestream."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from node.cases import SyncState
from protocol.clock import WallClock
from protocol.settings import BrokerKind, write_settings
from provisioning.mosquitto import free_port
from provisioning.office import open_office
from provisioning.revive import revive_here
from tests.journeys.lying_broker import LyingBroker
from tests.journeys.processes import PartyProcess, RealDistrict, at_work, wait_until

pytestmark = pytest.mark.journey


def test_a_revoked_station_is_thrown_out_and_nothing_more_is_taken_from_it(tmp_path: Path) -> None:
    with at_work(tmp_path, stations=("dafeng", "boya")) as district:
        thief, other = district.stations["dafeng"], district.stations["boya"]
        before = district.take_in(1, station=thief)
        district.await_rest()
        district.revoke("dafeng")
        wait_until("the broker refuses it", lambda: "link down" in thief.last_words(3))
        stolen = district.take_in(3, station=thief)
        honest = district.take_in(3, station=other)
        wait_until("the other station works on", lambda: other.owes() == 0)
        wait_until("it has knocked again", lambda: thief.said("link down") >= 2, 20)
        assert thief.said("link up party=") == 1
        assert thief.owes() >= len(stolen)
        assert district.hub.case_ids() == {*before, *honest}


def test_the_old_box_is_fenced_when_another_took_its_place(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        station = district.station
        before = district.take_in(3)
        district.await_rest()
        station.stop()
        old_folder = tmp_path / "old-box"
        shutil.copytree(station.folder, old_folder, ignore=shutil.ignore_patterns("*.sock"))
        with open_office(district.folder) as office:
            revive_here(office, station.folder, "lightning", WallClock().now())
        district.lead_through_wire(station.name)
        station.start()
        fresh = district.take_in(3)
        district.await_rest()
        old = PartyProcess(old_folder, tmp_path / "old-box.log")
        _own_port(old)
        try:
            old.start()
            secret = district.take_in(2, station=old)
            wait_until("the old box is refused", lambda: old.said("link down"), 20)
            assert old.said("link up party=") == 0
            later = district.take_in(2)
            district.await_rest()
            assert district.hub.case_ids() == {*before, *fresh, *later}
            assert old.owes() >= len(secret)
        finally:
            old.kill()


def _own_port(party: PartyProcess) -> None:
    write_settings(replace(party.settings, http=replace(party.settings.http, port=free_port())))


def test_a_broker_that_acknowledges_and_drops_makes_no_screen_lie(tmp_path: Path) -> None:
    district = RealDistrict(tmp_path, broker=BrokerKind.EMBEDDED)
    wire = district.wire
    lying = LyingBroker(wire.target).start()
    wire.target = ("127.0.0.1", lying.port)
    try:
        district.start()
        with district.pen(district.station) as clerk:
            (case,) = district.take_in(1)
            wait_until("a letter was dropped", lambda: lying.dropped, 20)
            assert clerk.sync(case) is SyncState.QUEUED
            assert district.hub.case_ids() == set()
            lying.drops = False
            district.await_rest()
            assert clerk.sync(case) is SyncState.ACKED
        assert district.hub.case_ids() == {case}
    finally:
        district.stop()
        lying.stop()


def test_work_goes_on_without_litestream_and_somebody_is_told(tmp_path: Path) -> None:
    district = RealDistrict(tmp_path)
    # litestream is looked for beside the interpreter and on the PATH: this station's interpreter has none beside it
    bare = tmp_path / "bin"
    bare.mkdir()
    district.station.python_without_litestream(bare)
    assert shutil.which("litestream", path=district.station.env["PATH"]) is None
    try:
        district.start()
        (case,) = district.take_in(1, papers=1)
        district.await_rest()
        assert district.hub.case_ids() == {case}
        assert district.station.said("no replica is kept; work goes on without") == 1
        wait_until("the list of the station says so", lambda: "replica" in district.station.notices(), 45)
    finally:
        district.stop()
