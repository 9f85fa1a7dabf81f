"""What a station knows of licences with its wire cut: genuine or ended, as of when; and whom to remind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hub import decisions, endings
from node import renewals
from protocol import attention
from protocol.cases.acts import By, LicenceTerms
from protocol.cases.words import Act, Role
from protocol.clock import CHINA
from protocol.documents.kinds import Kind
from protocol.documents.press import Press
from protocol.documents.produce import Printed, produce
from protocol.licences import Wanted
from protocol.licences import licences as listed
from tests.documents.samples import ALL
from tests.node.station import Desk
from tests.world import DISTRICT, LAW

DAY_S = 86_400


def issued(desk: Desk, valid_to: str) -> str:
    """A licence of the desk's own case; its item is one that issues licences of five years."""
    world, hub = desk.world, desk.world.hub
    item = LAW.item("F01", 1)
    case_id = world.station("dafeng").submits(item)
    assert case_id is not None
    world.settle()
    for act in (Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.GRANT):
        hub.decides(case_id, act)
    case = hub.case(case_id)
    terms = LicenceTerms(
        number=f"{case.number}·证照", kind="food-business", holder=case.applicant.name, valid_from="2026-03-02",
        valid_to=valid_to,
    )  # fmt: skip
    with hub.office.store.write() as tx:
        decisions.decide(
            tx, hub.office.pen, hub.book, LAW, case_id, Act.ISSUE, world.rng.randbytes(16), by=By("issuer", Role.ISSUER),
            at=hub.clock.now(), seen=case.tip, said=decisions.Said(licence=terms),
        )  # fmt: skip
    world.settle()
    return case_id


def paper_of(desk: Desk, case_id: str) -> Printed:
    """The licence as the hub's press makes it."""
    case = desk.world.hub.case(case_id)
    sample = ALL[Kind.LICENCE]
    until = date.fromisoformat(case.issued.licence.valid_to)
    front = replace(
        sample.front, number=case.issued.licence.number, until=until, case_number=case.number,
        printed_at=desk.world.hub.clock.now(), applicant=case.applicant.name,
    )  # fmt: skip
    return produce(Press(), replace(sample, front=front), DISTRICT, desk.world.hub.keys)


def tell(desk: Desk) -> None:
    hub = desk.world.hub
    endings.tell(hub.office.store, hub.office.pen, list(desk.world.stations), hub.clock.now())


def test_a_station_that_was_dark_says_as_of_when_its_list_is_and_knows_the_end_when_it_comes_back(desk: Desk) -> None:
    world, case = desk.world, issued(desk, "2031-03-01")
    world.station("dafeng").hands_over(case)
    tell(desk)
    world.settle()
    paper, clerk = paper_of(desk, case), desk.clerk()
    page = clerk.sees("/verify")
    assert "名单更新于" in page.text
    page = clerk.posts("/verify", {"code": paper.code})
    assert "真实有效" in page.text
    world.network.cut("dafeng")
    world.settle()
    as_of = desk.station.checks.cancelled().as_of
    world.advance(2 * DAY_S)
    world.hub.decides(case, Act.REVOKE_LICENCE)
    tell(desk)
    clerk = desk.clerk()
    clerk.sees("/verify")
    page = clerk.posts("/verify", {"code": paper.code})
    assert "真实有效" in page.text
    assert desk.station.checks.cancelled().as_of == as_of
    assert as_of < desk.party.clock.now() - timedelta(days=1)
    world.network.mend("dafeng")
    world.settle()
    clerk.sees("/verify")
    page = clerk.posts("/verify", {"code": paper.code})
    assert "真实，但已注销或者撤销" in page.text
    assert "已依法撤销" in page.text
    clerk.sees("/licences")
    assert "已撤销" in clerk.page.text


def test_the_desk_reminds_from_the_first_day_of_the_window_until_the_end(desk: Desk) -> None:
    case = issued(desk, "2026-09-30")
    station, clock = desk.station, desk.party.clock
    assert renewals.remind(station.store, station.shelf, clock.now()) == 0
    with station.store.read() as db:
        (licence,) = listed(db, Wanted(), date(2026, 3, 2))
    opens = date.fromisoformat(licence.renew_from)
    assert date(2026, 5, 10) < opens < date(2026, 5, 30)
    desk.world.advance(((opens - clock.now().astimezone(CHINA).date()).days) * DAY_S)
    assert renewals.remind(station.store, station.shelf, clock.now()) == 1
    assert renewals.remind(station.store, station.shelf, clock.now()) == 0
    with station.store.read() as db:
        (notice,) = [one for one in attention.open_notices(db) if one.kind == "licence-renewal"]
    assert notice.case_id == case
    clerk = desk.clerk()
    clerk.sees("/licences")
    assert "食品经营许可证" in clerk.page.text
    assert f"/cases/{case}" in clerk.page.text
    clerk.sees("/attention")
    assert "一件证照可以申请延续了" in clerk.page.text
    desk.world.advance(200 * DAY_S)
    assert renewals.remind(station.store, station.shelf, clock.now()) == 1
    with station.store.read() as db:
        assert renewals.count_soon(db, clock.now().astimezone(CHINA).date()) == 0
        assert all(one.kind != "licence-renewal" for one in attention.open_notices(db))
