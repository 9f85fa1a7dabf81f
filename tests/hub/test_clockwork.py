"""What runs behind the officers' backs: documents that follow acts, and what the law does by lapse of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hub.clockwork import Clockwork
from hub.lapses import CLOCK
from hub.papermaking import Papermaking
from protocol.attention import open_notices
from protocol.cases.words import Act, Flag, Status
from protocol.catalogue.items import Item
from protocol.clock import CHINA
from protocol.documents.press import Press
from protocol.exchange.topics import HUB
from protocol.standing import NEVER
from tests.district_data import all_items
from tests.world import DISTRICT, LAW, World

DAY_S = 86_400
PRESS = Press()


def clockwork(world: World) -> Clockwork:
    office = world.hub.office
    return Clockwork(
        Papermaking(
            store=office.store, blobs=office.blobs, pen=office.pen, book=world.hub.book, law=LAW, press=PRESS,
            keys=world.hub.keys, seal=lambda: None, district=DISTRICT, contact="区政务中心 199-0000-0000",
        )
    )  # fmt: skip


FOOD = next(item for item in all_items() if item.code == "F01")  # a licence in the sense of 行政许可法


def taken_in(world: World, item: Item | None = None) -> str:
    case = world.station("dafeng").submits(item)
    assert case is not None
    world.settle()
    return case


def test_an_acceptance_becomes_a_notice_that_reaches_the_station_as_the_same_bytes(world: World) -> None:
    case = taken_in(world)
    work = clockwork(world)
    world.hub.decides(case, Act.ACCEPT)
    assert work.make_papers(world.hub.clock.now()) == 1
    assert work.make_papers(world.hub.clock.now()) == 0
    world.settle()
    at_desk = world.station("dafeng").case(case)
    assert at_desk is not None
    (made,) = [one.made for one in at_desk.documents if one.made is not None]
    assert made.number == f"{at_desk.number}·受理"
    here = world.hub.office.blobs.read(made.digest)
    there = world.station("dafeng").office.blobs.read(made.digest)
    assert here is not None
    assert here.startswith(b"%PDF")
    assert here == there
    assert not at_desk.flags
    assert world.differences() == []


def test_a_document_whose_maker_was_killed_is_made_after_the_start(world: World) -> None:
    case = taken_in(world)
    world.hub.decides(case, Act.ACCEPT)
    world.hub.kill()
    world.hub.start()
    world.settle()
    assert clockwork(world).make_papers(world.hub.clock.now()) == 1


def test_a_hub_that_lost_its_disk_does_not_make_a_document_twice(world: World) -> None:
    case = taken_in(world)
    world.hub.decides(case, Act.ACCEPT)
    world.settle()
    world.hub.copy_disk()
    assert clockwork(world).make_papers(world.hub.clock.now()) == 1
    world.settle()
    world.hub.lose_disk(0, told=True)
    world.hub.start()
    world.settle()
    assert clockwork(world).make_papers(world.hub.clock.now()) == 0
    at_hub = world.hub.case(case)
    assert at_hub is not None
    assert len(at_hub.documents) == 1
    assert world.hub.office.blobs.read(at_hub.documents[0].made.digest) is not None  # type: ignore[union-attr]


def test_every_act_that_the_law_wants_on_paper_gets_its_document(world: World) -> None:
    case = taken_in(world)
    work = clockwork(world)
    for act in (
        Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.REVIEW, Act.GRANT, Act.ISSUE,
    ):  # fmt: skip
        world.hub.decides(case, act)
    work.make_papers(world.hub.clock.now())
    at_hub = world.hub.case(case)
    assert at_hub is not None
    numbers = [one.made.number for one in at_hub.documents if one.made is not None]
    assert sorted(numbers) == sorted(f"{at_hub.number}·{word}" for word in ("受理", "踏勘", "准予", "证照"))


def test_nobody_told_the_applicant_in_time_so_the_case_counts_as_accepted_from_the_first_day(world: World) -> None:
    """行政许可法 §32(4), with the five days of §82 as working days; the station was cut off all the while."""
    world.network.cut("dafeng")
    case = world.station("dafeng").submits(FOOD)
    assert case is not None
    taken = world.station("dafeng").case(case)
    world.advance(9 * DAY_S)
    world.network.mend("dafeng")
    world.settle()
    work = clockwork(world)
    at = world.hub.clock.now()
    work.keep_standing(at)
    assert work.let_the_law_act(at) == 1
    assert work.let_the_law_act(at) == 0
    world.settle()
    at_desk = world.station("dafeng").case(case)
    assert at_desk is not None
    assert taken is not None
    assert at_desk.status is Status.ACCEPTED
    assert Flag.DEEMED_ACCEPTED in at_desk.flags
    act = next(one for one in at_desk.line if one.act is Act.DEEM_ACCEPTED)
    assert act.by == CLOCK
    assert act.counts_from == "2026-03-02"
    assert work.make_papers(at) == 1


def test_five_working_days_are_not_over_on_the_fifth(world: World) -> None:
    taken_in(world, FOOD)  # Monday 2 March 2026
    work = clockwork(world)
    world.advance(7 * DAY_S)
    world.stations_are_heard()
    at = world.hub.clock.now()
    assert at.astimezone(CHINA).date().isoformat() == "2026-03-09"
    work.keep_standing(at)
    assert work.let_the_law_act(at) == 0
    world.advance(DAY_S)
    world.stations_are_heard()
    assert work.let_the_law_act(world.hub.clock.now()) == 1


def test_a_case_whose_correction_was_asked_for_in_time_is_never_deemed_accepted(world: World) -> None:
    case = taken_in(world)
    world.hub.decides(case, Act.ASK_CORRECTION)
    world.settle()
    world.station("dafeng").supplies(case)
    world.settle()
    world.advance(30 * DAY_S)
    work = clockwork(world)
    work.keep_standing(world.hub.clock.now())
    assert work.let_the_law_act(world.hub.clock.now()) == 0


def test_a_hub_whose_clock_is_in_doubt_lets_no_time_limit_act(world: World) -> None:
    taken_in(world, FOOD)
    world.hub.clock.skew = timedelta(days=400)
    world.station("boya").submits()
    world.settle()
    at = world.hub.clock.now()
    work = clockwork(world)
    work.keep_standing(at)
    assert work.let_the_law_act(at) == 0


def test_a_line_of_the_worklist_says_in_whose_hands_a_case_is_and_until_when(world: World) -> None:
    case = taken_in(world, FOOD)
    work = clockwork(world)

    def line() -> tuple[str, str] | None:
        work.keep_standing(world.hub.clock.now())
        with world.hub.office.store.read() as db:
            row = db.execute("select link, due_on from standing where case_id = ?", (case,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    assert line() == ("acceptance", "2026-03-09")
    world.hub.decides(case, Act.ACCEPT)
    assert line()[0] == "review"  # type: ignore[index]
    world.hub.decides(case, Act.REVIEW)
    world.hub.decides(case, Act.GRANT)
    world.hub.decides(case, Act.ISSUE)
    world.settle()
    world.station("dafeng").hands_over(case)
    world.settle()
    assert line() == ("archive", NEVER)
    world.hub.decides(case, Act.ARCHIVE)
    assert line() is None
    assert world.hub.name == HUB


def test_a_name_that_no_font_can_print_keeps_nobody_elses_notice_and_is_printed_when_the_font_is_there(
    world: World,
) -> None:
    odd, mine = taken_in(world), taken_in(world)
    for case in (odd, mine):
        world.hub.decides(case, Act.ACCEPT)
    work, at = clockwork(world), world.hub.clock.now()
    without = Clockwork(replace(work.papers, press=_NoFont(world.hub.case(odd).number)))  # type: ignore[arg-type, union-attr]
    assert without.make_papers(at) == 1
    assert without.make_papers(at) == 0
    with world.hub.office.store.read() as db:
        (notice,) = [one for one in open_notices(db) if one.kind == "document-not-made"]
    assert notice.case_id == odd
    assert work.make_papers(at) == 0
    work.try_papers_again()  # the job of every hour
    assert work.make_papers(at) == 1
    with world.hub.office.store.read() as db:
        assert not [one for one in open_notices(db) if one.kind == "document-not-made"]


class _NoFont:
    """A press that breaks on the documents of one case, and not in a way that it has words for."""

    def __init__(self, number: str) -> None:
        self.number = number

    def __getattr__(self, name: str) -> object:
        real = getattr(PRESS, name)
        if not callable(real):
            return real

        def printed(*args: object, **kwargs: object) -> object:
            if self.number in repr(args) + repr(kwargs):
                raise RuntimeError("no glyph")
            return real(*args, **kwargs)

        return printed


def test_cases_whose_item_has_not_come_do_not_stand_before_the_papers_of_the_others(world: World) -> None:
    """Thirty notices of an item that only the stations of a trial know; one of an item that is known here."""
    for _ in range(3):
        world.hub.decides(taken_in(world), Act.ACCEPT)
    mine = taken_in(world, FOOD)
    world.hub.decides(mine, Act.ACCEPT)
    work = clockwork(world)
    some = Clockwork(replace(work.papers, law=_WithoutP08()))  # type: ignore[arg-type]
    assert some.papers.make_next(world.hub.clock.now(), limit=1) == 1
    assert world.hub.case(mine).documents  # type: ignore[union-attr]
    assert work.make_papers(world.hub.clock.now()) == 3


class _WithoutP08:
    calendar = LAW.calendar

    def item(self, code: str, version: int) -> Item | None:
        return None if code == "P08" else LAW.item(code, version)


def test_while_a_station_empties_its_journal_a_few_lines_are_reckoned_and_all_of_them_afterwards(world: World) -> None:
    done: list[int] = []

    def reckon(left: list[int]) -> list[int]:
        done.clear()
        waiting = iter(left)
        clockwork(world)._in_batches(lambda db: next(waiting), lambda tx, limit: done.append(limit) or limit)
        return done

    assert reckon([1000, 1300]) == [50]
    assert reckon([1000, 950, 750, 900]) == [50, 200, 200]
    assert reckon([1000, 960, 760, 560, 360, 160, 0]) == [50, 200, 200, 200, 200, 200]
