"""kill -9 at any moment while clerks work in the browser: what was answered is there once, and goes up once."""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.district_data import all_items
from tests.journeys.processes import ROOT, PartyProcess, at_work, wait_until

sys.path.insert(0, str(ROOT / "scripts"))  # the demo's clerk: a browser without JavaScript
from stage.browser import NotThere
from stage.people import Clerk

pytestmark = pytest.mark.journey

PASSWORD = "a long generated word"
KILLS = 4


class BusyClerk(threading.Thread):
    """Takes in one case after the other; whatever breaks, starts with the next."""

    def __init__(self, station: PartyProcess, name: str, rng: random.Random) -> None:
        super().__init__(name=f"clerk-{name}")
        url = f"http://127.0.0.1:{station.settings.http.port}"
        self.clerk = Clerk(station.name, url, name, PASSWORD, rng, has_fonts=False)
        self.answered: list[str] = []
        self.stopping = threading.Event()
        self.broken = 0

    def run(self) -> None:
        item = next(item for item in all_items() if item.code == "L12")
        while not self.stopping.is_set():
            try:
                filed = self.clerk.submits(item)
            except (OSError, NotThere):
                self.broken += 1
                self.stopping.wait(0.05)
            else:
                self.answered.append(filed.number)


def test_every_case_that_was_answered_survives_kill_9_exactly_once(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        station, rng = district.station, random.Random(9)
        names = ["wang", "li"]
        for name in names:
            district.add_account(station, name, PASSWORD)
        wait_until("the catalogue has come", lambda: station.said("catalogue in force"))
        clerks = [BusyClerk(station, name, random.Random(name)) for name in names]
        for clerk in clerks:
            clerk.start()
        try:
            for kill in range(KILLS):
                enough = (kill + 1) * 6
                wait_until("cases are taken in", lambda enough=enough: sum(len(c.answered) for c in clerks) >= enough)
                time.sleep(rng.random() * 0.3)  # at any moment: no condition is waited for
                station.kill()
                station.start()
        finally:
            for clerk in clerks:
                clerk.stopping.set()
            for clerk in clerks:
                clerk.join(30)
        district.await_rest()
        answered = [number for clerk in clerks for number in clerk.answered]
        assert len(answered) == len(set(answered)) >= KILLS * 6
        at_station = [row[0] for row in station.ask("select number from cases")]
        at_hub = [row[0] for row in district.hub.ask("select number from cases")]
        assert sorted(at_station) == sorted(set(at_station)) == sorted(at_hub)
        assert set(answered) <= set(at_hub)
        # a case whose answer was on its way when the process died is there too, and nobody had to type it twice
        assert len(at_hub) <= len(answered) + KILLS * len(clerks)
