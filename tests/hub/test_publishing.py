"""A change of the catalogue from its draft to every station, and what is refused on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub import intake
from hub.adoption import Step, adoption, reach
from hub.changes import Sort, What
from hub.intake import Stage
from hub.publishing import State
from node import issues
from protocol.catalogue.bundle import open_bundle, parts_of, sign_parts
from protocol.catalogue.items import Certainty, Mode, StationKind
from protocol.catalogue.remits import Remit
from protocol.errors import Distrusted, Refused
from protocol.exchange import stick
from protocol.exchange.messages import CataloguePublished
from tests.catalogue.publishing import next_version
from tests.district_data import all_items, example_item
from tests.hub.publishing import PHRASES, Press
from tests.world import World

P08 = example_item()
NEWER = next_version(P08, note="二版")


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    world = World(tmp_path / "district", seed=11)
    yield Press(world)
    for party in world.parties():
        party.kill()


def refused(what) -> Refused:
    with pytest.raises(Refused) as caught:
        what()
    return caught.value


def fetched(press: Press, name: str) -> list[str]:
    """Digests of the papers of the catalogue that came to a station."""
    with press.world.station(name).office.store.read() as db:
        rows = db.execute("select digest from papers where case_id = 'catalogue' and here = 1").fetchall()
    return [row[0] for row in rows]


# -- the way


def test_a_change_goes_to_one_station_first_and_to_all_when_that_one_goes_by_it(press):
    one = press.drafts(NEWER)
    assert [(change.what, change.code, change.versions) for change in press.publishing.differences(one)] == [
        (What.CHANGED, "P08", (1, 2))
    ]
    assert [(f.path, f.before, f.after) for f in press.publishing.differences(one)[0].fields] == [
        ("note", P08.note, "二版")
    ]
    press.signs(one)
    press.approves(one, canaries=["dafeng"])
    press.carries()
    assert press.in_force() == {"dafeng": 2, "boya": 1}
    assert press.shelf.number == 1, "the hub itself goes by what is in force everywhere"
    assert press.shelf.item("P08", 2) == NEWER, "a case of the station that tries it can be read"

    press.to_all(one)
    press.carries()
    assert press.in_force() == {"dafeng": 2, "boya": 2}
    assert press.shelf.number == 2
    assert press.see(one).state is State.ALL
    with press.world.hub.office.store.read() as db:
        everyone = adoption(db, 2, press.now)
    assert {each.station: each.step for each in everyone} == {"dafeng": Step.ADOPTED, "boya": Step.ADOPTED}
    assert reach(everyone).adopted == 2
    assert press.shelves["boya"].catalogue.signed_by == ("bian", "fa")


def test_a_station_fetches_what_changed_and_not_the_catalogue_again(press):
    press.publishes(NEWER)
    press.carries()
    with press.world.station("boya").office.store.read() as db:
        newest = issues.known(db)[0]
    assert newest.base == 1
    assert newest.delta in fetched(press, "boya")
    assert newest.digest not in fetched(press, "boya")
    assert newest.delta_size < newest.size / 2
    assert newest.file == newest.digest, "what it put together is the very file that was signed"


def test_a_station_that_was_dark_for_five_publications_catches_up(press):
    press.world.network.cut("boya")
    items = P08
    for number in range(2, 7):
        items = next_version(items, note=f"第{number}次")
        assert press.publishes(items) == number
        press.carries()
    assert press.in_force() == {"dafeng": 6, "boya": 1}
    with press.world.hub.office.store.read() as db:
        steps = {each.station: each.step for each in adoption(db, 6, press.now + timedelta(hours=1))}
    assert steps["boya"] is Step.SILENT
    press.world.network.mend("boya")
    press.carries()
    assert press.in_force()["boya"] == 6
    assert press.shelves["boya"].item("P08", 1) == P08, "a case that was taken in before finds its version"


def test_what_changed_comes_on_a_stick_too(press, tmp_path):
    press.world.network.cut("boya")
    press.publishes(NEWER)
    exported = stick.export(press.world.hub.office, "boya", tmp_path, press.now)
    boya = press.world.station("boya")
    tally = stick.bring_in(boya.office, stick.read_stick(exported.file))
    while not tally.finished.is_set():
        boya.step()
    press.shelves["boya"].look(press.now)
    assert press.in_force()["boya"] == 2


def test_rolling_back_brings_the_earlier_content_under_a_higher_number_with_the_same_two_persons(press):
    press.publishes(NEWER)
    press.carries()
    back = press.publishing.roll_back(1, "bian", "错了", press.now)
    assert press.publishing.differences(back)[0].versions == (2, 1)
    press.signs(back)
    assert refused(lambda: press.approves(back, by="bian")).code == "refused.own-publication"
    press.approves(back)
    press.carries()
    press.to_all(back)
    press.carries()
    assert press.in_force() == {"dafeng": 3, "boya": 3}
    assert press.shelves["boya"].catalogue.current("P08", date(2026, 3, 3)) == P08


def test_what_is_bad_at_the_station_that_tries_it_is_taken_back_before_the_others_see_it(press):
    one = press.drafts(NEWER)
    press.signs(one)
    press.approves(one)
    press.carries()
    back = press.publishing.roll_back(1, "bian", "", press.now)
    assert press.see(one).state is State.DROPPED
    press.signs(back)
    press.approves(back)
    press.to_all(back, "they have the bad one")
    press.carries()
    assert press.in_force() == {"dafeng": 3, "boya": 3}
    assert all(shelf.catalogue.current("P08", date(2026, 3, 3)) == P08 for shelf in press.shelves.values())


def test_an_item_that_was_taken_out_is_offered_no_more_and_stays_readable(press):
    one = press.drafts(*(item for item in all_items() if item.code != "P08"), whole=True)
    assert [(change.what, change.code) for change in press.publishing.differences(one)] == [(What.REMOVED, "P08")]
    press.signs(one)
    press.approves(one)
    press.carries()
    dafeng = press.shelves["dafeng"]
    assert dafeng.catalogue.item("P08", 1) == P08
    assert "P08" not in [item.code for item in dafeng.catalogue.items()]
    assert refused(lambda: dafeng.current("P08", date(2026, 3, 3))).code == "refused.no-item"


def test_the_table_of_authority_rides_along_and_the_desk_goes_by_it(press):
    assert press.shelves["boya"].takes(P08, date(2026, 3, 3))
    one = press.publishing.draft("bian", "", press.now)
    row = Remit("boya", None, "P08", Mode.INFORM, "新政办 3 号", Certainty.LOCAL, date(2026, 1, 1))
    press.publishing.set_remits(one.id, [row, replace(row, station="nowhere")], "bian", press.now)
    assert [(doubt.row, doubt.code) for doubt in press.publishing.doubts(press.see(one))] == [(2, "no-station")]
    assert refused(lambda: press.signs(one)).code == "refused.remits"
    press.publishing.set_remits(one.id, [row], "bian", press.now)
    assert press.publishing.differences(press.see(one))[0].sort is Sort.REMIT
    press.signs(one)
    press.approves(one)
    press.to_all(one, "urgent")
    press.carries()
    assert not press.shelves["boya"].takes(P08, date(2026, 3, 3))
    assert press.shelves["dafeng"].takes(P08, date(2026, 3, 3))
    said = press.shelves["boya"].catalogue.mode("boya", StationKind.RESIDENTIAL, "P08", date(2026, 3, 3))
    assert said.basis == "新政办 3 号"


def test_a_change_is_made_once_however_many_stations_there_are(press):
    press.publishes(NEWER)
    with press.world.hub.office.store.read() as db:
        assert db.execute("select count(*) from deltas where number = 2").fetchone()[0] == 1


def test_a_power_cut_between_the_approval_and_the_letters_leaves_nothing_untold(press):
    one = press.drafts(NEWER)
    press.signs(one)
    press.approves(one)
    store = press.world.hub.office.store
    with store.write() as tx:  # as it was before the letters were written
        tx.execute("delete from shelf where number = 2")
        tx.execute("delete from papers where case_id like 'catalogue/%' and there = 0")
    press.publishing.go_on(press.everyone, press.now)
    press.carries()
    assert press.in_force() == {"dafeng": 2, "boya": 1}


# -- what is refused


def test_who_drafted_or_signed_may_not_approve_and_is_told_which_rule_says_so(press):
    one = press.drafts(NEWER, by="fa")
    press.signs(one)
    for person in ("fa", "bian"):
        error = refused(lambda person=person: press.approves(one, by=person))
        assert error.code == "refused.own-publication"
        assert str(error.params["rule"]).startswith(("W-", "A-"))
    press.approves(one, by="shen")


def test_who_changed_a_colleagues_draft_may_not_approve_it(press):
    """Otherwise a publisher writes the law into another person's draft and approves it himself."""
    one = press.publishing.draft("bian", "", press.now)
    press.publishing.load_items(one.id, [NEWER], whole=False, by="fa", at=press.now)
    assert press.see(one).drafted_by == "bian fa"
    press.signs(one)
    assert refused(lambda: press.approves(one, by="fa")).code == "refused.own-publication"
    press.approves(one, by="shen")


def test_a_wrong_pass_phrase_signs_nothing(press):
    one = press.drafts(NEWER)
    wrong = refused(lambda: press.publishing.sign(one.id, "bian", PHRASES["fa"], press.now))
    assert wrong.code == "refused.pass-phrase"
    assert press.see(one).state is State.DRAFT


def test_a_publisher_who_was_revoked_signs_and_approves_no_more(press):
    one = press.drafts(NEWER)
    press.signs(one)
    press.names_publishers(revoked="fa")
    press.world.advance(60)
    assert refused(lambda: press.approves(one)).code == "refused.no-publisher-key"
    press.approves(one, by="shen")
    press.carries()
    assert press.shelves["dafeng"].catalogue.list_number == 2


def test_a_hub_that_kept_the_old_list_cannot_bring_a_revoked_publisher_back(press):
    old = press.listed
    press.names_publishers(revoked="fa")
    one = press.drafts(NEWER)
    press.signs(one)
    press.approves(one, by="shen")
    press.to_all(one, "urgent")
    press.carries()
    items = [*all_items(), NEWER, next_version(NEWER)]
    office = sign_parts(parts_of(items), 3, press.now, press.world.authority)  # which says nothing of publishers
    press.shelf.take(office, press.world.hub.office.pen, press.everyone, press.now)
    press.carries()
    assert press.in_force() == {"dafeng": 3, "boya": 3}
    press.listed = old
    # the hub was taken over; it believes its own list
    assert press.publishes(next_version(next_version(NEWER))) == 4
    press.carries()
    assert press.in_force() == {"dafeng": 3, "boya": 3}


def test_an_edited_version_a_second_draft_an_empty_one_and_no_canary_are_refused(press):
    assert refused(lambda: press.drafts(replace(P08, note="改"))).code == "refused.catalogue"
    one = press.latest()
    assert refused(lambda: press.publishing.draft("bian", "", press.now)).code == "refused.publication-open"
    assert refused(lambda: press.signs(one)).code == "refused.publication-empty"
    press.publishing.load_items(one.id, [NEWER], whole=False, by="bian", at=press.now)
    press.signs(one)
    assert refused(lambda: press.publishing.load_items(one.id, [P08], whole=False, by="bian", at=press.now)).code == (
        "refused.publication-moved"
    )
    assert refused(lambda: press.approves(one, canaries=["nowhere"])).code == "refused.no-canary"
    press.approves(one)
    waits = refused(lambda: press.to_all(one))
    assert (waits.code, waits.params["count"]) == ("refused.canary-waits", 1)


def test_the_office_cannot_give_a_number_that_some_stations_are_trying(press):
    one = press.drafts(NEWER)
    press.signs(one)
    press.approves(one)
    office = sign_parts(parts_of(all_items()), 2, press.now, press.world.authority)
    with pytest.raises(Distrusted):
        press.shelf.take(office, press.world.hub.office.pen, press.everyone, press.now)


def test_a_draft_that_was_overtaken_by_the_office_itself_is_drafted_anew(press):
    one = press.drafts(NEWER)
    office = sign_parts(parts_of(all_items()), 2, press.now, press.world.authority)  # the office's own way
    press.shelf.take(office, press.world.hub.office.pen, press.everyone, press.now)
    assert refused(lambda: press.signs(one)).code == "refused.publication-stale"
    press.publishing.drop(one.id, "bian", press.now)
    assert press.publishes(NEWER) == 3


# -- what a station does not take


def tells(press: Press, data: bytes, number: int, delta: bytes, base: int) -> None:
    """A hub that lies: it says what it likes and serves what it says."""
    office = press.world.hub.office
    whole, change = office.blobs.keep(data, press.now), office.blobs.keep(delta, press.now)
    told = CataloguePublished(
        number=number, digest=whole, size=len(data), base=base, delta=change, delta_size=len(delta), stage=Stage.CANARY
    )
    with office.store.write() as tx:
        intake.publish_catalogue(tx, office.pen, ["boya"], told, press.now)
    press.carries()


def test_a_forged_change_is_not_taken_and_the_whole_is_asked_for_instead(press):
    press.publishes(NEWER)
    good = press.world.hub.office.blobs.read(press.see(press.latest()).content)
    press.carries()
    assert press.in_force()["boya"] == 2
    third = press.drafts(next_version(NEWER))
    press.signs(third)
    press.approves(third, canaries=["dafeng"])
    data = press.world.hub.office.blobs.read(press.see(third).content)
    tells(press, data, 3, b"microcenter/2 delta\n" + b"\0" * 80, 2)
    press.carries()
    with press.world.station("boya").office.store.read() as db:
        newest = issues.known(db)[0]
    assert newest.state is issues.State.HELD
    assert newest.digest in fetched(press, "boya"), "the whole had to be fetched"
    assert press.in_force()["boya"] == 3
    assert good is not None


def test_a_change_on_the_wrong_base_costs_the_whole_and_nothing_else(press):
    press.publishes(NEWER)
    press.carries()
    first, second = press.shelf.issue(1), press.shelf.issue(2)
    from protocol.catalogue.issue import difference

    third = press.drafts(next_version(NEWER))
    press.signs(third)
    press.approves(third, canaries=["dafeng"])
    data = press.world.hub.office.blobs.read(press.see(third).content)
    tells(press, data, 3, difference(first, second), 2)
    press.carries()
    assert press.in_force()["boya"] == 3


def test_an_issue_that_one_person_alone_made_is_refused_and_the_one_in_force_stays(press):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tests.catalogue.publishing import signed_by_two

    thief = Ed25519PrivateKey.generate()
    forged = signed_by_two(
        parts_of([*all_items(), NEWER]), 9, press.now, press.listed[0], ("bian", thief), ("fa", thief)
    )
    with pytest.raises(Distrusted):
        open_bundle(forged, press.world.authority.public_key())
    tells(press, forged, 9, b"x", 0)
    assert press.in_force()["boya"] == 1
    with press.world.station("boya").office.store.read() as db:
        assert issues.known(db)[0].state is issues.State.REFUSED
