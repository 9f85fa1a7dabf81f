"""Demands at the counter: the list, the form that keeps what is typed, the receipt. Once handed in, names are masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import demands
from node.demands import Demand, State
from node.web.papers import Trouble, keep_paper, paper_response, trouble_with
from node.web.tools import by, house, post_once
from protocol.catalogue.demand_terms import TERMS, DemandType
from protocol.catalogue.masks import mask_name, mask_phone
from protocol.console import forms
from protocol.console.pages import render, see_other, url
from protocol.console.parts import Chip, Filled, Icon, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

FIELDS = ("type", "content", "place", "anonymous", "name", "phone", "publish")


@dataclass(frozen=True, slots=True)
class DemandLine:
    id: str
    number: str
    type: Phrase | None
    place: str
    beginning: str
    at: datetime
    due: date | None
    is_draft: bool
    state: Chip


@dataclass(frozen=True, slots=True)
class DemandsPage:
    template = "demands.html"
    section = "demands"
    lines: Sequence[DemandLine]


@dataclass(frozen=True, slots=True)
class PaperLine:
    digest: str
    href: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class DemandFormPage:
    template = "demand_form.html"
    section = "demands"
    id: str
    form: Filled
    types: Sequence[tuple[str, Phrase]]
    papers: Sequence[PaperLine]
    troubles: Sequence[Trouble]
    saved_at: datetime
    alike: Sequence[DemandLine]
    limit: int


@dataclass(frozen=True, slots=True)
class DemandPage:
    template = "demand.html"
    section = "demands"
    id: str
    number: str
    station: str
    type: Phrase
    content: str
    place: str
    who: Phrase | str
    phone: str
    publish: bool
    at: datetime
    taken_by: str
    due: date | None
    days: int
    basis: str
    state: Chip
    papers: Sequence[PaperLine]
    may_withdraw: bool


def show(request: Request) -> Response:
    here = house(request)
    with here.store.read() as db:
        found = demands.demands(db)
    return render(request, DemandsPage([_line(request, one) for one in found]))


def begin(request: Request, form: FormData) -> Response:
    here = house(request)
    here.store.require_room()

    def do(tx: Database, at: datetime) -> str:
        id_ = here.store.entropy(16).hex()
        demands.begin(tx, id_, by=by(request).account, at=at)
        return url(request, "demand", demand=id_)

    return post_once(request, form, do)


def show_one(request: Request) -> Response:
    with house(request).store.read() as db:
        demand = demands.need(db, _id(request))
    return _form(request, demand, {}, []) if demand.state is State.DRAFT else render(request, _page(request, demand))


def save(request: Request, form: FormData) -> Response:
    """Whatever was typed is kept first; then it is handed in, if that was pressed and nothing is wrong."""
    here, id_, at = house(request), _id(request), house(request).clock.now()
    typed = {name: forms.text(form, name) for name in FIELDS}
    with here.store.write() as tx:
        wrong = demands.save(tx, id_, typed, at=at)
    troubles = _add_papers(request, form, id_)
    with here.store.read() as db:
        demand = demands.need(db, id_)
    if troubles or (form.get("go") == "hand-in" and wrong):
        return _form(request, demand, wrong if form.get("go") == "hand-in" else {}, troubles, status=422)
    if form.get("go") != "hand-in":
        return see_other(request, "demand", said=say("demand.saved"), demand=id_)

    def do(tx: Database, at: datetime) -> str:
        demands.hand_in(tx, here.pen, id_, by=by(request).account, at=at)
        return url(request, "demand", demand=id_)

    return post_once(request, form, do, said=say("demand.handed-in"))


def remove_paper(request: Request, form: FormData) -> Response:
    with house(request).store.write() as tx:
        demands.remove_paper(tx, _id(request), forms.text(form, "digest"))
    return see_other(request, "demand", said=say("papers.removed"), demand=_id(request))


def discard(request: Request, form: FormData) -> Response:
    with house(request).store.write() as tx:
        demands.discard(tx, _id(request))
    return see_other(request, "demands", said=say("demand.discarded"))


def withdraw(request: Request, form: FormData) -> Response:
    here = house(request)

    def do(tx: Database, at: datetime) -> str:
        demands.withdraw(tx, here.pen, _id(request), forms.text(form, "note"), by=by(request).account, at=at)
        return url(request, "demand", demand=_id(request))

    return post_once(request, form, do, said=say("demand.withdrawn-kept"))


def paper(request: Request) -> Response:
    with house(request).store.read() as db:
        demand = demands.need(db, _id(request))
    return paper_response(request, demand.papers)


def _add_papers(request: Request, form: FormData, id_: str) -> list[Trouble]:
    troubles = []
    for file in forms.files(form, "files"):
        try:
            kept = keep_paper(request, file, "demand")
            with house(request).store.write() as tx:
                demands.add_paper(tx, id_, kept)
        except Refused as why:
            if why.code == "refused.disk-full":
                raise
            troubles.append(trouble_with(request, file, why))
    return troubles


def _form(
    request: Request, demand: Demand, wrong: dict[str, str], troubles: Sequence[Trouble], status: int = 200
) -> Response:
    here = house(request)
    values = {
        "type": demand.type.value if demand.type else "", "content": demand.content, "place": demand.place,
        "anonymous": "yes" if demand.anonymous else "", "name": demand.name, "phone": demand.phone,
        "publish": "yes" if demand.publish else "",
    }  # fmt: skip
    with here.store.read() as db:
        alike = demands.like_this(db, demand, here.clock.now()) if demand.content or demand.phone else []
    return render(
        request,
        DemandFormPage(
            demand.id,
            Filled(values, {name: say(key) for name, key in wrong.items()}),
            [(kind.value, say(f"demand.{kind.value}", days=TERMS[kind].working_days)) for kind in DemandType],
            _papers(request, demand),
            troubles,
            demand.at,
            [_line(request, one) for one in alike[:3]],
            demands.MAX_CONTENT,
        ),
        status=status,
    )


def _page(request: Request, demand: Demand) -> DemandPage:
    here = house(request)
    assert demand.type is not None
    term = TERMS[demand.type]
    return DemandPage(
        demand.id, demand.number, here.settings.name.zh, say(f"demand-type.{demand.type.value}"), demand.content, demand.place,
        say("demand.is-anonymous") if demand.anonymous else mask_name(demand.name),
        mask_phone(demand.phone) if demand.phone else "", demand.publish, demand.at, demand.by,
        demand.due(here.shelf.calendar), term.working_days, term.basis, _state(demand), _papers(request, demand),
        demand.state is State.HANDED_IN,
    )  # fmt: skip


def _line(request: Request, demand: Demand) -> DemandLine:
    return DemandLine(
        demand.id, demand.number, say(f"demand-type.{demand.type.value}") if demand.type else None, demand.place,
        demand.content[:40], demand.at, demand.due(house(request).shelf.calendar), demand.state is State.DRAFT,
        _state(demand),
    )  # fmt: skip


def _state(demand: Demand) -> Chip:
    if demand.state is State.DRAFT:
        return Chip(say("sync.local"), Tone.PLAIN, Icon.SAVED)
    if demand.state is State.WITHDRAWN:
        return Chip(say("demand.withdrawn"), Tone.PLAIN, Icon.CROSS)
    if demand.receipted:
        return Chip(say("sync.acked-short"), Tone.GOOD, Icon.CHECK)
    return Chip(say("sync.queued"), Tone.WARN, Icon.UP)


def _papers(request: Request, demand: Demand) -> list[PaperLine]:
    return [
        PaperLine(one.digest, url(request, "demand.paper", demand=demand.id, digest=one.digest), one.size)
        for one in demand.papers
    ]


def _id(request: Request) -> str:
    return str(request.path_params["demand"])
