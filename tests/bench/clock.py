"""The clocks of 100,000 cases left to chance, each held against counting day by day, and their speed in processor time."""

from __future__ import annotations

import time
from pathlib import Path

from tests.clocks.comparing import clocks, differences
from tests.clocks.ledgers import random_ledger

LEDGERS = 100_000
_BATCH = 2_000  # made before they are timed, so that making them is not


def clock(_folder: Path) -> dict[str, float]:
    """`mismatches`: clocks on which the two ways of counting do not agree. `us_per_case`: all clocks of one case."""
    mismatches, computed, seconds = 0, 0, 0.0
    for first in range(0, LEDGERS, _BATCH):
        ledgers = [random_ledger(seed) for seed in range(first, first + _BATCH)]
        begun = time.process_time()
        for ledger in ledgers:
            computed += len(clocks(ledger))
        seconds += time.process_time() - begun
        mismatches += sum(len(differences(seed)) for seed in range(first, first + _BATCH))
    return {
        "ledgers": LEDGERS,
        "mismatches": mismatches,
        "clocks_per_s": computed / seconds,
        "us_per_case": seconds / LEDGERS * 1e6,
    }
