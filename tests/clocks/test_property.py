"""Two ways of counting that know nothing of each other, on cases that nobody thought out."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clocks.comparing import clocks, differences
from tests.clocks.ledgers import random_ledger


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 10**9))
def test_the_ledger_says_what_a_clerk_would_count_day_by_day(seed):
    assert differences(seed) == []


def test_chance_brings_clocks_of_every_kind():
    seen = Counter(str(state.state) for seed in range(300) for state in clocks(random_ledger(seed)))
    assert set(seen) == {"not-begun", "running", "paused", "met", "overdue", "expired", "void"}
    assert min(seen.values()) > 5
