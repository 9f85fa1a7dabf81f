"""The rule library: from a draft to what holds, who has read it, and what was tried against it."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlite_utils import Database

from hub import breaches, library, readings, stations
from hub.library import State, Step
from hub.schema import migrations
from node import rulebook
from protocol.cases.acts import By
from protocol.cases.words import Role, Side
from protocol.catalogue.bundle import Catalogue
from protocol.controls.machine import control_for, delivered
from protocol.controls.packing import book_of
from protocol.errors import Refused
from protocol.exchange.envelope import seal_to_self
from tests.world import MORNING, World

TODAY = date(2026, 3, 2)
EDITOR = By("chen", Role.EDITOR, "陈编")
LAWYER = By("lu", Role.PUBLISHER, "陆法")
LEADER = By("he", Role.LEADER, "何主任")


@pytest.fixture
def db() -> Iterator[Database]:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    migrations.apply(db)
    yield db
    db.conn.close()


def _second_version(db: Database, day: date = date(2026, 4, 1)) -> library.Kept:
    """A-02 with another text, through all hands."""
    rule = dataclasses.replace(delivered().rule("A-02", 1), text="一次告知，当场说清。")
    made = library.draft(db, rule, by=EDITOR, at=MORNING)
    assert made.name == "A-02 v2"
    for step, by, note in (
        (Step.SUBMIT, EDITOR, ""),
        (Step.EXAMINE, LAWYER, "不与上位法冲突"),
        (Step.APPROVE, LEADER, ""),
    ):
        library.take(db, "A-02", 2, step, by=by, at=MORNING, note=note)
    return library.take(db, "A-02", 2, Step.PUBLISH, by=LAWYER, at=MORNING, day=day)


def test_a_rule_passes_a_lawyer_and_a_second_person_and_takes_the_place_of_the_old_one(db: Database) -> None:
    published = _second_version(db)
    assert published.state is State.PUBLISHED
    assert published.rule.replaces == "A-02 v1"
    book = library.book(db)
    assert book.current("A-02", date(2026, 3, 31)).version == 1  # type: ignore[union-attr]
    assert book.current("A-02", date(2026, 4, 1)).version == 2  # type: ignore[union-attr]
    old = library.need(db, "A-02", 1)
    assert old.rule.in_force_to == date(2026, 3, 31)
    assert old.shown(date(2026, 3, 31)) is State.PUBLISHED
    assert old.shown(date(2026, 4, 1)) is State.SUPERSEDED
    assert control_for("refused.already-corrected", date(2026, 4, 1), book) == ("A-02", 2)
    assert [taken.step for taken in library.steps(db, "A-02")] == [
        Step.PUBLISH, Step.APPROVE, Step.EXAMINE, Step.SUBMIT, Step.DRAFT,
    ]  # fmt: skip


def test_who_drafted_neither_examines_nor_approves_under_any_role_or_name(db: Database) -> None:
    rule = dataclasses.replace(delivered().rule("A-02", 1), text="改过的。")
    library.draft(db, rule, by=EDITOR, at=MORNING)
    library.take(db, "A-02", 2, Step.SUBMIT, by=EDITOR, at=MORNING)
    for by in (By("chen", Role.PUBLISHER), By("du", Role.PUBLISHER, on_behalf="chen")):
        with pytest.raises(Refused, match=r"refused\.own-draft"):
            library.take(db, "A-02", 2, Step.EXAMINE, by=by, at=MORNING, note="很好")
    with pytest.raises(Refused, match=r"refused\.rule-state"):  # no lawyer has looked at it
        library.take(db, "A-02", 2, Step.APPROVE, by=LEADER, at=MORNING)
    library.take(db, "A-02", 2, Step.EXAMINE, by=LAWYER, at=MORNING, note="可")
    with pytest.raises(Refused, match=r"refused\.own-draft"):
        library.take(db, "A-02", 2, Step.APPROVE, by=By("chen", Role.LEADER), at=MORNING)
    with pytest.raises(Refused, match=r"refused\.role"):
        library.take(db, "A-02", 2, Step.APPROVE, by=EDITOR, at=MORNING)
    assert library.need(db, "A-02", 2).state is State.LEGAL_REVIEW
    assert control_for("refused.own-draft", TODAY) == ("W-36", 1)


def test_a_draft_that_was_sent_back_wants_a_new_opinion(db: Database) -> None:
    rule = dataclasses.replace(delivered().rule("A-02", 1), text="改过的。")
    library.draft(db, rule, by=EDITOR, at=MORNING)
    library.take(db, "A-02", 2, Step.SUBMIT, by=EDITOR, at=MORNING)
    library.take(db, "A-02", 2, Step.EXAMINE, by=LAWYER, at=MORNING, note="可")
    with pytest.raises(Refused, match=r"refused\.reason-missing"):
        library.take(db, "A-02", 2, Step.SEND_BACK, by=LAWYER, at=MORNING, note=" ")
    library.take(db, "A-02", 2, Step.SEND_BACK, by=LAWYER, at=MORNING, note="第二句改一改")
    again = library.draft(db, dataclasses.replace(rule, text="再改。"), by=EDITOR, at=MORNING)
    assert again.version == 2
    moved = library.take(db, "A-02", 2, Step.SUBMIT, by=EDITOR, at=MORNING)
    assert moved.opinion == ""
    with pytest.raises(Refused, match=r"refused\.rule-state"):
        library.draft(db, rule, by=EDITOR, at=MORNING)  # it is with the lawyer


def test_a_day_that_is_over_or_taken_is_refused_with_what_to_do(db: Database) -> None:
    _second_version(db)
    rule = dataclasses.replace(delivered().rule("A-02", 1), text="第三版。")
    library.draft(db, rule, by=EDITOR, at=MORNING)
    library.take(db, "A-02", 3, Step.SUBMIT, by=EDITOR, at=MORNING)
    library.take(db, "A-02", 3, Step.EXAMINE, by=LAWYER, at=MORNING, note="可")
    library.take(db, "A-02", 3, Step.APPROVE, by=LEADER, at=MORNING)
    for day, said in (
        (date(2026, 3, 1), "must be today or a later day"),
        (None, "must be today"),
        (date(2026, 4, 1), "A-02 v2 comes into force that day"),
        (date(2026, 3, 15), "A-02 v3 is in force on that day"),  # v2 would begin while v3 holds
    ):
        db.conn.execute("begin")
        with pytest.raises(Refused, match=said):
            library.take(db, "A-02", 3, Step.PUBLISH, by=LAWYER, at=MORNING, day=day)
        db.conn.execute("rollback")
    library.take(db, "A-02", 3, Step.PUBLISH, by=LAWYER, at=MORNING, day=date(2026, 5, 1))


def test_a_repealed_rule_holds_to_its_last_day_and_its_control_goes_on(db: Database) -> None:
    library.take(db, "A-02", 1, Step.REPEAL, by=LEADER, at=MORNING, note="并入新办法", day=date(2026, 3, 31))
    book = library.book(db)
    assert book.current("A-02", date(2026, 3, 31)) is not None
    assert book.current("A-02", date(2026, 4, 1)) is None
    assert control_for("refused.already-corrected", date(2026, 4, 1), book) is None


def test_a_new_rule_of_the_district_is_numbered_by_it_and_checked(db: Database) -> None:
    mine = dataclasses.replace(delivered().rule("A-02", 1), code="A-26", title="新制度", enforced_by=())
    assert library.draft(db, mine, by=EDITOR, at=MORNING).name == "A-26 v1"
    with pytest.raises(Refused, match="text: is empty"):
        library.draft(db, dataclasses.replace(mine, text=" "), by=EDITOR, at=MORNING)
    with pytest.raises(Refused, match=r"refused\.no-rule"):
        library.need(db, "A-77", 1)


def test_what_the_bundle_brings_is_what_a_station_holds(db: Database) -> None:
    _second_version(db)
    parts = library.parts(db)
    assert len(parts) == 107
    assert book_of({"other/x": b""}) is None
    catalogue = [Catalogue(0, MORNING, [], "")]
    shelf = rulebook.RuleShelf(lambda: catalogue[0])
    assert shelf.rule("A-02", date(2026, 4, 1)).version == 1  # the delivered ones, before a bundle has come
    catalogue[0] = Catalogue(1, MORNING, [], "abc", extras=parts)
    assert shelf.rule("A-02", date(2026, 4, 1)).version == 2
    assert {Side.STATION in rule.readers for rule in shelf.in_force(TODAY)} == {True}
    with pytest.raises(Refused, match=r"refused\.no-rule"):
        shelf.rule("D-01", TODAY)  # the hub's party branch alone


def test_rules_that_nobody_looked_at_for_long_are_overdue() -> None:
    rules = delivered().in_force(TODAY)
    assert library.overdue(rules, TODAY) == []
    late = library.overdue(rules, date(2029, 1, 1))
    assert len(late) == 106
    assert [rule.review_by for rule in late] == sorted(rule.review_by for rule in late)


# -- with stations


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "district", seed=5)
    with made.hub.office.store.write() as tx:
        stations.enter(tx, "dafeng", "大丰", "Dafeng", "town")
        stations.enter(tx, "boya", "泊雅", "Boya", "residential")
    yield made
    for party in made.parties():
        party.kill()


def _reads(world: World, name: str, code: str, account: str = "clerk") -> None:
    station = world.station(name)
    shelf = rulebook.RuleShelf(lambda: Catalogue(0, MORNING, [], ""))
    with station.office.store.write() as tx:
        by = By(account, Role.CLERK, "李")
        rulebook.confirm(tx, station.office.pen, shelf.rule(code, TODAY), by=by, at=station.clock.now())


def test_a_clerk_reads_in_the_dark_and_the_hub_knows_once_the_wire_is_back(world: World) -> None:
    world.settle()
    world.network.cut("dafeng")
    _reads(world, "dafeng", "A-02")
    _reads(world, "dafeng", "A-02")  # said twice
    world.settle()
    with world.hub.office.store.read() as db:
        assert readings.of_rule(db, "A-02") == []
    with world.station("dafeng").office.store.read() as db:
        lines = rulebook.to_read(db, [delivered().rule("A-01", 1), delivered().rule("A-02", 1)], "clerk")
        assert [(line.rule.code, bool(line.read_at)) for line in lines] == [("A-01", False), ("A-02", True)]
        assert rulebook.unread(db, [delivered().rule("A-02", 1)], "other") == 1
    world.network.mend("dafeng")
    world.settle()
    with world.hub.office.store.read() as db:
        found = readings.of_rule(db, "A-02")
        assert [(one.station, one.account, one.version) for one in found] == [("dafeng", "clerk", 1)]
        rules = [delivered().rule("A-02", 1), delivered().rule("D-01", 1)]
        shares = readings.by_rule(db, rules)
        assert (shares["A-02"].read, shares["A-02"].due) == (1, 2)  # two stations, no account at the hub yet
        assert shares["A-02"].percent == 50
        assert shares["D-01"].due == 0
        parties = readings.by_party(db, rules)
        assert (parties["dafeng"].read, parties["dafeng"].due) == (1, 1)
        assert (parties["boya"].read, parties["boya"].due) == (0, 1)


def test_a_hub_that_lost_its_disk_is_told_again_who_had_read_what(world: World) -> None:
    world.settle()
    world.hub.copy_disk()
    _reads(world, "dafeng", "A-02")
    world.settle()
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    with world.hub.office.store.read() as db:
        assert [one.station for one in readings.of_rule(db, "A-02")] == ["dafeng"]


def _tries(world: World, case: str, code: str, act: str = "ask-correction") -> breaches.Breach | None:
    hub = world.hub
    return breaches.record_breach(
        hub.office.store, hub.office.pen, lambda body: seal_to_self(hub.keys, body),
        account="li", role="acceptor", case_id=case, act=act, why=Refused(code), at=hub.clock.now(),
    )  # fmt: skip


def test_a_breach_cites_rule_and_version_is_sealed_to_the_hub_and_comes_home_after_a_lost_disk(world: World) -> None:
    case = world.station("dafeng").submits()
    assert case
    world.settle()
    world.hub.copy_disk()
    breach = _tries(world, case, "refused.already-corrected")
    assert breach is not None
    assert (breach.control, breach.rule, breach.version) == ("one-correction", "A-02", 1)
    assert _tries(world, case, "refused.form") is None  # a slip
    world.settle()
    with world.station("dafeng").office.store.read() as db:
        bodies = [bytes(r[0]) for r in db.execute("select body from entries where kind = 'control.breach'").fetchall()]
    assert len(bodies) == 1
    assert b"ask-correction" not in bodies[0]
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    with world.hub.office.store.read() as db:
        found = breaches.tried(db)
        assert [one.breach for one in found] == [breach]
        assert found[0].station == "dafeng"
        assert breaches.by_rule(db) == {"A-02": 1}
        assert breaches.tried(db, "A-03") == []
        folded = world.hub.book.case(db, case)
        assert folded is not None
        assert len(folded.steps) == 1  # it moves nothing


def test_a_breach_that_concerns_no_case_stays_at_the_hub(world: World) -> None:
    breach = _tries(world, "", "refused.own-draft", "approve")
    assert breach is not None
    assert (breach.rule, breach.case) == ("W-36", "")
    with world.hub.office.store.read() as db:
        assert db.execute("select count(*) from entries where kind = 'control.breach'").fetchone()[0] == 0
        assert breaches.by_rule(db) == {"W-36": 1}


def test_a_station_cannot_speak_of_breaches_nor_the_hub_of_a_stations_readings(world: World) -> None:
    station = world.station("dafeng")
    with station.office.store.write() as tx:
        station.office.pen.write(tx, "hub", "control.breach", b"\x80", by="clerk", at=station.clock.now())
    world.settle()
    with world.hub.office.store.read() as db:
        assert breaches.tried(db) == []
        assert db.execute("select count(*) from attention where kind = 'poison'").fetchone()[0] == 1
