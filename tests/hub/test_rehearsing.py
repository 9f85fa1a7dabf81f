"""A rule is tried on past cases before anybody signs it: what it would have granted, and where officers decided otherwise."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub import rehearsing
from hub.cli import _require
from hub.rehearsing import Rehearsal
from hub.rule_cli import RuleCommands
from protocol.cases.rules import Act, Role
from protocol.catalogue.items import Item
from protocol.catalogue.reference import ReferenceList, list_in, read_list
from protocol.catalogue.writing import item_to_yaml
from protocol.console import accounts
from protocol.errors import Refused
from tests.catalogue.publishing import next_version
from tests.hub.desk import SECRET, Desk
from tests.hub.publishing import Press
from tests.hub.test_publishing_pages import uploads
from tests.instant.desks import Shelf, decides, issue
from tests.instant.rules import item
from tests.world import MORNING, World

ADULT, OTHER, CHILD = "510114199003070018", "510114198003070013", "510114201503070014"
NOT_SIGNED = Shelf(issue(0))  # so that officers decide


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A month of proofs that people decided: four granted, one denied, one only after a correction, one still open."""
    made = World(tmp_path_factory.mktemp("district"))
    made.settle()
    station = made.station("dafeng")
    past = [(ADULT, "district", Act.GRANT), (OTHER, "district", Act.DENY), (CHILD, "district", Act.GRANT)]
    past += [(ADULT, "district", Act.GRANT), (ADULT, "district", Act.GRANT), (ADULT, "district", None)]
    for number, scope, end in past:
        case, _ = decides(station, NOT_SIGNED, "R02", id_number=number, range=scope)
        made.settle()
        if end is not None:
            made.hub.decides(case, Act.ACCEPT)
            made.hub.decides(case, end)
            made.settle()
        made.advance(3600)
    yield made
    for party in made.parties():
        party.kill()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    for party in made.parties():
        party.kill()


def patient(of: Item, times: int) -> Item:
    """With a rule that gives a person's only after so many proofs."""
    rule = item("R02").instant
    assert rule is not None
    rules = [replace(one, when=f"given_here >= {times}") if one.name == "too_often" else one for one in rule.rules]
    return replace(of, instant=replace(rule, rules=tuple(rules)))


def tries(world: World, of: Item) -> Rehearsal:
    with world.hub.office.store.read() as db:
        return rehearsing.rehearse(db, world.hub.book, of, {}, by="bian", at=world.hub.clock.now())


def test_it_says_what_would_have_been_granted_and_each_case_that_officers_decided_otherwise(month: World) -> None:
    found = tries(month, item("R02"))
    assert (found.cases, found.granted, found.handed, found.handed_granted, found.still_open) == (6, 4, 2, 1, 1)
    (difference,) = found.differences
    assert (difference.officers, difference.rules) == ("denied", ["own_record"])


def test_what_a_station_knew_then_is_reckoned_from_the_record(month: World) -> None:
    """The fourth proof for one person goes to a person: three had been granted to him by then."""
    before = tries(month, item("R02"))
    assert tries(month, patient(item("R02"), 30)).granted == before.granted + 1


def test_an_item_without_a_rule_cannot_be_tried(month: World) -> None:
    with pytest.raises(Refused, match="no-instant-rule"):
        tries(month, item("P08"))


def test_a_changed_rule_is_signed_only_after_exactly_it_was_tried_and_not_longer_than_a_month_ago(fresh: World) -> None:
    world, press = fresh, Press(fresh)
    station = world.station("dafeng")
    decides(station, NOT_SIGNED, "R02", id_number=ADULT, range="district")
    world.settle()
    newer = next_version(item("R02"))
    one = press.drafts(newer)
    press.signs(one)  # the rule itself is as it was
    press.publishing.drop(one.id, "bian", press.now)
    changed = patient(newer, 5)
    one = press.drafts(changed)
    with pytest.raises(Refused, match="not-rehearsed"):
        press.signs(one)
    rehearses(world, press, patient(newer, 6))
    with pytest.raises(Refused, match="not-rehearsed"):
        press.signs(one)
    rehearses(world, press, changed)
    world.advance(timedelta(days=31).total_seconds())
    with pytest.raises(Refused, match="not-rehearsed"):
        press.signs(one)
    rehearses(world, press, changed)
    press.signs(one)
    press.approves(press.see(one))


def test_a_reference_list_goes_with_the_signed_issue_to_every_station(fresh: World) -> None:
    press = Press(fresh)
    text = "name: registered-names\ntitle: 已登记名称\ntitle_en: Names\nsource: 登记机关\nas_of: 2026-03-02\n"
    text += "entries: [大丰小面]\n"
    names = read_list("list.registered-names.yaml", text.encode())
    one = press.publishing.draft("bian", "", press.now)
    press.publishing.load_lists(one.id, [names], "bian", press.now)
    press.signs(press.see(one))
    press.approves(press.see(one))
    press.to_all(press.see(one), "urgent")
    press.carries()
    for shelf in press.shelves.values():
        found = list_in(shelf.catalogue.extras, "registered-names")
        assert isinstance(found, ReferenceList)
        assert found.has("大丰　小面")


@pytest.mark.parametrize(
    ("entry", "field"), [("'510114199003070018'", "entries[0]"), ("''", "entries[0]"), ("x, x: 1", "entries[1]")]
)
def test_no_list_names_people_or_holds_what_is_no_text(entry: str, field: str) -> None:
    text = f"name: a\ntitle: a\ntitle_en: a\nsource: a\nas_of: 2026-03-02\nentries: [{entry}]\n"
    with pytest.raises(Refused, match="catalogue") as refused:
        read_list("list.a.yaml", text.encode())
    assert refused.value.params["field"] == field


def test_the_editor_tries_it_on_the_page_of_the_draft_and_reads_each_difference(desk: Desk) -> None:
    world = desk.world
    with world.hub.office.store.write() as tx:
        accounts.create_account(tx, "bian", "bian", [Role.EDITOR], SECRET, at=MORNING)
    case, _ = decides(world.station("dafeng"), NOT_SIGNED, "R02", id_number=ADULT, range="district")
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    world.hub.decides(case, Act.DENY)
    bian = desk.browser("bian")
    bian.post("/publications", note="三次改五次")
    one = bian.url
    uploads(bian, f"{one}/items", "items", "R02.v2.yaml", item_to_yaml(patient(next_version(item("R02")), 5)).encode())
    assert "还没有试算" in bian.text
    bian.post(f"{one}/rehearse", item="R02.v2")
    for words in ("已试算", "会当场准予 1 件", "与人工决定不同 1 件", "不予", "本人成年，已当面核验身份"):
        assert words in bian.text
    english = desk.browser("bian", english=True)
    assert "1 would have been granted" in english.get(one)


def test_the_command_tries_it_too_and_says_by_its_exit_that_officers_decided_otherwise(
    month: World, tmp_path: Path
) -> None:
    said: list[str] = []
    office = month.hub.office

    class Beside:
        store, book = office.store, month.hub.book
        publishing = Press(month).publishing

    with office.store.write() as tx:
        accounts.create_account(tx, "bian", "bian", [Role.EDITOR], "x", at=MORNING)
    commands = RuleCommands(lambda folder: nullcontext(Beside()), _require, said.append)  # type: ignore[arg-type]
    file = tmp_path / "R02.v1.yaml"
    file.write_text(item_to_yaml(item("R02")), "utf-8")
    options = Namespace(folder=tmp_path, code="R02", file=file, by="bian")
    assert commands.rehearse(options) == 1
    assert any("不予 denied；规则 rules own_record" in line for line in said)
    options.by = "nobody"
    with pytest.raises(Refused):
        commands.rehearse(options)


def rehearses(world: World, press: Press, of: Item) -> None:
    store = world.hub.office.store
    with store.read() as db:
        found = rehearsing.rehearse(db, world.hub.book, of, {}, by="bian", at=press.now)
    with store.write() as tx:
        rehearsing.keep(tx, found)
