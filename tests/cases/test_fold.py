"""The case as the fold of its acts: the same at both ends, whatever came first."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from protocol.cases.acts import (
    Applicant,
    By,
    CaseAct,
    Correction,
    Finding,
    Intake,
    Paper,
    Survey,
    Told,
    Trace,
    decode_act,
    encode_act,
)
from protocol.cases.case import Case, Standing
from protocol.cases.fold import fold, fold_with_care
from protocol.cases.guard import acts_open, check, role_for
from protocol.cases.rules import (
    ANSWERS,
    OFFICERS,
    OWNER,
    REMARKS,
    REQUESTS,
    RULES,
    Act,
    Flag,
    Role,
    Side,
    Status,
    rule_for,
)
from protocol.catalogue.items import Stop
from protocol.errors import Refused

CLERK = By("li", Role.CLERK)
REVIEWER = By("reviewer", Role.REVIEWER)
DESK = frozenset(
    {
        Act.RESCAN,
        Act.SUPPLY,
        Act.ASK_MOVE,
        Act.SUBMIT,
        Act.DECIDE_AT_ONCE,
        Act.SUPPLEMENT,
        Act.LAPSE,
        Act.ASK_WITHDRAWAL,
        Act.HAND_OVER,
        Act.RETURN_RESULT,
    }
)


def somebody(what: Act) -> By:
    """A person with the role for it: every role is another person, and the second surveyor a second one."""
    if what is Act.DECIDE_AT_ONCE:
        return By("rules", Role.SYSTEM, on_behalf=CLERK.account)
    if what in DESK:
        return CLERK
    role = min(next((rule.roles for rule in RULES if rule.act is what), None) or REMARKS[what][Side.HUB])
    return By(f"{role}-{what}" if role is Role.SURVEYOR else str(role), role)


def act(id_: str, what: Act, follows: str | None, **more: object) -> CaseAct:
    fields: dict[str, object] = {
        "case": "c", "id": id_, "act": what, "follows": follows, "by": somebody(what),
        "at": f"2026-03-02T00:00:{len(id_):02d}.000Z", "reason": "why", "remedies": "where",
        "corrections": [Correction("a", "b")], "proposal": "grant", "person": "nobody", "counts_from": "2026-03-02",
        "package": "0", "passed": True, "to": "t",
        "survey": Survey(place="p", arrived="t", left="t", findings=[Finding("1", "pass")]), "stop": Stop.TESTING,
    }  # fmt: skip
    if what is Act.DECIDE_AT_ONCE:
        fields["trace"] = Trace(outcome="grant", rule="r", catalogue=1, library="l")
    if what in (Act.SUBMIT, Act.DECIDE_AT_ONCE):
        fields["intake"] = Intake(
            number="N", station="s", item="P08", item_version=1, applicant=Applicant(name="x", number="1"), answers={}
        )
    return CaseAct(**(fields | more))  # type: ignore[arg-type]


def told(one: CaseAct, seq: int, life: int = 1, epoch: str = "") -> Told:
    side = Side.STATION if one.act in DESK else Side.HUB
    return Told(one, side, life, epoch or f"{side}-{life}", seq)


def line(*acts: Act) -> list[Told]:
    """A case on which these acts followed one another."""
    names = [f"a{number}" for number in range(len(acts))]
    return [
        told(act(name, what, before), number)
        for number, (name, what, before) in enumerate(zip(names, acts, [None, *names], strict=False), 1)
    ]


def test_a_case_that_is_granted_and_handed_over() -> None:
    case = fold(line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE, Act.HAND_OVER, Act.ARCHIVE))
    assert case.status is Status.ARCHIVED
    assert [step.standing for step in case.steps] == [Standing.STANDS] * 7
    assert case.flags == set()


def test_a_second_correction_notice_is_not_open() -> None:
    twice = line(Act.SUBMIT, Act.ASK_CORRECTION, Act.SUPPLEMENT, Act.ASK_CORRECTION)
    case = fold(twice)
    assert case.status is Status.RECEIVED
    assert case.flags == {Flag.CORRECTED, Flag.ACT_REFUSED}
    assert case.set_aside[0].why == "refused.already-corrected"
    assert Act.ASK_CORRECTION not in acts_open(fold(twice[:3]), Side.HUB, OFFICERS)


def test_the_decision_of_the_earlier_life_stands_and_the_later_one_is_kept() -> None:
    before = line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW)
    first = told(act("first", Act.GRANT, "a2"), 9)
    again = told(act("again", Act.DENY, "a2"), 2, life=2)
    for order in itertools.permutations([*before, first, again]):
        case = fold(order)
        assert case.status is Status.GRANTED
        assert case.flags == {Flag.FORKED}
        assert [step.act.id for step in case.set_aside] == ["again"]


def test_a_person_who_settles_a_fork_takes_it_off_the_list_and_nothing_from_the_record() -> None:
    acts = [*line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW, Act.GRANT), told(act("again", Act.DENY, "a2"), 2, life=2)]
    acts.append(told(act("settled", Act.SETTLE, "a3", request="again"), 3, life=2))
    case = fold(acts)
    assert case.flags == set()
    assert [step.act.id for step in case.set_aside] == ["again"]


def test_an_act_that_came_before_the_one_it_follows_waits_and_then_stands() -> None:
    acts = line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW)
    early = fold([acts[0], acts[2]])
    assert early.status is Status.RECEIVED
    assert early.flags == {Flag.WAITING}
    assert fold(acts).status is Status.REVIEWED


def test_a_withdrawal_is_a_request_until_the_hub_answers() -> None:
    acts = [*line(Act.SUBMIT, Act.ACCEPT), told(act("wish", Act.ASK_WITHDRAWAL, "a0"), 7)]
    asked = fold(acts)
    assert asked.status is Status.ACCEPTED
    assert Flag.WITHDRAWAL_ASKED in asked.flags
    assert acts_open(asked, Side.HUB, OFFICERS) == [Act.ALLOW_WITHDRAWAL, Act.DECLINE_WITHDRAWAL]
    allowed = fold([*acts, told(act("yes", Act.ALLOW_WITHDRAWAL, "a1", request="wish", by=REVIEWER), 8)])
    assert allowed.status is Status.WITHDRAWN
    assert allowed.open_request is None
    declined = fold([*acts, told(act("no", Act.DECLINE_WITHDRAWAL, "a1", request="wish", by=REVIEWER), 8)])
    assert declined.status is Status.ACCEPTED
    assert declined.flags == set()


@pytest.mark.parametrize(("asked_in", "answered_in"), [("z", "a"), ("a", "z")])
@pytest.mark.parametrize("life", [1, 2])
def test_an_answer_finds_its_request_whatever_the_two_epochs_are_called(
    asked_in: str, answered_in: str, life: int
) -> None:
    """Both follow the same act, and the epochs are random: a station that was restored has the later life as well."""
    wish = told(act("wish", Act.ASK_WITHDRAWAL, "a0"), 7, life=life, epoch=asked_in)
    yes = told(act("yes", Act.ALLOW_WITHDRAWAL, "a0", request="wish"), 1, epoch=answered_in)
    case = fold([*line(Act.SUBMIT), wish, yes])
    assert case.status is Status.WITHDRAWN
    assert case.flags == set()


def test_a_request_that_the_decision_overtook_is_shown_and_moves_nothing() -> None:
    acts = [*line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW, Act.GRANT), told(act("wish", Act.ASK_WITHDRAWAL, "a1"), 7)]
    case = fold(acts)
    assert case.status is Status.GRANTED
    assert [(step.act.id, step.standing) for step in case.set_aside] == [("wish", Standing.REFUSED)]
    assert case.open_request is None


def test_at_the_desks_turn_the_wish_to_withdraw_passes_the_case_to_the_hub() -> None:
    case = fold(line(Act.SUBMIT, Act.ASK_CORRECTION, Act.ASK_WITHDRAWAL))
    assert case.status is Status.RECEIVED
    assert case.open_request is not None


def test_a_scan_that_was_lost_and_taken_again_takes_its_place_whoever_owns_the_case() -> None:
    acts = line(Act.SUBMIT, Act.ACCEPT)
    lost = Paper(digest="old", size=1, type="image/jpeg", material="id")
    acts[0] = told(
        act("a0", Act.SUBMIT, None, intake=Intake(
            number="N", station="s", item="P08", item_version=1, applicant=Applicant(name="x", number="1"),
            answers={}, papers=[lost],
        )), 1,
    )  # fmt: skip
    new = Paper(digest="new", size=2, type="image/jpeg", material="id")
    case = fold([*acts, told(act("again", Act.RESCAN, "a1", papers=[new], instead="old"), 4)])
    assert [paper.digest for paper in case.papers] == ["new"]
    assert case.status is Status.ACCEPTED
    assert case.tip == "a1"


def test_an_answer_finds_a_request_that_followed_an_act_of_a_lost_life() -> None:
    acts = [
        *line(Act.SUBMIT, Act.ACCEPT),
        told(act("again", Act.ACCEPT, "a0"), 1, life=2),  # set aside: the first acceptance stands
        told(act("wish", Act.ASK_WITHDRAWAL, "again"), 2, life=2),
        told(act("yes", Act.ALLOW_WITHDRAWAL, "a1", request="wish", by=REVIEWER), 3, life=2),
    ]
    case = fold(acts)
    assert case.status is Status.WITHDRAWN
    assert case.open_request is None
    assert [step.act.id for step in case.steps] == ["a0", "again", "wish", "a1", "yes"]


def test_who_took_a_case_in_may_not_decide_it() -> None:
    case = fold(line(Act.SUBMIT, Act.ACCEPT))
    same = By("li", Role.REVIEWER)
    with pytest.raises(Refused, match="same-person"):
        check(case, Act.REVIEW, Side.HUB, same, act("x", Act.REVIEW, case.tip, by=same))


def test_an_act_told_twice_is_one_act() -> None:
    acts = line(Act.SUBMIT, Act.ACCEPT)
    again = Told(acts[1].act, Side.HUB, 2, "hub-2", 1)
    case = fold([*acts, again])
    assert case.flags == set()
    assert len(case.steps) == 2


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.status}-{r.act}")
def test_only_the_owner_of_a_status_moves_it(rule: object) -> None:
    from protocol.cases.rules import Rule

    assert isinstance(rule, Rule)
    if rule.status is not None:
        # where a person at the desk may have handed it over already, what he did stands (see the stories of moving)
        assert OWNER[rule.status] is rule.side or rule.act in (Act.MOVE, Act.REOPEN)


def test_the_tables_name_every_status_and_every_act() -> None:
    assert set(OWNER) == set(Status)
    assert {rule.act for rule in RULES} | set(REMARKS) == set(Act)
    assert {rule.status for rule in RULES} == {None, *Status}


def test_an_act_reads_back_as_it_was_written() -> None:
    one = line(Act.SUBMIT)[0].act
    assert decode_act(encode_act(one)) == one


# -- properties

_ACTS = st.sampled_from(sorted(Act))
_FIRST = st.sampled_from([Act.SUBMIT, Act.SUBMIT, Act.DECIDE_AT_ONCE])


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Any acts at all, following anything at all, told in any life: what a hostile or twice restored peer could send."""
    count = draw(st.integers(1, 9))
    names = [f"x{number}" for number in range(count)]
    found = []
    for number, name in enumerate(names):
        follows = draw(st.sampled_from([None, *names, "elsewhere"]))
        what = draw(_FIRST) if number == 0 else draw(_ACTS)
        request = draw(st.sampled_from([None, *names])) if what in ANSWERS else None
        one = act(name, what, None if number == 0 else follows, request=request)
        side = draw(st.sampled_from(sorted(Side)))
        found.append(
            Told(one, Side(side) if draw(st.booleans()) else told(one, 1).side, draw(st.integers(1, 3)), "e", number)
        )
    return found


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(history: list[Told], rng: object) -> None:
    import random

    assert isinstance(rng, random.Random)
    shuffled = [*history, *history[:2]]
    rng.shuffle(shuffled)
    one, other = fold(history), fold(shuffled)
    assert seen(one) == seen(other)


@st.composite
def ordinary_histories(draw: st.DrawFn) -> list[Told]:
    """One line of acts of which most are allowed where they come, with remarks beside it, in any order of arrival."""
    found: list[Told] = []
    case = fold(line(Act.SUBMIT))
    tip: str | None = None
    for number in range(draw(st.integers(1, 9))):
        side = case.owner
        open_now = acts_open(case, side, OFFICERS if side is Side.HUB else (Role.CLERK,)) if number else [Act.SUBMIT]
        what = draw(st.sampled_from(open_now or [Act.SUBMIT]))
        if draw(st.integers(0, 15)) == 0:
            what = draw(_ACTS)
        one = told(act(f"a{number}", what, tip), number)
        found.append(one)
        if draw(st.integers(0, 2)) == 0:
            remark = draw(st.sampled_from(sorted(set(REMARKS) - {Act.SETTLE})))
            wrong = {"by": By("spy", Role.AUDITOR)} if draw(st.integers(0, 9)) == 0 else {}
            found.append(
                told(act(f"r{number}", remark, f"a{draw(st.integers(0, number))}", card="red", **wrong), 50 + number)
            )
        case = fold(found)
        tip = case.tip
    return draw(st.permutations(found))


@given(ordinary_histories())
def test_the_short_way_and_the_careful_one_come_to_the_same_case(history: list[Told]) -> None:
    quick, careful = fold(history), fold_with_care(sorted(history, key=lambda one: one.order))
    assert quick == careful


@given(histories())
def test_nothing_is_dropped_and_the_line_obeys_the_rules(history: list[Told]) -> None:
    case = fold(history)
    assert {step.act.id for step in case.steps} == {one.act.id for one in history}
    status: Status | None = None
    by_id = {step.act.id: step for step in case.steps}
    walked = []
    tip = case.tip
    while tip is not None:
        walked.append(by_id[tip])
        tip = by_id[tip].act.follows
    for step in reversed(walked):
        rule = rule_for(status, step.act.act)
        assert rule is not None
        assert rule.side is step.told.side
        status = rule.then or (case.status if step.act.id == case.tip else None)
        if status is None:
            return  # "as it was": said by the stories
    assert status is case.status


@given(histories())
def test_a_button_is_there_exactly_when_the_guard_lets_it_through(history: list[Told]) -> None:
    case = fold(history)
    if case.status is None:
        return
    for side, roles in ((Side.STATION, (Role.CLERK,)), (Side.HUB, OFFICERS)):
        buttons = set(acts_open(case, side, roles))
        for what in set(Act) - set(REMARKS) - {Act.SUBMIT}:
            request = case.open_request.id if case.open_request and what in ANSWERS else None
            by = By("someone else", role_for(case, what, roles) or min(roles))
            one = act("new", what, case.tip, by=by, request=request, person=by.account, to="elsewhere")
            try:
                check(case, what, side, by, one)
                open_ = True
            except Refused:
                open_ = False
            if case.open_request is not None and case.owner is side and what not in ANSWERS:
                continue  # the table would allow it; the request is answered first
            assert open_ == (what in buttons), what


def seen(case: Case) -> tuple[object, ...]:
    return (
        case.status, case.tip, frozenset(case.flags), case.open_request.id if case.open_request else None,
        frozenset((step.act.id, step.standing, step.why) for step in case.steps),
    )  # fmt: skip


def test_requests_name_the_side_that_does_not_own_the_status() -> None:
    for side, _, statuses in REQUESTS.values():
        assert all(OWNER[status] is not side for status in statuses)


# -- cases that move


def _at_the_desk() -> list[Told]:
    return line(Act.SUBMIT, Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE)


@pytest.mark.parametrize("life", [1, 9])
def test_what_the_desk_did_stands_whatever_the_district_ordered_meanwhile(life: int) -> None:
    acts = _at_the_desk()
    move = told(act("m", Act.MOVE, "a4", to="t"), 1, life=1, epoch="0")
    handed = structs.replace(told(act("h", Act.HAND_OVER, "a4"), 9, life=life, epoch="9"), station="s")
    elsewhere = structs.replace(told(act("i", Act.HAND_OVER, "m"), 1, life=1, epoch="1"), station="t")
    case = fold([*acts, move, elsewhere, handed])
    assert (case.status, case.station, case.tip) == (Status.HANDED_OVER, "s", "h")
    assert {step.act.id: step.standing for step in case.set_aside} == {"m": Standing.FORKED, "i": Standing.FORKED}
    assert case.known_at == ["s", "t"]  # the other desk has to hear that it does not have the case


def test_only_the_desk_that_holds_a_case_moves_it() -> None:
    acts = [*_at_the_desk(), told(act("m", Act.MOVE, "a4", to="t"), 9)]
    late = structs.replace(told(act("h", Act.HAND_OVER, "m"), 9), station="s")
    case = fold([*acts, late])
    assert (case.status, case.station) == (Status.ISSUED, "t")
    assert case.set_aside[0].why == "refused.not-holder"
    assert acts_open(case, Side.STATION, (Role.CLERK,), "s") == []
    assert Act.HAND_OVER in acts_open(case, Side.STATION, (Role.CLERK,), "t")


def test_a_wish_is_over_with_the_next_move() -> None:
    acts = [*_at_the_desk(), told(act("w", Act.ASK_MOVE, "a4", to="t"), 9)]
    assert fold(acts).fetch_at == "t"
    moved = [*acts, told(act("m", Act.MOVE, "a4", to="u"), 9)]
    assert (fold(moved).station, fold(moved).fetch_at) == ("u", "")
    again = [*moved, told(act("x", Act.ASK_MOVE, "m", to="t"), 10)]
    assert fold(again).fetch_at == "t"
