"""What was handed in before is offered and not asked again: to the same person, in time, and seen by the log."""

from __future__ import annotations

import re

from node import drafts
from node.app import Station, console_of
from protocol.catalogue.items import FieldRole
from tests.node.station import STATION, Desk

CARD = "居民身份证"


def _begun_for(desk: Desk, person: str, item: str = "L08") -> str:
    """A second application, far enough that its materials are asked; the id of the draft."""
    clerk = desk.clerk("wanghui")
    wanted = desk.station.shelf.current(item, desk.party.clock.now().date())
    draft = desk.begins(clerk, wanted)
    if wanted.situations:
        desk.answers(clerk, draft, **{one.key: one.choices[0].value for one in wanted.situations})
    key = wanted.field_with(FieldRole.APPLICANT_ID).key
    desk.fills_in(clerk, draft, wanted, **{key: person})
    return draft


def _offered(desk: Desk, draft: str) -> str:
    page = desk.clerk("wanghui").sees(f"/drafts/{draft}/papers").text
    return page.split('aria-labelledby="h-held"')[1].split("</section>")[0] if "h-held" in page else ""


def _person_of(desk: Desk, case: str) -> str:
    with desk.station.store.read() as db:
        found = desk.station.book.case(db, case)
    assert found is not None
    return found.applicant.number


def test_a_card_that_was_shown_last_week_is_used_again_with_one_press(desk: Desk) -> None:
    clerk = desk.clerk()
    case = desk.takes_in(clerk)
    number = re.search(r"DAFENG-[0-9A-Z-]+", clerk.page.text, re.IGNORECASE)
    assert number is not None
    desk.party.clock.advance(7 * 86400)
    person = _person_of(desk, case)
    draft = _begun_for(desk, person)
    offered = _offered(desk, draft)
    assert CARD in offered
    assert "7 天前" in offered
    assert number[0] in offered
    other = desk.clerk("wanghui")
    other.sees(f"/drafts/{draft}/papers")
    page = other.posts(f"/drafts/{draft}/papers/held")
    assert "已用上以前交过的材料" in page.text
    with desk.station.store.read() as db:
        mine = drafts.need_draft(db, draft).papers
        before = desk.station.book.case(db, case)
        seen = db.execute("select account, what from looks where case_id = ?", (case,)).fetchall()
    assert before is not None
    assert {paper.digest for paper in mine} <= {paper.digest for paper in before.papers}
    assert all(number[0] in paper.name for paper in mine)
    assert ("wanghui", "case") in [tuple(row) for row in seen]  # who sees an offer has seen of whom
    assert _offered(desk, draft) == ""


def test_nothing_of_anybody_is_offered_before_the_form_has_his_number_or_after_a_year(desk: Desk) -> None:
    case = desk.takes_in(desk.clerk())
    person = _person_of(desk, case)
    assert _offered(desk, _begun_for(desk, "")) == ""
    assert _offered(desk, _begun_for(desk, person[:-1])) == ""
    assert _offered(desk, _begun_for(desk, "510114199001011239")) == ""
    assert CARD in _offered(desk, _begun_for(desk, person))
    desk.party.clock.advance(366 * 86400)
    assert _offered(desk, _begun_for(desk, person)) == ""


def test_a_station_that_was_brought_up_to_date_remembers_what_was_handed_in_before(desk: Desk) -> None:
    """Its cases are older than the table by which one person's cases are found; rules that count them ask it, too."""
    case = desk.takes_in(desk.clerk())
    desk.party.clock.advance(7 * 86400)
    draft = _begun_for(desk, _person_of(desk, case))
    with desk.station.store.write() as tx:
        tx.execute("delete from applicants")
        tx.execute("delete from _sqlite_migrations where name = 'applicants_of_cases_before'")
    assert _offered(desk, draft) == ""
    desk.station.close()
    desk.station = Station(desk.settings, link=desk.world.network.link(STATION), clock=desk.party.clock, durable=False)
    desk.station.open()
    desk.app = console_of(desk.station)
    assert CARD in _offered(desk, draft)
