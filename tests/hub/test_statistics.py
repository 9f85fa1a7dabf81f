"""The statistics: counted out of the acts, the same as somebody would count them who reads every case again."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from hub import lines
from hub.app import Hub
from hub.counting import count_next
from hub.facts import AT_END, AT_INTAKE, LINKS, MEASURES, PASSED, STAYED, STOPPED, Fact, fact_of
from hub.figures import DEFINED, DEFINITIONS, Asked, By, sums_by, totals
from hub.web.words.statistics import STATISTICS_WORDS
from node.app import Station
from protocol.cases.case import Case
from protocol.cases.words import Act
from protocol.catalogue.items import LimitKind, Unit
from protocol.catalogue.law import Law
from protocol.catalogue.reading import standard_items
from protocol.clock import CHINA, moment
from protocol.clocks.of_case import clocks_of_case
from protocol.clocks.states import ClockIs
from protocol.exchange.loopback import LoopbackNetwork
from protocol.standing import are_stale
from provisioning.district import make_district
from provisioning.register import Station as Registered
from tests.believable import month as month_module
from tests.believable.district import believable
from tests.believable.month import COURSES, Month, PastClock, Step, _steps
from tests.district_data import example_item, paper_bytes
from tests.hub.desk import Desk
from tests.world import World

UNTIL = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
YEAR = Asked(date(2026, 1, 1), date(2026, 12, 31))


_DECIDED = _steps((Act.REVIEW, 2), Act.GRANT, Act.ISSUE, (Act.HAND_OVER, 2))
# the same ends as in an ordinary month, and each of them walked on until the case is concluded
TO_THE_END: dict[str, tuple[int, tuple[Step, ...]]] = {
    **COURSES,
    "corrected": (3, _steps(Act.ASK_CORRECTION, (Act.SUPPLEMENT, 3), Act.ACCEPT) + _DECIDED),
    "heard": (2, _steps(Act.ACCEPT, (Act.PAUSE, 1), (Act.RESUME, 6)) + _DECIDED),
    "extended": (1, _steps(Act.ACCEPT, (Act.EXTEND, 3)) + _DECIDED),
    "sent back": (2, _steps(Act.ACCEPT, Act.REVIEW, Act.SEND_BACK) + _DECIDED),
    "result returned": (
        2,
        _steps(Act.ACCEPT) + _DECIDED[:-1] + _steps(Act.RETURN_RESULT, Act.ISSUE, (Act.HAND_OVER, 3)),
    ),
    "reopened": (2, _steps(Act.ACCEPT) + _DECIDED + _steps((Act.REOPEN, 2)) + _DECIDED),
    "papers brought": (2, _steps(Act.ACCEPT_CONDITIONALLY, (Act.SUPPLEMENT, 2)) + _DECIDED),
    "accepted": (2, _steps(Act.ACCEPT, (Act.REVIEW, 18), Act.GRANT)),
    "deemed accepted": (2, _steps((Act.REVIEW, 9), Act.GRANT)),
}


class Generated:
    """A month of a hub and two stations; documents are not printed, for nothing is counted by them."""

    def __init__(self, folder: Path) -> None:
        at = datetime(2026, 10, 1, tzinfo=UTC)
        named = [Registered(name, name, name, "town") for name in ("dafeng", "boya")]
        made = make_district(folder, named, at)
        clock, network = PastClock(at), LoopbackNetwork(random.Random(1))
        self.hub = Hub(made.hub, link=network.link("hub"), clock=clock, durable=False)
        self.desks = {
            name: Station(made.stations[name], link=network.link(name), clock=clock, durable=False)
            for name in ("dafeng", "boya")
        }
        for party in (self.hub, *self.desks.values()):
            party.open()
        month = Month(
            self.hub, self.desks, network, clock, self.hub.shelf, seed=3, paper=lambda rng: (paper_bytes(rng, 1), "image/jpeg")
        )  # fmt: skip
        with_no_printer(self.hub)
        month.play(4 * len(COURSES), standard_items(), believable(1, stations=4, people=100, desks=8), UNTIL)
        self.hub.clockwork.keep_figures(UNTIL)

    def cases(self) -> list[Case]:
        with self.hub.store.read() as db:
            ids = [str(row[0]) for row in db.execute("select id from cases order by id").fetchall()]
            found = [self.hub.book.case(db, one) for one in ids]
        return [case for case in found if case is not None]

    def close(self) -> None:
        for party in (self.hub, *self.desks.values()):
            party.stop()


def with_no_printer(hub: Hub) -> None:
    with hub.store.write() as tx:
        tx.execute("create temp trigger nothing_is_printed before insert on to_print begin select raise(ignore); end")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(month_module, "COURSES", TO_THE_END)
        made = Generated(tmp_path_factory.mktemp("month"))
    yield made
    made.close()


# -- counted slowly, in other words than the code has


def day(text: str) -> date:
    return moment(text).astimezone(CHINA).date()


def between(law: Law, first: date, last: date) -> int:
    """Working days after `first`, up to `last`, one by one."""
    count = 0
    while first < last:
        first += timedelta(days=1)
        count += law.calendar.is_working(first)
    return count


def slowly(case: Case, law: Law) -> Counter[str]:
    """What one case counts, straight from its acts."""
    acts = case.line
    kinds = [act.act for act in acts]
    counted = Counter[str]({"taken": 1})
    ends = [
        "grant",
        "deny",
        "deem-renewed",
        "refuse-acceptance",
        "declare-not-required",
        "allow-withdrawal",
        "close-late",
    ]
    last = max((n for n, kind in enumerate(kinds) if kind in ends), default=-1)
    is_ended = last >= 0 and Act.REOPEN not in kinds[last:]
    item = law.item(case.item, case.item_version)
    assert item is not None
    states = clocks_of_case(case, item, law.calendar, UNTIL)
    expired = [state for state in states if state.limit.what == "notice" and state.state == "expired"]
    counted["deemed"] = int(Act.DEEM_ACCEPTED in kinds or bool(expired))
    if not is_ended:
        return +counted
    end = acts[last]
    counted["ended"] = 1
    decided = end.act in ("grant", "deny", "deem-renewed")
    counted["decided"] = decided
    counted["granted"] = end.act in ("grant", "deem-renewed")
    counted["denied"] = end.act == "deny"
    counted["refused"] = end.act in ("refuse-acceptance", "declare-not-required")
    counted["withdrawn"] = end.act in ("allow-withdrawal", "close-late")
    counted["days"] = between(law, day(acts[0].at), day(end.at))
    counted["at_once"] = decided and day(acts[0].at) == day(end.at)
    counted["visits"] = sum(kind in ("submit", "supplement", "supply") for kind in kinds)
    counted["one_visit"] = counted["visits"] == 1
    counted["corrected"] = "ask-correction" in kinds
    counted["conditional"] = "accept-conditionally" in kinds
    counted["committed"] = case.intake is not None and case.intake.committed
    counted["broken"] = any(act.act == "check-promise" and not act.passed for act in acts)
    for word in ("send-back", "return-result", "reopen"):
        name = {"send-back": "sent_back", "return-result": "result_returned", "reopen": "reopened"}[word]
        counted[name] = kinds.count(Act(word))
    counted["reworked"] = any(word in kinds for word in ("send-back", "return-result", "reopen"))
    for promised, names in (
        (False, ("timed", "in_time", "law_allowed", "law_used")),
        (True, ("promised", "kept", "promise_allowed", "promise_used")),
    ):
        found = [
            state
            for state in states
            if state.limit.what is LimitKind.DECISION and state.promised is promised and not state.history
            and state.state in (ClockIs.MET, ClockIs.EXPIRED) and (state.budget or not promised)
        ]  # fmt: skip
        if not found:
            continue
        counted[names[0]] = 1
        counted[names[1]] = all(state.due is not None and day(end.at) <= state.due for state in found)
        in_days = [state for state in found if state.unit is Unit.WORKING_DAY and state.budget]
        if in_days:
            counted[names[2]] += in_days[0].budget
            counted[names[3]] += in_days[0].consumed
        if promised:
            counted["ahead"] = found[0].consumed < found[0].budget
    counted += stays(case, law)
    for pause, resume in zip(
        [act for act in acts if act.act == "pause"], [act for act in acts if act.act == "resume"], strict=False
    ):
        assert pause.stop is not None
        if any(pause.stop in limit.stops_on for limit in item.limits if limit.what is LimitKind.DECISION):
            counted[f"stopped_{pause.stop}"] += between(law, day(pause.at), day(resume.at))
    return +counted


def stays(case: Case, law: Law) -> Counter[str]:
    """Told act by act, without the tables of the pipeline."""
    counted = Counter[str]()
    where, since = "", date.min
    for act in case.line:
        kind, then = str(act.act), where
        if kind == "submit" or (kind in ("supplement", "lapse", "ask-withdrawal") and where == "intake"):
            then = "acceptance"
        elif kind == "ask-correction":
            then = "intake"
        elif kind in ("accept", "accept-conditionally", "deem-accepted"):
            then = "approval" if act.simple else "review"
        elif kind == "order-survey":
            then = "survey"
        elif kind in ("countersign-survey", "send-back"):
            then = "review"
        elif kind == "review":
            then = "approval"
        elif kind in ("grant", "deny", "deem-renewed", "return-result"):
            then = "issuance"
        elif kind in ("issue", "refuse-acceptance", "declare-not-required"):
            then = "hand_over"
        elif kind in ("hand-over", "allow-withdrawal", "close-late"):
            then = "archive"
        elif kind == "archive":
            then = "nobody"
        elif kind == "reopen":
            then = "review" if case.was_accepted else "acceptance"
        if then != where:
            if where and where != "nobody":
                counted[f"stayed_{where}"] += between(law, since, day(act.at))
                counted[f"passed_{where}"] = 1
            where, since = then, day(act.at)
    return counted


def test_every_figure_of_a_generated_month_is_what_a_slow_reader_of_the_acts_counts(month: Generated) -> None:
    law, expected = month.hub.shelf, Counter[str]()
    each: dict[tuple[str, str], Counter[str]] = {}
    for case in month.cases():
        counted = slowly(case, law)
        expected += counted
        for key in ((By.ITEM, case.item), (By.STATION, case.station)):
            each[key] = each.get(key, Counter()) + counted
    with month.hub.store.read() as db:
        found = totals(db, YEAR)
        assert {name: count for name, count in found.items() if count} == dict(expected)
        for by in (By.ITEM, By.STATION):
            for code, sums in sums_by(db, YEAR, by):
                assert {name: count for name, count in sums.items() if count} == dict(each[by, code]), code
    # the month was one in which things happen
    happened = (
        "deemed", "at_once", "ahead", "corrected", "reopened", "sent_back", "result_returned", "denied", "refused",
        "withdrawn", "conditional", "stopped_hearing", "stayed_survey",
    )  # fmt: skip
    assert [name for name in happened if not found[name]] == []
    assert found["kept"] < found["promised"]


def test_a_period_of_single_days_is_counted_like_one_of_whole_months(month: Generated) -> None:
    """Whatever days a period begins and ends on, each case is in it once or not at all."""
    rng = random.Random(5)
    lines = facts(month)
    with month.hub.store.read() as db:
        for _ in range(60):
            first = date(2026, 9, 25) + timedelta(days=rng.randrange(60))
            asked = Asked(
                first, first + timedelta(days=rng.randrange(70)), rng.choice(["", *{one.item for one in lines}]),
                rng.choice(["", "dafeng"]), rng.choice(["", "", "window"]),
            )  # fmt: skip
            assert totals(db, asked) == added(lines, asked)
            by = rng.choice(list(By))
            together = Counter[str]()
            for _, sums in sums_by(db, asked, by):
                together.update(sums)
            assert {name: together[name] for name in MEASURES} == added(lines, asked)


def facts(month: Generated) -> list[Fact]:
    found = [fact_of(case, month.hub.shelf, UNTIL) for case in month.cases()]
    return [fact for fact in found if fact is not None]


def added(lines: list[Fact], asked: Asked) -> dict[str, int]:
    sums = dict.fromkeys(MEASURES, 0)
    for one in lines:
        if (asked.item in ("", one.item)) and asked.station in ("", one.station) and asked.channel in ("", one.channel):
            for day_, names in ((one.opened_on, AT_INTAKE), (one.ended_on, AT_END)):
                if asked.first.isoformat() <= day_ <= asked.last.isoformat():
                    for name in names:
                        sums[name] += one.counts.get(name, 0)
    return sums


def test_sums_that_were_kept_up_act_by_act_are_those_of_a_fresh_count(month: Generated) -> None:
    hub = month.hub
    with hub.store.write() as tx:
        before = tallies(tx)
        tx.execute("insert or ignore into uncounted select id from cases")
        while count_next(tx, hub.book, hub.shelf, UNTIL):
            pass
        again = tallies(tx)
        tx.execute("delete from facts")
        tx.execute("delete from tallies")
        tx.execute("insert or ignore into uncounted select id from cases")
        while count_next(tx, hub.book, hub.shelf, UNTIL):
            pass
        assert before == again == tallies(tx)


def tallies(db: Database) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Lines in which nothing is left count as if they were not there."""
    rows = [tuple(row) for row in db.execute("select * from tallies").fetchall()]
    return {row[:4]: row[4:] for row in rows if any(row[4:])}


def test_a_case_without_its_item_is_counted_without_clocks_and_again_when_the_item_has_come(month: Generated) -> None:
    hub = month.hub
    with hub.store.write() as tx:
        before = tallies(tx)
        tx.execute("update facts set known = 0, timed = 0, in_time = 0 where ended_on != ''")
    assert hub.clockwork.keep_figures(UNTIL) > 0
    with hub.store.write() as tx:
        tx.execute("delete from tallies")
        tx.execute("delete from facts")
        tx.execute("insert or ignore into uncounted select id from cases")
    hub.clockwork.keep_figures(UNTIL)
    with hub.store.read() as db:
        assert tallies(db) == before
        assert db.execute("select count(*) from facts where known = 0").fetchone()[0] == 0


def test_every_figure_has_its_words_and_is_made_of_what_is_counted() -> None:
    for one in DEFINITIONS:
        assert {one.above, one.below or one.above} <= set(MEASURES)
        for key in (f"figure.{one.name}", f"figure.{one.name}.is"):
            assert all(STATISTICS_WORDS[key]), key
    assert len(DEFINED) == len(DEFINITIONS)
    assert {*STAYED.values(), *PASSED.values(), *STOPPED.values()} <= set(MEASURES)
    assert set(STAYED) == set(LINKS)


# -- the page


@pytest.fixture
def desk_with_cases(desk: Desk, world: World) -> Desk:
    """One granted at once, one on its way, one refused; and one that the law accepted."""
    first, second, _ = (desk.takes_in() for _ in range(3))
    world.settle()
    for act in (Act.ACCEPT, Act.REVIEW, Act.GRANT):
        world.hub.decides(first, act)
    world.hub.decides(second, Act.REFUSE_ACCEPTANCE)
    count(desk)
    return desk


def count(desk: Desk) -> None:
    hub = desk.world.hub
    with hub.office.store.write() as tx:
        while are_stale(tx):
            lines.bring_up_to_date(tx, hub.book, desk.shelf, hub.clock.now())
        while count_next(tx, hub.book, desk.shelf, hub.clock.now()):
            pass


def test_a_leader_sees_each_share_with_what_it_is_a_share_of_and_few_cases_marked(desk_with_cases: Desk) -> None:
    han = desk_with_cases.browser("han")
    han.get("/statistics")
    assert han.status == 200
    assert "即办率 100.0% 1 / 1 基数少" in han.text
    assert "收件当日作出决定的件数 ÷ 作出决定的件数" in han.text
    assert re.search(r"收件 3 ", han.text)
    assert "行政许可法第四十二条" in han.text
    assert "<svg" in han.page
    english = desk_with_cases.browser("feng", english=True)
    english.get("/statistics")
    assert "Cases decided on the day of intake ÷ cases decided" in english.text
    sources = r"行政许可法\S*|优化营商环境条例\S*|国办发\S*|中文|冯督查"
    assert not re.search(r"[一-鿿]", re.sub(sources, "", english.text))


def test_the_statistics_name_nobody_and_are_shown_to_those_who_answer_for_them(
    desk_with_cases: Desk, world: World
) -> None:
    zhao = desk_with_cases.browser("zhao")
    page = zhao.get("/statistics") + zhao.get("/statistics.csv?by=item") + zhao.get("/statistics.csv")
    case = world.hub.case(world.hub.case_ids()[0])
    assert case is not None
    for secret in (case.applicant.name, case.applicant.number, case.number):
        assert secret not in page
    for name in ("qian", "sun"):
        other = desk_with_cases.browser(name)
        other.get("/statistics")
        assert other.status == 403
        assert "/statistics" not in other.get("/start")


def test_a_case_that_was_deemed_accepted_is_said_loudly(desk: Desk, world: World) -> None:
    item = next(one for one in standard_items() if one.code == "D01")
    desk.submits(item.code)
    world.settle()
    count(desk)
    assert "视为受理。这个数字应当为 0" not in desk.browser("han").get("/statistics")
    world.advance(20 * 86_400)
    desk.lapses()
    count(desk)
    assert "有 1 件逾期未告知，依法视为受理。这个数字应当为 0" in desk.browser("han").get("/statistics")


def test_a_period_that_is_none_is_not_guessed_at(desk_with_cases: Desk) -> None:
    han = desk_with_cases.browser("han")
    for wrong in ("first=2026-05-02&last=2026-03-01", "first=soon&last=2026-03-01", "first=0001-01-01&last=9999-12-31"):
        han.get(f"/statistics?{wrong}")
        assert han.status == 200
        assert "起止日期不对" in han.text
    assert "起止日期不对" not in han.get("/statistics?first=2026-03-02&last=2026-03-02")
    assert "收件 3 " in han.text
    han.get("/statistics?first=2026-02-01&last=2026-03-01")
    assert "收件 0 " in han.text


def test_the_file_holds_what_the_page_says_and_no_cell_is_a_formula(desk_with_cases: Desk, world: World) -> None:
    with world.hub.office.store.write() as tx:
        tx.execute("update stations set title = '=1+1' where name = 'dafeng'")
    han = desk_with_cases.browser("han")
    rows = list(csv.reader(io.StringIO(han.get("/statistics.csv").removeprefix("\ufeff"))))
    in_words = {row[0]: row for row in rows}
    assert in_words["即办率"][1:4] == ["1.0000", "1", "1"]
    assert in_words["收件"][1:4] == ["3", "3", ""]
    stations = list(csv.reader(io.StringIO(han.get("/statistics.csv?by=station").removeprefix("\ufeff"))))
    assert stations[1][:3] == ["dafeng", "'=1+1", "3"]
    items = list(csv.reader(io.StringIO(han.get("/statistics.csv?by=item").removeprefix("\ufeff"))))
    assert items[1][0] == example_item().code
