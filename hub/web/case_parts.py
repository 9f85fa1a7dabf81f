"""What stands in a case: the answers, masked until somebody asks, and the papers with where each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from hub import stations, worklists
from hub.web.act_survey import MATERIAL
from hub.web.shown import is_public, label_of
from protocol.cases.acts import Paper
from protocol.cases.case import Case
from protocol.cases.rules import Act
from protocol.catalogue.items import Field, FieldRole, FieldType, Item
from protocol.clock import moment
from protocol.console import session
from protocol.console.mask import mask_name, mask_number, mask_phone
from protocol.console.pages import url
from protocol.console.parts import Row, Text
from protocol.console.texts import Lang, Phrase, say

SINCE = (Act.SUPPLEMENT, Act.SUPPLY, Act.RESCAN, Act.RECORD_SURVEY)  # papers that came after the case


@dataclass(frozen=True, slots=True)
class Group:
    """Answers about one thing: the applicant, the enterprise, the place."""

    title: Phrase
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class ShownPaper:
    label: Text
    href: str
    size_bytes: int
    is_image: bool
    is_here: bool
    is_lost: bool  # neither end has it any more
    since: Phrase | None  # came with a correction, later, or in the place of one that was lost


@dataclass(frozen=True, slots=True)
class ShownMaterial:
    name: Text
    required: bool
    standard: str
    papers: Sequence[ShownPaper]


def papers_of(case: Case) -> list[Paper]:
    """Those of the case, and the photos of its surveys."""
    photos = [paper for act in case.line if act.act is Act.RECORD_SURVEY for paper in act.papers]
    return [*case.papers, *photos]


def papers_state(
    case: Case,
    here: Mapping[str, worklists.PaperHere],
    station: stations.Station | None,
    connected: bool,
    at: datetime,
) -> Phrase | None:
    """Why papers are missing; None if all are here. That a paper is lost is known from the station's own answer."""
    away = [here.get(paper.digest, worklists.PaperHere(False, False)) for paper in case.papers]
    away = [state for state in away if not state.is_here]
    if not away:
        return None
    if lost := sum(state.is_lost for state in away):
        return say("case.papers-lost", count=lost)
    if station is None or not station.heard_at:
        return say("case.papers-never")
    if station.is_here(at, connected):
        return say("case.papers-coming")
    return say("case.papers-away", ago=at - moment(station.heard_at))


def groups(request: Request, case: Case, item: Item | None, *, shown: bool) -> list[Group]:
    changed = {key for step in case.steps if step.act.act is Act.SUPPLEMENT for key in step.act.answers}
    public = is_public(case.applicant.number, item)
    if item is None:
        rows = [
            Row(say("case.name"), case.applicant.name if shown or public else mask_name(case.applicant.name)),
            Row(
                say("case.id-number"), case.applicant.number if shown or public else mask_number(case.applicant.number)
            ),
            *(Row(key, answer if shown else "•" * min(len(answer), 12)) for key, answer in case.answers.items()),
        ]
        return [Group(say("about.matter"), rows)]
    groups: dict[str, list[Row]] = {}
    for field in item.fields:
        answer = case.answers.get(field.key, "")
        text = answer if shown else masked(field, answer, public=public)
        if field.type is FieldType.CHOICE:
            text = _choice(request, field, answer)
        label: Text = label_of(request, item, field.key)
        row = Row(label, text or "—", action=say("case.corrected") if field.key in changed else None)
        groups.setdefault(field.about, []).append(row)
    return [Group(say(f"about.{about}"), rows) for about, rows in groups.items()]


def masked(field: Field, answer: str, *, public: bool) -> str:
    """An answer as it stands on a screen that others can see."""
    if field.type is FieldType.ID_NUMBER:
        return mask_number(answer)
    if field.type is FieldType.PHONE:
        return mask_phone(answer)
    if field.role is FieldRole.APPLICANT_NAME and not public:
        return mask_name(answer)
    return answer


def _choice(request: Request, field: Field, answer: str) -> str:
    english = session.lang(request) is Lang.EN
    return next((c.label_en if english else c.label for c in field.choices if c.value == answer), answer)


def materials(
    request: Request, case: Case, item: Item | None, here: Mapping[str, worklists.PaperHere]
) -> list[ShownMaterial]:
    """Every material of the item that is asked of the applicant, then what was attached beside them."""
    since = {paper.digest: step.act.act for step in case.steps if step.act.act in SINCE for paper in step.act.papers}
    by_material: dict[str, list[ShownPaper]] = {}
    for paper in papers_of(case):
        papers = by_material.setdefault(paper.material, [])
        papers.append(_paper(request, case, paper, len(papers) + 1, here, since.get(paper.digest)))
    known = [m for m in item.materials if m.asked_of_applicant or m.code in by_material] if item else []
    shown = [
        ShownMaterial(label_of(request, item, m.code), m.required, m.standard, by_material.pop(m.code, []))
        for m in known
    ]
    if survey := by_material.pop(MATERIAL, []):
        shown.append(ShownMaterial(say("survey.photos"), False, "", survey))
    return shown + [ShownMaterial(code or "—", False, "", papers) for code, papers in by_material.items()]


def _paper(
    request: Request, case: Case, paper: Paper, number: int, here: Mapping[str, worklists.PaperHere], since: Act | None
) -> ShownPaper:
    state = here.get(paper.digest, worklists.PaperHere(False, False))
    return ShownPaper(
        label=paper.name or say("case.paper-number", number=number),
        href=url(request, "paper", case_id=case.id, digest=paper.digest),
        size_bytes=paper.size,
        is_image=paper.type.startswith("image/"),
        is_here=state.is_here,
        is_lost=state.is_lost,
        since=say(f"case.paper-since.{since}") if since else None,
    )
