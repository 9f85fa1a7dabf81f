"""What else a case has: its law, a commitment, what lacks, the survey, documents, cards, the others of one matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.requests import Request

from hub.remedies import Bodies
from hub.room import Room
from hub.shelf import Shelf
from hub.web.act_survey import record_rows
from hub.web.asking import Asked
from hub.web.shown import item_name, label_of, status_chip
from protocol.casebook import Casebook
from protocol.cases.case import Case
from protocol.cases.rules import Act, Flag
from protocol.catalogue.items import Item, Mode
from protocol.clock import moment
from protocol.console import session
from protocol.console.accounts import Account
from protocol.console.pages import url
from protocol.console.parts import Chip, Icon, Row, Tone
from protocol.console.texts import Lang, say
from protocol.documents.kinds import DOCUMENTS, Kind

SIBLINGS = 30  # of one applicant at one station that are looked through


@dataclass(frozen=True, slots=True)
class MoreOf:
    request: Request
    desk: Room
    case: Case
    item: Item | None
    me: Account


@dataclass(frozen=True, slots=True)
class DocumentShown:
    name: str
    number: str
    href: str | None  # None while its bytes are not here
    size_bytes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CardShown:
    chip: Chip
    why: str
    who: str
    at: datetime
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class SiblingShown:
    number: str
    item: str
    status: Chip
    href: str


@dataclass(frozen=True, slots=True)
class Sibling:
    case: Case

    def shown(self, request: Request, shelf: Shelf) -> SiblingShown:
        case = self.case
        return SiblingShown(
            case.number,
            item_name(request, shelf.item(case.item, case.item_version), case.item),
            status_chip(case.status) if case.status else Chip(""),
            url(request, "case", case_id=case.id),
        )


def more_rows(of: MoreOf) -> list[Row]:
    """Channel and authority, what it follows, the commitment, what lacks. Nothing for what is ordinary."""
    intake, rows = of.case.intake, list[Row]()
    if intake is None:
        return rows
    if intake.mode in list(Mode):
        rows.append(Row(say("case.mode"), say(f"case.mode.{intake.mode}")))
    if intake.channel != "window":
        rows.append(Row(say("case.channel"), intake.channel))
    if intake.after:
        rows.append(Row(say("case.after"), intake.after))
    if intake.licence:
        until = f"（{intake.licence_until}）" if intake.licence_until else ""
        rows.append(Row(say("case.licence"), intake.licence + until))
    for key, reason in intake.corrected_from_card.items():
        rows.append(Row(say("case.card-corrected", field=label_of(of.request, of.item, key)), reason))
    if of.item is not None:
        for situation in of.item.situations:
            answer = intake.situations.get(situation.key, "")
            english = session.lang(of.request) is Lang.EN
            chosen = next((c.label_en if english else c.label for c in situation.choices if c.value == answer), answer)
            if chosen:
                rows.append(Row(situation.label_en if english and situation.label_en else situation.label, chosen))
    if Flag.COMMITTED in of.case.flags and of.item is not None and of.item.commitment is not None:
        word = of.item.commitment
        rows.append(Row(say("facts.conditions"), "\n".join(word.conditions)))
        rows.append(Row(say("facts.consequences"), word.consequences))
    if Flag.LACKING in of.case.flags:
        follows = next((act for act in reversed(of.case.line) if act.act is Act.ACCEPT_CONDITIONALLY), None)
        when = {one.about: one.problem for one in follows.corrections} if follows else {}
        names = [f"{label_of(of.request, of.item, code)}：{when.get(code, '')}" for code in of.case.lacking]
        rows.append(Row(say("facts.lacking"), "\n".join(names)))
    return rows


def law_rows(of: MoreOf) -> list[Row]:
    """The version that the case is decided by, and what it rests on."""
    item = of.item
    if item is None:
        return []
    return [
        Row(say("case.version"), say("case.version-since", version=of.case.item_version, day=item.in_force_from)),
        Row(say("act.basis"), "\n".join(basis.text for basis in item.legal_basis)),
        Row(say("case.organ"), item.organ),
    ]


def survey_rows(of: MoreOf) -> list[Row]:
    act = next((act for act in reversed(of.case.line) if act.act is Act.RECORD_SURVEY), None)
    if act is None:
        return []
    return record_rows(
        Asked(of.request, of.desk, of.case, of.item, Act.RECORD_SURVEY, of.me, of.desk.clock.now(), Bodies()), act
    )


def documents_of(of: MoreOf) -> list[DocumentShown]:
    """Newest last, as they were made."""
    english = session.lang(of.request) is Lang.EN
    found = []
    for act in of.case.documents:
        made = act.made
        if made is None:
            continue
        row = DOCUMENTS[Kind(made.kind)] if made.kind in list(Kind) else None
        here = of.desk.blobs.has(made.digest)
        found.append(
            DocumentShown(
                (row.en if english else row.zh) if row else made.kind,
                made.number,
                url(of.request, "document", case_id=of.case.id, digest=made.digest) if here else None,
                made.size,
                moment(act.at),
            )
        )
    return found


def cards_of(of: MoreOf) -> list[CardShown]:
    answers = {act.request: act for act in of.case.line if act.act is Act.ANSWER_CARD}
    return [
        CardShown(
            Chip(say(f"flag.{card.card}"), Tone.BAD if card.card == "red" else Tone.WARN, Icon.ALERT),
            card.reason,
            card.by.name or card.by.account,
            moment(card.at),
            answers[card.id].reason if card.id in answers else "",
            (answers[card.id].by.name or answers[card.id].by.account) if card.id in answers else "",
        )
        for card in of.case.cards
    ]


def siblings_of(db: Database, book: Casebook, case: Case) -> list[Sibling]:
    """The other cases of one matter (一件事): the same applicant's, at the same station."""
    matter = case.intake.matter if case.intake else ""
    if not matter:
        return []
    rows = db.execute(
        "select id from cases where station = ? and applicant = ? and id != ? order by opened_at desc limit ?",
        (case.station, case.applicant.name, case.id, SIBLINGS),
    ).fetchall()
    found = [book.case(db, str(row[0])) for row in rows]
    return [Sibling(one) for one in found if one is not None and one.intake is not None and one.intake.matter == matter]
