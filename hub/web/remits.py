"""The table of authority: what is drafted or else in force, looked through, changed by rows or as a whole file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub.publishing import State, under_way
from hub.web.publishing import me
from hub.web.room import room
from protocol.cases.rules import Role
from protocol.catalogue.items import Certainty, Mode
from protocol.catalogue.remits import ALL, COLUMNS, Doubt, Remit, read_csv, write_csv
from protocol.console import forms, session
from protocol.console.once import posted_before, remember_post
from protocol.console.pages import render, see_other, see_other_url, url
from protocol.console.parts import Filled
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

SHOWN = 500


@dataclass(frozen=True, slots=True)
class Line:
    place: int  # in the whole table, from 1
    row: Remit
    mode: Phrase
    wrong: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class RemitsPage:
    template = "remits.html"
    section = "remits"
    lines: Sequence[Line]
    is_draft: bool
    may_change: bool
    search: Filled
    form: Filled
    modes: Sequence[tuple[str, Phrase]]
    certainties: Sequence[tuple[str, str]]
    as_of: datetime


def show(request: Request) -> Response:
    desk = room(request)
    rows, doubts, is_draft = _table(request)
    who, item = (request.query_params.get(name, "").strip()[:40] for name in ("who", "item"))
    lines = [
        Line(place, row, say(f"mode.{row.mode}"), [_wrong(doubt) for doubt in doubts if doubt.row == place])
        for place, row in enumerate(rows, 1)
        if who in row.subject and (not item or row.item in (item, ALL))
    ]
    page = RemitsPage(
        lines=lines[:SHOWN],
        is_draft=is_draft,
        may_change=session.who(request).account.may(Role.EDITOR),
        search=Filled({"who": who, "item": item}),
        form=Filled(),
        modes=[(mode, say(f"mode.{mode}")) for mode in Mode],
        certainties=[(certainty, str(certainty)) for certainty in Certainty],
        as_of=desk.clock.now(),
    )
    return render(request, page)


def as_csv(request: Request) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="authority.csv"'}
    return Response(write_csv(_table(request)[0]), media_type="text/csv; charset=utf-8", headers=headers)


def change(request: Request, body: FormData) -> Response:
    """A row more, a row less, or the whole table from a file: into the draft under way, or one that begins here."""
    desk, at, form_id = room(request), room(request).clock.now(), forms.text(body, "form_id")
    with desk.store.read() as db:
        if before := posted_before(db, form_id):
            return see_other_url(request, before)
    rows = list(_table(request)[0])
    chosen, remove = forms.files(body, "table"), forms.text(body, "remove")
    if chosen:
        rows = read_csv(chosen[0].filename or "", chosen[0].file.read().decode("utf-8-sig", "replace"))
    elif remove:
        seen = forms.text(body, "row")
        rows = [row for place, row in enumerate(rows, 1) if not (str(place) == remove and repr(row) == seen)]
    else:
        rows.append(_typed(body))
    with desk.store.read() as db:
        one = under_way(db)
    if one is None:
        one = desk.publishing.draft(me(request), "", at)
    desk.publishing.set_remits(one.id, rows, me(request), at)
    with desk.store.write() as tx:
        remember_post(tx, form_id, url(request, "remits"), at=at)
    return see_other(request, "remits", said=say("remit.kept"))


def _table(request: Request) -> tuple[Sequence[Remit], Sequence[Doubt], bool]:
    desk = room(request)
    with desk.store.read() as db:
        one = under_way(db)
    is_draft = one is not None and one.state is State.DRAFT
    catalogue = desk.publishing.content(one) if one is not None and is_draft else desk.publishing.in_force()
    if catalogue is None:
        return (), (), is_draft
    return catalogue.remits.rows, desk.publishing.doubts_about(catalogue), is_draft


def _typed(body: FormData) -> Remit:
    """:raises Refused: catalogue: which of the fields, and what to do"""
    who = forms.text(body, "subject")
    kind = who.removeprefix("kind:") if who.startswith("kind:") else ""
    cells = {
        "station": "" if kind else who,
        "kind": kind,
        **{name: forms.text(body, name) for name in ("item", "mode", "basis", "certainty", "from", "to")},
    }
    if any("\n" in cell for cell in cells.values()):
        raise Refused("refused.form", count=1)
    line = ",".join('"' + cells[name].replace('"', '""') + '"' for name in COLUMNS)
    return dataclasses.replace(read_csv("—", ",".join(COLUMNS) + "\n" + line + "\n")[0])


def _wrong(doubt: Doubt) -> Phrase:
    return say(f"remit.{doubt.code}", about=doubt.about) if doubt.code == "twice" else say(f"remit.{doubt.code}")
