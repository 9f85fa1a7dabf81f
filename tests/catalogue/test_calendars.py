"""The working days of a year as a person writes them down, and the sums that deadlines are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.catalogue.bundle import open_bundle, pack
from protocol.catalogue.calendar_files import load_calendars, read_calendar, standard_calendars
from protocol.catalogue.calendars import Calendar, CalendarYear, month_later
from protocol.errors import Refused

CALENDAR = Calendar(standard_calendars())
YEAR_2026 = """
year: 2026
version: 1
basis: 通知
certainty: P
holidays:
  - {festival: new_year, first: 2026-01-01, last: 2026-01-03, statutory: [2026-01-01]}
  - {festival: spring, first: 2026-02-15, last: 2026-02-23, statutory: [2026-02-16, 2026-02-17, 2026-02-18, 2026-02-19]}
  - {festival: qingming, first: 2026-04-04, last: 2026-04-06, statutory: [2026-04-05]}
  - {festival: labour, first: 2026-05-01, last: 2026-05-05, statutory: [2026-05-01, 2026-05-02]}
  - {festival: dragon_boat, first: 2026-06-19, last: 2026-06-21, statutory: [2026-06-19]}
  - {festival: mid_autumn, first: 2026-09-25, last: 2026-09-27, statutory: [2026-09-25]}
  - {festival: national, first: 2026-10-01, last: 2026-10-07, statutory: [2026-10-01, 2026-10-02, 2026-10-03]}
make_up: [2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10]
"""


def test_the_delivered_years_are_2025_and_2026_and_no_guess_of_2027():
    assert [known.label for known in standard_calendars()] == ["2025.1", "2026.1"]
    assert [CALENDAR.knows(year) for year in (2025, 2026, 2027)] == [True, True, False]


def test_a_year_has_as_many_working_days_as_the_thirteen_holidays_leave():
    """250 in 2019's rules, 248 since the 办法 of 2024 gave two days more."""
    for year, count in ((2025, 248), (2026, 248)):
        assert CALENDAR.working_days(date(year - 1, 12, 31), date(year, 12, 31)) == count


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-01-26", True),  # a Sunday that was worked
        ("2025-10-08", False),  # the eighth day, because 中秋 fell into it
        ("2026-02-23", False),
        ("2026-02-28", True),  # a Saturday that is worked
        ("2026-03-01", False),
        ("2026-10-08", True),
        ("2027-01-01", False),  # not known, but on a fixed day
        ("2027-02-05", True),  # in truth nobody knows yet: the eve of the new year of the moon
    ],
)
def test_single_days(day, working):
    assert CALENDAR.is_working(date.fromisoformat(day)) is working


def test_the_first_day_is_not_counted_and_a_last_day_on_a_holiday_moves():
    """民法典 §201, §203."""
    assert CALENDAR.add_working(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CALENDAR.add_working(date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert CALENDAR.moved(date(2026, 2, 15)) == date(2026, 2, 24)
    assert CALENDAR.moved(date(2026, 2, 28)) == date(2026, 2, 28)


def test_months_end_on_the_day_of_the_same_number_or_the_last_there_is():
    """民法典 §202."""
    assert month_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert month_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert month_later(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_a_sum_names_the_versions_that_it_rests_on_and_the_years_that_nobody_knows():
    assert CALENDAR.label(date(2025, 12, 20), date(2026, 1, 20)) == "2025.1 2026.1"
    assert CALENDAR.label(date(2026, 12, 20), date(2027, 1, 20)) == "2026.1"
    assert CALENDAR.unknown(date(2026, 12, 20), date(2028, 1, 20)) == (2027, 2028)


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(1, 700))
def test_adding_and_counting_are_each_others_opposite(start, count):
    end = CALENDAR.add_working(start, count)
    assert CALENDAR.is_working(end)
    assert CALENDAR.working_days(start, end) == count
    assert CALENDAR.working_days(start, end - timedelta(days=1)) == count - 1


@pytest.mark.parametrize(
    ("was", "is_now", "field", "problem"),
    [
        ("2026-01-04,", "2026-01-03,", "make_up[0]", "is a holiday too"),
        ("2026-01-04,", "2026-01-05,", "make_up[0]", "is worked anyway"),
        ("2026-01-04,", "2027-01-03,", "make_up[0]", "is not in 2026"),
        ("2026-02-14, ", "2026-01-04, ", "make_up[1]", "is there twice"),
        ("first: 2026-01-01", "first: 2025-12-31", "holidays[0].first", "is not in 2026"),
        ("first: 2026-02-15", "first: 2026-02-24", "holidays[1].last", "before the first day"),
        ("2026-02-16, 2026-02-17", "2026-02-17", "holidays", "spring has 4 statutory day(s), not 3"),
        ("2026-02-19]", "2026-02-24]", "holidays[1].statutory", "outside the days off"),
        (
            "first: 2026-05-01, last: 2026-05-05, statutory: [2026-05-01, 2026-05-02]",
            "first: 2026-05-02, last: 2026-05-05, statutory: [2026-05-02, 2026-05-03]",
            "holidays",
            "2026-05-01 is a statutory holiday of labour and is missing",
        ),
        ("festival: qingming", "festival: labour", "holidays", "qingming must be there once, not 0 times"),
        ("version: 1", "version: 0", "version", "must be 1 or more"),
        ("basis: 通知", "basis: ''", "basis", "name the notice"),
        ("year: 2026", "year: 26", "year", "from 2000 to 2199"),
        ("make_up:", "makeup:", "makeup", "is not a key of this place"),
        ("certainty: P", "certainty: X", "certainty", "is not one of the values"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_with_file_field_and_what_to_do(was, is_now, field, problem):
    assert was in YEAR_2026
    with pytest.raises(Refused) as caught:
        read_calendar("2026.yaml", YEAR_2026.replace(was, is_now, 1).encode())
    assert (caught.value.params["file"], caught.value.params["field"]) == ("2026.yaml", field)
    assert problem in str(caught.value.params["problem"])


def test_two_files_for_one_year_are_refused(tmp_path):
    (tmp_path / "2026.yaml").write_text(YEAR_2026, encoding="utf-8")
    (tmp_path / "2026b.yaml").write_text(YEAR_2026.replace("version: 1", "version: 2"), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load_calendars(tmp_path)
    assert caught.value.params["file"] == "2026b.yaml"


AUTHORITY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
ISSUED = datetime(2026, 11, 20, tzinfo=UTC)


def test_the_next_years_calendar_comes_signed_in_the_bundle_and_deadlines_are_provisional_no_longer():
    known = read_calendar("2026.yaml", YEAR_2026.encode())
    spring = Calendar([known])
    assert spring.unknown(date(2026, 12, 1), date(2027, 1, 5)) == (2027,)

    next_year = _shifted(known)
    opened = open_bundle(pack([], 1, ISSUED, AUTHORITY, [next_year, known]), AUTHORITY.public_key())
    assert opened.calendar.unknown(date(2026, 12, 1), date(2027, 1, 5)) == ()
    assert opened.calendar.label(date(2026, 12, 1), date(2027, 1, 5)) == "2026.1 2027.1"
    assert opened.calendar.years[2026] == known


def test_a_bundle_without_calendars_is_read_with_the_delivered_ones():
    opened = open_bundle(pack([], 1, ISSUED, AUTHORITY), AUTHORITY.public_key())
    assert sorted(opened.calendar.years) == [2025, 2026]


def test_a_bundle_cannot_be_packed_with_one_year_twice():
    known = read_calendar("2026.yaml", YEAR_2026.encode())
    with pytest.raises(Refused, match="2026 is there twice"):
        pack([], 1, ISSUED, AUTHORITY, [known, known])


def _shifted(known: CalendarYear) -> CalendarYear:
    """A made-up 2027 with the days of 2026: enough to travel."""

    def later(day: date) -> date:
        return day.replace(year=2027)

    holidays = tuple(
        replace(each, first=later(each.first), last=later(each.last), statutory=tuple(map(later, each.statutory)))
        for each in known.holidays
    )
    return replace(known, year=2027, holidays=holidays, make_up=())
