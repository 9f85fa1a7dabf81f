"""Sections that restrain each other: every case in one pair of hands, and the matrix of who may not do what."""

from __future__ import annotations

import itertools

import pytest

from protocol.cases.acts import By
from protocol.cases.case import Case
from protocol.cases.duties import CONFLICTS, DUTY_OF, HANDS, ROLES_OF, STATION_LINKS, TWO_PERSONS, link_of
from protocol.cases.fold import fold
from protocol.cases.guard import check
from protocol.cases.rules import ANSWERS, OFFICERS, OWNER, REMARKS, REQUESTS, RULES
from protocol.cases.words import Act, Duty, Flag, Link, Role, Side, Status
from protocol.catalogue.items import Stop
from protocol.codes import TEXTS
from protocol.errors import Refused
from tests.cases.test_fold import act, line, somebody, told

REFUSALS = {
    Act.DENY,
    Act.REFUSE_ACCEPTANCE,
    Act.DECLARE_NOT_REQUIRED,
    Act.CLOSE_LATE,
    Act.REVOKE_LICENCE,
    Act.CANCEL_LICENCE,
}


def refused(case: Case, what: Act, by: By, **more: object) -> str:
    """The code with which this person is refused, "" if he is not."""
    try:
        check(case, what, Side.HUB, by, act("new", what, case.tip, by=by, **more))
    except Refused as why:
        return why.code
    return ""


# -- in whose hands


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ARCHIVED])
def test_a_case_is_at_every_moment_in_one_sections_hands(status: Status) -> None:
    for flags in itertools.chain([()], [(flag,) for flag in Flag], itertools.combinations(Flag, 2)):
        link = link_of(status, flags)
        assert link is not None
        assert (link in STATION_LINKS) == (OWNER[status] is Side.STATION)


def test_whoever_holds_a_case_can_move_it() -> None:
    """For every row of HANDS there is an act that the people of that link may do."""
    for status, flag, link in HANDS:
        flags = {flag} if flag else set()
        acts = [
            rule.act
            for rule in RULES
            if rule.status is status and rule.wants <= flags and not rule.bars & flags and rule.roles & ROLES_OF[link]
        ]
        assert acts, (status, flag, link)


def test_the_pipeline_passes_every_link_in_its_order() -> None:
    acts = (
        Act.SUBMIT, Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.REVIEW, Act.GRANT,
        Act.ISSUE, Act.HAND_OVER, Act.ARCHIVE,
    )  # fmt: skip
    links = [fold(line(*acts[: count + 1])).link for count in range(len(acts))]
    assert links == [
        Link.ACCEPTANCE, Link.REVIEW, Link.SURVEY, Link.SURVEY, Link.REVIEW, Link.APPROVAL, Link.ISSUANCE,
        Link.HAND_OVER, Link.ARCHIVE, None,
    ]  # fmt: skip


# -- what a machine, a watcher and a network operator may not


def test_what_happens_by_lapse_of_time_never_refuses() -> None:
    by_itself = {rule.act for rule in RULES if Role.SYSTEM in rule.roles}
    assert by_itself == {Act.DEEM_ACCEPTED, Act.DEEM_RENEWED, Act.LAPSE, Act.MOVE, Act.DECIDE_AT_ONCE}
    assert not by_itself & REFUSALS


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.SUPERVISOR, Role.OPERATOR, Role.ADMIN, Role.EDITOR, Role.PUBLISHER]
)
def test_who_watches_or_runs_the_machines_moves_no_case(role: Role) -> None:
    assert all(role not in rule.roles for rule in RULES)


def test_a_citizen_at_a_kiosk_applies_and_supplies_and_moves_nothing_else() -> None:
    assert [(rule.status, rule.act, rule.side) for rule in RULES if Role.APPLICANT in rule.roles] == [
        (None, Act.SUBMIT, Side.STATION),
        (Status.RETURNED, Act.SUPPLEMENT, Side.STATION),
    ]
    assert all(Role.APPLICANT not in roles for sides in REMARKS.values() for roles in sides.values())
    assert all(Role.APPLICANT not in roles for _, roles, _ in REQUESTS.values())


def test_an_auditor_writes_nothing_at_all_on_a_case() -> None:
    assert all(Role.AUDITOR not in roles for sides in REMARKS.values() for roles in sides.values())


def test_each_link_has_a_role_of_its_own() -> None:
    """The leader extends, reopens, recuses and closes what came late; no other act of one link is open to another's role."""
    own = {role for link, roles in ROLES_OF.items() if link is not Link.SUPERVISION for role in roles}
    shared = {Act.RECUSE, Act.PAUSE, Act.RESUME, *ANSWERS}
    for rule in RULES:
        if rule.side is Side.HUB and rule.act not in shared:
            assert len(rule.roles & own) <= 1, rule.act


# -- the matrix

_BEFORE = {
    Act.ACCEPT: (Act.SUBMIT,),
    Act.REVIEW: (Act.SUBMIT, Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY),
    Act.GRANT: (Act.SUBMIT, Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.REVIEW),
    Act.ISSUE: (Act.SUBMIT, Act.ACCEPT, Act.REVIEW, Act.GRANT),
}


@pytest.mark.parametrize(
    ("before", "wanted", "code"),
    [
        (Act.SUBMIT, Act.ACCEPT, "refused.same-person"),
        (Act.SUBMIT, Act.REVIEW, "refused.same-person"),
        (Act.SUBMIT, Act.GRANT, "refused.same-person"),
        (Act.ACCEPT, Act.GRANT, "refused.acceptor-approves"),
        (Act.REVIEW, Act.GRANT, "refused.reviewer-approves"),
        (Act.RECORD_SURVEY, Act.GRANT, "refused.surveyor-approves"),
        (Act.COUNTERSIGN_SURVEY, Act.GRANT, "refused.surveyor-approves"),
        (Act.GRANT, Act.ISSUE, "refused.approver-issues"),
    ],
)
def test_who_did_one_thing_may_not_do_the_other(before: Act, wanted: Act, code: str) -> None:
    case = fold(line(*_BEFORE[wanted]))
    role = somebody(wanted).role
    same = By(somebody(before).account, role)
    lent = By("colleague", role, on_behalf=somebody(before).account)
    assert refused(case, wanted, somebody(wanted)) == ""
    assert refused(case, wanted, same) == code
    assert refused(case, wanted, lent) == code, "a lent role brings the lender's exclusions along"


def test_what_is_decided_at_once_needs_two_people_all_the_same() -> None:
    """行政许可法 §34: at once, and not by one who takes in, accepts and grants."""
    acts = [*line(Act.SUBMIT), told(act("a1", Act.ACCEPT, "a0", simple=True), 2)]
    case = fold(acts)
    assert case.link is Link.APPROVAL
    assert refused(case, Act.GRANT, By(somebody(Act.ACCEPT).account, Role.APPROVER)) == "refused.acceptor-approves"
    assert refused(case, Act.GRANT, somebody(Act.GRANT)) == ""


def test_after_a_case_was_sent_back_its_approver_does_not_review_it_either() -> None:
    case = fold(line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW, Act.SEND_BACK))
    assert refused(case, Act.REVIEW, By(somebody(Act.SEND_BACK).account, Role.REVIEWER)) == "refused.reviewer-approves"
    assert refused(case, Act.REVIEW, somebody(Act.REVIEW)) == ""


def test_a_survey_is_signed_by_two() -> None:
    """行政许可法 §34: at least two."""
    case = fold(line(Act.SUBMIT, Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY))
    first = somebody(Act.RECORD_SURVEY)
    assert refused(case, Act.COUNTERSIGN_SURVEY, first) == "refused.two-persons"
    assert refused(case, Act.COUNTERSIGN_SURVEY, By("second", Role.SURVEYOR)) == ""
    assert refused(case, Act.REVIEW, somebody(Act.REVIEW)) == "refused.survey-pending"


def test_at_a_second_survey_the_two_may_change_places() -> None:
    twice = line(
        Act.SUBMIT, Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.ORDER_SURVEY
    )  # fmt: skip
    second = By(somebody(Act.COUNTERSIGN_SURVEY).account, Role.SURVEYOR)
    twice.append(told(act("again", Act.RECORD_SURVEY, twice[-1].act.id, by=second), 9))
    case = fold(twice)
    assert refused(case, Act.COUNTERSIGN_SURVEY, second) == "refused.two-persons"
    assert refused(case, Act.COUNTERSIGN_SURVEY, somebody(Act.RECORD_SURVEY)) == ""


def test_the_chair_of_a_hearing_is_not_the_reviewer() -> None:
    """行政许可法 §48(3)."""
    case = fold(line(Act.SUBMIT, Act.ACCEPT))
    by = somebody(Act.PAUSE)
    assert refused(case, Act.PAUSE, by, stop=Stop.HEARING, chair=by.account) == "refused.chair-reviews"
    assert refused(case, Act.PAUSE, by, stop=Stop.HEARING, chair="") == "refused.incomplete"
    acts = line(Act.SUBMIT, Act.ACCEPT)
    acts.append(told(act("h", Act.PAUSE, "a1", stop=Stop.HEARING, chair="chen"), 8))
    acts.append(told(act("e", Act.RESUME, "h"), 9))
    assert refused(fold(acts), Act.REVIEW, By("chen", Role.REVIEWER)) == "refused.chair-reviews"


def test_whoever_is_recused_does_nothing_more_on_the_case() -> None:
    acts = [
        *line(Act.SUBMIT, Act.ACCEPT),
        told(act("r", Act.RECUSE, "a1", by=By("boss", Role.LEADER), person="reviewer"), 7),
    ]
    assert refused(fold(acts), Act.REVIEW, By("reviewer", Role.REVIEWER)) == "refused.recused"
    assert refused(fold(acts), Act.REVIEW, By("other", Role.REVIEWER)) == ""


def test_a_colleague_is_recused_by_the_head_alone_and_oneself_by_anybody() -> None:
    case = fold(line(Act.SUBMIT, Act.ACCEPT))
    assert refused(case, Act.RECUSE, By("reviewer", Role.REVIEWER), person="approver") == "refused.role"
    assert refused(case, Act.RECUSE, By("reviewer", Role.REVIEWER), person="reviewer") == ""
    assert refused(case, Act.RECUSE, By("boss", Role.LEADER), person="approver") == ""


def test_a_forbidden_act_that_comes_over_the_wire_is_kept_refused_and_shown() -> None:
    """A hub that was tampered with, or an older one: the fold judges as the guard does."""
    acts = line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW)
    acts.append(told(act("g", Act.GRANT, "a2", by=By(somebody(Act.REVIEW).account, Role.APPROVER)), 9))
    case = fold(acts)
    assert case.status is Status.REVIEWED
    assert [(step.act.id, step.why) for step in case.set_aside] == [("g", "refused.reviewer-approves")]


def test_the_matrix_is_whole() -> None:
    """Every code has its words, every duty is somebody's, and nobody is kept from himself by mistake."""
    codes = {row.code for row in CONFLICTS} | {code for _, code, _ in TWO_PERSONS.values()}
    assert codes <= TEXTS.keys()
    assert {row.one for row in CONFLICTS} | {row.other for row in CONFLICTS} <= set(DUTY_OF.values()) | {Duty.HEARING}
    assert all(row.one is not row.other for row in CONFLICTS)
    assert {role for rule in RULES for role in rule.roles} - {
        Role.SYSTEM,
        Role.CLERK,
        Role.HEAD,
        Role.APPLICANT,
    } == set(OFFICERS)
