"""The whole district from one seed."""

from __future__ import annotations

from dataclasses import dataclass

from tests.believable.people import Applicant, applicants
from tests.believable.places import Place, places
from tests.believable.staff import SECTIONS, Person, Section, clerks, hub_people


@dataclass(frozen=True, slots=True)
class District:
    seed: int
    stations: tuple[Place, ...]
    sections: tuple[Section, ...]
    staff: tuple[Person, ...]  # of the hub
    clerks: tuple[Person, ...]  # of the stations
    applicants: tuple[Applicant, ...]

    def at(self, station: str) -> tuple[Person, ...]:
        return tuple(person for person in self.clerks if person.station == station)


def believable(seed: int = 1, *, stations: int = 300, people: int = 20_000, desks: int = 700) -> District:
    """`stations` stations with `desks` clerks, forty people at the hub, `people` applicants."""
    at = places(seed, stations)
    return District(seed, at, SECTIONS, hub_people(seed), clerks(seed, at, desks), applicants(seed, people, at))
