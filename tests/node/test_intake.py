"""An intake that asks first what the citizen's situation is: materials, commitments, papers to follow, matters."""

from __future__ import annotations

import re

import pytest

from node.matters import application_of, case_of_matter
from protocol.cases.acts import Intake
from protocol.cases.rules import Act, Flag, Status
from protocol.catalogue.items import Item
from tests.district_data import all_items, answers_for
from tests.node.station import Browser, Desk, Page, png


def item_of(code: str) -> Item:
    return next(item for item in all_items() if item.code == code)


def types(desk: Desk, clerk: Browser, draft: str, item: Item, **details: str) -> Page:
    """Every field that the page asks, and nothing else."""
    page = clerk.sees(f"/drafts/{draft}")
    asked = set(re.findall(r'name="a\.([^"]+)"', page.text))
    answers = {key: value for key, value in answers_for(item, desk.rng).items() if key in asked}
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)
    body: dict[str, object] = {f"a.{key}": value for key, value in answers.items()}
    body |= {f"d.{key}": value for key, value in details.items()}
    return clerk.posts(f"/drafts/{draft}", body | {"seen": seen[1] if seen else "", "go": "next"})


def submits(clerk: Browser, draft: str, **typed: str) -> Page:
    clerk.sees(f"/drafts/{draft}/check")
    return clerk.posts(f"/drafts/{draft}/check", dict(typed))


def intake_of(desk: Desk, case: str) -> Intake:
    with desk.station.store.read() as db:
        found = desk.station.book.case(db, case)
    assert found is not None
    assert found.intake is not None
    return found.intake


def test_the_situation_is_asked_first_and_decides_what_has_to_be_brought(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("M02")
    desk.begins(clerk, item)
    draft = clerk.page.url.split("/drafts/")[1].split("/")[0]
    assert "要变更哪一项" in clerk.sees(f"/drafts/{draft}").text  # there is no way round it
    assert clerk.posts(f"/drafts/{draft}/situations", {}).status == 422
    page = desk.answers(clerk, draft, kind="premises")
    assert page.url.endswith(f"/drafts/{draft}")
    assert 'name="a.kind"' not in page.text  # nobody is asked twice
    assert "经营场所" in page.text
    page = types(desk, clerk, draft, item)
    assert page.status == 422
    assert "请填写证照编号" in page.text  # a change names the licence that is changed
    assert types(desk, clerk, draft, item, licence="510114600000012").url.endswith("/papers")
    assert "M02-3" in desk.brings(clerk, draft)

    page = desk.answers(clerk, draft, kind="other")  # it was another change after all
    assert "510114600000012" in page.text  # what was typed is kept
    assert "测试地址" in page.text
    assert 'id="m-M02-3"' not in clerk.sees(f"/drafts/{draft}/papers").text
    desk.answers(clerk, draft, kind="premises")
    assert "已有 1 份" in clerk.sees(f"/drafts/{draft}/papers").text.split('id="m-M02-3"')[1].split("</section>")[0]
    desk.answers(clerk, draft, kind="other")
    page = submits(clerk, draft)
    assert page.url.endswith("/receipt"), page.text
    intake = intake_of(desk, draft)
    assert intake.answers["kind"] == "other"
    assert "M02-3" not in {paper.material for paper in intake.papers}  # what does not apply is not sent
    assert intake.mode == "accept"
    assert "受理转办" in page.text


def test_an_answer_that_no_field_holds_goes_with_the_case(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("H10")
    desk.begins(clerk, item)
    draft = clerk.page.url.split("/drafts/")[1].split("/")[0]
    value = item.situations[0].choices[0].value
    desk.answers(clerk, draft, data=value)
    assert types(desk, clerk, draft, item).status == 200
    desk.brings(clerk, draft)
    assert submits(clerk, draft).url.endswith("/receipt")
    assert intake_of(desk, draft).situations == {"data": value}


def test_a_commitment_is_read_out_in_full_signed_and_printed(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("B03")
    desk.begins(clerk, item)
    draft = clerk.page.url.split("/drafts/")[1].split("/")[0]
    desk.answers(clerk, draft, procedure="commitment")
    types(desk, clerk, draft, item)
    desk.brings(clerk, draft)
    page = clerk.sees(f"/drafts/{draft}/check")
    assert item.commitment is not None
    for condition in (*item.commitment.conditions, item.commitment.consequences):
        assert condition in page.text
    page = submits(clerk, draft, channel="window")
    assert page.status == 422
    assert "请申请人同意后勾选" in page.text
    page = submits(clerk, draft, committed="yes", channel="window")
    assert page.url.endswith("/receipt"), page.text
    assert "打印告知承诺书" in page.text
    assert intake_of(desk, draft).committed
    assert clerk.client.get(f"/cases/{draft}/print/commitment").content.startswith(b"%PDF-")
    desk.world.settle()
    at_hub = desk.world.hub.case(draft)
    assert at_hub is not None
    assert Flag.COMMITTED in at_hub.flags


def test_a_secondary_paper_may_follow_and_is_brought_while_the_case_moves_on(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("F01")
    draft = desk.begins(clerk, item)
    types(desk, clerk, draft, item)
    assert "F01-5" in desk.brings(clerk, draft, but=("F01-5",))
    page = clerk.posts(f"/drafts/{draft}/papers/follow", {"material": "F01-1", "follows": "yes"})
    assert page.status == 409  # a main paper cannot follow
    clerk.sees(f"/drafts/{draft}/papers")
    page = clerk.posts(f"/drafts/{draft}/papers/follow", {"material": "F01-5", "follows": "yes"})
    assert "容缺，后补" in page.text
    assert "以后补交" in clerk.sees(f"/drafts/{draft}/check").text
    page = submits(clerk, draft)
    assert page.url.endswith("/receipt"), page.text
    assert "以后补交的材料" in page.text
    assert intake_of(desk, draft).lacking == ["F01-5"]

    desk.world.settle()
    desk.world.hub.decides(draft, Act.ACCEPT_CONDITIONALLY)
    desk.world.settle()
    assert "等申请人补交材料" in clerk.sees(f"/cases/{draft}").text
    page = clerk.sees("/desk")
    assert "个工作日" in page.text.split('id="h-returned"')[1].split("</section>")[0]
    clerk.sees(f"/cases/{draft}")
    supply = clerk.posts(f"/cases/{draft}/supplement")
    assert supply.url.endswith("/papers")  # there is no form to fill in again
    other = supply.url.split("/drafts/")[1].split("/")[0]
    clerk.sees(f"/drafts/{other}/check")
    assert clerk.posts(f"/drafts/{other}/check").status == 409  # nothing was brought
    clerk.sees(f"/drafts/{other}/papers")
    assert desk.uploads(clerk, other, "F01-5", [("a.png", png(77))]).status == 200
    desk.world.hub.decides(draft, Act.REVIEW)  # the district goes on in the meantime
    desk.world.settle()
    page = submits(clerk, other)
    assert page.url.endswith(f"/cases/{draft}"), page.text
    desk.world.settle()
    at_hub = desk.world.hub.case(draft)
    assert at_hub is not None
    assert Flag.LACKING not in at_hub.flags
    assert at_hub.status is Status.REVIEWED
    assert desk.world.differences() == []


def test_a_batch_window_says_when_it_opens_and_nothing_is_submitted_before(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("C08")
    assert "现在不在集中受理期" in clerk.sees("/items/C08").text
    draft = desk.begins(clerk, item)
    types(desk, clerk, draft, item)
    desk.brings(clerk, draft)
    assert "2026年4月10日" in clerk.sees(f"/drafts/{draft}/check").text
    assert clerk.posts(f"/drafts/{draft}/check").status == 409
    desk.world.advance(45 * 86400)  # the sixteenth of April
    clerk = desk.clerk()
    page = clerk.sees(f"/drafts/{draft}/check")
    assert "集中受理期，2026年4月30日截止" in page.text
    assert submits(clerk, draft).url.endswith("/receipt")


def test_a_second_stage_names_the_case_that_came_first(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("C032")
    draft = desk.begins(clerk, item)
    page = types(desk, clerk, draft, item, after="nonsense")
    assert page.status == 422
    assert "先行事项准予之后" in page.text
    other = desk.takes_in(desk.clerk("wanghui"))
    number = intake_of(desk, other).number
    assert types(desk, clerk, draft, item, after=number).status == 422  # known here, and another item
    page = types(desk, clerk, draft, item, after="DAFENG-26-00012-K7M")
    assert page.url.endswith("/papers"), page.text
    desk.brings(clerk, draft)
    assert submits(clerk, draft).url.endswith("/receipt")
    assert intake_of(desk, draft).after == "DAFENG-26-00012-K7M"


def test_a_renewal_names_the_licence_and_its_last_day(desk: Desk) -> None:
    clerk, item = desk.clerk(), item_of("P09")
    desk.begins(clerk, item)
    draft = clerk.page.url.split("/drafts/")[1].split("/")[0]
    page = types(desk, clerk, draft, item, licence="川510114001", licence_until="2026-13-01")
    assert page.status == 422
    assert 'href="#f-d.licence_until"' in page.text
    page = types(desk, clerk, draft, item, licence="川510114001", licence_until="2026-05-01")
    assert page.url.endswith("/papers"), page.text
    desk.brings(clerk, draft)
    assert submits(clerk, draft).url.endswith("/receipt")
    intake = intake_of(desk, draft)
    assert (intake.licence, intake.licence_until) == ("川510114001", "2026-05-01")


def test_one_matter_is_filled_in_once_and_becomes_a_case_of_each_item(desk: Desk) -> None:
    clerk, bundle = desk.clerk(), item_of("M10")
    parts = [item_of(code) for code in bundle.bundle]
    form = application_of(bundle, parts).form
    assert len({field.key for field in form.fields}) < sum(len(part.fields) for part in parts) + len(bundle.fields)
    desk.begins(clerk, bundle)
    draft = clerk.page.url.split("/drafts/")[1].split("/")[0]
    desk.answers(clerk, draft, **{one.key: one.choices[0].value for one in form.situations})
    page = types(desk, clerk, draft, form)
    assert page.url.endswith("/papers"), page.text
    desk.brings(clerk, draft)
    page = submits(clerk, draft, channel="window")
    assert page.url.endswith("/receipt"), page.text
    assert page.text.count('class="case-number" href="/cases/') == len(parts) - 1
    desk.world.settle()
    cases = [desk.world.hub.case(case_of_matter(draft, place)) for place in range(len(parts))]
    assert [case.item for case in cases if case] == list(bundle.bundle)
    assert {case.intake.matter for case in cases if case and case.intake} == {draft}
    assert len({case.number for case in cases if case}) == len(parts)
    for case, part in zip(cases, parts, strict=True):
        assert case is not None
        wanted = {
            one.code
            for one in part.required_materials_for(case.answers | (case.intake.situations if case.intake else {}))
        }
        assert wanted <= {paper.material for paper in case.papers}
    assert desk.world.differences() == []
    assert "同一件事的其他办件" in clerk.sees(f"/cases/{draft}").text


@pytest.mark.parametrize("code", ["M10", "C08", "B03", "H10"])
def test_the_guide_says_who_decides_what_it_costs_and_how_sure_that_is(desk: Desk, code: str) -> None:
    clerk, item = desk.clerk(), item_of(code)
    page = clerk.sees(f"/items/{code}")
    assert page.status == 200
    for text in (item.name, item.organ, item.fee.basis):
        assert text in page.text
    card = page.text.split('id="h-limits"')[1].split("<details>")[0]
    assert all(limit.basis in card for limit in item.limits)
    law = [limit for limit in item.limits if limit.certainty == "S"]
    assert card.count("法定</span>") == len(law)  # and nothing else is called law
