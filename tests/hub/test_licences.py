"""Licences as records of their own: issued, renewed, changed, given up, revoked; and what a station knows of it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from hub import decisions, endings
from hub.lines import bring_up_to_date
from node import endings as node_endings
from protocol import licences
from protocol.cases.acts import By, LicenceTerms
from protocol.cases.licences import GIVEN_UP, How
from protocol.cases.words import Act, Role
from protocol.catalogue.calendar_files import standard_calendars
from protocol.catalogue.calendars import Calendar
from protocol.catalogue.items import Span, SurveyNeed, Unit
from protocol.clock import CHINA
from protocol.documents.verify import NO_LIST
from protocol.errors import Refused
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.licences import SOON, Licence, State, Wanted, window_of
from tests.district_data import all_items
from tests.hub.desk import Desk
from tests.world import Party, World

DAY_S = 86_400
LICENCE_ITEM, RENEWAL, CHANGE = "F01", "F02", "F03"


def issued(
    desk: Desk, code: str = LICENCE_ITEM, station: str = "dafeng", terms: LicenceTerms | None = None, **intake: object
) -> str:
    """A case that went all the way to the desk; the licence in it is `terms`, or a plain new one."""
    case_id = desk.submits(code, station, **intake)
    desk.world.settle()
    desk.world.hub.decides(case_id, Act.ACCEPT)
    if next(item for item in all_items() if item.code == code).survey.need is SurveyNeed.ALWAYS:
        for act in (Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY):
            desk.world.hub.decides(case_id, act)
    desk.world.hub.decides(case_id, Act.GRANT)
    issue(desk, case_id, terms or new_licence(desk, case_id))
    desk.world.settle()
    return case_id


def new_licence(desk: Desk, case_id: str, **said: str) -> LicenceTerms:
    case = desk.world.hub.case(case_id)
    assert case is not None
    plain = {"number": f"{case.number}·证照", "kind": "food-business", "holder": case.applicant.name}
    return LicenceTerms(**{**plain, "valid_from": "2026-03-02", "valid_to": "2031-03-01", **said})


def issue(desk: Desk, case_id: str, terms: LicenceTerms) -> None:
    hub, case = desk.world.hub, desk.world.hub.case(case_id)
    assert case is not None
    with hub.office.store.write() as tx:
        decisions.decide(
            tx, hub.office.pen, hub.book, desk.shelf, case_id, Act.ISSUE, desk.world.rng.randbytes(16),
            by=By("issuer", Role.ISSUER), at=hub.clock.now(), seen=case.tip or "", said=decisions.Said(licence=terms),
        )  # fmt: skip


def today(world: World) -> date:
    return world.hub.clock.now().astimezone(CHINA).date()


def licence_of(party: Party, case_id: str) -> Licence:
    with party.office.store.read() as db:
        (found,) = licences.of_case(db, case_id)
    return found


def tell(world: World) -> int:
    return endings.tell(world.hub.office.store, world.hub.office.pen, list(world.stations), world.hub.clock.now())


def handed_over(desk: Desk, case_id: str, station: str = "dafeng") -> None:
    desk.world.station(station).hands_over(case_id)
    desk.world.settle()


def test_what_was_issued_is_a_record_at_the_hub_and_at_its_own_station_alone(desk: Desk, world: World) -> None:
    case = issued(desk)
    for party in (world.hub, world.station("dafeng")):
        licence = licence_of(party, case)
        assert licence.number == f"{world.hub.case(case).number}·证照"
        assert licence.state(today(world)) is State.IN_FORCE
    with world.station("boya").office.store.read() as db:
        assert licences.count(db, Wanted(), today(world)) == 0


def test_a_renewal_ends_the_old_licence_and_names_the_new_one(desk: Desk, world: World) -> None:
    first = issued(desk)
    old = licence_of(world.hub, first)
    world.advance(DAY_S)
    renewal = desk.submits(RENEWAL, licence=old.number, licence_until=old.valid_to)
    world.settle()
    assert licence_of(world.hub, first).asked_by == renewal
    for act in (Act.ACCEPT, Act.GRANT):
        world.hub.decides(renewal, act)
    new = new_licence(desk, renewal, change="renewed", replaces=old.number, valid_to="2036-03-01", holder=old.holder)
    issue(desk, renewal, new)
    old, now = licence_of(world.hub, first), licence_of(world.hub, renewal)
    assert (old.state(today(world)), old.follows, old.ended_by) == (State.RENEWED, new.number, renewal)
    assert now.state(today(world)) is State.IN_FORCE


def test_a_renewal_from_another_station_that_is_heard_of_first_ends_the_licence_all_the_same(
    desk: Desk, world: World
) -> None:
    """A projection in any order: the hub lost its disk and the stations tell it their cases one after the other."""
    first = issued(desk)
    old = licence_of(world.hub, first)
    world.advance(DAY_S)
    terms = LicenceTerms(
        number="新号",
        kind="food-business",
        holder="王五",
        valid_from="2026-03-03",
        change="changed",
        replaces=old.number,
    )
    second = issued(desk, CHANGE, "boya", terms, licence=old.number)
    world.network.cut("dafeng")
    world.hub.lose_disk(None, told=True)
    world.hub.start()
    world.settle()
    assert licence_of(world.hub, second).state(today(world)) is State.IN_FORCE
    world.network.mend("dafeng")
    world.settle()
    assert licence_of(world.hub, first).state(today(world)) is State.CHANGED
    tell(world)
    world.settle()
    assert node_endings.cancellation_list(world.station("dafeng").office.store).find(old.number) is not None


def test_what_is_given_up_is_cancelled_and_makes_no_licence(desk: Desk, world: World) -> None:
    first = issued(desk)
    old = licence_of(world.hub, first)
    world.advance(DAY_S)
    terms = LicenceTerms(
        number=old.number,
        kind=old.kind,
        holder=old.holder,
        valid_from="2026-03-03",
        change=GIVEN_UP,
        replaces=old.number,
    )
    giving_up = issued(desk, CHANGE, terms=terms, licence=old.number)
    assert licence_of(world.hub, first).state(today(world)) is State.CANCELLED
    with world.hub.office.store.read() as db:
        assert licences.of_case(db, giving_up) == []


def test_a_licence_that_came_back_with_an_error_is_void_and_the_new_one_of_the_same_number_is_not(
    desk: Desk, world: World
) -> None:
    case = issued(desk)
    number = licence_of(world.hub, case).number
    world.advance(60)
    world.station("dafeng").returns_result(case)
    world.settle()
    assert licence_of(world.hub, case).state(today(world)) is State.RETURNED
    world.advance(60)
    issue(desk, case, new_licence(desk, case, valid_to="2031-03-02"))
    with world.hub.office.store.read() as db:
        states = [one.state(today(world)) for one in licences.of_number(db, number)]
    assert states == [State.IN_FORCE, State.RETURNED]


def test_a_renewal_that_nobody_decided_in_time_holds_by_law_until_its_paper_is_made(desk: Desk, world: World) -> None:
    """行政许可法 §50"""
    first = issued(desk)
    old = licence_of(world.hub, first)
    renewal = desk.submits(RENEWAL, licence=old.number, licence_until=old.valid_to)
    world.settle()
    world.hub.decides(renewal, Act.ACCEPT)
    after_its_end = date(2031, 3, 3)
    assert licence_of(world.hub, first).state(after_its_end) is State.EXPIRED
    world.hub.decides(renewal, Act.DEEM_RENEWED)
    assert licence_of(world.hub, first).state(after_its_end) is State.DEEMED
    issue(desk, renewal, new_licence(desk, renewal, change="renewed", replaces=old.number, holder=old.holder))
    assert licence_of(world.hub, first).state(after_its_end) is State.RENEWED


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"holder": "另一个人"}, "licence-of-another"),
        ({"kind": "business-licence"}, "licence-of-another"),
        ({"number": ""}, "licence-number"),
    ],
)
def test_a_slip_of_the_pen_ends_nobody_elses_licence(desk: Desk, world: World, said: dict[str, str], why: str) -> None:
    old = licence_of(world.hub, issued(desk))
    renewal = desk.submits(RENEWAL, licence=old.number)
    world.settle()
    for act in (Act.ACCEPT, Act.GRANT):
        world.hub.decides(renewal, act)
    right = {"change": "renewed", "replaces": old.number, "holder": old.holder}
    wrong = {name: text or old.number for name, text in said.items()}
    with pytest.raises(Refused, match=why):
        issue(desk, renewal, new_licence(desk, renewal, **{**right, **wrong}))
    issue(desk, renewal, new_licence(desk, renewal, **right))


def test_nothing_follows_a_licence_that_was_revoked(desk: Desk, world: World) -> None:
    first = issued(desk)
    handed_over(desk, first)
    old = licence_of(world.hub, first)
    renewal = desk.submits(RENEWAL, licence=old.number)
    world.settle()
    world.hub.decides(first, Act.REVOKE_LICENCE)
    for act in (Act.ACCEPT, Act.GRANT):
        world.hub.decides(renewal, act)
    with pytest.raises(Refused, match="licence-over"):
        issue(desk, renewal, new_licence(desk, renewal, change="renewed", replaces=old.number, holder=old.holder))


def test_the_register_and_the_archivists_list_are_made_again_from_the_acts(desk: Desk, world: World) -> None:
    case, other = issued(desk), issued(desk)
    for one in (case, other):
        handed_over(desk, one)
    world.hub.decides(case, Act.REVOKE_LICENCE)

    def rows() -> list[list[tuple[object, ...]]]:
        tables = ("licences order by act_id", "asked_for order by case_id", "to_archive order by case_id")
        ends = "act_id, case_id, number, how, at, upto from ends order by act_id, number"
        with world.hub.office.store.read() as db:
            asked = [*(f"* from {table}" for table in tables), ends]
            return [[tuple(row) for row in db.execute(f"select {one}").fetchall()] for one in asked]

    before = rows()
    with world.hub.office.store.write() as tx:
        for table in ("licences", "ends", "asked_for", "to_archive"):
            tx.execute(f"delete from {table}")
        bring_up_to_date(tx, world.hub.book, desk.shelf, world.hub.clock.now(), only=world.hub.case_ids())
    assert rows() == before
    assert [len(found) for found in before] == [2, 0, 2, 2]


# -- the list of what holds no more


def test_a_revoked_licence_is_known_wherever_a_wire_is_and_elsewhere_the_page_says_as_of_when(
    desk: Desk, world: World
) -> None:
    case = issued(desk)
    handed_over(desk, case)
    number = licence_of(world.hub, case).number
    tell(world)
    world.settle()
    world.network.cut("boya")
    world.settle()
    dark_since = node_endings.cancellation_list(world.station("boya").office.store).as_of
    world.advance(3 * DAY_S)
    world.hub.decides(case, Act.REVOKE_LICENCE)
    assert tell(world) == 2
    assert tell(world) == 0
    for _ in range(30):  # not settle(): the hub goes on trying the one that is cut off
        world.turn()
    here, there = (node_endings.cancellation_list(world.station(name).office.store) for name in ("dafeng", "boya"))
    entry = here.find(number)
    assert entry is not None
    assert (entry.reason, entry.on) == (How.REVOKED, date(2026, 3, 5))
    assert here.as_of is not None
    assert here.as_of > world.hub.clock.now() - timedelta(minutes=5)
    assert there.find(number) is None
    assert there.as_of == dark_since
    world.network.mend("boya")
    world.settle()
    assert node_endings.cancellation_list(world.station("boya").office.store).find(number) is not None
    assert world.differences() == []


def test_with_the_licence_its_decision_is_revoked_too(desk: Desk, world: World) -> None:
    case = issued(desk)
    handed_over(desk, case)
    world.hub.decides(case, Act.REVOKE_LICENCE)
    listed = endings.cancellation_list(world.hub.office.store, world.hub.clock.now)
    decision = world.hub.case(case).decision
    assert listed.find(decision.number) is not None
    assert listed.find(f"{world.hub.case(case).number}·受理") is None


def test_a_hub_that_lost_its_disk_tells_the_list_again_and_nothing_is_doubled(desk: Desk, world: World) -> None:
    case = issued(desk)
    handed_over(desk, case)
    world.hub.decides(case, Act.CANCEL_LICENCE)
    tell(world)
    world.settle()
    world.hub.lose_disk(None, told=True)
    world.hub.start()
    world.settle()
    tell(world)
    world.settle()
    assert licence_of(world.hub, case).state(today(world)) is State.CANCELLED
    for name in ("dafeng", "boya"):
        with world.station(name).office.store.read() as db:
            assert db.execute("select count(*) from ended").fetchone()[0] == 1


def test_a_station_that_joins_later_has_the_whole_list(desk: Desk, world: World) -> None:
    case = issued(desk)
    handed_over(desk, case)
    world.hub.decides(case, Act.CANCEL_LICENCE)
    office = world.hub.office
    endings.tell(office.store, office.pen, ["dafeng"], world.hub.clock.now())
    world.settle()
    boya = world.station("boya").office.store
    assert node_endings.cancellation_list(boya) == NO_LIST
    endings.tell(office.store, office.pen, ["dafeng", "boya"], world.hub.clock.now())
    world.settle()
    assert node_endings.cancellation_list(boya).find(licence_of(world.hub, case).number) is not None


def test_a_line_is_taken_back_when_its_act_was_set_aside_after_all(desk: Desk, world: World) -> None:
    case = issued(desk)
    handed_over(desk, case)
    number = licence_of(world.hub, case).number
    tell(world)
    with world.hub.office.store.write() as tx:  # as after a fork: told, and then no act says so any more
        at = "2026-03-02T00:15:00.000Z"
        tx.execute("insert into ends values (1, 'x', ?, ?, 'revoked', ?, ?, '')", (case, number, at, at))
        tx.execute("insert into ends_to_tell values ('x', ?)", (number,))
    tell(world)
    world.settle()
    store = world.station("dafeng").office.store
    assert node_endings.cancellation_list(store).find(number) is not None
    with world.hub.office.store.write() as tx:
        licences.write_down(tx, world.hub.case(case))
    tell(world)
    world.settle()
    assert node_endings.cancellation_list(store).find(number) is None


@pytest.mark.parametrize("line", [{"on": "soon"}, {"upto": "then"}, {"digest": b"short"}])
def test_a_line_that_is_none_is_set_aside_and_the_others_stay(
    desk: Desk, world: World, line: dict[str, object]
) -> None:
    good = {"digest": b"d" * 32, "act": "a", "upto": "2026-03-02T00:15:00.000Z", "on": "2026-03-02", "why": "revoked"}
    body = msgspec.msgpack.encode({"lines": [{**good, **line}]})
    office = world.hub.office
    with office.store.write() as tx:
        office.pen.write(tx, "dafeng", Kind.ENDED, body, by=HUB, at=world.hub.clock.now())
    world.settle()
    with world.station("dafeng").office.store.read() as db:
        assert db.execute("select count(*) from ended").fetchone()[0] == 0
        assert db.execute("select count(*) from attention where kind = 'poison'").fetchone()[0] == 1


# -- when it is to be renewed


def test_a_window_opens_and_closes_on_working_days() -> None:
    """The licence ends on 8 October 2026; 30 natural days before is 8 September, and a holiday week lies behind it."""
    calendar = Calendar(standard_calendars())
    end = date(2026, 10, 8)
    assert window_of(end, Span(90, Unit.CALENDAR_DAY), Span(30, Unit.CALENDAR_DAY), calendar) == (
        "2026-07-10",
        "2026-09-08",
    )
    sunday = date(2026, 6, 28)
    first, last = window_of(
        sunday + timedelta(days=30), Span(60, Unit.CALENDAR_DAY), Span(30, Unit.CALENDAR_DAY), calendar
    )
    assert last == "2026-06-26"  # a Sunday helps nobody: the Friday before
    assert calendar.is_working(date.fromisoformat(first))
    assert window_of(end, Span(6, Unit.MONTH), None, calendar) == ("2026-04-08", "2026-10-08")
    first, last = window_of(end, Span(90, Unit.WORKING_DAY), Span(15, Unit.WORKING_DAY), calendar)
    assert calendar.working_days(date.fromisoformat(first), end) == 90
    assert calendar.working_days(date.fromisoformat(last), end) == 15


def test_a_licence_is_to_be_renewed_from_the_day_its_item_names_until_somebody_applies(
    desk: Desk, world: World
) -> None:
    case = issued(desk, terms=None)
    with world.hub.office.store.write() as tx:
        assert licences.reckon_windows(tx, desk.shelf, today(world)) == 1
        assert not licences.must_reckon(tx, today(world))
        assert licences.must_reckon(tx, date(2030, 12, 1))  # the calendar of those years may be known by then
    licence = licence_of(world.hub, case)
    opens, closes = date.fromisoformat(licence.renew_from), date.fromisoformat(licence.renew_by)
    assert date(2030, 10, 1) < opens < date(2030, 11, 30)
    assert date(2031, 1, 1) < closes < date(2031, 2, 15)

    def soon(day: date) -> int:
        with world.hub.office.store.read() as db:
            return licences.count(db, Wanted(state=SOON), day)

    assert [soon(opens - timedelta(days=1)), soon(opens), soon(closes)] == [0, 1, 1]
    assert soon(date(2031, 3, 2)) == 0
    assert licence.is_to_be_renewed(opens)
    desk.submits(RENEWAL, licence=licence.number, licence_until=licence.valid_to)
    world.settle()
    assert soon(opens) == 0
    assert not licence_of(world.hub, case).is_to_be_renewed(opens)


# -- the register's pages


def test_a_licence_is_found_by_number_holder_and_state_and_leads_to_the_act_that_ends_it(
    desk: Desk, world: World
) -> None:
    case = issued(desk)
    handed_over(desk, case)
    licence = licence_of(world.hub, case)
    wang = desk.browser("wang")
    wang.get("/licences")
    assert licence.number in wang.text
    for asked in (licence.number, licence.holder, "f01"):
        wang.post("/licences", q=asked)
        assert licence.number in wang.text
        assert asked not in wang.url
    wang.post("/licences", q="没有这个人")
    assert "没有符合条件的证照" in wang.text
    wang.get("/licences?state=revoked")
    assert licence.number not in wang.text
    wang.get(f"/licences/{licence.id}")
    assert "食品经营许可证" in wang.text
    assert f"/cases/{case}/do/revoke-licence" in wang.page
    world.hub.decides(case, Act.REVOKE_LICENCE)
    wang.get(f"/licences/{licence.id}")
    assert "已撤销" in wang.text
    assert f"/cases/{case}/do/revoke-licence" not in wang.page
    wang.get("/licences/nowhere")
    assert wang.status == 404


def test_what_is_soon_to_be_renewed_stands_in_a_list_of_its_own(desk: Desk, world: World) -> None:
    case = issued(desk)
    terms = new_licence(desk, case, valid_to="2026-05-01")
    world.advance(60)
    world.station("dafeng").returns_result(case)
    world.settle()
    issue(desk, case, terms)
    with world.hub.office.store.write() as tx:
        licences.reckon_windows(tx, desk.shelf, today(world))
    for english, words in ((False, "现在可以申请延续"), (True, "To be renewed now")):
        li = desk.browser("li", english=english)
        li.get("/licences?state=soon")
        assert words in li.text
    zhao = desk.browser("sun")
    zhao.get("/licences")
    assert zhao.status == 403
