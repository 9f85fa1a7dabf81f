"""The straight line over real processes: from a desk to the district and home, and what may stand in its way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from node.cases import SyncState
from protocol.cases.rules import Act, Status
from protocol.settings import BrokerKind
from tests.journeys.processes import RealDistrict, at_work, wait_until

pytestmark = pytest.mark.journey

BOTH = pytest.mark.parametrize("broker", [BrokerKind.MOSQUITTO, BrokerKind.EMBEDDED])


def decide_and_bring_home(district: RealDistrict, case: str) -> None:
    """Through every section, with its documents at the station, handed over, seen at the hub."""
    with district.pen(district.hub) as officer:
        for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE):
            officer.decide(case, act)
        with district.pen(district.station) as clerk:
            wait_until("the result is at the station", lambda: clerk.status(case) is Status.ISSUED)
            wait_until("decision and licence are there to be handed over", lambda: clerk.has_to_hand_over(case) == 2)
            clerk.hand_over(case)
        wait_until("the hub knows of the hand-over", lambda: officer.status(case) is Status.HANDED_OVER)


@BOTH
def test_a_case_with_papers_goes_to_the_district_and_its_decision_comes_home(
    tmp_path: Path, broker: BrokerKind
) -> None:
    with at_work(tmp_path, broker=broker) as district:
        (case,) = district.take_in(1, papers=3)
        district.await_rest()
        with district.pen(district.station) as clerk:
            assert clerk.sync(case) is SyncState.ACKED
        assert district.hub.ask("select digest from papers where here = 1 and case_id = ?", case) != []
        decide_and_bring_home(district, case)
        district.await_rest()
        # litestream at both ends: what was heard is in the replica, and the author was told so
        wait_until(
            "the hub's replica holds it",
            lambda: district.station.number("select count(*) from epochs where author = 'dafeng' and replicated > 0"),
        )


@BOTH
def test_a_wire_cut_before_submitting_delays_and_loses_nothing(tmp_path: Path, broker: BrokerKind) -> None:
    with at_work(tmp_path, broker=broker) as district:
        (before,) = district.take_in(1)
        district.await_rest()
        district.wire.cut()
        dark = district.take_in(5, papers=2)
        with district.pen(district.station) as clerk:
            assert {clerk.sync(case) for case in dark} == {SyncState.QUEUED}
        assert district.hub.case_ids() == {before}
        district.wire.mend()
        district.await_rest()
        assert district.hub.case_ids() == {before, *dark}
        decide_and_bring_home(district, dark[0])


@BOTH
def test_a_hub_that_is_down_is_waited_for(tmp_path: Path, broker: BrokerKind) -> None:
    with at_work(tmp_path, broker=broker) as district:
        district.hub.kill()
        dark = district.take_in(5)
        with district.pen(district.station) as clerk:
            assert {clerk.sync(case) for case in dark} == {SyncState.QUEUED}
            assert district.station.owes() >= 5
        district.hub.start()
        district.await_rest()
        assert district.hub.case_ids() == set(dark)


def test_a_broker_that_is_killed_and_forgets_everything_costs_nothing(tmp_path: Path) -> None:
    with at_work(tmp_path) as district:
        assert district.mosquitto is not None
        first = district.take_in(20)
        district.mosquitto.stop()
        second = district.take_in(20)
        with district.pen(district.hub) as officer:
            known = district.hub.case_ids()
            for case in sorted(known)[:3]:
                officer.decide(case, Act.ACCEPT)
        district.mosquitto.start()
        district.await_rest()
        assert district.hub.case_ids() == {*first, *second} == district.station.case_ids()
        assert_exactly_once(district)


@pytest.mark.parametrize("way", ["cut", "fall_silent"])
def test_a_wire_that_breaks_again_and_again_doubles_nothing(tmp_path: Path, way: str) -> None:
    with at_work(tmp_path, delay_s=0.02) as district:
        break_it: Callable[[], None] = getattr(district.wire, way)
        told = []
        for _ in range(3):
            told += district.take_in(30, papers=1)
            break_it()
            told += district.take_in(5)
            district.wire.mend()
        district.await_rest()
        assert district.hub.case_ids() == set(told)
        assert_exactly_once(district)


def assert_exactly_once(district: RealDistrict) -> None:
    """Each case stands in one entry of the stations' journals, at both ends: none was told in two."""
    for party in (district.hub, *district.stations.values()):
        told, cases = party.ask(
            "select count(*), count(distinct e.case_id) from entries e join epochs p on p.id = e.place >> 40"
            " where e.kind = 'case.act' and p.reader = 'hub'"
        )[0]
        assert told == cases == len(party.case_ids())
