"""The page of the statistics over a year of 300,000 cases: whole months, and a period that begins and ends on odd days."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from pathlib import Path

from sqlite_utils import Database

from hub.counting import COLUMNS
from hub.facts import AT_END, AT_INTAKE, MEASURES
from hub.figures import Asked
from hub.schema import migrations
from hub.web.statistics import overview
from protocol.store import Store

CASES, STATIONS, ITEMS = 300_000, 300, 118
FIRST, DAYS = date(2026, 1, 1), 365
RUNS = 15
ASKED = {
    "year": Asked(FIRST, date(2026, 12, 31)),
    "odd_days": Asked(date(2026, 1, 15), date(2026, 12, 20)),
    "one_item": Asked(FIRST, date(2026, 12, 31), item="A000"),
    "one_station": Asked(date(2026, 2, 3), date(2026, 11, 29), station="s001"),
}


def statistics(folder: Path) -> dict[str, float]:
    store = Store(folder / "hub.db", migrations, durable=False)
    store.open()
    try:
        with store.write() as tx:
            _fill(tx)
        figures = {"cases": float(CASES)}
        for name, asked in ASKED.items():
            spent = sorted(_ask(store, asked) for _ in range(RUNS))
            figures[f"{name}_p95_ms"] = spent[int(RUNS * 0.95)] * 1000
    finally:
        store.close()
    return figures


def _ask(store: Store, asked: Asked) -> float:
    """Seconds for all that the page reads."""
    began = time.perf_counter()
    with store.read() as db:
        overview(db, asked)
    return time.perf_counter() - began


def _fill(tx: Database) -> None:
    rng = random.Random(3)
    weights = [1 / (place + 1) ** 0.7 for place in range(ITEMS)]
    items = rng.choices([f"A{place:03d}" for place in range(ITEMS)], weights, k=CASES)
    rows = []
    for number, item in enumerate(items):
        opened = FIRST + timedelta(days=number * DAYS // CASES)
        ended = (opened + timedelta(days=rng.randrange(20))).isoformat()
        words = (
            f"{rng.getrandbits(128):032x}", item, 1, f"s{rng.randrange(STATIONS):03d}",
            rng.choice(("window", "window", "online", "kiosk")), "accept", 1, "granted",
            opened.isoformat(), opened.isoformat(), ended, ended, ended, ended, "",
        )  # fmt: skip
        rows.append((*words, *(rng.randrange(3) for _ in MEASURES)))
    tx.conn.executemany(f"insert into facts ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})", rows)
    _tally(tx)


def _tally(tx: Database) -> None:
    """The sums of all of them at once; hub/counting.py keeps them case by case."""
    for item, station in (("item", "''"), ("''", "station")):
        for day, counted in (("opened_on", AT_INTAKE), ("ended_on", AT_END)):
            names = ", ".join(counted)
            tx.execute(
                f"insert into tallies (month, item, station, channel, {names})"
                f" select substr({day}, 1, 7), {item}, {station}, channel, {', '.join(f'sum({n})' for n in counted)}"
                f" from facts where {day} != '' group by 1, 2, 3, 4"
                f" on conflict do update set {', '.join(f'{n} = {n} + excluded.{n}' for n in counted)}"
            )
