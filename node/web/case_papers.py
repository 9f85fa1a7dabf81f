"""The papers of a case as the desk shows them: what the district has, what is on its way, what must be taken again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database
from starlette.requests import Request

from node.web.papers import Trouble, material_names
from protocol.cases.case import Case
from protocol.catalogue.items import Item
from protocol.console.pages import url
from protocol.console.parts import Chip, Icon, Text, Tone
from protocol.console.texts import say


@dataclass(frozen=True, slots=True)
class CasePaper:
    digest: str
    label: Text
    href: str
    size_bytes: int
    chip: Chip
    is_lost: bool  # at both ends: only a new scan helps
    can_open: bool
    trouble: Trouble | None  # with the new scan that was chosen


@dataclass(frozen=True, slots=True)
class CaseMaterial:
    name: str
    papers: Sequence[CasePaper]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    here: bool
    there: bool
    lost: bool


def whereabouts(db: Database, case_id: str) -> dict[str, Whereabouts]:
    """By digest."""
    rows = db.execute("select digest, here, there, lost from papers where case_id = ?", (case_id,)).fetchall()
    return {str(row[0]): Whereabouts(bool(row[1]), bool(row[2]), bool(row[3])) for row in rows}


def shown_papers(
    request: Request,
    case: Case,
    item: Item | None,
    known: Mapping[str, Whereabouts],
    troubles: Mapping[str, Trouble],
) -> list[CaseMaterial]:
    names = material_names(request, item) if item else {}
    materials: dict[str, list[CasePaper]] = {}
    for paper in case.papers:
        names.setdefault(paper.material, paper.name or paper.material)  # a signature is no material of the item
        papers = materials.setdefault(paper.material, [])
        where = known.get(paper.digest, Whereabouts(here=True, there=False, lost=False))
        papers.append(
            CasePaper(
                paper.digest,
                say("papers.scan", number=len(papers) + 1),
                url(request, "case.paper", case_id=case.id, digest=paper.digest),
                paper.size,
                _chip(where),
                where.lost,
                where.here,
                troubles.get(paper.digest),
            )
        )
    return [CaseMaterial(names[code], papers) for code, papers in materials.items()]


def _chip(where: Whereabouts) -> Chip:
    if where.lost:
        return Chip(say("paper.lost"), Tone.BAD, Icon.ALERT)
    if where.there:
        return Chip(say("paper.there"), Tone.GOOD, Icon.CHECK)
    if where.here:
        return Chip(say("paper.waits"), Tone.WARN, Icon.UP)
    return Chip(say("paper.sought"), Tone.WARN, Icon.HALF)
