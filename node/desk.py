"""What a clerk does at the desk: drafts, papers, submitting, supplying, handing over.

Every function that says something to the district writes the record and the entry in the journal in
the unit of work of its caller. A draft is the station's own and told to nobody; its papers are in the
blob store before its row names them, so a crash in between costs a photo nobody was shown as saved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from protocol.casebook import Casebook, tell
from protocol.cases.acts import Applicant, By, CaseAct, Intake, Paper
from protocol.cases.case import Case
from protocol.cases.guard import check
from protocol.cases.rules import Act, Side
from protocol.catalogue.forms import Checked, check_form
from protocol.catalogue.items import FieldRole, Item, Material
from protocol.clock import CHINA, stamp
from protocol.errors import Refused
from protocol.exchange.journal import Journal
from protocol.exchange.messages import Kind
from protocol.exchange.topics import HUB

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MAX_PAPERS = 60  # of one draft


@dataclass(frozen=True, slots=True)
class Draft:
    id: str
    item: str
    item_version: int
    supplements: str | None
    answers: dict[str, str]
    papers: list[Paper]
    begun_by: str
    begun_at: str
    saved_at: str


# -- drafts


def begin_draft(tx: Database, pen_entropy: bytes, item: Item, *, by: By, at: datetime) -> str:
    """Returns the id of the draft, which becomes the id of the case. `pen_entropy` is 16 random bytes."""
    return _add_draft(tx, pen_entropy.hex(), item.code, item.version, None, {}, by, at)


def begin_supplement(tx: Database, entropy: bytes, book: Casebook, case_id: str, *, by: By, at: datetime) -> str:
    """The draft in which the correction notice of a returned case is answered; the one already begun, if there is one.

    :raises Refused: no such case, or it is not the station's move
    """
    known = tx.execute("select id from drafts where supplements = ?", (case_id,)).fetchone()
    if known:
        return str(known["id"])
    case = need_case(tx, book, case_id)
    check(case, Act.SUPPLEMENT, Side.STATION, by, _blank(case, Act.SUPPLEMENT, by))
    return _add_draft(tx, entropy.hex(), case.item, case.item_version, case_id, case.answers, by, at)


def _add_draft(
    tx: Database,
    id_: str,
    item: str,
    version: int,
    supplements: str | None,
    answers: dict[str, str],
    by: By,
    at: datetime,
) -> str:
    tx.execute(
        "insert into drafts (id, item, item_version, supplements, answers, begun_by, begun_at, saved_at)"
        " values (?,?,?,?,?,?,?,?)",
        (id_, item, version, supplements, json.dumps(answers, ensure_ascii=False), by.account, stamp(at), stamp(at)),
    )
    return id_


def save_draft(tx: Database, draft_id: str, item: Item, answers: Mapping[str, str], at: datetime) -> Checked:
    """Keep what was typed, the wrong answers too; what is wrong comes back for the page."""
    checked = check_form(item, answers)
    saved = tx.execute(
        "update drafts set answers = ?, saved_at = ? where id = ?",
        (json.dumps(checked.answers, ensure_ascii=False), stamp(at), draft_id),
    )
    if saved.rowcount == 0:
        raise Refused("refused.no-draft", draft=draft_id)
    return checked


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
    """Thrown away by the clerk's own wish; nothing was told to anybody."""
    tx.execute("delete from draft_papers where draft = ?", (draft_id,))
    if tx.execute("delete from drafts where id = ?", (draft_id,)).rowcount == 0:
        raise Refused("refused.no-draft", draft=draft_id)


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


def _draft(db: Database, row: Mapping[str, str]) -> Draft:
    papers = db.execute(
        "select digest, size, type, material, name from draft_papers where draft = ? order by added_at, digest",
        (row["id"],),
    ).fetchall()
    return Draft(
        row["id"], row["item"], int(row["item_version"]), row["supplements"], json.loads(row["answers"]),
        [Paper(digest=p[0], size=p[1], type=p[2], material=p[3], name=p[4]) for p in papers],
        row["begun_by"], row["begun_at"], row["saved_at"],
    )  # fmt: skip


def applicant_of(item: Item, draft: Draft) -> str:
    """The applicant's name as far as it has been typed."""
    return draft.answers.get(item.field_with(FieldRole.APPLICANT_NAME).key, "")


def missing_materials(item: Item, draft: Draft) -> list[Material]:
    """Required materials of which nothing is attached yet."""
    attached = {paper.material for paper in draft.papers}
    return [material for material in item.required_materials if material.code not in attached]


# -- what is said to the district


def submit(tx: Database, pen: Journal, draft_id: str, item: Item, *, by: By, at: datetime) -> str:
    """The case is on this disk and owed to the district when the caller's unit of work is left. Returns its number.

    :raises Refused: the form has problems, required materials are missing, or the draft is gone (posted twice)
    """
    draft = need_draft(tx, draft_id)
    checked = check_form(item, draft.answers)
    if not checked.is_good:
        raise Refused("refused.form", count=len(checked.problems))
    missing = missing_materials(item, draft)
    if missing:
        raise Refused("refused.papers-missing", missing="、".join(material.name for material in missing))
    answers = checked.answers
    number = _next_number(tx, pen.party, draft_id, at)
    act = CaseAct(
        case=draft_id,
        id=draft_id,
        act=Act.SUBMIT,
        follows=None,
        by=by,
        at=stamp(at),
        intake=Intake(
            number=number,
            station=pen.party,
            item=item.code,
            item_version=item.version,
            applicant=Applicant(
                name=answers[item.field_with(FieldRole.APPLICANT_NAME).key],
                number=answers[item.field_with(FieldRole.APPLICANT_ID).key],
                phone=answers.get(item.field_with(FieldRole.APPLICANT_PHONE).key, ""),
            ),
            answers=answers,
            papers=draft.papers,
        ),
    )
    check(None, Act.SUBMIT, Side.STATION, by, act)
    _tell(tx, pen, act, at)
    discard_draft(tx, draft_id)
    return number


def supplement(tx: Database, pen: Journal, book: Casebook, draft_id: str, item: Item, *, by: By, at: datetime) -> str:
    """Answer the correction notice with what the draft holds. Returns the id of the case."""
    draft = need_draft(tx, draft_id)
    assert draft.supplements is not None
    case = need_case(tx, book, draft.supplements)
    checked = check_form(item, draft.answers)
    if not checked.is_good:
        raise Refused("refused.form", count=len(checked.problems))
    changed = {key: value for key, value in checked.answers.items() if case.answers.get(key) != value}
    if not changed and not draft.papers:
        raise Refused("refused.nothing-supplied")
    act = CaseAct(
        case=case.id,
        id=draft.id,
        act=Act.SUPPLEMENT,
        follows=case.tip,
        by=by,
        at=stamp(at),
        answers=changed,
        papers=draft.papers,
    )
    check(case, Act.SUPPLEMENT, Side.STATION, by, act)
    _tell(tx, pen, act, at)
    discard_draft(tx, draft_id)
    return case.id


def ask_withdrawal(
    tx: Database, pen: Journal, book: Casebook, case_id: str, act_id: bytes, *, reason: str, by: By, at: datetime
) -> None:
    """The applicant wants the case back: a request while the hub owns it."""
    case = need_case(tx, book, case_id)
    if not reason.strip():
        raise Refused("refused.reason-missing", act=Act.ASK_WITHDRAWAL)
    act = _blank(case, Act.ASK_WITHDRAWAL, by, id_=act_id.hex(), at=at, reason=reason.strip())
    check(case, Act.ASK_WITHDRAWAL, Side.STATION, by, act)
    _tell(tx, pen, act, at)


def rescan(
    tx: Database,
    pen: Journal,
    book: Casebook,
    case_id: str,
    act_id: bytes,
    lost: str,
    paper: Paper,
    *,
    by: By,
    at: datetime,
) -> None:
    """A scan that neither this station nor the district has any more was taken again. Moves nothing else.

    The bytes of `paper` are in the blob store already.
    :raises Refused: no-paper, for a scan that is not lost
    """
    case = need_case(tx, book, case_id)
    gone = tx.execute("select 1 from papers where digest = ? and case_id = ? and lost = 1", (lost, case_id)).fetchone()
    if gone is None or all(one.digest != lost for one in case.papers):
        raise Refused("refused.no-paper", paper=lost[:8])
    act = CaseAct(
        case=case.id,
        id=act_id.hex(),
        act=Act.RESCAN,
        follows=case.tip,
        by=by,
        at=stamp(at),
        papers=[paper],
        instead=lost,
    )
    check(case, Act.RESCAN, Side.STATION, by, act)
    _tell(tx, pen, act, at)


def hand_over(
    tx: Database, pen: Journal, book: Casebook, case_id: str, act_id: bytes, *, recipient: str, by: By, at: datetime
) -> None:
    """The result is in the applicant's hands (送达). `recipient` says who took it."""
    case = need_case(tx, book, case_id)
    if not recipient.strip():
        raise Refused("refused.recipient-missing")
    act = _blank(case, Act.HAND_OVER, by, id_=act_id.hex(), at=at, recipient=recipient.strip())
    check(case, Act.HAND_OVER, Side.STATION, by, act)
    _tell(tx, pen, act, at)


def note_reveal(tx: Database, case_id: str, *, by: By, at: datetime) -> None:
    """An applicant's numbers were shown in full to this person."""
    tx.execute("insert into reveals (case_id, account, at) values (?,?,?)", (case_id, by.account, stamp(at)))


def need_case(db: Database, book: Casebook, case_id: str) -> Case:
    """:raises Refused: no-case"""
    case = book.case(db, case_id)
    if case is None:
        raise Refused("refused.no-case", case=case_id[:8])
    return case


def _blank(
    case: Case, act: Act, by: By, *, id_: str = "", at: datetime | None = None, reason: str = "", recipient: str = ""
) -> CaseAct:
    return CaseAct(
        case=case.id,
        id=id_,
        act=act,
        follows=case.tip,
        by=by,
        at=stamp(at) if at else "",
        reason=reason,
        recipient=recipient,
    )


def _tell(tx: Database, pen: Journal, act: CaseAct, at: datetime) -> None:
    pen.write(tx, HUB, Kind.CASE_ACT, tell(act), by=act.by.account, at=at, case=act.case)


def _next_number(tx: Database, station: str, case_id: str, at: datetime) -> str:
    """STATION-26-00012-K7M: counted per station and year without the hub.

    The last three letters come from the case's random id. A station that was restored to an older copy
    counts some numbers again, and two citizens must not hold receipts with one number.
    """
    year = at.astimezone(CHINA).year
    row = tx.execute(
        "insert into counters (name, value) values (?, 1) on conflict (name) do update set value = value + 1 returning value",
        (f"cases-{year}",),
    ).fetchone()
    tail = int(case_id[:4], 16)
    check_letters = _CROCKFORD[tail >> 11 & 31] + _CROCKFORD[tail >> 5 & 31] + _CROCKFORD[tail & 31]
    return f"{station.upper()}-{year % 100:02d}-{row[0]:05d}-{check_letters}"
