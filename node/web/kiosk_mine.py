"""A citizen's own cases at the kiosk: by his card all of them and their papers; by a receipt code how one stands.

What is shown is masked, for others may stand behind him. A paper is for the card alone: whoever found a slip has the
code, and may have read the end of the number over a shoulder. A refusal is served at the counter before it is
printed here, because the time to contest it runs from there. Printing itself is kiosk_print.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import desk, documents
from node.cases import SyncState, sync_of
from node.kiosk import codes, sessions
from node.kiosk.sessions import Identity
from node.web.bar import last_heard
from node.web.documents import document_name
from node.web.intake import demands_of
from node.web.kiosk import Frame, Visit, frame
from node.web.kiosk_card import author
from node.web.room import Look
from node.web.tools import house, item_name, status_chip
from protocol.casebook import documents_of
from protocol.cases.case import Case
from protocol.cases.rules import Act, Status
from protocol.clock import moment
from protocol.console import forms
from protocol.console.mask import mask_name
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Chip, Filled
from protocol.console.texts import Phrase, say
from protocol.documents.kinds import Kind
from protocol.errors import Refused

LOOKED_THROUGH = 200  # cases of people of one name
SHOWN = 6
_HANDED = frozenset({Status.HANDED_OVER, Status.ARCHIVED})
# before it is handed over, what is in his favour; afterwards everything that he was handed
_WELCOME = frozenset(
    {Kind.GRANT, Kind.LICENCE, Kind.INSTANT, Kind.INSTANT_LICENCE, Kind.ACCEPTANCE, Kind.RECEIPT, Kind.COMMITMENT}
)
_HIS = _WELCOME | {Kind.DENIAL, Kind.NON_ACCEPTANCE, Kind.NOT_REQUIRED, Kind.WITHDRAWAL, Kind.TERMINATION}


@dataclass(frozen=True, slots=True)
class MyCase:
    id: str
    item: str
    number: str
    status: Chip
    at: datetime


@dataclass(frozen=True, slots=True)
class MinePage:
    template = "kiosk_mine.html"
    look: Look
    frame: Frame
    who: str  # masked
    cases: Sequence[MyCase]
    more: int
    as_of: Phrase


@dataclass(frozen=True, slots=True)
class CodePage:
    template = "kiosk_code.html"
    look: Look
    frame: Frame
    form: Filled


@dataclass(frozen=True, slots=True)
class CasePage:
    """How a case stands, and with the card what can be printed of it."""

    template = "kiosk_case.html"
    look: Look
    frame: Frame
    case_id: str
    item: str
    number: str
    applicant: str  # masked
    status: Chip
    next_step: Phrase
    here_since: datetime
    delivered: bool  # the district has it
    papers: Sequence[tuple[str, str]]  # name, where it is printed
    lacks: Sequence[tuple[str, str]]  # of a case that came back: what, and what is wrong with it
    may_supply: bool
    waits_at_desk: bool
    needs_card: bool
    as_of: Phrase


# -- his own, by the card


def mine(request: Request, visit: Visit) -> Response:
    if visit.person is None or visit.person.card is None:
        return see_other(request, "kiosk.card")
    here = house(request)
    with here.store.read() as db:
        found = own_cases(request, db, visit)
        as_of = _as_of(request, db)
    with here.store.write() as tx:
        sessions.did(tx, visit.session, "mine")
    lines = [_line(request, case) for case in found[:SHOWN]]
    who = mask_name(visit.person.name)
    page = MinePage(visit.look, frame(request, visit, "mine"), who, lines, max(0, len(found) - SHOWN), as_of)
    return render(request, page)


def own_cases(request: Request, db: Database, visit: Visit) -> list[Case]:
    """Cases of this station whose applicant's number is that of the card, the newest first."""
    assert visit.person is not None
    rows = db.execute(
        "select id from cases where applicant = ? and status != '' order by opened_at desc limit ?",
        (visit.person.name, LOOKED_THROUGH),
    ).fetchall()
    book = house(request).book
    cases = (book.case(db, str(row[0])) for row in rows)
    return [case for case in cases if case is not None and case.applicant.number == visit.person.number]


# -- one, by its code


def ask_code(request: Request, visit: Visit) -> Response:
    return render(request, CodePage(visit.look, frame(request, visit, "code"), Filled()))


def find(request: Request, visit: Visit, form: FormData) -> Response:
    """A draft is gone on with; a case is shown. Which of the two answers was wrong is not said.

    :raises Refused: code-wait
    """
    here = house(request)
    code, last_four = forms.text(form, "code")[:40], forms.text(form, "last-four")[:4]
    with here.store.write() as tx:
        machine = visit.session.machine
        found = codes.look_up(tx, here.book, here.shelf.item, code, last_four, machine=machine, at=visit.at)
        if found is not None and found.is_draft:
            row = tx.execute("select item from drafts where id = ?", (found.id,)).fetchone()
            sessions.take_draft(tx, visit.session, found.id, str(row[0]))
            sessions.know(tx, visit.session, _at_least(visit, Identity.CODE))
        elif found is not None:
            sessions.know(tx, visit.session, _at_least(visit, Identity.CODE), found.id)
            sessions.did(tx, visit.session, "progress")
    if found is None:
        problems = {"code": say("kiosk.code-wrong")}
        page = CodePage(visit.look, frame(request, visit, "code"), Filled({"code": code}, problems))
        return render(request, page, status=422)
    return (
        see_other(request, "kiosk.ask", place=0)
        if found.is_draft
        else see_other(request, "kiosk.case", case_id=found.id)
    )


def show_case(request: Request, visit: Visit) -> Response:
    here = house(request)
    with here.store.read() as db:
        case, by_card = need_his(request, db, visit)
        as_of, sync = _as_of(request, db), sync_of(db, case.id)
        papers = _papers(request, db, case) if by_card else []
    item = here.shelf.item(case.item, case.item_version)
    assert case.status is not None
    lacks = demands_of(request, item, case) if by_card and desk.answers_notice(case) else []
    page = CasePage(
        visit.look,
        frame(request, visit, "case"),
        case.id,
        item_name(request, item),
        case.number,
        mask_name(case.applicant.name),
        status_chip(case.status),
        say(f"kiosk.next-{case.status}"),
        moment(case.opened_at),
        sync.state in (SyncState.ACKED, SyncState.PARTIAL),
        papers,
        [(one.about, one.problem) for one in lacks],
        bool(lacks) and all(item.material(one.about) for one in case.corrections),
        case.status in (Status.ISSUED, Status.NOT_ACCEPTED, Status.WITHDRAWN),
        not by_card,
        as_of,
    )
    return render(request, page)


def supply(request: Request, visit: Visit, form: FormData) -> Response:
    """What the notice asks for is put together here, for the card alone and where papers are all that lacks.

    :raises Refused: no-case; needs-card; not-open
    """
    here = house(request)
    with here.store.write() as tx:
        case, by_card = need_his(request, tx, visit)
        if not by_card:
            raise Refused("refused.needs-card")
        if not desk.answers_notice(case):
            raise Refused("refused.not-open", act=Act.SUPPLEMENT, status=case.status)
        entropy = here.store.entropy(16)
        draft = desk.begin_supplement(tx, entropy, here.book, case.id, by=author(visit), at=visit.at)
        sessions.take_draft(tx, visit.session, draft, case.item)
    return see_other(request, "kiosk.papers")


# -- what he may see


def need_his(request: Request, db: Database, visit: Visit) -> tuple[Case, bool]:
    """The case of the address, and whether the card says that it is his.

    :raises Refused: no-case, for one that this visitor may not see: whether there is such a case is not said
    """
    case_id = str(request.path_params["case_id"])
    case = desk.need_case(db, house(request).book, case_id)
    person = visit.person
    if person is not None and person.card is not None and case.applicant.number == person.number:
        return case, True
    if visit.session.case == case_id:
        return case, False
    raise Refused("refused.no-case", case=case_id[:8])


def need_printable(request: Request, db: Database, visit: Visit) -> Case:
    """:raises Refused: no-case; needs-card; no-page, for what is not printed here (yet)"""
    case, by_card = need_his(request, db, visit)
    document = str(request.path_params["document"])
    if document == Kind.RECEIPT and _just_sent(case, visit):
        return case
    if not by_card:
        raise Refused("refused.needs-card")
    if not any(href.endswith(f"/{document}") for _, href in _papers(request, db, case)):
        raise Refused("refused.no-page")
    return case


def _just_sent(case: Case, visit: Visit) -> bool:
    """In this very visit, and nobody has asked for it by a code since: whoever sent it may take the receipt along."""
    session = visit.session
    came_now = moment(case.opened_at) >= session.started_at  # and not another's, found by a code after a card was shown
    is_his = session.case == case.id and case.item in session.done and session.identity is not Identity.CODE
    return is_his and came_now


def _papers(request: Request, db: Database, case: Case) -> list[tuple[str, str]]:
    """What can be printed for its owner now: name, address."""
    allowed = _HIS if case.status in _HANDED else _WELCOME
    rows = db.execute("select digest from papers where case_id = ? and here = 1", (documents_of(case.id),)).fetchall()
    here = {str(row[0]) for row in rows}
    found: dict[str, str] = {}
    for kind in documents.ours(case):
        if kind in allowed:
            found[kind.value] = url(request, "kiosk.print", case_id=case.id, document=kind.value)
    for told in case.documents:
        made = told.made
        if made is not None and made.kind in allowed and made.digest in here:
            found[made.kind] = url(request, "kiosk.print", case_id=case.id, document=made.digest)
    for kind in documents.theirs(case):
        if kind in allowed and kind.value not in found:
            found[kind.value] = url(request, "kiosk.print", case_id=case.id, document=kind.value)
    return [(document_name(request, kind), href) for kind, href in found.items()]


def _line(request: Request, case: Case) -> MyCase:
    assert case.status is not None
    item = item_name(request, house(request).shelf.item(case.item, case.item_version))
    return MyCase(case.id, item, case.number, status_chip(case.status), moment(case.opened_at))


def _as_of(request: Request, db: Database) -> Phrase:
    """Until when what the district has said is known here."""
    if house(request).link_state().connected:
        return say("kiosk.as-of", at=house(request).clock.now())
    heard = last_heard(db)
    return say("kiosk.as-of-dark", at=heard) if heard else say("kiosk.as-of-never")


def _at_least(visit: Visit, identity: Identity) -> Identity:
    """A code tells less than the card that he has shown already."""
    return visit.session.identity if visit.session.identity is Identity.CARD else identity
