"""The stations of an invented district: towns with their villages, residential areas and shopping streets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.believable.syllables import PLACE_FIRST, PLACE_SECOND, RESIDENCE, ROADS

TOWNS = 15
SHARES = (("village", 0.45), ("residential", 0.43), ("business", 0.12))  # of what is not a town's own


@dataclass(frozen=True, slots=True)
class Place:
    """A station. `code` is its party name, `tier` as in the register."""

    code: str
    title: str
    title_en: str
    tier: str
    town: str  # 青溪街道

    def address(self, rng: random.Random) -> str:
        road = rng.choice(ROADS)
        house = f"{self.town}{road}路{rng.randint(1, 420)}号"
        if self.tier == "village":
            return f"{self.town}{self.title.removesuffix('便民服务站')}{rng.randint(1, 12)}组{rng.randint(1, 160)}号"
        return f"{house}{rng.randint(1, 28)}栋{rng.randint(1, 4)}单元{rng.randint(1, 33)}{rng.randint(1, 4):02d}号"


def places(seed: int, count: int = 300) -> tuple[Place, ...]:
    """`count` stations, every code and title once; the same seed gives the same ones."""
    rng = random.Random(f"places {seed}")
    names = _names(rng)
    made: list[Place] = []
    taken: set[str] = set()
    towns: list[tuple[str, str]] = []
    for number in range(min(TOWNS, count)):
        han, read = next(names)
        street = number % 3 != 0
        towns.append((f"{han}{'街道' if street else '镇'}", read))
        title_en = f"{read.capitalize()} {'sub-district' if street else 'town'} service center"
        made.append(Place(_code(read, taken), f"{towns[-1][0]}便民服务中心", title_en, "town", towns[-1][0]))
    kinds = [kind for kind, share in SHARES for _ in range(round(100 * share))]
    while len(made) < count:
        town, town_read = towns[len(made) % len(towns)]
        han, read = next(names)
        match kind := rng.choice(kinds):
            case "village":
                title, english = f"{han}村便民服务站", f"{read.capitalize()} village station"
            case "residential":
                home, home_read = rng.choice(RESIDENCE)
                title = f"{han}{home}便民服务站"
                english = f"{(read + ' ' + home_read).title()} residential station"
            case _:
                title, english = f"{han}商圈服务驿站", f"{read.capitalize()} business-street station"
        made.append(Place(_code(f"{town_read}-{read}", taken), title, english, kind, town))
    return tuple(made)


def _names(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Two-syllable names, each once; with a third syllable when they run out."""
    pairs = [(a[0] + b[0], a[1] + b[1]) for a in PLACE_FIRST for b in PLACE_SECOND]
    rng.shuffle(pairs)
    yield from pairs
    for first in PLACE_FIRST:
        for han, read in pairs:
            yield first[0] + han, first[1] + read


def _code(read: str, taken: set[str]) -> str:
    """3 to 32 of a-z, 0-9 and dash, each once: 和溪 and 合溪 are read alike."""
    code, number = read[:28], 1
    while code in taken:
        number += 1
        code = f"{read[:28]}-{number}"
    taken.add(code)
    return code
