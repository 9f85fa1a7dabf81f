"""What a clerk does with one case: each a form of one question, or one press, and back to the page of the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from node import after, desk, places
from node.web.case import item_of, need_shown
from node.web.documents import DocumentLine, document_lines, document_name
from node.web.tools import by, house, item_name, place_name, post_once, status_chip
from protocol.cases.guard import acts_open
from protocol.cases.rules import Act, Side
from protocol.catalogue.masks import mask_name
from protocol.console import forms, session
from protocol.console.pages import render, see_other_url, url
from protocol.console.parts import Chip, Filled
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

_ROUTES: dict[Act, str] = {
    Act.ASK_WITHDRAWAL: "withdrawal.do",
    Act.HAND_OVER: "handover.do",
    Act.RETURN_RESULT: "return.do",
    Act.LAPSE: "lapse.do",
    Act.ASK_MOVE: "move.do",
}


@dataclass(frozen=True, slots=True)
class AskPage:
    """One question and its form: who took it, or why."""

    template = "ask.html"
    section = "cases"
    act: Act
    route: str
    case_id: str
    number: str
    item: str
    form: Filled
    applicant: str  # masked
    result: Chip
    documents: Sequence[DocumentLine]  # to hand over
    missing: int  # of them, still on their way
    places: Sequence[tuple[str, str]]  # other stations, where it may go


def supplement(request: Request, form: FormData) -> Response:
    """To the draft in which something is put together for the case; the one that a colleague has begun, if there is one."""
    here = house(request)
    case_id = request.path_params["case_id"]
    with here.store.write() as tx:
        draft = desk.begin_supplement(
            tx, here.store.entropy(16), here.book, case_id, by=by(request), at=here.clock.now()
        )
    return see_other_url(request, url(request, "intake", draft_id=draft))


def ask_withdrawal(request: Request) -> Response:
    return _ask(request, Act.ASK_WITHDRAWAL, Filled())


def withdraw(request: Request, form: FormData) -> Response:
    return _with_reason(request, form, Act.ASK_WITHDRAWAL, after.ask_withdrawal)


def ask_return(request: Request) -> Response:
    return _ask(request, Act.RETURN_RESULT, Filled())


def return_result(request: Request, form: FormData) -> Response:
    """An error was found on what was issued: it goes back to those who issue."""
    return _with_reason(request, form, Act.RETURN_RESULT, after.return_result)


def ask_lapse(request: Request) -> Response:
    return _ask(request, Act.LAPSE, Filled())


def lapse(request: Request, form: FormData) -> Response:
    """The correction never came. Where the law sets a day, the press is enough; otherwise it wants a reason."""
    here = house(request)
    case_id = request.path_params["case_id"]
    reason = forms.text(form, "reason")

    def do(tx: Database, at: datetime) -> str:
        after.lapse(
            tx, here.pen, here.book, here.shelf, case_id, here.store.entropy(16), reason=reason, by=by(request), at=at
        )
        return url(request, "case", case_id=case_id)

    try:
        return post_once(request, form, do, said=say("ask.lapse-done"))
    except Refused as why:
        if why.code != "refused.reason-missing":
            raise
        return _ask(request, Act.LAPSE, Filled({}, {"reason": say("ask.lapse-reason-missing")}))


def ask_move(request: Request) -> Response:
    return _ask(request, Act.ASK_MOVE, Filled())


def move(request: Request, form: FormData) -> Response:
    """The applicant wants to fetch the result at another station; the district moves the case when there is one."""
    here = house(request)
    case_id = request.path_params["case_id"]
    typed = {name: forms.text(form, name) for name in ("to", "reason")}
    with here.store.read() as db:
        known = {place.name for place in places.places(db, but=here.book.party)}
    problems = {} if typed["to"] in known else {"to": say("ask.move-to-missing")}
    if not typed["reason"]:
        problems["reason"] = say("ask.ask-move-reason-missing")
    if problems:
        return _ask(request, Act.ASK_MOVE, Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        after.ask_move(
            tx, here.pen, here.book, case_id, here.store.entropy(16), typed["to"], reason=typed["reason"],
            by=by(request), at=at,
        )  # fmt: skip
        return url(request, "case", case_id=case_id)

    return post_once(request, form, do, said=say("ask.ask-move-done"))


def ask_hand_over(request: Request) -> Response:
    return _ask(request, Act.HAND_OVER, Filled({"who": "self"}))


def hand_over(request: Request, form: FormData) -> Response:
    here = house(request)
    case_id = request.path_params["case_id"]
    typed = {name: forms.text(form, name) for name in ("recipient", "who", "stands_for", "parcel", "checked", "signed")}
    problems = _problems(typed)
    if problems:
        return _ask(request, Act.HAND_OVER, Filled(typed, problems))

    def do(tx: Database, at: datetime) -> str:
        after.hand_over(
            tx,
            here.pen,
            here.book,
            case_id,
            here.store.entropy(16),
            recipient=typed["recipient"],
            stands_for=typed["stands_for"] if typed["who"] == "other" else "",
            parcel=typed["parcel"] if typed["who"] == "post" else "",
            by=by(request),
            at=at,
        )
        return url(request, "case", case_id=case_id)

    return post_once(request, form, do, said=say("ask.handed-over"))


def _problems(typed: dict[str, str]) -> dict[str, Phrase]:
    problems = {}
    if not typed["recipient"]:
        problems["recipient"] = say("ask.recipient-missing")
    if typed["who"] == "other" and not typed["stands_for"]:
        problems["stands_for"] = say("ask.stands-for-missing")
    if typed["who"] == "post":
        return problems if typed["parcel"] else problems | {"parcel": say("ask.parcel-missing")}
    if typed["checked"] != "yes":
        problems["checked"] = say("ask.checked-missing")
    if typed["signed"] != "yes":
        problems["signed"] = say("ask.signed-missing")
    return problems


def _with_reason(request: Request, form: FormData, act: Act, use_case: Callable[..., None]) -> Response:
    here = house(request)
    case_id = request.path_params["case_id"]
    reason = forms.text(form, "reason")
    if not reason:
        return _ask(request, act, Filled({}, {"reason": say(f"ask.{act}-reason-missing")}))

    def do(tx: Database, at: datetime) -> str:
        use_case(tx, here.pen, here.book, case_id, here.store.entropy(16), reason=reason, by=by(request), at=at)
        return url(request, "case", case_id=case_id)

    return post_once(request, form, do, said=say(f"ask.{act}-done"))


def _ask(request: Request, act: Act, form: Filled) -> Response:
    here = house(request)
    with here.store.read() as db:
        case = need_shown(db, request, request.path_params["case_id"])
        missing = after.documents_missing(db, case)
        lines = document_lines(request, db, case)
        others = places.places(db, but=here.book.party)
    if act is not Act.ASK_MOVE and act not in acts_open(
        case, Side.STATION, session.who(request).account.roles, here.book.party
    ):
        raise Refused("refused.not-open", act=act, status=case.status)
    item = item_of(request, case)
    assert case.status is not None
    handed = {document_name(request, made.kind) for made in after.to_hand_over(case)}
    page = AskPage(
        act, _ROUTES[act], case.id, case.number, item_name(request, item) if item else case.item, form,
        mask_name(case.applicant.name), status_chip(case.status),
        [line for line in lines if line.name in handed], len(missing),
        [(one.name, place_name(request, one)) for one in others],
    )  # fmt: skip
    return render(request, page, status=422 if form.problems else 200)
