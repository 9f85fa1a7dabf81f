"""What a station costs at rest, how soon it is back on a mended wire, and how soon after a lost disk."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from protocol.clock import WallClock
from provisioning.office import open_office
from provisioning.revive import revive_here
from tests.bench.cases import fill
from tests.journeys.processes import RealDistrict, at_work, wait_until

SETTLE_S = 10.0
REST_S = 30.0
DARK_S = 60.0
RECOVERED = 20_000
AFTER_THE_COPY = 1_000


def idle(folder: Path) -> dict[str, float]:
    """The app and its litestream, connected, with some cases behind them and nothing to do."""
    with at_work(folder) as district:
        district.take_in(20, papers=1)
        district.await_rest()
        assert district.station.process is not None
        processes = _family(district.station.process.pid)
        time.sleep(SETTLE_S)
        before, began = sum(map(_cpu_s, processes)), time.monotonic()
        time.sleep(REST_S)
        used, took = sum(map(_cpu_s, processes)) - before, time.monotonic() - began
        assert processes == _family(district.station.process.pid)
        return {
            "processes": len(processes),
            "resident_mb": sum(_kb(pid, "Rss") for pid in processes) / 1024,
            "own_mb": sum(_kb(pid, "Pss") for pid in processes) / 1024,  # shared pages counted once
            "cpu_percent": 100 * used / took,
        }


def reconnect(folder: Path) -> dict[str, float]:
    """A case is waiting; the wire comes back after a minute. Both deaths of a wire: cut, and fallen silent."""
    taken = {}
    with at_work(folder, replica=False) as district:
        district.take_in(1)
        district.await_rest()
        for way in ("cut", "fall_silent"):
            getattr(district.wire, way)()
            (case,) = district.take_in(1)
            time.sleep(DARK_S)
            assert case not in district.hub.case_ids()
            district.wire.mend()
            began = time.monotonic()
            wait_until("the case moves", lambda case=case: case in district.hub.case_ids(), 60, 0.005)
            taken["after_cut_s" if way == "cut" else "after_silence_s"] = time.monotonic() - began
            district.await_rest()
    return taken


def recovery(folder: Path, *, cases: int = RECOVERED) -> dict[str, float]:
    """The disk is lost; the replica holds all but the last thousand cases, and the hub holds those."""
    with at_work(folder) as district:
        station = district.station
        station.stop()
        fill(station.settings, cases - AFTER_THE_COPY, district.rng)
        station.start()
        district.await_rest(120)
        station.stop()  # with its last sync
        shutil.copytree(station.settings.replica_dir, folder / "replica-before")
        fill(station.settings, AFTER_THE_COPY, district.rng, first=cases)
        station.start()
        district.await_rest(120)
        station.kill()
        told = station.case_ids()
        station.put_back(None)
        shutil.rmtree(station.settings.replica_dir)
        shutil.copytree(folder / "replica-before", station.settings.replica_dir)
        return _revived(district, told)


def _revived(district: RealDistrict, told: set[str]) -> dict[str, float]:
    station, began = district.station, time.monotonic()
    with open_office(district.folder) as office:
        revive_here(office, station.folder, "disk lost", WallClock().now())
    district.lead_through_wire(station.name)
    restored = time.monotonic()
    station.start()
    serving = time.monotonic()
    wait_until("every case is back", lambda: station.number("select count(*) from cases") == len(told), 120, 0.02)
    district.await_rest(120)
    reconciled = time.monotonic()
    return {
        "cases": len(told),
        "restored_s": restored - began,
        "serving_s": serving - began,
        "reconciled_s": reconciled - began,
        "lost": len(told - station.case_ids()),
    }


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        if int(thread.name) != pid:
            children += [int(child) for child in (thread / "children").read_text().split()]
    return [pid, *(one for child in children for one in _family(child))]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kb(pid: int, what: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1])
    raise ValueError(what)
