"""The archivist's pages: what waits, what each file lacks, one press that makes the package, and the package itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, finished, stations
from hub.archiving import Lack
from hub.web.case_parts import papers_of
from hub.web.room import by, room
from hub.web.shown import item_name, label_of, status_chip, title_of
from protocol.cases.case import Case
from protocol.cases.rules import Act, Role, Status
from protocol.catalogue.items import Item
from protocol.clock import moment
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Filled, Icon, Pager, Row, Tone
from protocol.console.texts import Lang, Phrase, say
from protocol.documents.kinds import DOCUMENTS, Kind
from protocol.errors import Refused

PAGE = 50
ARCHIVE = (Role.ARCHIVIST,)
READ = (Role.ARCHIVIST, Role.AUDITOR, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Line:
    number: str
    href: str
    item: str
    station: str
    status: Chip
    since: datetime
    complete: Chip | None


@dataclass(frozen=True, slots=True)
class ArchivePage:
    template = "archive.html"
    section = "archive"
    kept: bool
    lines: Sequence[Line]
    total: int
    ready: int
    pager: Pager
    may_archive: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Package:
    text: Phrase
    href: str | None


@dataclass(frozen=True, slots=True)
class FilePage:
    template = "archive_case.html"
    section = "archive"
    number: str
    item: str
    status: Chip
    case_href: str
    may_archive: bool
    supplement: bool
    lacks: Sequence[Phrase]
    lost: Sequence[tuple[str, Phrase]]  # digest of a paper, and what is asked about it
    form: Filled
    rows: Sequence[Row]
    packages: Sequence[Package]
    seen: str
    post_to: str


def show(request: Request) -> Response:
    desk, kept = room(request), request.query_params.get("show") == "kept"
    asked = request.query_params.get("page", "")
    with desk.store.read() as db:
        total = finished.count_archived(db) if kept else finished.count_waiting(db)
        pages = max(1, -(-total // PAGE))
        number = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1), pages)
        listed = (finished.archived if kept else finished.waiting)(db, PAGE, (number - 1) * PAGE)
        cases = [case for case in (desk.book.case(db, one) for one in listed) if case is not None]
        lacking = [[] if kept else desk.archiving.lacks(db, case, {}) for case in cases]
        titles = stations.titles(db)
    path = url(request, "archive")
    page = ArchivePage(
        kept=kept,
        lines=[_line(request, case, lacks, titles, kept) for case, lacks in zip(cases, lacking, strict=True)],
        total=total,
        ready=0 if kept else sum(not lacks for lacks in lacking),
        pager=Pager(number, pages, f"{path}?{'show=kept&' if kept else ''}page={{page}}"),
        may_archive=session.who(request).account.may(*ARCHIVE),
        as_of=desk.clock.now(),
    )
    return render(request, page)


def _line(
    request: Request, case: Case, lacks: Sequence[Lack], titles: Mapping[str, tuple[str, str]], kept: bool
) -> Line:
    item = room(request).shelf.item(case.item, case.item_version)
    complete = None
    if not kept:
        good = (say("archive.complete"), Tone.GOOD, Icon.CHECK)
        complete = Chip(say("archive.lacks", count=len(lacks)), Tone.WARN, Icon.ALERT) if lacks else Chip(*good)
    assert case.status is not None
    return Line(
        number=case.number,
        href=url(request, "case.archive", case_id=case.id),
        item=item_name(request, item, case.item),
        station=title_of(request, titles, case.station),
        status=status_chip(case.status),
        since=moment(case.moved_at),
        complete=complete,
    )


def archive_all(request: Request, body: FormData) -> Response:
    """Every complete file of the first page; one that moved or lacks something stays where it is."""
    desk, at, done = room(request), room(request).clock.now(), 0
    author = by(request, *ARCHIVE)
    with desk.store.read() as db:
        tips = {
            case_id: decisions.need_case(db, desk.book, case_id).tip or "" for case_id in finished.waiting(db, PAGE)
        }
    for case_id, tip in tips.items():
        try:
            desk.archiving.make(case_id, by=author, at=at, seen=tip)
            done += 1
        except Refused as why:
            if why.code == "refused.disk-full":
                raise
    return see_other_url(request, url(request, "archive"), said=say("archive.all-done", count=done))


# -- one file


def show_case(request: Request) -> Response:
    return _file(request, Filled())


def do(request: Request, body: FormData) -> Response:
    desk, case_id = room(request), request.path_params["case_id"]
    there = url(request, "case.archive", case_id=case_id)
    form_id = forms.text(body, "form_id")
    with desk.store.read() as db:
        if before := posted_before(db, form_id):
            return see_other_url(request, before)
        case = decisions.need_case(db, desk.book, case_id)
        lost = {paper.digest: forms.text(body, f"lost:{paper.digest}") for paper in papers_of(case)}
        lacking = desk.archiving.lacks(db, case, lost)
    if lacking:
        empty = {f"lost:{one.digest}": say("archive.lack.paper-lost", what=one.what) for one in lacking if one.digest}
        return _file(request, Filled({f"lost:{key}": text for key, text in lost.items()}, empty), status=422)
    at = desk.clock.now()
    desk.archiving.make(case_id, by=by(request, *ARCHIVE), at=at, seen=forms.text(body, "seen"), lost=lost)
    with desk.store.write() as tx:
        remember_post(tx, form_id, there, at=at)
    return see_other_url(request, there, said=say("archive.done", number=case.number))


def export(request: Request) -> Response:
    """The package as it was made.

    :raises Refused: no-paper, for one that is not this case's; no-package
    """
    desk, digest = room(request), request.path_params["digest"]
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, request.path_params["case_id"])
    if all(act.package != digest for act in case.line):
        raise Refused("refused.no-paper", paper=digest[:8])
    name = re.sub(r"[^A-Za-z0-9-]", "_", case.number)[:60]  # a station's word, and here part of a header
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{digest[:8]}.zip"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(desk.archiving.read(digest), media_type="application/zip", headers=headers)


def _file(request: Request, form: Filled, status: int = 200) -> Response:
    desk, me = room(request), session.who(request).account
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, request.path_params["case_id"])
        lacking = desk.archiving.lacks(db, case, {})
    item = desk.shelf.item(case.item, case.item_version)
    packages = [act for act in reversed(case.line) if act.act is Act.ARCHIVE]
    is_due = finished.must_archive(case) or (bool(packages) and not desk.archiving.has(packages[0].package))
    if not is_due and not packages:
        raise Refused("refused.not-open", act=Act.ARCHIVE, status=case.status or "")
    assert case.status is not None
    page = FilePage(
        number=case.number,
        item=item_name(request, item, case.item),
        status=status_chip(case.status),
        case_href=url(request, "case", case_id=case.id),
        may_archive=is_due and me.may(*ARCHIVE),
        supplement=is_due and case.status is Status.ARCHIVED,
        lacks=[_said(request, item, one) for one in lacking] if is_due else [],
        lost=[
            (one.digest, say("archive.why-lost", material=label_of(request, item, one.what)))
            for one in lacking
            if one.digest and is_due
        ],
        form=form,
        rows=[
            Row(say("archive.acts"), str(len(case.steps))),
            Row(say("archive.documents"), str(len(case.documents))),
            Row(say("archive.papers"), str(len(papers_of(case)))),
        ],
        packages=[_package(request, case.id, act.package, moment(act.at)) for act in packages],
        seen=case.tip or "",
        post_to=url(request, "case.archive.do", case_id=case.id),
    )
    return render(request, page, status=status)


def _package(request: Request, case_id: str, digest: str, at: datetime) -> Package:
    here = room(request).archiving.has(digest)
    href = url(request, "case.archive.export", case_id=case_id, digest=digest) if here else None
    return Package(say("archive.package-is-here" if here else "archive.package-gone", at=at, digest=digest[:12]), href)


def _said(request: Request, item: Item | None, one: Lack) -> Phrase:
    what: object = one.what
    if one.code in ("document", "proof"):
        row = DOCUMENTS[Kind(one.what)]
        what = row.zh if session.lang(request) is Lang.ZH else row.en
    elif one.code == "aside":
        what = say(f"act.{one.what}")
    elif one.code in ("paper-away", "paper-lost"):
        what = label_of(request, item, one.what)
    return say(f"archive.lack.{one.code}", what=what)
