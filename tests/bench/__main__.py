"""scripts/bench: the figures of the exchange over real processes, with what each of them has to hold.

Each run makes a district of its own in a temporary folder: Mosquitto with TLS and certificates, hub
and station as processes, `synchronous=FULL` at both ends. Exit: 0 if every figure held, 1 if one did not.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.ask import ask
from tests.bench.clock import clock
from tests.bench.desk import desk
from tests.bench.documents import documents
from tests.bench.drain import CASES, drain
from tests.bench.figures import statistics
from tests.bench.fold import fold
from tests.bench.latency import latency
from tests.bench.publish import publish
from tests.bench.queue import queue
from tests.bench.station import idle, reconnect, recovery
from tests.bench.worklist import ASKED, worklist

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Bench:
    """`bounds`: figure -> (least, most) of the median; of every run where it is a count of lost or doubled."""

    run: Callable[[Path], Figures]
    runs: int
    bounds: dict[str, tuple[float, float]]


ANY = float("inf")
NONE = (0.0, 0.0)
WHOLE = ("lost", "doubled", "differing", "mismatches")


def benches(rtt_ms: float, cases: int, scale: float = 1.0) -> dict[str, Bench]:
    def drained(folder: Path) -> Figures:
        return drain(folder, rtt_ms=rtt_ms, cases=cases)

    def drained_far(folder: Path) -> Figures:
        return drain(folder, rtt_ms=50, cases=cases)

    def folded(folder: Path) -> Figures:
        return fold(folder, scale=scale)

    far = {"link_up_to_last_s": (0.0, 3.0), "lost": NONE, "doubled": NONE}
    near = {"ratio": (1.0, ANY), "lost": NONE, "doubled": NONE}
    return {
        "drain": Bench(
            drained, 5, far | {"link_up_to_last_s": (0.0, 3.0 if rtt_ms == 50 else ANY)} if rtt_ms else near
        ),
        "drain-50ms": Bench(drained_far, 5, far),
        "latency": Bench(latency, 5, {"p50_ms": (0, 5), "p99_ms": (0, 15), "lost": NONE}),
        "reconnect": Bench(reconnect, 5, {"after_cut_s": (0, 5), "after_silence_s": (0, 5)}),
        "idle": Bench(idle, 5, {"own_mb": (0, 150), "cpu_percent": (0, 1)}),
        "documents": Bench(documents, 3, {"coded_per_s": (10, ANY), "sealed_per_s": (5, ANY), "differing": NONE}),
        "publish": Bench(
            publish, 1, {"whole_missing": NONE, "one_item_missing": NONE, "one_item_kb_a_station": (0, 16)}
        ),
        "recovery": Bench(recovery, 5, {"reconciled_s": (0, 30), "lost": NONE}),
        "worklist": Bench(worklist, 1, {f"{name}_p95_ms": (0, 50) for name in ASKED}),
        "statistics": Bench(statistics, 1, {"year_p95_ms": (0, 300), "one_item_p95_ms": (0, 300)}),
        "fold": Bench(
            folded, 1, {"acts_per_s": (50_000, ANY), "peak_mb": (0, 500), "differing": NONE, "unfinished": NONE}
        ),
        "ask": Bench(
            ask,
            1,
            {
                "hit_5_percent": (85, ANY),
                "two_characters_empty": NONE,
                "outside_answered_percent": (0, 10),
                "district_made_s": (0, 4),
                "district_p99_us": (0, 100_000),
            },
        ),
        "queue": Bench(
            queue,
            1,
            {"ordinary_p99_ratio": (0, 1.03), "early_p90_at_85": (0, 0.8), "inside_least_percent": (80, 100)},
        ),
        "desk": Bench(
            desk,
            1,
            {"server_cpu_p95_ms": (0, 50), "dark_cpu_p95_ms": (0, 50), "visible_p95_ms": (0, 200), "letters": (1, ANY)},
        ),
        "clock": Bench(clock, 1, {"mismatches": NONE, "clocks_per_s": (10_000, ANY)}),
    }


def main() -> int:
    options = _options()
    logging.disable(logging.CRITICAL)
    known = benches(options.rtt_ms, options.cases, options.scale)
    names = list(known) if options.name == "all" else [options.name]
    results = []
    for name in names:
        bench, runs = known[name], []
        for number in range(options.runs or bench.runs):
            _say(f"{name}: run {number + 1} of {options.runs or bench.runs} …")
            folder = Path(tempfile.mkdtemp(prefix="microcenter-bench-"))
            try:
                figures = bench.run(folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            _say("    " + "  ".join(f"{key} {_short(value)}" for key, value in figures.items()))
            runs.append(figures)
        results.append(_judged(name, bench, runs))
    report = {"machine": _machine(), "results": results}
    if options.json:
        print(json.dumps(report, indent=1, ensure_ascii=False))
    else:
        _print(report["machine"], results)
    return 0 if all(result["held"] for result in results) else 1


def _judged(name: str, bench: Bench, runs: list[Figures]) -> dict[str, object]:
    medians = {key: median(run[key] for run in runs) for key in runs[0]}
    spread = {key: [min(run[key] for run in runs), max(run[key] for run in runs)] for key in runs[0]}
    missed = []
    for key, (least, most) in bench.bounds.items():
        seen = spread[key] if key in WHOLE else [medians[key]]
        if not all(least <= value <= most for value in seen):
            missed.append(key)
    return {
        "name": name,
        "median": {key: round(value, 4) for key, value in medians.items()},
        "spread": {key: [round(value, 4) for value in ends] for key, ends in spread.items()},
        "runs": runs,
        "bounds": {key: [least, None if most == ANY else most] for key, (least, most) in bench.bounds.items()},
        "missed": missed,
        "held": not missed,
    }


def _print(machine: object, results: list[dict[str, object]]) -> None:
    print(f"\n{machine}\n")
    print(f"{'':12}{'figure':24}{'median':>12}{'least':>12}{'most':>12}   must be")
    for result in results:
        name = str(result["name"])
        medians, spread, bounds = result["median"], result["spread"], result["bounds"]
        assert isinstance(medians, dict)
        assert isinstance(spread, dict)
        assert isinstance(bounds, dict)
        for key, value in medians.items():
            least, most = bounds.get(key, (0, None))
            must = "" if key not in bounds else f"at least {least:g}" if most is None else f"at most {most:g}"
            if key in result["missed"]:  # type: ignore[operator]  # a list of names
                must += "  ← MISSED"
            ends = "".join(f"{_short(end):>12}" for end in spread[key])
            print(f"{name:12}{key:24}{_short(value):>12}{ends}   {must}")
            name = ""


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


def _machine() -> str:
    cpus = Path("/proc/cpuinfo").read_text().split("model name\t: ")[1].partition("\n")[0]
    return f"{os.cpu_count()} x {cpus}, Linux {platform.release()}, Python {platform.python_version()}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    names = [*benches(0, CASES), "all"]
    parser.add_argument("name", choices=names, help="what to measure")
    parser.add_argument("--runs", type=int, default=0, help="how often (default: five times each)")
    parser.add_argument("--rtt-ms", type=float, default=0, help="drain: round trip of the station's wire")
    parser.add_argument("--cases", type=int, default=CASES, help="drain: cases that the station holds")
    parser.add_argument("--scale", type=float, default=1.0, help="fold: part of a year, 0.1 for a tenth")
    parser.add_argument("--json", action="store_true", help="figures of every run on standard output")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
