"""Two ways of counting that know nothing of each other, on cases that nobody thought out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.cases.events import Event, Happened
from protocol.catalogue.items import CountedFrom, LimitKind, OnExpiry, Stop, Unit
from protocol.clock import stamp
from protocol.clocks.explained import explain
from protocol.clocks.ledger import Facts, clocks_of
from tests.clocks.comparing import CALENDAR, clocks, differences
from tests.clocks.ledgers import random_ledger
from tests.clocks.telling import CD, HOUR, MONTH, WD, item, limit


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 10**9))
def test_the_ledger_says_what_a_clerk_would_count_day_by_day(seed):
    assert differences(seed) == []


def test_chance_brings_clocks_of_every_kind():
    seen = Counter(str(state.state) for seed in range(300) for state in clocks(random_ledger(seed)))
    assert set(seen) == {"not-begun", "running", "paused", "met", "overdue", "expired", "void"}
    assert min(seen.values()) > 5


KINDS = [
    limit(
        what, value, unit, source, "某法第一条", expiry, stops=(Stop.HEARING, Stop.CONCLUSION, Stop.CORRECTION), more=3
    )
    for what, value, unit, source, expiry in zip(
        [*LimitKind] * 4,
        [0, 1, 5, 20, 45, 60, 3, 24, 7] * 4,
        [Unit.INSTANT, WD, CD, MONTH, HOUR, WD, MONTH, HOUR, CD, WD] * 4,
        [*CountedFrom] * 4,
        [*OnExpiry] * 6,
        strict=False,
    )
]
MOMENTS = st.integers(0, 60 * 24 * 800).map(
    lambda minutes: datetime(2024, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
MOMENTS |= st.sampled_from([datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, 23, 59, tzinfo=UTC)])
EVENTS = st.builds(
    Event, st.sampled_from(Happened), MOMENTS.map(stamp), st.just("act"), st.just(""), st.sampled_from([None, *Stop])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=9), MOMENTS, st.dates(), st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
def test_no_order_of_events_and_no_clock_gone_mad_leaves_a_case_without_its_clocks(events, now, some_day, limits):
    facts = Facts(licence_until=some_day, happened_on=some_day, lacking=True, committed=True)
    for state in clocks_of(item(*limits), events, CALENDAR, now, facts):
        assert state.consumed >= 0
        assert state.left >= 0
        assert explain(state, "zh-CN")
        assert explain(state, "en")
