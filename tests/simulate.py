"""What `scripts/simulate` runs: many seeds, one line each that fails, and the sum."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.simulation import STEPS, Outcome, play


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/simulate", description="Plays days of disasters in a simulated district and counts what is lost."
    )
    parser.add_argument("--worlds", type=int, default=50, help="how many seeds (default 50)")
    parser.add_argument("--stations", type=int, default=3, help="stations in each district (default 3)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps a day (default {STEPS})")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--seed", type=int, help="play this one seed again, with the log of everything that happened")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.worlds)
    logging.basicConfig(
        level=logging.INFO if asked.seed is not None else logging.CRITICAL, format="%(name)s %(message)s"
    )
    began = time.monotonic()
    total: Counter[str] = Counter()
    failing: list[int] = []
    for number, seed in enumerate(seeds):
        outcome = _one(seed, asked.stations, asked.steps)
        total.update(lost=outcome.lost, doubled=outcome.doubled, untrue=outcome.untrue, cases=outcome.cases)
        total.update(outcome.disasters)
        if not outcome.good:
            failing.append(seed)
            print(f"seed {seed}: {'; '.join(outcome.other[:5])}", file=sys.stderr)
            print(
                f"  again: scripts/simulate --seed {seed} --stations {asked.stations} --steps {asked.steps}",
                file=sys.stderr,
            )
        if not asked.json and sys.stdout.isatty():
            print(f"\r{number + 1}/{len(seeds)} worlds / 个世界", end="", flush=True)
    took = time.monotonic() - began
    disasters = sum(total[name] for name in total if name not in ("lost", "doubled", "untrue", "cases"))
    figures = {
        "worlds": len(seeds), "stations": asked.stations, "steps": asked.steps, "cases": total["cases"],
        "disasters": disasters, "lost": total["lost"], "doubled": total["doubled"], "untrue": total["untrue"],
        "failing_seeds": failing, "took_s": round(took, 1),
    }  # fmt: skip
    if asked.json:
        print(json.dumps(figures))
    else:
        print(
            f"\n{figures['worlds']} worlds, {figures['cases']} cases, {disasters} disasters: "
            f"lost {figures['lost']}, doubled {figures['doubled']}, untrue {figures['untrue']}, "
            f"failing seeds {failing or 'none'} ({took:.0f} s)"
        )
    return 1 if failing else 0


def _one(seed: int, stations: int, steps: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="district-") as folder:
        try:
            return play(Path(folder), seed, stations, steps)
        except Exception as why:
            logging.getLogger(__name__).exception("the world broke")
            return Outcome(seed, other=[f"{type(why).__name__}: {why}"])


if __name__ == "__main__":
    sys.exit(main())
