"""People at their screens, and the clerk at the desk: what they do, and what they could read there afterwards."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

from protocol.cases.rules import Status
from protocol.catalogue.items import Item
from protocol.catalogue.papers import PaperType, sniff_paper
from protocol.console.translations.cases import CASES
from protocol.documents.kinds import DOCUMENTS, Kind
from stage.applicants import answers_for
from stage.browser import Browser, Form, NotThere, Page
from stage.papers import Sheet, photo, picture, scan

NUMBER = re.compile(r"\b[A-Z][A-Z0-9-]*-\d\d-\d{5}-[0-9A-Z]{3}\b")
STATUS_WORDS = {CASES[f"status.{status}"][0]: status for status in Status}
SYNC_WORDS = ("已存本机", "等待上传", "材料", "区中心已收", "需要处理")


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as one screen shows it."""

    status: Status
    sync: str = ""  # the station's words for where it is; empty on the hub's screens


@dataclass(slots=True)
class Filed:
    """A case that was taken in here, as the one who took it in remembers it."""

    station: str
    id: str  # the draft's, which becomes the case's
    item: Item
    answers: Mapping[str, str]
    papers: dict[str, Sheet] = field(default_factory=dict)  # digest -> what was attached
    number: str = ""


class Person:
    def __init__(self, url: str, account: str, password: str) -> None:
        self.browser = Browser(url)
        self._account = account
        self._password = password

    def sign_in(self) -> Page:
        """Nothing happens to who is signed in already."""
        page = self.browser.get("/sign-in")
        if not page.has_form("name", "password"):
            return page
        form = page.form("name", "password")
        after = self.browser.send(page, form, {"name": self._account, "password": self._password})
        if after.has_form("name", "password"):
            raise NotThere(f"{self._account} is not let in: {after.text[:300]}")
        return after

    def open(self, path: str) -> Page:
        """A page of the console; signs in again if the session is gone.

        :raises NotThere: there is no such page, or it is not for this person
        """
        page = self.browser.get(path)
        if page.has_form("name", "password"):
            self.sign_in()
            page = self.browser.get(path)
        if page.status != 200:
            raise NotThere(f"{path}: {page.status} {page.text[:300]}")
        return page

    def has(self, filed: Filed) -> bool:
        """Whether there is such a case here."""
        if self.browser.get(path := f"/cases/{filed.id}").has_form("name", "password"):
            self.sign_in()
        return self.browser.get(path).status == 200

    def every_case(self, path: str) -> list[tuple[str, Seen]]:
        """(number, as it is shown) of every line of a list, over all of its pages."""
        found: list[tuple[str, Seen]] = []
        page = self.open(path)
        while True:
            for row in page.rows:
                if (number := NUMBER.search(row.text)) and row.links:
                    found.append((number[0], seen_on(row.chips, row.text)))
            try:
                page = self.open(page.link(text="下一页"))
            except NotThere:
                return found


class Clerk(Person):
    """At the desk of one station."""

    def __init__(
        self, station: str, url: str, account: str, password: str, rng: random.Random, *, has_fonts: bool
    ) -> None:
        super().__init__(url, account, password)
        self.station = station
        self._rng = rng
        self.has_fonts = has_fonts

    # -- taking in

    def finds(self, said: str, item: Item) -> Page:
        """The list of items for what was said, with this item on it."""
        page = self.open("/items?" + urlencode({"q": said}))
        if not page.says(item.name):
            raise NotThere(f"{item.name} is not found by {said!r}")
        return page

    def begins(self, item: Item, said: str = "") -> Filed:
        """A draft of the item, found by its name; nothing is filled in yet."""
        page = self.finds(said or item.name, item)
        form, press = _choosing(page, item.code)
        draft = self.browser.send(page, form, press=press)
        found = re.search(r"/drafts/([0-9a-f]+)", draft.url)
        if found is None:
            raise NotThere(f"no draft was begun: {draft.status} {draft.text[:300]}")
        return Filed(self.station, found[1], item, answers_for(item, self._rng))

    def fills(self, filed: Filed, typed: Mapping[str, str] | None = None) -> Page:
        """The page after the form was sent: the materials, or the form again with what is wrong."""
        page = self.open(f"/drafts/{filed.id}")
        answers = {f"a.{key}": value for key, value in (typed or filed.answers).items()}
        return self.browser.send(page, page.form(*answers), answers, press=("go", "next"))

    def attaches(self, filed: Filed, material: str, *sheets: Sheet) -> Page:
        send = self.attaching(filed, material, *sheets)
        return send()

    def attaching(self, filed: Filed, material: str, *sheets: Sheet) -> Callable[[], Page]:
        page = self.open(f"/drafts/{filed.id}/papers")
        form = _with_hidden(page, "material", material, "files")
        send = self.browser.prepared(page, form, files={"files": sheets})
        filed.papers |= {hashlib.sha256(sheet.data).hexdigest(): sheet for sheet in sheets}
        return send

    def attaches_all(self, filed: Filed, sheets: Sequence[Sheet] = (), but: str = "") -> None:
        """Two photos and a PDF over the materials that are asked for, and a scan for each further one."""
        wanted = filed.item.required_materials or filed.item.materials[:1]
        wanted = [material for material in wanted if material.code != but]
        sheets = list(sheets) or [photo("photo-1", self._rng), picture("photo-2", self._rng), scan("scan", self._rng)]
        while len(sheets) < len(wanted):
            sheets.append(scan(f"scan-{len(sheets)}", self._rng))
        for number, sheet in enumerate(sheets):
            after = self.attaches(filed, wanted[number % len(wanted)].code, sheet)
            if after.status != 200:
                raise NotThere(f"{sheet.name} is not taken: {after.status} {after.text[:300]}")

    def lets_follow(self, filed: Filed, material: str) -> None:
        """The applicant brings this secondary material later."""
        page = self.open(f"/drafts/{filed.id}/papers")
        self.browser.send(page, _with_hidden(page, "material", material, "follows"))

    def drafts(self, item: Item, sheets: Sequence[Sheet] = (), follows: str = "") -> Filed:
        """Ready to be submitted, and not yet submitted; without the material that `follows`."""
        filed = self.begins(item)
        after = self.fills(filed)
        if after.status != 200:
            raise NotThere(f"the form is not taken: {after.status} {after.text[:300]}")
        if follows:
            self.lets_follow(filed, follows)
        self.attaches_all(filed, sheets, but=follows)
        return filed

    def submitting(self, filed: Filed) -> Callable[[], Page]:
        """The finger over the button of the last look."""
        page = self.open(f"/drafts/{filed.id}/check")
        return self.browser.prepared(page, page.form("form_id", action=f"/drafts/{filed.id}/check"))

    def submits(self, item: Item, sheets: Sequence[Sheet] = (), follows: str = "") -> Filed:
        """From the list of items to the receipt."""
        filed = self.drafts(item, sheets, follows)
        after = self.submitting(filed)()
        filed.number = number_on(after)
        return filed

    # -- following

    def sees(self, filed: Filed) -> Seen:
        page = self.open(f"/cases/{filed.id}")
        return seen_on(page.chips, page.text)

    def prints(self, filed: Filed, *documents: Kind) -> None:
        """Documents that this station makes, each a whole PDF and the same bytes again. Nothing without fonts."""
        for document in documents if self.has_fonts else ():
            page = self.open(f"/cases/{filed.id}/print/{document}")
            if page.type != "application/pdf" or sniff_paper(page.body) is not PaperType.PDF:
                raise NotThere(f"{document} is no PDF: {page.text[:300]}")
            if self.open(f"/cases/{filed.id}/print/{document}").body != page.body:
                raise NotThere(f"{document} is printed differently the second time")

    def document(self, filed: Filed, kind: Kind) -> bytes:
        """What the district made of this kind, the newest; the bytes that are printed here.

        :raises NotThere: it has not come yet
        """
        page = self.open(f"/cases/{filed.id}")
        name = DOCUMENTS[kind].zh
        found = [link.href for row in page.rows if row.text.startswith(name) for link in row.links]
        found = [href for href in found if f"/cases/{filed.id}/documents/" in href]
        if not found:
            raise NotThere(f"{name} of {filed.number} is not at {self.station}")
        return self.open(urljoin(page.url, found[-1])).body

    def verifies(self, data: bytes) -> Page:
        """The page that tells whether this file is genuine."""
        page = self.open("/verify")
        file = {"pdf": [Sheet("paper.pdf", "application/pdf", data)]}
        return self.browser.send(page, page.form("pdf"), files=file)

    def supplies(self, filed: Filed, material: str, *sheets: Sheet) -> Page:
        """Answers the correction notice with new scans of one material; the form stays as it was."""
        page = self.open(f"/cases/{filed.id}")
        form = self.browser.send(page, page.form(action=f"/cases/{filed.id}/supplement"))
        found = re.search(r"/drafts/([0-9a-f]+)", form.url)
        if found is None:
            raise NotThere(f"the notice cannot be answered: {form.status} {form.text[:300]}")
        draft = Filed(filed.station, found[1], filed.item, filed.answers)
        self.attaches(draft, material, *sheets)
        filed.papers |= draft.papers
        return self.submitting(draft)()

    def asks_withdrawal(self, filed: Filed, reason: str) -> Page:
        page = self.open(f"/cases/{filed.id}/withdrawal")
        return self.browser.send(page, page.form("reason"), {"reason": reason})

    def hands_over(self, filed: Filed, recipient: str) -> Page:
        page = self.open(f"/cases/{filed.id}/handover")
        typed = {"recipient": recipient, "checked": "yes", "signed": "yes"}
        after = self.browser.send(page, page.form("recipient"), typed)
        if after.status != 200 or after.has_form("recipient"):
            raise NotThere(f"{filed.number} is not handed over: {after.status} {after.text[:400]}")
        return after

    def returns_result(self, filed: Filed, reason: str) -> Page:
        """There is an error on what was issued."""
        page = self.open(f"/cases/{filed.id}/return")
        return self.browser.send(page, page.form("reason"), {"reason": reason})

    def lets_lapse(self, filed: Filed, reason: str) -> Page:
        """The correction never came, and no law says how long one waits for it."""
        page = self.open(f"/cases/{filed.id}/lapse")
        return self.browser.send(page, page.form("reason"), {"reason": reason})

    def settles(self, filed: Filed, note: str) -> None:
        """Whatever the attention list has of this case."""
        page = self.open("/attention")
        about = [row for row in page.rows if any(filed.id in link.href for link in row.links)]
        forms = [form for row in about for form in row.forms if "note" in form.names]
        if not forms:
            raise NotThere(f"nothing about {filed.number} can be settled at {page.url}: {page.text[:400]}")
        self.browser.send(page, forms[0], {"note": note})

    def all_cases(self) -> list[tuple[str, Seen]]:
        return self.every_case("/cases?show=all")


def number_on(page: Page) -> str:
    """
    :raises NotThere: no case number on this page
    """
    found = NUMBER.search(page.text)
    if page.status != 200 or found is None:
        raise NotThere(f"no case number at {page.url}: {page.status} {page.text[:300]}")
    return found[0]


def seen_on(chips: Sequence[str], text: str) -> Seen:
    status = next((STATUS_WORDS[chip] for chip in chips if chip in STATUS_WORDS), None)
    if status is None:
        raise NotThere(f"no status among {list(chips)}: {text[:200]}")
    return Seen(status, next((chip for chip in chips if chip.startswith(SYNC_WORDS)), ""))


def _choosing(page: Page, code: str) -> tuple[Form, tuple[str, str] | None]:
    for form in page.forms:
        for one in form.fields:
            if (one.name, one.value) == ("item", code):
                return form, ("item", code) if one.type == "button" else None
    raise NotThere(f"{code} cannot be chosen at {page.url}")


def _with_hidden(page: Page, name: str, value: str, *also: str) -> Form:
    for form in page.forms:
        if form.names.issuperset(also) and any((f.name, f.value) == (name, value) for f in form.fields):
            return form
    raise NotThere(f"no form for {name}={value} at {page.url}: {page.text[:300]}")
