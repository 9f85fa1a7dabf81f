"""A district's last weeks, played before anybody looks: every course is walked to its end, and nothing was forbidden."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from hub.app import Hub
from node.app import Station
from protocol.cases.words import Flag, Status
from protocol.catalogue.reading import standard_items
from protocol.exchange.loopback import LoopbackNetwork
from protocol.standing import are_stale
from provisioning.district import make_district
from provisioning.register import Station as Registered
from tests.believable.district import believable
from tests.believable.month import COURSES, Month, PastClock
from tests.district_data import paper_bytes

UNTIL = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_month_has_cases_in_every_state_and_nothing_that_the_rules_forbid(tmp_path: Path) -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    stations = [Registered("dafeng", "大丰街道便民服务中心", "Dafeng town center", "town")]
    made = make_district(tmp_path, stations, at)
    clock, network = PastClock(at), LoopbackNetwork(random.Random(1))
    hub = Hub(made.hub, link=network.link("hub"), clock=clock, durable=False)
    desk = Station(made.stations["dafeng"], link=network.link("dafeng"), clock=clock, durable=False)
    hub.open()
    desk.open()
    try:
        month = Month(
            hub, {"dafeng": desk}, network, clock, hub.shelf, seed=1, paper=lambda rng: (paper_bytes(rng, 1), "image/jpeg")
        )  # fmt: skip
        month.play(len(COURSES), standard_items(), believable(1, stations=4, people=100, desks=8), UNTIL)
        assert month.refused == []
        assert month.ends.keys() == COURSES.keys()
        with hub.store.read() as db, desk.store.read() as there:
            statuses = {str(row[0]) for row in db.execute("select distinct status from cases").fetchall()}
            flags = " ".join(str(row[0]) for row in db.execute("select flags from cases").fetchall())
            assert statuses >= {Status.RECEIVED, Status.RETURNED, Status.ACCEPTED, Status.REVIEWED, Status.GRANTED}
            assert statuses >= {Status.ISSUED, Status.HANDED_OVER, Status.WITHDRAWN}
            for flag in (
                Flag.DEEMED_ACCEPTED, Flag.PAUSED, Flag.EXTENDED, Flag.SURVEY_RECORDED, Flag.LACKING, Flag.REOPENED,
                Flag.LICENCE_ENDED, Flag.SENT_BACK, Flag.RESULT_RETURNED, Flag.WITHDRAWAL_ASKED,
            ):  # fmt: skip
                assert f" {flag} " in f" {flags} ", flag
            same = "select id, status, tip, acts from cases order by id"
            here = [tuple(row) for row in db.execute(same).fetchall()]
            assert [row[:3] for row in here] == [tuple(row)[:3] for row in there.execute(same).fetchall()]
            assert not are_stale(db)
            assert db.execute("select count(*) from to_print").fetchone()[0] == 0
    finally:
        hub.stop()
        desk.stop()
