"""What this station has already of an applicant's papers: from an earlier case, or a licence that it handed out itself.

Nobody is asked twice for what lies here. Only for the very number of the applicant, only where the item takes a
copy, and not older than a year; whether an old scan is still good is for the clerk to see, never for this module.
Nothing is copied: a paper that is used again is the same digest under another material.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlite_utils import Database

from node.drafts import Draft, add_paper, check_asked
from protocol import licences
from protocol.casebook import Casebook
from protocol.cases.acts import Paper
from protocol.cases.case import Case
from protocol.catalogue.items import FieldRole, Item, Material, PaperForm
from protocol.catalogue.papers import PaperType
from protocol.clock import CHINA, stamp

OLDEST = timedelta(days=365)
CASES_LOOKED_THROUGH = 20


@dataclass(frozen=True, slots=True)
class Held:
    """Files for one material of the draft at hand, and where they come from."""

    material: str
    case: str
    number: str  # of the case, or of the licence
    item: str
    item_version: int
    at: str  # stamp(): when the case was taken in, or the licence issued
    is_licence: bool
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """Where to look: the cases, what an item asked in a version, and whether the bytes of a digest are here."""

    book: Casebook
    item: Callable[[str, int], Item]
    has: Callable[[str], bool]


def held(db: Database, archive: Archive, item: Item, draft: Draft, at: datetime) -> list[Held]:
    """One for each material that is still without a file and of which something is here, the newest of its kind.

    Empty before the applicant is identified: the number in the form has to be a right one.
    """
    person = _person(item, draft)
    attached = {paper.material for paper in draft.papers}
    wanted = [
        one
        for one in item.materials_for(draft.known)
        if one.asked_of_applicant and PaperForm.COPY in one.forms and one.code not in attached
    ]
    if not person or not wanted or draft.supplements:
        return []
    found: dict[str, Held] = {}
    for case in _cases(db, archive, person, at):
        for material in wanted:
            offer = _licence(db, archive, case, material, at) or _papers(archive, case, material)
            if offer is not None:
                found.setdefault(material.code, offer)
    return [found[one.code] for one in wanted if one.code in found]


def use_held(tx: Database, draft_id: str, offer: Held, at: datetime) -> None:
    """The same bytes are a paper of this draft; its name says where they come from."""
    for paper in offer.papers:
        kept = msgspec.structs.replace(paper, material=offer.material, name=f"{offer.at[:10]} {offer.number}")
        add_paper(tx, draft_id, kept, at)


def _person(item: Item, draft: Draft) -> str:
    key = item.field_with(FieldRole.APPLICANT_ID).key
    wrong = {problem.field for problem in check_asked(item, draft).problems}
    return "" if key in wrong else draft.answers.get(key, "")


def _cases(db: Database, archive: Archive, person: str, at: datetime) -> Iterator[Case]:
    rows = db.execute(
        "select c.id from applicants a join cases c on c.id = a.case_id"
        " where a.person = ? and c.opened_at >= ? and c.status != '' order by c.opened_at desc, c.id limit ?",
        (person, stamp(at - OLDEST), CASES_LOOKED_THROUGH),
    ).fetchall()
    for row in rows:
        case = archive.book.case(db, str(row[0]))
        if case is not None and case.applicant.number == person:
            yield case


def _papers(archive: Archive, case: Case, material: Material) -> Held | None:
    """What the case has under a material of the same name; all its pages are here, or nothing is offered."""
    codes = {one.code for one in archive.item(case.item, case.item_version).materials if one.name == material.name}
    papers = tuple(paper for paper in case.papers if paper.material in codes)
    if not papers or not all(archive.has(paper.digest) for paper in papers):
        return None
    return Held(material.code, case.id, case.number, case.item, case.item_version, case.opened_at, False, papers)


def _licence(db: Database, archive: Archive, case: Case, material: Material, at: datetime) -> Held | None:
    """A licence in force that came out of the case, if the material is that licence."""
    licence = archive.item(case.item, case.item_version).licence
    if licence is None or licence.name != material.name:
        return None
    made = {act.made.number: act.made for act in case.documents if act.made is not None}
    day = at.astimezone(CHINA).date()
    for one in licences.of_case(db, case.id):
        pdf = made.get(one.number)
        if pdf is not None and one.state(day) is licences.State.IN_FORCE and archive.has(pdf.digest):
            paper = Paper(digest=pdf.digest, size=pdf.size, type=PaperType.PDF.value, material=material.code)
            return Held(material.code, case.id, one.number, case.item, case.item_version, one.issued_at, True, (paper,))
    return None
