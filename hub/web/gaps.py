"""问答缺口: what people asked at the stations and no item answered, and what an editor does about it.

A name goes into the draft of the next issue and counts when two persons have published it. The table of words is
taken away as a file, edited by a person and brought back as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import naming, questions
from hub.publishing import State, under_way
from hub.web.publishing import me
from hub.web.publishing_routes import SEE
from hub.web.room import room
from protocol.asking.synonyms import read_table
from protocol.cases.rules import Role
from protocol.catalogue.items import Item
from protocol.catalogue.writing import plain_to_yaml
from protocol.console import forms, session
from protocol.console.pages import render, see_other, translator, url
from protocol.console.parts import Filled, Tone
from protocol.console.protect import ConsoleRoute, form, page
from protocol.console.texts import Lang, say
from protocol.errors import Refused

SHOWN, EXAMPLES = 60, 6
AT_ONCE = 200  # questions that one form closes; what is left of a gap is a gap again
TABLE_BYTES = 2 * 1024 * 1024
ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class GapLine:
    first: str  # the question that was asked most
    others: Sequence[str]
    more: int
    texts: Sequence[str]  # for the forms
    times: int
    unwanted: int
    stations: int
    since: date
    last: date
    shown: Sequence[str]  # names of the items that were offered


@dataclass(frozen=True, slots=True)
class GapsPage:
    template = "gaps.html"
    section = "gaps"
    lines: Sequence[GapLine]
    count: int
    items: Sequence[tuple[str, str]]
    may_name: bool  # an editor, and no publication is signed or tried
    under_way: str  # address of the publication that is; empty if there is none
    form: Filled
    as_of: datetime


def gap_routes() -> list[ConsoleRoute]:
    edit = (Role.EDITOR,)
    return [
        page("/gaps", show, to=SEE, name="gaps"),
        form("/gaps/name", give_name, to=edit, name="gaps.name"),
        form("/gaps/aside", put_aside, to=edit, name="gaps.aside"),
        page("/gaps/words.yaml", table, to=SEE, name="gaps.words"),
        form("/gaps/words", load_table, to=edit, name="gaps.load", max_files=1, max_bytes=TABLE_BYTES),
    ]


def show(request: Request) -> Response:
    desk = room(request)
    with desk.store.read() as db:
        found, publication = questions.gaps(db), under_way(db)
    catalogue = desk.publishing.in_force()
    items = {item.code: item for item in (catalogue.items() if catalogue else ())}
    free = publication is None or publication.state is State.DRAFT
    page = GapsPage(
        lines=[_line(request, gap, items) for gap in found[:SHOWN]],
        count=len(found),
        items=[(code, f"{code} {_name(request, item)}") for code, item in items.items()],
        may_name=session.who(request).account.may(Role.EDITOR) and free,
        under_way=url(request, "publication", id=publication.id) if publication else "",
        form=Filled(),
        as_of=desk.clock.now(),
    )
    return render(request, page)


def give_name(request: Request, body: FormData) -> Response:
    """The name goes into the draft, and its questions are open no longer."""
    desk, at = room(request), room(request).clock.now()
    code, name = forms.text(body, "item"), forms.text(body, "name")
    with desk.store.read() as db:
        one = naming.give_name(
            desk.publishing, db, code, name, by=me(request), note=translator(request)("gaps.note"), at=at
        )
    with desk.store.write() as tx:
        questions.put_aside(tx, _texts(body), code, me(request), at)
    return see_other(request, "gaps", said=say("gaps.named", name=name, code=code, id=one.id))


def put_aside(request: Request, body: FormData) -> Response:
    desk = room(request)
    with desk.store.write() as tx:
        questions.put_aside(tx, _texts(body), ASIDE, me(request), desk.clock.now())
    return see_other(request, "gaps", said=say("gaps.put-aside"))


def table(request: Request) -> Response:
    """The table of words in force, as the file that a person edits."""
    plain = naming.plain_table(naming.table_in_force(room(request).publishing))
    headers = {"Content-Disposition": 'attachment; filename="words.yaml"'}
    return Response(plain_to_yaml(plain), media_type="application/yaml", headers=headers)


def load_table(request: Request, body: FormData) -> Response:
    """:raises Refused: catalogue: the table is not understood, or contradicts itself"""
    desk, at = room(request), room(request).clock.now()
    files = forms.files(body, "words")
    if not files:
        return see_other(request, "gaps", said=say("gaps.no-file"), tone=Tone.WARN)
    words = read_table(files[0].filename or "", files[0].file.read())
    note = translator(request)("gaps.note-words")
    with desk.store.read() as db:
        one = naming.load_table(desk.publishing, db, words, by=me(request), note=note, at=at)
    return see_other(request, "publication", id=one.id, said=say("gaps.loaded"))


def _texts(body: FormData) -> list[str]:
    """:raises Refused: form-unreadable: no question is named"""
    texts = [str(text) for text in body.getlist("text")]
    if not texts:
        raise Refused("refused.form-unreadable")
    return texts


def _line(request: Request, gap: questions.Gap, items: dict[str, Item]) -> GapLine:
    return GapLine(
        first=gap.texts[0],
        others=gap.texts[1 : 1 + EXAMPLES],
        more=max(0, len(gap.texts) - 1 - EXAMPLES),
        texts=gap.texts[:AT_ONCE],
        times=gap.times,
        unwanted=gap.unwanted,
        stations=gap.stations,
        since=gap.first,
        last=gap.last,
        shown=[_name(request, items[code]) if code in items else code for code in gap.shown],
    )


def _name(request: Request, item: Item) -> str:
    return item.name if session.lang(request) is Lang.ZH else item.name_en
