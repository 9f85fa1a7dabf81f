"""One case at a time over an idle wire: node commit -> hub commit -> receipt committed at the node.

The station's office is in this process, so that both ends of the way are on one clock; hub and
broker are processes of their own, and the wire is TLS. The time runs from before the station's own
unit of work until after the commit that holds the receipt. The next case begins when the one before
has its receipt; `rested` cases come after a pause, when caches are cold and the machine has dozed off.
"""

from __future__ import annotations

import queue
import random
import time
from pathlib import Path
from statistics import median, quantiles

from node.app import Station
from protocol.casebook import tell
from protocol.clock import WallClock, stamp
from protocol.exchange.journal import owed
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.settings import Settings
from tests.bench.cases import act_of
from tests.journeys.processes import CLERK, RealDistrict, wait_until

SAMPLES = 200
WARM_UP = 20
RESTED = 50
PAUSE_S = (0.02, 0.05)


def latency(folder: Path, *, samples: int = SAMPLES) -> dict[str, float]:
    district = RealDistrict(folder, replica=False)
    try:
        district.start(stations=False)
        taken = _samples(district.station.settings, samples, district.rng)
        told = len(district.hub.case_ids())
    finally:
        district.stop()
    taken, rested = taken[:samples], taken[samples:]
    cuts = quantiles(taken, n=100)
    return {
        "samples": len(taken),
        "p50_ms": cuts[49] * 1000,
        "p90_ms": cuts[89] * 1000,
        "p99_ms": cuts[98] * 1000,
        "max_ms": max(taken) * 1000,
        "rested_p50_ms": median(rested) * 1000,
        "lost": WARM_UP + samples + RESTED - told,
    }


def _samples(settings: Settings, samples: int, rng: random.Random) -> list[float]:
    station = Station(settings)
    office, clock = station.office, WallClock()
    receipted: queue.SimpleQueue[float] = queue.SimpleQueue()

    def look() -> None:
        at = time.perf_counter()
        with station.store.read() as db:
            if owed(db, settings.party, HUB) == 0:
                receipted.put(at)

    station.open()
    taken = []
    try:
        office.run()
        wait_until("the hub has answered", office.courier.connected)
        station.store.on_commit(look)
        for number in range(WARM_UP + samples + RESTED):
            if number >= WARM_UP + samples:
                time.sleep(rng.uniform(*PAUSE_S))
            at = clock.now()
            act = act_of(number, settings.party, stamp(at), rng)
            began = time.perf_counter()
            with station.store.write() as tx:
                office.pen.write(tx, HUB, Kind.CASE_ACT, tell(act), by=CLERK.account, at=at, case=act.case)
            taken.append(receipted.get(timeout=10) - began)
            while not receipted.empty():
                receipted.get()
    finally:
        office.stop()
        station.close()
    return taken[WARM_UP:]
