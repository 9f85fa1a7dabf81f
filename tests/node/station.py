"""A desk with a hub behind it, in one thread: the real Station and its pages on the simulated district's wire."""

from __future__ import annotations

import random
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from node.app import Station, console_of
from protocol.cases.rules import Role
from protocol.catalogue.items import Item
from protocol.console import accounts
from protocol.identity import KeyringContent, sign_keyring
from protocol.settings import Kind, Name, Replica, ReplicaKind, Settings
from tests.district_data import answers_for, example_item
from tests.world import DISTRICT, World

PASSWORD = "correct horse battery"
STATION = "dafeng"


def png(shade: int = 200, side: int = 120) -> bytes:
    """A whole picture of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes([shade, 180, 220]) * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass
class Page:
    """What a browser got."""

    status: int
    text: str
    url: str

    def form_id(self) -> str:
        found = re.findall(r'name="form_id" value="([^"]+)"', self.text)
        return str(found[-1])


class Browser:
    """Somebody at the desk, without JavaScript."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = Page(0, "", "")

    def sees(self, path: str) -> Page:
        return self._keep(self.client.get(path, follow_redirects=True))

    def posts(self, path: str, data: dict[str, object] | None = None, files: object = None, form_id: str = "") -> Page:
        """As the form on a page of this session would."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        body = {"csrf": csrf[1] if csrf else "", "form_id": form_id or self.page.form_id()} | (data or {})
        return self._keep(self.client.post(path, data=body, files=files, follow_redirects=True))  # type: ignore[arg-type]

    def _keep(self, answer: object) -> Page:
        page = Page(answer.status_code, answer.text, str(answer.url))  # type: ignore[attr-defined]
        if "</html>" in page.text:
            self.page = page
        return page


class Desk:
    """A station whose courier moves when `world` is settled, and browsers to open on it."""

    def __init__(self, folder: Path, free_bytes: int = 1 << 40) -> None:
        self.world = World(folder / "district", seed=7, station_names=[STATION, "boya"])
        party = self.world.station(STATION)
        party.kill()  # its place is taken by the real thing before anything was said
        self.settings = Settings(
            folder=folder / STATION,
            district=DISTRICT,
            party=STATION,
            kind=Kind.STATION,
            tier="town",
            name=Name("大丰街道便民服务站", "Dafeng station"),
            replica=Replica(kind=ReplicaKind.NONE),
        )
        identity = self.settings.identity
        identity.mkdir(parents=True)
        party.keys.save(self.settings.letters_key)
        self.settings.authority_pub.write_text(self.world.authority.public_key().public_bytes_raw().hex())
        content = KeyringContent(
            district=DISTRICT, number=1, issued_at="", cards=[one.keys.card() for one in self.world.parties()]
        )
        self.settings.keyring.write_bytes(sign_keyring(content, self.world.authority))
        self.station = Station(self.settings, link=self.world.network.link(STATION), clock=party.clock, durable=False)
        self.station.store._free_bytes = self.station.blobs.store._free_bytes = lambda _: self.free_bytes
        self.free_bytes = free_bytes
        self.station.office.courier.voice.report_every_s = float("inf")
        self.station.open()
        party.office, party.alive, party.book = self.station.office, True, self.station.book
        self.station.office._link.start(self.station.office.put)
        self.party = party
        self.app = console_of(self.station)
        secret = accounts.secret(PASSWORD)
        with self.station.store.write() as tx:
            for name, display, role in (
                ("limin", "李敏", Role.CLERK),
                ("zhaoqiang", "赵强", Role.HEAD),
                ("wanghui", "王慧", Role.CLERK),
            ):
                accounts.create_account(tx, name, display, [role], secret, at=party.clock.now())
        self.rng = random.Random(3)

    def close(self) -> None:
        self.station.close()
        for party in self.world.parties():
            party.kill()

    def browser(self) -> Browser:
        return Browser(TestClient(self.app, base_url="http://desk.lan"))

    def clerk(self, name: str = "limin") -> Browser:
        browser = self.browser()
        browser.client.post("/sign-in", data={"name": name, "password": PASSWORD})
        browser.sees("/desk")
        return browser

    # -- the way of a case

    def begins(self, browser: Browser, item: Item | None = None) -> str:
        """Choose the item; the id of the draft."""
        browser.sees("/items")
        page = browser.posts("/items", {"item": (item or example_item()).code})
        assert page.status == 200, page.text
        return page.url.rpartition("/")[2]

    def answers(self, browser: Browser, draft: str, **chosen: str) -> Page:
        """The situation questions, asked before the form."""
        browser.sees(f"/drafts/{draft}/situations")
        return browser.posts(f"/drafts/{draft}/situations", {f"s.{key}": value for key, value in chosen.items()})

    def fills_in(self, browser: Browser, draft: str, item: Item | None = None, **typed: str) -> Page:
        answers = answers_for(item or example_item(), self.rng) | typed
        page = browser.sees(f"/drafts/{draft}")
        seen = re.search(r'name="seen" value="([^"]+)"', page.text)
        body: dict[str, object] = {key if key.startswith("d.") else f"a.{key}": value for key, value in answers.items()}
        return browser.posts(f"/drafts/{draft}", body | {"seen": seen[1] if seen else "", "go": "next"})

    def attaches(self, browser: Browser, draft: str, item: Item | None = None) -> None:
        for number, material in enumerate((item or example_item()).required_materials):
            page = self.uploads(browser, draft, material.code, [("a.png", png(number * 40))])
            assert page.status == 200, page.text

    def brings(self, browser: Browser, draft: str, but: tuple[str, ...] = ()) -> list[str]:
        """Everything that the page of materials says is missing. Returns the codes that it asked for."""
        page = browser.sees(f"/drafts/{draft}/papers")
        cards = page.text.split('id="m-')[1:]
        asked = [card.split('"')[0] for card in cards if "<span>缺</span>" in card.split("</section>")[0]]
        for number, code in enumerate(asked):
            if code not in but:
                assert self.uploads(browser, draft, code, [("a.png", png(number * 20 + 5))]).status == 200
        return asked

    def uploads(self, browser: Browser, draft: str, material: str, files: list[tuple[str, bytes]]) -> Page:
        return browser.posts(
            f"/drafts/{draft}/papers", {"material": material}, files=[("files", (name, data)) for name, data in files]
        )

    def takes_in(self, browser: Browser, item: Item | None = None, **typed: str) -> str:
        """The whole intake; the id of the case."""
        draft = self.begins(browser, item)
        assert self.fills_in(browser, draft, item, **typed).status == 200, browser.page.text
        self.attaches(browser, draft, item)
        browser.sees(f"/drafts/{draft}/check")
        page = browser.posts(f"/drafts/{draft}/check")
        assert page.url.endswith("/receipt"), page.text
        return draft
