"""Who works in the district: the hub's sections and their people, and the clerks of every station."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from protocol.cases.words import Link, Role
from tests.believable.people import person_name
from tests.believable.places import Place
from tests.believable.syllables import GIVEN, SURNAMES


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    name: str
    name_en: str
    link: Link | None  # None: holds no case


@dataclass(frozen=True, slots=True)
class Person:
    account: str  # as accounts are named
    name: str
    roles: tuple[Role, ...]
    section: str = ""  # code; "" for people of stations
    station: str = ""  # code; "" for people of the hub


SECTIONS: tuple[Section, ...] = (
    Section("acceptance", "受理科", "Acceptance section", Link.ACCEPTANCE),
    Section("review", "审核科", "Review section", Link.REVIEW),
    Section("survey", "勘查科", "Survey section", Link.SURVEY),
    Section("approval", "审批科", "Approval section", Link.APPROVAL),
    Section("issuance", "发证科", "Issuance section", Link.ISSUANCE),
    Section("archive", "档案室", "Archive", Link.ARCHIVE),
    Section("supervision", "督查室", "Supervision", Link.SUPERVISION),
    Section("audit", "稽核组", "Internal audit", None),
    Section("office", "综合科", "General office", None),
    Section("party", "机关党支部", "Party branch", None),
    Section("discipline", "纪检组", "Discipline group", None),
)
# section, roles, how many: forty people, and nobody with two links of one case
_POSTS: tuple[tuple[str, tuple[Role, ...], int], ...] = (
    ("acceptance", (Role.ACCEPTOR,), 6),
    ("review", (Role.REVIEWER,), 10),
    ("survey", (Role.SURVEYOR,), 6),
    ("approval", (Role.APPROVER,), 4),
    ("issuance", (Role.ISSUER,), 3),
    ("archive", (Role.ARCHIVIST,), 2),
    ("supervision", (Role.SUPERVISOR,), 2),
    ("audit", (Role.AUDITOR,), 1),
    ("office", (Role.LEADER,), 2),
    ("office", (Role.EDITOR,), 1),
    ("office", (Role.PUBLISHER,), 1),
    ("office", (Role.OPERATOR,), 1),
    ("office", (Role.ADMIN,), 1),
)


def hub_people(seed: int) -> tuple[Person, ...]:
    """Forty, in the order of the sections."""
    rng = random.Random(f"staff {seed}")
    taken: set[str] = set()
    return tuple(
        Person(*_account_and_name(rng, taken), roles, section) for section, roles, count in _POSTS for _ in range(count)
    )


def clerks(seed: int, at: Sequence[Place], count: int = 700) -> tuple[Person, ...]:
    """At least one at each station, the first its head; what is left goes to the towns first."""
    rng = random.Random(f"clerks {seed}")
    taken: set[str] = set()
    desks = [place for _ in range(2) for place in at][: max(count, len(at))]
    towns = [place for place in at if place.tier == "town"]
    while len(desks) < count:
        desks.append(towns[len(desks) % len(towns)] if rng.random() < 0.7 else rng.choice(at))
    first: set[str] = set()
    made = []
    for place in sorted(desks, key=lambda place: place.code):
        role = Role.CLERK if place.code in first else Role.HEAD
        first.add(place.code)
        made.append(Person(*_account_and_name(rng, taken), (role,), station=place.code))
    return tuple(made)


def _account_and_name(rng: random.Random, taken: set[str]) -> tuple[str, str]:
    surname, read = rng.choice(SURNAMES)
    name = surname + rng.choice(GIVEN) + (rng.choice(GIVEN) if rng.random() < 0.6 else "")
    if rng.random() < 0.02:
        name = surname + person_name(rng)[-1]
    number = 1
    while (account := f"{read}.{number:02d}") in taken:
        number += 1
    taken.add(account)
    return account, name
