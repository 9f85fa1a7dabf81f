"""The worklist and the search with 300,000 cases in the hub, through the real app: what a person waits for.

Real: the hub's store and schema, every row of lists and of the search index (written by the index's own code), the
pages with sign-in, navigation and bar. Not real: the cases have no acts behind them, so none can be opened.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from urllib.parse import quote

from hub import stations
from hub.seeking import sounds
from protocol.cases.rules import Status
from protocol.clock import CHINA
from tests.believable import believable
from tests.believable.district import District
from tests.district_data import all_items
from tests.hub.crowd import BATCH, OPEN, Member, crowd
from tests.hub.desk import Browser, Desk
from tests.world import MORNING, World

CASES = 300_000
OPEN_SHARE = 0.1  # of a year's cases
ROUNDS = 60
ASKED = (
    "worklist", "narrowed", "everything", "by_name", "by_initials", "by_pinyin", "by_number", "by_part", "by_last_four",
    "by_item", "by_surname",
)  # fmt: skip


def worklist(folder: Path, cases: int = CASES) -> dict[str, float]:
    """p50 and p95 of each kind of question in milliseconds, the server's work and the test client's."""
    rng = random.Random(26)
    world = World(folder / "district", seed=26)
    try:
        district = believable(26)
        numbers, filled_s = _fill(world, district, cases, rng)
        desk = Desk(world)
        desk.publish(1, MORNING)
        world.settle()
        figures: dict[str, float] = {"cases": float(cases), "fill_s": filled_s}
        li, wang = desk.browser("li"), desk.browser("wang")
        people = [rng.choice(district.applicants) for _ in range(ROUNDS)]
        asked: dict[str, Callable[[int], str]] = {  # the keys are ASKED
            "worklist": lambda n: ("/worklist", "/worklist?at=all", "/worklist?page=7", "/worklist?at=review")[n % 4],
            "narrowed": lambda n: (
                f"/worklist?only={('free', 'overdue', 'week', 'cards')[n % 4]}&station={rng.choice(district.stations).code}"
            ),
            "everything": lambda n: f"/cases?page={n + 1}",
            "by_name": lambda n: f"/cases?q={quote(people[n].name)}",
            "by_initials": lambda n: f"/cases?q={sounds(people[n].name)[-1]}",
            "by_pinyin": lambda n: f"/cases?q={sounds(people[n].name)[0]}",
            "by_number": lambda n: f"/cases?q={rng.choice(numbers)}",
            "by_part": lambda n: f"/cases?q={rng.choice(numbers)[-8:]}",
            "by_last_four": lambda n: f"/cases?q={people[n].number[-4:]}",
            "by_item": lambda n: f"/worklist?q={rng.choice(all_items()).code}",
            "by_surname": lambda n: f"/worklist?q={quote(people[n].name[0])}",
        }
        for name, path in asked.items():
            figures |= _timed(name, (li, wang)[len(name) % 2], path)
        return figures
    finally:
        for party in world.parties():
            party.kill()


def _fill(world: World, district: District, cases: int, rng: random.Random) -> tuple[list[str], float]:
    began = perf_counter()
    store, numbers = world.hub.office.store, list[str]()
    with store.write() as tx:
        for place in district.stations:
            stations.enter(tx, place.code, place.title, place.title_en, place.tier)
    members, last = _members(district, rng), MORNING.astimezone(CHINA)
    for begun in range(0, cases, BATCH):
        with store.write() as tx:
            numbers += crowd(tx, members, min(BATCH, cases - begun), rng, last, first=begun, of=cases)
    return numbers, perf_counter() - began


def _members(district: District, rng: random.Random) -> Iterator[Member]:
    """Few items make most of the work; one case in ten is open."""
    items = rng.sample([item.code for item in all_items()], len(all_items()))
    weights = [1 / (place + 1) ** 0.7 for place in range(len(items))]
    while True:
        person = rng.choice(district.applicants)
        firm = person.enterprise if rng.random() < 0.3 else None
        yield Member(
            firm.name if firm else person.name,
            firm.code if firm else person.number,
            rng.choices(items, weights)[0],
            rng.choice(district.stations).code,
            rng.choice(OPEN) if rng.random() < OPEN_SHARE else Status.ARCHIVED,
        )


def _timed(name: str, who: Browser, path: Callable[[int], str]) -> dict[str, float]:
    """The first of each kind is not counted: it fills caches that a hub at work has full."""
    taken = []
    for number in range(-1, ROUNDS):
        address = path(max(0, number))
        began = perf_counter()
        answer = who.client.get(address)
        if number >= 0:
            taken.append((perf_counter() - began) * 1000)
        assert answer.status_code == 200, address
    cuts = quantiles(taken, n=20)
    return {f"{name}_p50_ms": cuts[9], f"{name}_p95_ms": cuts[18]}
