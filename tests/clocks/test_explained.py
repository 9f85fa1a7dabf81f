"""What a page, a notice or a receipt says about a clock, in both languages."""

from __future__ import annotations

import string

import pytest

from protocol.cases.events import Happened
from protocol.catalogue.items import Certainty, CountedFrom, LimitKind, OnExpiry, Stop
from protocol.clocks.explained import explain, lines, said, short, why_not
from protocol.clocks.states import may_decide
from protocol.clocks.words import WORDS
from tests.clocks.comparing import clocks
from tests.clocks.ledgers import random_ledger
from tests.clocks.telling import (
    ACCEPTED,
    CD,
    DECISION,
    EXTENDED,
    PAUSED,
    PERMIT,
    RECEIVED,
    RESUMED,
    WD,
    day,
    item,
    limit,
    one,
    seen,
)

HEARD = (
    (RECEIVED, "03-02"),
    (ACCEPTED, "03-02"),
    (PAUSED, "03-05", Stop.HEARING),
    (RESUMED, "03-13", Stop.HEARING),
)


def test_the_twelfth_working_day_with_a_hearing_taken_out():
    decision = one(seen("03-26", PERMIT, *HEARD), LimitKind.DECISION)
    assert short(decision, "zh-CN") == "第 12 个工作日，扣除听证 6 日"
    assert short(decision, "en") == "working day 12; 6 days of hearing not counted"
    assert explain(decision, "zh-CN").splitlines() == [
        "作出决定：法定期限，行政许可法第四十二条",
        "第 12 个工作日",
        "扣除听证 6 日",
        "还剩 8 个工作日",
        "2026年4月8日 届满",
        "按工作日历 2026.1 计算",
    ]
    assert explain(decision, "en").splitlines() == [
        "decision: set by law: 行政许可法第四十二条",
        "working day 12",
        "6 days of hearing not counted",
        "8 working days left",
        "due on 8 Apr 2026",
        "counted by calendar 2026.1",
    ]


def test_a_clock_that_stands_says_since_when_and_under_which_document():
    decision = one(seen("03-11", PERMIT, *HEARD[:3]), LimitKind.DECISION)
    assert "自 2026年3月5日 起因听证中止计时（新审〔2026〕2号）" in explain(decision, "zh-CN")
    assert "stands still since 5 Mar 2026: hearing (新审〔2026〕2号)" in explain(decision, "en")
    assert "届满" not in explain(decision, "zh-CN")


def test_rectification_that_the_law_does_not_except_says_that_it_counts():
    events = [(RECEIVED, "03-02"), (ACCEPTED, "03-02"), (PAUSED, "03-05", Stop.RECTIFICATION)]
    decision = one(seen("03-11", PERMIT, *events), LimitKind.DECISION)
    assert "整改时间计入办理时限" in explain(decision, "zh-CN")
    assert "rectification counts towards the time limit" in explain(decision, "en")


def test_a_day_in_a_year_without_a_calendar_says_so():
    decision = one(seen("12-25", PERMIT, (RECEIVED, "12-20"), (ACCEPTED, "12-21")), LimitKind.DECISION)
    assert "2027 年放假安排尚未公布，届满日为暂定" in explain(decision, "zh-CN")
    assert "provisional: the calendar of 2027 is not out yet" in explain(decision, "en")


def test_only_what_was_read_in_a_statute_is_called_law_and_a_promise_never_is():
    for certainty in Certainty:
        known = limit(LimitKind.DECISION, 20, WD, CountedFrom.ACCEPTANCE, "某办法第三条", certainty=certainty)
        states = seen("03-04", item(known), *HEARD[:2])
        law = [
            "法定" in explain(one(states, LimitKind.DECISION), "zh-CN"),
            "law" in explain(one(states, LimitKind.DECISION), "en"),
        ]
        assert law == [certainty is Certainty.STATUTE] * 2
        promise = one(states, LimitKind.DECISION, promised=True)
        assert explain(promise, "zh-CN").startswith("作出决定：承诺期限，由本区承诺\n")
        assert "law" not in explain(promise, "en")


def test_what_the_lapse_of_time_brings_is_said_with_its_day():
    notice = one(seen("03-11", PERMIT, (RECEIVED, "03-02")), LimitKind.NOTICE)
    assert "逾期未告知，自 2026年3月2日 收到材料之日起即为受理" in explain(notice, "zh-CN")
    overdue = one(seen("04-10", PERMIT, *HEARD), LimitKind.DECISION)
    assert "超期 2 个工作日" in explain(overdue, "zh-CN")
    assert "2 working days late" in explain(overdue, "en")


def test_an_extension_and_one_that_came_too_late_are_told_apart():
    extended = one(seen("03-26", PERMIT, *HEARD, (EXTENDED, "03-20")), LimitKind.DECISION)
    assert "经批准延长 10 个工作日，新审〔2026〕4号" in explain(extended, "zh-CN")
    too_late = one(seen("04-20", PERMIT, *HEARD, (EXTENDED, "04-15")), LimitKind.DECISION)
    assert "延期晚于届满日，期限不变" in explain(too_late, "zh-CN")


def test_a_waiting_period_says_until_when_nobody_may_decide():
    publicity = item(
        limit(LimitKind.WAITING, 20, CD, CountedFrom.PUBLICITY, "市场主体登记管理条例第三十三条", OnExpiry.NONE),
        DECISION,
    )
    states = seen("03-10", publicity, *HEARD[:2], (PAUSED, "03-02", Stop.PUBLICITY))
    assert why_not(may_decide(states, day("03-10")), "zh-CN") == "2026年3月23日 期满前不得作出决定"
    assert why_not(may_decide(states, day("03-24")), "zh-CN") == ""
    not_begun = seen("03-10", publicity, *HEARD[:2])
    assert why_not(may_decide(not_begun, day("03-10")), "en") == "the waiting period has not begun: no decision yet"


def test_before_the_case_was_reopened_is_history_and_says_so():
    states = seen("03-30", PERMIT, *HEARD, (Happened.DECIDED, "03-18"), (Happened.REOPENED, "03-26"))
    assert "（重新办理以前）" in explain(next(state for state in states if state.history), "zh-CN")
    now = explain(one(states, LimitKind.DECISION), "zh-CN")
    assert "扣除听证 6 日\n扣除案件办结期间 6 日" in now


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_clock_that_chance_brings_can_be_explained_in_both_languages(lang):
    for seed in range(300):
        for state in clocks(random_ledger(seed)):
            for line in lines(state):
                assert said(line, lang).strip()


def test_both_languages_of_a_text_want_the_same_things():
    def wanted(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, (chinese, english) in WORDS.items():
        if key not in ("effect.deemed_renewed", "effect.escalate"):
            assert wanted(chinese) == wanted(english), key
