"""The restore matrix: 100 cases, a copy, 100 more, the disk is lost, 100 NEW ones. 300 of 300 in every row.

In every row somebody is told: a line in the attention list of the party that found it out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from protocol.clock import WallClock
from protocol.replica import Litestream, target_of
from provisioning.office import open_office
from provisioning.revive import revive_here
from tests.journeys.processes import PartyProcess, RealDistrict, at_work, wait_until

pytestmark = pytest.mark.journey


def hundred_and_a_copy(district: RealDistrict, whose: PartyProcess, copy: Path) -> list[str]:
    """100 cases, synced, the copy, 100 more, synced."""
    told = district.take_in(100)
    district.await_rest()
    whose.copy_disk(copy)
    told += district.take_in(100)
    district.await_rest()
    return told


def new_cases_in_the_dark(district: RealDistrict, told: list[str]) -> list[str]:
    """100 NEW cases, written by the restored station before anybody could tell it anything."""
    district.wire.cut()
    district.station.start()
    told = told + district.take_in(100)
    district.wire.mend()
    return told


def assert_300_of_300(district: RealDistrict, told: list[str]) -> None:
    wait_until("all are at the hub", lambda: district.hub.case_ids() >= set(told), 40)
    wait_until("all are at the station", lambda: district.station.case_ids() >= set(told), 40)
    district.await_rest()
    assert len(told) == 300
    assert district.hub.case_ids() == set(told)
    assert district.station.case_ids() == set(told)
    assert "lost-memory" in district.hub.notices() | district.station.notices(), "a silent row"


def test_a_station_restored_by_revive_has_300_of_300(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        station = district.station
        told = hundred_and_a_copy(district, station, tmp_path / "copy")
        station.stop()
        # its replica stands where the copy stood: the second hundred is known to the district alone
        station.put_back(tmp_path / "copy")
        _replica_from(station)
        with open_office(district.folder) as office:
            revive_here(office, station.folder, "disk lost", WallClock().now())
        district.lead_through_wire(station.name)
        told = new_cases_in_the_dark(district, told)
        assert_300_of_300(district, told)


def _replica_from(station: PartyProcess) -> None:
    """A replica as old as the files that lie there now; its age is the only thing that is made up."""
    settings = station.settings
    shutil.rmtree(settings.replica_dir)
    target = target_of(settings)
    assert target is not None
    litestream = Litestream(settings.databases, target, settings.run, socket=settings.litestream_socket)
    litestream.start()
    litestream.sync(20)
    litestream.stop()


def test_a_station_whose_file_was_copied_back_by_hand_has_300_of_300(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        told = hundred_and_a_copy(district, district.station, tmp_path / "copy")
        district.station.kill()
        district.station.put_back(tmp_path / "copy")
        told = new_cases_in_the_dark(district, told)
        assert_300_of_300(district, told)


def test_a_hub_restored_to_an_older_copy_has_300_of_300(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        told = hundred_and_a_copy(district, district.hub, tmp_path / "copy")
        district.hub.kill()
        district.hub.put_back(tmp_path / "copy")
        told += district.take_in(100)
        district.hub.start()
        assert_300_of_300(district, told)


def test_a_hub_that_lost_everything_has_300_of_300(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        told = hundred_and_a_copy(district, district.hub, tmp_path / "copy")
        district.hub.kill()
        district.hub.put_back(None)
        told += district.take_in(100)
        # an empty disk is never taken for a beginning: somebody has to say why there is no replica
        district.hub.launch()
        assert district.hub.process is not None
        assert district.hub.process.wait(20) != 0
        with open_office(district.folder) as office:
            revive_here(office, district.hub.folder, "", WallClock().now(), without_replica="the second disk burnt too")
        district.hub.start()
        assert_300_of_300(district, told)
