"""Drafts: what is being put together at the desk and is told to nobody yet.

Whatever was typed is kept, the wrong answers too, and also those to questions that another choice has made
needless: choosing back brings them back. A paper is in the blob store before its row names it, so a crash in
between costs a photo nobody was shown as saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec
from sqlite_utils import Database

from node.matters import Application, asks_licence, must_commit
from protocol.cases.acts import By, Paper
from protocol.catalogue.forms import Checked, check_form
from protocol.catalogue.items import BatchWindow, FieldRole, Item, LicenceEffect, Material, Situation
from protocol.clock import stamp
from protocol.errors import Refused

MAX_PAPERS = 60  # of one draft
_CASE_NUMBER = re.compile(r"[A-Z0-9-]{3,32}-[0-9]{2}-[0-9]{5}-[0-9A-HJKMNP-TV-Z]{3}")


class CardRead(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an identity card filled, and which of it a clerk may change since, and why. The card itself is not kept."""

    kind: str
    at: str
    filled: dict[str, str]  # key of the field -> what the card says
    born: str = ""  # ISO day
    until: str = ""  # ISO day; "" for no end
    rare: bool = False  # has characters that have to be looked at on paper
    corrected: dict[str, str] = {}  # key of the field -> reason

    @property
    def locked(self) -> dict[str, str]:
        return {key: value for key, value in self.filled.items() if key not in self.corrected}


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an intake says besides the form; the names are those of Intake where they are the same."""

    situations: dict[str, str] = {}  # answers to questions that the form itself does not hold
    committed: bool = False
    lacking: list[str] = []
    after: str = ""
    licence: str = ""
    licence_until: str = ""
    channel: str = "window"
    fetch_at: str = ""
    parts: dict[str, int] = {}  # of a matter: the version of each of its items
    cards: dict[str, CardRead] = {}  # whose -> the card that was read last

    @property
    def locked(self) -> dict[str, str]:
        """Answers that come from a card and may not be changed without a reason."""
        return {key: value for card in self.cards.values() for key, value in card.locked.items()}


@dataclass(frozen=True, slots=True)
class Draft:
    id: str
    item: str
    item_version: int
    supplements: str | None  # the case to which something is brought
    answers: dict[str, str]
    papers: list[Paper]
    begun_by: str
    begun_at: str
    saved_at: str
    details: Details

    @property
    def known(self) -> dict[str, str]:
        """By what it is decided which fields and materials apply."""
        return self.answers | self.details.situations


@dataclass(frozen=True, slots=True)
class Ready:
    """What keeps a draft from being submitted; nothing if it is good."""

    checked: Checked
    unanswered: Sequence[Situation]
    missing: Sequence[Material]
    lacks: Mapping[str, str]  # name of the detail -> code of what is wrong with it

    @property
    def is_good(self) -> bool:
        return self.checked.is_good and not (self.unanswered or self.missing or self.lacks)


# -- beginning, keeping, throwing away


def begin_draft(
    tx: Database, pen_entropy: bytes, item: Item, *, by: By, at: datetime, parts: Sequence[Item] = ()
) -> str:
    """Returns the id of the draft, which becomes the id of the case. `pen_entropy` is 16 random bytes.

    `parts` are the items of a matter, in the versions that it will be decided by.
    """
    details = Details(parts={part.code: part.version for part in parts})
    return add_draft(tx, pen_entropy.hex(), item.code, item.version, None, {}, by, at, details)


def add_draft(
    tx: Database,
    id_: str,
    item: str,
    version: int,
    supplements: str | None,
    answers: dict[str, str],
    by: By,
    at: datetime,
    details: Details,
) -> str:
    tx.execute(
        "insert into drafts (id, item, item_version, supplements, answers, begun_by, begun_at, saved_at, details)"
        " values (?,?,?,?,?,?,?,?,?)",
        (id_, item, version, supplements, _json(answers), by.account, stamp(at), stamp(at), _json(details)),
    )
    return id_


def save_draft(tx: Database, draft_id: str, item: Item, answers: Mapping[str, str], at: datetime) -> Checked:
    """Keep what was typed, the wrong answers too; what is wrong comes back for the page.

    Answers to situation questions are taken wherever they come from; one that was not given stays as it was.
    :raises Refused: card-locked: an answer that comes from a card was changed
    """
    draft = need_draft(tx, draft_id)
    fields = {field.key for field in item.fields}
    chosen = {one.key: answers[one.key] for one in item.situations if one.key not in fields and one.key in answers}
    details = msgspec.structs.replace(draft.details, situations=draft.details.situations | chosen)
    typed = draft.answers | {key: value for key, value in answers.items() if key not in chosen}
    kept = check_form(item, {key: value for key, value in typed.items() if key in fields}).answers
    locked = details.locked
    for field in item.fields:
        if field.key in locked and kept.get(field.key) != locked[field.key]:
            raise Refused("refused.card-locked", field=field.label)
    tx.execute(
        "update drafts set answers = ?, details = ?, saved_at = ? where id = ?",
        (_json(kept), _json(details), stamp(at), draft_id),
    )
    return check_asked(item, replace(draft, answers=kept, details=details))


def save_details(tx: Database, draft_id: str, at: datetime, **changed: object) -> Draft:
    """Change some of the details and leave the others."""
    draft = need_draft(tx, draft_id)
    details = msgspec.structs.replace(draft.details, **changed)
    tx.execute("update drafts set details = ?, saved_at = ? where id = ?", (_json(details), stamp(at), draft_id))
    return replace(draft, details=details)


def let_follow(tx: Database, draft_id: str, item: Item, material: str, follows: bool, at: datetime) -> None:
    """The applicant wants to bring a secondary material later (容缺), or has brought it after all.

    :raises Refused: not-secondary: the item does not allow that
    """
    draft = need_draft(tx, draft_id)
    if follows and material not in {one.code for one in may_follow(item, draft)}:
        found = item.material(material)
        raise Refused("refused.not-secondary", material=found.name if found else material)
    others = [code for code in draft.details.lacking if code != material]
    save_details(tx, draft_id, at, lacking=[*others, material] if follows else others)


def add_paper(tx: Database, draft_id: str, paper: Paper, at: datetime) -> None:
    """The bytes are in the blob store already. The same scan twice for one material is one paper."""
    draft = need_draft(tx, draft_id)
    if len(draft.papers) >= MAX_PAPERS:
        raise Refused("refused.papers-many", limit=MAX_PAPERS)
    tx.execute(
        "insert or ignore into draft_papers (draft, digest, size, type, material, name, added_at) values (?,?,?,?,?,?,?)",
        (draft_id, paper.digest, paper.size, paper.type, paper.material, paper.name, stamp(at)),
    )
    tx.execute("update drafts set saved_at = ? where id = ?", (stamp(at), draft_id))


def remove_paper(tx: Database, draft_id: str, material: str, digest: str) -> None:
    """:raises Refused: it is not (any more) on this draft"""
    gone = tx.execute(
        "delete from draft_papers where draft = ? and material = ? and digest = ?", (draft_id, material, digest)
    )
    if gone.rowcount == 0:
        raise Refused("refused.no-paper", paper=digest[:8])


def discard_draft(tx: Database, draft_id: str) -> None:
    """Thrown away by the clerk's own wish, or submitted; nothing was told to anybody here."""
    tx.execute("delete from draft_papers where draft = ?", (draft_id,))
    if tx.execute("delete from drafts where id = ?", (draft_id,)).rowcount == 0:
        raise Refused("refused.no-draft", draft=draft_id)


# -- looking


def need_draft(db: Database, draft_id: str) -> Draft:
    """:raises Refused: no-draft"""
    row = db.execute("select * from drafts where id = ?", (draft_id,)).fetchone()
    if row is None:
        raise Refused("refused.no-draft", draft=draft_id)
    return _draft(db, row)


def drafts(db: Database, limit: int = 100) -> list[Draft]:
    """Latest first."""
    rows = db.execute("select * from drafts order by saved_at desc limit ?", (limit,)).fetchall()
    return [_draft(db, row) for row in rows]


def draft_for(db: Database, case_id: str) -> str | None:
    """The one in which something is put together for this case, if somebody has begun it."""
    row = db.execute("select id from drafts where supplements = ?", (case_id,)).fetchone()
    return str(row["id"]) if row else None


def _draft(db: Database, row: Mapping[str, str]) -> Draft:
    papers = db.execute(
        "select digest, size, type, material, name from draft_papers where draft = ? order by added_at, digest",
        (row["id"],),
    ).fetchall()
    return Draft(
        row["id"], row["item"], int(row["item_version"]), row["supplements"],
        msgspec.json.decode(row["answers"], type=dict[str, str]),
        [Paper(digest=p[0], size=p[1], type=p[2], material=p[3], name=p[4]) for p in papers],
        row["begun_by"], row["begun_at"], row["saved_at"], msgspec.json.decode(row["details"], type=Details),
    )  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


# -- whether it can be submitted


def applicant_of(item: Item, draft: Draft) -> str:
    """The applicant's name as far as it has been typed."""
    return draft.answers.get(item.field_with(FieldRole.APPLICANT_NAME).key, "")


def check_asked(item: Item, draft: Draft) -> Checked:
    """The form as far as it applies in this situation."""
    asked = item.fields_for(draft.known)
    keys = {field.key for field in asked}
    return check_form(replace(item, fields=asked), {key: v for key, v in draft.answers.items() if key in keys})


def may_follow(item: Item, draft: Draft) -> list[Material]:
    """Secondary materials that the item lets the applicant bring later, in this situation."""
    if item.conditional is None:
        return []
    return [material for material in item.required_materials_for(draft.known) if material.secondary]


def missing_materials(item: Item, draft: Draft) -> list[Material]:
    """Required materials of which nothing is attached yet and that are not to follow."""
    attached = {paper.material for paper in draft.papers} | set(draft.details.lacking)
    return [material for material in item.required_materials_for(draft.known) if material.code not in attached]


def readiness(application: Application, draft: Draft, on: date) -> Ready:
    """Everything that is wrong or lacks, at once. `on` is the day at this station."""
    item, details = application.form, draft.details
    lacks: dict[str, str] = {}
    if must_commit(application, draft.known) and not details.committed:
        lacks["committed"] = "refused.not-committed"
    if item.after and not _CASE_NUMBER.fullmatch(details.after):
        lacks["after"] = "refused.first-stage"
    if asks_licence(item) and not details.licence:
        lacks["licence"] = "refused.no-licence"
    if renews(item) and not _is_day(details.licence_until):
        lacks["licence_until"] = "refused.no-licence-end"
    if item.windows and open_window(item.windows, on) is None:
        lacks["window"] = "refused.window-closed"
    return Ready(check_asked(item, draft), item.unanswered(draft.known), missing_materials(item, draft), lacks)


def corrected_from_card(draft: Draft) -> dict[str, str]:
    """Key of the field -> why its answer is not what the card says."""
    return {
        key: reason
        for card in draft.details.cards.values()
        for key, reason in card.corrected.items()
        if draft.answers.get(key, "") != card.filled.get(key)
    }


def renews(item: Item) -> bool:
    return item.licence is not None and item.licence.effect is LicenceEffect.RENEWS


def open_window(windows: Sequence[BatchWindow], on: date) -> BatchWindow | None:
    """The batch window that a day lies in."""
    day = on.strftime("%m-%d")
    return next((window for window in windows if window.opens <= day <= window.closes), None)


def next_window(windows: Sequence[BatchWindow], on: date) -> tuple[BatchWindow, date]:
    """The one that opens next, and on which day; there is at least one window."""
    found = []
    for window in windows:
        month, day = (int(part) for part in window.opens.split("-"))
        opens = date(on.year, month, day)
        found.append((opens if opens > on else date(on.year + 1, month, day), window))
    opens, window = min(found, key=lambda one: one[0])
    return window, opens


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
