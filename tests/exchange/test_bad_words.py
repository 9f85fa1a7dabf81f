"""What a station in the wrong hands may say in words that are well formed: days that are none, years beyond the last,
a town clerk's whole life in one field, a number that is a formula or a path.

Asked is always the same: it is kept, whoever works on other cases notices nothing, and no page breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from msgspec.msgpack import encode

from hub import stations
from hub.clockwork import Clockwork
from hub.papermaking import Papermaking
from node.endings import cancellation_list
from node.shelf import Shelf
from protocol.casebook import Inner
from protocol.cases.acts import Applicant, By, CaseAct, Correction, Intake, LicenceTerms, Made, Paper, Survey
from protocol.cases.rules import Act, Role
from protocol.catalogue.bundle import Catalogue, open_bundle
from protocol.catalogue.items import StationKind, Stop
from protocol.console import accounts
from protocol.documents.press import Press
from protocol.errors import Distrusted
from protocol.exchange.messages import (
    CataloguePublished,
    Kind,
    LicencesEnded,
    NumberEnded,
    PersonTold,
    QuestionLeft,
    RuleRead,
)
from protocol.exchange.topics import HUB
from tests.exchange.hand import CLERK, NOON, Hand, aside, bring, notices
from tests.hub.desk import Desk
from tests.world import DISTRICT, MORNING, Party, World

PRESS = Press()
ID_NUMBER = "510114197305088134"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, seed=3)
    with world.hub.office.store.write() as tx:
        for name in world.stations:
            stations.enter(tx, name, f"{name}便民服务站", name, "residential")
    yield world
    for party in world.parties():
        party.kill()


@pytest.fixture
def desk(world: World) -> Desk:
    made = Desk(world)
    made.publish(1, MORNING)
    world.settle()
    return made


@pytest.fixture
def thief(world: World) -> Hand:
    boya = world.station("boya")
    boya.kill()
    return Hand(boya.keys, world.hub.keys.card())


def works(world: World, desk: Desk) -> None:
    """What the hub does by the clock, with nothing of it going wrong."""
    hub, at = world.hub, world.hub.clock.now()
    office = hub.office
    clockwork = Clockwork(
        Papermaking(
            store=office.store, blobs=office.blobs, pen=office.pen, book=hub.book, law=desk.shelf, press=PRESS,
            keys=hub.keys, seal=lambda: None, district=DISTRICT, contact="区政务中心 199-0000-0000",
        )
    )  # fmt: skip
    clockwork.keep_standing(at)
    clockwork.make_papers(at)
    clockwork.keep_figures(at)
    clockwork.keep_licences(list(world.stations), at)
    clockwork.give_cards(at)
    clockwork.let_the_law_act(at)


def intake(**changed: object) -> Intake:
    said = {
        "number": "BOYA-26-00001-ABC", "station": "boya", "item": "P08", "item_version": 1,
        "applicant": Applicant(name="测试甲", number=ID_NUMBER, phone="13900000000"), "answers": {}, "papers": [],
    }  # fmt: skip
    return Intake(**{**said, **changed})


def act(kind: Act = Act.SUBMIT, follows: str | None = None, id: str = "a1", **said: object) -> CaseAct:
    return CaseAct(case="c1", id=id, act=kind, follows=follows, **{"by": CLERK, "at": NOON, **said})


LONG = "长" * 30_000
FIRST = act(intake=intake())
PAPER = Paper(digest="0" * 64, size=10, type="text/html", material="<script>")
WORDS = {
    "an act of the last year": [act(at="9999-12-31T23:59:59.000Z", intake=intake())],
    "an act of the first year": [act(at="0001-01-01T00:00:00.000Z", intake=intake())],
    "an act of a year that a clock may show": [
        act(at="2999-12-31T23:59:59.000Z", intake=intake()), act(Act.ASK_WITHDRAWAL, "a1", "a2", at="1900-01-01T00:00:00.000Z")
    ],
    "a day that is none": [act(intake=intake(licence_until="yesterday", licence="川A1", after="x"))],
    "an item that nobody has": [act(intake=intake(item="../../etc", item_version=2**40))],
    "an item of no version": [act(intake=intake(item_version=-3))],
    "a life in every field": [
        act(
            intake=intake(
                number=LONG, applicant=Applicant(name=LONG, number=LONG, phone=LONG),
                answers={"name": LONG, LONG: "x"}, channel=LONG, mode=LONG, matter=LONG,
            )
        )
    ],
    "nothing in every field": [act(intake=intake(number="", applicant=Applicant(name="", number=""), item=""))],
    "a number that is a formula, a path and a header": [
        act(intake=intake(number='=cmd|" /C calc"!A0/../../x\r\nSet-Cookie: a=b'))
    ],
    "papers that are none": [act(intake=intake(papers=[PAPER, PAPER])), act(Act.RESCAN, id="a2", instead="x", papers=[PAPER])],
    "documents of no kind": [
        FIRST, act(Act.ATTACH, id="a2", made=Made(kind="what?", number="", digest="../x", size=-1)),
        act(Act.ATTACH, id="a3", by=By("p", Role.SYSTEM), made=Made(kind="licence", number="=1", digest="f" * 64, size=5)),
    ],
    "what only the hub says": [
        FIRST,
        act(Act.ISSUE, "a1", "a2", by=By("wang", Role.ISSUER),
            licence=LicenceTerms(number="1", kind="x", holder="y", valid_from="never", valid_to="99999")),
        act(Act.GRANT, "a1", "a3", by=By("wang", Role.APPROVER), counts_from="never"),
        act(Act.PAUSE, "a1", "a4", stop=Stop.HEARING, chair=LONG, by=By("wang", Role.REVIEWER)),
        act(Act.CARD, "a1", "a5", card="purple", by=By("feng", Role.SUPERVISOR)),
        act(Act.RECORD_SURVEY, "a1", "a6", survey=Survey(place="x", arrived="never", left="")),
        act(Act.ARCHIVE, "a1", "a7", package="../../x"),
        act(Act.ASK_CORRECTION, "a1", "a8", corrections=[Correction(LONG, LONG)] * 3),
    ],
    "after its own end": [act(follows="a1", intake=intake())],
    "names of colleagues": [act(by=By("li", Role.CLERK, "<b>李</b>", "x", "wang"), intake=intake())],
    "a wish to withdraw from nowhere": [FIRST, act(Act.ASK_WITHDRAWAL, "zz", "a2", at="9999-12-31T20:00:00.000Z", reason=LONG)],
    "a correction that nobody asked for": [
        FIRST, act(Act.SUPPLEMENT, "a1", "a2", answers={"since": "never"}), act(Act.LAPSE, "a1", "a3"),
    ],
}  # fmt: skip


OF_NO_YEAR = ("an act of the last year", "an act of the first year")  # the entries are kept, and no act
PAGES = {
    "li": (
        "/worklist",
        "/cases",
        "/today",
        "/cards",
        "/attention",
        "/licences",
        "/stations",
        "/stations/boya",
        "/rules",
    ),
    "wang": ("/archive",),
    "han": ("/statistics", "/statistics.csv"),
}
OF_A_CASE = {"li": ("", "/do/accept"), "wang": ("/archive",)}


def test_what_a_station_says_of_its_cases_breaks_no_page_and_keeps_no_other_case_waiting(
    desk: Desk, world: World, thief: Hand
) -> None:
    for number, words in enumerate(WORDS.values()):
        said = [
            structs.replace(one, case=f"c{number}", id=f"{number}{one.id}", follows=_of(number, one)) for one in words
        ]
        bring(world, world.hub, thief.letter(*(thief.act(one) for one in said)), sender="boya")
    good = desk.takes_in("dafeng")
    for _ in range(200):  # not settle(): the hub goes on asking for papers that nobody has
        world.turn()
    works(world, desk)
    assert len(world.hub.case_ids()) == 1 + len(WORDS) - len(OF_NO_YEAR)
    for name, pages in PAGES.items():
        browser = desk.browser(name)
        cases = [f"/cases/c{number}{more}" for number in range(len(WORDS)) for more in OF_A_CASE.get(name, ())]
        for path in (*pages, *cases):
            browser.get(path)
            assert browser.status < 500, (path, list(WORDS))
    li = desk.browser("li")
    li.get("/worklist")
    assert good in li.page
    assert aside(world.hub) == []


def _of(number: int, one: CaseAct) -> str | None:
    return f"{number}{one.follows}" if one.follows else None


# -- the other kinds of an entry

TODAY = "2026-03-02"
SECRET = accounts.secret("kmnp-qrst-uvwx")
BREACH = Inner("c9", "b1", b"sealed")
ONLY_THE_HUB = {
    Kind.PERSON: PersonTold(account="li", name="x", roles=["leader"], revision=9**9, secret=SECRET, secret_revision=9),
    Kind.CATALOGUE: CataloguePublished(number=9**9, digest="0" * 64, size=10),
    Kind.BREACH: BREACH,
    Kind.ENDED: LicencesEnded(lines=[NumberEnded(digest=bytes(32), act="a", upto=NOON, on=TODAY, why="revoked")]),
    Kind.CASE_INNER: BREACH,
}


def kept(party: Party, table: str) -> list[tuple[object, ...]]:
    with party.office.store.read() as db:
        return [tuple(row) for row in db.execute(f"select * from {table}").fetchall()]


@pytest.mark.parametrize("kind", ONLY_THE_HUB)
def test_a_station_writes_no_people_no_law_no_breaches_and_ends_no_licence(
    desk: Desk, world: World, thief: Hand, kind: Kind
) -> None:
    tables = ("accounts", "postings", "shelf", "papers", "breaches", "ended_told", "acts")
    before = [kept(world.hub, table) for table in tables]
    bring(world, world.hub, thief.letter(thief.entry(kind, encode(ONLY_THE_HUB[kind]), case="c9")), sender="boya")
    assert [kept(world.hub, table) for table in tables] == before
    assert notices(world.hub) == ["poison"]


RUBBISH = [b"", b"\xc1", b"\x91" * 50_000, b"\x80", b"\x81\xa4code\xa2\xff\xfe", bytes(100_000)]
KINDS = [kind for kind in Kind if kind not in (Kind.EPOCH, Kind.RECOVERED)]


def test_rubbish_of_every_kind_is_shown_and_is_in_nobodys_way(desk: Desk, world: World, thief: Hand) -> None:
    entries = [thief.entry(kind, body, case="c9") for kind in KINDS for body in RUBBISH]
    for first in range(0, len(entries), 6):
        bring(world, world.hub, thief.letter(*entries[first : first + 6]), sender="boya")
    bring(world, world.hub, thief.letter(thief.act(FIRST)), sender="boya")
    assert notices(world.hub) == ["poison"] * len(entries)
    assert aside(world.hub) == []
    assert world.hub.case_ids() == ["c1"]


FROM_A_STOLEN_HUB = [
    (Kind.PERSON, PersonTold(account="x", name="x", roles=["clerk", "admin", "system"], revision=1)),
    (Kind.PERSON, PersonTold(account="y", name="y", valid_from="never", valid_to="never", revision=2**53 - 1)),
    (Kind.PERSON, PersonTold(account="clerk", name="<b>", roles=["head"], revision=5, code_until="never", secret="x")),
    (Kind.CATALOGUE, CataloguePublished(number=2**62, digest="../..", size=2**62, base=2**62, delta="x", delta_size=-1)),
    (Kind.CATALOGUE, CataloguePublished(number=2**63, digest="0" * 64, size=1)),
    (Kind.CATALOGUE, CataloguePublished(number=-1, digest="", size=-1)),
    (Kind.ENDED, LicencesEnded(lines=[NumberEnded(digest=bytes(32), act="a", upto="never", on="never")])),
    (Kind.ENDED, LicencesEnded(lines=[NumberEnded(digest=bytes(32), act="a", upto=NOON, on="0001-01-01", why="<b>")])),
    (Kind.RULE_READ, RuleRead(code="A-01", version=1)),
    (Kind.QUESTION, QuestionLeft(text="x", why="x", day="never")),
]  # fmt: skip


def test_a_stolen_hub_makes_no_administrator_at_a_station_and_blocks_nothing(world: World) -> None:
    dafeng = world.station("dafeng")
    with dafeng.office.store.write() as tx:
        accounts.create_account(tx, "clerk", "装机账号", [Role.CLERK], SECRET, at=MORNING)
    world.hub.kill()
    hub = Hand(world.hub.keys, dafeng.keys.card(), to="dafeng")
    for number, (kind, said) in enumerate(FROM_A_STOLEN_HUB):
        bring(
            world, dafeng, hub.letter(hub.entry(kind, encode(said)), hub.entry(kind, RUBBISH[number % 6])), sender=HUB
        )
    assert aside(dafeng) == []
    with dafeng.office.store.read() as db:
        found = {one.name: one for one in accounts.accounts(db)}
        assert found["x"].roles == {Role.CLERK}
        assert (found["clerk"].display_name, found["clerk"].roles) == ("装机账号", {Role.CLERK})
        assert not found["y"].active
        cancellation_list(dafeng.office.store).find("any number")
    shelf = Shelf(dafeng.office.store, dafeng.office.blobs, refuse, StationKind.TOWN, "dafeng")
    shelf.look(MORNING)
    assert shelf.catalogue.number == 0
    accounts.sign_in(dafeng.office.store, "clerk", "kmnp-qrst-uvwx", at=MORNING)


def refuse(data: bytes) -> Catalogue:
    raise Distrusted("distrusted.bundle")


@pytest.mark.parametrize("size", [10, 2**40])
def test_a_number_that_nobody_can_follow_keeps_no_station_from_the_law_that_comes_later(
    world: World, size: int
) -> None:
    """Whoever had the hub for an hour told of an issue of any number that does not exist. The hub is ours again."""
    dafeng, public = world.station("dafeng"), world.authority.public_key()
    world.settle()
    world.hub.kill()
    hub = Hand(world.hub.keys, dafeng.keys.card(), to="dafeng")
    said = CataloguePublished(number=2**40, digest="0" * 64, size=size, base=1, delta="1" * 64, delta_size=size)
    bring(world, dafeng, hub.letter(hub.entry(Kind.CATALOGUE, encode(said))), sender=HUB)
    world.hub.start()
    Desk(world, staff=False).publish(1, MORNING)
    shelf = Shelf(
        dafeng.office.store, dafeng.office.blobs, lambda data: open_bundle(data, public), StationKind.TOWN, "dafeng"
    )
    for _ in range(3):
        world.settle()
        shelf.look(MORNING)
    assert shelf.catalogue.number == 1


def test_what_a_broken_word_quotes_of_a_person_stands_in_no_log(
    desk: Desk, world: World, thief: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    """A decoder's complaint repeats the word that it did not know."""
    body = encode(act(intake=intake())).replace(b"\xa6submit", b"\xa9" + "张三丰".encode())
    bring(world, world.hub, thief.letter(thief.entry(Kind.CASE_ACT, body, case="c1")), sender="boya")
    assert notices(world.hub) == ["poison"]
    assert "entry kept but not applied" in caplog.text
    assert "ValidationError" in caplog.text
    assert "张三丰" not in caplog.text
