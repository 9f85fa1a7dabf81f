"""Publications, the table of authority, the rule library, what was refused, and the verify page: nobody stumbles there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from protocol.cases.rules import OFFICERS, Act, Role
from protocol.catalogue.publishers import May
from protocol.catalogue.writing import item_to_yaml
from protocol.console import accounts
from tests.catalogue.publishing import next_version
from tests.district_data import example_item
from tests.hub.desk import SECRET, Desk
from tests.hub.test_publishing_pages import PHRASE, makes_key, office_enters, uploads
from tests.node.station import Desk as NodeDesk
from tests.test_access import AXE, RULES, RUN, served, signed_in, stumbling_blocks
from tests.world import MORNING, World

pytestmark = pytest.mark.pages


def law_in_the_making(desk: Desk, world: World) -> list[str]:
    """Publications in three states, a doubtful table of authority, a rule with a draft, an attempt that was refused."""
    with world.hub.office.store.write() as tx:
        for name, roles in (("bian", [Role.EDITOR]), ("fa", [Role.PUBLISHER]), ("both", sorted(OFFICERS))):
            accounts.create_account(tx, name, name, roles, SECRET, at=MORNING)
    bian, fa, both = desk.browser("bian"), desk.browser("fa"), desk.browser("both")
    office_enters(desk, {"bian": (makes_key(desk, bian), May.SIGN), "fa": (makes_key(desk, fa), May.APPROVE)})
    addresses = []
    item = example_item()
    for note in ("试用", "待批准", "起草"):
        bian.get("/publications")
        bian.post("/publications", note=note)
        one = bian.url
        item = next_version(item, note=note)
        uploads(bian, f"{one}/items", "items", f"P08.v{item.version}.yaml", item_to_yaml(item).encode())
        world.advance(60)
        if note != "起草":
            bian.post(f"{one}/sign", phrase=PHRASE)
        if note == "试用":
            fa.get(one)
            fa.post(f"{one}/approve", phrase=PHRASE, canary="boya")
            fa.get(one)
            fa.post(f"{one}/all", reason="防汛")
        addresses.append(one)
    row = {"subject": "boya", "item": "P08", "mode": "self", "basis": "新政办 3 号", "certainty": "L"}
    for until in ("", "2026-12-31"):
        bian.get("/authority")
        bian.post("/authority/rows", **row, **{"from": "2026-01-01"}, to=until)
    bian.get("/rules/A-02/draft")
    bian.post("/rules/A-02/draft", **{**bian.filled(), "text": "材料不齐的，当场一次告知全部需要补正的内容。"})
    case = desk.takes_in()
    world.settle()
    world.hub.decides(case, Act.ACCEPT)
    both.acts(case, "review", proposal="grant", reason="符合条件")
    both.get(f"/cases/{case}/do/grant")
    assert both.status != 200
    return addresses


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_stumbles_where_the_law_is_made(chromium: Browser, desk: Desk, world: World, lang: str) -> None:
    addresses = law_in_the_making(desk, world)
    public = ["/publications", *addresses, "/authority", "/gaps"]
    library = ["/rules", "/rules?class=party", "/rules?q=zzz", "/rules/A-02", "/rules/A-02?version=2", "/rule-readers"]
    with served(desk.app) as address:
        for name, paths in (
            ("bian", [*public, *library, "/rules/A-02/draft", "/breaches", "/verify"]),
            ("fa", [*public, "/rules/A-02?version=2"]),
            ("han", ["/breaches", "/rules/A-02?version=2"]),
        ):
            page = signed_in(chromium, address, name, lang)
            assert stumbling_blocks(page, address, paths) == []
            page.context.close()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_stumbles_at_a_stations_rules_and_verify_page(chromium: Browser, tmp_path: Path, lang: str) -> None:
    desk = NodeDesk(tmp_path)
    try:
        desk.clerk("zhaoqiang")
        with served(desk.app) as address:
            page = signed_in(chromium, address, "zhaoqiang", lang)
            assert stumbling_blocks(page, address, ["/rules", "/rules/A-02", "/verify"]) == []
            page.goto(f"{address}/verify")
            page.fill("#f-code", "MC1:NOT A CODE")
            page.keyboard.press("F9")
            page.wait_for_selector("#answer")
            page.evaluate(AXE)
            assert page.evaluate(RUN, RULES) == []
            page.context.close()
    finally:
        desk.close()
