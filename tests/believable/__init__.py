"""A believable district without a real person: places, staff, applicants, and what they come for.

Everything follows from a seed, nothing is read from a network, and nothing here does anything: there are no acts.
Names are put together from syllables, ID numbers and credit codes have right check characters and belong to
nobody, telephones come from a range that is not given out. Used by tests, benchmark and demo.
"""

from tests.believable.cases import Coming, answers_in, day_of_cases, situations_of
from tests.believable.district import District, believable
from tests.believable.people import Applicant, Enterprise, applicants
from tests.believable.places import Place, places
from tests.believable.staff import Person, Section

__all__ = [
    "Applicant",
    "Coming",
    "District",
    "Enterprise",
    "Person",
    "Place",
    "Section",
    "answers_in",
    "applicants",
    "believable",
    "day_of_cases",
    "places",
    "situations_of",
]
