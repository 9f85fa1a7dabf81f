"""Claiming and giving back, one case or many; taking over from a colleague; filters with names.

Nothing here moves a case: what decides is done case by case, with the case in view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from hub import decisions, filters, holdings
from hub.web.room import by, room
from protocol.cases.rules import REMARKS, Act, Side
from protocol.console import forms, session
from protocol.console.accounts import account
from protocol.console.pages import render, see_other, see_other_url, translator, url
from protocol.console.parts import Filled, Tone
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class TakeOverPage:
    template = "take_over.html"
    section = "worklist"
    number: str
    lead: Phrase
    form: Filled
    post_to: str
    back_href: str


def claim(request: Request, body: FormData) -> Response:
    """Each that is free and at one of my links; what a colleague has stays with him."""
    desk, me = room(request), session.who(request).account
    taken, left = list[str](), 0
    with desk.store.write() as tx:
        for case_id in _chosen(body):
            try:
                holdings.claim(tx, case_id, me, desk.clock.now())
                taken.append(case_id)
            except Refused:  # of many, those that can be had
                left += 1
    said = say("held.claimed-some", count=len(taken), left=left) if left else say("held.claimed", count=len(taken))
    return _back(request, body, taken, said, Tone.WARN if left else Tone.GOOD)


def release(request: Request, body: FormData) -> Response:
    desk, me, chosen = room(request), session.who(request).account, _chosen(body)
    with desk.store.write() as tx:
        given = [case_id for case_id in chosen if holdings.release(tx, case_id, me)]
    return _back(request, body, chosen[:1], say("held.released", count=len(given)))


def show_take_over(request: Request) -> Response:
    return _take_over_page(request, Filled())


def take_over(request: Request, body: FormData) -> Response:
    """The reason is an inner opinion in the record of the case."""
    desk, me = room(request), session.who(request).account
    case_id, reason, at = request.path_params["case_id"], forms.text(body, "reason"), room(request).clock.now()
    if not reason:
        return _take_over_page(request, Filled({}, {"reason": say("held.reason-empty")}), status=422)
    with desk.store.write() as tx:
        held = holdings.holding(tx, case_id)
        holdings.take_over(tx, case_id, me, at)
        if held is not None and held.account != me.name:
            who = account(tx, held.account).display_name
            text = translator(request)(say("held.taken-over-note", who=who, reason=reason))
            decisions.note(
                tx, desk.pen, desk.book, case_id, desk.store.entropy(16), desk.seal,
                text=text, by=by(request, *REMARKS[Act.NOTE][Side.HUB]), at=at,
            )  # fmt: skip
    return see_other(request, "case", case_id=case_id, said=say("held.taken-over"))


def _take_over_page(request: Request, form: Filled, status: int = 200) -> Response:
    desk, case_id = room(request), request.path_params["case_id"]
    with desk.store.read() as db:
        case = decisions.need_case(db, desk.book, case_id)
        held = holdings.holding(db, case_id)
        if held is None or held.account == session.who(request).account.name:
            return see_other(request, "case", case_id=case_id)
        if not held.may_be_taken_over(desk.clock.now()):
            raise Refused("refused.held")
        who = account(db, held.account).display_name
    page = TakeOverPage(
        number=case.number,
        lead=say("held.take-over-lead", who=who),
        form=form,
        post_to=url(request, "case.take-over.do", case_id=case_id),
        back_href=url(request, "case", case_id=case_id),
    )
    return render(request, page, status=status)


# -- filters


def keep_filter(request: Request, body: FormData) -> Response:
    desk, me = room(request), session.who(request).account
    kept = [(name, text) for name, text in parse_qsl(forms.text(body, "query")[:600]) if name != "page"]
    query = urlencode(kept)
    with desk.store.write() as tx:
        filters.keep(tx, me.name, forms.text(body, "name"), query, desk.clock.now())
    return see_other_url(request, f"{url(request, 'worklist')}?{query}", said=say("filter.kept"))


def remove_filter(request: Request, body: FormData) -> Response:
    desk, me = room(request), session.who(request).account
    with desk.store.write() as tx:
        filters.remove(tx, me.name, request.path_params["number"], desk.clock.now())
    return see_other(request, "worklist", said=say("filter.removed"))


def bring_filter_back(request: Request, body: FormData) -> Response:
    desk, me = room(request), session.who(request).account
    with desk.store.write() as tx:
        filters.bring_back(tx, me.name, request.path_params["number"])
    return see_other(request, "worklist", said=say("filter.kept"))


def _chosen(body: FormData) -> list[str]:
    return [one for one in body.getlist("case") if isinstance(one, str)][:MOST_AT_ONCE]


def _back(request: Request, body: FormData, chosen: Sequence[str], said: Phrase, tone: Tone = Tone.GOOD) -> Response:
    """To the list that the person came from, with the keyboard on the row where it was; or to the case."""
    if forms.text(body, "then") == "case" and _chosen(body):
        return see_other(request, "case", case_id=_chosen(body)[0], said=said, tone=tone)
    query = urlencode(parse_qsl(forms.text(body, "query")[:600]))
    row = f"#row-{chosen[0]}" if chosen else ""
    return see_other_url(request, f"{url(request, 'worklist')}?{query}{row}", said=said, tone=tone)
