"""What is printed for the applicant: every document as the file that was kept of it, and where a case lists them.

A document of this station is made when it is first asked for, kept, and named in the case; from then on the same
bytes are printed. What the district made is printed byte by byte. A file name is the number of the case and says
nothing of a person. A character that no font here has stops the printing; with `hand=1` its place stays blank.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import Response

from node import after, desk, documents
from node.documents import Writing
from node.matters import case_of_matter
from node.web.papers import PDF_CSP
from node.web.tools import by, house, item_name, printer_of
from protocol.casebook import documents_of
from protocol.cases.acts import By, Made
from protocol.cases.case import Case
from protocol.console import session
from protocol.console.pages import render, translator, url
from protocol.console.parts import Chip, Icon, Tone
from protocol.console.texts import Lang, say
from protocol.documents.front import Issuable
from protocol.documents.kinds import DOCUMENTS, Kind
from protocol.documents.produce import produce
from protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another case of the same matter."""

    id: str
    number: str
    item: str


@dataclass(frozen=True, slots=True)
class GlyphsPage:
    template = "glyphs.html"
    section = "cases"
    case_id: str
    number: str
    happened: str
    by_hand: str  # address of the same document with blanks


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document of a case as its page lists it."""

    name: str
    number: str
    href: str  # empty while the file is on its way
    chip: Chip | None
    prints: str  # where its button posts to; empty without a printer


def siblings_of(request: Request, db: Database, case: Case) -> list[Sibling]:
    """The other cases of one matter that were submitted here with it."""
    matter = case.intake.matter if case.intake else ""
    if not matter:
        return []
    found: list[Sibling] = []
    place = 0
    while True:
        other = case_of_matter(matter, place)
        row = db.execute("select number, item, item_version from cases where id = ?", (other,)).fetchone()
        if row is None:
            return found
        place += 1
        if other != case.id:
            found.append(Sibling(other, str(row[0]), _item_name(request, str(row[1]), int(row[2]))))


def _item_name(request: Request, code: str, version: int) -> str:
    try:
        return item_name(request, house(request).shelf.item(code, version))
    except Refused:
        return code


# -- the list on the page of a case


def document_lines(request: Request, db: Database, case: Case) -> list[DocumentLine]:
    """First what was made, in its order; then what this station can make or print from the record."""
    rows = db.execute("select digest, here from papers where case_id = ?", (documents_of(case.id),)).fetchall()
    here = {str(row[0]) for row in rows if row[1]}
    printer = printer_of(request)
    lines, listed = [], set[tuple[str, str]]()
    for told in case.documents:
        made = told.made
        if made is None or (made.kind, made.number) in listed:
            continue
        listed.add((made.kind, made.number))
        is_here = made.digest in here
        chip = None if is_here else Chip(say("document.on-its-way"), Tone.WARN, Icon.HALF)
        href = url(request, "document.made", case_id=case.id, digest=made.digest) if is_here else ""
        prints = url(request, "document.made.print", case_id=case.id, digest=made.digest) if is_here and printer else ""
        lines.append(DocumentLine(document_name(request, made.kind), made.number, href, chip, prints))
    for kind in documents.ours(case):
        number = documents.number_on(kind, case)
        if (kind.value, number) not in listed:
            lines.append(_to_print(request, case, kind, number))
    lines += [_to_print(request, case, kind, "") for kind in documents.theirs(case)]
    return lines


def _to_print(request: Request, case: Case, kind: Kind, number: str) -> DocumentLine:
    href = url(request, "document", case_id=case.id, document=kind.value)
    chip = None if documents.is_ours(kind) else Chip(say("document.from-record"), Tone.PLAIN, Icon.INFO)
    prints = url(request, "document.print", case_id=case.id, document=kind.value) if printer_of(request) else ""
    return DocumentLine(document_name(request, kind.value), number, href, chip, prints)


def document_name(request: Request, kind: str) -> str:
    """A kind of a newer district shows as it is."""
    row = DOCUMENTS.get(Kind(kind)) if kind in list(Kind) else None
    if row is None:
        return kind
    return row.zh if session.lang(request) is Lang.ZH else row.en


# -- the files


def made(request: Request) -> Response:
    """Exactly the bytes that were made.

    :raises Refused: no-paper: not this case's, or not here (yet)
    """
    here = house(request)
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
    found = documents.find_made(case, request.path_params["digest"])
    data = here.blobs.read(found.digest)
    if data is None:
        raise Refused("refused.no-paper", paper=found.digest[:8])
    return file_of(case, data)


def pdf(request: Request) -> Response:
    """A document of ours, made now or before; or one of the district's, printed from the record.

    :raises Refused: no-page, for a document that this case does not have (yet); no-paper, for one whose bytes are lost
    """
    here = house(request)
    asked = request.path_params["document"]
    if asked not in list(Kind):
        raise Refused("refused.no-page")
    kind = Kind(asked)
    with here.store.read() as db:
        case = desk.need_case(db, here.book, request.path_params["case_id"])
    try:
        with_blanks = "hand" in request.query_params
        return file_of(case, bytes_of(request, kind, case, by(request), by_hand=with_blanks))
    except Refused as why:
        if why.code != "refused.glyphs":
            raise
        return glyphs_page(request, case, asked, why)


def glyphs_page(request: Request, case: Case, asked: str, why: Refused) -> Response:
    """Which characters no font has, and the same document with their places left blank."""
    by_hand = url(request, "document", case_id=case.id, document=asked) + "?hand=1"
    page = GlyphsPage(case.id, case.number, translator(request).happened(why), by_hand)
    return render(request, page, status=409)


def bytes_of(request: Request, kind: Kind, case: Case, author: By, *, by_hand: bool = False) -> bytes:
    """A document as it was kept; one of ours that nobody has asked for before is made, and named in the case by `author`.

    :raises Refused: no-page; no-paper; glyphs, unless its places may stay blank
    """
    here = house(request)
    number = documents.number_on(kind, case)
    if documents.is_ours(kind) and (kept := after.made_before(case, kind, number)) is not None:
        data = here.blobs.read(kept.digest) or _made_again(request, kind, case, kept)
        if data is None:
            raise Refused("refused.no-paper", paper=kept.digest[:8])
        return data
    item = here.shelf.item(case.item, case.item_version)
    document = documents.content(kind, Writing(case, item, here.settings.name.zh))
    if not documents.is_ours(kind):
        return here.press.print_document(document, fill_by_hand=by_hand)
    return _make(request, kind, number, case, document, by_hand, author)


def _made_again(request: Request, kind: Kind, case: Case, kept: Made) -> bytes | None:
    """After a lost disk: the same record and the same key make the same bytes; None where they do not any more."""
    here = house(request)
    item = here.shelf.item(case.item, case.item_version)
    document = documents.content(kind, Writing(case, item, here.settings.name.zh))
    printed = produce(here.press, document, here.settings.district, here.keys)
    if printed.digest != kept.digest:
        return None
    here.blobs.keep(printed.pdf, here.clock.now())
    with here.store.write() as tx:
        after.note_found_again(tx, kept.digest, at=here.clock.now())
    return printed.pdf


def _make(
    request: Request, kind: Kind, number: str, case: Case, document: Issuable, by_hand: bool, author: By
) -> bytes:
    """Printed, kept, and named in the case; whoever comes second prints what the first one kept."""
    here = house(request)
    printed = produce(here.press, document, here.settings.district, here.keys, fill_by_hand=by_hand)
    at = here.clock.now()
    here.blobs.keep(printed.pdf, at)
    what = Made(kind=kind, number=number, digest=printed.digest, size=len(printed.pdf))
    with here.store.write() as tx:
        after.attach(
            tx,
            here.pen,
            here.book,
            case.id,
            here.store.entropy(16),
            what,
            by=author,
            at=at,
            of=documents.of_which_act(kind, case),
        )
        kept = after.made_before(desk.need_case(tx, here.book, case.id), kind, number)
    return (here.blobs.read(kept.digest) if kept else None) or printed.pdf


def file_of(case: Case, data: bytes) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{case.number}.pdf"',
        "Content-Security-Policy": PDF_CSP,
    }
    return Response(data, media_type="application/pdf", headers=headers)
