"""Applicants who do not exist: names, numbers with right check characters, and the firms of some of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from protocol.catalogue.numbers import credit_check_character, id_check_character
from tests.believable.places import Place
from tests.believable.syllables import FAR_NAMES, FIRMS, GIVEN, LONG_FIRM, RARE, SURNAMES, TRADES

AREA = "510114"
FIRST_BIRTH, LAST_BIRTH = date(1938, 1, 1), date(2008, 12, 31)
_DAYS = (LAST_BIRTH - FIRST_BIRTH).days
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGAN_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


@dataclass(frozen=True, slots=True)
class Enterprise:
    name: str
    code: str  # unified credit code
    address: str


@dataclass(frozen=True, slots=True)
class Applicant:
    name: str
    number: str  # ID number
    phone: str
    born: date
    address: str
    enterprise: Enterprise | None

    @property
    def is_woman(self) -> bool:
        return int(self.number[16]) % 2 == 0


def applicants(seed: int, count: int, at: Sequence[Place]) -> tuple[Applicant, ...]:
    """`count` people, every ID number and credit code once; one in four answers for a firm."""
    rng = random.Random(f"applicants {seed}")
    used: set[str] = set()
    made = []
    for number in range(count):
        place = at[number % len(at)]
        born = FIRST_BIRTH + timedelta(days=rng.randrange(_DAYS))
        made.append(
            Applicant(
                name=person_name(rng),
                number=_fresh(used, lambda born=born: id_number(rng, born)),  # type: ignore[misc]
                phone=phone(rng),
                born=born,
                address=place.address(rng),
                enterprise=enterprise(rng, place, used) if number % 4 == 0 else None,
            )
        )
    return tuple(made)


def person_name(rng: random.Random) -> str:
    """Mostly two or three characters; one in twenty-five with a rare one, one in a hundred of another shape."""
    dice = rng.random()
    if dice < 0.01:
        return rng.choice(FAR_NAMES)
    given = rng.choice(GIVEN) + (rng.choice(GIVEN) if rng.random() < 0.75 else "")
    if dice < 0.05:
        given = given[:-1] + rng.choice(RARE)
    return rng.choice(SURNAMES)[0] + given


def id_number(rng: random.Random, born: date) -> str:
    first = f"{AREA}{born:%Y%m%d}{rng.randrange(1000):03d}"
    return first + id_check_character(first)


def phone(rng: random.Random) -> str:
    return f"1990000{rng.randrange(10_000):04d}"


def enterprise(rng: random.Random, place: Place, used: set[str]) -> Enterprise:
    """One in thirty has a name that breaks the lines of a form."""
    mark = rng.choice(FIRMS) + rng.choice(FIRMS) + (rng.choice(FIRMS) if rng.random() < 0.4 else "")
    dice = rng.random()
    if dice < 0.03:
        name = f"四川{mark}{LONG_FIRM}股份有限公司{place.town}第{rng.randint(1, 9)}分公司（筹）"
    elif dice < 0.35:
        name = f"{place.town}{mark}{rng.choice(('小吃店', '便利店', '理发店', '五金经营部', '服装店', '药店'))}"
    else:
        name = f"{rng.choice(('四川', '成都', ''))}{mark}{rng.choice(TRADES)}有限公司"
    return Enterprise(name, _fresh(used, lambda: credit_code(rng)), place.address(rng))


def credit_code(rng: random.Random) -> str:
    """GB 32100 with a body code after GB 11714 inside: both check characters are right."""
    body = "".join(rng.choices("0123456789", k=6)) + "".join(rng.choices(_CREDIT, k=2))
    values = (int(character, 36) for character in body)
    check = (11 - sum(value * weight for value, weight in zip(values, _ORGAN_WEIGHTS, strict=True)) % 11) % 11
    first = f"9{rng.choice('12')}{AREA}{body}{'X' if check == 10 else check}"
    return first + credit_check_character(first)


def _fresh(used: set[str], make: object) -> str:
    while (found := make()) in used:  # type: ignore[operator]
        pass
    used.add(found)
    return str(found)
