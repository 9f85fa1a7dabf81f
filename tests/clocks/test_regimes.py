"""The regimes on which one hard-coded clock breaks, each by its own law. 2 March 2026 is a Monday."""

from __future__ import annotations

import pytest

from protocol.cases.events import Happened
from protocol.catalogue.items import (
    BatchWindow,
    Certainty,
    Commitment,
    Conditional,
    CountedFrom,
    LimitKind,
    OnExpiry,
    Span,
    Stop,
    Survey,
    SurveyNeed,
)
from protocol.clocks.states import ClockIs, may_decide, nearest
from tests.clocks.telling import (
    ACCEPTED,
    ASKED,
    CD,
    DECIDED,
    DECISION,
    HOUR,
    ISSUE,
    MONTH,
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

FROM = CountedFrom

# -- 政府信息公开条例 §30, §32, §33: seven days for the notice, 20 + 20, no answer is giving up

DISCLOSURE = item(
    limit(LimitKind.NOTICE, 7, WD, FROM.RECEIPT, "政府信息公开条例第三十条"),
    limit(LimitKind.SUPPLY, 15, WD, FROM.CORRECTION_NOTICE, "政府信息公开条例第三十条", OnExpiry.ABANDONED),
    limit(
        LimitKind.DECISION,
        20,
        WD,
        FROM.SUPPLEMENT,
        "政府信息公开条例第三十三条",
        stops=(Stop.THIRD_PARTY,),
        more=20,
    ),
)


def test_disclosure_is_answered_in_twenty_days_from_the_receipt_of_the_corrected_application():
    plain = seen("03-10", DISCLOSURE, (RECEIVED, "03-02"))
    assert one(plain, LimitKind.NOTICE).due == day("03-11")
    assert one(plain, LimitKind.DECISION).due == day("03-30")
    waiting = seen("03-10", DISCLOSURE, (RECEIVED, "03-02"), (ASKED, "03-09"))
    assert one(waiting, LimitKind.DECISION).state is ClockIs.NOT_BEGUN
    corrected = seen("03-20", DISCLOSURE, (RECEIVED, "03-02"), (ASKED, "03-09"), (SUPPLEMENTED, "03-16"))
    assert one(corrected, LimitKind.DECISION).started == day("03-16")
    assert one(corrected, LimitKind.DECISION).due == day("04-14")


def test_disclosure_may_take_twenty_days_more_and_asking_third_parties_is_not_counted():
    states = seen(
        "03-20",
        DISCLOSURE,
        (RECEIVED, "03-02"),
        (PAUSED, "03-04", Stop.THIRD_PARTY),
        (RESUMED, "03-18", Stop.THIRD_PARTY),
        (Happened.EXTENDED, "03-20"),
    )
    decision = one(states, LimitKind.DECISION)
    assert (decision.budget, decision.consumed, decision.suspensions[0].days) == (40, 4, 10)
    assert decision.due == day("05-14")


def test_who_does_not_answer_the_notice_has_given_the_application_up():
    supply = one(seen("04-01", DISCLOSURE, (RECEIVED, "03-02"), (ASKED, "03-09")), LimitKind.SUPPLY)
    assert (supply.due, supply.state) == (day("03-30"), ClockIs.EXPIRED)
    assert (supply.effect, supply.effect_from) == (OnExpiry.ABANDONED, day("03-31"))


def test_an_answer_that_comes_after_its_day_shows_both_so_that_a_person_can_decide():
    states = seen("04-03", DISCLOSURE, (RECEIVED, "03-02"), (ASKED, "03-09"), (SUPPLEMENTED, "04-01"))
    supply = one(states, LimitKind.SUPPLY)
    assert (supply.state, supply.due, supply.met_on, supply.late) == (
        ClockIs.EXPIRED,
        day("03-30"),
        day("04-01"),
        2,
    )
    assert nearest(states) is not supply


# -- 法律援助法 §43: seven natural days to look at it, three to appoint; late is withdrawn

AID = item(
    limit(LimitKind.DECISION, 7, CD, FROM.RECEIPT, "法律援助法第四十三条", stops=(Stop.CORRECTION,)),
    limit(LimitKind.SUPPLY, 5, CD, FROM.CORRECTION_NOTICE, "法律援助法第四十三条", OnExpiry.DEEMED_WITHDRAWN),
    limit(LimitKind.ISSUE, 3, CD, FROM.DECISION, "法律援助法第四十三条"),
    promised=5,
    unit=CD,
)


def test_legal_aid_counts_natural_days_and_its_last_day_moves_off_the_weekend():
    """民法典 §203: 1 March + 7 is Sunday the 8th."""
    decision = one(seen("03-04", AID, (RECEIVED, "03-01")), LimitKind.DECISION)
    assert (decision.unit, decision.consumed, decision.due) == (CD, 3, day("03-09"))
    sunday = one(seen("03-08", AID, (RECEIVED, "03-01")), LimitKind.DECISION)
    assert (sunday.state, sunday.left) == (ClockIs.RUNNING, 0)


def test_legal_aid_that_is_not_supplemented_counts_as_withdrawn_and_its_days_stood_still():
    states = seen("03-12", AID, (RECEIVED, "03-02"), (ASKED, "03-04"))
    assert one(states, LimitKind.DECISION).state is ClockIs.PAUSED
    supply = one(states, LimitKind.SUPPLY)
    assert (supply.effect, supply.effect_from) == (OnExpiry.DEEMED_WITHDRAWN, day("03-10"))
    back = seen("03-12", AID, (RECEIVED, "03-02"), (ASKED, "03-04"), (SUPPLEMENTED, "03-09"), (DECIDED, "03-10"))
    assert one(back, LimitKind.DECISION).due == day("03-16")  # 14 March is a Saturday
    assert one(back, LimitKind.ISSUE).due == day("03-13")


# -- 工伤保险条例 §20: 60 days, 15 where it is clear, stayed while a court or agency concludes


def test_work_injury_is_stayed_while_a_court_has_to_conclude():
    sixty = limit(LimitKind.DECISION, 60, CD, FROM.ACCEPTANCE, "工伤保险条例第二十条", stops=(Stop.CONCLUSION,))
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-12", Stop.CONCLUSION)]
    stayed = one(seen("06-30", item(sixty), *events), LimitKind.DECISION)
    assert (stayed.state, stayed.due, stayed.left, stayed.consumed) == (ClockIs.PAUSED, None, 50, 10)
    going_on = one(seen("06-30", item(sixty), *events, (RESUMED, "06-20", Stop.CONCLUSION)), LimitKind.DECISION)
    assert (going_on.suspensions[0].days, going_on.due) == (100, day("08-10"))  # 9 August is a Sunday


def test_a_clear_work_injury_has_fifteen_days_beside_the_sixty():
    clear = limit(LimitKind.DECISION, 15, CD, FROM.ACCEPTANCE, "工伤保险条例第二十条")
    assert one(seen("03-03", item(clear), (RECEIVED, "03-02"), (ACCEPTED, "03-02")), LimitKind.DECISION).due == day(
        "03-17"
    )


# -- 取水许可和水资源费征收管理条例 §13, §19: another agency's word in five days, the decision in 45


def test_a_water_permit_asks_another_agency_which_has_five_working_days():
    water = item(
        NOTICE,
        limit(LimitKind.OPINION, 5, WD, FROM.ACCEPTANCE, "取水许可和水资源费征收管理条例第十三条"),
        limit(LimitKind.DECISION, 45, CD, FROM.ACCEPTANCE, "取水许可和水资源费征收管理条例第十九条"),
        promised=30,
    )
    asked = seen("03-06", water, (RECEIVED, "03-02"), (ACCEPTED, "03-02"))
    assert one(asked, LimitKind.OPINION).due == day("03-09")
    nearest_one = nearest(asked)
    assert nearest_one is not None
    assert nearest_one.limit.what is LimitKind.OPINION
    silent = seen("03-11", water, (RECEIVED, "03-02"), (ACCEPTED, "03-02"))
    assert one(silent, LimitKind.OPINION).late == 2
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-02", Stop.CONCLUSION)]
    heard = seen("03-11", water, *events, (RESUMED, "03-05", Stop.CONCLUSION))
    assert one(heard, LimitKind.OPINION).met_on == day("03-05")
    assert one(heard, LimitKind.DECISION).due == day("04-16")


# -- 医疗器械经营监督管理办法 §13, §16: rectification is excepted, licence in ten days, renewal deemed granted

DEVICES = item(
    limit(LimitKind.DECISION, 20, WD, FROM.ACCEPTANCE, "医疗器械经营监督管理办法第十三条", stops=(Stop.RECTIFICATION,)),
    ISSUE,
)
RENEWAL = item(
    limit(LimitKind.DECISION, 20, WD, FROM.ACCEPTANCE, "医疗器械经营监督管理办法第十六条", OnExpiry.DEEMED_RENEWED),
)


def test_rectification_is_not_counted_only_where_the_items_own_law_says_so():
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-05", Stop.RECTIFICATION)]
    events.append((RESUMED, "03-13", Stop.RECTIFICATION))
    assert one(seen("03-20", DEVICES, *events), LimitKind.DECISION).due == day("04-08")
    counted = one(seen("03-20", PERMIT, *events), LimitKind.DECISION)
    assert counted.due == day("03-30")
    assert counted.suspensions[0].counted


def test_a_renewal_that_nobody_decided_is_granted_when_the_licence_runs_out():
    """行政许可法 §50; the licence ends on a Sunday and takes no account of that."""
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02")]
    before = one(seen("03-13", RENEWAL, *events, licence_until=day("03-15")), LimitKind.DECISION)
    assert (before.state, before.due, before.left) == (ClockIs.RUNNING, day("03-15"), 0)
    after = one(seen("03-16", RENEWAL, *events, licence_until=day("03-15")), LimitKind.DECISION)
    assert (after.state, after.effect, after.effect_from) == (
        ClockIs.EXPIRED,
        OnExpiry.DEEMED_RENEWED,
        day("03-15"),
    )
    paused = one(
        seen("03-16", RENEWAL, *events, (PAUSED, "03-04", Stop.HEARING), licence_until=day("03-15")), LimitKind.DECISION
    )
    assert paused.effect is OnExpiry.DEEMED_RENEWED


def test_a_late_renewal_of_a_licence_that_still_holds_is_late_and_not_granted():
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02")]
    late = one(seen("04-10", RENEWAL, *events, licence_until=day("06-30")), LimitKind.DECISION)
    assert (late.state, late.effect, late.due) == (ClockIs.OVERDUE, None, day("03-30"))
    in_time = seen("04-10", RENEWAL, *events, (DECIDED, "03-20"), licence_until=day("03-25"))
    assert one(in_time, LimitKind.DECISION).state is ClockIs.MET


# -- decision first, the look afterwards: 医疗器械经营监督管理办法 §21, 消防法 §15


def test_what_is_granted_first_is_looked_at_within_three_months():
    fire = item(DECISION, limit(LimitKind.CHECK, 3, MONTH, FROM.DECISION, "医疗器械经营监督管理办法第二十一条"))
    events = [(RECEIVED, "11-27"), (ACCEPTED, "11-27"), (DECIDED, "11-30")]
    check = one(seen("12-10", fire, *events), LimitKind.CHECK)
    assert (check.due, check.budget) == (day("2027-03-01"), 90)  # 28 February 2027 is a Sunday, 民法典 §202, §203
    assert check.unknown_years == (2027,)
    assert one(seen("12-10", fire, *events, (Happened.CHECKED, "12-08")), LimitKind.CHECK).state is ClockIs.MET
    assert one(seen("12-10", fire, *events, denied=True), LimitKind.CHECK).state is ClockIs.VOID


def test_what_was_granted_on_the_applicants_word_is_looked_at_as_the_commitment_says():
    """告知承诺: only a case that was committed has that clock."""
    rule = Commitment(("场所真实",), "撤销", Span(60, WD), "优化营商环境条例第四十条", Certainty.STATUTE)
    trusting = item(DECISION, commitment=rule)
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02"), (DECIDED, "03-02")]
    assert one(seen("03-03", trusting, *events, committed=True), LimitKind.CHECK).budget == 60
    assert [s for s in seen("03-03", trusting, *events) if s.limit.what is LimitKind.CHECK] == []


# -- 市场主体登记管理条例 §33: periods that have to end before the decision


def test_nobody_decides_before_the_publicity_is_over():
    """市场主体登记管理条例 §33: 20 days of publicity; the last of them still belongs to the objectors."""
    simple = item(
        limit(LimitKind.WAITING, 20, CD, FROM.PUBLICITY, "市场主体登记管理条例第三十三条", OnExpiry.NONE),
        limit(LimitKind.DECISION, 3, WD, FROM.ACCEPTANCE, "市场主体登记管理条例第十九条", stops=(Stop.PUBLICITY,)),
    )
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02")]
    not_begun = seen("03-02", simple, *events)
    assert not may_decide(not_begun, day("03-02")).allowed

    running = seen("03-20", simple, *events, (PAUSED, "03-02", Stop.PUBLICITY))
    waiting = one(running, LimitKind.WAITING)
    assert (waiting.state, waiting.due) == (ClockIs.RUNNING, day("03-23"))  # 22 March is a Sunday
    assert one(running, LimitKind.DECISION).state is ClockIs.PAUSED
    assert not may_decide(running, day("03-23")).allowed
    assert may_decide(running, day("03-24")).allowed
    assert may_decide(running, day("03-23")).waits_for == (waiting,)

    over = seen("03-24", simple, *events, (PAUSED, "03-02", Stop.PUBLICITY), (RESUMED, "03-24", Stop.PUBLICITY))
    assert (one(over, LimitKind.WAITING).state, one(over, LimitKind.WAITING).late) == (ClockIs.MET, 0)
    assert may_decide(over, day("03-24")).allowed


# -- 教师资格条例 §14, §16: batch windows, thirty days from the end of the window

TEACHER = item(
    limit(LimitKind.DECISION, 30, CD, FROM.WINDOW_END, "教师资格条例第十六条"),
    windows=(
        BatchWindow("春季", "03-01", "04-15", "教师资格条例第十四条", Certainty.LOCAL),
        BatchWindow("秋季", "09-01", "10-15", "教师资格条例第十四条", Certainty.LOCAL),
    ),
)


@pytest.mark.parametrize(
    ("received", "counted_from", "due"),
    [
        ("03-05", "04-15", "05-15"),
        ("04-15", "04-15", "05-15"),
        ("05-20", "10-15", "11-16"),  # outside the windows: with the next batch; 14 November is a Saturday
        ("10-20", "2027-04-15", "2027-05-17"),
    ],
)
def test_a_batch_is_decided_thirty_days_after_its_window_has_closed(received, counted_from, due):
    decision = one(seen("10-21", TEACHER, (RECEIVED, received)), LimitKind.DECISION)
    assert (decision.started, decision.due) == (day(counted_from), day(due))
    assert decision.consumed == max(0, (day("10-21") - day(counted_from)).days)


# -- 互联网上网服务营业场所管理条例 §11: two stages, each a case with clocks of its own


def test_the_second_stage_counts_its_own_days_and_knows_nothing_of_the_first():
    setting_up = item(limit(LimitKind.DECISION, 20, WD, FROM.ACCEPTANCE, "互联网上网服务营业场所管理条例第十一条"))
    opening = item(
        limit(LimitKind.DECISION, 15, WD, FROM.ACCEPTANCE, "互联网上网服务营业场所管理条例第十一条"),
        after=("I01",),
    )
    first = seen("03-20", setting_up, (RECEIVED, "03-02"), (ACCEPTED, "03-02"), (DECIDED, "03-20"))
    second = seen("05-20", opening, (RECEIVED, "05-11"), (ACCEPTED, "05-11"))
    assert one(first, LimitKind.DECISION).met_on == day("03-20")
    assert (one(second, LimitKind.DECISION).started, one(second, LimitKind.DECISION).consumed) == (day("05-11"), 7)


# -- 户口登记条例 §7, 市场主体登记管理条例 §24: a limit on the citizen


def test_a_birth_is_registered_within_a_month_and_that_is_no_alarm_of_ours():
    birth = item(limit(LimitKind.APPLICANT, 1, MONTH, FROM.EVENT, "户口登记条例第七条", OnExpiry.NONE), promised=3)
    states = seen("04-20", birth, (RECEIVED, "04-20"), happened_on=day("03-10"))
    theirs = one(states, LimitKind.APPLICANT)
    assert (theirs.due, theirs.met_on, theirs.late, theirs.on_us) == (day("04-10"), day("04-20"), 10, False)
    assert nearest(states) is None
    assert one(seen("04-20", birth, (RECEIVED, "04-20")), LimitKind.APPLICANT).state is ClockIs.NOT_BEGUN


# -- 安阳市政务服务条例 §24: accepted without secondary papers


def test_papers_that_were_promised_and_never_came_withdraw_the_application():
    rule = Conditional(Span(5, WD), OnExpiry.DEEMED_WITHDRAWN, "安阳市政务服务条例第二十四条", Certainty.LOCAL)
    lenient = item(NOTICE, DECISION, conditional=rule)
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-03")]
    supply = one(seen("03-12", lenient, *events, lacking=True), LimitKind.SUPPLY)
    assert (supply.due, supply.effect, supply.on_us) == (day("03-10"), OnExpiry.DEEMED_WITHDRAWN, False)
    brought = seen("03-12", lenient, *events, (SUPPLEMENTED, "03-09"), lacking=True)
    assert one(brought, LimitKind.SUPPLY).state is ClockIs.MET
    assert [s for s in seen("03-12", lenient, *events) if s.limit.what is LimitKind.SUPPLY] == []


def test_where_no_law_says_what_a_missing_paper_means_somebody_is_told():
    local = item(NOTICE, limit(LimitKind.SUPPLY, 5, WD, FROM.CORRECTION_NOTICE, "本区规定", certainty=Certainty.LOCAL))
    supply = one(seen("03-20", local, (RECEIVED, "03-02"), (ASKED, "03-04")), LimitKind.SUPPLY)
    assert (supply.state, supply.effect) == (ClockIs.OVERDUE, OnExpiry.ESCALATE)


# -- surveys and hours


def test_a_survey_that_is_needed_only_sometimes_has_a_clock_once_it_is_ordered():
    sometimes = Survey(SurveyNeed.CONDITIONAL, "食品安全法第三十五条", Certainty.STATUTE, "首次申请")
    five = limit(LimitKind.SURVEY, 5, WD, FROM.SURVEY_ORDER, "行政许可法第五十五条")
    food = item(five, DECISION, survey=sometimes)
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02")]
    assert one(seen("03-20", food, *events), LimitKind.SURVEY).state is ClockIs.NOT_BEGUN
    ordered = (Happened.SURVEY_ORDERED, "03-05")
    assert one(seen("03-06", food, *events, ordered), LimitKind.SURVEY).due == day("03-12")
    again = (Happened.SURVEY_ORDERED, "03-16")
    second = one(seen("03-17", food, *events, ordered, (Happened.SURVEYED, "03-10"), again), LimitKind.SURVEY)
    assert (second.started, second.due) == (day("03-16"), day("03-23"))


def test_hours_count_from_the_moment_and_are_not_moved():
    """民法典 §201."""
    quick = item(limit(LimitKind.DECISION, 24, HOUR, FROM.ACCEPTANCE, "本区规定", stops=(Stop.TESTING,)), promised=1)
    events = [(RECEIVED, "2026-03-06T03:00:00.000Z"), (ACCEPTED, "2026-03-06T04:00:00.000Z")]
    running = one(seen("03-06", quick, *events), LimitKind.DECISION)
    assert (running.left, running.due, str(running.due_at)) == (24, day("03-07"), "2026-03-07 04:00:00+00:00")
    pause = [
        (PAUSED, "2026-03-06T10:00:00.000Z", Stop.TESTING),
        (RESUMED, "2026-03-06T16:00:00.000Z", Stop.TESTING),
    ]
    late = one(seen("03-08", quick, *events, *pause), LimitKind.DECISION)
    assert (late.suspensions[0].days, late.late, late.state) == (6, 18, ClockIs.OVERDUE)
