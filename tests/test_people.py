"""Stories of people: who comes, who leaves, who stands in for whom, in a district whose wires are cut now and then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hub import people, sections
from node import people as at_station
from protocol import attention
from protocol.cases.acts import By
from protocol.cases.rules import Role
from protocol.clock import CHINA
from protocol.console import accounts, managed
from protocol.console.accounts import Account
from protocol.errors import Refused
from protocol.exchange import stick
from tests.world import MORNING, Party, World

CODE = "abcd-efgh-jkmn"
SECRET = accounts.secret(CODE)
OWN = "correct horse battery"
OWN_SECRET = accounts.secret(OWN)
DAY = 24 * 3600


@pytest.fixture
def world(tmp_path: Path):
    world = World(tmp_path, seed=5)
    with world.hub.office.store.write() as tx:
        for name in world.stations:
            tx.execute(
                "insert or ignore into stations (name, title, title_en, tier) values (?,?,'','town')", (name, name)
            )
        accounts.create_account(tx, "sun", "孙管理", [Role.ADMIN], OWN_SECRET, at=MORNING)
    yield world
    for party in world.parties():
        party.kill()


def works_at(world: World, name: str, *stations: str, roles=(Role.CLERK,)) -> None:
    office, at = world.hub.office, world.hub.clock.now()
    with office.store.write() as tx:
        if not any(one.name == name for one in accounts.accounts(tx)):
            people.enter(tx, name, f"窗口{name}", SECRET, at=at)
        for station in stations:
            people.post(tx, office.pen, name, station, roles, ("", ""), by="sun", at=at)


def leaves(world: World, name: str, last_day: str = "") -> None:
    office, at = world.hub.office, world.hub.clock.now()
    with office.store.write() as tx:
        people.leave(tx, office.pen, name, last_day, by="sun", at=at)


def signs_in(party: Party, name: str, password: str = CODE) -> str:
    return accounts.sign_in(party.office.store, name, password, at=party.clock.now()).token


def is_signed_in(party: Party, token: str) -> bool:
    with party.office.store.read() as db:
        return accounts.session(db, token, at=party.clock.now()) is not None


def watches(party: Party) -> list[str]:
    """The station's chore; what waits for the head afterwards."""
    with party.office.store.write() as tx:
        at_station.watch(tx, party.clock.now(), at_station.CONFIRM)
        return [notice.kind for notice in attention.open_notices(tx)]


def test_a_new_clerk_signs_in_at_two_stations_and_a_leaver_at_none(world):
    works_at(world, "limin", "dafeng", "boya")
    world.settle()
    tokens = {name: signs_in(world.station(name), "limin") for name in ("dafeng", "boya")}
    leaves(world, "limin")
    world.settle()
    for name, token in tokens.items():
        assert not is_signed_in(world.station(name), token)
        with pytest.raises(Refused):
            signs_in(world.station(name), "limin")


def test_a_posting_at_one_station_ends_and_the_other_goes_on(world):
    works_at(world, "limin", "dafeng", "boya")
    works_at(world, "limin", "dafeng", roles=())
    world.settle()
    with pytest.raises(Refused):
        signs_in(world.station("dafeng"), "limin")
    assert signs_in(world.station("boya"), "limin")


def test_the_last_day_ends_at_midnight_in_china_at_a_station_that_hears_nothing_more(world):
    works_at(world, "limin", "dafeng")
    today = world.hub.clock.now().astimezone(CHINA).date()
    leaves(world, "limin", today.isoformat())
    world.settle()
    world.network.cut("dafeng")
    station = world.station("dafeng")
    token = signs_in(station, "limin")
    midnight = people.end_of(today.isoformat())
    with station.office.store.read() as db:
        assert accounts.session(db, token, at=min(midnight - timedelta(seconds=1), station.clock.now()))
    world.advance((midnight - station.clock.now()).total_seconds())
    assert not is_signed_in(station, token)
    assert station.clock.now().astimezone(CHINA).hour == 0


def test_an_older_word_never_wins_after_a_restore_of_the_station(world):
    works_at(world, "limin", "dafeng")
    world.settle()
    station = world.station("dafeng")
    station.copy_disk()
    leaves(world, "limin")
    world.settle()
    station.lose_disk(0, told=True)
    station.start()
    assert signs_in(station, "limin")  # the copy is of the day before
    world.settle()
    with pytest.raises(Refused):
        signs_in(station, "limin")
    with station.office.store.write() as tx:  # and the old word, told once more, changes nothing
        row = next(iter(tx.query("select * from accounts where name = 'limin'")))
        told = managed.Told("limin", "x", [Role.CLERK], True, "", "", row["revision"] - 1, SECRET, 9, "")
        assert not managed.keep_told(tx, told, at=station.clock.now())


def test_a_hub_that_lost_its_disk_is_told_what_it_had_said(world):
    world.hub.copy_disk()
    works_at(world, "limin", "dafeng", "boya")
    leaves(world, "limin", "2026-03-31")
    world.settle()
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    with world.hub.office.store.read() as db:
        row = next(iter(db.query("select * from accounts where name = 'limin'")))
        assert (row["valid_to"], row["revision"]) == ("2026-03-31", 3)
        assert [(one.station, one.roles) for one in people.postings(db, "limin")] == [
            ("boya", frozenset({Role.CLERK})),
            ("dafeng", frozenset({Role.CLERK})),
        ]
    works_at(world, "limin", "boya", roles=(Role.CLERK, Role.HEAD))
    world.settle()
    with world.station("boya").office.store.read() as db:
        assert accounts.account(db, "limin").roles == {Role.CLERK, Role.HEAD}


def test_a_code_opens_no_longer_at_a_hub_that_lost_its_disk_than_it_did_before(world):
    """What comes back from the stations is a one-time code, and not a password for ever."""
    hub = world.hub
    hub.copy_disk()
    works_at(world, "limin", "dafeng")
    world.settle()
    hub.lose_disk(0, told=True)
    hub.start()
    world.settle()
    token = signs_in(hub, "limin")
    with hub.office.store.read() as db:
        assert accounts.session(db, token, at=hub.clock.now()).account.must_choose
    world.advance(8 * DAY)
    with pytest.raises(Refused):
        signs_in(hub, "limin")


def test_a_password_that_a_code_took_the_place_of_does_not_come_back_with_the_hubs_older_disk(world):
    hub = world.hub
    works_at(world, "limin", "dafeng")
    with hub.office.store.write() as tx:
        accounts.set_password(tx, "limin", OWN_SECRET)
    world.settle()
    hub.copy_disk()
    with hub.office.store.write() as tx:
        newer = accounts.secret("kmnp-qrst-uvwx")
        people.give_code(tx, hub.office.pen, "limin", newer, at=hub.clock.now())
    world.settle()
    hub.lose_disk(0, told=True)
    hub.start()
    world.settle()
    with pytest.raises(Refused):
        signs_in(hub, "limin", OWN)
    signs_in(hub, "limin", "kmnp-qrst-uvwx")


def test_the_installers_own_account_is_never_touched(world):
    station = world.station("dafeng")
    with station.office.store.write() as tx:
        accounts.create_account(tx, "limin", "第一个账号", [Role.HEAD], OWN_SECRET, at=MORNING)
    works_at(world, "limin", "dafeng")
    leaves(world, "limin")
    world.settle()
    assert signs_in(station, "limin", OWN)


def test_a_password_chosen_at_the_station_stays_until_a_newer_code_is_given(world):
    works_at(world, "limin", "dafeng")
    world.settle()
    station = world.station("dafeng")
    opened = accounts.sign_in(station.office.store, "limin", CODE, at=station.clock.now())
    assert opened.account.must_choose
    with station.office.store.write() as tx:
        accounts.choose_password(tx, opened, OWN_SECRET)
    works_at(world, "limin", "boya")  # a new revision, the old code
    world.settle()
    assert signs_in(station, "limin", OWN)
    office = world.hub.office
    with office.store.write() as tx:
        people.give_code(tx, office.pen, "limin", accounts.secret("kmnp-qrst-uvwx"), at=world.hub.clock.now())
    world.settle()
    with pytest.raises(Refused):
        signs_in(station, "limin", OWN)
    assert signs_in(station, "limin", "kmnp-qrst-uvwx")


def test_a_one_time_code_is_good_for_a_week(world):
    works_at(world, "limin", "dafeng")
    world.settle()
    world.advance(8 * DAY)
    with pytest.raises(Refused):
        signs_in(world.station("dafeng"), "limin")


def chooses(station: Party, name: str) -> None:
    with station.office.store.write() as tx:
        accounts.set_password(tx, name, OWN_SECRET)


def test_a_station_in_the_dark_asks_its_head_and_nobody_is_thrown_out_of_a_queue(world):
    station = world.station("dafeng")
    with station.office.store.write() as tx:
        accounts.create_account(tx, "head", "站长", [Role.HEAD], OWN_SECRET, at=MORNING)
    works_at(world, "limin", "dafeng")
    works_at(world, "wanghui", "dafeng")
    world.settle()
    chooses(station, "limin"), chooses(station, "wanghui")
    world.network.cut("dafeng")
    world.advance(9 * DAY)
    assert watches(station) == []
    world.advance(1.1 * DAY)
    assert watches(station) == ["people-unconfirmed"]
    world.advance(3.8 * DAY)
    token = signs_in(station, "limin", OWN)  # still open: told, not locked
    world.advance(0.3 * DAY)
    watches(station)
    assert is_signed_in(station, token)
    with pytest.raises(Refused) as refused:
        signs_in(station, "wanghui", OWN)
    assert refused.value.code == "refused.account-unconfirmed"
    assert signs_in(station, "head", OWN)  # made on this machine: never waits
    with pytest.raises(Refused), station.office.store.write() as tx:
        at_station.confirm(tx, "wanghui", by="wanghui", at=station.clock.now())
    with station.office.store.write() as tx:
        at_station.confirm(tx, "wanghui", by="head", at=station.clock.now())
        at_station.stop(tx, "limin", by="head", at=station.clock.now())
    assert watches(station) == []
    assert signs_in(station, "wanghui", OWN)
    assert not is_signed_in(station, token)


def test_the_head_may_undo_his_own_stop_and_not_the_hubs_word(world):
    works_at(world, "limin", "dafeng")
    world.settle()
    station = world.station("dafeng")
    with station.office.store.write() as tx:
        at_station.stop(tx, "limin", by="head", at=station.clock.now())
        at_station.reopen(tx, "limin", by="head", at=station.clock.now())
    assert signs_in(station, "limin")
    leaves(world, "limin")
    world.settle()
    with pytest.raises(Refused), station.office.store.write() as tx:
        at_station.reopen(tx, "limin", by="head", at=station.clock.now())


def test_a_leaver_is_told_on_a_stick(world, tmp_path):
    works_at(world, "limin", "dafeng")
    world.settle()
    station, office = world.station("dafeng"), world.hub.office
    token = signs_in(station, "limin")
    world.network.cut("dafeng")
    leaves(world, "limin")
    made = stick.export(office, "dafeng", tmp_path, world.hub.clock.now())
    assert is_signed_in(station, token)
    tally = stick.bring_in(station.office, stick.read_stick(made.file))
    while not tally.finished.is_set():
        station.step()
    assert not is_signed_in(station, token)


def test_the_first_word_of_the_hub_ends_the_waiting(world):
    station = world.station("dafeng")
    works_at(world, "limin", "dafeng")
    world.settle()
    chooses(station, "limin")
    world.network.cut("dafeng")
    world.advance(15 * DAY)
    assert watches(station) == ["people-unconfirmed"]
    world.network.mend("dafeng")
    world.settle()
    assert watches(station) == []
    assert signs_in(station, "limin", OWN)


def test_a_session_ends_after_the_policy_however_busy_the_queue(world):
    works_at(world, "limin", "dafeng")
    world.settle()
    station = world.station("dafeng")
    token = signs_in(station, "limin")
    for _ in range(14 * 4):
        assert is_signed_in(station, token)
        world.advance(6 * 3600)
        with station.office.store.read() as db:
            used = accounts.session(db, token, at=station.clock.now())
        if used:
            accounts.touch(station.office.store, used, at=station.clock.now())
    assert not is_signed_in(station, token)


def test_the_act_of_a_leaver_at_a_dark_station_stands_and_a_supervisor_looks_at_it(world):
    works_at(world, "limin", "dafeng")
    world.settle()
    station = world.station("dafeng")
    station.clerk = By("limin", Role.CLERK, "李敏")
    before = station.submits()
    world.network.cut("dafeng")
    leaves(world, "limin")
    world.advance(3600)
    after = station.submits()
    world.network.mend("dafeng")
    world.settle()
    assert {before, after} <= set(world.hub.case_ids())  # the citizen loses nothing
    with world.hub.office.store.read() as db:
        found = [(one.kind, one.case_id, one.whose) for one in attention.open_notices(db)]
    assert found == [("acted-after-leaving", after, "supervisor")]


def hub_account(world: World, name: str, at=None) -> Account:
    with world.hub.office.store.read() as db:
        return sections.with_posts(db, accounts.account(db, name), at or world.hub.clock.now())


@pytest.fixture
def agency(world):
    with world.hub.office.store.write() as tx:
        for name, roles in (("zhou", []), ("wu", []), ("zheng", [Role.LEADER])):
            accounts.create_account(tx, name, name, roles, OWN_SECRET, at=MORNING)
        sections.join(tx, "zhou", "shenhe", Role.REVIEWER, ("", ""), by="sun")
    return world


def lends(
    world: World, lender: str, borrower: str, by: str, term=("2026-03-02", "2026-03-02"), reason="外出开会"
) -> None:
    with world.hub.office.store.write() as tx:
        sections.lend(
            tx, lender, borrower, Role.REVIEWER, "shenhe", term, reason,
            by=sections.with_posts(tx, accounts.account(tx, by), world.hub.clock.now()), at=world.hub.clock.now(),
        )  # fmt: skip


def test_a_delegation_names_both_and_ends_at_midnight_in_china(agency):
    lends(agency, "zhou", "wu", "zhou")
    midnight = people.end_of("2026-03-02")
    assert midnight.astimezone(CHINA).hour == 0
    (post,) = hub_account(agency, "wu", midnight - timedelta(seconds=1)).posts
    assert (post.role, post.section, post.on_behalf) == (Role.REVIEWER, "shenhe", "zhou")
    assert hub_account(agency, "wu", midnight).posts == ()
    assert [post.on_behalf for post in hub_account(agency, "zhou", midnight).posts] == [""]


@pytest.mark.parametrize(
    ("lender", "borrower", "by", "reason", "code"),
    [
        ("zhou", "wu", "wu", "外出", "refused.forbidden"),  # nobody helps himself to a role
        ("zhou", "sun", "sun", "外出", "refused.own-roles"),  # an administrator neither
        ("wu", "zheng", "wu", "外出", "refused.not-held"),
        ("zhou", "wu", "zhou", " ", "refused.reason-missing"),
    ],
)
def test_what_cannot_be_lent(agency, lender, borrower, by, reason, code):
    with pytest.raises(Refused) as refused:
        lends(agency, lender, borrower, by, reason=reason)
    assert refused.value.code == code


@pytest.mark.parametrize("role", sorted(sections.NOT_LENT))
def test_nobody_stands_in_for_who_grants_roles_watches_or_signs_the_law(agency, role):
    """An administrator whose role a colleague has for a day would be given by him what he may not give himself."""
    office, at = agency.hub.office, agency.hub.clock.now()
    with office.store.write() as tx:
        accounts.set_roles(tx, "zhou", [role])
        zhou = sections.with_posts(tx, accounts.account(tx, "zhou"), at)
        with pytest.raises(Refused) as refused:
            sections.lend(tx, "zhou", "wu", role, "", ("2026-03-02", "2026-03-02"), "外出", by=zhou, at=at)
    assert refused.value.code == "refused.forbidden"


def test_what_is_lent_is_not_lent_on_and_ends_when_the_lender_leaves(agency):
    lends(agency, "zhou", "wu", "zheng", term=("2026-03-02", "2026-03-31"))
    with pytest.raises(Refused) as refused:
        lends(agency, "wu", "zheng", "wu")
    assert refused.value.code == "refused.not-held"
    assert hub_account(agency, "wu").may(Role.REVIEWER)
    leaves(agency, "zhou")
    assert not hub_account(agency, "wu").may(Role.REVIEWER)


def test_nobody_changes_his_own_roles_and_the_last_administrator_stays(world):
    office, at = world.hub.office, world.hub.clock.now()
    with office.store.write() as tx:
        accounts.create_account(tx, "qian", "钱", [Role.LEADER], OWN_SECRET, at=MORNING)
    for name, by, code in (("sun", "sun", "refused.own-roles"), ("sun", "qian", "refused.last-admin")):
        with pytest.raises(Refused) as refused, office.store.write() as tx:
            people.leave(tx, office.pen, name, "", by=by, at=at)
        assert refused.value.code == code
        with pytest.raises(Refused) as refused, office.store.write() as tx:
            people.set_roles(tx, name, [Role.LEADER], by=by, at=at)
        assert refused.value.code == code


def test_a_person_of_two_links_is_told_of_and_a_membership_ends(agency):
    with agency.hub.office.store.write() as tx:
        sections.join(tx, "zhou", "shenpi", Role.APPROVER, ("", ""), by="sun")
    assert sections.clashes(hub_account(agency, "zhou").roles) == [(Role.REVIEWER, Role.APPROVER)]
    with agency.hub.office.store.write() as tx:
        one = next(one for one in sections.memberships(tx, "zhou") if one.section == "shenpi")
        sections.quit_(tx, one.id, by="sun", at=agency.hub.clock.now())
    assert hub_account(agency, "zhou").roles == {Role.REVIEWER}


def test_a_section_that_is_closed_gives_nobody_a_role(agency):
    with agency.hub.office.store.write() as tx:
        review = next(one for one in sections.sections(tx) if one.code == "shenhe")
        sections.save(tx, sections.Section("shenhe", review.name, review.name_en, review.link, "", False))
    assert hub_account(agency, "zhou").roles == frozenset()
