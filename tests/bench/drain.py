"""A station that was offline holds 10,000 cases; its link comes up. When is the last one in the worklist?

Counted from the moment the station's MQTT connection is up (as its log says) to the moment at which
the hub's own database shows the last case, read by a third process that looks every few milliseconds.
"""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tests.bench import baseline
from tests.bench.cases import fill
from tests.journeys.processes import PartyProcess, RealDistrict, ask, wait_until

CASES = 10_000
LOOK_S = 0.005
PATIENCE_S = 60.0


def drain(folder: Path, *, rtt_ms: float = 0.0, cases: int = CASES, replica: bool = False) -> dict[str, float]:
    district = RealDistrict(folder, replica=replica, delay_s=rtt_ms / 2000)
    try:
        assert district.mosquitto is not None
        district.wire.cut()
        district.station.start()
        district.station.stop()
        fill(district.station.settings, cases, district.rng)
        plain_s = baseline.measure(district, cases)
        district.mosquitto.start()
        ours = _ours(district, cases)
        return ours | {"baseline_s": plain_s, "ratio": plain_s / ours["link_up_to_last_s"]}
    finally:
        district.stop()


def _ours(district: RealDistrict, cases: int) -> dict[str, float]:
    for party in (district.hub, district.station):
        party.launch()
    for party in (district.hub, district.station):
        party.await_pages()
    wait_until("the hub is on its broker", lambda: district.hub.said("link up party=hub"))
    district.wire.mend()
    mended = time.time()
    first = last = 0.0
    with closing(sqlite3.connect(f"file:{district.hub.db}?mode=ro", uri=True)) as db:
        deadline = time.monotonic() + PATIENCE_S + cases / 500
        seen = 0
        while seen < cases and time.monotonic() < deadline:
            seen = db.execute("select coalesce(max(rowid), 0) from cases").fetchone()[0]
            last = time.time()
            first = first or (last if seen else 0.0)
            time.sleep(LOOK_S)
    up = link_up_at(district.station)
    told = {row[0] for row in ask(district.station.db, "select id from cases")}
    kept = [row[0] for row in ask(district.hub.db, "select id from cases")]
    heard = ask(district.hub.db, "select count(*), count(distinct case_id) from entries where kind = 'case.act'")[0]
    return {
        "cases": len(told),
        "wire_back_to_last_s": last - mended,
        "link_up_to_last_s": last - up,
        "first_to_last_s": last - first,
        "cases_per_s": cases / (last - up),
        "lost": len(told - set(kept)),
        "doubled": len(kept) - len(set(kept)) + heard[0] - heard[1],
    }


def link_up_at(station: PartyProcess) -> float:
    """Wall time of the station's last LinkUp, to the millisecond."""
    lines = re.findall(r"^(\S+ \S+) INFO \S+ link up party=", station.log.read_text("utf-8"), re.MULTILINE)
    return datetime.strptime(lines[-1], "%Y-%m-%d %H:%M:%S,%f").timestamp()  # noqa: DTZ007  the log's zone is ours
