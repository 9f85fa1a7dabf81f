"""Each of the district's items from the desk to the archive, with its own limits, survey, publicity, window, stages,
commitment, papers that follow and licence: nothing of the catalogue is only there to be looked at.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import decisions
from hub.archiving import Archiving
from node import after, desk, documents, drafts
from node.drafts import Details
from node.matters import Application, application_of, asks_licence, case_of_matter, commitments
from protocol.cases.acts import Correction, Made, Paper
from protocol.cases.case import Case
from protocol.cases.words import Act, Flag, Status
from protocol.catalogue.items import Item, LimitKind, Stop, SurveyNeed
from protocol.clock import CHINA
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs, may_decide
from protocol.documents.kinds import Kind
from protocol.documents.produce import produce
from protocol.identity import sign_keyring
from tests.believable.officers import officer_for, what_is_said
from tests.district_data import all_items, answers_for, paper_bytes
from tests.hub.test_clockwork import PRESS, clockwork
from tests.world import DISTRICT, LAW, World

DAY_S = 86_400


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One district for all of them; each takes up where the last one left it."""
    folder: Path = tmp_path_factory.mktemp("district")
    made = World(folder)
    made.settle()
    yield made
    for party in made.parties():
        party.kill()


@pytest.fixture(scope="module")
def granted() -> dict[str, str]:
    """Item -> number of a case that was granted."""
    return {}


def in_order() -> list[Item]:
    """First stages before second ones; what has a window last, since time has to pass for it."""
    return sorted(all_items(), key=lambda item: (bool(item.windows), bool(item.after), item.code))


@pytest.mark.parametrize("item", in_order(), ids=lambda item: item.code)
def test_an_item_goes_from_the_desk_to_the_archive(world: World, granted: dict[str, str], item: Item) -> None:
    parts = [next(one for one in all_items() if one.code == code) for code in item.bundle]
    application = application_of(item, parts)
    opens(world, application)
    first = taken_in(world, application, granted)
    for place, part in enumerate(application.parts):
        case = case_of_matter(first, place)
        walked_to_the_end(world, case, part.item)
        granted[part.item.code] = at_hub(world, case).number
    assert world.differences() == []


def opens(world: World, application: Application) -> None:
    """On the first day on which it can be applied for."""
    windows = application.form.windows
    today = world.hub.clock.now().astimezone(CHINA).date()
    if windows and drafts.open_window(windows, today) is None:
        _, day = drafts.next_window(windows, today)
        morning = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        world.advance((morning - world.hub.clock.now()).total_seconds())
        world.stations_are_heard()


def taken_in(world: World, application: Application, granted: dict[str, str]) -> str:
    """As a clerk does it: what the form asks, what may follow follows, what is promised is signed."""
    station, rng, form = world.station("dafeng"), random.Random(7), application.form
    office, at = station.office, station.clock.now()
    with office.store.write() as tx:
        draft = drafts.begin_draft(
            tx, world.rng.randbytes(16), form, by=station.clerk, at=at,
            parts=[part.item for part in application.parts] if application.is_matter else (),
        )  # fmt: skip
    answers = answers_for(form, rng) | {one.key: one.choices[0].value for one in form.situations}
    answers |= {one.key: answers[one.key][: one.max_length] for one in form.fields if one.max_length}
    with office.store.write() as tx:
        drafts.save_draft(tx, draft, form, answers, at)
        known = drafts.need_draft(tx, draft).known
        until = (at + timedelta(days=200)).astimezone(CHINA).date().isoformat()
        details: dict[str, object] = {"committed": bool(commitments(application, known))}
        if form.after:
            details["after"] = granted[form.after[0]]
        if asks_licence(form):
            details |= {"licence": f"旧证-{form.code}", "licence_until": until}
        kept = drafts.save_details(tx, draft, at, **details)
        follow = drafts.may_follow(form, kept)[:1]
        for material in follow:
            drafts.let_follow(tx, draft, form, material.code, True, at)
    for number, material in enumerate(drafts.missing_materials(form, _draft(world, draft))):
        data = paper_bytes(rng, number % 250)
        paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type="image/jpeg", material=material.code)
        with office.store.write() as tx:
            drafts.add_paper(tx, draft, paper, at)
    with office.store.write() as tx:
        desk.submit(tx, office.pen, draft, application, by=station.clerk, at=at)
    world.settle()
    return draft


def _draft(world: World, draft: str) -> drafts.Draft:
    with world.station("dafeng").office.store.read() as db:
        found = drafts.need_draft(db, draft)
    assert isinstance(found.details, Details)
    return found


def walked_to_the_end(world: World, case: str, item: Item) -> None:
    """Each link in turn, and what the law of the item puts in between."""
    intake = at_hub(world, case).intake
    assert intake is not None
    if intake.lacking:
        lines = [Correction(code, "请在期限内补交") for code in intake.lacking]
        does(world, case, Act.ACCEPT_CONDITIONALLY, item, corrections=lines)
        world.settle()
        brings(world, case, item, intake.lacking)
        assert Flag.LACKING not in at_hub(world, case).flags
    else:
        does(world, case, Act.ACCEPT, item)
    if item.survey.need is SurveyNeed.ALWAYS:
        for act in (Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY):
            does(world, case, act, item)
    if any(limit.what is LimitKind.WAITING for limit in item.limits):
        does(world, case, Act.PAUSE, item, stop=Stop.PUBLICITY, chair="", expected="依法定期间")
        while not waits_no_more(world, case, item):
            world.advance(5 * DAY_S)
        does(world, case, Act.RESUME, item)
    for act in (Act.REVIEW, Act.GRANT, Act.ISSUE):
        does(world, case, act, item)
    while clockwork(world).make_papers(world.hub.clock.now()):
        pass
    world.settle()
    at_desk = world.station("dafeng").case(case)
    assert at_desk is not None
    assert {Kind.GRANT} <= {made.kind for made in after.to_hand_over(at_desk)}
    world.station("dafeng").hands_over(case)
    prints_its_own(world, case, item)
    world.settle()
    if Flag.CHECK_DUE in at_hub(world, case).flags:
        does(world, case, Act.CHECK_PROMISE, item)
    office = world.hub.office
    with office.store.read() as db:
        assert archive_of(world).lacks(db, at_hub(world, case), {}) == []
    does(world, case, Act.ARCHIVE, item)
    world.settle()
    end = at_hub(world, case)
    assert end.status is Status.ARCHIVED
    assert end.link is None
    late = [one for one in clocks_of_case(end, item, LAW.calendar, office.clock.now()) if one.state is ClockIs.OVERDUE]
    assert late == []


def does(world: World, case: str, act: Act, item: Item, **changed: object) -> None:
    office, now = world.hub.office, at_hub(world, case)
    said = what_is_said(now, act, world.hub.clock.now(), item)
    fields = {name: getattr(said, name) for name in said.__slots__} | changed
    with office.store.write() as tx:
        decisions.decide(
            tx, office.pen, world.hub.book, LAW, case, act, world.rng.randbytes(16), by=officer_for(now, act),
            at=world.hub.clock.now(), seen=now.tip or "", said=decisions.Said(**fields),  # type: ignore[arg-type]
        )  # fmt: skip


def brings(world: World, case: str, item: Item, materials: list[str]) -> None:
    station = world.station("dafeng")
    office, at = station.office, station.clock.now()
    with office.store.write() as tx:
        draft = desk.begin_supplement(tx, world.rng.randbytes(16), station.book, case, by=station.clerk, at=at)
    for number, material in enumerate(materials):
        data = paper_bytes(world.rng, number)
        paper = Paper(digest=office.blobs.keep(data, at), size=len(data), type="image/jpeg", material=material)
        with office.store.write() as tx:
            drafts.add_paper(tx, draft, paper, at)
    with office.store.write() as tx:
        desk.supplement(tx, office.pen, station.book, draft, item, by=station.clerk, at=at)
    world.settle()


def prints_its_own(world: World, case: str, item: Item) -> None:
    """Receipt, commitment and proof of service, kept and named as the desk's pages do it."""
    station = world.station("dafeng")
    office, at, now = station.office, station.clock.now(), station.case(case)
    assert now is not None
    for kind in documents.ours(now):
        printed = produce(
            PRESS, documents.content(kind, documents.Writing(now, item, "大丰街道便民服务中心")), DISTRICT, station.keys
        )
        digest = office.blobs.keep(printed.pdf, at)
        made = Made(kind=kind, number=documents.number_on(kind, now), digest=digest, size=len(printed.pdf))
        with office.store.write() as tx:
            after.attach(
                tx, office.pen, station.book, case, world.rng.randbytes(16), made, by=station.clerk, at=at
            )  # fmt: skip


def waits_no_more(world: World, case: str, item: Item) -> bool:
    at = world.hub.clock.now()
    states = clocks_of_case(at_hub(world, case), item, LAW.calendar, at)
    return may_decide(states, at.astimezone(CHINA).date()).allowed


def archive_of(world: World) -> Archiving:
    office = world.hub.office
    return Archiving(
        store=office.store, blobs=office.blobs, pen=office.pen, book=world.hub.book, law=LAW, keys=world.hub.keys,
        keyring=lambda: sign_keyring(world.keyring.content, world.authority), district=DISTRICT,
        folder=world.hub.folder / "archive",
    )  # fmt: skip


def at_hub(world: World, case: str) -> Case:
    found = world.hub.case(case)
    assert found is not None
    return found
