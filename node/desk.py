"""What a clerk says to the district at the desk: a case, what was asked for, what follows later.

Each function writes the record and the entry in the journal in the unit of work of its caller. What is put
together before that is a draft (drafts.py); what happens to a result stands in after.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from node import signature
from node.drafts import (
    Details,
    Draft,
    Ready,
    add_draft,
    check_asked,
    corrected_from_card,
    discard_draft,
    draft_for,
    may_follow,
    need_draft,
    readiness,
)
from node.matters import Application, Part, application_of, asks_licence, case_of_matter, commitments
from node.numbering import next_number
from protocol.casebook import Casebook, tell
from protocol.cases.acts import Applicant, By, CaseAct, Intake, Trace
from protocol.cases.case import Case
from protocol.cases.guard import check
from protocol.cases.rules import Act, Flag, Side, Status
from protocol.catalogue.items import FieldRole, Item
from protocol.clock import CHINA, stamp
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB

_GRANTED = (Status.GRANTED, Status.ISSUED, Status.HANDED_OVER, Status.ARCHIVED)


# -- a case


def submit(
    tx: Database,
    pen: Journal,
    draft_id: str,
    item: Item | Application,
    *,
    by: By,
    at: datetime,
    mode: Mapping[str, str] | None = None,
    trace: Trace | None = None,
) -> str:
    """The case, or every case of the matter, is on this disk and owed to the district when the caller's unit of work
    is left. Returns the number, of a matter the first one.

    `mode` is what this station may do, by code of the item; `trace`, why rules did not decide it at once.
    :raises Refused: whatever readiness() names, or the draft is gone (posted twice)
    """
    application = application_of(item) if isinstance(item, Item) else item
    draft, ready = need_ready(tx, draft_id, application, at)
    matter = draft_id if application.is_matter else ""
    first = ""
    for place, part in enumerate(application.parts):
        case_id = case_of_matter(draft_id, place)
        number = next_number(tx, pen.party, case_id, at)
        intake = intake_of(
            application, part, draft, ready, number, pen.party, matter, (mode or {}).get(part.item.code, "")
        )
        act = CaseAct(
            case=case_id, id=case_id, act=Act.SUBMIT, follows=None, by=by, at=stamp(at), intake=intake, trace=trace
        )
        check(None, Act.SUBMIT, Side.STATION, by, act)
        say_to_hub(tx, pen, act, at)
        first = first or number
    discard_draft(tx, draft_id)
    return first


def need_ready(db: Database, draft_id: str, application: Application, at: datetime) -> tuple[Draft, Ready]:
    """The draft, whole enough to be taken in.

    :raises Refused: whatever readiness() names; no-draft; first-stage
    """
    draft = need_draft(db, draft_id)
    ready = readiness(application, draft, at.astimezone(CHINA).date())
    _require(ready)
    if not comes_after(db, application.form, draft.details.after):
        raise Refused("refused.first-stage")
    return draft, ready


def comes_after(db: Database, item: Item, number: str) -> bool:
    """False if the case that is named as the first stage is known here and is none, or was not granted.

    A case of another station is not known here; the district looks.
    """
    if not item.after:
        return True
    row = db.execute("select item, status from cases where number = ? and status != ''", (number,)).fetchone()
    return row is None or (row[0] in item.after and row[1] in _GRANTED)


def _require(ready: Ready) -> None:
    if ready.unanswered:
        raise Refused("refused.situations", count=len(ready.unanswered))
    if not ready.checked.is_good:
        raise Refused("refused.form", count=len(ready.checked.problems))
    if ready.missing:
        raise Refused("refused.papers-missing", missing="、".join(material.name for material in ready.missing))
    for code in ready.lacks.values():
        raise Refused(code)


def intake_of(
    application: Application,
    part: Part,
    draft: Draft,
    ready: Ready,
    number: str,
    station: str,
    matter: str,
    mode: str,
) -> Intake:
    """What the draft says of one item of the application, as it is told."""
    item, details = part.item, draft.details
    known = ready.checked.answers | details.situations
    answers = part.answers(known)
    own = application.own_answers(known) if application.is_matter else {}
    attached = {paper.material for paper in draft.papers}
    follow = {one.code for one in may_follow(application.form, draft)} & set(details.lacking) - attached
    own_keys = {field.key for field in item.fields}
    renewal = asks_licence(item)
    corrected = corrected_from_card(draft)
    return Intake(
        number=number,
        station=station,
        item=item.code,
        item_version=item.version,
        applicant=Applicant(
            name=answers[item.field_with(FieldRole.APPLICANT_NAME).key],
            number=answers[item.field_with(FieldRole.APPLICANT_ID).key],
            phone=answers.get(item.field_with(FieldRole.APPLICANT_PHONE).key, ""),
        ),
        answers=own | answers,
        papers=[
            *part.papers(draft.papers, known),
            *application.own_papers(draft.papers, known),
            *(paper for paper in draft.papers if paper.material == signature.MATERIAL),
        ],
        situations={key: value for key, value in part.chosen(known).items() if key not in own_keys},
        channel=details.channel,
        mode=mode,
        committed=details.committed and any(one is item for one, _ in commitments(application, known)),
        lacking=[
            own
            for own, code in part.materials.items()
            if code in follow and _is_asked(item, own, answers | part.chosen(known))
        ],
        matter=matter,
        after=details.after if item.after else "",
        licence=details.licence if renewal else "",
        licence_until=details.licence_until if renewal else "",
        fetch_at=details.fetch_at,
        corrected_from_card={key: corrected[key] for key in own if key in corrected}
        | {key: corrected[one] for key, one in part.fields.items() if one in corrected and key in answers},
    )


def _is_asked(item: Item, material: str, answers: Mapping[str, str]) -> bool:
    return any(one.code == material and one.secondary for one in item.materials_for(answers))


# -- what is brought to a case that is under way


def begin_supplement(tx: Database, entropy: bytes, book: Casebook, case_id: str, *, by: By, at: datetime) -> str:
    """The draft in which something is put together for a case; the one already begun, if there is one.

    :raises Refused: no such case, or nothing can be brought to it now
    """
    known = draft_for(tx, case_id)
    if known:
        return known
    case = need_held(tx, book, case_id)
    act = Act.SUPPLY if waits_for_papers(case) else Act.SUPPLEMENT
    check(case, act, Side.STATION, by, blank(case, act, by))
    situations = case.intake.situations if case.intake else {}
    return add_draft(
        tx, entropy.hex(), case.item, case.item_version, case_id, case.answers, by, at, Details(situations=situations)
    )


def answers_notice(case: Case) -> bool:
    """Whether what is brought answers the correction notice: the case is here, and nobody has given it back."""
    return case.status is Status.RETURNED


def waits_for_papers(case: Case) -> bool:
    """Whether papers can be brought beside the line.

    They were to follow; or a notice has not been answered and the case is with the district again, since the time was
    over or the wish to withdraw was declined; or the law accepted the case before anybody said what lacks.
    """
    if case.status is Status.RECEIVED:
        return bool(case.corrections) or Flag.LAPSED in case.flags
    return case.status in (Status.ACCEPTED, Status.REVIEWED) and not case.flags.isdisjoint(
        (Flag.LACKING, Flag.DEEMED_ACCEPTED)
    )


def supplement(tx: Database, pen: Journal, book: Casebook, draft_id: str, item: Item, *, by: By, at: datetime) -> Act:
    """Send what the draft holds, and say as what it was sent.

    It answers the correction notice while the case waits here; after that, and for papers that were to follow, it
    is SUPPLY: kept with the case wherever that is by now, and the district decides what becomes of it.
    :raises Refused: nothing-supplied; form; not-open once the case has ended
    """
    draft = need_draft(tx, draft_id)
    assert draft.supplements is not None
    case = need_held(tx, book, draft.supplements)
    act = Act.SUPPLY if waits_for_papers(case) else Act.SUPPLEMENT
    checked = check_asked(item, draft)
    if act is Act.SUPPLEMENT and not checked.is_good:
        raise Refused("refused.form", count=len(checked.problems))
    changed = {key: value for key, value in checked.answers.items() if case.answers.get(key) != value}
    if not draft.papers and (act is Act.SUPPLY or not changed):
        raise Refused("refused.nothing-supplied")
    told = CaseAct(
        case=case.id, id=draft.id, act=act, follows=case.tip, by=by, at=stamp(at), answers=changed, papers=draft.papers
    )
    check(case, act, Side.STATION, by, told)
    say_to_hub(tx, pen, told, at)
    discard_draft(tx, draft_id)
    return act


# -- for those who say something to the district


def need_case(db: Database, book: Casebook, case_id: str) -> Case:
    """:raises Refused: no-case"""
    case = book.case(db, case_id)
    if case is None:
        raise Refused("refused.no-case", case=case_id[:8])
    return case


def need_held(db: Database, book: Casebook, case_id: str) -> Case:
    """:raises Refused: no-case; not-holder, for a case that has been moved to another station"""
    case = need_case(db, book, case_id)
    if case.station and case.station != book.party:
        raise Refused("refused.not-holder")
    return case


def blank(case: Case, act: Act, by: By, *, id_: str = "", at: datetime | None = None, reason: str = "") -> CaseAct:
    return CaseAct(case=case.id, id=id_, act=act, follows=case.tip, by=by, at=stamp(at) if at else "", reason=reason)


def say_to_hub(tx: Database, pen: Journal, act: CaseAct, at: datetime) -> None:
    pen.write(tx, HUB, Kind.CASE_ACT, tell(act), by=act.by.account, at=at, case=act.case)
