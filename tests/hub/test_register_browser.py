"""The register of licences and the archive for people who cannot use them as everybody does; and a station's licences."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from node import renewals
from protocol import licences
from protocol.cases.rules import OFFICERS, Act
from protocol.console import accounts
from tests.hub.desk import SECRET, Desk
from tests.hub.test_archive import finished_case
from tests.hub.test_licences import handed_over, issue, issued, licence_of, new_licence, today
from tests.node.station import Desk as NodeDesk
from tests.node.test_licences import issued as issued_at_the_desk
from tests.test_access import served, signed_in, stumbling_blocks
from tests.world import MORNING, World

pytestmark = pytest.mark.pages


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_stumbles_at_the_register_and_the_archive(
    chromium: Browser, desk: Desk, world: World, lang: str
) -> None:
    first, ended = issued(desk), issued(desk)
    world.advance(60)
    world.station("dafeng").returns_result(first)
    world.settle()
    issue(desk, first, new_licence(desk, first, valid_to="2026-05-01"))
    world.settle()
    for case in (first, ended):
        handed_over(desk, case)
    world.hub.decides(ended, Act.REVOKE_LICENCE)
    lacking, lost, complete = finished_case(world, proof=False), finished_case(world), finished_case(world)
    with world.hub.office.store.write() as tx:
        licences.reckon_windows(tx, desk.shelf, today(world))
        digest = world.hub.case(lost).papers[0].digest
        tx.execute("update papers set lost = 1, here = 0 where digest = ?", (digest,))
        accounts.create_account(tx, "all-round", "全能人", sorted(OFFICERS), SECRET, at=MORNING)
    with world.hub.office.blobs.store.write() as tx:
        tx.execute("delete from blobs where digest = ?", (digest,))
    paths = [
        "/licences", "/licences?state=soon", "/licences?state=expired", f"/licences/{licence_of(world.hub, ended).id}",
        "/licences/nowhere", "/archive", "/archive?show=kept", *(f"/cases/{one}/archive" for one in (lacking, lost)),
        f"/cases/{complete}/archive",
    ]  # fmt: skip
    with served(desk.app) as address:
        page = signed_in(chromium, address, "all-round", lang)
        assert stumbling_blocks(page, address, paths) == []
        page.goto(f"{address}/archive")
        page.keyboard.press("F8")
        page.wait_for_selector(".note-good")
        assert stumbling_blocks(page, address, [f"/cases/{complete}/archive", "/archive?show=kept"]) == []
        page.context.close()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_stumbles_at_a_stations_licences(chromium: Browser, tmp_path: Path, lang: str) -> None:
    desk = NodeDesk(tmp_path)
    try:
        issued_at_the_desk(desk, "2026-04-30")
        renewals.remind(desk.station.store, desk.station.shelf, desk.party.clock.now())
        with served(desk.app) as address:
            page = signed_in(chromium, address, "zhaoqiang", lang)
            assert stumbling_blocks(page, address, ["/licences", "/attention"]) == []
            page.context.close()
    finally:
        desk.close()
