"""A case that is taken in at one station and handed over at another, and what two desks make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.decisions import Said, decide
from node import after, desk, places
from node.cases import SyncState
from protocol import attention
from protocol.cases.acts import By, CaseAct, Retold, Told, encode_retold
from protocol.cases.case import Case, Standing
from protocol.cases.rules import Act, Flag, Role, Side, Status
from protocol.clock import stamp
from protocol.documents.kinds import Kind
from protocol.errors import Refused
from protocol.exchange.messages import Kind as MessageKind
from tests.world import LAW, Station, World

LEADER = By("leader", Role.LEADER, "机关负责人")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, seed=11)
    yield world
    for party in world.parties():
        party.kill()


def at(station: Station, case: str) -> Case:
    found = station.case(case)
    assert found is not None
    return found


def granted(world: World, **how: str) -> str:
    """Taken in at Dafeng and granted."""
    case = world.station("dafeng").submits(**how)  # type: ignore[arg-type]
    assert case
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.hub.decides(case, Act.GRANT)
    return case


def carried(world: World) -> None:
    """Until every station has heard what there is to hear."""
    for _ in range(3):
        world.settle()
        world.hub.does_its_chores()
    world.settle()


def a_while(world: World) -> None:
    """The same while a station is dark: who owes it something goes on trying, and nothing comes to rest."""
    for _ in range(4):
        for _ in range(150):
            world.turn()
        world.hub.does_its_chores()
        world.advance(5)
    for _ in range(150):
        world.turn()


def moved(world: World, case: str, to: str) -> None:
    world.hub.decides(case, Act.MOVE, to=to)
    carried(world)


def test_what_was_wished_at_the_intake_is_handed_over_at_the_other_station(world: World) -> None:
    case = granted(world, fetch_at="boya")
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    boya, dafeng = world.station("boya"), world.station("dafeng")
    here = at(boya, case)
    assert (here.status, here.station) == (Status.ISSUED, "boya")
    assert {made.kind for made in after.to_hand_over(here)} == {Kind.GRANT, Kind.LICENCE}
    assert boya.sync(case).state is SyncState.MOVED_HERE
    with pytest.raises(Refused, match="not-holder"):
        dafeng.hands_over(case)
    boya.hands_over(case)
    carried(world)
    for party in (world.hub, boya, dafeng):
        assert at(party, case).status is Status.HANDED_OVER  # type: ignore[arg-type]
    assert boya.sync(case).state is SyncState.ACKED
    assert world.differences() == []


def test_the_other_desk_is_told_neither_the_answers_nor_given_the_scans(world: World) -> None:
    case = granted(world, fetch_at="boya")
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    mine, theirs = at(world.station("boya"), case), at(world.station("dafeng"), case)
    assert mine.answers == {}
    assert theirs.answers
    assert mine.applicant == theirs.applicant  # whoever takes the result is compared with it
    blobs = world.station("boya").office.blobs
    assert not any(blobs.has(paper.digest) for paper in theirs.papers)
    assert all(blobs.has(made.digest) for made in after.to_hand_over(mine))
    with world.station("boya").office.store.read() as db:
        bodies = [
            bytes(row[0])
            for row in db.execute("select body from entries where kind = ?", (MessageKind.CASE_TOLD,)).fetchall()
        ]
    secret = next(value for value in theirs.answers.values() if len(value) > 5 and value != theirs.applicant.number)
    assert bodies
    assert not any(secret.encode() in body for body in bodies if secret not in (theirs.applicant.phone, theirs.number))


def test_a_correction_is_taken_in_at_the_other_station_with_the_answers_before_the_clerks_eyes(world: World) -> None:
    case = world.station("dafeng").submits()
    assert case
    world.settle()
    world.hub.decides(case, Act.ASK_CORRECTION)
    world.settle()
    moved(world, case, "boya")
    boya = world.station("boya")
    assert at(boya, case).answers == at(world.station("dafeng"), case).answers
    boya.supplies(case)
    carried(world)
    assert at(world.hub, case).status is Status.RECEIVED  # type: ignore[arg-type]
    assert world.differences() == []


def test_a_result_that_was_handed_over_in_the_dark_was_handed_over_wherever_the_case_was_moved(world: World) -> None:
    case = granted(world)
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    world.network.cut("dafeng")
    world.hub.decides(case, Act.MOVE, to="boya")
    a_while(world)
    assert at(world.station("boya"), case).station == "boya"
    world.station("dafeng").hands_over(case)
    world.network.mend("dafeng")
    carried(world)
    for party in world.parties():
        here = at(party, case)  # type: ignore[arg-type]
        assert (here.status, here.station) == (Status.HANDED_OVER, "dafeng")
        assert Flag.FORKED in here.flags
    with world.hub.office.store.read() as db:
        assert "case-forked" in {notice.kind for notice in attention.open_notices(db, case=case)}
    with pytest.raises(Refused, match="not-holder"):
        world.station("boya").hands_over(case)
    assert world.differences() == []


def test_two_desks_that_both_handed_it_over_are_put_before_a_person_and_the_first_holder_stands(world: World) -> None:
    case = granted(world)
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    world.network.cut("dafeng")
    world.hub.decides(case, Act.MOVE, to="boya")
    a_while(world)
    world.station("boya").hands_over(case)
    world.station("dafeng").hands_over(case)
    a_while(world)
    world.network.mend("dafeng")
    carried(world)
    here = at(world.hub, case)  # type: ignore[arg-type]
    assert here.station == "dafeng"
    aside = {(step.act.act, step.standing) for step in here.set_aside}
    assert aside == {(Act.MOVE, Standing.FORKED), (Act.HAND_OVER, Standing.FORKED)}
    assert world.differences() == []


def test_a_station_that_is_lost_for_good_leaves_its_cases_to_another(world: World) -> None:
    dafeng = world.station("dafeng")
    case = granted(world)
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    dafeng.kill()
    world.renew_keyring(revoked=("dafeng",))
    with world.hub.office.store.write() as tx:
        decide(
            tx, world.hub.office.pen, world.hub.book, LAW, case, Act.MOVE, b"m" * 16, by=LEADER,
            at=world.hub.clock.now(), seen=at(world.hub, case).tip or "",  # type: ignore[arg-type]
            said=Said(reason="大丰站已撤销", to="boya"),
        )  # fmt: skip
    a_while(world)
    world.station("boya").hands_over(case)
    a_while(world)
    assert at(world.hub, case).status is Status.HANDED_OVER  # type: ignore[arg-type]
    assert at(world.hub, case).intake.station == "dafeng"  # type: ignore[arg-type,union-attr]


def test_whoever_never_held_a_case_says_nothing_of_it(world: World) -> None:
    case = granted(world, fetch_at="")
    world.settle()
    boya = world.station("boya")
    with boya.office.store.write() as tx:
        known = at(world.station("dafeng"), case)
        act = desk.blank(known, Act.ASK_WITHDRAWAL, boya.clerk, id_="f" * 32, at=boya.clock.now(), reason="x")
        boya.office.pen.write(
            tx, "hub", MessageKind.CASE_ACT, desk.tell(act), by="clerk", at=boya.clock.now(), case=case
        )
    carried(world)
    assert at(world.hub, case).open_request is None  # type: ignore[arg-type]
    with world.hub.office.store.read() as db:
        assert "poison" in {notice.kind for notice in attention.open_notices(db)}


def test_the_applicant_may_change_his_mind_as_long_as_nothing_is_handed_over(world: World) -> None:
    case = granted(world)
    dafeng = world.station("dafeng")
    dafeng.asks_move(case, "boya")
    carried(world)
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    assert at(world.station("boya"), case).station == "boya"
    world.station("boya").asks_move(case, "dafeng")
    carried(world)
    assert {at(party, case).station for party in world.parties()} == {"dafeng"}  # type: ignore[arg-type]
    dafeng.hands_over(case)
    carried(world)
    with pytest.raises(Refused, match="not-open"):
        dafeng.asks_move(case, "boya")
    assert world.differences() == []


def test_a_station_asks_for_a_case_that_it_does_not_have_and_a_person_passes_it_on(world: World) -> None:
    case = granted(world)
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    boya, number = world.station("boya"), at(world.station("dafeng"), case).number
    with boya.office.store.write() as tx:
        places.ask_for(tx, boya.office.pen, boya.book, number, reason="搬家", by=boya.clerk, at=boya.clock.now())
    carried(world)
    with world.hub.office.store.read() as db:
        (notice,) = [one for one in attention.open_notices(db) if one.kind == "fetch-asked"]
    assert notice.case_id == case
    with boya.office.store.read() as db:
        assert [one.number for one in places.asked_for(db, "boya")] == [number]
    moved(world, case, "boya")
    with world.hub.office.store.read() as db:
        assert not [one for one in attention.open_notices(db) if one.kind == "fetch-asked"]
    with boya.office.store.read() as db:
        assert places.asked_for(db, "boya") == []


def test_a_withdrawn_case_has_its_paper_served_before_it_is_closed(world: World) -> None:
    dafeng = world.station("dafeng")
    case = dafeng.submits()
    assert case
    world.settle()
    dafeng.asks_withdrawal(case)
    world.settle()
    world.hub.decides(case, Act.ALLOW_WITHDRAWAL)
    world.settle()
    with pytest.raises(Refused, match="result-not-here"):
        dafeng.hands_over(case)  # the paper is still being printed
    carried(world)
    assert {made.kind for made in after.to_hand_over(at(dafeng, case))} == {Kind.WITHDRAWAL}
    dafeng.hands_over(case)
    carried(world)
    assert at(world.hub, case).status is Status.HANDED_OVER  # type: ignore[arg-type]
    world.hub.decides(case, Act.ARCHIVE)
    carried(world)
    assert world.differences() == []


def test_a_hub_that_lost_its_disk_knows_again_where_every_case_lies(world: World) -> None:
    world.hub.copy_disk()
    case = granted(world, fetch_at="boya")
    world.hub.decides(case, Act.ISSUE)
    carried(world)
    world.station("boya").hands_over(case)
    carried(world)
    before = replace(at(world.hub, case), steps=[])  # type: ignore[arg-type]
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    carried(world)
    after_ = at(world.hub, case)  # type: ignore[arg-type]
    assert (after_.status, after_.station, after_.tip) == (before.status, before.station, before.tip)
    assert after_.answers == before.answers  # the first desk's own word, not the copy that the second was told
    assert world.differences() == []


def test_of_a_case_of_which_nothing_but_the_move_is_left_every_desk_knows_the_same(world: World) -> None:
    """Every disk that held its first act was lost; what is given back is the copy that another desk had been told."""
    hub = world.hub
    move = CaseAct(
        case="c" * 32, id="d" * 32, act=Act.MOVE, follows="c" * 32, by=LEADER, at=stamp(hub.clock.now()), to="boya",
        reason="搬家",
    )  # fmt: skip
    copy = Retold(told=Told(move, Side.HUB, 1, "019cabe5f3a0a5fe", 7, "boya"), whole=False)
    with hub.office.store.write() as tx:
        hub.office.pen.write(
            tx, "dafeng", MessageKind.CASE_TOLD, encode_retold(copy), by="hub", at=hub.clock.now(), case=move.case
        )
    carried(world)
    for party in world.parties():
        (step,) = at(party, move.case).steps  # type: ignore[arg-type]
        assert (step.act.id, step.standing) == (move.id, Standing.WAITING), party.name
    with hub.office.store.read() as db:
        assert db.execute("select count(*) from to_retell").fetchone()[0] == 0
