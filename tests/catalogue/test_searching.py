"""Finding an item while a clerk types: pinyin, initials, codes, and a whole district's list."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median

import pytest

from protocol.catalogue.bundle import Catalogue
from protocol.catalogue.checking import check_items
from protocol.catalogue.items import Change, Item
from protocol.catalogue.reading import standard_items
from protocol.errors import Refused
from tests.bench.many_items import many_items

ITEMS = standard_items()
PERMIT = next(item for item in ITEMS if item.code == "P08")
SEARCH_S = 0.005  # of this thread's own time: what else the machine does is not the search's


def catalogue_of(*items: Item) -> Catalogue:
    return Catalogue(1, datetime(2026, 3, 2, tzinfo=UTC), items, "")


DELIVERED = catalogue_of(*ITEMS)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("jzz", "P08"),
        ("JZZ", "P08"),
        ("juzhuzheng", "P08"),
        ("ju zhu zheng", "P08"),
        ("kaiwangba", "C03"),
        ("gtgshsldj", "M01"),
        ("dibao", "S01"),
        ("db", "S01"),
        ("ktv", "C02"),
        ("m04", "M04"),
        ("c032", "C032"),
    ],
)
def test_a_clerk_who_types_pinyin_finds_the_item(typed, best):
    assert DELIVERED.search(typed)[0].code == best


def test_half_a_code_lists_its_row():
    assert [item.code for item in DELIVERED.search("x0")] == ["X01", "X02", "X03"]


def test_a_national_code_finds_its_item_whole_or_begun():
    known = catalogue_of(replace(PERMIT, task_code="11510114MB1234567X4000109001"), *ITEMS[:5])
    assert [item.code for item in known.search("11510114mb1234567x4000109001")] == ["P08"]
    assert [item.code for item in known.search("11510114MB12")] == ["P08"]


def test_a_version_that_has_ended_is_not_offered_and_still_there_for_its_cases():
    ended = catalogue_of(replace(PERMIT, in_force_to=date(2026, 6, 30)))
    assert [item.code for item in ended.search("居住证", on=date(2026, 6, 30))] == ["P08"]
    assert ended.search("居住证", on=date(2026, 7, 1)) == []
    with pytest.raises(Refused):
        ended.current("P08", date(2026, 7, 1))
    assert ended.item("P08", 1).code == "P08"


@pytest.mark.parametrize("change", [Change.SUSPEND, Change.CANCEL])
def test_an_item_that_is_suspended_or_cancelled_is_not_offered(change):
    gone = catalogue_of(PERMIT, replace(PERMIT, version=2, in_force_from=date(2026, 6, 1), change=change))
    assert gone.current("P08", date(2026, 5, 31)).version == 1
    assert gone.search("居住证", on=date(2026, 6, 1)) == []
    with pytest.raises(Refused):
        gone.current("P08", date(2026, 6, 1))


def test_a_whole_districts_list_is_right_and_answers_while_somebody_types():
    items = many_items(1400)
    assert len({item.code for item in items}) == 1400
    assert len({item.name for item in items}) == 1400
    assert check_items(items) == []
    whole = catalogue_of(*items)
    day = date(2026, 3, 2)
    whole.search("开", on=day)  # what is computed once
    took = []
    for typed in (
        "居",
        "居住证",
        "jzz",
        "juzhu",
        "餐饮许可",
        "我家在农村想盖房子要办什么",
        "licence",
        "zzzzz",
        "",
        "备案 食品",
    ):
        for _ in range(3):
            began = time.thread_time()
            whole.search(typed, on=day)
            took.append(time.thread_time() - began)
    assert median(took) < SEARCH_S
