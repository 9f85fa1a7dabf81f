"""Both consoles for people who cannot use them as everybody does: screen reader, keyboard, magnifier, a small phone.

Every page is opened in a real Chromium in both languages with much in it. axe-core looks for what WCAG 2.2 AA
forbids and a machine can find; what is pressed is at least 24 pixels; nothing scrolls sideways on a phone of 360
pixels or at 200 % zoom.
"""

from __future__ import annotations

import random
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette

from hub import carding, filters, holdings, stations
from hub.counting import count_next
from node import drafts, prefills
from node.devices.fakes.people import PEOPLE
from node.devices.fakes.reader import FakeReader
from node.devices.registry import Devices
from protocol import attention
from protocol.cases.acts import By
from protocol.cases.rules import OFFICERS, Act, Role
from protocol.clock import stamp
from protocol.console import accounts
from protocol.console.accounts import Account, Post
from protocol.settings import Device
from tests.district_data import all_items, example_item
from tests.hub.crowd import alike, crowd
from tests.hub.desk import SECRET
from tests.hub.desk import Desk as HubDesk
from tests.node.station import PASSWORD, STATION
from tests.node.station import Browser as Clerk
from tests.node.station import Desk as NodeDesk
from tests.node.test_fetching import hears_of_places
from tests.world import MORNING, World

pytestmark = pytest.mark.pages

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG_NAME = "阿卜杜热合曼·买买提依明·库尔班江·图尔荪阿吉"
RUN = """tags => axe.run({runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]}).then(
    r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ") + " " + n.failureSummary).join(" | ")))"""
# a link inside a sentence may be as high as its line (WCAG 2.5.8, "inline")
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(e => {
    const box = e.getBoundingClientRect(), shown = e.checkVisibility() && !e.closest(".visually-hidden, .skip");
    const inline = getComputedStyle(e).display === "inline";
    return shown && e.type !== "hidden" && !inline && !e.disabled && (box.width < 24 || box.height < 24);
}).map(e => e.outerHTML.slice(0, 120))"""
WIDE = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
# the legend promises what the page does, and all of it
LEGEND = """() => {
    const where = {"Enter": "form[data-enter=next], [data-row]", "j / k": "[data-row]",
                   "1–9": "[data-digit], form[data-enter=next] input[type=radio]"};
    const told = [...document.querySelectorAll(".legend kbd, .bar-call kbd")].map(e => e.textContent);
    const dead = told.filter(k => !document.querySelector(where[k] ?? `[data-key="${k}"]:not([disabled])`));
    const live = [...document.querySelectorAll("[data-key]")].map(e => e.dataset.key).filter(k => !told.includes(k));
    return [...dead.map(k => "does nothing: " + k), ...live.map(k => "not told: " + k)];
}"""


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        listener.close()


def multiply(tx, number_like: str, count: int = 1000) -> None:
    """So many cases more, as lists show them."""
    for number in range(count):
        tx.execute(
            "insert into cases select ?, ?, station, item, item_version, status, owner, flags, applicant, opened_at,"
            " moved_at, tip, acts, papers, heard_at from cases where id = ?",
            (f"{number:032x}", f"DAFENG-25-{number:05d}-AAA", number_like),
        )


def every_notice(office, at) -> None:
    with office.store.write() as tx:
        for kind in attention.KINDS:
            attention.put(tx, kind, "boya", at=stamp(at), detail={"peer": "boya", "why": "silent"})


def station_in_use(desk: NodeDesk) -> list[str]:
    """A station with something on every page; the addresses of all of them."""
    head = desk.clerk("zhaoqiang")
    granted = desk.takes_in(head, name=LONG_NAME)
    returned, lost = desk.takes_in(head, name=LONG_NAME), desk.takes_in(head)
    desk.world.settle()
    for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
        desk.world.hub.decides(granted, act)
    desk.world.hub.decides(returned, Act.ASK_CORRECTION)
    desk.world.settle()
    with desk.station.store.write() as tx:
        tx.execute("update papers set lost = 1, here = 0, there = 0 where case_id = ?", (lost,))
        digest = tx.execute("select digest from papers where case_id = ? limit 1", (lost,)).fetchone()[0]
        attention.put(tx, "paper-lost", digest, at=stamp(desk.party.clock.now()), case=lost)
        multiply(tx, granted)
    every_notice(desk.station, desk.party.clock.now())
    draft = desk.begins(head)
    desk.fills_in(head, draft, name=LONG_NAME, id_number="1")
    material = example_item().required_materials[0].code
    head.sees(f"/drafts/{draft}/papers")
    head.posts(f"/drafts/{draft}/papers", {"material": material}, files=[("files", ("a.png", picture()))])
    head.sees(f"/cases/{returned}")
    supplement = head.posts(f"/cases/{returned}/supplement").url.rpartition("/")[2]
    carded = read_a_card(desk, head)
    matter = begun_at(desk, head, "M10", staff="yes", seals="yes", shareholders="")
    word = begun_at(desk, head, "B03", procedure="commitment")
    told, typed = demand(desk, head, "hand-in"), demand(desk, head, "save")
    bag, filled = a_bag(desk, head), prefilled(desk, head)
    rule = re.findall(r'href="/rules/([^"/?]+)"', head.sees("/rules").text)[0]
    with desk.station.store.write() as tx:
        for group in ("tax", "welfare"):
            desk.station.hall.draw(tx, [group], at=desk.party.clock.now())
    desk.world.network.cut(STATION)
    desk.world.turn()
    return [
        "/desk", "/items", "/items?q=zzz", "/ask?q=社保卡丢了怎么办", "/ask?q=个体户营业执照怎么办",
        "/cases", "/cases?page=3", "/attention", "/sync",
        "/today", "/room", "/ratings", "/demands", f"/demands/{told}", f"/demands/{typed}", f"/transfers/{bag}",
        f"/prefills/{filled}", "/hall", "/hall/end", "/hall/replay",
        "/desk/queue", "/desk/queue/why", "/appointments", "/rules", f"/rules/{rule}", "/licences", "/verify",
        "/people", "/looks", "/password", "/deliver", "/transfers", "/opening", f"/cases/{granted}/move",
        f"/drafts/{draft}", f"/drafts/{draft}?check=1", f"/drafts/{draft}/papers", f"/drafts/{draft}/check",
        f"/drafts/{carded}", "/devices", "/scan",
        f"/drafts/{draft}/discard", f"/drafts/{supplement}", f"/drafts/{supplement}/papers",
        *(f"/cases/{case}" for case in (granted, returned, lost)),
        f"/cases/{granted}/receipt", f"/cases/{granted}/handover", f"/cases/{returned}/withdrawal", "/cases/nowhere",
        f"/cases/{granted}/return", f"/cases/{returned}/lapse", "/items/M10", "/items/C08", "/items/F01",
        *(f"/drafts/{one}{end}" for one in (matter, word) for end in ("/situations", "", "/papers", "/check")),
    ]  # fmt: skip


def demand(desk: NodeDesk, head: Clerk, go: str) -> str:
    head.sees("/demands")
    id_ = head.posts("/demands").url.rpartition("/")[2]
    typed = {"type": "help", "content": "路灯坏了一个月", "place": "三组", "name": LONG_NAME, "phone": "028-0000 0000"}
    head.posts(f"/demands/{id_}", typed | {"go": go})
    return id_


def a_bag(desk: NodeDesk, head: Clerk) -> str:
    hears_of_places(desk)
    head.sees("/transfers")
    number = head.posts("/transfers", {"receiver": "boya"}).url.rpartition("/")[2]
    head.posts(
        f"/transfers/{number}", {"case0": "DAFENG-26-00001-ABC", "what0": LONG_NAME, "copies0": "1", "go": "save"}
    )
    return number


def prefilled(desk: NodeDesk, head: Clerk) -> str:
    """A form that somebody with a long name filled in at the machine."""
    draft = desk.begins(head)
    desk.fills_in(head, draft, name=LONG_NAME)
    at = desk.party.clock.now()
    with desk.station.store.write() as tx:
        prefills.keep(
            tx, desk.station.store.entropy, drafts.need_draft(tx, draft), machine="form", until=at.date(), at=at
        )
    return draft


def read_a_card(desk: NodeDesk, head: Clerk) -> str:
    """A form that a card filled, and a reader that was unplugged since."""
    desk.station.devices = Devices({"card-reader": Device("fake"), "social-card-reader": Device("fake")})
    reader = desk.station.devices.get("card-reader")
    assert isinstance(reader, FakeReader)
    reader.put({**PEOPLE["long-term"], "name": LONG_NAME, "to": "20200101"})
    draft = desk.begins(head)
    head.posts(f"/drafts/{draft}/card", {"whose": "applicant", "seen": ""})
    reader.unplug()
    desk.station.devices.look(desk.party.clock.now())
    return draft


def begun_at(desk: NodeDesk, head: Clerk, code: str, **chosen: str) -> str:
    """A draft of an item with situation questions, as far as they have been answered."""
    desk.begins(head, next(item for item in all_items() if item.code == code))
    draft = head.page.url.split("/drafts/")[1].split("/")[0]
    desk.answers(head, draft, **chosen)
    return draft


def picture() -> bytes:
    from tests.node.station import png

    return png(90)


def hub_in_use(desk: HubDesk, world: World) -> list[str]:
    name = next(field.key for field in example_item().fields if field.role == "applicant_name")
    case, asked, fresh = desk.takes_in(**{name: LONG_NAME}), desk.takes_in("boya"), desk.takes_in()
    world.settle()
    world.station("boya").asks_withdrawal(asked)
    world.hub.notes(case, "电话核实过")
    world.hub.decides(case, Act.ACCEPT)
    world.hub.decides(case, Act.REVIEW)
    visited, paused, issued, late = (desk.submits("D01", without=("D01-5",)) for _ in range(4))
    world.settle()
    for party, acts in (
        (visited, (Act.ACCEPT, Act.ORDER_SURVEY)),
        (paused, (Act.ACCEPT, Act.PAUSE)),
        (issued, (Act.ACCEPT, Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY, Act.REVIEW, Act.GRANT)),
        (late, (Act.ASK_CORRECTION,)),
    ):
        for act in acts:
            world.hub.decides(party, act)
    world.settle()
    world.station("dafeng").asks_withdrawal(late)
    world.settle()
    world.hub.decides(late, Act.DECLINE_WITHDRAWAL)
    at = world.hub.clock.now()
    with world.hub.office.store.write() as tx:
        crowd(tx, alike([LONG_NAME], "P08", "boya"), 1000, random.Random(1), at)
        tx.execute(
            "insert into set_aside (at, sender, code, data) values (?, 'dafeng', 'distrusted.bad-signature', ?)",
            (stamp(at), b"\0not a letter"),
        )
        for number, kind in enumerate(("paper-lost", "case-forked", "request-overtaken")):
            attention.put(tx, kind, f"x{number}", at=stamp(at), case=case)
    every_notice(world.hub.office, at)
    card = supervised(desk, fresh, case)
    with world.hub.office.store.write() as tx:
        tx.execute("insert or ignore into uncounted select distinct case_id from acts")
        while count_next(tx, world.hub.book, desk.shelf, at):
            pass
    return [
        "/today", "/today?of=house", "/worklist", "/worklist?page=3", "/worklist?only=free&station=boya",
        "/worklist?q=zzz", "/cards", f"/cards/{card}", f"/cases/{fresh}/take-over", "/cases", "/cases?q=zzz",
        "/attention", "/stations", "/stations/dafeng",
        "/statistics", "/health", *(f"/cases/{one}" for one in (case, asked, visited, paused, issued, late)),
        *(f"/cases/{case}/do/{act}" for act in (Act.GRANT, Act.DENY, Act.SEND_BACK, Act.EXTEND, Act.RECUSE)),
        *(f"/cases/{visited}/do/{act}" for act in (Act.RECORD_SURVEY, Act.PAUSE)),
        f"/cases/{paused}/do/resume", f"/cases/{issued}/do/issue", f"/cases/{late}/do/close-late",
        f"/cases/{asked}/do/decline-withdrawal", f"/cases/{fresh}/do/ask-correction", "/cases/nowhere",
    ]  # fmt: skip


def supervised(desk: HubDesk, fresh: str, case: str) -> str:
    """Claimed by a colleague this morning; a yellow card on one case, a red one on another. Returns the red one's id."""
    office, room, by = desk.world.hub.office, desk.room, By("feng", Role.SUPERVISOR, "冯督查")
    at = desk.world.hub.clock.now()
    desk.catches_up()
    with office.store.write() as tx:
        holdings.claim(tx, fresh, Account("wang", "王审批", (Post(Role.ACCEPTOR),), True), at - timedelta(hours=5))
        for case_id, colour in ((case, "yellow"), (fresh, "red")):
            carding.give(
                tx, office.store, room.pen, room.book, case_id, room.seal,
                colour=colour, reason="群众反映两次未接电话", by=by, at=at,
            )  # fmt: skip
        filters.keep(tx, "all-round", "大丰无人认领的件", "only=free", at)
    desk.catches_up()
    return desk.world.hub.case(fresh).cards[0].id


def signed_in(chromium: Browser, address: str, name: str, lang: str) -> Page:
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.add_cookies([{"name": "mc_lang", "value": lang, "url": address}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/sign-in")
    page.fill("#f-name", name)
    page.fill("#f-password", PASSWORD)
    page.click("main .button-primary")
    page.wait_for_selector(".who .me")
    return page


def stumbling_blocks(page: Page, address: str, paths: list[str]) -> list[str]:
    """What a person would meet on these pages, each with its address."""
    found: list[str] = []
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 860})
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == (404 if path.endswith("/nowhere") else 200), path
        page.evaluate(AXE)
        found += [f"{path} {what}" for what in page.evaluate(RUN, RULES)]
        found += [f"{path} key {what}" for what in page.evaluate(LEGEND)]
        for width in (640, 360):  # 1280 at 200 %, and a small phone
            page.set_viewport_size({"width": width, "height": 700})
            found += [f"{path} at {width} small: {what}" for what in page.evaluate(SMALL)]
            scroll, client = page.evaluate(WIDE)
            if scroll > client:
                found.append(f"{path} at {width} scrolls sideways: {scroll} > {client}")
    return found


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_stumbles_at_a_station(chromium: Browser, tmp_path: Path, lang: str) -> None:
    desk = NodeDesk(tmp_path)
    try:
        paths = station_in_use(desk)
        with served(desk.app) as address:
            page = signed_in(chromium, address, "zhaoqiang", lang)
            assert stumbling_blocks(page, address, paths) == []
            page.context.clear_cookies()
            assert stumbling_blocks(page, address, ["/sign-in", "/sign-in?to=%2Fdesk"]) == []
            page.context.close()
    finally:
        desk.close()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_nobody_stumbles_at_the_hub(chromium: Browser, tmp_path: Path, lang: str) -> None:
    world = World(tmp_path / "district", seed=7)
    try:
        with world.hub.office.store.write() as tx:
            stations.enter(tx, "dafeng", "大丰街道便民服务中心", "Dafeng town center", "town")
            stations.enter(tx, "boya", "泊雅小区便民服务站", "Boya residential station", "residential")
        desk = HubDesk(world)
        desk.publish(1, MORNING)
        world.settle()
        paths = hub_in_use(desk, world)
        with world.hub.office.store.write() as tx:
            accounts.create_account(tx, "all-round", "全能人", sorted(OFFICERS), SECRET, at=MORNING)
        with served(desk.app) as address:
            for name, allowed in (
                ("all-round", paths),
                ("zhao", ["/attention", "/stations", "/stations/dafeng"]),
                (
                    "feng",
                    [
                        "/looks",
                        "/people/li",
                        *(one.replace("take-over", "card") for one in paths if one.endswith("/take-over")),
                    ],
                ),
                ("sun", ["/people", "/people/li", "/people/sun", "/sections?code=dangan", "/delegations", "/password"]),
            ):
                page = signed_in(chromium, address, name, lang)
                assert stumbling_blocks(page, address, allowed) == []
                page.context.close()
    finally:
        for party in world.parties():
            party.kill()


def focused(page: Page, what: str) -> str:
    return str(page.evaluate(f"document.activeElement.{what}"))


def cursor_stands_in(page: Page, name: str) -> None:
    """Autofocus comes after the page: nobody types before the cursor is there."""
    page.wait_for_function("name => document.activeElement.name === name", arg=name)


def test_what_waits_is_walked_by_keys_opened_and_settled(chromium: Browser, tmp_path: Path) -> None:
    desk = NodeDesk(tmp_path)
    try:
        case = desk.takes_in(desk.clerk())
        at = stamp(desk.party.clock.now())
        with desk.station.store.write() as tx:
            attention.put(tx, "disk", STATION, at=at)
            attention.put(tx, "request-overtaken", "x", at=at, case=case)
        with served(desk.app) as address:
            page = signed_in(chromium, address, "zhaoqiang", "zh-CN")
            page.goto(f"{address}/attention")
            page.keyboard.press("j")
            assert focused(page, "tagName") == "SUMMARY"  # nothing to open but its own form
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            page.keyboard.type("已清理")
            page.keyboard.press("Enter")
            page.wait_for_selector(".note-good")
            page.keyboard.press("j")
            page.keyboard.press("k")
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/cases/{case}")
            page.context.close()
    finally:
        desk.close()


def test_enter_never_sends_a_form_half_way(chromium: Browser, tmp_path: Path) -> None:
    desk = NodeDesk(tmp_path)
    try:
        clerk = desk.clerk()
        draft = desk.begins(clerk)
        case = desk.takes_in(clerk)
        desk.world.settle()
        for act in (Act.ACCEPT, Act.GRANT, Act.ISSUE):
            desk.world.hub.decides(case, act)
        desk.world.settle()
        with served(desk.app) as address:
            page = signed_in(chromium, address, "limin", "zh-CN")
            page.goto(f"{address}/drafts/{draft}")
            cursor_stands_in(page, f"a.{example_item().fields[0].key}")
            seen = []
            for _ in example_item().fields[:-1]:  # the last one takes several lines
                seen.append(focused(page, "name"))
                page.keyboard.press("Enter")
            assert seen == [f"a.{field.key}" for field in example_item().fields[:-1]]
            page.keyboard.press("Escape")
            page.wait_for_url("**/desk")
            page.goto(f"{address}/cases/{case}/handover")
            cursor_stands_in(page, "recipient")
            page.keyboard.type("本人")
            page.keyboard.press("Enter")
            assert focused(page, "name") == "who"  # and nothing was sent
            assert page.url.endswith("/handover")
            page.context.close()
    finally:
        desk.close()
