"""Instant approval from the counter to the district: what clerks, applicants and the head of the agency see of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from hub import decisions
from hub import instant as hub_instant
from hub.facts import fact_of
from node import after
from protocol import attention
from protocol.archive.verifying import verify
from protocol.cases.acts import By, CaseAct
from protocol.cases.rules import Act, Flag, Role, Status
from protocol.catalogue.reference import ReferenceList
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs
from protocol.errors import Refused
from protocol.instant.deciding import Why
from tests.believable.officers import officer_for, what_is_said
from tests.instant.desks import Shelf, decides, issue, looks, prints
from tests.instant.rules import item
from tests.test_every_item import archive_of, prints_its_own
from tests.world import LAW, World

ADULT = "510114199003070018"
CHILD = "510114201503070014"
HOUR = 3600.0
LEADER = By("leader", Role.LEADER, "周局")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.hub.office.store.write() as tx:
        tx.execute("update stations set tier = 'town'")
    made.settle()
    yield made
    for party in made.parties():
        party.kill()


SHELF = Shelf(issue())


def reopens(world: World, case: str) -> None:
    now = world.hub.case(case)
    assert now is not None
    office, at = world.hub.office, world.hub.clock.now()
    with office.store.write() as tx:
        decisions.decide(
            tx, office.pen, world.hub.book, LAW, case, Act.REOPEN, world.rng.randbytes(16), by=LEADER, at=at,
            seen=now.tip or "", said=decisions.Said(reason="登记簿上有查封，不应当场出具"),
        )  # fmt: skip


def test_a_proof_is_decided_while_the_wire_is_cut_and_confirmed_when_it_is_mended(world: World) -> None:
    station = world.station("dafeng")
    world.network.cut("dafeng")
    world.advance(2 * HOUR)
    case, outcome = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    assert outcome.granted
    at_desk = station.case(case)
    assert at_desk is not None
    assert (at_desk.status, at_desk.flags) == (Status.ISSUED, {Flag.INSTANT, Flag.PROVISIONAL})
    assert at_desk.number == outcome.number
    assert at_desk.decision is not None
    assert at_desk.decision.number.startswith(outcome.number)
    assert at_desk.decision.reason == "本人成年，已当面核验身份，查询本区登记资料"
    assert at_desk.decision.basis == "不动产登记暂行条例第二十七条"
    prints(station, case)
    station.hands_over(case)
    assert looks(world, SHELF) == 0
    world.heal()
    assert looks(world, SHELF) == 1
    world.settle()
    for end in (station.case(case), world.hub.case(case)):
        assert end is not None
        assert (end.status, end.flags) == (Status.HANDED_OVER, {Flag.INSTANT})
        assert end.looked_at is not None
    assert world.differences() == []


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"id_number": CHILD, "range": "district"}, (Why.RULE, "minor")),
        ({"id_number": ADULT, "range": "city"}, (Why.RULE, "whole_city")),
    ],
)
def test_what_the_rules_do_not_grant_is_an_ordinary_case_with_the_reason_in_it(
    world: World, answers: dict[str, str], why: tuple[Why, str]
) -> None:
    case, outcome = decides(world.station("dafeng"), SHELF, "R02", **answers)
    assert not outcome.granted
    assert outcome.decision is not None
    assert why in {(one.why, one.about) for one in outcome.decision.reasons}
    world.settle()
    at_hub = world.hub.case(case)
    assert at_hub is not None
    assert (at_hub.status, at_hub.flags) == (Status.RECEIVED, set())
    assert at_hub.line[0].trace is not None
    assert at_hub.line[0].trace.outcome == "person"
    assert looks(world, SHELF) == 0


def test_a_station_that_has_not_heard_of_the_district_for_a_day_hands_to_a_person_what_hangs_on_that(
    world: World,
) -> None:
    """The rule asks how often the applicant was given a proof here; after a day nobody knows that for sure."""
    station = world.station("dafeng")
    world.network.cut("dafeng")
    world.advance(25 * HOUR)
    _, outcome = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    assert outcome.decision is not None
    assert {(one.why, one.about) for one in outcome.decision.reasons} == {(Why.STALE, "given_here")}
    _, promised = decides(station, SHELF, "I03", committed=True, id_number=ADULT, purpose="school")
    assert promised.granted  # what it asks is known here alone


def test_the_fourth_proof_for_one_person_is_looked_at(world: World) -> None:
    station = world.station("dafeng")
    found = [decides(station, SHELF, "R02", id_number=ADULT, range="district")[1].granted for _ in range(4)]
    assert found == [True, True, True, False]


def test_a_station_without_the_power_to_decide_and_one_without_a_signed_issue_take_in_as_ever(world: World) -> None:
    station = world.station("dafeng")
    _, outcome = decides(station, Shelf(issue(0)), "R02", id_number=ADULT, range="district")
    assert (outcome.granted, outcome.decision) == (False, None)
    _, outcome = decides(station, SHELF, "M01")
    assert (outcome.granted, outcome.decision) == (False, None)


def test_a_business_is_registered_at_the_counter_and_its_sealed_licence_follows(world: World) -> None:
    names = ReferenceList("registered-names", "已登记名称", "Names", "登记机关", date(2026, 3, 2), ("大丰小面",))
    scopes = ReferenceList("standard-scopes", "规范表述", "Scopes", "登记机关", date(2026, 1, 1), ("小吃服务",))
    shelf = Shelf(issue(decides=["M01"], lists=[names, scopes]))
    station = world.station("dafeng")
    wanted = {"owner_id": ADULT, "organisation": "person", "shop_name": "上河小面", "scope": "小吃服务"}
    case, outcome = decides(station, shelf, "M01", **wanted)
    assert outcome.granted, outcome
    taken = decides(station, shelf, "M01", **(wanted | {"owner_id": "510114198003070013", "shop_name": "大丰 小面"}))[1]
    assert taken.decision is not None
    assert (Why.RULE, "name_taken") in {(one.why, one.about) for one in taken.decision.reasons}
    world.settle()
    looks(world, shelf)
    with world.hub.office.store.read() as db:
        licence = db.execute("select number, holder, valid_to from licences where case_id = ?", (case,)).fetchone()
        wanted_papers = db.execute("select kind from to_print where case_id = ?", (case,)).fetchall()
    assert licence["number"] == f"{outcome.number}·即办证照"
    assert [row[0] for row in wanted_papers] == ["licence"]
    world.advance(49 * HOUR)
    world.settle()
    stale = decides(station, shelf, "M01", **(wanted | {"owner_id": "510114198103070010", "shop_name": "下河小面"}))[1]
    assert stale.decision is not None
    assert (Why.STALE, "name_taken") in {(one.why, one.about) for one in stale.decision.reasons}


def test_nobody_is_handed_a_decision_that_was_never_printed(world: World) -> None:
    station = world.station("dafeng")
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    with pytest.raises(Refused, match="not-printed"):
        station.hands_over(case)
    prints(station, case)
    station.hands_over(case)
    now = station.case(case)
    assert now is not None
    assert now.status is Status.HANDED_OVER


def test_the_head_of_the_agency_reverses_it_and_a_person_decides_anew(world: World) -> None:
    station = world.station("dafeng")
    case, outcome = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    prints(station, case)
    world.settle()
    looks(world, SHELF)
    reopens(world, case)
    world.settle()
    for end in (station.case(case), world.hub.case(case)):
        assert end is not None
        assert (end.status, end.flags) == (Status.ACCEPTED, {Flag.REOPENED})
    at_desk = station.case(case)
    assert at_desk is not None
    assert after.to_hand_over(at_desk) == []
    with world.hub.office.store.read() as db:
        ends = db.execute("select number, how from ends where case_id = ?", (case,)).fetchall()
    assert [tuple(row) for row in ends] == [(f"{outcome.number}·即办", "reversed")]
    for act in (Act.REVIEW, Act.GRANT, Act.ISSUE):
        now = world.hub.case(case)
        assert now is not None
        office, at = world.hub.office, world.hub.clock.now()
        with office.store.write() as tx:
            decisions.decide(
                tx, office.pen, world.hub.book, LAW, case, act, world.rng.randbytes(16), by=officer_for(now, act), at=at,
                seen=now.tip or "", said=what_is_said(now, act, at, item("R02")),
            )  # fmt: skip
    world.settle()
    end = station.case(case)
    assert end is not None
    assert end.status is Status.ISSUED
    assert world.differences() == []


def test_a_paper_that_was_handed_over_before_the_reversal_came_stays_with_the_applicant_until_it_is_reversed_again(
    world: World,
) -> None:
    """The desk's word stands; the head sees both versions, and reopens what is in the applicant's hands."""
    station = world.station("dafeng")
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    prints(station, case)
    world.settle()
    world.network.cut("dafeng")
    station.hands_over(case)
    reopens(world, case)
    world.heal()
    for end in (station.case(case), world.hub.case(case)):
        assert end is not None
        assert end.status is Status.HANDED_OVER
        assert Flag.FORKED in end.flags
    reopens(world, case)
    world.settle()
    now = station.case(case)
    assert now is not None
    assert now.status is Status.ACCEPTED
    assert world.differences() == []


def test_what_the_district_would_not_have_granted_is_put_before_the_head_and_never_refused(world: World) -> None:
    """The rule of the issue that the district signed is a stricter one than that of the station."""
    station = world.station("dafeng")
    rule = item("R02").instant
    assert rule is not None
    anybody = replace(rule.rules[0], name="anybody", when="age >= 0 && identity_papers >= 0")
    lax = replace(rule, rules=(*(one for one in rule.rules if one.name != "minor"), anybody))
    case, outcome = decides(
        station, Shelf(issue(items=[replace(item("R02"), instant=lax)])), "R02", id_number=CHILD, range="district"
    )
    assert outcome.granted
    world.settle()
    assert looks(world, SHELF) == 1
    world.settle()
    for end in (station.case(case), world.hub.case(case)):
        assert end is not None
        assert (end.status, end.flags) == (Status.ISSUED, {Flag.INSTANT, Flag.PROVISIONAL, Flag.DOUBTED})
    with world.hub.office.store.read() as db:
        (notice,) = attention.open_notices(db, case=case)
    assert (notice.kind, notice.whose) == ("instant-doubted", "leader")
    assert looks(world, SHELF) == 0
    office, at = world.hub.office, world.hub.clock.now()
    with pytest.raises(Refused, match="reason-missing"), office.store.write() as tx:
        hub_instant.confirm(tx, office.pen, world.hub.book, case, b"x" * 16, reason=" ", by=LEADER, at=at)
    with office.store.write() as tx:
        hub_instant.confirm(tx, office.pen, world.hub.book, case, b"x" * 16, reason="监护人在场", by=LEADER, at=at)
        assert attention.open_notices(tx, case=case) == []
    world.settle()
    now = station.case(case)
    assert now is not None
    assert now.flags == {Flag.INSTANT}


@pytest.mark.parametrize("what", ["answers", "authority", "version", "value"])
def test_a_station_that_says_what_is_not_so_is_found_out(world: World, what: str) -> None:
    """A box that was tampered with signs its own letters all the same."""
    station = world.station("dafeng")
    changes: dict[str, object] = {}

    def forged(act: CaseAct) -> CaseAct:
        assert act.intake is not None
        assert act.trace is not None
        if what == "answers":
            return msgspec.structs.replace(
                act, intake=msgspec.structs.replace(act.intake, answers=act.intake.answers | {"id_number": CHILD})
            )
        if what == "value":
            inputs = [
                msgspec.structs.replace(one, value="7") if one.name == "given_here" else one for one in act.trace.inputs
            ]
            return msgspec.structs.replace(act, trace=msgspec.structs.replace(act.trace, inputs=inputs))
        return act

    import node.instant as at_the_desk

    written, real = at_the_desk.tell, at_the_desk.tell
    at_the_desk.tell = lambda act: written(forged(act))  # the tampered box
    try:
        case, outcome = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    finally:
        at_the_desk.tell = real
    assert outcome.granted
    world.settle()
    if what == "authority":
        with world.hub.office.store.write() as tx:
            tx.execute("update stations set tier = 'kiosk'")
    if what == "version":
        later = replace(item("R02"), version=2, in_force_from=date(2026, 2, 1))
        changes = {"catalogue": issue(2, items=[later]), "older": [SHELF.catalogue]}
    assert looks(world, replace(SHELF, **changes)) == 1  # type: ignore[arg-type]
    now = world.hub.case(case)
    assert now is not None
    assert Flag.DOUBTED in now.flags


def test_it_is_confirmed_only_when_every_paper_can_be_read(world: World) -> None:
    station = world.station("dafeng")
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    world.settle()
    with world.hub.office.store.write() as tx:
        tx.execute("update papers set here = 0 where case_id = ?", (case,))
    assert looks(world, SHELF) == 0
    with world.hub.office.store.write() as tx:
        tx.execute("update papers set here = 1 where case_id = ?", (case,))
    assert looks(world, SHELF) == 1


def test_a_hub_that_lost_its_disk_confirms_once(world: World) -> None:
    station = world.station("dafeng")
    world.hub.copy_disk()
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    world.settle()
    looks(world, SHELF)
    world.settle()
    world.hub.lose_disk(0, told=True)
    world.heal()
    looks(world, SHELF)
    world.settle()
    now = world.hub.case(case)
    assert now is not None
    assert [one.act for one in now.line].count(Act.CONFIRM) == 1
    assert world.differences() == []


def test_its_clocks_are_met_on_the_day_on_which_it_came(world: World) -> None:
    station = world.station("dafeng")
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    now = station.case(case)
    assert now is not None
    world.advance(30 * 24 * HOUR)
    states = clocks_of_case(now, item("R02"), LAW.calendar, station.clock.now())
    assert {state.state for state in states} <= {ClockIs.MET}


def test_a_promise_that_was_granted_at_once_is_looked_at_afterwards(world: World) -> None:
    case, outcome = decides(
        world.station("dafeng"), SHELF, "I03", committed=True, id_number=ADULT, purpose="bank"
    )  # fmt: skip
    assert outcome.granted
    now = world.station("dafeng").case(case)
    assert now is not None
    assert {Flag.COMMITTED, Flag.CHECK_DUE} <= now.flags


def test_it_is_counted_as_granted_at_once_and_in_time(world: World) -> None:
    station = world.station("dafeng")
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    world.settle()
    at_hub = world.hub.case(case)
    assert at_hub is not None
    fact = fact_of(at_hub, LAW, world.hub.clock.now())
    assert fact is not None
    assert (fact.outcome, fact.opened_on, fact.decided_on, fact.issued_on) == ("granted", *["2026-03-02"] * 3)
    assert {name: fact.counts.get(name, 0) for name in ("at_once", "in_time", "one_visit", "granted", "denied")} == {
        "at_once": 1, "in_time": 1, "one_visit": 1, "granted": 1, "denied": 0,
    }  # fmt: skip


def test_it_goes_to_the_archive_with_its_trace(world: World) -> None:
    station = world.station("dafeng")
    case, _ = decides(station, SHELF, "R02", id_number=ADULT, range="district")
    prints(station, case)
    station.hands_over(case)
    prints_its_own(world, case, item("R02"))
    world.settle()
    looks(world, SHELF)
    world.settle()
    at_hub = world.hub.case(case)
    assert at_hub is not None
    with world.hub.office.store.read() as db:
        assert archive_of(world).lacks(db, at_hub, {}) == []
    done = archive_of(world).make(
        case, by=officer_for(at_hub, Act.ARCHIVE), at=world.hub.clock.now(), seen=at_hub.tip or ""
    )
    package = archive_of(world).read(done.package)
    assert verify(package, world.authority.public_key()).problems == []
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        record = files.read("record.jsonl").decode()
    assert all(words in record for words in ("decide-at-once", "own_record", "common-expression-language"))
