"""What a citizen, a clerk or an officer would have seen in the weeks after the first: turns that nobody planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub import decisions
from hub.documents import kinds_of
from node import after, desk, drafts
from protocol.attention import open_notices
from protocol.casebook import tell
from protocol.cases.acts import By, CaseAct, Correction, Paper
from protocol.cases.case import Case
from protocol.cases.words import Act, Flag, Role, Status
from protocol.catalogue.items import Item
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs
from protocol.documents.kinds import Kind
from protocol.errors import Refused
from tests.district_data import all_items
from tests.hub.test_clockwork import DAY_S, FOOD, clockwork
from tests.world import LAW, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.settle()
    yield world
    for party in world.parties():
        party.kill()


def item_of(code: str) -> Item:
    return next(item for item in all_items() if item.code == code)


def taken_in(world: World, item: Item = FOOD) -> str:
    case = world.station("dafeng").submits(item)
    assert case is not None
    world.settle()
    return case


def at_hub(world: World, case: str) -> Case:
    found = world.hub.case(case)
    assert found is not None
    return found


def at_desk(world: World, case: str) -> Case:
    found = world.station("dafeng").case(case)
    assert found is not None
    return found


def brings(world: World, case: str, item: Item, material: str) -> Act:
    """The applicant brings a page; as what it is told."""
    station = world.station("dafeng")
    office, at, rng = station.office, station.clock.now(), world.rng
    with office.store.write() as tx:
        draft = desk.begin_supplement(tx, rng.randbytes(16), station.book, case, by=station.clerk, at=at)
    data = b"\xff\xd8\xff" + rng.randbytes(300) + b"\xff\xd9"
    paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type="image/jpeg", material=material)
    with office.store.write() as tx:
        drafts.add_paper(tx, draft, paper, at)
        told = desk.supplement(tx, office.pen, station.book, draft, item, by=station.clerk, at=at)
    world.settle()
    return told


# -- papers that a citizen must be able to bring


def test_who_wanted_his_papers_back_and_was_declined_can_still_bring_the_correction(world: World) -> None:
    case = taken_in(world)
    world.hub.decides(case, Act.ASK_CORRECTION)
    world.settle()
    world.station("dafeng").asks_withdrawal(case)
    world.settle()
    world.hub.decides(case, Act.DECLINE_WITHDRAWAL)
    world.settle()
    papers = len(at_hub(world, case).papers)
    material = FOOD.required_materials[0].code
    assert brings(world, case, FOOD, material) is Act.SUPPLY
    assert brings(world, case, FOOD, material) is Act.SUPPLY  # the second page, on another day
    assert len(at_hub(world, case).papers) == papers + 2
    with pytest.raises(Refused, match=r"refused\.was-supplied"):
        world.hub.decides(case, Act.CLOSE_LATE)
    world.hub.decides(case, Act.ACCEPT)
    assert at_hub(world, case).status is Status.ACCEPTED


def test_whose_case_the_law_accepted_without_a_word_can_still_bring_what_lacks(world: World) -> None:
    case = taken_in(world)
    world.advance(9 * DAY_S)
    world.stations_are_heard()
    work = clockwork(world)
    work.keep_standing(world.hub.clock.now())
    assert work.let_the_law_act(world.hub.clock.now()) == 1
    world.settle()
    assert Flag.DEEMED_ACCEPTED in at_desk(world, case).flags
    assert brings(world, case, FOOD, FOOD.required_materials[0].code) is Act.SUPPLY


def test_a_correction_that_came_in_time_is_never_closed_as_late(world: World) -> None:
    case = taken_in(world)
    world.hub.decides(case, Act.ASK_CORRECTION)
    world.settle()
    assert brings(world, case, FOOD, FOOD.required_materials[0].code) is Act.SUPPLEMENT
    with pytest.raises(Refused, match=r"refused\.was-supplied"):
        world.hub.decides(case, Act.CLOSE_LATE)
    assert at_hub(world, case).status is Status.RECEIVED


def test_what_is_brought_beside_the_line_in_time_meets_the_limit_of_the_notice(world: World) -> None:
    item = next(one for one in all_items() if any(limit.what == "supply" for limit in one.limits))
    case = taken_in(world, item)
    world.hub.decides(case, Act.ASK_CORRECTION)
    world.settle()
    world.station("dafeng").asks_withdrawal(case)
    world.settle()
    world.hub.decides(case, Act.DECLINE_WITHDRAWAL)
    world.settle()
    brings(world, case, item, item.required_materials[0].code)
    world.advance(60 * DAY_S)
    clocks = clocks_of_case(at_hub(world, case), item, LAW.calendar, world.hub.clock.now())
    assert [clock.state for clock in clocks if clock.limit.what == "supply"] == [ClockIs.MET]


def test_papers_that_were_to_follow_and_never_came_end_the_case_by_a_person_once_their_time_is_over(
    world: World,
) -> None:
    item = item_of("D01")
    case = taken_in(world, item)
    secondary = next(one.code for one in item.materials if one.secondary)
    officer = By("acceptor", Role.ACCEPTOR)
    _accepts_conditionally(world, case, officer, secondary)
    with pytest.raises(Refused, match=r"refused\.time-left"):
        world.hub.decides(case, Act.CLOSE_LATE)
    world.advance(60 * DAY_S)
    world.hub.decides(case, Act.CLOSE_LATE)
    assert at_hub(world, case).status is Status.WITHDRAWN
    assert kinds_of(at_hub(world, case).line[-1]) == [Kind.TERMINATION]


def _accepts_conditionally(world: World, case: str, by: By, material: str) -> None:
    office, seen = world.hub.office, at_hub(world, case).tip or ""
    said = decisions.Said(corrections=[Correction(material, "请在期限内补交")])
    with office.store.write() as tx:
        decisions.decide(
            tx, office.pen, world.hub.book, LAW, case, Act.ACCEPT_CONDITIONALLY, world.rng.randbytes(16), by=by,
            at=world.hub.clock.now(), seen=seen, said=said,
        )  # fmt: skip


# -- acts that the law names and that were once not open


def test_a_second_surveyor_who_cannot_sign_the_record_makes_another_and_the_first_may_sign_it(world: World) -> None:
    case = taken_in(world)
    for act in (Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY):
        world.hub.decides(case, act)
    assert Flag.SURVEYED in at_hub(world, case).flags


def test_a_licence_that_was_cancelled_by_mistake_reopened_and_issued_anew_can_be_revoked(world: World) -> None:
    case = taken_in(world)
    for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE):
        world.hub.decides(case, act)
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    for act in (Act.CANCEL_LICENCE, Act.REOPEN, Act.REVIEW, Act.GRANT, Act.ISSUE):
        world.hub.decides(case, act)
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    world.hub.decides(case, Act.REVOKE_LICENCE)
    assert Flag.LICENCE_ENDED in at_hub(world, case).flags


def test_what_was_never_granted_is_neither_revoked_nor_cancelled(world: World) -> None:
    case = taken_in(world)
    for act in (Act.ACCEPT, Act.REVIEW, Act.DENY, Act.ISSUE):
        world.hub.decides(case, act)
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    for act in (Act.CANCEL_LICENCE, Act.REVOKE_LICENCE):
        with pytest.raises(Refused, match=r"refused\.nothing-granted"):
            world.hub.decides(case, act)


def test_an_extension_that_changes_no_day_is_not_written(world: World) -> None:
    case = taken_in(world, item_of("B03"))
    world.hub.decides(case, Act.ACCEPT)
    world.advance(120 * DAY_S)
    with pytest.raises(Refused, match=r"refused\.extended-late"):
        world.hub.decides(case, Act.EXTEND)
    assert kinds_of(at_hub(world, case).line[-1]) == [Kind.ACCEPTANCE]


# -- what a citizen is handed


def test_after_a_reopening_the_clerk_hands_over_the_denial_and_not_the_grant_that_was_taken_back(world: World) -> None:
    case = taken_in(world)
    work, at = clockwork(world), world.hub.clock.now()
    for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE):
        world.hub.decides(case, act)
    while work.make_papers(at):
        pass
    world.settle()
    world.station("dafeng").returns_result(case)
    world.settle()
    for act in (Act.REOPEN, Act.REVIEW, Act.DENY, Act.ISSUE):
        world.hub.decides(case, act)
    while work.make_papers(at):
        pass
    world.settle()
    assert {made.kind for made in after.to_hand_over(at_desk(world, case))} == {Kind.DENIAL}


def test_a_document_of_an_act_that_was_set_aside_is_not_handed_over(world: World) -> None:
    """The hub lost its disk after a grant that a dark station had not heard, and denied with its memory gone."""
    case = taken_in(world)
    for act in (Act.ACCEPT, Act.REVIEW):
        world.hub.decides(case, act)
    world.settle()
    world.hub.copy_disk()
    work = clockwork(world)
    world.hub.decides(case, Act.GRANT)
    world.hub.decides(case, Act.ISSUE)
    while work.make_papers(world.hub.clock.now()):
        pass
    world.settle()
    world.network.cut("dafeng")
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.hub.decides(case, Act.DENY)
    work = clockwork(world)
    while work.make_papers(world.hub.clock.now()):
        pass
    world.network.mend("dafeng")
    world.settle()
    here = at_desk(world, case)
    assert here.status is Status.ISSUED
    assert Flag.FORKED in here.flags
    assert {made.kind for made in after.to_hand_over(here)} == {Kind.GRANT, Kind.LICENCE}


def test_a_grant_whose_bytes_no_disk_holds_any_more_is_made_again_and_handed_over(world: World) -> None:
    """The word of the document had reached the station when the hub's disk was lost, its bytes had not."""
    case = taken_in(world)
    for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT, Act.ISSUE):
        world.hub.decides(case, act)
    world.settle()
    while clockwork(world).make_papers(world.hub.clock.now()):
        pass
    made = {
        told.made.digest: world.hub.office.blobs.read(told.made.digest)
        for told in at_hub(world, case).documents
        if told.made
    }
    with world.hub.office.blobs.store.write() as tx:
        tx.execute("delete from pieces")
        tx.execute("delete from blobs")
    world.settle()
    with pytest.raises(Refused, match=r"refused\.result-not-here"):
        world.station("dafeng").hands_over(case)
    work = clockwork(world)
    while work.make_papers(world.hub.clock.now()):
        pass
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    assert at_hub(world, case).status is Status.HANDED_OVER
    assert {digest: world.station("dafeng").office.blobs.read(digest) for digest in made} == made
    with world.hub.office.store.read() as db:
        assert not [one for one in open_notices(db) if one.kind == "paper-lost"]


def denied_beside_a_grant(world: World, *, contact: str = "") -> tuple[str, str]:
    """A fork: the grant stands, the denial had its paper, and no disk holds the paper's bytes any more.

    Returns the case and the digest, after the hub's next round of chores with that `contact` on its papers.
    """
    case = taken_in(world)
    for act in (Act.ACCEPT, Act.REVIEW):
        world.hub.decides(case, act)
    world.settle()
    world.hub.copy_disk()
    world.hub.decides(case, Act.GRANT)
    world.settle()
    world.network.cut("dafeng")
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.hub.decides(case, Act.DENY)
    while clockwork(world).make_papers(world.hub.clock.now()):
        pass
    (paper,) = (one.made for one in at_hub(world, case).documents if one.made and one.made.kind == Kind.DENIAL)
    with world.hub.office.blobs.store.write() as tx:
        tx.execute("delete from pieces where digest = ?", (paper.digest,))
        tx.execute("delete from blobs where digest = ?", (paper.digest,))
    world.network.mend("dafeng")
    world.settle()
    assert [step.act.act for step in at_hub(world, case).set_aside] == [Act.DENY]
    with world.hub.office.store.read() as db:
        assert paper.digest in {one.subject for one in open_notices(db) if one.kind == "paper-lost"}
    work = clockwork(world)
    if contact:
        work = replace(work, papers=replace(work.papers, contact=contact))
    while work.make_papers(world.hub.clock.now()):
        pass
    world.settle()
    return case, paper.digest


def test_the_paper_of_a_decision_that_was_set_aside_since_comes_back_for_whoever_settles_the_fork(world: World) -> None:
    case, denial = denied_beside_a_grant(world)
    assert all(party.office.blobs.has(denial) for party in (world.hub, world.station("dafeng")))
    with world.hub.office.store.read() as db:
        assert not [one for one in open_notices(db) if one.kind == "paper-lost"]
        assert db.execute("select count(*) from to_print").fetchone()[0] == 0
    assert Kind.DENIAL not in {made.kind for made in after.to_hand_over(at_desk(world, case))}


def test_a_decision_that_was_set_aside_gets_no_second_paper_with_other_words(world: World) -> None:
    case, denial = denied_beside_a_grant(world, contact="another telephone")
    found = {one.made.digest for one in at_hub(world, case).documents if one.made and one.made.kind == Kind.DENIAL}
    assert found == {denial}
    with world.hub.office.store.read() as db:
        assert not [one for one in open_notices(db) if one.kind == "paper-lost"]
        assert db.execute("select count(*) from to_print").fetchone()[0] == 0


def test_a_hub_that_lost_its_disk_and_lapses_again_has_accepted_once(world: World) -> None:
    case = taken_in(world)
    world.advance(9 * DAY_S)
    world.stations_are_heard()
    world.hub.copy_disk()
    work = clockwork(world)
    work.keep_standing(world.hub.clock.now())
    assert work.let_the_law_act(world.hub.clock.now()) == 1
    world.settle()
    world.network.cut("dafeng")
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()  # boya is heard
    world.advance(3600)
    work = clockwork(world)
    work.keep_standing(world.hub.clock.now())
    assert work.let_the_law_act(world.hub.clock.now()) == 1
    world.network.mend("dafeng")
    world.settle()
    for seen in (at_hub(world, case), at_desk(world, case)):
        assert [act.act for act in seen.line] == [Act.SUBMIT, Act.DEEM_ACCEPTED]
        assert seen.set_aside == []
        assert Flag.FORKED not in seen.flags
    assert world.differences() == []


def test_nobody_speaks_of_a_case_whose_first_act_is_lost_to_a_station_that_nobody_knows(world: World) -> None:
    """The station's disk went before the receipt had left it; what came after it was told, and waits at the hub."""
    world.network.cut("dafeng")
    station = world.station("dafeng")
    case = station.submits(FOOD)
    assert case is not None
    first = at_desk(world, case).line[0]
    later = CaseAct(
        case=case, id=world.rng.randbytes(16).hex(), act=Act.SUPPLEMENT, follows=first.id, by=station.clerk, at=first.at
    )
    office = world.station("boya").office  # any letter may bring it: what a case is about is said by its first act
    with office.store.write() as tx:
        office.pen.write(
            tx, "hub", "case.act", tell(later), by="clerk", at=world.station("boya").clock.now(), case=case
        )
    world.settle()
    assert at_hub(world, case).status is None
    hub = world.hub
    with hub.office.store.write() as tx, pytest.raises(Refused, match=r"refused\.no-case"):
        decisions.settle_set_aside(
            tx, hub.office.pen, hub.book, case, later.id, world.rng.randbytes(16), reason="seen",
            by=By("leader", Role.LEADER), at=hub.clock.now(),
        )  # fmt: skip
    with hub.office.store.read() as db:
        assert db.execute("select 1 from epochs where reader = ''").fetchone() is None
