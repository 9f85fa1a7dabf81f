"""The ten rules of honest work without a wire, and what a clerk, a head or an installer sees of each.

RULES says where each is proved; what is proved elsewhere is named and has to be there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from node import cli, jobs
from protocol import attention
from protocol.cases.rules import Act
from protocol.settings import write_settings
from tests.node.station import STATION, Desk

ROOT = Path(__file__).parents[2]
HERE = "tests/node/test_honest_offline.py"

RULES: dict[str, tuple[str, ...]] = {
    "the browser holds nothing: saved means on this machine's disk": (
        f"{HERE}::test_no_page_keeps_anything_in_the_browser",
        "tests/journeys/test_kill.py::test_every_case_that_was_answered_survives_kill_9_exactly_once",
    ),
    "received by the district is said of what it has receipted by number": (
        "tests/node/test_standing.py::test_the_bar_says_only_what_the_district_has_receipted",
        f"{HERE}::test_a_case_that_the_broker_took_and_the_hub_did_not_is_not_called_received",
    ),
    "the last delivery is a receipt, the last attempt is another line": (
        "tests/node/test_standing.py::test_the_last_attempt_is_no_delivery_and_says_what_became_of_it",
    ),
    "upload now ends in words": ("tests/node/test_standing.py::test_upload_now_ends_in_words_with_and_without_a_wire",),
    "an answer of the hub never overwrites what is only here": (
        f"{HERE}::test_what_a_clerk_typed_stays_when_the_district_decides_meanwhile",
    ),
    "one bad thing blocks nothing and is never dropped": (
        "tests/test_first_weeks.py::test_an_entry_of_its_own_that_a_station_cannot_apply_keeps_back_none_of_what_it_is_given",
        "tests/node/test_standing.py::test_what_could_not_be_applied_can_be_exported_as_it_came",
    ),
    "nobody signs out, wipes or resets over what is owed without being told": (
        "tests/node/test_standing.py::test_who_signs_out_while_something_is_owed_is_told",
        f"{HERE}::test_a_box_is_not_reset_while_anything_is_only_there",
    ),
    "what waits grows old in plain sight, and after three days it is somebody's task": (
        f"{HERE}::test_after_three_days_the_head_has_a_task_that_ends_by_itself",
    ),
    "what comes from the district says as of when": (f"{HERE}::test_every_page_says_as_of_when_it_is",),
    "legal clocks run without a wire and stand on the first page": (
        "tests/node/test_clocks.py::test_the_page_of_a_case_counts_and_explains_its_clocks_without_a_wire",
    ),
}


def test_each_of_the_ten_rules_has_its_story() -> None:
    assert len(RULES) == 10
    for stories in RULES.values():
        for story in stories:
            file, _, name = story.partition("::")
            assert f"def {name}(" in (ROOT / file).read_text(), story


def test_no_page_keeps_anything_in_the_browser() -> None:
    stores = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.|document\.cookie\s*=|serviceWorker")
    ours = [*ROOT.glob("node/static/*.js"), *ROOT.glob("protocol/console/static/*.js")]
    assert ours
    keeping = {file.name for file in ours if stores.search(file.read_text())}
    assert keeping <= {"screen.js"}  # the number of the call that it spoke last


def test_a_case_that_the_broker_took_and_the_hub_did_not_is_not_called_received(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.world.settle()
    desk.world.hub.kill()
    case = desk.takes_in(clerk)
    desk.world.advance(30)
    page = clerk.sees(f"/cases/{case}").text
    assert "等待上传" in page
    assert "区中心已收" not in page
    assert "全部送达" not in clerk.sees("/desk").text
    desk.world.hub.start()
    desk.world.settle()
    assert "区中心已收" in clerk.sees(f"/cases/{case}").text


def test_what_a_clerk_typed_stays_when_the_district_decides_meanwhile(desk: Desk) -> None:
    """The clerk puts a supplement together in the dark; the district closes the case. Both stand."""
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    desk.world.settle()
    desk.world.hub.decides(case, Act.ASK_CORRECTION)
    desk.world.settle()
    clerk.sees(f"/cases/{case}")
    draft = clerk.posts(f"/cases/{case}/supplement").url.rpartition("/")[2]
    with desk.station.store.read() as db:
        before = [tuple(row) for row in db.execute("select id, answers from drafts").fetchall()]
    desk.world.advance(3600)
    desk.world.settle()
    with desk.station.store.read() as db:
        assert [tuple(row) for row in db.execute("select id, answers from drafts").fetchall()] == before
    assert draft


def test_a_box_is_not_reset_while_anything_is_only_there(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    write_settings(desk.settings)
    folder = str(desk.settings.folder)
    desk.takes_in(desk.clerk())
    desk.station.close()
    desk.party.alive = False
    assert cli.main(["reset", "--folder", folder]) == 1
    assert "refused.still-owed" in capsys.readouterr().err
    assert desk.settings.db.exists()


def test_a_box_whose_every_word_was_receipted_is_reset_and_nothing_is_deleted(desk: Desk) -> None:
    write_settings(desk.settings)
    desk.takes_in(desk.clerk())
    desk.world.settle()
    desk.station.close()
    desk.party.alive = False
    assert cli.main(["reset", "--folder", str(desk.settings.folder)]) == 0
    assert not desk.settings.data.exists()
    (aside,) = desk.settings.folder.glob("data-before-*")
    assert (aside / desk.settings.db.name).exists()


def test_after_three_days_the_head_has_a_task_that_ends_by_itself(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.world.settle()
    desk.world.network.cut(STATION)
    desk.takes_in(clerk)

    def notices() -> list[str]:
        jobs.watch_owed(desk.station)
        with desk.station.store.read() as db:
            return [one.kind for one in attention.open_notices(db)]

    desk.world.advance(71 * 3600)
    assert notices() == []
    desk.world.advance(2 * 3600)
    assert notices() == ["owed-long"]
    head = desk.clerk("zhaoqiang")
    assert "导出到 U 盘" in head.sees("/attention").text
    desk.world.network.mend(STATION)
    desk.world.settle()
    assert notices() == []


FED = ("/desk", "/cases", "/attention", "/licences", "/sync", "/items", "/verify", "/demands", "/ratings")


def test_every_page_says_as_of_when_it_is(desk: Desk) -> None:
    head = desk.clerk("zhaoqiang")
    desk.world.settle()
    assert [path for path in FED if "数据截至" not in head.sees(path).text] == []
