"""The 行政许可法 by the working day: told once, decided, extended, handed over. 2 March 2026 is a Monday."""

from __future__ import annotations

import pytest

from protocol.cases.events import Happened
from protocol.catalogue.items import CountedFrom, LimitKind, OnExpiry, Stop, Unit
from protocol.clocks.states import ClockIs, nearest
from tests.clocks.telling import (
    ACCEPTED,
    ASKED,
    CD,
    DECIDED,
    DECISION,
    EXTENDED,
    NOTICE,
    PAUSED,
    PERMIT,
    RECEIVED,
    RESUMED,
    SUPPLEMENTED,
    WD,
    day,
    item,
    limit,
    one,
    seen,
)


def test_what_lacks_may_be_told_on_the_fifth_working_day_after_the_receipt():
    """§32(4), §82; the day of receipt is not counted, 民法典 §201."""
    told = one(seen("03-09", PERMIT, (RECEIVED, "03-02"), (ASKED, "03-09")), LimitKind.NOTICE)
    assert (told.state, told.due, told.met_on, told.late) == (ClockIs.MET, day("03-09"), day("03-09"), 0)
    assert (told.first_counted, told.budget, told.consumed) == (day("03-03"), 5, 5)


def test_on_the_evening_of_the_fifth_day_in_china_it_is_still_the_fifth_day():
    late_evening = (ASKED, "2026-03-09T15:59:59.000Z")
    after_midnight = (ASKED, "2026-03-09T16:00:00.000Z")
    assert one(seen("03-10", PERMIT, (RECEIVED, "03-02"), late_evening), LimitKind.NOTICE).state is ClockIs.MET
    assert one(seen("03-10", PERMIT, (RECEIVED, "03-02"), after_midnight), LimitKind.NOTICE).state is ClockIs.EXPIRED


def test_who_is_not_told_in_five_days_is_accepted_as_of_the_day_of_receipt_before_anybody_writes_it_down():
    """§32(4): and the days for the decision count from the receipt too."""
    states = seen("03-10", PERMIT, (RECEIVED, "03-02"))
    notice, decision = one(states, LimitKind.NOTICE), one(states, LimitKind.DECISION)
    assert (notice.state, notice.effect, notice.effect_from) == (
        ClockIs.EXPIRED,
        OnExpiry.DEEMED_ACCEPTED,
        day("03-02"),
    )
    assert (decision.started, decision.consumed, decision.due) == (day("03-02"), 6, day("03-30"))


def test_deemed_acceptance_that_was_written_down_changes_nothing_and_a_late_notice_neither():
    silent = seen("03-16", PERMIT, (RECEIVED, "03-02"))
    written = seen("03-16", PERMIT, (RECEIVED, "03-02"), (ACCEPTED, "03-10", "03-02"))
    too_late = seen("03-16", PERMIT, (RECEIVED, "03-02"), (ASKED, "03-12"))
    for states in (written, too_late):
        assert one(states, LimitKind.NOTICE).state is ClockIs.EXPIRED
        assert one(states, LimitKind.DECISION).due == one(silent, LimitKind.DECISION).due == day("03-30")


def test_the_time_between_notice_and_supplement_is_nobodys_because_the_decision_counts_from_acceptance():
    states = seen("04-01", PERMIT, (RECEIVED, "03-02"), (ASKED, "03-04"), (SUPPLEMENTED, "03-25"), (ACCEPTED, "03-26"))
    assert one(states, LimitKind.NOTICE).met_on == day("03-04")
    decision = one(states, LimitKind.DECISION)
    assert (decision.started, decision.consumed, decision.suspensions) == (day("03-26"), 4, ())


def test_twenty_working_days_go_around_the_holidays_and_through_the_made_up_saturday():
    """2026: 清明 4 to 6 April, 劳动节 1 to 5 May, and 9 May is worked."""
    decision = one(seen("04-20", PERMIT, (RECEIVED, "04-13"), (ACCEPTED, "04-13")), LimitKind.DECISION)
    assert decision.due == day("05-13")
    assert decision.calendar == "2026.1"
    assert not decision.provisional


def test_a_deadline_beyond_the_last_calendar_is_provisional_and_names_the_year():
    decision = one(seen("12-25", PERMIT, (RECEIVED, "12-20"), (ACCEPTED, "12-21")), LimitKind.DECISION)
    assert decision.provisional
    assert (decision.unknown_years, decision.calendar) == ((2027,), "2026.1")
    assert decision.due == day("2027-01-19")  # 1 January is on a fixed day, the rest of 2027 is not known


@pytest.mark.parametrize("stop", [Stop.HEARING, Stop.TESTING, Stop.QUARANTINE, Stop.EXPERT_REVIEW])
def test_a_procedure_of_article_45_is_not_counted(stop):
    paused = seen("03-11", PERMIT, (RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-05", stop))
    standing = one(paused, LimitKind.DECISION)
    assert (standing.state, standing.due, standing.consumed, standing.left) == (ClockIs.PAUSED, None, 3, 17)
    assert standing.suspensions[0].document == "新审〔2026〕2号"

    resumed = seen(
        "03-20", PERMIT, (RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-05", stop), (RESUMED, "03-13", stop)
    )
    running = one(resumed, LimitKind.DECISION)
    assert (running.suspensions[0].days, running.consumed, running.due) == (6, 8, day("04-08"))
    assert running.running_since == day("03-13")
    assert one(resumed, LimitKind.DECISION, promised=True).due == day("03-31")


@pytest.mark.parametrize("stop", [None, Stop.RECTIFICATION, Stop.THIRD_PARTY, Stop.CONCLUSION])
def test_joint_review_and_whatever_the_items_law_does_not_name_counts_on(stop):
    """§45 names what is not counted; a joint review (会商会审) is not among it and has no stop at all."""
    assert "joint_review" not in set(Stop)
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02")]
    if stop:
        events.append((PAUSED, "03-05", stop))
    decision = one(seen("03-20", PERMIT, *events), LimitKind.DECISION)
    assert (decision.state, decision.consumed, decision.due) == (ClockIs.RUNNING, 14, day("03-30"))
    assert [suspension.counted for suspension in decision.suspensions] == [True] * bool(stop)


def test_two_procedures_at_once_stop_the_clock_once():
    states = seen(
        "03-25",
        PERMIT,
        (RECEIVED, "03-02"),
        (ACCEPTED, "03-02"),
        (PAUSED, "03-04", Stop.HEARING),
        (PAUSED, "03-06", Stop.TESTING),
        (RESUMED, "03-11", Stop.HEARING),
        (RESUMED, "03-13", Stop.TESTING),
    )
    decision = one(states, LimitKind.DECISION)
    assert [suspension.days for suspension in decision.suspensions] == [5, 2]  # 5 to 11 March, then 12 and 13
    assert decision.due == day("04-09")


def test_a_hearing_on_the_day_after_the_last_day_does_not_heal_the_delay():
    states = seen("04-10", PERMIT, (RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-31", Stop.HEARING))
    decision = one(states, LimitKind.DECISION)
    assert (decision.state, decision.due, decision.late) == (ClockIs.OVERDUE, day("03-30"), 8)
    assert (decision.effect, decision.effect_from) == (OnExpiry.ESCALATE, day("03-31"))


def test_the_head_of_the_agency_extends_by_ten_days_once_and_the_promise_stays_what_it_was():
    """§42."""
    states = seen(
        "03-20",
        PERMIT,
        (RECEIVED, "03-02"),
        (ACCEPTED, "03-02"),
        (EXTENDED, "03-18"),
        (EXTENDED, "03-19"),
    )
    decision = one(states, LimitKind.DECISION)
    assert (decision.budget, decision.due, decision.left) == (30, day("04-14"), 16)
    assert decision.extended is not None
    assert (decision.extended.value, decision.extended_by) == (10, "新审〔2026〕2号")
    assert one(states, LimitKind.DECISION, promised=True).due == day("03-23")


def test_an_extension_after_the_last_day_extends_nothing():
    states = seen("04-01", PERMIT, (RECEIVED, "03-02"), (ACCEPTED, "03-02"), (EXTENDED, "03-31"))
    decision = one(states, LimitKind.DECISION)
    assert (decision.state, decision.budget, decision.due) == (ClockIs.OVERDUE, 20, day("03-30"))
    assert decision.extended_too_late


def test_what_was_granted_is_in_the_applicants_hands_within_ten_days():
    """§44."""
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02"), (DECIDED, "03-10"), (Happened.ISSUED, "03-11")]
    issue = one(seen("03-12", PERMIT, *events), LimitKind.ISSUE)
    assert (issue.state, issue.due) == (ClockIs.RUNNING, day("03-24"))
    handed_over = one(seen("03-30", PERMIT, *events, (Happened.HANDED_OVER, "03-20")), LimitKind.ISSUE)
    assert (handed_over.state, handed_over.met_on, handed_over.consumed) == (ClockIs.MET, day("03-20"), 8)


def test_the_promise_runs_out_before_the_law_and_is_the_nearest():
    states = seen("03-10", PERMIT, (RECEIVED, "03-02"), (ACCEPTED, "03-02"))
    tightest = nearest(states)
    assert tightest is not None
    assert (tightest.promised, tightest.due) == (True, day("03-23"))
    assert nearest(seen("03-10", PERMIT, (RECEIVED, "03-02"), (Happened.CLOSED, "03-04"))) is None


def test_two_laws_about_one_decision_are_both_kept_and_the_shorter_decides():
    """农民专业合作社法 §16: 20 days; 市场主体登记管理条例 §19: 3 working days."""
    long = limit(LimitKind.DECISION, 20, CD, CountedFrom.ACCEPTANCE, "农民专业合作社法第十六条")
    short = limit(LimitKind.DECISION, 3, WD, CountedFrom.ACCEPTANCE, "市场主体登记管理条例第十九条", more=3)
    states = seen("03-03", item(NOTICE, long, short, promised=2), (RECEIVED, "03-02"), (ACCEPTED, "03-02"))
    statutory = [s for s in states if s.limit.what is LimitKind.DECISION and not s.promised]
    assert [(s.limit.basis, s.due) for s in statutory] == [
        ("农民专业合作社法第十六条", day("03-23")),  # 22 March is a Sunday
        ("市场主体登记管理条例第十九条", day("03-05")),
    ]
    assert min(s.due for s in statutory if s.due) == day("03-05")


def test_reopening_goes_on_with_what_was_left_and_keeps_the_clock_that_had_ended():
    events = [
        (RECEIVED, "03-02"),
        (ACCEPTED, "03-02"),
        (DECIDED, "03-12"),
        (Happened.HANDED_OVER, "03-13"),
        (Happened.REOPENED, "03-26"),
    ]
    states = seen("03-27", PERMIT, *events)
    decision = one(states, LimitKind.DECISION)
    assert (decision.state, decision.consumed, decision.left) == (ClockIs.RUNNING, 9, 11)
    assert [(s.stop, s.days) for s in decision.suspensions] == [(None, 10)]
    assert decision.due == day("04-14")
    assert one(states, LimitKind.ISSUE).state is ClockIs.NOT_BEGUN
    history = [(s.limit.what, s.promised, s.met_on) for s in states if s.history]
    assert history == [
        (LimitKind.DECISION, False, day("03-12")),
        (LimitKind.DECISION, True, day("03-12")),
        (LimitKind.ISSUE, False, day("03-13")),
    ]
    assert one(seen("04-01", PERMIT, *events, (DECIDED, "03-30")), LimitKind.DECISION).consumed == 10


def test_a_station_whose_clock_went_mad_brings_no_sum_down():
    for at in ("1900-01-01T00:00:00.000Z", "2999-12-31T23:59:59.000Z"):
        states = seen("03-10", PERMIT, (RECEIVED, at), (ACCEPTED, at), (DECIDED, "03-10"))
        assert all(state.started is None or 2000 <= state.started.year <= 2199 for state in states)


def test_instant_beside_a_longer_limit_is_no_clock_of_its_own_and_alone_it_is_today():
    instant = limit(LimitKind.DECISION, 0, Unit.INSTANT, DECISION.counted_from, "行政许可法第三十四条")
    both = seen("03-02", item(NOTICE, instant, DECISION), (RECEIVED, "03-02"), (ACCEPTED, "03-02"))
    assert one(both, LimitKind.DECISION).limit is DECISION
    alone = item(NOTICE, instant, promised=0, unit=Unit.INSTANT)
    assert one(seen("03-02", alone, (RECEIVED, "03-02"), (ACCEPTED, "03-02")), LimitKind.DECISION).due == day("03-02")
    assert one(seen("03-03", alone, (RECEIVED, "03-02"), (ACCEPTED, "03-02")), LimitKind.DECISION).late == 1
