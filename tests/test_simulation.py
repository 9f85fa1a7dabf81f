"""Days of disasters. Every seed must end with each case exactly once and each decision at its station."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulation import Day, play

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_day_of_disasters_everything_is_there_exactly_once(tmp_path: Path, seed: int) -> None:
    outcome = play(tmp_path, seed, stations=2)
    assert outcome.good, f"seed {seed}: {outcome.other}"


class District(RuleBasedStateMachine):
    """The same steps, chosen and shrunk by hypothesis: a failing day is told in as few steps as it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.day: Day | None = None

    @initialize(seed=st.integers(0, 2**16))
    def morning(self, seed: int) -> None:
        self.day = Day(Path(self.folder.name), seed, stations=2)
        self.day.world.settle()

    @rule(name=st.sampled_from(sorted(step.__name__ for step, _ in Day.STEPS)))
    def something_happens(self, name: str) -> None:
        assert self.day is not None
        self.day.take(getattr(self.day, name))

    def teardown(self) -> None:
        try:
            if self.day is not None:
                outcome = self.day.end()
                assert outcome.good, outcome.other
        finally:
            if self.day is not None:
                self.day.close()
            self.folder.cleanup()


TestDistrict = District.TestCase
TestDistrict.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
