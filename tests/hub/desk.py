"""A hub's pages as people use them: browsers without a socket, forms filled in as they stand on the page."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from datetime import datetime
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from hub import lines
from hub.archiving import Archiving
from hub.health import Health
from hub.lapses import let_the_law_act
from hub.publishing import Publishing
from hub.room import Room
from hub.shelf import Shelf
from hub.web.routes import hub_console
from node import desk as node_desk
from node import drafts as node_drafts
from protocol.casebook import tell
from protocol.cases.acts import Applicant, By, CaseAct, Intake, Made, Paper
from protocol.cases.rules import Act, Role
from protocol.catalogue.bundle import open_bundle, pack
from protocol.catalogue.items import FieldRole, Item
from protocol.catalogue.publishers import NOBODY, Publishers
from protocol.clock import stamp
from protocol.console import accounts
from protocol.documents.sealing import Seal
from protocol.documents.verify import NO_LIST, CancellationList, Checks
from protocol.exchange import stick
from protocol.exchange.carried import Tally
from protocol.exchange.envelope import seal_to_self
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB
from protocol.identity import sign_keyring
from protocol.settings import Name
from protocol.standing import are_stale
from tests.district_data import all_items, answers_for, example_item
from tests.world import DISTRICT, MORNING, Station, World

PASSWORD = "correct horse battery"
SECRET = accounts.secret(PASSWORD)
STAFF = {
    "li": ("李受理", (Role.ACCEPTOR, Role.REVIEWER, Role.ISSUER, Role.LEADER)),
    "wang": ("王审批", (Role.ACCEPTOR, Role.APPROVER, Role.ARCHIVIST)),
    "qian": ("钱审核", (Role.REVIEWER,)),
    "chen": ("陈勘查", (Role.SURVEYOR,)),
    "zhou": ("周勘查", (Role.SURVEYOR,)),
    "wu": ("吴发证", (Role.ISSUER,)),
    "feng": ("冯督查", (Role.SUPERVISOR,)),
    "han": ("韩局长", (Role.LEADER,)),
    "zhao": ("赵运行", (Role.OPERATOR,)),
    "sun": ("孙账号", (Role.ADMIN,)),
}


def png(width: int = 60, height: int = 40, shade: int = 200) -> bytes:
    """A small real picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade, 220, 255 - x % 200] * 1)[:3] * width for x in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Browser:
    """One person. `page` is the last one that was shown."""

    def __init__(self, desk: Desk, name: str, english: bool = False) -> None:
        self.desk = desk
        self.client = TestClient(desk.app, base_url="http://hub.test", follow_redirects=True)
        self.status = 0
        self.page = ""
        self.url = ""
        if english:
            self.client.cookies.set("mc_lang", "en")
        self.get("/sign-in")
        self.post("/sign-in", name=name, password=PASSWORD)
        assert self.status == 200, self.page

    def get(self, path: str, **headers: str) -> str:
        self.desk.catches_up()
        return self._took(self.client.get(path, headers=headers))

    def post(self, path: str, **fields: str) -> str:
        """As the page's own form: its hidden fields go along."""
        return self._took(self.client.post(path, data={**self.hidden(path), **fields}))

    def hidden(self, path: str) -> dict[str, str]:
        found = re.search(rf'<form[^>]*action="{re.escape(path)}".*?</form>', self.page, re.S)
        text = found[0] if found else self.page
        inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
        return {unescape(name): unescape(value) for name, value in inputs}

    def _took(self, response) -> str:
        self.status, self.page, self.url = response.status_code, response.text, response.url.path
        return self.page

    @property
    def text(self) -> str:
        """What is read: without tags, runs of blanks as one."""
        body = re.sub(r"<(script|style|svg).*?</\1>", " ", self.page, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))

    # -- what an officer does

    def acts(self, case: str, act: str, **fields: str) -> str:
        """Open the form, fill it in, check it, confirm it."""
        path = f"/cases/{case}/do/{act}"
        self.get(path)
        if self.status != 200:
            return self.page
        typed = self.filled()
        self.post(path, **{**typed, **fields})
        return self.post(path, confirm="yes") if 'name="confirm" value="yes"' in self.page else self.page

    def filled(self) -> dict[str, str]:
        """What stands in the text areas and inputs of the page already."""
        areas = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', self.page, re.S)
        kinds = "text|date|datetime-local"
        inputs = re.findall(rf'<input class="w-[^"]*" type="(?:{kinds})"[^>]*name="([^"]*)" value="([^"]*)"', self.page)
        radios = re.findall(r'<input type="radio" name="([^"]*)" value="([^"]*)" checked>', self.page)
        lists = [
            (name, chosen[1])
            for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', self.page, re.S)
            if (chosen := re.search(r'<option value="([^"]*)" selected>', body))
        ]
        return {unescape(name): unescape(value) for name, value in [*areas, *inputs, *radios, *lists]}


class Desk:
    def __init__(self, world: World, *, staff: bool = True) -> None:
        self.world = world
        self.taken = 0
        hub = world.hub
        office = hub.office
        public = world.authority.public_key()
        self.shelf = Shelf(office.store, office.blobs, lambda data: open_bundle(data, public))
        self.listed: tuple[bytes, Publishers] = (b"", NOBODY)
        self.publishing = Publishing(office.store, office.blobs, self.shelf, office.pen, lambda: self.listed)
        self.archiving = Archiving(
            store=office.store, blobs=office.blobs, pen=office.pen, book=hub.book, law=self.shelf, keys=hub.keys,
            keyring=lambda: sign_keyring(world.keyring.content, world.authority), district=DISTRICT,
            folder=hub.folder / "archive",
        )  # fmt: skip
        self.cancelled: CancellationList = NO_LIST
        self.electronic_seal: Seal | None = None
        self.room = Room(
            store=office.store,
            blobs=office.blobs,
            pen=office.pen,
            book=hub.book,
            clock=hub.clock,
            shelf=self.shelf,
            publishing=self.publishing,
            archiving=self.archiving,
            seal=lambda body: seal_to_self(hub.keys, body),
            connected=lambda peer: office.courier.connected(peer),
            health=self.health,
            export_stick=lambda name: stick.export(office, name, self._folder("out"), hub.clock.now()),
            import_stick=self._import,
            checks=Checks(public, lambda: office.courier.keyring, lambda: self.cancelled),
            electronic_seal=lambda: self.electronic_seal,
            run=self._folder("run"),
        )
        self.app = hub_console(self.room, Name("新都区政务服务中心", "Xindu district government service center"))
        with office.store.write() as tx:
            for name, (display, roles) in STAFF.items() if staff else ():
                accounts.create_account(tx, name, display, roles, SECRET, at=MORNING)

    def _folder(self, name: str) -> Path:
        folder = self.world.folder / "sticks" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _import(self, path: Path) -> Tally:
        tally = stick.bring_in(self.world.hub.office, stick.read_stick(path))
        while not tally.finished.is_set():
            self.world.hub.step()
        return tally

    def health(self) -> Health:
        courier = self.world.hub.office.courier
        return Health(
            courier.link_up, courier.link_since, courier.link_reason, "embedded", "127.0.0.1:1883", courier.distrusted,
            None, 50 * 1024**3, "0.1.0", "hub",
        )  # fmt: skip

    def publish(self, number: int, at: datetime, items: Sequence[Item] = ()) -> None:
        """The delivered items, or these in the place of those with the same code."""
        office = self.world.hub.office
        instead = {item.code: item for item in items}
        every = [instead.pop(item.code, item) for item in all_items()]
        bundle = pack([*every, *instead.values()], number, at, self.world.authority)
        self.shelf.take(bundle, office.pen, list(self.world.stations), at)

    def browser(self, name: str = "li", *, english: bool = False) -> Browser:
        return Browser(self, name, english)

    def takes_in(self, station: str = "dafeng", item: Item | None = None, **answers: str) -> str:
        """A case with real pictures, as far as the station's own disk."""
        return takes_in(self.world.station(station), item or example_item(), answers)

    def submits(self, code: str, station: str = "dafeng", without: Sequence[str] = (), **intake: object) -> str:
        """A case of any item as a station tells it, as far as its own disk; `intake` are fields of Intake."""
        party, item = self.world.station(station), next(one for one in all_items() if one.code == code)
        office, at, rng = party.office, party.clock.now(), self.world.rng
        case_id, answers, papers = rng.randbytes(16).hex(), answers_for(item, rng), list[Paper]()
        for number, material in enumerate(item.required_materials):
            if material.code not in without:
                data = png(60 + number, 40, 120 + rng.randrange(100))
                digest = office.blobs.keep(data, at)
                papers.append(Paper(digest=digest, size=len(data), type="image/png", material=material.code))
        said = {field.role: answers[field.key] for field in item.fields if field.role}
        applicant = Applicant(name=said[FieldRole.APPLICANT_NAME], number=said[FieldRole.APPLICANT_ID])
        self.taken += 1
        told = Intake(
            number=f"{station.upper()}-26-{90000 + self.taken}-ABC", station=station, item=item.code,
            item_version=item.version, **{"applicant": applicant, "answers": answers, "papers": papers, **intake},
        )  # fmt: skip
        act = CaseAct(
            case=case_id, id=rng.randbytes(16).hex(), act=Act.SUBMIT, follows=None, by=party.clerk, at=stamp(at),
            intake=told,
        )  # fmt: skip
        with office.store.write() as tx:
            office.pen.write(tx, HUB, Kind.CASE_ACT, tell(act), by=party.clerk.account, at=at, case=case_id)
        return case_id

    def tells(self, case_id: str, act: Act, station: str = "dafeng", **said: object) -> None:
        """The station does an act that needs no form of its own here."""
        party = self.world.station(station)
        office, at, case = party.office, party.clock.now(), party.case(case_id)
        told = CaseAct(
            case=case_id, id=self.world.rng.randbytes(16).hex(), act=act, follows=case.tip, by=party.clerk,
            at=stamp(at), **said,
        )  # fmt: skip
        with office.store.write() as tx:
            office.pen.write(tx, HUB, Kind.CASE_ACT, tell(told), by=party.clerk.account, at=at, case=case_id)

    def supplies_later(self, case_id: str, material: str, station: str = "dafeng") -> None:
        """The paper that a conditional acceptance waits for."""
        office, data = self.world.station(station).office, png(80, 50, 77)
        digest = office.blobs.keep(data, self.world.station(station).clock.now())
        paper = Paper(digest=digest, size=len(data), type="image/png", material=material)
        self.tells(case_id, Act.SUPPLY, station, papers=[paper])

    def catches_up(self) -> None:
        """What the hub's own job does every second: worklists know of what came in letters."""
        hub = self.world.hub
        with hub.office.store.read() as db:
            stale = are_stale(db)
        if stale:
            with hub.office.store.write() as tx:
                lines.bring_up_to_date(tx, hub.book, self.shelf, hub.clock.now())

    def attaches(self, case_id: str, kind: str, number: str, data: bytes) -> str:
        """The press of the hub has made a document. Returns its digest."""
        hub = self.world.hub
        at, case = hub.clock.now(), hub.case(case_id)
        digest = hub.office.blobs.keep(data, at)
        told = CaseAct(
            case=case_id, id=self.world.rng.randbytes(16).hex(), act=Act.ATTACH, follows=case.tip,
            by=By("press", Role.SYSTEM), at=stamp(at), made=Made(kind=kind, number=number, digest=digest, size=len(data)),
        )  # fmt: skip
        with hub.office.store.write() as tx:
            hub.office.pen.write(tx, case.station, Kind.CASE_ACT, tell(told), by="press", at=at, case=case_id)
        return digest

    def lapses(self) -> None:
        """What the hub's own job does: the law acts on what has run out."""
        hub = self.world.hub
        self.world.stations_are_heard()
        office, at = hub.office, hub.clock.now()
        with office.store.write() as tx:
            lines.bring_up_to_date(tx, hub.book, self.shelf, at, only=hub.case_ids())
        let_the_law_act(office.store, office.pen, hub.book, self.shelf, at)

    def case_with_papers_on_their_way(self) -> str:
        """The letter has come, the wire is cut before its papers."""
        case = self.takes_in()
        for _ in range(200):
            self.world.turn()
            if case in self.world.hub.case_ids():
                break
        self.world.network.cut("dafeng")
        for _ in range(20):  # not settle(): the hub goes on asking for them
            self.world.turn()
        return case


def takes_in(station: Station, item: Item, changed: dict[str, str] | None = None, data: bytes | None = None) -> str:
    office, at, rng = station.office, station.clock.now(), station.world.rng
    with office.store.write() as tx:
        draft = node_drafts.begin_draft(tx, rng.randbytes(16), item, by=station.clerk, at=at)
        node_drafts.save_draft(tx, draft, item, answers_for(item, rng) | (changed or {}), at)
    for number, material in enumerate(item.required_materials):
        picture = data or png(60 + number, 40, 120 + rng.randrange(100))
        digest = office.blobs.keep(picture, at)
        paper = Paper(digest=digest, size=len(picture), type="image/png", material=material.code)
        with office.store.write() as tx:
            node_drafts.add_paper(tx, draft, paper, at)
    with office.store.write() as tx:
        node_desk.submit(tx, office.pen, draft, item, by=station.clerk, at=at)
    return draft


ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
HERE = Path(__file__).parent
